//! What an advice changes in a policy, so that it can be proved before it is given.

use super::how::asks_modern_clients;
use crate::coverage;
use crate::policy::{Applications, ClientAppType, Fact, Id, List, Operator, Policy, Property, Scope, State};
use crate::requirement::{Grant, Principal, Requirement};
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{Cause, Why};
use crate::tenant::PolicyIndex;

/// Whether a policy is one to change for a requirement, and the change is enough: nobody is outside then but exceptions. Where
/// caplint cannot make the change itself, it is taken to be.
pub(super) fn is_advice(facts: &TenantFacts<'_>, judgement: &Judgement, index: PolicyIndex, causes: &[Cause]) -> bool {
    let requirement = &judgement.requirement;
    let policy = &facts.tenant[index];
    let asks_for_less = causes.iter().any(|cause| changes_demand(cause.why));
    let would_block = requirement.grant.first() == Some(&Grant::Block) && !policy.grant.blocks();
    // Whoever else the policy is for would have to meet the new demand, too.
    if asks_for_less && (would_block || is_for_others(requirement, policy)) {
        return false;
    }
    // That would be another policy.
    let asks_for_no_risk =
        requirement.sign_in_risk.is_empty() && requirement.user_risk.is_empty() && requirement.insider_risk.is_empty();
    let needs_another = |cause: &Cause| {
        (cause.why == Why::RiskNotIncluded && asks_for_no_risk)
            || (cause.why == Why::FlowNotIncluded && requirement.flows.is_empty())
    };
    if causes.iter().any(needs_another) {
        return false;
    }
    let mut changed = policy.clone();
    if !causes.iter().all(|cause| make(requirement, &mut changed, cause)) {
        return true;
    }
    facts.held_with(requirement, index, changed).is_some()
}

/// Whether a policy is for more than the requirement is about.
fn is_for_others(requirement: &Requirement, policy: &Policy) -> bool {
    let is_for_all = policy.conditions.users.include_users.position(|id| id.is("All")).is_some();
    (is_for_all && !requirement.users.is_empty()) || !coverage::is_about(requirement, policy)
}

/// Whether removing a cause changes what is demanded, and not of whom or when.
fn changes_demand(why: Why) -> bool {
    match why {
        Why::NoGrantControls
        | Why::NoSessionControl
        | Why::WeakerSessionControl
        | Why::Alternative
        | Why::OperatorMissing => true,
        Why::Disabled
        | Why::ReportOnly
        | Why::Deleted
        | Why::Contradicted
        | Why::Foreign
        | Why::UserNotIncluded
        | Why::OnlyIncludedGroups
        | Why::UserExcluded
        | Why::GroupExcluded
        | Why::RoleExcluded
        | Why::GuestsExcluded
        | Why::ResourceNotIncluded
        | Why::ResourceExcluded
        | Why::AdminPortals
        | Why::ApplicationFilter
        | Why::WorkloadIdentities
        | Why::OtherIdentities
        | Why::IdentitiesPerhaps
        | Why::ClientAppNotIncluded
        | Why::PlatformNotIncluded
        | Why::PlatformExcluded
        | Why::LocationNotIncluded
        | Why::LocationExcluded
        | Why::DeviceFilter
        | Why::DeviceFilterOpaque
        | Why::RiskNotIncluded
        | Why::EveryRiskLevel
        | Why::PartnersPerhaps
        | Why::SuitePerhaps(_)
        | Why::PerhapsTheSame
        | Why::NoClientApps
        | Why::EmptyCondition
        | Why::FlowNotIncluded
        | Why::Opaque
        | Why::NotForAllResources
        | Why::LocationUndefined
        | Why::CompliantNetworkPerhaps
        | Why::StrengthUndefined
        | Why::Doubt(_) => false,
    }
}

/// Roles that the requirement is about and that a policy does not include, or excludes.
pub(super) fn roles_of(requirement: &Requirement) -> impl Iterator<Item = &Id> {
    requirement.users.iter().filter_map(|user| match user {
        Principal::Role(role) => Some(role),
        Principal::User(_) | Principal::Group(_) | Principal::Guests(_) | Principal::Members => None,
    })
}

