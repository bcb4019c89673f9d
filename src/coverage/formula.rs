//! Boolean formulas over the terms of a tenant's sign-ins.

use std::collections::BTreeSet;

/// Something that is true or false of a sign-in: its number among the terms of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Term(pub(crate) usize);

/// The terms that are true, looked at more often than a set of them bears.
pub(crate) struct Truths(Vec<bool>);

impl Truths {
    pub(crate) fn of(terms: &BTreeSet<Term>) -> Self {
        let mut truths = vec![false; terms.last().map_or(0, |last| last.0 + 1)];
        for term in terms {
            truths[term.0] = true;
        }
        Self(truths)
    }

    pub(crate) fn has(&self, term: Term) -> bool {
        self.0.get(term.0).is_some_and(|truth| *truth)
    }
}

/// A formula in negation normal form, without constants inside.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Formula {
    Always,
    Never,
    Is(Term),
    IsNot(Term),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

use Formula::{All, Always, Any, Is, IsNot, Never};

impl Formula {
    pub(crate) fn constant(truth: bool) -> Self {
        if truth { Always } else { Never }
    }

    pub(crate) fn all(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = Vec::new();
        for part in parts {
            match part {
                Always => {}
                Never => return Never,
                All(parts) => all.extend(parts),
                part => all.push(part),
            }
        }
        match all.len() {
            0 => Always,
            1 => all.remove(0),
            _ => All(all),
        }
    }

