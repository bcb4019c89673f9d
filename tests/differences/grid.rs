//! Every sign-in that the policies of two tenants can tell apart.

use super::evaluate::{Entry, Kind, World};
use super::sayings::{
    ADMINISTRATORS, ANOTHER_APP, API, AZURE_PORTAL, Axis, CAMPUS, CONTEXT, ELSEWHERE, GROUPS, NAMES, OFFICE, REGISTER,
    SOME_APP, SOMEWHERE, SYNCHRONIZATION, TENANT, USERS,
};
use super::ways::State;
use caplint::policy::{Id, UserType, Words};
use caplint::requirement::Resource;
use caplint::signin::SignIn;
use std::collections::BTreeSet;
use std::net::Ipv4Addr;

/// A user. With a label, whoever that id or name is; without, somebody whom no policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Who {
    pub(crate) label: Option<&'static str>,
    pub(crate) groups: Vec<&'static str>,
    pub(crate) roles: Vec<&'static str>,
    pub(crate) kind: &'static str,
    pub(crate) home: Option<&'static str>,
}

/// What a token is asked for, and by what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct What {
    pub(crate) resource: String,
    pub(crate) client: &'static str,
}

/// An address, as each tenant sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) inside: [BTreeSet<&'static str>; 2],
}

impl Place {
    pub(crate) fn is_inside(&self, side: usize, location: &str) -> bool {
        location == "All" || self.inside[side].contains(location)
    }
}

/// A device. One without a trust type is not registered.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Device {
    pub(crate) trust: Option<String>,
    pub(crate) compliant: bool,
    pub(crate) intune: bool,
    pub(crate) name: String,
    pub(crate) attribute: String,
}

impl Device {
    pub(crate) fn state(&self) -> State {
        State { compliant: self.compliant, hybrid: self.is_of("ServerAD") }
    }

    fn is_of(&self, trust: &str) -> bool {
        self.trust.as_deref() == Some(trust)
    }

    pub(crate) fn matches(&self, rule: &str, world: &World) -> bool {
        match rule {
            "device.isCompliant -eq True" => self.compliant,
            "device.isCompliant -ne True" => !self.compliant,
            "device.trustType -eq \"ServerAD\"" => self.is_of("ServerAD"),
            "device.isCompliant -eq True -or device.trustType -in [\"ServerAD\", \"AzureAD\"]" => {
                self.compliant || self.is_of("ServerAD") || self.is_of("AzureAD")
            }
            "device.displayName -startsWith \"PAW\"" => self.name.to_lowercase().starts_with("paw"),
            "device.extensionAttribute1 -eq \"SAW\"" => {
                (self.compliant || self.intune || self.is_of("ServerAD")) && self.attribute.eq_ignore_ascii_case("saw")
            }
            "device.colour -eq \"red\"" => world.is("opaque:red"),
            other => panic!("{other}"),
        }
    }
}

/// What a tenant says of a named location: whether it is trusted, and its addresses.
pub(crate) type Definition = (&'static str, bool, &'static str);

/// Ways to define the locations.
pub(crate) const DEFINITIONS: [&[Definition]; 5] = [
    &[(OFFICE, true, "203.0.113.0/25"), (CAMPUS, false, "203.0.113.0/24")],
    &[(OFFICE, true, "203.0.113.64/26"), (CAMPUS, false, "203.0.113.0/24")],
    &[(OFFICE, false, "203.0.113.0/25"), (CAMPUS, false, "203.0.113.0/24")],
    &[(OFFICE, true, "203.0.113.0/25")],
    &[(OFFICE, true, "198.51.100.0/24"), (CAMPUS, true, "203.0.113.0/24")],
];
const ADDRESSES: [[u8; 4]; 5] =
    [[192, 0, 2, 1], [203, 0, 113, 1], [203, 0, 113, 65], [203, 0, 113, 200], [198, 51, 100, 1]];

