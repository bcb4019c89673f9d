//! `caplint diff`

mod git;
mod gold;
mod plan;

use super::category::category;
use super::check::root;
use super::directory::DirectoryArguments;
use super::error::RunError;
use super::inputs::inputs;
use super::near::did_you_mean;
use super::progress::Progress;
use super::selection::{config, refuse_several};
use super::terminal::Terminal;
use super::words::by_its_words;
use crate::coverage::Side;
use crate::diff::{self, Among, Cause, Class, Classes, Difference, Intent, Listed, Place, Verdict};
use crate::discover::Input;
use crate::finding::{Label, Level, Location, PolicyRef, quoted, quoted_whole};
use crate::lint::{self, Loaded};
use crate::outcome::{ChangedPeople, Compared, PersonReport, SideReport, redacted};
use crate::policy::{Fact, Id, Policy, State};
use crate::report::Style;
use crate::report::diff::{Format, write};
use crate::source;
use crate::tenant::{Assume, UserIndex};
use clap::ValueEnum;
use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The tenants before and after: files or folders. With --git the path in the repository [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    /// Compare a commit with another one, or with the work tree: main, v1..v2, main...HEAD
    #[arg(long, value_name = "REV[..REV2]", conflicts_with = "plan")]
    git: Option<String>,

    /// Compare the state that a Terraform plan starts from with what the plan makes of it
    #[arg(long, value_name = "FILE")]
    plan: Option<PathBuf>,

    /// Compare each tenant with the first: is it equal, stricter, weaker or incomparable?
    #[arg(long, conflicts_with_all = ["git", "plan", "enable", "assume_enabled", "directory", "redact"])]
    tenant_per_path: bool,

    /// What if these policies are on after: report-only, all, or the name or id of one; any number of times
    #[arg(long, value_name = "WHICH")]
    enable: Vec<Assume>,

    /// Take report-only policies as if they were on
    #[arg(long, value_name = "SIDE", value_enum, num_args = 0..=1, default_missing_value = "after", require_equals = true)]
    assume_enabled: Option<AssumedSide>,

    /// Changes that are expected, in TOML or as a JSON report: only others are reported
    #[arg(long, value_name = "FILE", conflicts_with = "tenant_per_path")]
    intent: Option<PathBuf>,

    /// Format of standard output
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,

    /// Category of the SARIF report, which tells analyses of one commit apart for code scanning [default: caplint-diff]
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Option<String>,

    #[command(flatten)]
    with_directory: DirectoryArguments,

    /// The changes that make the exit code 1
    #[arg(long, value_name = "CLASS", value_enum, default_value_t)]
    fail_on: FailOn,

    /// Configuration file [default: caplint.toml here or in the nearest directory upwards]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    isolated: bool,
}

