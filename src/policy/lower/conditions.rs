//! `conditions`.

use super::reader::{Reader, Slot};
use crate::policy::{
    Applications, Assigned, Conditions, Digest, Fact, Filter, FilterMode, Guests, IdentityConditions, List,
    MembershipKind, Opaque, REGISTER_DEVICE, REGISTER_SECURITY_INFO, Reason, RiskLevel, Scope, Users,
};
use crate::syntax::{Node, Object};

/// Conditions that caplint has a model for.
const MODELLED: [&str; 12] = [
    "users",
    "applications",
    "clientApplications",
    "clientAppTypes",
    "signInRiskLevels",
    "userRiskLevels",
    "servicePrincipalRiskLevels",
    "insiderRiskLevels",
    "platforms",
    "locations",
    "devices",
    "authenticationFlows",
];

/// A condition of agents. Of users it is not known what it means.
const AGENT_RISK: &str = "agentIdRiskLevels";

/// What `applications` target beside apps: traffic of Global Secure Access, which is none of any control's resources.
const TRAFFIC: [&str; 2] = ["globalSecureAccess", "networkAccess"];

impl Reader {
    pub(super) fn conditions(&mut self, object: &Object<'_>) -> Conditions {
        let [
            users,
            applications,
            client_applications,
            client_app_types,
            sign_in_risk,
            user_risk,
            service_principal_risk,
            insider_risk,
            platforms,
            locations,
            devices,
            flows,
        ] = self.pick(object, MODELLED);
        let mut opaque = if self.conforms { Vec::new() } else { unmodelled(object) };
        let device_filter = self.devices(devices, &mut opaque);
        let identities = self.identities(object, client_applications);
        Conditions {
            doubt: None,
            users: match self.object(users) {
                Fact::Known(Some(users)) => self.users(users),
                Fact::Known(None) => Users::default(),
                Fact::Unknown(reason) => Users { doubt: Some(reason), ..Users::default() },
            },
            applications: match self.object(applications) {
                Fact::Known(Some(applications)) => self.applications(applications),
                Fact::Known(None) => Applications::default(),
                Fact::Unknown(reason) => Applications { doubt: Some(reason), ..Applications::default() },
            },
            workload_identities: match self.object_or_empty(client_applications) {
                Fact::Known(Some(object)) => self.client_applications(object),
                Fact::Known(None) => Fact::Known(false),
                Fact::Unknown(reason) => Fact::Unknown(reason),
            },
            identities,
            client_app_types: self.words_to_the_letter(client_app_types),
            sign_in_risk_levels: self.words(sign_in_risk),
            user_risk_levels: self.words(user_risk),
            service_principal_risk_levels: self.words(service_principal_risk),
            insider_risk_levels: self.flags(insider_risk),
            transfer_methods: match self.object_or_empty(flows) {
                Fact::Known(Some(flows)) => {
                    let [methods] = self.pick(flows, ["transferMethods"]);
                    match Self::stray(flows, &["transferMethods"]) {
                        None => self.flags(methods),
                        Some(reason) => List::unknown(reason),
                    }
                }
                Fact::Known(None) => List::default(),
                Fact::Unknown(reason) => List::unknown(reason),
            },
            platforms: self.scope(platforms, ["includePlatforms", "excludePlatforms"], Reader::words),
            locations: self.scope(locations, ["includeLocations", "excludeLocations"], |reader, slot| {
                reader.ids(slot, &["All", "AllTrusted"])
            }),
            device_filter,
            opaque,
        }
    }

    fn devices(&mut self, slot: Slot<'_, '_>, opaque: &mut Vec<Opaque>) -> Fact<Option<Box<Filter>>> {
        const KEYS: [&str; 5] =
            ["deviceFilter", "includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates"];
        match self.object_or_empty(slot) {
            Fact::Known(None) => Fact::Known(None),
            Fact::Unknown(reason) => Fact::Unknown(reason),
            Fact::Known(Some(devices)) => {
                let [filter, states @ ..] = self.pick(devices, KEYS);
                if let Some(reason) = Self::stray(devices, &KEYS) {
                    return Fact::Unknown(reason);
                }
                if states.iter().any(|slot| slot.node.is_some()) {
                    self.conforms = false;
                }
                if states.iter().any(|slot| slot.node.is_some_and(|node| !node.is_void() && !is_all(node))) {
                    opaque.push(Opaque {
                        name: "devices".into(),
                        content: slot.node.and_then(Digest::of),
                        is_agent_risk: false,
                    });
                }
                self.filter(filter)
            }
        }
    }

