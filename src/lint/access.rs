//! Who must be able to sign in, and what is reported of it.

use super::Options;
use super::control::assumptions;
use crate::access::{self, Access, Account, LockedOut, Verdict};
use crate::catalog::{self, Cloud};
use crate::config::{Config, Exception};
use crate::coverage::PrincipalKind;
use crate::diff::{self, Dimension, Region, Which};
use crate::finding::PolicyRef;
use crate::outcome::AccessReport;
use crate::policy::{ClientAppType, Id, TransferMethod, Words};
use crate::requirement::Resource;
use crate::rules::{self, Reached, TenantFacts};
use crate::tenant::Tenant;

/// Who must be able to sign in: every requirement of the configuration, and those that approved exceptions imply.
pub(crate) fn required(config: &Config, cloud: Cloud) -> impl Iterator<Item = Access> {
    let exceptions = config.exceptions.iter().filter(|exception| exception.break_glass);
    let all = config.access.iter().cloned().chain(exceptions.map(implied));
    all.map(move |access| match cloud {
        Cloud::Public => access,
        Cloud::UsGovernment => Access { resources: access.resources_in_us_government.clone(), ..access },
    })
}

/// Whether each of them can.
pub(super) fn reached(tenant: &Tenant, options: &Options) -> Vec<Reached> {
    let reached = |access: Access| {
        let answers = access::decide(tenant, &access, how(options));
        Reached { access, answers }
    };
    required(&options.config, options.cloud).map(reached).collect()
}

/// Who is locked out, with the policies as they are.
pub(super) fn locked_out(tenant: &Tenant, options: &Options) -> Vec<LockedOut> {
    access::locked_out(tenant, how(options))
}

fn how(options: &Options) -> diff::Options {
    diff::Options { assumptions: options.config.assumptions_on(options.today), ..diff::Options::default() }
}

/// An account for emergencies gets in from anywhere, whatever is asked for: nothing that anybody can bring is missing.
fn implied(exception: &Exception) -> Access {
    let administrator = catalog::roles().iter().map(|role| &role.id).find(|id| catalog::is_global_administrator(id));
    let roles: Vec<Id> = administrator.cloned().into_iter().collect();
    let id = Some(exception.id.clone());
    let account = match exception.kind {
        PrincipalKind::Group => Account { groups: id.into_iter().collect(), roles, ..Account::default() },
        PrincipalKind::User | PrincipalKind::Role | PrincipalKind::ServicePrincipal | PrincipalKind::AgentIdentity => {
            Account { id, roles, ..Account::default() }
        }
    };
    let clients = ClientAppType::MODERN.map(ClientAppType::word);
    let values = vec![
        (Dimension::ClientAppTypes, clients.to_vec()),
        (Dimension::AuthenticationFlows, vec![TransferMethod::None.word()]),
    ];
    Access {
        id: format!("break-glass/{}", exception.id),
        accounts: vec![account],
        resources: vec![Resource::Every],
        resources_in_us_government: vec![Resource::Every],
        has: None,
        region: Region { values, ..Region::default() },
        span: exception.span.clone(),
    }
}

pub(super) fn access_report(facts: &TenantFacts<'_>, reached: &Reached) -> AccessReport {
    let [now, later] = &reached.answers;
    let answer = if now.verdict == Verdict::Can { later } else { now };
    let refused = answer.refused.as_ref().map(|(_, refused)| refused);
    let policy = |index: usize| facts.tenant.policies.get(index).map(PolicyRef::to);
    let by = refused.iter().flat_map(|refused| &refused.by);
    let refused_by = by.clone().filter_map(|which| match which {
        Which::Policy(index) => policy(*index),
        Which::DefaultsBlock | Which::DefaultsAsk => None,
    });
    let depends_on = refused.iter().flat_map(|refused| &refused.depends_on);
    AccessReport {
        id: reached.access.id.clone(),
        judged: [now.verdict, later.verdict],
        reason: rules::access_reason(facts, reached),
        witness: refused.map(|refused| (refused.sign_in.clone(), refused.relevant.clone())),
        refused_by: refused_by.collect(),
        by_security_defaults: by.clone().any(|which| matches!(which, Which::DefaultsBlock | Which::DefaultsAsk)),
        depends_on: depends_on
            .filter_map(|(index, pointer, reason)| Some((policy(*index)?, pointer.as_str().to_owned(), *reason)))
            .collect(),
        assumptions: assumptions(facts),
    }
}
