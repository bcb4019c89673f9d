//! The space of all sign-ins that a requirement is about: a term for everything that some policy of the tenant can tell
//! apart, and the clauses that say which terms can be true together.
//!
//! Every term is false of what an attacker tries first, so the true terms of a sign-in are what it departs in.

mod possible;

use super::device;
use super::doubt::{Doubt, Side};
use super::formula::{Formula, Term};
use super::listed::Listed;
use super::verdict::{Coordinate, PrincipalKind};
use super::work::{OF_A_CONTROL, Work};
use crate::catalog::Suite;
use crate::policy::{
    ClientAppType, Comparison, Fact, INTUNE, Id, InsiderRiskLevel, List, Platform, Policy, Property, RiskLevel, Test,
    TransferMethod, UserType, needs_managed_device,
};
use crate::requirement::{Identities, Principal, Requirement, Resource};
use crate::signin::{AppFact, At, Cause, Device, SignIn, View, Why};
use crate::tenant::{NamedLocation, Tenant};
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Home tenant of an external user where no policy names one.
const SOME_TENANT: &str = "99999999-9999-4999-8999-999999999999";

/// Tenants as people have them come to a few hundred.
const MOST_TERMS: usize = 10_000;

pub(crate) const CLIENTS: [ClientAppType; 4] = [
    ClientAppType::MobileAppsAndDesktopClients,
    ClientAppType::Browser,
    ClientAppType::ExchangeActiveSync,
    ClientAppType::Other,
];
const PLATFORMS: [Platform; 7] = [
    Platform::Unknown,
    Platform::Linux,
    Platform::Windows,
    Platform::MacOs,
    Platform::Android,
    Platform::Ios,
    Platform::WindowsPhone,
];
const RISKS: [RiskLevel; 4] = [RiskLevel::None, RiskLevel::Low, RiskLevel::Medium, RiskLevel::High];
const INSIDER_RISKS: [InsiderRiskLevel; 4] =
    [InsiderRiskLevel::None, InsiderRiskLevel::Minor, InsiderRiskLevel::Moderate, InsiderRiskLevel::Elevated];
const FLOWS: [TransferMethod; 3] =
    [TransferMethod::None, TransferMethod::DeviceCodeFlow, TransferMethod::AuthenticationTransfer];
const TYPES: [UserType; 7] = [
    UserType::Member,
    UserType::B2bCollaborationGuest,
    UserType::InternalGuest,
    UserType::B2bCollaborationMember,
    UserType::OtherExternalUser,
    UserType::ServiceProvider,
    UserType::B2bDirectConnectUser,
];

/// What a term says of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Meaning {
    User(Id),
    /// The user is one that the directory lists.
    Listed,
    Group(Id),
    Role(Id),
    Type(UserType),
    ExternalTenant(Id),
    Resource(Resource),
    /// Something of the app that the files do not tell.
    App(AppFact),
    Client(ClientAppType),
    Platform(Platform),
    Location(Id),
    /// The same where the tenant after a change defines the location otherwise.
    LocationAfter(Id),
    /// The address is trusted.
    Trusted,
    /// The device is registered.
    Registered,
    /// An attribute of the device fulfils this; the value in lower case.
    Device(&'static str, Test, Box<str>),
    /// An expression that cannot be interpreted is true.
    Opaque(Box<str>),
    SignInRisk(RiskLevel),
    UserRisk(RiskLevel),
    InsiderRisk(InsiderRiskLevel),
    Flow(TransferMethod),
    /// Something unknown is so.
    Doubt(Doubt),
}

