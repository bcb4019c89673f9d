//! What a run checks and under which assumptions: the arguments that `check` and `baseline` share.

use super::directory::DirectoryArguments;
use super::error::RunError;
use super::inputs::inputs;
use super::near::{did_you_mean, near};
use super::progress::Progress;
use super::say;
use super::variables::VariableArguments;
use crate::baseline::Baseline;
use crate::catalog::Cloud;
use crate::config::{self, Config, TenantEntry, parse_day};
use crate::controls;
use crate::coverage::Ways;
use crate::discover::{Input, Overlay, shown};
use crate::finding::{joined, quoted, quoted_whole};
use crate::lint::{self, Loaded, Settling, Variables};
use crate::outcome::{TenantReport, redacted};
use crate::requirement::Assumptions;
use crate::rules::{self, Reading};
use crate::tenant::{Assume, AssumeEnabled, Assumed, Tenant};
use clap::ValueEnum;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use time::Date;

#[derive(clap::Args)]
pub(super) struct Selection {
    /// Files and folders of exported policies; - is standard input [default: the configuration's tenants, or .]
    #[arg(value_name = "PATH")]
    pub(super) paths: Vec<PathBuf>,

    /// Which reading of a control causes findings: the proof, or the control's literal stored query
    #[arg(long, value_enum, default_value_t)]
    reading: ReadingArgument,

    #[command(flatten)]
    controls: Controls,

    /// Treat every PATH as a separate tenant
    #[arg(long)]
    tenant_per_path: bool,

    /// Judge the tenant, or check only the given files (for hooks that see some of them)
    #[arg(long, value_enum, default_value_t)]
    scope: Scope,

    /// The cloud, which decides the app id of the management API [default: public]
    #[arg(long, value_enum)]
    cloud: Option<CloudArgument>,

    /// Judge as if these policies were enabled: report-only, all, or the name or id of one; any number of times
    #[arg(long, value_name = "WHICH")]
    assume_enabled: Vec<Assume>,

    /// The date to compare review dates and deadlines with, for example 2027-01-31 [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,

    /// The configuration [default: the nearest caplint.toml, from the working directory upward]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,

    /// Disregard the configuration, its baseline and all ignores, so that only the paths and arguments count
    #[arg(long)]
    isolated: bool,

    #[command(flatten)]
    with_directory: DirectoryArguments,

    #[command(flatten)]
    variables: VariableArguments,
}

// The controls that are judged. Not a doc comment: clap would take it for what the command is about.
#[derive(clap::Args)]
pub(super) struct Controls {
    /// Judge the controls of a benchmark, or all; can be repeated [default: the configuration's, or only
    /// mfa-azure-management]
    #[arg(long, value_name = "BENCHMARK", value_parser = benchmark)]
    benchmark: Vec<String>,

    /// Judge a control in addition to those of benchmarks; can be repeated
    #[arg(long, value_name = "CONTROL", value_parser = control)]
    control: Vec<String>,
}

impl Controls {
    /// The controls that the command line selects, or those of the configuration.
    pub(super) fn selection(&self, config: &Config) -> controls::Selection {
        let mut asked = controls::Selection::default();
        // Unknown ones were rejected when the arguments were read.
        let known = |added: Result<(), Vec<&'static str>>| debug_assert!(added.is_ok());
        self.benchmark.iter().for_each(|id| known(asked.add_benchmark(id)));
        self.control.iter().for_each(|id| known(asked.add_control(id)));
        if asked.is_empty() { config.selection.clone() } else { asked }
    }
}

/// A day on the command line.
pub(super) fn day(text: &str) -> Result<Date, String> {
    parse_day(text).ok_or_else(|| {
        let shape: String = text.chars().map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
        let said = match shape.as_str() {
            "0000-00-00" => "the calendar has no such day",
            _ => "write it as YEAR-MONTH-DAY, for example 2027-01-31",
        };
        said.to_owned()
    })
}

/// The last day of something that is added: today or later, because nothing would come of it otherwise.
pub(super) fn day_to_come(text: &str) -> Result<Date, String> {
    let day = day(text)?;
    let today = time::OffsetDateTime::now_utc().date();
    if day < today {
        return Err(format!("it is past; today is {today}"));
    }
    Ok(day)
}

