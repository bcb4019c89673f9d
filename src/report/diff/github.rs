//! The comparison as annotations of GitHub Actions.

use super::{findings, named, words};
use crate::finding::visible;
use crate::outcome::Compared;
use crate::report::{Root, github};
use std::io::{self, Write};

pub(super) fn write(compared: &Compared, root: &Root, out: &mut dyn Write) -> io::Result<()> {
    let mut annotations = github::Annotations::default();
    for finding in findings::of(compared) {
        annotations.add(&finding, github::Turn::First, root);
    }
    // The notice with the verdict says what is left out, too.
    let taken = github::Taken { errors: 0, notices: 1, if_left_out: 0 };
    let left_out = annotations.write(taken, out)?;
    let more = left_out.text().map_or_else(String::new, |text| format!("; {text}. `--format json` has all changes."));
    let mut verdict = visible(&format!("{}{more}", words::verdict(compared)));
    for editors in named::all(compared) {
        verdict.push_str(&format!("\n{}", visible(&editors.line())));
    }
    writeln!(out, "::notice title=caplint diff::{}", github::data(&verdict))
}
