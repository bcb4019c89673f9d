//! The comparison of two tenants, one format a file.

mod json;
mod text;

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
}

/// Writes the comparison.
///
/// # Errors
/// Those of the writer.
pub fn write(compared: &Compared, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Pretty => text::pretty(compared, out),
        Format::Concise => text::concise(compared, out),
        Format::Json => json::write(compared, out),
    }
}
