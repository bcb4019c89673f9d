//! Grant controls that do not go together.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, Level, PolicyRef};
use crate::policy::{
    ClientAppType, Conditions, Fact, GrantControl, GrantControls, Operator, Platform, Policy, Property, Words,
};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: InvalidGrantControls,
    id: "invalid-grant-controls",
    levels: [Error, Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy combines grant controls that Microsoft Entra does not allow together, or lacks what a control requires.",
    doc: "doc.md",
}

const CONTROLS: Property = Property::BuiltInControls;

impl Rule for InvalidGrantControls {
    fn check_policy(&self, policy: &Policy, _tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let grant = &policy.grant;
        if grant.doubt.is_some() || count(grant) == 0 {
            return;
        }
        let at =
            |control| grant.built_in.position(|it| *it == control).map(|index| Pointer::new(CONTROLS).index(index));
        let strength =
            matches!(grant.strength, Fact::Known(Some(_))).then(|| Pointer::new(Property::AuthenticationStrength));
        if let Some(block) = at(GrantControl::Block) {
            drafts.extend(other_than_block(grant).map(|other| blocks_and_grants(policy, &block, &other)));
            return;
        }
        if count(grant) > 1 && grant.operator == Fact::Known(None) {
            drafts.push(lacks_operator(policy));
        }
        if let (Some(mfa), Some(strength)) = (at(GrantControl::Mfa), &strength) {
            drafts.push(asks_twice_for_mfa(policy, &mfa, strength));
        }
        for remedy in [GrantControl::PasswordChange, GrantControl::RiskRemediation] {
            if let Some(place) = at(remedy) {
                drafts.extend(misplaced(policy, remedy, &place));
            }
        }
    }
}

/// How many controls there are, known or not.
fn count(grant: &GrantControls) -> usize {
    let strength = usize::from(matches!(grant.strength, Fact::Known(Some(_))));
    grant.built_in.items().len() + grant.custom.items().len() + grant.terms_of_use.items().len() + strength
}

fn other_than_block(grant: &GrantControls) -> Option<Pointer> {
    let mut built_in = grant.built_in.items().iter();
    let built_in = built_in.position(|control| *control != Fact::Known(GrantControl::Block));
    let strength = matches!(grant.strength, Fact::Known(Some(_)));
    let place = Pointer::new(Property::GrantControls);
    let first = |list: &[_], name| (!list.is_empty()).then(|| place.key(name).index(0));
    built_in
        .map(|index| Pointer::new(CONTROLS).index(index))
        .or_else(|| strength.then(|| place.key("authenticationStrength")))
        .or_else(|| first(grant.terms_of_use.items(), "termsOfUse"))
        .or_else(|| first(grant.custom.items(), "customAuthenticationFactors"))
}

fn blocks_and_grants(policy: &Policy, block: &Pointer, other: &Pointer) -> Draft {
    let message = format!(
        "{} blocks access and also grants it under a condition. A policy can do only one of the two.",
        PolicyRef::to(policy).label()
    );
    InvalidGrantControls::draft(message)
        .help("Keep `block` alone, or remove it. If you need both for different sign-ins, create two policies.")
        .policy(policy)
        .about("block")
        .label(Label::in_policy(policy, block, "blocks"))
        .label(Label::in_policy(policy, other, "and also grants access under this condition"))
}

fn lacks_operator(policy: &Policy) -> Draft {
    let operator = Pointer::new(Property::GrantOperator);
    let message = format!(
        "{} has several grant controls and no operator, so it is unknown whether one of them is enough.",
        PolicyRef::to(policy).label()
    );
    InvalidGrantControls::draft(message)
        .help(format!(
            "Set `{}` to \"AND\" if all are required, and to \"OR\" if one is enough.",
            policy.place(&operator)
        ))
        .policy(policy)
        .about("operator")
        .label(Label::in_policy(policy, &operator, "neither AND nor OR"))
}

