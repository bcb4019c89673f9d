//! References of infrastructure code, named so that two tenants that were read apart can be compared.

use super::Tenant;
use crate::policy::{Fact, FileIndex, Id};
use std::collections::{BTreeMap, BTreeSet};

impl Tenant {
    /// The files, or the first files of folders, that references belong to.
    #[must_use]
    pub fn roots(&mut self) -> BTreeSet<FileIndex> {
        let mut roots = BTreeSet::new();
        self.change_references(|reference| {
            roots.insert(reference.0);
        });
        roots
    }

    /// Changes every reference in policies and companion objects.
    pub fn change_references(&mut self, mut change: impl FnMut(&mut (FileIndex, Box<str>))) {
        let mut change = |mut id: Id| {
            if let Id::Reference(reference) = &mut id {
                change(reference);
            }
            id
        };
        for policy in &mut self.policies {
            let is_reference = |(_, id): (usize, &Id)| matches!(id, Id::Reference(_));
            for list in policy.id_lists_mut().into_iter().filter(|list| list.known().any(is_reference)) {
                *list = std::mem::take(list).map(&mut change);
            }
            if let Fact::Known(Some(strength)) = &mut policy.grant.strength {
                strength.id = strength.id.take().map(&mut change);
            }
        }
        let companions = &mut self.companions;
        companions.named_locations = with_keys(std::mem::take(&mut companions.named_locations), &mut change);
        companions.strengths = with_keys(std::mem::take(&mut companions.strengths), &mut change);
        companions.names = with_keys(std::mem::take(&mut companions.names), &mut change);
        companions.descriptions = with_keys(std::mem::take(&mut companions.descriptions), &mut change);
        let further = std::mem::take(&mut companions.further_names).into_iter();
        companions.further_names = further.map(|(name, id)| (name, change(id))).collect();
    }
}

fn with_keys<T>(map: BTreeMap<Id, T>, change: impl FnMut(Id) -> Id) -> BTreeMap<Id, T> {
    let (keys, values): (Vec<Id>, Vec<T>) = map.into_iter().unzip();
    keys.into_iter().map(change).zip(values).collect()
}
