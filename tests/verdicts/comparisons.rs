//! Policies held against one another, against brute force.

use crate::axes::{ANOTHER_APP, API, AZURE_PORTAL, Axis, PLACEHOLDER, SOMEWHERE, whole};
use crate::said::put;
use crate::{case, config, grid, pairs, tenant};
use caplint::catalog::Suite;
use caplint::controls;
use caplint::coverage::{self, Comparison, Options, Redundant};
use caplint::policy::{Conditions, Fact, Id, Policy, State};
use caplint::requirement::{Grant, Requirement, Resource};
use caplint::signin::{AppFact, Lens, Match, SignIn, Undefined, View};
use caplint::tenant::{PolicyIndex, Tenant};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// MFA for one API, and for whatever there is.
fn requirements() -> [Requirement; 2] {
    let api = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
    [api, Requirement::everywhere(Grant::Mfa)]
}

/// Every sign-in that differs on these axes, at every resource that the requirement is about. What no policy names is
/// left out: whether such a place is trusted the sign-in tells, and such an app is as any other.
fn sign_ins(axes: &[Axis], requirement: &Requirement, policies: &[Policy]) -> Vec<SignIn> {
    let named: BTreeSet<Id> = policies.iter().flat_map(named).cloned().collect();
    let mut grid = grid(axes);
    let somewhere = Id::new(SOMEWHERE);
    grid.retain(|sign_in| named.contains(&somewhere) || !sign_in.locations.contains(&somewhere));
    grid.retain(|sign_in| sign_in.user.iter().chain(&sign_in.also).all(|user| named.contains(user)));
    if requirement.resources != [Resource::Every] {
        return grid;
    }
    let apps = [API, ANOTHER_APP, AZURE_PORTAL, PLACEHOLDER]
        .into_iter()
        .map(Id::new)
        .filter(|app| named.contains(app))
        .map(Resource::App);
    let is_named = |suite: &Suite| named.contains(&Id::new(suite.word()));
    let suites = Suite::ALL.into_iter().filter(is_named).map(Resource::OfSuite);
    let at = |resource: Resource| grid.iter().map(move |one| SignIn { resource: resource.clone(), ..one.clone() });
    let mut all: Vec<SignIn> = apps.chain(suites).chain([Resource::Other]).flat_map(at).collect();
    // An app of the portals may be one of Office 365, too, and so may whatever a placeholder stands for.
    let is_open = |resource: &Resource| match resource {
        Resource::App(id) => Suite::Office365.holds(id).is_none(),
        Resource::OfSuite(suite) => *suite == Suite::AdminPortals,
        Resource::Every | Resource::Other | Resource::UserAction(_) | Resource::AuthenticationContext(_) => false,
    };
    let open: Vec<SignIn> = all.iter().filter(|one| is_open(&one.resource)).cloned().collect();
    all.extend(open.into_iter().map(|mut both| {
        both.app.insert(AppFact::InSuite(Suite::Office365));
        both
    }));
    all
}

/// The apps, places and users that a policy names.
fn named(policy: &Policy) -> impl Iterator<Item = &Id> {
    let Conditions { applications, locations, users, .. } = &policy.conditions;
    let places = [&locations.include, &locations.exclude, &users.include_users, &users.exclude_users];
    let lists = [&applications.include, &applications.exclude].into_iter().chain(places);
    lists.flat_map(|list| list.known().map(|(_, id)| id))
}

fn surely(view: &View<'_>, policy: &Policy, sign_in: &SignIn) -> bool {
    let said = View { undefined: Undefined::AsTheSignInSays, ..*view };
    said.forces(policy, sign_in, Lens::Plain) == Match::Yes
}

fn perhaps(view: &View<'_>, policy: &Policy, sign_in: &SignIn, lens: Lens) -> bool {
    !matches!(view.forces(policy, sign_in, lens), Match::No(_))
}

/// What a changed policy adds is a sign-in that it surely stops and that no policy stops, not even if excluded users,
/// groups and tracked roles were not, every user were in an included group, and all that is unknown turned out well. A
/// sign-in that is open only to somebody who is excluded one by one is none: that half would not hold without the lens.
fn check_addition(axes: &[Axis], mut policies: Vec<Policy>, requirement: &Requirement) -> Result<bool, TestCaseError> {
    let changed = policies.pop().unwrap();
    // As a rule asks: of a policy that is in the tenant, so that what it names is known there.
    policies.push(Policy { state: Fact::Known(State::Disabled), ..changed.clone() });
    let tenant = Tenant { policies, ..tenant(&[]) };
    let view = coverage::view(requirement, &tenant, Options::default());
    let is_open = |sign_in: &SignIn| {
        tenant.policies.iter().all(|policy| !perhaps(&view, policy, sign_in, Lens::InIncludedGroups))
    };
    let sign_ins = sign_ins(axes, requirement, &tenant.policies);
    let added = sign_ins.iter().find(|sign_in| surely(&view, &changed, sign_in) && is_open(sign_in));
    let adds = Comparison::new(requirement, &tenant, Options::default()).would_add(&changed);
    prop_assert_eq!(adds, added.is_some(), "{:?}", added);
    Ok(adds)
}