/// A benchmark on the command line.
pub(super) fn benchmark(text: &str) -> Result<String, String> {
    controls::Selection::default()
        .add_benchmark(text)
        .map(|()| text.to_owned())
        .map_err(|known| there_are(text, &known))
}

/// A control on the command line.
fn control(text: &str) -> Result<String, String> {
    controls::Selection::default().add_control(text).map(|()| text.to_owned()).map_err(|known| there_are(text, &known))
}

fn there_are(text: &str, known: &[&str]) -> String {
    let alike = controls::alike(text, known);
    let found = if alike.is_empty() { near(text, known.iter().copied()) } else { alike };
    match found.as_slice() {
        [] => format!("there are {}", known.join(", ")),
        [one] => format!("did you mean {one}?"),
        several => format!("did you mean one of {}?", several.join(", ")),
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum ReadingArgument {
    #[default]
    Effective,
    StoredQuery,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Scope {
    #[default]
    Tenant,
    File,
}

#[derive(Clone, Copy, Default, ValueEnum)]
pub(super) enum CloudArgument {
    #[default]
    Public,
    Usgov,
}

impl CloudArgument {
    pub(super) fn meaning(self) -> Cloud {
        match self {
            Self::Public => Cloud::Public,
            Self::Usgov => Cloud::UsGovernment,
        }
    }
}

// What every command is told that asks about one tenant. Not a doc comment: clap would take it for what the command is about.
#[derive(clap::Args)]
pub(super) struct Judging {
    /// The cloud, which decides the app ids [default: the tenant's in the configuration, or public]
    #[arg(long, value_enum)]
    cloud: Option<CloudArgument>,

    /// Judge as if these policies were enabled: report-only, all, or the name or id of one; any number of times
    #[arg(long, value_name = "WHICH")]
    assume_enabled: Vec<Assume>,

    /// The configuration [default: the nearest caplint.toml, from the working directory upward]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,

    /// Read no configuration
    #[arg(long)]
    isolated: bool,

    #[command(flatten)]
    with_directory: DirectoryArguments,

    #[command(flatten)]
    variables: VariableArguments,
}

impl Judging {
    /// Answers show no names of people.
    pub(super) fn redacts(&self) -> bool {
        self.with_directory.redact
    }

    pub(super) fn config(&self) -> Result<Arc<Config>, RunError> {
        Ok(Arc::new(config(self.config.as_deref(), self.isolated)?.0))
    }

    /// The tenant that inputs are of: one of the configuration, with all of its files, or else what they hold. One without policies is
    /// none.
    pub(super) fn tenant(&self, inputs: Vec<Input>, config: &Arc<Config>) -> Result<Asked, RunError> {
        let Chosen { name, inputs, cloud, security_defaults, entry: _ } = Chosen::the_one(inputs, config)?;
        let cloud = self.cloud.map(CloudArgument::meaning).or(cloud).unwrap_or_default();
        let options = lint::Options {
            config: Arc::clone(config),
            cloud,
            security_defaults,
            variables: self.variables.given()?,
            directory: self.with_directory.given()?,
            redact: self.with_directory.redact,
            ..lint::Options::default()
        };
        let mut tenant = lint::load(&inputs, &options);
        let assumed = AssumeEnabled::new(self.assume_enabled.clone());
        check_assumed(&assumed, &tenant.assume(&assumed))?;
        if tenant.policies.is_empty() && tenant.companions.security_defaults.is_none() {
            return Err(RunError::NoPolicies { name: quoted(&name) });
        }
        Ok(Asked { name, cloud, tenant, inputs })
    }
}

/// The tenant that a command asks about.
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) cloud: Cloud,
    pub(super) tenant: Tenant,
    /// What it was read from.
    pub(super) inputs: Vec<Input>,
}

impl Asked {
    /// An answer. With `--redact`, without names of people.
    pub(super) fn answer(&self, judging: &Judging, text: String) -> String {
        if judging.redacts() { redacted(&text, &self.tenant.forgotten) } else { text }
    }
}

/// A policy that is assumed to be on must be there, or the answer is about something else.
fn check_assumed(assumed: &AssumeEnabled, outcome: &Assumed) -> Result<(), RunError> {
    let unknown = assumed.called().find(|name| !outcome.found.contains(*name));
    let Some(name) = unknown else { return Ok(()) };
    let near = did_you_mean(name, outcome.names.iter().map(String::as_str), quoted_whole);
    let help = "Specify the name or the id of a policy in the files, or `report-only` or `all`.";
    Err(RunError::NoPolicy { name: quoted(name), help: near.unwrap_or_else(|| help.to_owned()) })
}

/// What a command needs in addition to findings.
pub(super) struct Wanted {
    pub(super) line_hashes: bool,
    pub(super) keep_files: bool,
    pub(super) allow_empty: bool,
    pub(super) ways: Ways,
    pub(super) help: bool,
    pub(super) map: bool,
    /// Policies in words. Without a choice of controls, all of them are judged: who reads about policies asks what each is for.
    pub(super) cards: bool,
    /// What an editor shows beside the files.
    pub(super) outline: bool,
}

impl Wanted {
    /// Nothing beside findings.
    pub(super) const FINDINGS: Self = Self {
        line_hashes: false,
        keep_files: false,
        allow_empty: false,
        ways: Ways::Mentioned,
        help: false,
        map: false,
        cards: false,
        outline: false,
    };
}

/// Everything that is known before the first file is read.
pub(super) struct Prepared<'s> {
    selection: &'s Selection,
    chosen: Vec<Chosen>,
    pub(super) config: Arc<Config>,
    config_text: String,
    today: Date,
    is_complete: bool,
    variables: Arc<Variables>,
    directory: Arc<[Input]>,
    overlay: Arc<Overlay>,
}

