//! `format` and `formatlist`.
//!
//! <https://developer.hashicorp.com/terraform/language/functions/format>

use super::{Call, Function, MANY, Takes, lenient, variadic};
use crate::evaluate::encode;
use crate::evaluate::error::Evaluated;
use crate::evaluate::number::Number;
use crate::evaluate::text::TextBuilder;
use crate::evaluate::types::convert;
use crate::evaluate::value::{Kind, SequenceKind, Type, Value};
use crate::syntax::Untold;

/// Spaces and digits that one verb may ask for.
const MAX_WIDTH: usize = 1_000;

pub(super) fn function(name: &str) -> Option<Function> {
    Some(match name {
        "format" => variadic(&[Takes::Text], Takes::Any, |call| {
            Ok(formatted(call, &call.arguments[1..])?.unwrap_or_else(|| Value::unknown(Untold::Expression)))
        }),
        "formatlist" => lenient(1, MANY, format_list),
        _ => return None,
    })
}

fn format_list(call: &Call<'_>) -> Evaluated<Value> {
    if let Some(why) = call.arguments.iter().find_map(Value::why_partly_unknown) {
        return Ok(Value::unknown(why));
    }
    let length = |argument: &Value| match &argument.kind {
        Kind::Sequence(sequence) => Some(sequence.elements.len()),
        _ => None,
    };
    let mut lengths = call.arguments[1..].iter().filter_map(length);
    let count = lengths.next();
    if lengths.any(|other| Some(other) != count) {
        return Err(call.refused("all lists must have the same length"));
    }
    let mut made = Vec::new();
    for index in 0..count.unwrap_or(1) {
        let of = |argument: &Value| match &argument.kind {
            Kind::Sequence(sequence) => sequence.elements[index].clone(),
            _ => argument.clone(),
        };
        let arguments: Vec<Value> = call.arguments[1..].iter().map(of).collect();
        match formatted(call, &arguments)? {
            Some(text) => {
                if !call.names.effort().spend(1 + text.as_str().map_or(0, str::len) / 16) {
                    return Ok(Value::unknown(Untold::Expression));
                }
                made.push(text);
            }
            None => return Ok(Value::unknown(Untold::Expression)),
        }
    }
    Ok(Value::sequence(SequenceKind::List(Type::String), made, None))
}

/// A verb with what stands between `%` and it.
#[derive(Default)]
struct Verb {
    plus: bool,
    minus: bool,
    sharp: bool,
    space: bool,
    zero: bool,
    width: Option<usize>,
    precision: Option<usize>,
}

/// The text, or nothing if how a verb lays out its value is not known here.
fn formatted(call: &Call<'_>, arguments: &[Value]) -> Evaluated<Option<Value>> {
    let pattern = call.placed_text(0);
    let text = pattern.as_str();
    let mut builder = TextBuilder::default();
    let (mut at, mut next, mut highest) = (0, 0, 0);
    while let Some(found) = text[at..].find('%') {
        builder.push_new(&text[at..at + found]);
        at += found + 1;
        let mut verb = Verb::default();
        let mut rest = &text[at..];
        while let Some(flag) = rest.chars().next().filter(|one| "+-# 0".contains(*one)) {
            match flag {
                '+' => verb.plus = true,
                '-' => verb.minus = true,
                '#' => verb.sharp = true,
                ' ' => verb.space = true,
                _ => verb.zero = true,
            }
            rest = &rest[1..];
        }
        let digits = |rest: &mut &str| -> Option<usize> {
            let length = rest.len() - rest.trim_start_matches(|one: char| one.is_ascii_digit()).len();
            let number = rest[..length].parse().ok();
            *rest = &rest[length..];
            number
        };
        verb.width = digits(&mut rest);
        if let Some(after) = rest.strip_prefix('.') {
            rest = after;
            verb.precision = Some(digits(&mut rest).unwrap_or(0));
        }
        if let Some(after) = rest.strip_prefix('[') {
            rest = after;
            let number = digits(&mut rest).filter(|number| *number > 0);
            let number = number.ok_or_else(|| call.refused("an argument is counted from 1"))?;
            rest = rest.strip_prefix(']').ok_or_else(|| call.refused("a bracket does not close"))?;
            next = number - 1;
        }
        let Some(letter) = rest.chars().next() else { return Err(call.refused("a verb is missing at the end")) };
        at = text.len() - rest.len() + letter.len_utf8();
        if letter == '%' {
            builder.push_new("%");
            continue;
        }
        if verb.width.max(verb.precision).is_some_and(|width| width > MAX_WIDTH) {
            return Ok(None);
        }
        let argument = arguments.get(next).ok_or_else(|| call.refused("there are more verbs than arguments"))?;
        next += 1;
        highest = highest.max(next);
        match verb.write(call, letter, argument)? {
            None => return Ok(None),
            Some(Written::Argument) => {
                let text = convert(argument, &Type::String)?;
                if let Kind::String(text) = &text.kind {
                    builder.push_value(text, &argument.source);
                }
            }
            Some(Written::Text(text)) => builder.push_new(&text),
        }
        if !call.names.effort().allows_text(builder.len()) {
            return Ok(None);
        }
    }
    builder.push_new(&text[at..]);
    if highest < arguments.len() {
        return Err(call.refused("there are more arguments than verbs"));
    }
    Ok(Some(Kind::String(builder.finish()).into()))
}

