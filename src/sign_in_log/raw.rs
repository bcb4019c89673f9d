//! A row as it is written: texts by what they say, before anything is made of them.

use super::field::Field;
use std::borrow::Cow;

/// The texts of a row. An empty text is a value that is there and says nothing: `null`, or an empty cell.
#[derive(Debug)]
pub(super) struct Raw<'a> {
    texts: [Option<Cow<'a, str>>; Field::ALL.len()],
}

impl Default for Raw<'_> {
    fn default() -> Self {
        Self { texts: [const { None }; Field::ALL.len()] }
    }
}

impl<'a> Raw<'a> {
    /// The text, if the row has it.
    pub(super) fn get(&self, field: Field) -> Option<&str> {
        self.texts[field as usize].as_deref()
    }

    /// The text, if it says something.
    pub(super) fn said(&self, field: Field) -> Option<&str> {
        self.get(field).filter(|text| !text.is_empty())
    }

    /// Takes the text out.
    pub(super) fn take(&mut self, field: Field) -> Option<Cow<'a, str>> {
        self.texts[field as usize].take().filter(|text| !text.is_empty())
    }

    /// Notes a text. Where two columns or keys say the same, one that says something stays.
    pub(super) fn put(&mut self, field: Field, text: Cow<'a, str>) {
        let place = &mut self.texts[field as usize];
        if place.as_deref().is_none_or(str::is_empty) {
            *place = Some(text);
        }
    }

    /// Adds what an object in the row says.
    pub(super) fn merge(&mut self, other: Self) {
        for (field, text) in Field::ALL.iter().zip(other.texts) {
            if let Some(text) = text {
                self.put(*field, text);
            }
        }
    }

    /// The same of texts that do not stay.
    pub(super) fn absorb(&mut self, other: Raw<'_>) {
        for (field, text) in Field::ALL.iter().zip(other.texts) {
            if let Some(text) = text {
                self.put(*field, Cow::Owned(text.into_owned()));
            }
        }
    }
}
