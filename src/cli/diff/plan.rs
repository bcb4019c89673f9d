//! A Terraform plan alone: the state that it starts from, and what it makes of it.

use crate::cli::error::RunError;
use crate::discover::{Input, Stored};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::path::Path;

/// The tenants before and after a plan.
pub(super) fn inputs(path: &Path) -> Result<[Input; 2], RunError> {
    let bytes = std::fs::read(path).map_err(|error| RunError::Path { path: path.to_owned(), error })?;
    let text = crate::source::decode(bytes).map_err(|_| not_a_plan(path))?;
    let text = text.as_str();
    let members: HashMap<String, &RawValue> = serde_json::from_str(text).map_err(|_| not_a_plan(path))?;
    if !members.contains_key("planned_values") {
        return Err(not_a_plan(path));
    }
    let base = path.parent().unwrap_or(path).to_owned();
    let mut before = Stored { name: format!("{} (prior state)", path.display()), base, ..Stored::default() };
    if let Some(state) = members.get("prior_state") {
        before.files.push((path.to_owned(), in_place(text, state.get()).into_bytes()));
    }
    Ok([Input::Stored(before), Input::Path(path.to_owned())])
}

/// A part of a text, on the lines and in the columns where it stands, so that labels point into the whole.
fn in_place(text: &str, part: &str) -> String {
    let start = part.as_ptr() as usize - text.as_ptr() as usize;
    let before = &text[..start];
    let lines = before.bytes().filter(|byte| *byte == b'\n').count();
    let columns = before.rsplit('\n').next().map_or(0, |line| line.chars().count());
    format!("{}{}{part}", "\n".repeat(lines), " ".repeat(columns))
}

fn not_a_plan(path: &Path) -> RunError {
    RunError::Diff {
        message: format!("{} is not a Terraform plan as JSON", crate::finding::visible(&path.to_string_lossy())),
        help: "Write one with `terraform show -json plan.tfplan > plan.json`.".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_stays_on_its_lines() {
        let text = "{\n  \"a\": {\"b\": 1},\n  \"c\": 2\n}";
        let members: HashMap<String, &RawValue> = serde_json::from_str(text).unwrap();
        assert_eq!(in_place(text, members["a"].get()), "\n       {\"b\": 1}");
    }
}
