//! Verdicts against brute force: over small random tenants, every sign-in that their policies can tell apart is evaluated
//! one by one. The evaluation of one sign-in shares nothing with the solver.

#![allow(clippy::unwrap_used, clippy::many_single_char_names)]

mod axes;
#[path = "../support/classes.rs"]
mod classes;
mod comparisons;
mod identities;
mod narrowed;
#[path = "../support/sayings.rs"]
mod said;
mod sessions;

use axes::{API, AXES, Axis, alternatives, companions, sayings, whole};
use caplint::controls;
use caplint::coverage::{self, Coordinate, Decision, Hole, Options, Reason, Verdict, Ways};
use caplint::policy::{FileIndex, Id, Origin, lower};
use caplint::requirement::{Requirement, Resource};
use caplint::signin::{Outcome, SignIn, View};
use caplint::syntax::parse;
use caplint::tenant::Tenant;
use classes::{Class, classify, verdict};
use proptest::prelude::*;
use proptest::sample::subsequence;
use said::put;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::process::Command;

/// Up to three axes, and what each policy says on each of them: an index, or nothing if it is too large.
fn case() -> impl Strategy<Value = (Vec<Axis>, Vec<Value>)> {
    let sayings_of_policies = proptest::collection::vec(proptest::array::uniform3(0_usize..14), 1..6);
    (subsequence(AXES.to_vec(), 1..=3), sayings_of_policies).prop_map(|(axes, choices)| {
        let policy = |choice: [usize; 3]| {
            let mut policy = whole();
            for (axis, index) in axes.iter().zip(choice) {
                for (path, value) in sayings(*axis).into_iter().nth(index).unwrap_or_default() {
                    put(&mut policy, path, value);
                }
            }
            policy
        };
        let policies = choices.into_iter().map(policy).collect();
        (axes, policies)
    })
}

fn tenant(policies: &[Value]) -> Tenant {
    let policies = policies.iter().map(|policy| {
        let text = policy.to_string();
        let origin = Origin::document(FileIndex(0));
        lower(&parse(&text).unwrap(), origin).policy
    });
    Tenant { policies: policies.collect(), companions: companions(), ..Tenant::default() }
}

/// Every sign-in that differs on these axes, and on the clients, which a suite of portals tells apart.
fn grid(axes: &[Axis]) -> Vec<SignIn> {
    let mut grid = vec![SignIn::attacker(Resource::App(Id::new(API)))];
    let client = (axes.contains(&Axis::Resource) && !axes.contains(&Axis::Client)).then_some(Axis::Client);
    for axis in axes.iter().copied().chain(client) {
        grid = grid.iter().flat_map(|one| alternatives(axis, one)).collect();
    }
    grid
}

/// The sign-in with one coordinate put back to what an attacker tries first.
fn put_back(sign_in: &SignIn, coordinate: Coordinate) -> SignIn {
    let first = SignIn::attacker(sign_in.resource.clone());
    let mut changed = sign_in.clone();
    match coordinate {
        Coordinate::User => (changed.user, changed.also) = (first.user, first.also),
        Coordinate::UserType => {
            changed.user_type = first.user_type;
            changed.external_tenant = first.external_tenant;
        }
        Coordinate::ExternalTenant => changed.external_tenant = Some(Id::new("99999999-9999-4999-8999-999999999999")),
        Coordinate::Groups => changed.groups = first.groups,
        Coordinate::Roles => changed.roles = first.roles,
        Coordinate::Resource => changed.app = first.app,
        Coordinate::ClientApp => changed.client_app = first.client_app,
        Coordinate::Platform => changed.platform = first.platform,
        Coordinate::Locations => changed.locations = first.locations,
        Coordinate::Device => changed.device = first.device,
        Coordinate::SignInRisk => changed.sign_in_risk = first.sign_in_risk,
        Coordinate::UserRisk => changed.user_risk = first.user_risk,
        Coordinate::InsiderRisk => changed.insider_risk = first.insider_risk,
        Coordinate::Flow => changed.flow = first.flow,
    }
    changed
}

