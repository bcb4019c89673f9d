//! Plans that leave no policy.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Spot, quoted};
use crate::rules::FileFacts;

declare! {
    rule: DestroyedPolicies,
    id: "destroyed-policies",
    levels: [Warning],
    since: "0.1.0",
    category: Terraform,
    summary: "A Terraform plan destroys Conditional Access policies and keeps none.",
    doc: "doc.md",
}

/// Addresses that a message names.
const SHOWN: usize = 3;

impl Rule for DestroyedPolicies {
    fn check_file(&self, file: &FileFacts<'_>, drafts: &mut Drafts) {
        let Some(taken) = file.taken.filter(|taken| taken.policies == 0 && !taken.destroyed.is_empty()) else { return };
        let count = taken.destroyed.len();
        let mut named: Vec<String> = taken.destroyed.iter().take(SHOWN).map(|address| quoted(address)).collect();
        if count > SHOWN {
            named.push(format!("{} more", count - SHOWN));
        }
        let policies = if count == 1 { "policy" } else { "policies" };
        let message = format!(
            "This plan destroys {count} Conditional Access {policies} and keeps none: {}. After apply, none of its \
             policies is in force.",
            named.join(", ")
        );
        let label = Label::in_file(file.file, Spot::File, "destroys every policy in it");
        drafts.push(
            Self::draft(message)
                .help("Apply it only if other policies replace these, and check those policies in the same run.")
                .about(taken.destroyed.join(" "))
                .label(label),
        );
    }
}