enum Written {
    /// The argument as it is, with its places.
    Argument,
    Text(String),
}

impl Verb {
    fn write(&self, call: &Call<'_>, letter: char, argument: &Value) -> Evaluated<Option<Written>> {
        let is_plain = self.width.is_none() && self.precision.is_none();
        let text = |argument: &Value| -> Evaluated<String> {
            if argument.is_null() {
                return Err(call.refused("null has no text"));
            }
            Ok(convert(argument, &Type::String)?.as_str().unwrap_or_default().to_owned())
        };
        let number = |argument: &Value| -> Evaluated<Number> {
            match convert(argument, &Type::Number)?.kind {
                Kind::Number(number) => Ok(number),
                _ => Err(call.refused("a number is required")),
            }
        };
        let made = match letter {
            'v' => match (&argument.kind, self.sharp) {
                (Kind::String(_), false) if is_plain => return Ok(Some(Written::Argument)),
                (Kind::String(text), false) => self.cut(text.as_str()),
                (Kind::Number(number), false) => {
                    // Others are written with an exponent.
                    let is_short = |limit: &str| Number::parse(limit).is_some_and(|limit| number.abs() < limit);
                    if !is_short("1e21") || (number.signum() != 0 && is_short("0.0001")) {
                        return Ok(None);
                    }
                    number.to_string()
                }
                (Kind::Bool(truth), false) => truth.to_string(),
                (Kind::Null, false) => "null".to_owned(),
                _ => encode::json(argument),
            },
            's' if is_plain => {
                text(argument)?;
                return Ok(Some(Written::Argument));
            }
            's' => self.cut(&text(argument)?),
            'q' => serde_json::Value::from(self.cut(&text(argument)?)).to_string(),
            't' => match convert(argument, &Type::Bool)?.kind {
                Kind::Bool(truth) => return Ok(Some(Written::Text(truth.to_string()))),
                _ => return Err(call.refused("a bool is required")),
            },
            'd' | 'b' | 'o' | 'x' | 'X' => {
                if letter != 'd' && matches!(argument.kind, Kind::String(_)) && matches!(letter, 'x' | 'X') {
                    return Ok(None);
                }
                let number = number(argument)?;
                let Some(whole) = number.as_i64() else { return Ok(None) };
                let digits = match letter {
                    'd' => whole.unsigned_abs().to_string(),
                    'b' => format!("{:b}", whole.unsigned_abs()),
                    'o' => format!("{:o}", whole.unsigned_abs()),
                    'x' => format!("{:x}", whole.unsigned_abs()),
                    _ => format!("{:X}", whole.unsigned_abs()),
                };
                if self.sharp || self.precision.is_some() {
                    return Ok(None);
                }
                return Ok(Some(Written::Text(self.padded_number(whole < 0, &digits))));
            }
            'f' => {
                let Some(digits) = number(argument)?.fixed(self.precision.unwrap_or(6)) else { return Ok(None) };
                let (is_negative, digits) =
                    digits.strip_prefix('-').map_or((false, digits.as_str()), |rest| (true, rest));
                return Ok(Some(Written::Text(self.padded_number(is_negative, digits))));
            }
            'e' | 'E' | 'g' | 'G' => return Ok(None),
            _ => return Err(call.refused(format!("%{letter} is no verb"))),
        };
        Ok(Some(Written::Text(self.padded(made))))
    }

    fn cut(&self, text: &str) -> String {
        use unicode_segmentation::UnicodeSegmentation;
        match self.precision {
            Some(length) => text.graphemes(true).take(length).collect(),
            None => text.to_owned(),
        }
    }

    fn padded(&self, text: String) -> String {
        use unicode_segmentation::UnicodeSegmentation;
        let missing = self.width.unwrap_or(0).saturating_sub(text.graphemes(true).count());
        let (spaces, zeros) = (" ".repeat(missing), "0".repeat(missing));
        match (self.minus, self.zero) {
            (true, _) => text + &spaces,
            (false, true) => zeros + &text,
            (false, false) => spaces + &text,
        }
    }

    fn padded_number(&self, is_negative: bool, digits: &str) -> String {
        let sign = match (is_negative, self.plus, self.space) {
            (true, _, _) => "-",
            (false, true, _) => "+",
            (false, false, true) => " ",
            (false, false, false) => "",
        };
        let missing = self.width.unwrap_or(0).saturating_sub(sign.len() + digits.len());
        match (self.minus, self.zero) {
            (true, _) => format!("{sign}{digits}{}", " ".repeat(missing)),
            (false, true) => format!("{sign}{}{digits}", "0".repeat(missing)),
            (false, false) => format!("{}{sign}{digits}", " ".repeat(missing)),
        }
    }
}
