//! What to change in a policy, as a clause in the imperative.

use super::cause::asks_for_strength;
use super::edit::roles_of;
use super::how::asks_modern_clients;
use super::names::{few, listed};
use super::session;
use crate::finding::quoted;
use crate::policy::{List, Policy, Property, Reason, Wording, Words};
use crate::requirement::Grant;
use crate::rules::{Judgement, TenantFacts};
use crate::signin::{Cause, Why};
use crate::syntax::{Pointer, Untold};
use crate::tenant::PolicyIndex;

/// What makes it easier to decide about policies that are hard.
pub(super) fn of_intricacy(facts: &TenantFacts<'_>, hardest: &[PolicyIndex]) -> String {
    let names_groups = |index: &PolicyIndex| {
        let users = &facts.tenant[*index].conditions.users;
        !users.include_groups.is_empty() || !users.exclude_groups.is_empty()
    };
    let export = if facts.tenant.directory.is_empty() && hardest.iter().any(names_groups) {
        " An export of the users and groups beside the policies helps, too: it says who is in which group."
    } else {
        ""
    };
    format!(
        "One policy for all users, without conditions, resolves this. Otherwise give these policies fewer conditions \
         and exclusions that depend on one another.{export}"
    )
}

/// The smallest change to a policy that removes a cause.
pub(super) fn remedy(judgement: &Judgement, policy: &Policy, cause: &Cause) -> Option<String> {
    let (requirement, conditions) = (&judgement.requirement, &policy.conditions);
    let value = policy.place(&cause.pointer(policy));
    let operator = policy.place(&Pointer::new(Property::GrantOperator));
    let client_apps = policy.place(&Pointer::new(Property::ClientAppTypes));
    Some(match cause.why {
        // What it does to whom is in the logs only after it has been report-only.
        Why::Disabled => {
            "set `state` to \"enabledForReportingButNotEnforced\", and to \"enabled\" after a check of its results"
                .to_owned()
        }
        Why::ReportOnly => "set `state` to \"enabled\" after a check of its results".to_owned(),
        Why::UserNotIncluded if !judgement.requirement.users.is_empty() => {
            let included = &policy.conditions.users.include_roles;
            let missing = roles_of(requirement).filter(|role| included.position(|one| one == *role).is_none());
            let missing: Vec<String> = missing.map(|role| quoted(&role.to_string())).collect();
            format!("add {} to `{}`", few(&missing), policy.place(&Pointer::new(Property::IncludeRoles)))
        }
        Why::UserNotIncluded | Why::OnlyIncludedGroups => "include \"All\" users".to_owned(),
        Why::RoleExcluded if !requirement.users.is_empty() => {
            let excluded = &policy.conditions.users.exclude_roles;
            let those = roles_of(requirement).filter(|role| excluded.position(|one| one == *role).is_some()).count();
            let list = policy.place(&Pointer::new(Property::ExcludeRoles));
            if those < 2 {
                format!("remove the exclusion `{value}`")
            } else {
                format!("remove the {those} roles of this control from `{list}`")
            }
        }
        Why::UserExcluded
        | Why::GroupExcluded
        | Why::RoleExcluded
        | Why::GuestsExcluded
        | Why::ResourceExcluded
        | Why::PlatformExcluded
        | Why::LocationExcluded => format!("remove the exclusion `{value}`"),
        Why::ClientAppNotIncluded if !asks_modern_clients(requirement) => {
            format!("add {} to `{client_apps}`", missing_from(&requirement.clients, &conditions.client_app_types))
        }
        Why::ClientAppNotIncluded | Why::NoClientApps => format!("set `{client_apps}` to [\"all\"]"),
        Why::PlatformNotIncluded => "remove the platform condition".to_owned(),
        Why::LocationNotIncluded => "remove the location condition".to_owned(),
        Why::RiskNotIncluded if !requirement.sign_in_risk.is_empty() && !conditions.sign_in_risk_levels.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.sign_in_risk, &conditions.sign_in_risk_levels))
        }
        Why::RiskNotIncluded if !requirement.user_risk.is_empty() && !conditions.user_risk_levels.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.user_risk, &conditions.user_risk_levels))
        }
        Why::RiskNotIncluded if !requirement.insider_risk.is_empty() && !conditions.insider_risk_levels.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.insider_risk, &conditions.insider_risk_levels))
        }
        Why::RiskNotIncluded => format!("require it at every risk level, in a separate policy without `{value}`"),
        Why::FlowNotIncluded if !requirement.flows.is_empty() => {
            format!("add {} to `{value}`", missing_from(&requirement.flows, &conditions.transfer_methods))
        }
        Why::FlowNotIncluded => "require it for ordinary sign-ins, too, in a separate policy".to_owned(),
        Why::DeviceFilter | Why::DeviceFilterOpaque => "remove the device filter".to_owned(),
        Why::NoSessionControl | Why::WeakerSessionControl => session::remedy(requirement, policy),
        Why::NotForAllResources => "include \"All\" resources".to_owned(),
        Why::NoGrantControls => "add what is required to the grant controls".to_owned(),
        Why::EveryRiskLevel => format!("leave `{value}` empty"),
        Why::EmptyCondition => format!("remove `{value}`, or add values to it"),
        Why::Alternative => match cause.at.property {
            Property::AuthenticationStrength
                if asks_for_strength(&judgement.requirement) || requirement.grant == [Grant::Mfa] =>
            {
                "use a stronger authentication strength".to_owned()
            }
            Property::AuthenticationStrength => demand(judgement, policy),
            Property::BuiltInControls if requirement.grant != [Grant::Mfa] => demand(judgement, policy),
            _ => format!("set `{operator}` to \"AND\", or remove `{value}`"),
        },
        Why::OperatorMissing => format!("set `{operator}` to \"AND\""),
        Why::ApplicationFilter => "select the API or all resources instead of a filter".to_owned(),
        Why::StrengthUndefined => "export the authentication strengths with the policies".to_owned(),
        Why::PerhapsTheSame => format!("write the object id in `{value}`"),
        Why::LocationUndefined | Why::CompliantNetworkPerhaps => {
            "export the named locations with the policies".to_owned()
        }
        Why::Opaque
        | Why::AdminPortals
        | Why::Deleted
        | Why::ResourceNotIncluded
        | Why::WorkloadIdentities
        | Why::OtherIdentities
        | Why::IdentitiesPerhaps
        | Why::PartnersPerhaps
        | Why::SuitePerhaps(_) => return None,
        Why::Contradicted => "keep the copy that matches the tenant, and leave out the other".to_owned(),
        Why::Foreign => "check each tenant separately: `[[tenant]]` in caplint.toml, or `--tenant-per-path`".to_owned(),
        Why::Doubt(Reason::Untold(Untold::Expression)) if !is_of_terraform(policy) => {
            format!("write `{value}` as a literal, or export the policies from Microsoft Graph and check that export")
        }
        Why::Doubt(Reason::Untold(untold)) => untold_remedy(untold, &value),
        Why::Doubt(_) => format!("fix `{value}`"),
    })
}

