//! Continuous access evaluation switched off.

use super::{Rule, declare};
use crate::finding::{DraftFix, Drafts, Label, Level, PolicyRef, Safety};
use crate::policy::{AccessEvaluation, ClientAppType, Conditions, Fact, List, Policy, Property, Scope, State};
use crate::rules::TenantFacts;
use crate::syntax::{Pointer, Rewrite};

declare! {
    rule: AccessEvaluationDisabled,
    id: "access-evaluation-disabled",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Correctness,
    fix: Unsafe,
    summary: "A policy disables continuous access evaluation, so revoked sessions stay open until their tokens expire.",
    doc: "doc.md",
}

impl Rule for AccessEvaluationDisabled {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        if policy.session_controls.access_evaluation != Fact::Known(Some(AccessEvaluation::Disabled)) {
            return;
        }
        let name = PolicyRef::to(policy).label();
        let whom = if policy.conditions.users.include_users.position(|id| id.is("All")).is_some() {
            "all users whom it does not exclude"
        } else {
            "the users whom it includes"
        };
        let until = "Their access tokens stay valid for up to an hour after a session is revoked, a password is changed or an \
                     account is disabled.";
        let (level, message) = match (takes_effect(&policy.conditions), policy.judged_state()) {
            (_, Fact::Known(State::Disabled)) => return,
            (Effect::None(why), _) => (
                Level::Info,
                format!(
                    "{name} is meant to disable continuous access evaluation, and {why}. The setting works only for \
                     all resources and without conditions, so it probably has no effect."
                ),
            ),
            (Effect::Sure | Effect::Unknown, Fact::Known(State::ReportOnly)) => {
                (Level::Info, format!("{name} would disable continuous access evaluation for {whom}. {until}"))
            }
            (Effect::Sure, Fact::Known(State::Enabled)) => {
                (Level::Warning, format!("{name} disables continuous access evaluation for {whom}. {until}"))
            }
            (Effect::Sure | Effect::Unknown, Fact::Known(State::Enabled) | Fact::Unknown(_)) => {
                (Level::Warning, format!("{name} may disable continuous access evaluation for {whom}. {until}"))
            }
        };
        let place = Pointer::new(Property::ContinuousAccessEvaluationMode);
        drafts.push(
            Self::draft_at(level, message)
                .help("Remove `continuousAccessEvaluation`: it is then on, which is the default.")
                .policy(policy)
                .label(Label::in_policy(policy, &place, "disabled"))
                .fix(DraftFix::in_policy(
                    policy,
                    &place.parent(),
                    (Safety::Unsafe, "Remove `continuousAccessEvaluation`"),
                    Rewrite::Member,
                )),
        );
    }
}

/// Whether the setting takes effect.
enum Effect {
    Sure,
    Unknown,
    /// Something stands against it.
    None(&'static str),
}

/// Microsoft: "**Disable** works only when **All resources** are selected, no conditions are selected".
///
/// Source: <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-session>
fn takes_effect(conditions: &Conditions) -> Effect {
    let applications = &conditions.applications;
    let for_all = applications.include.position(|id| id.is("All")).is_some();
    let clients = &conditions.client_app_types;
    let every_client = clients.is_empty() || clients.position(|client| *client == ClientAppType::All).is_some();
    let filtered = match &conditions.device_filter {
        Fact::Known(filter) => Some(filter.is_some()),
        Fact::Unknown(_) => None,
    };
    // Whether each stands against it; none where that is not known.
    let obstacles = [
        (unless(for_all, applications.include.first_unknown().is_some()), "is not for all resources"),
        (unless(every_client, clients.first_unknown().is_some()), "has a condition on client apps"),
        (narrows_by(&conditions.platforms), "has a condition on platforms"),
        (narrows_by(&conditions.locations), "has a condition on locations"),
        (filtered, "has a condition on devices"),
        (narrows(&conditions.sign_in_risk_levels), "has a condition on sign-in risk"),
        (narrows(&conditions.user_risk_levels), "has a condition on user risk"),
        (narrows(&conditions.insider_risk_levels), "has a condition on insider risk"),
        (narrows(&conditions.transfer_methods), "has a condition on authentication flows"),
    ];
    if let Some((_, why)) = obstacles.iter().find(|(stands, _)| *stands == Some(true)) {
        return Effect::None(why);
    }
    // What an exclusion of resources, a filter or a condition without a model makes of it is not documented.
    let is_plain = obstacles.iter().all(|(stands, _)| *stands == Some(false))
        && applications.exclude.is_empty()
        && applications.filter == Fact::Known(None)
        && applications.doubt.is_none()
        && conditions.opaque.is_empty()
        && conditions.doubt.is_none();
    if is_plain { Effect::Sure } else { Effect::Unknown }
}

/// That something stands against it unless this is so.
fn unless(is_so: bool, is_unknown: bool) -> Option<bool> {
    if is_so { Some(false) } else { (!is_unknown).then_some(true) }
}

/// Whether a list is a condition.
fn narrows<T>(list: &List<T>) -> Option<bool> {
    unless(list.is_empty(), list.first_unknown().is_some())
}

fn narrows_by<T>(scope: &Scope<T>) -> Option<bool> {
    let is_unknown =
        scope.doubt.is_some() || scope.include.first_unknown().is_some() || scope.exclude.first_unknown().is_some();
    unless(scope.is_empty(), is_unknown)
}