fn asks_twice_for_mfa(policy: &Policy, mfa: &Pointer, strength: &Pointer) -> Draft {
    let label = PolicyRef::to(policy).label();
    let message = if policy.grant.operator == Fact::Known(Some(Operator::Or)) {
        format!(
            "{label} requires an authentication strength or any MFA, so any MFA is enough and the strength has no \
             effect."
        )
    } else {
        format!("{label} requires MFA and an authentication strength. A policy can require one of them, but not both.")
    };
    InvalidGrantControls::draft_at(Level::Warning, message)
        .help("Remove `mfa` and keep the strength, which defines the required MFA.")
        .policy(policy)
        .about("strength")
        .label(Label::in_policy(policy, mfa, "any MFA"))
        .label(Label::in_policy(policy, strength, "and a strength"))
}

/// A control that remediates user risk, and the settings that prevent it.
fn misplaced(policy: &Policy, remedy: GrantControl, place: &Pointer) -> Option<Draft> {
    let grant = &policy.grant;
    let conditions = &policy.conditions;
    let changes_password = remedy == GrantControl::PasswordChange;
    let mut wrong: Vec<(&str, Pointer)> = Vec::new();

    let strength = !matches!(grant.strength, Fact::Known(None));
    let is_companion = |control: &Fact<GrantControl>| match control {
        Fact::Known(control) => *control == GrantControl::Mfa && changes_password,
        Fact::Unknown(_) => true,
    };
    if !strength && !grant.built_in.items().iter().any(is_companion) {
        let missing = if changes_password {
            "the policy does not also require MFA"
        } else {
            "the policy does not also require an authentication strength"
        };
        wrong.push((missing, place.clone()));
    } else if grant.operator == Fact::Known(Some(Operator::Or)) {
        wrong.push(("with OR, another control is enough", Pointer::new(Property::GrantOperator)));
    }
    let stranger = |control: &GrantControl| match control {
        GrantControl::PasswordChange => !changes_password,
        GrantControl::RiskRemediation | GrantControl::Mfa => false,
        GrantControl::Block
        | GrantControl::CompliantDevice
        | GrantControl::DomainJoinedDevice
        | GrantControl::ApprovedApplication
        | GrantControl::CompliantApplication
        | GrantControl::VerifiedId => changes_password,
    };
    if let Some(index) = grant.built_in.position(stranger) {
        wrong.push(("only MFA can be combined with it", Pointer::new(CONTROLS).index(index)));
    }
    if conditions.doubt.is_none() {
        if conditions.user_risk_levels.is_empty() {
            wrong.push(("the policy has no user risk", Pointer::new(Property::UserRiskLevels)));
        }
        let apps = &conditions.applications;
        let include = Pointer::new(Property::IncludeApplications);
        if apps.doubt.is_none()
            && apps.include.first_unknown().is_none()
            && apps.include.position(|app| app.is("All")).is_none()
        {
            wrong.push(("the policy does not target all resources", include));
        } else if !apps.exclude.items().is_empty() {
            let exclude = Pointer::new(Property::ExcludeApplications);
            wrong.push(("the policy excludes resources", exclude.index(0)));
        }
        let condition = other_condition(conditions).map(|name| Pointer::root().key("conditions").key(name));
        wrong.extend(condition.map(|place| ("the policy has a condition other than user risk", place)));
    }
    if wrong.is_empty() {
        return None;
    }
    let clauses: Vec<&str> = wrong.iter().map(|(clause, _)| *clause).collect();
    let message = format!(
        "{} cannot have the control \"{}\" in this form: {}. Microsoft Graph rejects it.",
        PolicyRef::to(policy).label(),
        remedy.word(),
        clauses.join("; ")
    );
    let help = if changes_password {
        "Move it to a separate policy: `mfa` AND `passwordChange`, with user risk, for all resources, with no other \
         condition."
    } else {
        "Move it to a separate policy: `riskRemediation` AND an authentication strength, with user risk, for all \
         resources, with no other condition."
    };
    let draft = InvalidGrantControls::draft(message)
        .help(help)
        .policy(policy)
        .about(remedy.word())
        .label(Label::in_policy(policy, place, "not allowed in this form"));
    let others = wrong.iter().filter(|(_, at)| at != place);
    Some(others.fold(draft, |draft, (clause, at)| draft.label(Label::in_policy(policy, at, *clause))))
}

