//! A policy as a formula: on which sign-ins does it force what is required?
//!
//! Written apart from `signin`, which says the same of one sign-in at a time, so that each can test the other.

mod applications;
mod conditions;
mod facet;
mod grant;
mod identities;
mod noted;
mod users;

pub(crate) use conditions::device_rule;
pub use facet::Facet;
pub(crate) use facet::facets;
use noted::Noted;

use super::doubt::{Doubt, Doubts};
use super::formula::Formula;
use super::space::{Meaning, Space};
use crate::catalog;
use crate::policy::{ClientAppType, Fact, Id, List, Policy, Property, State};
use crate::requirement::{Grant, Resource};
use crate::signin::{AppFact, At, Why};
use crate::tenant::SecurityDefaults;
use std::rc::Rc;

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
    /// All of them, in their order.
    pub(super) const ALL: [Self; 4] =
        [Self::AsWritten, Self::WithoutExceptions, Self::InEveryGroup, Self::UnknownsHelp];

    /// Position in a list with one element for each variant.
    pub(super) const fn index(self) -> usize {
        match self {
            Self::AsWritten => 0,
            Self::WithoutExceptions => 1,
            Self::InEveryGroup => 2,
            Self::UnknownsHelp => 3,
        }
    }

    /// Whether those who are excluded one by one are.
    fn excludes_one_by_one(self) -> bool {
        match self {
            Self::AsWritten => true,
            Self::WithoutExceptions | Self::InEveryGroup | Self::UnknownsHelp => false,
        }
    }

    /// Whether every user is in every included group.
    fn fills_groups(self) -> bool {
        match self {
            Self::AsWritten | Self::WithoutExceptions => false,
            Self::InEveryGroup | Self::UnknownsHelp => true,
        }
    }

    /// How a formula read like this takes what is unknown.
    fn doubts(self) -> Doubts {
        match self {
            Self::AsWritten | Self::WithoutExceptions | Self::InEveryGroup => Doubts::NoCover,
            Self::UnknownsHelp => Doubts::Cover,
        }
    }
}

/// What a policy says of sign-ins, and the answers about a leniency that it depends on.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub(super) formula: Rc<Formula>,
    excludes_one_by_one: Option<bool>,
    fills_groups: Option<bool>,
    doubts: Option<Doubts>,
}

impl Reading {
    /// Whether it says the same at another leniency.
    pub(super) fn is_same_at(&self, leniency: Leniency) -> bool {
        self.excludes_one_by_one.is_none_or(|answer| answer == leniency.excludes_one_by_one())
            && self.fills_groups.is_none_or(|answer| answer == leniency.fills_groups())
            && self.doubts.is_none_or(|answer| answer == leniency.doubts())
    }

    /// The sign-ins of which all of these hold, which are read at one leniency.
    pub(super) fn all(parts: [&Self; 3]) -> Self {
        Self {
            formula: Rc::new(Formula::all(parts.map(|part| Formula::clone(&part.formula)))),
            excludes_one_by_one: parts.into_iter().find_map(|part| part.excludes_one_by_one),
            fills_groups: parts.into_iter().find_map(|part| part.fills_groups),
            doubts: parts.into_iter().find_map(|part| part.doubts),
        }
    }
}

/// The sign-ins on which a policy forces what is required, apart from its assignment of users.
pub(super) fn applies_except_users(space: &mut Space<'_>, policy: &Policy, sure: bool) -> Formula {
    let leniency = if sure { Leniency::AsWritten } else { Leniency::UnknownsHelp };
    Rc::unwrap_or_clone(read_except_users(space, policy, leniency).formula)
}

/// The same, and what it depends on.
pub(super) fn read_except_users(space: &mut Space<'_>, policy: &Policy, leniency: Leniency) -> Reading {
    let mut reader = Reader::new(space, policy, leniency, leniency.doubts());
    let formula = reader.except_users();
    reader.reading(formula)
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
    let mut stopped = vec![defaults_block(space)];
    if requirement.grant.contains(&Grant::Mfa) {
        stopped.push(defaults_ask(space));
    }
    Formula::any(stopped)
}

/// The sign-ins that security defaults block: those of legacy clients.
pub(crate) fn defaults_block(space: &mut Space<'_>) -> Formula {
    let legacy = [ClientAppType::ExchangeActiveSync, ClientAppType::EasSupported, ClientAppType::Other];
    Formula::any(legacy.map(|client| space.client(client)))
}

