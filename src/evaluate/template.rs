//! Strings with `${…}` and `%{…}`, heredocs, and template files.
//!
//! <https://developer.hashicorp.com/terraform/language/expressions/strings>

use super::collection::pairs;
use super::error::{Evaluated, error};
use super::operator::truth;
use super::scope::{Around, Bindings, Expressions, Place};
use super::source::Source;
use super::text::{Text, TextBuilder, normal};
use super::types::to_text;
use super::value::{Kind, Value};
use crate::syntax::Untold;
use hcl_edit::Span;
use hcl_edit::template::{Directive, Element, ForDirective, HeredocTemplate, IfDirective, Strip, Template};
use std::collections::HashMap;
use std::ops::Range;

/// Why a string is not stated.
type Unstated = Untold;

/// A quoted string.
///
/// # Errors
/// If Terraform refuses a part of it.
pub(super) fn evaluate<'t>(
    evaluator: &dyn Expressions,
    elements: impl Iterator<Item = &'t Element>,
    around: Around<'_>,
    source: &Source,
) -> Evaluated<Value> {
    let elements: Vec<&Element> = elements.collect();
    Writer { evaluator, layout: None, source }.value(&elements, around)
}

/// A heredoc.
///
/// # Errors
/// If Terraform refuses a part of it.
pub(super) fn heredoc(
    evaluator: &dyn Expressions,
    heredoc: &HeredocTemplate,
    span: Option<Range<usize>>,
    around: Around<'_>,
    source: &Source,
) -> Evaluated<Value> {
    let elements: Vec<&Element> = heredoc.template.iter().collect();
    let is_flush =
        span.and_then(|span| evaluator.document().text.get(span)).is_some_and(|text| text.starts_with("<<-"));
    let layout = Layout::of(&elements, evaluator.document().text, is_flush);
    let value = Writer { evaluator, layout: Some(&layout), source }.text(&elements, around)?;
    Ok(value.unwrap_or_else(Value::unknown))
}

/// A text that is a template as a whole.
///
/// # Errors
/// If Terraform refuses a part of it.
pub(super) fn bare(
    evaluator: &dyn Expressions,
    template: &Template,
    around: Around<'_>,
    source: &Source,
) -> Evaluated<Value> {
    let elements: Vec<&Element> = template.iter().collect();
    let layout = Layout::of(&elements, evaluator.document().text, false);
    Writer { evaluator, layout: Some(&layout), source }.value(&elements, around)
}

/// A literal as a value that knows its bytes, if they stand there as they are.
pub(super) fn literal(evaluator: &dyn Expressions, text: &str, span: &Range<usize>) -> Value {
    let mut builder = TextBuilder::default();
    push_literal(evaluator, &mut builder, text, span);
    Kind::String(builder.finish()).into()
}

fn push_literal(evaluator: &dyn Expressions, builder: &mut TextBuilder, text: &str, span: &Range<usize>) {
    let text = normal(text);
    let text = text.as_ref();
    let is_verbatim = evaluator.document().text.get(span.clone()) == Some(text);
    match evaluator.document().place {
        Place::File(file) if is_verbatim => builder.push_bytes(text, file, span.start),
        Place::File(_) | Place::Value(_) => {
            builder.push_value(&Text::from(text), &evaluator.document().source(Some(span.clone())));
        }
    }
}

fn strips(strip: Strip) -> (bool, bool) {
    match strip {
        Strip::None => (false, false),
        Strip::Start => (true, false),
        Strip::End => (false, true),
        Strip::Both => (true, true),
    }
}

/// Whether an element takes the spaces in front of it and behind it.
fn outer_strips(element: &Element) -> (bool, bool) {
    match element {
        Element::Literal(_) => (false, false),
        Element::Interpolation(interpolation) => strips(interpolation.strip),
        Element::Directive(directive) => match directive.as_ref() {
            Directive::If(one) => (strips(one.if_expr.strip).0, strips(one.endif_expr.strip).1),
            Directive::For(one) => (strips(one.for_expr.strip).0, strips(one.endfor_expr.strip).1),
        },
    }
}

/// Templates within a directive, each with whether spaces are taken at its start and its end.
fn inner(directive: &Directive) -> Vec<(&Template, (bool, bool))> {
    match directive {
        Directive::If(IfDirective { if_expr, else_expr, endif_expr, .. }) => {
            let end = strips(endif_expr.strip).0;
            match else_expr {
                None => vec![(&if_expr.template, (strips(if_expr.strip).1, end))],
                Some(other) => vec![
                    (&if_expr.template, (strips(if_expr.strip).1, strips(other.strip).0)),
                    (&other.template, (strips(other.strip).1, end)),
                ],
            }
        }
        Directive::For(ForDirective { for_expr, endfor_expr, .. }) => {
            vec![(&for_expr.template, (strips(for_expr.strip).1, strips(endfor_expr.strip).0))]
        }
    }
}

