//! The configurations of providers that policies belong to.

use super::{ResourceKind, kind};
use crate::evaluate::{Made, Run, Written};
use std::collections::BTreeMap;

/// Which aliases of a provider lead to other tenants; empty if all policies are of one.
pub(super) struct Tenants(BTreeMap<Option<String>, Option<String>>);

impl Tenants {
    pub(super) fn of(run: &Run<'_>, made: &[Made<'_>]) -> Self {
        let policies = made.iter().filter(|made| {
            !made.resource.is_data && matches!(kind(made.resource.type_name, None), Some(ResourceKind::Policy(_)))
        });
        let mut aliases: Vec<Option<String>> = policies.map(alias).collect();
        aliases.sort();
        aliases.dedup();
        let mut ids: BTreeMap<Option<String>, String> = BTreeMap::new();
        for (alias, tenant) in run.providers() {
            ids.insert(alias, tenant.to_ascii_lowercase());
        }
        let mut by_id: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for alias in aliases {
            let name = match ids.get(&alias) {
                Some(id) => by_id.entry(id).or_insert_with(|| alias.clone()).clone(),
                None => alias.clone(),
            };
            names.insert(alias, name);
        }
        let mut distinct: Vec<&Option<String>> = names.values().collect();
        distinct.dedup();
        if distinct.len() < 2 { Self(BTreeMap::new()) } else { Self(names) }
    }

    pub(super) fn of_resource(&self, made: &Made<'_>) -> Option<String> {
        self.0.get(&alias(made)).cloned().flatten()
    }
}

/// The alias of a resource's provider: `b` of `azuread.b`.
fn alias(made: &Made<'_>) -> Option<String> {
    made.resource
        .block
        .argument("provider")
        .and_then(Written::as_reference)
        .and_then(|text| text.split_once('.').map(|(_, alias)| alias.trim().to_owned()))
}
