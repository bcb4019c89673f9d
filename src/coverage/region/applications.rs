//! The resources that a policy targets.

use super::Reader;
use crate::catalog::{self, Suite};
use crate::coverage::doubt::Doubts;
use crate::coverage::formula::Formula;
use crate::coverage::space::{Meaning, has_unknown, is_none};
use crate::policy::{ClientAppType, Fact, FilterMode, Id, List, Property};
use crate::requirement::Resource;
use crate::signin::{AppFact, Why};

impl Reader<'_, '_, '_> {
    pub(super) fn applications(&mut self) -> Formula {
        let applications = &self.policy.conditions.applications;
        if let Some(reason) = applications.doubt {
            return self.perhaps(Property::Applications, Why::Doubt(reason));
        }
        if let Some(named) = self.plainly_named() {
            return named;
        }
        let mut any = Vec::new();
        for index in 0..self.space.resources.len() {
            let resource = self.space.resources[index].clone();
            let matches = match &resource {
                Resource::UserAction(action) => {
                    self.included(Property::IncludeUserActions, &applications.user_actions, |_, listed| {
                        Formula::constant(listed == action)
                    })
                }
                Resource::AuthenticationContext(context) => self.included(
                    Property::IncludeAuthenticationContextClassReferences,
                    &applications.authentication_contexts,
                    |_, listed| Formula::constant(listed == context),
                ),
                Resource::App(_) | Resource::OfSuite(_) | Resource::Other | Resource::Every => {
                    let named = self.included(Property::IncludeApplications, &applications.include, |reader, id| {
                        reader.targets(id, &resource, true)
                    });
                    let excluded =
                        self.not_excluded(Property::ExcludeApplications, &applications.exclude, |reader, id| {
                            reader.targets(id, &resource, false)
                        });
                    let included = self.filtered(named);
                    Formula::all([included, excluded])
                }
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
        let is_no_app = |resource: &&Resource| match resource {
            Resource::UserAction(_) | Resource::AuthenticationContext(_) => true,
            Resource::App(_) | Resource::OfSuite(_) | Resource::Other | Resource::Every => false,
        };
        let no_apps: Vec<Resource> = self.space.resources.iter().filter(is_no_app).cloned().collect();
        let (actions, contexts) = (&applications.user_actions, &applications.authentication_contexts);
        let is_terms = || matches!(self.doubts.get(), Doubts::Terms(..));
        let is_named = |resource: &Resource| matches!(resource, Resource::App(app) if app.is_unresolved());
        if (!no_apps.is_empty() && !is_terms())
            // What a name stands for may be an app that is listed by its id.
            || (self.space.resources.iter().any(is_named) && is_terms())
            || has_unknown(actions)
            || has_unknown(contexts)
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
        let apps = Formula::all([included, excluded.not()]);
        if no_apps.is_empty() || apps == Formula::Never {
            return Some(self.no_apps(&no_apps, apps));
        }
        let is_no_app = Formula::any(no_apps.iter().map(|one| self.space.resource(one)).collect::<Vec<_>>());
        Some(self.no_apps(&no_apps, Formula::all([apps, is_no_app.not()])))
    }

    /// Adds the user actions and authentication contexts that the policy targets.
    fn no_apps(&mut self, all: &[Resource], apps: Formula) -> Formula {
        let applications = &self.policy.conditions.applications;
        let is_targeted = |resource: &&Resource| match resource {
            Resource::UserAction(action) => applications.user_actions.position(|one| one == action).is_some(),
            Resource::AuthenticationContext(context) => {
                applications.authentication_contexts.position(|one| one == context).is_some()
            }
            Resource::App(_) | Resource::OfSuite(_) | Resource::Other | Resource::Every => false,
        };
        let targeted: Vec<Formula> = all.iter().filter(is_targeted).map(|one| self.space.resource(one)).collect();
        Formula::any(std::iter::once(apps).chain(targeted))
    }

    /// What a filter for apps makes of those that are named. Beside names it may narrow them or add to them.
    fn filtered(&mut self, named: Formula) -> Formula {
        let applications = &self.policy.conditions.applications;
        let filter = match &applications.filter {
            Fact::Known(None) => return named,
            Fact::Known(Some(filter)) => filter,
            Fact::Unknown(reason) => return self.perhaps(Property::ApplicationFilter, Why::Doubt(*reason)),
        };
        let names_nothing =
            !has_unknown(&applications.include) && applications.include.known().all(|(_, id)| id.is("None"));
        match filter.mode {
            Fact::Known(FilterMode::Exclude) => {
                let left_out = self.told(AppFact::matches(&filter.rule), false);
                Formula::all([named, left_out.not()])
            }
            Fact::Known(FilterMode::Include) if names_nothing => self.told(AppFact::matches(&filter.rule), true),
            Fact::Known(FilterMode::Include) => match self.doubts.get() {
                Doubts::NoCover => Formula::all([named, self.told(AppFact::matches(&filter.rule), true)]),
                Doubts::Cover => Formula::Always,
                Doubts::Terms(..) => {
                    let what = "filter-beside-names";
                    let narrows = self.undocumented(Property::ApplicationFilter, Why::ApplicationFilter, what);
                    let matches = self.told(AppFact::matches(&filter.rule), true);
                    let narrowed = Formula::all([narrows.clone(), named.clone(), matches.clone()]);
                    Formula::any([narrowed, Formula::all([narrows.not(), Formula::any([named, matches])])])
                }
            },
            Fact::Unknown(reason) => self.perhaps(Property::ApplicationFilter, Why::Doubt(reason)),
        }
    }

    /// What the files do not tell of an app: where only what is certain counts, a term of its own, so that policies on
    /// both sides of it cover both.
    fn told(&mut self, fact: AppFact, perhaps: bool) -> Formula {
        match self.doubts.get() {
            Doubts::NoCover | Doubts::Terms(..) => self.space.is(Meaning::App(fact)),
            Doubts::Cover => Formula::constant(perhaps),
        }
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
                    Some(other) if including || self.doubts.get() != Doubts::Cover => {
                        self.space.is(Meaning::App(AppFact::InSuite(other)))
                    }
                    Some(_) | None => Formula::Never,
                };
            }
            Resource::Every | Resource::Other | Resource::UserAction(_) | Resource::AuthenticationContext(_) => {
                return Formula::Never;
            }
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
        // Where tenants are compared, a change may depend on which app a name stands for.
        let may_be_named = app.is_unresolved() && matches!(self.doubts.get(), Doubts::Terms(..));
        if (id.guid().is_some() && !may_be_named) || names_no_app {
            Formula::Never
        } else {
            self.told(AppFact::Is(id.clone()), including)
        }
    }

    /// In a browser, a portal may be what asks for an API.
    fn asked_by_a_portal(&mut self, including: bool) -> Formula {
        let portal = self.told(AppFact::InSuite(Suite::AdminPortals), including);
        Formula::all([portal, self.space.client(ClientAppType::Browser)])
    }
}
