//! Type constraints: `list(object({ name = string, state = optional(string, "enabled") }))`.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/type-constraints>

use super::expression::Evaluator;
use super::scope::{Document, Expressions, Names};
use super::types::convert;
use super::value::{Attribute, Type};
use super::written::Written;
use crate::syntax::Node;
use hcl_edit::expr::{Expression, ObjectKey};
use std::sync::Arc;

/// The type that a constraint asks for. One that is not understood asks for nothing.
pub(super) fn read(written: &Written<'_>, names: &dyn Names) -> Type {
    match written {
        Written::Hcl(document, expression) => Reader { names, document: *document }.read(expression),
        Written::Json(file, node, pointer) => {
            let Node::String(text) = node else { return Type::Any };
            let Ok(expression) = text.parse::<Expression>() else { return Type::Any };
            let source = super::source::Source::pointer(*file, pointer.as_ref().clone());
            let document = Document { text, place: super::scope::Place::Value(&source) };
            Reader { names, document }.read(&expression)
        }
    }
}

struct Reader<'r> {
    names: &'r dyn Names,
    document: Document<'r>,
}

impl Reader<'_> {
    fn read(&self, expression: &Expression) -> Type {
        match expression {
            Expression::Variable(name) => named(name.as_str()),
            // The way of version 0.11.
            Expression::String(name) => named(name.value()),
            Expression::Parenthesis(inner) => self.read(inner.inner()),
            Expression::FuncCall(call) => {
                let Some(first) = call.args.iter().next() else { return Type::Any };
                match (call.name.name.as_str(), first) {
                    ("list", inner) => Type::List(Box::new(self.read(inner))),
                    ("set", inner) => Type::Set(Box::new(self.read(inner))),
                    ("map", inner) => Type::Map(Box::new(self.read(inner))),
                    ("tuple", Expression::Array(elements)) => {
                        Type::Tuple(elements.iter().map(|element| self.read(element)).collect())
                    }
                    ("object", Expression::Object(attributes)) => {
                        let attribute = |(key, value): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                            let name = match key {
                                ObjectKey::Ident(name) | ObjectKey::Expression(Expression::Variable(name)) => {
                                    name.as_str()
                                }
                                ObjectKey::Expression(Expression::String(name)) => name.value(),
                                ObjectKey::Expression(_) => return None,
                            };
                            Some((Arc::from(name), self.attribute(value.expr())))
                        };
                        attributes.iter().map(attribute).collect::<Option<_>>().map_or(Type::Any, Type::Object)
                    }
                    _ => Type::Any,
                }
            }
            _ => Type::Any,
        }
    }

    fn attribute(&self, expression: &Expression) -> Attribute {
        let Expression::FuncCall(call) = expression else { return Attribute::required(self.read(expression)) };
        if call.name.name.as_str() != "optional" {
            return Attribute::required(self.read(expression));
        }
        let mut arguments = call.args.iter();
        let of = arguments.next().map_or(Type::Any, |inner| self.read(inner));
        let evaluator = Evaluator { names: self.names, document: self.document };
        let default = arguments.next().map(|default| {
            let value = evaluator.evaluate(default, None).and_then(|value| convert(&value, &of));
            value.unwrap_or_else(|_| super::value::Value::unknown(crate::syntax::Untold::Expression))
        });
        Attribute { of, is_optional: true, default }
    }
}

fn named(name: &str) -> Type {
    match name {
        "string" => Type::String,
        "number" => Type::Number,
        "bool" => Type::Bool,
        "list" => Type::List(Box::new(Type::Any)),
        "set" => Type::Set(Box::new(Type::Any)),
        "map" => Type::Map(Box::new(Type::Any)),
        _ => Type::Any,
    }
}
