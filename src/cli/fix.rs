//! `caplint fix`

use super::FAILED;
use super::atomic;
use super::diff::compared;
use super::error::RunError;
use super::say;
use super::selection::{Prepared, Selection, Wanted};
use crate::diff;
use crate::discover::Overlay;
use crate::finding::{Finding, quoted, visible};
use crate::fix::{self, Applied, Fixed, Kinds, Tenants};
use crate::lint;
use crate::outcome::TenantReport;
use crate::report::diff::headlines;
use crate::requirement::Assumptions;
use crate::rules;
use crate::source;
use crate::tenant::Tenant;
use similar::TextDiff;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Print what would change as a unified diff and write nothing; the exit code is 1 if something would change, and 2 if a file was
    /// not read
    #[arg(long)]
    diff: bool,

    /// Apply fixes that change what a policy means, too, and say what changes. Those that let somebody in or block somebody are
    /// refused
    #[arg(long)]
    unsafe_fixes: bool,
}

/// What is asked of a run.
const WANTED: Wanted = Wanted { allow_empty: true, ..Wanted::FINDINGS };

/// Headlines of a change that are shown.
const HEADLINES: usize = 5;

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    if arguments.selection.paths.iter().any(|path| path == Path::new("-")) {
        return Err(RunError::FixStdin);
    }
    let prepared = arguments.selection.prepare()?;
    if prepared.redacts() {
        return Err(RunError::FixRedacted);
    }
    let chosen = Chosen::new(&arguments.selection, prepared.assumptions());
    let kinds = if arguments.unsafe_fixes { Kinds::Unsafe } else { Kinds::Safe };
    let fixed = fix::run(&chosen, kinds)?;
    let files = chosen.files(&fixed.files)?;
    let said = chosen.said(&fixed, files.len(), arguments.diff)?;
    for unread in &*chosen.unread.borrow() {
        say(visible(unread));
    }
    for refused in &fixed.refused {
        let place = place(&refused.path, refused.start.line, refused.start.column);
        say(visible(&format!("{place}: not written: {} [{}]: {}", refused.title, refused.rule, refused.why)));
    }
    if arguments.diff {
        let mut out = std::io::stdout().lock();
        for file in &files {
            out.write_all(unified(file).as_bytes()).map_err(RunError::Output)?;
        }
        said.lines().for_each(say);
    } else {
        for File { path, after, .. } in &files {
            let written = atomic::write(path, |out| out.write_all(after));
            written.map_err(|error| RunError::Fix { path: path.clone(), error })?;
        }
        std::io::stdout().lock().write_all(said.as_bytes()).map_err(RunError::Output)?;
    }
    // Nobody knows what is to be fixed where nothing was read, so a gate must not take the others for all.
    let is_complete = chosen.unread.borrow().is_empty();
    Ok(if is_complete { u8::from(arguments.diff && !files.is_empty()) } else { FAILED })
}

/// A file that is written.
struct File<'f> {
    shown: &'f str,
    path: PathBuf,
    before: Vec<u8>,
    after: &'f [u8],
}

/// The tenants that the command line chooses.
pub(super) struct Chosen<'s> {
    selection: &'s Selection,
    assumptions: Assumptions,
    /// What was read of files that are fixed.
    on_disk: RefCell<BTreeMap<String, Vec<u8>>>,
    /// Lines about files that were not read, as they are on disk, and about tenants without policies.
    unread: RefCell<Vec<String>>,
}

impl Tenants for Chosen<'_> {
    type Error = RunError;

    fn findings(&self, overlay: &Overlay) -> Result<Vec<Finding>, RunError> {
        let prepared = self.selection.prepare_over(overlay)?;
        let mut tenants = prepared.all(&WANTED)?;
        lint::settle(&mut tenants, prepared.settling(None, true, true));
        if overlay.files().next().is_none() {
            let empty = tenants.iter().filter(|tenant| tenant.is_empty).map(nothing);
            let findings = tenants.iter().flat_map(|tenant| &tenant.findings);
            let unread = findings.filter(|finding| rules::is_of_unread_file(finding));
            let unread = unread.map(|finding| super::unread(finding, "nothing is fixed here"));
            *self.unread.borrow_mut() = unread.chain(empty).collect();
        }
        Ok(tenants.into_iter().flat_map(|tenant| tenant.findings).collect())
    }

    fn read(&self, overlay: &Overlay) -> Result<Vec<Tenant>, RunError> {
        Ok(self.selection.prepare_over(overlay)?.read(&WANTED))
    }

    fn on_disk(&self, shown: &str) -> Option<Vec<u8>> {
        let bytes = std::fs::read(shown).ok()?;
        self.on_disk.borrow_mut().entry(shown.to_owned()).or_insert_with(|| bytes.clone());
        Some(bytes)
    }

    fn options(&self) -> diff::Options {
        diff::Options { assumptions: self.assumptions, ..diff::Options::default() }
    }
}

