//! The changes in their order, grouped by what was edited, and what keeps the other edits without effect.

use super::{Asking, Listed, Search, excepted};
use crate::coverage::prover::Formula;
use crate::coverage::{Facet, Side};
use crate::diff::demand::Mode;
use crate::diff::difference::{Change, Difference, Edit, Effect, Group, Kind, Masked};
use crate::diff::{rank, values};

impl Search<'_> {
    /// Puts the changes into order and groups them by what was edited.
    pub(super) fn finish(&mut self, difference: &mut Difference) {
        let mut found = std::mem::take(&mut self.found);
        found.sort_by_cached_key(|listed| rank::order(&listed.change, listed.loss, listed.departures));
        let mut groups: Vec<Group> = Vec::new();
        for (index, Listed { mut change, region, .. }) in found.into_iter().enumerate() {
            let (removed, added) = values::of(self.tenants, &change);
            let is_same = |group: &Group| {
                group.kind == change.kind
                    && group.property == change.property
                    && group.removed == removed
                    && group.added == added
            };
            change.group = groups.iter().position(is_same).unwrap_or(groups.len());
            if change.group == groups.len() {
                let (kind, property) = (change.kind, change.property);
                groups.push(Group { kind, property, removed, added, changes: Vec::new() });
            }
            if change.session.is_none() {
                let group = &groups[change.group];
                let is_shown = group.changes.is_empty() || group.is_told_apart();
                change.except = excepted(region.new, self.masks(&region, is_shown));
            }
            groups[change.group].changes.push(index);
            difference.changes.push(change);
        }
        difference.groups = groups;
        let mut listed = std::mem::take(&mut difference.edits);
        for edit in &mut listed {
            edit.effect = effect(edit, &difference.changes);
            if edit.effect == Effect::None {
                edit.masked_by = self.masked(edit);
            }
        }
        difference.edits = listed;
    }

    /// What keeps an edit without effect. Where that takes too long to tell, nothing is said.
    pub(super) fn masked(&mut self, edit: &Edit) -> Vec<Masked> {
        let mut found = Vec::new();
        let mut is_in_force = false;
        for (old, which) in [(Side::Before, edit.before), (Side::After, edit.after)] {
            let Some(entry) = which.and_then(|which| self.index_of(old, which)) else { continue };
            let own = &self.prover.entries[old.index()][entry];
            if own.facet(Facet::State) == &Formula::Never {
                continue;
            }
            is_in_force = true;
            let Ok(ways) = own.grant.refused() else { continue };
            let applies = own.applies.clone();
            let other = self.counterpart_entry(old, entry);
            for (_, matches) in self.letting_go(old, entry, other) {
                let wanted = [applies.clone(), self.prover.denial(&matches, Mode::Possible)];
                let wanted = wanted.to_vec();
                let asking = Asking { new: old.other(), ways: ways.clone(), wanted, counterpart: other };
                let masks = self.masks(&asking, true);
                found.extend(masks.into_iter().map(|which| Masked::By(old.other(), which)));
            }
        }
        if !is_in_force {
            return vec![Masked::NotInForce];
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}

fn effect(edit: &Edit, changes: &[Change]) -> Effect {
    let is_cause =
        |change: &&Change| change.causes.iter().any(|cause| (cause.before, cause.after) == (edit.before, edit.after));
    let (mut loosens, mut tightens, mut session) = (false, false, false);
    for change in changes.iter().filter(is_cause) {
        match change.kind {
            Kind::Loosened | Kind::NewlyUnblocked => loosens = true,
            Kind::Tightened | Kind::NewlyBlocked => tightens = true,
            Kind::SessionChanged => session = true,
        }
    }
    match (loosens, tightens, session) {
        (true, true, _) => Effect::Both,
        (true, false, _) => Effect::Loosens,
        (false, true, _) => Effect::Tightens,
        (false, false, true) => Effect::Session,
        (false, false, false) => Effect::None,
    }
}
