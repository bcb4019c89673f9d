//! What was found, in one format a file. No report reads a file or knows how a finding came about.

mod concise;
pub mod diff;
mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
pub mod policy_text;
mod pretty;
mod sarif;
mod snippet;
mod stream;

pub use json::witness;
pub use stream::{Ending, Piece, Stream, Streamed};

use crate::controls::Control;
use crate::finding::{Finding, Level};
use crate::outcome::{Settled, TenantReport};
use std::fmt;
use std::io::{self, Write};
use std::str::FromStr;

/// A report's format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people, with the lines in question.
    #[default]
    Pretty,
    /// One line a finding.
    Concise,
    /// For programs: version 1 of `schemas/report.schema.json`.
    Json,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// `JUnit` XML.
    Junit,
    /// A summary for a pull request.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 8] =
        [Self::Pretty, Self::Concise, Self::Json, Self::Sarif, Self::Github, Self::Gitlab, Self::Junit, Self::Markdown];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::Markdown => "markdown",
        }
    }

    /// What it is for, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Pretty => "For people, with excerpts of the files",
            Self::Concise => "One line for each finding",
            Self::Json => "For programs",
            Self::Sarif => "SARIF 2.1.0 for code scanning",
            Self::Github => "GitHub Actions annotations",
            Self::Gitlab => "GitLab Code Quality",
            Self::Junit => "JUnit XML for test reports",
            Self::Markdown => "A summary for a pull request",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|format| format.word() == text).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.into_iter().map(Self::word).collect();
            format!("no such format; there are {}", words.join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// A whole run.
#[derive(Debug, Default)]
pub struct Run {
    /// The tenants, in the order they were given.
    pub tenants: Vec<TenantReport>,
    /// The exit code that the process ends with.
    pub exit_code: u8,
    /// Requirements that the configuration adds to the shipped rules.
    pub own: Vec<&'static Control>,
    /// What is not reported.
    pub settled: Settled,
    /// Only files were looked at, and no tenant was judged.
    pub files_only: bool,
    /// For SARIF: how paths as shown become addresses from the repository's root.
    pub root: Root,
}

/// Where the repository's root lies from the working directory.
#[derive(Debug, Clone, Default)]
pub struct Root {
    /// Folders from the root down to the working directory, ending in `/` unless empty.
    pub prefix: String,
    /// The root itself, to make absolute paths relative.
    pub absolute: String,
}

/// How people see a report.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Style {
    /// Colours.
    pub color: bool,
    /// Box drawing instead of ASCII.
    pub unicode: bool,
    /// The lowest level that is shown.
    pub show: Option<Level>,
    /// No footer.
    pub quiet: bool,
}

/// Numbers of a run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Findings of level error.
    pub errors: usize,
    /// Of level warning.
    pub warnings: usize,
    /// Of level info.
    pub infos: usize,
    /// Files read.
    pub files: usize,
    /// Policies found.
    pub policies: usize,
    /// Files without policies.
    pub skipped: usize,
}

impl Root {
    /// A path from the repository's root, and whether it is inside.
    fn place(&self, path: &str) -> (String, bool) {
        let inside = path.strip_prefix(&self.absolute).and_then(|rest| rest.strip_prefix('/'));
        let whole = match inside {
            Some(rest) if !self.absolute.is_empty() => rest.to_owned(),
            _ if path.starts_with('/') => return (path.to_owned(), false),
            _ => format!("{}{path}", self.prefix),
        };
        let mut parts: Vec<&str> = Vec::new();
        for part in whole.split('/') {
            match part {
                "" | "." => {}
                ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
                _ => parts.push(part),
            }
        }
        let place = parts.join("/");
        (if place.is_empty() { ".".to_owned() } else { place }, true)
    }
}

impl Run {
    /// Every finding, in order.
    fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.tenants.iter().flat_map(|tenant| &tenant.findings)
    }

    /// Counts.
    #[must_use]
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for tenant in &self.tenants {
            summary.add(tenant);
        }
        summary
    }

    /// Writes the report.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(&self, format: Format, style: Style, out: &mut dyn Write) -> io::Result<()> {
        match format {
            Format::Concise => self.stream(Streamed::Concise(style), out),
            Format::Json => self.stream(Streamed::Json, out),
            Format::Pretty => pretty::write(self, style, out),
            Format::Sarif => sarif::write(self, out),
            Format::Github => github::write(self, style, out),
            Format::Gitlab => gitlab::write(self, out),
            Format::Junit => junit::write(self, out),
            Format::Markdown => markdown::write(self, out),
        }
    }

    fn stream(&self, format: Streamed, out: &mut dyn Write) -> io::Result<()> {
        let mut stream = Stream::start(format, out)?;
        self.tenants.iter().try_for_each(|tenant| stream.add(&format.piece(tenant)))?;
        stream.end(&Ending { summary: self.summary(), settled: &self.settled })
    }
}

impl Summary {
    /// Counts a tenant.
    pub fn add(&mut self, tenant: &TenantReport) {
        self.files += tenant.files;
        self.policies += tenant.policies;
        self.skipped += tenant.skipped;
        for finding in &tenant.findings {
            match finding.level {
                Level::Error => self.errors += 1,
                Level::Warning => self.warnings += 1,
                Level::Info => self.infos += 1,
            }
        }
    }
}

/// What is said of a tenant in which nothing was found.
const NOTHING: &str = "There was nothing to judge, or the input could not be read.";

/// Whether a finding is shown to people.
fn is_shown(level: Level, style: Style) -> bool {
    style.show.is_none_or(|lowest| level >= lowest)
}

/// "1 error", "2 errors".
fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}
