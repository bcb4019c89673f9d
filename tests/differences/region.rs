//! The region of a change, interpreted independently.

use super::evaluate::World;
use super::grid::{Device, Grid, Place, What, Who};
use caplint::diff::{DeviceFact, Principal, Region, Resources};
use caplint::policy::{Id, UserType, Words};
use caplint::requirement::Resource;

fn text(id: &Id) -> String {
    let text = id.to_string();
    if id.guid().is_some() { text.to_lowercase() } else { text }
}

fn is_principal(principal: &Principal, who: &Who, world: &World) -> bool {
    match principal {
        Principal::All => true,
        Principal::User(id) => who.label.is_some_and(|label| world.object(label) == world.object(&text(id))),
        Principal::Group(id) => who.groups.contains(&text(id).as_str()),
        Principal::Role(id) => who.roles.contains(&text(id).as_str()),
        Principal::Guests(kinds, tenants) => {
            kinds.iter().any(|kind| UserType::word(*kind) == who.kind)
                && tenants.as_ref().is_none_or(|tenants| {
                    who.kind == "internalGuest"
                        || who.home.is_some_and(|home| tenants.iter().any(|one| text(one) == home))
                })
        }
    }
}

fn holds_user(region: &Region, who: &Who, world: &World) -> bool {
    let is = |principal: &Principal| is_principal(principal, who, world);
    region.users.all_of.iter().all(|any| any.iter().any(is)) && !region.users.none_of.iter().any(is)
}

fn is_resource(resource: &Resource, what: &What, world: &World) -> bool {
    let of = |kind: &str| what.resource.strip_prefix(kind);
    match resource {
        Resource::App(app) => of("app:").is_some_and(|own| world.object(own) == world.object(&text(app))),
        Resource::OfSuite(suite) => of("suite:") == Some(suite.word()),
        Resource::Other => what.resource == "other",
        Resource::UserAction(action) => of("action:") == Some(&text(action)),
        Resource::AuthenticationContext(context) => of("context:") == Some(&text(context)),
        Resource::Every => true,
    }
}

/// Whether a list of values holds one, if it is there.
fn lists(region: &Region, name: &str, value: &str) -> bool {
    region.values.iter().filter(|(known, _)| known.word() == name).all(|(_, values)| values.contains(&value))
}

fn holds_what(region: &Region, what: &What, world: &World) -> bool {
    let is = |resource: &Resource| is_resource(resource, what, world);
    let named = match &region.resources {
        None => true,
        Some(Resources::These(these)) => these.iter().any(is),
        Some(Resources::AllBut(others)) => !others.iter().any(is),
    };
    named && lists(region, "clientAppTypes", what.client)
}

/// Where a location is defined differently, the address may be in it by either definition.
fn holds_place(region: &Region, place: &Place) -> bool {
    let inside = |side: usize, id: &Id| place.is_inside(side, &text(id));
    let may_be = |id: &Id| inside(0, id) || inside(1, id);
    let may_not_be = |id: &Id| !(inside(0, id) && inside(1, id));
    region.locations.all_of.iter().all(|any| any.iter().any(may_be)) && region.locations.none_of.iter().all(may_not_be)
}

/// Whether both tenants agree on every location that a region names, wherever one is.
pub(crate) fn is_plain(region: &Region, grid: &Grid) -> bool {
    let mut named = region.locations.all_of.iter().flatten().chain(&region.locations.none_of);
    named.all(|id| grid.place.iter().all(|place| place.is_inside(0, &text(id)) == place.is_inside(1, &text(id))))
}

fn holds_device(region: &Region, device: &Device, world: &World) -> bool {
    region.device.iter().all(|fact| match fact {
        DeviceFact::Rule(rule, holds) => device.matches(rule, world) == *holds,
        DeviceFact::Compliant(holds) => device.state().compliant == *holds,
        DeviceFact::HybridJoined(holds) => device.state().hybrid == *holds,
    })
}

/// Whether a value of a dimension lies in a region.
pub(crate) fn holds(region: &Region, grid: &Grid, dimension: usize, value: usize, world: &World) -> bool {
    match dimension {
        0 => holds_user(region, &grid.who[value], world),
        1 => holds_what(region, &grid.what[value], world),
        2 => lists(region, "devicePlatforms", grid.platform[value]),
        3 => holds_place(region, &grid.place[value]),
        4 => holds_device(region, &grid.device[value], world),
        5 => lists(region, "signInRiskLevels", grid.sign_in_risk[value]),
        6 => lists(region, "userRiskLevels", grid.user_risk[value]),
        7 => lists(region, "insiderRiskLevels", grid.insider_risk[value]),
        _ => lists(region, "authenticationFlows", grid.flow[value]),
    }
}
