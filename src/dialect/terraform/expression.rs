//! What can be read of an expression without evaluating it: literals, what they are called, and references.

use super::address::Attribute;
use crate::syntax::{Node, Object, Untold, check_template_effort};
use hcl_edit::expr::{Expression, ObjectKey, Traversal, TraversalOperator};
use hcl_edit::template::{Element, Template};
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

/// Names that lead to names that are followed.
const MAX_HOPS: usize = 16;

/// Values that are read for one resource: lists of lists of names multiply.
const MAX_VALUES: usize = 100_000;

/// What the files of one folder give names to.
#[derive(Debug, Default)]
pub(super) struct FolderScope {
    locals: BTreeMap<String, Node<'static>>,
    variables: BTreeMap<String, Variable>,
    /// Blocks by `type.name` or `data.type.name`.
    blocks: BTreeMap<String, Object<'static>>,
    /// Values read for the resource at hand.
    read: Cell<usize>,
}

#[derive(Debug)]
struct Variable {
    default: Option<Node<'static>>,
    is_sensitive: bool,
}

impl FolderScope {
    /// Adds what one file names.
    pub(super) fn add(&mut self, file: &Object<'static>) {
        for locals in blocks(file.get("locals")) {
            self.locals.extend(locals.members.iter().map(|(name, node)| (name.to_string(), node.clone())));
        }
        for (name, variable) in labelled(file.get("variable")) {
            let default = variable.get("default").cloned();
            let is_sensitive = matches!(variable.get("sensitive"), Some(Node::Bool(true)));
            self.variables.insert(name.to_owned(), Variable { default, is_sensitive });
        }
        for (key, prefix) in [("resource", ""), ("data", "data.")] {
            for types in blocks(file.get(key)) {
                for (type_name, named) in &types.members {
                    for (name, block) in labelled(Some(named)) {
                        self.blocks.insert(format!("{prefix}{type_name}.{name}"), block.clone());
                    }
                }
            }
        }
    }

    /// Gives variables their values, or takes them for untold where that is only so if Terraform is told.
    pub(super) fn give(&mut self, values: &Object<'static>, always: bool) {
        for (name, value) in &values.members {
            let Some(variable) = self.variables.get_mut(name.as_ref()) else { continue };
            if always {
                variable.default = Some(value.clone());
            } else if variable.default.as_ref().is_none_or(|default| !default.says(value)) {
                variable.default = None;
            }
        }
    }

    /// Whether a resource of this address is declared here.
    pub(super) fn declares(&self, address: &str) -> bool {
        self.blocks.contains_key(address.split('[').next().unwrap_or_default())
    }