/// What a term says of who signs in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trait<'s> {
    /// One whom the directory lists.
    Listed,
    /// It is this user.
    User(&'s Id),
    /// A member of this group.
    Group(&'s Id),
    /// A holder of this role.
    Role(&'s Id),
    /// A user of this type.
    Type(UserType),
    /// From some home tenant.
    ExternalTenant,
}

/// The terms of a tenant.
pub(crate) struct Space<'t> {
    pub(crate) view: View<'t>,
    /// The tenant that the view's tenant is compared with.
    after: Option<&'t Tenant>,
    /// Whether the users of the directory are told from others.
    tells_people_apart: bool,
    /// Policies that depend on something unknown, with the places that say so.
    doubts: Vec<(Term, (Side, usize), Cause)>,
    /// What an attacker tries first.
    pub(crate) first: SignIn,
    /// Every resource that policies can tell apart.
    pub(crate) resources: Vec<Resource>,
    clients: Vec<ClientAppType>,
    terms: Vec<Meaning>,
    index: foldhash::HashMap<Meaning, Term>,
    /// The comparisons with devices as they are spelt.
    comparisons: Vec<(Term, Comparison)>,
    undefined_locations: OnceCell<BTreeSet<Id>>,
    named: OnceCell<Named>,
    /// Where principals stand in the lists of the policies of the view's tenant.
    listed: Rc<OnceCell<Listed<'t>>>,
    /// What the questions about it may cost, all together.
    pub(crate) work: Work,
}

/// Ids that policies and the requirement name.
#[derive(Default)]
pub(crate) struct Named {
    pub(crate) users: BTreeSet<Id>,
    pub(crate) roles: BTreeSet<Id>,
    pub(crate) tenants: BTreeSet<Id>,
}

impl Named {
    fn by<'p>(requirement: &Requirement, policies: impl Iterator<Item = &'p Policy>) -> Self {
        let mut named = Self::default();
        for principal in &requirement.users {
            match principal {
                Principal::User(id) => _ = named.users.insert(id.clone()),
                Principal::Role(id) => _ = named.roles.insert(id.clone()),
                Principal::Group(_) | Principal::Guests(_) | Principal::Members => {}
            }
        }
        let kind = PrincipalKind::of_one(requirement.identities);
        for policy in policies {
            let users = &policy.conditions.users;
            let ids = |list: &'_ List<Id>| list.known().map(|(_, id)| id.clone()).collect::<Vec<_>>();
            named.users.extend([kind.included_by(policy), kind.excluded_by(policy)].into_iter().flat_map(ids));
            named.roles.extend([&users.include_roles, &users.exclude_roles].into_iter().flat_map(ids));
            let guests = [&users.include_guests, &users.exclude_guests]
                .into_iter()
                .filter_map(|guests| guests.known()?.as_ref());
            named.tenants.extend(guests.filter_map(|guests| guests.tenants.as_ref()).flat_map(ids));
        }
        named
    }
}

impl<'t> Space<'t> {
    pub(crate) fn new(view: View<'t>) -> Self {
        Self::of(view, None)
    }

    /// The space of a tenant in which the users of its directory are told from others.
    pub(crate) fn with_people(view: View<'t>) -> Self {
        let is_about_users = view.requirement.identities == Identities::Users;
        Self { tells_people_apart: is_about_users && !view.tenant.directory.is_empty(), ..Self::new(view) }
    }

    /// The same with what is known of the tenant, whatever is required.
    pub(super) fn sharing(self, listed: &Rc<OnceCell<Listed<'t>>>) -> Self {
        Self { listed: Rc::clone(listed), ..self }
    }

