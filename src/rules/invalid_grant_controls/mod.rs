//! Grant controls that Graph refuses.

use super::{Rule, declare, described};
use crate::finding::{Draft, Label, Level, PolicyRef};
use crate::policy::{ClientAppType, Fact, GrantControl, Operator, Policy};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare!(
    InvalidGrantControls,
    "invalid-grant-controls",
    Error,
    "0.1.0",
    Correctness,
    "Grant controls stand together, or with conditions, in a way that Microsoft Graph refuses."
);

impl Rule for InvalidGrantControls {
    described!("doc.md");

    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Vec<Draft>) {
        let grant = &policy.grant;
        let is_unread = grant.doubt.is_some() || grant.built_in.first_unknown().is_some();
        if is_unread || grant.built_in.is_empty() || policy.conditions.doubt.is_some() {
            return;
        }
        for problem in [block_and_others, mfa_and_strength, password_change, remediation]
            .into_iter()
            .filter_map(|check| check(policy))
        {
            let message = format!("{} {}. Microsoft Graph refuses that.", PolicyRef::to(policy).label(), problem.what);
            drafts.push(
                Draft::new(Self::ID, Level::Error, message)
                    .help(problem.instead)
                    .policy(policy)
                    .about(problem.about)
                    .label(Label::in_policy(policy, &problem.place, problem.seen)),
            );
        }
    }
}

struct Problem {
    about: &'static str,
    what: &'static str,
    place: Pointer,
    seen: &'static str,
    instead: &'static str,
}

fn place_of(policy: &Policy, control: GrantControl) -> Option<Pointer> {
    let index = policy.grant.built_in.position(|one| *one == control)?;
    Some(Pointer::new("/grantControls/builtInControls").index(index))
}

fn demands(policy: &Policy) -> usize {
    let grant = &policy.grant;
    let strength = usize::from(grant.strength != Fact::Known(None));
    grant.built_in.items().len() + grant.custom.items().len() + grant.terms_of_use.items().len() + strength
}

fn block_and_others(policy: &Policy) -> Option<Problem> {
    let place = place_of(policy, GrantControl::Block)?;
    (demands(policy) > 1).then_some(Problem {
        about: "block",
        what: "blocks and demands something else as well",
        place,
        seen: "nothing can stand beside block",
        instead: "Keep \"block\" alone, or take it out.",
    })
}

fn mfa_and_strength(policy: &Policy) -> Option<Problem> {
    let place = place_of(policy, GrantControl::Mfa)?;
    matches!(policy.grant.strength, Fact::Known(Some(_))).then_some(Problem {
        about: "mfa and strength",
        what: "demands MFA and an authentication strength",
        place,
        seen: "a strength is beside it",
        instead: "Keep the strength, which is MFA of the kind that it names, and take \"mfa\" out.",
    })
}

fn password_change(policy: &Policy) -> Option<Problem> {
    let place = place_of(policy, GrantControl::PasswordChange)?;
    let conditions = &policy.conditions;
    let problem = |what, instead| {
        Some(Problem {
            about: "password change",
            what,
            place: place.clone(),
            seen: "a new password is demanded here",
            instead,
        })
    };
    if conditions.user_risk_levels.is_empty() {
        return problem(
            "demands a new password without a condition on user risk",
            "Set `userRiskLevels`, mostly to [\"high\"]: a password is changed because the user is at risk.",
        );
    }
    let is_both = policy.grant.operator == Fact::Known(Some(Operator::And));
    if !policy.grant.asks_for_mfa() || !is_both {
        return problem(
            "demands a new password without MFA",
            "Demand both: \"mfa\" or a strength beside it, with the operator AND.",
        );
    }
    let applications = &conditions.applications;
    let all =
        applications.include.position(|id| id.is("All")).is_some() || applications.include.first_unknown().is_some();
    if !all || !applications.exclude.is_empty() {
        return problem("demands a new password for some resources only", "Include All resources, without exclusions.");
    }
    let any_client = conditions.client_app_types.is_empty()
        || conditions.client_app_types.position(|client| *client == ClientAppType::All).is_some()
        || conditions.client_app_types.first_unknown().is_some();
    if !any_client
        || !conditions.sign_in_risk_levels.is_empty()
        || !conditions.locations.is_empty()
        || !conditions.platforms.is_empty()
        || matches!(conditions.device_filter, Fact::Known(Some(_)))
    {
        return problem(
            "demands a new password under another condition than users, resources and user risk",
            "Remove the other conditions, or put them into a policy of their own.",
        );
    }
    None
}

fn remediation(policy: &Policy) -> Option<Problem> {
    let place = place_of(policy, GrantControl::RiskRemediation)?;
    let excludes = |control| place_of(policy, control).is_some();
    (excludes(GrantControl::PasswordChange) || excludes(GrantControl::Block)).then_some(Problem {
        about: "risk remediation",
        what: "demands risk remediation beside block or a password change",
        place,
        seen: "remediation is beside block or a password change",
        instead: "Keep one of them: remediation chooses by itself what the user must do.",
    })
}
