//! JSON as nodes in the order of the file, and the way back from a pointer to the characters it names.
//!
//! Parsing keeps no positions: a document without findings does not pay for them. [`Locator`] finds them again for the
//! few places a finding points at.

mod effort;
mod embedded;
mod error;
mod hcl;
mod locate;
mod node;
mod node_span;
mod parse;
mod pointer;
mod remark;

pub use effort::check_template_effort;
pub use error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
pub use hcl::{BLOCKS, is_hcl, parse_hcl};
pub use locate::Locator;
pub use node::{Node, Object, Untold, is_annotation};
pub use node_span::NodeSpan;
pub use parse::{Outline, parse, parse_outline, parse_without};
pub use pointer::Pointer;
pub use remark::{Remark, remarks};
