//! Terraform's functions.
//!
//! <https://developer.hashicorp.com/terraform/language/functions>

mod bounds;
mod collections;
mod dates;
mod encoding;
mod files;
mod format;
mod hashes;
mod lists;
mod maps;
mod network;
mod numbers;
mod regexes;
mod sets;
mod strings;
mod types;

use super::error::{Evaluated, error};
use super::number::Number;
use super::scope::{Document, Names};
use super::source::Source;
use super::text::Text;
use super::types::convert;
use super::value::{Kind, Sequence, Type, Value};
use crate::syntax::Untold;

/// A call with its arguments.
struct Call<'c> {
    name: &'c str,
    arguments: &'c [Value],
    names: &'c dyn Names,
    source: &'c Source,
    render: Render,
}

/// Evaluates a text as a template.
pub(super) type Render = fn(Document<'_>, &dyn Names, &Source) -> Evaluated<Value>;

/// What a function takes for an argument, once that is stated in all its parts.
#[derive(Clone, Copy)]
enum Takes {
    Text,
    Number,
    Texts,
    Lists,
    Any,
}

/// How a function is called.
enum Function {
    /// Only with arguments that are stated in all their parts; what is not stated makes the result unknown.
    Strict { takes: &'static [Takes], further: Option<Takes>, make: fn(&Call<'_>) -> Evaluated<Value> },
    /// With what there is: the function knows what it makes of the rest.
    Lenient { least: usize, most: usize, make: fn(&Call<'_>) -> Evaluated<Value> },
    /// Its result is for Terraform to say.
    Unknown,
}

/// Any number of arguments.
const MANY: usize = usize::MAX;

const fn strict(takes: &'static [Takes], make: fn(&Call<'_>) -> Evaluated<Value>) -> Function {
    Function::Strict { takes, further: None, make }
}

const fn variadic(takes: &'static [Takes], further: Takes, make: fn(&Call<'_>) -> Evaluated<Value>) -> Function {
    Function::Strict { takes, further: Some(further), make }
}

const fn lenient(least: usize, most: usize, make: fn(&Call<'_>) -> Evaluated<Value>) -> Function {
    Function::Lenient { least, most, make }
}

/// The function of a name. Of a name that is not known nobody can say that Terraform refuses it: it may be newer.
fn function(name: &str) -> Function {
    let families = [
        numbers::function,
        strings::function,
        regexes::function,
        format::function,
        collections::function,
        lists::function,
        maps::function,
        sets::function,
        types::function,
        encoding::function,
        dates::function,
        hashes::function,
        network::function,
        files::function,
    ];
    families.iter().find_map(|family| family(name)).unwrap_or(Function::Unknown)
}

/// Calls a function.
///
/// # Errors
/// If Terraform refuses the arguments.
pub(super) fn call(
    name: &str,
    arguments: &[Value],
    names: &dyn Names,
    source: &Source,
    render: Render,
) -> Evaluated<Value> {
    let refused = |why: &str| error(format!("{name} {why}"), source);
    match function(name) {
        Function::Unknown => Ok(Value::unknown(Untold::Expression)),
        Function::Lenient { least, most, make } => {
            if arguments.len() < least || arguments.len() > most {
                return Err(refused("takes another number of arguments"));
            }
            let call = Call { name, arguments, names, source, render };
            bounds::bounded(&call, make)
        }
        Function::Strict { takes, further, make } => {
            let is_right = arguments.len() == takes.len() || (further.is_some() && arguments.len() > takes.len());
            if !is_right {
                let why = arguments.iter().find_map(Value::why_unknown);
                return why
                    .map_or_else(|| Err(refused("takes another number of arguments")), |why| Ok(Value::unknown(why)));
            }
            let kinds = takes.iter().copied().chain(further.into_iter().cycle());
            let mut converted = Vec::with_capacity(arguments.len());
            let mut unknown = None;
            for (argument, kind) in arguments.iter().zip(kinds) {
                if argument.is_null() && !matches!(kind, Takes::Any) {
                    return Err(refused("takes no null"));
                }
                unknown = unknown.or(argument.why_partly_unknown());
                converted.push(match kind {
                    Takes::Any => argument.clone(),
                    Takes::Text => convert(argument, &Type::String)?,
                    Takes::Number => convert(argument, &Type::Number)?,
                    Takes::Texts => convert(argument, &Type::List(Box::new(Type::String)))?,
                    Takes::Lists => convert(argument, &Type::List(Box::new(Type::Any)))?,
                });
            }
            if let Some(why) = unknown {
                return Ok(Value::unknown(why));
            }
            // Each argument has been gone through.
            if !names.effort().spend(converted.iter().map(Value::weight).fold(0, usize::saturating_add)) {
                return Ok(Value::unknown(Untold::Expression));
            }
            let call = Call { name, arguments: &converted, names, source, render };
            bounds::bounded(&call, make)
        }
    }
}

impl Call<'_> {
    fn refused(&self, why: impl std::fmt::Display) -> Box<super::error::Error> {
        error(format!("{}: {why}", self.name), self.source)
    }

    /// A string among the arguments of a strict function.
    fn text(&self, index: usize) -> &str {
        self.arguments.get(index).and_then(Value::as_str).unwrap_or_default()
    }

    /// The same with the places that carry its parts.
    fn placed_text(&self, index: usize) -> Text {
        match self.arguments.get(index).map(|argument| &argument.kind) {
            Some(Kind::String(text)) => text.clone(),
            _ => Text::from(""),
        }
    }

    /// A number among the arguments of a strict function.
    fn number(&self, index: usize) -> Evaluated<&Number> {
        match self.arguments.get(index).map(|argument| &argument.kind) {
            Some(Kind::Number(number)) => Ok(number),
            _ => Err(self.refused("a number is required")),
        }
    }

    /// A whole number among the arguments of a strict function.
    fn whole(&self, index: usize) -> Evaluated<i64> {
        self.number(index)?.as_i64().ok_or_else(|| self.refused("a whole number is required"))
    }

    /// A list among the arguments of a strict function.
    fn list(&self, index: usize) -> Evaluated<&Sequence> {
        match self.arguments.get(index).map(|argument| &argument.kind) {
            Some(Kind::Sequence(sequence)) => Ok(sequence),
            _ => Err(self.refused("a list is required")),
        }
    }

    /// The strings of a list among the arguments of a strict function.
    fn texts(&self, index: usize) -> Evaluated<Vec<&str>> {
        let texts = self.list(index)?.elements.iter();
        texts.map(|one| one.as_str().ok_or_else(|| self.refused("null is in the list"))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_families_have_a_function_of_one_name() {
        for name in ["length", "keys", "lookup", "join", "regex", "file", "cidrhost", "tolist", "sum", "sort"] {
            assert!(!matches!(function(name), Function::Unknown), "{name}");
        }
        assert!(matches!(function("newer"), Function::Unknown));
    }
}
