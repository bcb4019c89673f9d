//! `csvdecode`: a list of objects, by the names in the first line.

use crate::evaluate::error::{Evaluated, error};
use crate::evaluate::source::Source;
use crate::evaluate::text::Text;
use crate::evaluate::value::{Attribute, MappingKind, Member, SequenceKind, Type, Value};
use crate::syntax::Untold;
use csv::{ReaderBuilder, StringRecord, Terminator};
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Reads a table.
///
/// # Errors
/// If its lines have different lengths, or two columns one name.
pub(in crate::evaluate) fn decode(text: &Text, source: &Source) -> Evaluated<Value> {
    let whole = text.as_str();
    let refused = |why: String| error(format!("csvdecode: {why}"), source);
    if !has_sound_quotes(whole) {
        return Err(refused("a quote stands within a cell".to_owned()));
    }
    // Go keeps a byte order mark, and the reader drops it.
    if whole.starts_with('\u{feff}') {
        return Ok(Value::unknown(Untold::Expression));
    }
    let mut reader = ReaderBuilder::new().terminator(Terminator::Any(b'\n')).from_reader(whole.as_bytes());
    let headers = reader.headers().map_err(|problem| refused(problem.to_string()))?.clone();
    if headers.is_empty() {
        return Err(refused("the text is empty".to_owned()));
    }
    let names: Vec<Arc<str>> = headers.iter().map(|name| Arc::from(unix(name).as_str())).collect();
    let mut attributes = BTreeMap::new();
    for name in &names {
        if attributes.insert(Arc::clone(name), Attribute::required(Type::String)).is_some() {
            return Err(refused(format!("two columns have the name {name:?}")));
        }
    }
    let (mut rows, mut record) = (Vec::new(), StringRecord::new());
    while reader.read_record(&mut record).map_err(|problem| refused(problem.to_string()))? {
        let start = record.position().map_or(0, csv::Position::byte);
        let line = usize::try_from(start).unwrap_or(0)..usize::try_from(reader.position().byte()).unwrap_or(0);
        let mut at = line.start;
        let members = names.iter().zip(record.iter()).map(|(name, cell)| {
            let range = range(whole, cell, at..line.end).unwrap_or_else(|| line.clone());
            at = range.end;
            let value = Value::string(unix(cell)).at(text.source_of(&range, source));
            (Arc::clone(name), Member { key: Source::None, value })
        });
        rows.push(
            Value::mapping(MappingKind::Object, members.collect::<Vec<_>>(), None).at(text.source_of(&line, source)),
        );
    }
    Ok(Value::sequence(SequenceKind::List(Type::Object(attributes)), rows, None))
}

/// Go reads the end of a line of Windows as one of Unix, also within quotes.
fn unix(cell: &str) -> String {
    cell.strip_suffix('\r').unwrap_or(cell).replace("\r\n", "\n")
}

/// Whether quotes are only around cells, and doubled within.
fn has_sound_quotes(whole: &str) -> bool {
    let (mut is_start, mut is_quoted, mut is_closed) = (true, false, false);
    let mut characters = whole.chars().peekable();
    while let Some(one) = characters.next() {
        match (one, is_quoted) {
            ('"', true) if characters.peek() == Some(&'"') => _ = characters.next(),
            ('"', true) => (is_quoted, is_closed) = (false, true),
            (_, true) => {}
            ('"', false) if is_start => (is_quoted, is_start) = (true, false),
            ('"', false) => return false,
            (',' | '\n', false) => (is_start, is_closed) = (true, false),
            ('\r', false) if characters.peek() == Some(&'\n') => {}
            (_, false) if is_closed => return false,
            (_, false) => is_start = false,
        }
    }
    true
}

/// Where a cell stands in its line, if it stands there as it is.
fn range(whole: &str, cell: &str, line: Range<usize>) -> Option<Range<usize>> {
    let found = whole.get(line.clone())?.find(cell)?;
    Some(line.start + found..line.start + found + cell.len())
}
