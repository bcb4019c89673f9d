//! The answers to what an editor asks.

use super::actions::Maker;
use super::complete::{Kind, complete, may_be_policy};
use super::cursor::Notation;
use super::diagnostics::Texts;
use super::folder::{Age, text};
use super::hover::hover;
use super::policies::{at_line, lenses, of_file, symbols};
use super::schema::Schema;
use super::state::State;
use super::text::Index;
use super::uri;
use crate::config;
use crate::finding::Finding;
use crate::outcome::PolicyOutline;
use crate::schema::{AZUREAD_SCHEMA, CONFIG_SCHEMA, MICROSOFT365_SCHEMA, POLICY_SCHEMA};
use lsp_server::{ErrorCode, Request, Response};
use lsp_types::request::{
    CodeActionRequest, CodeLensRequest, Completion, DocumentSymbolRequest, HoverRequest, Request as _,
};
use lsp_types::{
    CodeActionKind, CodeActionOrCommand, CodeActionParams, CodeLensParams, CompletionParams, CompletionResponse,
    DocumentSymbolParams, DocumentSymbolResponse, Hover, HoverContents, HoverParams, MarkupContent, MarkupKind,
    TextDocumentPositionParams, Uri,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// What must have been looked at before a request is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Needs {
    Nothing,
    Findings,
    Outlines,
}

pub(super) fn needs(method: &str) -> Needs {
    match method {
        HoverRequest::METHOD | CodeLensRequest::METHOD | DocumentSymbolRequest::METHOD => Needs::Outlines,
        CodeActionRequest::METHOD => Needs::Findings,
        _ => Needs::Nothing,
    }
}

/// The answer to a request.
pub(super) fn answer(state: &mut State<'_>, request: Request) -> Response {
    let Request { id, method, params } = request;
    let result = match method.as_str() {
        HoverRequest::METHOD => asked(params, |params| hovered(state, params)),
        Completion::METHOD => asked(params, |params| completions(state, params)),
        CodeActionRequest::METHOD => asked(params, |params| actions(state, &params)),
        CodeLensRequest::METHOD => asked(params, |params| code_lenses(state, &params)),
        DocumentSymbolRequest::METHOD => asked(params, |params| document_symbols(state, &params)),
        _ => {
            let message = format!("{method} is not supported");
            return Response::new_err(id, ErrorCode::MethodNotFound as i32, message);
        }
    };
    match result {
        Ok(result) => Response::new_ok(id, result),
        Err(error) => Response::new_err(id, ErrorCode::InvalidParams as i32, error.to_string()),
    }
}

fn asked<P: DeserializeOwned, R: Serialize>(
    params: serde_json::Value,
    answer: impl FnOnce(P) -> Option<R>,
) -> Result<serde_json::Value, serde_json::Error> {
    serde_json::to_value(answer(serde_json::from_value(params)?))
}

/// A text that something is asked about.
struct Asked {
    path: PathBuf,
    text: String,
    notation: Notation,
    kind: Kind,
    /// Of which folder it is.
    folder: usize,
}

impl Asked {
    fn of(state: &State<'_>, uri: &Uri) -> Option<Self> {
        let path = uri::path(uri)?;
        let folder = state.folders.iter().position(|folder| path.starts_with(&folder.path)).unwrap_or(0);
        state.folders.get(folder)?;
        let text = text(&state.open, &path)?;
        let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let ends = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
        let (notation, kind) = match name.as_str() {
            config::FILE_NAME => (Notation::Toml, Kind::Configuration),
            _ if ends(&[".tf", ".tofu", ".tfvars"]) => (Notation::Hcl, Kind::Policies),
            _ if ends(&[".yaml", ".yml"]) => (Notation::Yaml, Kind::Policies),
            _ => (Notation::Json, Kind::Policies),
        };
        Some(Self { path, text, notation, kind, folder })
    }

    fn schema(&self) -> &'static Schema {
        static GRAPH: LazyLock<Schema> = LazyLock::new(|| Schema::read(POLICY_SCHEMA));
        static AZUREAD: LazyLock<Schema> = LazyLock::new(|| Schema::read(AZUREAD_SCHEMA));
        static MICROSOFT365: LazyLock<Schema> = LazyLock::new(|| Schema::read(MICROSOFT365_SCHEMA));
        static CONFIGURATION: LazyLock<Schema> = LazyLock::new(|| Schema::read(CONFIG_SCHEMA));
        match (self.kind, self.notation) {
            (Kind::Configuration, _) => &CONFIGURATION,
            (Kind::Policies, Notation::Hcl) if self.text.contains("microsoft365_") => &MICROSOFT365,
            (Kind::Policies, Notation::Hcl) => &AZUREAD,
            (Kind::Policies, Notation::Json | Notation::Toml | Notation::Yaml) => &GRAPH,
        }
    }
}

