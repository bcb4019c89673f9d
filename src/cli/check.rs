//! `caplint check`

use super::FAILED;
use super::color::{self, When};
use super::error::RunError;
use super::progress::Progress;
use crate::config::{self, Config, parse_day};
use crate::discover::Input;
use crate::finding::Level;
use crate::lint::{self, TenantReport};
use crate::report::{Format, Root, Run, Style};
use crate::rules::Reading;
use crate::signin::AssumeEnabled;
use clap::ValueEnum;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use time::Date;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders of exported policies; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// Format of standard output: pretty, concise, json or sarif
    #[arg(long, value_name = "FMT", default_value = "pretty")]
    format: Format,

    /// Also write a report to a file, as in sarif=caplint.sarif; any number of times
    #[arg(long, value_name = "FMT=FILE")]
    output: Vec<Output>,

    /// The lowest level that makes the exit code 1
    #[arg(long, value_name = "LEVEL", value_enum, default_value_t)]
    fail_on: FailOn,

    /// Which reading of a control raises findings: the proof, or its stored query to the letter
    #[arg(long, value_enum, default_value_t)]
    reading: ReadingArgument,

    /// Every PATH is a tenant of its own, instead of all of them one
    #[arg(long)]
    tenant_per_path: bool,

    /// Judge the tenant, or only look at the files given (for hooks that see some of them)
    #[arg(long, value_enum, default_value_t)]
    scope: Scope,

    /// The cloud, which decides the app id of the management API
    #[arg(long, value_enum, default_value_t)]
    cloud: Cloud,

    /// Judge as if these policies were on: will it hold once they are?
    #[arg(long, value_name = "WHICH", value_enum)]
    assume_enabled: Option<AssumeArgument>,

    /// Judge a tenant without policies instead of failing
    #[arg(long)]
    allow_empty: bool,

    /// The date that reviews and deadlines are held against, as in 2027-01-31 [default: today, UTC]
    #[arg(long, value_name = "DATE", value_parser = day)]
    today: Option<Date>,

    /// The configuration [default: the nearest caplint.toml, from the working directory upwards]
    #[arg(long, value_name = "FILE", conflicts_with = "isolated")]
    config: Option<PathBuf>,

    /// Read no configuration: nothing but the paths decides
    #[arg(long)]
    isolated: bool,

    /// Show errors only, and no summary
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Show information, too, and on standard error what each file was taken for and why
    #[arg(short, long)]
    verbose: bool,

    /// When to colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: When,
}

#[derive(Clone)]
struct Output {
    format: Format,
    path: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').ok_or("write it as FMT=FILE, e.g. sarif=caplint.sarif")?;
        if path.is_empty() {
            return Err("the file is missing after the equals sign".to_owned());
        }
        Ok(Self { format: format.parse()?, path: path.into() })
    }
}

fn day(text: &str) -> Result<Date, String> {
    parse_day(text).ok_or_else(|| "write it as YEAR-MONTH-DAY, e.g. 2027-01-31".to_owned())
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    Never,
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
pub(super) enum Cloud {
    #[default]
    Public,
    Usgov,
}

impl Cloud {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Usgov => "usgov",
        }
    }
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum AssumeArgument {
    ReportOnly,
    All,
}

