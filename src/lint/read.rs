//! A tenant's files, read in parallel and folded: of each file its policies, what it tells about other objects and its
//! findings are kept, never its text.

use super::parse::{Parsed, SPLIT_ABOVE, Unparsed, is_yaml, parse};
use super::several::Sign;
use super::{Options, TenantReader, from_config, pages};
use crate::dialect::{self, Other, Page, Taken};
use crate::discover::{Candidate, Input};
use crate::finding::{Finding, Label, Located, locate};
use crate::ignore::{self, About, Ignore};
use crate::outcome::{FileReport, TakenFor};
use crate::policy::{FileIndex, Policy};
use crate::rules::{self, FileFacts, Inspected};
use crate::source::{self, Text};
use crate::syntax::{self, Pointer, Replacement, SyntaxError};
use crate::tenant::{Companions, Missing, MissingPolicies};
use rayon::iter::{IntoParallelIterator, ParallelBridge, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Files that a thread takes on at a time.
const HANDFUL: usize = 64;

/// What is kept of the files.
#[derive(Default)]
pub(super) struct Read {
    pub(super) files: usize,
    pub(super) skipped: usize,
    /// Files that the configuration leaves out.
    pub(super) excluded: usize,
    pub(super) policies_found: usize,
    pub(super) policies: Vec<Policy>,
    pub(super) companions: Companions,
    pub(super) missing: Vec<Missing>,
    /// Files in which the values of their policies are corrected.
    pub(super) sources: BTreeSet<FileIndex>,
    /// Lists of policies, and lists that go on elsewhere, by their files.
    pub(super) pages: Vec<(FileIndex, Page)>,
    /// What tells one tenant's files from another's.
    pub(super) signs: Vec<Sign>,
    pub(super) findings: Vec<Finding>,
    pub(super) paths: BTreeMap<FileIndex, Candidate>,
    /// The first file that says what policies mean, or what holds without any.
    first_companion: Option<(FileIndex, Candidate)>,
    pub(super) taken: Vec<(FileIndex, FileReport)>,
    pub(super) ignores: Vec<(FileIndex, Ignore)>,
    pub(super) has_infrastructure: bool,
    /// Folders in which a file of Terraform configuration could not be read.
    pub(super) broken_folders: BTreeSet<PathBuf>,
    /// A mistake of caplint's own kept it from reading a file.
    pub(super) has_crashed: bool,
    /// A plan destroys policies, or a configuration does not make those that it declares.
    pub(super) destroys: bool,
    /// Infrastructure code, of which the other files have something to say.
    pub(super) deferred: Vec<Deferred>,
    /// Manifests that are met, which Terraform configuration may read as its data. They wait until that is known.
    pub(super) postponed: Vec<(FileIndex, Candidate)>,
    /// A number that no file has.
    pub(super) next_file: usize,
    /// A variable of Terraform configuration has its default, where another value may be given.
    pub(super) has_variable_defaults: bool,
    /// Other tenants that infrastructure code leads to, by the file that does and the name it has for them.
    pub(super) others: BTreeMap<(FileIndex, String), Beside>,
}

/// A file whose findings wait for the others.
pub(super) struct Deferred {
    pub(super) file: FileIndex,
    pub(super) taken: Taken,
    pub(super) inspected: Vec<Inspected>,
}

/// What is kept of another tenant.
#[derive(Default)]
pub(super) struct Beside {
    pub(super) policies: Vec<Policy>,
    pub(super) companions: Companions,
}

impl Read {
    /// Records what a file says in addition to its policies.
    pub(super) fn note(&mut self, file: FileIndex, taken: &mut Taken) {
        self.signs.extend(Sign::of(file, &taken.companions));
        taken.companions.directory.stamp(file);
        self.companions.absorb(std::mem::take(&mut taken.companions));
        for (name, companions) in std::mem::take(&mut taken.others) {
            self.others.entry((taken.root, name)).or_default().companions.absorb(companions);
        }
        self.has_infrastructure |= taken.is_infrastructure;
        self.destroys |= !taken.destroyed.is_empty() || taken.declares_unmade;
        self.pages.extend(std::mem::take(&mut taken.pages).into_iter().map(|page| (file, page)));
        for failure in &taken.failures {
            let pointer = failure.pointer.clone();
            self.missing.push(Missing { file, pointer, why: MissingPolicies::FailedRequest });
        }
        let unread = taken.unread.map(|_| MissingPolicies::Unread);
        let partial = taken.is_partial.then_some(MissingPolicies::PartialPlan);
        for why in [unread, partial].into_iter().flatten() {
            self.missing.push(Missing { file, pointer: Pointer::root(), why });
        }
    }

    fn merged(mut self, other: Self) -> Self {
        self.files += other.files;
        self.skipped += other.skipped;
        self.policies_found += other.policies_found;
        if self.policies.is_empty() {
            // Most merges are with nothing; a long list must not be copied for that.
            self.policies = other.policies;
        } else {
            self.policies.extend(other.policies);
        }
        self.companions.absorb(other.companions);
        self.missing.extend(other.missing);
        self.sources.extend(other.sources);
        self.pages.extend(other.pages);
        self.signs.extend(other.signs);
        self.findings.extend(other.findings);
        self.paths.extend(other.paths);
        other.first_companion.into_iter().for_each(|(file, candidate)| self.keep_companion(file, candidate));
        self.taken.extend(other.taken);
        self.ignores.extend(other.ignores);
        self.has_infrastructure |= other.has_infrastructure;
        self.destroys |= other.destroys;
        self.has_crashed |= other.has_crashed;
        self.broken_folders.extend(other.broken_folders);
        self.next_file = self.next_file.max(other.next_file);
        self.has_variable_defaults |= other.has_variable_defaults;
        self.deferred.extend(other.deferred);
        self.postponed.extend(other.postponed);
        for (name, other) in other.others {
            let known = self.others.entry(name).or_default();
            known.policies.extend(other.policies);
            known.companions.absorb(other.companions);
        }
        self
    }

    /// Puts everything into the order of the files, whichever thread read them.
    fn sort(&mut self) {
        // Stable: the policies of one file come from one thread, in order.
        self.policies.sort_by_key(|policy| policy.origin.file);
        self.missing.sort_by_key(|missing| missing.file);
        self.pages.sort_by_key(|(file, _)| *file);
        self.signs.sort_by_key(|sign| sign.file);
        self.taken.sort_by_key(|(file, _)| *file);
        self.ignores.sort_by_key(|(file, _)| *file);
        for other in self.others.values_mut() {
            other.policies.sort_by_key(|policy| policy.origin.file);
        }
    }

    /// Keeps the first file that tells something beside policies. There may be a million of them.
    fn keep_companion(&mut self, file: FileIndex, candidate: Candidate) {
        if self.first_companion.as_ref().is_none_or(|(known, _)| file < *known) {
            self.first_companion = Some((file, candidate));
        }
    }

    /// The folder that a file lies in.
    pub(super) fn folder(&self, file: FileIndex) -> Option<&Path> {
        self.paths.get(&file)?.on_disk()?.parent()
    }

    fn note_unreadable(&mut self, file: FileIndex, candidate: Candidate, kind: TakenFor) {
        self.skipped += 1;
        let path = match &candidate {
            Candidate::File(path)
            | Candidate::Other(path)
            | Candidate::Unreadable(path, _)
            | Candidate::Stored { path, .. } => Some(path.as_path()),
            Candidate::Held(..) => None,
        };
        if let Some(path) = path.filter(|path| is_configuration(path)) {
            self.broken_folders.insert(path.parent().map(Path::to_owned).unwrap_or_default());
        }
        let path = candidate.shown();
        self.taken.push((file, FileReport { path, kind, policies: 0, encoding: None, is_read: false, sha256: None }));
        self.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unreadable });
        self.paths.insert(file, candidate);
    }
}

