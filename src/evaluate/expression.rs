//! Expressions to values.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions>

use super::access::{attribute, index};
use super::collection::{key_text, obscure, pairs};
use super::error::{Evaluated, error};
use super::functions;
use super::number::Number;
use super::operator;
use super::scope::{Around, Bindings, Document, Expressions, Names};
use super::source::Source;
use super::splat;
use super::template;
use super::types::{convert, unify};
use super::value::{Handle, Key, Kind, MappingKind, Member, SequenceKind, Value};
use crate::syntax::{Untold, check_template_effort};
use hcl_edit::Span;
use hcl_edit::expr::{Conditional, Expression, ForExpr, FuncCall, Object, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::Template;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Evaluates the expressions of one text.
#[derive(Clone, Copy)]
pub struct Evaluator<'e> {
    /// What names mean.
    pub names: &'e dyn Names,
    /// The text.
    pub document: Document<'e>,
}

impl Expressions for Evaluator<'_> {
    fn evaluate(&self, expression: &Expression, around: Around<'_>) -> Evaluated<Value> {
        let effort = self.names.effort();
        if !effort.spend(1) {
            return Ok(Value::unknown(Untold::Expression));
        }
        let source = self.document.source(expression.span());
        match effort.nested(|| self.kind_of(expression, around, &source)) {
            Some(Ok(value)) => {
                let value = effort.within_bounds(value.or_at(&source));
                if matches!(value.kind, Kind::Unknown(_)) {
                    effort.note_unknown();
                }
                Ok(value)
            }
            Some(Err(error)) => Err(error.or_at(&source)),
            None => Ok(Value::unknown(Untold::Expression)),
        }
    }

    fn document(&self) -> Document<'_> {
        self.document
    }

    fn names(&self) -> &dyn Names {
        self.names
    }
}