/// A tenant to look at.
struct Chosen {
    name: String,
    inputs: Vec<Input>,
    cloud: Option<Cloud>,
    security_defaults: Option<bool>,
    /// Bytes of the configuration that name it.
    entry: Option<Range<usize>>,
}

impl Chosen {
    fn of_entry(entry: &TenantEntry) -> Result<Self, RunError> {
        let TenantEntry { name, cloud, security_defaults, span, .. } = entry;
        let inputs = inputs(&entry.paths)?;
        let (cloud, security_defaults) = (*cloud, *security_defaults);
        Ok(Self { name: name.clone(), inputs, cloud, security_defaults, entry: Some(span.clone()) })
    }

    /// The tenant that inputs are of.
    fn the_one(inputs: Vec<Input>, config: &Config) -> Result<Self, RunError> {
        let at = |input: &Input| match input {
            Input::Path(path) => entries_at(&config.tenants, path),
            Input::Stdin(_) | Input::Stored(_) => Vec::new(),
        };
        let met: Vec<Vec<&TenantEntry>> = inputs.iter().map(at).collect();
        let is_met = |entry: &&TenantEntry| met.iter().flatten().any(|met| std::ptr::eq(*met, *entry));
        let found: Vec<&TenantEntry> = config.tenants.iter().filter(is_met).collect();
        let is_whole = met.iter().all(|met| !met.is_empty());
        match found.as_slice() {
            [] => Ok(Self::of_paths(lint::common_folder(&inputs), inputs)),
            [one] if is_whole => Self::of_entry(one),
            several => Err(several_tenants(several, !is_whole)),
        }
    }

    fn of_paths(name: String, inputs: Vec<Input>) -> Self {
        Self { name, inputs, cloud: None, security_defaults: None, entry: None }
    }
}

impl Selection {
    pub(super) fn judges_tenants(&self) -> bool {
        self.scope == Scope::Tenant
    }

    /// The configuration that is given, as seen from a folder.
    pub(super) fn config_path(&self, folder: &Path) -> Option<PathBuf> {
        self.config.as_ref().map(|path| folder.join(path))
    }