/// What redundant policies may stop the others surely do, even those alone that are named; of every other policy
/// something is left that they do not.
fn check_redundancy(axes: &[Axis], policies: Vec<Policy>, requirement: &Requirement) -> Result<usize, TestCaseError> {
    let tenant = Tenant { policies, ..tenant(&[]) };
    let view = coverage::view(requirement, &tenant, Options::default());
    let candidates: Vec<PolicyIndex> = tenant.indexed().map(|(index, _)| index).collect();
    let found = Comparison::new(requirement, &tenant, Options::default()).redundant(&candidates);
    let sign_ins = sign_ins(axes, requirement, &tenant.policies);
    let open = |index: PolicyIndex, by: &[PolicyIndex]| {
        sign_ins.iter().find(|sign_in| {
            let is_stopped = |by: &PolicyIndex| surely(&view, &tenant[*by], sign_in);
            perhaps(&view, &tenant[index], sign_in, Lens::Plain) && !by.iter().any(is_stopped)
        })
    };
    let is_kept = |index: &PolicyIndex| found.iter().all(|redundant| redundant.policy != *index);
    for Redundant { policy, by } in &found {
        prop_assert!(!by.is_empty() && by.iter().all(is_kept), "{:?}", found);
        prop_assert!(open(*policy, by).is_none(), "{:?} lets {:?} go", policy, open(*policy, by));
    }
    for index in candidates.iter().filter(|index| is_kept(index)) {
        let others: Vec<PolicyIndex> =
            candidates.iter().copied().filter(|other| other != index && is_kept(other)).collect();
        let has_effect = open(*index, &[]).is_some();
        prop_assert!(!has_effect || open(*index, &others).is_some(), "{:?} is covered by {:?}", index, others);
    }
    Ok(found.len())
}

/// Fewer than for verdicts: here every sign-in is evaluated at every resource.
fn fewer() -> ProptestConfig {
    let config = config();
    ProptestConfig { cases: config.cases / 4, ..config }
}

proptest! {
    #![proptest_config(fewer())]

    #[test]
    fn a_policy_adds_what_some_sign_in_says((axes, policies) in case()) {
        for requirement in requirements() {
            check_addition(&axes, tenant(&policies).policies, &requirement)?;
        }
    }

    #[test]
    fn a_policy_is_redundant_if_every_sign_in_says_so((axes, policies) in case()) {
        for requirement in requirements() {
            check_redundancy(&axes, tenant(&policies).policies, &requirement)?;
        }
    }
}

/// A policy that stops nothing is not told redundant because of one that is.
#[test]
fn a_policy_without_effect_leans_on_none_that_is_redundant() {
    let saying = |changes: &[(&str, Value)]| {
        let mut policy = whole();
        for (path, value) in changes {
            put(&mut policy, path, value.clone());
        }
        policy
    };
    let (clients, apps) = ("/conditions/clientAppTypes", "/conditions/applications/includeApplications");
    let modern = saying(&[(clients, json!(["browser", "mobileAppsAndDesktopClients"]))]);
    // Portals are asked for in browsers.
    let nothing =
        saying(&[(apps, json!(["MicrosoftAdminPortals"])), (clients, json!(["mobileAppsAndDesktopClients"]))]);
    let policies = tenant(&[modern, whole(), nothing]).policies;
    let [api, _] = requirements();
    assert_eq!(check_redundancy(&[Axis::Resource, Axis::Client], policies, &api).unwrap(), 1);
}

#[test]
fn policies_are_compared_on_every_pair_of_axes() {
    let (mut additions, mut redundancies) = ([0; 2], [0; 3]);
    for (axes, policies) in pairs() {
        let there = || tenant(&policies).policies;
        for requirement in requirements() {
            additions[usize::from(check_addition(&axes, there(), &requirement).unwrap())] += 1;
            redundancies[check_redundancy(&axes, there(), &requirement).unwrap()] += 1;
        }
    }
    let seen = additions.iter().chain(&redundancies[..2]);
    assert!(seen.copied().all(|count: i32| count > 100), "{additions:?} {redundancies:?}");
}

/// What has an id is no other one, whatever else it is called: of twins, one is told although a name may be anybody's.
#[test]
fn a_name_of_another_user_is_not_the_listed_one() {
    let saying = |path: &str, users: &[&str]| {
        let mut policy = whole();
        put(&mut policy, path, json!(users));
        policy
    };
    let (include, exclude) = ("/conditions/users/includeUsers", "/conditions/users/excludeUsers");
    let [one, two] = ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"];
    let policies = [
        saying(include, &[one]),
        saying(include, &[one]),
        saying(exclude, &[one, two]),
        saying(exclude, &["<BreakGlass>"]),
    ];
    let [api, _] = requirements();
    assert_eq!(check_redundancy(&[Axis::User], tenant(&policies).policies, &api).unwrap(), 1);
    // Both users have policies of their own, so that one for a name adds nothing for either.
    let policies = [saying(include, &[one, two]), saying(include, &[one]), saying(include, &["<BreakGlass>"])];
    check_addition(&[Axis::User], tenant(&policies).policies, &api).unwrap();
}
