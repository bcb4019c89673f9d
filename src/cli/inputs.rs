//! Paths on the command line.

use super::error::RunError;
use crate::discover::Input;
use std::io::Read;
use std::path::{Path, PathBuf};

pub(super) fn inputs(paths: &[PathBuf]) -> Result<Vec<Input>, RunError> {
    paths
        .iter()
        .map(|path| {
            if path == Path::new("-") {
                let mut bytes = Vec::new();
                std::io::stdin().lock().read_to_end(&mut bytes).map_err(RunError::Stdin)?;
                return Ok(Input::Stdin(bytes));
            }
            match std::fs::metadata(path) {
                Ok(_) => Ok(Input::Path(path.clone())),
                Err(error) => Err(RunError::Path { path: path.clone(), error }),
            }
        })
        .collect()
}
