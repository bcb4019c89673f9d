//! The language server: findings while somebody types, and what the text says beside them.
//!
//! It is synchronous. Messages are taken as they come, and when none is waiting, the folders whose texts have changed are checked
//! again, once for all edits that came meanwhile. What a check finds is what `caplint check` finds there, because it is the same run,
//! with the texts of the editor in the place of files that are not saved.

mod actions;
mod complete;
mod cursor;
mod diagnostics;
mod folder;
mod hover;
mod inbox;
mod policies;
mod requests;
mod schema;
mod state;
mod text;
mod uri;

use crate::discover::Overlay;
use crate::finding::Finding;
use crate::outcome::Outline;
use inbox::Inbox;
use lsp_server::{Connection, ErrorCode, Message, Request, RequestId, Response};
use lsp_types::notification::{Exit, Initialized, Notification as _};
use lsp_types::request::{Initialize, Request as _, Shutdown};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CodeLensOptions, CompletionOptions,
    HoverProviderCapability, InitializeParams, InitializeResult, OneOf, SaveOptions, ServerCapabilities, ServerInfo,
    TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions, TextDocumentSyncSaveOptions,
    WorkspaceFoldersServerCapabilities, WorkspaceServerCapabilities,
};
use requests::Needs;
use state::State;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use text::Units;

/// What a server asks of the commands: it knows neither arguments nor how a tenant is chosen.
pub trait Checks {
    /// Checks every tenant of a folder as `caplint check` without arguments does there, and outlines them if that is asked for.
    ///
    /// # Errors
    /// A [`Failure`] if the configuration cannot be used.
    fn check(&self, folder: &Path, open: &Overlay, outline: bool) -> Result<Checked, Failure>;

    /// Why `caplint fix` would not write the fix of a finding, if it would not.
    ///
    /// # Errors
    /// The same.
    fn objection(&self, folder: &Path, open: &Overlay, finding: &Finding) -> Result<Option<&'static str>, Failure>;

    /// The configuration that holds in a folder.
    fn config(&self, folder: &Path) -> Option<PathBuf>;
}

/// What there is to tell of a folder.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings of every tenant.
    pub findings: Vec<Finding>,
    /// The policies of these tenants; none if nobody asked.
    pub outlines: Vec<Outline>,
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
    let mut inbox = Inbox::of(&connection.receiver);
    let (units, params) = initialize(connection, &mut inbox)?;
    let mut state = State::new(checks, &connection.sender, units, &params);
    let mut is_shut_down = false;
    loop {
        let soon = inbox.soon();
        if soon.is_none() && !is_shut_down {
            state.publish(false)?;
        }
        let message = soon.map_or_else(|| inbox.next(), Ok)?;
        match message {
            Message::Request(request) if is_shut_down || request.method == Initialize::METHOD => {
                let message = format!("{} cannot be asked for any more", request.method);
                connection.sender.send(refused(request.id, ErrorCode::InvalidRequest, message))?;
            }
            Message::Request(request) if request.method == Shutdown::METHOD => {
                is_shut_down = true;
                connection.sender.send(Response::new_ok(request.id, ()).into())?;
            }
            Message::Request(request) => {
                let response = respond(&mut state, &mut inbox, request)?;
                connection.sender.send(response)?;
            }
            Message::Notification(notification) if notification.method == Exit::METHOD => {
                return if is_shut_down { Ok(()) } else { Err(Stopped::Exit) };
            }
            Message::Notification(notification) if notification.method == Initialized::METHOD => state.watch_files()?,
            Message::Notification(notification) => state.note(notification),
            // Nothing is asked of the editor whose answer matters.
            Message::Response(_) => {}
        }
    }
}

/// Waits until the editor introduces itself. Until then, nothing else is answered.
fn initialize(connection: &Connection, inbox: &mut Inbox) -> Result<(Units, InitializeParams), Stopped> {
    loop {
        let request = match inbox.next()? {
            Message::Request(request) => request,
            Message::Notification(notification) if notification.method == Exit::METHOD => return Err(Stopped::Exit),
            Message::Notification(_) | Message::Response(_) => continue,
        };
        if request.method != Initialize::METHOD {
            let message = format!("{} comes before initialize", request.method);
            connection.sender.send(refused(request.id, ErrorCode::ServerNotInitialized, message))?;
            continue;
        }
        let params: InitializeParams = match serde_json::from_value(request.params) {
            Ok(params) => params,
            Err(error) => {
                connection.sender.send(refused(request.id, ErrorCode::InvalidParams, error.to_string()))?;
                continue;
            }
        };
        let offered = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let units = Units::agreed(offered);
        let result = InitializeResult {
            capabilities: capabilities(units),
            server_info: Some(ServerInfo {
                name: "caplint".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        };
        connection.sender.send(Response::new_ok(request.id, serde_json::to_value(result)?).into())?;
        return Ok((units, params));
    }
}

/// The answer to a request, unless nobody needs it any more.
fn respond(state: &mut State<'_>, inbox: &mut Inbox, request: Request) -> Result<Message, Stopped> {
    inbox.look();
    if inbox.cancels(&request.id) {
        return Ok(refused(request.id, ErrorCode::RequestCanceled, "cancelled".to_owned()));
    }
    let needs = requests::needs(&request.method);
    match needs {
        // Somebody who types does not wait for a check. An unknown request needs none either.
        Needs::Nothing => {}
        Needs::Findings | Needs::Outlines if inbox.outdates(&request) => {
            let message = "the text has changed since".to_owned();
            return Ok(refused(request.id, ErrorCode::ContentModified, message));
        }
        // Whoever asks has been told what is wrong: an answer is about the same text.
        Needs::Findings => state.publish(false)?,
        Needs::Outlines => state.publish(true)?,
    }
    Ok(answered(state, request).into())
}

fn refused(id: RequestId, code: ErrorCode, message: String) -> Message {
    Response::new_err(id, code as i32, message).into()
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

#[cfg(test)]
mod tests;
