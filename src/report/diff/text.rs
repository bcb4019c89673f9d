//! The comparison for people.

use crate::outcome::Compared;
use std::io::{self, Write};

pub(super) fn pretty(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    concise(compared, out)
}

pub(super) fn concise(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "{}", compared.difference.verdict.word())
}