/// A hole is what it says, and every coordinate that is called relevant is.
fn check_hole(view: &View<'_>, hole: &Hole, class: Class) -> Result<(), TestCaseError> {
    prop_assert_eq!(classify(view, &hole.sign_in), class, "{:?}", hole);
    for coordinate in &hole.departs {
        let back = put_back(&hole.sign_in, *coordinate);
        prop_assert!(classify(view, &back) < class, "{:?} makes no difference in {:?}", coordinate, hole);
    }
    for coordinate in hole.relevant.iter().filter(|coordinate| !hole.departs.contains(coordinate)) {
        let elsewhere_the_same = |other: &SignIn| put_back(other, *coordinate) == put_back(&hole.sign_in, *coordinate);
        let mut others = AXES.into_iter().flat_map(|axis| alternatives(axis, &hole.sign_in));
        let flips = others.any(|other| elsewhere_the_same(&other) && classify(view, &other) < class);
        prop_assert!(flips, "{:?} is not relevant in {:?}", coordinate, hole);
    }
    Ok(())
}

/// Everything that the user of a sign-in is called.
fn names(sign_in: &SignIn) -> BTreeSet<&Id> {
    sign_in.user.iter().chain(&sign_in.also).collect()
}

/// Whether a sign-in departs in everything that a hole departs in. For an exception, one platform stands for all.
fn departs_further(sign_in: &SignIn, hole: &Hole, class: Class) -> bool {
    hole.departs.iter().all(|coordinate| match coordinate {
        Coordinate::Groups => hole.sign_in.groups.is_subset(&sign_in.groups),
        Coordinate::Roles => hole.sign_in.roles.is_subset(&sign_in.roles),
        Coordinate::Locations => hole.sign_in.locations.is_subset(&sign_in.locations),
        Coordinate::User => names(&hole.sign_in).is_subset(&names(sign_in)),
        // What names a device may differ in letters.
        Coordinate::Device => sign_in.device != SignIn::attacker(sign_in.resource.clone()).device,
        single if class == Class::Exempt => put_back(sign_in, *single) != *sign_in,
        Coordinate::UserType => sign_in.user_type == hole.sign_in.user_type,
        Coordinate::ExternalTenant => sign_in.external_tenant == hole.sign_in.external_tenant,
        Coordinate::ClientApp => sign_in.client_app == hole.sign_in.client_app,
        Coordinate::Platform => sign_in.platform == hole.sign_in.platform,
        Coordinate::SignInRisk => sign_in.sign_in_risk == hole.sign_in.sign_in_risk,
        Coordinate::UserRisk => sign_in.user_risk == hole.sign_in.user_risk,
        Coordinate::InsiderRisk => sign_in.insider_risk == hole.sign_in.insider_risk,
        Coordinate::Flow => sign_in.flow == hole.sign_in.flow,
        Coordinate::Resource => hole.sign_in.app.is_subset(&sign_in.app),
    })
}

fn check(axes: &[Axis], policies: &[Value], requirement: &Requirement) -> Result<Decision, TestCaseError> {
    let tenant = tenant(policies);
    let decision = coverage::decide(requirement, &tenant, Options::default());
    let mentioned = coverage::decide(requirement, &tenant, Options { ways: Ways::Mentioned, ..Options::default() });
    prop_assert_eq!(mentioned.verdict, decision.verdict);
    let few = decision.holes.len().min(Ways::Mentioned.most());
    prop_assert_eq!(format!("{:?}", mentioned.holes), format!("{:?}", &decision.holes[..few]));
    prop_assert_eq!(mentioned.more_holes, decision.more_holes || decision.holes.len() > few);
    let view = coverage::view(requirement, &tenant, Options::default());
    let grid = grid(axes);
    let classes: Vec<Class> = grid.iter().map(|sign_in| classify(&view, sign_in)).collect();
    let worst = classes.iter().copied().max().unwrap();
    prop_assert_eq!(decision.verdict, verdict(worst), "{:?} {:?}", worst, decision);
    let exempt = decision.exceptions.iter().flat_map(|exception| &exception.holes);
    let holes: Vec<&Hole> = decision.holes.iter().chain(exempt).collect();
    prop_assert_eq!(holes.is_empty(), worst == Class::Covered);
    for hole in &holes {
        check_hole(&view, hole, worst)?;
        if worst == Class::Gap {
            prop_assert_eq!(view.evaluate(&hole.sign_in).outcome, Outcome::Granted);
        }
    }
    // Nothing gets through that none of the holes stands for.
    if !decision.more_holes && !decision.exceptions.iter().any(|exception| exception.more_holes) {
        for (sign_in, _) in grid.iter().zip(&classes).filter(|(_, class)| **class == worst && worst > Class::Covered) {
            prop_assert!(
                holes.iter().any(|hole| departs_further(sign_in, hole, worst)),
                "{:?} in none of {:#?}",
                sign_in,
                holes
            );
        }
    }
    Ok(decision)
}

