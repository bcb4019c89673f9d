//! One id, two contents.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: DuplicatePolicy,
    id: "duplicate-policy",
    levels: [Error],
    since: "0.1.0",
    category: Files,
    summary: "Two policies have the same id but differ, so the files do not describe one state of one tenant.",
    doc: "doc.md",
}

impl Rule for DuplicatePolicy {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for group in &facts.clashes.contradictions {
            let mut policies = group.iter().map(|index| &facts.tenant[*index]);
            let Some(first) = policies.next() else { continue };
            let message = format!(
                "{} appears {} times with the same id and different content. No copy counts as cover.",
                PolicyRef::to(first).label(),
                group.len()
            );
            let place = |policy, message| Label::in_policy(policy, &Pointer::root().key("id"), message);
            let mut draft = Self::draft(message)
                .help(
                    "Check one state of one tenant at a time: leave older exports out, or name each folder and use \
                     `--tenant-per-path`.",
                )
                .policy(first)
                .label(place(first, "this id"));
            for policy in policies.take(4) {
                draft = draft.label(place(policy, "the same id, with different content"));
            }
            drafts.push(draft);
        }
    }
}
