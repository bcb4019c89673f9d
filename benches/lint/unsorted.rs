//! Tenants that nobody has tidied up ([`realistic`]), 100 of 60 policies: with and without damaged files.

use crate::corpus::{Corpus, POLICIES};
use crate::measure::measure;
use crate::realistic::Damage;
use crate::table::{self, Row};
use crate::{CONCISE_EACH, EVERY_CONTROL_EACH, SARIF_EACH, caplint, count, reference};
use std::collections::BTreeSet;
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub(crate) const FILES_ONLY: &[&str] = &["--format", "concise", "--tenant-per-path", "--scope", "file"];
const JSON_EACH: &[&str] = &["--format", "json", "--tenant-per-path"];
const EVERY_SARIF_EACH: &[&str] = &["--format", "sarif", "--tenant-per-path", "--benchmark", "all"];
const EVERY_JSON_EACH: &[&str] = &["--format", "json", "--tenant-per-path", "--benchmark", "all"];

/// Rules that tell of a deviation from the schema.
const OF_THE_SCHEMA: [&str; 5] = ["invalid-value", "unknown-value", "letter-case", "single-value", "invalid-id"];

const JSON: &str = ".json";

/// What the corpora are called.
const NAMES: [(&str, Damage); 2] = [("realistic", Damage::None), ("realistic, 1 % damaged", Damage::OneInAHundred)];

/// Writes both, and then measures them.
pub(crate) fn both(scratch: &Path) -> io::Result<Vec<(&'static str, Corpus, Vec<Row>)>> {
    let mut corpora = Vec::new();
    for (name, damage) in NAMES {
        corpora.push((name, written(&scratch.join(name.replace([' ', ',', '%'], "")), name, damage)?));
    }
    let mut measured = Vec::new();
    for (name, corpus) in corpora {
        table::corpus(name, &corpus);
        let rows = ratios(&corpus)?;
        measured.push((name, corpus, rows));
    }
    Ok(measured)
}

/// A corpus that both programs have read to the last file, and of which caplint says what is true.
fn written(root: &Path, name: &str, damage: Damage) -> io::Result<Corpus> {
    let corpus = Corpus::write_realistic(root.to_owned(), 100, POLICIES, damage)?;
    let told = format!("\"files\": {},", corpus.files);
    let counts =
        count(caplint(&corpus.folders, JSON_EACH).command, [told.as_str(), "\"verdict\": \"enforced-except\""])?;
    let parsed = count(reference::command(&corpus.folders)?, [&corpus.files.to_string()])?;
    let expected = ([1, corpus.folders.len() - corpus.open], [1]);
    if (counts, parsed) != expected {
        let problem = format!("{name}: {:?} instead of {expected:?}", (counts, parsed));
        return Err(io::Error::other(format!("{problem} (summaries, tenants with an exception, all files parsed)")));
    }
    let found = deviating(&corpus, FILES_ONLY)?;
    if found != (Named { damaged: corpus.damaged.len(), others: 0 }) {
        let expected = corpus.damaged.len();
        return Err(io::Error::other(format!(
            "{name}: {found:?} instead of the {expected} damaged files and no other"
        )));
    }
    Ok(corpus)
}

/// Files of which caplint says that they deviate from the schema. A list that has one value without brackets is information, which
/// is hidden if one does not ask for it.
pub(crate) fn deviating(corpus: &Corpus, options: &[&str]) -> io::Result<Named> {
    let options = [options, &["--verbose"]].concat();
    named(caplint(&corpus.folders, &options).command, corpus, |line| {
        OF_THE_SCHEMA.iter().any(|rule| line.contains(&format!("[{rule}]")))
    })
}

fn ratios(corpus: &Corpus) -> io::Result<Vec<Row>> {
    let folders = &corpus.folders;
    let against_reference = |what: &str, options, goal| -> io::Result<Row> {
        Ok(Row::told(what, measure(7, caplint(folders, options), reference(folders)?)?, goal))
    };
    let against_concise = |what: &str, pairs, options, concise, goal| -> io::Result<Row> {
        Ok(Row::told(what, measure(pairs, caplint(folders, options), caplint(folders, concise))?, goal))
    };
    Ok(vec![
        against_reference("files alone / reference", FILES_ONLY, None)?,
        against_reference("one control / reference", CONCISE_EACH, Some(0.65))?,
        against_reference("every control / reference", EVERY_CONTROL_EACH, Some(3.0))?,
        against_concise("one control, SARIF / concise", 7, SARIF_EACH, CONCISE_EACH, Some(1.1))?,
        against_concise("one control, JSON / concise", 7, JSON_EACH, CONCISE_EACH, None)?,
        against_concise("every control, SARIF / concise", 3, EVERY_SARIF_EACH, EVERY_CONTROL_EACH, None)?,
        against_concise("every control, JSON / concise", 3, EVERY_JSON_EACH, EVERY_CONTROL_EACH, None)?,
    ])
}

/// How many files a program names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) damaged: usize,
    pub(crate) others: usize,
}

/// Files that stand in lines of the output, standard error included, that are about them. Line by line: what this program
/// holds counts as held by its children.
pub(crate) fn named(mut command: Command, corpus: &Corpus, is_about: fn(&str) -> bool) -> io::Result<Named> {
    let root = corpus.root.display().to_string();
    let (reader, writer) = io::pipe()?;
    command.stdin(Stdio::null()).stdout(writer.try_clone()?).stderr(writer);
    let mut child = command.spawn()?;
    // It holds the end of the pipe that is written to.
    drop(command);
    let mut paths = BTreeSet::new();
    for line in io::BufReader::new(reader).lines() {
        let line = line?;
        let path =
            line.find(&root).and_then(|start| Some(&line[start..start + line[start..].find(JSON)? + JSON.len()]));
        if let Some(path) = path.filter(|_| is_about(&line)) {
            paths.insert(PathBuf::from(path));
        }
    }
    child.wait()?;
    let known = corpus.damaged.iter().filter(|path| paths.contains(*path)).count();
    Ok(Named { damaged: known, others: paths.len() - known })
}
