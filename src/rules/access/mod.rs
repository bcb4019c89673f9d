//! Somebody who must be able to sign in cannot.

use super::expect::{account as named, refused};
use super::{Rule, declare};
use crate::access::{Answer, Shown, Untold, Verdict};
use crate::finding::{Draft, Drafts, Label, Level, capitalised, joined};
use crate::policy::{Policy, Property};
use crate::rules::{Reached, TenantFacts};
use crate::syntax::Pointer;

declare! {
    rule: Access,
    id: "access",
    levels: [Error, Warning],
    since: "0.1.0",
    category: Exclusions,
    summary: "Somebody who must be able to sign in, such as an emergency access account, cannot.",
    doc: "doc.md",
}

/// Policies that a message names and a finding points at.
const SHOWN: usize = 3;

const LATER: &str = "once the policies in report-only mode are on";

impl Rule for Access {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        for reached in facts.access {
            let [now, later] = &reached.answers;
            let (answer, level) = match (now.verdict, later.verdict) {
                (Verdict::Cannot | Verdict::Undecided, _) => (now, Level::Error),
                (Verdict::Can, Verdict::Cannot | Verdict::Undecided) => (later, Level::Warning),
                (Verdict::Can, Verdict::Can) => continue,
            };
            drafts.push(draft(facts, reached, answer, level));
        }
    }
}

fn draft(facts: &TenantFacts<'_>, reached: &Reached, answer: &Answer, level: Level) -> Draft {
    let message = reason(facts, reached);
    let draft = Draft { level, is_of_tenant: true, ..Access::draft(message) };
    let mut draft = draft.about(reached.access.id.clone());
    let help = match &answer.refused {
        Some((_, refused)) if refused.is_by_device => {
            "Exclude the account from the policies, or add a control that the account can satisfy as an alternative."
        }
        Some((_, refused)) if refused.is_blocked => {
            "Exclude the account from the policies, or narrow them to what they should block."
        }
        Some(_) => "Exclude the account from the policies, or let them accept what the account has.",
        None => match answer.untold {
            Some(Untold::TooIntricate) => {
                "Narrow the requirement: fewer resources, clients or platforms are decided sooner."
            }
            Some(Untold::NoSignIn) => "Remove a condition of the requirement.",
            Some(Untold::MissingPolicies) | None => {
                "Complete the export, or specify the configuration that says what is missing."
            }
        },
    };
    draft = draft.help(help);
    let policies: Vec<&Policy> = answer.refused.iter().flat_map(|(_, refused)| policies(facts, refused)).collect();
    if let Some(first) = policies.first() {
        draft = draft.policy(first);
    }
    let message = if answer.verdict == Verdict::Cannot { "refuses the sign-in" } else { "may refuse the sign-in" };
    for policy in policies.iter().take(SHOWN) {
        draft = draft.label(Label::in_policy(policy, &Pointer::new(Property::GrantControls), message));
    }
    draft.label(Label::in_config(reached.access.span.clone(), "must be able to sign in"))
}

fn policies<'f>(facts: &'f TenantFacts<'_>, refused: &'f Shown) -> impl Iterator<Item = &'f Policy> {
    refused.by.iter().filter_map(|which| facts.tenant.policies.get(which.policy()?))
}

/// The answer to a requirement in one sentence.
#[must_use]
pub fn reason(facts: &TenantFacts<'_>, reached: &Reached) -> String {
    let [now, later] = &reached.answers;
    match (now.verdict, later.verdict) {
        (Verdict::Can, Verdict::Cannot | Verdict::Undecided) => {
            format!("{} {LATER}.", sentence(facts, reached, later))
        }
        (Verdict::Can, Verdict::Can) | (Verdict::Cannot | Verdict::Undecided, _) => {
            format!("{}.", sentence(facts, reached, now))
        }
    }
}

/// Who cannot sign in, where, and because of what.
fn sentence(facts: &TenantFacts<'_>, reached: &Reached, answer: &Answer) -> String {
    let access = &reached.access;
    let Some((account, shown)) = &answer.refused else {
        let who = joined(&access.accounts.iter().map(|one| named(facts, one)).collect::<Vec<_>>(), SHOWN);
        return match answer.untold {
            None => format!("{} can sign in", capitalised(&who)),
            Some(Untold::TooIntricate) => format!("It takes too long to tell whether {who} can sign in"),
            Some(Untold::NoSignIn) => {
                "No sign-in is as this requirement says, because its conditions exclude each other".to_owned()
            }
            Some(Untold::MissingPolicies) => {
                format!("Whether {who} can sign in is not known, because policies may be missing from the files")
            }
        };
    };
    let who = capitalised(&named(facts, &access.accounts[*account]));
    refused(facts, &who, &access.resources, shown, answer.verdict == Verdict::Undecided)
}
