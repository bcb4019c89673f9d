//! Controls: requirements as data, one TOML file each in `controls/`.

mod stored_query;

pub use stored_query::StoredQuery;

use crate::policy::Id;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::OnceLock;

/// The files, compiled in.
const FILES: [&str; 1] = [include_str!("../controls/mfa-azure-management.toml")];

/// A requirement: which sign-ins need which grant. A control is one that is shipped with caplint.
#[derive(Debug)]
pub struct Requirement {
    /// Its id, also that of the rule that reports it.
    pub id: &'static str,
    /// Roles whose exclusion is tracked like that of a user.
    pub tracked_roles: Vec<Id>,
    /// The stored query, its other reading.
    pub stored_query: StoredQuery,
    /// Everything else in the file.
    pub text: Control,
}

/// The shape of a control's file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Control {
    /// Rule id, in words.
    pub id: String,
    /// One line.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What whoever is not covered does: the rest of a sentence that starts with who.
    pub gap: String,
    /// App id of the resource by cloud.
    pub resource: BTreeMap<String, String>,
    /// Roles whose exclusion is tracked like that of a user.
    #[serde(rename = "tracked-role")]
    pub tracked_roles: Vec<Named>,
    /// The stored query.
    pub stored_query: StoredQueryFile,
    /// Benchmarks and pages.
    #[serde(rename = "reference")]
    pub references: Vec<Reference>,
    /// What a verdict rests on.
    #[serde(rename = "assumption")]
    pub assumptions: Vec<Assumption>,
    /// Rationale, impact and default.
    pub text: Texts,
    /// Two tenants.
    pub example: Example,
    /// Ways to meet the requirement.
    #[serde(rename = "remediation")]
    pub remediations: Vec<Remediation>,
}

/// An object with its name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Named {
    /// Id.
    pub id: String,
    /// Display name.
    pub name: String,
}

/// `[stored-query]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredQueryFile {
    /// How many policies must match.
    pub quantifier: Quantifier,
    /// A JSON Schema for one policy in Graph's words.
    pub schema: String,
}

/// How many policies a stored query asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Quantifier {
    /// At least one.
    Some,
}

/// A benchmark's numbers or a page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// Numbers of the control in the benchmark's versions.
    #[serde(default)]
    pub ids: Vec<String>,
    /// Address.
    pub url: Option<String>,
}

/// Something that Microsoft does not document or the files do not hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumption {
    /// Id in the JSON report.
    pub id: String,
    /// The assumption in words.
    pub text: String,
}

/// `[text]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// Why it matters.
    pub rationale: String,
    /// What it costs, licences included.
    pub impact: String,
    /// How a tenant is without it.
    pub default: String,
}

/// `[example]`: two tenants of one policy each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Here somebody gets through.
    pub open: String,
    /// Here nobody does but tracked exceptions.
    pub enforced: String,
}

/// A way to meet the requirement, step by step.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// What it achieves.
    pub name: String,
    /// In order.
    pub steps: Vec<String>,
}

/// Every control, in the order of their ids.
///
/// # Panics
/// If a file that is compiled in is not well formed, which its test excludes.
#[must_use]
pub fn all() -> &'static [Requirement] {
    static ALL: OnceLock<Vec<Requirement>> = OnceLock::new();
    ALL.get_or_init(|| FILES.iter().map(|file| read(file).unwrap_or_else(|error| panic!("{error}"))).collect())
}

fn read(file: &str) -> Result<Requirement, Box<dyn std::error::Error>> {
    let control: Control = toml::from_str(file)?;
    Ok(Requirement {
        id: control.id.clone().leak(),
        tracked_roles: control.tracked_roles.iter().map(|role| Id::new(&role.id)).collect(),
        stored_query: StoredQuery::new(&control.stored_query)?,
        text: control,
    })
}

impl Requirement {
    /// App id of the resource in a cloud.
    #[must_use]
    pub fn resource(&self, cloud: &str) -> Option<Id> {
        self.text.resource.get(cloud).map(|id| Id::new(id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_well_formed_and_names_its_resource_in_both_clouds() {
        for file in FILES {
            let requirement = read(file).unwrap();
            for cloud in ["public", "usgov"] {
                assert!(requirement.resource(cloud).unwrap().guid().is_some());
            }
            assert!(!requirement.stored_query.matches(&serde_json::json!({})));
        }
    }
}
