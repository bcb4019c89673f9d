//! Places in a text, as bytes.

use std::ops::Range;

/// Where a value stands. Ranges are bytes of the located text, quotes included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NodeSpan {
    /// Its key, if it is a member of an object.
    pub key: Option<Range<usize>>,
    /// The value itself. Empty where it starts, for an object or array that no brackets enclose.
    pub value: Range<usize>,
}

impl NodeSpan {
    /// What a label marks: a value that fits into a word, else the key in front of it, else its opening bracket.
    #[must_use]
    pub fn mark(&self, text: &str) -> Range<usize> {
        let value = &text[self.value.clone()];
        let nested = value.starts_with(['{', '[', '@']);
        match &self.key {
            Some(key) if (nested && value.len() > 2) || value.is_empty() => key.clone(),
            None if value.is_empty() => {
                let rest = text[self.value.start..].chars().next();
                self.value.start..self.value.start + rest.map_or(0, char::len_utf8)
            }
            None if nested => self.value.start..self.value.start + 1,
            _ => self.value.clone(),
        }
    }
}

/// The start of the character that a byte belongs to.
pub(super) fn boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or_default()
}
