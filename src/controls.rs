//! Controls: requirements as data, one TOML file each in `controls/`, and those that people write themselves.

mod benchmark;
mod problem;
mod selection;
mod session;
mod spec;
mod stored_query;

pub use benchmark::{Benchmark, Item, Status, benchmark_ids, benchmarks};
pub use problem::Problem;
pub use selection::{EVERYTHING, Selection, alike};
pub use spec::{Spec, Users, grant_words};
pub(crate) use spec::{gap, look_up, resource, role, synchronization, word};
pub use stored_query::StoredQuery;

use crate::catalog::Cloud;
use crate::requirement::Requirement;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::OnceLock;

/// What is judged where nobody selects anything else.
pub const DEFAULT: &str = "mfa-azure-management";

macro_rules! controls {
    ($($id:literal),+ $(,)?) => {
        /// The files, compiled in, by id. Each is read when it is first asked for: a run needs few of them. `build.rs` has made JSON
        /// of them, which is read in a fraction of the time, in two parts.
        static FILES: [File; [$($id),+].len()] = [$(File {
            id: $id,
            judged: include_str!(concat!(env!("OUT_DIR"), "/controls/", $id, ".json")),
            said: include_str!(concat!(env!("OUT_DIR"), "/controls/", $id, ".said.json")),
            read: OnceLock::new(),
        }),+];
    };
}

controls! {
    "agent-identities-blocked",
    "agent-users-blocked",
    "authentication-transfer-blocked",
    "compliant-devices",
    "device-code-flow-blocked",
    "device-registration",
    "elevated-insider-risk-blocked",
    "high-risk-agents-blocked",
    "high-risk-service-principals-blocked",
    "high-risk-sign-ins-blocked",
    "high-risk-users-blocked",
    "high-risk-users-change-password",
    "legacy-authentication-blocked",
    "managed-device-or-mfa",
    "managed-devices",
    "managed-devices-admins",
    "mfa-admin-portals",
    "mfa-admins",
    "mfa-all-users",
    "mfa-azure-devops",
    "mfa-azure-management",
    "mfa-guests",
    "mfa-risky-sign-ins",
    "no-persistent-browser-admins",
    "phishing-resistant-admins",
    "phishing-resistant-all-users",
    "phishing-resistant-highly-privileged",
    "risky-sign-ins-blocked",
    "security-info-registration",
    "security-info-registration-managed-device",
    "service-principals-outside-trusted-locations-blocked",
    "sign-in-frequency-admins",
    "sign-in-frequency-all-users",
    "sign-in-frequency-high-risk-users",
    "sign-in-frequency-intune-enrollment",
    "sign-in-frequency-risky-sign-ins",
    "synchronization-account-restricted",
    "token-protection",
}

struct File {
    id: &'static str,
    judged: &'static str,
    said: &'static str,
    read: OnceLock<Control>,
}

/// A requirement with what is said about it.
#[derive(Debug)]
pub struct Control {
    /// Its id, also that of the rule that reports it.
    pub id: &'static str,
    /// One line.
    pub title: String,
    /// One sentence.
    pub summary: String,
    /// What a user who is not covered can do: the rest of a sentence that starts with the user.
    pub gap: String,
    /// What is required.
    pub spec: Spec,
    /// Another reading.
    pub stored_query: Option<StoredQuery>,
    /// Its numbers in the benchmarks that ask for it, by the benchmark's id.
    pub benchmarks: BTreeMap<String, Vec<String>>,
    /// Everything else that its file says; none if it is somebody's own.
    pub text: Option<Text>,
}

/// The shape of a control's file, without what is only said: what a run needs.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Shape {
    id: String,
    title: String,
    summary: String,
    gap: String,
    /// A table of TOML, as in the configuration.
    requirement: String,
    stored_query: Option<StoredQueryFile>,
    #[serde(default)]
    benchmarks: BTreeMap<String, Vec<String>>,
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
    /// When to leave it open.
    pub ignore: String,
}

