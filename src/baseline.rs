//! A baseline: findings that were there when caplint came, so that only new ones fail.
//!
//! Entries are fingerprints, which a re-export, another order or another formatting does not change. Nothing is ever
//! added by a check.

use crate::finding::{Extent, Finding};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap};

/// The name under which a baseline is looked for.
pub const FILE_NAME: &str = "caplint-baseline.json";

/// Known findings.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u8,
    findings: BTreeSet<Entry>,
    /// The entries by their fingerprints.
    #[serde(skip)]
    by_fingerprint: HashMap<String, Vec<Entry>>,
}

/// One known finding. Its fingerprint says what it is about, and its extent how bad it was: a worse verdict, another way in
/// and another exception are new. The rest is for people who read the file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    rule: String,
    tenant: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    policy: Option<String>,
    fingerprint: String,
    #[serde(skip_serializing_if = "Extent::is_empty", default)]
    extent: Extent,
}

impl Baseline {
    /// All these findings.
    #[must_use]
    pub fn of<'f>(findings: impl Iterator<Item = &'f Finding>) -> Self {
        Self::with(findings.map(entry).collect())
    }

    fn with(findings: BTreeSet<Entry>) -> Self {
        let mut by_fingerprint: HashMap<String, Vec<Entry>> = HashMap::new();
        for entry in &findings {
            by_fingerprint.entry(entry.fingerprint.clone()).or_default().push(entry.clone());
        }
        Self { version: 1, findings, by_fingerprint }
    }

    /// Reads a baseline.
    ///
    /// # Errors
    /// What is wrong with the text, in `serde_json`'s words.
    pub fn read(text: &str) -> Result<Self, String> {
        let baseline: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match baseline.version {
            1 => Ok(Self::with(baseline.findings)),
            version => Err(format!("version {version} is not known")),
        }
    }

    /// Its text: one entry after the other in an order of its own, so that a change is seen in a review.
    #[must_use]
    pub fn text(&self) -> String {
        // Strings and numbers can always be written.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// Whether a finding was known.
    #[must_use]
    pub fn knows(&self, finding: &Finding) -> bool {
        let entries = self.by_fingerprint.get(&finding.identity).map_or(&[][..], Vec::as_slice);
        entries.iter().any(|entry| entry.is(finding) && finding.extent.is_within(&entry.extent))
    }

    /// Removes findings that no longer occur, and the parts of others that have been fixed. Returns how many entries are
    /// gone.
    pub fn prune<'f>(&mut self, findings: impl Iterator<Item = &'f Finding>) -> usize {
        let mut found: HashMap<&str, Vec<&Finding>> = HashMap::new();
        for finding in findings {
            found.entry(&finding.identity).or_default().push(finding);
        }
        let before = self.findings.len();
        let left = self.findings.iter().filter_map(|entry| {
            let still = found.get(entry.fingerprint.as_str())?.iter().find(|finding| entry.is(finding))?;
            let extent = if still.extent.is_within(&entry.extent) { &still.extent } else { &entry.extent };
            Some(Entry { extent: extent.clone(), ..entry.clone() })
        });
        *self = Self::with(left.collect());
        before - self.findings.len()
    }

    /// How many findings it knows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.findings.len()
    }

    /// Whether it knows none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.findings.is_empty()
    }
}

impl Entry {
    /// The policy that a gap of the whole tenant is nearest to may change.
    fn is(&self, finding: &Finding) -> bool {
        self.fingerprint == finding.identity && self.rule == finding.rule && self.tenant == finding.tenant
    }
}

fn entry(finding: &Finding) -> Entry {
    let policy = finding.policy.as_ref();
    let named = policy
        .and_then(|policy| policy.address.clone().or(policy.id.clone()).or_else(|| policy.name().map(str::to_owned)));
    Entry {
        rule: finding.rule.to_owned(),
        tenant: finding.tenant.clone(),
        policy: named,
        fingerprint: finding.identity.clone(),
        extent: finding.extent.clone(),
    }
}
