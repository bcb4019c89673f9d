//! `caplint man`

use super::atomic;
use super::error::RunError;
use clap::Command;
use clap_mangen::Man;
use std::io::Write;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The command that the page is about, for example: baseline write [default: caplint itself]
    #[arg(value_name = "COMMAND", conflicts_with = "to")]
    command: Vec<String>,

    /// Write the pages of all commands to a folder: caplint.1, caplint-check.1 and so on
    #[arg(long, value_name = "DIR")]
    to: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, command: Command) -> Result<u8, RunError> {
    let mut all = command.disable_help_subcommand(true);
    // Commands learn their whole names, such as `caplint-baseline-write`.
    all.build();
    let Some(folder) = &arguments.to else {
        let page = page(&asked(&all, &arguments.command)?);
        return std::io::stdout().lock().write_all(&page?).map(|()| 0).map_err(RunError::Output);
    };
    let unwritten = |path: PathBuf| move |error| RunError::Report { path, error };
    std::fs::create_dir_all(folder).map_err(unwritten(folder.clone()))?;
    let mut waiting = vec![&all];
    while let Some(command) = waiting.pop() {
        let path = folder.join(Man::new(command.clone()).get_filename());
        let page = page(command)?;
        atomic::write(&path, |out| out.write_all(&page)).map_err(unwritten(path.clone()))?;
        waiting.extend(command.get_subcommands());
    }
    Ok(0)
}

fn page(command: &Command) -> Result<Vec<u8>, RunError> {
    let mut page = Vec::new();
    let source = concat!("caplint ", env!("CARGO_PKG_VERSION"));
    Man::new(command.clone()).source(source).render(&mut page).map_err(RunError::Output)?;
    Ok(page)
}

/// The command of these words.
fn asked(all: &Command, words: &[String]) -> Result<Command, RunError> {
    let found = words.iter().try_fold(all, |command, word| command.find_subcommand(word));
    found.cloned().ok_or_else(|| RunError::NoCommand { words: crate::finding::quoted(&words.join(" ")) })
}
