//! Nodes in Graph's vocabulary to the typed policy.
//!
//! Reading a policy and judging its form are two things. This file reads, and only notes *that* something is not as
//! the schema has it ([`Lowered::conforms`]); the schema room then says what. A tidy policy is thus never held against
//! the compiled schema. A property test holds the two together: what conforms here is valid there.

use super::strength::is_multifactor;
use super::{
    Applications, Conditions, Fact, Filter, FilterMode, GrantControl, GrantControls, Guests, Id, List, MembershipKind,
    Operator, Origin, Policy, Reason, Scope, State, Strength, Users, Words,
};
use crate::syntax::{Node, Object, is_annotation};

/// A policy and whether its form is beyond doubt.
#[derive(Debug)]
pub struct Lowered {
    /// The policy.
    pub policy: Policy,
    /// Nothing in it needs the schema's opinion.
    pub conforms: bool,
}

/// Reads a policy. Damage becomes [`Reason`]s, never an error.
#[must_use]
pub fn lower(node: &Node<'_>, origin: Origin) -> Lowered {
    let mut reader = Reader { conforms: true };
    let policy = reader.policy(node, origin);
    Lowered { policy, conforms: reader.conforms }
}

/// Reads an `authenticationStrengthPolicy` that stands by itself.
#[must_use]
pub fn lower_strength(node: &Node<'_>) -> Option<Strength> {
    let mut reader = Reader { conforms: true };
    node.as_object().and_then(|object| reader.strength_object(object))
}

/// A property's value and whether its key stands more than once.
#[derive(Clone, Copy, Default)]
struct Slot<'n, 'a> {
    node: Option<&'n Node<'a>>,
    twice: bool,
}

struct Reader {
    conforms: bool,
}

/// What can be read where Graph has an object.
type ObjectFact<'n, 'a> = Fact<Option<&'n Object<'a>>>;

impl Reader {
    /// Notes something the schema has an opinion on.
    fn odd<T>(&mut self, value: T) -> T {
        self.conforms = false;
        value
    }

    fn doubt<T>(&mut self, reason: Reason) -> Fact<T> {
        self.odd(Fact::Unknown(reason))
    }

