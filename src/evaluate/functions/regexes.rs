//! Regular expressions, in the syntax of Go, whose classes `\d`, `\s` and `\w` are ASCII.

use super::strings::made;
use super::{Call, Function, Takes, strict};
use crate::evaluate::error::Evaluated;
use crate::evaluate::value::{Kind, SequenceKind, Type, Value};
use crate::syntax::Untold;
use regex::{Captures, Regex};
use std::sync::Arc;

pub(super) fn function(name: &str) -> Option<Function> {
    const TWO_TEXTS: &[Takes] = &[Takes::Text, Takes::Text];
    Some(match name {
        "regex" => strict(TWO_TEXTS, |call| {
            let regex = compile(call, call.text(0))?;
            let found = regex.captures(call.text(1)).map(|captures| groups(&regex, &captures));
            found.ok_or_else(|| call.refused("nothing matches"))
        }),
        "regexall" => strict(TWO_TEXTS, |call| {
            let regex = compile(call, call.text(0))?;
            let all: Vec<Value> = regex.captures_iter(call.text(1)).map(|captures| groups(&regex, &captures)).collect();
            let of = all.first().map_or(Type::Any, Value::type_of);
            Ok(Value::sequence(SequenceKind::List(of), all, None))
        }),
        "replace" => strict(&[Takes::Text, Takes::Text, Takes::Text], replace),
        _ => return None,
    })
}

/// The whole match, the list of its groups, or an object of those that have names.
fn groups(regex: &Regex, captures: &Captures<'_>) -> Value {
    let value = |index: usize| captures.get(index).map_or(Kind::Null.into(), |found| Value::string(found.as_str()));
    let names: Vec<Option<&str>> = regex.capture_names().collect();
    if names.len() == 1 {
        value(0)
    } else if names.iter().any(Option::is_some) {
        let members = names.iter().enumerate().filter_map(|(index, name)| Some((Arc::from((*name)?), value(index))));
        Value::object(members)
    } else {
        Value::tuple((1..names.len()).map(value).collect())
    }
}

fn replace(call: &Call<'_>) -> Evaluated<Value> {
    let (text, wanted, with) = (call.text(0), call.text(1), call.text(2));
    let is_regex = wanted.len() > 1 && wanted.starts_with('/') && wanted.ends_with('/');
    if is_regex {
        let regex = compile(call, &wanted[1..wanted.len() - 1])?;
        // Each group may stand for all of the text.
        let each = with.len().saturating_add(with.matches('$').count().saturating_mul(text.len()));
        let most = regex.find_iter(text).count().saturating_mul(each);
        if !call.names.effort().allows_text(most) {
            return Ok(Value::unknown(Untold::Expression));
        }
        return Ok(made(call, &regex.replace_all(text, with)));
    }
    let most = text.matches(wanted).count().saturating_mul(with.len());
    if !call.names.effort().allows_text(most) {
        return Ok(Value::unknown(Untold::Expression));
    }
    Ok(made(call, &text.replace(wanted, with)))
}

fn compile(call: &Call<'_>, pattern: &str) -> Evaluated<Regex> {
    // Both engines take time in proportion to the text, and memory in proportion to the pattern.
    let mut names = pattern.matches("(?P<").count() + pattern.matches("(?<").count();
    if names > 0 {
        // Go wants all groups to have names, or none.
        let groups = Regex::new(&ascii_classes(pattern)).map_or(0, |regex| regex.captures_len() - 1);
        names = names.min(groups);
        if names < groups {
            return Err(call.refused("either all groups have names, or none has"));
        }
    }
    let regex = regex::RegexBuilder::new(&ascii_classes(pattern)).size_limit(1 << 20).build();
    regex.map_err(|_| call.refused(format!("{pattern:?} is no regular expression")))
}

/// The pattern with the classes of Go.
fn ascii_classes(pattern: &str) -> String {
    let mut made = String::with_capacity(pattern.len());
    let (mut characters, mut in_class) = (pattern.chars(), false);
    while let Some(one) = characters.next() {
        if one != '\\' {
            in_class = match one {
                '[' => true,
                ']' => false,
                _ => in_class,
            };
            made.push(one);
            continue;
        }
        let bare = match characters.next() {
            Some('d') => "0-9",
            Some('w') => "0-9A-Za-z_",
            Some('s') => r"\t\n\f\r ",
            Some('D') if !in_class => "^0-9",
            Some('W') if !in_class => "^0-9A-Za-z_",
            Some('S') if !in_class => r"^\t\n\f\r ",
            Some('b') if !in_class => {
                made.push_str(r"(?-u:\b)");
                continue;
            }
            Some(other) => {
                made.push('\\');
                made.push(other);
                continue;
            }
            None => {
                made.push('\\');
                continue;
            }
        };
        if in_class { made.push_str(bare) } else { made.push_str(&format!("[{bare}]")) }
    }
    made
}
