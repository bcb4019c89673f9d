//! HCL as the nodes that Terraform's [JSON syntax] would give, so that one reader serves both: a block stands under its
//! labels, and whatever is no literal is a string with `${…}` in it.
//!
//! [JSON syntax]: https://developer.hashicorp.com/terraform/language/syntax/json

use super::locate::Place;
use super::node::{Node, Object};
use super::parse::{SyntaxError, SyntaxProblem};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::Element;
use std::borrow::Cow;
use std::ops::Range;

/// Blocks that stand at the top of a configuration.
pub const BLOCKS: [&str; 13] = [
    "resource",
    "data",
    "module",
    "variable",
    "output",
    "locals",
    "provider",
    "terraform",
    "import",
    "moved",
    "removed",
    "check",
    "ephemeral",
];

/// Whether a text is HCL rather than JSON: some line opens a block that Terraform knows.
#[must_use]
pub fn is_hcl(text: &str) -> bool {
    if text.trim_start().starts_with(['{', '[', '"']) {
        return false;
    }
    text.lines().any(opens_block)
}

/// `resource "type" "name" {`
fn opens_block(line: &str) -> bool {
    let line = line.trim_start();
    let Some(mut rest) = BLOCKS.iter().find_map(|block| line.strip_prefix(block)) else { return false };
    loop {
        rest = rest.trim_start();
        if rest.starts_with('{') {
            return true;
        }
        let Some(label) = rest.strip_prefix('"') else { return false };
        let Some((_, after)) = label.split_once('"') else { return false };
        rest = after;
    }
}

/// Reads a configuration.
///
/// # Errors
/// [`SyntaxError`] with the first character that cannot stand where it does.
pub fn parse_hcl(text: &str) -> Result<Node<'static>, SyntaxError> {
    let body = read(text)?;
    Ok(Node::Object(object(text, &body)))
}

fn read(text: &str) -> Result<Body, SyntaxError> {
    text.parse::<Body>().map_err(|error| {
        let message = error.message().lines().map(str::trim).collect::<Vec<_>>().join(", ");
        let mut at = error.location().offset().min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        SyntaxError { problem: SyntaxProblem::InvalidHcl(message), at }
    })
}

fn object(text: &str, body: &Body) -> Object<'static> {
    let mut object = Object::default();
    for structure in body {
        match structure {
            Structure::Attribute(attribute) => {
                let key = Cow::Owned(attribute.key.as_str().to_owned());
                object.members.push((key, value(text, &attribute.value)));
            }
            Structure::Block(block) => {
                let labels = block.labels.iter().map(BlockLabel::as_str);
                let path: Vec<&str> = std::iter::once(block.ident.as_str()).chain(labels).collect();
                insert(&mut object, &path, Node::Object(self::object(text, &block.body)));
            }
        }
    }
    object
}

/// Puts a block under its labels; two of one name become a list.
fn insert(object: &mut Object<'static>, path: &[&str], node: Node<'static>) {
    let Some((first, rest)) = path.split_first() else { return };
    let known = object.members.iter().position(|(key, _)| key == first);
    let Some(known) = known else {
        let node = rest
            .iter()
            .rev()
            .fold(node, |node, label| Node::Object(Object { members: vec![(Cow::Owned((*label).to_owned()), node)] }));
        return object.members.push((Cow::Owned((*first).to_owned()), node));
    };
    match (&mut object.members[known].1, rest.is_empty()) {
        (Node::Object(inner), false) => insert(inner, rest, node),
        (Node::Array(several), true) => several.push(node),
        (one, _) => {
            let first = std::mem::replace(one, Node::Null);
            *one = Node::Array(vec![first, node]);
        }
    }
}

fn value(text: &str, expression: &Expression) -> Node<'static> {
    match expression {
        Expression::Null(_) => Node::Null,
        Expression::Bool(value) => Node::Bool(*value.value()),
        Expression::Number(number) => number.value().to_string().parse().map_or(Node::Null, Node::Number),
        Expression::String(string) => Node::String(Cow::Owned(escaped(string.value()))),
        Expression::Array(elements) => Node::Array(elements.iter().map(|element| value(text, element)).collect()),
        Expression::Object(members) => {
            let member = |(key, member): (&ObjectKey, &hcl_edit::expr::ObjectValue)| {
                let key = match key {
                    ObjectKey::Ident(name) => name.as_str().to_owned(),
                    ObjectKey::Expression(Expression::String(name)) => name.value().clone(),
                    ObjectKey::Expression(other) => interpolated(text, other),
                };
                (Cow::Owned(key), value(text, member.expr()))
            };
            Node::Object(Object { members: members.iter().map(member).collect() })
        }
        Expression::Parenthesis(inner) => value(text, inner.inner()),
        Expression::StringTemplate(template) => Node::String(Cow::Owned(template_text(text, template.iter()))),
        Expression::HeredocTemplate(heredoc) => Node::String(Cow::Owned(template_text(text, heredoc.template.iter()))),
        other => Node::String(Cow::Owned(interpolated(text, other))),
    }
}

