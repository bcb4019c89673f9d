//! Reports that are written tenant by tenant, so that memory does not grow with their number.

use super::{Format, Style, Summary, concise, json};
use crate::outcome::{Settled, TenantReport};
use std::io::{self, Seek, Write};
use tempfile::SpooledTempFile;

/// What is kept back in memory; the rest goes to a file without a name, which ends with the process.
const IN_MEMORY: usize = 8 << 20;

/// What a tenant adds to a report.
#[derive(Debug, Default)]
pub struct Piece {
    /// Goes out at once.
    pub(super) text: String,
    /// Goes out at the end.
    pub(super) later: String,
}

/// What is known when all tenants are through.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// Counts.
    pub summary: Summary,
    /// What is not reported.
    pub settled: &'a Settled,
}

/// A format that needs no tenant twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Streamed {
    /// [`Format::Concise`], as people see it.
    Concise(Style),
    /// [`Format::Json`]
    Json,
}

impl Format {
    /// The same format, if it can be written while tenants come in.
    #[must_use]
    pub fn streamed(self, style: Style) -> Option<Streamed> {
        match self {
            Self::Concise => Some(Streamed::Concise(style)),
            Self::Json => Some(Streamed::Json),
            Self::Pretty | Self::Sarif | Self::Github | Self::Gitlab | Self::Junit | Self::Markdown => None,
        }
    }
}

impl Streamed {
    /// What a tenant adds. Made without the report, so that several can be made at once.
    #[must_use]
    pub fn piece(self, tenant: &TenantReport) -> Piece {
        match self {
            Self::Concise(style) => concise::piece(tenant, style),
            Self::Json => json::piece(tenant),
        }
    }
}

/// A report that is being written.
pub struct Stream<'o> {
    format: Streamed,
    out: &'o mut dyn Write,
    later: SpooledTempFile,
    /// Something has gone out, or been kept back: a comma belongs in front of the next.
    has_text: bool,
    has_later: bool,
}

impl<'o> Stream<'o> {
    /// Starts a report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn start(format: Streamed, out: &'o mut dyn Write) -> io::Result<Self> {
        match format {
            Streamed::Concise(_) => {}
            Streamed::Json => json::start(out)?,
        }
        let later = SpooledTempFile::new(IN_MEMORY);
        Ok(Self { format, out, later, has_text: false, has_later: false })
    }

    /// What it is written in.
    #[must_use]
    pub fn format(&self) -> Streamed {
        self.format
    }

    /// Adds what a tenant adds.
    ///
    /// # Errors
    /// Those of the writer, and of the folder for temporary files.
    pub fn add(&mut self, piece: &Piece) -> io::Result<()> {
        let separator = |is_first: bool| match (self.format, is_first) {
            (Streamed::Concise(_), _) => "",
            (Streamed::Json, true) => "\n",
            (Streamed::Json, false) => ",\n",
        };
        if !piece.text.is_empty() {
            write!(self.out, "{}{}", separator(!self.has_text), piece.text)?;
            self.has_text = true;
        }
        if !piece.later.is_empty() {
            write!(self.later, "{}{}", separator(!self.has_later), piece.later)?;
            self.has_later = true;
        }
        Ok(())
    }

    /// Ends the report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self, ending: &Ending<'_>) -> io::Result<()> {
        match self.format {
            Streamed::Concise(style) => concise::end(ending, style, self.out),
            Streamed::Json => {
                let close = |any: bool| if any { "\n  " } else { "" };
                self.out.write_all(close(self.has_text).as_bytes())?;
                self.later.write_all(close(self.has_later).as_bytes())?;
                self.later.rewind()?;
                json::end(ending, &mut self.later, self.out)
            }
        }
    }
}
