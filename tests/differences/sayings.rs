//! What random policies can say, axis by axis.

use super::said::{INCLUDED, Saying, filters, flows, guests, insider_risk, list, scope, user_risk};
use serde_json::{Value, json};

pub(crate) const API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
pub(crate) const AZURE_PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
pub(crate) const ANOTHER_APP: &str = "00000009-0000-0000-c000-000000000000";
/// Whatever app this is: it may be one of those above.
pub(crate) const SOME_APP: &str = "<SomeApp>";
pub(crate) const FILTER: &str = "CustomSecurityAttribute.Apps_Level -eq \"high\"";
pub(crate) const REGISTER: &str = "urn:user:registersecurityinfo";
pub(crate) const CONTEXT: &str = "c1";
pub(crate) const USERS: [&str; 2] = ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-00000000000a"];
/// Whoever these are: they may be one user, and one of those above.
pub(crate) const NAMES: [&str; 2] = ["<BreakGlass>", "Emergency access"];
pub(crate) const GROUPS: [&str; 2] = ["b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"];
pub(crate) const ADMINISTRATORS: &str = "62e90394-69f5-4237-9190-012177145e10";
pub(crate) const SYNCHRONIZATION: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";
pub(crate) const TENANT: &str = "c0000000-0000-4000-8000-000000000001";
pub(crate) const ELSEWHERE: &str = "99999999-9999-4999-8999-999999999999";
pub(crate) const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
pub(crate) const CAMPUS: &str = "d0000000-0000-4000-8000-000000000002";
/// Nothing but its id is known.
pub(crate) const SOMEWHERE: &str = "d0000000-0000-4000-8000-000000000003";
/// A strength that a tenant may define.
pub(crate) const STRENGTH: &str = "e0000000-0000-4000-8000-000000000001";

/// One dimension in which policies and sign-ins differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Axis {
    User,
    Group,
    Role,
    Guest,
    Resource,
    Client,
    Platform,
    Location,
    Device,
    DeviceName,
    SignInRisk,
    UserRisk,
    InsiderRisk,
    Flow,
    Unreadable,
}

pub(crate) const AXES: [Axis; 15] = [
    Axis::User,
    Axis::Group,
    Axis::Role,
    Axis::Guest,
    Axis::Resource,
    Axis::Client,
    Axis::Platform,
    Axis::Location,
    Axis::Device,
    Axis::DeviceName,
    Axis::SignInRisk,
    Axis::UserRisk,
    Axis::InsiderRisk,
    Axis::Flow,
    Axis::Unreadable,
];

