//! Changes that are expected, held against brute force.

use super::brute::Brute;
use super::cases::{Case, case};
use super::evaluate::World;
use super::grid::{DIMENSIONS, Grid};
use super::region;
use super::ways::{Grant, every_way};
use super::{classes, config};
use caplint::diff::{
    Change, Class, Control, Expected, Intent, Kind, Options, Region, Verdict, compare, compare_beyond,
};
use caplint::policy::GrantControl;
use proptest::prelude::*;

/// Each sign-in is looked at in each world for each expectation.
fn brute(case: &Case) -> Option<Brute> {
    Brute::of(case, [0, 1], 2_000)
}

fn expected(kinds: &[Kind], region: &Region) -> Expected {
    Expected { kinds: kinds.to_vec(), region: region.clone(), requires: None, session: None, why: None }
}

fn holds(region: &Region, grid: &Grid, point: &[usize; DIMENSIONS], world: &World) -> bool {
    point.iter().enumerate().all(|(dimension, value)| region::holds(region, grid, dimension, *value, world))
}

/// The classes that some sign-in is surely in of which no expectation of these kinds says anything.
fn surely_beyond(brute: &Brute, intent: &Intent) -> [bool; 5] {
    let kinds: [&[Kind]; 5] = [
        &[Kind::Loosened, Kind::NewlyUnblocked],
        &[Kind::Tightened, Kind::NewlyBlocked],
        &[Kind::NewlyBlocked],
        &[Kind::NewlyUnblocked],
        &[Kind::SessionChanged],
    ];
    let mut found = [false; 5];
    for point in brute.grid.points() {
        let mut surely = [true; 5];
        for (index, world) in brute.worlds.iter().enumerate() {
            let said = brute.say(index, brute.applying(index, &point), brute.state(&point));
            let is = [said.classes[0], said.classes[1], said.classes[2], said.classes[3], said.session[0]];
            for class in 0..5 {
                let is_told = |one: &Expected| {
                    one.kinds.iter().any(|kind| kinds[class].contains(kind))
                        && holds(&one.region, &brute.grid, &point, world)
                };
                surely[class] &= is[class] && !intent.expected.iter().any(is_told);
            }
        }
        found.iter_mut().zip(surely).for_each(|(found, surely)| *found |= surely);
    }
    found
}

proptest! {
    #![proptest_config(config(50))]

    /// Who expects what a report says is told of nothing else, and who expects a part of it is told of the rest.
    #[test]
    fn what_is_expected_is_no_change((case, chosen) in (case(), any::<u32>())) {
        let [before, after] = [0, 1].map(|side| case.tenant(side));
        let report = compare(&before, &after, Options::default());
        let Some(brute) = brute(&case) else { return Ok(()) };
        let is_plain = |change: &Change| region::is_plain(&change.region, &brute.grid);
        if case.missing() != [false; 2] || report.changes.is_empty() || !report.changes.iter().all(is_plain) {
            return Ok(());
        }
        let all = Intent { expected: report.changes.iter().map(|one| expected(&[one.kind], &one.region)).collect() };
        let rest = compare_beyond(&before, &after, Options::default(), &all);
        prop_assert_eq!(rest.verdict, Verdict::Equal, "{:#?}", rest.changes);
        prop_assert!(!rest.expected.contains(&Class::No), "{:?}", rest.expected);
        let numbered = all.expected.into_iter().enumerate();
        let some: Vec<Expected> = numbered.filter(|(at, _)| chosen >> (at % 32) & 1 == 1).map(|(_, one)| one).collect();
        let some = Intent { expected: some };
        let rest = compare_beyond(&before, &after, Options::default(), &some);
        for (class, is_told) in classes(&rest).into_iter().zip(surely_beyond(&brute, &some)) {
            prop_assert!(!is_told || class != Class::No, "{some:#?}");
        }
    }

    /// A change may be expected as far as MFA is still needed, or as nothing but MFA is.
    #[test]
    fn what_goes_further_than_expected_is_told(case in case()) {
        let Some(brute) = brute(&case) else { return Ok(()) };
        let [before, after] = [0, 1].map(|side| case.tenant(side));
        let mfa = Some(vec![vec![Control::BuiltIn(GrantControl::Mfa)]]);
        let all = [Kind::Loosened, Kind::NewlyUnblocked, Kind::Tightened, Kind::NewlyBlocked];
        let intent = Intent { expected: vec![Expected { requires: mfa, ..expected(&all, &Region::default()) }] };
        let rest = compare_beyond(&before, &after, Options::default(), &intent);
        let grants: Vec<Grant> = [Grant::mfa()].into_iter().collect();
        let known = brute.sides.iter().flatten().map(|entry| &entry.grant);
        let ways = every_way(&known.chain(&grants).collect::<Vec<_>>());
        // For each direction: surely, and perhaps.
        let (mut surely, mut perhaps) = ([false; 2], [false; 2]);
        for point in brute.grid.points() {
            let mut in_all = [true; 2];
            for (index, world) in brute.worlds.iter().enumerate() {
                let (applying, state) = (brute.applying(index, &point), brute.state(&point));
                let goes_further = |old: usize| {
                    ways.iter().any(|way| {
                        let by = [0, 1].map(|side| applying[side] & brute.refusing(side, *way, state, index) != 0);
                        let is_mfa = !grants[0].refuses(*way, state, &world.truths);
                        by[old] && !by[1 - old] && is_mfa == (old == 1)
                    })
                };
                let further = [goes_further(0), goes_further(1)];
                for side in 0..2 {
                    in_all[side] &= further[side];
                    perhaps[side] |= further[side];
                }
            }
            surely.iter_mut().zip(in_all).for_each(|(surely, is)| *surely |= is);
        }
        let complete = case.missing() == [false; 2];
        for (side, class) in [rest.classes.loosened, rest.classes.tightened].into_iter().enumerate() {
            prop_assert!(!surely[side] || class != Class::No, "{class:?} {:#?}", rest.changes);
            prop_assert!(perhaps[side] || !complete || class == Class::No, "{class:?} {:#?}", rest.changes);
        }
    }
}
