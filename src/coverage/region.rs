//! A policy as a formula: on which sign-ins does it force what is required?
//!
//! Written apart from `signin`, which says the same of one sign-in at a time, so that each can test the other.

use super::formula::Formula;
use super::space::{Meaning, Named, Space, has_unknown, is_none};
use crate::catalog::{self, Suite};
use crate::policy::{
    ClientAppType, DeviceRule, Fact, FilterMode, GrantControl, Guests, Id, List, Operator, Platform, Policy, RiskLevel,
    Scope, State, Strength, UserType,
};
use crate::requirement::{Grant, Resource};
use crate::signin::{AppFact, AssumeEnabled};
use crate::tenant::SecurityDefaults;
use std::collections::BTreeSet;

/// How leniently a policy is read. Each variant assumes what the one before it assumes, and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Leniency {
    /// Nothing is assumed.
    AsWritten,
    /// Users, groups and tracked roles that are excluded one by one are not excluded.
    WithoutExceptions,
    /// Every user is in every included group.
    InEveryGroup,
    /// Everything unknown turns out so that the policy applies.
    UnknownsHelp,
}

impl Leniency {
    /// Position in a list with one element for each variant.
    pub(super) const fn index(self) -> usize {
        match self {
            Self::AsWritten => 0,
            Self::WithoutExceptions => 1,
            Self::InEveryGroup => 2,
            Self::UnknownsHelp => 3,
        }
    }
}

/// The sign-ins on which a policy forces what is required, apart from its assignment of users.
pub(super) fn applies_except_users(space: &mut Space<'_>, policy: &Policy, sure: bool) -> Formula {
    // What is cheap and often decides comes first: most policies of a tenant are about something else.
    let in_force = in_force(space, policy, sure);
    let mut reader =
        Reader { space, policy, leniency: if sure { Leniency::AsWritten } else { Leniency::UnknownsHelp }, sure };
    let applies = if in_force == Formula::Never { Formula::Never } else { reader.applications() };
    if applies == Formula::Never {
        return Formula::Never;
    }
    Formula::all([
        in_force,
        applies,
        reader.grant(),
        reader.others(),
        reader.client_app_types(),
        reader.platforms(),
        reader.locations(),
        reader.device_filter(),
        reader.sign_in_risk(),
        reader.user_risk(),
        reader.insider_risk(),
        reader.flows(),
    ])
}

/// The sign-ins that security defaults stop, if they are on.
pub(super) fn security_defaults(space: &mut Space<'_>, sure: bool) -> Formula {
    let requirement = space.view.requirement;
    match space.view.tenant.security_defaults() {
        SecurityDefaults::Off => return Formula::Never,
        SecurityDefaults::Contradicted if sure => return Formula::Never,
        SecurityDefaults::On | SecurityDefaults::Contradicted => {}
    }
    if !requirement.security_defaults {
        return Formula::Never;
    }
    let legacy = [ClientAppType::ExchangeActiveSync, ClientAppType::EasSupported, ClientAppType::Other];
    let mut stopped = legacy.map(|client| space.client(client)).to_vec();
    if requirement.grant.contains(&Grant::Mfa) {
        let mut apps = Vec::new();
        for resource in space.resources.clone() {
            match &resource {
                Resource::UserAction(_) => continue,
                Resource::App(app) if catalog::is_management_api(app) => stopped.push(space.resource(&resource)),
                Resource::App(_) | Resource::OfSuite(_) | Resource::Other | Resource::Every => {}
            }
            apps.push(space.resource(&resource));
        }
        let named = &space.named().roles;
        let roles: Vec<Id> = catalog::role_set("security-defaults")
            .filter(|role| named.contains(&role.id))
            .map(|role| role.id.clone())
            .collect();
        let roles = space.is_any(roles, Meaning::Role);
        stopped.push(Formula::all([Formula::any(apps), roles]));
    }
    Formula::any(stopped)
}

