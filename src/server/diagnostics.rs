//! Findings as an editor shows them.

use super::text::{Index, Units, number};
use super::uri;
use crate::discover::tidy;
use crate::finding::{Finding, Level, Location};
use crate::rules;
use crate::source::Position;
use lsp_types::{CodeDescription, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, NumberOrString, Range};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Reads the text of a file.
type Read<'t> = dyn Fn(&Path) -> Option<String> + 't;

/// Texts of files by their paths, as they are read once for a purpose.
pub(super) struct Texts<'t> {
    read: Box<Read<'t>>,
    known: BTreeMap<PathBuf, Option<String>>,
}

impl<'t> Texts<'t> {
    pub(super) fn new(read: impl Fn(&Path) -> Option<String> + 't) -> Self {
        Self { read: Box::new(read), known: BTreeMap::new() }
    }

    pub(super) fn get(&mut self, path: &Path) -> Option<&str> {
        if !self.known.contains_key(path) {
            self.known.insert(path.to_owned(), (self.read)(path));
        }
        self.known.get(path)?.as_deref()
    }
}

/// A stretch of a file as the protocol has it.
pub(super) fn range(path: &Path, start: Position, end: Position, units: Units, texts: &mut Texts<'_>) -> Range {
    let in_utf16 = |position: Position| lsp_types::Position {
        line: number(position.line.saturating_sub(1)),
        character: number(position.column_utf16.saturating_sub(1)),
    };
    let range = Range { start: in_utf16(start), end: in_utf16(end) };
    match units {
        Units::Utf16 => range,
        Units::Utf8 => {
            let Some(text) = texts.get(path) else { return range };
            let (from, to) = (Index::new(text, Units::Utf16), Index::new(text, Units::Utf8));
            let position = |position| to.position(from.offset(position));
            Range { start: position(range.start), end: position(range.end) }
        }
    }
}

/// A finding, by the file that it stands in. Paths are relative to `folder`.
pub(super) fn diagnostic(
    finding: &Finding,
    folder: &Path,
    units: Units,
    texts: &mut Texts<'_>,
) -> Option<(PathBuf, Diagnostic)> {
    let path = |location: &Location| tidy(&folder.join(&location.path));
    let primary = finding.primary();
    let file = path(primary);
    let mut related = Vec::new();
    for location in finding.locations.iter().skip(1) {
        let file = path(location);
        related.push(DiagnosticRelatedInformation {
            location: lsp_types::Location {
                uri: uri::uri(&file)?,
                range: range(&file, location.start, location.end, units, texts),
            },
            message: location.message.clone(),
        });
    }
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str("\n\nhelp: ");
        message.push_str(help);
    }
    let diagnostic = Diagnostic {
        range: range(&file, primary.start, primary.end, units, texts),
        severity: Some(match finding.level {
            Level::Error => DiagnosticSeverity::ERROR,
            Level::Warning => DiagnosticSeverity::WARNING,
            Level::Info => DiagnosticSeverity::INFORMATION,
        }),
        code: Some(NumberOrString::String(finding.rule.to_owned())),
        code_description: rules::page_url(finding.rule).parse().ok().map(|href| CodeDescription { href }),
        source: Some("caplint".to_owned()),
        message,
        related_information: (!related.is_empty()).then_some(related),
        ..Diagnostic::default()
    };
    Some((file, diagnostic))
}