    fn users(&mut self, object: &Object<'_>) -> Users {
        const KEYS: [&str; 8] = [
            "includeUsers",
            "excludeUsers",
            "includeGroups",
            "excludeGroups",
            "includeRoles",
            "excludeRoles",
            "includeGuestsOrExternalUsers",
            "excludeGuestsOrExternalUsers",
        ];
        let [users, not_users, groups, not_groups, roles, not_roles, guests, not_guests] = self.pick(object, KEYS);
        Users {
            doubt: Self::stray(object, &KEYS),
            include_users: self.ids(users, &["All", "None", "GuestsOrExternalUsers", "AllAgentIdUsers"]),
            exclude_users: self.ids(not_users, &["GuestsOrExternalUsers"]),
            include_groups: self.ids(groups, &[]),
            exclude_groups: self.ids(not_groups, &[]),
            include_roles: self.roles(roles),
            exclude_roles: self.roles(not_roles),
            include_guests: self.guests(guests),
            exclude_guests: self.guests(not_guests),
        }
    }

    fn guests(&mut self, slot: Slot<'_, '_>) -> Fact<Option<Box<Guests>>> {
        const KEYS: [&str; 2] = ["guestOrExternalUserTypes", "externalTenants"];
        let object = match self.object(slot) {
            Fact::Known(Some(object)) => object,
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(reason) => return Fact::Unknown(reason),
        };
        let [types, tenants] = self.pick(object, KEYS);
        if let Some(reason) = Self::stray(object, &KEYS) {
            return Fact::Unknown(reason);
        }
        let types = self.flags(types);
        let tenants = match self.object(tenants) {
            // Graph allows null, and its own templates use it: no restriction.
            Fact::Known(None) => None,
            Fact::Unknown(reason) => Some(List::unknown(reason)),
            Fact::Known(Some(object)) => {
                let [kind, members] = self.pick(object, ["membershipKind", "members"]);
                let members = self.ids(members, &[]);
                match self.word(kind) {
                    _ if Self::stray(object, &["membershipKind", "members"]).is_some() => {
                        Some(List::unknown(Reason::UnknownProperty))
                    }
                    Fact::Known(Some(MembershipKind::All)) => None,
                    // The Graph PowerShell SDK loses the members.
                    Fact::Known(Some(MembershipKind::Enumerated)) if members.is_empty() => {
                        Some(List::unknown(Reason::Missing))
                    }
                    Fact::Known(None) if members.is_empty() => None,
                    Fact::Known(Some(MembershipKind::Enumerated) | None) => Some(members),
                    Fact::Unknown(reason) => Some(List::unknown(reason)),
                }
            }
        };
        match (types.is_empty(), &tenants) {
            (true, None) => Fact::Known(None),
            (true, Some(_)) => self.doubt(Reason::Missing),
            (false, _) => Fact::Known(Some(Box::new(Guests { types, tenants }))),
        }
    }

    fn applications(&mut self, object: &Object<'_>) -> Applications {
        const KEYS: [&str; 5] = [
            "includeApplications",
            "excludeApplications",
            "includeUserActions",
            "includeAuthenticationContextClassReferences",
            "applicationFilter",
        ];
        let [include, exclude, actions, contexts, filter] = self.pick(object, KEYS);
        let suites = ["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"];
        let is_traffic = |key: &str| TRAFFIC.iter().any(|known| known.eq_ignore_ascii_case(key));
        let further = object.properties().any(|(key, node)| is_traffic(key) && !node.is_void());
        Applications {
            doubt: Self::stray(object, &[KEYS.as_slice(), &TRAFFIC].concat()),
            include: self.apps(include, &suites),
            exclude: self.apps(exclude, &suites[2..]),
            user_actions: self.literals(actions, &[REGISTER_SECURITY_INFO, REGISTER_DEVICE]),
            authentication_contexts: self.literals(contexts, &[]),
            filter: self.filter(filter),
            further,
        }
    }

    fn client_applications(&mut self, object: &Object<'_>) -> Fact<bool> {
        let [include, exclude, filter] =
            self.pick(object, ["includeServicePrincipals", "excludeServicePrincipals", "servicePrincipalFilter"]);
        let include = self.ids(include, &["ServicePrincipalsInMyTenant"]);
        self.ids(exclude, &[]);
        let filter = self.filter(filter);
        let elsewhere = object.properties().any(|(key, node)| key.contains("gentId") && !node.is_void());
        match (include.first_unknown(), &filter) {
            _ if include.known().any(|(_, id)| !id.is("None")) || elsewhere => Fact::Known(true),
            (Some((_, reason)), _) => Fact::Unknown(reason),
            (None, Fact::Unknown(reason)) => Fact::Unknown(*reason),
            (None, Fact::Known(filter)) => Fact::Known(filter.is_some()),
        }
    }