/// The users whom a policy is about.
pub(super) fn users(space: &mut Space<'_>, policy: &Policy, leniency: Leniency) -> Formula {
    Reader { space, policy, leniency, sure: leniency != Leniency::UnknownsHelp }.users()
}

/// Sign-ins that may be none of the requirement's business: from addresses that may be trusted, where it is about those
/// that are not, and to apps that may not be in the suite that it is about.
pub(super) fn may_be_out_of_scope(space: &mut Space<'_>) -> Formula {
    let mut elsewhere = Vec::new();
    if space.view.requirement.outside_trusted_locations {
        let undefined: Vec<Id> = space.undefined_locations().iter().cloned().collect();
        elsewhere.extend(undefined.into_iter().map(|id| space.is(Meaning::Location(id))));
    }
    for (app, _) in space.perhaps_of_suite() {
        elsewhere.push(space.resource(&app));
    }
    Formula::any(elsewhere)
}

/// The users whom a policy may be about as it is written: nobody who is excluded, and of a group only its members.
pub(super) fn users_as_written(space: &mut Space<'_>, policy: &Policy) -> Formula {
    Reader { space, policy, leniency: Leniency::AsWritten, sure: false }.users()
}

fn in_force(space: &Space<'_>, policy: &Policy, sure: bool) -> Formula {
    let assumed = space.view.assume_enabled;
    let state = match policy.state {
        Fact::Known(State::Enabled) => Formula::Always,
        Fact::Known(State::ReportOnly) => Formula::constant(assumed != AssumeEnabled::Neither),
        Fact::Known(State::Disabled) => Formula::constant(assumed == AssumeEnabled::All),
        Fact::Unknown(_) => Formula::constant(!sure),
    };
    let doubtful = policy.conditions.doubt.is_some() || policy.contradicted || policy.foreign;
    Formula::all([state, Formula::constant(!policy.deleted), Formula::constant(!doubtful || !sure)])
}

struct Reader<'r, 't, 'p> {
    space: &'r mut Space<'t>,
    policy: &'p Policy,
    leniency: Leniency,
    /// Whether only what is certain counts.
    sure: bool,
}

