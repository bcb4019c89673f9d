//! Entries that commands append to the configuration, which stays as it is otherwise: comments, order and line ends.

use super::atomic;
use super::error::RunError;
use crate::config::{self, Config, FILE_NAME};
use crate::controls::Problem;
use crate::rules;
use std::path::{Path, PathBuf};

/// A configuration to append to.
pub(super) struct Appendable {
    path: PathBuf,
    text: String,
}

impl Appendable {
    /// The given configuration, the nearest one, or a new one in the working directory; and what it says. It must be right
    /// before something is added to it.
    pub(super) fn open(given: Option<PathBuf>) -> Result<(Self, Config), RunError> {
        let found = || config::find(&std::env::current_dir().ok()?);
        let path = given.or_else(found).unwrap_or_else(|| PathBuf::from(FILE_NAME));
        // As people would name it.
        let here = std::env::current_dir().unwrap_or_default();
        let path = path.strip_prefix(&here).map(Path::to_owned).unwrap_or(path);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return Err(RunError::Path { path, error }),
        };
        let appendable = Self { path, text };
        let config = config::read(&appendable.path, &appendable.text, rules::ids())
            .map_err(|problem| RunError::config(&appendable.path, &appendable.text, problem))?;
        Ok((appendable, config))
    }

    /// Adds the lines of an entry, in memory; and what the configuration says with them. A problem is one of these lines, which no
    /// file has yet: there is no place to point at.
    pub(super) fn append(&mut self, lines: &[String]) -> Result<Config, Problem> {
        let end = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
        if !self.text.is_empty() {
            if !self.text.ends_with('\n') {
                self.text.push_str(end);
            }
            self.text.push_str(end);
        }
        for line in lines {
            self.text.push_str(line);
            self.text.push_str(end);
        }
        config::read(&self.path, &self.text, rules::ids())
    }

    /// Writes the file. Returns its path as people may see it.
    pub(super) fn save(self) -> Result<String, RunError> {
        let Self { path, text } = self;
        let written = atomic::write(&path, |out| out.write_all(text.as_bytes()));
        let shown = crate::finding::visible(&path.to_string_lossy());
        written.map(|()| shown).map_err(|error| RunError::Report { path, error })
    }
}
