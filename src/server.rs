//! The language server: findings while somebody types, and what the text says beside them.
//!
//! It is synchronous. Messages are taken as they come, and when none is waiting, the folders whose texts have changed are checked
//! again. What a check finds is what `caplint check` finds there, because it is the same run, with the texts of the editor in the place
//! of files that are not saved.

mod actions;
mod complete;
mod cursor;
mod diagnostics;
mod folder;
mod hover;
mod policies;
mod requests;
mod schema;
mod state;
mod text;
mod uri;

use crate::discover::Overlay;
use crate::finding::Finding;
use crate::outcome::Outline;
use lsp_server::{Connection, ErrorCode, Message, Request, Response};
use lsp_types::notification::{Exit, Notification as _};
use lsp_types::request::{Completion, Request as _};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    HoverProviderCapability, InitializeParams, InitializeResult, OneOf, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use state::State;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use text::Units;

/// What a server asks of the commands: it knows neither arguments nor how a tenant is chosen.
pub trait Checks {
    /// The findings of every tenant of a folder, as `caplint check` without arguments has them there.
    ///
    /// # Errors
    /// A [`Failure`] if the configuration cannot be used.
    fn findings(&self, folder: &Path, open: &Overlay) -> Result<Vec<Finding>, Failure>;

    /// The policies of these tenants.
    ///
    /// # Errors
    /// The same.
    fn outlines(&self, folder: &Path, open: &Overlay) -> Result<Vec<Outline>, Failure>;

    /// Why `caplint fix` would not write the fix of a finding, if it would not.
    ///
    /// # Errors
    /// The same.
    fn objection(&self, folder: &Path, open: &Overlay, finding: &Finding) -> Result<Option<&'static str>, Failure>;

    /// The configuration that holds in a folder.
    fn config(&self, folder: &Path) -> Option<PathBuf>;
}

/// Why nothing can be checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
    /// Bytes of the configuration, if they are wrong.
    pub place: Option<std::ops::Range<usize>>,
}

/// Why the server ended before the editor asked for it.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// The editor does not keep to the protocol.
    #[error("the editor does not keep to the protocol: {0}")]
    Protocol(#[from] lsp_server::ProtocolError),
    /// What it sends is no message of the protocol.
    #[error("a message of the editor cannot be read: {0}")]
    Message(#[from] serde_json::Error),
    /// What it sends cannot be read.
    #[error("what the editor sends cannot be read: {0}")]
    Input(std::io::Error),
    /// It ends without having asked for that, of which the protocol wants to hear in the exit code.
    #[error("the editor has ended without a shutdown")]
    Exit,
    /// The editor is gone.
    #[error("the editor has closed the connection")]
    Closed,
}

impl<T> From<crossbeam_channel::SendError<T>> for Stopped {
    fn from(_: crossbeam_channel::SendError<T>) -> Self {
        Self::Closed
    }
}

/// Serves an editor until it says goodbye.
///
/// # Errors
/// [`Stopped`] if it does not.
pub fn run(connection: &Connection, checks: &dyn Checks) -> Result<(), Stopped> {
    let (id, params) = connection.initialize_start()?;
    let params: InitializeParams = serde_json::from_value(params)?;
    let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
    let units = Units::agreed(offered);
    let result = InitializeResult {
        capabilities: capabilities(units),
        server_info: Some(ServerInfo {
            name: "caplint".to_owned(),
            version: Some(env!("CARGO_PKG_VERSION").to_owned()),
        }),
    };
    connection.initialize_finish(id, serde_json::to_value(result)?)?;
    let mut state = State::new(checks, &connection.sender, units, &params);
    state.watch_files()?;
    loop {
        let waiting = connection.receiver.try_recv().ok();
        if waiting.is_none() {
            state.publish()?;
        }
        let Some(message) = waiting.or_else(|| connection.receiver.recv().ok()) else { return Err(Stopped::Closed) };
        match message {
            Message::Request(request) if connection.handle_shutdown(&request)? => return Ok(()),
            Message::Request(request) => {
                // Whoever asks has been told what is wrong: an answer is about the same text. Somebody who types does not wait for that.
                if request.method != Completion::METHOD {
                    state.publish()?;
                }
                let response = answered(&mut state, request);
                connection.sender.send(response.into())?;
            }
            Message::Notification(notification) if notification.method == Exit::METHOD => return Err(Stopped::Exit),
            Message::Notification(notification) => state.note(notification),
            // Nothing is asked of the editor whose answer matters.
            Message::Response(_) => {}
        }
    }
}

/// The answer to a request. A mistake of caplint's own is one, and the server goes on.
fn answered(state: &mut State<'_>, request: Request) -> Response {
    let id = request.id.clone();
    let answer = catch_unwind(AssertUnwindSafe(|| requests::answer(state, request)));
    answer.unwrap_or_else(|_| {
        Response::new_err(id, ErrorCode::InternalError as i32, "internal error; please report it".to_owned())
    })
}

fn capabilities(units: Units) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(units.kind()),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some(vec!["\"".to_owned()]),
            ..CompletionOptions::default()
        }),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        })),
        code_lens_provider: Some(CodeLensOptions { resolve_provider: Some(false) }),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}
