//! Approvals of what no policy excludes any more.

use super::{Rule, declare, described};
use crate::config::Exception;
use crate::finding::{Draft, Drafts, Label, Level, quoted};
use crate::rules::TenantFacts;

declare!(
    UnusedException,
    "unused-exception",
    Warning,
    "0.1.0",
    Configuration,
    "An exception is approved in caplint.toml, but no policy excludes it."
);

impl Rule for UnusedException {
    described!("doc.md");

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        // What one tenant does not use may be there for another.
        if facts.judgements.is_empty() || !facts.is_only_tenant {
            return;
        }
        for entry in facts.config.exceptions.iter().filter(|entry| !is_used(facts, entry)) {
            let id = entry.id.to_string();
            let name = facts.name(entry.kind, &entry.id).unwrap_or_else(|| id.clone());
            let message = format!("No policy excludes the {} {} any more.", entry.kind.word(), quoted(&name));
            drafts.push(
                Draft::new(Self::ID, Level::Warning, message)
                    .help("Remove the exception: an approval that nothing needs will one day approve what nobody looked at.")
                    .about(id)
                    .label(Label::in_config(entry.span.clone(), "excluded nowhere")),
            );
        }
    }
}

fn is_used(facts: &TenantFacts<'_>, entry: &Exception) -> bool {
    let policies = &facts.tenant.policies;
    policies.iter().any(|policy| entry.kind.excluded_by(policy).position(|id| id.is_written(&entry.id)).is_some())
}
