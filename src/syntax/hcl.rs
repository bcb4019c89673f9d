//! HCL as the nodes that Terraform's [JSON syntax] would give, so that one reader serves both: a block is nested
//! under its labels, and an expression that is not a literal becomes a string with `${…}`.
//!
//! [JSON syntax]: https://developer.hashicorp.com/terraform/language/syntax/json

use super::effort::check_effort;
use super::error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
use super::node::Node;
use super::node_span::{NodeSpan, boundary};
use super::spot::{Holds, Spot};
use hcl_edit::Span;
use hcl_edit::expr::{Expression, ObjectKey};
use hcl_edit::structure::{Block, BlockLabel, Body, Structure};
use hcl_edit::template::{Directive, Element, HeredocTemplate, Template};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

/// Blocks at the top of a configuration.
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
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    !text.trim_start().starts_with(['{', '[', '"']) && text.lines().any(opens_block)
}

/// `resource "type" "name" {`
fn opens_block(line: &str) -> bool {
    let line = line.trim_start();
    let Some(mut rest) = BLOCKS.iter().find_map(|block| line.strip_prefix(block)) else { return false };
    // A label may stand without quotes, as a type does, but nobody writes all labels so.
    let (mut is_bare, mut is_quoted) = (false, false);
    loop {
        rest = rest.trim_start();
        if rest.starts_with('{') {
            return is_quoted || !is_bare;
        }
        // A label may stand without quotes.
        let bare = rest.len() - rest.trim_start_matches(|one: char| one.is_alphanumeric() || "_-".contains(one)).len();
        rest = match rest.strip_prefix('"').and_then(|label| label.split_once('"')) {
            Some((_, after)) => {
                is_quoted = true;
                after
            }
            None if bare > 0 => {
                is_bare = true;
                &rest[bare..]
            }
            None => return false,
        };
    }
}

/// Reads a configuration: attributes and blocks as members in the order of the file, blocks of one type and equal
/// labels as an array.
///
/// # Errors
/// [`SyntaxError`] with the first invalid character, or where `hcl-edit` would not get through
/// in reasonable time.
pub fn parse_hcl(text: &str) -> Result<Node<'static>, SyntaxError> {
    read(text).map(Spot::into_node)
}

/// Reads a configuration as HCL has it, with the span of everything in it.
///
/// # Errors
/// Those of [`parse_hcl`].
pub fn parse_body(text: &str) -> Result<Body, SyntaxError> {
    check_effort(text)?;
    text.parse::<Body>().map_err(|error| {
        let message = error.message().lines().map(str::trim).collect::<Vec<_>>().join(", ");
        let at = boundary(text, error.location().offset());
        let is_too_deep = message.starts_with("invalid nesting depth");
        let problem = if is_too_deep { SyntaxProblem::TooDeep } else { SyntaxProblem::InvalidHcl(message) };
        SyntaxError { problem, at }
    })
}

/// The nodes of a body that was read from this text.
///
/// # Errors
/// [`SyntaxError`] where blocks are nested too deep.
pub fn nodes_of(text: &str, body: &Body) -> Result<Node<'static>, SyntaxError> {
    spots(text, body).map(Spot::into_node)
}

pub(super) fn read(text: &str) -> Result<Spot, SyntaxError> {
    spots(text, &parse_body(text)?)
}

fn spots(text: &str, body: &Body) -> Result<Spot, SyntaxError> {
    let start = text.len() - text.trim_start().len();
    let place = NodeSpan { key: None, value: start..text.trim_end().len().max(start) };
    HclReader { text }.body(body, place, 0)
}

struct HclReader<'t> {
    text: &'t str,
}

/// The members of a body, or of one type or label.
struct Group<'b> {
    /// What the place of the whole is.
    first: Option<&'b Block>,
    members: Vec<(&'b str, Member<'b>)>,
    /// Which of the members are groups.
    groups: HashMap<&'b str, usize>,
    /// Blocks without further labels.
    blocks: Vec<&'b Block>,
}

