//! TODO: the format, with a link to the page that describes it.

use super::format::Formatter;
use super::{Run, Style};
use std::io::{self, Write};

/// The format.
pub(super) struct @Pascal@;

impl Formatter for @Pascal@ {
    fn name(&self) -> &'static str {
        "@kebab@"
    }

    fn about(&self) -> &'static str {
        "TODO: what it is for"
    }

    fn is_for_programs(&self) -> bool {
        true
    }

    fn write(&self, run: &Run, _style: Style, out: &mut dyn Write) -> io::Result<()> {
        // TODO: every finding and what is not reported, each text through `visible` and escaped for the format.
        writeln!(out, "TODO: {} findings", run.findings().count())
    }
}
