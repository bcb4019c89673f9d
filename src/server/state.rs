//! What the server knows between two messages: the texts that the editor holds, and its folders.

use super::folder::{Folder, Open};
use super::text::{Units, change};
use super::{Checks, Failure, Stopped, uri};
use crate::config;
use crossbeam_channel::Sender;
use lsp_server::{Message, Notification, Request};
use lsp_types::notification::{
    DidChangeConfiguration, DidChangeTextDocument, DidChangeWatchedFiles, DidChangeWorkspaceFolders,
    DidCloseTextDocument, DidOpenTextDocument, DidSaveTextDocument, Notification as _, PublishDiagnostics, ShowMessage,
};
use lsp_types::request::{RegisterCapability, Request as _};
use lsp_types::{
    Diagnostic, DidChangeTextDocumentParams, DidChangeWatchedFilesRegistrationOptions, DidChangeWorkspaceFoldersParams,
    DidCloseTextDocumentParams, DidOpenTextDocumentParams, FileSystemWatcher, GlobPattern, InitializeParams,
    MessageType, PublishDiagnosticsParams, Registration, RegistrationParams, ShowMessageParams, Uri, WorkspaceFolder,
};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub(super) struct State<'s> {
    pub(super) checks: &'s dyn Checks,
    sender: &'s Sender<Message>,
    pub(super) units: Units,
    pub(super) folders: Vec<Folder>,
    pub(super) open: BTreeMap<PathBuf, Open>,
    /// The editor tells of files that change on disk, if it is asked to.
    can_watch: bool,
    /// The editor can make files.
    pub(super) makes_files: bool,
}

impl<'s> State<'s> {
    pub(super) fn new(
        checks: &'s dyn Checks,
        sender: &'s Sender<Message>,
        units: Units,
        params: &InitializeParams,
    ) -> Self {
        let workspace = params.capabilities.workspace.as_ref();
        let watched = workspace.and_then(|workspace| workspace.did_change_watched_files?.dynamic_registration);
        let edits = workspace.and_then(|workspace| workspace.workspace_edit.as_ref()?.resource_operations.as_ref());
        let folders: Vec<PathBuf> = match &params.workspace_folders {
            Some(folders) => folders.iter().filter_map(|folder| uri::path(&folder.uri)).collect(),
            None => root(params).into_iter().collect(),
        };
        let makes_files = edits.is_some_and(|edits| edits.contains(&lsp_types::ResourceOperationKind::Create));
        Self {
            checks,
            sender,
            units,
            folders: folders.into_iter().map(Folder::new).collect(),
            open: BTreeMap::new(),
            can_watch: watched == Some(true),
            makes_files,
        }
    }

    /// Asks to be told of files that change on disk.
    pub(super) fn watch_files(&self) -> Result<(), Stopped> {
        if !self.can_watch {
            return Ok(());
        }
        let watchers = vec![FileSystemWatcher { glob_pattern: GlobPattern::String("**/*".to_owned()), kind: None }];
        let options = serde_json::to_value(DidChangeWatchedFilesRegistrationOptions { watchers })?;
        let registration = Registration {
            id: "files".to_owned(),
            method: DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: Some(options),
        };
        let params = serde_json::to_value(RegistrationParams { registrations: vec![registration] })?;
        let request = Request::new("files".to_owned().into(), RegisterCapability::METHOD.to_owned(), params);
        Ok(self.sender.send(request.into())?)
    }

    /// Takes note of what the editor tells. What does not concern caplint is passed over, and what cannot be read changes nothing.
    pub(super) fn note(&mut self, notification: Notification) {
        let Notification { method, params } = notification;
        match method.as_str() {
            DidOpenTextDocument::METHOD => {
                if let Some(DidOpenTextDocumentParams { text_document: opened }) = read(params) {
                    self.opened(&opened.uri, Open { text: opened.text, version: opened.version });
                }
            }
            DidChangeTextDocument::METHOD => {
                let Some(DidChangeTextDocumentParams { text_document, content_changes }) = read(params) else { return };
                let Some(path) = uri::path(&text_document.uri) else { return };
                let Some(open) = self.open.get_mut(&path) else { return };
                open.version = text_document.version;
                for one in content_changes {
                    change(&mut open.text, one, self.units);
                }
                self.make_stale();
            }
            DidCloseTextDocument::METHOD => {
                let Some(DidCloseTextDocumentParams { text_document }) = read(params) else { return };
                let Some(path) = uri::path(&text_document.uri) else { return };
                self.open.remove(&path);
                self.make_stale();
            }
            DidChangeWorkspaceFolders::METHOD => {
                if let Some(DidChangeWorkspaceFoldersParams { event }) = read(params) {
                    self.change_folders(&event.added, &event.removed);
                }
            }
            DidSaveTextDocument::METHOD | DidChangeWatchedFiles::METHOD | DidChangeConfiguration::METHOD => {
                self.make_stale();
            }
            // The protocol lets a server pass over what it does not know.
            _ => {}
        }
    }