/// The sign-ins that security defaults surely ask for MFA: everybody's to the management API, and those of the roles that
/// Microsoft's page lists to every app.
fn defaults_ask(space: &mut Space<'_>) -> Formula {
    let named = space.named().roles.clone();
    let (management, apps) = apps(space);
    let roles: Vec<Id> = catalog::role_set("security-defaults")
        .filter(|role| named.contains(&role.id))
        .map(|role| role.id.clone())
        .collect();
    let roles = space.is_any(roles, Meaning::Role);
    Formula::any([management, Formula::all([apps, roles])])
}

/// The same in parts: the management API, every app, and the roles that are asked there.
pub(crate) fn defaults_ask_of(space: &mut Space<'_>) -> (Formula, Formula, Formula) {
    let (management, apps) = apps(space);
    // What a name stands for may be the API.
    let mut any = vec![management];
    for resource in space.resources.clone() {
        if matches!(&resource, Resource::App(app) if app.is_unresolved()) {
            let is_api = space.is(Meaning::App(AppFact::Is(catalog::management_api())));
            any.push(Formula::all([space.resource(&resource), is_api]));
        }
    }
    let management = Formula::any(any);
    let roles: Vec<Id> = catalog::role_set("security-defaults").map(|role| role.id.clone()).collect();
    let roles = space.is_any(roles, Meaning::Role);
    (management, apps, roles)
}

/// The management API, and every app.
fn apps(space: &mut Space<'_>) -> (Formula, Formula) {
    let mut stopped = Vec::new();
    let mut apps = Vec::new();
    for resource in space.resources.clone() {
        match &resource {
            Resource::UserAction(_) | Resource::AuthenticationContext(_) => continue,
            Resource::App(app) if catalog::is_management_api(app) => stopped.push(space.resource(&resource)),
            Resource::App(_) | Resource::OfSuite(_) | Resource::Other | Resource::Every => {}
        }
        apps.push(space.resource(&resource));
    }
    (Formula::any(stopped), Formula::any(apps))
}

/// The users whom a policy is about.
pub(super) fn users(space: &mut Space<'_>, policy: &Policy, leniency: Leniency) -> Formula {
    Reader::new(space, policy, leniency, leniency.doubts()).users()
}

/// The users whom a policy does not exclude, and what that depends on.
pub(super) fn read_not_excluded(space: &mut Space<'_>, policy: &Policy, leniency: Leniency) -> Reading {
    let mut reader = Reader::new(space, policy, leniency, leniency.doubts());
    let formula = reader.users_not_excluded();
    reader.reading(formula)
}

/// The users whom a policy includes, and what that depends on.
pub(super) fn read_included(space: &mut Space<'_>, policy: &Policy, leniency: Leniency) -> Reading {
    let mut reader = Reader::new(space, policy, leniency, leniency.doubts());
    let formula = reader.users_included();
    reader.reading(formula)
}

/// Sign-ins that may be none of the requirement's business: from addresses that may be trusted or in the compliant network, where
/// it is about those that are not, and to apps that may not be in the suite that it is about.
pub(super) fn may_be_out_of_scope(space: &mut Space<'_>) -> Formula {
    let mut elsewhere = Vec::new();
    if space.view.requirement.outside_trusted_locations {
        let undefined: Vec<Id> = space.undefined_locations().iter().cloned().collect();
        elsewhere.extend(undefined.into_iter().map(|id| space.is(Meaning::Location(id))));
    }
    if space.view.requirement.outside_compliant_network {
        let perhaps = space.perhaps_compliant_network();
        elsewhere.extend(perhaps.into_iter().map(|id| space.is(Meaning::Location(id))));
    }
    for (app, _) in space.perhaps_of_suite() {
        elsewhere.push(space.resource(&app));
    }
    Formula::any(elsewhere)
}

/// The users whom a policy may be about as it is written: nobody who is excluded, and of a group only its members.
pub(super) fn users_as_written(space: &mut Space<'_>, policy: &Policy) -> Formula {
    Reader::new(space, policy, Leniency::AsWritten, Doubts::Cover).users()
}

struct Reader<'r, 't, 'p> {
    space: &'r mut Space<'t>,
    policy: &'p Policy,
    excludes_one_by_one: Noted<bool>,
    fills_groups: Noted<bool>,
    doubts: Noted<Doubts>,
}

impl<'r, 't, 'p> Reader<'r, 't, 'p> {
    fn new(space: &'r mut Space<'t>, policy: &'p Policy, leniency: Leniency, doubts: Doubts) -> Self {
        Self {
            space,
            policy,
            excludes_one_by_one: Noted::new(leniency.excludes_one_by_one()),
            fills_groups: Noted::new(leniency.fills_groups()),
            doubts: Noted::new(doubts),
        }
    }
}

