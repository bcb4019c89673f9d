//! `caplint ignore add`

use super::entry::Appendable;
use super::error::RunError;
use super::selection::day_to_come;
use crate::finding::visible;
use crate::ignore;
use crate::rules;
use std::io::Write;
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
    #[arg(long, visible_alias = "review-by", value_name = "DATE", value_parser = day_to_come)]
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

impl About {
    /// The key of an entry, and its value.
    fn said(&self) -> (&'static str, &str) {
        let Self { policy, path, tenant } = self;
        let keys = [("policy", policy), ("path", path), ("tenant", tenant)];
        // One of them is given, because the group is required.
        { keys.into_iter() }.find_map(|(key, value)| Some((key, value.as_deref()?))).unwrap_or_default()
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let Action::Add(added) = &arguments.action;
    let (mut file, before) = Appendable::open(added.config.clone())?;
    let is_own = before.requirements.iter().any(|own| own.id == added.rule);
    if let Some(problem) = ignore::problem(&added.rule, Some(&added.reason), rules::ids()).filter(|_| !is_own) {
        let help = "`caplint rules` lists the rules; `--reason` says why.".to_owned();
        return Err(RunError::Ignore { message: format!("the ignore is not added: {problem}"), help });
    }
    file.append(&ignore::entry(&added.rule, added.about.said(), &added.reason, added.until)).map_err(|problem| {
        let message = format!("the ignore is not added: {}", problem.message);
        RunError::Ignore { message: visible(&message), help: visible(&problem.help) }
    })?;
    let path = file.save()?;
    writeln!(std::io::stdout().lock(), "added to {path}").map_err(RunError::Output)?;
    Ok(0)
}
