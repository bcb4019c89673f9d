//! Tenants as an export finds them: report-only and disabled policies, retired controls, excluded resources, exclusions
//! that differ from policy to policy, one tenant in five open for one of many reasons. If so wished, one file in a hundred
//! is damaged.
//!
//! Nothing in them comes from a real tenant.

use crate::graph::{Policy, strength};
use crate::kinds::{self, everywhere_but};
use crate::random::Random;
use serde_json::{Value, json};
use std::io;

/// How many files deviate from the schema.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Damage {
    None,
    /// One in a hundred, by chance. It is never the policy that decides.
    OneInAHundred,
}

/// A file.
pub(crate) struct Export {
    /// Without `.json`.
    pub(crate) name: String,
    pub(crate) text: String,
    pub(crate) is_damaged: bool,
}

pub(crate) struct Tenant {
    pub(crate) exports: Vec<Export>,
    /// MFA for Azure management is not required of everybody.
    pub(crate) is_open: bool,
}

/// The same policies every time. `number` is the seed. Damage is drawn apart from the policies, so that both corpora hold the same ones.
pub(crate) fn tenant(number: usize, policies: usize, damage: Damage) -> io::Result<Tenant> {
    let mut random = Random::new(1_000_000 + number as u64);
    let mut accidents = Random::new(2_000_000 + number as u64);
    let is_open = random.below(5) == 0;
    let place = random.below(policies);
    let mut exports = Vec::with_capacity(policies);
    for index in 0..policies {
        let decisive = if index != place {
            None
        } else if is_open {
            random.one_of(&GAPS).map(|gap| decisive(&mut random, index, gap))
        } else {
            let kind = random.one_of(&CLOSED);
            Some(decisive(&mut random, index, kind))
        };
        let decides = decisive.is_some();
        let policy = decisive.unwrap_or_else(|| {
            // A group of its own: nobody has agreed on one that all policies exclude.
            let group = random.guid();
            kinds::filler(&mut random, index, &group, true)
        });
        let name = policy.display_name.clone();
        let is_damaged = damage == Damage::OneInAHundred && !decides && accidents.below(100) == 0;
        let text = if is_damaged {
            // The names of the properties are then in another order, which caplint does not look at.
            let mut policy = serde_json::to_value(&policy)?;
            accidents.one_of(&DAMAGES)(&mut policy);
            serde_json::to_string_pretty(&policy)?
        } else {
            serde_json::to_string_pretty(&policy)?
        };
        exports.push(Export { name, text, is_damaged });
    }
    Ok(Tenant { exports, is_open })
}

type Change = fn(&mut Policy, &mut Random);

/// MFA for everybody in front of Azure management, changed in one way.
fn decisive(random: &mut Random, index: usize, change: Change) -> Policy {
    let group = random.guid();
    let mut policy = Policy::new(random, format!("CA{index:03} - Azure management"), &group);
    policy.conditions.applications.include_applications = vec![kinds::MANAGEMENT_API.to_owned()];
    change(&mut policy, random);
    policy
}

/// Ways to require MFA of everybody.
const CLOSED: [Change; 5] = [
    |_, _| {},
    |policy, random| {
        policy.conditions.applications.include_applications = vec!["All".to_owned()];
        policy.conditions.applications.exclude_applications = random.guids(1, 3);
    },
    |policy, _| {
        policy.grant_strength(strength(true));
    },
    |policy, _| {
        policy.grant_all(&["mfa", "compliantDevice"]);
    },
    |policy, _| policy.conditions.client_app_types = vec!["browser", "mobileAppsAndDesktopClients"],
];

/// Ways to leave somebody out. None: the policy is not there, and another takes its place.
const GAPS: [Option<Change>; 12] = [
    None,
    Some(|policy, _| policy.state = "enabledForReportingButNotEnforced"),
    Some(|policy, _| policy.state = "disabled"),
    Some(|policy, random| {
        policy.for_groups(random.guids(1, 1));
    }),
    Some(|policy, _| policy.conditions.locations = Some(everywhere_but(&["AllTrusted".to_owned()]))),
    Some(|policy, _| {
        policy.grant(&["mfa", "compliantDevice"]);
    }),
    Some(|policy, _| policy.conditions.client_app_types = vec!["browser"]),
    Some(|policy, _| {
        policy.conditions.applications.include_applications = vec!["All".to_owned()];
        policy.conditions.applications.exclude_applications = vec![kinds::MANAGEMENT_API.to_owned()];
    }),
    Some(|policy, _| policy.conditions.sign_in_risk_levels = vec!["high"]),
    // Not the guests for whom another policy may require MFA.
    Some(|policy, _| {
        policy.conditions.users.exclude_guests_or_external_users = Some(json!({
            "guestOrExternalUserTypes": "serviceProvider",
            "externalTenants": {
                "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"
            }
        }));
    }),
    Some(|policy, _| {
        policy.conditions.applications.include_applications = vec!["MicrosoftAdminPortals".to_owned()];
    }),
    Some(|policy, _| {
        policy.conditions.devices =
            Some(json!({ "deviceFilter": { "mode": "exclude", "rule": "device.isCompliant -eq True" } }));
    }),
];

/// What a hand, a script or a merge does to a file. Each deviates from the schema.
const DAMAGES: [fn(&mut Value); 8] = [
    |policy| policy["state"] = json!("reportOnly"),
    |policy| remove(policy, "conditions"),
    // Who is included stays the same: caplint reads such a value as a list of one.
    |policy| policy["conditions"]["users"]["excludeUsers"] = json!("a0000000-0000-4000-8000-000000000017"),
    |policy| policy["grantControls"] = json!({ "operator": "OR", "builtInControls": ["requireMfa"] }),
    |policy| policy["grantControls"] = json!({ "operator": "or", "builtInControls": ["mfa"] }),
    |policy| remove(policy, "displayName"),
    |policy| policy["conditions"]["clientAppTypes"] = json!(["desktop"]),
    |policy| policy["id"] = json!("policy-17"),
];

fn remove(policy: &mut Value, property: &str) {
    if let Some(policy) = policy.as_object_mut() {
        policy.remove(property);
    }
}
