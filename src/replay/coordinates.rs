//! From a row of a log to a sign-in in the coordinates of policies, as far as the policies of a tenant tell sign-ins apart.

use crate::policy::{
    ClientAppType, DeviceRule, Fact, Guests, Id, Platform, REGISTER_DEVICE, REGISTER_SECURITY_INFO, RiskLevel,
    TransferMethod, UserType,
};
use crate::requirement::Resource;
use crate::sign_in_log::{DeviceDetail, Logged, Row};
use crate::signin::{Open, OpenResource, Partial, SignIn};
use crate::tenant::{Place, Tenant};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::IpAddr;

/// Groups and roles of a user at the time of a sign-in; none where they are not known.
///
/// No log has them. A directory that is exported beside the policies can tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Memberships {
    /// Groups, of those that policies name.
    pub groups: BTreeSet<Id>,
    /// Roles, of those that policies name.
    pub roles: BTreeSet<Id>,
}

/// Who knows the groups and roles of users.
pub trait Directory: Sync {
    /// Those of a user; none if they are not known.
    fn memberships(&self, user: &Id) -> Option<Memberships>;

    /// The kind of a user whose memberships are known, where users of one kind have the same. Without kinds, each user is
    /// looked at apart.
    fn kind(&self, _user: &Id) -> Option<usize> {
        None
    }

    /// The memberships of a kind.
    fn of_kind(&self, _kind: usize) -> Memberships {
        Memberships::default()
    }
}

/// Nobody knows them.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoDirectory;

impl Directory for NoDirectory {
    fn memberships(&self, _: &Id) -> Option<Memberships> {
        None
    }
}

/// Places that are remembered before all are forgotten, so that memory stays bounded.
const REMEMBERED: usize = 50_000;