impl TenantReader<'_> {
    pub(super) fn read(&self, inputs: &[Input]) -> Read {
        let config = &self.options.config;
        let excluded = AtomicUsize::new(0);
        let is_wanted = |candidate: &Candidate| {
            let is_out = !config.exclude.is_empty() && config.exclude.is_match(from_config(config, &candidate.shown()));
            excluded.fetch_add(usize::from(is_out), Ordering::Relaxed);
            !is_out
        };
        let mut candidates = inputs
            .iter()
            .flat_map(Input::files)
            .filter(is_wanted)
            .map(|candidate| self.options.overlay.over(candidate))
            .zip((self.first_file..).map(FileIndex))
            .map(|(candidate, file)| (file, candidate));
        let add = |read, (file, candidate)| self.add(read, file, candidate);
        let first: Vec<_> =
            if self.options.parallel { candidates.by_ref().take(HANDFUL).collect() } else { Vec::new() };
        let mut read = if first.len() == HANDFUL {
            // In batches, so that reading threads rarely wait for the thread that walks the folders.
            let others = std::iter::from_fn(|| {
                Some(candidates.by_ref().take(HANDFUL).collect()).filter(|some: &Vec<_>| !some.is_empty())
            });
            std::iter::once(first)
                .chain(others)
                .par_bridge()
                .flat_map_iter(|handful| handful)
                .fold(Read::default, add)
                .reduce(Read::default, Read::merged)
        } else {
            // What one thread would take on needs no other to be started.
            first.into_iter().chain(candidates).fold(Read::default(), add)
        };
        read.excluded = excluded.into_inner();
        read.sort();
        self.evaluate_configuration(&mut read, inputs);
        let mut read = self.read_postponed(read);
        self.check_deferred(&mut read);
        let unfollowed = pages::unfollowed(&read.pages, &read.policies);
        read.missing.extend(unfollowed);
        read.sort();
        if let Some((file, candidate)) = read.first_companion.take() {
            read.paths.entry(file).or_insert(candidate);
        }
        self.add_directory(&mut read);
        read
    }

    /// Adds what files beside those of the tenant tell of users, groups and roles, and nothing else.
    fn add_directory(&self, read: &mut Read) {
        if self.options.directory.is_empty() {
            return;
        }
        let options = Options { directory: Arc::default(), ..self.options.clone() };
        let first_file = read.next_file;
        let reader = TenantReader { first_file, ..TenantReader::new(self.name, &options, self.progress) };
        let Read { companions, findings, has_crashed, paths, next_file, .. } = reader.read(&self.options.directory);
        // Policies there are none of the tenant's, so that no comparison says what a fix of one would change.
        let findings = findings.into_iter().map(|finding| Finding { fix: None, ..finding });
        read.paths.extend(paths);
        read.next_file = next_file.max(first_file);
        let Companions { names, further_names, roles, directory, .. } = companions;
        read.companions.absorb(Companions { names, further_names, roles, directory, ..Companions::default() });
        read.findings.extend(findings);
        read.has_crashed |= has_crashed;
    }

    /// Reads what has waited, and is no data of Terraform configuration.
    fn read_postponed(&self, mut read: Read) -> Read {
        let postponed = std::mem::take(&mut read.postponed);
        let add = |mut read: Read, (file, candidate): (FileIndex, Candidate)| {
            let path = candidate.shown();
            self.guard(&mut read, file, &path, |read| self.add_glanced(read, file, candidate));
            read
        };
        let mut read = if self.options.parallel && postponed.len() > HANDFUL {
            let others = postponed.into_par_iter().fold(Read::default, add).reduce(Read::default, Read::merged);
            read.merged(others)
        } else {
            postponed.into_iter().fold(read, add)
        };
        read.sort();
        read
    }

    fn add(&self, mut read: Read, file: FileIndex, candidate: Candidate) -> Read {
        self.progress.fetch_add(1, Ordering::Relaxed);
        read.next_file = read.next_file.max(file.0 + 1);
        let path = candidate.shown();
        self.guard(&mut read, file, &path, |read| self.add_file(read, file, candidate));
        read
    }

    /// Lets a mistake of caplint's own be a finding of the file that it met it in. What it had read of the file by then is
    /// kept, and more may be missing.
    pub(super) fn guard(&self, read: &mut Read, file: FileIndex, path: &str, add: impl FnOnce(&mut Read)) {
        if catch_unwind(AssertUnwindSafe(|| add(read))).is_ok() {
            return;
        }
        read.has_crashed = true;
        read.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unreadable });
        let facts = FileFacts { has_crashed: true, ..FileFacts::of(file) };
        let drafts = rules::check_file(&facts);
        let located = Located::new("", path, source::LineHashes::default());
        let place = |(_, number): (usize, usize), label: &Label| Ok(located.location(label, number == 0));
        let findings = locate(drafts, self.name, place, |_, _| None);
        read.findings.extend(findings);
    }

    fn add_file(&self, read: &mut Read, file: FileIndex, candidate: Candidate) {
        if candidate.is_glanced_at() {
            if is_yaml(&candidate.name()) {
                read.postponed.push((file, candidate));
            } else {
                self.add_glanced(read, file, candidate);
            }
            return;
        }
        read.files += 1;
        let bytes = match candidate.bytes() {
            Ok(bytes) => bytes,
            Err(error) => {
                let error = error.to_string();
                let facts = FileFacts { unreadable: Some(&error), ..FileFacts::of(file) };
                self.locate_in_file(read, &facts, &candidate.shown(), "", None);
                read.note_unreadable(file, candidate, TakenFor::Unreadable(error));
                return;
            }
        };
        if dialect::is_database(&bytes) {
            self.add_database(read, file, candidate, bytes);
            return;
        }
        if let Some(other) = dialect::glance_given(&bytes) {
            self.add_other(read, file, candidate, &other, "");
            return;
        }
        let text = match source::decode(bytes) {
            Ok(text) => text,
            Err(error) => {
                let facts = FileFacts { encoding: Some(&error), ..FileFacts::of(file) };
                self.locate_in_file(read, &facts, &candidate.shown(), &error.lossy, None);
                read.note_unreadable(file, candidate, TakenFor::NoText);
                return;
            }
        };
        self.add_text(read, file, candidate, &text);
    }

    fn add_glanced(&self, read: &mut Read, file: FileIndex, candidate: Candidate) {
        if candidate.is_no_database(dialect::SQLITE) {
            return;
        }
        // A file that was not named and cannot be read is skipped.
        let bytes = candidate.bytes().unwrap_or_default();
        if dialect::is_database(&bytes) {
            read.files += 1;
            self.add_database(read, file, candidate, bytes);
            return;
        }
        if let Some(other) = dialect::glance_bytes(&bytes) {
            read.files += 1;
            self.add_other(read, file, candidate, &other, "");
            return;
        }
        match source::decode(bytes) {
            Ok(text) => self.add_met(read, file, candidate, &text),
            Err(error) => {
                if let Some(other) = dialect::glance_beside(&error.lossy) {
                    read.files += 1;
                    self.add_other(read, file, candidate, &other, &error.lossy);
                }
            }
        }
    }

    /// Takes a database, which holds no policies that are read.
    fn add_database(&self, read: &mut Read, file: FileIndex, candidate: Candidate, bytes: Vec<u8>) {
        let path = candidate.shown();
        let mut taken = match dialect::read_database(bytes, file) {
            Ok(taken) => taken,
            Err(error) => {
                let facts = FileFacts { unreadable: Some(&error), ..FileFacts::of(file) };
                self.locate_in_file(read, &facts, &path, "", None);
                read.note_unreadable(file, candidate, TakenFor::Unreadable(error));
                return;
            }
        };
        read.skipped += 1;
        let is_read = taken.unread.is_none();
        if !is_read {
            self.locate_in_file(read, &FileFacts { taken: Some(&taken), ..FileFacts::of(file) }, &path, "", None);
        }
        if self.options.keeps_files() || !is_read {
            let kind = TakenFor::Document(taken.kind);
            read.taken.push((file, FileReport { path, kind, policies: 0, encoding: None, is_read, sha256: None }));
        }
        read.note(file, &mut taken);
        read.paths.insert(file, candidate);
    }

    /// Takes a file that is only met, and is about something else as likely as not.
    fn add_met(&self, read: &mut Read, file: FileIndex, candidate: Candidate, text: &Text) {
        let content = text.as_str();
        if dialect::glance_beside(content).is_some() {
            read.files += 1;
            self.add_text(read, file, candidate, text);
        } else if dialect::tells_of_objects(content) {
            // It may tell what policies mean. If it does not, or is damaged, it is none of ours.
            let name = candidate.name();
            let Ok(parsed) = parse(&name, content) else { return };
            let told = dialect::read(content, &parsed.root, file, &mut |_| {});
            if told.policies > 0 || told.is_companion() {
                read.files += 1;
                self.add_text(read, file, candidate, text);
            }
        }
    }

    fn add_text(&self, read: &mut Read, file: FileIndex, candidate: Candidate, text: &Text) {
        let content = text.as_str();
        let name = candidate.name();
        let gives_values = dialect::gives_values(&name);
        let Parsed { root, hcl, relaxed, broken: unread, otherwise } = match parse(&name, content) {
            Ok(parsed) => parsed,
            Err(Unparsed::Other(other)) => return self.add_other(read, file, candidate, &other, content),
            Err(Unparsed::Damaged(error, kind)) => return self.add_damaged(read, file, candidate, text, (error, kind)),
        };
        if let Some(error) = &relaxed {
            // Nobody knows whether it would be a policy if it were in order, and Terraform is a strict reader.
            let told = dialect::read(content, &root, file, &mut |_| {});
            if gives_values || told.is_nothing() || told.is_of_terraform() {
                let damage = (error.clone(), TakenFor::NoJson);
                return self.add_damaged(read, file, candidate, text, damage);
            }
        }
        let mut inspected = Vec::new();
        let before = read.policies.len();
        if content.len() > SPLIT_ABOVE {
            // Growing by doubling would take half as much again.
            read.policies.reserve_exact(dialect::elements(&root).unwrap_or(0));
        }
        let is_hcl = hcl.is_some();
        let mut taken = if let Some(body) = hcl {
            dialect::read_hcl(&name, content, root, body, file)
        } else if gives_values {
            dialect::read_values(&name, root, file)
        } else {
            let mut taken = dialect::read(content, &root, file, &mut |found| inspected.extend(read.take(found)));
            if taken.policies == 0 {
                dialect::read_folder(&candidate.shown(), &root, &mut taken);
            }
            taken
        };
        if let Some(part) = &mut taken.part {
            part.set_name(&name);
        }
        if let Some(other) = otherwise.filter(|_| taken.is_nothing()) {
            return self.add_other(read, file, candidate, &other, content);
        }
        taken.relaxed = relaxed.map(|error| error.at);
        taken.broken.extend(unread);
        read.policies_found += taken.policies;
        read.skipped += usize::from(taken.policies == 0);
        let broken = std::mem::take(&mut taken.broken);
        if !broken.is_empty() {
            read.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unreadable });
        }
        if self.options.keeps_files() {
            let (path, kind, policies) = (candidate.shown(), TakenFor::Document(taken.kind), taken.policies);
            let encoding = Some(text.encoding.to_string());
            let is_read = taken.unread.is_none() && broken.is_empty();
            read.taken.push((file, FileReport { path, kind, policies, encoding, is_read, sha256: None }));
        }
        if taken.policies > 0 && taken.part.is_none() && taken.kind.is_source() {
            read.sources.insert(file);
        }
        let tells = taken.is_companion() || taken.companions.security_defaults.is_some();
        read.note(file, &mut taken);
        if is_hcl {
            read.ignores.extend(ignores(content, &candidate.shown()).map(|ignore| (file, ignore)));
        }
        // A file that is not read yet may resolve a name.
        let has_names = broken.is_empty() && inspected.iter().any(rules::Inspected::has_names);
        if has_names || taken.is_infrastructure || taken.part.is_some() {
            read.deferred.push(Deferred { file, taken, inspected });
            read.paths.insert(file, candidate);
            return;
        }
        if needs_rules(&taken, &inspected, &broken) {
            let facts = FileFacts { syntax: &broken, taken: Some(&taken), policies: &inspected, ..FileFacts::of(file) };
            self.locate_in_file(read, &facts, &candidate.shown(), content, Some(text));
        }
        let has_pages = read.pages.last().is_some_and(|(of, _)| *of == file);
        let has_sign = read.signs.last().is_some_and(|sign| sign.file == file);
        // A page for people has the hashes of all files that the verdicts rest on.
        if has_pages
            || has_sign
            || (tells && self.options.map)
            || read.policies.len() > before
            || read.missing.last().is_some_and(|missing| missing.file == file)
        {
            read.paths.insert(file, candidate);
        } else if tells {
            read.keep_companion(file, candidate);
        }
    }

    /// Takes note of a text that is damaged.
    fn add_damaged(
        &self,
        read: &mut Read,
        file: FileIndex,
        candidate: Candidate,
        text: &Text,
        (error, kind): (SyntaxError, TakenFor),
    ) {
        let errors = [(0, error)];
        let facts = FileFacts { syntax: &errors, ..FileFacts::of(file) };
        self.locate_in_file(read, &facts, &candidate.shown(), text.as_str(), Some(text));
        read.note_unreadable(file, candidate, kind);
    }

    /// Takes note of a text that is named and not read.
    fn add_other(&self, read: &mut Read, file: FileIndex, candidate: Candidate, other: &Other, content: &str) {
        let taken = Taken::of(other);
        read.skipped += 1;
        read.has_infrastructure |= other.is_infrastructure;
        let facts = FileFacts { taken: Some(&taken), ..FileFacts::of(file) };
        self.locate_in_file(read, &facts, &candidate.shown(), content, None);
        read.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unread });
        let (path, kind) = (candidate.shown(), TakenFor::Document(other.kind));
        read.taken.push((file, FileReport { path, kind, policies: 0, encoding: None, is_read: false, sha256: None }));
        read.paths.insert(file, candidate);
    }

    /// Runs the rules over a file while its text is at hand.
    fn locate_in_file(&self, read: &mut Read, facts: &FileFacts<'_>, path: &str, content: &str, text: Option<&Text>) {
        let drafts = rules::check_file(facts);
        if drafts.is_empty() {
            return;
        }
        let is_read = facts.taken.is_some_and(|taken| taken.unread.is_none());
        let is_understood = is_read && facts.syntax.is_empty() && facts.encoding.is_none();
        let showing = dialect::showing(path, content, is_understood);
        let located = Located::new(content, path, self.hashes(text)).showing(showing);
        let place = |(_, number): (usize, usize), label: &Label| Ok(located.location(label, number == 0));
        let is_source = read.sources.contains(&facts.file);
        let findings = locate(drafts, self.name, place, |_, fix| located.fix(fix).filter(|_| is_source));
        read.findings.extend(findings);
    }
}