    /// Picks properties out of an object. A key that is not asked for is odd.
    fn pick<'n, 'a, const N: usize>(&mut self, object: &'n Object<'a>, names: [&str; N]) -> [Slot<'n, 'a>; N] {
        let mut slots = [Slot::default(); N];
        for (key, node) in &object.members {
            let index = names
                .iter()
                .position(|name| name == key)
                .or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(key)));
            match index {
                Some(index) => {
                    slots[index].twice = slots[index].node.is_some();
                    slots[index].node.get_or_insert(node);
                    self.conforms &= !slots[index].twice;
                }
                None => self.conforms &= is_annotation(key),
            }
        }
        slots
    }

    fn policy(&mut self, node: &Node<'_>, origin: Origin) -> Policy {
        let empty = Object::default();
        let object = node.as_object().unwrap_or(&empty);
        let [id, display_name, state, conditions, grant, session, deleted, rest @ ..] = self.pick(
            object,
            [
                "id",
                "displayName",
                "state",
                "conditions",
                "grantControls",
                "sessionControls",
                "deletedDateTime",
                "description",
                "templateId",
                "createdDateTime",
                "modifiedDateTime",
                "partialEnablementStrategy",
            ],
        );
        self.optional_id(rest[1]);
        for slot in rest {
            self.conforms &= matches!(slot.node, None | Some(Node::Null | Node::String(_)));
        }
        let id = self.optional_id(id);
        let display_name = match display_name.node {
            Some(Node::String(name)) => Some(name.as_ref().into()),
            _ => self.odd(None),
        };
        let state = match self.word::<State>(state) {
            Fact::Known(Some(state)) => Fact::Known(state),
            Fact::Known(None) => self.doubt(Reason::Missing),
            Fact::Unknown(reason) => Fact::Unknown(reason),
        };
        let deleted = match deleted.node {
            None | Some(Node::Null) => false,
            Some(Node::String(date)) => !date.is_empty(),
            Some(_) => self.odd(true),
        };
        let conditions = match self.object(conditions) {
            Fact::Known(Some(object)) => self.conditions(object),
            Fact::Known(None) => {
                self.conforms = false;
                Conditions::unknown(Reason::Missing)
            }
            Fact::Unknown(reason) => Conditions::unknown(reason),
        };
        let grant = match self.object(grant) {
            Fact::Known(object) => self.grant(object),
            Fact::Unknown(reason) => GrantControls::unknown(reason),
        };
        if let Fact::Known(Some(session)) = self.object(session) {
            self.session(session);
        }
        Policy { origin, id, display_name, state, deleted, conditions, grant, contradicted: false }
    }

    fn conditions(&mut self, object: &Object<'_>) -> Conditions {
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
        ] = self.pick(
            object,
            [
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
            ],
        );
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
        let mut opaque: Vec<Box<str>> = object
            .properties()
            .filter(|(key, node)| !node.is_void() && !MODELLED.iter().any(|name| name.eq_ignore_ascii_case(key)))
            // What PowerShell adds to every object is no condition.
            .filter(|(key, _)| !key.eq_ignore_ascii_case("additionalProperties"))
            .map(|(key, _)| key.as_ref().into())
            .collect();
        let device_filter = match self.object(devices) {
            Fact::Known(None) => Fact::Known(None),
            Fact::Unknown(reason) => Fact::Unknown(reason),
            Fact::Known(Some(devices)) => {
                let [filter, states @ ..] = self.pick(
                    devices,
                    ["deviceFilter", "includeDevices", "excludeDevices", "includeDeviceStates", "excludeDeviceStates"],
                );
                if states.iter().any(|slot| slot.node.is_some()) {
                    self.conforms = false;
                }
                if states.iter().any(|slot| slot.node.is_some_and(|node| !node.is_void() && !is_all(node))) {
                    opaque.push("devices".into());
                }
                self.filter(filter)
            }
        };
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
            workload_identities: match self.object(client_applications) {
                Fact::Known(Some(object)) => self.client_applications(object),
                Fact::Known(None) => Fact::Known(false),
                Fact::Unknown(reason) => Fact::Unknown(reason),
            },
            client_app_types: self.words(client_app_types),
            sign_in_risk_levels: self.words(sign_in_risk),
            user_risk_levels: self.words(user_risk),
            service_principal_risk_levels: self.words(service_principal_risk),
            insider_risk_levels: self.flags(insider_risk),
            transfer_methods: match self.object(flows) {
                Fact::Known(Some(flows)) => {
                    let [methods] = self.pick(flows, ["transferMethods"]);
                    self.flags(methods)
                }
                Fact::Known(None) => List::default(),
                Fact::Unknown(reason) => List::unknown(reason),
            },
            platforms: self.scope(platforms, ["includePlatforms", "excludePlatforms"], |reader, slot| reader.words(slot)),
            locations: self.scope(locations, ["includeLocations", "excludeLocations"], |reader, slot| {
                reader.ids(slot, &["All", "AllTrusted"])
            }),
            device_filter,
            opaque,
        }
    }

    fn users(&mut self, object: &Object<'_>) -> Users {
        let [users, not_users, groups, not_groups, roles, not_roles, guests, not_guests] = self.pick(
            object,
            [
                "includeUsers",
                "excludeUsers",
                "includeGroups",
                "excludeGroups",
                "includeRoles",
                "excludeRoles",
                "includeGuestsOrExternalUsers",
                "excludeGuestsOrExternalUsers",
            ],
        );
        Users {
            doubt: None,
            include_users: self.ids(users, &["All", "None", "GuestsOrExternalUsers", "AllAgentIdUsers"]),
            exclude_users: self.ids(not_users, &["GuestsOrExternalUsers"]),
            include_groups: self.ids(groups, &[]),
            exclude_groups: self.ids(not_groups, &[]),
            include_roles: self.ids(roles, &[]),
            exclude_roles: self.ids(not_roles, &[]),
            include_guests: self.guests(guests),
            exclude_guests: self.guests(not_guests),
        }
    }

    fn guests(&mut self, slot: Slot<'_, '_>) -> Fact<Option<Guests>> {
        let object = match self.object(slot) {
            Fact::Known(Some(object)) => object,
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(reason) => return Fact::Unknown(reason),
        };
        let [types, tenants] = self.pick(object, ["guestOrExternalUserTypes", "externalTenants"]);
        let types = self.flags(types);
        let tenants = match self.object(tenants) {
            // Graph allows null, and its own templates use it: no restriction.
            Fact::Known(None) => None,
            Fact::Unknown(reason) => Some(List::unknown(reason)),
            Fact::Known(Some(object)) => {
                let [kind, members] = self.pick(object, ["membershipKind", "members"]);
                let members = self.ids(members, &[]);
                match self.word(kind) {
                    Fact::Known(Some(MembershipKind::All)) => None,
                    // The Graph PowerShell SDK loses the members.
                    Fact::Known(Some(MembershipKind::Enumerated)) if members.is_empty() => {
                        Some(List::unknown(Reason::Missing))
                    }
                    Fact::Known(Some(MembershipKind::Enumerated)) => Some(members),
                    Fact::Known(None) if members.is_empty() => None,
                    Fact::Known(None) => Some(members),
                    Fact::Unknown(reason) => Some(List::unknown(reason)),
                }
            }
        };
        Fact::Known((!types.is_empty()).then_some(Guests { types, tenants }))
    }

    fn applications(&mut self, object: &Object<'_>) -> Applications {
        let [include, exclude, actions, contexts, filter] = self.pick(
            object,
            [
                "includeApplications",
                "excludeApplications",
                "includeUserActions",
                "includeAuthenticationContextClassReferences",
                "applicationFilter",
            ],
        );
        let suites = ["All", "None", "Office365", "MicrosoftAdminPortals", "AllAgentIdResources"];
        Applications {
            doubt: None,
            include: self.ids(include, &suites),
            exclude: self.ids(exclude, &suites[2..]),
            user_actions: self.ids(actions, &["urn:user:registersecurityinfo", "urn:user:registerdevice"]),
            authentication_contexts: self.ids(contexts, &[]),
            filter: self.filter(filter),
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

    fn scope<T>(
        &mut self,
        slot: Slot<'_, '_>,
        names: [&str; 2],
        read: impl Fn(&mut Self, Slot<'_, '_>) -> List<T>,
    ) -> Scope<T> {
        match self.object(slot) {
            Fact::Known(Some(object)) => {
                let [include, exclude] = self.pick(object, names);
                Scope { doubt: None, include: read(self, include), exclude: read(self, exclude) }
            }
            Fact::Known(None) => Scope::default(),
            Fact::Unknown(reason) => Scope { doubt: Some(reason), ..Scope::default() },
        }
    }

    fn filter(&mut self, slot: Slot<'_, '_>) -> Fact<Option<Filter>> {
        let object = match self.object(slot) {
            Fact::Known(Some(object)) => object,
            Fact::Known(None) => return Fact::Known(None),
            Fact::Unknown(reason) => return Fact::Unknown(reason),
        };
        let [mode, rule] = self.pick(object, ["mode", "rule"]);
        let mode = match self.word::<FilterMode>(mode) {
            Fact::Known(Some(mode)) => Fact::Known(mode),
            Fact::Known(None) => Fact::Unknown(Reason::Missing),
            Fact::Unknown(reason) => Fact::Unknown(reason),
        };
        match rule.node {
            Some(Node::String(text)) if !text.is_empty() => Fact::Known(Some(Filter { mode, rule: text.as_ref().into() })),
            None | Some(Node::Null) => Fact::Known(None),
            Some(Node::String(_)) => Fact::Known(None),
            Some(_) => self.doubt(Reason::WrongType),
        }
    }

    fn grant(&mut self, object: Option<&Object<'_>>) -> GrantControls {
        let Some(object) = object else { return GrantControls::default() };
        let [operator, built_in, custom, terms_of_use, strength] = self.pick(
            object,
            ["operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength"],
        );
        let bound = object.members.iter().any(|(key, _)| key.eq_ignore_ascii_case("authenticationStrength@odata.bind"));
        GrantControls {
            doubt: None,
            operator: self.word::<Operator>(operator),
            built_in: self.words::<GrantControl>(built_in),
            custom: self.texts(custom),
            terms_of_use: self.ids(terms_of_use, &[]),
            strength: match self.object(strength) {
                Fact::Known(Some(object)) => Fact::Known(self.strength_object(object)),
                // The service has been seen to ignore the reference and to keep the policy without any control.
                Fact::Known(None) if bound => self.doubt(Reason::Unrecognised),
                Fact::Known(None) => Fact::Known(None),
                Fact::Unknown(reason) => Fact::Unknown(reason),
            },
        }
    }

    /// None for the object full of nulls that the Graph PowerShell SDK writes where there is no strength.
    fn strength_object(&mut self, object: &Object<'_>) -> Option<Strength> {
        let [id, requirements, combinations, configurations, rest @ ..] = self.pick(
            object,
            [
                "id",
                "requirementsSatisfied",
                "allowedCombinations",
                "combinationConfigurations",
                "displayName",
                "description",
                "policyType",
                "createdDateTime",
                "modifiedDateTime",
            ],
        );
        let void = Node::Object(object.clone()).is_void();
        self.conforms &= matches!(configurations.node, None | Some(Node::Null)) || configurations.node.is_some_and(Node::is_void);
        self.conforms &= rest[..2].iter().chain(&rest[3..]).all(|slot| matches!(slot.node, None | Some(Node::Null | Node::String(_))));
        self.conforms &= match rest[2].node {
            None | Some(Node::Null) => true,
            Some(Node::String(kind)) => kind == "builtIn" || kind == "custom",
            Some(_) => false,
        };
        let requirements_satisfied_mfa = match requirements.node {
            None | Some(Node::Null) => Fact::Known(None),
            Some(_) if requirements.twice => Fact::Unknown(Reason::Ambiguous),
            Some(Node::String(text)) => match text.as_ref() {
                "mfa" => Fact::Known(Some(true)),
                "none" => Fact::Known(Some(false)),
                "" => Fact::Known(None),
                other if other.eq_ignore_ascii_case("mfa") => self.odd(Fact::Known(Some(true))),
                other if other.eq_ignore_ascii_case("none") => self.odd(Fact::Known(Some(false))),
                _ => self.doubt(Reason::Unrecognised),
            },
            Some(_) => self.doubt(Reason::WrongType),
        };
        let combinations = self.list(combinations, |reader, text| match is_multifactor(text) {
            Some(multifactor) => {
                reader.conforms &= !text.contains(char::is_whitespace) && text.split(',').all(|word| !word.is_empty());
                Fact::Known(multifactor)
            }
            None => reader.doubt(Reason::Unrecognised),
        });
        (!void).then(|| Strength {
            id: id.node.and_then(Node::as_str).map(|text| {
                let last = text.rsplit('/').next().unwrap_or(text);
                let id = Id::new(last);
                self.conforms &= id.guid().is_some() && last.len() == text.len();
                id
            }),
            requirements_satisfied_mfa,
            combinations,
        })
    }

    /// Session controls grant nothing and demand no MFA; only their form is looked at.
    fn session(&mut self, object: &Object<'_>) {
        let [resilience, nested @ ..] = self.pick(
            object,
            [
                "disableResilienceDefaults",
                "applicationEnforcedRestrictions",
                "cloudAppSecurity",
                "persistentBrowser",
                "signInFrequency",
                "secureSignInSession",
                "continuousAccessEvaluation",
            ],
        );
        self.conforms &= matches!(resilience.node, None | Some(Node::Null | Node::Bool(_)));
        for slot in nested {
            let Fact::Known(Some(control)) = self.object(slot) else { continue };
            for (key, node) in control.properties() {
                self.conforms &= match (key.as_ref(), node) {
                    (_, Node::Null) | ("isEnabled", Node::Bool(_)) => true,
                    ("value", Node::Number(number)) => number.is_i64(),
                    (key, Node::String(word)) => SESSION_WORDS.iter().any(|(name, words)| *name == key && words.contains(&word.as_ref())),
                    _ => false,
                };
            }
        }
    }

    /// What stands where Graph has an object. `null` and `[]` are none.
    fn object<'n, 'a>(&mut self, slot: Slot<'n, 'a>) -> ObjectFact<'n, 'a> {
        match slot.node {
            _ if slot.twice => Fact::Unknown(Reason::Ambiguous),
            None | Some(Node::Null) => Fact::Known(None),
            Some(Node::Object(object)) => Fact::Known(Some(object)),
            Some(Node::Array(elements)) if elements.is_empty() => self.odd(Fact::Known(None)),
            Some(Node::String(_)) => self.doubt(Reason::Truncated),
            Some(_) => self.doubt(Reason::WrongType),
        }
    }

    fn optional_id(&mut self, slot: Slot<'_, '_>) -> Option<Id> {
        match slot.node {
            None | Some(Node::Null) => None,
            Some(Node::String(text)) if !text.is_empty() => {
                let id = Id::new(text);
                self.conforms &= id.guid().is_some();
                Some(id)
            }
            Some(_) => self.odd(None),
        }
    }

    /// A collection of strings.
    fn list<T>(&mut self, slot: Slot<'_, '_>, mut read: impl FnMut(&mut Self, &str) -> Fact<T>) -> List<T> {
        match slot.node {
            _ if slot.twice => List::unknown(Reason::Ambiguous),
            None | Some(Node::Null) => List::default(),
            Some(Node::Array(elements)) => List {
                items: elements
                    .iter()
                    .map(|element| match element {
                        Node::String(text) => read(self, text),
                        _ => self.doubt(Reason::WrongType),
                    })
                    .collect(),
                doubt: None,
            },
            // ConvertTo-Json at its depth joins a list with spaces; an exporter that unrolls a list of one writes its element.
            Some(Node::String(text)) if is_truncated(text) => self.odd(List::unknown(Reason::Truncated)),
            Some(Node::String(text)) => {
                self.conforms = false;
                List { items: Box::new([read(self, text)]), doubt: None }
            }
            Some(_) => self.odd(List::unknown(Reason::WrongType)),
        }
    }

    fn ids(&mut self, slot: Slot<'_, '_>, literals: &[&str]) -> List<Id> {
        self.list(slot, |reader, text| {
            let id = Id::new(text);
            reader.conforms &= id.guid().is_some() || literals.contains(&text);
            Fact::Known(id)
        })
    }

    fn texts(&mut self, slot: Slot<'_, '_>) -> List<Id> {
        self.list(slot, |_, text| Fact::Known(Id::new(text)))
    }

    fn word<W: Words>(&mut self, slot: Slot<'_, '_>) -> Fact<Option<W>> {
        match slot.node {
            _ if slot.twice => Fact::Unknown(Reason::Ambiguous),
            None => Fact::Known(None),
            Some(Node::Null) => Fact::Known(None),
            Some(Node::String(text)) => match self.member(text) {
                Fact::Known(word) => Fact::Known(Some(word)),
                Fact::Unknown(reason) => Fact::Unknown(reason),
            },
            Some(_) => self.doubt(Reason::WrongType),
        }
    }

    fn words<W: Words>(&mut self, slot: Slot<'_, '_>) -> List<W> {
        self.list(slot, |reader, text| reader.member(text))
    }

    /// A flags enumeration: Graph writes one comma-separated string, some exporters a list.
    fn flags<W: Words>(&mut self, slot: Slot<'_, '_>) -> List<W> {
        match slot.node {
            Some(Node::String(text)) if !slot.twice => {
                self.conforms &= !text.contains(char::is_whitespace) && text.split(',').all(|word| !word.is_empty() || text.is_empty());
                let mut items = Vec::new();
                for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                    if word == "none" {
                        // No bit set; not every flags enumeration names it, which is for the schema to say.
                        self.conforms = false;
                    } else {
                        items.push(self.member(word));
                    }
                }
                List { items: items.into(), doubt: None }
            }
            _ => self.words(slot),
        }
    }

    fn member<W: Words>(&mut self, text: &str) -> Fact<W> {
        let members = || W::WORDS.iter().filter(|(word, _)| !W::NOT_IN_POLICIES.contains(word));
        if let Some((_, word)) = members().find(|(word, _)| *word == text) {
            return Fact::Known(*word);
        }
        self.conforms = false;
        if let Some((_, word)) = members().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            return Fact::Known(*word);
        }
        Fact::Unknown(if text == "unknownFutureValue" {
            Reason::Hidden
        } else if super::Placeholder::of(text).is_some() {
            Reason::Placeholder
        } else {
            Reason::Unrecognised
        })
    }
}

