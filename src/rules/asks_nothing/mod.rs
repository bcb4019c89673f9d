//! Policies that ask for nothing.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Fact, Policy, Property, State};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: AsksNothing,
    id: "asks-nothing",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy has neither a grant control nor a session control, so it asks for nothing.",
    doc: "doc.md",
}

impl Rule for AsksNothing {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let is_off = match policy.state {
            Fact::Known(State::Disabled) => true,
            Fact::Known(State::Enabled | State::ReportOnly) | Fact::Unknown(_) => false,
        };
        if is_off || policy.deleted || !asks_nothing(policy) {
            return;
        }
        let message = format!(
            "{} asks for nothing: it has no grant control and no session control. Microsoft Graph rejects such a policy, so the \
             controls were probably lost in the export or in an edit.",
            PolicyRef::to(policy).label()
        );
        drafts.push(
            Self::draft(message)
                .help("Export the policy again, and compare the controls with those in the admin center. Delete it if it has none there.")
                .policy(policy)
                .about("no controls")
                .label(Label::in_policy(policy, &Pointer::new(Property::GrantControls), "no control")),
        );
    }
}

/// Whether the file says that there is no control, none of which is unknown.
fn asks_nothing(policy: &Policy) -> bool {
    let grant = &policy.grant;
    let no_grant = grant.doubt.is_none()
        && grant.built_in.is_empty()
        && grant.custom.is_empty()
        && grant.terms_of_use.is_empty()
        && grant.strength == Fact::Known(None);
    let no_session = match &policy.session {
        Fact::Known(controls) => controls.is_empty(),
        Fact::Unknown(_) => false,
    };
    no_grant && no_session
}