impl AssumeArgument {
    pub(super) fn meaning(assumed: Option<Self>) -> AssumeEnabled {
        match assumed {
            None => AssumeEnabled::Neither,
            Some(Self::ReportOnly) => AssumeEnabled::ReportOnly,
            Some(Self::All) => AssumeEnabled::All,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let inputs = inputs(&arguments.paths)?;
    let config = config(arguments.config.as_deref(), arguments.isolated)?;
    let own = config.requirements.clone();
    let tenants = lint_all(arguments, &inputs, config);
    let empty = tenants.iter().find(|tenant| tenant.is_empty).map(|tenant| tenant.name.clone());
    let empty = empty.filter(|_| arguments.scope == Scope::Tenant && !arguments.allow_empty);
    let mut run = Run { tenants, exit_code: 0, own, root: root() };
    run.exit_code = match &empty {
        Some(_) => FAILED,
        None => u8::from(fails(&run, arguments.fail_on)),
    };
    if arguments.verbose {
        for file in run.tenants.iter().flat_map(|tenant| &tenant.taken) {
            eprintln!("{}", crate::finding::visible(&file.to_string()));
        }
    }
    match write_all(arguments, &run) {
        // Somebody downstream has seen enough, as in `caplint check | head`; the verdict stays what it is.
        Err(RunError::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {}
        result => result?,
    }
    match empty {
        Some(name) => Err(RunError::Empty { name: crate::finding::quoted(&name) }),
        None => Ok(run.exit_code),
    }
}

pub(super) fn inputs(paths: &[PathBuf]) -> Result<Vec<Input>, RunError> {
    paths
        .iter()
        .map(|path| {
            if path == Path::new("-") {
                let mut bytes = Vec::new();
                std::io::stdin().lock().read_to_end(&mut bytes).map_err(RunError::Stdin)?;
                return Ok(Input::Stdin(bytes));
            }
            match std::fs::metadata(path) {
                Ok(_) => Ok(Input::Path(path.clone())),
                Err(error) => Err(RunError::Path { path: path.clone(), error }),
            }
        })
        .collect()
}

/// The configuration that holds here.
pub(super) fn config(given: Option<&Path>, isolated: bool) -> Result<Config, RunError> {
    let found = || config::find(&std::env::current_dir().ok()?);
    let path = given.map(Path::to_owned).or_else(|| if isolated { None } else { found() });
    let Some(path) = path else { return Ok(Config::default()) };
    // As people would name it.
    let here = std::env::current_dir().unwrap_or_default();
    let path = path.strip_prefix(&here).map(Path::to_owned).unwrap_or(path);
    let text = std::fs::read_to_string(&path).map_err(|error| RunError::Path { path: path.clone(), error })?;
    config::read(&path, &text).map_err(|problem| RunError::config(&path, &text, problem))
}

fn lint_all(arguments: &Arguments, inputs: &[Input], config: Config) -> Vec<TenantReport> {
    let progress = Progress::start();
    let wants_sarif =
        arguments.format == Format::Sarif || arguments.output.iter().any(|output| output.format == Format::Sarif);
    let mut options = lint::Options {
        reading: match arguments.reading {
            ReadingArgument::Effective => Reading::Effective,
            ReadingArgument::StoredQuery => Reading::StoredQuery,
        },
        judge_tenant: arguments.scope == Scope::Tenant,
        cloud: arguments.cloud.name(),
        assume_enabled: AssumeArgument::meaning(arguments.assume_enabled),
        allow_empty: arguments.allow_empty,
        line_hashes: wants_sarif,
        keep_files: arguments.verbose,
        parallel: true,
        config: Arc::new(config),
        today: arguments.today.unwrap_or_else(|| time::OffsetDateTime::now_utc().date()),
        is_only_tenant: !arguments.tenant_per_path || inputs.len() == 1,
    };
    if !arguments.tenant_per_path {
        return lint::tenants(&lint::common_folder(inputs), inputs, &options, progress.files());
    }
    // Either tenants run side by side or the files of one do: never a pool inside of a pool.
    let side_by_side = inputs.len() >= rayon::current_num_threads() && inputs.len() > 1;
    options.parallel = !side_by_side;
    let lint_one =
        |input: &Input| lint::tenants(&input.name(), std::slice::from_ref(input), &options, progress.files());
    if side_by_side {
        inputs.par_iter().flat_map_iter(lint_one).collect()
    } else {
        inputs.iter().flat_map(lint_one).collect()
    }
}

fn fails(run: &Run, fail_on: FailOn) -> bool {
    let summary = run.summary();
    match fail_on {
        FailOn::Never => false,
        FailOn::Error => summary.errors > 0,
        FailOn::Warning => summary.errors + summary.warnings > 0,
        FailOn::Info => summary.errors + summary.warnings + summary.infos > 0,
    }
}

fn write_all(arguments: &Arguments, run: &Run) -> Result<(), RunError> {
    let show = match (arguments.quiet, arguments.verbose) {
        (true, _) => Some(Level::Error),
        (_, true) => None,
        _ => Some(Level::Warning),
    };
    for output in &arguments.output {
        let style = Style { color: false, unicode: true, show, quiet: arguments.quiet };
        write_file(run, output, style).map_err(|error| RunError::Report { path: output.path.clone(), error })?;
    }
    let style = Style { color: arguments.color.is_on(), unicode: color::is_unicode(), show, quiet: arguments.quiet };
    let mut out = BufWriter::new(std::io::stdout().lock());
    run.write(arguments.format, style, &mut out).and_then(|()| out.flush()).map_err(RunError::Output)
}

/// Writes beside the file and then takes its place, so that nobody ever reads half a report. A device or pipe is
/// written to, not replaced, and so is what a link leads to.
fn write_file(run: &Run, output: &Output, style: Style) -> std::io::Result<()> {
    let path = match std::fs::metadata(&output.path) {
        Ok(existing) if !existing.is_file() => {
            let mut file = BufWriter::new(std::fs::OpenOptions::new().write(true).open(&output.path)?);
            run.write(output.format, style, &mut file)?;
            return file.flush();
        }
        Ok(_) => output.path.canonicalize()?,
        Err(_) => output.path.clone(),
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut options = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As any program creates a file; the process's mask still applies.
        options.permissions(std::fs::Permissions::from_mode(0o666));
    }
    let mut file = options.tempfile_in(folder)?;
    let mut out = BufWriter::new(file.as_file_mut());
    run.write(output.format, style, &mut out)?;
    out.flush()?;
    drop(out);
    file.persist(&path)?;
    Ok(())
}

/// The nearest folder upwards that holds a `.git` folder or file.
fn root() -> Root {
    let Ok(here) = std::env::current_dir() else { return Root::default() };
    let Some(top) = here.ancestors().find(|folder| folder.join(".git").exists()) else { return Root::default() };
    let below = here.strip_prefix(top).map(crate::discover::shown).unwrap_or_default();
    let prefix = if below.is_empty() { below } else { format!("{below}/") };
    Root { prefix, absolute: crate::discover::shown(top) }
}
