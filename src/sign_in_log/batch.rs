//! Some rows of a log, which any thread can parse.

use super::field::Field;
use super::json::{self, Names};
use super::raw::Raw;
use super::row::Row;
use csv::ByteRecord;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Where a row stands in its file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its number among the rows, from 1.
    pub row: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
}

/// Why a row cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Damage {
    /// It is no JSON object, or has another number of cells than the header.
    Malformed,
    /// It is no sign-in.
    NotASignIn,
}

/// A row that was read.
#[derive(Debug)]
pub enum Read<'a> {
    /// A sign-in.
    Row(Place, Box<Row<'a>>),
    /// Something else.
    Damaged(Place, Damage),
}

/// Some rows.
#[derive(Debug)]
pub struct Batch {
    pub(super) rows: Rows,
    /// Rows before them in the file.
    pub(super) before: u64,
}

#[derive(Debug)]
pub(super) enum Rows {
    /// A text, and for each row its bytes, or none if it cannot be one, and its line.
    Json(Vec<u8>, Vec<(Option<Range<usize>>, u64)>),
    /// What each column is, and records with their lines.
    Csv(Arc<[Option<Field>]>, Vec<(ByteRecord, u64)>),
}

impl Batch {
    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match &self.rows {
            Rows::Json(_, rows) => rows.len(),
            Rows::Csv(_, records) => records.len(),
        }
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Parses the rows, in their order.
    pub fn each<'b>(&'b self, mut take: impl FnMut(Read<'b>)) {
        let mut place = Place { row: self.before, line: 0 };
        let mut next = |line: u64| {
            place = Place { row: place.row + 1, line };
            place
        };
        match &self.rows {
            Rows::Json(text, rows) => {
                let mut names = Names::default();
                for (range, line) in rows {
                    let raw = range.clone().map(|range| json::read(&text[range], &mut names));
                    take(read(next(*line), raw.and_then(Result::ok)));
                }
            }
            Rows::Csv(columns, records) => {
                for (record, line) in records {
                    take(read(next(*line), cells(columns, record)));
                }
            }
        }
    }
}

fn read(place: Place, raw: Option<Raw<'_>>) -> Read<'_> {
    match raw {
        None => Read::Damaged(place, Damage::Malformed),
        Some(raw) => match Row::of(raw) {
            Some(row) => Read::Row(place, Box::new(row)),
            None => Read::Damaged(place, Damage::NotASignIn),
        },
    }
}

/// The cells of a record; none if there are more or fewer than columns.
fn cells<'b>(columns: &[Option<Field>], record: &'b ByteRecord) -> Option<Raw<'b>> {
    if record.len() != columns.len() {
        return None;
    }
    let mut raw = Raw::default();
    for (field, cell) in columns.iter().zip(record) {
        if let Some(field) = field {
            json::put_text(&mut raw, *field, Cow::Borrowed(std::str::from_utf8(cell).ok()?.trim()));
        }
    }
    Some(raw)
}
