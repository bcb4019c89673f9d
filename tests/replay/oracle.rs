//! Random tenants and random sign-ins that are written as rows: what becomes of a row is what `caplint::replay::replay` says of
//! the sign-in, and a row that says less never says something else.

use crate::said::{INCLUDED, Saying, filters, flows, guests, insider_risk, list, put, scope, user_risk};
use caplint::coverage::Options;
use caplint::diff::{Access, Control};
use caplint::policy::{
    ClientAppType, FileIndex, GrantControl, Id, Origin, Platform, RiskLevel, TransferMethod, UserType, Words, lower,
};
use caplint::replay::{Class, Directory, Judged, Memberships, NoDirectory, Outcome, Replay, Replayer, Unknown, replay};
use caplint::requirement::Resource;
use caplint::sign_in_log::Log;
use caplint::signin::SignIn;
use caplint::syntax::parse;
use caplint::tenant::{NamedLocation, Place, Tenant};
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const USERS: [&str; 3] = [
    "a0000000-0000-4000-8000-000000000001",
    "a0000000-0000-4000-8000-000000000002",
    "a0000000-0000-4000-8000-000000000003",
];
const GROUPS: [&str; 2] = ["b0000000-0000-4000-8000-000000000001", "b0000000-0000-4000-8000-000000000002"];
const ROLES: [&str; 2] = ["62e90394-69f5-4237-9190-012177145e10", "d29b2b05-8046-44ba-8758-1e26182fcf32"];
const APPS: [&str; 4] = [
    "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    "00000002-0000-0ff1-ce00-000000000000",
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
    "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
];
const HOME: &str = "e0000000-0000-4000-8000-000000000001";
const PARTNER: &str = "e0000000-0000-4000-8000-000000000002";
const OFFICE: &str = "d0000000-0000-4000-8000-000000000001";
const CAMPUS: &str = "d0000000-0000-4000-8000-000000000002";
const COUNTRY: &str = "d0000000-0000-4000-8000-000000000003";
const SOMEWHERE: &str = "d0000000-0000-4000-8000-000000000004";

/// What a policy can say; `unlogged` is what no row can tell.
fn sayings(unlogged: bool) -> Vec<Saying> {
    let grant = |operator: &str, controls: &[&str]| {
        vec![("/grantControls", json!({ "operator": operator, "builtInControls": controls }))]
    };
    let mut all = vec![
        vec![(INCLUDED, json!([USERS[0]]))],
        vec![("/conditions/users/excludeUsers", json!([USERS[0], USERS[1]]))],
        vec![(INCLUDED, json!([])), ("/conditions/users/includeGroups", json!(GROUPS))],
        vec![("/conditions/users/excludeGroups", json!([GROUPS[1]]))],
        vec![
            (INCLUDED, json!([])),
            ("/conditions/users/includeGroups", json!([GROUPS[0]])),
            ("/conditions/users/excludeRoles", json!([ROLES[1]])),
        ],
        vec![(INCLUDED, json!([])), ("/conditions/users/includeRoles", json!([ROLES[0]]))],
        vec![("/conditions/applications/excludeApplications", json!([APPS[0]]))],
        vec![("/conditions/applications", json!({ "includeUserActions": ["urn:user:registerdevice"] }))],
        vec![("/state", json!("disabled"))],
        vec![("/state", json!("enabledForReportingButNotEnforced"))],
        grant("OR", &["block"]),
        grant("OR", &["mfa", "compliantDevice"]),
        grant("AND", &["mfa", "compliantDevice"]),
        grant("OR", &["compliantDevice", "domainJoinedDevice"]),
        grant("OR", &["compliantApplication"]),
    ];
    all.extend(guests(PARTNER));
    all.extend(list(
        "/conditions/applications/includeApplications",
        &[&[APPS[0]], &[APPS[1], APPS[2]], &["Office365"], &["MicrosoftAdminPortals"]],
    ));
    all.extend(list(
        "/conditions/clientAppTypes",
        &[&["browser"], &["mobileAppsAndDesktopClients"], &["exchangeActiveSync", "other"]],
    ));
    all.extend(scope("/conditions/platforms", "Platforms", &[(&["all"], &["iOS"]), (&["windows", "linux"], &[])]));
    all.extend(scope(
        "/conditions/locations",
        "Locations",
        &[
            (&["All"], &["AllTrusted"]),
            (&["AllTrusted"], &[]),
            (&["All"], &[OFFICE]),
            (&[CAMPUS], &[OFFICE]),
            (&[COUNTRY], &[]),
        ],
    ));
    all.extend(list("/conditions/signInRiskLevels", &[&["high"], &["none", "low"]]));
    all.extend(flows());
    all.extend(filters(&[
        "device.isCompliant -eq True",
        "device.trustType -eq \"ServerAD\" -or device.isCompliant -eq False",
        "device.displayName -startsWith \"PAW\" -and device.trustType -ne \"Workplace\"",
    ]));
    if unlogged {
        all.extend(user_risk());
        all.extend(insider_risk());
        all.extend(filters(&["device.model -eq \"X\" -or device.isCompliant -eq True"]));
        all.extend(scope(
            "/conditions/locations",
            "Locations",
            &[(&["All"], &[SOMEWHERE]), (&[SOMEWHERE], &["AllTrusted"])],
        ));
        all.push(vec![("/conditions/applications", json!({ "includeAuthenticationContextClassReferences": ["c1"] }))]);
        all.push(vec![("/conditions/users/excludeUsers", json!(["<BreakGlass>"]))]);
        all.push(vec![("/conditions/times", json!({ "x": 1 }))]);
    }
    all
}

