//! `mfa OR compliantDevice`.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Fact, GrantControl, Id, List, Operator, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: AlternativeToMfa,
    id: "alternative-to-mfa",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "A policy requires MFA or another control, so the other control alone is enough.",
    doc: "doc.md",
}

impl Rule for AlternativeToMfa {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let grant = &policy.grant;
        let asks_for_mfa = grant.built_in.position(|control| *control == GrantControl::Mfa);
        let strength = matches!(grant.strength, Fact::Known(Some(_)));
        if !(asks_for_mfa.is_some() || strength) || grant.operator != Fact::Known(Some(Operator::Or)) {
            return;
        }
        let Some((alternative, word)) = alternative(policy) else { return };
        let is_open = tenant.leaves_mfa_out(policy, |policy| {
            let kept = policy.grant.built_in.known().filter(|(_, control)| **control == GrantControl::Mfa);
            policy.grant.built_in = kept.map(|(_, control)| Fact::Known(*control)).collect();
            policy.grant.custom = List::default();
            policy.grant.terms_of_use = List::default();
        });
        if !is_open {
            return;
        }
        let message = format!(
            "{} requires MFA or {word}. With the latter, a password is enough, and no other policy requires MFA for \
             these sign-ins.",
            PolicyRef::to(policy).label()
        );
        let seen = asks_for_mfa.map_or_else(
            || Pointer::new(Property::AuthenticationStrength),
            |index| Pointer::new(Property::BuiltInControls).index(index),
        );
        drafts.push(
            Self::draft(message)
                .help("Set `operator` to \"AND\", or keep one control and require the other in a separate policy.")
                .policy(policy)
                .label(Label::in_policy(policy, &alternative, "enough without MFA"))
                .label(Label::in_policy(policy, &seen, "MFA is only one option"))
                .label(Label::in_policy(policy, &Pointer::new(Property::GrantOperator), "one control is enough")),
        );
    }
}

/// The first control other than MFA, with its place.
fn alternative(policy: &Policy) -> Option<(Pointer, &'static str)> {
    let grant = &policy.grant;
    let word = |control: &GrantControl| match control {
        GrantControl::CompliantDevice => Some("a compliant device"),
        GrantControl::DomainJoinedDevice => Some("a hybrid joined device"),
        GrantControl::ApprovedApplication => Some("an approved client app"),
        GrantControl::CompliantApplication => Some("an app protection policy"),
        GrantControl::VerifiedId => Some("a Verified ID"),
        GrantControl::Block | GrantControl::Mfa | GrantControl::PasswordChange | GrantControl::RiskRemediation => None,
    };
    let built_in = grant
        .built_in
        .known()
        .find_map(|(index, control)| Some((Pointer::new(Property::BuiltInControls).index(index), word(control)?)));
    let first = |list: &List<Id>, property: Property, word| {
        list.known().next().map(|(index, _)| (Pointer::new(property).index(index), word))
    };
    built_in
        .or_else(|| first(&grant.terms_of_use, Property::TermsOfUse, "terms of use"))
        .or_else(|| first(&grant.custom, Property::CustomAuthenticationFactors, "a custom control"))
}