/// Changes a policy as the advice about a cause says. False if caplint cannot.
fn make(requirement: &Requirement, policy: &mut Policy, cause: &Cause) -> bool {
    let conditions = &mut policy.conditions;
    let users = &mut conditions.users;
    match cause.why {
        Why::Disabled | Why::ReportOnly => policy.state = Fact::Known(State::Enabled),
        Why::UserNotIncluded if !requirement.users.is_empty() => add(&mut users.include_roles, roles_of(requirement)),
        Why::UserNotIncluded | Why::OnlyIncludedGroups => users.include_users = only(Id::new("All")),
        Why::UserExcluded | Why::GuestsExcluded if cause.at.property == Property::ExcludeUsers => {
            remove(&mut users.exclude_users, cause);
        }
        Why::GroupExcluded => remove(&mut users.exclude_groups, cause),
        Why::RoleExcluded if requirement.users.is_empty() => remove(&mut users.exclude_roles, cause),
        Why::RoleExcluded => {
            let roles: Vec<&Id> = roles_of(requirement).collect();
            keep(&mut users.exclude_roles, |role| !roles.contains(&role));
        }
        Why::GuestsExcluded => users.exclude_guests = Fact::Known(None),
        Why::ResourceExcluded => remove(&mut conditions.applications.exclude, cause),
        Why::PlatformExcluded => remove(&mut conditions.platforms.exclude, cause),
        Why::LocationExcluded => remove(&mut conditions.locations.exclude, cause),
        Why::ClientAppNotIncluded if !asks_modern_clients(requirement) => {
            add(&mut conditions.client_app_types, &requirement.clients);
        }
        Why::ClientAppNotIncluded | Why::NoClientApps => conditions.client_app_types = only(ClientAppType::All),
        Why::PlatformNotIncluded => conditions.platforms = Scope::default(),
        Why::LocationNotIncluded => conditions.locations = Scope::default(),
        Why::RiskNotIncluded => match cause.at.property {
            Property::SignInRiskLevels => {
                return add_asked(&mut conditions.sign_in_risk_levels, &requirement.sign_in_risk);
            }
            Property::UserRiskLevels => return add_asked(&mut conditions.user_risk_levels, &requirement.user_risk),
            Property::InsiderRiskLevels => {
                return add_asked(&mut conditions.insider_risk_levels, &requirement.insider_risk);
            }
            _ => return false,
        },
        Why::FlowNotIncluded => return add_asked(&mut conditions.transfer_methods, &requirement.flows),
        Why::DeviceFilter | Why::DeviceFilterOpaque => conditions.device_filter = Fact::Known(None),
        Why::NotForAllResources => {
            conditions.applications = Applications { include: only(Id::new("All")), ..conditions.applications.clone() };
        }
        Why::OperatorMissing => policy.grant.operator = Fact::Known(Some(Operator::And)),
        Why::Alternative if requirement.grant == [Grant::Mfa] && cause.at.property == Property::BuiltInControls => {
            policy.grant.operator = Fact::Known(Some(Operator::And));
        }
        Why::UserExcluded
        | Why::Alternative
        | Why::Deleted
        | Why::Contradicted
        | Why::Foreign
        | Why::ResourceNotIncluded
        | Why::AdminPortals
        | Why::ApplicationFilter
        | Why::WorkloadIdentities
        | Why::OtherIdentities
        | Why::IdentitiesPerhaps
        | Why::EveryRiskLevel
        | Why::PartnersPerhaps
        | Why::SuitePerhaps(_)
        | Why::PerhapsTheSame
        | Why::EmptyCondition
        | Why::Opaque
        | Why::NoGrantControls
        | Why::NoSessionControl
        | Why::WeakerSessionControl
        | Why::LocationUndefined
        | Why::CompliantNetworkPerhaps
        | Why::StrengthUndefined
        | Why::Doubt(_) => return false,
    }
    true
}

fn only<T>(one: T) -> List<T> {
    [Fact::Known(one)].into_iter().collect()
}

