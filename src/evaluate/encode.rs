//! Values to JSON, as `jsonencode` writes it.

use super::value::{Kind, Value};
use std::fmt::Write;

/// The JSON of a value that is stated in all its parts. Go escapes what HTML gives a meaning.
pub(super) fn json(value: &Value) -> String {
    let mut text = String::new();
    write(value, &mut text);
    text
}

fn write(value: &Value, out: &mut String) {
    match &value.kind {
        // What is not stated is not encoded; the callers see to that.
        Kind::Null | Kind::Unknown(_) | Kind::Reference(..) | Kind::Handle(_) => out.push_str("null"),
        Kind::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Kind::Number(number) => _ = write!(out, "{number}"),
        Kind::String(text) => quote(text.as_str(), out),
        Kind::Sequence(sequence) => {
            out.push('[');
            for (index, element) in sequence.elements.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(element, out);
            }
            out.push(']');
        }
        Kind::Mapping(mapping) => {
            out.push('{');
            for (index, (name, member)) in mapping.members.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                quote(name, out);
                out.push(':');
                write(&member.value, out);
            }
            out.push('}');
        }
    }
}

fn quote(text: &str, out: &mut String) {
    out.push('"');
    for one in text.chars() {
        match one {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\0'..='\u{1f}' => _ = write!(out, "\\u{:04x}", u32::from(one)),
            one => out.push(one),
        }
    }
    out.push('"');
}