    /// Gives variables what the calls of the module say. Where calls differ, the variable has no one value.
    pub(super) fn call(&mut self, calls: &[BTreeMap<String, Node<'static>>]) {
        for (name, variable) in &mut self.variables {
            let mut values = calls.iter().map(|call| call.get(name).cloned().or_else(|| variable.default.clone()));
            let Some(first) = values.next() else { continue };
            let is_one = values.all(|value| match (&first, &value) {
                (Some(first), Some(value)) => first.says(value),
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => false,
            });
            variable.default = first.filter(|_| is_one);
        }
    }

    /// A value as far as it is told.
    pub(super) fn value(&self, node: &Node<'static>) -> Node<'static> {
        self.read.set(0);
        self.read(node, 0)
    }

    fn read(&self, node: &Node<'static>, hops: usize) -> Node<'static> {
        self.read.set(self.read.get() + 1);
        if hops > MAX_HOPS || self.read.get() > MAX_VALUES {
            return Node::Untold(Untold::Expression);
        }
        match node {
            Node::String(text) if text.contains("${") || text.contains("%{") => self.template(text, hops),
            Node::Array(elements) => Node::Array(elements.iter().map(|element| self.read(element, hops)).collect()),
            Node::Object(object) => Node::Object(self.object(object, hops)),
            other => other.clone(),
        }
    }

    fn object(&self, object: &Object<'static>, hops: usize) -> Object<'static> {
        let mut read = Object::default();
        for (key, node) in object.members.iter().filter(|(key, _)| key != "//" && key != "dynamic") {
            read.members.push((key.clone(), self.read(node, hops)));
        }
        // How often a dynamic block stands there, and with what, is for Terraform to say.
        for dynamic in blocks(object.get("dynamic")) {
            for (name, _) in &dynamic.members {
                read.members.retain(|(key, _)| key != name);
                read.members.push((name.clone(), Node::Untold(Untold::Dynamic)));
            }
        }
        read
    }

    fn template(&self, text: &str, hops: usize) -> Node<'static> {
        let template = check_template_effort(text).ok().and_then(|()| text.parse::<Template>().ok());
        let Some(template) = template else { return Node::Untold(Untold::Expression) };
        let elements: Vec<&Element> = template.iter().collect();
        if let [Element::Interpolation(interpolation)] = elements.as_slice() {
            return self.expression(&interpolation.expr, hops);
        }
        let mut whole = String::new();
        for element in elements {
            match element {
                Element::Literal(text) => whole.push_str(text),
                Element::Interpolation(interpolation) => match self.expression(&interpolation.expr, hops) {
                    Node::String(text) => whole.push_str(&text),
                    Node::Untold(untold) => return Node::Untold(untold),
                    _ => return Node::Untold(Untold::Expression),
                },
                Element::Directive(_) => return Node::Untold(Untold::Expression),
            }
        }
        Node::String(Cow::Owned(whole))
    }

    fn expression(&self, expression: &Expression, hops: usize) -> Node<'static> {
        match expression {
            Expression::Null(_) => Node::Null,
            Expression::Bool(value) => Node::Bool(*value.value()),
            Expression::String(text) => Node::String(Cow::Owned(text.value().clone())),
            Expression::Number(number) => number
                .value()
                .as_f64()
                .and_then(|number| number.to_string().parse().ok())
                .map_or(Node::Untold(Untold::Expression), Node::Number),
            Expression::Array(elements) => {
                Node::Array(elements.iter().map(|element| self.expression(element, hops)).collect())
            }
            Expression::Parenthesis(inner) => self.expression(inner.inner(), hops),
            Expression::StringTemplate(template) => {
                let mut elements = template.iter();
                match (elements.next(), elements.next()) {
                    (Some(Element::Interpolation(one)), None) => self.expression(&one.expr, hops),
                    _ => Node::Untold(Untold::Expression),
                }
            }
            Expression::Object(object) => {
                let mut members = Vec::new();
                for (key, value) in object {
                    let name = match key {
                        ObjectKey::Ident(name) => name.as_str().to_owned(),
                        ObjectKey::Expression(Expression::String(name)) => name.value().clone(),
                        ObjectKey::Expression(_) => return Node::Untold(Untold::Expression),
                    };
                    members.push((Cow::Owned(name), self.expression(value.expr(), hops)));
                }
                Node::Object(Object { members })
            }
            Expression::Traversal(traversal) => self.traversal(traversal, hops),
            _ => Node::Untold(Untold::Expression),
        }
    }

    fn traversal(&self, traversal: &Traversal, hops: usize) -> Node<'static> {
        let Some(steps) = steps(traversal) else { return Node::Untold(Untold::Expression) };
        let names: Vec<&str> = steps.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["local", name, rest @ ..] => match self.locals.get(*name) {
                Some(local) => descend(self.read(local, hops + 1), rest),
                None => Node::Untold(Untold::Expression),
            },
            ["var", name, rest @ ..] => self.variable(name, rest, hops),
            ["each", ..] => Node::Untold(Untold::ForEach),
            ["count", ..] => Node::Untold(Untold::Count),
            _ => self.attribute(&names, hops),
        }
    }