/// The policies of the text, and what its ids are called. A text without policies is somebody else's, unless it may become one.
fn with_policies<R>(
    state: &mut State<'_>,
    asked: &Asked,
    (age, may_be): (Age, bool),
    answer: impl FnOnce(&[crate::outcome::Outline], &[&PolicyOutline]) -> Option<R>,
) -> Option<R> {
    let (checks, open) = (state.checks, &state.open);
    let folder = state.folders.get_mut(asked.folder)?;
    let path = folder.path.clone();
    let outlines = folder.outlines(checks, open, age);
    let policies = of_file(outlines, &path, &asked.path);
    let is_ours = !policies.is_empty() || may_be || asked.kind == Kind::Configuration || looks_like_policy(&asked.text);
    if is_ours { answer(outlines, &policies) } else { None }
}

/// Whether somebody is about to write a policy that cannot be read yet.
fn looks_like_policy(text: &str) -> bool {
    ["grantControls", "includeApplications", "conditional_access_policy"].iter().any(|sign| text.contains(sign))
}

fn hovered(state: &mut State<'_>, params: HoverParams) -> Option<Hover> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position_params;
    let asked = Asked::of(state, &text_document.uri)?;
    let index = Index::new(&asked.text, state.units);
    let offset = index.offset(position);
    with_policies(state, &asked, (Age::OfThisText, false), |outlines, policies| {
        let policy = at_line(policies, position.line);
        let (value, bytes) = hover(&asked.text, offset, asked.notation, asked.schema(), outlines, policy)?;
        let contents = HoverContents::Markup(MarkupContent { kind: MarkupKind::Markdown, value });
        Some(Hover { contents, range: Some(index.range(&bytes)) })
    })
}

fn completions(state: &mut State<'_>, params: CompletionParams) -> Option<CompletionResponse> {
    let TextDocumentPositionParams { text_document, position } = params.text_document_position;
    let asked = Asked::of(state, &text_document.uri)?;
    let units = state.units;
    let offset = Index::new(&asked.text, units).offset(position);
    let may_be = may_be_policy(&asked.text, offset, asked.notation, asked.schema());
    with_policies(state, &asked, (Age::Any, may_be), |outlines, _| {
        let kind = (asked.notation, asked.kind);
        Some(CompletionResponse::Array(complete(&asked.text, offset, kind, asked.schema(), outlines, units)))
    })
}

fn code_lenses(state: &mut State<'_>, params: &CodeLensParams) -> Option<Vec<lsp_types::CodeLens>> {
    let asked = Asked::of(state, &params.text_document.uri)?;
    let units = state.units;
    with_policies(state, &asked, (Age::OfThisText, false), |_, policies| {
        Some(lenses(policies, &asked.path, &asked.text, units))
    })
}

fn document_symbols(state: &mut State<'_>, params: &DocumentSymbolParams) -> Option<DocumentSymbolResponse> {
    let asked = Asked::of(state, &params.text_document.uri)?;
    let units = state.units;
    with_policies(state, &asked, (Age::OfThisText, false), |_, policies| {
        Some(DocumentSymbolResponse::Nested(symbols(policies, &asked.path, &asked.text, units)))
    })
}

fn actions(state: &mut State<'_>, params: &CodeActionParams) -> Option<Vec<CodeActionOrCommand>> {
    // Kinds are a tree: who wants `quickfix` or nothing in particular wants these.
    let is_wanted = |kind: &CodeActionKind| CodeActionKind::QUICKFIX.as_str().starts_with(kind.as_str());
    if params.context.only.as_ref().is_some_and(|only| !only.iter().any(is_wanted)) {
        return None;
    }
    let asked = Asked::of(state, &params.text_document.uri)?;
    let versions: BTreeMap<PathBuf, i32> = state.open.iter().map(|(path, open)| (path.clone(), open.version)).collect();
    let folder = &state.folders[asked.folder];
    let config = state.checks.config(&folder.path).unwrap_or_else(|| folder.path.join(config::FILE_NAME));
    let overlay = folder.overlay(&state.open);
    let objection = |finding: &Finding| state.checks.objection(&folder.path, &overlay, finding).ok();
    let mut maker = Maker {
        objection: &objection,
        folder: &folder.path,
        units: state.units,
        texts: Texts::new(|path: &Path| text(&state.open, path)),
        versions: &versions,
        config,
        makes_files: state.makes_files,
    };
    let mut actions = Vec::new();
    for finding in &folder.findings {
        actions.extend(maker.actions(finding, &asked.path, params.range));
    }
    // What corrects comes before what hides.
    actions.sort_by_key(|action| action.is_preferred != Some(true));
    Some(actions.into_iter().map(CodeActionOrCommand::CodeAction).collect())
}