fn whole() -> Value {
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

fn tenant(policies: &[Vec<Index>], unlogged: bool, defaults: bool) -> Tenant {
    let sayings = sayings(unlogged);
    let mut tenant = Tenant::default();
    for indices in policies {
        let mut policy = whole();
        for index in indices {
            for (path, value) in index.get(&sayings) {
                put(&mut policy, path, value.clone());
            }
        }
        let text = policy.to_string();
        tenant.policies.push(lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy);
    }
    if defaults {
        tenant.companions.security_defaults = Some(true);
    }
    let ranges = |net: &str| Place::Ranges(vec![net.parse().unwrap()]);
    let germany = Place::Countries { countries: ["DE".to_owned()].into(), unknown: false, by_authenticator_app: false };
    for (id, trusted, place) in
        [(OFFICE, true, ranges("203.0.113.0/25")), (CAMPUS, false, ranges("203.0.113.0/24")), (COUNTRY, false, germany)]
    {
        tenant.companions.named_locations.insert(Id::new(id), NamedLocation { trusted: Some(trusted), place });
    }
    tenant
}

/// A complete sign-in, and the row that Microsoft would write of it.
fn sign_in() -> impl Strategy<Value = (SignIn, Value)> {
    let ids = |all: &'static [&'static str]| proptest::collection::btree_set(select(all), 0..=all.len());
    let who = (select(&USERS[..]), ids(&GROUPS), ids(&ROLES), select(&KINDS[..]));
    let how = (select(&APPS[..3]), select(&CLIENTS[..]), select(&SYSTEMS[..]), select(&PLACES[..]));
    let what = (select(&DEVICES[..]), select(&RISKS[..]), select(&FLOWS[..]));
    (who, how, what).prop_map(|((user, groups, roles, kind), (app, client, system, place), (device, risk, flow))| {
        let mut sign_in = SignIn::attacker(Resource::App(Id::new(app)));
        sign_in.user = Some(Id::new(user));
        sign_in.groups = groups.into_iter().map(Id::new).collect();
        sign_in.roles = roles.into_iter().map(Id::new).collect();
        let (user_type, of_row, access, home) = kind;
        sign_in.user_type = user_type;
        sign_in.external_tenant = Some(Id::new(home)).filter(|_| user_type != UserType::Member);
        sign_in.client_app = client.0;
        sign_in.platform = system.0;
        sign_in.locations = place.2.iter().copied().map(Id::new).collect::<BTreeSet<_>>();
        sign_in.sign_in_risk = risk;
        sign_in.flow = flow;
        let (id, name, compliant, trust, logged) = device;
        if !id.is_empty() {
            for (attribute, value) in
                [("deviceId", id), ("displayName", name), ("isCompliant", compliant), ("trustType", trust)]
            {
                sign_in.device.set(attribute, value);
            }
        }
        let row = json!({
            "id": "1", "createdDateTime": "2026-11-20T08:00:00Z", "userId": user, "appId": APPS[1], "resourceId": app,
            "userType": of_row, "crossTenantAccessType": access, "homeTenantId": home, "resourceTenantId": HOME,
            "clientAppUsed": client.1, "ipAddress": place.0, "location": { "countryOrRegion": place.1 },
            "deviceDetail": {
                "deviceId": id, "displayName": name, "operatingSystem": system.1,
                "isCompliant": compliant == "True", "trustType": logged
            },
            "riskLevelDuringSignIn": risk.word(), "originalTransferMethod": flow.word(),
            "authenticationContextClassReferences": [], "networkLocationDetails": [],
            "conditionalAccessStatus": "notApplied", "status": { "errorCode": 0 },
        });
        (sign_in, row)
    })
}

