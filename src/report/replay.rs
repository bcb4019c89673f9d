//! Sign-in logs through tenants, one format a file.

mod json;
mod markdown;
mod text;
mod words;

use crate::finding::PolicyRef;
use crate::replay::Replayed;
use crate::tenant::Tenant;
use std::io::{self, Write};

/// A format of the report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people.
    #[default]
    Pretty,
    /// For programs.
    Json,
    /// For a ticket or a pull request.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Pretty, Self::Json, Self::Markdown];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Json => "json",
            Self::Markdown => "markdown",
        }
    }
}

/// The side that is held against the log: the only tenant, or the one before, under which the sign-ins were made.
const VERIFIED: usize = 0;

/// A file of a log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LogFile {
    /// Its name.
    pub name: String,
    /// It is no sign-in log, and was passed over.
    pub is_other: bool,
    /// A page says that the log goes on in another page.
    pub goes_on: bool,
    /// It ends where more must follow, or could not be read to its end.
    pub is_cut: bool,
}

/// A tenant that was asked.
#[derive(Debug)]
pub struct Asked<'a> {
    /// Its name.
    pub name: String,
    /// It.
    pub tenant: &'a Tenant,
}

/// Everything that is reported.
#[derive(Debug)]
pub struct Report<'a> {
    /// The files of the log.
    pub files: Vec<LogFile>,
    /// One tenant, or the one before and the one after.
    pub tenants: Vec<Asked<'a>>,
    /// What was found out.
    pub replayed: &'a Replayed,
    /// Names that each list has at most.
    pub top: usize,
}

impl Report<'_> {
    /// The policies of a side.
    fn policy(&self, side: usize, index: usize) -> Option<PolicyRef> {
        self.tenants.get(side)?.tenant.policies.get(index).map(PolicyRef::to)
    }

    /// The last side: the tenant, or the one after.
    fn last(&self) -> usize {
        self.tenants.len().saturating_sub(1)
    }
}

/// Writes the report.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &Report<'_>, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Pretty => text::write(report, out),
        Format::Json => json::write(report, out),
        Format::Markdown => markdown::write(report, out),
    }
}
