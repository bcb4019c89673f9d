//! Authentication contexts, and the actions of directory roles that need one.

use crate::policy::Id;
use std::collections::{BTreeMap, BTreeSet};

/// What files tell of authentication contexts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contexts {
    /// Those that are defined, by their ids (`c1` to `c99`), each with what copies say of whether it is published.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference>
    defined: BTreeMap<Id, BTreeSet<Option<bool>>>,
    /// Protected actions by the context that each needs.
    ///
    /// Source: <https://learn.microsoft.com/graph/api/resources/unifiedrbacresourceaction>
    actions: BTreeMap<Id, BTreeSet<Box<str>>>,
}

/// What files tell of one authentication context.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Context {
    /// Apps can use it.
    Published,
    /// It is defined, and apps cannot use it.
    Unpublished,
    /// Others are defined.
    Undefined,
    /// The files list no contexts, or contradict each other.
    Unknown,
}

impl Contexts {
    /// Takes note of a context that is defined. `published` is none where that cannot be read.
    pub fn define(&mut self, id: Id, published: Option<bool>) {
        self.defined.entry(id).or_default().insert(published);
    }

    /// Takes note of an action that needs a context.
    pub fn protect(&mut self, context: Id, action: &str) {
        self.actions.entry(context).or_default().insert(action.into());
    }

    /// Adds what another file tells.
    pub(super) fn absorb(&mut self, other: Self) {
        for (id, published) in other.defined {
            self.defined.entry(id).or_default().extend(published);
        }
        for (context, actions) in other.actions {
            self.actions.entry(context).or_default().extend(actions);
        }
    }

    /// What the files tell of a context.
    #[must_use]
    pub fn told(&self, id: &Id) -> Context {
        let Some(published) = self.defined.get(id) else {
            return if self.defined.is_empty() { Context::Unknown } else { Context::Undefined };
        };
        if *published == BTreeSet::from([Some(true)]) {
            Context::Published
        } else if *published == BTreeSet::from([Some(false)]) {
            Context::Unpublished
        } else {
            Context::Unknown
        }
    }

    /// The protected actions that need a context.
    pub fn actions(&self, id: &Id) -> impl Iterator<Item = &str> {
        self.actions.get(id).into_iter().flatten().map(AsRef::as_ref)
    }

    /// The contexts that protected actions need.
    pub fn needed(&self) -> impl Iterator<Item = &Id> {
        self.actions.keys()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_that_disagree_say_nothing() {
        let told = |published: &[Option<bool>], id: &str| {
            let mut contexts = Contexts::default();
            for one in published {
                let mut file = Contexts::default();
                file.define(Id::new("c1"), *one);
                contexts.absorb(file);
            }
            contexts.told(&Id::new(id))
        };
        assert_eq!(told(&[], "c1"), Context::Unknown);
        assert_eq!(told(&[Some(true), Some(true)], "c1"), Context::Published);
        assert_eq!(told(&[Some(false)], "C1"), Context::Unpublished);
        assert_eq!(told(&[Some(false), Some(true)], "c1"), Context::Unknown);
        assert_eq!(told(&[Some(false), None], "c1"), Context::Unknown);
        assert_eq!(told(&[Some(true)], "c2"), Context::Undefined);
    }
}
