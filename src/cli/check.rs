//! `caplint check`

use super::FAILED;
use super::category::category;
use super::error::RunError;
use super::reporting::{FileReport, Reporting, Reports, Shown, unless_closed};
use super::say;
use super::selection::{Prepared, Selection, Wanted};
use super::terminal::Terminal;
use crate::config::Profile;
use crate::coverage::Ways;
use crate::discover::Input;
use crate::finding::Level;
use crate::lint::{self, Settler};
use crate::report::statistics::{Format as Counted, Statistics};
use crate::report::{Ending, Format, Later, Root, Run, Style, Summary};
use clap::ValueEnum;
use clap::builder::PossibleValue;
use std::io::{LineWriter, Write};
use std::path::{Path, PathBuf};
use std::str::FromStr;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Format of standard output
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,

    /// Also write a report to a file, for example sarif=caplint.sarif; can be repeated
    #[arg(long, value_name = "FMT=FILE")]
    output: Vec<Output>,

    /// Count the findings of each rule instead of showing them, as a table or with --format json
    #[arg(long)]
    statistics: bool,

    /// Category of SARIF reports, which tells analyses of one commit apart for code scanning, such as those of a matrix
    #[arg(long, value_name = "NAME", value_parser = category)]
    category: Option<String>,

    /// The lowest level that causes exit code 1 [default: error; warning with the profile strict]
    #[arg(long, value_name = "LEVEL", value_enum)]
    fail_on: Option<FailOn>,

    /// Report ignored findings, too
    #[arg(long)]
    no_ignores: bool,

    /// Disregard ignore comments in the checked files; ignores in the configuration still apply
    #[arg(long)]
    no_ignore_comments: bool,

    /// The baseline of existing findings [default: caplint-baseline.json next to the configuration]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    baseline: Option<PathBuf>,

    /// Report findings in the baseline, too
    #[arg(long)]
    no_baseline: bool,

    /// Judge a tenant without policies instead of failing
    #[arg(long)]
    allow_empty: bool,

    /// Show errors only, and no summary
    #[arg(short, long, conflicts_with = "verbose")]
    quiet: bool,

    /// Show findings of the level info, too, why a control holds, every exception and every item of a benchmark; and tell on
    /// standard error which configuration is read and what each file is taken for. -vv is the same
    #[arg(short, long, overrides_with = "verbose")]
    verbose: bool,
}

impl ValueEnum for Format {
    fn value_variants<'a>() -> &'a [Self] {
        Self::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.word()).help(self.about()))
    }
}

#[derive(Clone)]
struct Output {
    format: Format,
    path: PathBuf,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (format, path) = text.split_once('=').ok_or("write it as FMT=FILE, for example sarif=caplint.sarif")?;
        if path.is_empty() {
            return Err("the file is missing after the equals sign".to_owned());
        }
        Ok(Self { format: format.parse()?, path: path.into() })
    }
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum FailOn {
    #[default]
    Error,
    Warning,
    Info,
    Never,
}

pub(super) fn run(arguments: &Arguments, terminal: Terminal) -> Result<u8, RunError> {
    let prepared = arguments.selection.prepare()?;
    targets(arguments, &prepared)?;
    let counted_as = arguments.counted_as()?;
    let is_strict = prepared.config.profile == Profile::Strict;
    let baseline = if arguments.no_baseline { None } else { prepared.baseline(arguments.baseline.as_deref())? };
    let formats = || std::iter::once(arguments.format).chain(arguments.output.iter().map(|output| output.format));
    let lists_ways = baseline.is_some() || formats().any(|format| format.ways() == Ways::Listed);
    let wanted = Wanted {
        line_hashes: formats().any(|format| format == Format::Sarif),
        keep_files: arguments.verbose,
        allow_empty: arguments.allow_empty,
        ways: if lists_ways { Ways::Listed } else { Ways::Mentioned },
        help: formats().any(Format::shows_help),
        map: formats().any(Format::shows_map),
        ..Wanted::FINDINGS
    };
    if arguments.verbose {
        let path = prepared.config.path.as_ref().map(|path| path.to_string_lossy());
        say(format!("configuration: {}", crate::finding::visible(path.as_deref().unwrap_or("none"))));
    }
    let style = arguments.style(is_strict, terminal);
    let judges_tenants = arguments.selection.judges_tenants();
    let run = Run {
        own: prepared.config.requirements.clone(),
        needs_policies: judges_tenants && !arguments.allow_empty,
        files_only: !judges_tenants,
        off: prepared.config.switched_off().map(str::to_owned).collect(),
        category: arguments.category.clone(),
        root: root(),
    };
    // Whole lines, as soon as there are any.
    let mut stdout = LineWriter::new(std::io::stdout().lock());
    let mut held = Later::default();
    // A name that no policy has is known at the end, and nobody should have read a report by then. A device or pipe that another
    // report is written to may be standard output.
    let is_held = prepared.assumes_by_name() || arguments.output.iter().any(|output| !is_replaced(&output.path));
    let out: &mut dyn Write = if is_held { &mut held } else { &mut stdout };
    let shown = match counted_as {
        Some(_) => Shown::Counted(Statistics::default()),
        None => Shown::Report(arguments.format.stream(&run, style)),
    };
    let file = |output: &Output| {
        let style = Style { color: false, unicode: true, links: false, width: None, ..style };
        FileReport::start(output.path.clone(), output.format.stream(&run, style))
    };
    let files = arguments.output.iter().map(file).collect::<Result<Vec<_>, _>>()?;
    let settling = prepared.settling(baseline.as_ref(), !arguments.no_ignores, !arguments.no_ignore_comments);
    let reports = Reports::start(shown, out, files)?;
    let mut reporting = Reporting::new(Settler::new(settling), reports, arguments.verbose, prepared.redacts());
    prepared.each(&wanted, |tenants| reporting.take(tenants))?;
    let (outcome, settled, reports) = reporting.end()?;
    prepared.check_assumed(&outcome.assumed)?;
    let empty = outcome.empty.filter(|_| run.needs_policies);
    let fail_on = arguments.fail_on.unwrap_or(if is_strict { FailOn::Warning } else { FailOn::Error });
    let exit_code = match &empty {
        Some(_) => FAILED,
        None if outcome.has_crashed => FAILED,
        None => u8::from(fail_on.fails(&outcome.summary)),
    };
    let ending = Ending { summary: outcome.summary, settled: &settled, exit_code };
    let files = reports.end(&ending, |statistics, out| {
        statistics.write(counted_as.unwrap_or(Counted::Text), &ending, run.files_only, style, out)
    })?;
    files.into_iter().try_for_each(|file| file.end(&ending))?;
    unless_closed(held.write_to(&mut stdout).and_then(|()| stdout.flush()))?;
    if let Some(text) = settled.text().filter(|_| arguments.format.is_for_programs()) {
        say(crate::finding::visible(&text));
    }
    match empty {
        Some(name) => Err(RunError::Empty { name: crate::finding::quoted(&name) }),
        None => Ok(exit_code),
    }
}

