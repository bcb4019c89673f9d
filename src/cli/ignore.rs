//! `caplint ignore add`

use super::atomic;
use super::error::RunError;
use super::selection::day;
use crate::config::{self, FILE_NAME};
use crate::ignore;
use crate::rules;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use time::Date;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Append an ignore to the configuration
    Add(Added),
}

#[derive(clap::Args)]
struct Added {
    /// The rule id, which a finding shows in brackets
    rule: String,

    #[command(flatten)]
    about: About,

    /// The reason
    #[arg(long)]
    reason: String,

    /// The last day on which it applies, for example 2027-01-31
    #[arg(long, value_name = "DATE", value_parser = day)]
    until: Option<Date>,

    /// The configuration [default: the nearest caplint.toml, or a new one in the working directory]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct About {
    /// A policy by its id, name or address in infrastructure code
    #[arg(long)]
    policy: Option<String>,

    /// Files, by a path pattern relative to the configuration's folder
    #[arg(long)]
    path: Option<String>,

    /// A tenant by its name
    #[arg(long)]
    tenant: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let Action::Add(added) = &arguments.action;
    let found = || config::find(&std::env::current_dir().ok()?);
    let path = added.config.clone().or_else(found).unwrap_or_else(|| PathBuf::from(FILE_NAME));
    let mut text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => return Err(RunError::Path { path, error }),
    };
    // What stands there must be right before something is added to it.
    let before = config::read(&path, &text, rules::ids()).map_err(|problem| RunError::config(&path, &text, problem))?;
    let is_own = before.requirements.iter().any(|own| own.id == added.rule);
    if let Some(problem) = ignore::problem(&added.rule, Some(&added.reason), rules::ids()).filter(|_| !is_own) {
        let help = "`caplint rules` lists the rules; `--reason` says why.".to_owned();
        return Err(RunError::Ignore { message: format!("the ignore is not added: {problem}"), help });
    }
    entry(&mut text, added);
    config::read(&path, &text, rules::ids()).map_err(|problem| RunError::config(&path, &text, problem))?;
    let written = atomic::write(&path, |out| out.write_all(text.as_bytes()));
    written.map_err(|error| RunError::Report { path: path.clone(), error })?;
    let path = crate::finding::visible(&path.to_string_lossy());
    writeln!(std::io::stdout().lock(), "added to {path}").map_err(RunError::Output)?;
    Ok(0)
}

fn entry(text: &mut String, added: &Added) {
    if !text.is_empty() {
        text.push_str(if text.ends_with('\n') { "\n" } else { "\n\n" });
    }
    let quoted = |value: &str| toml::Value::from(value).to_string();
    // Writing to a string cannot fail.
    let _ = writeln!(text, "[[ignore]]\nrule = {}", quoted(&added.rule));
    for (key, value) in [("policy", &added.about.policy), ("path", &added.about.path), ("tenant", &added.about.tenant)]
    {
        if let Some(value) = value {
            let _ = writeln!(text, "{key} = {}", quoted(value));
        }
    }
    let _ = writeln!(text, "reason = {}", quoted(&added.reason));
    if let Some(until) = added.until {
        let _ = writeln!(text, "until = {until}");
    }
}
