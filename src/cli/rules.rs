//! `caplint rules`

use super::error::RunError;
use crate::finding::Safety;
use crate::rules;
use std::io::Write;

pub(super) fn run() -> Result<u8, RunError> {
    let mut out = std::io::stdout().lock();
    let width = rules::all().iter().map(|rule| rule.meta().id.len()).max().unwrap_or(0);
    for rule in rules::all() {
        let meta = rule.meta();
        let fix = match meta.fix {
            None => "",
            Some(Safety::Safe) => " Some findings have fixes.",
            Some(Safety::Unsafe) => " Some findings have unsafe fixes.",
        };
        let (id, level, summary) = (meta.id, meta.level().word(), meta.summary);
        writeln!(out, "{id:width$}  {level:7}  {summary}{fix}").map_err(RunError::Output)?;
    }
    Ok(0)
}
