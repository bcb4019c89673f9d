//! Emergency access accounts that an emergency would take along.

use super::{Rule, declare};
use crate::coverage::PrincipalKind;
use crate::finding::{Drafts, Label, joined};
use crate::rules::TenantFacts;
use crate::rules::control::named;
use crate::tenant::{User, UserIndex};
use std::collections::BTreeSet;

declare! {
    rule: UnsuitableBreakGlass,
    id: "unsuitable-break-glass",
    levels: [Warning],
    since: "0.1.0",
    category: Exclusions,
    summary: "An emergency access account is synchronized, has a mailbox, or is disabled.",
    doc: "doc.md",
}

impl Rule for UnsuitableBreakGlass {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let directory = &facts.tenant.directory;
        let mut seen: BTreeSet<UserIndex> = BTreeSet::new();
        for exception in facts.config.exceptions.iter().filter(|exception| exception.break_glass) {
            let Some(id) = exception.id.guid() else { continue };
            let users: BTreeSet<UserIndex> = match exception.kind {
                PrincipalKind::User => directory.find(id).into_iter().collect(),
                PrincipalKind::Group => directory.members(id).users,
                PrincipalKind::Role | PrincipalKind::ServicePrincipal | PrincipalKind::AgentIdentity => continue,
            };
            for index in users {
                let user = directory.user(index);
                let problems = problems(user);
                if problems.is_empty() || !seen.insert(index) {
                    continue;
                }
                let message = format!(
                    "The emergency access account {} {}.",
                    named(facts, &user.as_id()),
                    joined(&problems, usize::MAX)
                );
                let draft = Self::draft(message)
                    .help("Use a cloud-only account without a mailbox that is enabled, with a FIDO2 key or a certificate of its own.")
                    .about(format!("user {}", user.as_id()))
                    .label(Label::in_config(exception.span.clone(), "approved for emergencies here"));
                drafts.push(draft);
            }
        }
    }
}

/// What makes an account fail together with what it is for.
fn problems(user: &User) -> Vec<String> {
    let mut problems = Vec::new();
    if user.is_enabled == Some(false) {
        problems.push("is disabled or deleted".to_owned());
    }
    if user.is_synchronized == Some(true) {
        problems.push("is synchronized from another directory".to_owned());
    }
    if user.has_mailbox == Some(true) {
        problems.push("has a mailbox".to_owned());
    }
    problems
}
