//! Approvals past their date.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef, quoted};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;
use crate::tenant::PolicyIndex;

declare! {
    rule: ExpiredException,
    id: "expired-exception",
    levels: [Warning],
    since: "0.1.0",
    category: Configuration,
    summary: "An approved exception in `caplint.toml` is past its review date.",
    doc: "doc.md",
}

impl Rule for ExpiredException {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let expired = facts.config.exceptions.iter().filter(|entry| entry.has_expired(facts.today));
        for entry in expired {
            let uses = facts.judgements.iter().flat_map(|judgement| {
                let exceptions = judgement.decision.exceptions.iter();
                exceptions.filter(|exception| entry.approves(judgement.control.id, exception.kind, &exception.id))
            });
            let policies: Vec<(PolicyIndex, usize)> =
                uses.flat_map(|exception| exception.policies.iter().copied()).collect();
            // One that is not used is reported as that.
            let Some((first, _)) = policies.first() else { continue };
            let id = entry.id.to_string();
            let name = facts.name(entry.kind, &entry.id).unwrap_or_else(|| id.clone());
            let date = entry.review_by.map(|date| date.to_string()).unwrap_or_default();
            let message =
                format!("The exception for the {} {} was due for review by {date}.", entry.kind.word(), quoted(&name));
            let help = format!(
                "Ask {} whether it is still needed. Then set a new date, or remove the exclusion.",
                quoted(&entry.owner)
            );
            let mut draft = Self::draft(message)
                .help(help)
                .about(id)
                .label(Label::in_config(entry.review_span.clone(), "this date has passed"));
            draft.policy = Some(PolicyRef::to(&facts.tenant[*first]));
            for (policy, index) in policies.iter().take(2) {
                let pointer = Pointer::new(entry.kind.exclude_list()).index(*index);
                let policy = &facts.tenant[*policy];
                draft = draft.label(Label::in_policy(policy, &pointer, "still excluded here"));
            }
            drafts.push(draft);
        }
    }
}
