//! Verdicts against brute force: over small random tenants, every sign-in of a grid is evaluated one by one.

use caplint::controls;
use caplint::coverage::{self, Verdict};
use caplint::policy::{ClientAppType, Id, Origin, Platform, RiskLevel, UserType, lower};
use caplint::signin::{AssumeEnabled, Device, Lens, Match, SignIn, View};
use caplint::syntax::{Pointer, parse};
use caplint::tenant::Tenant;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const USER: &str = "a0000000-0000-4000-8000-000000000001";
const GROUP: &str = "b0000000-0000-4000-8000-000000000001";
const ADMINISTRATORS: &str = "62e90394-69f5-4237-9190-012177145e10";
const SYNCHRONIZATION: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";

/// Mostly nothing, so that policies cover often enough to be interesting.
fn rarely(values: Vec<Value>) -> impl Strategy<Value = Value> {
    prop_oneof![4 => Just(Value::Null), 1 => select(values)]
}

fn policy() -> impl Strategy<Value = Value> {
    let users = (
        prop_oneof![4 => Just(json!(["All"])), 1 => Just(json!([USER])), 1 => Just(json!([]))],
        rarely(vec![json!([USER]), json!(["GuestsOrExternalUsers"])]),
        rarely(vec![json!([GROUP])]),
        rarely(vec![json!([GROUP])]),
        rarely(vec![json!([ADMINISTRATORS]), json!([SYNCHRONIZATION])]),
        rarely(vec![json!({ "guestOrExternalUserTypes": "b2bCollaborationGuest", "externalTenants": null })]),
    );
    let conditions = (
        prop_oneof![4 => Just(json!(["all"])), 1 => Just(json!(["browser"])), 1 => Just(json!(["mobileAppsAndDesktopClients"]))],
        rarely(vec![
            json!({ "includePlatforms": ["all"], "excludePlatforms": ["linux"] }),
            json!({ "includePlatforms": ["linux", "windows"] }),
        ]),
        rarely(vec![
            json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }),
            json!({ "includeLocations": ["AllTrusted"] }),
        ]),
        rarely(vec![json!(["high"]), json!(["none", "low", "medium", "high"])]),
    );
    let resource =
        prop_oneof![4 => Just(API), 1 => Just("All"), 1 => Just("Office365"), 1 => Just("MicrosoftAdminPortals")];
    let controls = subsequence(vec!["mfa", "compliantDevice", "domainJoinedDevice", "block"], 1..3);
    let state = select(vec!["enabled", "enabled", "enabled", "disabled", "enabledForReportingButNotEnforced"]);
    (users, conditions, resource, controls, select(vec!["AND", "OR"]), state).prop_map(
        |(users, conditions, resource, controls, operator, state)| {
            json!({
                "displayName": "p", "state": state,
                "conditions": {
                    "clientAppTypes": conditions.0, "platforms": conditions.1, "locations": conditions.2,
                    "signInRiskLevels": conditions.3,
                    "applications": { "includeApplications": [resource] },
                    "users": {
                        "includeUsers": users.0, "excludeUsers": users.1, "includeGroups": users.2,
                        "excludeGroups": users.3, "excludeRoles": users.4, "excludeGuestsOrExternalUsers": users.5
                    }
                },
                "grantControls": { "operator": operator, "builtInControls": controls }
            })
        },
    )
}

fn tenant(policies: &[Value]) -> Tenant {
    let policies = policies.iter().map(|policy| {
        let text = policy.to_string();
        let origin = Origin { file: 0, pointer: Pointer::root(), offset: 0, base: 0 };
        parse(&text).map(|node| lower(&node, origin).policy)
    });
    Tenant { policies: policies.flatten().collect(), ..Tenant::default() }
}

fn either(id: &str) -> [BTreeSet<Id>; 2] {
    [BTreeSet::new(), BTreeSet::from([Id::new(id)])]
}

/// Every sign-in of the grid that the policies above can tell apart.
fn grid() -> Vec<SignIn> {
    let mut grid = vec![SignIn::attacker(Id::new(API))];
    let mut split = |alternatives: &dyn Fn(&SignIn) -> Vec<SignIn>| grid = grid.iter().flat_map(alternatives).collect();
    split(&|one| [None, Some(Id::new(USER))].map(|user| SignIn { user, ..one.clone() }).into());
    split(&|one| either(GROUP).map(|groups| SignIn { groups, ..one.clone() }).into());
    split(&|one| {
        let [none, administrators] = either(ADMINISTRATORS);
        let [_, synchronization] = either(SYNCHRONIZATION);
        [none, administrators, synchronization].map(|roles| SignIn { roles, ..one.clone() }).into()
    });
    split(&|one| {
        let types = [UserType::Member, UserType::B2bCollaborationGuest, UserType::InternalGuest];
        types.map(|user_type| SignIn { user_type, ..one.clone() }).into()
    });
    split(&|one| {
        let clients = [ClientAppType::MobileAppsAndDesktopClients, ClientAppType::Browser];
        clients.map(|client_app| SignIn { client_app, ..one.clone() }).into()
    });
    split(&|one| {
        [Platform::Unknown, Platform::Linux, Platform::Windows]
            .map(|platform| SignIn { platform, ..one.clone() })
            .into()
    });
    split(&|one| either("AllTrusted").map(|locations| SignIn { locations, ..one.clone() }).into());
    split(&|one| [RiskLevel::None, RiskLevel::High].map(|sign_in_risk| SignIn { sign_in_risk, ..one.clone() }).into());
    split(&|one| {
        [(false, false), (true, false), (false, true), (true, true)]
            .map(|(compliant, hybrid_joined)| SignIn { device: Device { compliant, hybrid_joined }, ..one.clone() })
            .into()
    });
    grid
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_verdict_holds_for_every_sign_in(policies in proptest::collection::vec(policy(), 1..4)) {
        let tenant = tenant(&policies);
        let requirement = &controls::all()[0];
        let decision = coverage::decide(requirement, &Id::new(API), &tenant, coverage::Options::default());
        let view = View { tenant: &tenant, tracked_roles: &requirement.tracked_roles, assume_enabled: AssumeEnabled::Neither };
        let forced = |sign_in: &SignIn, lens| {
            tenant.policies.iter().any(|policy| view.forces_mfa(policy, sign_in, lens) == Match::Yes)
        };
        let open = |sign_in: &SignIn| {
            tenant.policies.iter().all(|policy| matches!(view.forces_mfa(policy, sign_in, Lens::Plain), Match::No(_)))
        };
        match decision.verdict {
            Verdict::Enforced => {
                for sign_in in grid() {
                    prop_assert!(forced(&sign_in, Lens::Plain), "{:?}", sign_in);
                }
            }
            Verdict::EnforcedExcept => {
                let mut exempt = 0;
                for sign_in in grid() {
                    if !forced(&sign_in, Lens::Plain) {
                        prop_assert!(forced(&sign_in, Lens::WithoutTrackedExclusions), "{:?}", sign_in);
                        exempt += 1;
                    }
                }
                prop_assert!(exempt > 0 && !decision.exceptions.is_empty());
            }
            Verdict::NotEnforced => {
                prop_assert!(!decision.holes.is_empty());
                for hole in &decision.holes {
                    prop_assert!(open(&hole.sign_in), "{:?}", hole);
                    prop_assert!(!forced(&hole.sign_in, Lens::WithoutTrackedExclusions), "{:?}", hole);
                    prop_assert!(!forced(&hole.sign_in, Lens::InIncludedGroups), "{:?}", hole);
                }
            }
            Verdict::Undecided => {}
        }
    }
}
