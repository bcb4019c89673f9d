//! What stops a run. Findings never do.

use super::say;
use crate::controls::Problem;
use crate::finding::{printable, visible};
use crate::report::Format;
use miette::{Diagnostic, NamedSource, SourceSpan};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use thiserror::Error;

/// An error of the run itself; exit code 2.
#[derive(Debug, Error, Diagnostic)]
pub(super) enum RunError {
    #[error("{} cannot be read: {}", shown(.path), visible(&.error.to_string()))]
    #[diagnostic(code(caplint::path), help("Specify an existing file or folder, or - for standard input."))]
    Path { path: PathBuf, error: io::Error },

    #[error("line {line} of the variables in {} cannot be read: {}", shown(.path), visible(.problem))]
    #[diagnostic(
        code(caplint::variables),
        help("Write it as for `terraform plan -var-file`, or in JSON if its name ends with .json.")
    )]
    Variables { path: PathBuf, line: usize, problem: String },

    #[error("standard input cannot be read: {0}")]
    #[diagnostic(code(caplint::stdin))]
    Stdin(io::Error),

    #[error("nothing to judge in {name}: no Conditional Access policy, no security defaults and no plan was found")]
    #[diagnostic(
        code(caplint::empty),
        help(
            "A gate must not pass because the policies are gone. Check the path (-v prints the detected format of \
             each file). docs/export.md says how to export policies. If Terraform calls a module in another folder, \
             add that folder to the paths. Use --allow-empty to judge a tenant without policies."
        )
    )]
    Empty { name: String },

    #[error("nothing to ask about in {name}: no Conditional Access policy and no security defaults were found")]
    #[diagnostic(
        code(caplint::empty),
        help(
            "Check the path (`caplint files -v` lists what each file was taken for). docs/export.md says how to export policies."
        )
    )]
    NoPolicies { name: String },

    #[error("one tenant is asked about, and these paths hold {names}")]
    #[diagnostic(
        code(caplint::several_tenants),
        help("The configuration has them as tenants of their own. Specify the files of one.")
    )]
    SeveralTenants { names: String },

    #[error("the baseline {} cannot be read: {problem}", shown(.path))]
    #[diagnostic(code(caplint::baseline), help("Run `caplint baseline write` to write a new one."))]
    Baseline { path: PathBuf, problem: String },

    #[error("the expected changes in {} cannot be read: {}", shown(.path), visible(.problem))]
    #[diagnostic(
        code(caplint::intent),
        help("Describe changes as the JSON report of `caplint diff` does. See docs/diff.md.")
    )]
    Intent { path: PathBuf, problem: String },

    #[error("the report {} cannot be written: {}", shown(.path), visible(&.error.to_string()))]
    #[diagnostic(code(caplint::output))]
    Report { path: PathBuf, error: io::Error },

    #[error("standard input cannot be fixed")]
    #[diagnostic(code(caplint::fix), help("Name files or folders: fixes are written into them."))]
    FixStdin,

    #[error("--redact is for reports, and fixes show lines of files")]
    #[diagnostic(
        code(caplint::fix),
        help("Leave it out. `caplint check --redact` reports what there is to fix, without names and without fixes.")
    )]
    FixRedacted,

    #[error("{} has changed while it was fixed", shown(.path))]
    #[diagnostic(code(caplint::fix), help("Nothing has been written. Run caplint fix again."))]
    Changed { path: PathBuf },

    #[error("{} cannot be written: {}", shown(.path), visible(&.error.to_string()))]
    #[diagnostic(code(caplint::fix), help("Fix its permissions. Files that were named before it have been written."))]
    Fix { path: PathBuf, error: io::Error },

    #[error("the report {} would replace {what}", shown(.path))]
    #[diagnostic(code(caplint::output), help("Specify a different file for each report. Nothing has been written."))]
    Target { path: PathBuf, what: &'static str },

    #[error("--statistics counts findings, and {format} has no place for counts")]
    #[diagnostic(
        code(caplint::statistics),
        help("Use --format pretty or json. `--output {format}=FILE` writes a whole report beside the counts.")
    )]
    Statistics { format: Format },

    #[error(transparent)]
    #[diagnostic(
        code(caplint::lsp),
        help("`caplint lsp` is for editors, which start it themselves. docs/editors.md says how.")
    )]
    Server(#[from] crate::server::Stopped),

    #[error("standard output cannot be written: {0}")]
    #[diagnostic(code(caplint::output))]
    Output(io::Error),

    #[error("{message}")]
    #[diagnostic(code(caplint::config))]
    Config {
        message: String,
        #[help]
        help: String,
        #[source_code]
        file: Arc<NamedSource<String>>,
        #[label("here")]
        place: SourceSpan,
    },

    #[error("{message}")]
    #[diagnostic(code(caplint::what_if))]
    WhatIf {
        message: String,
        #[help]
        help: String,
    },

    #[error("{} is there already, and is left as it is", shown(.path))]
    #[diagnostic(code(caplint::init), help("`caplint init --print` writes to standard output."))]
    Exists { path: PathBuf },

    #[error("{message}")]
    #[diagnostic(code(caplint::ignore))]
    Ignore {
        message: String,
        #[help]
        help: String,
    },

    #[error("{message}")]
    #[diagnostic(code(caplint::exception))]
    Exception {
        message: String,
        #[help]
        help: String,
    },

    #[error("{message}")]
    #[diagnostic(code(caplint::new))]
    New {
        message: String,
        #[help]
        help: String,
    },

    #[error("{message}")]
    #[diagnostic(code(caplint::test))]
    Expectations {
        message: String,
        #[help]
        help: String,
    },

    #[error("{message}")]
    #[diagnostic(code(caplint::diff))]
    Diff {
        message: String,
        #[help]
        help: String,
    },

    #[error("there is no sign-in in {}", shown(.path))]
    #[diagnostic(
        code(caplint::replay),
        help(
            "Export sign-in logs as JSON or CSV from Microsoft Graph, the admin center or Log Analytics. See docs/replay.md."
        )
    )]
    NoSignIns { path: PathBuf },

    #[error("there is no policy {name}, which `--assume-enabled` names")]
    #[diagnostic(code(caplint::assume_enabled))]
    NoPolicy {
        name: String,
        #[help]
        help: String,
    },

    #[error("--directory is about one tenant, and there are several")]
    #[diagnostic(
        code(caplint::directory),
        help("Name the path of one tenant, or add its directory to the `paths` of its [[tenant]] in caplint.toml.")
    )]
    DirectoryOfSeveral,

    #[error("there are no users in {name}")]
    #[diagnostic(
        code(caplint::directory),
        help(
            "Export users and groups beside the policies, or name their folder with --directory; docs/directory.md says how."
        )
    )]
    NoDirectory { name: String },

    #[error("nobody who can sign in is called {name}")]
    #[diagnostic(
        code(caplint::directory),
        help("Use a display name, a user principal name or an object id of the exported users.")
    )]
    NoUser { name: String },

    #[error("there is no command {words}")]
    #[diagnostic(code(caplint::man), help("`caplint --help` lists them."))]
    NoCommand { words: String },

    #[error("there is no rule {id}")]
    #[diagnostic(code(caplint::rule))]
    NoRule {
        id: String,
        #[help]
        help: String,
    },
}

