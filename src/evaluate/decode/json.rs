//! `jsondecode`.

use crate::evaluate::error::{Evaluated, error};
use crate::evaluate::number::Number;
use crate::evaluate::scope::Effort;
use crate::evaluate::source::Source;
use crate::evaluate::text::{Text, normal};
use crate::evaluate::value::{Kind, MappingKind, Member, Value};
use crate::id::FileIndex;
use crate::syntax::{Locator, Node, Pointer, Untold, parse};
use std::sync::Arc;

/// Reads a JSON document. Of members that stand twice the last one counts.
///
/// # Errors
/// If the text is no JSON.
pub(in crate::evaluate) fn decode(text: &Text, source: &Source, effort: &Effort) -> Evaluated<Value> {
    let root = match parse(text.as_str()) {
        Ok(root) => root,
        // Go reads half a character and numbers of any size.
        Err(_) if text.as_str().contains("\\u") || text.as_str().contains(['e', 'E']) => {
            return Ok(Value::unknown(Untold::Expression));
        }
        Err(_) => return Err(error("jsondecode: the text is no JSON", source)),
    };
    let mut reader = Reader { file: text.whole_file(), locator: Locator::new(text.as_str()), text, source, effort };
    Ok(reader.value(&root, &Pointer::root()))
}

struct Reader<'t> {
    /// The text is this file as a whole, so that pointers lead into it.
    file: Option<FileIndex>,
    locator: Locator<'t>,
    text: &'t Text,
    source: &'t Source,
    effort: &'t Effort,
}

impl Reader<'_> {
    fn place(&mut self, pointer: &Pointer) -> (Source, Source) {
        if let Some(file) = self.file {
            let source = Source::pointer(file, pointer.clone());
            return (source.clone(), source);
        }
        match self.locator.find(0, pointer).pop() {
            Some(place) => {
                let key = place.key.map_or(Source::None, |key| self.text.source_of(&key, self.source));
                (key, self.text.source_of(&place.value, self.source))
            }
            None => (Source::None, self.source.clone()),
        }
    }

    /// A number with all of its digits, which a node has not if it has a fraction or is long.
    fn number(&mut self, number: &serde_json::Number, pointer: &Pointer) -> Option<Number> {
        if let Some(whole) = number.as_i64() {
            return Some(Number::from(whole));
        }
        let span = self.locator.find(0, pointer).pop()?.value;
        Number::parse(self.text.as_str().get(span)?)
    }

    fn value(&mut self, node: &Node<'_>, pointer: &Pointer) -> Value {
        if !self.effort.spend(1) {
            return Value::unknown(Untold::Expression);
        }
        let source = self.place(pointer).1;
        let kind = match node {
            Node::Null => Kind::Null,
            Node::Bool(truth) => Kind::Bool(*truth),
            Node::Number(number) => match self.number(number, pointer) {
                Some(number) => Kind::Number(number),
                None => Kind::Unknown(Untold::Expression),
            },
            Node::String(text) => Kind::String(Text::from(normal(text).as_ref())),
            Node::Array(elements) => {
                let elements = elements.iter().enumerate();
                let values = elements.map(|(index, element)| self.value(element, &pointer.index(index)));
                Value::tuple(values.collect()).kind
            }
            Node::Object(object) => {
                let mut members: Vec<(Arc<str>, Member)> = Vec::with_capacity(object.members.len());
                for (name, node) in &object.members {
                    let inner = pointer.key(name);
                    let key = self.place(&inner).0;
                    let value = self.value(node, &inner);
                    members.push((Arc::from(name.as_ref()), Member { key, value }));
                }
                Value::mapping(MappingKind::Object, members, None).kind
            }
            Node::Raw(_) | Node::Reference(_) | Node::Secret(_) | Node::Untold(_) => Kind::Unknown(Untold::Expression),
        };
        Value::from(kind).at(source)
    }
}