/// `PROPTEST_CASES=1000000 cargo test --release --test verdicts` takes about two minutes.
fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(10_000);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_verdict_is_what_every_sign_in_says((axes, policies) in case()) {
        check(&axes, &policies, &controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap())?;
    }
}

/// What passes, and how well.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotEnforced | Verdict::Undecided => 0,
        Verdict::EnforcedExcept => 1,
        Verdict::Enforced => 2,
    }
}

proptest! {
    #![proptest_config(config())]

    /// One more policy can only stop more.
    #[test]
    fn a_policy_that_is_added_never_opens((_, policies) in case()) {
        let requirement = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
        let decide = |policies: &[Value]| coverage::decide(&requirement, &tenant(policies), Options::default()).verdict;
        let (_, fewer) = policies.split_last().unwrap();
        prop_assert!(rank(decide(&policies)) >= rank(decide(fewer)));
    }

    /// Neither the order of policies nor that of their lists is anything.
    #[test]
    fn an_order_never_matters((_, policies) in case()) {
        let requirement = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
        let decide = |policies: &[Value]| coverage::decide(&requirement, &tenant(policies), Options::default());
        let turned: Vec<Value> = policies.iter().rev().map(turned).collect();
        let (one, other) = (decide(&policies), decide(&turned));
        prop_assert_eq!(one.verdict, other.verdict);
        prop_assert_eq!(one.exceptions.is_empty(), other.exceptions.is_empty());
    }
}

/// Where one policy blocks everybody but a group, the members of that group are all who can sign in, and no exception.
#[test]
fn who_is_not_blocked_with_everybody_else_is_judged() {
    let requirement = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
    let decide = |policies: &[Value]| coverage::decide(&requirement, &tenant(policies), Options::default());
    let (licensed, emergency) = ("aaaaaaaa-0000-4000-8000-000000000001", "aaaaaaaa-0000-4000-8000-000000000002");
    let policy = |control: &str, groups: &[&str]| {
        let mut policy = whole();
        put(&mut policy, "/conditions/applications/includeApplications", json!(["All"]));
        put(&mut policy, "/conditions/users/excludeGroups", json!(groups));
        put(&mut policy, "/grantControls/builtInControls", json!([control]));
        policy
    };
    let closed = policy("block", &[licensed, emergency]);
    let open = decide(std::slice::from_ref(&closed));
    assert_eq!(open.verdict, Verdict::NotEnforced);
    assert!(!open.holes[0].sign_in.groups.is_empty());
    let with_mfa = decide(&[closed, policy("mfa", &[emergency])]);
    assert_eq!(with_mfa.verdict, Verdict::EnforcedExcept);
    let exceptions: Vec<String> = with_mfa.exceptions.iter().map(|exception| exception.id.to_string()).collect();
    assert_eq!(exceptions, [emergency]);
}

/// A policy with every list turned round.
fn turned(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().rev().map(turned).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), turned(value))).collect(),
        other => other.clone(),
    }
}

