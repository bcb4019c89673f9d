//! Exceptions to a control that nobody has approved.

use super::{Rule, declare, described};
use crate::coverage::{Exception, PrincipalKind};
use crate::finding::{Draft, Label, Level, PolicyRef, quoted};
use crate::rules::control::when;
use crate::rules::{Judgement, TenantFacts};
use crate::syntax::Pointer;

declare!(
    UnapprovedException,
    "unapproved-exception",
    Warning,
    "0.1.0",
    Exclusions,
    "A user, group or role is excluded from a control, and no list of approved exceptions says so."
);

impl Rule for UnapprovedException {
    described!("doc.md");

    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        for judgement in facts.judgements {
            let exceptions: Vec<&Exception> = judgement.decision.exceptions.iter().collect();
            if exceptions.is_empty() {
                continue;
            }
            if facts.config.exceptions.is_empty() {
                drafts.push(all(facts, judgement, &exceptions));
                continue;
            }
            // An approval that is past its date speaks for itself.
            let is_listed = |exception: &Exception| {
                facts.config.exceptions.iter().any(|entry| {
                    entry.approves(judgement.control.id, exception.kind, &exception.id)
                })
            };
            for exception in exceptions.into_iter().filter(|exception| !is_listed(exception)) {
                drafts.push(one(facts, judgement, exception));
            }
        }
    }
}

/// Nobody has started a list of approved exceptions: one information instead of a warning each.
fn all(facts: &TenantFacts<'_>, judgement: &Judgement, exceptions: &[&Exception]) -> Draft {
    let names: Vec<String> = exceptions.iter().map(|exception| described(facts, judgement, exception)).collect();
    let message = format!(
        "{} holds for every user except {}. Check that each is meant to be outside, has an owner and is reviewed.",
        judgement.control.id,
        joined(&names)
    );
    let draft = Draft::new(UnapprovedException::ID, Level::Info, message)
        .help("Keep exceptions few, and list each in `caplint.toml` with an owner, a reason and a date: docs/configuration.md.")
        .about(judgement.control.id);
    exceptions.iter().take(8).fold(draft, |draft, exception| labelled(facts, draft, exception))
}

fn one(facts: &TenantFacts<'_>, judgement: &Judgement, exception: &Exception) -> Draft {
    let message = format!(
        "{} does not hold for {}, and `caplint.toml` does not approve that.",
        judgement.control.id,
        described(facts, judgement, exception)
    );
    let kind = exception.kind.word();
    let help = format!(
        "Remove the exclusion, or add [[exception]] with {kind} = {:?}, an owner, a reason and a date to review it by.",
        exception.id.to_string()
    );
    let draft = Draft::new(UnapprovedException::ID, Level::Warning, message)
        .help(help)
        .about(format!("{} {kind} {}", judgement.control.id, exception.id));
    labelled(facts, draft, exception)
}

fn labelled(facts: &TenantFacts<'_>, mut draft: Draft, exception: &Exception) -> Draft {
    for (policy, index) in exception.policies.iter().take(2) {
        let policy = &facts.tenant.policies[*policy];
        if draft.policy.is_none() {
            draft.policy = Some(PolicyRef::to(policy));
        }
        let pointer = Pointer::new(exception.kind.exclude_list()).index(*index);
        draft = draft.label(Label::in_policy(policy, &pointer, format!("{} excluded here", subject(facts, exception))));
    }
    draft
}

fn subject(facts: &TenantFacts<'_>, exception: &Exception) -> String {
    let id = exception.id.to_string();
    let shown = facts.name(exception.kind, &exception.id).map_or_else(|| quoted(&id), |name| quoted(&name));
    match exception.kind {
        PrincipalKind::User => format!("the user {shown} is"),
        PrincipalKind::Group => format!("members of {shown} are"),
        PrincipalKind::Role => format!("holders of the role {shown} are"),
    }
}

fn described(facts: &TenantFacts<'_>, judgement: &Judgement, exception: &Exception) -> String {
    let subject = subject(facts, exception);
    let subject = subject.trim_end_matches(" is").trim_end_matches(" are");
    match when(facts, judgement, exception, 1) {
        Some(when) => format!("{subject} ({when})"),
        None => subject.to_owned(),
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