impl Evaluator<'_> {
    fn kind_of(&self, expression: &Expression, around: Around<'_>, source: &Source) -> Evaluated<Value> {
        match expression {
            Expression::Null(_) => Ok(Kind::Null.into()),
            Expression::Bool(truth) => Ok(Value::bool(*truth.value())),
            Expression::Number(number) => {
                // `hcl-edit` holds 64 bits.
                let written = number.span().and_then(|span| self.document.text.get(span));
                Ok(Value::number_or_unknown(written.and_then(|written| Number::parse(&written.replace(' ', "")))))
            }
            Expression::String(text) => Ok(self.string(text.value(), expression)),
            Expression::Array(elements) => {
                let elements = elements.iter().map(|element| self.evaluate(element, around));
                Ok(Value::tuple(elements.collect::<Evaluated<_>>()?))
            }
            Expression::Object(object) => self.object(object, around),
            Expression::StringTemplate(string) => template::evaluate(self, string.iter(), around, source),
            Expression::HeredocTemplate(heredoc) => template::heredoc(self, heredoc, expression.span(), around, source),
            Expression::Parenthesis(inner) => self.evaluate(inner.inner(), around),
            Expression::Variable(name) => self.name(name.as_str(), &[], around, source).map(|(value, _)| value),
            Expression::Conditional(conditional) => self.conditional(conditional, around),
            Expression::FuncCall(call) => self.call(call, around, source),
            Expression::Traversal(traversal) => self.traversal(traversal, around, source),
            Expression::UnaryOp(unary) => {
                let operand = self.evaluate(&unary.expr, around)?;
                operator::unary(*unary.operator.value(), &operand)
            }
            Expression::BinaryOp(binary) => {
                let left = self.evaluate(&binary.lhs_expr, around);
                let right = self.evaluate(&binary.rhs_expr, around);
                let weight = left.as_ref().map_or(1, Value::weight);
                if !self.names.effort().spend(weight) {
                    return Ok(Value::unknown(Untold::Expression));
                }
                operator::binary(*binary.operator.value(), left, right)
            }
            Expression::ForExpr(each) => self.each(each, around, source),
        }
    }

    /// A string without interpolation. Its characters are those of the text unless something is escaped.
    fn string(&self, text: &str, expression: &Expression) -> Value {
        let span = expression.span().unwrap_or_default();
        template::literal(self, text, &(span.start + 1..span.end.saturating_sub(1)))
    }

    fn truth(&self, expression: &Expression, around: Around<'_>) -> Evaluated<Result<bool, Untold>> {
        let value = self.evaluate(expression, around)?;
        operator::truth(&value)
    }

    fn object(&self, object: &Object, around: Around<'_>) -> Evaluated<Value> {
        let mut members = BTreeMap::new();
        let mut rest = None;
        for (key, value) in object {
            let (name, key) = match key {
                ObjectKey::Ident(name) => (Ok(Arc::from(name.as_str())), self.document.source(name.span())),
                ObjectKey::Expression(Expression::Variable(name)) => {
                    (Ok(Arc::from(name.as_str())), self.document.source(name.span()))
                }
                ObjectKey::Expression(key) => {
                    let value = self.evaluate(key, around)?;
                    (key_text(&value)?, value.source)
                }
            };
            let value = self.evaluate(value.expr(), around)?;
            match name {
                Ok(name) => _ = members.insert(name, Member { key, value }),
                Err(why) => {
                    obscure(&mut members, why);
                    rest = Some(why);
                }
            }
        }
        Ok(Value::mapping(MappingKind::Object, members, rest))
    }

    /// A name and the attributes that belong to it.
    fn name(&self, name: &str, attributes: &[&str], around: Around<'_>, source: &Source) -> Evaluated<(Value, usize)> {
        if let Some(value) = around.and_then(|bindings| bindings.get(name)) {
            return Ok((value.clone(), 0));
        }
        match self.names.look_up(name, attributes) {
            Ok(Some(found)) => Ok(found),
            Ok(None) => Ok((Value::unknown(Untold::Expression), 0)),
            Err(error) => Err(error.or_at(source)),
        }
    }

    fn traversal(&self, traversal: &Traversal, around: Around<'_>, source: &Source) -> Evaluated<Value> {
        let operators: Vec<&TraversalOperator> = traversal.operators.iter().map(hcl_edit::Decorated::value).collect();
        let (value, used) = match &traversal.expr {
            Expression::Variable(name) => {
                let attributes = operators.iter().map_while(|operator| match operator {
                    TraversalOperator::GetAttr(name) => Some(name.as_str()),
                    TraversalOperator::AttrSplat(_)
                    | TraversalOperator::FullSplat(_)
                    | TraversalOperator::Index(_)
                    | TraversalOperator::LegacyIndex(_) => None,
                });
                self.name(name.as_str(), &attributes.collect::<Vec<_>>(), around, source)?
            }
            other => (self.evaluate(other, around)?, 0),
        };
        self.follow(value, &operators[used.min(operators.len())..], around, source)
    }

    /// Goes into a value step by step.
    fn follow(
        &self,
        mut value: Value,
        operators: &[&TraversalOperator],
        around: Around<'_>,
        source: &Source,
    ) -> Evaluated<Value> {
        for (at, operator) in operators.iter().enumerate() {
            value = match operator {
                TraversalOperator::GetAttr(name) => self.attribute(&value, name.as_str(), source)?,
                TraversalOperator::Index(key) => self.index(&value, &self.evaluate(key, around)?, source)?,
                TraversalOperator::LegacyIndex(number) => {
                    let number = usize::try_from(*number.value()).unwrap_or(usize::MAX);
                    self.index(&value, &Value::number(number), source)?
                }
                TraversalOperator::FullSplat(_) => {
                    let rest = &operators[at + 1..];
                    return splat::each(value, |element| self.follow(element, rest, around, source));
                }
                TraversalOperator::AttrSplat(_) => {
                    let rest = &operators[at + 1..];
                    let length = rest.iter().take_while(|one| is_part_of_splat(one)).count();
                    let (inner, outer) = rest.split_at(length);
                    let all = splat::each(value, |element| self.follow(element, inner, around, source))?;
                    return self.follow(all, outer, around, source);
                }
            };
        }
        Ok(value)
    }

    fn attribute(&self, value: &Value, name: &str, source: &Source) -> Evaluated<Value> {
        match &value.kind {
            Kind::Handle(handle) => self.names.attribute(handle, name, source),
            Kind::Unknown(_)
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Sequence(_)
            | Kind::Mapping(_)
            | Kind::Reference(..) => attribute(value, name, source),
        }
    }

    fn index(&self, value: &Value, key: &Value, source: &Source) -> Evaluated<Value> {
        let Kind::Handle(handle) = &value.kind else { return index(value, key, source) };
        match (handle, &key.kind) {
            (Handle::Resource(..) | Handle::Module(_), Kind::String(name)) => {
                self.names.attribute(handle, name.as_str(), source)
            }
            (Handle::Instances(instance, resource), Kind::String(name)) => {
                Ok(Kind::Handle(Handle::Resource(*instance, *resource, Some(Arc::new(Key::Text(name.shared())))))
                    .into())
            }
            (Handle::Instances(instance, resource), Kind::Number(number)) => Ok(match number.as_usize() {
                Some(index) => {
                    Kind::Handle(Handle::Resource(*instance, *resource, Some(Arc::new(Key::Number(index))))).into()
                }
                None => Value::unknown(Untold::AfterApply),
            }),
            // Without its block, nobody knows whether a name in brackets is a key or an attribute; a key is usual.
            (Handle::Undeclared(address), Kind::String(name)) => {
                let key = Key::Text(name.shared());
                Ok(Kind::Handle(Handle::Undeclared(format!("{address}{key}").into())).into())
            }
            (Handle::Undeclared(address), Kind::Number(number)) => {
                Ok(Kind::Handle(Handle::Undeclared(format!("{address}[{number}]").into())).into())
            }
            (Handle::Resource(..) | Handle::Module(_) | Handle::Instances(..) | Handle::Undeclared(_), _) => {
                Ok(Value::unknown(Untold::AfterApply))
            }
        }
    }

    fn conditional(&self, conditional: &Conditional, around: Around<'_>) -> Evaluated<Value> {
        let condition = self.truth(&conditional.cond_expr, around)?;
        let (yes, no) = (self.evaluate(&conditional.true_expr, around), self.evaluate(&conditional.false_expr, around));
        // An error of the other side does not matter, and neither does its type.
        let (chosen, other) = match condition {
            Ok(true) => (yes?, no),
            Ok(false) => (no?, yes),
            Err(why) => return Ok(operator::either(yes.ok(), no.ok(), why)),
        };
        let Ok(other) = other else { return Ok(chosen) };
        if chosen.is_null() || other.is_null() {
            return Ok(chosen);
        }
        if !self.names.effort().spend(chosen.weight().saturating_add(other.weight())) {
            return Ok(Value::unknown(Untold::Expression));
        }
        match unify(&[chosen.type_of(), other.type_of()], true) {
            Some(of) => convert(&chosen, &of),
            None => Err(error("the two results of a condition have types that do not go together", &chosen.source)),
        }
    }

    fn call(&self, call: &FuncCall, around: Around<'_>, source: &Source) -> Evaluated<Value> {
        let name = call.name.name.as_str();
        let arguments: Vec<&Expression> = call.args.iter().collect();
        if !self.names.takes_functions() {
            return Err(error("the value of a variable calls no function", source));
        }
        if !call.name.namespace.is_empty() && !is_core(call) {
            return Ok(Value::unknown(Untold::Expression));
        }
        match name {
            "try" => return self.attempt(&arguments, around, source),
            "can" => {
                let [argument] = arguments.as_slice() else { return Err(error("can takes one argument", source)) };
                // What is not stated, somewhere on the way, may be what Terraform refuses.
                let before = self.names.effort().unknowns();
                let value = self.evaluate(argument, around);
                if let Err(error) = &value
                    && error.is_elsewhere
                {
                    return value;
                }
                if self.names.effort().unknowns() > before && value.is_ok() {
                    return Ok(Value::unknown(Untold::Expression));
                }
                return Ok(Value::bool(value.is_ok()));
            }
            _ => {}
        }
        let mut values = arguments.iter().map(|one| self.evaluate(one, around)).collect::<Evaluated<Vec<_>>>()?;
        if call.args.expand_final() {
            let Some(last) = values.pop() else { return Err(error("`...` needs a list in front of it", source)) };
            match &last.kind {
                Kind::Sequence(sequence) => {
                    values.extend(sequence.elements.iter().cloned());
                    if let Some(why) = sequence.why_unordered() {
                        // Further arguments, of which nobody knows where they stand.
                        if !matches!(name, "concat" | "setunion") {
                            return Ok(Value::unknown(why));
                        }
                        values.push(Value::unknown(why));
                    }
                }
                Kind::Unknown(why) => values.push(Value::unknown(*why)),
                Kind::Handle(_) => values.push(Value::unknown(Untold::AfterApply)),
                Kind::Null
                | Kind::Bool(_)
                | Kind::Number(_)
                | Kind::String(_)
                | Kind::Mapping(_)
                | Kind::Reference(..) => return Err(error("`...` needs a list in front of it", &last.source)),
            }
        }
        functions::call(name, &values, self.names, source, render)
    }

    fn attempt(&self, arguments: &[&Expression], around: Around<'_>, source: &Source) -> Evaluated<Value> {
        let mut last = error("try needs an argument", source);
        for argument in arguments {
            let before = self.names.effort().unknowns();
            match self.evaluate(argument, around) {
                Ok(value) if self.names.effort().unknowns() == before => return Ok(value),
                // What is not stated, somewhere on the way, may be what Terraform refuses.
                Ok(value) => return Ok(Value::unknown(value.why_partly_unknown().unwrap_or(Untold::Expression))),
                Err(error) if error.is_elsewhere => return Err(error),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn each(&self, each: &ForExpr, around: Around<'_>, source: &Source) -> Evaluated<Value> {
        let collection = self.evaluate(&each.intro.collection_expr, around)?;
        let (pairs, mut rest) = match pairs(&collection, source)? {
            Ok(found) => found,
            Err(why) => return Ok(Value::unknown(why)),
        };
        let mut elements = Vec::new();
        let mut members: BTreeMap<Arc<str>, Member> = BTreeMap::new();
        let mut groups: BTreeMap<Arc<str>, Vec<Value>> = BTreeMap::new();
        for (key, value) in pairs {
            let outer =
                each.intro.key_var.as_ref().map(|name| Bindings { name: name.as_str(), value: &key, outer: around });
            let bindings =
                Bindings { name: each.intro.value_var.as_str(), value: &value, outer: outer.as_ref().or(around) };
            let inner = Some(&bindings);
            match each.cond.as_ref().map(|condition| self.truth(&condition.expr, inner)).transpose()? {
                None | Some(Ok(true)) => {}
                Some(Ok(false)) => continue,
                Some(Err(why)) => {
                    rest = Some(why);
                    continue;
                }
            }
            let made = self.evaluate(&each.value_expr, inner)?;
            let Some(key_expr) = &each.key_expr else {
                elements.push(made);
                continue;
            };
            let name = self.evaluate(key_expr, inner)?;
            match key_text(&name)? {
                Err(why) => rest = Some(why),
                Ok(text) if each.grouping => groups.entry(text).or_default().push(made),
                Ok(text) if members.contains_key(&text) => {
                    return Err(error(format!("two elements have the key {text:?}"), &name.source));
                }
                Ok(text) => _ = members.insert(text, Member { key: name.source, value: made }),
            }
        }
        if each.key_expr.is_none() {
            let is_loose = matches!(&collection.kind, Kind::Sequence(sequence) if sequence.is_loose());
            return Ok(Value::sequence(SequenceKind::Tuple, elements, rest).loose_if(is_loose));
        }
        for (name, group) in groups {
            // A further element may belong to any group.
            members
                .insert(name, Member { key: Source::None, value: Value::sequence(SequenceKind::Tuple, group, rest) });
        }
        Ok(Value::mapping(MappingKind::Object, members, rest))
    }
}

/// A text as a template.
///
/// # Errors
/// If it is none, or Terraform refuses a part of it.
pub(super) fn render(document: Document<'_>, names: &dyn Names, source: &Source) -> Evaluated<Value> {
    let refused = || error("the template cannot be read", source);
    check_template_effort(document.text).map_err(|_| refused())?;
    let parsed: Template = document.text.parse().map_err(|_| refused())?;
    template::bare(&Evaluator { names, document }, &parsed, None, source)
}

/// Whether an operator behind `.*` is applied to each element.
fn is_part_of_splat(operator: &TraversalOperator) -> bool {
    matches!(operator, TraversalOperator::GetAttr(_) | TraversalOperator::LegacyIndex(_))
}

/// `core::` is the namespace of Terraform's own functions.
fn is_core(call: &FuncCall) -> bool {
    matches!(call.name.namespace.as_slice(), [only] if only.as_str() == "core")
}
