//! Client apps, platforms, locations, devices, risks and flows.

use super::Reader;
use crate::coverage::formula::Formula;
use crate::coverage::space::Meaning;
use crate::policy::{ClientAppType, DeviceRule, Fact, FilterMode, List, Platform, RiskLevel, Scope};

impl Reader<'_, '_, '_> {
    pub(super) fn client_app_types(&mut self) -> Formula {
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

    pub(super) fn platforms(&mut self) -> Formula {
        self.scope(&self.policy.conditions.platforms, |reader, platform, _| match platform {
            Platform::All => Formula::Always,
            platform => reader.space.platform(*platform),
        })
    }

    pub(super) fn locations(&mut self) -> Formula {
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

    pub(super) fn device_filter(&mut self) -> Formula {
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

    pub(super) fn sign_in_risk(&mut self) -> Formula {
        self.risk_levels(&self.policy.conditions.sign_in_risk_levels, |reader, level| reader.space.sign_in_risk(level))
    }

    pub(super) fn user_risk(&mut self) -> Formula {
        self.risk_levels(&self.policy.conditions.user_risk_levels, |reader, level| reader.space.user_risk(level))
    }

    pub(super) fn insider_risk(&mut self) -> Formula {
        self.listed(&self.policy.conditions.insider_risk_levels, |reader, level| reader.space.insider_risk(*level))
    }

    pub(super) fn flows(&mut self) -> Formula {
        self.listed(&self.policy.conditions.transfer_methods, |reader, flow| reader.space.flow(*flow))
    }

    /// Workload identities and conditions without a model.
    pub(super) fn others(&mut self) -> Formula {
        let conditions = &self.policy.conditions;
        let users = match conditions.workload_identities {
            Fact::Known(workload) => Formula::constant(!workload),
            Fact::Unknown(_) => self.perhaps(),
        };
        let modelled = conditions.opaque.is_empty() && conditions.service_principal_risk_levels.is_empty();
        Formula::all([users, if modelled { Formula::Always } else { self.perhaps() }])
    }
}
