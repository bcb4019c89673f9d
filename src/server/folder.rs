//! A folder of the editor's workspace: what was found in it, and what the editor was told.

use super::diagnostics::{Texts, diagnostic};
use super::text::{Index, Units};
use super::{Checked, Checks, Failure, uri};
use crate::discover::{Overlay, shown};
use crate::finding::Finding;
use crate::outcome::Outline;
use crate::source;
use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A text that the editor holds.
#[derive(Debug, Clone)]
pub(super) struct Open {
    pub(super) text: String,
    pub(super) version: i32,
}

/// How old may be what is shown beside the files.
#[derive(Debug, Clone, Copy)]
pub(super) enum Age {
    /// It is of the text as it is.
    OfThisText,
    /// It may be of an earlier one: somebody who types does not wait.
    Any,
}

/// A folder.
#[derive(Default)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    /// Nothing was looked at since a text has changed.
    pub(super) is_stale: bool,
    pub(super) findings: Vec<Finding>,
    pub(super) failure: Option<Failure>,
    /// What is shown beside the files, as far as somebody has asked.
    outlines: Option<Vec<Outline>>,
    /// A text has changed since then.
    are_outlines_old: bool,
    /// What the editor was told of each file.
    pub(super) told: BTreeMap<PathBuf, Vec<Diagnostic>>,
}

/// The text of a file, as the editor has it or else as it is saved.
pub(super) fn text(open: &BTreeMap<PathBuf, Open>, path: &Path) -> Option<String> {
    match open.get(path) {
        Some(open) => Some(open.text.clone()),
        None => Some(source::decode(std::fs::read(path).ok()?).ok()?.as_str().to_owned()),
    }
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, is_stale: true, ..Self::default() }
    }

    pub(super) fn make_stale(&mut self) {
        self.is_stale = true;
        self.are_outlines_old = true;
    }

    /// The texts that differ from what is saved. A saved one is read as it is: it may have another encoding, of which something is to be
    /// said.
    pub(super) fn overlay(&self, open: &BTreeMap<PathBuf, Open>) -> Overlay {
        let mut overlay = Overlay::default();
        for (path, open) in open {
            let saved = std::fs::read(path).ok().and_then(|bytes| source::decode(bytes).ok());
            if saved.is_none_or(|saved| saved.as_str() != open.text) {
                let bytes = open.text.as_bytes();
                overlay.insert(shown(&uri::seen_from(&self.path, path)), bytes.to_vec());
                overlay.insert(shown(path), bytes.to_vec());
            }
        }
        overlay
    }

    /// Checks again.
    pub(super) fn check(&mut self, checks: &dyn Checks, open: &BTreeMap<PathBuf, Open>, outline: bool) {
        self.is_stale = false;
        match checks.check(&self.path, &self.overlay(open), outline) {
            Ok(Checked { findings, outlines }) => {
                (self.findings, self.failure) = (findings, None);
                if outline {
                    (self.outlines, self.are_outlines_old) = (Some(outlines), false);
                }
            }
            Err(failure) => {
                (self.findings, self.failure) = (Vec::new(), Some(failure));
                // Asking again would not help.
                self.are_outlines_old &= !outline;
            }
        }
    }

    /// What is shown beside the files. Where they cannot be read, it is what was known before.
    pub(super) fn outlines(&mut self, checks: &dyn Checks, open: &BTreeMap<PathBuf, Open>, age: Age) -> &[Outline] {
        let is_enough = match age {
            Age::OfThisText => self.outlines.is_some() && !self.are_outlines_old,
            Age::Any => self.outlines.is_some(),
        };
        if !is_enough {
            self.are_outlines_old = false;
            if let Ok(checked) = checks.check(&self.path, &self.overlay(open), true) {
                self.outlines = Some(checked.outlines);
            }
        }
        self.outlines.as_deref().unwrap_or_default()
    }

    /// What there is to tell of each file.
    pub(super) fn diagnostics(
        &self,
        checks: &dyn Checks,
        units: Units,
        open: &BTreeMap<PathBuf, Open>,
    ) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
        let mut texts = Texts::new(|path| text(open, path));
        let mut of_files: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
        for finding in &self.findings {
            if let Some((file, diagnostic)) = diagnostic(finding, &self.path, units, &mut texts) {
                of_files.entry(file).or_default().push(diagnostic);
            }
        }
        let config = || checks.config(&self.path);
        if let Some((failure, config)) = self.failure.as_ref().and_then(|failure| Some((failure, config()?))) {
            let text = texts.get(&config).unwrap_or_default();
            let range = Index::new(text, units).range(&failure.place.clone().unwrap_or_default());
            let told = Diagnostic {
                range,
                severity: Some(DiagnosticSeverity::ERROR),
                code: Some(NumberOrString::String("config".to_owned())),
                source: Some("caplint".to_owned()),
                message: format!("{}\n\nhelp: {}", failure.message, failure.help),
                ..Diagnostic::default()
            };
            of_files.entry(config).or_default().push(told);
        }
        of_files
    }
}