enum Member<'b> {
    Value(NodeSpan, &'b Expression),
    Group(Group<'b>),
}

impl<'b> Group<'b> {
    fn new(first: Option<&'b Block>) -> Self {
        Self { first, members: Vec::new(), groups: HashMap::new(), blocks: Vec::new() }
    }

    fn under(&mut self, name: &'b str, block: &'b Block) -> Option<&mut Self> {
        let index = *self.groups.entry(name).or_insert(self.members.len());
        if index == self.members.len() {
            self.members.push((name, Member::Group(Self::new(Some(block)))));
        }
        match &mut self.members.get_mut(index)?.1 {
            Member::Group(group) => Some(group),
            Member::Value(..) => None,
        }
    }

    fn insert(&mut self, block: &'b Block) {
        let labels = block.labels.iter().map(BlockLabel::as_str);
        let group =
            std::iter::once(block.ident.as_str()).chain(labels).try_fold(self, |group, name| group.under(name, block));
        if let Some(group) = group {
            group.blocks.push(block);
        }
    }
}

impl HclReader<'_> {
    fn body(&self, body: &Body, place: NodeSpan, depth: usize) -> Result<Spot, SyntaxError> {
        let mut root = Group::new(None);
        for structure in body {
            match structure {
                Structure::Attribute(attribute) => {
                    let place = NodeSpan { key: attribute.key.span(), value: span(&attribute.value) };
                    root.members.push((attribute.key.as_str(), Member::Value(place, &attribute.value)));
                }
                Structure::Block(block) => {
                    // Long before the tree is so deep that nobody could take it down again.
                    if block.labels.len() > MAX_DEPTH {
                        return Err(too_deep(block.span().unwrap_or_default().start));
                    }
                    root.insert(block);
                }
            }
        }
        self.members(root.members, place, 0, depth)
    }

    fn members(
        &self,
        members: Vec<(&str, Member)>,
        place: NodeSpan,
        named: usize,
        depth: usize,
    ) -> Result<Spot, SyntaxError> {
        let depth = deeper(depth, &place)?;
        let members = members.into_iter().map(|(name, member)| {
            let spot = match member {
                Member::Value(place, expression) => self.value(expression, place, depth),
                Member::Group(group) => self.group(group, named, depth),
            };
            Ok((name.to_owned(), spot?))
        });
        Ok(Spot { place, holds: Holds::Members(members.collect::<Result<_, _>>()?) })
    }

    /// The members of a type and so many labels.
    fn group(&self, group: Group, labels: usize, depth: usize) -> Result<Spot, SyntaxError> {
        let place = group.first.map_or(NodeSpan { key: None, value: 0..0 }, |first| self.header(first, labels));
        if group.blocks.is_empty() {
            return self.members(group.members, place, labels + 1, depth);
        }
        if let ([block], []) = (group.blocks.as_slice(), group.members.as_slice()) {
            return self.body(&block.body, place, depth);
        }
        let inner = deeper(depth, &place)?;
        let blocks = group.blocks.iter().map(|block| self.body(&block.body, self.header(block, labels), inner));
        let mut elements = blocks.collect::<Result<Vec<_>, _>>()?;
        if !group.members.is_empty() {
            elements.push(self.members(group.members, place.clone(), labels + 1, inner)?);
        }
        Ok(Spot { place, holds: Holds::Elements(elements) })
    }

    /// A block with its header, as far as it is named, for a key.
    fn header(&self, block: &Block, labels: usize) -> NodeSpan {
        let ident = block.ident.span().unwrap_or_default();
        let end = |label: &BlockLabel| label.span().unwrap_or_default().end;
        let named = labels.checked_sub(1).and_then(|last| block.labels.get(last)).map_or(ident.end, end);
        let mut open = block.labels.last().map_or(ident.end, end);
        let rest = |at: usize| self.text.get(at..).unwrap_or_default();
        open += rest(open).len() - rest(open).trim_start().len();
        while let Some(length) = rest(open).strip_prefix("/*").and_then(|comment| comment.find("*/")) {
            open += length + 4;
            open += rest(open).len() - rest(open).trim_start().len();
        }
        let close = block.span().unwrap_or_default().end.max(open);
        NodeSpan { key: Some(ident.start..named), value: open..close }
    }

    fn value(&self, expression: &Expression, place: NodeSpan, depth: usize) -> Result<Spot, SyntaxError> {
        let holds = match literal(expression) {
            Expression::Array(elements) => {
                let depth = deeper(depth, &place)?;
                let element = |one: &Expression| self.value(one, NodeSpan { key: None, value: span(one) }, depth);
                Holds::Elements(elements.iter().map(element).collect::<Result<_, _>>()?)
            }
            Expression::Object(members) => {
                let depth = deeper(depth, &place)?;
                let members = members.iter().map(|(key, member)| {
                    let name_at = match key {
                        ObjectKey::Ident(name) => name.span(),
                        ObjectKey::Expression(key) => key.span(),
                    };
                    let place = NodeSpan { key: name_at, value: span(member.expr()) };
                    Ok((self.key(key), self.value(member.expr(), place, depth)?))
                });
                Holds::Members(members.collect::<Result<_, _>>()?)
            }
            scalar => Holds::Scalar(self.scalar(scalar)),
        };
        Ok(Spot { place, holds })
    }

    fn scalar(&self, expression: &Expression) -> Node<'static> {
        let text = match expression {
            Expression::Null(_) => return Node::Null,
            Expression::Bool(value) => return Node::Bool(*value.value()),
            Expression::Number(number) => {
                return number.value().to_string().parse().map_or(Node::Null, Node::Number);
            }
            Expression::String(string) => escaped(string.value()),
            Expression::StringTemplate(template) => self.quoted(template),
            Expression::HeredocTemplate(heredoc) => self.heredoc(heredoc, span(expression)),
            other => format!("${{{}}}", self.source(span(other))),
        };
        Node::String(Cow::Owned(text))
    }

    /// A key as the JSON syntax has it: a string, and so a template.
    fn key(&self, key: &ObjectKey) -> String {
        match key {
            ObjectKey::Ident(name) => name.as_str().to_owned(),
            ObjectKey::Expression(key) => match literal(key) {
                Expression::Null(_) | Expression::Bool(_) | Expression::Number(_) => self.source(span(key)).to_owned(),
                other => self.scalar(other).as_str().unwrap_or_default().to_owned(),
            },
        }
    }

    fn quoted(&self, template: &Template) -> String {
        let mut text = String::new();
        for element in template {
            match element {
                Element::Literal(literal) => text.push_str(&escaped(literal)),
                other => {
                    // `\u0024${x}` is no `$${x}`.
                    if let Some(last @ ('$' | '%')) = text.chars().next_back() {
                        text.pop();
                        text.push_str(&format!("${{\"{last}\"}}"));
                    }
                    text.push_str(self.source(other.span().unwrap_or_default()));
                }
            }
        }
        text
    }

    /// A heredoc knows no escapes but those of a template: it is taken as it stands, without its indent.
    fn heredoc(&self, heredoc: &HeredocTemplate, whole: Range<usize>) -> String {
        let inside = heredoc.template.span().unwrap_or_default();
        if !self.text[whole].starts_with("<<-") {
            return self.text[inside].to_owned();
        }
        let mut literals = Vec::new();
        gather(&heredoc.template, &mut literals);
        let mut indented = Vec::new();
        let (mut indent, mut starts_line) = (usize::MAX, true);
        for literal in literals {
            let Some(literal) = literal else {
                indent = if starts_line { 0 } else { indent };
                starts_line = false;
                continue;
            };
            let mut at = literal.start;
            for line in self.text[literal].split_inclusive('\n') {
                let is_blank = line.ends_with('\n') && line.trim().is_empty();
                if starts_line && !is_blank {
                    indent = indent.min(line.chars().take_while(|one| one.is_whitespace()).count());
                    indented.push(at);
                }
                starts_line = line.ends_with('\n');
                at += line.len();
            }
        }
        let (mut text, mut from) = (String::new(), inside.start);
        for at in indented {
            text.push_str(&self.text[from..at]);
            from = at + self.text[at..].chars().take(indent).map(char::len_utf8).sum::<usize>();
        }
        text + &self.text[from..inside.end]
    }

    fn source(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default().trim()
    }
}

