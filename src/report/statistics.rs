//! How many findings each rule has, in place of the findings.

use super::{Ending, Style, is_shown, json, pretty};
use crate::finding::{Level, escape_invisible};
use crate::outcome::TenantReport;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{self, Write};

/// Counts of findings, by their rule and their level: a rule can have findings of several levels.
#[derive(Debug, Default)]
pub struct Statistics {
    counts: BTreeMap<(Level, &'static str), usize>,
}

/// A format of counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for people.
    Text,
    /// For programs.
    Json,
}

impl Statistics {
    /// Counts the findings of a tenant.
    pub fn add(&mut self, tenant: &TenantReport) {
        for finding in &tenant.findings {
            *self.counts.entry((finding.level, finding.rule)).or_default() += 1;
        }
    }

    /// The worst level first, and of a level the most frequent rule.
    fn rows(&self) -> Vec<(Level, &'static str, usize)> {
        let mut rows: Vec<_> = self.counts.iter().map(|((level, rule), count)| (*level, *rule, *count)).collect();
        rows.sort_by(|one, two| (two.0, two.2, one.1).cmp(&(one.0, one.2, two.1)));
        rows
    }

    /// Writes the counts, and the numbers of the run. `files_only` is whether no tenant was judged.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write(
        &self,
        format: Format,
        ending: &Ending<'_>,
        files_only: bool,
        style: Style,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        match format {
            Format::Text => self.text(ending, files_only, style, out),
            Format::Json => writeln!(out, "{}", escape_invisible(&format!("{:#}", self.json(ending)))),
        }
    }

    fn text(&self, ending: &Ending<'_>, files_only: bool, style: Style, out: &mut dyn Write) -> io::Result<()> {
        let rows = self.rows();
        let (shown, hidden): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(level, ..)| is_shown(*level, style));
        let width = shown.iter().map(|(.., count)| count.to_string().len()).max().unwrap_or_default();
        for (level, rule, count) in shown {
            writeln!(out, "{count:width$}  {:7}  {}", level.word(), super::link::rule(rule, style))?;
        }
        if style.quiet {
            return pretty::hidden_errors_to(ending.settled, style, out);
        }
        let hidden = hidden.iter().map(|(.., count)| count).sum();
        pretty::ending_to(ending, hidden, files_only, style, out)
    }

    fn json(&self, ending: &Ending<'_>) -> Value {
        let row =
            |(level, rule, count): (Level, &str, usize)| json!({ "rule": rule, "level": level.word(), "count": count });
        json!({
            "version": 1,
            "tool": json::tool(),
            "rules": self.rows().into_iter().map(row).collect::<Vec<_>>(),
            "summary": json::summary(ending),
        })
    }
}
