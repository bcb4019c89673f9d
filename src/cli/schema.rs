//! `caplint schema`

use super::error::RunError;
use crate::schema;
use clap::ValueEnum;
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Which schema
    #[arg(value_enum)]
    of: Of,
}

#[derive(Clone, Copy, ValueEnum)]
enum Of {
    /// The configuration, caplint.toml
    Config,
    /// A file of expectations, caplint-test.toml
    Expectations,
    /// The JSON report
    Report,
    /// The JSON report of `caplint replay`
    Replay,
    /// What `caplint benchmarks --format json` writes
    Benchmarks,
    /// What `caplint check --statistics --format json` writes
    Statistics,
    /// A policy with Microsoft Graph's property names
    Policy,
    /// A policy with the property names of the Terraform provider azuread
    Azuread,
    /// A policy with the property names of the Terraform provider microsoft365
    Microsoft365,
    /// A policy with the property names of Microsoft365DSC
    Microsoft365dsc,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let text = match arguments.of {
        Of::Config => schema::CONFIG_SCHEMA,
        Of::Expectations => schema::EXPECTATIONS_SCHEMA,
        Of::Report => schema::REPORT_SCHEMA,
        Of::Replay => schema::REPLAY_SCHEMA,
        Of::Benchmarks => schema::BENCHMARKS_SCHEMA,
        Of::Statistics => schema::STATISTICS_SCHEMA,
        Of::Policy => schema::POLICY_SCHEMA,
        Of::Azuread => schema::AZUREAD_SCHEMA,
        Of::Microsoft365 => schema::MICROSOFT365_SCHEMA,
        Of::Microsoft365dsc => schema::MICROSOFT365_DSC_SCHEMA,
    };
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}