impl<'s> Chosen<'s> {
    /// Those of a selection, compared under these assumptions.
    pub(super) fn new(selection: &'s Selection, assumptions: Assumptions) -> Self {
        Self { selection, assumptions, on_disk: RefCell::default(), unread: RefCell::default() }
    }

    /// The files that differ from those on disk, which must still be what they were.
    fn files<'f>(&self, overlay: &'f Overlay) -> Result<Vec<File<'f>>, RunError> {
        let on_disk = self.on_disk.borrow();
        let mut files = Vec::new();
        for (shown, after) in overlay.files() {
            let path = PathBuf::from(shown);
            let before = std::fs::read(&path).map_err(|error| RunError::Path { path: path.clone(), error })?;
            if on_disk.get(shown) != Some(&before) {
                return Err(RunError::Changed { path });
            }
            if before != after {
                files.push(File { shown, path, before, after });
            }
        }
        Ok(files)
    }

    /// Every fix on a line, with what it changes, and how many there are. The last line is about what was asked for.
    fn said(&self, fixed: &Fixed, files: usize, is_diff: bool) -> Result<String, RunError> {
        let mut said = String::new();
        for applied in &fixed.applied {
            let place = place(&applied.path, applied.start.line, applied.start.column);
            // Writing to a string cannot fail.
            let _ = writeln!(said, "{}", visible(&format!("{place}: {} [{}]", applied.title, applied.rule)));
            for headline in self.changes(applied)? {
                let _ = writeln!(said, "    {}", visible(&headline));
            }
        }
        let several = |number: usize, one: &str, more: &str| match number {
            1 => format!("1 {one}"),
            number => format!("{number} {more}"),
        };
        if fixed.unasked > 0 {
            let others = several(fixed.unasked, "more fix", "more fixes");
            let _ = writeln!(said, "--unsafe-fixes may write {others}");
        }
        let made = several(fixed.applied.len(), "fix", "fixes");
        let made = match (fixed.applied.len(), fixed.refused.len()) {
            (0, 0) => "nothing to fix".to_owned(),
            (0, refused) => format!("0 fixes written, {refused} refused"),
            (_, 0) => format!("{made} in {}", several(files, "file", "files")),
            (_, refused) => format!("{made} in {}, {refused} refused", several(files, "file", "files")),
        };
        let note = if is_diff && !fixed.applied.is_empty() { "; --diff writes nothing" } else { "" };
        let _ = writeln!(said, "{made}{note}");
        Ok(said)
    }

    /// What a fix changes, as `caplint diff` says it.
    fn changes(&self, applied: &Applied) -> Result<Vec<String>, RunError> {
        let Some(around) = &applied.around else { return Ok(Vec::new()) };
        let [before, after] = around.each_ref().map(|overlay| self.selection.prepare_over(overlay));
        let load = |prepared: Prepared<'_>| prepared.load(&WANTED);
        let (before, after) = (load(before?), load(after?));
        let mut said = Vec::new();
        for (before, after) in before.iter().zip(&after) {
            let difference = diff::compare(&before.tenant, &after.tenant, self.options());
            said.extend(headlines(&compared([before, after], difference)));
        }
        if said.is_empty() {
            said.push("No sign-in changes.".to_owned());
        }
        let more = said.len().saturating_sub(HEADLINES);
        said.truncate(HEADLINES);
        said.extend((more > 0).then(|| format!("and {more} more; `caplint diff` shows all of them")));
        Ok(said)
    }
}

/// What is said of a tenant in which there is nothing that could be fixed.
fn nothing(tenant: &TenantReport) -> String {
    let name = quoted(&tenant.name);
    format!("no Conditional Access policy and no security defaults were found in {name}: check the path")
}

fn place(path: &str, line: usize, column: usize) -> String {
    format!("{path}:{line}:{column}")
}

/// What changes in a file. It is shown as text in UTF-8, whatever the file is in.
fn unified(file: &File<'_>) -> String {
    let text = |bytes: &[u8]| source::decode(bytes.to_vec()).map(|text| text.as_str().to_owned()).unwrap_or_default();
    let (before, after) = (text(&file.before), text(file.after));
    let diff = TextDiff::from_lines(&before, &after);
    let name = visible(file.shown);
    let shown = diff.unified_diff().header(&name, &name).to_string();
    // A line may hold characters that act on a terminal. They are shown, so that such a diff is for people and not for `patch`.
    let lines = shown.split_inclusive('\n').map(|line| match line.strip_suffix('\n') {
        Some(line) => format!("{}\n", characters(line)),
        None => characters(line),
    });
    lines.collect()
}

/// A line with its tabs and the end of lines of Windows, which a terminal may see.
fn characters(line: &str) -> String {
    let (line, end) = line.strip_suffix('\r').map_or((line, ""), |line| (line, "\r"));
    line.split('\t').map(visible).collect::<Vec<_>>().join("\t") + end
}
