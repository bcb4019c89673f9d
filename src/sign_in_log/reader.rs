//! A log as it streams in, some rows at a time.

use super::batch::{Batch, Rows};
use super::field::Field;
use super::names::field;
use super::splitter::{Piece, Splitter};
use super::utf8::Utf8;
use csv::ByteRecord;
use std::io::{self, Chain, Cursor, Read};
use std::sync::Arc;

/// Bytes of rows in a batch: enough for a thread to be busy with, and few enough to hold several of them.
const BATCH: usize = 1 << 20;

/// Bytes of a table that are read at a time.
const BUFFER: usize = 1 << 18;

/// Bytes that are looked at to recognise the form.
const GLANCE: u64 = 1 << 16;

/// Columns that tell a sign-in log from another table.
const COLUMNS: usize = 4;

/// The content is no sign-in log: neither JSON nor a table with columns of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotALog;

type Input<R> = Chain<Cursor<Vec<u8>>, Utf8<R>>;

/// A log.
#[derive(Debug)]
pub struct Log<R> {
    form: Form<R>,
    /// Rows so far.
    rows: u64,
    is_cut: bool,
}

#[derive(Debug)]
enum Form<R> {
    Json(Splitter<Input<R>>),
    Csv { reader: Box<csv::Reader<Input<R>>>, columns: Arc<[Option<Field>]> },
}

impl<R: Read> Log<R> {
    /// Recognises the form of a log.
    ///
    /// # Errors
    /// The outer one is the reader's. The inner one says that this is no log.
    pub fn open(input: R) -> io::Result<Result<Self, NotALog>> {
        let mut input = Utf8::new(input);
        let mut glance = Vec::new();
        input.by_ref().take(GLANCE).read_to_end(&mut glance)?;
        let first = glance.iter().find(|byte| !byte.is_ascii_whitespace());
        if matches!(first, Some(b'{' | b'[')) {
            let input = Cursor::new(glance).chain(input);
            return Ok(Ok(Self { form: Form::Json(Splitter::new(input)), rows: 0, is_cut: false }));
        }
        let header = glance.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
        let often = |delimiter: &u8| memchr::memchr_iter(*delimiter, header).count();
        // Excel writes semicolons where the comma belongs to numbers.
        let delimiter = [b'\t', b';', b','].into_iter().max_by_key(often).unwrap_or(b',');
        let input = Cursor::new(glance).chain(input);
        let mut builder = csv::ReaderBuilder::new();
        builder.flexible(true).delimiter(delimiter).buffer_capacity(BUFFER);
        let mut reader = builder.from_reader(input);
        let Ok(header) = reader.byte_headers() else { return Ok(Err(NotALog)) };
        let of = |name: &[u8]| std::str::from_utf8(name).ok().and_then(field);
        let columns: Arc<[Option<Field>]> = header.iter().map(of).collect();
        if columns.iter().flatten().count() < COLUMNS {
            return Ok(Err(NotALog));
        }
        Ok(Ok(Self { form: Form::Csv { reader: Box::new(reader), columns }, rows: 0, is_cut: false }))
    }

    /// The next rows; none at the end.
    ///
    /// # Errors
    /// Those of the reader.
    pub fn batch(&mut self) -> io::Result<Option<Batch>> {
        let rows = match &mut self.form {
            Form::Json(splitter) => json(splitter)?,
            Form::Csv { reader, columns } => {
                let records = csv(reader)?;
                // The last line of a file that is cut off has fewer cells than the others.
                if let Some((last, _)) = records.last() {
                    self.is_cut = last.len() < columns.len();
                }
                Rows::Csv(Arc::clone(columns), records)
            }
        };
        let batch = Batch { rows, before: self.rows };
        self.rows += batch.len() as u64;
        Ok(Some(batch).filter(|batch| !batch.is_empty()))
    }

    /// A page says that the log goes on in another page.
    #[must_use]
    pub fn goes_on(&self) -> bool {
        match &self.form {
            Form::Json(splitter) => splitter.goes_on,
            Form::Csv { .. } => false,
        }
    }

    /// The text ends where more must follow.
    #[must_use]
    pub fn is_cut(&self) -> bool {
        match &self.form {
            Form::Json(splitter) => splitter.is_cut,
            Form::Csv { .. } => self.is_cut,
        }
    }
}

fn json<R: Read>(splitter: &mut Splitter<R>) -> io::Result<Rows> {
    let (mut text, mut rows) = (Vec::with_capacity(BATCH), Vec::new());
    while text.len() < BATCH {
        match splitter.piece()? {
            Piece::Row(range, line) => {
                let start = text.len();
                text.extend_from_slice(splitter.bytes(range));
                rows.push((Some(start..text.len()), line));
            }
            Piece::Damaged(line) => rows.push((None, line)),
            Piece::End => break,
        }
    }
    Ok(Rows::Json(text, rows))
}

/// Records in a batch.
const RECORDS: usize = 1_000;

fn csv<R: Read>(reader: &mut csv::Reader<R>) -> io::Result<Vec<(ByteRecord, u64)>> {
    let mut records = Vec::new();
    let mut record = ByteRecord::new();
    while records.len() < RECORDS && reader.read_byte_record(&mut record).map_err(io::Error::from)? {
        let line = record.position().map_or(0, csv::Position::line);
        records.push((record.clone(), line));
    }
    Ok(records)
}