    /// Where principals stand in the lists of the policies of the view's tenant.
    pub(super) fn listed(&self) -> &Listed<'t> {
        self.listed.get_or_init(|| Listed::of(self.view.tenant))
    }

    /// Whether the users of the directory are told from others.
    pub(crate) fn tells_people_apart(&self) -> bool {
        self.tells_people_apart
    }

    /// Whether somebody is in a group that a policy includes, where a member to come is taken for one if `generous`. Of a
    /// group that the files do not know, everybody may be a member.
    pub(crate) fn included_member(&mut self, group: &Id, generous: bool) -> Formula {
        let tenant = self.view.tenant;
        let is_known =
            self.tells_people_apart && group.guid().is_some_and(|group| tenant.people.whole.groups.contains(&group));
        if !is_known {
            return if generous { Formula::Always } else { self.is(Meaning::Group(group.clone())) };
        }
        let member = self.is(Meaning::Group(group.clone()));
        if generous || (tenant.directory.lists_every_user() && self.view.assumptions.directory_is_complete) {
            return Formula::any([member, self.is(Meaning::Listed).not()]);
        }
        member
    }

    /// The space of two tenants: what either of them tells apart.
    pub(crate) fn of_both(before: View<'t>, after: &'t Tenant) -> Self {
        Self::of(before, Some(after))
    }

    fn of(view: View<'t>, after: Option<&'t Tenant>) -> Self {
        let requirement = view.requirement;
        let policies: Vec<&Policy> =
            view.tenant.policies.iter().chain(after.iter().flat_map(|after| &after.policies)).collect();
        let resources = resources(requirement, &policies);
        let mut clients: Vec<ClientAppType> =
            CLIENTS.into_iter().filter(|client| requirement.clients.contains(client)).collect();
        let are_modern = ClientAppType::MODERN.iter().all(|modern| clients.contains(modern));
        if !view.assumptions.modern_clients_only && are_modern {
            clients = CLIENTS.to_vec();
        }
        let first = SignIn {
            client_app: clients.first().copied().unwrap_or(ClientAppType::MobileAppsAndDesktopClients),
            platform: allowed(&PLATFORMS, &requirement.platforms)[0],
            flow: allowed(&FLOWS, &requirement.flows)[0],
            sign_in_risk: allowed(&RISKS, &requirement.sign_in_risk)[0],
            user_risk: allowed(&RISKS, &requirement.user_risk)[0],
            insider_risk: allowed(&INSIDER_RISKS, &requirement.insider_risk)[0],
            identities: requirement.identities,
            ..SignIn::attacker(resources.first().cloned().unwrap_or(Resource::Other))
        };
        let (terms, index, comparisons) = (Vec::new(), foldhash::HashMap::default(), Vec::new());
        let undefined_locations = OnceCell::new();
        let named = OnceCell::new();
        let doubts = Vec::new();
        let tells_people_apart = false;
        Self {
            view,
            after,
            tells_people_apart,
            doubts,
            first,
            resources,
            clients,
            terms,
            index,
            comparisons,
            undefined_locations,
            named,
            listed: Rc::default(),
            work: Work::of(OF_A_CONTROL),
        }
    }

    /// One of the tenants.
    pub(crate) fn tenant(&self, side: Side) -> &'t Tenant {
        match side {
            Side::Before => self.view.tenant,
            Side::After => self.after.unwrap_or(self.view.tenant),
        }
    }

    fn policies(&self) -> impl Iterator<Item = &'t Policy> {
        self.view.tenant.policies.iter().chain(self.after.into_iter().flat_map(|after| &after.policies))
    }

    /// What the files say of a named location. What only one of the tenants defines holds for both.
    fn named_location(&self, side: Side, id: &Id) -> Option<&'t NamedLocation> {
        let of = |side| self.tenant(side).companions.named_locations.get(id);
        of(side).or_else(|| of(side.other()))
    }

    fn is_trusted_location(&self, side: Side, id: &Id) -> Option<bool> {
        let is_trusted = |side| self.tenant(side).is_trusted_location(id);
        is_trusted(side).or_else(|| is_trusted(side.other()))
    }

    /// Whether the tenants define a named location differently.
    pub(crate) fn is_redefined(&self, id: &Id) -> bool {
        self.after.is_some_and(|after| {
            let (before, after) = (&self.view.tenant.companions, &after.companions);
            match (before.named_locations.get(id), after.named_locations.get(id)) {
                (Some(before), Some(after)) => before != after,
                (Some(_) | None, _) => false,
            }
        })
    }

    /// Whether the address is in a named location.
    pub(crate) fn location(&mut self, side: Side, id: &Id) -> Formula {
        match side {
            Side::After if self.is_redefined(id) => self.is(Meaning::LocationAfter(id.clone())),
            Side::Before | Side::After => self.is(Meaning::Location(id.clone())),
        }
    }

    /// Whether the address is trusted. `Meaning::Trusted` is about all locations but those that the tenants define
    /// differently.
    pub(crate) fn trusted(&mut self, side: Side) -> Formula {
        let trusted = self.is(Meaning::Trusted);
        if self.after.is_none() {
            return trusted;
        }
        let redefined: Vec<Id> = self.redefined_locations().cloned().collect();
        if !redefined.is_empty() {
            // An address that such a location holds may be in another one that is trusted, whether a policy names it or not.
            let tenants = Side::ALL.map(|side| self.tenant(side));
            for id in tenants.iter().flat_map(|tenant| tenant.companions.named_locations.keys()) {
                if !self.is_redefined(id) && self.is_trusted_location(Side::Before, id) == Some(true) {
                    self.term(Meaning::Location(id.clone()));
                }
            }
        }
        let mut any = vec![trusted];
        for id in redefined {
            if self.is_trusted_location(side, &id) == Some(true) {
                any.push(self.location(side, &id));
            }
        }
        Formula::any(any)
    }

    /// Named locations that the tenants define differently.
    pub(crate) fn redefined_locations(&self) -> impl Iterator<Item = &'t Id> {
        self.view.tenant.companions.named_locations.keys().filter(|id| self.is_redefined(id))
    }

    /// Whether something unknown is so. A policy depends on it at a place.
    pub(crate) fn doubt(&mut self, doubt: Doubt, policy: (Side, usize), cause: Cause) -> Formula {
        let term = self.term(Meaning::Doubt(doubt));
        self.doubts.push((term, policy, cause));
        Formula::Is(term)
    }

    /// Whether security defaults are on, where files contradict each other.
    pub(crate) fn contradicted_defaults(&mut self) -> Formula {
        self.is(Meaning::Doubt(Doubt::Undocumented("security-defaults")))
    }

    /// The same of a property that is not understood.
    pub(crate) fn unknown(&mut self, (side, index): (Side, usize), property: Property, why: Why) -> Formula {
        let policy = self.tenant(side).policies.get(index);
        let doubt = policy.and_then(|policy| Doubt::of(policy, property));
        let cause = Cause { at: At::property(property), why };
        self.doubt(doubt.unwrap_or(Doubt::OfPolicy(side, index, property)), (side, index), cause)
    }

    /// Whether a term is about something that is not known, and is the same for all sign-ins.
    pub(crate) fn is_doubt(&self, term: Term) -> bool {
        match self.meaning(term) {
            Meaning::Doubt(_) | Meaning::App(_) | Meaning::Opaque(_) => true,
            Meaning::User(_)
            | Meaning::Listed
            | Meaning::Group(_)
            | Meaning::Role(_)
            | Meaning::Type(_)
            | Meaning::ExternalTenant(_)
            | Meaning::Resource(_)
            | Meaning::Client(_)
            | Meaning::Platform(_)
            | Meaning::Location(_)
            | Meaning::LocationAfter(_)
            | Meaning::Trusted
            | Meaning::Registered
            | Meaning::Device(..)
            | Meaning::SignInRisk(_)
            | Meaning::UserRisk(_)
            | Meaning::InsiderRisk(_)
            | Meaning::Flow(_) => false,
        }
    }

    /// What a term says of who signs in, if it does.
    pub(crate) fn trait_of(&self, term: Term) -> Option<Trait<'_>> {
        match self.meaning(term) {
            Meaning::Listed => Some(Trait::Listed),
            Meaning::User(id) => Some(Trait::User(id)),
            Meaning::Group(id) => Some(Trait::Group(id)),
            Meaning::Role(id) => Some(Trait::Role(id)),
            Meaning::Type(kind) => Some(Trait::Type(*kind)),
            Meaning::ExternalTenant(_) => Some(Trait::ExternalTenant),
            Meaning::Resource(_)
            | Meaning::App(_)
            | Meaning::Client(_)
            | Meaning::Platform(_)
            | Meaning::Location(_)
            | Meaning::LocationAfter(_)
            | Meaning::Trusted
            | Meaning::Registered
            | Meaning::Device(..)
            | Meaning::Opaque(_)
            | Meaning::SignInRisk(_)
            | Meaning::UserRisk(_)
            | Meaning::InsiderRisk(_)
            | Meaning::Flow(_)
            | Meaning::Doubt(_) => None,
        }
    }

    /// The places that depend on something unknown.
    pub(crate) fn depending(&self, term: Term) -> impl Iterator<Item = ((Side, usize), Cause)> {
        self.doubts.iter().filter(move |(known, ..)| *known == term).map(|(_, policy, cause)| (*policy, *cause))
    }

    /// Apps that policies name, and of which it is not known whether they are in the suite that the requirement is about.
    pub(crate) fn perhaps_of_suite(&self) -> Vec<(Resource, Suite)> {
        let asked = &self.view.requirement.resources;
        if asked.iter().all(|asked| !matches!(asked, Resource::OfSuite(_))) {
            return Vec::new();
        }
        let suite_of = |resource: &Resource| {
            let Resource::App(app) = resource else { return None };
            let suite = asked.iter().find_map(|asked| match asked {
                Resource::OfSuite(suite) => suite.holds(app).is_none().then_some(*suite),
                Resource::Every
                | Resource::App(_)
                | Resource::Other
                | Resource::UserAction(_)
                | Resource::AuthenticationContext(_) => None,
            });
            suite.filter(|_| !asked.contains(resource) && !asked.contains(&Resource::Every))
        };
        self.resources.iter().filter_map(|resource| Some((resource.clone(), suite_of(resource)?))).collect()
    }

    /// Ids that policies and the requirement name.
    pub(crate) fn named(&self) -> &Named {
        self.named.get_or_init(|| Named::by(self.view.requirement, self.policies()))
    }

    /// Named locations that policies name, of which the files do not say whether they are trusted.
    pub(crate) fn undefined_locations(&self) -> &BTreeSet<Id> {
        self.undefined_locations.get_or_init(|| {
            let scopes = self.view.tenant.policies.iter().map(|policy| &policy.conditions.locations);
            let named = scopes.flat_map(|scope| scope.include.known().chain(scope.exclude.known())).map(|(_, id)| id);
            let undefined =
                |id: &&Id| !id.is("All") && !id.is("AllTrusted") && self.view.tenant.is_trusted_location(id).is_none();
            named.filter(undefined).cloned().collect()
        })
    }

    /// Named locations that policies name, of which the files do not say whether they are the compliant network.
    pub(crate) fn perhaps_compliant_network(&self) -> BTreeSet<Id> {
        let scopes = self.policies().map(|policy| &policy.conditions.locations);
        let named = scopes.flat_map(|scope| scope.include.known().chain(scope.exclude.known())).map(|(_, id)| id);
        let is_unknown =
            |id: &&Id| !id.is("All") && !id.is("AllTrusted") && self.view.tenant.is_compliant_network(id).is_none();
        named.filter(is_unknown).cloned().collect()
    }

    /// Whether policies tell so much apart that a search would take longer than anybody waits. Its time grows with the
    /// square of the terms.
    pub(crate) fn has_too_many_terms(&self) -> bool {
        self.terms.len() > MOST_TERMS
    }

    fn term(&mut self, meaning: Meaning) -> Term {
        let Self { index, terms, .. } = self;
        *index.entry(meaning).or_insert_with_key(|meaning| {
            terms.push(meaning.clone());
            Term(terms.len() - 1)
        })
    }

    pub(crate) fn is(&mut self, meaning: Meaning) -> Formula {
        Formula::Is(self.term(meaning))
    }

    /// Whether one of these is meant.
    pub(crate) fn is_any(&mut self, ids: impl IntoIterator<Item = Id>, meaning: fn(Id) -> Meaning) -> Formula {
        let terms: Vec<Formula> = ids.into_iter().map(|id| self.is(meaning(id))).collect();
        Formula::any(terms)
    }

    /// Whether a coordinate has a value, where `first` is what an attacker tries first and false terms mean just that.
    fn equals<T: Copy + PartialEq>(&mut self, domain: &[T], first: T, value: T, meaning: fn(T) -> Meaning) -> Formula {
        if value != first {
            return if domain.contains(&value) { self.is(meaning(value)) } else { Formula::Never };
        }
        let others: Vec<Formula> =
            domain.iter().filter(|other| **other != first).map(|other| self.is(meaning(*other)).not()).collect();
        Formula::all(others)
    }

    pub(crate) fn client(&mut self, value: ClientAppType) -> Formula {
        let domain = self.clients.clone();
        self.equals(&domain, self.first.client_app, value, Meaning::Client)
    }

    pub(crate) fn user_type(&mut self, value: UserType) -> Formula {
        match self.view.requirement.identities {
            Identities::Users => self.equals(&TYPES, UserType::Member, value, Meaning::Type),
            Identities::AgentUsers | Identities::ServicePrincipals | Identities::AgentIdentities => {
                Formula::constant(value == UserType::Member)
            }
        }
    }

    pub(crate) fn is_guest(&mut self) -> Formula {
        self.user_type(UserType::Member).not()
    }

    pub(crate) fn platform(&mut self, value: Platform) -> Formula {
        let domain = allowed(&PLATFORMS, &self.view.requirement.platforms);
        self.equals(&domain, self.first.platform, value, Meaning::Platform)
    }

    pub(crate) fn sign_in_risk(&mut self, value: RiskLevel) -> Formula {
        let domain = allowed(&RISKS, &self.view.requirement.sign_in_risk);
        self.equals(&domain, self.first.sign_in_risk, value, Meaning::SignInRisk)
    }

    pub(crate) fn user_risk(&mut self, value: RiskLevel) -> Formula {
        let domain = allowed(&RISKS, &self.view.requirement.user_risk);
        self.equals(&domain, self.first.user_risk, value, Meaning::UserRisk)
    }

    pub(crate) fn insider_risk(&mut self, value: InsiderRiskLevel) -> Formula {
        let domain = allowed(&INSIDER_RISKS, &self.view.requirement.insider_risk);
        self.equals(&domain, self.first.insider_risk, value, Meaning::InsiderRisk)
    }

    pub(crate) fn flow(&mut self, value: TransferMethod) -> Formula {
        let domain = allowed(&FLOWS, &self.view.requirement.flows);
        self.equals(&domain, self.first.flow, value, Meaning::Flow)
    }

    pub(crate) fn resource(&mut self, value: &Resource) -> Formula {
        if *value != self.first.resource {
            return self.is(Meaning::Resource(value.clone()));
        }
        let others: Vec<Resource> = self.resources.iter().filter(|other| *other != value).cloned().collect();
        Formula::all(others.into_iter().map(|other| self.is(Meaning::Resource(other)).not()).collect::<Vec<_>>())
    }

    pub(crate) fn device(&mut self, comparison: &Comparison) -> Formula {
        let value = comparison.value.to_lowercase().into();
        let term = self.term(Meaning::Device(comparison.attribute, comparison.test, value));
        if !self.comparisons.iter().any(|(known, _)| *known == term) {
            self.comparisons.push((term, comparison.clone()));
        }
        Formula::Is(term)
    }

    fn device_equals(&mut self, attribute: &'static str, value: &str) -> Formula {
        self.device(&Comparison { attribute, test: Test::Equals, value: value.into() })
    }

    pub(crate) fn is_compliant(&mut self) -> Formula {
        self.device_equals("isCompliant", "True")
    }

    pub(crate) fn is_hybrid_joined(&mut self) -> Formula {
        self.device_equals("trustType", "ServerAD")
    }

    /// Creates every term that the requirement and the clauses below need, so that none appears later.
    pub(crate) fn complete(&mut self) {
        for principal in &self.view.requirement.users {
            self.principal(principal);
        }
        for (app, suite) in self.perhaps_of_suite() {
            self.resource(&app);
            self.term(Meaning::App(AppFact::InSuite(suite)));
        }
        let makes_trusted = |(_, side, id): (Term, Side, &Id)| {
            !self.is_redefined(id) && self.is_trusted_location(side, id) == Some(true)
        };
        if self.locations().any(makes_trusted) {
            self.term(Meaning::Trusted);
        }
        if self.terms.iter().any(|meaning| matches!(meaning, Meaning::ExternalTenant(_))) {
            self.is_guest();
        }
        if !self.comparisons.is_empty() {
            self.term(Meaning::Registered);
            for value in ["AzureAD", "ServerAD", "Workplace"] {
                self.device_equals("trustType", value);
            }
        }
        if self.comparisons.iter().any(|(_, comparison)| needs_managed_device(comparison.attribute)) {
            self.is_compliant();
            self.device_equals("mdmAppId", INTUNE);
        }
    }

    fn principal(&mut self, principal: &Principal) -> Formula {
        match principal {
            Principal::User(id) => self.is(Meaning::User(id.clone())),
            Principal::Group(id) => self.is(Meaning::Group(id.clone())),
            Principal::Role(id) => self.is(Meaning::Role(id.clone())),
            Principal::Guests(kind) => self.user_type(*kind),
            Principal::Members => self.user_type(UserType::Member),
        }
    }

    fn locations(&self) -> impl Iterator<Item = (Term, Side, &Id)> {
        self.indexed().filter_map(|(term, meaning)| match meaning {
            Meaning::Location(id) => Some((term, Side::Before, id)),
            Meaning::LocationAfter(id) => Some((term, Side::After, id)),
            _ => None,
        })
    }

    pub(crate) fn known(&self, meaning: &Meaning) -> Option<Term> {
        self.index.get(meaning).copied()
    }

    /// The sign-in of which exactly these terms are true; or two comparisons that no value fulfils: both, or the first
    /// without the second.
    pub(crate) fn sign_in(&self, model: &BTreeSet<Term>) -> Result<SignIn, (Term, Term)> {
        let mut sign_in = self.first.clone();
        for term in model {
            match self.meaning(*term) {
                Meaning::User(id) => call(&mut sign_in.user, id, &mut sign_in.also),
                Meaning::Group(id) => _ = sign_in.groups.insert(id.clone()),
                Meaning::Role(id) => _ = sign_in.roles.insert(id.clone()),
                Meaning::Type(kind) => sign_in.user_type = *kind,
                Meaning::ExternalTenant(id) => call(&mut sign_in.external_tenant, id, &mut sign_in.also),
                Meaning::Resource(resource) => sign_in.resource = resource.clone(),
                Meaning::App(fact) => _ = sign_in.app.insert(fact.clone()),
                Meaning::Client(client) => sign_in.client_app = *client,
                Meaning::Platform(platform) => sign_in.platform = *platform,
                Meaning::Location(id) => _ = sign_in.locations.insert(id.clone()),
                Meaning::Trusted => _ = sign_in.locations.insert(Id::new("AllTrusted")),
                Meaning::Opaque(text) => _ = sign_in.device.opaque.insert(text.clone(), true),
                Meaning::SignInRisk(level) => sign_in.sign_in_risk = *level,
                Meaning::UserRisk(level) => sign_in.user_risk = *level,
                Meaning::InsiderRisk(level) => sign_in.insider_risk = *level,
                Meaning::Flow(flow) => sign_in.flow = *flow,
                Meaning::Listed
                | Meaning::Registered
                | Meaning::Device(..)
                | Meaning::LocationAfter(_)
                | Meaning::Doubt(_) => {}
            }
        }
        let external = sign_in.user_type.is_external();
        if external && sign_in.external_tenant.is_none() {
            sign_in.external_tenant = Some(Id::new(SOME_TENANT));
        }
        let compared: Vec<(&Comparison, bool)> =
            self.comparisons.iter().map(|(term, comparison)| (comparison, model.contains(term))).collect();
        let device = device::realise(&compared);
        let device = device.map_err(|(one, other)| (self.comparisons[one].0, self.comparisons[other].0))?;
        sign_in.device = Device { opaque: sign_in.device.opaque, ..device };
        Ok(sign_in)
    }

    /// The sign-in as one of the tenants sees it: a location that the tenants define differently may hold its address in one
    /// of them only.
    pub(crate) fn sign_in_to(&self, side: Side, model: &BTreeSet<Term>) -> Result<SignIn, (Term, Term)> {
        let mut sign_in = self.sign_in(model)?;
        if self.after.is_some() {
            let redefined: Vec<Id> = self.redefined_locations().cloned().collect();
            for id in redefined {
                sign_in.locations.remove(&id);
                let meaning = match side {
                    Side::Before => Meaning::Location(id.clone()),
                    Side::After => Meaning::LocationAfter(id.clone()),
                };
                if self.known(&meaning).is_some_and(|term| model.contains(&term)) {
                    if self.is_trusted_location(side, &id) == Some(true) {
                        sign_in.locations.insert(Id::new("AllTrusted"));
                    }
                    sign_in.locations.insert(id);
                }
            }
        }
        Ok(sign_in)
    }

    /// Whether a term that is true counts as a departure, rather than as what goes with another one.
    pub(crate) fn departs(&self, term: Term) -> bool {
        match self.meaning(term) {
            Meaning::Device("trustType", Test::Equals, value) => &**value != "workplace",
            Meaning::Device("mdmAppId", Test::Equals, value) => &**value != INTUNE,
            _ => true,
        }
    }

    /// The coordinate that a term is about.
    pub(crate) fn coordinate(&self, term: Term) -> Coordinate {
        match self.meaning(term) {
            Meaning::User(_) | Meaning::Listed => Coordinate::User,
            Meaning::Group(_) => Coordinate::Groups,
            Meaning::Role(_) => Coordinate::Roles,
            Meaning::Type(_) => Coordinate::UserType,
            Meaning::ExternalTenant(_) => Coordinate::ExternalTenant,
            // What is unknown is of no coordinate; where a list needs one, it goes with the app's own unknowns.
            Meaning::Resource(_) | Meaning::App(_) | Meaning::Doubt(_) => Coordinate::Resource,
            Meaning::Client(_) => Coordinate::ClientApp,
            Meaning::Platform(_) => Coordinate::Platform,
            Meaning::Location(_) | Meaning::LocationAfter(_) | Meaning::Trusted => Coordinate::Locations,
            Meaning::Registered | Meaning::Device(..) | Meaning::Opaque(_) => Coordinate::Device,
            Meaning::SignInRisk(_) => Coordinate::SignInRisk,
            Meaning::UserRisk(_) => Coordinate::UserRisk,
            Meaning::InsiderRisk(_) => Coordinate::InsiderRisk,
            Meaning::Flow(_) => Coordinate::Flow,
        }
    }

    /// The principal that a term is about, if its exclusion can be an exception.
    pub(crate) fn principal_of(&self, term: Term) -> Option<(PrincipalKind, Id)> {
        match self.meaning(term) {
            Meaning::User(id) => Some((PrincipalKind::of_one(self.view.requirement.identities), id.clone())),
            Meaning::Group(id) => {
                let kind = match self.view.requirement.identities {
                    Identities::AgentIdentities => PrincipalKind::AgentIdentity,
                    Identities::Users | Identities::AgentUsers | Identities::ServicePrincipals => PrincipalKind::Group,
                };
                Some((kind, id.clone()))
            }
            Meaning::Role(id) if self.view.requirement.tracked_roles.contains(id) => {
                Some((PrincipalKind::Role, id.clone()))
            }
            _ => None,
        }
    }

    /// Terms of the same single-valued coordinate, this one among them.
    pub(crate) fn alike(&self, term: Term) -> Vec<Term> {
        let kind = std::mem::discriminant(self.meaning(term));
        let single_valued = matches!(
            self.meaning(term),
            Meaning::Type(_)
                | Meaning::Resource(_)
                | Meaning::Client(_)
                | Meaning::Platform(_)
                | Meaning::SignInRisk(_)
                | Meaning::UserRisk(_)
                | Meaning::InsiderRisk(_)
                | Meaning::Flow(_)
        );
        if !single_valued {
            return vec![term];
        }
        self.terms().filter(|other| std::mem::discriminant(self.meaning(*other)) == kind).collect()
    }

    /// Whether these terms can surely be true together and no others: none of them goes with another one, and no
    /// coordinate has two values.
    pub(crate) fn is_plainly_possible(&self, terms: &BTreeSet<Term>) -> bool {
        let mut seen = Vec::new();
        terms.iter().all(|term| match self.coordinate(*term) {
            Coordinate::Groups | Coordinate::Roles => true,
            Coordinate::Locations | Coordinate::Device | Coordinate::ExternalTenant => false,
            coordinate => {
                let is_new = !seen.contains(&coordinate);
                seen.push(coordinate);
                is_new
            }
        })
    }

    /// How hard a departure is for an attacker; ties are broken by this.
    pub(crate) fn effort(&self, term: Term) -> u32 {
        match self.meaning(term) {
            Meaning::Client(_) => 1,
            Meaning::Platform(_) | Meaning::Resource(_) => 2,
            Meaning::Flow(_) => 3,
            Meaning::Type(kind) => {
                4 + TYPES.iter().position(|known| known == kind).and_then(|at| u32::try_from(at).ok()).unwrap_or(0)
            }
            Meaning::Registered => 11,
            Meaning::Location(_) | Meaning::LocationAfter(_) => 12,
            Meaning::Trusted => 13,
            Meaning::ExternalTenant(_) => 14,
            Meaning::Group(_) => 15,
            Meaning::Role(_) | Meaning::Device(..) => 16,
            Meaning::SignInRisk(_) | Meaning::UserRisk(_) | Meaning::InsiderRisk(_) => 17,
            Meaning::User(_) | Meaning::Listed => 18,
            Meaning::Opaque(_) | Meaning::App(_) | Meaning::Doubt(_) => 19,
        }
    }

    /// For each user who is named, the others who may be the same, where an id or a name stands for one.
    pub(crate) fn aliases(&self) -> HashMap<Term, Vec<Term>> {
        let users = self.indexed().filter_map(|(term, meaning)| match meaning {
            Meaning::User(id) => Some((term, id)),
            _ => None,
        });
        let users: Vec<(Term, &Id)> = users.collect();
        let same = |term: Term, id: &Id| -> Vec<Term> {
            let others = users.iter().filter(|(other, named)| *other != term && id.may_be(named));
            others.map(|(other, _)| *other).collect()
        };
        let unresolved = users.iter().any(|(_, id)| id.is_unresolved());
        let users = users.iter().filter(|_| unresolved).map(|(term, id)| (*term, same(*term, id)));
        users.filter(|(_, others)| !others.is_empty()).collect()
    }

    pub(crate) fn terms(&self) -> impl Iterator<Item = Term> + use<> {
        (0..self.terms.len()).map(Term)
    }

    /// Every term with what it says.
    fn indexed(&self) -> impl Iterator<Item = (Term, &Meaning)> {
        self.terms().zip(&self.terms)
    }

    fn meaning(&self, term: Term) -> &Meaning {
        &self.terms[term.0]
    }
}

