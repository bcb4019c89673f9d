//! Ids of one tenant in code.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::Policy;
use crate::rules::TenantFacts;

declare! {
    rule: TenantBoundId,
    id: "tenant-bound-id",
    levels: [Info],
    since: "0.1.0",
    category: Rollout,
    summary: "A Terraform configuration contains literal ids of users, groups or named locations of one tenant.",
    doc: "doc.md",
}

/// Ids that are marked.
const SHOWN: usize = 3;

impl Rule for TenantBoundId {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let ids = policy.block().map(|block| block.literal_ids.as_slice()).unwrap_or_default();
        if ids.is_empty() {
            return;
        }
        let (named, matches) = match ids.len() {
            1 => ("a literal id".to_owned(), "it matches"),
            count => (format!("{count} literal ids"), "they match"),
        };
        let message = format!(
            "{} contains {named} of one tenant. In any other tenant, {matches} nothing.",
            PolicyRef::to(policy).label()
        );
        let draft = Self::draft(message)
            .help("Refer to the resource, look it up with a `data` block, or use a variable.")
            .policy(policy);
        let labels = ids.iter().take(SHOWN);
        drafts.push(
            labels.fold(draft, |draft, own| draft.label(Label::as_written(policy, own.clone(), "of one tenant"))),
        );
    }
}
