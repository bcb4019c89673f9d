//! `caplint test`

use super::atomic;
use super::error::RunError;
use super::inputs::inputs;
use super::selection::{Asked, Judging};
use super::terminal::Terminal;
use super::words::by_its_words;
use crate::access::{Judged, judge};
use crate::config::Config;
use crate::expectations::{self, FILE_NAME, File, Located};
use crate::finding::{PolicyRef, visible};
use crate::outcome::{Tested, Tried, redacted};
use crate::report::expectations::{Format, requests, write};
use crate::rules::{TenantFacts, said_of_expectation};
use crate::source::Lines;
use crate::{diff, what_if};
use clap::ValueEnum;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use time::{Date, OffsetDateTime};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files of expectations [default: caplint-test.toml, from the working directory upward]
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,

    /// Where the policies are [default: what the file says, else its folder]; any number of times
    #[arg(long, value_name = "PATH")]
    policies: Vec<PathBuf>,

    /// Write a first file from what holds today [default: caplint-test.toml]
    #[arg(long, conflicts_with_all = ["emit", "format"])]
    init: bool,

    /// Write, instead of a report, a sign-in of each expectation as a What If request of Microsoft Graph
    #[arg(long, value_name = "WHAT", value_enum, conflicts_with = "format")]
    emit: Option<Emit>,

    /// The output format
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    judging: Judging,
}

#[derive(Clone, Copy, ValueEnum)]
enum Emit {
    WhatIf,
}

by_its_words!(Format);

pub(super) fn run(arguments: &Arguments, terminal: Terminal) -> Result<u8, RunError> {
    let run = Run { arguments, config: arguments.judging.config()?, today: OffsetDateTime::now_utc().date() };
    if arguments.init {
        return run.init();
    }
    let tested = run.files()?.iter().map(|path| run.test(path)).collect::<Result<Vec<_>, RunError>>()?;
    let (all, forgotten): (Vec<Tested>, Vec<Vec<Box<str>>>) = tested.into_iter().unzip();
    let mut text = Vec::new();
    match arguments.emit {
        Some(Emit::WhatIf) => text.write_all(requests(&all).as_bytes()),
        None => write(&all, arguments.format, terminal.color, &mut text),
    }
    .map_err(RunError::Output)?;
    if arguments.judging.redacts() {
        text = redacted(&String::from_utf8_lossy(&text), &forgotten.concat()).into_bytes();
    }
    std::io::stdout().lock().write_all(&text).map_err(RunError::Output)?;
    Ok(u8::from(!all.iter().all(Tested::passes)))
}

struct Run<'a> {
    arguments: &'a Arguments,
    config: Arc<Config>,
    today: Date,
}

