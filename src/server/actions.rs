//! What an editor offers to do about a finding: its fix, and to ignore it with a reason.

use super::diagnostics::{Texts, diagnostic, range};
use super::text::{Index, Units};
use super::uri;
use crate::discover::tidy;
use crate::finding::{Finding, Fix, Safety, visible};
use crate::ignore;
use lsp_types::{
    CodeAction, CodeActionKind, CreateFile, CreateFileOptions, Diagnostic, DocumentChangeOperation, DocumentChanges,
    OneOf, OptionalVersionedTextDocumentIdentifier, Position, Range, ResourceOp, TextDocumentEdit, TextEdit, Uri,
    WorkspaceEdit,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What actions are made of.
pub(super) struct Maker<'m, 't> {
    /// What paths of findings are relative to.
    pub(super) folder: &'m Path,
    pub(super) units: Units,
    pub(super) texts: Texts<'t>,
    /// The version of each text that the editor holds.
    pub(super) versions: &'m BTreeMap<PathBuf, i32>,
    /// The configuration, or where a new one is written.
    pub(super) config: PathBuf,
    /// The editor can make files.
    pub(super) makes_files: bool,
    /// Why `caplint fix` would not write the fix of a finding. None if that cannot be told.
    pub(super) objection: &'m dyn Fn(&Finding) -> Option<Option<&'static str>>,
}

impl Maker<'_, '_> {
    /// The actions about a finding that stands in a range of a file.
    pub(super) fn actions(&mut self, finding: &Finding, file: &Path, asked: Range) -> Vec<CodeAction> {
        let Some((at, diagnostic)) = diagnostic(finding, self.folder, self.units, &mut self.texts) else {
            return Vec::new();
        };
        if at != file || diagnostic.range.end < asked.start || asked.end < diagnostic.range.start {
            return Vec::new();
        }
        let fix = finding.fix.as_ref().and_then(|fix| self.fix(finding, fix, &diagnostic));
        fix.into_iter().chain(self.ignore(finding, &diagnostic)).collect()
    }

    /// The fix, proved as `caplint fix` does. One that it would not write is still what somebody may mean, and says so.
    fn fix(&mut self, finding: &Finding, fix: &Fix, diagnostic: &Diagnostic) -> Option<CodeAction> {
        let mut edits: BTreeMap<PathBuf, Vec<TextEdit>> = BTreeMap::new();
        for edit in &fix.edits {
            let file = tidy(&self.folder.join(&edit.path));
            let range = range(&file, edit.start, edit.end, self.units, &mut self.texts);
            edits.entry(file).or_default().push(TextEdit { range, new_text: edit.replacement.clone() });
        }
        let changes: Option<Vec<_>> = edits.into_iter().map(|(file, edits)| self.change(&file, edits)).collect();
        let (title, is_preferred) = match (fix.safety, (self.objection)(finding)?) {
            (Safety::Safe, None) => (fix.title.clone(), true),
            (Safety::Unsafe, None) if !fix.in_policies => (format!("{} (changes no policy)", fix.title), false),
            (Safety::Unsafe, None) => (format!("{} (changes what is meant)", fix.title), false),
            (Safety::Safe | Safety::Unsafe, Some(why)) => (format!("{} (careful: {why})", fix.title), false),
        };
        Some(action(title, is_preferred, diagnostic, changes?))
    }

    /// Adds an ignore to the configuration. Its reason is left for somebody to write; until then it hides nothing.
    fn ignore(&mut self, finding: &Finding, diagnostic: &Diagnostic) -> Option<CodeAction> {
        let policy = finding
            .policy
            .as_ref()
            .filter(|policy| policy.id.is_some() || policy.name().is_some() || policy.address.is_some());
        let path = &finding.primary().path;
        if self.is_config(path) {
            return None;
        }
        let (key, value) = match policy {
            Some(policy) => {
                let called = policy.id.as_deref().or(policy.address.as_deref()).or(policy.name()).unwrap_or_default();
                ("policy", called.to_owned())
            }
            None => ("path", path.clone()),
        };
        // What no editor shows would be hard to find again.
        if visible(&value) != value {
            return None;
        }
        let lines = ignore::entry(finding.rule, (key, &value), "", None);
        let known = self.texts.get(&self.config).map(str::to_owned);
        if known.is_none() && !self.makes_files {
            return None;
        }
        let text = known.clone().unwrap_or_default();
        let gap = match text.as_str() {
            "" => "",
            text if text.ends_with('\n') => "\n",
            _ => "\n\n",
        };
        let end: Position = Index::new(&text, self.units).position(text.len());
        let new_text = format!("{gap}{}\n", lines.join("\n"));
        // An entry that does not fit to what stands there, such as `ignore = []`, would break the configuration.
        if toml::from_str::<toml::Table>(&text).is_ok()
            && toml::from_str::<toml::Table>(&format!("{text}{new_text}")).is_err()
        {
            return None;
        }
        let config = self.config.clone();
        let edit = self.change(&config, vec![TextEdit { range: Range { start: end, end }, new_text }])?;
        let made = known.is_none().then(|| {
            let options = Some(CreateFileOptions { overwrite: None, ignore_if_exists: Some(true) });
            Some(ResourceOp::Create(CreateFile { uri: uri::uri(&config)?, options, annotation_id: None }))
        });
        let made = made.flatten().map(DocumentChangeOperation::Op);
        let what = if policy.is_some() { "policy" } else { "file" };
        let title = format!("Ignore {} for this {what}, with a reason in {}", finding.rule, crate::config::FILE_NAME);
        Some(action(title, false, diagnostic, made.into_iter().chain([edit]).collect()))
    }

    fn is_config(&self, path: &str) -> bool {
        tidy(&self.folder.join(path)) == self.config
    }

    fn change(&self, file: &Path, edits: Vec<TextEdit>) -> Option<DocumentChangeOperation> {
        let uri: Uri = uri::uri(file)?;
        let text_document = OptionalVersionedTextDocumentIdentifier { uri, version: self.versions.get(file).copied() };
        let edits = edits.into_iter().map(OneOf::Left).collect();
        Some(DocumentChangeOperation::Edit(TextDocumentEdit { text_document, edits }))
    }
}

fn action(
    title: String,
    is_preferred: bool,
    diagnostic: &Diagnostic,
    changes: Vec<DocumentChangeOperation>,
) -> CodeAction {
    // An editor that cannot make files knows edits alone.
    let edits = changes.iter().map(|change| match change {
        DocumentChangeOperation::Edit(edit) => Some(edit.clone()),
        DocumentChangeOperation::Op(_) => None,
    });
    let document_changes = match edits.collect::<Option<Vec<_>>>() {
        Some(edits) => DocumentChanges::Edits(edits),
        None => DocumentChanges::Operations(changes),
    };
    CodeAction {
        title,
        kind: Some(CodeActionKind::QUICKFIX),
        diagnostics: Some(vec![diagnostic.clone()]),
        edit: Some(WorkspaceEdit { document_changes: Some(document_changes), ..WorkspaceEdit::default() }),
        is_preferred: is_preferred.then_some(true),
        ..CodeAction::default()
    }
}
