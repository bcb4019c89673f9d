//! Configuration as it is written: expressions and blocks, in HCL or in its JSON syntax.
//!
//! <https://developer.hashicorp.com/terraform/language/syntax/json>

use super::collection::{key_text, obscure};
use super::error::{Evaluated, error};
use super::expression::Evaluator;
use super::number::Number;
use super::scope::{Around, Document, Expressions, Names, Place};
use super::source::Source;
use super::template;
use super::value::{Kind, MappingKind, Member, Value};
use crate::id::FileIndex;
use crate::syntax::{Node, Object, Pointer, Untold, check_template_effort};
use hcl_edit::Span;
use hcl_edit::expr::Expression;
use hcl_edit::structure::{Body, Structure};
use hcl_edit::template::Template;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A file of configuration or of values.
#[derive(Debug, Clone, Copy)]
pub enum Content<'f> {
    /// HCL: the text, and what it was read into.
    Hcl(&'f str, &'f Body),
    /// The JSON syntax.
    Json(&'f Object<'static>),
}

/// A file of configuration.
#[derive(Debug, Clone, Copy)]
pub struct File<'f> {
    /// Its number.
    pub index: FileIndex,
    /// What is in it.
    pub content: Content<'f>,
    /// It changes what other files declare.
    pub overrides: bool,
}

/// An expression as it is written.
#[derive(Clone)]
pub enum Written<'f> {
    /// In HCL.
    Hcl(Document<'f>, &'f Expression),
    /// In JSON, where strings are templates.
    Json(FileIndex, &'f Node<'static>, Arc<Pointer>),
}

impl Written<'_> {
    /// The value.
    ///
    /// # Errors
    /// If Terraform refuses it.
    pub fn evaluate(&self, names: &dyn Names, around: Around<'_>) -> Evaluated<Value> {
        match self {
            Self::Hcl(document, expression) => Evaluator { names, document: *document }.evaluate(expression, around),
            Self::Json(file, node, pointer) => {
                Json { names, around, file: *file, are_templates: true }.value(node, pointer)
            }
        }
    }

    /// The value of what holds nothing but literals: a file of values.
    ///
    /// # Errors
    /// If it holds anything else.
    pub fn literal(&self, names: &dyn Names) -> Evaluated<Value> {
        match self {
            Self::Hcl(..) => self.evaluate(names, None),
            Self::Json(file, node, pointer) => {
                Json { names, around: None, file: *file, are_templates: false }.value(node, pointer)
            }
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn source(&self) -> Source {
        match self {
            Self::Hcl(document, expression) => document.source(expression.span()),
            Self::Json(file, _, pointer) => Source::pointer(*file, pointer.as_ref().clone()),
        }
    }

    /// The text, if it is a string without anything to evaluate.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Hcl(_, Expression::String(text)) => Some(text.value()),
            Self::Hcl(..) => None,
            Self::Json(_, node, _) => node.as_str().filter(|text| !is_template(text)),
        }
    }

    /// A reference that Terraform takes as it is written: `azuread.b`.
    #[must_use]
    pub fn as_reference(&self) -> Option<String> {
        match self {
            Self::Hcl(document, expression @ (Expression::Traversal(_) | Expression::Variable(_))) => {
                document.text.get(expression.span()?).map(|text| text.trim().to_owned())
            }
            Self::Hcl(_, Expression::String(text)) => Some(text.value().clone()),
            Self::Hcl(..) => None,
            Self::Json(_, node, _) => {
                let text = node.as_str()?;
                let inner = text.strip_prefix("${").and_then(|text| text.strip_suffix('}'));
                Some(inner.unwrap_or(text).to_owned())
            }
        }
    }

    /// Whether it is an object whose values are plain names.
    #[must_use]
    pub fn names_no_alias(&self) -> bool {
        match self {
            Self::Hcl(_, Expression::Object(members)) => {
                members.iter().all(|(_, value)| matches!(value.expr(), Expression::Variable(_)))
            }
            Self::Hcl(..) => false,
            Self::Json(_, node, _) => node.as_object().is_some_and(|object| {
                object.members.iter().all(|(_, node)| node.as_str().is_some_and(|text| !text.contains('.')))
            }),
        }
    }

    /// Whether it is `false` in so many words.
    #[must_use]
    pub fn is_false(&self) -> bool {
        match self {
            Self::Hcl(_, expression) => matches!(expression, Expression::Bool(truth) if !*truth.value()),
            Self::Json(_, node, _) => matches!(node, Node::Bool(false)),
        }
    }
}