    /// What is said of service principals and agents.
    fn identities(&mut self, object: &Object<'_>, slot: Slot<'_, '_>) -> Option<Box<IdentityConditions>> {
        const KEYS: [&str; 6] = [
            "includeServicePrincipals",
            "excludeServicePrincipals",
            "servicePrincipalFilter",
            "includeAgentIdServicePrincipals",
            "excludeAgentIdServicePrincipals",
            "agentIdServicePrincipalFilter",
        ];
        let mut identities = IdentityConditions::default();
        // Whether this conforms was noted where it was read for users.
        let conforms = self.conforms;
        if let Fact::Known(Some(object)) = self.object_or_empty(slot) {
            let [include, exclude, filter, agents, not_agents, agent_filter] = self.pick(object, KEYS);
            identities.doubt = Self::stray(object, &KEYS);
            identities.service_principals = Assigned {
                include: self.ids(include, &[]),
                exclude: self.ids(exclude, &[]),
                filter: self.filter(filter),
            };
            identities.agents = Assigned {
                include: self.ids(agents, &[]),
                exclude: self.ids(not_agents, &[]),
                filter: self.filter(agent_filter),
            };
        }
        if !conforms {
            let [risk] = self.pick(object, [AGENT_RISK]);
            let levels = self.flags::<RiskLevel>(risk);
            let says_something = risk.node.is_some_and(|node| !node.is_void());
            // The enumeration has no such members, and an agent without risk is none of its business.
            let is_odd = levels.position(|level| matches!(level, RiskLevel::None | RiskLevel::Hidden)).is_some();
            identities.agent_risk_levels = if is_odd || (levels.is_empty() && says_something) {
                List::unknown(Reason::Unrecognised)
            } else {
                levels
            };
        }
        self.conforms = conforms;
        (identities != IdentityConditions::default()).then(|| Box::new(identities))
    }

    fn scope<T>(
        &mut self,
        slot: Slot<'_, '_>,
        names: [&str; 2],
        read: impl Fn(&mut Self, Slot<'_, '_>) -> List<T>,
    ) -> Scope<T> {
        match self.object_or_empty(slot) {
            Fact::Known(Some(object)) => {
                let [include, exclude] = self.pick(object, names);
                let doubt = Self::stray(object, &names);
                Scope { doubt, is_written: true, include: read(self, include), exclude: read(self, exclude) }
            }
            Fact::Known(None) => Scope::default(),
            Fact::Unknown(reason) => Scope { doubt: Some(reason), ..Scope::default() },
        }
    }

    fn filter(&mut self, slot: Slot<'_, '_>) -> Fact<Option<Box<Filter>>> {
        let object = match self.object(slot) {
            Fact::Known(Some(object)) => object,
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(reason) => return Fact::Unknown(reason),
        };
        let [mode, rule] = self.pick(object, ["mode", "rule"]);
        if let Some(reason) = Self::stray(object, &["mode", "rule"]) {
            return Fact::Unknown(reason);
        }
        if rule.twice {
            return Fact::Unknown(Reason::Ambiguous);
        }
        let says_nothing = matches!(mode.node, None | Some(Node::Null));
        let mode = match self.word::<FilterMode>(mode) {
            Fact::Known(Some(mode)) => Fact::Known(mode),
            Fact::Known(None) => Fact::Unknown(Reason::Missing),
            Fact::Unknown(reason) => Fact::Unknown(reason),
        };
        match rule.node {
            Some(Node::String(text)) if !text.is_empty() => {
                Fact::Known(Some(Box::new(Filter::new(mode, text.as_ref()))))
            }
            // The Graph PowerShell SDK writes an object of nulls where there is no filter.
            None | Some(Node::Null | Node::String(_)) if says_nothing => Fact::Known(None),
            None | Some(Node::Null | Node::String(_)) => self.doubt(Reason::Missing),
            Some(Node::Untold(untold)) => Fact::Unknown(Reason::Untold(*untold)),
            Some(_) => self.doubt(Reason::WrongType),
        }
    }
}

/// Conditions that say something and are not modelled.
fn unmodelled(object: &Object<'_>) -> Vec<Opaque> {
    object
        .properties()
        .filter(|(key, node)| !node.is_void() && !MODELLED.iter().any(|name| name.eq_ignore_ascii_case(key)))
        .map(|(key, node)| Opaque {
            name: key.as_ref().into(),
            content: Digest::of(node),
            is_agent_risk: key.eq_ignore_ascii_case(AGENT_RISK),
        })
        .collect()
}

fn is_all(node: &Node<'_>) -> bool {
    node.as_array().is_some_and(|elements| elements.iter().all(|element| element.as_str() == Some("All")))
}

impl Conditions {
    pub(super) fn unknown(reason: Reason) -> Self {
        Self {
            doubt: Some(reason),
            users: Users { doubt: Some(reason), ..Users::default() },
            applications: Applications { doubt: Some(reason), ..Applications::default() },
            workload_identities: Fact::Known(false),
            identities: None,
            client_app_types: List::default(),
            sign_in_risk_levels: List::default(),
            user_risk_levels: List::default(),
            service_principal_risk_levels: List::default(),
            insider_risk_levels: List::default(),
            transfer_methods: List::default(),
            platforms: Scope::default(),
            locations: Scope::default(),
            device_filter: Fact::Known(None),
            opaque: Vec::new(),
        }
    }
}