const KINDS: [(UserType, &str, &str, &str); 4] = [
    (UserType::Member, "member", "none", HOME),
    (UserType::InternalGuest, "guest", "none", HOME),
    (UserType::B2bCollaborationGuest, "guest", "b2bCollaboration", PARTNER),
    (UserType::B2bCollaborationMember, "member", "b2bCollaboration", "e0000000-0000-4000-8000-000000000003"),
];
const CLIENTS: [(ClientAppType, &str); 4] = [
    (ClientAppType::Browser, "Browser"),
    (ClientAppType::MobileAppsAndDesktopClients, "Mobile Apps and Desktop clients"),
    (ClientAppType::ExchangeActiveSync, "Exchange ActiveSync"),
    (ClientAppType::Other, "IMAP4"),
];
const SYSTEMS: [(Platform, &str); 3] =
    [(Platform::Windows, "Windows 11"), (Platform::Ios, "Ios 17.4"), (Platform::Linux, "Linux")];
const PLACES: [(&str, &str, &[&str]); 3] = [
    ("203.0.113.9", "DE", &[OFFICE, CAMPUS, COUNTRY, "AllTrusted"]),
    ("203.0.113.200", "US", &[CAMPUS]),
    ("198.51.100.1", "DE", &[COUNTRY]),
];
const DEVICES: [(&str, &str, &str, &str, &str); 4] = [
    ("", "", "", "", ""),
    ("f0000000-0000-4000-8000-000000000001", "PAW-1", "True", "AzureAD", "Azure AD joined"),
    ("f0000000-0000-4000-8000-000000000002", "PC-2", "False", "ServerAD", "Hybrid Azure AD joined"),
    ("f0000000-0000-4000-8000-000000000003", "PAW-3", "False", "Workplace", "Microsoft Entra registered"),
];
const RISKS: [RiskLevel; 3] = [RiskLevel::None, RiskLevel::Low, RiskLevel::High];
const FLOWS: [TransferMethod; 2] = [TransferMethod::None, TransferMethod::DeviceCodeFlow];

/// Knows the groups and roles of everybody.
struct Known(Memberships);

impl Directory for Known {
    fn memberships(&self, _: &Id) -> Option<Memberships> {
        Some(self.0.clone())
    }
}

/// What becomes of a row.
fn judged(tenant: &Tenant, directory: &dyn Directory, row: &Value) -> Judged {
    let text = row.to_string();
    let mut replayer = Replayer::new(vec![tenant], None, vec![directory], Options::default());
    replayer.log(0, &mut Log::open(text.as_bytes()).unwrap().unwrap()).unwrap();
    let result = replayer.end();
    let instances = result.tally.examples.values().flat_map(caplint::replay::First::all);
    instances.map(|instance| instance.judged[0].clone()).next().unwrap()
}

/// Whether the device meets a list of controls by itself.
fn is_met(clause: &[Control], sign_in: &SignIn) -> bool {
    clause.iter().any(|control| {
        (control.is(GrantControl::CompliantDevice) && sign_in.device.is_compliant())
            || (control.is(GrantControl::DomainJoinedDevice) && sign_in.device.is_hybrid_joined())
    })
}

/// What is asked for beside what the device meets.
fn asked(access: &Access, sign_in: &SignIn) -> Access {
    match access {
        Access::Blocked => Access::Blocked,
        Access::Granted | Access::Needs(_) => {
            let all = access.requires().iter().filter(|clause| !is_met(clause, sign_in));
            Access::needing(all.cloned().collect())
        }
    }
}

/// Whether something is unknown of which more may come than the device meets.
fn is_doubtful(replay: &Replay, sign_in: &SignIn) -> bool {
    replay.unknown.iter().any(|one| match one {
        Unknown::Policy(index, _) => {
            let part = &replay.parts[*index];
            let is_new = |clause: &Vec<Control>| !is_met(clause, sign_in) && !replay.access.requires().contains(clause);
            part.blocks || part.doubt.is_some() || part.requires.iter().any(is_new)
        }
        Unknown::SecurityDefaults | Unknown::MissingPolicies => true,
    })
}

fn policies() -> impl Strategy<Value = Vec<Vec<Index>>> {
    proptest::collection::vec(proptest::collection::vec(any::<Index>(), 0..4), 0..5)
}

/// Values of a row that can be missing.
const FIELDS: [&str; 20] = [
    "/userId",
    "/resourceId",
    "/userType",
    "/crossTenantAccessType",
    "/homeTenantId",
    "/resourceTenantId",
    "/clientAppUsed",
    "/ipAddress",
    "/location/countryOrRegion",
    "/deviceDetail/deviceId",
    "/deviceDetail/displayName",
    "/deviceDetail/operatingSystem",
    "/deviceDetail/isCompliant",
    "/deviceDetail/trustType",
    "/riskLevelDuringSignIn",
    "/originalTransferMethod",
    "/authenticationContextClassReferences",
    "/networkLocationDetails",
    "/deviceDetail",
    "/location",
];

