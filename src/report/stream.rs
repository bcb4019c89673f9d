//! Reports that are written tenant by tenant, so that memory does not grow with their number.

use super::Summary;
use crate::outcome::{Settled, TenantReport};
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::io::{self, Seek, Write};
use tempfile::SpooledTempFile;

/// Bytes of a list that are kept back in memory; what is longer goes to a file without a name, which ends with the process.
/// Tests have little that is long.
const IN_MEMORY: usize = if cfg!(test) { 1 << 10 } else { 2 << 20 };

/// What is known when all tenants are through.
#[derive(Debug, Clone, Copy)]
pub struct Ending<'a> {
    /// Counts.
    pub summary: Summary,
    /// What is not reported.
    pub settled: &'a Settled,
    /// The exit code that the process ends with.
    pub exit_code: u8,
}

/// A report while it grows. It keeps what its format needs at the end, and no tenant: it is lent each, and cannot copy it.
///
/// ```compile_fail
/// fn is_copied<T: Clone>() {}
/// is_copied::<caplint::outcome::TenantReport>();
/// ```
pub(super) trait InPieces: Sync + Sized {
    /// What a tenant adds.
    type Piece: Send;

    /// Writes what stands in front of all tenants.
    fn start(&self, _out: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    /// Makes what a tenant adds, which is the first of the run if its index is 0. Several are made at once.
    fn piece(&self, tenant: &TenantReport, index: usize) -> Self::Piece;

    /// Adds it, in the order of the tenants.
    fn add(&mut self, piece: Self::Piece, out: &mut dyn Write) -> io::Result<()>;

    /// Writes the rest.
    fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()>;
}

/// The same, whatever its pieces are.
pub(super) trait Growing {
    fn start(&self, out: &mut dyn Write) -> io::Result<()>;

    fn add_all(&mut self, tenants: &[TenantReport], first: usize, out: &mut dyn Write) -> io::Result<()>;

    fn end(self: Box<Self>, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()>;
}

impl<R: InPieces> Growing for R {
    fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        InPieces::start(self, out)
    }

    fn add_all(&mut self, tenants: &[TenantReport], first: usize, out: &mut dyn Write) -> io::Result<()> {
        let pieces: Vec<R::Piece> = match tenants {
            // Nothing to share out, so that no thread needs to be started for it.
            [] => Vec::new(),
            [tenant] => vec![self.piece(tenant, first)],
            several => {
                several.par_iter().enumerate().map(|(index, tenant)| self.piece(tenant, first + index)).collect()
            }
        };
        pieces.into_iter().try_for_each(|piece| self.add(piece, out))
    }

    fn end(self: Box<Self>, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        InPieces::end(*self, ending, out)
    }
}

/// A report that is being written.
pub struct Stream<'r> {
    report: Box<dyn Growing + 'r>,
    /// Tenants so far.
    tenants: usize,
}

impl<'r> Stream<'r> {
    pub(super) fn new(report: Box<dyn Growing + 'r>) -> Self {
        Self { report, tenants: 0 }
    }

    /// Writes what stands in front of all tenants.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn start(&self, out: &mut dyn Write) -> io::Result<()> {
        self.report.start(out)
    }

    /// Adds tenants.
    ///
    /// # Errors
    /// Those of the writer, and of the folder for temporary files.
    pub fn add(&mut self, tenants: &[TenantReport], out: &mut dyn Write) -> io::Result<()> {
        let first = self.tenants;
        self.tenants += tenants.len();
        self.report.add_all(tenants, first, out)
    }

    /// Ends the report.
    ///
    /// # Errors
    /// Those of the writer, and of the folder for temporary files.
    pub fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        self.report.end(ending, out)
    }
}

/// Text that is kept back until it can be written.
pub struct Later(SpooledTempFile);

impl Default for Later {
    fn default() -> Self {
        Self(SpooledTempFile::new(IN_MEMORY))
    }
}

impl Later {
    /// Writes all of it.
    ///
    /// # Errors
    /// Those of the writer, and of the folder for temporary files.
    pub fn write_to(mut self, out: &mut dyn Write) -> io::Result<()> {
        self.0.rewind().map_err(of_temporary_files)?;
        io::copy(&mut self.0, out).map(|_| ())
    }
}