impl Reader<'_, '_, '_> {
    /// What the files do not say.
    fn perhaps(&self) -> Formula {
        Formula::constant(!self.sure)
    }

    /// Whether a list holds what fulfils a test, with `hidden` for elements that could not be read.
    fn holds<T>(&mut self, list: &List<T>, hidden: bool, mut test: impl FnMut(&mut Self, &T) -> Formula) -> Formula {
        let mut any: Vec<Formula> = Vec::new();
        for (_, item) in list.known() {
            any.push(test(self, item));
        }
        any.push(Formula::constant(has_unknown(list) && hidden));
        Formula::any(any)
    }

    fn included<T>(&mut self, list: &List<T>, test: impl FnMut(&mut Self, &T) -> Formula) -> Formula {
        self.holds(list, !self.sure, test)
    }

    fn not_excluded<T>(&mut self, list: &List<T>, test: impl FnMut(&mut Self, &T) -> Formula) -> Formula {
        self.holds(list, self.sure, test).not()
    }

    fn applications(&mut self) -> Formula {
        let applications = &self.policy.conditions.applications;
        if applications.doubt.is_some() {
            return self.perhaps();
        }
        if let Some(named) = self.plainly_named() {
            return named;
        }
        let mut any = Vec::new();
        for index in 0..self.space.resources.len() {
            let resource = self.space.resources[index].clone();
            let matches = if let Resource::UserAction(action) = &resource {
                self.included(&applications.user_actions, |_, listed| Formula::constant(listed == action))
            } else {
                let named = self.included(&applications.include, |reader, id| reader.targets(id, &resource, true));
                let excluded =
                    self.not_excluded(&applications.exclude, |reader, id| reader.targets(id, &resource, false));
                let included = self.filtered(named);
                Formula::all([included, excluded])
            };
            if matches != Formula::Never {
                any.push(Formula::all([self.space.resource(&resource), matches]));
            }
        }
        Formula::any(any)
    }

    /// What nearly every policy targets, without asking each resource whether it is meant: apps by their ids, or all
    /// resources but these.
    fn plainly_named(&mut self) -> Option<Formula> {
        let applications = &self.policy.conditions.applications;
        let is_plain = |id: &Id| id.is("All") || (id.guid().is_some() && !catalog::is_azure_portal(id));
        let is_plain = |list: &List<Id>| !has_unknown(list) && list.known().all(|(_, id)| is_plain(id));
        let actions = self.space.resources.iter().any(|resource| matches!(resource, Resource::UserAction(_)));
        if actions
            || !is_none(&applications.filter)
            || !is_plain(&applications.include)
            || !is_plain(&applications.exclude)
        {
            return None;
        }
        let named = |reader: &mut Self, list: &List<Id>| {
            let resources: Vec<Resource> = list.known().map(|(_, id)| Resource::App(id.clone())).collect();
            let known: Vec<&Resource> = resources.iter().filter(|one| reader.space.resources.contains(one)).collect();
            let all = list.known().any(|(_, id)| id.is("All"));
            if all {
                Formula::Always
            } else {
                Formula::any(known.into_iter().map(|one| reader.space.resource(one)).collect::<Vec<_>>())
            }
        };
        let included = named(self, &applications.include);
        let excluded = named(self, &applications.exclude);
        Some(Formula::all([included, excluded.not()]))
    }

    /// What a filter for apps makes of those that are named. Beside names it may narrow them or add to them.
    fn filtered(&mut self, named: Formula) -> Formula {
        let applications = &self.policy.conditions.applications;
        let filter = match &applications.filter {
            Fact::Known(None) => return named,
            Fact::Known(Some(filter)) => filter,
            Fact::Unknown(_) => return self.perhaps(),
        };
        let names_nothing =
            !has_unknown(&applications.include) && applications.include.known().all(|(_, id)| id.is("None"));
        match filter.mode {
            Fact::Known(FilterMode::Exclude) => {
                let left_out = self.told(AppFact::matches(&filter.rule), false);
                Formula::all([named, left_out.not()])
            }
            Fact::Known(FilterMode::Include) if names_nothing => self.told(AppFact::matches(&filter.rule), true),
            Fact::Known(FilterMode::Include) if self.sure => {
                Formula::all([named, self.told(AppFact::matches(&filter.rule), true)])
            }
            Fact::Known(FilterMode::Include) | Fact::Unknown(_) => self.perhaps(),
        }
    }

    /// What the files do not tell of an app: where only what is certain counts, a term of its own, so that policies on
    /// both sides of it cover both.
    fn told(&mut self, fact: AppFact, perhaps: bool) -> Formula {
        if self.sure { self.space.is(Meaning::App(fact)) } else { Formula::constant(perhaps) }
    }

    /// Whether an element of the list of included or excluded apps means this resource.
    fn targets(&mut self, id: &Id, resource: &Resource, including: bool) -> Formula {
        if id.is("All") {
            return Formula::Always;
        }
        let app = match resource {
            Resource::App(app) if app == id => return Formula::Always,
            Resource::App(app) => app,
            Resource::OfSuite(suite) => {
                return match Suite::of(id) {
                    Some(named) if named == *suite => Formula::Always,
                    // Each suite has apps of its own. Whether there are some of both is not known.
                    Some(other) if including || self.sure => self.space.is(Meaning::App(AppFact::InSuite(other))),
                    Some(_) | None => Formula::Never,
                };
            }
            Resource::Every | Resource::Other | Resource::UserAction(_) => return Formula::Never,
        };
        if let Some(suite) = Suite::of(id) {
            return match suite.holds(app) {
                Some(true) => Formula::Always,
                None => self.told(AppFact::InSuite(suite), including),
                Some(false) if suite == Suite::AdminPortals => self.asked_by_a_portal(including),
                Some(false) => Formula::Never,
            };
        }
        if catalog::is_azure_portal(id) && catalog::is_management_api(app) {
            return self.asked_by_a_portal(including);
        }
        let names_no_app = ["None", "AllAgentIdResources"].into_iter().any(|word| id.is(word));
        if id.guid().is_some() || names_no_app { Formula::Never } else { self.told(AppFact::Is(id.clone()), including) }
    }

    /// In a browser, a portal may be what asks for an API.
    fn asked_by_a_portal(&mut self, including: bool) -> Formula {
        let portal = self.told(AppFact::InSuite(Suite::AdminPortals), including);
        Formula::all([portal, self.space.client(ClientAppType::Browser)])
    }

    fn users(&mut self) -> Formula {
        let users = &self.policy.conditions.users;
        if users.doubt.is_some() {
            return self.perhaps();
        }
        let one_by_one = self.leniency == Leniency::AsWritten;
        let named_role = users.exclude_roles.known().any(|(_, id)| id.guid().is_none());
        let perhaps_a_group_of_users = users.exclude_users.known().any(|(_, id)| id.may_be_class());
        let not_excluded = [
            self.not_excluded(&users.exclude_users, Self::everybody),
            if one_by_one {
                self.one_of(&users.exclude_users, false, |named| &named.users, Meaning::User).not()
            } else {
                Formula::Always
            },
            self.not_excluded(&users.exclude_groups, |reader, id| {
                if one_by_one { reader.space.is(Meaning::Group(id.clone())) } else { Formula::Never }
            }),
            self.not_excluded(&users.exclude_roles, |reader, id| {
                let tracked = reader.space.view.requirement.tracked_roles.contains(id);
                if tracked && !one_by_one { Formula::Never } else { reader.role(id) }
            }),
            self.guests(&users.exclude_guests, self.sure).not(),
            // A name may be that of any role, and a word that of any class.
            if named_role || perhaps_a_group_of_users { self.perhaps() } else { Formula::Always },
        ];
        let every_group = self.leniency >= Leniency::InEveryGroup;
        let included = [
            self.included(&users.include_users, Self::everybody_included),
            self.one_of(&users.include_users, !self.sure, |named| &named.users, Meaning::User),
            self.included(&users.include_groups, |reader, id| {
                if every_group { Formula::Always } else { reader.space.is(Meaning::Group(id.clone())) }
            }),
            self.included(&users.include_roles, Self::role),
            if self.sure { Formula::Never } else { self.holder_of_a_named_role(&users.include_roles) },
            self.guests(&users.include_guests, !self.sure),
        ];
        Formula::all(not_excluded.into_iter().chain([Formula::any(included)]))
    }

    /// The objects that a list names, of those that are `named` anywhere. With `perhaps`, also what may be one of them.
    fn one_of(
        &mut self,
        list: &List<Id>,
        perhaps: bool,
        named: fn(&Named) -> &BTreeSet<Id>,
        meaning: fn(Id) -> Meaning,
    ) -> Formula {
        let is_object = |id: &&Id| id.is_one_object();
        let listed: BTreeSet<Id> = list.known().map(|(_, id)| id).filter(is_object).cloned().collect();
        let lists_open = listed.iter().any(Id::is_unresolved);
        if !perhaps || listed.is_empty() {
            return self.space.is_any(listed, meaning);
        }
        let others = named(self.space.named()).iter().filter(|id| id.is_one_object() && !listed.contains(id)).cloned();
        let (open, known): (BTreeSet<Id>, BTreeSet<Id>) = others.partition(Id::is_unresolved);
        let mut any = |ids: BTreeSet<Id>| self.space.is_any(ids, meaning);
        // What a list leaves open may be anything that has a name. What is open itself may be what is listed, unless it has
        // an id that is not.
        let may_be = match (lists_open, open.is_empty()) {
            (true, _) => Formula::any([any(open), any(known)]),
            (false, true) => Formula::Never,
            (false, false) => Formula::all([any(open), any(known).not()]),
        };
        Formula::any([any(listed), may_be])
    }

    /// Holders of a role; what is a name instead of an id is no role of its own.
    fn role(&mut self, id: &Id) -> Formula {
        if id.guid().is_some() { self.space.is(Meaning::Role(id.clone())) } else { Formula::Never }
    }

    /// Holders of any role, where a list has a name instead of an id: it may be that role's.
    fn holder_of_a_named_role(&mut self, list: &List<Id>) -> Formula {
        if list.known().all(|(_, id)| id.guid().is_some()) {
            return Formula::Never;
        }
        let roles: Vec<Id> = self.space.named().roles.iter().filter(|id| id.guid().is_some()).cloned().collect();
        self.space.is_any(roles, Meaning::Role)
    }

    fn everybody(&mut self, id: &Id) -> Formula {
        if id.is("All") {
            Formula::Always
        } else if id.is("GuestsOrExternalUsers") {
            self.space.is_guest()
        } else {
            Formula::Never
        }
    }

    fn everybody_included(&mut self, id: &Id) -> Formula {
        if id.is("All") && !self.space.view.assumptions.all_users_includes_partners && self.sure {
            let partners = [UserType::ServiceProvider, UserType::B2bDirectConnectUser];
            return Formula::any(partners.map(|kind| self.space.user_type(kind))).not();
        }
        self.everybody(id)
    }

    fn guests(&mut self, condition: &Fact<Option<Box<Guests>>>, hidden: bool) -> Formula {
        let guests = match condition {
            Fact::Known(None) => return Formula::Never,
            Fact::Known(Some(guests)) => guests,
            Fact::Unknown(_) => return Formula::all([Formula::constant(hidden), self.space.is_guest()]),
        };
        let of_type = self.holds(&guests.types, hidden, |reader, kind| reader.space.user_type(*kind));
        let Some(tenants) = &guests.tenants else { return Formula::all([of_type, self.space.is_guest()]) };
        let named = self.one_of(tenants, hidden && !self.sure, |named| &named.tenants, Meaning::ExternalTenant);
        let of_tenant = Formula::any([named, Formula::constant(has_unknown(tenants) && hidden)]);
        // The account of an internal guest is the tenant's own.
        let internal = self.space.user_type(UserType::InternalGuest);
        Formula::all([of_type, self.space.is_guest(), Formula::any([internal, of_tenant])])
    }

    fn client_app_types(&mut self) -> Formula {
        let types = &self.policy.conditions.client_app_types;
        if types.is_empty() {
            let modern = [ClientAppType::Browser, ClientAppType::MobileAppsAndDesktopClients];
            let modern = Formula::any(modern.map(|client| self.space.client(client)));
            let documented = self.space.view.assumptions.empty_client_apps_is_modern;
            return if documented { modern } else { Formula::all([modern, self.perhaps()]) };
        }
        self.included(types, |reader, kind| match kind {
            ClientAppType::All => Formula::Always,
            kind => reader.space.client(*kind),
        })
    }

    fn scope<T>(&mut self, scope: &Scope<T>, test: impl Fn(&mut Self, &T, bool) -> Formula) -> Formula {
        if scope.is_empty() {
            let is_none = !scope.is_written || self.space.view.assumptions.empty_conditions_are_none;
            return if is_none { Formula::Always } else { self.perhaps() };
        }
        if scope.doubt.is_some() {
            return self.perhaps();
        }
        // Excluding from nothing is not documented.
        let included = if scope.include.is_empty() {
            self.perhaps()
        } else {
            self.included(&scope.include, |reader, item| test(reader, item, true))
        };
        Formula::all([included, self.not_excluded(&scope.exclude, |reader, item| test(reader, item, false))])
    }

    fn platforms(&mut self) -> Formula {
        self.scope(&self.policy.conditions.platforms, |reader, platform, _| match platform {
            Platform::All => Formula::Always,
            platform => reader.space.platform(*platform),
        })
    }

    fn locations(&mut self) -> Formula {
        self.scope(&self.policy.conditions.locations, |reader, id, including| {
            if id.is("All") {
                return Formula::Always;
            }
            if !id.is("AllTrusted") {
                return reader.space.is(Meaning::Location(id.clone()));
            }
            let trusted = reader.space.is(Meaning::Trusted);
            if reader.sure || !including {
                return trusted;
            }
            let perhaps = reader.space.undefined_locations().clone();
            let perhaps = perhaps.into_iter().map(|id| reader.space.is(Meaning::Location(id))).collect::<Vec<_>>();
            Formula::any(std::iter::once(trusted).chain(perhaps))
        })
    }

    fn device_filter(&mut self) -> Formula {
        let filter = match &self.policy.conditions.device_filter {
            Fact::Known(None) => return Formula::Always,
            Fact::Known(Some(filter)) => filter,
            Fact::Unknown(_) => return self.perhaps(),
        };
        let rule = DeviceRule::read(&filter.rule);
        match filter.mode {
            Fact::Known(mode) => self.device_rule(&rule, mode == FilterMode::Include),
            Fact::Unknown(_) => self.perhaps(),
        }
    }

    /// Whether a rule is, or may be, `wanted`.
    fn device_rule(&mut self, rule: &DeviceRule, wanted: bool) -> Formula {
        match (rule, wanted) {
            (DeviceRule::And(parts), true) | (DeviceRule::Or(parts), false) => {
                Formula::all(parts.iter().map(|part| self.device_rule(part, wanted)).collect::<Vec<_>>())
            }
            (DeviceRule::And(parts), false) | (DeviceRule::Or(parts), true) => {
                Formula::any(parts.iter().map(|part| self.device_rule(part, wanted)).collect::<Vec<_>>())
            }
            (DeviceRule::Not(part), _) => self.device_rule(part, !wanted),
            (DeviceRule::Opaque(_), _) if !self.sure => Formula::Always,
            (DeviceRule::Opaque(text), true) => self.space.is(Meaning::Opaque(text.clone())),
            (DeviceRule::Opaque(text), false) => self.space.is(Meaning::Opaque(text.clone())).not(),
            (DeviceRule::Is(comparison), true) => self.space.device(comparison),
            (DeviceRule::Is(comparison), false) => self.space.device(comparison).not(),
        }
    }

    fn listed<T>(&mut self, list: &List<T>, test: impl FnMut(&mut Self, &T) -> Formula) -> Formula {
        if list.is_empty() { Formula::Always } else { self.included(list, test) }
    }

    fn risk_levels(&mut self, list: &List<RiskLevel>, test: fn(&mut Self, RiskLevel) -> Formula) -> Formula {
        let documented = self.space.view.assumptions.all_risk_levels_is_no_condition;
        self.listed(list, |reader, level| match level {
            RiskLevel::None if !documented => Formula::all([reader.perhaps(), test(reader, *level)]),
            level => test(reader, *level),
        })
    }

    fn sign_in_risk(&mut self) -> Formula {
        self.risk_levels(&self.policy.conditions.sign_in_risk_levels, |reader, level| reader.space.sign_in_risk(level))
    }

    fn user_risk(&mut self) -> Formula {
        self.risk_levels(&self.policy.conditions.user_risk_levels, |reader, level| reader.space.user_risk(level))
    }

    fn insider_risk(&mut self) -> Formula {
        self.listed(&self.policy.conditions.insider_risk_levels, |reader, level| reader.space.insider_risk(*level))
    }

    fn flows(&mut self) -> Formula {
        self.listed(&self.policy.conditions.transfer_methods, |reader, flow| reader.space.flow(*flow))
    }

    /// Workload identities and conditions without a model.
    fn others(&mut self) -> Formula {
        let conditions = &self.policy.conditions;
        let users = match conditions.workload_identities {
            Fact::Known(workload) => Formula::constant(!workload),
            Fact::Unknown(_) => self.perhaps(),
        };
        let modelled = conditions.opaque.is_empty() && conditions.service_principal_risk_levels.is_empty();
        Formula::all([users, if modelled { Formula::Always } else { self.perhaps() }])
    }

    /// Whether the grant controls cannot be satisfied without what is required.
    fn grant(&mut self) -> Formula {
        let grant = &self.policy.grant;
        if grant.doubt.is_some() {
            return self.perhaps();
        }
        // For each control, whether it holds an attacker up.
        let mut held_up: Vec<Formula> = Vec::new();
        for control in grant.built_in.items() {
            match control {
                Fact::Known(GrantControl::ApprovedApplication) if self.space.view.assumptions.approved_app_retired => {}
                Fact::Known(control) => held_up.push(self.control(*control)),
                Fact::Unknown(_) => held_up.push(self.perhaps()),
            }
        }
        for list in [&grant.custom, &grant.terms_of_use] {
            for item in list.items() {
                held_up.push(if item.known().is_some() { Formula::Never } else { self.perhaps() });
            }
        }
        let unread = [grant.built_in.doubt(), grant.custom.doubt(), grant.terms_of_use.doubt()];
        held_up.extend(unread.iter().flatten().map(|_| Formula::constant(!self.sure)));
        match &grant.strength {
            Fact::Known(None) => {}
            Fact::Known(Some(strength)) => held_up.push(self.strength(strength)),
            Fact::Unknown(_) => held_up.push(self.perhaps()),
        }
        // A list that could not be read may hold any number of controls.
        let may_be_more = unread.iter().flatten().next().is_some();
        match grant.operator {
            _ if held_up.is_empty() => Formula::Never,
            _ if held_up.len() == 1 && !may_be_more => held_up.remove(0),
            Fact::Known(Some(Operator::And)) => Formula::any(held_up),
            Fact::Known(Some(Operator::Or)) => Formula::all(held_up),
            // Without an operator, certain is only what holds with both.
            _ if self.sure => Formula::all(held_up),
            _ => Formula::any(held_up),
        }
    }

    fn control(&mut self, control: GrantControl) -> Formula {
        let required = |grant: &Grant| self.space.view.requirement.grant.contains(grant);
        match control {
            GrantControl::Block => Formula::Always,
            GrantControl::Mfa => Formula::constant(required(&Grant::Mfa)),
            // Both begin with MFA.
            GrantControl::PasswordChange | GrantControl::RiskRemediation => {
                Formula::constant(required(&Grant::Mfa) || required(&Grant::PasswordChange))
            }
            GrantControl::CompliantDevice if required(&Grant::CompliantDevice) => Formula::Always,
            GrantControl::DomainJoinedDevice if required(&Grant::HybridJoinedDevice) => Formula::Always,
            GrantControl::CompliantDevice => self.space.is_compliant().not(),
            GrantControl::DomainJoinedDevice => self.space.is_hybrid_joined().not(),
            GrantControl::ApprovedApplication | GrantControl::CompliantApplication | GrantControl::VerifiedId => {
                Formula::Never
            }
        }
    }

    fn strength(&mut self, strength: &Strength) -> Formula {
        let allowed = self.space.view.tenant.allowed(strength);
        let implied = self.space.view.requirement.grant.iter().map(|grant| match grant {
            Grant::Mfa => allowed.implies_mfa(),
            Grant::Strength { id, combinations, .. } => allowed.is_within(id.as_ref(), combinations),
            Grant::Block | Grant::CompliantDevice | Grant::HybridJoinedDevice | Grant::PasswordChange => {
                Fact::Known(Some(false))
            }
        });
        Formula::any(implied.map(|implied| match implied {
            Fact::Known(Some(implied)) => Formula::constant(implied),
            Fact::Known(None) | Fact::Unknown(_) => self.perhaps(),
        }))
    }
}
