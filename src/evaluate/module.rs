//! What the files of a folder declare.

use super::error::Evaluated;
use super::inputs::literal;
use super::scope::{Document, Place};
use super::source::Source;
use super::value::Value;
use super::written::{Block, Content, File, Written, labelled};
use crate::id::FileIndex;
use crate::syntax::{Object, Pointer};
use hcl_edit::structure::Structure;
use std::collections::BTreeMap;

/// What a name in a module stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum NameKind {
    Variable,
    Local,
    Output,
    Call,
}

/// A module: what the files of one folder declare.
#[derive(Default)]
pub struct Module<'f> {
    /// `variable` blocks by name.
    pub(super) variables: BTreeMap<&'f str, Block<'f>>,
    /// Members of `locals` blocks.
    pub(super) locals: BTreeMap<&'f str, Written<'f>>,
    /// `output` blocks by name.
    pub(super) outputs: BTreeMap<&'f str, Block<'f>>,
    /// `module` blocks by name.
    pub(super) calls: BTreeMap<&'f str, Block<'f>>,
    /// `provider` blocks.
    pub(super) providers: Vec<Block<'f>>,
    /// `resource` and `data` blocks in the order of the files.
    pub(super) resources: Vec<Resource<'f>>,
    /// Names that are declared once more, and where. Terraform refuses that.
    pub(super) declared_again: BTreeMap<(NameKind, &'f str), Source>,
    /// Places among the resources: mode, type and name.
    by_name: BTreeMap<(bool, &'f str, &'f str), usize>,
}

/// A `resource` or `data` block.
pub struct Resource<'f> {
    /// It is a data source.
    pub is_data: bool,
    /// `azuread_group`
    pub type_name: &'f str,
    /// `admins`
    pub name: &'f str,
    /// The file that declares it.
    pub file: FileIndex,
    /// What it says.
    pub block: Block<'f>,
    /// Where it is declared once more, which Terraform refuses.
    pub(super) declared_again: Option<Source>,
}

impl Resource<'_> {
    /// `data.azuread_group.admins`
    #[must_use]
    pub fn address(&self) -> String {
        let mode = if self.is_data { "data." } else { "" };
        format!("{mode}{}.{}", self.type_name, self.name)
    }
}

/// Blocks in a resource that are no arguments in the JSON syntax either.
const META_BLOCKS: [&str; 6] = ["lifecycle", "dynamic", "content", "provisioner", "connection", "timeouts"];

/// A block at the top of a file.
struct Top<'f> {
    kind: &'f str,
    labels: Vec<&'f str>,
    block: Block<'f>,
    file: FileIndex,
}