/// The literals of a template, those inside of directives too, and `None` for whatever stands between them.
fn gather(template: &Template, literals: &mut Vec<Option<Range<usize>>>) {
    for element in template {
        match element {
            Element::Literal(literal) => literals.push(literal.span()),
            Element::Interpolation(_) => literals.push(None),
            Element::Directive(directive) => {
                literals.push(None);
                match directive.as_ref() {
                    Directive::If(directive) => {
                        gather(&directive.if_expr.template, literals);
                        if let Some(otherwise) = &directive.else_expr {
                            literals.push(None);
                            gather(&otherwise.template, literals);
                        }
                    }
                    Directive::For(directive) => gather(&directive.for_expr.template, literals),
                }
                literals.push(None);
            }
        }
    }
}

/// A literal without the parentheses around it; anything else as it is.
fn literal(expression: &Expression) -> &Expression {
    let mut inner = expression;
    while let Expression::Parenthesis(parenthesis) = inner {
        inner = parenthesis.inner();
    }
    match inner {
        Expression::Null(_)
        | Expression::Bool(_)
        | Expression::Number(_)
        | Expression::String(_)
        | Expression::Array(_)
        | Expression::Object(_)
        | Expression::StringTemplate(_)
        | Expression::HeredocTemplate(_) => inner,
        _ => expression,
    }
}

