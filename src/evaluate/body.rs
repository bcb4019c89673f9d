//! The blocks of a resource with their values: `dynamic` blocks are written out.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/dynamic-blocks>

use super::collection::pairs;
use super::run::{Made, Run};
use super::scope::{Bindings, Names};
use super::source::Source;
use super::value::{MappingKind, Member, SequenceKind, Value};
use super::written::{Block, Inner, Written};
use crate::syntax::Untold;
use hcl_edit::expr::Expression;
use std::sync::Arc;

/// A block with its values.
#[derive(Clone)]
pub struct Body<'f> {
    /// Where it stands.
    pub source: Source,
    /// Its arguments.
    pub arguments: Vec<Argument<'f>>,
    /// The blocks in it, by their types.
    pub blocks: Vec<Nested<'f>>,
}

/// An argument with its value.
#[derive(Clone)]
pub struct Argument<'f> {
    /// Its name.
    pub name: &'f str,
    /// Its value.
    pub value: Value,
    /// How it is written, unless a `dynamic` block writes it.
    pub written: Option<Written<'f>>,
}

/// All blocks of one type.
#[derive(Clone)]
pub struct Nested<'f> {
    /// Their type.
    pub name: &'f str,
    /// Those that are known to be there.
    pub bodies: Vec<Body<'f>>,
    /// There may be others, and why that is not known.
    pub rest: Option<Untold>,
}

/// Arguments and blocks that are Terraform's own.
const META: [&str; 10] = [
    "count",
    "for_each",
    "depends_on",
    "provider",
    "providers",
    "lifecycle",
    "provisioner",
    "connection",
    "timeouts",
    "dynamic",
];

impl<'f> Run<'f> {
    /// What a resource says. What Terraform refuses is unknown, and noted.
    #[must_use]
    pub fn body(&self, made: &Made<'f>) -> Body<'f> {
        let names = self.names(made.instance, &made.repetition);
        Writer { run: self, names: &names }.body(&made.resource.block, None, true)
    }

    /// The blocks of one type in a resource, as its attribute of that name has them.
    pub(super) fn blocks(&self, names: &dyn Names, block: &Block<'f>, name: &str) -> Option<Value> {
        let is =
            |inner: &Inner<'f>| inner.name == name || (inner.name == "dynamic" && inner.labels.first() == Some(&name));
        if !block.blocks.iter().any(is) {
            return None;
        }
        let only =
            Block { blocks: block.blocks.iter().filter(|inner| is(inner)).cloned().collect(), ..Block::default() };
        let body = Writer { run: self, names }.body(&only, None, true);
        body.blocks.first().map(Nested::value)
    }
}

struct Writer<'w, 'f> {
    run: &'w Run<'f>,
    names: &'w dyn Names,
}

impl<'f> Writer<'_, 'f> {
    /// `is_in_place` if the block stands there as it is.
    fn body(&self, block: &Block<'f>, around: Option<&Bindings<'_>>, is_in_place: bool) -> Body<'f> {
        let arguments = block.arguments.iter().filter(|(name, ..)| !META.contains(name)).map(|(name, _, written)| {
            let value = self.argument(written, around);
            Argument { name, value, written: is_in_place.then(|| written.clone()) }
        });
        let mut body = Body { source: block.header.clone(), arguments: arguments.collect(), blocks: Vec::new() };
        for inner in &block.blocks {
            match (inner.name, inner.labels.as_slice()) {
                ("dynamic", [name]) => {
                    let (bodies, rest) = self.dynamic(name, &inner.block, around);
                    body.add(name, bodies, rest);
                }
                (name, _) if META.contains(&name) => {}
                (name, _) => body.add(name, vec![self.body(&inner.block, around, is_in_place)], None),
            }
        }
        body
    }

    /// The value of an argument. Of a list, what Terraform refuses is unknown, and the rest is not.
    fn argument(&self, written: &Written<'f>, around: Option<&Bindings<'_>>) -> Value {
        let Written::Hcl(document, Expression::Array(elements)) = written else {
            return self.run.or_unknown(written.evaluate(self.names, around));
        };
        let element = |element| self.run.or_unknown(Written::Hcl(*document, element).evaluate(self.names, around));
        Value::tuple(elements.iter().map(element).collect()).at(written.source())
    }

    fn dynamic(
        &self,
        name: &'f str,
        block: &Block<'f>,
        around: Option<&Bindings<'_>>,
    ) -> (Vec<Body<'f>>, Option<Untold>) {
        let Some(written) = block.argument("for_each") else { return (Vec::new(), Some(Untold::Dynamic)) };
        let collection = self.run.or_unknown(written.evaluate(self.names, around));
        let found = match pairs(&collection, &written.source()) {
            Ok(found) => found,
            Err(error) => {
                self.run.note(&error);
                return (Vec::new(), Some(Untold::Dynamic));
            }
        };
        let Ok((pairs, rest)) = found else { return (Vec::new(), Some(Untold::Dynamic)) };
        let iterator = block.argument("iterator").and_then(iterator_name).unwrap_or_else(|| name.to_owned());
        let mut bodies = Vec::new();
        for (key, value) in pairs {
            let item = Value::object([(Arc::from("key"), key), (Arc::from("value"), value)]);
            let bindings = Bindings { name: &iterator, value: &item, outer: around };
            for content in block.inner("content") {
                bodies.push(self.body(content, Some(&bindings), false));
            }
        }
        (bodies, rest.map(|_| Untold::Dynamic))
    }
}

/// The name that an iterator is given, which is written like a variable.
fn iterator_name(written: &Written<'_>) -> Option<String> {
    match written {
        Written::Hcl(_, hcl_edit::expr::Expression::Variable(name)) => Some(name.as_str().to_owned()),
        Written::Hcl(..) | Written::Json(..) => written.as_str().map(str::to_owned),
    }
}

impl Nested<'_> {
    fn value(&self) -> Value {
        Value::sequence(SequenceKind::Tuple, self.bodies.iter().map(Body::value).collect(), self.rest)
    }
}

impl<'f> Body<'f> {
    /// An attribute that the block does not state may have a default of the provider's.
    fn value(&self) -> Value {
        // The provider may have another value in place of none.
        let stated = |value: &Value| if value.is_null() { Value::unknown(Untold::AfterApply) } else { value.clone() };
        let arguments = self.arguments.iter().map(|argument| (argument.name, stated(&argument.value)));
        let members = arguments.chain(self.blocks.iter().map(|nested| (nested.name, nested.value())));
        let member = |(name, value): (&str, Value)| (Arc::from(name), Member { key: Source::None, value });
        let value =
            Value::mapping(MappingKind::Object, members.map(member).collect::<Vec<_>>(), Some(Untold::AfterApply));
        value.at(self.source.clone())
    }

    fn add(&mut self, name: &'f str, bodies: Vec<Self>, rest: Option<Untold>) {
        match self.blocks.iter_mut().find(|nested| nested.name == name) {
            Some(nested) => {
                nested.bodies.extend(bodies);
                nested.rest = nested.rest.or(rest);
            }
            None => self.blocks.push(Nested { name, bodies, rest }),
        }
    }
}
