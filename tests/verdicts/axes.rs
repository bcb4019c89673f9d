//! What random policies can say, axis by axis, and every sign-in that they can tell apart.

use crate::said::{INCLUDED, Saying, filter, filters, flows, guests, insider_risk, list, scope, user_risk};
use caplint::catalog::Suite;
use caplint::policy::{
    ClientAppType, INTUNE, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words,
};
use caplint::signin::{AppFact, SignIn};
use caplint::tenant::{Companions, NamedLocation, Place};
use serde_json::{Value, json};
use std::collections::BTreeSet;

pub(crate) const API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
pub(crate) const AZURE_PORTAL: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";
pub(crate) const ANOTHER_APP: &str = "00000009-0000-0000-c000-000000000000";
const USERS: [&str; 2] = ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"];
/// Whoever these are: they may be one user, and one of those above.
const NAMES: [&str; 2] = ["<BreakGlass>", "Emergency access"];
pub(crate) const PLACEHOLDER: &str = "<SomeApp>";
const FILTER: &str = "CustomSecurityAttribute.Apps_Level -eq \"high\"";
const GROUPS: [&str; 2] = ["b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"];
const ADMINISTRATORS: &str = "62e90394-69f5-4237-9190-012177145e10";
const SYNCHRONIZATION: &str = "d29b2b05-8046-44ba-8758-1e26182fcf32";
const TENANT: &str = "c0000000-0000-4000-8000-000000000001";
const ELSEWHERE: &str = "99999999-9999-4999-8999-999999999999";
/// Trusted, and within `CAMPUS`.
pub(crate) const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
pub(crate) const CAMPUS: &str = "d0000000-0000-4000-8000-000000000002";
/// Nothing but its id is known.
pub(crate) const SOMEWHERE: &str = "d0000000-0000-4000-8000-000000000003";

/// One dimension in which policies and sign-ins differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Axis {
    User,
    Group,
    Role,
    Guest,
    Resource,
    Client,
    Platform,
    Location,
    Compliance,
    DeviceName,
    DeviceLabel,
    ExtensionAttribute,
    Unreadable,
    SignInRisk,
    UserRisk,
    InsiderRisk,
    Flow,
    Control,
}

pub(crate) const AXES: [Axis; 18] = [
    Axis::User,
    Axis::Group,
    Axis::Role,
    Axis::Guest,
    Axis::Resource,
    Axis::Client,
    Axis::Platform,
    Axis::Location,
    Axis::Compliance,
    Axis::DeviceName,
    Axis::DeviceLabel,
    Axis::ExtensionAttribute,
    Axis::Unreadable,
    Axis::SignInRisk,
    Axis::UserRisk,
    Axis::InsiderRisk,
    Axis::Flow,
    Axis::Control,
];

/// A policy that covers everything.
pub(crate) fn whole() -> Value {
    json!({
        "displayName": "p", "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": [API] },
            "users": { "includeUsers": ["All"] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    })
}

