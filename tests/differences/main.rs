//! Differences against brute force: over small random pairs of tenants, every sign-in that their policies can tell apart is
//! evaluated one by one, with every set of methods and every way in which what is unknown can turn out. Nothing of it is
//! shared with the solver, or with the proof.

#![allow(clippy::unwrap_used)]

mod access;
mod brute;
mod cases;
mod check;
mod evaluate;
mod expectations;
mod expected;
mod grid;
mod kept;
mod locked;
mod region;
#[path = "../support/sayings.rs"]
mod said;
mod sayings;
mod ways;

use brute::Brute;
use caplint::diff::{Class, Difference, Kind, Options, Verdict, compare};
use cases::{Case, case};
use proptest::prelude::*;

/// `PROPTEST_CASES=100000 cargo test --release --test differences` tries more. What compares reports with each other alone
/// gets a part of them.
fn config(part: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10_000) / part;
    ProptestConfig { cases, failure_persistence: None, max_shrink_iters: 4_000, ..ProptestConfig::default() }
}

fn verdict(classes: [Class; 5]) -> Verdict {
    if classes.contains(&Class::Yes) {
        Verdict::Changed
    } else if classes.contains(&Class::Possibly) {
        Verdict::PossiblyChanged
    } else {
        Verdict::Equal
    }
}

fn classes(difference: &Difference) -> [Class; 5] {
    let all = &difference.classes;
    [all.loosened, all.tightened, all.newly_blocked, all.newly_unblocked, all.session_changed]
}

fn hold(case: &Case) -> Result<(), TestCaseError> {
    let Some(brute) = Brute::of(case, [0, 1], usize::MAX) else { return Ok(()) };
    let [before, after] = [0, 1].map(|side| case.tenant(side));
    let difference = compare(&before, &after, Options::default());
    check::check(&brute, &difference, case.missing())?;
    prop_assert_eq!(difference.verdict, verdict(classes(&difference)));
    Ok(())
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn a_report_is_what_every_sign_in_says(case in case()) {
        hold(&case)?;
    }
}

proptest! {
    #![proptest_config(config(4))]

    /// The way back is the mirror image.
    #[test]
    fn the_way_back_mirrors_the_way_there(case in case()) {
        let [before, after] = [0, 1].map(|side| case.tenant(side));
        let there = compare(&before, &after, Options::default());
        let back = compare(&after, &before, Options::default());
        let [loosened, tightened, blocked, unblocked, session] = classes(&there);
        prop_assert_eq!(classes(&back), [tightened, loosened, unblocked, blocked, session]);
        prop_assert_eq!(changes(&there, false), changes(&back, true));
    }

    #[test]
    fn nothing_changes_without_a_change(case in case()) {
        let difference = compare(&case.tenant(0), &case.tenant(0), Options::default());
        if !case.missing()[0] {
            prop_assert_eq!(difference.verdict, Verdict::Equal);
        }
        prop_assert!(difference.changes.is_empty() && difference.edits.is_empty());
    }

    /// Another order is no edit.
    #[test]
    fn lists_are_sets(case in case()) {
        let (before, after) = (case.tenant(0), case.turned().tenant(0));
        prop_assert!(case.missing()[0] || compare(&before, &after, Options::default()).edits.is_empty());
    }

    /// The same said otherwise is no change.
    #[test]
    fn what_is_said_otherwise_is_equal((case, choices) in (case(), proptest::collection::vec((0..100_usize, 0..100_usize), 1..5))) {
        let mut case = case.settled();
        case.respell(&choices);
        let difference = compare(&case.tenant(0), &case.tenant(1), Options::default());
        prop_assert_eq!(classes(&difference), [Class::No; 5], "{:#?}", difference.changes);
        prop_assert!(difference.changes.is_empty());
    }
}

/// What changes, as texts that can be compared.
fn changes(difference: &Difference, is_mirrored: bool) -> Vec<String> {
    let kind = |kind: Kind| match kind {
        Kind::Loosened => Kind::Tightened,
        Kind::Tightened => Kind::Loosened,
        Kind::NewlyBlocked => Kind::NewlyUnblocked,
        Kind::NewlyUnblocked => Kind::NewlyBlocked,
        Kind::SessionChanged => Kind::SessionChanged,
    };
    let text = |change: &caplint::diff::Change| {
        // Policies that still ask are named more generously where a change is not the first of its group.
        let session = change.session.as_ref().map(|(gained, control)| (*gained != is_mirrored, control));
        format!(
            "{:?} {:?} {:?} {:?} {session:?} {:?}",
            if is_mirrored { kind(change.kind) } else { change.kind },
            change.certainty,
            change.property,
            change.ways,
            change.region,
        )
    };
    let mut all: Vec<String> = difference.changes.iter().map(text).collect();
    all.sort();
    all
}
