//! Bytes as text: encodings, lines, columns. Knows nothing of JSON.

mod encoding;
mod excerpt;
mod line_hash;
mod lines;
mod splice;

pub use encoding::{DecodeError, DecodeProblem, Encoding, Text, decode};
pub use excerpt::{Excerpt, ExcerptLine, Showing};
pub use line_hash::{LineHashes, line_hashes};
pub(crate) use lines::whole_characters;
pub use lines::{Lines, Position};
pub use splice::splice;
