//! Controls: requirements as data, one TOML file each in `controls/`, and those that people write themselves.

mod spec;
mod stored_query;

pub use spec::{Problem, Spec, Users};
pub(crate) use spec::{gap, look_up, role, synchronization};
pub use stored_query::StoredQuery;

use crate::requirement::Requirement;
use serde::Deserialize;
use std::sync::OnceLock;

/// The files, compiled in.
const FILES: [&str; 1] = [include_str!("../controls/mfa-azure-management.toml")];

/// A requirement with what is said about it.
#[derive(Debug)]
pub struct Control {
    /// Its id, also that of the rule that reports it.
    pub id: &'static str,
    /// One line.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What whoever is not covered does: the rest of a sentence that starts with who.
    pub gap: String,
    /// What is required.
    pub spec: Spec,
    /// Another reading.
    pub stored_query: Option<StoredQuery>,
    /// Everything else that its file says; none if it is somebody's own.
    pub text: Option<Text>,
}

/// The shape of a control's file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct File {
    id: String,
    title: String,
    summary: String,
    gap: String,
    requirement: Spec,
    stored_query: Option<StoredQueryFile>,
    #[serde(rename = "reference")]
    references: Vec<Reference>,
    #[serde(rename = "assumption")]
    assumptions: Vec<Assumption>,
    text: Texts,
    example: Example,
    #[serde(rename = "remediation")]
    remediations: Vec<Remediation>,
}

/// What is said about a control.
#[derive(Debug)]
pub struct Text {
    /// Benchmarks and pages.
    pub references: Vec<Reference>,
    /// What a verdict rests on.
    pub assumptions: Vec<Assumption>,
    /// Rationale, impact and default.
    pub texts: Texts,
    /// Two tenants.
    pub example: Example,
    /// Ways to meet the requirement.
    pub remediations: Vec<Remediation>,
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

/// Every control that is shipped, in the order of their ids.
///
/// # Panics
/// If a file that is compiled in is not well formed, which its test excludes.
#[must_use]
pub fn all() -> &'static [Control] {
    static ALL: OnceLock<Vec<Control>> = OnceLock::new();
    ALL.get_or_init(|| FILES.iter().map(|file| read(file).unwrap_or_else(|error| panic!("{error}"))).collect())
}

fn read(file: &str) -> Result<Control, Box<dyn std::error::Error>> {
    let file: File = toml::from_str(file)?;
    Ok(Control {
        id: file.id.leak(),
        title: file.title,
        summary: file.summary,
        gap: file.gap,
        spec: file.requirement,
        stored_query: file.stored_query.map(|query| StoredQuery::new(&query)).transpose()?,
        text: Some(Text {
            references: file.references,
            assumptions: file.assumptions,
            texts: file.text,
            example: file.example,
            remediations: file.remediations,
        }),
    })
}

impl Control {
    /// What it means in a cloud; none if that does not know one of its names, which the control's test or the
    /// configuration's reader has excluded.
    #[must_use]
    pub fn requirement(&self, cloud: &str) -> Option<Requirement> {
        self.spec.resolve(cloud).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_well_formed_and_means_something_in_both_clouds() {
        for file in FILES {
            let control = read(file).unwrap();
            for cloud in ["public", "usgov"] {
                control.spec.resolve(cloud).unwrap();
            }
            let query = control.stored_query.unwrap();
            assert!(!query.matches(&serde_json::json!({})));
        }
    }
}
