//! `caplint benchmarks`

use super::error::RunError;
use crate::controls::{self, EVERYTHING};
use std::io::Write;

pub(super) fn run() -> Result<u8, RunError> {
    let mut text = String::new();
    for benchmark in controls::benchmarks() {
        text += format!("{}  {} {}", benchmark.id, benchmark.name, benchmark.version).trim_end();
        text.push('\n');
        let mut numbered: Vec<(&str, &str)> = benchmark
            .controls()
            .flat_map(|control| control.benchmarks[benchmark.id].iter().map(|number| (number.as_str(), control.id)))
            .collect();
        numbered.sort_by_cached_key(|(number, _)| number.split('.').map(|part| (part.len(), part)).collect::<Vec<_>>());
        for (number, control) in numbered {
            text += &format!("  {number:12}  {control}\n");
        }
    }
    let asked_for_by_none: Vec<&str> =
        controls::all().filter(|control| control.benchmarks.is_empty()).map(|control| control.id).collect();
    text += &format!("{EVERYTHING}  Every shipped control, including {}\n", asked_for_by_none.join(", "));
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}
