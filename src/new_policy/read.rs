//! The written text, read as any other file: what is proved is what it says, and not what was meant.

use super::left_out::LeftOut;
use super::{Format, Order, Refused};
use crate::discover::{Input, Stored};
use crate::lint;
use crate::policy::{Fact, Id, Policy, Property, State};
use crate::requirement::Identities;
use crate::tenant::Tenant;
use std::path::PathBuf;

/// The one policy of a text.
pub(super) fn read_back(order: &Order<'_>, left_out: &[LeftOut], text: &str) -> Result<Policy, Refused> {
    let path = match order.format {
        Format::Graph => "policy.json",
        Format::Terraform => "policy.tf",
    };
    let files = vec![(PathBuf::from(path), text.as_bytes().to_vec())];
    let mut alone: Tenant =
        lint::load(&[Input::Stored(Stored { files, ..Stored::default() })], &lint::Options::default());
    // It will stand beside the tenant's resources, where its references mean these.
    alone.change_references(|reference| {
        let own = left_out.iter().filter_map(|one| match &one.id {
            Id::Reference(own) => Some(own),
            Id::Guid(_) | Id::Spelt(_) | Id::Literal(_) | Id::Text(_) => None,
        });
        if let Some(own) = own.into_iter().find(|own| own.1 == reference.1) {
            reference.clone_from(own);
        }
    });
    let [policy] = alone.policies.as_slice() else { return Err(misread()) };
    // The risk of service principals is known where the requirement is about them, and would be unknown for users.
    let is_known = |property: &Property| {
        order.requirement.identities == Identities::ServicePrincipals
            && *property == Property::ServicePrincipalRiskLevels
    };
    let is_understood = policy.unknown_properties().iter().all(is_known)
        && policy.conditions.opaque.iter().all(|one| one.is_agent_risk)
        && policy.state == Fact::Known(State::ReportOnly);
    if !is_understood || !alone.missing.is_empty() {
        return Err(misread());
    }
    Ok(policy.clone())
}

fn misread() -> Refused {
    Refused::new(
        "caplint does not understand the policy that it wrote",
        "This is a mistake of caplint's; please report it with the command and the requirement.",
    )
}
