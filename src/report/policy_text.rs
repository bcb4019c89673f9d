//! Policies as readable text: one fact on a line, in one order, with names for ids. The same for every dialect and encoding,
//! so that two texts differ only where the policies do.

use crate::finding::visible;
use crate::policy::{Fact, Filter, Guests, Id, List, Policy, Property, Scope, Words};
use crate::tenant::Tenant;

/// All policies of a tenant, in the order of their names.
#[must_use]
pub fn of(tenant: &Tenant) -> String {
    let mut policies: Vec<String> = tenant.policies.iter().map(|policy| text(tenant, policy)).collect();
    policies.sort();
    policies.join("\n")
}

/// The facts of one policy.
struct Facts<'t> {
    tenant: &'t Tenant,
    lines: Vec<String>,
}

fn text(tenant: &Tenant, policy: &Policy) -> String {
    let mut facts = Facts { tenant, lines: Vec::new() };
    let name = policy.name().or(policy.address()).unwrap_or("(no name)");
    facts.lines.push(format!("policy {name}"));
    if let Some(id) = &policy.id {
        facts.lines.push(format!("id {id}"));
    }
    facts.fact("state", &policy.state, |state| state.word().to_owned());
    if policy.deleted {
        facts.lines.push("deleted".to_owned());
    }
    facts.conditions(policy);
    facts.grant(policy);
    match &policy.session {
        Fact::Known(controls) => {
            for control in controls {
                facts.lines.push(format!("sessionControls.{} {}", control.name, control.value));
            }
        }
        Fact::Unknown(reason) => facts.unknown("sessionControls", reason.because()),
    }
    facts.lines.iter().map(|line| visible(line) + "\n").collect()
}

