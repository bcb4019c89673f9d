//! A policy as a formula: on which sign-ins does it force what is required?
//!
//! Written apart from `signin`, which says the same of one sign-in at a time, so that each can test the other.

mod applications;
mod conditions;
mod grant;
mod users;

use super::formula::Formula;
use super::space::{Meaning, Space, has_unknown};
use crate::catalog;
use crate::policy::{ClientAppType, Fact, Id, List, Policy, State};
use crate::requirement::{Grant, Resource};
use crate::signin::AssumeEnabled;
use crate::tenant::SecurityDefaults;

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
}