/// A row in the coordinates of policies, as small as it can be: rows with the same coordinates have the same outcome.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Coordinates {
    resource: Resources,
    contexts: Option<Vec<Id>>,
    user: User,
    user_types: &'static [UserType],
    home: Home,
    client_app: Option<ClientAppType>,
    platform: Option<Platform>,
    locations: usize,
    device: Device,
    sign_in_risk: Option<RiskLevel>,
    flow: Option<TransferMethod>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Resources {
    One(Id),
    Several(Vec<Id>),
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum User {
    /// One that a policy names, or one whose memberships are known.
    Named(Id),
    /// One whose memberships are known, as those of others of its kind.
    OfKind(usize),
    /// Another one.
    Other,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Home {
    /// One that a policy names.
    Named(Id),
    Other,
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Device {
    Unknown,
    Unregistered,
    Registered {
        /// Only where a filter asks for it.
        id: Option<Box<str>>,
        name: Option<Box<str>>,
        is_compliant: Option<bool>,
        trust_type: Option<&'static str>,
    },
}

/// Where a sign-in is made.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
struct Locations {
    inside: BTreeSet<Id>,
    open: BTreeSet<Id>,
}

/// What decides about named locations.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Where {
    addresses: [Option<IpAddr>; 2],
    country: Option<[u8; 2]>,
    /// Named locations that the log says the address is in, and whether one is trusted.
    networks: Option<(Vec<Id>, bool)>,
}

/// What the policies of a tenant tell apart, and the places that rows were made from.
pub(super) struct Surveyor<'t> {
    tenant: &'t Tenant,
    directory: &'t dyn Directory,
    users: HashSet<Id>,
    tenants: HashSet<Id>,
    asks_for_id: bool,
    asks_for_name: bool,
    named_locations: Vec<Id>,
    places: HashMap<Where, usize>,
    known_locations: HashMap<Locations, usize>,
    locations: Vec<Locations>,
}

/// Microsoft's apps at which users register [security information or devices]: the sign-in is one to the app or the user
/// action, and a log does not tell.
///
/// [security information or devices]: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps#user-actions
const ACTIONS: [(&str, &str); 3] = [
    // Device Registration Service
    ("01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9", REGISTER_DEVICE),
    // My Signins
    ("19db86c3-b2b9-44cc-b339-36da233a3be2", REGISTER_SECURITY_INFO),
    // Microsoft App Access Panel
    ("0000000c-0000-0000-c000-000000000000", REGISTER_SECURITY_INFO),
];

/// Microsoft Graph, an umbrella over other services: policies target those, and `conditionalAccessAudiences` names them.
/// <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps>
const UMBRELLA: &str = "00000003-0000-0000-c000-000000000000";

impl<'t> Surveyor<'t> {
    pub(super) fn new(tenant: &'t Tenant, directory: &'t dyn Directory) -> Self {
        let (mut users, mut tenants, mut locations) = (HashSet::new(), HashSet::new(), BTreeSet::new());
        let mut attributes = BTreeSet::new();
        for conditions in tenant.policies.iter().map(|policy| &policy.conditions) {
            let own = &conditions.users;
            users.extend(own.include_users.known().chain(own.exclude_users.known()).map(|(_, id)| id.clone()));
            let listed = |guests: &Fact<Option<Box<Guests>>>| {
                let tenants = guests.known().and_then(|guests| guests.as_ref()?.tenants.as_ref());
                tenants.map(|all| all.known().map(|(_, id)| id.clone()).collect::<Vec<_>>()).unwrap_or_default()
            };
            tenants.extend(listed(&own.include_guests).into_iter().chain(listed(&own.exclude_guests)));
            let own = &conditions.locations;
            locations.extend(own.include.known().chain(own.exclude.known()).map(|(_, id)| id.clone()));
            if let Fact::Known(Some(filter)) = &conditions.device_filter {
                gather(filter.device_rule(), &mut attributes);
            }
        }
        locations.extend(tenant.companions.named_locations.keys().cloned());
        locations.retain(|id| !id.is("All") && !id.is("AllTrusted"));
        Self {
            tenant,
            directory,
            users,
            tenants,
            asks_for_id: attributes.contains("deviceId"),
            asks_for_name: attributes.contains("displayName"),
            named_locations: locations.into_iter().collect(),
            places: HashMap::new(),
            known_locations: HashMap::new(),
            locations: Vec::new(),
        }
    }

    /// The coordinates of a row.
    pub(super) fn coordinates(&mut self, row: &Row<'_>) -> Coordinates {
        let user = match &row.user {
            Logged::Known(id) if self.users.contains(id) => User::Named(id.clone()),
            Logged::Known(id) => match self.directory.kind(id) {
                Some(kind) => User::OfKind(kind),
                None if self.directory.memberships(id).is_some() => User::Named(id.clone()),
                None => User::Other,
            },
            Logged::Unknown(_) => User::Unknown,
        };
        let home = match &row.home_tenant {
            Logged::Known(id) if self.tenants.contains(id) => Home::Named(id.clone()),
            Logged::Known(_) => Home::Other,
            Logged::Unknown(_) => Home::Unknown,
        };
        let resource = match &row.resources {
            Logged::Known(all) => match all.as_slice() {
                [one] => Resources::One(one.clone()),
                several => Resources::Several(several.to_vec()),
            },
            Logged::Unknown(_) => Resources::Unknown,
        };
        let device = match &row.device {
            Logged::Unknown(_) => Device::Unknown,
            Logged::Known(DeviceDetail::Unregistered) => Device::Unregistered,
            Logged::Known(DeviceDetail::Registered { id, name, is_compliant, trust_type }) => Device::Registered {
                id: self.asks_for_id.then(|| id.as_ref().into()),
                name: name.known().filter(|_| self.asks_for_name).map(|name| name.as_ref().into()),
                is_compliant: is_compliant.known().copied(),
                trust_type: trust_type.known().copied(),
            },
        };
        Coordinates {
            resource,
            contexts: row.contexts.known().cloned(),
            user,
            user_types: row.user_types,
            home,
            client_app: row.client_app.known().copied(),
            platform: row.platform.known().copied(),
            locations: self.place(row),
            device,
            sign_in_risk: row.sign_in_risk.known().copied(),
            flow: row.flow.known().copied(),
        }
    }

    /// The number of the place that a row was made from.
    fn place(&mut self, row: &Row<'_>) -> usize {
        let networks = row.networks.known().map(|networks| {
            let is_meant = |id: &&Id| {
                let name = self.tenant.companions.names.get(*id);
                name.is_some_and(|name| networks.names.iter().any(|one| **one == **name))
            };
            // Names say which location it is only where it is the only one of that name.
            let named = || self.named_locations.iter().filter(is_meant);
            let all = if networks.names.is_empty() || named().count() > networks.names.len() {
                Vec::new()
            } else {
                named().cloned().collect()
            };
            (all, networks.is_trusted)
        });
        let seen_elsewhere = row.address_at_resource.filter(|other| row.address.known() != Some(other));
        let place = Where {
            addresses: [row.address.known().copied(), seen_elsewhere],
            country: row.country.known().copied(),
            networks,
        };
        if let Some(known) = self.places.get(&place) {
            return *known;
        }
        let locations = self.locations(&place);
        let next = self.locations.len();
        let index = *self.known_locations.entry(locations.clone()).or_insert(next);
        if index == next {
            self.locations.push(locations);
        }
        if self.places.len() >= REMEMBERED {
            self.places.clear();
        }
        self.places.insert(place, index);
        index
    }

    /// The named locations that a sign-in is in, and those of which that is not known.
    fn locations(&self, place: &Where) -> Locations {
        let mut found = Locations::default();
        let (logged, is_trusted) = place.networks.clone().unwrap_or_default();
        for id in &self.named_locations {
            let known = self.tenant.companions.named_locations.get(id);
            match known.and_then(|known| holds(&known.place, place)) {
                _ if logged.contains(id) => _ = found.inside.insert(id.clone()),
                Some(true) => _ = found.inside.insert(id.clone()),
                Some(false) => {}
                None => _ = found.open.insert(id.clone()),
            }
        }
        let is_known_as_trusted = |id: &Id| self.tenant.is_trusted_location(id) == Some(true);
        if is_trusted || found.inside.iter().any(is_known_as_trusted) {
            found.inside.insert(Id::new("AllTrusted"));
        } else if self.tenant.companions.named_locations.is_empty() && place.networks.is_none() {
            // Files without a named location do not tell which addresses are trusted.
            found.open.insert(Id::new("AllTrusted"));
        }
        found
    }

    /// The sign-in that has these coordinates.
    pub(super) fn partial(&self, coordinates: &Coordinates) -> Partial {
        let mut sign_in = SignIn::attacker(Resource::Other);
        // No log has these.
        let mut open = Open { user_risk: true, insider_risk: true, ..Open::default() };
        match &coordinates.resource {
            Resources::One(id) => {
                sign_in.resource = Resource::App(id.clone());
                open.resource = of_app(id);
            }
            Resources::Several(all) => {
                sign_in.resource = all.first().map_or(Resource::Other, |id| Resource::App(id.clone()));
                open.resource = OpenResource::OneOf(all.iter().cloned().map(Resource::App).collect());
            }
            Resources::Unknown => open.resource = OpenResource::Any,
        }
        open.contexts = coordinates.contexts.is_none();
        // Whoever it is, it is somebody: a name in a policy may be that of this user.
        sign_in.user = Some(somebody());
        open.memberships = true;
        match &coordinates.user {
            User::Named(id) => {
                if let Some(Memberships { groups, roles }) = self.directory.memberships(id) {
                    (sign_in.groups, sign_in.roles, open.memberships) = (groups, roles, false);
                }
                sign_in.user = Some(id.clone());
            }
            User::OfKind(kind) => {
                let Memberships { groups, roles } = self.directory.of_kind(*kind);
                (sign_in.groups, sign_in.roles, open.memberships) = (groups, roles, false);
            }
            User::Other => {}
            User::Unknown => open.user = true,
        }
        match coordinates.user_types {
            [kind] => sign_in.user_type = *kind,
            several => open.user_types = several.to_vec(),
        }
        match &coordinates.home {
            Home::Named(id) => sign_in.external_tenant = Some(id.clone()),
            Home::Other => sign_in.external_tenant = Some(somebody()),
            Home::Unknown => open.external_tenant = true,
        }
        let Locations { inside, open: open_locations } = self.locations[coordinates.locations].clone();
        (sign_in.locations, open.locations) = (inside, open_locations);
        match &coordinates.device {
            Device::Unknown => open.device = Some(&[]),
            Device::Unregistered => {}
            Device::Registered { id, name, is_compliant, trust_type } => {
                let set = [
                    ("deviceId", id.clone()),
                    ("displayName", name.clone()),
                    ("isCompliant", is_compliant.map(|is| if is { "True".into() } else { "False".into() })),
                    ("trustType", trust_type.map(Into::into)),
                ];
                open.device = Some(known_attributes(set.each_ref().map(|(_, value)| value.is_some())));
                for (attribute, value) in set {
                    if let Some(value) = value {
                        sign_in.device.set(attribute, &value);
                    }
                }
            }
        }
        let mut take = Known { open: &mut open };
        take.value(coordinates.client_app, &mut sign_in.client_app, |open| open.client_app = true);
        take.value(coordinates.platform, &mut sign_in.platform, |open| open.platform = true);
        take.value(coordinates.sign_in_risk, &mut sign_in.sign_in_risk, |open| open.sign_in_risk = true);
        take.value(coordinates.flow, &mut sign_in.flow, |open| open.flow = true);
        Partial { sign_in, contexts: coordinates.contexts.clone().unwrap_or_default(), open }
    }
}

struct Known<'o> {
    open: &'o mut Open,
}

