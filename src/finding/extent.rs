//! How far a finding goes: a known one may become worse without becoming another.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a finding says beyond its subject: how bad it is, and each thing that is open.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Extent {
    /// Worse is more.
    #[serde(default, skip_serializing_if = "is_zero")]
    grade: u8,
    /// Marks of what is open: ways in, principals outside.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    parts: BTreeSet<String>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
fn is_zero(grade: &u8) -> bool {
    *grade == 0
}

impl Extent {
    /// Of a grade, with everything that is open. Each is kept as a hash, so that a baseline shows no names.
    pub fn new(grade: u8, open: impl IntoIterator<Item = String>) -> Self {
        Self { grade, parts: open.into_iter().map(|open| Self::mark(&open)).collect() }
    }

    /// The mark of something that is open.
    #[must_use]
    pub fn mark(open: &str) -> String {
        super::fingerprint("open", open, "").chars().take(16).collect()
    }

    /// Everything that has these marks.
    #[must_use]
    pub fn of_marks(parts: BTreeSet<String>) -> Self {
        Self { grade: 0, parts }
    }

    /// Whether it is contained in a known one.
    #[must_use]
    pub fn is_within(&self, known: &Self) -> bool {
        self.grade <= known.grade && self.parts.is_subset(&known.parts)
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// All of it in a text, the same for the same extent.
    #[must_use]
    pub fn text(&self) -> String {
        let parts: Vec<&str> = self.parts.iter().map(String::as_str).collect();
        format!("{} {}", self.grade, parts.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn worse_or_another_is_more() {
        let extent = |grade, open: &[&str]| Extent::new(grade, open.iter().map(|one| (*one).to_owned()));
        let known = extent(1, &["a", "b"]);
        for within in [extent(1, &["a", "b"]), extent(1, &["b"]), extent(0, &["a"])] {
            assert!(within.is_within(&known), "{within:?}");
        }
        for beyond in [extent(2, &["a"]), extent(1, &["a", "b", "c"]), extent(1, &["c"])] {
            assert!(!beyond.is_within(&known), "{beyond:?}");
        }
    }

    /// A baseline keeps an extent as JSON, and a fingerprint has its text.
    #[test]
    fn nothing_is_left_out_and_different_extents_read_differently() {
        let written = |extent: &Extent| serde_json::to_string(extent).unwrap();
        let nothing = Extent::default();
        assert!(nothing.is_empty());
        assert_eq!(written(&nothing), "{}");
        let mut texts = BTreeSet::new();
        for extent in [Extent::new(1, []), Extent::new(0, ["a".to_owned()]), Extent::new(1, ["a".to_owned()])] {
            assert!(!extent.is_empty());
            assert_eq!(serde_json::from_str::<Extent>(&written(&extent)).unwrap(), extent);
            assert!(texts.insert(extent.text()), "{extent:?}");
        }
        assert!(!texts.contains(&nothing.text()));
    }
}