fn places(definitions: [&[Definition]; 2]) -> Vec<Place> {
    let mut places = Vec::new();
    for address in ADDRESSES {
        for bits in 0..8 {
            let inside = [0, 1].map(|side| {
                // What one of the tenants alone defines holds for both.
                let own = definitions[side].iter();
                let others =
                    definitions[1 - side].iter().filter(|(id, ..)| definitions[side].iter().all(|one| one.0 != *id));
                let mut inside = BTreeSet::new();
                for (id, trusted, net) in own.chain(others) {
                    if net.parse::<ipnet::Ipv4Net>().unwrap().contains(&Ipv4Addr::from(address)) {
                        inside.insert(*id);
                        if *trusted {
                            inside.insert("AllTrusted");
                        }
                    }
                }
                inside.extend((bits & 1 == 1).then_some(SOMEWHERE));
                inside.extend((bits & 2 == 2).then_some("AllTrusted"));
                let is_defined = definitions.iter().any(|all| all.iter().any(|(id, ..)| *id == CAMPUS));
                inside.extend((bits & 4 == 4 && !is_defined).then_some(CAMPUS));
                inside
            });
            places.push(Place { inside });
        }
    }
    let mut all: Vec<Place> = Vec::new();
    for place in places {
        if !all.contains(&place) {
            all.push(place);
        }
    }
    all
}

fn devices(axes: &[Axis]) -> Vec<Device> {
    let labelled = axes.contains(&Axis::DeviceName);
    let mut devices = vec![Device::default()];
    for trust in ["AzureAD", "ServerAD", "Workplace"] {
        for compliant in [false, true] {
            let device = Device { trust: Some(trust.to_owned()), compliant, ..Device::default() };
            devices.push(device.clone());
            if labelled {
                devices.push(Device { name: "PAW-1".to_owned(), ..device.clone() });
                for intune in [false, true] {
                    devices.push(Device { attribute: "SAW".to_owned(), intune, ..device.clone() });
                    let name = "paw-2".to_owned();
                    devices.push(Device { attribute: "SAW".to_owned(), intune, name, ..device.clone() });
                }
            }
        }
    }
    devices
}

