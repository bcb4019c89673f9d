//! Exceptions to a control that nobody has approved.

use super::{Rule, declare, described};
use crate::coverage::{Exception, PrincipalKind};
use crate::finding::{Draft, Label, Level, PolicyRef, quoted};
use crate::rules::{Judgement, TenantFacts};
use crate::syntax::Pointer;

declare!(
    UnapprovedException,
    "unapproved-exception",
    Warning,
    "0.1.0",
    &["exclusions"],
    "A user, group or role is excluded from a control, and no list of approved exceptions says so."
);

impl Rule for UnapprovedException {
    described!("doc.md");

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        for judgement in facts.judgements {
            let exceptions = &judgement.decision.exceptions;
            if exceptions.is_empty() {
                continue;
            }
            // Nobody has started a list of approved exceptions: one information instead of a warning each.
            let names: Vec<String> = exceptions.iter().map(|exception| described(facts, judgement, exception)).collect();
            let message = format!(
                "{} holds for every user except {}. Check that each is meant to be outside, has an owner and is reviewed.",
                judgement.requirement.id,
                joined(&names)
            );
            let mut draft = Draft::new(Self::ID, Level::Info, message)
                .help("Keep exceptions few: break-glass accounts in a group of their own, and the directory synchronization role.")
                .about(judgement.requirement.id);
            for (exception, name) in exceptions.iter().zip(&names).take(8) {
                for (policy, index) in exception.policies.iter().take(2) {
                    let policy = &facts.tenant.policies[*policy];
                    if draft.policy.is_none() {
                        draft.policy = Some(PolicyRef::to(policy));
                    }
                    let pointer = Pointer::new(exception.kind.exclude_list()).index(*index);
                    draft = draft.label(Label::in_policy(policy, pointer, format!("{name} is excluded here")));
                }
            }
            drafts.push(draft);
        }
    }
}

fn described(facts: &TenantFacts<'_>, judgement: &Judgement, exception: &Exception) -> String {
    let id = exception.id.to_string();
    let tracked = judgement.requirement.text.tracked_roles.iter().find(|role| role.id.eq_ignore_ascii_case(&id));
    let name = tracked.map(|role| role.name.as_str()).or_else(|| facts.tenant.name(&exception.id));
    let shown = name.map_or_else(|| quoted(&id), quoted);
    match exception.kind {
        PrincipalKind::User => format!("the user {shown}"),
        PrincipalKind::Group => format!("members of {shown}"),
        PrincipalKind::Role => format!("holders of the role {shown}"),
    }
}

/// At most six, and how many more.
fn joined(names: &[String]) -> String {
    const SHOWN: usize = 6;
    let mut shown: Vec<String> = names.iter().take(SHOWN).cloned().collect();
    if names.len() > SHOWN {
        shown.push(format!("{} more", names.len() - SHOWN));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}