fn is_template(text: &str) -> bool {
    text.contains("${") || text.contains("%{")
}

/// Reads the JSON syntax.
struct Json<'j> {
    names: &'j dyn Names,
    around: Around<'j>,
    file: FileIndex,
    /// Strings are templates.
    are_templates: bool,
}

impl Json<'_> {
    fn value(&self, node: &Node<'_>, pointer: &Pointer) -> Evaluated<Value> {
        if !self.names.effort().spend(1) {
            return Ok(Value::unknown(Untold::Expression));
        }
        let source = Source::pointer(self.file, pointer.clone());
        let kind = match node {
            Node::Null => Kind::Null,
            Node::Bool(truth) => Kind::Bool(*truth),
            Node::Number(number) => {
                Number::parse(&number.to_string()).map_or(Kind::Unknown(Untold::Expression), Kind::Number)
            }
            Node::String(text) => return self.string(text, &source).map(|value| value.or_at(&source)),
            Node::Array(elements) => {
                let elements = elements.iter().enumerate();
                let values = elements.map(|(index, element)| self.value(element, &pointer.index(index)));
                Value::tuple(values.collect::<Evaluated<_>>()?).kind
            }
            Node::Object(object) => self.object(object, pointer)?,
            Node::Untold(why) => Kind::Unknown(*why),
            Node::Raw(_) | Node::Reference(_) | Node::Secret(_) => Kind::Unknown(Untold::Expression),
        };
        Ok(Value::from(kind).at(source))
    }

    fn object(&self, object: &Object<'_>, pointer: &Pointer) -> Evaluated<Kind> {
        let (mut members, mut rest) = (BTreeMap::new(), None);
        for (name, node) in object.members.iter().filter(|(name, _)| !self.are_templates || name != "//") {
            let at = pointer.key(name);
            let key = Source::pointer(self.file, at.clone());
            let value = self.value(node, &at)?;
            match key_text(&self.string(name, &key)?)? {
                Ok(name) => _ = members.insert(name, Member { key, value }),
                Err(why) => {
                    obscure(&mut members, why);
                    rest = Some(why);
                }
            }
        }
        Ok(Value::mapping(MappingKind::Object, members, rest).kind)
    }

    fn string(&self, text: &str, source: &Source) -> Evaluated<Value> {
        if !self.are_templates || !is_template(text) {
            return Ok(Value::string(text).at(source.clone()));
        }
        let refused = || error("the string is no template that can be read", source);
        check_template_effort(text).map_err(|_| refused())?;
        let parsed: Template = text.parse().map_err(|_| refused())?;
        let evaluator = Evaluator { names: self.names, document: Document { text, place: Place::Value(source) } };
        template::bare(&evaluator, &parsed, self.around, source)
    }
}

/// A block: its arguments and the blocks in it, in the order of the text.
#[derive(Clone, Default)]
pub struct Block<'f> {
    /// Arguments: name, where that stands, and the expression.
    pub arguments: Vec<(&'f str, Source, Written<'f>)>,
    /// Blocks within.
    pub blocks: Vec<Inner<'f>>,
    /// Its header.
    pub header: Source,
    /// All of it.
    pub whole: Source,
}

/// A block within a block.
#[derive(Clone)]
pub struct Inner<'f> {
    /// `conditions`, `dynamic`
    pub name: &'f str,
    /// Its labels.
    pub labels: Vec<&'f str>,
    /// What is in it.
    pub block: Block<'f>,
}

