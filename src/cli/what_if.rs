//! `caplint what-if`: one sign-in, policy by policy.

mod asked;
mod shown;

use super::Format;
use super::error::RunError;
use super::inputs::inputs;
use super::selection::{self, Judging};
use crate::controls;
use crate::coverage::{self, Exception};
use crate::discover::Input;
use crate::finding::quoted;
use crate::policy::Id;
use crate::replay;
use crate::rules::{Judgement, TenantFacts};
use crate::signin::SignIn;
use crate::source;
use crate::what_if;
use asked::Asked;
use shown::Shown;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders of exported policies; - is standard input: policies, or a What If request of Microsoft Graph
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// Also tell whether the sign-in meets this control, or this requirement in the configuration
    #[arg(long, value_name = "ID")]
    control: Option<String>,

    /// Replay the N-th way in of the control [default: mfa-azure-management] instead; 1 is the witness
    #[arg(long, value_name = "N")]
    witness: Option<usize>,

    /// Replay a sign-in of an exception of the control instead: a user, group or role by id or name
    #[arg(long, value_name = "PRINCIPAL")]
    exception: Option<String>,

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

    /// The app or user action for which a token is requested [default: the control's, else Azure Resource Manager]
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

    #[command(flatten)]
    judging: Judging,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let (request, inputs) = request(inputs(&arguments.paths)?)?;
    let config = arguments.judging.config()?;
    let asked = arguments.judging.tenant(inputs, &config)?;
    let selection::Asked { cloud, tenant, .. } = &asked;
    let today = time::OffsetDateTime::now_utc().date();
    let facts = TenantFacts { today, cloud: *cloud, ..TenantFacts::of(tenant, &config) };
    let is_replayed = arguments.witness.is_some() || arguments.exception.is_some();
    let control = arguments.control.as_deref().or(is_replayed.then_some(DEFAULT));
    let judgement = control.map(|id| judgement(id, &facts)).transpose()?;
    let sign_in = match &judgement {
        Some(judgement) if is_replayed => replayed(arguments, judgement, &facts)?,
        Some(_) | None => {
            Asked { arguments, facts: &facts, judgement: judgement.as_ref() }.sign_in(request.as_deref())?
        }
    };
    let requirement =
        judgement.as_ref().map_or_else(replay::any_requirement, |judgement| judgement.requirement.clone());
    let replay = replay::replay(tenant, &sign_in, facts.options());
    let judgement = judgement.as_ref();
    let shown = Shown { facts: &facts, requirement: &requirement, judgement, sign_in: &sign_in, replay: &replay };
    let text = match arguments.format {
        Format::Pretty => shown.pretty(),
        Format::Json => crate::finding::escape_invisible(&format!("{:#}\n", shown.json())),
    };
    let text = asked.answer(&arguments.judging, text);
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}

/// The request on standard input, if there is one, and where the policies are.
fn request(mut inputs: Vec<Input>) -> Result<(Option<String>, Vec<Input>), RunError> {
    let text = |input: &Input| match input {
        Input::Stdin(bytes) => Some(source::decode(bytes.clone()).ok()?.as_str().to_owned()),
        Input::Path(_) | Input::Stored(_) => None,
    };
    let texts: Vec<Option<String>> = inputs.iter().map(text).collect();
    let Some(index) = texts.iter().position(|text| text.as_deref().is_some_and(what_if::is_request)) else {
        return Ok((None, inputs));
    };
    inputs.remove(index);
    if inputs.is_empty() {
        inputs = self::inputs(&[PathBuf::from(".")])?;
    }
    Ok((texts.into_iter().nth(index).flatten(), inputs))
}

/// The control whose ways in are replayed if none is named.
const DEFAULT: &str = "mfa-azure-management";

/// A way in of a control, or of one of its exceptions.
fn replayed(arguments: &Arguments, judgement: &Judgement, facts: &TenantFacts<'_>) -> Result<SignIn, RunError> {
    let decision = &judgement.decision;
    let number = arguments.witness.unwrap_or(1);
    let holes = match &arguments.exception {
        None => &decision.holes,
        Some(wanted) => {
            let is_meant = |exception: &&Exception| {
                let described = || facts.tenant.description(&exception.id).map(str::to_owned);
                let name = facts.name(exception.kind, &exception.id).or_else(described);
                exception.id == Id::new(wanted) || name.is_some_and(|name| name.to_lowercase() == wanted.to_lowercase())
            };
            let help = format!("The verdict is {}. The JSON report lists the exceptions.", decision.verdict.word());
            let found = decision.exceptions.iter().find(is_meant);
            &found.ok_or_else(|| problem(wanted, &format!("an exception of {}", judgement.control.id), &help))?.holes
        }
    };
    let hole = number.checked_sub(1).and_then(|index| holes.get(index));
    let help = format!("The verdict is {} and has {} ways in.", decision.verdict.word(), holes.len());
    hole.map(|hole| hole.sign_in.clone())
        .ok_or_else(|| RunError::WhatIf { message: format!("there is no way in number {number}"), help })
}

/// A control and its verdict.
fn judgement(id: &str, facts: &TenantFacts<'_>) -> Result<Judgement, RunError> {
    let own = facts.config.requirements.iter().copied();
    let mut known = controls::all().chain(own);
    let Some(control) = known.find(|control| control.id == id) else {
        return Err(problem(id, "a control", "`caplint rules` lists the controls."));
    };
    let requirement = control
        .requirement(facts.cloud)
        .ok_or_else(|| problem(control.id, "a control in this cloud", "Choose another --cloud."))?;
    let decision = coverage::decide(&requirement, facts.tenant, facts.options());
    Ok(Judgement::of(control, requirement, decision))
}

fn problem(written: &str, what: &str, help: &str) -> RunError {
    RunError::WhatIf { message: format!("{} is not {what}", quoted(written)), help: help.to_owned() }
}