/// Literal text as a template has it.
fn escaped(literal: &str) -> String {
    literal.replace("${", "$${").replace("%{", "%%{")
}

fn span(expression: &Expression) -> Range<usize> {
    expression.span().unwrap_or_default()
}

fn deeper(depth: usize, place: &NodeSpan) -> Result<usize, SyntaxError> {
    if depth == MAX_DEPTH { Err(too_deep(place.value.start)) } else { Ok(depth + 1) }
}

fn too_deep(at: usize) -> SyntaxError {
    SyntaxError { problem: SyntaxProblem::TooDeep, at }
}

#[cfg(test)]
mod tests {
    use super::super::{Locator, Pointer};
    use super::*;

    /// A configuration in which pointers are found.
    struct Located(Option<Spot>);

    impl Located {
        fn new(text: &str) -> Self {
            Self(read(text).ok())
        }

        fn find(&self, steps: &[String]) -> Option<NodeSpan> {
            Some(self.0.as_ref()?.find(steps).remove(0))
        }
    }

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
        assert!(is_hcl("resource azuread_group \"a\" {\n}\n") && !is_hcl("module names {\n}\n"));
        for text in ["{\"resource\": {}}", "[]", "", "name: resource {", "xx{", "# resource \"a\" \"b\" {"] {
            assert!(!is_hcl(text), "{text}");
        }
    }

    /// What an expression becomes.
    fn read_value(expression: &str) -> serde_json::Value {
        parse_hcl(&format!("x = {expression}\n")).unwrap().to_json()["x"].take()
    }

    fn refused(text: &str) -> SyntaxProblem {
        parse_hcl(text).unwrap_err().problem
    }

    #[test]
    fn literals_are_values_and_anything_else_is_a_template() {
        for (hcl, expected) in [
            ("null", serde_json::json!(null)),
            ("(true)", true.into()),
            ("-1", (-1).into()),
            ("1.5e3", 1500.into()),
            (r#""a\n\"\u00fc$${b} %%{c}""#, "a\n\"ü$${b} %%{c}".into()),
            (r#""a\t${ f("\n") ~}z""#, "a\t${ f(\"\\n\") ~}z".into()),
            (r#""\u0024${x}""#, "${\"$\"}${x}".into()),
            (r#""%{ if a }b%{ endif }""#, "%{ if a }b%{ endif }".into()),
            ("-x", "${-x}".into()),
            ("(a + 1) * 2", "${(a + 1) * 2}".into()),
            ("(a)", "${(a)}".into()),
            ("a ? b : c # why", "${a ? b : c}".into()),
            ("[for a in b : a.c]", "${[for a in b : a.c]}".into()),
            ("[(\"a\"), a[0].b, [],]", serde_json::json!(["a", "${a[0].b}", []])),
            (
                "{ a = 1, \"$${b}\" : 2, 3 = 3, (c) = 4, \"${d}\" = 5, true = 6 }",
                serde_json::json!({"a": 1, "$${b}": 2, "3": 3, "${(c)}": 4, "${d}": 5, "true": 6}),
            ),
        ] {
            assert_eq!(read_value(hcl), expected, "{hcl}");
        }
    }

    #[test]
    fn a_heredoc_loses_the_indent_that_all_of_its_lines_have() {
        for (hcl, expected) in [
            ("<<E\n  a $${b}\\n\nE", "  a $${b}\\n\n"),
            ("<<-E\n    a\n \n   b\n  E", " a\n \nb\n"),
            ("<<-E\n  a ${b}\n   c\nE", "a ${b}\n c\n"),
            ("<<-E\n${b}\n  c\nE", "${b}\n  c\n"),
            ("<<-E\nfoo\n  ${b}\n  c\nE", "foo\n  ${b}\n  c\n"),
            ("<<-E\n  %{ if a }\n  b\n  %{ endif }\n  E", "%{ if a }\nb\n%{ endif }\n"),
            ("<<E\r\n a\r\nE", " a\r\n"),
            ("<<E\nE", ""),
        ] {
            assert_eq!(read_value(hcl), expected, "{hcl}");
        }
    }

    #[test]
    fn blocks_merge_under_their_labels_in_the_order_of_the_file() {
        let text =
            "b \"y\" \"n\" { v = 1 }\na {\n}\nb \"x\" \"n\" { v = 2 }\nb y n { v = 3 }\nb y m {\n}\na \"l\" {\n}\n";
        let node = parse_hcl(text).unwrap();
        let expected = serde_json::json!({
            "b": {"y": {"n": [{"v": 1}, {"v": 3}], "m": {}}, "x": {"n": {"v": 2}}},
            "a": [{}, {"l": {}}],
        });
        assert_eq!(node.to_json(), expected);
        let keys: Vec<_> = node.as_object().unwrap().members.iter().map(|(key, _)| key.as_ref()).collect();
        assert_eq!(keys, ["b", "a"]);
        let located = Located::new(text);
        let find = |steps: &[&str]| {
            let place = located.find(&steps.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
            (place.key.map_or("", |key| &text[key]), &text[place.value])
        };
        assert_eq!(find(&["b", "y", "n", "1", "v"]), ("v", "3"));
        assert_eq!(find(&["B", "y", "N", "v"]), ("v", "1"));
        assert_eq!(find(&["b", "y", "n", "1"]), ("b y n", "{ v = 3 }"));
        assert_eq!(find(&["b", "x"]), ("b \"x\"", "{ v = 2 }"));
        assert_eq!(find(&["b", "y", "n", "7"]), ("b \"y\" \"n\"", "{ v = 1 }"));
    }

    #[test]
    fn places_are_bytes_behind_any_character_and_line_end() {
        let text = "# ü 😀\r\nb /* { */ \"ü\" /* { */ {\r\n  a = [\"ä\", \"b\"]\r\n  o = { (x) = 1 }\r\n}\r\n";
        let located = Located::new(text);
        let find = |pointer: &str| {
            let steps: Vec<String> = Pointer::new(pointer).steps().map(Cow::into_owned).collect();
            &text[located.find(&steps).unwrap().value]
        };
        assert_eq!(find("/b/ü/a/1"), "\"b\"");
        assert_eq!(find("/b/ü/o/${(x)}"), "1");
        assert!(find("/b/ü").starts_with("{\r\n") && find("/b/ü").ends_with('}'));
        assert_eq!(parse_hcl("a = \"ü\"\r\nb = §\r\n").unwrap_err().at, "a = \"ü\"\r\nb = ".len());
        assert!(is_hcl("\u{feff}# c\nlocals {\n}"));
    }

    #[test]
    fn hostile_depth_is_an_error() {
        let many = |unit: &str| unit.repeat(100_000);
        for text in [
            format!("a = {}", many("[")),
            format!("a = {}", many("(")),
            format!("a = {}", many("{")),
            format!("a = {}1", many("!")),
            format!("a = {}1", many("-")),
            format!("a = {}", many("\"${")),
            format!("a = \"{}\"", many("%{if a}")),
            format!("a = {}1", many("a ? b : ")),
            many("a {\n"),
            format!("a {} {{}}", many("x ")),
        ] {
            assert_eq!(refused(&text), SyntaxProblem::TooDeep, "{}", &text[..20]);
        }
        assert!(matches!(refused(&format!("a = 1{}", many("+1"))), SyntaxProblem::InvalidHcl(_)));
    }

    #[test]
    fn what_would_take_hcl_edit_for_ever_is_refused() {
        let quoted = |unit: &str| format!("a = {}\"x", unit.repeat(40));
        for text in [
            quoted("1+1+("),
            quoted("1 == 1 && -("),
            quoted("1+1+\"${"),
            quoted("1+1+ /* ) */ ( # )\n"),
            quoted("1+1+a[\")\"+1+1+("),
            quoted("1+1+<<E\n)${"),
            format!("a = \"%{{if a}}\" # ${{{}", &quoted("1+1+(")[4..]),
            format!("a = <<E\nE\n# ${{{}\nE\n", &quoted("1+1+(")[4..]),
            format!("a = {{\n{}}}", (0..20_000).map(|key| format!("(a.b{key}) = 1\n")).collect::<Vec<_>>().concat()),
            (0..20_000).map(|key| format!("a{key} = <<E{key}\nE{key}\n")).collect::<Vec<_>>().concat(),
        ] {
            assert!(matches!(refused(&text), SyntaxProblem::InvalidHcl(_)));
        }
        let users = (0..5_000).map(|key| format!("  \"u{key}@x\" = \"a\"\n")).collect::<Vec<_>>().concat();
        for text in [
            format!("a = {{\n{users}}}\n"),
            (0..50)
                .map(|key| format!("a{key} = 1 + 1 + (1 + 1 + (2 * 3 * (x - y - (z))))\n"))
                .collect::<Vec<_>>()
                .concat(),
            (0..20_000).map(|key| format!("a{key} = 1\n")).collect::<Vec<_>>().concat(),
            (0..5_000).map(|key| format!("resource t n{key} {{\n}}\n")).collect::<Vec<_>>().concat(),
            format!("a = b{}\n", ".c".repeat(20_000)),
        ] {
            assert!(parse_hcl(&text).is_ok());
        }
    }

    /// The pointers to everything that is no array or object.
    fn leaves(node: &Node, at: &Pointer, found: &mut Vec<(Pointer, serde_json::Value)>) {
        match node {
            Node::Array(elements) => {
                elements.iter().enumerate().for_each(|(index, one)| leaves(one, &at.index(index), found));
            }
            Node::Object(object) => object.members.iter().for_each(|(key, one)| leaves(one, &at.key(key), found)),
            leaf => found.push((at.clone(), leaf.to_json())),
        }
    }

    fn every_leaf_is_found(text: &str) {
        let Ok(node) = parse_hcl(text) else { return };
        let (mut found, located) = (Vec::new(), Located::new(text));
        leaves(&node, &Pointer::root(), &mut found);
        for (pointer, leaf) in found {
            let place = located.find(&pointer.steps().map(Cow::into_owned).collect::<Vec<_>>()).unwrap();
            let again = parse_hcl(&format!("x = [{}\n]\n", &text[place.value])).unwrap();
            assert_eq!(again.to_json()["x"][0], leaf, "{pointer} in {text}");
        }
    }

    #[test]
    fn every_value_of_a_configuration_is_found_again() {
        every_leaf_is_found(TEXT);
        for text in ["a = -  1\nb = (1)\n", "a = {\n b = [<<-E\n  x\n  E\n, 2]\n}\n"] {
            every_leaf_is_found(text);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "(\\PC|[ \n\"{}\\[\\]()=$%ab1+?:.,<E-])*") {
            every_leaf_is_found(&text);
            let _ = is_hcl(&text);
        }

        #[test]
        fn whatever_is_put_together_is_found_again(
            parts in proptest::collection::vec(proptest::sample::select(vec![
                "a = ", "b = ", "c {\n", "c \"l\" {\n", "}\n", "1\n", "\"ü${x}\"\n", "[1, ", "x]\n", "{ k = ", "v }\n",
                "<<-E\n  h\n  E\n", "-2\n", "(", ")", "# c\n", "f(x)\n", "x + ", "%{if a}", "\"", "<<E\n", "E\n",
            ]), 0..24)
        ) {
            every_leaf_is_found(&parts.concat());
        }
    }
}