/// What is left of each line of the literals of a heredoc or file, by the byte where the line starts.
#[derive(Default)]
struct Layout {
    lines: HashMap<usize, Range<usize>>,
}

/// A step through a template in the order of the text.
enum Step {
    /// A part of a literal that ends with its line or earlier, by the byte where it starts.
    Line(usize),
    /// Anything else.
    Other,
}

impl Layout {
    fn of(elements: &[&Element], text: &str, is_flush: bool) -> Self {
        let (mut layout, mut steps) = (Self::default(), Vec::new());
        layout.add(elements, text, (false, false), &mut steps);
        if is_flush {
            layout.flush(text, &steps);
        }
        layout
    }

    fn add(&mut self, elements: &[&Element], text: &str, ends: (bool, bool), steps: &mut Vec<Step>) {
        for (at, element) in elements.iter().enumerate() {
            match element {
                Element::Literal(literal) => {
                    let span = literal.span().unwrap_or_default();
                    let starts = at.checked_sub(1).map_or(ends.0, |before| outer_strips(elements[before]).1);
                    let ends_stripped = elements.get(at + 1).map_or(ends.1, |after| outer_strips(after).0);
                    let lines = lines(text, &span);
                    let last = lines.len().saturating_sub(1);
                    for (number, mut line) in lines.into_iter().enumerate() {
                        let start = line.start;
                        // Only the nearest line is stripped.
                        if starts && number == 0 {
                            line.start = line.end - text[line.clone()].trim_start().len();
                        }
                        if ends_stripped && number == last {
                            line.end = line.start + text[line.clone()].trim_end().len();
                        }
                        self.lines.insert(start, line);
                        steps.push(Step::Line(start));
                    }
                }
                Element::Interpolation(_) => steps.push(Step::Other),
                Element::Directive(directive) => {
                    steps.push(Step::Other);
                    for (template, ends) in inner(directive) {
                        self.add(&template.iter().collect::<Vec<_>>(), text, ends, steps);
                        steps.push(Step::Other);
                    }
                }
            }
        }
    }

    /// Takes the indent that all lines have away.
    fn flush(&mut self, text: &str, steps: &[Step]) {
        let (mut indent, mut starts_line, mut indented) = (usize::MAX, true, Vec::new());
        for step in steps {
            let Step::Line(start) = step else {
                if starts_line {
                    indent = 0;
                }
                starts_line = false;
                continue;
            };
            let line = &text[self.lines[start].clone()];
            if starts_line {
                starts_line = false;
                let is_blank = line.ends_with('\n') && line.trim().is_empty();
                if !is_blank {
                    indent = indent.min(line.chars().take_while(|one| one.is_whitespace()).count());
                    indented.push(*start);
                }
            }
            starts_line |= line.ends_with('\n');
        }
        for start in indented {
            if let Some(line) = self.lines.get_mut(&start) {
                line.start += text[line.clone()].chars().take(indent).map(char::len_utf8).sum::<usize>();
            }
        }
    }
}

/// The lines of a literal, each with its end.
fn lines(text: &str, span: &Range<usize>) -> Vec<Range<usize>> {
    let mut start = span.start;
    let lines = text.get(span.clone()).unwrap_or_default().split_inclusive('\n').map(|line| {
        let line = start..start + line.len();
        start = line.end;
        line
    });
    lines.collect()
}

/// The text of a quoted string.
fn unescaped(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        let code = |length: usize| {
            let digits = rest.get(at + 2..at + 2 + length)?;
            char::from_u32(u32::from_str_radix(digits, 16).ok()?)
        };
        let (made, length) = match after.next() {
            Some('n') => ('\n', 1),
            Some('r') => ('\r', 1),
            Some('t') => ('\t', 1),
            Some('u') => (code(4).unwrap_or('\u{fffd}'), 5),
            Some('U') => (code(8).unwrap_or('\u{fffd}'), 9),
            Some(other) => (other, other.len_utf8()),
            None => ('\\', 0),
        };
        text.push(made);
        rest = rest.get(at + 1 + length..).unwrap_or_default();
    }
    text.push_str(rest);
    text.replace("$${", "${").replace("%%{", "%{")
}

struct Writer<'w> {
    evaluator: &'w dyn Expressions,
    /// Of a heredoc or file.
    layout: Option<&'w Layout>,
    source: &'w Source,
}

