//! The values that files and arguments give to the variables of a root.
//!
//! <https://developer.hashicorp.com/terraform/language/values/variables#variable-definition-precedence>

use super::error::{Error, Evaluated, error};
use super::expression::Evaluator;
use super::files::{Files, NoFiles};
use super::scope::{Document, Effort, Expressions, Names, Place};
use super::source::Source;
use super::value::{Handle, Value};
use super::written::{Content, File, Written};
use crate::syntax::{Pointer, Untold};
use hcl_edit::expr::Expression;
use hcl_edit::structure::Structure;
use std::collections::BTreeMap;
use std::sync::Arc;

/// When Terraform takes the values of a file. Later ones go over earlier ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Assignment {
    /// Always: `terraform.tfvars`.
    Always,
    /// Always, after the one in HCL: `terraform.tfvars.json`.
    AlwaysJson,
    /// Always, in the order of their names: `*.auto.tfvars`.
    Automatic,
    /// Because the command line names it, in that order.
    Told(usize),
    /// If somebody names it: `prod.tfvars`.
    Perhaps,
}

impl Assignment {
    /// By the name of a file; none if it gives no values.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "terraform.tfvars" => Some(Self::Always),
            "terraform.tfvars.json" => Some(Self::AlwaysJson),
            name if name.ends_with(".auto.tfvars") || name.ends_with(".auto.tfvars.json") => Some(Self::Automatic),
            name if name.ends_with(".tfvars") || name.ends_with(".tfvars.json") => Some(Self::Perhaps),
            _ => None,
        }
    }
}

/// What gives a variable its value.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// The value that it is given.
    pub value: Option<Value>,
    /// The values that files have which nobody names, and somebody may.
    pub perhaps: Vec<Value>,
}

/// The values of variables.
///
/// `files` are those of the root and of folders below it, each with its name; those that count come in Terraform's order.
#[must_use]
pub fn inputs<'f>(files: &[(Assignment, &str, File<'f>)]) -> (BTreeMap<&'f str, Input>, Vec<Error>) {
    let mut ordered: Vec<&(Assignment, &str, File<'f>)> = files.iter().collect();
    ordered.sort_by_key(|(when, name, file)| (*when, *name, file.index));
    let names = Literals { effort: Effort::default() };
    let (mut values, mut errors): (BTreeMap<&str, Input>, _) = (BTreeMap::new(), Vec::new());
    for (when, _, file) in ordered {
        for (name, written) in given(file) {
            let value = written.literal(&names).unwrap_or_else(|error| {
                errors.push(*error);
                Value::unknown(Untold::Expression)
            });
            let input = values.entry(name).or_default();
            match when {
                Assignment::Always | Assignment::AlwaysJson | Assignment::Automatic | Assignment::Told(_) => {
                    input.value = Some(value);
                }
                Assignment::Perhaps => input.perhaps.push(value),
            }
        }
    }
    (values, errors)
}

/// The value of an expression without names.
///
/// # Errors
/// If Terraform refuses it.
pub(super) fn literal(text: &str) -> Evaluated<Value> {
    let names = Literals { effort: Effort::default() };
    let refused = || error(format!("{text:?} is no expression"), &Source::None);
    let expression: Expression = text.trim().parse().map_err(|_| refused())?;
    let document = Document { text: text.trim(), place: Place::Value(&Source::None) };
    Evaluator { names: &names, document }.evaluate(&expression, None)
}

/// A file of values has no names and calls no functions.
struct Literals {
    effort: Effort,
}

impl Names for Literals {
    fn look_up(&self, _: &str, _: &[&str]) -> Evaluated<Option<(Value, usize)>> {
        Ok(None)
    }

    fn attribute(&self, _: &Handle, _: &str, _: &Source) -> Evaluated<Value> {
        Ok(Value::unknown(Untold::Expression))
    }

    fn files(&self) -> &dyn Files {
        &NoFiles
    }

    fn effort(&self) -> &Effort {
        &self.effort
    }

    fn takes_functions(&self) -> bool {
        false
    }
}

/// The values that a file gives to variables: name and expression.
#[must_use]
fn given<'f>(file: &File<'f>) -> Vec<(&'f str, Written<'f>)> {
    match file.content {
        Content::Hcl(text, body) => {
            let document = Document { text, place: Place::File(file.index) };
            let attributes = body.iter().filter_map(Structure::as_attribute);
            attributes.map(|one| (one.key.as_str(), Written::Hcl(document, &one.value))).collect()
        }
        Content::Json(root) => {
            let member = |(name, node): &'f (std::borrow::Cow<'static, str>, crate::syntax::Node<'static>)| {
                let pointer = Arc::new(Pointer::root().key(name));
                (name.as_ref(), Written::Json(file.index, node, pointer))
            };
            root.members.iter().map(member).collect()
        }
    }
}