impl Known<'_> {
    fn value<T>(&mut self, known: Option<T>, place: &mut T, open: fn(&mut Open)) {
        match known {
            Some(value) => *place = value,
            None => open(self.open),
        }
    }
}

/// Attributes of which a filter speaks.
fn gather(rule: &DeviceRule, attributes: &mut BTreeSet<&'static str>) {
    match rule {
        DeviceRule::And(parts) | DeviceRule::Or(parts) => parts.iter().for_each(|part| gather(part, attributes)),
        DeviceRule::Not(part) => gather(part, attributes),
        DeviceRule::Is(comparison) => _ = attributes.insert(comparison.attribute),
        DeviceRule::Opaque(_) => {}
    }
}

/// A user or a tenant that no policy names.
fn somebody() -> Id {
    Id::new("ffffffff-ffff-4fff-bfff-fffffffffffe")
}

/// The attributes of a device that are known, of `deviceId`, `displayName`, `isCompliant` and `trustType`.
fn known_attributes(known: [bool; 4]) -> &'static [&'static str] {
    match known {
        [true, true, true, true] => &["deviceId", "displayName", "isCompliant", "trustType"],
        [true, true, true, false] => &["deviceId", "displayName", "isCompliant"],
        [true, true, false, true] => &["deviceId", "displayName", "trustType"],
        [true, true, false, false] => &["deviceId", "displayName"],
        [true, false, true, true] => &["deviceId", "isCompliant", "trustType"],
        [true, false, true, false] => &["deviceId", "isCompliant"],
        [true, false, false, true] => &["deviceId", "trustType"],
        [true, false, false, false] => &["deviceId"],
        [false, true, true, true] => &["displayName", "isCompliant", "trustType"],
        [false, true, true, false] => &["displayName", "isCompliant"],
        [false, true, false, true] => &["displayName", "trustType"],
        [false, true, false, false] => &["displayName"],
        [false, false, true, true] => &["isCompliant", "trustType"],
        [false, false, true, false] => &["isCompliant"],
        [false, false, false, true] => &["trustType"],
        [false, false, false, false] => &[],
    }
}