by_its_words!(Format);

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum AssumedSide {
    Before,
    After,
    Both,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum FailOn {
    /// Something is enough that was not, or a sign-in is let in that was blocked
    #[default]
    Loosened,
    /// The same, or a sign-in is blocked that was not
    NewlyBlocked,
    /// The same, or something is not enough that was
    Tightened,
    /// Any change
    Changed,
    /// None
    Never,
}

pub(super) fn run(arguments: &Arguments, terminal: Terminal) -> Result<u8, RunError> {
    let (config, _) = config(arguments.config.as_deref(), arguments.isolated)?;
    let options = lint::Options {
        config: Arc::new(config),
        directory: arguments.with_directory.given()?,
        redact: arguments.with_directory.redact,
        ..lint::Options::default()
    };
    let assumptions = options.config.assumptions_on(time::OffsetDateTime::now_utc().date());
    let how = diff::Options { assumptions, ..diff::Options::default() };
    if arguments.tenant_per_path {
        return gold::run(arguments, &options, how);
    }
    let here = [PathBuf::from(".")];
    let asked = if arguments.git.is_some() && arguments.paths.is_empty() { here.as_slice() } else { &arguments.paths };
    asked.iter().try_for_each(|path| refuse_several(&options.config, path))?;
    let intent = arguments.intent.as_deref().map(read_intent).transpose()?;
    let progress = Progress::start();
    let sides = arguments.sides()?;
    let mut loaded = sides.map(|input| load(&input, &options, progress.files()));
    drop(progress);
    arguments.assume(&mut loaded)?;
    if loaded.iter().all(is_empty) {
        return Err(RunError::NoPolicies { name: quoted(&loaded[1].name) });
    }
    let [before, after] = loaded.each_ref().map(|side| &side.tenant);
    let difference = match &intent {
        Some(intent) => diff::compare_beyond(before, after, how, intent),
        None => diff::compare(before, after, how),
    };
    let code = u8::from(arguments.fail_on.fails(&difference));
    let mut compared = Compared { intent, ..compared(loaded.each_ref(), difference) };
    let forgotten: Vec<Box<str>> = loaded.iter().flat_map(|side| side.tenant.forgotten.iter().cloned()).collect();
    if arguments.with_directory.redact {
        compared.redact(&forgotten);
    }
    // What it reports are no rules with pages.
    let style = Style { links: false, ..terminal.style() };
    let mut text = Vec::new();
    let named = (&root(), arguments.category.as_deref());
    write(&compared, arguments.format, style, named, &mut text).map_err(RunError::Output)?;
    if arguments.with_directory.redact {
        text = redacted(&String::from_utf8_lossy(&text), &forgotten).into_bytes();
    }
    std::io::stdout().lock().write_all(&text).map_err(RunError::Output)?;
    Ok(code)
}

impl Arguments {
    fn sides(&self) -> Result<[Input; 2], RunError> {
        let what_if = !self.enable.is_empty() || self.assume_enabled.is_some();
        match (&self.git, &self.plan, self.paths.as_slice()) {
            (Some(revisions), _, []) => git::Revisions::read(revisions).inputs(Path::new(".")),
            (Some(revisions), _, [path]) => git::Revisions::read(revisions).inputs(path),
            (None, Some(plan), []) => plan::inputs(plan),
            (None, None, [before, after]) => Ok([one(before)?, one(after)?]),
            (None, None, [path]) if what_if => Ok([one(path)?, one(path)?]),
            // A plan has both tenants in it.
            (None, None, [path]) => plan::inputs(path),
            (_, _, paths) => Err(RunError::Diff {
                message: format!("{} are not two tenants", if paths.is_empty() { "no paths" } else { "these paths" }),
                help: "Write `caplint diff BEFORE AFTER`, `caplint diff --git main exports/` or `caplint diff --plan plan.json`."
                    .to_owned(),
            }),
        }
    }

    /// Turns policies on.
    fn assume(&self, loaded: &mut [Loaded; 2]) -> Result<(), RunError> {
        let sides: &[usize] = match self.assume_enabled {
            None => &[],
            Some(AssumedSide::Before) => &[0],
            Some(AssumedSide::After) => &[1],
            Some(AssumedSide::Both) => &[0, 1],
        };
        for side in sides {
            for policy in &mut loaded[*side].tenant.policies {
                if Assume::ReportOnly.is_meant(policy) {
                    turn_on(policy);
                }
            }
        }
        for wanted in &self.enable {
            enable(&mut loaded[1], wanted)?;
        }
        Ok(())
    }
}

/// Turns on the one policy of this name or id, or every one in these states.
fn enable(loaded: &mut Loaded, wanted: &Assume) -> Result<(), RunError> {
    let policies = &mut loaded.tenant.policies;
    let called = match wanted {
        Assume::Called(name) => name,
        Assume::ReportOnly | Assume::All => {
            policies.iter_mut().filter(|policy| wanted.is_meant(policy)).for_each(turn_on);
            return Ok(());
        }
    };
    let names: BTreeSet<String> =
        policies.iter().filter_map(|policy| policy.display_name.known()).map(ToString::to_string).collect();
    let mut found: Vec<&mut Policy> = policies.iter_mut().filter(|policy| wanted.is_meant(policy)).collect();
    let help = "Give the name or the id of one policy; `caplint files -v` lists the files.";
    let problem =
        |message, near: Option<String>| Err(RunError::Diff { message, help: near.unwrap_or_else(|| help.to_owned()) });
    match found.as_mut_slice() {
        [policy] => {
            turn_on(policy);
            Ok(())
        }
        [] => {
            let near = did_you_mean(called, names.iter().map(String::as_str), quoted_whole);
            problem(format!("there is no policy {}", quoted(called)), near)
        }
        several => problem(format!("{} policies are called {}", several.len(), quoted(called)), None),
    }
}

fn turn_on(policy: &mut Policy) {
    policy.state = Fact::Known(State::Enabled);
}

fn read_intent(path: &Path) -> Result<Intent, RunError> {
    let problem = |problem| RunError::Intent { path: path.to_owned(), problem };
    let bytes = std::fs::read(path).map_err(|error| RunError::Path { path: path.to_owned(), error })?;
    let text = source::decode(bytes).map_err(|_| problem("it is not text".to_owned()))?;
    Intent::read(text.as_str()).map_err(problem)
}

fn load(input: &Input, options: &lint::Options, progress: &AtomicUsize) -> Loaded {
    let inputs = std::slice::from_ref(input);
    lint::read_tenant(&lint::common_folder(inputs), inputs, options, progress)
}

/// Whether there is nothing that a comparison could rest on.
fn is_empty(loaded: &Loaded) -> bool {
    loaded.tenant.policies.is_empty() && loaded.tenant.missing.is_empty()
}

fn one(path: &Path) -> Result<Input, RunError> {
    let mut found = inputs(std::slice::from_ref(&path.to_owned()))?;
    Ok(found.remove(0))
}

impl FailOn {
    fn fails(self, difference: &Difference) -> bool {
        let Classes { loosened, tightened, newly_blocked, newly_unblocked, session_changed } = difference.classes;
        let counted = match self {
            Self::Never => return false,
            Self::Loosened => vec![loosened, newly_unblocked],
            Self::NewlyBlocked => vec![loosened, newly_unblocked, newly_blocked],
            Self::Tightened => vec![loosened, newly_unblocked, newly_blocked, tightened],
            Self::Changed => vec![loosened, newly_unblocked, newly_blocked, tightened, session_changed],
        };
        // A gate must not pass because it could not tell.
        difference.verdict == Verdict::Undecided || counted.into_iter().any(|class| class != Class::No)
    }
}

/// The comparison with the lines that explain it.
pub(super) fn compared(loaded: [&Loaded; 2], difference: Difference) -> Compared {
    let places = located(loaded, &difference);
    // Groups have the same members on both sides, so either directory would do.
    let [before, after] = loaded.map(|side| &side.tenant.directory);
    let directory = if after.is_empty() { before } else { after };
    let listed = Listed::of(directory);
    let person = |index: &UserIndex| PersonReport::of(directory.user(*index));
    let people = |among: Among| ChangedPeople {
        users: among.users.iter().map(person).collect(),
        perhaps_others: among.perhaps_others,
    };
    let people = difference.changes.iter().map(|change| listed.among(change).map(people)).collect();
    let mut names: BTreeMap<Id, String> = BTreeMap::new();
    let mut descriptions: BTreeMap<Id, String> = BTreeMap::new();
    for side in loaded {
        let described = side.tenant.companions.descriptions.iter();
        descriptions.extend(described.map(|(id, description)| (id.clone(), description.to_string())));
        names.extend(side.tenant.companions.names.iter().map(|(id, name)| (id.clone(), name.to_string())));
        let users = side.tenant.people.by.users.iter().map(|id| side.tenant.listed(*id));
        names.extend(users.filter_map(|id| Some((id.clone(), side.tenant.name(&id)?.to_owned()))));
    }
    let mut findings = Vec::new();
    let [before, after] = loaded.map(|side| {
        findings.extend(side.findings.iter().filter(|finding| finding.level == Level::Error).cloned());
        let policies = side.tenant.policies.iter().map(PolicyRef::to).collect();
        let (files, missing, anchor) = (side.files, side.tenant.missing.len(), side.anchor());
        SideReport { name: side.name.clone(), files, policies, missing, anchor }
    });
    Compared { before, after, difference, places, findings, names, descriptions, people, intent: None }
}

/// The places of all causes, as lines: for each change and each cause of it. What cannot be found is left out.
fn located(loaded: [&Loaded; 2], difference: &Difference) -> Vec<Vec<Vec<(Side, Location)>>> {
    let label = |place: &Place| {
        let policy = &loaded[place.side.index()].tenant.policies[place.policy];
        Label::in_policy(policy, &place.pointer, place.message)
    };
    let all = || difference.changes.iter().flat_map(|change| &change.causes).flat_map(|cause| &cause.places);
    let mut found = Side::ALL.map(|side| {
        let labels: Vec<Label> = all().filter(|place| place.side == side).map(label).collect();
        loaded[side.index()].places(&labels)
    });
    // Each side's labels are numbered in the order of the changes.
    let mut next = [0; 2];
    let mut location = |place: &Place| {
        let index = place.side.index();
        let number = next[index];
        next[index] += 1;
        found[index].remove(&number).map(|location| (place.side, location))
    };
    let mut of_cause = |cause: &Cause| cause.places.iter().filter_map(&mut location).collect();
    difference.changes.iter().map(|change| change.causes.iter().map(&mut of_cause).collect()).collect()
}
