//! The names of all edited policies that change sign-ins, so that no change is told by a number alone.

use crate::coverage::Side;
use crate::diff::{Change, Kind, Party};
use crate::finding::joined;
use crate::outcome::Compared;
use std::collections::BTreeSet;

/// Policies that are named in one line. The others are counted.
const NAMED: usize = 50;

/// A policy before and after.
pub(super) type Parties = (Party, Party);

/// Which kinds are meant.
type Test = fn(Kind) -> bool;

/// Policies whose edits change sign-ins in one way.
pub(super) struct Editors {
    /// What becomes of the sign-ins.
    pub(super) effect: &'static str,
    pub(super) is_loosening: bool,
    /// The names of the policies.
    pub(super) names: Vec<String>,
}

impl Editors {
    /// All of it in one line.
    pub(super) fn line(&self) -> String {
        format!("{} by {}", self.effect, joined(&self.names, NAMED))
    }
}

/// The policies by what their edits do, loosenings first. What none does is left out.
pub(super) fn all(compared: &Compared) -> Vec<Editors> {
    let effects: [(&str, Test); 4] = [
        ("loosened", Kind::is_loosening),
        ("newly blocked", |kind| kind == Kind::NewlyBlocked),
        ("tightened", |kind| kind == Kind::Tightened),
        ("other session controls", |kind| kind == Kind::SessionChanged),
    ];
    let editors = |(effect, is_meant): (&'static str, Test)| {
        let changes = compared.difference.changes.iter().filter(|change| is_meant(change.kind));
        let names = names(compared, &parties(changes));
        Editors { effect, is_loosening: is_meant(Kind::Loosened), names }
    };
    effects.into_iter().map(editors).filter(|editors| !editors.names.is_empty()).collect()
}

/// The policies whose edits are behind these changes, in the order of their files.
pub(super) fn parties<'a>(changes: impl IntoIterator<Item = &'a Change>) -> BTreeSet<Parties> {
    changes.into_iter().flat_map(|change| &change.causes).map(|cause| (cause.before, cause.after)).collect()
}

/// Their names after, or before if they are gone.
pub(super) fn names(compared: &Compared, parties: &BTreeSet<Parties>) -> Vec<String> {
    let name = |party: &Parties| match *party {
        (_, Some(which)) => Some(compared.label(Side::After, which)),
        (Some(which), None) => Some(compared.label(Side::Before, which)),
        (None, None) => None,
    };
    let mut names: Vec<String> = parties.iter().filter_map(name).collect();
    // The two parts of the security defaults have one name.
    names.dedup();
    names
}
