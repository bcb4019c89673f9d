//! Client apps, platforms, locations, devices, risks and flows.

use super::Reader;
use crate::coverage::doubt::{Doubt, Doubts};
use crate::coverage::formula::Formula;
use crate::coverage::space::{Meaning, Space};
use crate::policy::{ClientAppType, DeviceRule, Fact, FilterMode, List, Platform, Property, RiskLevel, Scope};
use crate::requirement::Identities;
use crate::signin::{At, Why};

impl Reader<'_, '_, '_> {
    pub(super) fn client_app_types(&mut self) -> Formula {
        if self.class() != Identities::Users {
            return self.clients_of_class();
        }
        let types = &self.policy.conditions.client_app_types;
        if types.is_empty() {
            let modern = Formula::any(ClientAppType::MODERN.map(|client| self.space.client(client)));
            let documented = self.space.view.assumptions.empty_client_apps_is_modern;
            let what = "empty-client-apps-is-modern";
            return if documented {
                modern
            } else {
                Formula::all([modern, self.undocumented(Property::ClientAppTypes, Why::NoClientApps, what)])
            };
        }
        self.included(Property::ClientAppTypes, types, |reader, kind| match kind {
            ClientAppType::All => Formula::Always,
            kind => reader.space.client(*kind),
        })
    }

    /// Whether a value is included, and whether it is not excluded.
    fn scope<T>(
        &mut self,
        scope: &Scope<T>,
        [whole, include, exclude]: [Property; 3],
        test: impl Fn(&mut Self, &T, bool) -> Formula,
    ) -> (Formula, Formula) {
        if scope.is_empty() {
            let is_none = !scope.is_written || self.space.view.assumptions.empty_conditions_are_none;
            let included = if is_none {
                Formula::Always
            } else {
                self.undocumented(whole, Why::EmptyCondition, "empty-conditions-are-none")
            };
            return (included, Formula::Always);
        }
        if let Some(reason) = scope.doubt {
            return (self.perhaps(whole, Why::Doubt(reason)), Formula::Always);
        }
        let included = if scope.include.is_empty() {
            self.undocumented(include, Why::EmptyCondition, "excluding-from-nothing")
        } else {
            self.included(include, &scope.include, |reader, item| test(reader, item, true))
        };
        let not_excluded = self.not_excluded(exclude, &scope.exclude, |reader, item| test(reader, item, false));
        (included, not_excluded)
    }

    pub(super) fn platform_lists(&mut self) -> (Formula, Formula) {
        let properties = [Property::Platforms, Property::IncludePlatforms, Property::ExcludePlatforms];
        self.scope(&self.policy.conditions.platforms, properties, |reader, platform, _| match platform {
            Platform::All => Formula::Always,
            platform => reader.space.platform(*platform),
        })
    }

    pub(super) fn platforms(&mut self) -> Formula {
        if self.is_about_service_principals() && !self.policy.conditions.platforms.is_empty() {
            return self.open_for_class(Property::Platforms);
        }
        let (included, not_excluded) = self.platform_lists();
        Formula::all([included, not_excluded])
    }

    pub(super) fn location_lists(&mut self) -> (Formula, Formula) {
        let properties = [Property::Locations, Property::IncludeLocations, Property::ExcludeLocations];
        self.scope(&self.policy.conditions.locations, properties, |reader, id, including| {
            let side = reader.doubts.side();
            if id.is("All") {
                return Formula::Always;
            }
            if !id.is("AllTrusted") {
                return reader.space.location(side, id);
            }
            let trusted = reader.space.trusted(side);
            if !including || reader.doubts.get() != Doubts::Cover {
                return trusted;
            }
            let perhaps = reader.space.undefined_locations().clone();
            let perhaps = perhaps.into_iter().map(|id| reader.space.is(Meaning::Location(id))).collect::<Vec<_>>();
            Formula::any(std::iter::once(trusted).chain(perhaps))
        })
    }

    pub(super) fn locations(&mut self) -> Formula {
        let (included, not_excluded) = self.location_lists();
        Formula::all([included, not_excluded])
    }

    pub(super) fn device_filter(&mut self) -> Formula {
        if self.is_about_service_principals() && self.policy.conditions.device_filter != Fact::Known(None) {
            return self.open_for_class(Property::DeviceFilter);
        }
        let filter = match &self.policy.conditions.device_filter {
            Fact::Known(None) => return Formula::Always,
            Fact::Known(Some(filter)) => filter,
            Fact::Unknown(reason) => return self.perhaps(Property::DeviceFilter, Why::Doubt(*reason)),
        };
        let rule = filter.device_rule();
        match filter.mode {
            Fact::Known(mode) => {
                let perhaps = rule.first_opaque().is_some() && self.doubts.get() == Doubts::Cover;
                rule_is(self.space, rule, mode == FilterMode::Include, perhaps)
            }
            Fact::Unknown(reason) => self.perhaps(Property::DeviceFilter, Why::Doubt(reason)),
        }
    }

    fn listed<T>(&mut self, property: Property, list: &List<T>, test: impl FnMut(&mut Self, &T) -> Formula) -> Formula {
        if list.is_empty() { Formula::Always } else { self.included(property, list, test) }
    }

    pub(super) fn risk_levels(
        &mut self,
        property: Property,
        list: &List<RiskLevel>,
        test: fn(&mut Self, RiskLevel) -> Formula,
    ) -> Formula {
        let documented = self.space.view.assumptions.all_risk_levels_is_no_condition;
        self.listed(property, list, |reader, level| match level {
            RiskLevel::None if !documented => {
                let what = "all-risk-levels-is-no-condition";
                let perhaps = reader.undocumented(property, Why::EveryRiskLevel, what);
                Formula::all([perhaps, test(reader, *level)])
            }
            level => test(reader, *level),
        })
    }

    pub(super) fn sign_in_risk(&mut self) -> Formula {
        if self.class() != Identities::Users {
            return self.open_unless(self.policy.conditions.sign_in_risk_levels.is_empty(), Property::SignInRiskLevels);
        }
        let levels = &self.policy.conditions.sign_in_risk_levels;
        self.risk_levels(Property::SignInRiskLevels, levels, |reader, level| reader.space.sign_in_risk(level))
    }

    pub(super) fn user_risk(&mut self) -> Formula {
        if self.class() != Identities::Users {
            return self.open_unless(self.policy.conditions.user_risk_levels.is_empty(), Property::UserRiskLevels);
        }
        let levels = &self.policy.conditions.user_risk_levels;
        self.risk_levels(Property::UserRiskLevels, levels, |reader, level| reader.space.user_risk(level))
    }

    pub(super) fn insider_risk(&mut self) -> Formula {
        if self.class() != Identities::Users {
            return self
                .open_unless(self.policy.conditions.insider_risk_levels.is_empty(), Property::InsiderRiskLevels);
        }
        let levels = &self.policy.conditions.insider_risk_levels;
        self.listed(Property::InsiderRiskLevels, levels, |reader, level| reader.space.insider_risk(*level))
    }

    pub(super) fn flows(&mut self) -> Formula {
        if self.class() != Identities::Users {
            return self.open_unless(self.policy.conditions.transfer_methods.is_empty(), Property::TransferMethods);
        }
        let flows = &self.policy.conditions.transfer_methods;
        self.listed(Property::TransferMethods, flows, |reader, flow| reader.space.flow(*flow))
    }

    /// Workload identities and conditions without a model.
    pub(super) fn others(&mut self) -> Formula {
        let conditions = &self.policy.conditions;
        let class = self.class();
        let of_agents = matches!(class, Identities::AgentUsers | Identities::AgentIdentities);
        let mut all = vec![match conditions.workload_identities {
            // Whom it is for says this, too.
            _ if self.is_about_service_principals() => Formula::Always,
            Fact::Known(workload) => Formula::constant(!workload),
            Fact::Unknown(reason) => self.perhaps(Property::ClientApplications, Why::Doubt(reason)),
        }];
        for (index, opaque) in conditions.opaque.iter().enumerate() {
            if of_agents && opaque.is_agent_risk {
                continue;
            }
            let what = || opaque.content.map(|content| Doubt::Condition(opaque.name.clone(), content));
            all.push(self.doubt(At::element(Property::Conditions, index), Why::Opaque, what, true));
        }
        if !conditions.service_principal_risk_levels.is_empty() && class != Identities::ServicePrincipals {
            all.push(self.perhaps(Property::ServicePrincipalRiskLevels, Why::Opaque));
        }
        all.push(self.risk_of_class());
        Formula::all(all)
    }
}