    pub(super) fn prepare(&self) -> Result<Prepared<'_>, RunError> {
        self.prepared(config(self.config.as_deref(), self.isolated)?, &Overlay::default())
    }

    /// The same with these texts in the place of files.
    pub(super) fn prepare_over(&self, overlay: &Overlay) -> Result<Prepared<'_>, RunError> {
        self.prepared(config_over(self.config.as_deref(), self.isolated, overlay)?, overlay)
    }

    fn prepared(&self, (config, config_text): (Config, String), overlay: &Overlay) -> Result<Prepared<'_>, RunError> {
        let chosen = self.tenants(&config)?;
        let today = self.today.unwrap_or_else(|| time::OffsetDateTime::now_utc().date());
        // What a part of the tenants does not need, the others may.
        let is_complete = self.judges_tenants() && (self.paths.is_empty() || config.tenants.is_empty());
        let variables = self.variables.given()?;
        let directory = self.with_directory.given()?;
        if chosen.len() > 1 && !directory.is_empty() {
            return Err(RunError::DirectoryOfSeveral);
        }
        let config = Arc::new(config);
        let overlay = Arc::new(overlay.clone());
        Ok(Prepared { selection: self, chosen, config, config_text, today, is_complete, variables, directory, overlay })
    }

    /// The tenants that the paths choose, each with all of its files; without paths those of the configuration.
    fn tenants(&self, config: &Config) -> Result<Vec<Chosen>, RunError> {
        if self.paths.is_empty() && !config.tenants.is_empty() {
            return config.tenants.iter().map(Chosen::of_entry).collect();
        }
        let paths = if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths.clone() };
        let (mut chosen, mut rest) = (Vec::new(), Vec::new());
        let mut entries: Vec<&TenantEntry> = Vec::new();
        // `--scope file` checks exactly the given files.
        let entries_of_config = if self.judges_tenants() { config.tenants.as_slice() } else { &[] };
        for path in paths {
            let met = entries_at(entries_of_config, &path);
            if met.is_empty() {
                rest.push(path);
            } else {
                entries.extend(met);
            }
        }
        for entry in config.tenants.iter().filter(|entry| entries.iter().any(|met| std::ptr::eq(*met, *entry))) {
            chosen.push(Chosen::of_entry(entry)?);
        }
        let rest = inputs(&rest)?;
        if self.tenant_per_path {
            chosen.extend(rest.into_iter().map(|input| Chosen::of_paths(input.name(), vec![input])));
        } else if !rest.is_empty() {
            chosen.push(Chosen::of_paths(lint::common_folder(&rest), rest));
        }
        Ok(chosen)
    }
}

/// Tenants with files at a path.
fn entries_at<'c>(entries: &'c [TenantEntry], path: &Path) -> Vec<&'c TenantEntry> {
    entries.iter().filter(|entry| entry.paths.iter().any(|own| meet(own, path))).collect()
}

/// Refuses a path that is taken for one tenant, and has files of several in the configuration.
pub(super) fn refuse_several(config: &Config, path: &Path) -> Result<(), RunError> {
    match entries_at(&config.tenants, path).as_slice() {
        [] | [_] => Ok(()),
        several => Err(several_tenants(several, false)),
    }
}

fn several_tenants(entries: &[&TenantEntry], and_others: bool) -> RunError {
    let others = and_others.then(|| "files of none of the configuration's".to_owned());
    let names: Vec<String> = entries.iter().map(|entry| quoted(&entry.name)).chain(others).collect();
    RunError::SeveralTenants { names: joined(&names, usize::MAX) }
}

/// Whether one of two paths is inside of the other.
fn meet(one: &Path, two: &Path) -> bool {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (one, two) = (real(one), real(two));
    one.starts_with(&two) || two.starts_with(&one)
}

/// Tenants that each thread lints at a time: enough to keep the threads busy, and few enough to bound memory.
const AT_A_TIME: usize = 4;

