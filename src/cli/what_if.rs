//! `caplint what-if`: one sign-in, policy by policy.

use super::check::{AssumeArgument, Cloud, config, inputs};
use super::error::RunError;
use crate::catalog;
use crate::controls::{self, Control};
use crate::coverage::{self, Coordinate};
use crate::finding::{PolicyRef, quoted, visible};
use crate::lint;
use crate::policy::{
    ClientAppType, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words, device_attribute,
};
use crate::report::witness;
use crate::requirement::Resource;
use crate::rules::{Judgement, Reading, TenantFacts, control};
use crate::signin::{Answer, Match, Outcome, SignIn};
use crate::tenant::Tenant;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders of exported policies; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// What must be demanded: the id of a control or of a requirement of one's own
    #[arg(long, value_name = "ID", default_value = "mfa-azure-management")]
    control: String,

    /// Replay the control's N-th way in instead of a sign-in given here; 1 is its witness
    #[arg(long, value_name = "N")]
    witness: Option<usize>,

    /// The user, by id or by a name that the files tell
    #[arg(long)]
    user: Option<String>,

    /// An external user's kind in Graph's words, and the home tenant: b2bCollaborationGuest, or KIND@TENANT
    #[arg(long, value_name = "KIND")]
    guest: Option<String>,

    /// A group that the user is in; any number of times
    #[arg(long)]
    group: Vec<String>,

    /// A directory role that the user holds; any number of times
    #[arg(long)]
    role: Vec<String>,

    /// The app that a token is asked for [default: the control's]
    #[arg(long)]
    app: Option<String>,

    /// browser, mobileAppsAndDesktopClients, exchangeActiveSync or other
    #[arg(long)]
    client: Option<String>,

    /// android, iOS, windows, windowsPhone, macOS, linux or unknown
    #[arg(long)]
    platform: Option<String>,

    /// A named location that the address is in; any number of times
    #[arg(long, value_name = "LOCATION")]
    location: Vec<String>,

    /// An attribute of the device, as in isCompliant=true or trustType=ServerAD; any number of times
    #[arg(long, value_name = "ATTRIBUTE=VALUE")]
    device: Vec<String>,

    /// The risk: low, medium or high; user=LEVEL and insider=LEVEL for the others; any number of times
    #[arg(long, value_name = "LEVEL")]
    risk: Vec<String>,

    /// deviceCodeFlow or authenticationTransfer
    #[arg(long)]
    flow: Option<String>,

    /// For people or for programs
    #[arg(long, value_enum, default_value_t)]
    format: Format,

    /// The cloud, which decides the app ids
    #[arg(long, value_enum, default_value_t)]
    cloud: Cloud,

    /// Evaluate as if these policies were on
    #[arg(long, value_name = "WHICH", value_enum)]
    assume_enabled: Option<AssumeArgument>,

    /// The configuration [default: the nearest caplint.toml, from the working directory upwards]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    isolated: bool,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Pretty,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let inputs = inputs(&arguments.paths)?;
    let config = config(arguments.config.as_deref(), arguments.isolated)?;
    let options = lint::Options { config: Arc::new(config), ..lint::Options::default() };
    let tenant = lint::load(&inputs, &options);
    if tenant.policies.is_empty() {
        return Err(RunError::Empty { name: quoted(&lint::common_folder(&inputs)) });
    }
    let own = options.config.requirements.iter().copied();
    let mut known = controls::all().iter().chain(own);
    let Some(control) = known.find(|control| control.id == arguments.control) else {
        return Err(problem(&arguments.control, "a control", "Controls are listed by `caplint rules`."));
    };
    let judgement = judgement(arguments, control, &tenant, &options)?;
    let facts = TenantFacts {
        tenant: &tenant,
        contradictions: &[],
        judgements: &[],
        assume_enabled: AssumeArgument::meaning(arguments.assume_enabled),
        reading: Reading::Effective,
        config: &options.config,
        today: options.today,
        is_only_tenant: true,
    };
    let sign_in = match arguments.witness {
        None => Asked { arguments, tenant: &tenant, judgement: &judgement }.sign_in()?,
        Some(number) => {
            let hole = number.checked_sub(1).and_then(|index| judgement.decision.holes.get(index));
            let count = judgement.decision.holes.len();
            let help = format!("The verdict is {}, with {count} ways in.", judgement.decision.verdict.word());
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

/// The control's verdict, which only a witness needs.
fn judgement(
    arguments: &Arguments,
    control: &'static Control,
    tenant: &Tenant,
    options: &lint::Options,
) -> Result<Judgement, RunError> {
    let requirement = control
        .requirement(arguments.cloud.name())
        .ok_or_else(|| problem(control.id, "a control in this cloud", "Choose another --cloud."))?;
    let assume_enabled = AssumeArgument::meaning(arguments.assume_enabled);
    let how =
        coverage::Options { assume_enabled, assumptions: options.config.assumptions, ..coverage::Options::default() };
    let decision = coverage::decide(&requirement, tenant, how);
    Ok(Judgement { control, requirement, decision, stored_query_passes: None })
}

fn problem(written: &str, what: &str, help: &str) -> RunError {
    RunError::WhatIf { message: format!("{} is not {what}", quoted(written)), help: help.to_owned() }
}

/// The sign-in that is asked about.
struct Asked<'a> {
    arguments: &'a Arguments,
    tenant: &'a Tenant,
    judgement: &'a Judgement,
}

impl Asked<'_> {
    fn sign_in(&self) -> Result<SignIn, RunError> {
        let arguments = self.arguments;
        let resource = match &arguments.app {
            Some(app) => self.resource(app)?,
            None => match self.judgement.requirement.resources.first() {
                None | Some(Resource::Every) => Resource::Other,
                Some(resource) => resource.clone(),
            },
        };
        let mut sign_in = SignIn::attacker(resource);
        if let Some(user) = &arguments.user {
            sign_in.user = Some(self.object(user, "a user")?);
        }
        if let Some(guest) = &arguments.guest {
            let (kind, home) = guest.split_once('@').map_or((guest.as_str(), None), |(kind, home)| (kind, Some(home)));
            sign_in.user_type = word::<UserType>(kind)?;
            sign_in.external_tenant = home.map(Id::new);
        }
        for group in &arguments.group {
            sign_in.groups.insert(self.object(group, "a group")?);
        }
        for role in &arguments.role {
            let known = catalog::roles().iter().find(|known| known.name.eq_ignore_ascii_case(role));
            let id = known.map_or_else(|| self.object(role, "a directory role"), |known| Ok(known.id.clone()))?;
            sign_in.roles.insert(id);
        }
        for location in &arguments.location {
            let id = if location.eq_ignore_ascii_case("AllTrusted") {
                Id::new("AllTrusted")
            } else {
                self.object(location, "a named location")?
            };
            if self.tenant.is_trusted_location(&id) == Some(true) {
                sign_in.locations.insert(Id::new("AllTrusted"));
            }
            sign_in.locations.insert(id);
        }
        sign_in.client_app = optional::<ClientAppType>(arguments.client.as_deref(), sign_in.client_app)?;
        sign_in.platform = optional::<Platform>(arguments.platform.as_deref(), sign_in.platform)?;
        sign_in.flow = optional::<TransferMethod>(arguments.flow.as_deref(), sign_in.flow)?;
        for risk in &arguments.risk {
            match risk.split_once('=') {
                None => sign_in.sign_in_risk = word::<RiskLevel>(risk)?,
                Some(("sign-in", level)) => sign_in.sign_in_risk = word::<RiskLevel>(level)?,
                Some(("user", level)) => sign_in.user_risk = word::<RiskLevel>(level)?,
                Some(("insider", level)) => sign_in.insider_risk = word::<InsiderRiskLevel>(level)?,
                Some(_) => return Err(problem(risk, "a risk", "Write high, user=high or insider=elevated.")),
            }
        }
        for attribute in &arguments.device {
            let known = attribute.split_once('=').and_then(|(name, value)| Some((device_attribute(name)?, value)));
            let help = "Write it as isCompliant=true, trustType=ServerAD or displayName=PAW-1.";
            let (name, value) = known.ok_or_else(|| problem(attribute, "an attribute of devices", help))?;
            sign_in.device.attributes.insert(name, value.into());
        }
        Ok(sign_in)
    }

    fn resource(&self, written: &str) -> Result<Resource, RunError> {
        let spec = controls::look_up(written, self.arguments.cloud.name());
        match spec {
            Ok(Resource::Every) => Ok(Resource::Other),
            Ok(resource) => Ok(resource),
            Err(_) => self.object(written, "an app").map(Resource::App),
        }
    }

    /// An object by its id, or by its name where the files tell it.
    fn object(&self, written: &str, what: &str) -> Result<Id, RunError> {
        let id = Id::new(written);
        if id.guid().is_some() || self.is_named(&id) {
            return Ok(id);
        }
        let names = &self.tenant.companions.names;
        let ids: Vec<&Id> =
            names.iter().filter(|(_, name)| name.eq_ignore_ascii_case(written)).map(|(id, _)| id).collect();
        match ids.as_slice() {
            [id] => Ok((*id).clone()),
            [] => Err(problem(written, &format!("{what} that the files name"), "Give its id.")),
            several => {
                let ids: Vec<String> = several.iter().map(ToString::to_string).collect();
                Err(problem(written, "one object only", &format!("Give the id: {}.", ids.join(", "))))
            }
        }
    }

    /// Whether policies name something so, where an id would belong.
    fn is_named(&self, id: &Id) -> bool {
        self.tenant.policies.iter().any(|policy| {
            let users = &policy.conditions.users;
            let lists = [
                &users.include_users,
                &users.exclude_users,
                &users.include_groups,
                &users.exclude_groups,
                &policy.conditions.locations.include,
                &policy.conditions.locations.exclude,
            ];
            lists.into_iter().any(|list| list.position(|one| one == id).is_some())
        })
    }
}