fn add<'a, T: Clone + PartialEq + 'a>(list: &mut List<T>, further: impl IntoIterator<Item = &'a T>) {
    let new: Vec<T> =
        further.into_iter().filter(|one| list.position(|known| known == *one).is_none()).cloned().collect();
    *list = list.items().iter().cloned().chain(new.into_iter().map(Fact::Known)).collect();
}

/// Adds what is asked for, where both name values.
fn add_asked<T: Clone + PartialEq>(list: &mut List<T>, asked: &[T]) -> bool {
    let is_possible = !list.is_empty() && !asked.is_empty();
    if is_possible {
        add(list, asked);
    }
    is_possible
}

fn remove<T: Clone>(list: &mut List<T>, cause: &Cause) {
    let kept = list.items().iter().enumerate().filter(|(index, _)| Some(*index) != cause.at.index);
    *list = kept.map(|(_, item)| item.clone()).collect();
}

fn keep(list: &mut List<Id>, is_kept: impl Fn(&Id) -> bool) {
    *list = list.items().iter().filter(|item| item.known().is_none_or(&is_kept)).cloned().collect();
}

#[cfg(test)]
mod tests {
    use crate::rules::tests::found;
    use serde_json::{Value, json};

    fn policy(name: &str, state: &str, users: &Value, conditions: &Value, grant: &[&str]) -> Value {
        let mut all =
            json!({ "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": users });
        all.as_object_mut().unwrap().extend(conditions.as_object().unwrap().clone());
        json!({
            "displayName": name, "state": state, "conditions": all,
            "grantControls": { "operator": "OR", "builtInControls": grant },
        })
    }

    fn everybody() -> Value {
        json!({ "includeUsers": ["All"] })
    }

    /// The advice about a control in a tenant with these policies.
    fn advice(control: &str, policies: &[Value]) -> String {
        let export = json!({ "value": policies }).to_string();
        let finding = found(control, export.as_bytes(), "", None).into_iter().find(|finding| finding.rule == control);
        finding.unwrap().help.unwrap()
    }

    #[test]
    fn a_policy_for_all_users_is_not_to_block_because_one_account_should_be() {
        let mfa = policy("MFA", "enabled", &everybody(), &json!({}), &["mfa"]);
        let advice = advice("synchronization-account-restricted", &[mfa]);
        assert!(advice.starts_with("Create a policy"), "{advice}");
    }

    #[test]
    fn a_policy_for_all_users_is_not_to_ask_for_what_administrators_should_bring() {
        let mfa = policy("MFA", "enabled", &everybody(), &json!({}), &["mfa"]);
        let advice = advice("phishing-resistant-admins", &[mfa]);
        assert!(advice.starts_with("Create a policy"), "{advice}");
    }

    #[test]
    fn a_policy_that_closes_the_gap_alone_is_told_before_a_nearer_one_that_does_not() {
        let windows = json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["windows"] } });
        let others = [
            policy("Not on Windows", "disabled", &everybody(), &windows, &["mfa"]),
            policy("Everywhere", "disabled", &everybody(), &json!({}), &["mfa"]),
            policy(
                "Something else",
                "enabled",
                &json!({ "includeUsers": ["GuestsOrExternalUsers"] }),
                &json!({}),
                &["block"],
            ),
        ];
        let advice = advice("mfa-all-users", &others);
        assert!(advice.starts_with("In \"Everywhere\", set `state`"), "{advice}");
    }

    #[test]
    fn every_role_that_is_missing_is_to_be_added() {
        let one = json!({ "includeRoles": ["62e90394-69f5-4237-9190-012177145e10"] });
        let advice = advice("mfa-admins", &[policy("Admins", "enabled", &one, &json!({}), &["mfa"])]);
        assert!(
            advice.starts_with("In \"Admins\", add \"") && advice.contains(" more to `conditions.users.includeRoles`"),
            "{advice}"
        );
    }

    #[test]
    fn an_exclusion_whose_removal_is_enough_is_to_be_removed() {
        let locations = json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } });
        let advice = advice("mfa-all-users", &[policy("MFA", "enabled", &everybody(), &locations, &["mfa"])]);
        assert!(
            advice.starts_with("In \"MFA\", remove the exclusion `conditions.locations.excludeLocations[0]`"),
            "{advice}"
        );
    }
}
