//! A report held to what the brute force finds.

use super::brute::{self, Brute, Mask};
use super::evaluate::World;
use super::grid::{DIMENSIONS, Grid};
use super::region;
use super::ways::{Way, all_but};
use caplint::coverage::Side;
use caplint::diff::{Certainty, Change, Class, Difference, Kind, Which};
use caplint::policy::{Id, SessionControl};
use caplint::signin::AppFact;
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One change, ready to be held against sign-ins.
struct Held<'a> {
    change: &'a Change,
    old: usize,
    ways: Vec<Way>,
    is_session: bool,
    /// The session control that is lost or gained; none if it is not known.
    session: Option<String>,
    /// The entries of the new side that still ask, and those of the old one.
    except: [Mask; 2],
    /// For a world, a dimension and a value: whether it is in the region.
    region: Vec<Vec<Vec<bool>>>,
    /// No location in it is defined differently.
    is_plain: bool,
}

fn setting(control: &SessionControl) -> String {
    let settings: serde_json::Value = serde_json::from_str(&control.value).unwrap();
    let value = settings.get("value").or(settings.get("mode")).unwrap();
    format!("{} {value}", control.name)
}

fn in_region(change: &Change, grid: &Grid, worlds: &[World]) -> Vec<Vec<Vec<bool>>> {
    let of_world = |world: &World| {
        let of_dimension = |(dimension, size): (usize, usize)| {
            (0..size).map(|value| region::holds(&change.region, grid, dimension, value, world)).collect()
        };
        grid.sizes().into_iter().enumerate().map(of_dimension).collect()
    };
    worlds.iter().map(of_world).collect()
}

impl<'a> Held<'a> {
    fn new(change: &'a Change, brute: &Brute) -> Self {
        let session = change.session.as_ref().map(|(is_gained, controls)| {
            assert!(controls.len() < 2);
            (*is_gained, controls.first().map(setting))
        });
        let old = match (change.kind, &session) {
            (Kind::Loosened | Kind::NewlyUnblocked, _) | (_, Some((false, _))) => 0,
            _ => 1,
        };
        let mask = |side: usize, except: &[Which]| {
            let entries = brute.which[side].iter().enumerate().filter(|(_, which)| except.contains(which));
            entries.fold(0, |mask, (index, _)| mask | 1 << index)
        };
        Self {
            change,
            old,
            ways: change.ways.iter().map(|withheld| all_but(withheld)).collect(),
            is_session: session.is_some(),
            session: session.and_then(|(_, setting)| setting),
            except: [mask(0, &change.except.before), mask(1, &change.except.after)],
            region: in_region(change, &brute.grid, &brute.worlds),
            is_plain: region::is_plain(&change.region, &brute.grid),
        }
    }

    fn holds(&self, world: usize, point: &[usize; DIMENSIONS]) -> bool {
        point.iter().enumerate().all(|(dimension, value)| self.region[world][dimension][*value])
    }
}

/// Whether a sign-in does what a change says of one way.
fn is_lost(
    brute: &Brute,
    held: &Held<'_>,
    way: Way,
    world: usize,
    applying: [Mask; 2],
    state: super::ways::State,
) -> bool {
    let refused = [0, 1].map(|side| applying[side] & brute.refusing(side, way, state, world) != 0);
    refused[held.old] && !refused[1 - held.old]
}

fn does_what_it_says(
    brute: &Brute,
    held: &Held<'_>,
    world: usize,
    applying: [Mask; 2],
    state: super::ways::State,
) -> bool {
    match &held.session {
        None if held.is_session => {
            let [own, other] = [held.old, 1 - held.old].map(|side| brute.asked(side, applying[side]).1);
            own.difference(&other).next().is_some()
        }
        None => held.ways.iter().all(|way| is_lost(brute, held, *way, world, applying, state)),
        Some(setting) => {
            let [old, new] = [held.old, 1 - held.old].map(|side| brute.asked(side, applying[side]));
            old.0.contains(setting) && !new.0.contains(setting) && brute.say(world, applying, state).is_open
        }
    }
}

/// Whether an excepted policy refuses one of the ways, or asks for the session control.
fn is_excepted(brute: &Brute, held: &Held<'_>, world: usize, applying: [Mask; 2], state: super::ways::State) -> bool {
    [0, 1].into_iter().any(|side| {
        let asking = held.except[side] & applying[side];
        let refuses = |way: &Way| asking & brute.refusing(side, *way, state, world) != 0;
        if held.is_session { asking != 0 } else { held.ways.iter().any(refuses) }
    })
}

