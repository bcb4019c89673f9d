//! Whether what is expected of a tenant is so, held against brute force; and that each sign-in that shows it replays.

use super::access::atoms;
use super::brute::{Brute, MODERN};
use super::cases::{Case, case};
use super::config;
use super::sayings::NAMES;
use super::ways::{EVERYTHING, Grant, Way, every_way, only};
use caplint::access::{Account, Expectation, Expected, Met, Who, judge};
use caplint::catalog::Suite;
use caplint::diff::{Access, Control, Dimension, Options, Region};
use caplint::policy::{GrantControl, Id, UserType, Words};
use caplint::requirement::Resource;
use caplint::tenant::Tenant;
use caplint::{coverage, replay};
use proptest::prelude::*;

/// What somebody has, and whether it has that alone or everything.
const HAS: [&str; 3] = ["fido2", "password", ""];

/// Whose sign-ins: one user's of the grid, or everybody's.
fn who(brute: &Brute, number: usize) -> Option<(Option<usize>, Who)> {
    let number = number % (brute.grid.who.len() + 1);
    let Some(one) = brute.grid.who.get(number) else { return Some((None, Who::Anybody)) };
    // Somebody who is called by a name alone, or whose home is not said, is no closed world.
    if one.label.is_some_and(|label| NAMES.contains(&label)) || one.home.is_some() {
        return None;
    }
    let kind = UserType::of(one.kind);
    let ids = |ids: &[&str]| ids.iter().map(|id| Id::new(id)).collect::<Vec<Id>>();
    let account = Account { id: one.label.map(Id::new), groups: ids(&one.groups), roles: ids(&one.roles), kind };
    Some((Some(number), Who::Exactly(account)))
}

/// Whether a sign-in is let in, and whether one is refused: surely, and perhaps.
#[derive(Debug, Default)]
struct Said {
    is_in: [bool; 2],
    is_out: [bool; 2],
}

/// To what.
const TO: [Resource; 3] =
    [Resource::Every, Resource::OfSuite(Suite::AdminPortals), Resource::OfSuite(Suite::Office365)];

/// Whether a resource of the grid is one of these. A suite that no policy names is an app as good as any other.
fn is_one_of(brute: &Brute, resource: &str, to: &Resource) -> bool {
    match to {
        Resource::OfSuite(suite) => {
            let own = format!("suite:{}", suite.word());
            let is_named = brute.grid.what.iter().any(|what| what.resource == own);
            let is_member = resource.strip_prefix("app:").is_some_and(|app| suite.holds(&Id::new(app)) == Some(true));
            resource == own || is_member || (resource == "other" && !is_named)
        }
        _ => ["app:", "suite:", "other"].iter().any(|kind| resource.starts_with(kind)),
    }
}

fn said(
    brute: &Brute,
    number: Option<usize>,
    to: &Resource,
    ways: &[(Way, Option<&Grant>)],
    modern_only: bool,
) -> Said {
    let mut said = Said::default();
    for point in brute.grid.points() {
        let what = &brute.grid.what[point[1]];
        let is_meant = number.is_none_or(|number| point[0] == number) && is_one_of(brute, &what.resource, to);
        if !is_meant || (modern_only && !MODERN.contains(&what.client)) {
            continue;
        }
        let state = brute.state(&point);
        let is_in = |world: usize| {
            let applying = brute.applying(world, &point)[0];
            ways.iter().any(|(way, lacking)| {
                let lacks = lacking.is_none_or(|grant| grant.refuses(*way, state, &brute.worlds[world].truths));
                lacks && applying & brute.refusing(0, *way, state, world) == 0
            })
        };
        let worlds: Vec<bool> = (0..brute.worlds.len()).map(is_in).collect();
        said.is_in[0] |= worlds.iter().all(|is_in| *is_in);
        said.is_in[1] |= worlds.contains(&true);
        said.is_out[0] |= !worlds.contains(&true);
        said.is_out[1] |= worlds.contains(&false);
    }
    said
}

