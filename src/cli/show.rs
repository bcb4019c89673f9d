//! `caplint show`

use super::error::RunError;
use super::inputs::inputs;
use crate::finding::visible;
use crate::lint;
use crate::report::policy_text;
use crate::source;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders; - is standard input
    #[arg(value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let inputs = inputs(&arguments.paths)?;
    let tenant = lint::load(&inputs, &lint::Options::default());
    let mut text = policy_text::of(&tenant);
    if text.is_empty() {
        // As git's textconv it is given any file, and what it does not know must not look empty.
        for input in &inputs {
            for candidate in input.files() {
                let bytes =
                    candidate.bytes().map_err(|error| RunError::Path { path: candidate.shown().into(), error })?;
                let decoded = source::decode(bytes).map_or_else(|error| error.lossy, |text| text.as_str().to_owned());
                for line in decoded.lines() {
                    text.push_str(&visible(line));
                    text.push('\n');
                }
            }
        }
    }
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}
