//! What can be written at the cursor: keys and values of the schema, and names of apps, roles and rules with their ids.

use super::cursor::{self, Cursor, Notation};
use super::schema::{Schema, Word};
use super::text::{Index, Units};
use crate::catalog;
use crate::controls;
use crate::finding::{clip, visible};
use crate::outcome::{Named, Outline};
use crate::requirement::Assumptions;
use crate::rules::{self, Meta};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionTextEdit, Documentation, MarkupContent,
    MarkupKind, TextEdit,
};

/// Characters of a name in a list.
const WIDEST: usize = 80;

/// The kind of text, which decides what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Policies.
    Policies,
    /// caplint.toml
    Configuration,
}

/// Everything that can be written at a byte. Editors filter it by what is typed.
pub(super) fn complete(
    text: &str,
    offset: usize,
    (notation, kind): (Notation, Kind),
    schema: &Schema,
    outlines: &[Outline],
    units: Units,
) -> Vec<CompletionItem> {
    let found = cursor::at(text, offset, notation);
    let words = if found.is_key { keys(&found, kind, schema) } else { values(&found, kind, schema, outlines) };
    let index = Index::new(text, units);
    let item = |(order, candidate): (usize, Candidate)| {
        let Candidate { word, label, kind } = candidate;
        let written = written(&word, &found, notation);
        CompletionItem {
            label: label.unwrap_or_else(|| word.text.clone()),
            filter_text: Some(written.clone()),
            kind: Some(kind),
            documentation: word
                .about
                .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })),
            sort_text: Some(format!("{order:04}")),
            tags: word.is_deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: index.range(&found.word), new_text: written })),
            ..CompletionItem::default()
        }
    };
    words.into_iter().enumerate().map(item).collect()
}

/// Something that can be written.
struct Candidate {
    word: Word,
    /// What the editor calls it, if that is not the word itself.
    label: Option<String>,
    kind: CompletionItemKind,
}

fn keys(found: &Cursor, kind: Kind, schema: &Schema) -> Vec<Candidate> {
    let above = &found.keys[..found.keys.len().saturating_sub(1)];
    let is_new = |word: &Word| !found.siblings.iter().any(|known| known.eq_ignore_ascii_case(&word.text));
    // Ids are keys there, which the schema leaves open.
    let ids: Vec<Candidate> = match (kind, above) {
        (Kind::Configuration, [table]) if table == "rules" => {
            rules::all().iter().map(|rule| rule_of(rule.meta())).collect()
        }
        (Kind::Configuration, [table]) if table == "assumptions" => {
            Assumptions::KEYS.iter().map(|id| named(id, id, "Assumption")).collect()
        }
        (Kind::Configuration | Kind::Policies, _) => Vec::new(),
    };
    let words = schema.at(above).map(|place| place.keys()).unwrap_or_default();
    let candidate = |word| Candidate { word, label: None, kind: CompletionItemKind::PROPERTY };
    words.into_iter().map(candidate).chain(ids).filter(|candidate| is_new(&candidate.word)).collect()
}

fn values(found: &Cursor, kind: Kind, schema: &Schema, outlines: &[Outline]) -> Vec<Candidate> {
    let own = schema.at(&found.keys).map(|place| place.values()).unwrap_or_default();
    // What Graph may add some day is nothing to write.
    let own = own.into_iter().filter(|word| word.text != "unknownFutureValue");
    let own = own.map(|word| {
        let meaning = found.keys.last().and_then(|key| catalog::meaning(key, &word.text));
        let about = meaning.map(|(meaning, page)| format!("{meaning}\n\n[Microsoft]({page})")).or(word.about);
        Candidate { word: Word { about, ..word }, label: None, kind: CompletionItemKind::ENUM_MEMBER }
    });
    let key = found.keys.last().map(|key| catalog::folded(key)).unwrap_or_default();
    let of_tenant = |wanted: Named| -> Vec<Candidate> {
        let names = outlines.iter().flat_map(|outline| &outline.names);
        let names = names.filter(|(_, (kind, _))| *kind == wanted);
        names.map(|(id, (_, name))| named(id, name, "In the files of this tenant")).collect()
    };
    let named: Vec<Candidate> = match kind {
        Kind::Policies => match key.as_str() {
            "includeapplications" | "excludeapplications" => {
                catalog::apps().iter().map(|app| named(&app.id.to_string(), app.name, "App")).collect()
            }
            "includeroles" | "excluderoles" => {
                catalog::roles().iter().map(|role| named(&role.id.to_string(), role.name, "Built-in role")).collect()
            }
            "includegroups" | "excludegroups" => of_tenant(Named::Group),
            "includeusers" | "excludeusers" => of_tenant(Named::User),
            "includelocations" | "excludelocations" => of_tenant(Named::Location),
            _ => Vec::new(),
        },
        Kind::Configuration => match key.as_str() {
            "rule" => rules::all().iter().map(|rule| rule_of(rule.meta())).collect(),
            "control" | "controls" | "select" => {
                controls::all().map(|control| explained(control.id, &control.summary)).collect()
            }
            "role" => catalog::roles().iter().map(|role| named(role.name, role.name, "Built-in role")).collect(),
            _ => Vec::new(),
        },
    };
    own.chain(named).collect()
}

fn rule_of(meta: Meta) -> Candidate {
    explained(meta.id, meta.summary)
}

/// An id that says what it is, and more about it.
fn explained(id: &str, about: &str) -> Candidate {
    let word = Word { text: id.to_owned(), about: Some(about.to_owned()), is_text: true, is_deprecated: false };
    Candidate { word, label: None, kind: CompletionItemKind::CONSTANT }
}

/// An object by its id, called by its name.
fn named(id: &str, name: &str, about: &str) -> Candidate {
    let label = (id != name).then(|| clip(&visible(name), WIDEST));
    let word =
        Word { text: id.to_owned(), about: Some(format!("{about} `{id}`")), is_text: true, is_deprecated: false };
    Candidate { word, label, kind: CompletionItemKind::CONSTANT }
}

/// A word as its notation writes it where the cursor is.
fn written(word: &Word, found: &Cursor, notation: Notation) -> String {
    let is_bare = match notation {
        Notation::Json => !word.is_text,
        Notation::Hcl | Notation::Toml => found.is_key || !word.is_text,
        Notation::Yaml => true,
    };
    let quoted = || serde_json::Value::from(word.text.as_str()).to_string();
    match (is_bare, found.is_quoted) {
        (true, _) | (_, true) => word.text.clone(),
        (false, false) => quoted(),
    }
}