fn remove(row: &mut Value, pointer: &str) {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    if let Some(object) = row.pointer_mut(parent).and_then(Value::as_object_mut) {
        object.remove(key);
    }
}

proptest! {
    #[test]
    fn a_complete_row_is_judged_as_its_sign_in(policies in policies(), (sign_in, row) in sign_in(), defaults: bool) {
        let tenant = tenant(&policies, false, defaults);
        let (groups, roles) = (sign_in.groups.clone(), sign_in.roles.clone());
        let judged = judged(&tenant, &Known(Memberships { groups, roles }), &row);
        let expected = replay(&tenant, &sign_in, Options::default());
        prop_assert_eq!(&judged.access, &asked(&expected.access, &sign_in), "{:#?}", judged);
        prop_assert_eq!(!judged.doubts.is_empty(), is_doubtful(&expected, &sign_in), "{:#?}", judged.doubts);
        prop_assert_eq!(&judged.blocked_by, &expected.blocked_by);
    }

    #[test]
    fn a_sign_in_changes_in_the_words_of_diff(before in policies(), after in policies(), (sign_in, row) in sign_in()) {
        let [before, after] = [before, after].map(|policies| tenant(&policies, false, false));
        let (groups, roles) = (sign_in.groups.clone(), sign_in.roles.clone());
        let directory = Known(Memberships { groups, roles });
        let text = row.to_string();
        let mut replayer = Replayer::new(vec![&before, &after], None, vec![&directory; 2], Options::default());
        replayer.log(0, &mut Log::open(text.as_bytes()).unwrap().unwrap()).unwrap();
        let counts = replayer.end().tally.counts;
        let has = |class: Class| counts.of(class) == 1;
        let sides = [&before, &after].map(|tenant| replay(tenant, &sign_in, Options::default()));
        if sides.iter().any(|side| is_doubtful(side, &sign_in)) {
            return Ok(());
        }
        let [one, two] = sides.each_ref().map(|side| asked(&side.access, &sign_in));
        prop_assert!(!has(Class::MayChange));
        prop_assert_eq!(has(Class::NewlyBlocked), one != Access::Blocked && two == Access::Blocked);
        prop_assert_eq!(has(Class::NewlyUnblocked), one == Access::Blocked && two != Access::Blocked);
        match (&one, &two) {
            (Access::Needs(_), Access::Granted) => prop_assert!(has(Class::Loosened) && !has(Class::Tightened)),
            (Access::Granted, Access::Needs(_)) => prop_assert!(has(Class::Tightened) && !has(Class::Loosened)),
            (Access::Needs(one), Access::Needs(two)) => {
                // More lists are never enough for less.
                let within = |one: &Vec<Vec<Control>>, two: &Vec<Vec<Control>>| one.iter().all(|clause| two.contains(clause));
                prop_assert!(!(within(one, two) && has(Class::Loosened)));
                prop_assert!(!(within(two, one) && has(Class::Tightened)));
            }
            _ => prop_assert!(!has(Class::Loosened) && !has(Class::Tightened)),
        }
    }

    /// Whatever is missing, an outcome that is known is the one of the whole sign-in, and so is what is asked for.
    #[test]
    fn a_row_that_says_less_never_says_something_else(
        policies in policies(),
        (sign_in, row) in sign_in(),
        hidden in proptest::collection::vec(select(&FIELDS[..]), 0..8),
        directory: bool,
        defaults: bool,
    ) {
        let tenant = tenant(&policies, true, defaults);
        let (groups, roles) = (sign_in.groups.clone(), sign_in.roles.clone());
        let known = Known(Memberships { groups, roles });
        let mut less = row.clone();
        for field in &hidden {
            remove(&mut less, field);
        }
        let less = judged(&tenant, if directory { &known } else { &NoDirectory }, &less);
        let whole = judged(&tenant, &known, &row);
        if less.outcome() != Outcome::Unknown {
            prop_assert!(less.outcome() == whole.outcome() || (whole.outcome() == Outcome::Unknown), "{hidden:?} {less:#?}\n{whole:#?}");
            // What no log tells has a value in the sign-in.
            let expected = replay(&tenant, &sign_in, Options::default());
            if !is_doubtful(&expected, &sign_in) {
                let expected = asked(&expected.access, &sign_in);
                prop_assert_eq!(less.access == Access::Blocked, expected == Access::Blocked, "{:?} {:#?}", hidden, less);
                prop_assert_eq!(less.access == Access::Granted, expected == Access::Granted, "{:?} {:#?}", hidden, less);
                if less.doubts.is_empty() {
                    prop_assert_eq!(less.access, expected, "{:?}", hidden);
                }
            }
        }
    }
}
