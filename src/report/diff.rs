//! The comparison of two tenants, one format a file.

mod findings;
mod github;
mod json;
mod markdown;
mod named;
mod sarif;
mod text;
mod words;

use super::{Root, Style};
use crate::outcome::Compared;
use std::io::{self, Write};

/// A format of the comparison.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people, with the lines in question.
    #[default]
    Pretty,
    /// One line for each group of changes.
    Concise,
    /// For programs.
    Json,
    /// SARIF 2.1.0 for code scanning.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// One comment on a pull request.
    Markdown,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Pretty, Self::Concise, Self::Json, Self::Sarif, Self::Github, Self::Markdown];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Concise => "concise",
            Self::Json => "json",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Markdown => "markdown",
        }
    }
}

/// What changes, one sentence for each group of changes, the worst first.
#[must_use]
pub fn headlines(compared: &Compared) -> Vec<String> {
    findings::of(compared).into_iter().map(|finding| finding.message).collect()
}

/// Writes the comparison; SARIF with a category, if one is given.
///
/// # Errors
/// Those of the writer.
pub fn write(
    compared: &Compared,
    format: Format,
    style: Style,
    (root, category): (&Root, Option<&str>),
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Pretty => text::pretty(compared, style, out),
        Format::Concise => text::concise(compared, style, out),
        Format::Json => json::write(compared, out),
        Format::Sarif => sarif::write(compared, root, category, out),
        Format::Github => github::write(compared, root, out),
        Format::Markdown => markdown::write(compared, out),
    }
}
