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
#[cfg(test)]
pub(crate) use stream::whole;
pub use stream::{Ending, Later, Stream};

use crate::controls::Control;
use crate::finding::{Finding, Level};
use crate::outcome::TenantReport;
use crate::tenant::States;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// What is known of a run before its first tenant.
#[derive(Debug, Default)]
pub struct Run {
    /// Requirements that the configuration adds to the shipped rules.
    pub own: Vec<&'static Control>,
    /// It fails if there is nothing to judge in a tenant.
    pub needs_policies: bool,
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
    /// The policies by their states; copies that say the same are counted once.
    pub states: States,
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

impl Summary {
    /// Counts a tenant.
    pub fn add(&mut self, tenant: &TenantReport) {
        self.files += tenant.files;
        self.policies += tenant.policies;
        self.skipped += tenant.skipped;
        self.states.add(tenant.assumed.states);
        for finding in &tenant.findings {
            match finding.level {
                Level::Error => self.errors += 1,
                Level::Warning => self.warnings += 1,
                Level::Info => self.infos += 1,
            }
        }
    }

    /// Findings of levels that are not shown to people.
    fn hidden(&self, style: Style) -> usize {
        let levels = [(Level::Error, self.errors), (Level::Warning, self.warnings), (Level::Info, self.infos)];
        levels.into_iter().filter(|(level, _)| !is_shown(*level, style)).map(|(_, number)| number).sum()
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

/// The same, and how many of them are on unless all are: "9 policies (2 on, 7 report-only)", "1 policy (off)".
#[must_use]
pub fn policies_and_states(number: usize, states: States) -> String {
    let States { on, report_only, off, deleted, unknown } = states;
    let total = states.total();
    let policies = policies(number);
    if on == total {
        return policies;
    }
    let others = [(report_only, "report-only"), (off, "off"), (deleted, "deleted"), (unknown, "of unknown state")];
    let others = others.into_iter().filter(|(number, _)| *number > 0);
    if (number, total) == (1, 1) {
        let words: Vec<&str> = others.map(|(_, word)| word).collect();
        return format!("{policies} ({})", words.join(", "));
    }
    let on = if on == 0 { "none on".to_owned() } else { format!("{on} on") };
    let said: Vec<String> =
        std::iter::once(on).chain(others.map(|(number, word)| format!("{number} {word}"))).collect();
    // Of two copies that say the same, one is judged.
    let copies = if total < number { format!("{total} different: ") } else { String::new() };
    format!("{policies} ({copies}{})", said.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_reads_a_number_of_policies_learns_how_many_are_on() {
        let none = States::default();
        let cases = [
            (0, none, "0 policies"),
            (3, States { on: 3, ..none }, "3 policies"),
            (1, States { report_only: 1, ..none }, "1 policy (report-only)"),
            (52, States { off: 52, ..none }, "52 policies (none on, 52 off)"),
            (
                9,
                States { on: 2, report_only: 4, deleted: 2, unknown: 1, ..none },
                "9 policies (2 on, 4 report-only, 2 deleted, 1 of unknown state)",
            ),
            (4, States { on: 1, off: 1, ..none }, "4 policies (2 different: 1 on, 1 off)"),
            (2, States { off: 1, ..none }, "2 policies (1 different: none on, 1 off)"),
        ];
        for (number, states, said) in cases {
            assert_eq!(policies_and_states(number, states), said);
        }
    }
}
