//! The door: arguments in, exit code out.

mod atomic;
mod baseline;
mod benchmarks;
mod category;
mod check;
mod completions;
mod diff;
mod directory;
mod doc;
mod entry;
mod error;
mod exception;
mod explain;
mod files;
mod fix;
mod ignore;
mod init;
mod inputs;
mod lsp;
mod man;
mod near;
mod new;
mod progress;
mod replay;
mod reporting;
mod rules;
mod schema;
mod selection;
mod show;
mod terminal;
mod test;
mod variables;
mod what_if;
mod who;
mod words;

use crate::finding::{Finding, Location, visible};
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use error::RunError;
use std::io::Write;
use std::process::ExitCode;
use terminal::ColorArguments;

/// The exit code of a run that failed.
const FAILED: u8 = 2;

#[derive(Parser)]
#[command(name = "caplint", version, about, max_term_width = 100)]
struct Arguments<C: Subcommand> {
    #[command(subcommand)]
    command: C,

    #[command(flatten)]
    color: ColorArguments,
}

/// Declares the commands twice: clap makes the arguments of each when it is asked for, or all at once.
macro_rules! commands {
    ($($(#[$about:meta])* $name:ident $(($arguments:ty))?),+ $(,)?) => {
        #[derive(Subcommand)]
        enum Command {
            $($(#[$about])* $name $(($arguments))?),+
        }

        /// The same commands for a run, which has one of them. Completions and manual pages want all arguments, and in their order:
        /// those that come late stand behind those of every command.
        #[derive(Subcommand)]
        #[command(defer = true)]
        enum Asked {
            $($(#[$about])* $name $(($arguments))?),+
        }
    };
}

commands! {
    /// Look at exported policies and write a first caplint.toml
    Init(init::Arguments),
    /// Lint exported Conditional Access policies and prove what they enforce
    Check(Box<check::Arguments>),
    /// Evaluate one sign-in against each policy, and explain the result
    WhatIf(Box<what_if::Arguments>),
    /// Make the policy that a control is missing, report-only, and prove what it does
    New(Box<new::Arguments>),
    /// List what each control demands of each person, from exported users, groups and roles
    Who(Box<who::Arguments>),
    /// Compare two tenants by what they do: who is asked for less, asked for more, blocked or let in
    Diff(Box<diff::Arguments>),
    /// Replay exported sign-in logs against policies: granted, asked, blocked, and what changes
    Replay(Box<replay::Arguments>),
    /// Prove what is expected of a tenant, from a file of expectations
    Test(Box<test::Arguments>),
    /// Print policies as readable text, the same for every format and encoding; for reviews and git diff
    Show(show::Arguments),
    /// Describe every policy in words, with the controls that it carries and its exceptions, for reviews and audits
    Doc(Box<doc::Arguments>),
    /// Apply the fixes of findings, if every policy keeps its meaning
    Fix(Box<fix::Arguments>),
    /// List every file with its detected format
    Files(files::Arguments),
    /// Print what a rule reports, why it matters and how to fix it
    Explain(explain::Arguments),
    /// List all rules
    Rules,
    /// List every Conditional Access item of each benchmark, and which controls decide it
    Benchmarks(benchmarks::Arguments),
    /// Add an ignore to the configuration, with a reason
    Ignore(ignore::Arguments),
    /// Add an approved exception to the configuration, with an owner and a reason
    Exception(exception::Arguments),
    /// Serve an editor: findings while somebody types, fixes, and what each policy demands and carries
    Lsp(Box<lsp::Arguments>),
    /// Record existing findings, so that only new findings fail
    Baseline(Box<baseline::Arguments>),
    /// Print a JSON Schema
    Schema(schema::Arguments),
    /// Print completions for a shell
    Completions(completions::Arguments),
    /// Print a manual page, or write those of all commands to a folder
    Man(man::Arguments),
}

/// The formats of the commands that print information.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    #[default]
    Pretty,
    Json,
}

/// Whether what is said of the arguments, which a shell may have filled with names of files, acts on a log.
fn gives_orders(error: &clap::Error) -> bool {
    error.to_string().lines().any(|line| visible(line) != line)
}

/// Tells people something beside the report. That nobody is left to read it is no failure.
fn say(text: impl std::fmt::Display) {
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// What is said of a file that was not read, and of what follows from that.
fn unread(finding: &Finding, so: &str) -> String {
    let Location { path, start, .. } = finding.primary();
    format!("{path}:{}:{}: not read, so {so}: {} [{}]", start.line, start.column, finding.message, finding.rule)
}

/// Every command with all of its arguments.
fn all() -> clap::Command {
    Arguments::<Command>::command()
}

/// Runs the command line.
#[must_use]
pub fn main() -> ExitCode {
    let command = Arguments::<Asked>::command().color(terminal::color_of_help(std::env::args_os()));
    let parsed = command
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut all())));
    let arguments = match parsed {
        Ok(arguments) => arguments,
        Err(error) if error.use_stderr() && gives_orders(&error) => {
            error.to_string().lines().for_each(|line| say(visible(line)));
            return ExitCode::from(FAILED);
        }
        Err(error) => {
            // Help and version go to standard output and are no failure. If nobody reads them, nothing is lost.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { FAILED } else { 0 });
        }
    };
    // What a file made caplint stumble over must not go to a log; where it did helps.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        say(format!("caplint: internal error at {place}; please report it"));
    }));
    std::panic::catch_unwind(|| run(arguments)).unwrap_or(ExitCode::from(FAILED))
}