impl RunError {
    /// A problem in the configuration, with its place.
    pub(super) fn config(path: &std::path::Path, text: &str, problem: Problem) -> Self {
        Self::Config {
            message: visible(&problem.message),
            help: visible(&problem.help),
            file: Arc::new(NamedSource::new(shown(path), harmless(text)).with_language("TOML")),
            place: problem.span.into(),
        }
    }

    /// Prints the error on standard error.
    pub(super) fn report(self) {
        let report = miette::Report::new(self);
        say(format!("{report:?}"));
    }
}

/// The text with a question mark for each byte that a terminal or a build agent would interpret, so that offsets stay
/// valid.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for (at, shown) in printable(text) {
        let written = text[at..].chars().next().unwrap_or(shown);
        if harmless.len() > at {
            // What parts a command takes the place of its second character.
            harmless.truncate(at);
            harmless.push('?');
        } else if shown == written || matches!(written, '\n' | '\t') {
            harmless.push(written);
        } else {
            harmless.extend(std::iter::repeat_n('?', written.len_utf8()));
        }
    }
    harmless
}

fn shown(path: &std::path::Path) -> String {
    visible(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_configuration_gives_no_orders_and_keeps_its_places() {
        let text = "# ä\u{202e}\u{1b}[2J\n::error::x = \"##vso[y\"\t### end";
        assert_eq!(harmless(text), "# ä????[2J\n:?error:?x = \"#?vso[y\"\t#?? end");
        assert_eq!(harmless(text).len(), text.len());
    }
}
