//! JSON, YAML and CSV to values that know where they stand.

mod csv;
mod json;
mod yaml;

pub(super) use csv::decode as csv;
pub(super) use json::decode as json;
pub use yaml::Ahead;
pub(super) use yaml::decode as yaml;
