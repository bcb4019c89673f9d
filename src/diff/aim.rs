//! What a search is for: all changes, those that nobody expects, or one that somebody does.

use super::atom::AtomSet;
use super::difference::{Kind, Which};
use super::expected::{Aim, Beyond, ExpectedRegion};
use super::grant::Grant;
use super::prover::Prover;
use crate::coverage::Side;
use crate::coverage::prover::{Formula, TooIntricate};

impl Prover<'_> {
    /// The ways to ask about where a policy refuses one: outside of what is expected, and further than is expected.
    pub(crate) fn aims(
        &self,
        old: Side,
        kind: Kind,
        way: &AtomSet,
        within: Option<usize>,
    ) -> Result<Vec<Aim>, TooIntricate> {
        if let Some(index) = within {
            let is_meant = self.expected[index].kinds.contains(&kind);
            let aim = Aim { kind, beyond: Beyond::Within(index), way: way.clone() };
            return Ok(is_meant.then_some(aim).into_iter().collect());
        }
        let mut aims = vec![Aim { kind, beyond: Beyond::Regions, way: way.clone() }];
        for (index, expected) in self.expected.iter().enumerate().filter(|(_, one)| one.kinds.contains(&kind)) {
            for (number, clause) in expected.clauses.iter().flatten().enumerate() {
                let beyond = Beyond::Clause(index, number);
                match old {
                    // Less than the way must not be let in where that is not enough for the clause.
                    Side::Before => {
                        for refused in clause.refused()? {
                            let less: AtomSet = way.union(&refused).copied().collect();
                            aims.push(Aim { kind, beyond, way: less });
                        }
                    }
                    // Refusing what satisfies every clause goes too far. One question about all of them is enough.
                    Side::After if number == 0 => aims.push(Aim { kind, beyond, way: way.clone() }),
                    Side::After => {}
                }
            }
            // Nothing may be asked for.
            if old == Side::After && expected.clauses.as_ref().is_some_and(Vec::is_empty) {
                aims.push(Aim { kind, beyond: Beyond::Within(index), way: way.clone() });
            }
        }
        Ok(aims)
    }

    /// Where an aim counts.
    pub(crate) fn sign_ins_of(&mut self, old: Side, aim: &Aim) -> Formula {
        let region = |one: &ExpectedRegion| one.regions[old.index()].clone();
        match aim.beyond {
            Beyond::Regions => {
                let expected = self.expected.iter().filter(|one| one.kinds.contains(&aim.kind));
                Formula::any(expected.map(region).collect::<Vec<_>>()).not()
            }
            Beyond::Within(index) => region(&self.expected[index]),
            Beyond::Clause(index, number) => {
                // That nothing is needed is no limit for a loosening.
                let is_unlimited = |one: &ExpectedRegion| match &one.clauses {
                    None => true,
                    Some(clauses) => old == Side::Before && clauses.is_empty(),
                };
                let is_free = |one: &&ExpectedRegion| one.kinds.contains(&aim.kind) && is_unlimited(one);
                let free = Formula::any(self.expected.iter().filter(is_free).map(region).collect::<Vec<_>>());
                let Self { expected, space, .. } = self;
                let clauses = expected[index].clauses.as_deref().unwrap_or_default();
                let mut refusal = |clause: &Grant| clause.refusal(&aim.way, space, (old, Which::DefaultsAsk));
                let further = match old {
                    Side::Before => refusal(&clauses[number]),
                    Side::After => Formula::any(clauses.iter().map(refusal).collect::<Vec<_>>()).not(),
                };
                Formula::all([region(&expected[index]), free.not(), further])
            }
        }
    }

    /// Where a change of a session control is not expected, or where one expected change of it is.
    pub(crate) fn sessions_of(&self, old: Side, name: Option<&str>, within: Option<usize>) -> Formula {
        let is_meant = |one: &&ExpectedRegion| {
            let is_named = match (&one.session, name) {
                (None, _) => true,
                (Some(names), Some(name)) => names[old.index()].iter().any(|known| known == name),
                // What is not known may be any of them.
                (Some(_), None) => false,
            };
            one.kinds.contains(&Kind::SessionChanged) && is_named
        };
        let region = |one: &ExpectedRegion| one.regions[old.index()].clone();
        match within {
            Some(index) => self.expected.get(index).filter(is_meant).map_or(Formula::Never, region),
            None => Formula::any(self.expected.iter().filter(is_meant).map(region).collect::<Vec<_>>()).not(),
        }
    }
}