/// A policy without conditions.
pub(crate) fn whole() -> Value {
    json!({
        "displayName": "p", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": ["All"] },
            "users": { "includeUsers": ["All"] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    })
}

const INCLUDE_APPS: &str = "/conditions/applications/includeApplications";
const EXCLUDE_APPS: &str = "/conditions/applications/excludeApplications";

/// Everything that a policy can say on an axis.
#[allow(clippy::too_many_lines, reason = "a table")]
pub(crate) fn sayings(axis: Axis) -> Vec<Saying> {
    match axis {
        Axis::User => vec![
            vec![(INCLUDED, json!([USERS[0]]))],
            vec![(INCLUDED, json!(USERS))],
            vec![("/conditions/users/excludeUsers", json!([USERS[0]]))],
            vec![("/conditions/users/excludeUsers", json!(USERS))],
            vec![("/conditions/users/excludeUsers", json!([NAMES[0]]))],
            vec![("/conditions/users/excludeUsers", json!([NAMES[1]]))],
            vec![("/conditions/users/excludeUsers", json!([USERS[0], NAMES[0]]))],
            vec![(INCLUDED, json!([NAMES[0]]))],
            vec![(INCLUDED, json!([USERS[0], NAMES[0]]))],
        ],
        Axis::Group => vec![
            vec![(INCLUDED, json!([])), ("/conditions/users/includeGroups", json!([GROUPS[0]]))],
            vec![(INCLUDED, json!([])), ("/conditions/users/includeGroups", json!(GROUPS))],
            vec![("/conditions/users/excludeGroups", json!([GROUPS[0]]))],
            vec![("/conditions/users/excludeGroups", json!([GROUPS[1]]))],
            vec![("/conditions/users/excludeGroups", json!(GROUPS))],
            vec![
                (INCLUDED, json!([])),
                ("/conditions/users/includeGroups", json!([GROUPS[0]])),
                ("/conditions/users/excludeGroups", json!([GROUPS[1]])),
            ],
        ],
        Axis::Role => vec![
            vec![(INCLUDED, json!([])), ("/conditions/users/includeRoles", json!([ADMINISTRATORS]))],
            vec![("/conditions/users/excludeRoles", json!([ADMINISTRATORS]))],
            vec![("/conditions/users/excludeRoles", json!([SYNCHRONIZATION]))],
            vec![(INCLUDED, json!([])), ("/conditions/users/includeRoles", json!([SYNCHRONIZATION, ADMINISTRATORS]))],
            vec![("/conditions/users/excludeRoles", json!(["Some role"]))],
        ],
        Axis::Guest => guests(TENANT),
        Axis::Resource => {
            let all_but = |apps: &[&str]| vec![(INCLUDE_APPS, json!(["All"])), (EXCLUDE_APPS, json!(apps))];
            let filter = |apps: Value, mode: &str| {
                let filter = json!({ "mode": mode, "rule": FILTER });
                vec![(INCLUDE_APPS, apps), ("/conditions/applications/applicationFilter", filter)]
            };
            let mut sayings = list(
                INCLUDE_APPS,
                &[
                    &[API],
                    &[API, ANOTHER_APP],
                    &["Office365"],
                    &["MicrosoftAdminPortals"],
                    &[SOME_APP],
                    &[AZURE_PORTAL],
                    &["None"],
                ],
            );
            sayings.extend(
                [[SOME_APP], [AZURE_PORTAL], ["MicrosoftAdminPortals"], ["Office365"], [API]]
                    .map(|apps| all_but(&apps)),
            );
            sayings.push(all_but(&[API, SOME_APP]));
            sayings.push(filter(json!(["All"]), "exclude"));
            sayings.push(filter(json!([]), "include"));
            sayings.push(filter(json!([API]), "include"));
            let apps = "/conditions/applications";
            sayings.push(vec![(apps, json!({ "includeUserActions": [REGISTER] }))]);
            sayings.push(vec![(apps, json!({ "includeAuthenticationContextClassReferences": [CONTEXT] }))]);
            sayings
        }
        Axis::Client => list(
            "/conditions/clientAppTypes",
            &[
                &["browser"],
                &["mobileAppsAndDesktopClients"],
                &["browser", "mobileAppsAndDesktopClients"],
                &[],
                &["other", "exchangeActiveSync"],
                &["browser", "somethingNew"],
            ],
        ),
        Axis::Platform => scope(
            "/conditions/platforms",
            "Platforms",
            &[
                (&["all"], &["linux"]),
                (&["linux"], &[]),
                (&["linux", "windows"], &[]),
                (&["all"], &["windows", "linux"]),
                (&[], &["linux"]),
                (&[], &[]),
            ],
        ),
        Axis::Location => scope(
            "/conditions/locations",
            "Locations",
            &[
                (&["All"], &["AllTrusted"]),
                (&["AllTrusted"], &[]),
                (&["All"], &[OFFICE]),
                (&["All"], &[OFFICE, "AllTrusted"]),
                (&[OFFICE], &[]),
                (&["All"], &[CAMPUS]),
                (&[CAMPUS], &[OFFICE]),
                (&["All"], &[SOMEWHERE]),
                (&[SOMEWHERE, OFFICE], &[]),
            ],
        ),
        Axis::Device => filters(&[
            "device.isCompliant -eq True",
            "device.isCompliant -ne True",
            "device.trustType -eq \"ServerAD\"",
            "device.isCompliant -eq True -or device.trustType -in [\"ServerAD\", \"AzureAD\"]",
        ]),
        Axis::DeviceName => filters(&[
            "device.displayName -startsWith \"PAW\"",
            "device.extensionAttribute1 -eq \"SAW\"",
            "device.colour -eq \"red\"",
        ]),
        Axis::SignInRisk => list(
            "/conditions/signInRiskLevels",
            &[
                &["high"],
                &["none"],
                &["none", "low", "medium"],
                &["none", "low", "medium", "high"],
                &["high", "medium"],
            ],
        ),
        Axis::UserRisk => user_risk(),
        Axis::InsiderRisk => insider_risk(),
        Axis::Flow => flows(),
        Axis::Unreadable => vec![
            vec![("/conditions/times", json!({ "x": 1 }))],
            vec![("/conditions/times", json!({ "x": 2 }))],
            vec![("/state", json!("unknownFutureValue"))],
            vec![("/conditions/users/excludeGroups", json!([7]))],
            vec![("/grantControls", json!({ "operator": "OR", "builtInControls": ["mfa", "somethingNew"] }))],
            vec![("/grantControls", json!({ "operator": "AND", "builtInControls": ["mfa", "somethingNew"] }))],
            vec![("/sessionControls", json!({ "signInFrequency": 7 }))],
        ],
    }
}

/// Everything that a policy can demand. The first are what policies mostly demand.
pub(crate) fn grants() -> Vec<Value> {
    let built_in = |operator: &str, controls: &[&str]| json!({ "operator": operator, "builtInControls": controls });
    let strength =
        |id: &str| json!({ "operator": "OR", "builtInControls": [], "authenticationStrength": { "id": id } });
    vec![
        built_in("OR", &["mfa"]),
        built_in("OR", &["block"]),
        built_in("OR", &["mfa", "compliantDevice"]),
        built_in("AND", &["mfa", "compliantDevice"]),
        built_in("OR", &["compliantDevice"]),
        built_in("OR", &["compliantDevice", "domainJoinedDevice"]),
        built_in("AND", &["mfa", "passwordChange"]),
        built_in("OR", &["approvedApplication", "compliantApplication"]),
        built_in("OR", &["riskRemediation"]),
        strength("00000000-0000-0000-0000-000000000002"),
        strength("00000000-0000-0000-0000-000000000003"),
        strength("00000000-0000-0000-0000-000000000004"),
        strength(STRENGTH),
        json!({ "operator": "OR", "authenticationStrength": { "id": STRENGTH, "allowedCombinations": ["sms", "fido2"] } }),
        json!({ "operator": "AND", "builtInControls": ["mfa"], "termsOfUse": ["f0000000-0000-4000-8000-000000000001"] }),
        json!({ "operator": "OR", "builtInControls": ["mfa"], "termsOfUse": ["f0000000-0000-4000-8000-000000000001"] }),
        json!({ "operator": "OR", "customAuthenticationFactors": ["RequireDuo"] }),
        Value::Null,
    ]
}

/// Everything that a policy can ask of a session. The first is nothing.
pub(crate) fn sessions() -> Vec<Value> {
    let frequency = |hours: u32| json!({ "isEnabled": true, "type": "hours", "value": hours });
    vec![
        Value::Null,
        json!({ "signInFrequency": frequency(4) }),
        json!({ "signInFrequency": frequency(8), "persistentBrowser": { "isEnabled": true, "mode": "never" } }),
        json!({ "signInFrequency": { "isEnabled": false, "type": "hours", "value": 4 }, "persistentBrowser": { "isEnabled": true, "mode": "never" } }),
    ]
}
