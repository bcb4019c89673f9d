//! Approvals of what no policy excludes any more.

use super::{Rule, declare};
use crate::config::Exception;
use crate::finding::{DraftFix, Drafts, Label, quoted};
use crate::rules::TenantFacts;

declare! {
    rule: UnusedException,
    id: "unused-exception",
    levels: [Warning],
    since: "0.1.0",
    category: Configuration,
    fix: Unsafe,
    summary: "An approved exception in `caplint.toml` matches no exclusion.",
    doc: "doc.md",
}

impl Rule for UnusedException {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        // What one tenant does not use may be there for another.
        if facts.judgements.is_empty() || !facts.is_only_tenant {
            return;
        }
        for entry in facts.config.exceptions.iter().filter(|entry| !is_used(facts, entry)) {
            let id = entry.id.to_string();
            let name = facts.name(entry.kind, &entry.id).unwrap_or_else(|| id.clone());
            let message = format!("No policy excludes the {} {}.", entry.kind.word(), quoted(&name));
            // That of an account for emergencies says as well that it must be able to sign in.
            let (help, fix) = if entry.break_glass {
                ("Exclude the account from the policies that may lock it out, or remove the exception.", None)
            } else {
                let title = format!("Remove the exception of {}", quoted(&name));
                (
                    "Remove the exception. An unused approval may later approve an exclusion that nobody has reviewed.",
                    Some(DraftFix::without_entry(&entry.span, title)),
                )
            };
            drafts.push(
                Self::draft(message)
                    .help(help)
                    .about(id)
                    .label(Label::in_config(entry.span.clone(), "not excluded in any policy"))
                    .fix(fix),
            );
        }
    }
}

fn is_used(facts: &TenantFacts<'_>, entry: &Exception) -> bool {
    let policies = &facts.tenant.policies;
    policies.iter().any(|policy| entry.kind.excluded_by(policy).position(|id| id.is_written(&entry.id)).is_some())
}
