//! JSON, and other notations, as nodes in the order of the file, and the way back from a pointer to the characters it names.
//!
//! Parsing keeps no positions: a document without findings does not pay for them. [`Locator`] finds them again for the
//! few places a finding points at.

mod bicep;
mod cursor;
mod effort;
mod embedded;
mod error;
mod hcl;
mod locate;
mod node;
mod node_span;
mod notation;
mod parse;
mod pointer;
mod powershell;
mod relaxed;
mod remark;
mod rewrite;
mod spot;
mod toml_entry;
mod yaml;

pub use effort::check_template_effort;
pub use error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
pub use hcl::{BLOCKS, is_hcl, nodes_of, parse_body, parse_hcl};
pub use locate::Locator;
pub use node::{Node, Object, Untold, is_annotation};
pub use node_span::NodeSpan;
pub use notation::Notation;
pub use parse::{Outline, parse, parse_outline, parse_without};
pub use pointer::Pointer;
pub use relaxed::{parse_lines, parse_relaxed};
pub use remark::{Remark, remarks};
pub use rewrite::{Replacement, Rewrite, Unique};
pub use toml_entry::toml_entry;
pub use yaml::parse_yaml;
