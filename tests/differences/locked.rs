//! Who is locked out of what, held against brute force.

use super::brute::{Brute, MODERN};
use super::cases::{Case, case, refusing_case};
use super::config;
use super::grid::{Grid, Who};
use super::sayings::ELSEWHERE;
use super::ways::{EVERYTHING, Way, lacking_of_guests, only};
use caplint::access::{LockedOut, locked_out};
use caplint::diff::{Atom, Options};
use caplint::policy::{GrantControl, Platform, UserType, Words};
use caplint::requirement::Resource;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// The platforms that a value of the grid stands for: the one that no policy names stands for all of those.
fn platforms(grid: &Grid, value: usize) -> Vec<&'static str> {
    let known = Platform::WORDS.iter().map(|(word, _)| *word).filter(|word| *word != "all");
    match grid.platform[value] {
        "unknown" => known.filter(|word| *word == "unknown" || !grid.platform.contains(word)).collect(),
        named => vec![named],
    }
}

/// What can be brought on a platform.
fn way(platform: &str) -> Way {
    let without = |controls: &[GrantControl]| {
        EVERYTHING & !only(&controls.iter().map(|control| Atom::Control(*control)).collect::<Vec<_>>())
    };
    match platform {
        "iOS" | "android" => EVERYTHING,
        "windows" => without(&[GrantControl::ApprovedApplication]),
        _ => without(&[GrantControl::ApprovedApplication, GrantControl::CompliantApplication]),
    }
}

/// Whether each sign-in of a user to a resource is refused by these entries, however what is unknown turns out.
fn is_locked(brute: &Brute, who: usize, resource: &str, entries: u32) -> bool {
    (0..brute.worlds.len()).all(|world| is_locked_in(brute, world, who, resource, entries))
}

/// The same, if what is unknown turns out like this.
fn is_locked_in(brute: &Brute, world: usize, who: usize, resource: &str, entries: u32) -> bool {
    let grid = &brute.grid;
    let is_external = !["member", "internalGuest"].contains(&grid.who[who].kind);
    let lacking = if is_external { lacking_of_guests() } else { 0 };
    grid.points().iter().filter(|point| point[0] == who && grid.what[point[1]].resource == resource).all(|point| {
        let device = &grid.device[point[4]];
        let is_known = device.trust.is_some();
        let can_be = |platform: &str| {
            let has_devices = ["windows", "macOS", "iOS", "android", "linux"].contains(&platform);
            (!is_known || has_devices)
                && (!device.state().hybrid || platform == "windows")
                && !(is_known && is_external)
                && (!is_known || grid.flow[point[8]] != "deviceCodeFlow")
                && MODERN.contains(&grid.what[point[1]].client)
        };
        platforms(grid, point[2]).into_iter().filter(|platform| can_be(platform)).all(|platform| {
            let refusing = brute.refusing(0, way(platform) & !lacking, device.state(), world);
            brute.applying(world, point)[0] & refusing & entries != 0
        })
    })
}

fn resource(resource: &Resource) -> String {
    match resource {
        Resource::App(id) => format!("app:{id}"),
        Resource::OfSuite(suite) => format!("suite:{}", suite.word()),
        Resource::UserAction(id) => format!("action:{id}"),
        Resource::AuthenticationContext(id) => format!("context:{id}"),
        Resource::Other | Resource::Every => "other".to_owned(),
    }
}

/// Whether a user has everything that those who are locked out have in common.
fn is_among(who: &Who, found: &LockedOut) -> bool {
    let all = &found.who;
    let has = |own: &[&str], ids: &BTreeSet<caplint::policy::Id>| {
        ids.iter().all(|id| own.contains(&id.to_string().to_lowercase().as_str()))
    };
    has(&who.groups, &all.groups)
        && has(&who.roles, &all.roles)
        && all.user.as_ref().is_none_or(|user| who.label == Some(user.to_string().to_lowercase().as_str()))
        && (all.user_type == UserType::Member || is_of_kind(who, found))
}

