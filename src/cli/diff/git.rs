//! The files of a commit, from the `git` program. No shell is involved, and nothing is checked out.

use crate::cli::error::RunError;
use crate::discover::{Input, Stored};
use crate::finding::visible;
use std::ffi::OsStr;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What `--git` names: a revision, and another one or the work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Revisions {
    before: String,
    after: Option<String>,
    /// `A...B`: from where B left A.
    from_merge_base: bool,
}

impl Revisions {
    pub(super) fn read(text: &str) -> Self {
        let parts = text
            .split_once("...")
            .map(|parts| (parts, true))
            .or_else(|| text.split_once("..").map(|parts| (parts, false)));
        let named = |text: &str| if text.is_empty() { "HEAD".to_owned() } else { text.to_owned() };
        match parts {
            Some(((before, after), from_merge_base)) => {
                Self { before: named(before), after: Some(named(after)), from_merge_base }
            }
            None => Self { before: named(text), after: None, from_merge_base: false },
        }
    }

    /// The tenants before and after.
    pub(super) fn inputs(&self, path: &Path) -> Result<[Input; 2], RunError> {
        let before = if self.from_merge_base {
            let after = self.after.as_deref().unwrap_or("HEAD");
            let found = git(&["merge-base", "--end-of-options", &self.before, after])?;
            String::from_utf8_lossy(&found).trim().to_owned()
        } else {
            self.before.clone()
        };
        let called = if self.from_merge_base { format!("{}...", self.before) } else { self.before.clone() };
        let first = Input::Stored(stored(&before, &called, path, &format!("{}:", self.before))?);
        let second = match &self.after {
            Some(after) => Input::Stored(stored(after, after, path, "")?),
            None => work_tree(path)?,
        };
        Ok([first, second])
    }
}

/// The files as they are on disk. A folder that is gone holds nothing.
fn work_tree(path: &Path) -> Result<Input, RunError> {
    match std::fs::metadata(path) {
        Ok(_) => Ok(Input::Path(path.to_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(Input::Stored(Stored { name: path.to_string_lossy().into_owned(), ..Stored::default() }))
        }
        Err(error) => Err(RunError::Path { path: path.to_owned(), error }),
    }
}

/// The files below a path in a revision.
fn stored(revision: &str, called: &str, path: &Path, prefix: &str) -> Result<Stored, RunError> {
    let commit = format!("{revision}^{{commit}}");
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])
        .map_err(|_| problem(&format!("git knows no revision {}", visible(revision)), FETCH))?;
    let commit = String::from_utf8_lossy(&commit).trim().to_owned();
    let listing = list(&commit, path)?;
    let is_file = matches!(listing.as_slice(), [only] if only.path == path);
    let (links, listing): (Vec<Entry>, Vec<Entry>) = listing.into_iter().partition(|entry| entry.is_link);
    let (wanted, others): (Vec<Entry>, Vec<Entry>) =
        listing.into_iter().partition(|entry| is_file || Stored::is_wanted(&entry.path));
    let contents = contents(wanted.iter().map(|entry| entry.object.as_str()))?;
    let paths = |entries: Vec<Entry>| entries.into_iter().map(|entry| entry.path);
    let files = paths(wanted).zip(contents).collect();
    let (others, links) = (paths(others).collect(), paths(links).collect());
    let base = if is_file { path.parent().unwrap_or(path) } else { path };
    let name = format!("{called}:{}", crate::discover::shown(path));
    Ok(Stored { name, prefix: prefix.to_owned(), base: base.to_owned(), files, others, links })
}

/// A file of a revision.
struct Entry {
    path: PathBuf,
    /// The id of its content.
    object: String,
    /// Symbolic links are not followed, as in a folder on disk.
    is_link: bool,
}