fn template_text<'e>(text: &str, elements: impl Iterator<Item = &'e Element>) -> String {
    elements.fold(String::new(), |whole, element| {
        whole
            + &match element {
                Element::Literal(literal) => escaped(literal),
                Element::Interpolation(interpolation) => interpolated(text, &interpolation.expr),
                Element::Directive(directive) => source(text, directive.span()).to_owned(),
            }
    })
}

/// Literal text as a template has it.
fn escaped(literal: &str) -> String {
    literal.replace("${", "$${").replace("%{", "%%{")
}

fn interpolated(text: &str, expression: &Expression) -> String {
    format!("${{{}}}", source(text, expression.span()))
}

fn source(text: &str, span: Option<Range<usize>>) -> &str {
    span.and_then(|span| text.get(span)).unwrap_or_default().trim()
}

/// A configuration in which pointers are found.
pub(super) struct Located {
    body: Option<Body>,
}

/// How far a pointer has led.
enum Reached<'b> {
    Body(&'b Body),
    /// Blocks of one type, and how many of their labels are behind.
    Blocks(Vec<&'b Block>, usize),
    Value(&'b Expression),
}

impl Located {
    pub(super) fn new(text: &str) -> Self {
        Self { body: read(text).ok() }
    }

    /// What the steps lead to, or the place reached so far.
    pub(super) fn find(&self, text: &str, steps: &[String]) -> Option<Place> {
        let body = self.body.as_ref()?;
        let mut place = Place { key: None, value: 0..text.trim_end().len() };
        let mut reached = Reached::Body(body);
        for step in steps {
            let Some((next, at)) = reached.step(text, step) else { break };
            (reached, place) = (next, at);
        }
        Some(place)
    }
}

impl Reached<'_> {
    fn step(&self, text: &str, step: &str) -> Option<(Self, Place)> {
        match self {
            Self::Body(body) => {
                if let Some(attribute) = body.attributes().find(|one| one.key.as_str().eq_ignore_ascii_case(step)) {
                    let place = Place { key: attribute.key.span(), value: attribute.value.span()? };
                    return Some((Self::Value(&attribute.value), place));
                }
                let blocks: Vec<&Block> =
                    body.blocks().filter(|one| one.ident.as_str().eq_ignore_ascii_case(step)).collect();
                let place = of_block(text, blocks.first()?, 0)?;
                Some((Self::Blocks(blocks, 0), place))
            }
            Self::Blocks(blocks, behind) => {
                let labelled: Vec<&Block> = blocks
                    .iter()
                    .filter(|block| block.labels.get(*behind).is_some_and(|label| label.as_str() == step))
                    .copied()
                    .collect();
                if let Some(first) = labelled.first() {
                    let place = of_block(text, first, behind + 1)?;
                    return Some((Self::Blocks(labelled, behind + 1), place));
                }
                let mut complete = blocks.iter().filter(|block| block.labels.len() == *behind).copied();
                match step.parse() {
                    Ok(index) => {
                        let block: &Block = complete.nth(index)?;
                        Some((Self::Body(&block.body), of_block(text, block, *behind)?))
                    }
                    Err(_) => Self::Body(&complete.next()?.body).step(text, step),
                }
            }
            Self::Value(Expression::Array(elements)) => {
                let Ok(index) = step.parse::<usize>() else {
                    return Self::Value(elements.iter().next()?).step(text, step);
                };
                let element = elements.get(index)?;
                Some((Self::Value(element), Place { key: None, value: element.span()? }))
            }
            Self::Value(Expression::Object(members)) => members.iter().find_map(|(key, member)| {
                let (name, span) = match key {
                    ObjectKey::Ident(name) => (name.as_str(), name.span()),
                    ObjectKey::Expression(Expression::String(name)) => (name.value().as_str(), name.span()),
                    ObjectKey::Expression(_) => return None,
                };
                let place = Place { key: span, value: member.expr().span()? };
                name.eq_ignore_ascii_case(step).then_some((Self::Value(member.expr()), place))
            }),
            Self::Value(_) => None,
        }
    }
}

/// A block with its header, as far as it is named, for a key.
fn of_block(text: &str, block: &Block, labels: usize) -> Option<Place> {
    let header = block.ident.span()?;
    let end = |label: &BlockLabel| match label {
        BlockLabel::Ident(name) => name.span(),
        BlockLabel::String(name) => name.span(),
    };
    let named = labels.checked_sub(1).and_then(|last| end(block.labels.get(last)?));
    let key = header.start..named.map_or(header.end, |label| label.end);
    let whole = block.labels.last().and_then(end).map_or(header.end, |label| label.end);
    let open = whole + text.get(whole..)?.find('{')?;
    let close = block.span()?.end.min(text.len());
    let body = text.get(open..close).map_or(open..open, |body| open..open + body.trim_end().len());
    Some(Place { key: Some(key), value: body })
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;

    const TEXT: &str = r#"# Zürich
variable "mode" { default = "enabled" }
locals { arm = "797f4846-ba00-4fd7-ba43-dac1f8f63013" }
resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA ${"ü"} $${literal}"
  state        = var.mode
  conditions {
    client_app_types = ["all"] # everything
    users {
      included_users  = ["All"]
      excluded_groups = [azuread_group.bg.object_id, "x"]
    }
  }
}
resource "azuread_group" "bg" {
  display_name = <<-EOT
    Break
    glass
  EOT
}
"#;

    #[test]
    fn blocks_stand_under_their_labels_and_expressions_in_templates() {
        let node = parse_hcl(TEXT).unwrap();
        let get = |pointer: &str| {
            Pointer::new(pointer).steps().try_fold(&node, |node, step| match node {
                Node::Array(elements) => elements.get(step.parse::<usize>().ok()?),
                node => node.as_object()?.get(&step),
            })
        };
        let text = |pointer: &str| get(pointer).and_then(Node::as_str).unwrap().to_owned();
        let mfa = "/resource/azuread_conditional_access_policy/mfa";
        assert_eq!(text(&format!("{mfa}/state")), "${var.mode}");
        assert_eq!(text(&format!("{mfa}/display_name")), "MFA ${\"ü\"} $${literal}");
        assert_eq!(text(&format!("{mfa}/conditions/users/excluded_groups/0")), "${azuread_group.bg.object_id}");
        assert_eq!(text("/resource/azuread_group/bg/display_name"), "Break\nglass\n");
        assert_eq!(text("/variable/mode/default"), "enabled");
    }

    #[test]
    fn blocks_of_one_name_become_a_list() {
        let node = parse_hcl("locals { a = 1 }\nlocals { b = -2 }\n").unwrap();
        let locals = node.as_object().unwrap().get("locals").and_then(Node::as_array).unwrap();
        assert_eq!(locals.len(), 2);
    }

    #[test]
    fn a_pointer_leads_to_the_very_characters() {
        let mut locator = Locator::new(TEXT);
        let mut find = |pointer: &str| {
            let pointer = Pointer::new(format!("/resource/azuread_conditional_access_policy/mfa{pointer}"));
            let place = locator.find(0, &pointer).remove(0);
            &TEXT[place.mark(TEXT)]
        };
        assert_eq!(find("/state"), "var.mode");
        assert_eq!(find("/conditions/users/excluded_groups/1"), "\"x\"");
        assert_eq!(find("/conditions/users/excluded_groups"), "excluded_groups");
        assert_eq!(find("/conditions/users"), "users");
        assert_eq!(find("/conditions/users/included_roles/0"), "users");
        assert_eq!(find("/state/0"), "var.mode");
        assert_eq!(find(""), "resource \"azuread_conditional_access_policy\" \"mfa\"");
    }

    #[test]
    fn the_offending_character_is_named() {
        let error = parse_hcl("# ü\nresource \"a\" \"b\" {\n  x = \n}\n").unwrap_err();
        assert_eq!(error.at, 30);
        assert!(matches!(error.problem, SyntaxProblem::InvalidHcl(message) if !message.contains('\n')));
        assert!(parse_hcl("").is_ok());
    }

    #[test]
    fn hcl_is_told_from_json() {
        assert!(is_hcl(TEXT));
        assert!(is_hcl("terraform {\n}\n") && is_hcl("locals { a = 1 }"));
        for text in ["{\"resource\": {}}", "[]", "", "name: resource {", "xx{", "# resource \"a\" \"b\" {"] {
            assert!(!is_hcl(text), "{text}");
        }
    }

    #[test]
    fn hostile_depth_is_an_error() {
        for text in
            ["a = ".to_owned() + &"[".repeat(100_000), "a {".repeat(100_000), format!("a = {}1", "!".repeat(100_000))]
        {
            assert!(parse_hcl(&text).is_err());
        }
    }
}
