//! Why a text cannot be read.

/// Levels of arrays and objects that are read; deeper documents are refused.
pub const MAX_DEPTH: usize = 128;

/// Why a text is not JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SyntaxProblem {
    /// Nothing but white space.
    Empty,
    /// More than [`MAX_DEPTH`] levels.
    TooDeep,
    /// The text stops in the middle of a value.
    CutOff,
    /// Anything else, in `serde_json`'s words.
    Invalid(String),
    /// The text is no HCL, in `hcl-edit`'s words.
    InvalidHcl(String),
    /// The text is no YAML, in `saphyr-parser`'s words.
    InvalidYaml(String),
    /// A PowerShell hashtable or a Bicep object is not closed, or something else stands where a value belongs.
    InvalidLiteral(&'static str),
}

/// A text that is not JSON, and where that shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyntaxError {
    /// What is wrong.
    pub problem: SyntaxProblem,
    /// Byte offset of the first invalid character.
    pub at: usize,
}