/// What is said about a control. It is most of the file, and is read when somebody asks for it: a run does not.
#[derive(Debug)]
pub struct Text {
    id: &'static str,
    said: &'static str,
    read: OnceLock<Said>,
}

/// The shape of the rest.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Said {
    /// Pages.
    #[serde(rename = "reference")]
    pub references: Vec<Reference>,
    /// Rationale, impact, default.
    #[serde(rename = "text")]
    pub texts: Texts,
    /// Tenants.
    pub example: Example,
    /// Ways to meet the requirement.
    pub remediation: Remediation,
}

impl Deref for Text {
    type Target = Said;

    /// # Panics
    /// If the file that is compiled in is not well formed, which its test excludes.
    fn deref(&self) -> &Said {
        let read =
            || serde_json::from_str(self.said).unwrap_or_else(|error| panic!("controls/{}.toml: {error}", self.id));
        self.read.get_or_init(read)
    }
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

/// A page.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// Address.
    pub url: String,
}

/// `[example]`: tenants of one policy each.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// Why the first is open, as a sentence.
    pub because: String,
    /// Here somebody gets through.
    pub open: String,
    /// Here nobody does but tracked exceptions.
    pub enforced: String,
    /// Why nobody can tell of the third, as a sentence.
    pub unknown: Option<String>,
    /// Here it is not known.
    pub undecided: Option<String>,
}

/// `[remediation]`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remediation {
    /// In the admin center, in order.
    pub portal: Vec<String>,
    /// As a resource of the provider azuread.
    pub terraform: String,
    /// Beside that.
    #[serde(default)]
    pub further: Vec<Further>,
}

/// What more can be done.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Further {
    /// What it achieves.
    pub name: String,
    /// In order.
    pub steps: Vec<String>,
}

/// Every control that is shipped, in the order of their ids.
pub fn all() -> impl Iterator<Item = &'static Control> {
    FILES.iter().map(File::control)
}

/// Their ids, without reading any.
pub fn ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.id)
}

/// The control of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static Control> {
    FILES.iter().find(|file| file.id == id).map(File::control)
}

impl File {
    /// # Panics
    /// If the file that is compiled in is not well formed, which its test excludes.
    fn control(&'static self) -> &'static Control {
        self.read.get_or_init(|| read(self).unwrap_or_else(|error| panic!("controls/{}.toml: {error}", self.id)))
    }
}

fn read(of: &File) -> Result<Control, Box<dyn std::error::Error>> {
    let file: Shape = serde_json::from_str(of.judged)?;
    let id: &'static str = file.id.leak();
    Ok(Control {
        id,
        title: file.title,
        summary: file.summary,
        gap: file.gap,
        spec: toml::from_str(&file.requirement)?,
        stored_query: file.stored_query.map(|query| StoredQuery::new(&query)).transpose()?,
        benchmarks: file.benchmarks,
        text: Some(Text { id, said: of.said, read: OnceLock::new() }),
    })
}

impl Control {
    /// What it means in a cloud; none if that does not know one of its names, which the control's test or the
    /// configuration's reader has excluded.
    #[must_use]
    pub fn requirement(&self, cloud: Cloud) -> Option<Requirement> {
        self.spec.resolve(cloud).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_well_formed_and_means_something_in_both_clouds() {
        assert!(ids().is_sorted());
        for file in &FILES {
            let control = read(file).unwrap_or_else(|error| panic!("{}: {error}", file.id));
            assert_eq!(control.id, file.id);
            // It panics unless it is well formed.
            assert!(!control.text.as_ref().unwrap().references.is_empty(), "{}", file.id);
            for cloud in Cloud::ALL {
                control.spec.resolve(cloud).unwrap();
            }
            assert!(control.benchmarks.keys().all(|id| Benchmark::find(id).is_some()), "{}", file.id);
            assert!(control.gap.len() < 120 && !control.gap.ends_with('.'), "{}", file.id);
        }
        let query = find(DEFAULT).unwrap().stored_query.as_ref().unwrap();
        assert!(!query.matches(&serde_json::json!({})));
    }
}
