//! What names mean where an expression stands, and how much may be evaluated.

use super::error::Evaluated;
use super::files::Files;
use super::source::Source;
use super::value::{Handle, Value};
use crate::id::FileIndex;
use crate::syntax::Untold;
use hcl_edit::expr::Expression;
use std::cell::Cell;
use std::ops::Range;

/// Values and characters that are made for one root before the rest is left unknown.
pub(super) const MAX_EFFORT: usize = 4_000_000;

/// Values that one value consists of.
const MAX_WEIGHT: usize = 1_000_000;

/// Bytes of one string.
const MAX_TEXT: usize = 4 << 20;

/// Evaluations within evaluations, where nobody says otherwise.
const MAX_DEPTH: usize = 100;

/// Where the variables of `for` expressions are.
pub type Around<'b> = Option<&'b Bindings<'b>>;

/// The expressions of one text.
pub trait Expressions {
    /// The value of an expression.
    ///
    /// # Errors
    /// If Terraform refuses it.
    fn evaluate(&self, expression: &Expression, around: Around<'_>) -> Evaluated<Value>;

    /// The text.
    fn document(&self) -> Document<'_>;

    /// What names mean.
    fn names(&self) -> &dyn Names;
}

/// What names mean.
pub trait Names {
    /// What `name`, followed by these attributes, stands for, and how many of the attributes that includes. None if the
    /// name is not known here.
    ///
    /// # Errors
    /// If Terraform refuses what it stands for.
    fn look_up(&self, name: &str, attributes: &[&str]) -> Evaluated<Option<(Value, usize)>>;

    /// An attribute of a module or resource.
    ///
    /// # Errors
    /// If there is none, or Terraform refuses its value.
    fn attribute(&self, of: &Handle, name: &str, source: &Source) -> Evaluated<Value>;

    /// The files that expressions may read.
    fn files(&self) -> &dyn Files;

    /// What has been spent so far.
    fn effort(&self) -> &Effort;

    /// Whether functions may be called: among the values of variables, none may.
    fn takes_functions(&self) -> bool {
        true
    }

    /// Whether functions may read templates: a template may not.
    fn takes_templates(&self) -> bool {
        true
    }
}

/// How much has been evaluated. It is counted, so that the same input always ends at the same point.
#[derive(Debug)]
pub struct Effort {
    spent: Cell<usize>,
    depth: Cell<usize>,
    max_depth: usize,
    is_too_deep: Cell<bool>,
    is_exhausted: Cell<bool>,
    unknowns: Cell<usize>,
}

impl Default for Effort {
    fn default() -> Self {
        Self::up_to(MAX_DEPTH)
    }
}

impl Effort {
    /// Nothing is spent. So many evaluations may be within one another.
    #[must_use]
    pub fn up_to(max_depth: usize) -> Self {
        Self {
            spent: Cell::new(0),
            depth: Cell::new(0),
            max_depth,
            is_too_deep: Cell::new(false),
            is_exhausted: Cell::new(false),
            unknowns: Cell::new(0),
        }
    }

    /// Notes that an expression is not stated.
    pub fn note_unknown(&self) {
        self.unknowns.set(self.unknowns.get() + 1);
    }

    /// How many expressions were not stated so far.
    #[must_use]
    pub fn unknowns(&self) -> usize {
        self.unknowns.get()
    }

    /// The same as before: what somebody else depends on does not count here.
    pub fn reset_unknowns(&self, to: usize) {
        self.unknowns.set(to);
    }

    /// Notes that something is left out.
    pub fn exhaust(&self) {
        self.is_exhausted.set(true);
    }

    /// Notes that so many values or characters are made. False once that is too much.
    pub fn spend(&self, amount: usize) -> bool {
        self.spent.set(self.spent.get().saturating_add(amount));
        if self.spent.get() > MAX_EFFORT {
            self.is_exhausted.set(true);
        }
        !self.is_exhausted.get()
    }

    /// What has been spent so far.
    #[must_use]
    pub fn spent(&self) -> usize {
        self.spent.get()
    }

    /// Whether so much can be spent without anything being left out. Unlike [`Self::allows`] it only asks.
    #[must_use]
    pub fn has_room(&self, amount: usize) -> bool {
        !self.is_exhausted.get() && self.spent.get().saturating_add(amount) <= MAX_EFFORT
    }

    /// Whether a string may have so many bytes.
    pub fn allows_text(&self, bytes: usize) -> bool {
        if bytes > MAX_TEXT {
            self.is_exhausted.set(true);
        }
        !self.is_exhausted.get()
    }

    /// Whether so many more would be too much; nothing is made in that case.
    pub fn allows(&self, amount: usize) -> bool {
        if self.spent.get().saturating_add(amount) > MAX_EFFORT {
            self.is_exhausted.set(true);
        }
        !self.is_exhausted.get()
    }

    /// A value, or unknown if it consists of more values than anybody should go through.
    pub fn within_bounds(&self, value: Value) -> Value {
        if value.weight() <= MAX_WEIGHT && value.as_str().is_none_or(|text| text.len() <= MAX_TEXT) {
            return value;
        }
        self.is_exhausted.set(true);
        Value::unknown(Untold::Expression).at(value.source)
    }

    /// Goes one level deeper, unless that is too deep.
    pub fn nested<T>(&self, inner: impl FnOnce() -> T) -> Option<T> {
        if self.depth.get() >= self.max_depth {
            self.is_too_deep.set(true);
            self.is_exhausted.set(true);
            return None;
        }
        self.depth.set(self.depth.get() + 1);
        let result = inner();
        self.depth.set(self.depth.get() - 1);
        Some(result)
    }

    /// Whether it was too deep at some point. On a larger stack it may not be.
    #[must_use]
    pub fn is_too_deep(&self) -> bool {
        self.is_too_deep.get()
    }

    /// Whether it was too much at some point, so that something is left unknown.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.is_exhausted.get()
    }
}

/// The text that an expression stands in.
#[derive(Debug, Clone, Copy)]
pub struct Document<'d> {
    /// The text that spans count in.
    pub text: &'d str,
    /// Where it is.
    pub place: Place<'d>,
}

/// Where a text is.
#[derive(Debug, Clone, Copy)]
pub enum Place<'d> {
    /// It is a file.
    File(FileIndex),
    /// It is the text of a value that stands here.
    Value(&'d Source),
}

impl Document<'_> {
    /// The place of a part.
    #[must_use]
    pub fn source(&self, span: Option<Range<usize>>) -> Source {
        match (self.place, span) {
            (Place::File(file), Some(span)) => Source::Bytes(file, span),
            (Place::File(_), None) => Source::None,
            (Place::Value(source), _) => source.clone(),
        }
    }
}

/// A variable of a `for` expression, and those around it.
#[derive(Debug, Clone, Copy)]
pub struct Bindings<'b> {
    /// Its name.
    pub name: &'b str,
    /// Its value.
    pub value: &'b Value,
    /// Those around it.
    pub outer: Option<&'b Bindings<'b>>,
}

impl Bindings<'_> {
    /// The value of the innermost variable of a name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        if self.name == name { Some(self.value) } else { self.outer?.get(name) }
    }
}
