//! `caplint new`

use super::atomic;
use super::error::RunError;
use super::inputs::inputs;
use super::near::near;
use super::say;
use super::selection::Judging;
use super::words::by_its_words;
use crate::controls::{self, Control};
use crate::discover::{Candidate, Input};
use crate::finding::{quoted, quoted_whole};
use crate::new_policy::{Answer, Format, Order, make};
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The control, or a requirement of the configuration, that the policy is for
    #[arg(value_name = "CONTROL")]
    control: String,

    /// Files and folders of exported policies; - is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// The output format [default: graph, or terraform for a file that ends with .tf]
    #[arg(long, value_name = "FMT", value_enum)]
    format: Option<Format>,

    /// Write the policy to a new file instead of standard output (-)
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
    let output = arguments.output.as_deref().filter(|path| *path != Path::new("-"));
    if let Some(path) = output.filter(|path| path.symlink_metadata().is_ok()) {
        return Err(RunError::New {
            message: format!("{} is there already", quoted_whole(&path.to_string_lossy())),
            help: "Specify a new file. Nothing has been written.".to_owned(),
        });
    }
    let is_terraform = output.is_some_and(|path| path.extension().is_some_and(|extension| extension == "tf"));
    let format = arguments.format.unwrap_or(if is_terraform { Format::Terraform } else { Format::Graph });
    let asked = arguments.judging.tenant(inputs(&arguments.paths)?, &config)?;
    let (cloud, tenant) = (asked.cloud, &asked.tenant);
    let requirement = control.requirement(cloud).ok_or_else(|| RunError::New {
        message: format!("{} means nothing in this cloud", quoted(control.id)),
        help: "Choose another --cloud.".to_owned(),
    })?;
    let order = Order {
        control,
        requirement,
        tenant,
        config: &config,
        cloud,
        today: time::OffsetDateTime::now_utc().date(),
        format,
        redact: arguments.judging.redacts(),
        configuration: &configuration(&asked.inputs, format),
    };
    // The policy itself names whom it leaves out, or it would be another one.
    let refused = |refused: crate::new_policy::Refused| RunError::New {
        message: asked.answer(&arguments.judging, format!("no policy is written: {}", refused.message)),
        help: asked.answer(&arguments.judging, refused.help),
    };
    let new = match make(&order).map_err(refused)? {
        Answer::Holds(lines) => {
            say(asked.answer(&arguments.judging, lines.join("\n")));
            return Ok(HOLDS);
        }
        Answer::New(new) => new,
    };
    match output {
        None => std::io::stdout().lock().write_all(new.text.as_bytes()).map_err(RunError::Output)?,
        Some(path) => {
            let written = atomic::write_new(path, |out| out.write_all(new.text.as_bytes()));
            written.map_err(|error| RunError::New {
                message: format!("{} cannot be written: {error}", quoted_whole(&path.to_string_lossy())),
                help: "Specify a file in a folder that is there and can be written to.".to_owned(),
            })?;
        }
    }
    say(asked.answer(&arguments.judging, new.said.to_string()));
    Ok(0)
}

/// The text of all Terraform configuration, if a label must be free in it.
fn configuration(inputs: &[Input], format: Format) -> String {
    match format {
        Format::Graph => String::new(),
        Format::Terraform => {
            let files = inputs.iter().flat_map(Input::files);
            let is_code = |file: &Candidate| [".tf", ".tofu", ".tf.json"].iter().any(|end| file.name().ends_with(end));
            let bytes = files.filter(is_code).filter_map(|file| file.bytes().ok());
            bytes.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
        }
    }
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
