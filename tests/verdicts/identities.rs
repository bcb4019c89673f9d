//! Verdicts on service principals and agents against brute force, as `main.rs` has them for users.

use crate::axes::{ANOTHER_APP, OFFICE, SOMEWHERE};
use crate::classes::{Class, classify, verdict};
use crate::{config, put_back, tenant};
use caplint::catalog::Cloud;
use caplint::controls::Spec;
use caplint::coverage::{self, Coordinate, Hole, Options};
use caplint::policy::{Id, RiskLevel, Words};
use caplint::requirement::{Identities, Requirement, Resource};
use caplint::signin::{Outcome, SignIn};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const ALL: &str = "ServicePrincipalsInMyTenant";
const ONE: &str = "a0000000-0000-4000-8000-000000000001";
const OTHER: &str = "a0000000-0000-4000-8000-000000000002";
const NAME: &str = "<Deployment>";
const GROUP: &str = "b0000000-0000-4000-8000-000000000001";

fn requirement(class: Identities, further: &str) -> Requirement {
    let text = format!("identities = \"{}\"\nresources = [\"All\"]\ngrant = \"block\"\n{further}", class.word());
    toml::from_str::<Spec>(&text).unwrap().resolve(Cloud::Public).unwrap()
}

/// What `users` and `clientApplications` can say.
fn whom() -> Vec<Value> {
    let nobody = || json!({ "includeUsers": ["None"] });
    let users = |users: Value| json!({ "users": users });
    let principals = |client: Value| json!({ "users": nobody(), "clientApplications": client });
    let services = |include: &[&str], exclude: &[&str]| {
        principals(json!({ "includeServicePrincipals": include, "excludeServicePrincipals": exclude }))
    };
    let agents = |include: &[&str], exclude: &[&str]| {
        principals(json!({ "includeAgentIdServicePrincipals": include, "excludeAgentIdServicePrincipals": exclude }))
    };
    let filter = |mode: &str| json!({ "mode": mode, "rule": "CustomSecurityAttribute.Set_Level -eq \"high\"" });
    vec![
        users(json!({ "includeUsers": ["All"] })),
        users(json!({ "includeUsers": ["All", "AllAgentIdUsers"] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"], "excludeUsers": [ONE] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"], "excludeUsers": [OTHER, NAME] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"], "excludeUsers": ["AllAgentIdUsers"] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"], "excludeUsers": ["AllAgents"] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"], "excludeGroups": [GROUP] })),
        users(json!({ "includeUsers": ["AllAgentIdUsers"], "excludeGuestsOrExternalUsers":
            { "guestOrExternalUserTypes": "b2bCollaborationGuest" } })),
        users(json!({ "includeUsers": [ONE, OTHER] })),
        users(json!({ "includeUsers": [ONE], "includeGroups": [GROUP] })),
        users(json!({ "includeUsers": [7] })),
        services(&[ALL], &[]),
        services(&[ALL], &[ONE]),
        services(&[ALL], &[ONE, OTHER]),
        services(&[ALL], &[NAME]),
        services(&[ALL], &["All"]),
        services(&[ALL], &[ALL]),
        services(&[ONE], &[]),
        services(&[ONE, OTHER], &[ONE]),
        services(&[NAME], &[]),
        services(&["All"], &[]),
        services(&["None"], &[]),
        agents(&["All"], &[]),
        agents(&["All"], &[ONE]),
        agents(&["All"], &[OTHER, NAME]),
        agents(&["All"], &["None"]),
        agents(&["All"], &["EverythingElse"]),
        agents(&[ONE], &[]),
        agents(&[ONE, NAME], &[OTHER]),
        agents(&[ALL], &[]),
        principals(json!({ "includeServicePrincipals": [ALL], "includeAgentIdServicePrincipals": ["All"] })),
        principals(json!({ "includeServicePrincipals": [ALL], "servicePrincipalFilter": filter("exclude") })),
        principals(json!({ "servicePrincipalFilter": filter("include"), "excludeServicePrincipals": [ONE] })),
        principals(
            json!({ "includeAgentIdServicePrincipals": ["All"], "agentIdServicePrincipalFilter": filter("include") }),
        ),
        principals(json!({ "includeServicePrincipals": [ALL, "{{more}}"], "excludeServicePrincipals": [7] })),
        principals(json!({ "includeServicePrincipals": [7] })),
        principals(json!({ "includeServicePrincipals": [ALL], "excludeServicePrincipal": [ONE] })),
        principals(json!({ "includeAgentIdServicePrincipals": [ONE], "excludeAgents": [OTHER] })),
        principals(json!("System.Object")),
        json!({ "users": { "includeUsers": ["All"] }, "clientApplications": { "includeServicePrincipals": [ALL] } }),
        json!({ "users": { "includeUsers": ["None"], "includeGroups": [GROUP] },
            "clientApplications": { "includeAgentIdServicePrincipals": ["All"] } }),
    ]
}

/// Further conditions.
fn further() -> Vec<Value> {
    vec![
        json!({}),
        json!({}),
        json!({ "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] } }),
        json!({ "locations": { "includeLocations": [OFFICE] } }),
        json!({ "locations": { "includeLocations": ["All"], "excludeLocations": [SOMEWHERE] } }),
        json!({ "servicePrincipalRiskLevels": ["high"] }),
        json!({ "servicePrincipalRiskLevels": ["low", "medium", "none"] }),
        json!({ "servicePrincipalRiskLevels": ["serious"] }),
        json!({ "agentIdRiskLevels": "high" }),
        json!({ "agentIdRiskLevels": "low,medium" }),
        json!({ "agentIdRiskLevels": ["medium", "high"] }),
        json!({ "agentIdRiskLevels": "none" }),
        json!({ "agentIdRiskLevels": "unknownFutureValue" }),
        json!({ "agentIdRiskLevels": 4 }),
        json!({ "agentContext": { "includeAgentContexts": ["allAgentAssistedFlows"] } }),
        json!({ "signInRiskLevels": ["high"] }),
        json!({ "userRiskLevels": ["high"] }),
        json!({ "insiderRiskLevels": "elevated" }),
        json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow" } }),
        json!({ "clientAppTypes": ["browser"] }),
        json!({ "clientAppTypes": [] }),
        json!({ "platforms": { "includePlatforms": ["all"] } }),
        json!({ "devices": { "deviceFilter": { "mode": "include", "rule": "device.isCompliant -eq True" } } }),
        json!({ "applications": { "includeApplications": [ANOTHER_APP] } }),
        json!({ "applications": { "includeApplications": ["All"], "excludeApplications": [ANOTHER_APP] } }),
    ]
}

fn policy(whom: usize, conditions: usize, grant: &str, state: &str) -> Value {
    let mut policy = json!({
        "displayName": "p", "state": state,
        "conditions": { "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] } },
        "grantControls": { "operator": "OR", "builtInControls": [grant] }
    });
    for said in [&whom_of(whom), &further()[conditions]] {
        for (key, value) in said.as_object().unwrap() {
            policy["conditions"][key] = value.clone();
        }
    }
    policy
}

fn whom_of(index: usize) -> Value {
    whom().swap_remove(index)
}

/// Every sign-in of a class that policies can tell apart.
fn grid(class: Identities) -> Vec<SignIn> {
    let mut grid = Vec::new();
    let ids = |bits: usize| {
        let all = [ONE, OTHER, NAME].into_iter().enumerate();
        all.filter(|(index, _)| bits >> index & 1 == 1).map(|(_, id)| Id::new(id)).collect::<BTreeSet<_>>()
    };
    let mut whose = Vec::new();
    for bits in 0..8 {
        let ids = ids(bits);
        let first = SignIn { identities: class, ..SignIn::attacker(Resource::Other) };
        if class == Identities::AgentIdentities {
            whose.push(SignIn { groups: ids, ..first });
            continue;
        }
        if bits & 3 == 3 {
            continue;
        }
        let user = ids.iter().find(|id| id.guid().is_some()).or(ids.first()).cloned();
        let also = ids.into_iter().filter(|id| Some(id) != user.as_ref()).collect();
        for in_group in [false, true] {
            let groups = if in_group { BTreeSet::from([Id::new(GROUP)]) } else { BTreeSet::new() };
            whose.push(SignIn { user: user.clone(), also: BTreeSet::clone(&also), groups, ..first.clone() });
        }
    }
    let places: [&[&str]; 5] =
        [&[], &["AllTrusted"], &[OFFICE, crate::axes::CAMPUS, "AllTrusted"], &[SOMEWHERE], &[SOMEWHERE, "AllTrusted"]];
    for one in &whose {
        for place in places {
            for risk in [RiskLevel::None, RiskLevel::Low, RiskLevel::Medium, RiskLevel::High] {
                for resource in [Resource::Other, Resource::App(Id::new(ANOTHER_APP))] {
                    let locations = place.iter().map(|id| Id::new(id)).collect();
                    grid.push(SignIn { locations, user_risk: risk, resource, ..one.clone() });
                }
            }
        }
    }
    grid
}

fn check(requirement: &Requirement, policies: &[Value]) -> Result<coverage::Verdict, TestCaseError> {
    let tenant = tenant(policies);
    let decision = coverage::decide(requirement, &tenant, Options::default());
    let view = coverage::view(requirement, &tenant, Options::default());
    let asked = |sign_in: &SignIn| {
        (requirement.user_risk.is_empty() || requirement.user_risk.contains(&sign_in.user_risk))
            && !(requirement.outside_trusted_locations && sign_in.locations.iter().any(|id| id.is("AllTrusted")))
    };
    let worst = grid(requirement.identities)
        .iter()
        .filter(|sign_in| asked(sign_in))
        .map(|sign_in| {
            // From a location that may be trusted, a gap is none for certain.
            let doubtful = requirement.outside_trusted_locations && sign_in.locations.contains(&Id::new(SOMEWHERE));
            let class = classify(&view, sign_in);
            if doubtful && class == Class::Gap { Class::Unknown } else { class }
        })
        .max()
        .unwrap();
    prop_assert_eq!(decision.verdict, verdict(worst), "{:?} {:?} {:#?}", worst, decision, policies);
    let exempt = decision.exceptions.iter().flat_map(|exception| &exception.holes);
    let holes: Vec<&Hole> = decision.holes.iter().chain(exempt).collect();
    prop_assert_eq!(holes.is_empty(), worst == Class::Covered);
    for hole in holes {
        prop_assert_eq!(hole.sign_in.identities, requirement.identities);
        prop_assert!(asked(&hole.sign_in), "{:?}", hole);
        if !requirement.outside_trusted_locations {
            prop_assert_eq!(classify(&view, &hole.sign_in), worst, "{:?}", hole);
        }
        if worst == Class::Gap {
            prop_assert_eq!(view.evaluate(&hole.sign_in).outcome, Outcome::Granted);
        }
        for coordinate in &hole.departs {
            let mut back = put_back(&hole.sign_in, *coordinate);
            if *coordinate == Coordinate::Resource {
                back.resource = Resource::Other;
            }
            let is_same = !asked(&back) || classify(&view, &back) < worst;
            prop_assert!(is_same, "{:?} makes no difference in {:?}", coordinate, hole);
        }
    }
    Ok(decision.verdict)
}

const REQUIRED: [&str; 4] =
    ["", "identity-risk = [\"high\"]", "outside-trusted-locations = true", "identity-risk = [\"medium\", \"high\"]"];

/// Every policy alone, and beside one that covers everything but one identity, for every class.
#[test]
fn every_policy_means_to_each_class_what_every_sign_in_says() {
    let mut seen = [0; 4];
    for class in [Identities::AgentUsers, Identities::ServicePrincipals, Identities::AgentIdentities] {
        for required in REQUIRED {
            let requirement = requirement(class, required);
            for whom in 0..whom().len() {
                let alone = check(&requirement, &[policy(whom, 0, "block", "enabled")]).unwrap();
                seen[alone as usize] += 1;
                let other = policy((whom * 7 + 3) % self::whom().len(), whom % further().len(), "block", "enabled");
                seen[check(&requirement, &[policy(whom, 0, "block", "enabled"), other]).unwrap() as usize] += 1;
            }
            for conditions in 0..further().len() {
                for whom in [2, 12, 23] {
                    seen[check(&requirement, &[policy(whom, conditions, "block", "enabled")]).unwrap() as usize] += 1;
                }
            }
        }
    }
    assert!(seen.iter().all(|count| *count > 20), "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: config().cases / 10 + 1, ..config() })]

    #[test]
    fn a_verdict_on_identities_is_what_every_sign_in_says(
        class in 1..4_usize,
        required in 0..REQUIRED.len(),
        choices in proptest::collection::vec(
            (0..whom().len(), 0..further().len(), prop::sample::select(vec!["block", "block", "block", "mfa"]),
                prop::sample::select(vec!["enabled", "enabled", "enabled", "disabled", "{{state}}"])),
            1..5,
        ),
    ) {
        let class = Identities::WORDS[class].1;
        let policies: Vec<Value> =
            choices.into_iter().map(|(whom, conditions, grant, state)| policy(whom, conditions, grant, state)).collect();
        check(&requirement(class, REQUIRED[required]), &policies)?;
    }
}

/// A policy for one class says nothing to the others.
#[test]
fn a_class_is_not_covered_by_a_policy_for_another() {
    for class in [Identities::AgentUsers, Identities::ServicePrincipals, Identities::AgentIdentities] {
        for (index, own) in
            [(2, Identities::AgentUsers), (12, Identities::ServicePrincipals), (23, Identities::AgentIdentities)]
        {
            let held = check(&requirement(class, ""), &[policy(index, 0, "block", "enabled")]).unwrap();
            let expected = if own == class { coverage::Verdict::Enforced } else { coverage::Verdict::NotEnforced };
            assert_eq!(held, expected, "{class:?} {own:?}");
        }
    }
}
