//! What verdicts are judged by, beside the files of the tenant.

use time::Date;

/// What a run was told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Basis {
    /// The day that reviews and deadlines are compared with.
    pub today: Date,
    /// The configuration; none if there is none.
    pub configuration: Option<ConfigurationReport>,
    /// The controls that were asked for.
    pub asked: Asked,
    /// Requirements that the configuration adds.
    pub own: usize,
    /// Policies that are judged as if they were on: `report-only`, `all`, and the names or ids of single ones.
    pub assumed_enabled: Vec<String>,
    /// The tenant is in the cloud of the US government.
    pub is_us_government: bool,
    /// Findings are those of the stored queries of controls.
    pub is_stored_query: bool,
}

/// The file of the configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigurationReport {
    /// Its path from the working directory, or as it was given.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal digits.
    pub sha256: String,
}

/// Controls that were asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// Nothing was asked for: the control of this id is judged.
    Nothing(&'static str),
    /// Every control.
    Everything,
    /// Some.
    Some {
        /// Benchmarks, by name and version.
        benchmarks: Vec<String>,
        /// Ids of controls, in addition.
        controls: Vec<&'static str>,
    },
}
