//! One id, several policies.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: SharedId,
    id: "shared-id",
    levels: [Warning],
    since: "0.1.0",
    category: Files,
    summary: "Policies with different names have the same id, so it cannot be the id of one policy.",
    doc: "doc.md",
}

/// How many of the policies a finding points at.
const SHOWN: usize = 4;

impl Rule for SharedId {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for group in &facts.clashes.shared_ids {
            let mut policies = group.iter().map(|index| &facts.tenant[*index]);
            let Some(first) = policies.next() else { continue };
            let message = format!(
                "{} and {} more have the same id and different names: the id is a placeholder or was copied. Each \
                 counts as a separate policy.",
                PolicyRef::to(first).label(),
                if group.len() == 2 { "one".to_owned() } else { (group.len() - 1).to_string() },
            );
            let place = |policy, message| Label::in_policy(policy, &Pointer::root().key("id"), message);
            let mut draft = Self::draft(message)
                .help("Give each policy its id in the tenant, or omit `id`, as templates do.")
                .policy(first)
                .label(place(first, "this id"));
            for policy in policies.take(SHOWN - 1) {
                draft = draft.label(place(policy, "the same id"));
            }
            drafts.push(draft);
        }
    }
}