impl Prepared<'_> {
    /// Lints the tenants in their order, and hands them over a few at a time.
    pub(super) fn each(
        &self,
        wanted: &Wanted,
        mut take: impl FnMut(Vec<TenantReport>) -> Result<(), RunError>,
    ) -> Result<(), RunError> {
        let progress = Progress::of_tenants(self.chosen.len());
        // Either tenants run side by side or the files of one do: never a pool inside of a pool. To ask for the number of threads
        // starts them, and one tenant may not need them.
        let side_by_side = self.chosen.len() > 1 && self.chosen.len() >= rayon::current_num_threads();
        let options = self.options(wanted, !side_by_side);
        let lint_one = |chosen: &Chosen| {
            let options = self.of_chosen(chosen, &options);
            let reports = lint::tenants(&chosen.name, &chosen.inputs, &options, progress.files());
            progress.tenant();
            reports
        };
        // Findings go out while tenants come in.
        let mut take = |tenants| progress.aside(|| take(tenants));
        if side_by_side {
            let mut few = self.chosen.chunks(rayon::current_num_threads() * AT_A_TIME);
            few.try_for_each(|few| take(few.par_iter().flat_map_iter(lint_one).collect()))
        } else {
            self.chosen.iter().try_for_each(|chosen| take(lint_one(chosen)))
        }
    }

    /// Lints the tenants, and keeps them all.
    pub(super) fn all(&self, wanted: &Wanted) -> Result<Vec<TenantReport>, RunError> {
        let mut tenants = Vec::new();
        self.each(wanted, |few| {
            tenants.extend(few);
            Ok(())
        })?;
        Ok(tenants)
    }

    fn of_chosen(&self, chosen: &Chosen, options: &lint::Options) -> lint::Options {
        lint::Options {
            cloud: self.selection.cloud.map(CloudArgument::meaning).or(chosen.cloud).unwrap_or_default(),
            security_defaults: chosen.security_defaults,
            entry: chosen.entry.clone(),
            ..options.clone()
        }
    }

    /// The tenants as their files have them, whatever is assumed of them.
    pub(super) fn read(&self, wanted: &Wanted) -> Vec<Tenant> {
        let options = lint::Options { assume_enabled: AssumeEnabled::default(), ..self.options(wanted, true) };
        let read =
            |chosen: &Chosen| lint::read_tenants(&chosen.name, &chosen.inputs, &self.of_chosen(chosen, &options));
        self.chosen.iter().flat_map(read).collect()
    }

    /// The same, one for each choice and with the places of everything.
    pub(super) fn load(&self, wanted: &Wanted) -> Vec<Loaded> {
        let options = lint::Options { assume_enabled: AssumeEnabled::default(), ..self.options(wanted, true) };
        let progress = AtomicUsize::new(0);
        let load = |chosen: &Chosen| {
            lint::read_tenant(&chosen.name, &chosen.inputs, &self.of_chosen(chosen, &options), &progress)
        };
        self.chosen.iter().map(load).collect()
    }

    /// What is assumed of what Microsoft leaves undocumented.
    pub(super) fn assumptions(&self) -> Assumptions {
        self.config.assumptions_on(self.today)
    }

    /// Reports show no names of people.
    pub(super) fn redacts(&self) -> bool {
        self.selection.with_directory.redact
    }

    fn assumed(&self) -> AssumeEnabled {
        AssumeEnabled::new(self.selection.assume_enabled.clone())
    }

    /// A policy is named that is assumed to be on.
    pub(super) fn assumes_by_name(&self) -> bool {
        self.assumed().called().next().is_some()
    }

    /// A policy that is assumed to be on must be there.
    pub(super) fn check_assumed(&self, outcome: &Assumed) -> Result<(), RunError> {
        check_assumed(&self.assumed(), outcome)
    }

    fn options(&self, wanted: &Wanted, parallel: bool) -> lint::Options {
        lint::Options {
            reading: match self.selection.reading {
                ReadingArgument::Effective => Reading::Effective,
                ReadingArgument::StoredQuery => Reading::StoredQuery,
            },
            judge_tenant: self.selection.judges_tenants(),
            assume_enabled: self.assumed(),
            allow_empty: wanted.allow_empty,
            line_hashes: wanted.line_hashes,
            keep_files: wanted.keep_files,
            parallel,
            selection: match self.selection.controls.selection(&self.config) {
                nothing if nothing.is_empty() && wanted.cards => {
                    controls::Selection { everything: true, ..controls::Selection::default() }
                }
                chosen => chosen,
            },
            config: Arc::clone(&self.config),
            today: self.today,
            is_only_tenant: self.chosen.len() == 1,
            variables: Arc::clone(&self.variables),
            directory: Arc::clone(&self.directory),
            redact: self.redacts(),
            ways: wanted.ways,
            help: wanted.help,
            map: wanted.map,
            cards: wanted.cards,
            outline: wanted.outline,
            overlay: Arc::clone(&self.overlay),
            ..lint::Options::default()
        }
    }

    /// The baseline: the given one, the configuration's, or the one next to the configuration.
    pub(super) fn baseline(&self, given: Option<&Path>) -> Result<Option<Baseline>, RunError> {
        let path = self.baseline_path(given);
        let is_asked_for = given.is_some() || self.config.baseline.is_some();
        if !is_asked_for && (self.selection.isolated || !path.is_file()) {
            return Ok(None);
        }
        let text = std::fs::read_to_string(&path).map_err(|error| RunError::Path { path: path.clone(), error })?;
        let read = Baseline::read(&text);
        read.map(Some).map_err(|problem| RunError::Baseline { path, problem: crate::finding::visible(&problem) })
    }

    /// Where the baseline is, or would be.
    pub(super) fn baseline_path(&self, given: Option<&Path>) -> PathBuf {
        given.map_or_else(|| self.config.baseline_path(), Path::to_owned)
    }

    /// Whether the run is about everything that the configuration is for: run elsewhere or with other controls, another run may need what
    /// this one does not.
    fn covers_config(&self) -> bool {
        let here =
            self.config.path.as_ref().and_then(|path| path.parent()).is_none_or(|folder| folder.as_os_str().is_empty());
        self.is_complete
            && self.selection.paths.is_empty()
            && self.selection.assume_enabled.is_empty()
            && (here || !self.config.tenants.is_empty())
            && self.selection.controls.benchmark.is_empty()
            && self.selection.controls.control.is_empty()
    }

    /// How findings are settled. `comments` are the ignores in the files themselves.
    pub(super) fn settling<'a>(
        &'a self,
        baseline: Option<&'a Baseline>,
        ignores: bool,
        comments: bool,
    ) -> Settling<'a> {
        Settling {
            config: &self.config,
            config_text: &self.config_text,
            baseline,
            ignores,
            comments: ignores && comments && !self.selection.isolated,
            is_complete: self.is_complete,
            covers_config: self.covers_config(),
            today: self.today,
        }
    }
}