    fn variable(&self, name: &str, rest: &[&str], hops: usize) -> Node<'static> {
        let Some(variable) = self.variables.get(name) else { return Node::Untold(Untold::Variable) };
        match &variable.default {
            None => Node::Untold(Untold::Variable),
            Some(_) if variable.is_sensitive => Node::Untold(Untold::Sensitive),
            Some(default) => descend(self.read(default, hops + 1), rest),
        }
    }

    /// An attribute of a resource: what its block says literally, or the resource itself where the attribute is its id.
    fn attribute(&self, names: &[&str], hops: usize) -> Node<'static> {
        let written = names.iter().skip(1).fold(names[0].to_owned(), |text, name| {
            if name.starts_with('[') { format!("{text}{name}") } else { format!("{text}.{name}") }
        });
        let Some(attribute) = Attribute::read(&written) else { return Node::Untold(Untold::Expression) };
        let plain = attribute.resource.split('[').next().unwrap_or_default();
        let block = self.blocks.get(plain);
        let is_repeated = block.is_some_and(|block| block.get("count").is_some() || block.get("for_each").is_some());
        let literal = block.zip(attribute.name.as_deref()).and_then(|(block, name)| block.get(name));
        match literal.filter(|_| !is_repeated).map(|node| self.read(node, hops + 1)) {
            Some(Node::Untold(_)) | None if attribute.is_id() && (attribute.is_indexed || !is_repeated) => {
                Node::Reference(Cow::Owned(attribute.resource))
            }
            Some(value) => value,
            None => Node::Untold(Untold::Expression),
        }
    }
}

/// The names that a traversal leads through, indices in brackets; none if it holds anything but names.
fn steps(traversal: &Traversal) -> Option<Vec<String>> {
    let Expression::Variable(root) = &traversal.expr else { return None };
    let mut steps = vec![root.as_str().to_owned()];
    for operator in &traversal.operators {
        steps.push(match operator.value() {
            TraversalOperator::GetAttr(name) => name.as_str().to_owned(),
            TraversalOperator::Index(Expression::String(key)) => {
                format!("[{}]", serde_json::Value::from(key.value().as_str()))
            }
            TraversalOperator::Index(Expression::Number(number)) => format!("[{}]", number.value()),
            TraversalOperator::LegacyIndex(index) => format!("[{}]", index.value()),
            _ => return None,
        });
    }
    Some(steps)
}

/// A part of a value.
fn descend(value: Node<'static>, steps: &[&str]) -> Node<'static> {
    let Some((step, rest)) = steps.split_first() else { return value };
    let inner = step.strip_prefix('[').and_then(|step| step.strip_suffix(']'));
    let part = match (&value, inner) {
        (Node::Untold(untold), _) => return Node::Untold(*untold),
        (Node::Array(elements), Some(index)) => index.parse().ok().and_then(|index: usize| elements.get(index)),
        (Node::Object(object), _) => {
            let key = inner.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_else(|| (*step).to_owned());
            object.members.iter().find(|(name, _)| *name == key).map(|(_, node)| node)
        }
        _ => None,
    };
    part.map_or(Node::Untold(Untold::Expression), |part| descend(part.clone(), rest))
}

/// The bodies of a block that may stand several times.
pub(super) fn blocks<'n>(node: Option<&'n Node<'static>>) -> impl Iterator<Item = &'n Object<'static>> {
    let several = match node {
        Some(Node::Array(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    several.iter().filter_map(Node::as_object)
}

/// Blocks by their last label.
pub(super) fn labelled<'n>(node: Option<&'n Node<'static>>) -> impl Iterator<Item = (&'n str, &'n Object<'static>)> {
    let named = blocks(node).flat_map(|labels| labels.members.iter());
    named.flat_map(|(name, node)| blocks(Some(node)).map(move |block| (name.as_ref(), block)))
}
