//! What a program can write instead of what a finding is about: edits as data. Nothing here writes a file.

use super::Document;
use crate::policy::{Origin, Policy};
use crate::source::Position;
use crate::syntax::{Pointer, Rewrite, Unique};
use std::collections::HashSet;
use std::ops::Range;

/// Whether a fix keeps the meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Safety {
    /// No policy means anything else afterwards, and nothing is lost that somebody wrote.
    Safe,
    /// A policy means something else afterwards, or a person decides.
    Unsafe,
}

impl Safety {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

/// A fix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an order: `Write "All" as "all"`.
    pub title: String,
    /// Whether it keeps the meaning.
    pub safety: Safety,
    /// All of them belong together. Those of one file are in order and do not overlap.
    pub edits: Vec<Edit>,
    /// Whether it is written into policies, and not into what is said about findings.
    pub in_policies: bool,
    /// Of a finding in the place of several: how many of them it is for, and how many there are. None if it is for all of them.
    pub share: Option<Share>,
}

/// Some of several.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// How many of them.
    pub part: usize,
    /// How many there are.
    pub of: usize,
}

/// A stretch of a file, and what is written there instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edit {
    /// The file as the user named it, with `/` between folders.
    pub path: String,
    /// The first character.
    pub start: Position,
    /// One past the last character; the same as `start` where something is inserted.
    pub end: Position,
    /// The same as bytes of the text in UTF-8, without a byte order mark.
    pub bytes: Range<usize>,
    /// What is written. It is empty where something is removed.
    pub replacement: String,
    /// What no other edit may write beside it.
    pub unique: Option<Unique>,
}

/// What several fixes write into lists and objects, each of which must have it once.
#[derive(Default)]
pub struct Written<'f>(HashSet<(&'f str, &'f Unique)>);

impl<'f> Written<'f> {
    /// Adds a fix, unless a list or an object would have something twice with it and the others.
    pub fn add(&mut self, fix: &'f Fix) -> bool {
        let all = || fix.edits.iter().filter_map(|edit| Some((edit.path.as_str(), edit.unique.as_ref()?)));
        let own: HashSet<_> = all().collect();
        if own.len() < all().count() || !own.is_disjoint(&self.0) {
            return false;
        }
        self.0.extend(own);
        true
    }
}

/// A fix that knows its places by pointer.
#[derive(Debug, Clone)]
pub struct DraftFix {
    /// What it does, as an order.
    pub title: String,
    /// Whether it keeps the meaning.
    pub safety: Safety,
    /// What is changed.
    pub document: Document,
    /// How.
    pub changes: Vec<Change>,
}

/// How one place is changed.
#[derive(Debug, Clone)]
pub enum Change {
    /// In a file with policies.
    Policy {
        /// From where the pointer leads.
        from: Origin,
        /// The place.
        pointer: Pointer,
        /// What becomes of it.
        rewrite: Rewrite,
    },
    /// The entry of the configuration in which this byte lies is removed.
    Entry(usize),
    /// A comment is removed, whose place is known already.
    Located(Edit),
}

impl DraftFix {
    /// A fix in one place of a policy, named in the words of its file. None if what stands there comes from elsewhere.
    #[must_use]
    pub fn as_written(
        policy: &Policy,
        pointer: &Pointer,
        (safety, title): (Safety, impl Into<String>),
        rewrite: Rewrite,
    ) -> Option<Self> {
        if policy.detour(pointer).is_some() {
            return None;
        }
        let change = Change::Policy { from: policy.origin.clone(), pointer: pointer.clone(), rewrite };
        Some(Self { title: title.into(), safety, document: Document::File(policy.origin.file), changes: vec![change] })
    }

    /// The same in Graph's words.
    #[must_use]
    pub fn in_policy(
        policy: &Policy,
        pointer: &Pointer,
        what: (Safety, impl Into<String>),
        rewrite: Rewrite,
    ) -> Option<Self> {
        Self::as_written(policy, &policy.origin.wording.of_graph(pointer), what, rewrite)
    }

    /// Removes the entry of the configuration that has these bytes. No policy is read otherwise after that, but somebody has written the
    /// entry, and answers for it.
    #[must_use]
    pub fn without_entry(bytes: &Range<usize>, title: impl Into<String>) -> Self {
        let changes = vec![Change::Entry(bytes.start)];
        Self { title: title.into(), safety: Safety::Unsafe, document: Document::Config, changes }
    }

    /// Removes a comment that is addressed to caplint. Somebody has written it, and answers for it.
    #[must_use]
    pub fn without_comment(comment: Edit, title: impl Into<String>) -> Self {
        let changes = vec![Change::Located(comment)];
        Self { title: title.into(), safety: Safety::Unsafe, document: Document::Config, changes }
    }
}
