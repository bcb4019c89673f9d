//! Requirements about some sign-ins only, against brute force over those.

use crate::axes::{API, Axis, SOMEWHERE, sayings, whole};
use crate::classes::{Class, classify, verdict};
use crate::said::put;
use crate::{config, grid, tenant};
use caplint::catalog::Cloud;
use caplint::controls::Spec;
use caplint::coverage::{self, Options};
use caplint::policy::{Id, InsiderRiskLevel, RiskLevel, UserType};
use caplint::requirement::{Requirement, Resource};
use caplint::signin::SignIn;
use caplint::tenant::{NamedLocation, Place};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

/// A requirement as people write it, and which sign-ins it is about.
type Narrowed = (&'static str, fn(&SignIn) -> bool);

const NARROWED: [Narrowed; 6] = [
    ("insider-risk = [\"elevated\"]", |one| one.insider_risk == InsiderRiskLevel::Elevated),
    ("insider-risk = [\"minor\", \"moderate\"]", |one| {
        [InsiderRiskLevel::Minor, InsiderRiskLevel::Moderate].contains(&one.insider_risk)
    }),
    ("insider-risk = [\"none\"]\nuser-risk = [\"high\"]", |one| {
        one.insider_risk == InsiderRiskLevel::None && one.user_risk == RiskLevel::High
    }),
    ("users = { members = true }", |one| one.user_type == UserType::Member),
    ("users = { members = true, guests = [\"internalGuest\"] }\ninsider-risk = [\"elevated\"]", |one| {
        [UserType::Member, UserType::InternalGuest].contains(&one.user_type)
            && one.insider_risk == InsiderRiskLevel::Elevated
    }),
    ("users = { guests = [\"serviceProvider\"] }", |one| one.user_type == UserType::ServiceProvider),
];

const NARROWING: [Axis; 4] = [Axis::Guest, Axis::InsiderRisk, Axis::UserRisk, Axis::Group];

fn requirement(narrowed: &str) -> Requirement {
    let text = format!("{narrowed}\nresources = [\"{API}\"]\ngrant = \"mfa\"");
    toml::from_str::<Spec>(&text).unwrap().resolve(Cloud::Public).unwrap()
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_verdict_on_some_sign_ins_is_what_those_say(
        narrowed in 0..NARROWED.len(),
        choices in proptest::collection::vec(proptest::array::uniform4(0_usize..14), 1..5),
    ) {
        let (written, is_about) = NARROWED[narrowed];
        let requirement = requirement(written);
        let policies: Vec<Value> = choices.into_iter().map(|choice| {
            let mut policy = whole();
            for (axis, index) in NARROWING.iter().zip(choice) {
                for (path, value) in sayings(*axis).into_iter().nth(index).unwrap_or_default() {
                    put(&mut policy, path, value);
                }
            }
            policy
        }).collect();
        let tenant = tenant(&policies);
        let decision = coverage::decide(&requirement, &tenant, Options::default());
        let view = coverage::view(&requirement, &tenant, Options::default());
        let worst = grid(&NARROWING).iter().filter(|one| is_about(one)).map(|one| classify(&view, one)).max();
        prop_assert_eq!(decision.verdict, verdict(worst.unwrap()), "{} {:?}", written, decision);
        for hole in &decision.holes {
            prop_assert!(is_about(&hole.sign_in), "{:?}", hole);
        }
    }
}

/// Trusted addresses, and the compliant network. Of `SOMEWHERE`, nothing but its id is known.
const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
const NETWORK: &str = "d0000000-0000-4000-8000-000000000004";

/// Every place that these tell apart.
fn places() -> Vec<SignIn> {
    let mut all = Vec::new();
    for bits in 0..16 {
        let mut sign_in = SignIn::attacker(Resource::App(Id::new(API)));
        let inside = [OFFICE, NETWORK, SOMEWHERE, "AllTrusted"].into_iter().enumerate();
        sign_in.locations = inside.filter(|(bit, _)| bits >> bit & 1 == 1).map(|(_, id)| Id::new(id)).collect();
        let is_in = |id: &str| sign_in.locations.contains(&Id::new(id));
        if is_in("AllTrusted") || !(is_in(OFFICE) || is_in(NETWORK)) {
            all.push(sign_in);
        }
    }
    all
}

proptest! {
    #![proptest_config(config())]

    /// What is in a location of which nothing is known may be none of the requirement's business.
    #[test]
    fn outside_of_a_network_is_what_every_place_says(
        outside_network: bool,
        policies in proptest::collection::vec(
            (
                subsequence(vec!["All", "AllTrusted", OFFICE, NETWORK, SOMEWHERE], 0..=3),
                subsequence(vec!["AllTrusted", OFFICE, NETWORK, SOMEWHERE], 0..=2),
            ),
            1..4,
        ),
    ) {
        let key = if outside_network { "outside-compliant-network" } else { "outside-trusted-locations" };
        let requirement = requirement(&format!("{key} = true"));
        let policies: Vec<Value> = policies.into_iter().map(|(include, exclude)| {
            let mut policy = whole();
            if !include.is_empty() {
                let locations = json!({ "includeLocations": include, "excludeLocations": exclude });
                put(&mut policy, "/conditions/locations", locations);
            }
            policy
        }).collect();
        let mut tenant = tenant(&policies);
        let place = Place::Ranges(vec!["203.0.113.0/25".parse().unwrap()]);
        for (id, place) in [(OFFICE, place), (NETWORK, Place::CompliantNetwork)] {
            tenant.companions.named_locations.insert(Id::new(id), NamedLocation { trusted: Some(true), place });
        }
        let view = coverage::view(&requirement, &tenant, Options::default());
        let places = places();
        let worst = places.iter().filter_map(|one| {
            let is_in = |id: &str| one.locations.contains(&Id::new(id));
            let (is_elsewhere, perhaps) = if outside_network {
                (is_in(NETWORK), is_in(SOMEWHERE))
            } else {
                (is_in("AllTrusted"), is_in(SOMEWHERE))
            };
            let class = classify(&view, one);
            let class = if perhaps && class == Class::Gap { Class::Unknown } else { class };
            (!is_elsewhere).then_some(class)
        });
        let worst = worst.max().unwrap();
        let decision = coverage::decide(&requirement, &tenant, Options::default());
        prop_assert_eq!(decision.verdict, verdict(worst), "{:?} {:?}", policies, decision);
    }
}