impl Writer<'_> {
    /// A template that is one interpolation and nothing else is its value.
    fn value(&self, elements: &[&Element], around: Around<'_>) -> Evaluated<Value> {
        if let [Element::Interpolation(only)] = elements {
            return self.evaluator.evaluate(&only.expr, around);
        }
        Ok(self.text(elements, around)?.unwrap_or_else(Value::unknown))
    }

    fn text(&self, elements: &[&Element], around: Around<'_>) -> Evaluated<Result<Value, Unstated>> {
        let mut builder = TextBuilder::default();
        let written = self.write(elements, (false, false), around, &mut builder)?;
        Ok(written.map(|()| Kind::String(builder.finish()).into()))
    }

    fn write(
        &self,
        elements: &[&Element],
        ends: (bool, bool),
        around: Around<'_>,
        builder: &mut TextBuilder,
    ) -> Evaluated<Result<(), Unstated>> {
        let mut written = Ok(());
        for (at, element) in elements.iter().enumerate() {
            let before = builder.len();
            let one = match element {
                Element::Literal(literal) => {
                    let starts = at.checked_sub(1).map_or(ends.0, |before| outer_strips(elements[before]).1);
                    let stops = elements.get(at + 1).map_or(ends.1, |after| outer_strips(after).0);
                    self.literal(literal, literal.span().unwrap_or_default(), (starts, stops), builder);
                    Ok(())
                }
                Element::Interpolation(interpolation) => {
                    let value = self.evaluator.evaluate(&interpolation.expr, around)?;
                    self.interpolate(&value, builder)?
                }
                Element::Directive(directive) => self.direct(directive, around, builder)?,
            };
            // What comes later may still be refused.
            written = written.and(one);
            if !self.evaluator.names().effort().spend(builder.len() - before) {
                return Ok(Err(Untold::Expression));
            }
        }
        Ok(written)
    }

    fn literal(&self, text: &str, span: Range<usize>, strips: (bool, bool), builder: &mut TextBuilder) {
        let whole = self.evaluator.document().text;
        let Some(layout) = self.layout else {
            // `hcl-edit` leaves escapes within directives as they are.
            let is_raw = text.contains('\\') && whole.get(span.clone()) == Some(text);
            let unescaped = if is_raw { unescaped(text) } else { text.to_owned() };
            let (mut text, mut span) = (unescaped.as_str(), span);
            if strips.0 {
                span.start += text.len() - text.trim_start().len();
                text = text.trim_start();
            }
            if strips.1 {
                span.end = span.end.saturating_sub(text.len() - text.trim_end().len());
                text = text.trim_end();
            }
            return push_literal(self.evaluator, builder, text, &span);
        };
        for line in lines(whole, &span) {
            let left = layout.lines.get(&line.start).cloned().unwrap_or(line);
            let text = &whole[left.clone()];
            let is_escaped = text.contains("$${") || text.contains("%%{");
            if is_escaped {
                let text = text.replace("$${", "${").replace("%%{", "%{");
                push_literal(self.evaluator, builder, &text, &left);
            } else {
                push_literal(self.evaluator, builder, text, &left);
            }
        }
    }

    fn interpolate(&self, value: &Value, builder: &mut TextBuilder) -> Evaluated<Result<(), Unstated>> {
        if let Some(why) = value.why_unknown() {
            return Ok(Err(why));
        }
        let text = to_text(value).map_err(|error| error.or_at(self.source))?;
        if let Kind::String(text) = &text.kind {
            builder.push_value(text, &value.source);
        }
        Ok(Ok(()))
    }

    fn direct(
        &self,
        directive: &Directive,
        around: Around<'_>,
        builder: &mut TextBuilder,
    ) -> Evaluated<Result<(), Unstated>> {
        let templates: Vec<(Vec<&Element>, (bool, bool))> =
            inner(directive).into_iter().map(|(template, ends)| (template.iter().collect(), ends)).collect();
        match directive {
            Directive::If(one) => {
                let chosen = match truth(&self.evaluator.evaluate(&one.if_expr.cond_expr, around)?)? {
                    Ok(true) => templates.first(),
                    Ok(false) => templates.get(1),
                    Err(why) => return Ok(Err(why)),
                };
                chosen.map_or(Ok(Ok(())), |(elements, ends)| self.write(elements, *ends, around, builder))
            }
            Directive::For(one) => {
                let collection = self.evaluator.evaluate(&one.for_expr.collection_expr, around)?;
                let found = match pairs(&collection, self.source)? {
                    Ok((found, None)) => found,
                    Ok((_, Some(why))) | Err(why) => return Ok(Err(why)),
                };
                let Some((elements, ends)) = templates.first() else {
                    return Err(error("a `for` without a body", self.source));
                };
                let mut written = Ok(());
                for (key, value) in found {
                    let outer = one.for_expr.key_var.as_ref().map(|name| Bindings {
                        name: name.as_str(),
                        value: &key,
                        outer: around,
                    });
                    let name = one.for_expr.value_var.as_str();
                    let bindings = Bindings { name, value: &value, outer: outer.as_ref().or(around) };
                    written = written.and(self.write(elements, *ends, Some(&bindings), builder)?);
                }
                Ok(written)
            }
        }
    }
}