/// Gives an object one more id: it is called by the one that is a GUID, if there is one, and also by the others.
fn call(object: &mut Option<Id>, id: &Id, also: &mut BTreeSet<Id>) {
    match object {
        None => *object = Some(id.clone()),
        Some(known) if known.guid().is_some() => _ = also.insert(id.clone()),
        Some(known) => _ = also.insert(std::mem::replace(known, id.clone())),
    }
}

/// The values of a coordinate that a requirement asks about; all of them if it does not say.
fn allowed<T: Copy + PartialEq>(all: &[T], asked: &[T]) -> Vec<T> {
    let some: Vec<T> = all.iter().copied().filter(|value| asked.contains(value)).collect();
    if some.is_empty() { all.to_vec() } else { some }
}

/// Every resource that the policies can tell apart, what an attacker would choose first at the front.
fn resources(requirement: &Requirement, policies: &[&Policy]) -> Vec<Resource> {
    let mut all: Vec<Resource> = Vec::new();
    for resource in &requirement.resources {
        match resource {
            Resource::App(_) | Resource::Other | Resource::UserAction(_) | Resource::AuthenticationContext(_) => {
                all.push(resource.clone());
            }
            Resource::OfSuite(suite) => {
                all.push(resource.clone());
                // A member that a policy names is no less of a member.
                let members = named_apps(policies).into_iter().filter(|id| suite.holds(id) != Some(false));
                all.extend(members.map(|id| Resource::App(id.clone())));
            }
            Resource::Every => {
                all.push(Resource::Other);
                let suites = Suite::ALL.into_iter().filter(|suite| named(policies).any(|id| id.is(suite.word())));
                all.extend(suites.map(Resource::OfSuite));
                all.extend(named_apps(policies).into_iter().map(|id| Resource::App(id.clone())));
            }
        }
    }
    let mut seen = BTreeSet::new();
    all.retain(|resource| seen.insert(resource.clone()));
    all
}

/// Whatever policies name as apps.
fn named<'p>(policies: &[&'p Policy]) -> impl Iterator<Item = &'p Id> {
    policies.iter().flat_map(|policy| {
        let applications = &policy.conditions.applications;
        applications.include.known().chain(applications.exclude.known()).map(|(_, id)| id)
    })
}

/// The apps that policies name. What is no GUID (a name, a placeholder, a reference) is an app all the same.
fn named_apps<'p>(policies: &[&'p Policy]) -> BTreeSet<&'p Id> {
    const NO_APP: [&str; 3] = ["All", "None", "AllAgentIdResources"];
    let is_app = |id: &&Id| Suite::of(id).is_none() && !NO_APP.into_iter().any(|word| id.is(word));
    named(policies).filter(is_app).collect()
}

/// Whether a list could not be read in part or as a whole.
pub(crate) fn has_unknown<T>(list: &crate::policy::List<T>) -> bool {
    list.first_unknown().is_some()
}

/// Whether a value is known to be none.
pub(crate) fn is_none<T>(fact: &Fact<Option<T>>) -> bool {
    matches!(fact, Fact::Known(None))
}
