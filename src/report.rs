//! What was found, in one format a file. No report reads a file or knows how a finding came about.

pub mod diff;
pub mod doc;
pub mod expectations;
pub mod policy_text;
pub mod replay;
pub mod statistics;
pub mod who;

mod concise;
mod document;
mod exceptions;
mod format;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod link;
mod markdown;
mod page;
mod pretty;
mod sarif;
mod snippet;
mod stream;
mod wrap;

pub use format::Format;
pub use json::{policy, witness};
pub use stream::{Ending, Piece, Stream, Streamed};

use crate::controls::Control;
use crate::finding::{Finding, Level};
use crate::outcome::{Settled, TenantReport};
use std::cmp::Reverse;
use std::collections::BTreeSet;

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
    /// Rules that the configuration switches off.
    pub off: BTreeSet<String>,
    /// For SARIF: what code scanning tells analyses of one commit apart by.
    pub category: Option<String>,
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
    /// Ids of rules are links to their pages.
    pub links: bool,
    /// Columns of the terminal, if text for people is to fit one.
    pub width: Option<usize>,
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

/// What people are shown of a tenant: the worst first, and what is equally bad by path and position.
fn worst_first(tenant: &TenantReport, style: Style) -> Vec<&Finding> {
    let mut shown: Vec<&Finding> = tenant.findings.iter().filter(|finding| is_shown(finding.level, style)).collect();
    // They are in the order of their places, which a stable sort keeps.
    shown.sort_by_key(|finding| Reverse(finding.level));
    shown
}

/// "1 error", "2 errors".
fn count(number: usize, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// "1 policy", "2 policies".
fn policies(number: usize) -> String {
    if number == 1 { "1 policy".to_owned() } else { format!("{number} policies") }
}
