//! Where the directory is, if not among the files of the tenant.

use super::error::RunError;
use super::inputs::inputs;
use crate::discover::Input;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args, Clone, Default)]
pub(super) struct DirectoryArguments {
    /// Exported users, groups and roles of the tenant, in addition to those among its files; policies there do not count
    #[arg(long, value_name = "PATH")]
    directory: Vec<PathBuf>,

    /// Leave names of people and lines of files out, for reports that leave the organisation; ids stay
    #[arg(long)]
    pub(super) redact: bool,
}

impl DirectoryArguments {
    /// The paths, if they are there.
    pub(super) fn given(&self) -> Result<Arc<[Input]>, RunError> {
        Ok(inputs(&self.directory)?.into())
    }
}