/// What a policy must demand instead.
fn demand(judgement: &Judgement, policy: &Policy) -> String {
    let built_in = policy.place(&Pointer::new(Property::BuiltInControls));
    match judgement.requirement.grant.first() {
        Some(Grant::Block) => format!("set `{built_in}` to [\"block\"], or block in a separate policy"),
        Some(Grant::Strength { name, .. }) => format!("require the authentication strength {name} instead"),
        Some(Grant::PasswordChange) => format!("add \"passwordChange\" to `{built_in}`, with the operator AND"),
        Some(Grant::CompliantDevice) => "require the device in a separate policy, in addition to this one".to_owned(),
        Some(Grant::Session(_)) => session::remedy(&judgement.requirement, policy),
        Some(Grant::Mfa | Grant::HybridJoinedDevice) | None => "add the required grant control".to_owned(),
    }
}

/// What to add to a list of the policy, if the requirement is about these values alone.
fn missing_from<T: Words>(asked: &[T], list: &List<T>) -> String {
    let missing = asked.iter().filter(|one| list.position(|listed| listed == *one).is_none());
    let words: Vec<String> = missing.map(|one| format!("\"{}\"", one.word())).collect();
    listed(&words)
}

/// Whether a plan says what the file does not state.
fn is_of_terraform(policy: &Policy) -> bool {
    match policy.origin.wording {
        Wording::Azuread | Wording::Microsoft365 => true,
        Wording::Graph | Wording::Microsoft365Dsc | Wording::Pulumi => false,
    }
}

/// How to make a value known that infrastructure code does not state.
fn untold_remedy(untold: Untold, value: &str) -> String {
    match untold {
        Untold::AfterApply => {
            format!("apply what `{value}` depends on first, or write it as a literal, and check the plan again")
        }
        Untold::NotSelected => "export the policies again without `$select`".to_owned(),
        Untold::Sensitive => format!(
            "do not use a sensitive variable for `{value}`: the ids in a policy are not \
            secret"
        ),
        Untold::Uncalled => "call the module, or check its folder separately if it is a root module".to_owned(),
        Untold::Unreadable => "fix the file that could not be read".to_owned(),
        Untold::Overridden => format!("check a plan, or write `{value}` where it is overridden"),
        Untold::ForEach => check_plan("`for_each`"),
        Untold::Count => check_plan("`count`"),
        Untold::Variable | Untold::Dynamic | Untold::Expression => check_plan(&format!("`{value}`")),
    }
}

fn check_plan(evaluated: &str) -> String {
    format!(
        "check the plan instead, in which Terraform has evaluated {evaluated}: `terraform plan -out plan && terraform show \
         -json plan > plan.json`"
    )
}
