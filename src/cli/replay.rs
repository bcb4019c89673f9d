//! `caplint replay`: exported sign-in logs through policies.

use super::error::RunError;
use super::inputs::inputs;
use super::progress::Progress;
use super::selection::Judging;
use super::words::by_its_words;
use crate::coverage::Options;
use crate::discover::Input;
use crate::outcome::redacted;
use crate::replay::{Directory, Listed, Replayer, all_on};
use crate::report::replay::{Asked, Format, LogFile, Report, write};
use crate::sign_in_log::Log;
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// The exit code of disagreements that `--verify` finds.
const DISAGREES: u8 = 1;

/// The exit code of a log that could not be read to its end.
const INCOMPLETE: u8 = 2;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Exported sign-in logs: a file, a folder of files, or - for standard input
    #[arg(value_name = "SIGNINS")]
    sign_ins: PathBuf,

    /// Files and folders of exported policies [default: .]
    #[arg(value_name = "PATH", conflicts_with = "before")]
    paths: Vec<PathBuf>,

    /// Compare what becomes of each sign-in in this tenant with what becomes of it in the one of --after
    #[arg(long, value_name = "PATH", requires = "after")]
    before: Option<PathBuf>,

    /// The tenant after
    #[arg(long, value_name = "PATH", requires = "before")]
    after: Option<PathBuf>,

    /// Hold whether each policy applies against what Microsoft logged; exit code 1 if they disagree
    #[arg(long)]
    verify: bool,

    /// How many users, applications and policies are listed
    #[arg(long, value_name = "N", default_value_t = 10)]
    top: usize,

    /// The output format
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,

    #[command(flatten)]
    judging: Judging,
}

by_its_words!(Format);

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let sources = sources(&arguments.sign_ins)?;
    let config = arguments.judging.config()?;
    let tenant = |paths: &[PathBuf]| {
        let asked = arguments.judging.tenant(inputs(paths)?, &config)?;
        Ok::<_, RunError>((asked.name, asked.tenant))
    };
    let tenants = match (&arguments.before, &arguments.after) {
        (Some(before), Some(after)) => {
            vec![tenant(std::slice::from_ref(before))?, tenant(std::slice::from_ref(after))?]
        }
        _ if arguments.paths.is_empty() => vec![tenant(&[PathBuf::from(".")])?],
        _ => vec![tenant(&arguments.paths)?],
    };
    let today = time::OffsetDateTime::now_utc().date();
    let options = Options { assumptions: config.assumptions_on(today), ..Options::default() };
    let verified = tenants.first().filter(|_| arguments.verify).map(|(_, tenant)| all_on(tenant));
    let asked = tenants.iter().map(|(_, tenant)| tenant).collect();
    let listed: Vec<Listed<'_>> = tenants.iter().map(|(_, tenant)| Listed::of(tenant)).collect();
    let directories = listed.iter().map(|listed| listed as &dyn Directory).collect();
    let mut replayer = Replayer::new(asked, verified.as_ref(), directories, options);
    let redacts = arguments.judging.redacts();
    if redacts {
        replayer.redact();
    }
    let files = read(&sources, &mut replayer)?;
    let result = replayer.end();
    if result.tally.rows == result.tally.malformed + result.tally.not_sign_ins {
        return Err(RunError::NoSignIns { path: arguments.sign_ins.clone() });
    }
    let disagrees = result.checked.as_ref().is_some_and(crate::replay::Checked::disagrees);
    let is_cut = files.iter().any(|file| file.is_cut);
    let forgotten: Vec<Box<str>> = tenants.iter().flat_map(|(_, tenant)| tenant.forgotten.iter().cloned()).collect();
    let tenants = tenants.iter().map(|(name, tenant)| Asked { name: name.clone(), tenant }).collect();
    let report = Report { files, tenants, replayed: &result, top: arguments.top };
    let mut text = Vec::new();
    write(&report, arguments.format, &mut text).map_err(RunError::Output)?;
    if redacts {
        text = redacted(&String::from_utf8_lossy(&text), &forgotten).into_bytes();
    }
    io::stdout().lock().write_all(&text).map_err(RunError::Output)?;
    Ok(match (is_cut, disagrees) {
        (true, _) => INCOMPLETE,
        (false, true) => DISAGREES,
        (false, false) => 0,
    })
}

/// A file of a log.
enum Source {
    Stdin,
    File { path: PathBuf, size: u64 },
}

/// The files of a log, in an order of their names.
fn sources(path: &Path) -> Result<Vec<Source>, RunError> {
    if path == Path::new("-") {
        return Ok(vec![Source::Stdin]);
    }
    let problem = |error: io::Error| RunError::Path { path: path.to_owned(), error };
    let mut sources = Vec::new();
    for entry in walkdir::WalkDir::new(path).sort_by_file_name() {
        let entry = entry.map_err(|error| problem(error.into()))?;
        // A file that is named is read, whatever it is: a pipe, for example.
        if entry.file_type().is_file() || (entry.depth() == 0 && !path.is_dir()) {
            let size = entry.metadata().map_or(0, |metadata| metadata.len());
            sources.push(Source::File { path: entry.into_path(), size });
        }
    }
    Ok(sources)
}

/// Counts what is read.
struct Counted<'p, R> {
    input: R,
    bytes: &'p AtomicU64,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(out)?;
        self.bytes.fetch_add(count as u64, Ordering::Relaxed);
        Ok(count)
    }
}

fn read(sources: &[Source], replayer: &mut Replayer<'_>) -> Result<Vec<LogFile>, RunError> {
    let size = sources.iter().map(|source| match source {
        Source::Stdin => 0,
        Source::File { size, .. } => *size,
    });
    let progress = Progress::of_bytes(size.sum());
    let mut files = Vec::new();
    for (number, source) in sources.iter().enumerate() {
        let (name, input): (String, Box<dyn Read + Send>) = match source {
            Source::Stdin => (Input::Stdin(Vec::new()).name(), Box::new(io::stdin())),
            Source::File { path, .. } => {
                let file = File::open(path).map_err(|error| RunError::Path { path: path.clone(), error })?;
                (crate::discover::shown(path), Box::new(file))
            }
        };
        let mut file = LogFile { name, ..LogFile::default() };
        let problem = |error: io::Error| match source {
            Source::Stdin => RunError::Stdin(error),
            Source::File { path, .. } => RunError::Path { path: path.clone(), error },
        };
        match Log::open(Counted { input, bytes: progress.bytes() }).map_err(problem)? {
            Err(_) => file.is_other = true,
            Ok(mut log) => {
                // What was read before an error counts.
                file.is_cut = replayer.log(number, &mut log).is_err() || log.is_cut();
                file.goes_on = log.goes_on();
            }
        }
        files.push(file);
    }
    Ok(files)
}