fn expectation(brute: &Brute, missing: [bool; 2]) -> [Class; 5] {
    let mut classes = brute.classes();
    // Whatever is missing may refuse, or ask, as well.
    let needs: [&[usize]; 5] = [&[1], &[0], &[0], &[1], &[0, 1]];
    for (class, needs) in classes.iter_mut().zip(needs) {
        match class {
            Class::Yes if needs.iter().any(|side| missing[*side]) => *class = Class::Possibly,
            Class::No if missing.contains(&true) => *class = Class::Possibly,
            _ => {}
        }
    }
    classes
}

/// Holds a report against the brute force.
pub(crate) fn check(brute: &Brute, difference: &Difference, missing: [bool; 2]) -> Result<(), TestCaseError> {
    let said = &difference.classes;
    let classes = [said.loosened, said.tightened, said.newly_blocked, said.newly_unblocked, said.session_changed];
    let mut expected = expectation(brute, missing);
    // Where two unknown things are each other's opposite in effect, a change is certain that no single one of them makes so.
    let plainly = brute.plainly();
    for (class, plainly) in (0..5).zip(plainly) {
        if expected[class] == Class::Yes && classes[class] == Class::Possibly && !plainly {
            expected[class] = Class::Possibly;
        }
    }
    prop_assert_eq!(classes, expected, "loosened, tightened, blocked, unblocked, session");
    prop_assert!(difference.complete || missing.contains(&true));
    for (index, group) in difference.groups.iter().enumerate() {
        prop_assert!(group.changes.iter().all(|change| difference.changes[*change].group == index));
    }
    let held: Vec<Held<'_>> = difference.changes.iter().map(|change| Held::new(change, brute)).collect();
    for held in &held {
        prop_assert!(held.ways.is_empty() == held.is_session);
        witness(brute, held)?;
    }
    for point in brute.grid.points() {
        sampled(brute, &held, &point)?;
    }
    Ok(())
}

