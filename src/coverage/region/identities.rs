//! Service principals and agents that a policy is about, and what conditions mean for them.

use super::Reader;
use crate::coverage::formula::Formula;
use crate::coverage::space::{Meaning, has_unknown, is_none};
use crate::policy::{Assigned, ClientAppType, Fact, Id, IdentityConditions, List, Property, Reason};
use crate::requirement::Identities;
use crate::signin::Why;

impl Reader<'_, '_, '_> {
    /// The class that the requirement is about.
    pub(super) fn class(&self) -> Identities {
        self.space.view.requirement.identities
    }

    /// Whether it signs in as a service principal.
    pub(super) fn is_about_service_principals(&self) -> bool {
        match self.class() {
            Identities::Users | Identities::AgentUsers => false,
            Identities::ServicePrincipals | Identities::AgentIdentities => true,
        }
    }

    /// What a property of a policy for this class means is not documented, or depends on what is not in the files.
    pub(super) fn open_for_class(&mut self, property: Property) -> Formula {
        self.perhaps(property, Why::IdentitiesPerhaps)
    }

    /// The same where the property says something.
    pub(super) fn open_unless(&mut self, is_empty: bool, property: Property) -> Formula {
        if is_empty { Formula::Always } else { self.open_for_class(property) }
    }

    /// Clients that are no users': all of them, or it is not documented.
    pub(super) fn clients_of_class(&mut self) -> Formula {
        let types = &self.policy.conditions.client_app_types;
        let all = types.known().any(|(_, kind)| *kind == ClientAppType::All);
        self.open_unless(all, Property::ClientAppTypes)
    }

    /// The risk of a service principal or an agent.
    pub(super) fn risk_of_class(&mut self) -> Formula {
        let nothing = List::default();
        let conditions = &self.policy.conditions;
        let (property, levels) = match self.class() {
            Identities::Users => return Formula::Always,
            Identities::ServicePrincipals => {
                (Property::ServicePrincipalRiskLevels, &conditions.service_principal_risk_levels)
            }
            Identities::AgentUsers | Identities::AgentIdentities => {
                let levels = conditions.identities.as_ref().map_or(&nothing, |one| &one.agent_risk_levels);
                (Property::AgentIdRiskLevels, levels)
            }
        };
        self.risk_levels(property, levels, |reader, level| reader.space.user_risk(level))
    }

    /// The agent users that a policy includes. Whether groups and roles bring in agent users is not documented.
    pub(super) fn agent_users_included(&mut self) -> Formula {
        let users = &self.policy.conditions.users;
        let all = self.included(Property::IncludeUsers, &users.include_users, |_, id| {
            Formula::constant(id.is("AllAgentIdUsers"))
        });
        let one = self.one_of(&users.include_users, true, |named| &named.users, Meaning::User);
        let mut any = vec![all, one];
        if !users.include_groups.is_empty() {
            any.push(self.open_for_class(Property::IncludeGroups));
        } else if !users.include_roles.is_empty() {
            any.push(self.open_for_class(Property::IncludeRoles));
        }
        Formula::any(any)
    }

    fn assigned<'c>(&self, conditions: &'c IdentityConditions) -> (&'c Assigned, &'static str, [Property; 3]) {
        match self.class() {
            Identities::AgentIdentities => (
                &conditions.agents,
                "All",
                [
                    Property::IncludeAgentIdServicePrincipals,
                    Property::ExcludeAgentIdServicePrincipals,
                    Property::AgentIdServicePrincipalFilter,
                ],
            ),
            Identities::Users | Identities::AgentUsers | Identities::ServicePrincipals => (
                &conditions.service_principals,
                "ServicePrincipalsInMyTenant",
                [
                    Property::IncludeServicePrincipals,
                    Property::ExcludeServicePrincipals,
                    Property::ServicePrincipalFilter,
                ],
            ),
        }
    }

    /// The service principals or agents that a policy includes.
    pub(super) fn identities_included(&mut self) -> Formula {
        let conditions = &self.policy.conditions;
        let of_workloads = match conditions.workload_identities {
            Fact::Known(false) => return Formula::Never,
            Fact::Known(true) => Formula::Always,
            Fact::Unknown(reason) => return self.perhaps(Property::ClientApplications, Why::Doubt(reason)),
        };
        let Some(identities) = &conditions.identities else {
            return self.perhaps(Property::ClientApplications, Why::Opaque);
        };
        let (assigned, word, [include, _, filter]) = self.assigned(identities);
        let no_filter = assigned.filter == Fact::Known(None);
        let understood = match identities.doubt {
            None if no_filter && assigned.include.is_empty() => return Formula::Never,
            None => Formula::Always,
            Some(reason) => self.perhaps(Property::ClientApplications, Why::Doubt(reason)),
        };
        let users = &conditions.users;
        let says_nobody = users.doubt.is_none()
            && is_none(&users.include_guests)
            && users.include_groups.is_empty()
            && users.include_roles.is_empty()
            && !has_unknown(&users.include_users)
            && users.include_users.known().all(|(_, id)| id.is("None"));
        let nobody = self.open_unless(says_nobody, Property::Users);
        let of_filter = self.open_unless(no_filter, filter);
        let included = if no_filter {
            let all = self.included(include, &assigned.include, |_, id| Formula::constant(id.is(word)));
            let one = self.one_principal(&assigned.include, true);
            let unrecognised = if has_odd(&assigned.include, word) {
                self.perhaps(include, Why::Doubt(Reason::Unrecognised))
            } else {
                Formula::Never
            };
            // A property that is not understood may include more.
            let more = match identities.doubt {
                None => Formula::Never,
                Some(reason) => self.perhaps(Property::ClientApplications, Why::Doubt(reason)),
            };
            Formula::any([all, one, unrecognised, more])
        } else {
            Formula::Always
        };
        Formula::all([of_workloads, understood, nobody, of_filter, included])
    }

    /// The service principals or agents that a policy does not exclude.
    pub(super) fn identities_not_excluded(&mut self) -> Formula {
        let conditions = &self.policy.conditions;
        let Some(identities) = &conditions.identities else { return Formula::Always };
        if conditions.workload_identities != Fact::Known(true) {
            // Said once, with those that are included.
            return Formula::Always;
        }
        let (assigned, word, [_, exclude, _]) = self.assigned(identities);
        let class = self.not_excluded(exclude, &assigned.exclude, |_, id| Formula::constant(id.is(word)));
        let one_by_one = if self.excludes_one_by_one.get() {
            self.one_principal(&assigned.exclude, false).not()
        } else {
            Formula::Always
        };
        let recognised = if has_odd(&assigned.exclude, word) {
            self.perhaps(exclude, Why::Doubt(Reason::Unrecognised))
        } else {
            Formula::Always
        };
        Formula::all([class, one_by_one, recognised])
    }

    /// The service principals or agents that a list names. The id of an agent's blueprint stands for every agent of it, so
    /// several ids can be meant at once.
    fn one_principal(&mut self, list: &List<Id>, including: bool) -> Formula {
        if self.class() != Identities::AgentIdentities {
            return self.one_of(list, including, |named| &named.users, Meaning::User);
        }
        let listed: Vec<Id> = list.known().map(|(_, id)| id).filter(|id| id.is_one_object()).cloned().collect();
        self.space.is_any(listed, Meaning::Group)
    }
}

/// Whether a list has a word that is not Microsoft's for it.
fn has_odd(list: &List<Id>, word: &str) -> bool {
    let is_odd = |id: &Id| id.may_be_class() || !id.is_one_object();
    list.known().any(|(_, id)| is_odd(id) && !id.is(word) && !id.is("None"))
}
