//! TODO: what it finds, in a few words.

use super::{Rule, declare};
use crate::finding::Drafts;
use crate::policy::Policy;
use crate::rules::TenantFacts;

declare! {
    rule: @Pascal@,
    id: "@kebab@",
    levels: [Warning],
    since: "@version@",
    category: Correctness,
    summary: "TODO: what is wrong, in one sentence.",
    doc: "doc.md",
}

impl Rule for @Pascal@ {
    // TODO: this one, `check_tenant` or `check_file`.
    fn check_policy(&self, _policy: &Policy, _tenant: &TenantFacts<'_>, _drafts: &mut Drafts) {}
}