/// What a token for an app may be for.
fn of_app(id: &Id) -> OpenResource {
    if *id == Id::new(UMBRELLA) {
        return OpenResource::Any;
    }
    let actions = ACTIONS.iter().filter(|(app, _)| *id == Id::new(app));
    let actions: Vec<Resource> = actions.map(|(_, action)| Resource::UserAction(Id::new(action))).collect();
    if actions.is_empty() {
        return OpenResource::Known;
    }
    OpenResource::OneOf(actions.into_iter().chain([Resource::App(id.clone())]).collect())
}

/// Whether a named location holds a sign-in; none if that is not known.
fn holds(place: &Place, sign_in: &Where) -> Option<bool> {
    match place {
        Place::Ranges(ranges) => {
            let holds = |address: IpAddr| ranges.iter().any(|range| range.contains(&address));
            match sign_in.addresses {
                [None, _] => None,
                [Some(address), None] => Some(holds(address)),
                // Which of two addresses counts depends on the resource.
                [Some(one), Some(other)] => (holds(one) == holds(other)).then_some(holds(one)),
            }
        }
        Place::Countries { by_authenticator_app: true, .. } | Place::CompliantNetwork | Place::Undefined => None,
        Place::Countries { countries, .. } => {
            let country = sign_in.country?;
            let country = std::str::from_utf8(&country).ok()?;
            // The country is that of the first address.
            sign_in.addresses[1].is_none().then(|| countries.contains(country))
        }
    }
}