/// Words of session controls, all enumerations of Graph.
const SESSION_WORDS: [(&str, &[&str]); 5] = [
    ("cloudAppSecurityType", &["mcasConfigured", "monitorOnly", "blockDownloads"]),
    ("mode", &["always", "never", "strictEnforcement", "disabled", "strictLocation"]),
    ("type", &["days", "hours"]),
    ("authenticationType", &["primaryAndSecondaryAuthentication", "secondaryAuthentication"]),
    ("frequencyInterval", &["timeBased", "everyTime"]),
];

/// Whether a string in a collection's place is what `ConvertTo-Json` leaves at its depth.
pub(crate) fn is_truncated(text: &str) -> bool {
    text.trim().is_empty() || text.contains(char::is_whitespace) || is_type_name(text)
}

/// Whether a string is the name of a .NET type or PowerShell's rendering of an object.
pub(crate) fn is_type_name(text: &str) -> bool {
    ["System.", "Microsoft.Graph.", "Microsoft.Open.", "class ConditionalAccess"].iter().any(|prefix| text.starts_with(prefix))
        || (text.starts_with("@{") && text.ends_with('}'))
}

fn is_all(node: &Node<'_>) -> bool {
    node.as_array().is_some_and(|elements| elements.iter().all(|element| element.as_str() == Some("All")))
}

impl Conditions {
    fn unknown(reason: Reason) -> Self {
        Self {
            doubt: Some(reason),
            users: Users::default(),
            applications: Applications::default(),
            workload_identities: Fact::Known(false),
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

impl Default for GrantControls {
    fn default() -> Self {
        Self {
            doubt: None,
            operator: Fact::Known(None),
            built_in: List::default(),
            custom: List::default(),
            terms_of_use: List::default(),
            strength: Fact::Known(None),
        }
    }
}

impl GrantControls {
    fn unknown(reason: Reason) -> Self {
        Self { doubt: Some(reason), ..Self::default() }
    }
}
