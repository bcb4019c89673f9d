//! Reports that are written tenant by tenant, so that memory does not grow with their number.

use super::{Run, Style, Summary};
use crate::outcome::{Settled, TenantReport};
use std::io::{self, Read, Seek, Write};
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
pub(super) trait InPieces: Sync {
    /// Writes what stands in front of all tenants.
    fn start(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// What a tenant adds.
    fn piece(&self, tenant: &TenantReport, style: Style) -> Piece;

    /// What joins the pieces.
    fn joints(&self) -> Joints {
        Joints::default()
    }

    /// Writes the rest. `later` is what the pieces have kept back, joined like what has gone out.
    fn end(&self, ending: &Ending<'_>, style: Style, later: &mut dyn Read, out: &mut dyn Write) -> io::Result<()>;
}

/// What stands around pieces, if there are any.
#[derive(Default)]
pub(super) struct Joints {
    pub(super) first: &'static str,
    pub(super) between: &'static str,
    pub(super) last: &'static str,
}

/// A format that is written while tenants come in, as somebody sees it.
#[derive(Clone, Copy)]
pub struct Streamed {
    format: &'static dyn InPieces,
    style: Style,
}

impl Streamed {
    pub(super) fn new(format: &'static dyn InPieces, style: Style) -> Self {
        Self { format, style }
    }

    /// What a tenant adds. Made without the report, so that several can be made at once.
    #[must_use]
    pub fn piece(self, tenant: &TenantReport) -> Piece {
        self.format.piece(tenant, self.style)
    }
}

/// Writes a run whose tenants are all there.
pub(super) fn whole(format: &'static dyn InPieces, run: &Run, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let format = Streamed::new(format, style);
    let mut stream = Stream::start(format, out)?;
    run.tenants.iter().try_for_each(|tenant| stream.add(&format.piece(tenant)))?;
    stream.end(&Ending { summary: run.summary(), settled: &run.settled })
}

/// A report that is being written.
pub struct Stream<'o> {
    format: Streamed,
    out: &'o mut dyn Write,
    later: SpooledTempFile,
    /// Something has gone out, or been kept back: a joint belongs in front of the next.
    has_text: bool,
    has_later: bool,
}

impl<'o> Stream<'o> {
    /// Starts a report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn start(format: Streamed, out: &'o mut dyn Write) -> io::Result<Self> {
        format.format.start(out)?;
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
        let Joints { first, between, .. } = self.format.format.joints();
        let joint = |has_some: bool| if has_some { between } else { first };
        if !piece.text.is_empty() {
            write!(self.out, "{}{}", joint(self.has_text), piece.text)?;
            self.has_text = true;
        }
        if !piece.later.is_empty() {
            write!(self.later, "{}{}", joint(self.has_later), piece.later)?;
            self.has_later = true;
        }
        Ok(())
    }

    /// Ends the report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn end(mut self, ending: &Ending<'_>) -> io::Result<()> {
        let Streamed { format, style } = self.format;
        let last = format.joints().last;
        let close = |has_some: bool| if has_some { last } else { "" };
        self.out.write_all(close(self.has_text).as_bytes())?;
        self.later.write_all(close(self.has_later).as_bytes())?;
        self.later.rewind()?;
        format.end(ending, style, &mut self.later, self.out)
    }
}
