//! `caplint what-if`: one sign-in, policy by policy.

mod asked;
mod shown;

use super::Format;
use super::error::RunError;
use super::selection::{CloudArgument, check_assumed, config, inputs};
use crate::controls::{self, Control};
use crate::coverage;
use crate::finding::quoted;
use crate::lint;
use crate::rules::{Judgement, TenantFacts};
use crate::tenant::{Assume, AssumeEnabled, Tenant};
use asked::Asked;
use shown::Shown;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders of exported policies; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// The requirement: the id of a control, or of a requirement in the configuration
    #[arg(long, value_name = "ID", default_value = "mfa-azure-management")]
    control: String,

    /// Replay the N-th way in of the control instead of the given sign-in; 1 is the witness
    #[arg(long, value_name = "N")]
    witness: Option<usize>,

    /// The user, by id or by a name in the files
    #[arg(long)]
    user: Option<String>,

    /// The type of an external user, optionally with the home tenant: b2bCollaborationGuest, or KIND@TENANT
    #[arg(long, value_name = "KIND")]
    guest: Option<String>,

    /// A group of the user; can be repeated
    #[arg(long)]
    group: Vec<String>,

    /// A directory role of the user; can be repeated
    #[arg(long)]
    role: Vec<String>,

    /// The app for which a token is requested [default: the control's]
    #[arg(long)]
    app: Option<String>,

    /// browser, mobileAppsAndDesktopClients, exchangeActiveSync or other
    #[arg(long)]
    client: Option<String>,

    /// android, iOS, windows, windowsPhone, macOS, linux or unknown
    #[arg(long)]
    platform: Option<String>,

    /// A named location that contains the address; can be repeated
    #[arg(long, value_name = "LOCATION")]
    location: Vec<String>,

    /// An attribute of the device, for example isCompliant=true or trustType=ServerAD; can be repeated
    #[arg(long, value_name = "ATTRIBUTE=VALUE")]
    device: Vec<String>,

    /// The sign-in risk: low, medium or high; user=LEVEL and insider=LEVEL for other risks; can be repeated
    #[arg(long, value_name = "LEVEL")]
    risk: Vec<String>,

    /// deviceCodeFlow or authenticationTransfer
    #[arg(long)]
    flow: Option<String>,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// The cloud, which decides the app ids
    #[arg(long, value_enum, default_value_t)]
    cloud: CloudArgument,

    /// Evaluate as if these policies were enabled: report-only, all, or the name or id of one; any number of times
    #[arg(long, value_name = "WHICH")]
    assume_enabled: Vec<Assume>,

    /// The configuration [default: the nearest caplint.toml, from the working directory upward]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    isolated: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let inputs = inputs(&arguments.paths)?;
    let (config, _) = config(arguments.config.as_deref(), arguments.isolated)?;
    let options = lint::Options { config: Arc::new(config), ..lint::Options::default() };
    let mut tenant = lint::load(&inputs, &options);
    let assumed = AssumeEnabled::new(arguments.assume_enabled.clone());
    check_assumed(&assumed, &tenant.assume(&assumed))?;
    if tenant.policies.is_empty() {
        return Err(RunError::Empty { name: quoted(&lint::common_folder(&inputs)) });
    }
    let own = options.config.requirements.iter().copied();
    let mut known = controls::all().chain(own);
    let Some(control) = known.find(|control| control.id == arguments.control) else {
        return Err(problem(&arguments.control, "a control", "`caplint rules` lists the controls."));
    };
    let judgement = judgement(arguments, control, &tenant, &options)?;
    let facts = TenantFacts::of(&tenant, &options.config);
    let sign_in = match arguments.witness {
        None => Asked { arguments, tenant: &tenant, judgement: &judgement }.sign_in()?,
        Some(number) => {
            let hole = number.checked_sub(1).and_then(|index| judgement.decision.holes.get(index));
            let count = judgement.decision.holes.len();
            let help = format!("The verdict is {} and has {count} ways in.", judgement.decision.verdict.word());
            hole.map(|hole| hole.sign_in.clone())
                .ok_or_else(|| RunError::WhatIf { message: format!("there is no way in number {number}"), help })?
        }
    };
    let shown = Shown { facts: &facts, judgement: &judgement, sign_in: &sign_in };
    let text = match arguments.format {
        Format::Pretty => shown.pretty(),
        Format::Json => crate::finding::escape_invisible(&format!("{:#}\n", shown.json())),
    };
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}

/// The verdict of the control, which only `--witness` needs.
fn judgement(
    arguments: &Arguments,
    control: &'static Control,
    tenant: &Tenant,
    options: &lint::Options,
) -> Result<Judgement, RunError> {
    let requirement = control
        .requirement(arguments.cloud.meaning())
        .ok_or_else(|| problem(control.id, "a control in this cloud", "Choose another --cloud."))?;
    let how =
        coverage::Options { assumptions: options.config.assumptions_on(options.today), ..coverage::Options::default() };
    let decision = coverage::decide(&requirement, tenant, how);
    Ok(Judgement { control, requirement, decision, stored_query_passes: None })
}

fn problem(written: &str, what: &str, help: &str) -> RunError {
    RunError::WhatIf { message: format!("{} is not {what}", quoted(written)), help: help.to_owned() }
}