fn optional<W: Words>(written: Option<&str>, otherwise: W) -> Result<W, RunError> {
    written.map_or(Ok(otherwise), word)
}

fn word<W: Words>(written: &str) -> Result<W, RunError> {
    let found = W::WORDS.iter().find(|(word, _)| word.eq_ignore_ascii_case(written));
    found.map(|(_, member)| *member).ok_or_else(|| {
        let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        problem(written, "a known value", &format!("There are: {}.", words.join(", ")))
    })
}

struct Shown<'a> {
    facts: &'a TenantFacts<'a>,
    judgement: &'a Judgement,
    sign_in: &'a SignIn,
}

impl Shown<'_> {
    fn because(&self, index: usize, matched: &Match) -> Option<String> {
        let (Match::No(cause) | Match::Unknown(cause)) = matched else { return None };
        let policy = &self.facts.tenant.policies[index];
        let place = cause.pointer(policy).dotted();
        Some(format!("{} (`{place}`)", control::because(self.facts, self.judgement, policy, cause)))
    }

    /// (answer, reason)
    fn answer(&self, index: usize, answer: &Answer) -> (&'static str, Option<String>) {
        match answer {
            Answer::DoesNotApply(cause) => ("does not apply", self.because(index, &Match::No(*cause))),
            Answer::Unknown(cause) => ("cannot be told", self.because(index, &Match::Unknown(*cause))),
            Answer::Applies { forces: Match::Yes, .. } => ("stops it", None),
            Answer::Applies { forces: forces @ Match::No(_), .. } => ("lets it through", self.because(index, forces)),
            Answer::Applies { forces: forces @ Match::Unknown(_), .. } => {
                ("cannot be told", self.because(index, forces))
            }
        }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        let name = |index: usize| PolicyRef::to(&self.facts.tenant.policies[index]).label();
        let id = self.judgement.control.id;
        match outcome {
            Outcome::Forced(index) => format!("stopped: {} demands what {id} requires, or blocks", name(index)),
            Outcome::Granted => format!("granted without what {id} requires"),
            Outcome::Unknown(index, _) => format!("cannot be told: it hinges on {}", name(index)),
        }
    }

    fn pretty(&self) -> String {
        let evaluation = self.facts.view(self.judgement).evaluate(self.sign_in);
        let mut text = String::from("sign-in\n");
        let described = witness(self.sign_in, &[]);
        for part in ["signInIdentity", "signInContext", "signInConditions"] {
            for (name, value) in described[part].as_object().into_iter().flatten() {
                text.push_str(&format!("  {name:<20} {}\n", visible(&self.value(value))));
            }
        }
        text.push_str("policies\n");
        let mut rows: Vec<(usize, &'static str, String)> = Vec::new();
        for (index, answer) in evaluation.policies.iter().enumerate() {
            let (word, because) = self.answer(index, answer);
            let name = PolicyRef::to(&self.facts.tenant.policies[index]).label();
            let because = because.map(|because| format!(": {because}")).unwrap_or_default();
            let order = ["stops it", "cannot be told", "lets it through", "does not apply"];
            rows.push((order.iter().position(|one| *one == word).unwrap_or(0), word, format!("{name}{because}")));
        }
        rows.sort_by_key(|(order, ..)| *order);
        for (_, word, row) in rows {
            text.push_str(&format!("  {word:<16} {}\n", visible(&row)));
        }
        text.push_str(&format!("outcome\n  {}\n", visible(&self.outcome(evaluation.outcome))));
        text
    }

    /// A coordinate's value, with names beside ids where they are known.
    fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => match self.facts.tenant.name(&Id::new(text)) {
                Some(name) => format!("{text} ({name})"),
                None => text.clone(),
            },
            Value::Array(items) if items.is_empty() => "-".to_owned(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect::<Vec<_>>().join(", "),
            Value::Object(members) if members.is_empty() => "unregistered".to_owned(),
            Value::Object(members) => {
                members.iter().map(|(key, value)| format!("{key}={}", self.value(value))).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }

    fn json(&self) -> Value {
        let evaluation = self.facts.view(self.judgement).evaluate(self.sign_in);
        let policies: Vec<Value> = evaluation
            .policies
            .iter()
            .enumerate()
            .map(|(index, answer)| {
                let policy = PolicyRef::to(&self.facts.tenant.policies[index]);
                let (word, because) = self.answer(index, answer);
                let applies = match answer {
                    Answer::Applies { .. } => json!(true),
                    Answer::DoesNotApply(_) => json!(false),
                    Answer::Unknown(_) => Value::Null,
                };
                json!({ "id": policy.id, "displayName": policy.display_name, "applies": applies, "result": word, "because": because })
            })
            .collect();
        let outcome = match evaluation.outcome {
            Outcome::Forced(_) => "forced",
            Outcome::Granted => "granted",
            Outcome::Unknown(..) => "unknown",
        };
        let none: [Coordinate; 0] = [];
        json!({
            "control": self.judgement.control.id,
            "signIn": witness(self.sign_in, &none),
            "policies": policies,
            "outcome": outcome,
            "reason": self.outcome(evaluation.outcome),
        })
    }
}