/// Everything that a policy can say on an axis, as paths and values.
#[allow(clippy::too_many_lines, reason = "a table")]
pub(crate) fn sayings(axis: Axis) -> Vec<Saying> {
    match axis {
        Axis::User => vec![
            vec![(INCLUDED, json!([USERS[0]]))],
            vec![(INCLUDED, json!(USERS))],
            vec![(INCLUDED, json!([]))],
            vec![("/conditions/users/excludeUsers", json!([USERS[0]]))],
            vec![("/conditions/users/excludeUsers", json!(USERS))],
            vec![("/conditions/users/excludeUsers", json!([NAMES[0]]))],
            vec![("/conditions/users/excludeUsers", json!([NAMES[1]]))],
            vec![(INCLUDED, json!([NAMES[0]]))],
        ],
        Axis::Group => vec![
            vec![(INCLUDED, json!([])), ("/conditions/users/includeGroups", json!([GROUPS[0]]))],
            vec![(INCLUDED, json!([])), ("/conditions/users/includeGroups", json!(GROUPS))],
            vec![("/conditions/users/excludeGroups", json!([GROUPS[0]]))],
            vec![("/conditions/users/excludeGroups", json!([GROUPS[1]]))],
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
            vec![(INCLUDED, json!([])), ("/conditions/users/includeRoles", json!([SYNCHRONIZATION]))],
            vec![("/conditions/users/excludeRoles", json!(["Global Administrator"]))],
            vec![("/conditions/users/excludeRoles", json!(["Some role"]))],
        ],
        Axis::Guest => guests(TENANT),
        Axis::Resource => {
            const INCLUDE: &str = "/conditions/applications/includeApplications";
            const EXCLUDE: &str = "/conditions/applications/excludeApplications";
            let all_but = |app: &str| vec![(INCLUDE, json!(["All"])), (EXCLUDE, json!([app]))];
            let filter = |apps: Value, mode: &str| {
                let filter = json!({ "mode": mode, "rule": FILTER });
                vec![(INCLUDE, apps), ("/conditions/applications/applicationFilter", filter)]
            };
            let mut sayings = list(
                INCLUDE,
                &[
                    &["All"],
                    &["Office365"],
                    &["MicrosoftAdminPortals"],
                    &[ANOTHER_APP],
                    &[PLACEHOLDER],
                    &[AZURE_PORTAL],
                ],
            );
            sayings.extend([PLACEHOLDER, AZURE_PORTAL, "MicrosoftAdminPortals", "Office365"].map(all_but));
            sayings.push(filter(json!(["All"]), "exclude"));
            sayings.push(filter(json!([]), "include"));
            sayings.push(filter(json!([API]), "include"));
            sayings.push(filter(json!([ANOTHER_APP]), "exclude"));
            sayings
        }
        Axis::Client => list(
            "/conditions/clientAppTypes",
            &[
                &["browser"],
                &["mobileAppsAndDesktopClients"],
                &["browser", "mobileAppsAndDesktopClients"],
                &[],
                &["other"],
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
            ],
        ),
        Axis::Location => scope(
            "/conditions/locations",
            "Locations",
            &[
                (&["All"], &["AllTrusted"]),
                (&["AllTrusted"], &[]),
                (&["All"], &[OFFICE]),
                (&[OFFICE], &[]),
                (&["All"], &[CAMPUS]),
                (&[CAMPUS], &[OFFICE]),
                (&["All"], &[SOMEWHERE]),
                (&[SOMEWHERE], &[]),
            ],
        ),
        Axis::Compliance => filters(&[
            "device.isCompliant -eq True",
            "device.isCompliant -eq False",
            "device.trustType -eq \"ServerAD\"",
            "device.isCompliant -eq True -or device.trustType -in [\"ServerAD\", \"AzureAD\"]",
        ]),
        Axis::DeviceName => filters(&[
            "device.displayName -startsWith \"PAW\"",
            "device.displayName -eq \"paw-1\"",
            "device.displayName -endsWith \"1\" -and device.displayName -notStartsWith \"PAW\"",
            "device.displayName -contains \"W\"",
        ]),
        Axis::DeviceLabel => filters(&[
            "device.systemLabels -contains \"Azure\"",
            "device.systemLabels -contains \"azureresource\"",
            "device.systemLabels -contains \"AzureResource\" -and device.systemLabels -notContains \"Azure\"",
        ]),
        Axis::ExtensionAttribute => filters(&[
            "device.extensionAttribute1 -eq \"SAW\"",
            "device.extensionAttribute1 -ne \"SAW\" -or device.mdmAppId -eq \"0000000a-0000-0000-c000-000000000000\"",
        ]),
        Axis::Unreadable => vec![
            filter("include", "device.colour -eq \"red\""),
            filter("exclude", "device.colour -eq \"red\""),
            vec![("/conditions/times", json!({ "x": 1 }))],
            vec![("/state", json!("unknownFutureValue"))],
            vec![("/grantControls/builtInControls", json!(["mfa", "somethingNew"]))],
            vec![("/conditions/users/excludeGroups", json!([7]))],
        ],
        Axis::SignInRisk => list(
            "/conditions/signInRiskLevels",
            &[&["high"], &["none"], &["none", "low", "medium"], &["none", "low", "medium", "high"]],
        ),
        Axis::UserRisk => user_risk(),
        Axis::InsiderRisk => insider_risk(),
        Axis::Flow => flows(),
        Axis::Control => {
            let grant = |operator: &str, controls: &[&str]| {
                vec![("/grantControls", json!({ "operator": operator, "builtInControls": controls }))]
            };
            vec![
                grant("OR", &["mfa", "compliantDevice"]),
                grant("AND", &["mfa", "compliantDevice"]),
                grant("OR", &["mfa", "domainJoinedDevice"]),
                grant("OR", &["block"]),
                grant("OR", &["compliantApplication"]),
                grant("OR", &["compliantDevice"]),
                vec![("/state", json!("disabled"))],
            ]
        }
    }
}

