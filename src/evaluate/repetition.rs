//! `count` and `for_each`.
//!
//! <https://developer.hashicorp.com/terraform/language/meta-arguments/for_each>

use super::value::{Key, Value};
use crate::syntax::Untold;
use std::sync::Arc;

/// What `each` and `count` are for an instance.
#[derive(Clone)]
pub(super) enum Repetition {
    /// There is one, and neither of them.
    Once,
    /// `count.index`
    Count(usize),
    /// `each.key` and `each.value`
    Each(Arc<(Value, Value)>),
    /// They are not known.
    Unknown(Untold),
}

impl Repetition {
    pub(super) fn key(&self) -> Value {
        match self {
            Self::Each(each) => each.0.clone(),
            Self::Unknown(why) => Value::unknown(*why),
            Self::Once | Self::Count(_) => Value::unknown(Untold::ForEach),
        }
    }

    pub(super) fn value(&self) -> Value {
        match self {
            Self::Each(each) => each.1.clone(),
            Self::Unknown(why) => Value::unknown(*why),
            Self::Once | Self::Count(_) => Value::unknown(Untold::ForEach),
        }
    }

    pub(super) fn index(&self) -> Value {
        match self {
            Self::Count(index) => Value::number(*index),
            Self::Unknown(why) => Value::unknown(*why),
            Self::Once | Self::Each(_) => Value::unknown(Untold::Count),
        }
    }
}

/// How often there is something.
pub(super) struct Expansion {
    /// Those that are known to exist.
    pub(super) known: Vec<(Option<Key>, Repetition)>,
    /// There may be others, and why that is not known.
    pub(super) rest: Option<Untold>,
    /// It has `count` or `for_each`.
    pub(super) is_repeated: bool,
    /// It has `for_each`.
    pub(super) is_keyed: bool,
}

impl Expansion {
    pub(super) fn once() -> Self {
        Self { known: vec![(None, Repetition::Once)], rest: None, is_repeated: false, is_keyed: false }
    }

    pub(super) fn counted(count: usize) -> Self {
        let known = (0..count).map(|index| (Some(Key::Number(index)), Repetition::Count(index)));
        Self { known: known.collect(), rest: None, is_repeated: true, is_keyed: false }
    }

    pub(super) fn unknown(why: Untold) -> Self {
        Self { known: Vec::new(), rest: Some(why), is_repeated: true, is_keyed: false }
    }
}