/// Everything in a certain region changes as it is told, and everything that changes is told.
fn sampled(brute: &Brute, held: &[Held<'_>], point: &[usize; DIMENSIONS]) -> Result<(), TestCaseError> {
    let state = brute.state(point);
    let applying: Vec<[Mask; 2]> = (0..brute.worlds.len()).map(|world| brute.applying(world, point)).collect();
    for one in held.iter().filter(|one| one.is_plain && one.change.certainty == Certainty::Certain) {
        let inside: Vec<usize> = (0..applying.len()).filter(|world| one.holds(*world, point)).collect();
        if inside.is_empty() || (0..applying.len()).any(|world| is_excepted(brute, one, world, applying[world], state))
        {
            continue;
        }
        for world in inside {
            let is_blocked = !brute.say(world, applying[world], state).is_open;
            prop_assert!(
                does_what_it_says(brute, one, world, applying[world], state) || (one.is_session && is_blocked),
                "{:#?} does not hold at {} in {:?}",
                one.change,
                shown(&brute.grid, point),
                brute.worlds[world]
            );
        }
    }
    for (world, applying) in applying.iter().enumerate() {
        let said = brute.say(world, *applying, state);
        for old in [0, 1] {
            let kinds: [Kind; 2] = [[Kind::Loosened, Kind::NewlyUnblocked], [Kind::Tightened, Kind::NewlyBlocked]][old];
            for way in &said.changed[old] {
                let is_told = held.iter().any(|one| {
                    kinds.contains(&one.change.kind)
                        && one.ways.iter().any(|told| way & !told == 0)
                        && one.holds(world, point)
                });
                prop_assert!(
                    is_told,
                    "{:?} without {:b} is not told of {} in {:?}",
                    kinds[0],
                    super::ways::EVERYTHING & !way,
                    shown(&brute.grid, point),
                    brute.worlds[world]
                );
            }
        }
        for (class, kind) in [(2, Kind::NewlyBlocked), (3, Kind::NewlyUnblocked)] {
            let is_told = || held.iter().any(|one| one.change.kind == kind && one.holds(world, point));
            prop_assert!(!said.classes[class] || is_told(), "{kind:?} is not told of {}", shown(&brute.grid, point));
        }
        if said.is_open {
            for old in [0, 1] {
                let [own, other] = [old, 1 - old].map(|side| brute.asked(side, applying[side]));
                for lost in own.0.difference(&other.0) {
                    let is_told = held
                        .iter()
                        .any(|one| one.old == old && one.session.as_ref() == Some(*lost) && one.holds(world, point));
                    prop_assert!(is_told, "{lost} of {old} is not told of {}", shown(&brute.grid, point));
                }
            }
        }
    }
    Ok(())
}

/// The worlds in which a witness is as it says.
fn possible_worlds(brute: &Brute, change: &Change, grid: &Grid) -> Vec<usize> {
    let sign_in = &change.witness[0];
    let text = |id: &Id| if id.guid().is_some() { id.to_string().to_lowercase() } else { id.to_string() };
    let called: BTreeSet<String> = sign_in.user.iter().chain(&sign_in.also).map(text).collect();
    let app = grid.what[0].resource.strip_prefix("app:");
    let fits = |world: &World| {
        let user = sign_in.user.as_ref().map(text);
        let same = |label: &String| user.as_ref().is_some_and(|user| world.object(user) == world.object(label));
        let all_same = called.iter().all(same);
        let users: Vec<String> =
            super::sayings::USERS.iter().chain(&super::sayings::NAMES).map(ToString::to_string).collect();
        let others_differ = users.iter().filter(|label| !called.contains(*label)).all(|label| !same(label));
        let is = |fact: &AppFact| sign_in.app.contains(fact);
        let is_app = super::sayings::SOME_APP;
        let by_name = app.is_none_or(|app| {
            app == is_app
                || !world.objects.contains_key(is_app)
                || is(&AppFact::Is(Id::new(is_app))) == (world.object(is_app) == app)
        });
        let suites = caplint::catalog::Suite::ALL.into_iter().all(|suite| {
            !is(&AppFact::InSuite(suite))
                || world.is(&format!("suite:{}", suite.word()))
                || !brute.has_key(&format!("suite:{}", suite.word()))
        });
        let filter = AppFact::matches(super::sayings::FILTER);
        let key = format!("matches:{}", super::sayings::FILTER);
        let matches = !brute.has_key(&key) || is(&filter) == world.is(&key);
        let red = sign_in.device.opaque.values().any(|is_red| *is_red);
        let opaque = !brute.has_key("opaque:red") || red == world.is("opaque:red");
        all_same && others_differ && by_name && suites && matches && opaque
    };
    (0..brute.worlds.len()).filter(|world| fits(&brute.worlds[*world])).collect()
}

fn witness(brute: &Brute, held: &Held<'_>) -> Result<(), TestCaseError> {
    let change = held.change;
    let grid = Grid::of_witness([&change.witness[0], &change.witness[1]]);
    let masks = brute::masks(&grid, &brute.sides, &brute.worlds);
    let region = in_region(change, &grid, &brute.worlds);
    let state = grid.device[0].state();
    let applying = |world: usize| {
        masks[world].iter().fold([Mask::MAX; 2], |all, values| [all[0] & values[0][0], all[1] & values[0][1]])
    };
    let is_one = |world: usize| {
        region[world].iter().all(|values| values[0])
            && does_what_it_says(brute, held, world, applying(world), state)
            && !is_excepted(brute, held, world, applying(world), state)
    };
    let is_as_it_says = match change.certainty {
        Certainty::Certain => (0..brute.worlds.len()).all(is_one),
        Certainty::Possible => possible_worlds(brute, change, &grid).into_iter().any(is_one),
    };
    prop_assert!(is_as_it_says, "the witness of {:#?} is none: {}", change, shown(&grid, &[0; DIMENSIONS]));
    // Locations as an address can be in them.
    let side_names = |side: usize, id: &str| {
        let lists = ["includeLocations", "excludeLocations"];
        brute.sides[side].iter().any(|entry| lists.iter().any(|list| entry.list(list).iter().any(|one| one == id)))
    };
    let seen = |place: &super::grid::Place| -> Vec<Vec<&'static str>> {
        let of = |side: usize| place.inside[side].iter().copied().filter(|id| side_names(side, id)).collect();
        vec![of(0), of(1)]
    };
    let witnessed = seen(&grid.place[0]);
    prop_assert!(brute.grid.place.iter().any(|place| seen(place) == witnessed), "{:?} is no address", grid.place);
    // Whatever refused is named.
    for (index, which) in brute.which[held.old].iter().enumerate() {
        let refuses = |world: usize| {
            let all = held.ways.iter().fold(0, |mask, way| mask | brute.refusing(held.old, *way, state, world));
            (applying(world)[held.old] & all) >> index & 1 == 1
        };
        if (0..brute.worlds.len()).all(refuses) {
            let is_named = change.causes.iter().any(|cause| [cause.before, cause.after][held.old] == Some(*which));
            prop_assert!(is_named, "{:?} is no cause of {:#?}", which, change);
        }
    }
    let side = if held.old == 0 { Side::Before } else { Side::After };
    for place in change.causes.iter().flat_map(|cause| &cause.places) {
        prop_assert!(place.policy < brute.sides[usize::from(place.side != Side::Before)].len(), "{side:?} {place:?}");
    }
    Ok(())
}

fn shown(grid: &Grid, point: &[usize; DIMENSIONS]) -> String {
    format!(
        "{:?} {:?} {} {:?} {:?} {} {} {} {}",
        grid.who[point[0]],
        grid.what[point[1]],
        grid.platform[point[2]],
        grid.place[point[3]],
        grid.device[point[4]],
        grid.sign_in_risk[point[5]],
        grid.user_risk[point[6]],
        grid.insider_risk[point[7]],
        grid.flow[point[8]]
    )
}
