//! How much findings weigh, and how strict a run is.

use crate::finding::Level;
use serde::Deserialize;

/// A rule's level, as the configuration sets it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RuleLevel {
    /// Its findings are not reported.
    Off,
    /// Hygiene.
    Info,
    /// An administrator should look at it.
    Warning,
    /// The gate closes.
    Error,
}

impl RuleLevel {
    /// The level of its findings; none if they are not reported.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Off => None,
            Self::Info => Some(Level::Info),
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
        }
    }
}

/// How strict a run is where the command line does not say.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// Errors fail, information is not shown.
    #[default]
    Default,
    /// Warnings fail, too, and everything is shown.
    Strict,
}