fn hold(case: &Case, number: usize, outcome: usize, (has, to): (&str, &Resource)) -> Result<(), TestCaseError> {
    // What another tenant defines plays no part.
    let (incomplete, case) = (case.tenant(0).missing, &case.settled());
    let Some(brute) = Brute::of(case, [0, 0], 6_000) else { return Ok(()) };
    let Some((number, who)) = who(&brute, number) else { return Ok(()) };
    // Whether an app of one suite is in the other, which alone is named, the grid does not say.
    let suites = |word: Option<&str>| {
        brute
            .grid
            .what
            .iter()
            .any(|what| what.resource.strip_prefix("suite:").is_some_and(|own| word.is_none_or(|word| own == word)))
    };
    if let Resource::OfSuite(suite) = to
        && suites(None)
        && !suites(Some(suite.word()))
    {
        return Ok(());
    }
    let mfa = Control::BuiltIn(GrantControl::Mfa);
    let all = [Expected::Can, Expected::May, Expected::Cannot, Expected::Needs(vec![mfa])];
    let outcome = all[outcome].clone();
    let has = if matches!(outcome, Expected::Needs(_)) { None } else { atoms(has) };
    let way = has.as_ref().map_or(EVERYTHING, |has| only(has));
    let is_can = outcome == Expected::Can;
    let values = if is_can { vec![(Dimension::ClientAppTypes, MODERN.to_vec())] } else { Vec::new() };
    let region = Region { values, ..Region::default() };
    let tenant = Tenant { missing: incomplete, ..case.tenant(0) };
    let name = "somebody".to_owned();
    let everything = has.is_none();
    let asked = Expectation { name, who, has, resources: vec![to.clone()], region, outcome: outcome.clone() };
    let judged = judge(&tenant, &[asked], Options::default()).remove(0);
    let required = Grant::mfa();
    let grants: Vec<&Grant> = brute.sides.iter().flatten().map(|entry| &entry.grant).chain([&required]).collect();
    let ways: Vec<(Way, Option<&Grant>)> = match &outcome {
        Expected::Needs(_) => every_way(&grants).into_iter().map(|way| (way, Some(&required))).collect(),
        Expected::Can | Expected::May | Expected::Cannot => vec![(way, None)],
    };
    let said = said(&brute, number, to, &ways, is_can);
    let (met, missing, is_certain) = (judged.met, !tenant.missing.is_empty(), brute.worlds.len() == 1);
    match &outcome {
        Expected::Can => {
            prop_assert_eq!(met == Met::Yes, !said.is_out[1] && !missing, "{:?} {:#?}", said, judged);
            prop_assert!(met != Met::No || said.is_out[0], "{said:?} {judged:#?}");
            prop_assert!(!is_certain || !said.is_out[0] || met == Met::No, "{said:?} {judged:#?}");
        }
        Expected::Cannot | Expected::Needs(_) => {
            prop_assert_eq!(met == Met::Yes, !said.is_in[1], "{:?} {:#?}", said, judged);
            prop_assert!(met != Met::No || (said.is_in[0] && !missing), "{said:?} {judged:#?}");
            prop_assert!(!is_certain || missing || !said.is_in[0] || met == Met::No, "{said:?} {judged:#?}");
        }
        Expected::May => {
            prop_assert_eq!(met == Met::No, !said.is_in[1], "{:?} {:#?}", said, judged);
            prop_assert!(met != Met::Yes || (said.is_in[0] && !missing), "{said:?} {judged:#?}");
            prop_assert!(!is_certain || missing || !said.is_in[0] || met == Met::Yes, "{said:?} {judged:#?}");
        }
    }
    // What the solver found is so when each policy is looked at, one by one.
    let is_let_in = match (&outcome, met) {
        (Expected::Can, Met::No) => false,
        (Expected::May, Met::Yes) | (Expected::Cannot | Expected::Needs(_), Met::No) => true,
        (_, _) => return Ok(()),
    };
    let Some(shown) = judged.shown.filter(|_| everything && is_certain) else { return Ok(()) };
    let replayed = replay::replay(&tenant, &shown.sign_in, coverage::Options::default());
    prop_assert_eq!(replayed.access != Access::Blocked, is_let_in, "{:#?} {:#?}", shown, replayed);
    Ok(())
}

proptest! {
    #![proptest_config(config(1))]

    #[test]
    fn an_expectation_is_met_if_every_sign_in_says_so((case, number, outcome, has, to) in (case(), any::<usize>(), 0..4_usize, 0..HAS.len(), 0..TO.len())) {
        hold(&case, number, outcome, (HAS[has], &TO[to]))?;
    }
}
