//! `caplint completions SHELL`

use super::error::RunError;
use crate::controls::{self, EVERYTHING};
use crate::rules;
use clap::Command;
use clap::builder::{PossibleValue, PossibleValuesParser};
use std::io::Write;

/// Where the script of each shell goes. Bash looks there if the package bash-completion is installed, and zsh in every folder of
/// `fpath`. That of PowerShell begins with `using`, which has to come first in a file, so it cannot be appended to a profile.
const WHERE: &str = r#"Where they go:
  bash        mkdir -p ~/.local/share/bash-completion/completions
              caplint completions bash > ~/.local/share/bash-completion/completions/caplint
  zsh         mkdir -p "${fpath[1]}"
              caplint completions zsh > "${fpath[1]}/_caplint"
  fish        mkdir -p ~/.config/fish/completions
              caplint completions fish > ~/.config/fish/completions/caplint.fish
  powershell  caplint completions powershell | Out-String | Invoke-Expression  (in $PROFILE)

Then open a new shell."#;

#[derive(clap::Args)]
#[command(after_help = WHERE)]
pub(super) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: clap_complete::Shell,
}

pub(super) fn run(arguments: &Arguments, command: Command) -> Result<u8, RunError> {
    let mut script = Vec::new();
    clap_complete::generate(arguments.shell, &mut with_ids(command), "caplint", &mut script);
    std::io::stdout().lock().write_all(&script).map_err(RunError::Output)?;
    Ok(0)
}

/// The same command, which knows what ids there are.
///
/// Only a script wants them: at a run, the configuration may have more of them, an unknown one has an error with a
/// suggestion, and no control needs to be read before the first file.
fn with_ids(command: Command) -> Command {
    let with_ids_of_argument = |argument: clap::Arg| match ids(argument.get_id().as_str()) {
        Some(ids) => argument.value_parser(PossibleValuesParser::new(ids)),
        None => argument,
    };
    command.mut_args(with_ids_of_argument).mut_subcommands(with_ids)
}

/// What an argument of this name takes, each with a few words that some shells show; none if that is no id of caplint's.
fn ids(argument: &str) -> Option<Vec<PossibleValue>> {
    let value = |id: &'static str, about: &str| PossibleValue::new(id).help(about.to_owned());
    match argument {
        "rule" => Some(rules::all().iter().map(|rule| rule.meta()).map(|meta| value(meta.id, meta.summary)).collect()),
        "control" => Some(controls::all().map(|control| value(control.id, &control.title)).collect()),
        "benchmark" => {
            let named = |one: &'static controls::Benchmark| value(&one.id, &one.title());
            let benchmarks = controls::benchmarks().map(named);
            Some(benchmarks.chain([value(EVERYTHING, "Every control that is shipped")]).collect())
        }
        _ => None,
    }
}