    pub(crate) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut any = Vec::new();
        for part in parts {
            match part {
                Never => {}
                Always => return Always,
                Any(parts) => any.extend(parts),
                part => any.push(part),
            }
        }
        match any.len() {
            0 => Never,
            1 => any.remove(0),
            _ => Any(any),
        }
    }

    pub(crate) fn not(self) -> Self {
        match self {
            Always => Never,
            Never => Always,
            Is(term) => IsNot(term),
            IsNot(term) => Is(term),
            All(parts) => Any(parts.into_iter().map(Self::not).collect()),
            Any(parts) => All(parts.into_iter().map(Self::not).collect()),
        }
    }

    /// The formula with some terms, and their negations, taken as true or as false.
    pub(crate) fn assume(&self, is_meant: &impl Fn(Term) -> bool, truth: bool) -> Self {
        match self {
            Is(term) | IsNot(term) if is_meant(*term) => Self::constant(truth),
            Always | Never | Is(_) | IsNot(_) => self.clone(),
            All(parts) => Self::all(parts.iter().map(|part| part.assume(is_meant, truth)).collect::<Vec<_>>()),
            Any(parts) => Self::any(parts.iter().map(|part| part.assume(is_meant, truth)).collect::<Vec<_>>()),
        }
    }

    /// The formula with what is known of some terms put in.
    pub(crate) fn put_in(&self, known: &impl Fn(Term) -> Option<bool>) -> Self {
        match self {
            Always | Never => self.clone(),
            Is(term) => known(*term).map_or(Is(*term), Self::constant),
            IsNot(term) => known(*term).map_or(IsNot(*term), |truth| Self::constant(!truth)),
            All(parts) => Self::all(parts.iter().map(|part| part.put_in(known)).collect::<Vec<_>>()),
            Any(parts) => Self::any(parts.iter().map(|part| part.put_in(known)).collect::<Vec<_>>()),
        }
    }

    /// The formula without alternatives that plainly leave nothing out: something, or the opposite of all of it.
    pub(crate) fn simplified(self) -> Self {
        match self {
            Always | Never | Is(_) | IsNot(_) => self,
            All(parts) => Self::all(parts.into_iter().map(Self::simplified).collect::<Vec<_>>()),
            Any(parts) => match Self::any(parts.into_iter().map(Self::simplified).collect::<Vec<_>>()) {
                Any(parts) if parts.iter().any(|part| part.is_opposed_by(&parts)) => Always,
                simplified => simplified,
            },
        }
    }

    /// Whether the opposite of it is all among these.
    fn is_opposed_by(&self, others: &[Self]) -> bool {
        match self {
            Always | Never | Is(_) | Any(_) => false,
            IsNot(term) => others.contains(&Is(*term)),
            All(parts) => parts.iter().all(|part| match part {
                Is(term) => others.contains(&IsNot(*term)),
                IsNot(term) => others.contains(&Is(*term)),
                Always | Never | All(_) | Any(_) => false,
            }),
        }
    }

    /// Every term in it.
    pub(crate) fn for_each_term(&self, found: &mut impl FnMut(Term)) {
        match self {
            Always | Never => {}
            Is(term) | IsNot(term) => found(*term),
            All(parts) | Any(parts) => parts.iter().for_each(|part| part.for_each_term(found)),
        }
    }

    /// Whether it is true, or false, where `literal` says of a term whether it is true, or false.
    pub(crate) fn has_truth(&self, truth: bool, literal: &impl Fn(Term, bool) -> bool) -> bool {
        match self {
            Always => truth,
            Never => !truth,
            Is(term) => literal(*term, truth),
            IsNot(term) => literal(*term, !truth),
            All(parts) if truth => parts.iter().all(|part| part.has_truth(true, literal)),
            Any(parts) if !truth => parts.iter().all(|part| part.has_truth(false, literal)),
            All(parts) | Any(parts) => parts.iter().any(|part| part.has_truth(truth, literal)),
        }
    }

    /// Where it does not hold: a term that brings it nearer to that if it becomes true, or false.
    pub(crate) fn step(&self, is_true: &impl Fn(Term) -> bool) -> Option<(Term, bool)> {
        match self {
            Always | Never => None,
            Is(term) => Some((*term, true)),
            IsNot(term) => Some((*term, false)),
            All(parts) => parts.iter().find(|part| !part.holds(is_true))?.step(is_true),
            Any(parts) => parts.iter().find_map(|part| part.step(is_true)),
        }
    }

    /// Whether it holds where exactly these terms are true.
    pub(crate) fn holds(&self, is_true: &impl Fn(Term) -> bool) -> bool {
        match self {
            Always => true,
            Never => false,
            Is(term) => is_true(*term),
            IsNot(term) => !is_true(*term),
            All(parts) => parts.iter().all(|part| part.holds(is_true)),
            Any(parts) => parts.iter().any(|part| part.holds(is_true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn constants_vanish() {
        let [one, two] = [Term(1), Term(2)];
        assert_eq!(Formula::all([Always, Is(one), Formula::any([Never, IsNot(two)])]), All(vec![Is(one), IsNot(two)]));
        assert_eq!(Formula::all([Is(one), Never]), Never);
        assert_eq!(Formula::any([Is(one), Formula::all([])]), Always);
        assert_eq!(Formula::any([]), Never);
    }

    #[test]
    fn alternatives_that_leave_nothing_out_vanish() {
        let [zero, one, two] = [0, 1, 2].map(Term);
        let neither = All(vec![IsNot(zero), IsNot(one)]);
        let plain = Any(vec![Is(zero), Is(one), neither.clone()]);
        assert_eq!(plain.clone().simplified(), Always);
        assert_eq!(All(vec![Is(two), plain]).simplified(), Is(two));
        let not_plain = Any(vec![Is(zero), neither]);
        assert_eq!(not_plain.clone().simplified(), not_plain);
    }

    #[test]
    fn a_negation_holds_where_the_formula_does_not() {
        let [zero, one, two] = [0, 1, 2].map(Term);
        let formula = Formula::any([Formula::all([Is(zero), IsNot(one)]), Formula::all([Is(two), Is(one)])]);
        for bits in 0..8 {
            let is_true = |term: Term| bits >> term.0 & 1 == 1;
            assert_ne!(formula.holds(&is_true), formula.clone().not().holds(&is_true), "{bits:03b}");
        }
    }
}