impl Facts<'_> {
    fn unknown(&mut self, what: &str, because: &str) {
        self.lines.push(format!("{what} (unknown: {because})"));
    }

    fn fact<T>(&mut self, what: &str, fact: &Fact<T>, word: impl Fn(&T) -> String) {
        match fact {
            Fact::Known(value) => self.lines.push(format!("{what} {}", word(value))),
            Fact::Unknown(reason) => self.unknown(what, reason.because()),
        }
    }

    fn list<T>(&mut self, what: &str, list: &List<T>, word: impl Fn(&T) -> String) {
        let mut lines: Vec<String> = list.known().map(|(_, value)| format!("{what} {}", word(value))).collect();
        lines.sort();
        lines.dedup();
        self.lines.extend(lines);
        if let Some((_, reason)) = list.first_unknown() {
            self.unknown(what, reason.because());
        }
    }

    fn words<T: Words>(&mut self, what: &str, list: &List<T>) {
        self.list(what, list, |value| value.word().to_owned());
    }

    fn ids(&mut self, what: &str, list: &List<Id>) {
        let tenant = self.tenant;
        self.list(what, list, |id| match tenant.name(id).or_else(|| tenant.description(id)) {
            Some(name) => format!("{id} ({name})"),
            None => id.to_string(),
        });
    }

    fn conditions(&mut self, policy: &Policy) {
        let conditions = &policy.conditions;
        if let Some(reason) = conditions.doubt {
            self.unknown("conditions", reason.because());
        }
        let users = &conditions.users;
        if let Some(reason) = users.doubt {
            self.unknown("users", reason.because());
        }
        self.ids("users.includeUsers", &users.include_users);
        self.ids("users.excludeUsers", &users.exclude_users);
        self.ids("users.includeGroups", &users.include_groups);
        self.ids("users.excludeGroups", &users.exclude_groups);
        self.ids("users.includeRoles", &users.include_roles);
        self.ids("users.excludeRoles", &users.exclude_roles);
        self.guests("users.includeGuestsOrExternalUsers", &users.include_guests);
        self.guests("users.excludeGuestsOrExternalUsers", &users.exclude_guests);
        let applications = &conditions.applications;
        if let Some(reason) = applications.doubt {
            self.unknown("applications", reason.because());
        }
        self.ids("applications.includeApplications", &applications.include);
        self.ids("applications.excludeApplications", &applications.exclude);
        self.ids("applications.includeUserActions", &applications.user_actions);
        let contexts = &applications.authentication_contexts;
        self.ids("applications.includeAuthenticationContextClassReferences", contexts);
        self.filter("applications.applicationFilter", &applications.filter);
        match conditions.workload_identities {
            Fact::Known(false) => {}
            Fact::Known(true) => self.lines.push("clientApplications (workload identities)".to_owned()),
            Fact::Unknown(reason) => self.unknown("clientApplications", reason.because()),
        }
        self.words("clientAppTypes", &conditions.client_app_types);
        self.scope("platforms", &conditions.platforms, Self::words);
        self.scope("locations", &conditions.locations, Self::ids);
        self.filter("devices.deviceFilter", &conditions.device_filter);
        self.words("signInRiskLevels", &conditions.sign_in_risk_levels);
        self.words("userRiskLevels", &conditions.user_risk_levels);
        self.words("servicePrincipalRiskLevels", &conditions.service_principal_risk_levels);
        self.words("insiderRiskLevels", &conditions.insider_risk_levels);
        self.words("authenticationFlows.transferMethods", &conditions.transfer_methods);
        for opaque in &conditions.opaque {
            // What it says is not understood; that it has changed can be seen.
            let digest = opaque.content.map(|content| format!(" {content}")).unwrap_or_default();
            self.lines.push(format!("{} (not understood){digest}", opaque.name));
        }
    }

    fn scope<T>(&mut self, what: &str, scope: &Scope<T>, list: impl Fn(&mut Self, &str, &List<T>)) {
        if let Some(reason) = scope.doubt {
            self.unknown(what, reason.because());
        }
        list(self, &format!("{what}.include"), &scope.include);
        list(self, &format!("{what}.exclude"), &scope.exclude);
    }

    fn guests(&mut self, what: &str, guests: &Fact<Option<Box<Guests>>>) {
        match guests {
            Fact::Known(None) => {}
            Fact::Known(Some(guests)) => {
                self.words(what, &guests.types);
                if let Some(tenants) = &guests.tenants {
                    self.ids(&format!("{what}.externalTenants"), tenants);
                }
            }
            Fact::Unknown(reason) => self.unknown(what, reason.because()),
        }
    }

    fn filter(&mut self, what: &str, filter: &Fact<Option<Box<Filter>>>) {
        match filter {
            Fact::Known(None) => {}
            Fact::Known(Some(filter)) => {
                self.fact(what, &filter.mode, |mode| format!("{} {}", mode.word(), filter.rule));
            }
            Fact::Unknown(reason) => self.unknown(what, reason.because()),
        }
    }

    fn grant(&mut self, policy: &Policy) {
        let grant = &policy.grant;
        if let Some(reason) = grant.doubt {
            self.unknown("grantControls", reason.because());
        }
        match &grant.operator {
            Fact::Known(None) => {}
            Fact::Known(Some(operator)) => self.lines.push(format!("grantControls.operator {}", operator.word())),
            Fact::Unknown(reason) => self.unknown("grantControls.operator", reason.because()),
        }
        self.words("grantControls.builtInControls", &grant.built_in);
        self.ids("grantControls.customAuthenticationFactors", &grant.custom);
        self.ids("grantControls.termsOfUse", &grant.terms_of_use);
        let what = "grantControls.authenticationStrength";
        match &grant.strength {
            Fact::Known(None) => {}
            Fact::Known(Some(strength)) => {
                if let Some(id) = &strength.id {
                    let name = self.tenant.name(id).map(|name| format!(" ({name})")).unwrap_or_default();
                    self.lines.push(format!("{what} {id}{name}"));
                }
                self.list(&format!("{what}.allowedCombinations"), &strength.combinations, ToString::to_string);
            }
            Fact::Unknown(reason) => self.unknown(what, reason.because()),
        }
        for (property, content) in &policy.contents {
            // Two texts must differ where what cannot be read differs.
            self.lines.push(format!("{} (as it is written) {content}", leaf(*property)));
        }
    }
}

fn leaf(property: Property) -> String {
    property.as_str().trim_start_matches('/').replace('/', ".")
}
