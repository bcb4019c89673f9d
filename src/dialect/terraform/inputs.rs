//! What evaluations start from: the values of variables, and the data that expressions read.

use super::modules::Folders;
use super::part::Part;
use crate::evaluate::{Assignment, Error, File, Files, Input, Module, Value, inputs};
use crate::policy::Digest;
use crate::syntax::Untold;
use std::collections::BTreeMap;
use std::path::Path;

/// Data that expressions read.
pub trait Data {
    /// The files as a root sees them, whose paths are relative to it.
    fn of_root<'d>(&'d self, root: &Path) -> Box<dyn Files + 'd>;

    /// A digest of all that has been read.
    fn digest(&self) -> Digest;
}

/// What gives variables their values beside the files that Terraform takes by itself.
#[derive(Debug)]
pub struct Given {
    /// Files that the command line names, in their order.
    pub files: Vec<Part>,
    /// Names and values of the command line, which go over those of files.
    pub values: Vec<(String, String)>,
    /// A variable that is given nothing has its default.
    pub has_defaults: bool,
}

impl Default for Given {
    fn default() -> Self {
        Self { files: Vec::new(), values: Vec::new(), has_defaults: true }
    }
}

impl Given {
    /// The values of a root's variables.
    pub(super) fn of_root<'f>(
        &'f self,
        root: &Path,
        folders: &'f Folders,
        module: Option<&Module<'f>>,
    ) -> (BTreeMap<&'f str, Input>, Vec<Error>) {
        let mut files: Vec<(Assignment, &str, File<'f>)> = Vec::new();
        for (folder, parts) in folders {
            // Somebody may name the values of a folder below, and of any that holds nothing else.
            let is_elsewhere = folder != root;
            let holds_values = parts.iter().all(Part::gives_values);
            if is_elsewhere && !folder.starts_with(root) && !holds_values {
                continue;
            }
            for part in parts {
                let when = part.assignment().map(|when| if is_elsewhere { Assignment::Perhaps } else { when });
                // What the command line names is in its place there.
                let is_named = self.files.iter().any(|named| named.file == part.file);
                files.extend(when.filter(|_| !is_named).map(|when| (when, part.name(), part.content())));
            }
        }
        let named = self.files.iter().enumerate();
        files.extend(named.map(|(number, part)| (Assignment::Told(number), part.name(), part.content())));
        let (mut given, mut errors) = inputs(&files);
        for (name, text) in &self.values {
            // Of a variable that another root declares, nothing depends here.
            let Some(value) = module.and_then(|module| module.argument(name, text)) else { continue };
            let input = given.entry(name.as_str()).or_default();
            input.value = Some(value.unwrap_or_else(|error| {
                errors.push(*error);
                Value::unknown(Untold::Variable)
            }));
            input.perhaps.clear();
        }
        // What the command line names is the value, whatever files nobody names have.
        for part in &self.files {
            for (name, _) in &part.root().members {
                if let Some(input) = given.get_mut(name.as_ref()) {
                    input.perhaps.clear();
                }
            }
        }
        (given, errors)
    }
}