impl Reader<'_, '_, '_> {
    fn reading(&self, formula: Formula) -> Reading {
        Reading {
            formula: Rc::new(formula),
            excludes_one_by_one: self.excludes_one_by_one.answer(),
            fills_groups: self.fills_groups.answer(),
            doubts: self.doubts.answer(),
        }
    }

    fn except_users(&mut self) -> Formula {
        // What is cheap and often decides comes first: most policies of a tenant are about something else, or ask for it.
        let parts: [fn(&mut Reader<'_, '_, '_>) -> Formula; 12] = [
            |reader| reader.in_force(),
            |reader| Formula::any([reader.grant(), reader.session()]),
            |reader| reader.applications(),
            |reader| reader.others(),
            |reader| reader.flows(),
            |reader| reader.sign_in_risk(),
            |reader| reader.user_risk(),
            |reader| reader.insider_risk(),
            |reader| reader.client_app_types(),
            |reader| reader.platforms(),
            |reader| reader.locations(),
            |reader| reader.device_filter(),
        ];
        let mut all = Vec::with_capacity(parts.len());
        for part in parts {
            match part(self) {
                Formula::Never => return Formula::Never,
                part => all.push(part),
            }
        }
        Formula::all(all)
    }

    fn in_force(&mut self) -> Formula {
        let policy = self.policy;
        let state = match policy.judged_state() {
            Fact::Known(State::Enabled) => Formula::Always,
            Fact::Known(State::ReportOnly | State::Disabled) => Formula::Never,
            Fact::Unknown(reason) => self.perhaps(Property::State, Why::Doubt(reason)),
        };
        if state == Formula::Never || policy.deleted {
            return Formula::Never;
        }
        let conditions = match policy.conditions.doubt {
            None => Formula::Always,
            Some(reason) => self.perhaps(Property::Conditions, Why::Doubt(reason)),
        };
        let contradicted =
            if policy.contradicted { self.perhaps(Property::PolicyId, Why::Contradicted) } else { Formula::Always };
        let foreign = if policy.foreign { self.perhaps(Property::PolicyId, Why::Foreign) } else { Formula::Always };
        Formula::all([state, conditions, contradicted, foreign])
    }

    /// Whether a value that the files do not state has the policy apply.
    fn perhaps(&mut self, property: Property, why: Why) -> Formula {
        let policy = self.policy;
        self.doubt(At::property(property), why, || Doubt::of(policy, property), true)
    }

    /// The same of what Microsoft does not document, which is the same for all policies.
    fn undocumented(&mut self, property: Property, why: Why, what: &'static str) -> Formula {
        self.doubt(At::property(property), why, || Some(Doubt::Undocumented(what)), true)
    }

    /// Whether an element of a list that could not be read is what is looked for. Where only what is certain counts, it is
    /// if it is excluded, and is not if it is included.
    fn hidden<T>(&mut self, property: Property, list: &List<T>, including: bool) -> Formula {
        let Some((index, reason)) = list.first_unknown() else { return Formula::Never };
        let policy = self.policy;
        self.doubt(At { property, index }, Why::Doubt(reason), || Doubt::of(policy, property), including)
    }

    /// `helps` says whether the policy applies if this is so.
    fn doubt(&mut self, at: At, why: Why, what: impl FnOnce() -> Option<Doubt>, helps: bool) -> Formula {
        match self.doubts.get() {
            Doubts::NoCover => Formula::constant(!helps),
            Doubts::Cover => Formula::constant(helps),
            Doubts::Terms(side, policy) => {
                let doubt = what().unwrap_or(Doubt::OfPolicy(side, policy, at.property));
                self.space.doubt(doubt, (side, policy), crate::signin::Cause { at, why })
            }
        }
    }

    /// Whether a list holds what fulfils a test.
    fn holds<T>(
        &mut self,
        property: Property,
        list: &List<T>,
        including: bool,
        mut test: impl FnMut(&mut Self, &T) -> Formula,
    ) -> Formula {
        let mut any: Vec<Formula> = Vec::new();
        for (_, item) in list.known() {
            any.push(test(self, item));
        }
        any.push(self.hidden(property, list, including));
        Formula::any(any)
    }

    fn included<T>(
        &mut self,
        property: Property,
        list: &List<T>,
        test: impl FnMut(&mut Self, &T) -> Formula,
    ) -> Formula {
        self.holds(property, list, true, test)
    }

    fn not_excluded<T>(
        &mut self,
        property: Property,
        list: &List<T>,
        test: impl FnMut(&mut Self, &T) -> Formula,
    ) -> Formula {
        self.holds(property, list, false, test).not()
    }
}
