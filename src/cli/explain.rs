//! `caplint explain RULE`

use super::error::RunError;
use super::near::did_you_mean;
use super::selection::config;
use crate::rules::control::ControlRule;
use crate::rules::{self, Declared, Rule};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The rule id, which a finding shows in brackets
    rule: String,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    // A requirement of one's own is explained as far as it explains itself.
    let own = if rules::find(&arguments.rule).is_none() { config(None, false)?.0.requirements } else { Vec::new() };
    let own: Vec<ControlRule> = own.into_iter().map(ControlRule).collect();
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
        "{}\n\nRule `{}`, level {}, since caplint {}.\n",
        doc.trim_end(),
        meta.id,
        meta.level().word(),
        meta.since
    )
    .map_err(RunError::Output)?;
    Ok(0)
}