/// The files below a path in a commit.
fn list(commit: &str, path: &Path) -> Result<Vec<Entry>, RunError> {
    let arguments = ["ls-tree", "-r", "-z", commit, "--"].map(OsStr::new);
    let arguments: Vec<&OsStr> = arguments.into_iter().chain([path.as_os_str()]).collect();
    let listing = git(&arguments)?;
    let entries = listing.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let entry = |entry: &[u8]| {
        let text = String::from_utf8_lossy(entry).into_owned();
        let (about, path) = text.split_once('\t')?;
        let mut about = about.split(' ');
        let (mode, kind, object) = (about.next()?, about.next()?, about.next()?);
        let is_link = mode == "120000";
        (kind == "blob").then(|| Entry { path: PathBuf::from(path), object: object.to_owned(), is_link })
    };
    Ok(entries.filter_map(entry).collect())
}

/// The contents of objects, in their order.
fn contents<'o>(objects: impl Iterator<Item = &'o str>) -> Result<Vec<Vec<u8>>, RunError> {
    let objects: Vec<&str> = objects.collect();
    if objects.is_empty() {
        return Ok(Vec::new());
    }
    let mut child = Command::new("git")
        .args(["cat-file", "--batch"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| no_git(&error))?;
    let request = objects.join("\n") + "\n";
    let mut stdin = child.stdin.take();
    // Both pipes are served at once, or they could wait for each other.
    let writer = std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(request.as_bytes())));
    let mut answer = Vec::new();
    if let Some(stdout) = &mut child.stdout {
        stdout.read_to_end(&mut answer).map_err(|error| no_git(&error))?;
    }
    let is_written = writer.join().is_ok_and(|written| written.is_some_and(|written| written.is_ok()));
    let status = child.wait().map_err(|error| no_git(&error))?;
    let contents = split(&answer, objects.len());
    match contents {
        Some(contents) if status.success() && is_written => Ok(contents),
        _ => Err(problem("git did not give the files of a revision", "Run `git fsck`.")),
    }
}

/// Takes the answer of `git cat-file --batch` apart: `<id> blob <size>`, a line break, the content, a line break.
fn split(mut answer: &[u8], count: usize) -> Option<Vec<Vec<u8>>> {
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let end = answer.iter().position(|byte| *byte == b'\n')?;
        let header = std::str::from_utf8(&answer[..end]).ok()?;
        let size: usize = header.rsplit(' ').next()?.parse().ok()?;
        let content = answer.get(end + 1..end + 1 + size)?;
        all.push(content.to_vec());
        answer = answer.get(end + 2 + size..)?;
    }
    Some(all)
}

const FETCH: &str = "Give a commit, branch or tag that is in this repository. In a shallow clone, fetch it first.";

fn git<S: AsRef<OsStr>>(arguments: &[S]) -> Result<Vec<u8>, RunError> {
    let output = Command::new("git").args(arguments).stdin(Stdio::null()).output().map_err(|error| no_git(&error))?;
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let first = said.lines().next().unwrap_or("it gave no reason");
    Err(problem(&format!("git failed: {}", visible(first)), FETCH))
}

fn no_git(error: &std::io::Error) -> RunError {
    problem(&format!("git cannot be run: {}", visible(&error.to_string())), "Install git, or compare two folders.")
}

fn problem(message: &str, help: &str) -> RunError {
    RunError::Diff { message: message.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_read_as_git_reads_them() {
        let read = |text: &str| Revisions::read(text);
        assert_eq!(read("main"), Revisions { before: "main".into(), after: None, from_merge_base: false });
        assert_eq!(read("a..b"), Revisions { before: "a".into(), after: Some("b".into()), from_merge_base: false });
        assert_eq!(read("a...b"), Revisions { before: "a".into(), after: Some("b".into()), from_merge_base: true });
        assert_eq!(read("a.."), Revisions { before: "a".into(), after: Some("HEAD".into()), from_merge_base: false });
    }

    #[test]
    fn contents_may_hold_line_breaks() {
        let answer = b"0a blob 3\na\nb\n0b blob 0\n\n";
        assert_eq!(split(answer, 2), Some(vec![b"a\nb".to_vec(), Vec::new()]));
        assert_eq!(split(b"0a missing\n", 1), None);
    }
}