fn subsets(ids: &[&'static str]) -> Vec<Vec<&'static str>> {
    let of = |bits: usize| (0..ids.len()).filter(|index| bits >> index & 1 == 1).map(|index| ids[index]).collect();
    (0..1 << ids.len()).map(of).collect()
}

/// The values of a sign-in, dimension by dimension. Whether a policy applies is decided in each of them alone.
pub(crate) struct Grid {
    pub(crate) who: Vec<Who>,
    pub(crate) what: Vec<What>,
    pub(crate) platform: Vec<&'static str>,
    pub(crate) place: Vec<Place>,
    pub(crate) device: Vec<Device>,
    pub(crate) sign_in_risk: Vec<&'static str>,
    pub(crate) user_risk: Vec<&'static str>,
    pub(crate) insider_risk: Vec<&'static str>,
    pub(crate) flow: Vec<&'static str>,
}

pub(crate) const DIMENSIONS: usize = 9;
pub(crate) const DEVICE: usize = 4;

const RISKS: [&str; 4] = ["none", "low", "medium", "high"];

impl Grid {
    pub(crate) fn of(axes: &[Axis], entries: [&[Entry]; 2], definitions: [&[Definition]; 2]) -> Self {
        let all = || entries.into_iter().flatten();
        let names = |id: &str| {
            let lists =
                ["includeUsers", "excludeUsers", "includeGroups", "excludeGroups", "includeRoles", "excludeRoles"];
            all().any(|entry| lists.iter().any(|list| entry.list(list).iter().any(|one| one == id)))
        };
        let defaults = all().any(|entry| entry.kind != Kind::Policy);
        let among = |ids: &[&'static str]| ids.iter().copied().filter(|id| names(id)).collect::<Vec<_>>();
        let labels: Vec<Option<&'static str>> =
            std::iter::once(None).chain(among(&USERS).into_iter().chain(among(&NAMES)).map(Some)).collect();
        let groups = among(&GROUPS);
        let mut roles = among(&[ADMINISTRATORS, SYNCHRONIZATION]);
        if defaults && !roles.contains(&ADMINISTRATORS) {
            roles.push(ADMINISTRATORS);
        }
        let mut kinds = vec![("member", None)];
        if axes.contains(&Axis::Guest) {
            kinds.extend([
                ("internalGuest", None),
                ("b2bCollaborationGuest", Some(TENANT)),
                ("b2bCollaborationGuest", Some(ELSEWHERE)),
                ("b2bDirectConnectUser", Some(TENANT)),
            ]);
        }
        let mut who = Vec::new();
        for label in &labels {
            for groups in subsets(&groups) {
                for roles in subsets(&roles) {
                    for (kind, home) in &kinds {
                        who.push(Who {
                            label: *label,
                            groups: groups.clone(),
                            roles: roles.clone(),
                            kind,
                            home: *home,
                        });
                    }
                }
            }
        }
        let targets = |id: &str| {
            let lists = ["includeApps", "excludeApps", "actions", "contexts"];
            all().any(|entry| lists.iter().any(|list| entry.list(list).iter().any(|one| one == id)))
        };
        let mut resources = vec!["other".to_owned()];
        let apps = [API, AZURE_PORTAL, ANOTHER_APP, SOME_APP].into_iter();
        resources.extend(apps.filter(|app| targets(app) || (defaults && *app == API)).map(|app| format!("app:{app}")));
        let suites = ["Office365", "MicrosoftAdminPortals"].into_iter().filter(|suite| targets(suite));
        resources.extend(suites.map(|suite| format!("suite:{suite}")));
        resources.extend(targets(REGISTER).then(|| format!("action:{REGISTER}")));
        resources.extend(targets(CONTEXT).then(|| format!("context:{CONTEXT}")));
        let clients: &[&str] = if axes.contains(&Axis::Client) || axes.contains(&Axis::Resource) || defaults {
            &["mobileAppsAndDesktopClients", "browser", "exchangeActiveSync", "other"]
        } else {
            &["mobileAppsAndDesktopClients"]
        };
        let what = resources
            .iter()
            .flat_map(|resource| clients.iter().map(|client| What { resource: resource.clone(), client }));
        let has = |axis: Axis| axes.contains(&axis);
        let by_device =
            has(Axis::Device) || has(Axis::DeviceName) || all().any(|entry| entry.grant.has_device_control());
        let levels = |axis: Axis| if has(axis) { RISKS.to_vec() } else { vec!["none"] };
        Self {
            who,
            what: what.collect(),
            platform: if has(Axis::Platform) { vec!["unknown", "linux", "windows", "iOS"] } else { vec!["unknown"] },
            place: if has(Axis::Location) { places(definitions) } else { places([&[], &[]])[..1].to_vec() },
            device: if by_device { devices(axes) } else { vec![Device::default()] },
            sign_in_risk: levels(Axis::SignInRisk),
            user_risk: levels(Axis::UserRisk),
            insider_risk: if has(Axis::InsiderRisk) {
                vec!["none", "minor", "moderate", "elevated"]
            } else {
                vec!["none"]
            },
            flow: if has(Axis::Flow) { vec!["none", "deviceCodeFlow", "authenticationTransfer"] } else { vec!["none"] },
        }
    }

    pub(crate) fn sizes(&self) -> [usize; DIMENSIONS] {
        [
            self.who.len(),
            self.what.len(),
            self.platform.len(),
            self.place.len(),
            self.device.len(),
            self.sign_in_risk.len(),
            self.user_risk.len(),
            self.insider_risk.len(),
            self.flow.len(),
        ]
    }

    /// Whether an entry applies as far as one value decides.
    pub(crate) fn applies(&self, dimension: usize, value: usize, entry: &Entry, side: usize, world: &World) -> bool {
        match dimension {
            0 => entry.is_about(&self.who[value], world),
            1 => entry.is_for(&self.what[value], world) && entry.is_on(world),
            2 => entry.is_on_platform(self.platform[value], world),
            3 => entry.is_at(&self.place[value], side, world),
            4 => entry.is_with(&self.device[value], world),
            5 => entry.lists("signInRisk", self.sign_in_risk[value]),
            6 => entry.lists("userRisk", self.user_risk[value]),
            7 => entry.lists("insiderRisk", self.insider_risk[value]),
            _ => entry.lists("flows", self.flow[value]),
        }
    }

    /// Every sign-in, as the indices of its values.
    pub(crate) fn points(&self) -> Vec<[usize; DIMENSIONS]> {
        let mut points = vec![[0; DIMENSIONS]];
        for (dimension, size) in self.sizes().into_iter().enumerate().filter(|(_, size)| *size > 1) {
            points = points
                .iter()
                .flat_map(|point| {
                    (0..size).map(move |value| {
                        let mut point = *point;
                        point[dimension] = value;
                        point
                    })
                })
                .collect();
        }
        points
    }

    /// A grid of one sign-in: a witness, as each of the tenants sees it.
    pub(crate) fn of_witness([before, after]: [&SignIn; 2]) -> Self {
        let all = [
            API,
            AZURE_PORTAL,
            ANOTHER_APP,
            SOME_APP,
            REGISTER,
            CONTEXT,
            OFFICE,
            CAMPUS,
            SOMEWHERE,
            "AllTrusted",
            ELSEWHERE,
            TENANT,
            ADMINISTRATORS,
            SYNCHRONIZATION,
            USERS[0],
            USERS[1],
            NAMES[0],
            NAMES[1],
            GROUPS[0],
            GROUPS[1],
        ];
        let known = |id: &Id| {
            let all = all.into_iter().find(|known| Id::new(known) == *id);
            let role = caplint::catalog::role_set("security-defaults").find(|role| role.id == *id);
            let role = || role.map(|role| -> &'static str { role.id.to_string().leak() });
            all.or_else(role).unwrap_or_else(|| panic!("{id} in a witness"))
        };
        let resource = match &before.resource {
            Resource::App(app) => format!("app:{}", known(app)),
            Resource::OfSuite(suite) => format!("suite:{}", suite.word()),
            Resource::UserAction(action) => format!("action:{}", known(action)),
            Resource::AuthenticationContext(context) => format!("context:{}", known(context)),
            Resource::Other => "other".to_owned(),
            Resource::Every => panic!("a resource is one"),
        };
        let guest = !matches!(before.user_type, UserType::Member | UserType::InternalGuest);
        assert_eq!(guest, before.external_tenant.is_some(), "{before:?}");
        let who = Who {
            label: before.user.as_ref().map(known),
            groups: before.groups.iter().map(known).collect(),
            roles: before.roles.iter().map(known).collect(),
            kind: UserType::word(before.user_type),
            home: before.external_tenant.as_ref().map(known),
        };
        let attribute = |name: &str| before.device.attributes.get(name).map(ToString::to_string).unwrap_or_default();
        let trust = before.device.attributes.get("trustType").map(ToString::to_string);
        let device = Device {
            compliant: before.device.is_compliant(),
            intune: before.device.is_managed_by_intune(),
            name: attribute("displayName"),
            attribute: attribute("extensionAttribute1"),
            trust,
        };
        assert!(device.trust.is_some() || before.device.is_unregistered(), "{device:?}");
        Self {
            who: vec![who],
            what: vec![What { resource, client: before.client_app.word() }],
            platform: vec![before.platform.word()],
            place: vec![Place { inside: [before, after].map(|one| one.locations.iter().map(known).collect()) }],
            device: vec![device],
            sign_in_risk: vec![before.sign_in_risk.word()],
            user_risk: vec![before.user_risk.word()],
            insider_risk: vec![before.insider_risk.word()],
            flow: vec![before.flow.word()],
        }
    }
}