pub(crate) fn companions() -> Companions {
    let mut companions = Companions::default();
    for (id, trusted, net) in [(OFFICE, true, "203.0.113.0/25"), (CAMPUS, false, "203.0.113.0/24")] {
        let place = Place::Ranges(vec![net.parse().unwrap()]);
        companions.named_locations.insert(Id::new(id), NamedLocation { trusted: Some(trusted), place });
    }
    companions
}

fn subsets(ids: &[&str]) -> Vec<BTreeSet<Id>> {
    let of =
        |bits: usize| (0..ids.len()).filter(|index| bits >> index & 1 == 1).map(|index| Id::new(ids[index])).collect();
    (0..1 << ids.len()).map(of).collect()
}

fn each<W: Words>() -> impl Iterator<Item = W> {
    W::WORDS.iter().map(|(_, word)| *word)
}

/// Every value that a sign-in can have on an axis.
#[allow(clippy::too_many_lines, reason = "a table")]
pub(crate) fn alternatives(axis: Axis, one: &SignIn) -> Vec<SignIn> {
    let with = |change: &dyn Fn(&mut SignIn)| {
        let mut changed = one.clone();
        change(&mut changed);
        changed
    };
    match axis {
        Axis::User => {
            let users = [None, Some(USERS[0]), Some(USERS[1])];
            let named = |user: Option<&str>, mut also: BTreeSet<Id>| {
                let user = user.map(Id::new).or_else(|| also.pop_first());
                with(&|sign_in| (sign_in.user, sign_in.also) = (user.clone(), also.clone()))
            };
            users.into_iter().flat_map(|user| subsets(&NAMES).into_iter().map(move |also| named(user, also))).collect()
        }
        Axis::Group => {
            subsets(&GROUPS).into_iter().map(|groups| with(&|sign_in| sign_in.groups.clone_from(&groups))).collect()
        }
        Axis::Role => subsets(&[ADMINISTRATORS, SYNCHRONIZATION])
            .into_iter()
            .map(|roles| with(&|sign_in| sign_in.roles.clone_from(&roles)))
            .collect(),
        Axis::Guest => each::<UserType>()
            .flat_map(|kind| {
                let homes: &[Option<&str>] = match kind {
                    UserType::Member | UserType::InternalGuest => &[None],
                    _ => &[Some(TENANT), Some(ELSEWHERE)],
                };
                homes.iter().map(move |home| (kind, home.map(Id::new))).collect::<Vec<_>>()
            })
            .map(|(kind, home)| {
                with(&|sign_in| {
                    sign_in.user_type = kind;
                    sign_in.external_tenant.clone_from(&home);
                })
            })
            .collect(),
        Axis::Client => [ClientAppType::MobileAppsAndDesktopClients, ClientAppType::Browser]
            .map(|client| with(&|sign_in| sign_in.client_app = client))
            .into(),
        Axis::Platform => each::<Platform>()
            .filter(|platform| *platform != Platform::All)
            .map(|platform| with(&|sign_in| sign_in.platform = platform))
            .collect(),
        Axis::Location => subsets(&[OFFICE, CAMPUS, SOMEWHERE, "AllTrusted"])
            .into_iter()
            .filter(|inside| {
                let office = inside.contains(&Id::new(OFFICE));
                !office || (inside.contains(&Id::new(CAMPUS)) && inside.contains(&Id::new("AllTrusted")))
            })
            .map(|inside| with(&|sign_in| sign_in.locations.clone_from(&inside)))
            .collect(),
        // Both of these are about one device: the other's attributes stay.
        Axis::Compliance | Axis::Control => {
            let mut devices = vec![with(&|sign_in| sign_in.device.attributes.clear())];
            for trust_type in ["AzureAD", "ServerAD", "Workplace"] {
                for compliant in [None, Some("True"), Some("False")] {
                    devices.push(with(&|sign_in| {
                        sign_in.device.attributes.insert("trustType", trust_type.into());
                        if let Some(compliant) = compliant {
                            sign_in.device.attributes.insert("isCompliant", compliant.into());
                        }
                    }));
                }
            }
            devices
        }
        Axis::DeviceName => {
            let mut devices = vec![one.clone()];
            for name in ["PAW-1", "PAW-2", "PAW-21", "W1", "X1", "W", "Z"] {
                devices.push(with(&|sign_in| {
                    sign_in.device.attributes.insert("displayName", name.into());
                    sign_in.device.attributes.entry("trustType").or_insert_with(|| "Workplace".into());
                }));
            }
            devices
        }
        Axis::DeviceLabel => {
            let mut devices = vec![one.clone()];
            for labels in [&["Azure"][..], &["AzureResource"], &["Azure", "AzureResource"], &["Other"]] {
                devices.push(with(&|sign_in| {
                    for label in labels {
                        sign_in.device.set("systemLabels", label);
                    }
                    sign_in.device.attributes.entry("trustType").or_insert_with(|| "Workplace".into());
                }));
            }
            devices
        }
        Axis::ExtensionAttribute => {
            let mut devices = vec![one.clone()];
            let managed =
                [None, Some(("isCompliant", "True")), Some(("mdmAppId", INTUNE)), Some(("trustType", "ServerAD"))];
            for (value, managed) in ["SAW", "other"].iter().flat_map(|value| managed.map(|managed| (value, managed))) {
                devices.push(with(&|sign_in| {
                    sign_in.device.set("extensionAttribute1", value);
                    if let Some((attribute, value)) = managed {
                        sign_in.device.set(attribute, value);
                    }
                    sign_in.device.attributes.entry("trustType").or_insert_with(|| "Workplace".into());
                }));
            }
            devices.push(with(&|sign_in| {
                sign_in.device.set("mdmAppId", INTUNE);
                sign_in.device.attributes.entry("trustType").or_insert_with(|| "Workplace".into());
            }));
            devices
        }
        Axis::Unreadable => [false, true]
            .map(|red| with(&|sign_in| _ = sign_in.device.opaque.insert("device.colour -equals \"red\"".into(), red)))
            .into(),
        Axis::SignInRisk => levels().map(|level| with(&|sign_in| sign_in.sign_in_risk = level)).collect(),
        Axis::UserRisk => levels().map(|level| with(&|sign_in| sign_in.user_risk = level)).collect(),
        Axis::InsiderRisk => {
            each::<InsiderRiskLevel>().map(|level| with(&|sign_in| sign_in.insider_risk = level)).collect()
        }
        Axis::Flow => each::<TransferMethod>().map(|flow| with(&|sign_in| sign_in.flow = flow)).collect(),
        Axis::Resource => {
            let facts =
                [AppFact::Is(Id::new(PLACEHOLDER)), AppFact::matches(FILTER), AppFact::InSuite(Suite::AdminPortals)];
            let subset = |bits: usize| {
                (0..facts.len()).filter(move |index| bits >> index & 1 == 1).map(|index| facts[index].clone())
            };
            (0..1 << facts.len()).map(|bits| with(&|sign_in| sign_in.app = subset(bits).collect())).collect()
        }
    }
}

fn levels() -> impl Iterator<Item = RiskLevel> {
    each::<RiskLevel>().filter(|level| *level != RiskLevel::Hidden)
}