/// External users are looked at as such, and not those of a tenant that policies name.
fn is_looked_at(who: &Who) -> bool {
    let is_plain = who.label.is_none() && who.groups.is_empty() && who.roles.is_empty();
    who.home.is_none_or(|home| home == ELSEWHERE && is_plain)
}

fn is_of_kind(who: &Who, found: &LockedOut) -> bool {
    std::iter::once(&found.who.user_type).chain(&found.also).any(|kind| kind.word() == who.kind)
}

fn traits(one: &LockedOut) -> usize {
    let who = &one.who;
    let counted = [who.user.is_some(), who.user_type != UserType::Member, who.external_tenant.is_some()];
    counted.into_iter().filter(|is| *is).count() + who.groups.len() + who.roles.len()
}

fn hold(case: &Case) -> Result<(), TestCaseError> {
    let case = case.settled();
    let Some(brute) = Brute::of(&case, [0, 0], 4_000) else { return Ok(()) };
    // Whoever is called by a name may be anybody. A home tenant is no part of what is told.
    if brute.worlds.iter().any(|world| !world.objects.is_empty()) {
        return Ok(());
    }
    let found = locked_out(&case.tenant(0), Options::default());
    let resources: BTreeSet<&String> = brute.grid.what.iter().map(|what| &what.resource).collect();
    let is_app = |name: &str| !name.starts_with("action:") && !name.starts_with("context:");
    let policies = |one: &LockedOut| one.policies.iter().fold(0, |mask, policy| mask | 1 << policy);
    for (number, who) in brute.grid.who.iter().enumerate().filter(|(_, who)| is_looked_at(who)) {
        for name in &resources {
            let covers = |one: &&LockedOut| {
                is_among(who, one) && one.resource.as_ref().map_or(is_app(name), |asked| resource(asked) == **name)
            };
            let locked = is_locked(&brute, number, name, u32::MAX);
            // One policy that blocks alone is meant so, and security defaults are nobody's policy.
            let is_alone = |world: usize| {
                (0..brute.sides[0].len()).any(|entry| {
                    let blocks = brute.refusing(0, EVERYTHING, super::ways::State::ALL[3], 0) >> entry & 1 == 1;
                    blocks && is_locked_in(&brute, world, number, name, 1 << entry)
                })
            };
            let alone = (0..brute.worlds.len()).all(is_alone);
            let told: Vec<&LockedOut> = found.iter().filter(covers).collect();
            // Of a combination, such as two groups, one resource is told.
            let is_example = |one: &LockedOut| is_among(who, one) && traits(one) > 1;
            let is_told = !told.is_empty() || found.iter().any(is_example) || found.len() == 5;
            // In a browser, the portal may be what asks for the API: then two policies that block one each share it.
            let is_shared = brute.has_key("suite:MicrosoftAdminPortals");
            prop_assert!(!locked || alone || is_told || is_shared, "{who:?} {name} {found:#?}");
            // What is told of somebody is exactly so of those who have nothing else.
            let is_exact = |one: &&&LockedOut| {
                who.groups.len() == one.who.groups.len()
                    && who.roles.len() == one.who.roles.len()
                    && who.label.is_some() == one.who.user.is_some()
                    && is_of_kind(who, one)
            };
            for one in told.iter().filter(is_exact) {
                prop_assert!(is_locked(&brute, number, name, policies(one)), "{who:?} {name} {one:#?}");
                for policy in &one.policies {
                    let fewer = policies(one) & !(1 << policy);
                    let others = resources
                        .iter()
                        .filter(|other| is_app(other))
                        .all(|other| is_locked(&brute, number, other, fewer));
                    let same = is_locked(&brute, number, name, fewer);
                    prop_assert!(!(if one.resource.is_none() { others } else { same }), "{who:?} {name} {one:#?}");
                }
            }
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn who_is_locked_out_is_who_has_no_way_in(case in case()) {
        hold(&case)?;
    }

    #[test]
    fn policies_lock_out_together_whom_each_lets_in(case in refusing_case()) {
        hold(&case)?;
    }
}