/// A file here that was probably meant as the configuration.
fn near_miss() -> Option<&'static str> {
    let names =
        [".caplint.toml", "caplint.tml", "caplint.yaml", "caplint.yml", ".caplint.yaml", ".caplint.yml", ".caplintrc"];
    names.into_iter().find(|name| Path::new(name).is_file())
}

/// The configuration that holds here, and its text.
pub(super) fn config(given: Option<&Path>, isolated: bool) -> Result<(Config, String), RunError> {
    let found = config_over(given, isolated, &Overlay::default())?;
    near_miss().filter(|_| found.0.path.is_none() && !isolated).iter().for_each(|name| {
        say(format!("caplint: {name} is not read; the configuration must be named {}", config::FILE_NAME));
    });
    Ok(found)
}

fn config_over(given: Option<&Path>, isolated: bool, overlay: &Overlay) -> Result<(Config, String), RunError> {
    let found = || config::find(&std::env::current_dir().ok()?);
    let path = given.map(Path::to_owned).or_else(|| if isolated { None } else { found() });
    let Some(path) = path else { return Ok((Config::default(), String::new())) };
    // As people would name it.
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).map(Path::to_owned).unwrap_or(path);
    let text = match overlay.get(&shown(&path)).map(|bytes| String::from_utf8_lossy(bytes).into_owned()) {
        Some(text) => text,
        None => std::fs::read_to_string(&path).map_err(|error| RunError::Path { path: path.clone(), error })?,
    };
    let config = config::read(&path, &text, rules::ids()).map_err(|problem| RunError::config(&path, &text, problem))?;
    Ok((config, text))
}