impl Run<'_> {
    fn files(&self) -> Result<Vec<PathBuf>, RunError> {
        if !self.arguments.files.is_empty() {
            return Ok(self.arguments.files.clone());
        }
        let here = std::env::current_dir().unwrap_or_default();
        let found = here.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file());
        let found = found.ok_or_else(|| RunError::Expectations {
            message: format!("there is no {FILE_NAME} here or in a folder above"),
            help: "Specify a file, or write a first one with `caplint test --init --policies exports`.".to_owned(),
        })?;
        Ok(vec![found.strip_prefix(&here).map(Path::to_owned).unwrap_or(found)])
    }

    /// The outcome of a file, and the names of people that it may not show.
    fn test(&self, path: &Path) -> Result<(Tested, Vec<Box<str>>), RunError> {
        let text = std::fs::read_to_string(path).map_err(|error| RunError::Path { path: path.to_owned(), error })?;
        let problem = |problem| RunError::config(path, &text, problem);
        let file = File::read(&text).map_err(problem)?;
        let folder = folder(path);
        let own: Vec<PathBuf> = file.policies().iter().map(|policies| below(folder, policies)).collect();
        let paths = match (self.arguments.policies.as_slice(), own.as_slice()) {
            ([], []) => &[folder.to_owned()],
            ([], own) => own,
            (given, _) => given,
        };
        let Asked { name, cloud, tenant, inputs: _ } = self.tenant(paths)?;
        let all = file.resolve(&tenant, cloud).map_err(problem)?;
        let expectations: Vec<_> = all.iter().map(|located| located.expectation.clone()).collect();
        let judged = judge(&tenant, &expectations, self.how());
        let lines = Lines::new(&text);
        let facts = TenantFacts { today: self.today, cloud, ..TenantFacts::of(&tenant, &self.config) };
        let tried = all.iter().zip(&judged).map(|(located, judged)| tried(&facts, located, judged, &lines)).collect();
        let file = crate::discover::shown(path);
        Ok((Tested { file, tenant: name, policies: tenant.policies.len(), tried }, tenant.forgotten))
    }

    fn tenant(&self, paths: &[PathBuf]) -> Result<Asked, RunError> {
        self.arguments.judging.tenant(inputs(paths)?, &self.config)
    }

    fn how(&self) -> diff::Options {
        diff::Options { assumptions: self.config.assumptions_on(self.today), ..diff::Options::default() }
    }

    fn init(&self) -> Result<u8, RunError> {
        let path = match self.arguments.files.as_slice() {
            [] => PathBuf::from(FILE_NAME),
            [one] => one.clone(),
            _ => {
                return Err(RunError::Expectations {
                    message: "`--init` writes one file".to_owned(),
                    help: "Specify one file, and where the policies are with `--policies`.".to_owned(),
                });
            }
        };
        if path.exists() {
            return Err(RunError::Expectations {
                message: format!("{} is there already", visible(&path.to_string_lossy())),
                help: "Nothing has been written. Specify another file, or remove this one.".to_owned(),
            });
        }
        let folder = folder(&path);
        let given = &self.arguments.policies;
        let paths = if given.is_empty() { &[folder.to_owned()] } else { given.as_slice() };
        let Asked { name: _, cloud, tenant, inputs: _ } = self.tenant(paths)?;
        let written = |path: &PathBuf| from(folder, path).to_string_lossy().replace('\\', "/");
        let named: Vec<String> = given.iter().map(written).collect();
        let text = expectations::init(&tenant, &named, cloud, self.how());
        atomic::write(&path, |out| out.write_all(text.as_bytes()))
            .map_err(|error| RunError::Report { path: path.clone(), error })?;
        let count = text.matches("\n[[expect]]").count();
        let said = format!("{count} expectations are in {}", visible(&path.to_string_lossy()));
        writeln!(std::io::stdout().lock(), "{said}").map_err(RunError::Output)?;
        Ok(0)
    }
}

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn below(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(path) } else { folder.join(path) }
}

/// A path, from a folder: as it is if the folder is this one or does not hold it.
fn from(folder: &Path, path: &Path) -> PathBuf {
    if folder == Path::new(".") {
        return path.to_owned();
    }
    let below = || path.canonicalize().ok()?.strip_prefix(folder.canonicalize().ok()?).ok().map(Path::to_owned);
    below().unwrap_or_else(|| std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}

fn tried(facts: &TenantFacts<'_>, located: &Located, judged: &Judged, lines: &Lines<'_>) -> Tried {
    let Located { expectation, span } = located;
    let shown = judged.shown.as_ref();
    let policy = |index: usize| facts.tenant.policies.get(index).map(PolicyRef::to);
    Tried {
        name: expectation.name.clone(),
        line: lines.position(span.start).line,
        outcome: expectation.outcome.to_string(),
        met: judged.met,
        reason: said_of_expectation(facts, expectation, judged),
        shown: shown.map(|shown| (shown.sign_in.clone(), shown.relevant.clone())),
        by: shown.iter().flat_map(|shown| &shown.by).filter_map(|which| policy(which.policy()?)).collect(),
        depends_on: shown
            .iter()
            .flat_map(|shown| &shown.depends_on)
            .filter_map(|(index, pointer, reason)| Some((policy(*index)?, pointer.as_str().to_owned(), *reason)))
            .collect(),
        request: shown.map(|shown| what_if::write(&shown.sign_in, facts.tenant)),
    }
}
