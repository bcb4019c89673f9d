//! Whom the new policy leaves out: the exceptions that `caplint.toml` approves for the control, as far as it is for them.

use super::body::Name;
use super::{Format, Order, Refused};
use crate::catalog;
use crate::config::Exception;
use crate::coverage::PrincipalKind;
use crate::finding::{quoted, visible};
use crate::policy::{ClientAppType, Id, Policy};
use crate::requirement::{Identities, Principal, Requirement, Resource};
use crate::tenant::Tenant;

/// A principal that the policy excludes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) kind: PrincipalKind,
    /// As the policies of the tenant have it.
    pub(super) id: Id,
    /// As the policy is written.
    pub(super) name: Name,
}

/// Who is left out, and what is to be said of those who are not.
pub(super) struct Approved {
    pub(super) left_out: Vec<LeftOut>,
    pub(super) notes: Vec<String>,
}

pub(super) fn approved(order: &Order<'_>) -> Result<Approved, Refused> {
    let mut found = Approved { left_out: Vec::new(), notes: Vec::new() };
    for exception in &order.config.exceptions {
        if !is_for(exception, order.control.id, &order.requirement) {
            continue;
        }
        let called = visible(&format!("the {} {}", exception.kind.word(), exception.id));
        if let Some(day) = exception.review_by.filter(|_| exception.has_expired(order.today)) {
            found.notes.push(format!("{called} is not left out: its approval ended on {day}"));
            continue;
        }
        let Some(id) = as_in(order.tenant, exception) else {
            if exception.break_glass {
                return Err(Refused::new(
                    format!(
                        "{called} is approved for emergencies and cannot be left out: no policy in the files has it, and it is \
                         not an object id"
                    ),
                    "Approve it by its object id, or exclude it from another policy first.",
                ));
            }
            found
                .notes
                .push(format!("{called} is not left out: no policy in the files has it, and it is not an object id"));
            continue;
        };
        let name = written(&id, order.format)?;
        if found.left_out.iter().all(|known| known.kind != exception.kind || known.id != id) {
            found.left_out.push(LeftOut { kind: exception.kind, id, name });
        }
    }
    Ok(found)
}

/// Whether an approval is one for this control, and the policy would be for whom it is about. An approval that names no control
/// is one for whatever its principal needs, and nobody is left out of more.
fn is_for(exception: &Exception, control: &str, requirement: &Requirement) -> bool {
    let is_named = exception.controls.iter().any(|one| one == control);
    if !is_named && !exception.controls.is_empty() {
        return false;
    }
    match (requirement.identities, exception.kind) {
        // The exclusion of a role is an exception only where the requirement says so. Elsewhere it is a gap.
        (Identities::Users, PrincipalKind::Role) => {
            let is_concerned = is_named || asks_every_sign_in(requirement);
            is_concerned && requirement.tracked_roles.contains(&exception.id) && includes_all_members(requirement)
        }
        (Identities::Users, PrincipalKind::User | PrincipalKind::Group) => {
            is_named || may_include(requirement, exception)
        }
        // Accounts of people are no agents.
        (Identities::AgentUsers, PrincipalKind::User) => is_named,
        (Identities::ServicePrincipals, PrincipalKind::ServicePrincipal)
        | (Identities::AgentIdentities, PrincipalKind::AgentIdentity) => true,
        (Identities::Users, PrincipalKind::ServicePrincipal | PrincipalKind::AgentIdentity)
        | (
            Identities::AgentUsers,
            PrincipalKind::Group | PrincipalKind::Role | PrincipalKind::ServicePrincipal | PrincipalKind::AgentIdentity,
        )
        | (
            Identities::ServicePrincipals,
            PrincipalKind::User | PrincipalKind::Group | PrincipalKind::Role | PrincipalKind::AgentIdentity,
        )
        | (
            Identities::AgentIdentities,
            PrincipalKind::User | PrincipalKind::Group | PrincipalKind::Role | PrincipalKind::ServicePrincipal,
        ) => false,
    }
}

/// Whether it asks for something on ordinary sign-ins, which the account of Entra Connect cannot do. It has no risky ones, uses no
/// code of a device, and registers nothing.
fn asks_every_sign_in(requirement: &Requirement) -> bool {
    requirement.resources.contains(&Resource::Every)
        && requirement.clients.contains(&ClientAppType::MobileAppsAndDesktopClients)
        && requirement.flows.is_empty()
        && requirement.sign_in_risk.is_empty()
        && requirement.user_risk.is_empty()
        && requirement.insider_risk.is_empty()
}

fn includes_all_members(requirement: &Requirement) -> bool {
    requirement.users.is_empty() || requirement.users.contains(&Principal::Members)
}

/// Whether a user or group may be among those whom a requirement is about. An account for emergencies is no guest, and is a Global
/// Administrator; of others nothing is known.
fn may_include(requirement: &Requirement, exception: &Exception) -> bool {
    let is_administrator = |role: &Id| exception.break_glass && catalog::is_global_administrator(role);
    includes_all_members(requirement)
        || !exception.break_glass
        || requirement.users.iter().any(|user| match user {
            Principal::User(id) => *id == exception.id,
            Principal::Group(_) | Principal::Members => true,
            Principal::Role(role) => is_administrator(role),
            Principal::Guests(_) => false,
        })
}

/// The principal as the tenant's policies have it: infrastructure code may have an address where there is no id yet.
fn as_in(tenant: &Tenant, exception: &Exception) -> Option<Id> {
    if exception.id.guid().is_some() {
        return Some(exception.id.clone());
    }
    let lists =
        |policy: &Policy| exception.kind.excluded_by(policy).known().map(|(_, id)| id.clone()).collect::<Vec<_>>();
    tenant.policies.iter().flat_map(lists).find(|id| id.is_written(&exception.id))
}

/// As a format has it.
fn written(id: &Id, format: Format) -> Result<Name, Refused> {
    let Id::Reference(reference) = id else { return Ok(Name::text(id)) };
    let address = reference.1.as_ref();
    match format {
        Format::Graph => Err(Refused::new(
            format!("Graph's JSON has ids, and {} has none yet", quoted(address)),
            "Write it with --format terraform, or approve the exception by its object id.",
        )),
        Format::Terraform if is_plain(address) => Ok(Name::Address(address.to_owned())),
        Format::Terraform => Err(Refused::new(
            format!("caplint cannot write a reference to {} here", quoted(address)),
            "Approve the exception by its object id, or by the address of a resource of the root module.",
        )),
    }
}

/// Whether an address is that of one resource or data source of the module that the policy will be in.
fn is_plain(address: &str) -> bool {
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.chars().all(|one| one.is_ascii_alphanumeric() || one == '_' || one == '-')
    };
    let steps: Vec<&str> = address.strip_prefix("data.").unwrap_or(address).split('.').collect();
    steps.len() == 2 && steps.iter().all(|step| is_name(step)) && steps[0].starts_with("azuread_")
}