fn run(arguments: Arguments<Command>) -> ExitCode {
    arguments.color.apply_to_errors();
    let terminal = arguments.color.terminal();
    let result = match arguments.command {
        Command::Init(arguments) => init::run(&arguments),
        Command::Check(arguments) => check::run(&arguments, terminal),
        Command::WhatIf(arguments) => what_if::run(&arguments),
        Command::New(arguments) => new::run(&arguments),
        Command::Who(arguments) => who::run(&arguments),
        Command::Diff(arguments) => diff::run(&arguments, terminal),
        Command::Replay(arguments) => replay::run(&arguments),
        Command::Test(arguments) => test::run(&arguments, terminal),
        Command::Show(arguments) => show::run(&arguments),
        Command::Doc(arguments) => doc::run(&arguments),
        Command::Fix(arguments) => fix::run(&arguments),
        Command::Files(arguments) => files::run(&arguments),
        Command::Explain(arguments) => explain::run(&arguments),
        Command::Rules => rules::run(),
        Command::Benchmarks(arguments) => benchmarks::run(&arguments),
        Command::Ignore(arguments) => ignore::run(&arguments),
        Command::Exception(arguments) => exception::run(&arguments),
        Command::Lsp(arguments) => lsp::run(&arguments),
        Command::Baseline(arguments) => baseline::run(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
        Command::Completions(arguments) => completions::run(&arguments, all()),
        Command::Man(arguments) => man::run(&arguments, all()),
    };
    match result {
        Ok(code) => ExitCode::from(code),
        // Nobody is left to read an explanation.
        Err(RunError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            error.report();
            ExitCode::from(FAILED)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a command is about, with those below it.
    fn abouts(command: &clap::Command) -> Vec<(String, Option<String>)> {
        let about = |about: Option<&clap::builder::StyledStr>| about.map(ToString::to_string);
        let own = (command.get_name().to_owned(), about(command.get_long_about().or(command.get_about())));
        std::iter::once(own).chain(command.get_subcommands().flat_map(abouts)).collect()
    }

    /// Arguments that are made late come after what the command says it is about, and a doc comment on a group of them is taken for
    /// that.
    #[test]
    fn arguments_that_are_made_late_change_nothing() {
        let built = |mut command: clap::Command| {
            command.build();
            abouts(&command)
        };
        let (late, early) = (Arguments::<Asked>::command(), all());
        assert!(abouts(&late).len() > 15 && abouts(&late).iter().all(|(_, about)| about.is_some()));
        let (late, early) = (built(late.disable_help_subcommand(true)), built(early.disable_help_subcommand(true)));
        assert_eq!(late, early);
    }
}
