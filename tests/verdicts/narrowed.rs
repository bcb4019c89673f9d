//! Requirements about some sign-ins only, against brute force over those.

use crate::axes::{API, Axis, sayings, whole};
use crate::classes::{classify, verdict};
use crate::said::put;
use crate::{config, grid, tenant};
use caplint::catalog::Cloud;
use caplint::controls::Spec;
use caplint::coverage::{self, Options};
use caplint::policy::{InsiderRiskLevel, RiskLevel, UserType};
use caplint::requirement::Requirement;
use caplint::signin::SignIn;
use proptest::prelude::*;
use serde_json::Value;

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
