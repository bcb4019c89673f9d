//! Which assumptions a verdict rests on: those without which it would be another one.

use crate::coverage::Verdict;
use crate::outcome::Doubt;
use crate::policy::ClientAppType;
use crate::requirement::{Assumptions, Requirement};

/// Assumptions that rule out sign-ins. Without them there are more sign-ins, and no fewer policies that stop the others.
const NARROW: [&str; 3] = ["directory-is-complete", "modern-clients-only", "registered-devices-have-a-trust-type"];

/// Assumptions that say what a policy means. Without them, what it does is unknown.
const TELL: [&str; 4] = [
    "all-risk-levels-is-no-condition",
    "all-users-includes-partners",
    "empty-client-apps-is-modern",
    "empty-conditions-are-none",
];

/// The assumptions of [`Assumptions`] that proofs use, each of which is tried alone. If it takes several to make a difference,
/// it is the fewest of them.
///
/// Most verdicts rest on none of them, which one proof without all of them shows: without more of them, there are more
/// sign-ins and less is known of policies, so that a control that holds without all of them holds without each. What is open
/// or unknown becomes neither less open nor better known.
pub(super) fn doubts(
    requirement: &Requirement,
    assumptions: Assumptions,
    verdict: Verdict,
    decide: impl Fn(Assumptions) -> Verdict,
) -> Vec<Doubt> {
    let candidates = match verdict {
        Verdict::Enforced | Verdict::EnforcedExcept => [&NARROW[..], &TELL].concat(),
        Verdict::NotEnforced => TELL.to_vec(),
        Verdict::Undecided => NARROW.to_vec(),
    };
    // A requirement that names clients is about no others.
    let is_about_clients = |key: &str| key == "modern-clients-only" && requirement.clients != ClientAppType::MODERN;
    let matters = |key: &&'static str| is_on(assumptions, key) && !is_about_clients(key);
    let candidates: Vec<&'static str> = candidates.into_iter().filter(matters).collect();
    let other = |keys: &[&'static str]| Some(decide(without(assumptions, keys))).filter(|other| *other != verdict);
    let doubt = |keys: &[&'static str]| Some(Doubt { without: keys.to_vec(), verdict: other(keys)? });
    let mut doubts: Vec<Doubt> = Vec::new();
    if !candidates.is_empty() && other(&candidates).is_some() {
        doubts.extend(candidates.iter().filter_map(|key| doubt(&[*key])));
        if doubts.is_empty() {
            doubts.extend(doubt(&fewest(candidates, |keys| other(keys).is_some())));
        }
    }
    // Off, it makes some policies weaker and others stronger.
    if is_on(assumptions, "approved-app-retired") {
        doubts.extend(doubt(&["approved-app-retired"]));
    }
    doubts
}

fn is_on(mut assumptions: Assumptions, key: &str) -> bool {
    assumptions.switch(key).is_some_and(|switch| *switch)
}

fn without(mut assumptions: Assumptions, keys: &[&str]) -> Assumptions {
    for key in keys {
        if let Some(switch) = assumptions.switch(key) {
            *switch = false;
        }
    }
    assumptions
}

/// Leaves out what is not needed.
fn fewest(mut keys: Vec<&'static str>, is_enough: impl Fn(&[&'static str]) -> bool) -> Vec<&'static str> {
    for key in keys.clone() {
        let fewer: Vec<&str> = keys.iter().copied().filter(|one| *one != key).collect();
        if is_enough(&fewer) {
            keys = fewer;
        }
    }
    keys
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Cloud;
    use crate::controls;
    use crate::coverage::{self, Ways};
    use crate::discover::Input;
    use crate::lint::{Options, load};
    use crate::requirement::Grant;
    use std::collections::BTreeSet;
    use std::path::Path;

    fn everywhere() -> Requirement {
        Requirement::everywhere(Grant::Mfa)
    }

    fn told(verdict: Verdict, decide: impl Fn(Assumptions) -> Verdict) -> Vec<(Vec<&'static str>, Verdict)> {
        doubts(&everywhere(), Assumptions::default(), verdict, decide)
            .into_iter()
            .map(|doubt| (doubt.without, doubt.verdict))
            .collect()
    }

    #[test]
    fn every_key_is_a_switch() {
        assert!(NARROW.iter().chain(&TELL).all(|key| is_on(Assumptions::default(), key)));
    }

    #[test]
    fn an_assumption_is_named_alone_if_it_is_enough_and_with_others_if_it_is_not() {
        let by_clients =
            |on: Assumptions| if on.modern_clients_only { Verdict::Enforced } else { Verdict::NotEnforced };
        assert_eq!(told(Verdict::Enforced, by_clients), [(vec!["modern-clients-only"], Verdict::NotEnforced)]);
        let browser = Requirement { clients: vec![ClientAppType::Browser], ..everywhere() };
        assert_eq!(doubts(&browser, Assumptions::default(), Verdict::Enforced, by_clients), []);
        let by_two = |on: Assumptions| match (on.empty_conditions_are_none, on.all_users_includes_partners) {
            (false, false) => Verdict::Undecided,
            (true, _) | (_, true) => Verdict::Enforced,
        };
        let both = vec!["all-users-includes-partners", "empty-conditions-are-none"];
        assert_eq!(told(Verdict::Enforced, by_two), [(both, Verdict::Undecided)]);
        assert_eq!(told(Verdict::Enforced, |_| Verdict::Enforced), []);
    }

    #[test]
    fn what_is_switched_off_is_not_assumed() {
        let off = Assumptions { modern_clients_only: false, approved_app_retired: true, ..Assumptions::default() };
        let decide = |on: Assumptions| if on.approved_app_retired { Verdict::Enforced } else { Verdict::Undecided };
        let told = doubts(&everywhere(), off, Verdict::Enforced, decide);
        assert_eq!(told, [Doubt { without: vec!["approved-app-retired"], verdict: Verdict::Undecided }]);
    }

    /// The shortcut that leaves out most proofs leaves out no doubt.
    #[test]
    fn every_assumption_that_makes_a_difference_alone_is_named() {
        let mut named = BTreeSet::new();
        for name in
            ["well-kept", "damaged", "spellings", "guests-excluded", "directory-knows-everybody", "incomplete-export"]
        {
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata").join(name);
            let tenant = load(&[Input::Path(folder)], &Options::default());
            for control in controls::all() {
                let requirement = control.requirement(Cloud::Public).unwrap();
                let decide = |assumptions| {
                    let options =
                        coverage::Options { assumptions, ways: Ways::Mentioned, ..coverage::Options::default() };
                    coverage::decide(&requirement, &tenant, options).verdict
                };
                let verdict = decide(Assumptions::default());
                let is_other = |key: &&&'static str| decide(without(Assumptions::default(), &[**key])) != verdict;
                let alone: BTreeSet<&str> = NARROW.iter().chain(&TELL).filter(is_other).copied().collect();
                let told = doubts(&requirement, Assumptions::default(), verdict, decide);
                let told_alone = told.iter().filter(|doubt| doubt.without.len() == 1);
                let told_alone: BTreeSet<&str> = told_alone.flat_map(|doubt| &doubt.without).copied().collect();
                assert_eq!(told_alone, alone, "{name}, {}", control.id);
                named.extend(alone);
            }
        }
        assert!(named.len() >= 3, "{named:?}");
    }
}