/// Two policies for every pair of axes, whatever chance leaves out.
fn pairs() -> Vec<([Axis; 2], [Value; 2])> {
    let with = |sayings: &[Vec<(&'static str, Value)>]| {
        let mut policy = whole();
        for (path, value) in sayings.iter().flatten() {
            put(&mut policy, path, value.clone());
        }
        policy
    };
    let mut pairs = Vec::new();
    for (index, one) in AXES.into_iter().enumerate() {
        for other in AXES.into_iter().skip(index + 1) {
            let (ones, others) = (sayings(one), sayings(other));
            for (n, saying) in ones.iter().enumerate() {
                let beside = others[n % others.len()].clone();
                let next = ones[(n + 1) % ones.len()].clone();
                pairs.push(([one, other], [with(&[saying.clone(), beside]), with(&[next])]));
            }
        }
    }
    pairs
}

#[test]
fn every_pair_of_axes_is_tried() {
    let requirement = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
    let mut seen = [0; 4];
    for (axes, policies) in pairs() {
        let decision = check(&axes, &policies, &requirement).unwrap();
        seen[decision.verdict as usize] += 1;
    }
    assert!(seen.iter().all(|count| *count > 10), "{seen:?}");
}

/// One pigeon more than there are holes, a clause a policy: a pigeon in a hole is a group that the user is in, and not being
/// in it is a place.
fn pigeonhole(holes: usize) -> Vec<Value> {
    let sits = |pigeon: usize, hole: usize| pigeon * holes + hole;
    let group = |number: usize| format!("b0000000-0000-4000-8000-{number:012}");
    let place = |number: usize| format!("d0000000-0000-4000-8000-{number:012}");
    let policy = |include: Vec<String>, exclude: Vec<String>, at: &[String], not_at: &[String]| {
        let mut policy = whole();
        if !include.is_empty() {
            put(&mut policy, "/conditions/users/includeUsers", json!([]));
        }
        put(&mut policy, "/conditions/users/includeGroups", json!(include));
        put(&mut policy, "/conditions/users/excludeGroups", json!(exclude));
        let included = if at.is_empty() { json!(["All"]) } else { json!(at) };
        put(&mut policy, "/conditions/locations", json!({ "includeLocations": included, "excludeLocations": not_at }));
        policy
    };
    let mut policies = Vec::new();
    for pigeon in 0..=holes {
        policies.push(policy(vec![], (0..holes).map(|hole| group(sits(pigeon, hole))).collect(), &[], &[]));
        for hole in 0..holes {
            let here = sits(pigeon, hole);
            policies.push(policy(vec![group(here)], vec![], &[place(here)], &[]));
            policies.push(policy(vec![], vec![group(here)], &[], &[place(here)]));
            for other in pigeon + 1..=holes {
                policies.push(policy(vec![], vec![], &[], &[place(here), place(sits(other, hole))]));
            }
        }
    }
    policies
}

#[test]
fn a_puzzle_is_given_up_after_a_bounded_effort() {
    let requirement = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
    let decide = |holes: usize, effort: u64| {
        let options = Options { effort, ..Options::default() };
        coverage::decide(&requirement, &tenant(&pigeonhole(holes)), options)
    };
    let given_up = decide(8, 500);
    assert_eq!(given_up.verdict, Verdict::Undecided);
    assert!(matches!(given_up.reason, Reason::TooIntricate(hardest) if hardest.len() == 3));
    // So it is if work is what is counted.
    let options = Options { work: 1_000_000, ..Options::default() };
    let given_up = coverage::decide(&requirement, &tenant(&pigeonhole(8)), options);
    assert!(matches!(given_up.reason, Reason::TooIntricate(hardest) if hardest.len() == 3));
    assert_eq!(decide(4, 500).verdict, Verdict::Enforced);
}

/// A policy that has nothing to do with what makes a tenant hard is not among those that are named.
#[test]
fn policies_that_are_too_hard_are_named() {
    let mut linux = whole();
    let only_linux = json!({ "includePlatforms": ["linux"], "excludePlatforms": [] });
    put(&mut linux, "/conditions/platforms", only_linux);
    let mut policies = vec![linux];
    policies.extend(pigeonhole(10));
    for (number, policy) in policies.iter_mut().enumerate() {
        put(policy, "/displayName", json!(format!("CA{number:03}")));
    }
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("policies.json"), json!({ "value": policies }).to_string()).unwrap();
    let run = |threads: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.args(["check", "--isolated", "--control", controls::DEFAULT, "--format", "json"]).arg(folder.path());
        command.env("RAYON_NUM_THREADS", threads).output().unwrap().stdout
    };
    let report = run("1");
    assert_eq!(report, run("4"));
    let report: Value = serde_json::from_slice(&report).unwrap();
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == controls::DEFAULT).unwrap();
    let message = finding["message"].as_str().unwrap();
    assert!(message.contains(" make it hard.") && !message.contains("CA000"), "{message}");
    let places = finding["locations"].as_array().unwrap();
    let named: Vec<&str> = places.iter().map(|place| place["pointer"].as_str().unwrap()).collect();
    assert_eq!(named.len(), 3, "{named:?}");
    assert!(finding["help"].as_str().unwrap().contains("An export of the users and groups"));
}