    fn opened(&mut self, uri: &Uri, open: Open) {
        let Some(path) = uri::path(uri) else { return };
        if !self.folders.iter().any(|folder| path.starts_with(&folder.path)) {
            // A file by itself belongs to the nearest configuration, else to its folder.
            let own = path.parent().map(Path::to_owned).unwrap_or_default();
            let found = config::find(&own).and_then(|config| config.parent().map(Path::to_owned));
            self.folders.push(Folder::new(found.unwrap_or(own)));
        }
        self.open.insert(path.clone(), open);
        self.make_stale();
    }

    fn change_folders(&mut self, added: &[WorkspaceFolder], removed: &[WorkspaceFolder]) {
        let paths = |folders: &[WorkspaceFolder]| -> Vec<PathBuf> {
            folders.iter().filter_map(|folder| uri::path(&folder.uri)).collect()
        };
        for path in paths(added) {
            if self.folders.iter().all(|folder| folder.path != path) {
                self.folders.push(Folder::new(path));
            }
        }
        let removed = paths(removed);
        let (gone, kept) =
            std::mem::take(&mut self.folders).into_iter().partition(|folder| removed.contains(&folder.path));
        self.folders = kept;
        for folder in gone {
            // If the editor is gone, too, the next message says so.
            let _ = self.tell(&folder, &BTreeMap::new());
        }
    }

    /// A text can matter to every folder: a configuration may name files of another one.
    fn make_stale(&mut self) {
        self.folders.iter_mut().for_each(Folder::make_stale);
    }

    /// Checks what is stale, and tells the editor what has changed. Whoever needs outlines next gets them from the same run.
    pub(super) fn publish(&mut self, outline: bool) -> Result<(), Stopped> {
        for index in 0..self.folders.len() {
            if !self.folders[index].is_stale {
                continue;
            }
            let before = self.folders[index].failure.clone();
            self.folders[index].check(self.checks, &self.open, outline);
            self.say(self.folders[index].failure.as_ref().filter(|failure| before.as_ref() != Some(failure)))?;
            let folder = &self.folders[index];
            let found = folder.diagnostics(self.checks, self.units, &self.open);
            if found != folder.told {
                self.tell(folder, &found)?;
                self.folders[index].told = found;
            }
        }
        Ok(())
    }

    /// Shows why nothing can be checked. It may stand in a file that nobody looks at.
    fn say(&self, failure: Option<&Failure>) -> Result<(), Stopped> {
        let Some(failure) = failure else { return Ok(()) };
        let message = format!("caplint finds nothing as long as this is so: {}", failure.message);
        let params = serde_json::to_value(ShowMessageParams { typ: MessageType::ERROR, message })?;
        Ok(self.sender.send(Notification::new(ShowMessage::METHOD.to_owned(), params).into())?)
    }

    fn tell(&self, folder: &Folder, found: &BTreeMap<PathBuf, Vec<Diagnostic>>) -> Result<(), Stopped> {
        let files: BTreeSet<&PathBuf> = folder.told.keys().chain(found.keys()).collect();
        for file in files {
            let (before, after) = (folder.told.get(file), found.get(file));
            let Some(uri) = uri::uri(file).filter(|_| before != after) else { continue };
            let version = self.open.get(file).map(|open| open.version);
            let diagnostics = after.cloned().unwrap_or_default();
            let params = serde_json::to_value(PublishDiagnosticsParams { uri, diagnostics, version })?;
            self.sender.send(Notification::new(PublishDiagnostics::METHOD.to_owned(), params).into())?;
        }
        Ok(())
    }
}

/// The root of an editor that knows of no more than one folder.
fn root(params: &InitializeParams) -> Option<PathBuf> {
    #[expect(deprecated, reason = "older editors send it instead of workspace folders")]
    uri::path(params.root_uri.as_ref()?)
}

fn read<P: DeserializeOwned>(params: serde_json::Value) -> Option<P> {
    serde_json::from_value(params).ok()
}