/// The ignores that comments give.
fn ignores(content: &str, path: &str) -> impl Iterator<Item = Ignore> {
    let located = Located::new(content, path, source::LineHashes::default());
    let found = syntax::remarks(content, "caplint:").into_iter().filter_map(move |remark| {
        let comment = ignore::comment(&content[remark.text.clone()], rules::ids())?;
        let line = |offset: usize| located.bytes(offset..offset, "").start.line;
        let about = remark.about.as_ref().map_or((0, 0), |about| (line(about.start), line(about.end)));
        let nothing = remark.about.is_none().then(|| "it stands in front of nothing".to_owned());
        Some(Ignore {
            rule: comment.rule,
            about: About::Lines { path: path.to_owned(), lines: about },
            reason: comment.reason,
            until: comment.until,
            problem: comment.problem.or(nothing),
            location: located.bytes(remark.text, "this ignore"),
            entry: None,
            comment: remark.removal.map(|bytes| located.edit(Replacement { bytes, text: String::new(), unique: None })),
        })
    });
    found.collect::<Vec<_>>().into_iter()
}

/// Whether Terraform reads a file of this name.
fn is_configuration(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let ends = [".tf", ".tofu", ".tfvars", ".tf.json", ".tofu.json", ".tfvars.json"];
    ends.into_iter().any(|end| name.ends_with(end))
}

/// A file that is plainly in order needs no rule to say so.
fn needs_rules(taken: &Taken, inspected: &[Inspected], broken: &[(usize, SyntaxError)]) -> bool {
    !inspected.is_empty()
        || !broken.is_empty()
        || !taken.failures.is_empty()
        || !taken.wrappers.is_empty()
        || taken.unread.is_some()
        || taken.relaxed.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::Options;

    #[test]
    fn a_mistake_in_one_file_is_a_finding_of_that_file() {
        let options = Options::default();
        let progress = AtomicUsize::new(0);
        let reader = TenantReader::new("tenant", &options, &progress);
        let mut read = Read::default();
        reader.guard(&mut read, FileIndex(0), "good.json", |read| read.files += 1);
        reader.guard(&mut read, FileIndex(1), "bad.json", |_| panic!("a mistake"));
        reader.guard(&mut read, FileIndex(2), "good.json", |read| read.files += 1);
        assert!(read.has_crashed);
        assert_eq!((read.files, read.missing.len(), read.findings.len()), (2, 1, 1));
        assert_eq!((read.findings[0].rule, read.findings[0].primary().path.as_str()), ("internal-error", "bad.json"));
    }
}
