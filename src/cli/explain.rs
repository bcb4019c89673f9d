//! `caplint explain RULE`

use super::error::RunError;
use super::near::did_you_mean;
use super::selection::config;
use crate::config::{Config, FILE_NAME};
use crate::finding::visible;
use crate::rules::control::ControlRule;
use crate::rules::{self, Declared, Rule};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The rule id, which a finding shows in brackets
    rule: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let (config, is_broken) = match config(None, false) {
        Ok((config, _)) => (config, false),
        // A mistake in the configuration is no reason not to explain a rule that is shipped.
        Err(_) if rules::find(&arguments.rule).is_some() => (Config::default(), true),
        Err(error) => return Err(error),
    };
    // A requirement of one's own is explained as far as it explains itself.
    let own: Vec<ControlRule> = config.requirements.iter().copied().map(ControlRule).collect();
    let own = own.iter().find(|rule| rule.meta().id == arguments.rule).map(|rule| rule as &dyn Rule);
    let Some(rule) = rules::find(&arguments.rule).map(|rule| rule as &dyn Rule).or(own) else {
        let known: Vec<&str> = rules::all().iter().map(|rule| rule.meta().id).collect();
        let near = did_you_mean(&arguments.rule, known, str::to_owned);
        let help = near.unwrap_or_else(|| "`caplint rules` lists them.".to_owned());
        return Err(RunError::NoRule { id: crate::finding::quoted(&arguments.rule), help });
    };
    let meta = rule.meta();
    let doc = rules::page(rule);
    write!(
        std::io::stdout().lock(),
        "{}\n\nRule `{}`, level {}, since caplint {}.{}\n",
        doc.trim_end(),
        meta.id,
        meta.level().word(),
        meta.since,
        configured(&config, is_broken, meta.id)
    )
    .map_err(RunError::Output)?;
    Ok(0)
}

/// What the nearest configuration makes of the level; nothing if there is none.
fn configured(config: &Config, is_broken: bool, rule: &str) -> String {
    if is_broken {
        return format!(" The nearest {FILE_NAME} cannot be read. `caplint check` says why.");
    }
    let Some(path) = &config.path else { return String::new() };
    let said = match config.levels.get(rule).map(|level| level.level()) {
        None => "does not change the level".to_owned(),
        Some(None) => "turns it off".to_owned(),
        Some(Some(level)) => format!("sets the level to {}", level.word()),
    };
    format!(" \"{}\" {said}.", visible(&path.to_string_lossy()))
}
