//! The language of Terraform and `OpenTofu`: expressions to values, each of which knows the place that carries it.
//!
//! A value is exact or unknown. What Terraform would refuse is an error, which is something else.

#![allow(clippy::unnecessary_box_returns, reason = "the errors of `Evaluated` are boxed, so that values stay small")]

mod access;
mod body;
mod collection;
mod constraint;
mod decode;
mod encode;
mod error;
mod expression;
mod files;
mod functions;
mod inputs;
mod module;
mod number;
mod operator;
mod repetition;
mod run;
mod scope;
mod source;
mod splat;
mod template;
mod text;
mod types;
mod value;
mod written;

pub use body::{Argument, Body, Nested};
pub use decode::Ahead;
pub use error::{Error, Evaluated, error};
pub use expression::Evaluator;
pub use files::{Contents, Files, Listing, NoFiles};
pub use inputs::{Assignment, Input, inputs};
pub use module::{Module, Resource};
pub use run::{Made, Run, Start};
pub use scope::{Around, Bindings, Document, Effort, Expressions, Names, Place};
pub use source::Source;
pub use types::convert;
pub use value::{
    Attribute, Handle, Key, Kind, Mapping, MappingKind, Member, Members, Sequence, SequenceKind, Type, Value,
};
pub use written::{Block, Content, File, Written};
