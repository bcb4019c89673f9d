//! What somebody can bring to a sign-in.

use crate::policy::{Combination, GrantControl, Id, Words};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// One thing that somebody brings, or does not bring, to a sign-in. The state of the device is none: it is part of the sign-in.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Atom {
    /// An authentication method, by its bit in [`Combination`].
    Method(u8),
    /// A grant control that is satisfied by itself: an approved app, a new password, a verified id.
    Control(GrantControl),
    /// Accepted terms of use.
    TermsOfUse(Id),
    /// A custom control.
    Custom(Id),
    /// An authentication strength whose combinations the files do not hold.
    Strength(Id),
}

impl Atom {
    /// Reads what [`Display`](fmt::Display) writes, whatever the letter case. MFA and the state of a device are none.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some((kind, id)) = text.split_once(':') {
            let id = Id::new(id);
            return match kind {
                "tou" => Some(Self::TermsOfUse(id)),
                "custom" => Some(Self::Custom(id)),
                "strength" => Some(Self::Strength(id)),
                _ => None,
            };
        }
        if let Some([bit]) = Combination::read(text).map(|method| method.bits().collect::<Vec<u8>>()).as_deref() {
            return Some(Self::Method(*bit));
        }
        GrantControl::of_any_case(text).filter(|control| control.is_brought()).map(Self::Control)
    }
}

impl fmt::Display for Atom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Method(bit) => f.write_str(Combination::method(*bit)),
            Self::Control(control) => f.write_str(control.word()),
            Self::TermsOfUse(id) => write!(f, "tou:{id}"),
            Self::Custom(id) => write!(f, "custom:{id}"),
            Self::Strength(id) => write!(f, "strength:{id}"),
        }
    }
}

/// Index of an atom.
pub(crate) type AtomIndex = u32;

/// A set of atoms.
pub(crate) type AtomSet = BTreeSet<AtomIndex>;

/// All atoms that the tenants tell apart.
#[derive(Default)]
pub(crate) struct Atoms {
    all: Vec<Atom>,
    index: BTreeMap<Atom, AtomIndex>,
}

impl Atoms {
    pub(crate) fn index(&mut self, atom: Atom) -> AtomIndex {
        let Self { all, index } = self;
        *index.entry(atom).or_insert_with_key(|atom| {
            all.push(atom.clone());
            AtomIndex::try_from(all.len() - 1).unwrap_or(AtomIndex::MAX)
        })
    }

    pub(crate) fn set(&mut self, combination: Combination) -> AtomSet {
        combination.bits().map(|bit| self.index(Atom::Method(bit))).collect()
    }

    /// Every atom.
    fn all(&self) -> impl Iterator<Item = AtomIndex> {
        self.index.values().copied()
    }

    /// The authentication methods.
    pub(crate) fn methods(&self) -> impl Iterator<Item = AtomIndex> {
        let is_method = |(atom, index): (&Atom, &AtomIndex)| matches!(atom, Atom::Method(_)).then_some(*index);
        self.index.iter().filter_map(is_method)
    }

    /// Every atom but these.
    pub(crate) fn all_but(&self, kept: &AtomSet) -> AtomSet {
        self.all().filter(|atom| !kept.contains(atom)).collect()
    }

    /// The atoms of a set, in an order that does not depend on when they were met.
    pub(crate) fn named(&self, set: &AtomSet) -> Vec<Atom> {
        let mut atoms: Vec<Atom> =
            set.iter().filter_map(|index| self.all.get(usize::try_from(*index).ok()?)).cloned().collect();
        atoms.sort();
        atoms
    }
}
