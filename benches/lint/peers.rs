//! Other programs over the same files, with the schema that `caplint schema policy` writes.

use crate::corpus::Corpus;
use crate::measure::{Measured, Subject, measure};
use crate::unsorted::{FILES_ONLY, Named, deviating, named};
use crate::{CONCISE_EACH, EVERY_CONTROL_EACH, caplint, reference};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A program, and what it made of the files; none if it is not installed.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) install: &'static str,
    pub(crate) run: Option<Compared>,
}

pub(crate) struct Compared {
    /// As the program says it.
    pub(crate) version: String,
    /// Against the reference.
    pub(crate) measured: Measured,
    pub(crate) named: Named,
}

struct Other {
    name: &'static str,
    program: &'static str,
    install: &'static str,
    /// Arguments in front of the files.
    arguments: fn(&str) -> Vec<String>,
    /// What stands in front of each file.
    before_each: &'static [&'static str],
    /// Whether a line of the output is about a file that is not right.
    is_about: fn(&str) -> bool,
}

const OTHERS: [Other; 3] = [
    Other {
        name: "jsonschema-cli",
        program: "jsonschema-cli",
        install: "cargo install jsonschema-cli",
        arguments: |schema| vec!["validate".to_owned(), schema.to_owned(), "--errors-only".to_owned()],
        before_each: &["--instance"],
        is_about: |line| line.contains("INVALID"),
    },
    Other {
        name: "check-jsonschema",
        program: "check-jsonschema",
        install: "pip install check-jsonschema",
        arguments: |schema| vec!["--schemafile".to_owned(), schema.to_owned()],
        before_each: &[],
        is_about: |line| line.contains("::$"),
    },
    Other {
        name: "jq, with a filter by hand",
        program: "jq",
        install: "a package of most systems",
        arguments: |_| vec!["-r".to_owned(), FILTER.to_owned()],
        before_each: &[],
        is_about: |_| true,
    },
];

/// Demands of the schema as somebody writes them by hand. It does not look at `excludeUsers`, which some of the damaged files have
/// wrong; `docs/performance.md` says so.
const FILTER: &str = r#"
def among($words): . as $word | any($words[]; . == $word);
def guid: type == "string" and test("^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$");
select((
  (.id | guid)
  and (.displayName | type == "string")
  and (.state | among(["enabled", "disabled", "enabledForReportingButNotEnforced"]))
  and (.conditions | type == "object")
  and (.conditions.users.includeUsers | type == "array")
  and all(.conditions.clientAppTypes[];
    among(["all", "browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"]))
  and (.grantControls == null
    or (.grantControls.operator | among(["AND", "OR"]))
    and all(.grantControls.builtInControls[];
      among(["block", "mfa", "compliantDevice", "domainJoinedDevice", "approvedApplication", "compliantApplication",
        "passwordChange", "riskRemediation", "verifiedID"])))
) | not) | input_filename"#;

/// Measures caplint and the others over all files of a corpus.
pub(crate) fn compare(corpus: &Corpus, scratch: &Path) -> io::Result<Vec<Peer>> {
    let mut peers = Vec::new();
    for (name, options) in [
        ("caplint, files alone", FILES_ONLY),
        ("caplint, one control", CONCISE_EACH),
        ("caplint, every control", EVERY_CONTROL_EACH),
    ] {
        let run = Compared {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            measured: measure(11, caplint(&corpus.folders, options), reference(&corpus.folders)?)?,
            named: deviating(corpus, options)?,
        };
        peers.push(Peer { name, install: "", run: Some(run) });
    }
    let schema = scratch.join("policy.schema.json");
    std::fs::write(&schema, Command::new(env!("CARGO_BIN_EXE_caplint")).args(["schema", "policy"]).output()?.stdout)?;
    let files = files(&corpus.root)?;
    for other in OTHERS {
        let run = match version(other.program) {
            Some(version) => {
                let subject = || other.subject(&schema, &files);
                let named = named(subject().command, corpus, other.is_about)?;
                Some(Compared { version, measured: measure(3, subject(), reference(&corpus.folders)?)?, named })
            }
            None => None,
        };
        peers.push(Peer { name: other.name, install: other.install, run });
    }
    Ok(peers)
}

impl Other {
    fn subject(&self, schema: &Path, files: &[PathBuf]) -> Subject {
        let mut command = Command::new(self.program);
        command.args((self.arguments)(&schema.display().to_string()));
        for file in files {
            command.args(self.before_each).arg(file);
        }
        // Files that are not right are no failure.
        Subject { command, codes: &[0, 1] }
    }
}

/// The last word of what `--version` says. None if the program is not there.
fn version(program: &str) -> Option<String> {
    let output = Command::new(program).arg("--version").stdin(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.split_whitespace().next_back().map(|word| word.trim_start_matches("jq-").to_owned())
}

fn files(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name() {
        let entry = entry?;
        if entry.file_type().is_file() {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}