impl Write for Later {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes).map_err(of_temporary_files)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush().map_err(of_temporary_files)
    }
}

/// Whoever reads that a report cannot be written looks for the cause where the report is.
fn of_temporary_files(error: io::Error) -> io::Error {
    match error.kind() {
        // `write_all` tries again.
        io::ErrorKind::Interrupted => error,
        kind => io::Error::new(kind, format!("{error} (in the folder for temporary files)")),
    }
}

/// What stands around the elements of a list, if there are any.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joints {
    pub(super) first: &'static str,
    pub(super) between: &'static str,
    pub(super) last: &'static str,
}

/// A list whose elements come one by one.
pub(super) struct List {
    joints: Joints,
    has_some: bool,
}

impl List {
    pub(super) fn new(joints: Joints) -> Self {
        Self { joints, has_some: false }
    }

    /// Writes an element, or several that are joined already. No text is no element.
    pub(super) fn add(&mut self, text: &str, out: &mut dyn Write) -> io::Result<()> {
        if text.is_empty() {
            return Ok(());
        }
        let Joints { first, between, .. } = self.joints;
        let joint = if self.has_some { between } else { first };
        self.has_some = true;
        out.write_all(joint.as_bytes())?;
        out.write_all(text.as_bytes())
    }

    /// Writes what stands behind the last one.
    pub(super) fn end(&self, out: &mut dyn Write) -> io::Result<()> {
        if self.has_some { out.write_all(self.joints.last.as_bytes()) } else { Ok(()) }
    }
}

/// A whole report of these tenants, of which nothing is hidden.
#[cfg(test)]
pub(crate) fn whole(format: super::Format, run: &super::Run, style: super::Style, tenants: &[TenantReport]) -> String {
    few_at_a_time(format, run, style, tenants, tenants.len().max(1))
}

/// The same, written so many tenants at a time.
#[cfg(test)]
fn few_at_a_time(
    format: super::Format,
    run: &super::Run,
    style: super::Style,
    tenants: &[TenantReport],
    few: usize,
) -> String {
    let mut summary = Summary::default();
    for tenant in tenants {
        summary.add(tenant);
    }
    let mut out = Vec::new();
    let mut stream = format.stream(run, style);
    stream.start(&mut out).unwrap();
    for few in tenants.chunks(few) {
        stream.add(few, &mut out).unwrap();
    }
    stream.end(&Ending { summary, settled: &Settled::default(), exit_code: 0 }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Draft, Level, Location};
    use crate::report::{Format, Run, Style};

    fn tenants() -> Vec<TenantReport> {
        let levels = [Level::Info, Level::Warning, Level::Error];
        let tenant = |number: usize| {
            let finding = |index: usize| {
                let draft = Draft::new("invalid-value", levels[(number + index) % 3], format!("{index} of {number}"));
                draft.at("tenant", Location::beginning(format!("{number}/{index}.json")))
            };
            let findings = (0..number % 5).map(finding).collect();
            TenantReport { name: format!("tenant {number}"), findings, files: number, ..TenantReport::default() }
        };
        (0..40).map(tenant).collect()
    }

    #[test]
    fn a_report_is_the_same_however_many_tenants_come_at_a_time() {
        let (run, style, tenants) = (Run::default(), Style::default(), tenants());
        for format in Format::ALL {
            for tenants in [&tenants[..], &tenants[..2], &tenants[..1], &[]] {
                let text = whole(*format, &run, style, tenants);
                for few in [1, 7] {
                    assert_eq!(few_at_a_time(*format, &run, style, tenants, few), text, "{format}");
                }
                assert!(text.is_empty() || text.ends_with('\n'), "{format}");
            }
        }
    }

    #[test]
    fn text_is_kept_back_in_a_file_once_it_is_long() {
        let mut later = Later::default();
        later.write_all(&[b'x'; IN_MEMORY]).unwrap();
        assert!(!later.0.is_rolled());
        later.write_all(b"yz").unwrap();
        assert!(later.0.is_rolled());
        let mut out = Vec::new();
        later.write_to(&mut out).unwrap();
        assert!(out.len() == IN_MEMORY + 2 && out.ends_with(b"xyz"));
    }
}
