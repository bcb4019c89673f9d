//! `caplint files`

use super::Format;
use super::error::RunError;
use super::inputs::inputs;
use crate::finding::{escape_invisible, visible};
use crate::lint;
use crate::outcome::FileReport;
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let files = lint::files(&inputs(&arguments.paths)?);
    let text = match arguments.format {
        Format::Pretty => files.iter().map(|file| visible(&file.to_string()) + "\n").collect(),
        Format::Json => escape_invisible(&format!("{:#}\n", json!({ "version": 1, "files": listed(&files) }))),
    };
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}

fn listed(files: &[FileReport]) -> Vec<serde_json::Value> {
    let file = |file: &FileReport| {
        json!({
            "path": file.path,
            "kind": file.kind.to_string(),
            "policies": file.policies,
            "encoding": file.encoding,
            "read": file.is_read,
        })
    };
    files.iter().map(file).collect()
}