impl Arguments {
    /// In what findings are counted, if they are.
    fn counted_as(&self) -> Result<Option<Counted>, RunError> {
        match self.format {
            _ if !self.statistics => Ok(None),
            Format::Pretty | Format::Concise => Ok(Some(Counted::Text)),
            Format::Json => Ok(Some(Counted::Json)),
            Format::Sarif | Format::Github | Format::Gitlab | Format::Junit | Format::Markdown | Format::Html => {
                Err(RunError::Statistics { format: self.format })
            }
        }
    }

    fn style(&self, is_strict: bool, terminal: Terminal) -> Style {
        let show = match (self.quiet, self.verbose || is_strict) {
            (true, _) => Some(Level::Error),
            (_, true) => None,
            _ => Some(Level::Warning),
        };
        Style { show, quiet: self.quiet, ..terminal.style() }
    }
}

/// Checks the targets of the reports before the run: their folders are there, no file is written twice, and no input is overwritten.
fn targets(arguments: &Arguments, prepared: &Prepared<'_>) -> Result<(), RunError> {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| std::path::absolute(path).unwrap_or_default());
    let inputs = arguments
        .selection
        .paths
        .iter()
        .filter(|path| path.is_file())
        .map(|path| (real(path), "a file that is checked"));
    let mut taken: Vec<(PathBuf, &str)> = inputs.collect();
    taken.extend(prepared.config.path.iter().map(|path| (real(path), "the configuration")));
    taken.push((real(&prepared.baseline_path(arguments.baseline.as_deref())), "the baseline"));
    for output in &arguments.output {
        let folder = output.path.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Err(error) = folder.map_or(Ok(()), |folder| folder.metadata().map(|_| ())) {
            return Err(RunError::Report { path: output.path.clone(), error });
        }
        let is_replaced = is_replaced(&output.path);
        let path = real(&output.path);
        if let Some((_, what)) = taken.iter().find(|(known, _)| is_replaced && *known == path) {
            return Err(RunError::Target { path: output.path.clone(), what });
        }
        // It may lie in a folder that is checked, or beside it.
        let holds_policies = || lint::files(&[Input::Path(path.clone())]).iter().any(|file| file.policies > 0);
        if is_replaced && path.is_file() && holds_policies() {
            return Err(RunError::Target { path: output.path.clone(), what: "a file that holds policies" });
        }
        taken.push((path, "another report"));
    }
    Ok(())
}

/// A device or pipe is not: it takes any number of reports.
fn is_replaced(path: &Path) -> bool {
    path.metadata().map_or(true, |existing| existing.is_file())
}

impl FailOn {
    fn fails(self, summary: &Summary) -> bool {
        match self {
            Self::Never => false,
            Self::Error => summary.errors > 0,
            Self::Warning => summary.errors + summary.warnings > 0,
            Self::Info => summary.errors + summary.warnings + summary.infos > 0,
        }
    }
}

/// The nearest folder upwards that holds a `.git` folder or file.
pub(super) fn root() -> Root {
    let Ok(here) = std::env::current_dir() else { return Root::default() };
    let Some(top) = here.ancestors().find(|folder| folder.join(".git").exists()) else { return Root::default() };
    let below = here.strip_prefix(top).map(crate::discover::shown).unwrap_or_default();
    let prefix = if below.is_empty() { below } else { format!("{below}/") };
    Root { prefix, absolute: crate::discover::shown(top) }
}