impl<'f> Block<'f> {
    /// A body in HCL.
    #[must_use]
    pub fn of_body(body: &'f Body, document: Document<'f>) -> Self {
        let mut block = Self::default();
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => block.arguments.push((
                    attribute.key.as_str(),
                    document.source(attribute.key.span()),
                    Written::Hcl(document, &attribute.value),
                )),
                Structure::Block(inner) => {
                    let labels: Vec<&str> = inner.labels.iter().map(hcl_edit::structure::BlockLabel::as_str).collect();
                    let start = inner.ident.span().unwrap_or_default();
                    let end = inner.labels.last().and_then(Span::span).map_or(start.end, |label| label.end);
                    let mut content = Self::of_body(&inner.body, document);
                    content.header = document.source(Some(start.start..end));
                    content.whole = document.source(inner.span());
                    block.blocks.push(Inner { name: inner.ident.as_str(), labels, block: content });
                }
            }
        }
        block
    }

    /// An object in the JSON syntax, whose members are arguments. Those that are blocks are told by their names.
    #[must_use]
    pub fn of_object(object: &'f Object<'static>, file: FileIndex, pointer: &Pointer, blocks: &[&str]) -> Self {
        let at = Source::pointer(file, pointer.clone());
        let mut block = Self { header: at.clone(), whole: at, ..Self::default() };
        for (name, node) in object.members.iter().filter(|(name, _)| name != "//") {
            let own = pointer.key(name);
            // Only a block can have a dynamic one in it.
            let is_block = blocks.contains(&"dynamic") && holds_dynamic(node);
            if !blocks.contains(&name.as_ref()) && !is_block {
                let key = Source::pointer(file, own.clone());
                block.arguments.push((name, key, Written::Json(file, node, Arc::new(own))));
                continue;
            }
            let labels = usize::from(name == "dynamic");
            for (labels, inner, at) in labelled(node, labels, &own) {
                let content = Self::of_object(inner, file, &at, blocks);
                block.blocks.push(Inner { name, labels, block: content });
            }
        }
        block
    }

    /// The last argument of a name.
    #[must_use]
    pub fn argument(&self, name: &str) -> Option<&Written<'f>> {
        self.arguments.iter().rfind(|(own, ..)| *own == name).map(|(.., written)| written)
    }

    /// The blocks of a name.
    pub fn inner(&self, name: &str) -> impl Iterator<Item = &Block<'f>> {
        self.blocks.iter().filter(move |inner| inner.name == name).map(|inner| &inner.block)
    }

    /// Takes over what an override file has: arguments one by one, blocks by their types.
    ///
    /// <https://developer.hashicorp.com/terraform/language/files/override>
    pub fn override_by(&mut self, other: &Self) {
        for argument in &other.arguments {
            self.arguments.retain(|(name, ..)| *name != argument.0);
            self.arguments.push(argument.clone());
        }
        let kind = |inner: &Inner<'f>| match (inner.name, inner.labels.first()) {
            ("dynamic", Some(label)) => *label,
            (name, _) => name,
        };
        for inner in &other.blocks {
            let merged =
                matches!(inner.name, "lifecycle").then(|| self.blocks.iter_mut().find(|own| own.name == inner.name));
            if let Some(Some(own)) = merged {
                own.block.override_by(&inner.block);
            }
        }
        let is_replaced =
            |own: &Inner<'f>| own.name != "lifecycle" && other.blocks.iter().any(|inner| kind(inner) == kind(own));
        self.blocks.retain(|own| !is_replaced(own));
        let has_lifecycle = self.blocks.iter().any(|own| own.name == "lifecycle");
        let new = other.blocks.iter().filter(|inner| inner.name != "lifecycle" || !has_lifecycle);
        self.blocks.extend(new.cloned());
    }
}

fn holds_dynamic(node: &Node<'_>) -> bool {
    match node {
        Node::Object(object) => object.members.iter().any(|(name, node)| name == "dynamic" || holds_dynamic(node)),
        Node::Array(elements) => elements.iter().any(holds_dynamic),
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => false,
    }
}

/// The objects below so many labels, of what may stand several times.
pub(super) fn labelled<'f>(
    node: &'f Node<'static>,
    labels: usize,
    pointer: &Pointer,
) -> Vec<(Vec<&'f str>, &'f Object<'static>, Pointer)> {
    let several: Vec<(&Node<'static>, Pointer)> = match node {
        Node::Array(several) => several.iter().enumerate().map(|(index, one)| (one, pointer.index(index))).collect(),
        one => vec![(one, pointer.clone())],
    };
    let mut found = Vec::new();
    for (node, at) in several {
        let Some(object) = node.as_object() else { continue };
        if labels == 0 {
            found.push((Vec::new(), object, at));
            continue;
        }
        for (name, inner) in object.members.iter().filter(|(name, _)| name != "//") {
            for (mut rest, object, place) in labelled(inner, labels - 1, &at.key(name)) {
                rest.insert(0, name.as_ref());
                found.push((rest, object, place));
            }
        }
    }
    found
}
