//! One finding of a tenant in the place of several that say the same of different things.
//!
//! Each stays a finding of its own until ignores and the baseline have been applied: each of them is about one thing, and must hide no
//! other.

use crate::finding::{Draft, Edit, Extent, Finding, Fix, Location, Share, Written};
use std::collections::BTreeSet;

/// What a rule says of several findings at once.
pub(super) struct Together {
    /// Which findings belong together.
    pub is_one: fn(&Finding) -> bool,
    /// How many of them are reported one by one.
    pub few: usize,
    /// Places that are shown.
    pub shown: usize,
    /// What is said of them all: the message, the help, and the policy if it is one.
    pub write: fn(&[Finding]) -> Draft,
}

impl Together {
    /// Puts one finding in the place of all that belong together, if there are too many for one by one.
    pub(super) fn put(&self, findings: &mut Vec<Finding>) {
        let of_these = |finding: &Finding| (self.is_one)(finding);
        if findings.iter().filter(|finding| of_these(finding)).count() <= self.few {
            return;
        }
        let Some(at) = findings.iter().position(of_these) else { return };
        let several: Vec<Finding> = findings.extract_if(.., |finding| of_these(finding)).collect();
        // The first place of them all comes where it stood: findings stay in their order.
        if let Some(one) = self.one(&several) {
            findings.insert(at, one);
        }
    }

    fn one(&self, several: &[Finding]) -> Option<Finding> {
        let (first, others) = several.split_first()?;
        let identities: BTreeSet<String> = several.iter().map(|finding| finding.identity.clone()).collect();
        let draft = Draft {
            level: several.iter().map(|finding| finding.level).max()?,
            is_of_tenant: true,
            extent: Extent::new(0, identities),
            ..(self.write)(several).about("together")
        };
        let mut finding = draft.at(&first.tenant, first.primary().clone());
        let places = others.iter().map(Finding::primary).take(self.shown - 1);
        finding.locations.extend(places.map(|place| Location { primary: false, ..place.clone() }));
        finding.fix = fix(several);
        Some(finding)
    }
}

/// Everything that is written instead of any of them, but nothing twice into one list. Who looks at one finding fixes all that it is
/// about.
fn fix(several: &[Finding]) -> Option<Fix> {
    let mut written = Written::default();
    let fixes = several.iter().filter_map(|finding| finding.fix.as_ref());
    let fixes: Vec<&Fix> = fixes.filter(|fix| written.add(fix)).collect();
    let [first, others @ ..] = fixes.as_slice() else { return None };
    if others.iter().any(|other| other.safety != first.safety) {
        return None;
    }
    let mut edits: Vec<Edit> = fixes.iter().flat_map(|fix| fix.edits.iter().cloned()).collect();
    edits.sort_by(|one, other| (&one.path, one.bytes.start).cmp(&(&other.path, other.bytes.start)));
    edits.dedup();
    let overlap = |pair: &[Edit]| pair[0].path == pair[1].path && pair[0].bytes.end > pair[1].bytes.start;
    if edits.windows(2).any(overlap) {
        return None;
    }
    let title = match others {
        [] => first.title.clone(),
        _ => format!("{}, and {} more like this", first.title, others.len()),
    };
    let share = Share { part: fixes.len(), of: several.len() };
    let share = (share.part < share.of).then_some(share);
    Some(Fix { title, edits, share, ..(*first).clone() })
}
