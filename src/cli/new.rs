//! `caplint new`

use super::atomic;
use super::error::RunError;
use super::inputs::inputs;
use super::near::near;
use super::say;
use super::selection::{Asked, Judging};
use super::words::by_its_words;
use crate::controls::{self, Control};
use crate::finding::quoted;
use crate::new_policy::{Answer, Format, Order, make};
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The control, or a requirement of the configuration, that the policy is for
    #[arg(value_name = "CONTROL")]
    control: String,

    /// Files and folders of exported policies; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// The output format
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,

    /// Write the policy to a new file instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    #[command(flatten)]
    judging: Judging,
}

by_its_words!(Format);

/// The exit code where there is nothing to do.
const HOLDS: u8 = 1;

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let config = arguments.judging.config()?;
    let control = control(&arguments.control, &config.requirements)?;
    if let Some(path) = arguments.output.as_ref().filter(|path| path.symlink_metadata().is_ok()) {
        let what = "a file that is there already";
        return Err(RunError::Target { path: path.clone(), what });
    }
    let Asked { name: _, cloud, tenant } = arguments.judging.tenant(inputs(&arguments.paths)?, &config)?;
    let requirement = control.requirement(cloud).ok_or_else(|| RunError::New {
        message: format!("{} means nothing in this cloud", quoted(control.id)),
        help: "Choose another --cloud.".to_owned(),
    })?;
    let order = Order {
        control,
        requirement,
        tenant: &tenant,
        config: &config,
        cloud,
        today: time::OffsetDateTime::now_utc().date(),
        format: arguments.format,
        redact: arguments.judging.redacts(),
    };
    let refused = |refused: crate::new_policy::Refused| RunError::New {
        message: format!("no policy is written: {}", refused.message),
        help: refused.help,
    };
    let new = match make(&order).map_err(refused)? {
        Answer::Holds(lines) => {
            lines.iter().for_each(say);
            return Ok(HOLDS);
        }
        Answer::New(new) => new,
    };
    match &arguments.output {
        None => std::io::stdout().lock().write_all(new.text.as_bytes()).map_err(RunError::Output)?,
        Some(path) => {
            let written = atomic::write_new(path, |out| out.write_all(new.text.as_bytes()));
            written.map_err(|error| RunError::Report { path: path.clone(), error })?;
        }
    }
    say(new.said);
    Ok(0)
}

fn control(id: &str, own: &[&'static Control]) -> Result<&'static Control, RunError> {
    let known = || own.iter().map(|control| control.id).chain(controls::ids());
    let found = own.iter().copied().find(|control| control.id == id).or_else(|| controls::find(id));
    found.ok_or_else(|| RunError::New {
        message: format!("{} is not a control", quoted(id)),
        help: match near(id, known()).as_slice() {
            [] => "`caplint rules` lists the controls.".to_owned(),
            several => format!("Did you mean {}?", crate::finding::joined(several, usize::MAX)),
        },
    })
}
