//! Nobody with a password alone can register a first authentication method.

use super::{Rule, declare};
use crate::access::{self, Account, Expectation, Expected, Met, Who};
use crate::diff::{self, Atom, Dimension, Region};
use crate::finding::{Drafts, Label, PolicyRef, joined};
use crate::policy::{ClientAppType, Id, Policy, Property, REGISTER_SECURITY_INFO, Words};
use crate::requirement::Resource;
use crate::rules::TenantFacts;
use crate::signin::SignIn;
use crate::syntax::Pointer;
use crate::tenant::{Companions, Tenant};
use std::collections::BTreeSet;

declare! {
    rule: CannotRegisterFirstMethod,
    id: "cannot-register-first-method",
    levels: [Info],
    since: "0.1.0",
    category: Exclusions,
    summary: "A user who has a password and no other method cannot register a first one, from wherever.",
    doc: "doc.md",
}

impl Rule for CannotRegisterFirstMethod {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let targets = |policy: &Policy| {
            let actions = &policy.conditions.applications.user_actions;
            facts.is_on(policy) && actions.position(|action| action.is(REGISTER_SECURITY_INFO)).is_some()
        };
        if !facts.is_whole || !facts.tenant.policies.iter().any(targets) {
            return;
        }
        // A policy for apps does not apply to a user action, so most policies need not be looked at.
        let asked = |policy: &&Policy| !policy.conditions.applications.user_actions.is_empty();
        let asked: Vec<&Policy> = facts.tenant.policies.iter().filter(asked).collect();
        let tenant = Tenant {
            policies: asked.iter().map(|policy| (*policy).clone()).collect(),
            companions: Companions {
                named_locations: facts.tenant.companions.named_locations.clone(),
                strengths: facts.tenant.companions.strengths.clone(),
                security_defaults: facts.tenant.companions.security_defaults,
                ..Companions::default()
            },
            ..Tenant::default()
        };
        let assumptions = facts.options().assumptions;
        let password: Vec<Atom> = Atom::read("password").into_iter().collect();
        let action = Resource::UserAction(Id::new(REGISTER_SECURITY_INFO));
        let anywhere = SignIn::attacker(action.clone());
        let trusted = SignIn { locations: BTreeSet::from([Id::new("AllTrusted")]), ..anywhere.clone() };
        if access::one_surely(&tenant, &[anywhere, trusted], &password, assumptions) {
            return;
        }
        let expectation = Expectation {
            name: String::new(),
            who: Who::Exactly(Account::default()),
            has: Some(password),
            resources: vec![action],
            region: Region {
                values: vec![(Dimension::ClientAppTypes, ClientAppType::MODERN.map(ClientAppType::word).to_vec())],
                ..Region::default()
            },
            outcome: Expected::May,
        };
        let options = diff::Options { assumptions, ..diff::Options::default() };
        let judged = access::judge(&tenant, &[expectation], options);
        let refused = judged.into_iter().filter(|judged| judged.met == Met::No).find_map(|judged| judged.shown);
        let Some(refused) = refused else { return };
        let index = refused.by.iter().filter_map(|which| which.policy());
        let policies: Vec<&Policy> = index.filter_map(|index| asked.get(index).copied()).collect();
        let Some(first) = policies.first() else { return };
        let names: Vec<String> = policies.iter().map(|policy| PolicyRef::to(policy).label()).collect();
        let message = format!(
            "A user who has a password alone cannot register a first authentication method, from wherever: {} asks for more.",
            joined(&names, 3)
        );
        let pointer = Pointer::new(Property::GrantControls);
        let draft =
            Self::draft(message).policy(first).label(Label::in_policy(first, &pointer, "a password is not enough"));
        drafts.push(draft.help(
            "Give new users a Temporary Access Pass, which counts as MFA. Or exclude trusted locations or compliant devices \
             from the policy.",
        ));
    }
}