/// Whether the device fulfils the rule of a filter, or does not.
pub(crate) fn device_rule(space: &mut Space<'_>, rule: &str, holds: bool) -> Formula {
    rule_is(space, &DeviceRule::read(rule), holds, false)
}

/// Whether a rule is `wanted`. With `perhaps`, what cannot be interpreted is.
fn rule_is(space: &mut Space<'_>, rule: &DeviceRule, wanted: bool, perhaps: bool) -> Formula {
    let mut each = |parts: &[DeviceRule]| -> Vec<Formula> {
        parts.iter().map(|part| rule_is(space, part, wanted, perhaps)).collect()
    };
    match (rule, wanted) {
        (DeviceRule::And(parts), true) | (DeviceRule::Or(parts), false) => Formula::all(each(parts)),
        (DeviceRule::And(parts), false) | (DeviceRule::Or(parts), true) => Formula::any(each(parts)),
        (DeviceRule::Not(part), _) => rule_is(space, part, !wanted, perhaps),
        (DeviceRule::Opaque(_), _) if perhaps => Formula::Always,
        (DeviceRule::Opaque(text), true) => space.is(Meaning::Opaque(text.clone())),
        (DeviceRule::Opaque(text), false) => space.is(Meaning::Opaque(text.clone())).not(),
        (DeviceRule::Is(comparison), true) => space.device(comparison),
        (DeviceRule::Is(comparison), false) => space.device(comparison).not(),
    }
}