/// A condition that is neither users, resources nor user risk, and that surely narrows.
fn other_condition(conditions: &Conditions) -> Option<&'static str> {
    let apps = &conditions.client_app_types;
    let every_app = apps.items().is_empty() || apps.position(|app| *app == ClientAppType::All).is_some();
    let every_platform = conditions.platforms.exclude.items().is_empty()
        && conditions.platforms.include.known().all(|(_, platform)| *platform == Platform::All);
    let every_location = conditions.locations.exclude.items().is_empty()
        && conditions.locations.include.known().all(|(_, location)| location.is("All"));
    let filtered = matches!(conditions.device_filter, Fact::Known(Some(_)));
    [
        (!every_app, "clientAppTypes"),
        (!conditions.sign_in_risk_levels.items().is_empty(), "signInRiskLevels"),
        (!every_platform, "platforms"),
        (!every_location, "locations"),
        (filtered, "devices"),
        (!conditions.insider_risk_levels.items().is_empty(), "insiderRiskLevels"),
        (!conditions.transfer_methods.items().is_empty(), "authenticationFlows"),
    ]
    .into_iter()
    .find_map(|(narrows, name)| narrows.then_some(name))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::found;

    fn messages(conditions: &str, grant: &str) -> Vec<String> {
        let policy = format!(
            r#"{{"displayName": "p", "state": "enabled", "conditions": {{"users": {{"includeUsers": ["All"]}}, {conditions}}},
                "grantControls": {{{grant}}}}}"#
        );
        let found = found(InvalidGrantControls::META.id, policy.as_bytes(), "", None);
        found.into_iter().filter(|one| one.rule == InvalidGrantControls::META.id).map(|one| one.message).collect()
    }

    const RISKY: &str = r#""userRiskLevels": ["high"], "applications": {"includeApplications": ["All"]}"#;
    const CHANGE: &str = r#""operator": "AND", "builtInControls": ["mfa", "passwordChange"]"#;
    const STRENGTH: &str = r#""authenticationStrength": {"id": "00000000-0000-0000-0000-000000000002"}"#;

    #[test]
    fn what_entra_makes_itself_is_in_order() {
        for (conditions, grant) in [
            (RISKY.to_owned(), CHANGE.to_owned()),
            (
                format!(r#"{RISKY}, "clientAppTypes": ["all"], "platforms": {{"includePlatforms": ["all"]}}"#),
                CHANGE.into(),
            ),
            (RISKY.into(), format!(r#""operator": "AND", "builtInControls": ["passwordChange"], {STRENGTH}"#)),
            (RISKY.into(), format!(r#""operator": "AND", "builtInControls": ["riskRemediation"], {STRENGTH}"#)),
            // Whatever is hidden may be what is missing.
            (RISKY.into(), r#""operator": "AND", "builtInControls": ["passwordChange", "unknownFutureValue"]"#.into()),
            (RISKY.into(), format!(r#""builtInControls": [], {STRENGTH}"#)),
            (RISKY.into(), r#""operator": "sometimes", "builtInControls": ["mfa", "compliantDevice"]"#.into()),
        ] {
            assert_eq!(messages(&conditions, &grant), Vec::<String>::new(), "{conditions} {grant}");
        }
    }

    #[test]
    fn a_user_risk_control_says_what_it_lacks() {
        let apps = r#""applications": {"includeApplications": ["All"], "excludeApplications": ["Office365"]}"#;
        for (conditions, grant, clauses) in [
            (
                RISKY.to_owned(),
                r#""builtInControls": ["passwordChange"]"#.to_owned(),
                "the policy does not also require MFA",
            ),
            (
                format!(r#"{apps}, "signInRiskLevels": ["high"]"#),
                r#""operator": "AND", "builtInControls": ["mfa", "passwordChange", "compliantDevice"]"#.into(),
                "only MFA can be combined with it; the policy has no user risk; the policy excludes resources; the \
                 policy has a condition other than user risk",
            ),
            (
                RISKY.into(),
                r#""operator": "AND", "builtInControls": ["mfa", "riskRemediation"]"#.into(),
                "the policy does not also require an authentication strength",
            ),
        ] {
            let messages = messages(&conditions, &grant);
            assert!(
                messages.len() == 1 && messages[0].contains(&format!("in this form: {clauses}. ")),
                "{messages:#?}"
            );
        }
    }
}
