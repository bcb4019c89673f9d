//! `caplint rules`

use super::error::RunError;
use crate::rules;
use std::io::Write;

pub(super) fn run() -> Result<u8, RunError> {
    let mut out = std::io::stdout().lock();
    let width = rules::all().iter().map(|rule| rule.meta().id.len()).max().unwrap_or(0);
    for rule in rules::all() {
        let meta = rule.meta();
        writeln!(out, "{:width$}  {:7}  {}", meta.id, meta.level().word(), meta.summary).map_err(RunError::Output)?;
    }
    Ok(0)
}