/// A search takes time that grows with the square of what policies tell apart. Lists of users alone need none.
#[test]
fn lists_of_thousands_are_searched_as_long_as_somebody_waits() {
    let requirement = controls::find(controls::DEFAULT).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
    let decide = |list: &str, ids: usize| {
        let mut policy = whole();
        let ids: Vec<String> = (0..ids).map(|id| format!("a{id:07}-0000-4000-8000-000000000000")).collect();
        put(&mut policy, list, json!(ids));
        coverage::decide(&requirement, &tenant(&[policy]), Options::default())
    };
    let users = decide("/conditions/users/excludeUsers", 20_000);
    assert_eq!((users.verdict, users.exceptions.len()), (Verdict::EnforcedExcept, 20_000));
    assert_eq!(decide("/conditions/locations/excludeLocations", 500).verdict, Verdict::NotEnforced);
    let locations = decide("/conditions/locations/excludeLocations", 20_000);
    assert_eq!(locations.verdict, Verdict::Undecided);
    assert!(matches!(locations.reason, Reason::TooIntricate(hardest) if hardest.len() == 1));
}

/// Security defaults ask everybody at the management API, and the roles that Microsoft lists everywhere.
#[test]
fn security_defaults_cover_a_region() {
    let decide = |control: &str, state: &str| {
        let mut policy = whole();
        put(&mut policy, "/state", json!(state));
        put(&mut policy, "/conditions/users/includeUsers", json!(["a0000000-0000-4000-8000-000000000009"]));
        let mut tenant = tenant(&[policy]);
        tenant.companions.security_defaults = Some(true);
        let requirement = controls::find(control).unwrap().requirement(caplint::catalog::Cloud::Public).unwrap();
        let decision = coverage::decide(&requirement, &tenant, Options::default());
        let view = coverage::view(&requirement, &tenant, Options::default());
        for hole in &decision.holes {
            let stopped = view.defaults_stop(&hole.sign_in);
            assert_eq!(stopped, decision.verdict == Verdict::Undecided, "{control} {hole:?}");
        }
        decision
    };
    for (control, verdict) in [
        ("mfa-azure-management", Verdict::Enforced),
        ("legacy-authentication-blocked", Verdict::Enforced),
        ("mfa-all-users", Verdict::NotEnforced),
        ("phishing-resistant-admins", Verdict::NotEnforced),
        ("security-info-registration", Verdict::NotEnforced),
    ] {
        assert_eq!(decide(control, "disabled").verdict, verdict, "{control}");
    }
    let admins = decide("mfa-admins", "disabled");
    let roles: Vec<&Id> = admins.holes.iter().flat_map(|hole| &hole.sign_in.roles).collect();
    assert_eq!(roles, [&Id::new("f2ef992c-3afb-46b9-b7cf-a126ee74c451")], "the Global Reader alone is not listed");
    // Beside an enabled policy they cannot be on.
    let beside = decide("mfa-azure-management", "enabled");
    assert_eq!((beside.verdict, beside.reason), (Verdict::Undecided, coverage::Reason::ContradictedDefaults));
}
