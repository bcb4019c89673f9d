//! Whether an account can sign in, held against brute force.

use super::brute::{Brute, MODERN};
use super::cases::{Case, case};
use super::config;
use super::sayings::{NAMES, USERS};
use super::ways::{EVERYTHING, only};
use caplint::access::{self, Account, Verdict, decide};
use caplint::diff::{Access, Atom, Dimension, Options, Region};
use caplint::policy::{Combination, Id, UserType, Words};
use caplint::requirement::Resource;
use caplint::{coverage, replay};
use proptest::prelude::*;

/// What an account may have, and whether it has that alone or everything.
const HAS: [&str; 4] = ["fido2", "password", "password,sms", ""];

pub(super) fn atoms(methods: &str) -> Option<Vec<Atom>> {
    Combination::read(methods).map(|methods| methods.bits().map(Atom::Method).collect())
}

fn hold(case: &Case, who: usize, has: &str) -> Result<(), TestCaseError> {
    // What another tenant defines plays no part.
    let case = &case.settled();
    let Some(brute) = Brute::of(case, [0, 0], usize::MAX) else { return Ok(()) };
    let number = who % brute.grid.who.len();
    let who = &brute.grid.who[number];
    // Somebody who is called by a name alone, or whose home is not said, is no closed world.
    if who.label.is_some_and(|label| NAMES.contains(&label)) || who.home.is_some() {
        return Ok(());
    }
    assert!(who.label.is_none_or(|label| USERS.contains(&label)));
    let kind = UserType::WORDS.iter().find(|(word, _)| *word == who.kind).map(|(_, kind)| *kind);
    let ids = |ids: &[&str]| ids.iter().map(|id| Id::new(id)).collect::<Vec<Id>>();
    let (groups, roles) = (ids(&who.groups), ids(&who.roles));
    let account = Account { id: who.label.map(Id::new), groups, roles, kind };
    let access = access::Access {
        id: "somebody".to_owned(),
        accounts: vec![account],
        resources: vec![Resource::Every],
        resources_in_us_government: vec![Resource::Every],
        has: atoms(has),
        region: Region { values: vec![(Dimension::ClientAppTypes, MODERN.to_vec())], ..Region::default() },
        span: 0..0,
    };
    let [answer, _] = decide(&case.tenant(0), &access, Options::default());
    let way = access.has.as_ref().map_or(EVERYTHING, |has| only(has));
    let (mut surely, mut perhaps) = (false, case.missing()[0]);
    for point in brute.grid.points() {
        let what = &brute.grid.what[point[1]];
        let is_app = ["app:", "suite:", "other"].iter().any(|kind| what.resource.starts_with(kind));
        if point[0] != number || !is_app || !MODERN.contains(&what.client) {
            continue;
        }
        let is_refused = |world: usize| {
            let applying = brute.applying(world, &point)[0];
            applying & brute.refusing(0, way, brute.state(&point), world) != 0
        };
        let refused = (0..brute.worlds.len()).filter(|world| is_refused(*world)).count();
        surely |= refused == brute.worlds.len();
        perhaps |= refused > 0;
    }
    let verdict = answer.verdict;
    prop_assert_eq!(verdict == Verdict::Can, !perhaps, "{:?} {:#?}", access.accounts, answer);
    prop_assert!(verdict != Verdict::Cannot || surely, "{:?} {:#?}", access.accounts, answer);
    // A refusal by one policy or by another, as something unknown turns out, is not known to be one.
    prop_assert!(verdict == Verdict::Cannot || !surely || brute.worlds.len() > 1, "{answer:#?}");
    prop_assert!(answer.refused.as_ref().is_none_or(|(_, refused)| !refused.by.is_empty()));
    // Where everything is brought and nothing is unknown, the sign-in is refused policy by policy, too.
    if let Some((_, refused)) = answer.refused.filter(|_| access.has.is_none() && brute.worlds.len() == 1) {
        let replayed = replay::replay(&case.tenant(0), &refused.sign_in, coverage::Options::default());
        prop_assert_eq!(replayed.access, Access::Blocked, "{:#?} {:#?}", refused, replayed.parts);
    }
    Ok(())
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn an_account_can_sign_in_if_no_sign_in_is_refused((case, who, has) in (case(), any::<usize>(), 0..HAS.len())) {
        hold(&case, who, HAS[has])?;
    }
}
