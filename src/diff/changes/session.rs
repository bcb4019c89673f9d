//! Session controls that are lost or gained.

use super::{Asking, Draft, Search};
use crate::coverage::Side;
use crate::coverage::prover::{Formula, TooIntricate};
use crate::diff::atom::AtomSet;
use crate::diff::demand::{Demand, Mode};
use crate::diff::difference::{Difference, Kind, Property};

impl Search<'_> {
    pub(super) fn sessions(
        &mut self,
        old: Side,
        entry: usize,
        difference: &mut Difference,
    ) -> Result<(), TooIntricate> {
        let new = old.other();
        let own = &self.prover.entries[old.index()][entry];
        if own.applies == Formula::Never {
            return Ok(());
        }
        let (applies, wishes) = (own.applies.clone(), own.session.clone());
        let other = self.counterpart_entry(old, entry);
        for wish in wishes {
            let keeps = other.is_some_and(|other| self.prover.entries[new.index()][other].session.contains(&wish));
            let mut letting_go = self.letting_go(old, entry, other);
            if other.is_some() && !keeps {
                letting_go = vec![(Property::SessionControls, Formula::Never)];
            }
            let name = wish.control().map(ToString::to_string);
            let beyond = self.prover.sessions_of(old, name.as_deref(), self.within);
            let applies = Formula::all([applies.clone(), beyond]);
            for (property, matches) in letting_go {
                if matches == Formula::Always {
                    continue;
                }
                let mut certain = Formula::Never;
                for (mode, part) in self.parts(old, entry, property).iter().cloned() {
                    // What is not known may be nothing.
                    if mode == Mode::Sure && wish.control().is_none() {
                        continue;
                    }
                    let changes = self.changes(&applies, &matches, (mode, &part));
                    let wanted = [changes.clone(), certain.clone().not()];
                    if wanted.contains(&Formula::Never) || changes == certain {
                        continue;
                    }
                    let everything = AtomSet::new();
                    let demands = [
                        Demand::Without(new, wish.clone(), mode),
                        Demand::Open(old, everything.clone(), mode),
                        Demand::Open(new, everything, mode),
                    ];
                    let Some(model) = self.prover.ask(&wanted, &demands)? else { continue };
                    if mode == Mode::Sure {
                        certain = Formula::any([certain, changes]);
                    }
                    // A policy that may be missing could block on either side.
                    let certainty = self.certainty(new, mode).max(self.certainty(old, mode));
                    difference.classes.session_changed.raise(certainty);
                    if self.within.is_some() {
                        continue;
                    }
                    let model = self.prover.smallest(&wanted, &demands, &model)?;
                    let asking = Asking { new, ways: Vec::new(), wanted: Vec::new(), counterpart: None };
                    let change = Draft {
                        old,
                        entry,
                        property,
                        kind: Kind::SessionChanged,
                        certainty,
                        mode,
                        part,
                        facts: Vec::new(),
                        ways: Vec::new(),
                        session: Some(wish.clone()),
                        asking,
                    };
                    self.add(change, &model);
                }
            }
        }
        Ok(())
    }
}