impl<'f> Module<'f> {
    /// Reads what files declare. Those that override come last.
    #[must_use]
    pub fn of(files: &[File<'f>]) -> Self {
        let mut module = Self::default();
        let (overriding, declaring): (Vec<&File<'f>>, Vec<&File<'f>>) = files.iter().partition(|file| file.overrides);
        for top in declaring.into_iter().flat_map(tops) {
            module.declare(top);
        }
        for top in overriding.into_iter().flat_map(tops) {
            module.override_by(top);
        }
        module
    }

    fn declare(&mut self, top: Top<'f>) {
        let Top { kind, labels, block, file } = top;
        match (kind, labels.as_slice()) {
            ("locals", []) => {
                for (name, source, written) in block.arguments {
                    self.note_name(NameKind::Local, name, source);
                    self.locals.insert(name, written);
                }
            }
            ("variable", [name]) => {
                self.note_name(NameKind::Variable, name, block.header.clone());
                self.variables.insert(name, block);
            }
            ("output", [name]) => {
                self.note_name(NameKind::Output, name, block.header.clone());
                self.outputs.insert(name, block);
            }
            ("module", [name]) => {
                self.note_name(NameKind::Call, name, block.header.clone());
                self.calls.insert(name, block);
            }
            ("provider", [_]) => self.providers.push(block),
            ("resource" | "data" | "ephemeral", [type_name, name]) => {
                let is_data = kind != "resource";
                let known = self.by_name.insert((is_data, type_name, name), self.resources.len());
                let declared_again = known.map(|known| {
                    let again = block.header.clone();
                    self.resources[known].declared_again = Some(again.clone());
                    again
                });
                self.resources.push(Resource { is_data, type_name, name, file, block, declared_again });
            }
            // Nothing that values depend on, or a kind of block that is not known.
            _ => {}
        }
    }

    /// Notes a name that is declared, and whether it was before.
    fn note_name(&mut self, kind: NameKind, name: &'f str, source: Source) {
        let is_known = match kind {
            NameKind::Variable => self.variables.contains_key(name),
            NameKind::Local => self.locals.contains_key(name),
            NameKind::Output => self.outputs.contains_key(name),
            NameKind::Call => self.calls.contains_key(name),
        };
        if is_known {
            self.declared_again.insert((kind, name), source);
        }
    }

    fn override_by(&mut self, top: Top<'f>) {
        if (top.kind, top.labels.as_slice()) == ("locals", &[]) {
            self.locals.extend(top.block.arguments.into_iter().map(|(name, _, written)| (name, written)));
            return;
        }
        let known = match (top.kind, top.labels.as_slice()) {
            ("variable", [name]) => self.variables.get_mut(name),
            ("output", [name]) => self.outputs.get_mut(name),
            ("module", [name]) => self.calls.get_mut(name),
            ("resource" | "data", [type_name, name]) => {
                let index = self.by_name.get(&(top.kind == "data", type_name, name)).copied();
                index.and_then(|index| self.resources.get_mut(index)).map(|resource| &mut resource.block)
            }
            _ => None,
        };
        match known {
            Some(block) => block.override_by(&top.block),
            // Terraform refuses an override of what is not there.
            None => self.declare(top),
        }
    }

    /// The value that the command line gives a variable: text where the variable has a simple type, and an expression
    /// otherwise. None if there is no such variable.
    ///
    /// <https://developer.hashicorp.com/terraform/language/values/variables#variables-on-the-command-line>
    #[must_use]
    pub fn argument(&self, name: &str, text: &str) -> Option<Evaluated<Value>> {
        let of = self.variables.get(name)?.argument("type");
        Some(if of.is_none_or(is_simple) { Ok(Value::string(text)) } else { literal(text) })
    }

    /// A resource's place.
    pub(super) fn resource(&self, is_data: bool, type_name: &str, name: &str) -> Option<usize> {
        self.by_name.get(&(is_data, type_name, name)).copied()
    }
}

/// Whether a constraint is the name of a type of single values.
fn is_simple(of: &Written<'_>) -> bool {
    let name = of.as_reference();
    name.is_some_and(|name| matches!(name.as_str(), "string" | "number" | "bool"))
}

fn tops<'f>(file: &File<'f>) -> Vec<Top<'f>> {
    let index = file.index;
    match file.content {
        Content::Hcl(text, body) => {
            let document = Document { text, place: Place::File(index) };
            let blocks = body.iter().filter_map(Structure::as_block);
            let top = |block: &'f hcl_edit::structure::Block| {
                let mut content = Block::of_body(&block.body, document);
                let labels: Vec<&str> = block.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
                let start = hcl_edit::Span::span(&block.ident).unwrap_or_default();
                let end = block.labels.last().and_then(hcl_edit::Span::span).map_or(start.end, |label| label.end);
                content.header = Source::Bytes(index, start.start..end);
                content.whole = document.source(hcl_edit::Span::span(block));
                Top { kind: block.ident.as_str(), labels, block: content, file: index }
            };
            blocks.map(top).collect()
        }
        Content::Json(root) => json_tops(root, index),
    }
}

fn json_tops<'f>(root: &'f Object<'static>, file: FileIndex) -> Vec<Top<'f>> {
    let mut tops = Vec::new();
    for (kind, node) in &root.members {
        let (labels, blocks): (usize, &[&str]) = match kind.as_ref() {
            "locals" => (0, &[]),
            "variable" | "output" | "module" | "provider" => (1, &[]),
            "resource" | "data" | "ephemeral" => (2, &META_BLOCKS),
            _ => continue,
        };
        for (labels, object, pointer) in labelled(node, labels, &Pointer::root().key(kind)) {
            tops.push(Top { kind, labels, block: Block::of_object(object, file, &pointer, blocks), file });
        }
    }
    tops
}
