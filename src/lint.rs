//! The way through the house: paths in, findings and verdicts out, one tenant at a time.
//!
//! A tenant's files are read in parallel and folded: of each file its policies, what it tells about other objects and
//! its findings are kept, never its text. The few files that a verdict points into are read once more.

mod control;
mod infrastructure;

pub use control::{ControlReport, ExceptionReport};

use crate::config::Config;
use crate::controls::{self, Control};
use crate::coverage::{self, Decision};
use crate::dialect::{self, Other, Taken};
use crate::discover::{Candidate, Input, STDIN, shown};
use crate::finding::{CONFIG, Draft, Finding, Located, locate};
use crate::policy::Policy;
use crate::rules::{self, FileFacts, Inspected, Judgement, Reading, TenantFacts};
use crate::signin::AssumeEnabled;
use crate::source::{self, LineHashes, Text};
use crate::syntax::{self, Node, Pointer, SyntaxError};
use crate::tenant::{Companions, Missing, MissingPolicies, Tenant};
use rayon::iter::{ParallelBridge, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use time::Date;

/// How a run judges.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which reading raises findings.
    pub reading: Reading,
    /// Judge the tenant, or only look at its files.
    pub judge_tenant: bool,
    /// `public` or `usgov`.
    pub cloud: &'static str,
    /// Policies to judge as if they were on.
    pub assume_enabled: AssumeEnabled,
    /// Judge a tenant without policies.
    pub allow_empty: bool,
    /// Compute GitHub's line hashes.
    pub line_hashes: bool,
    /// Keep what each file was taken for.
    pub keep_files: bool,
    /// Read a tenant's files in parallel.
    pub parallel: bool,
    /// Requirements, exceptions and assumptions of one's own.
    pub config: Arc<Config>,
    /// The day that reviews are held against.
    pub today: Date,
    /// No other tenant is judged in this run.
    pub is_only_tenant: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reading: Reading::Effective,
            judge_tenant: true,
            cloud: "public",
            assume_enabled: AssumeEnabled::Neither,
            allow_empty: false,
            line_hashes: false,
            keep_files: false,
            parallel: true,
            config: Arc::default(),
            today: Date::MIN,
            is_only_tenant: true,
        }
    }
}

/// Everything that is reported about one tenant.
#[derive(Debug, Default)]
pub struct TenantReport {
    /// Its name.
    pub name: String,
    /// Files that were read.
    pub files: usize,
    /// Policies in them.
    pub policies: usize,
    /// Files without policies.
    pub skipped: usize,
    /// Nothing was found that a verdict could rest on.
    pub is_empty: bool,
    /// Verdicts.
    pub controls: Vec<ControlReport>,
    /// Findings, ordered.
    pub findings: Vec<Finding>,
    /// What each file was taken for, if asked for.
    pub taken: Vec<FileReport>,
}

/// What a file was taken for.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// Its path as shown.
    pub path: String,
    /// In a few words: a dialect, a companion, or why it was passed over.
    pub kind: String,
    /// Policies in it.
    pub policies: usize,
    /// Its encoding, if it is text.
    pub encoding: Option<String>,
    /// Whatever policies it holds were read.
    pub is_read: bool,
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind)?;
        match self.policies {
            0 => {}
            1 => f.write_str(", 1 policy")?,
            count => write!(f, ", {count} policies")?,
        }
        self.encoding.as_ref().map_or(Ok(()), |encoding| write!(f, " ({encoding})"))
    }
}

/// Reads one tenant's files and says what each was taken for.
#[must_use]
pub fn files(inputs: &[Input]) -> Vec<FileReport> {
    let options = Options { keep_files: true, judge_tenant: false, ..Options::default() };
    let reader = Reader { name: "", options: &options, progress: &AtomicUsize::new(0) };
    reader.read(inputs).taken.into_iter().map(|(_, file)| file).collect()
}

/// Files larger than this are split into the elements of their lists instead of being held as one tree.
const SPLIT_ABOVE: usize = 1 << 20;

/// Files that a thread takes on at a time.
const HANDFUL: usize = 64;

/// Lints the tenant that these inputs hold; several where infrastructure code leads to several, the first of them the
/// one that other files belong to. `progress` counts files.
#[must_use]
pub fn tenants(name: &str, inputs: &[Input], options: &Options, progress: &AtomicUsize) -> Vec<TenantReport> {
    let reader = Reader { name, options, progress };
    reader.judge_all(reader.read(inputs))
}

/// Reads one tenant and judges nothing.
#[must_use]
pub fn load(inputs: &[Input], options: &Options) -> Tenant {
    let reader = Reader { name: "", options, progress: &AtomicUsize::new(0) };
    Reader::tenant(&mut reader.read(inputs)).0
}

/// What is kept of the files.
#[derive(Default)]
struct Read {
    files: usize,
    skipped: usize,
    policies_found: usize,
    policies: Vec<Policy>,
    companions: Companions,
    missing: Vec<Missing>,
    findings: Vec<Finding>,
    paths: BTreeMap<usize, Candidate>,
    taken: Vec<(usize, FileReport)>,
    has_infrastructure: bool,
    /// A plan destroys policies.
    destroys: bool,
    /// Infrastructure code, of which the other files have something to say.
    deferred: Vec<Deferred>,
    /// Other tenants that infrastructure code leads to, by the file that does and the name it has for them.
    others: BTreeMap<(usize, String), Beside>,
}

/// A file whose findings wait for the others.
struct Deferred {
    file: usize,
    taken: Taken,
    inspected: Vec<Inspected>,
}

/// What is kept of another tenant.
#[derive(Default)]
struct Beside {
    policies: Vec<Policy>,
    companions: Companions,
}

impl Read {
    /// Takes note of what a file tells beside its policies.
    fn note(&mut self, file: usize, taken: &mut Taken) {
        self.companions.absorb(std::mem::take(&mut taken.companions));
        for (name, companions) in std::mem::take(&mut taken.others) {
            self.others.entry((taken.root, name)).or_default().companions.absorb(companions);
        }
        self.has_infrastructure |= taken.is_infrastructure;
        self.destroys |= !taken.destroyed.is_empty();
        for pointer in &taken.next_pages {
            self.missing.push(Missing { file, pointer: pointer.clone(), why: MissingPolicies::NextPage });
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
        self.findings.extend(other.findings);
        self.paths.extend(other.paths);
        self.taken.extend(other.taken);
        self.has_infrastructure |= other.has_infrastructure;
        self.destroys |= other.destroys;
        self.deferred.extend(other.deferred);
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
        self.taken.sort_by_key(|(file, _)| *file);
        for other in self.others.values_mut() {
            other.policies.sort_by_key(|policy| policy.origin.file);
        }
    }
}

struct Reader<'a> {
    name: &'a str,
    options: &'a Options,
    progress: &'a AtomicUsize,
}

impl Reader<'_> {
    fn read(&self, inputs: &[Input]) -> Read {
        let mut candidates = inputs.iter().flat_map(Input::files).enumerate();
        let mut read = if self.options.parallel {
            // In handfuls: whoever reads must not wait for whoever walks more often than needed.
            std::iter::from_fn(|| {
                Some(candidates.by_ref().take(HANDFUL).collect()).filter(|some: &Vec<_>| !some.is_empty())
            })
            .par_bridge()
            .flat_map_iter(|handful| handful)
            .fold(Read::default, |read, (file, candidate)| self.add(read, file, candidate))
            .reduce(Read::default, Read::merged)
        } else {
            candidates.fold(Read::default(), |read, (file, candidate)| self.add(read, file, candidate))
        };
        read.sort();
        self.settle(&mut read);
        read.sort();
        read
    }

    /// The tenant, and the groups of its policies that contradict one another.
    fn tenant(read: &mut Read) -> (Tenant, Vec<Vec<usize>>) {
        let mut tenant = Tenant {
            policies: std::mem::take(&mut read.policies),
            companions: std::mem::take(&mut read.companions),
            missing: std::mem::take(&mut read.missing),
        };
        tenant.resolve_names();
        let contradictions = tenant.settle_duplicates();
        tenant.collect_strengths();
        (tenant, contradictions)
    }

    fn add(&self, mut read: Read, file: usize, candidate: Candidate) -> Read {
        self.progress.fetch_add(1, Ordering::Relaxed);
        if matches!(candidate, Candidate::Other(_)) {
            // Whatever cannot be read is none of our business.
            let bytes = bytes_of(&candidate).unwrap_or_default();
            let text = source::decode(bytes).map_or_else(|error| error.lossy, |text| text.as_str().to_owned());
            if let Some(other) = dialect::glance(&text) {
                read.files += 1;
                self.add_other(&mut read, file, candidate, &other, &text);
            }
            return read;
        }
        read.files += 1;
        let bytes = match bytes_of(&candidate) {
            Ok(bytes) => bytes,
            Err(error) => {
                let error = error.to_string();
                let facts = FileFacts { unreadable: Some(&error), ..FileFacts::of(file) };
                self.locate_in_file(&mut read, &facts, &path_of(&candidate), "", None);
                read.note_unreadable(file, candidate, format!("not read: {error}"));
                return read;
            }
        };
        let text = match source::decode(bytes) {
            Ok(text) => text,
            Err(error) => {
                let facts = FileFacts { encoding: Some(&error), ..FileFacts::of(file) };
                self.locate_in_file(&mut read, &facts, &path_of(&candidate), &error.lossy, None);
                read.note_unreadable(file, candidate, "not text".to_owned());
                return read;
            }
        };
        self.add_text(read, file, candidate, &text)
    }

    fn add_text(&self, mut read: Read, file: usize, candidate: Candidate, text: &Text) -> Read {
        let content = text.as_str();
        let name = on_disk(&candidate).and_then(|path| path.file_name()?.to_str());
        let values_of = name.filter(|name| dialect::gives_values(name)).map(str::to_owned);
        let parsed = match &values_of {
            Some(_) if !content.trim_start().starts_with('{') => syntax::parse_hcl(content),
            _ => parse(content),
        };
        let root = match parsed {
            Ok(root) => root,
            Err(error) => {
                if let Some(other) = dialect::glance(content) {
                    self.add_other(&mut read, file, candidate, &other, content);
                    return read;
                }
                let errors = [(0, error)];
                let facts = FileFacts { syntax: &errors, ..FileFacts::of(file) };
                self.locate_in_file(&mut read, &facts, &path_of(&candidate), content, Some(text));
                read.note_unreadable(
                    file,
                    candidate,
                    (if syntax::is_hcl(content) { "not HCL" } else { "not JSON" }).to_owned(),
                );
                return read;
            }
        };
        let mut inspected = Vec::new();
        let before = read.policies.len();
        if content.len() > SPLIT_ABOVE {
            // Growing by doubling would take half as much again.
            read.policies.reserve_exact(dialect::elements(&root).unwrap_or(0));
        }
        let mut taken = match values_of {
            Some(name) => dialect::read_values(&name, root, file),
            None => dialect::read(content, &root, file, &mut |found| inspected.extend(read.take(&found))),
        };
        read.policies_found += taken.policies;
        read.skipped += usize::from(taken.policies == 0);
        let broken = std::mem::take(&mut taken.broken);
        if !broken.is_empty() {
            read.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unreadable });
        }
        if self.options.keep_files {
            let (path, kind, policies) = (path_of(&candidate), taken.kind.to_owned(), taken.policies);
            let encoding = Some(text.encoding.to_string());
            let is_read = taken.unread.is_none() && broken.is_empty();
            read.taken.push((file, FileReport { path, kind, policies, encoding, is_read }));
        }
        read.note(file, &mut taken);
        if taken.is_infrastructure || taken.part.is_some() {
            read.deferred.push(Deferred { file, taken, inspected });
            read.paths.insert(file, candidate);
            return read;
        }
        if needs_rules(&taken, &inspected, &broken) {
            let facts = FileFacts { syntax: &broken, taken: Some(&taken), policies: &inspected, ..FileFacts::of(file) };
            self.locate_in_file(&mut read, &facts, &path_of(&candidate), content, Some(text));
        }
        if read.policies.len() > before || read.missing.last().is_some_and(|missing| missing.file == file) {
            read.paths.insert(file, candidate);
        }
        read
    }

    /// Takes note of a text that is named and not read.
    fn add_other(&self, read: &mut Read, file: usize, candidate: Candidate, other: &Other, content: &str) {
        let taken = Taken::of(other);
        read.skipped += 1;
        read.has_infrastructure |= other.is_infrastructure;
        let facts = FileFacts { taken: Some(&taken), ..FileFacts::of(file) };
        self.locate_in_file(read, &facts, &path_of(&candidate), content, None);
        read.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unread });
        let (path, kind) = (path_of(&candidate), other.kind.to_owned());
        read.taken.push((file, FileReport { path, kind, policies: 0, encoding: None, is_read: false }));
        read.paths.insert(file, candidate);
    }

    /// Runs the rules over a file while its text is at hand.
    fn locate_in_file(&self, read: &mut Read, facts: &FileFacts<'_>, path: &str, content: &str, text: Option<&Text>) {
        let drafts = rules::check_file(facts);
        if drafts.is_empty() {
            return;
        }
        let located = Located::new(content, path, self.hashes(text)).confidential(dialect::may_hold_secrets(content));
        let findings = locate(drafts, self.name, &|_| path.to_owned(), &mut |_| Some(&located));
        read.findings.extend(findings);
    }

    fn hashes(&self, text: Option<&Text>) -> LineHashes {
        match text {
            Some(text) if self.options.line_hashes && text.encoding.is_utf8() => source::line_hashes(text.as_str()),
            _ => LineHashes::default(),
        }
    }

    fn judge_all(&self, mut read: Read) -> Vec<TenantReport> {
        if let Some(config) = &self.options.config.path {
            read.paths.insert(CONFIG, Candidate::File(config.clone()));
        }
        let others = std::mem::take(&mut read.others);
        let missing = read.missing.clone();
        let (tenant, contradictions) = Self::tenant(&mut read);
        let told = !tenant.policies.is_empty() || tenant.companions.security_defaults.is_some() || read.destroys;
        let alone = others.is_empty();
        let mut first = TenantReport {
            name: self.name.to_owned(),
            files: read.files,
            policies: read.policies_found - others.values().map(|other| other.policies.len()).sum::<usize>(),
            skipped: read.skipped,
            is_empty: !told && !read.has_infrastructure,
            taken: read.taken.into_iter().map(|(_, file)| file).collect(),
            ..TenantReport::default()
        };
        let findings = std::mem::take(&mut read.findings);
        // Who keeps every policy behind an alias has no tenant without one.
        let mut reports = Vec::new();
        let is_told = told || alone;
        let judged = self.options.judge_tenant && (told || (self.options.allow_empty && alone));
        self.judge(&mut first, &tenant, &contradictions, judged, alone, &read.paths);
        first.findings.extend(findings);
        reports.push(first);
        for ((file, alias), other) in others {
            let name = format!("{}#{alias}", read.paths.get(&file).map(tenant_of).unwrap_or_default());
            let policies = other.policies.len();
            let mut tenant =
                Tenant { policies: other.policies, companions: other.companions, missing: missing.clone() };
            let contradictions = tenant.settle_duplicates();
            tenant.collect_strengths();
            let mut report = TenantReport { name, policies, ..TenantReport::default() };
            self.judge(&mut report, &tenant, &contradictions, self.options.judge_tenant, false, &read.paths);
            reports.push(report);
        }
        if !is_told {
            let first = reports.remove(0);
            let heir = &mut reports[0];
            (heir.files, heir.skipped, heir.taken) = (first.files, first.skipped, first.taken);
            let name = heir.name.clone();
            heir.findings.extend(first.findings.into_iter().map(|finding| Finding { tenant: name.clone(), ..finding }));
        }
        for report in &mut reports {
            report.findings.sort_by(|one, two| one.order().cmp(&two.order()));
            distinguish(&mut report.findings);
        }
        reports
    }

    /// Fills in the verdicts on a tenant and what is to be said of it.
    fn judge(
        &self,
        report: &mut TenantReport,
        tenant: &Tenant,
        contradictions: &[Vec<usize>],
        judged: bool,
        alone: bool,
        paths: &BTreeMap<usize, Candidate>,
    ) {
        let judgements: Vec<Judgement> = if judged { self.judgements(tenant) } else { Vec::new() };
        let facts = TenantFacts {
            tenant,
            contradictions,
            judgements: &judgements,
            assume_enabled: self.options.assume_enabled,
            reading: self.options.reading,
            config: &self.options.config,
            today: self.options.today,
            is_only_tenant: self.options.is_only_tenant && alone,
        };
        let located = self.locate_in(&report.name, paths, rules::check_tenant(&facts));
        report.findings.extend(located);
        report.controls = judgements.iter().map(|judgement| control::control_report(&facts, judgement)).collect();
    }

    fn judgements(&self, tenant: &Tenant) -> Vec<Judgement> {
        let config = &self.options.config;
        let options = coverage::Options {
            assume_enabled: self.options.assume_enabled,
            assumptions: config.assumptions,
            ..coverage::Options::default()
        };
        let judgement = |control: &'static Control| {
            let requirement = control.requirement(self.options.cloud)?;
            let decision: Decision = coverage::decide(&requirement, tenant, options);
            let stored_query_passes = control.stored_query.as_ref().map(|query| query.passes(&tenant.policies));
            Some(Judgement { control, requirement, decision, stored_query_passes })
        };
        controls::all().iter().chain(config.requirements.iter().copied()).filter_map(judgement).collect()
    }

    /// Reads the files that drafts point into once more. One that has changed in between loses its excerpt, no more.
    fn locate_in(&self, tenant: &str, paths: &BTreeMap<usize, Candidate>, drafts: Vec<Draft>) -> Vec<Finding> {
        let wanted: BTreeSet<usize> =
            drafts.iter().flat_map(|draft| draft.labels.iter().map(|label| label.file)).collect();
        let path_of_file = |file: usize| paths.get(&file).map(path_of).unwrap_or_default();
        let texts: BTreeMap<usize, (String, Text)> = wanted
            .into_iter()
            .filter_map(|file| {
                let text = source::decode(bytes_of(paths.get(&file)?).ok()?).ok()?;
                Some((file, (path_of_file(file), text)))
            })
            .collect();
        let located: BTreeMap<usize, Located<'_>> = texts
            .iter()
            .map(|(file, (path, text))| {
                let located = Located::new(text.as_str(), path, self.hashes(Some(text)));
                (*file, located.confidential(dialect::may_hold_secrets(text.as_str())))
            })
            .collect();
        locate(drafts, tenant, &path_of_file, &mut |file| located.get(&file))
    }
}

impl Read {
    fn note_unreadable(&mut self, file: usize, candidate: Candidate, kind: String) {
        self.skipped += 1;
        let path = path_of(&candidate);
        self.taken.push((file, FileReport { path, kind, policies: 0, encoding: None, is_read: false }));
        self.missing.push(Missing { file, pointer: Pointer::root(), why: MissingPolicies::Unreadable });
        self.paths.insert(file, candidate);
    }
}

impl FileFacts<'_> {
    fn of(file: usize) -> Self {
        Self { file, unreadable: None, encoding: None, syntax: &[], taken: None, policies: &[] }
    }
}

/// A long list is split; anything else is read whole.
fn parse(content: &str) -> Result<Node<'_>, SyntaxError> {
    if syntax::is_hcl(content) {
        return syntax::parse_hcl(content);
    }
    if let Some(unread) = dialect::unread_members(content) {
        return syntax::parse_without(content, unread);
    }
    if content.len() > SPLIT_ABOVE {
        let outline = syntax::parse_outline(content)?;
        if dialect::elements(&outline).is_some() {
            return Ok(outline);
        }
    }
    syntax::parse(content)
}

/// A file that is plainly in order needs no rule to say so.
fn needs_rules(taken: &Taken, inspected: &[Inspected], broken: &[(usize, SyntaxError)]) -> bool {
    !inspected.is_empty()
        || !broken.is_empty()
        || !taken.next_pages.is_empty()
        || !taken.wrappers.is_empty()
        || taken.unread.is_some()
}

/// What a tenant is called that a file leads to: by the file, or by the folder of a configuration.
fn tenant_of(candidate: &Candidate) -> String {
    match on_disk(candidate) {
        Some(path) if is_configuration(path) => {
            path.parent().map(shown).filter(|folder| !folder.is_empty()).unwrap_or_else(|| ".".to_owned())
        }
        _ => path_of(candidate),
    }
}

fn is_configuration(path: &Path) -> bool {
    let name = path.to_string_lossy();
    name.ends_with(".tf") || name.ends_with(".tf.json")
}

/// The path of a file that others can lie beside.
fn on_disk(candidate: &Candidate) -> Option<&Path> {
    match candidate {
        Candidate::File(path) | Candidate::Other(path) => Some(path),
        Candidate::Stdin(_) | Candidate::Unreadable(..) => None,
    }
}

fn path_of(candidate: &Candidate) -> String {
    match candidate {
        Candidate::File(path) | Candidate::Other(path) | Candidate::Unreadable(path, _) => shown(path),
        Candidate::Stdin(_) => STDIN.to_owned(),
    }
}

fn bytes_of(candidate: &Candidate) -> std::io::Result<Vec<u8>> {
    match candidate {
        Candidate::File(path) | Candidate::Other(path) => read_file(path),
        Candidate::Stdin(bytes) => Ok(bytes.clone()),
        Candidate::Unreadable(_, error) => Err(std::io::Error::new(error.kind(), error.to_string())),
    }
}

/// `std::fs::read`, without asking for the size of what fits into one read: a fifth of the calls for a small file.
fn read_file(path: &Path) -> std::io::Result<Vec<u8>> {
    const SMALL: usize = 16 << 10;
    let mut file = File::open(path)?;
    let mut bytes = Vec::with_capacity(SMALL);
    if file.by_ref().take(SMALL as u64).read_to_end(&mut bytes)? == SMALL {
        let rest = file.metadata()?.len().saturating_sub(SMALL as u64);
        bytes.reserve_exact(usize::try_from(rest).unwrap_or_default());
        file.read_to_end(&mut bytes)?;
    }
    Ok(bytes)
}

/// Gives findings that say the same of the same subject fingerprints of their own.
fn distinguish(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = format!("{}:{count}", finding.fingerprint);
        }
    }
}

/// The folder that all paths have in common, as the name of their tenant.
#[must_use]
pub fn common_folder(inputs: &[Input]) -> String {
    if let [input] = inputs {
        return input.name();
    }
    let mut paths = inputs.iter().map(|input| PathBuf::from(input.name()));
    let mut common = paths.next().unwrap_or_default();
    for path in paths {
        while !path.starts_with(&common) {
            if !common.pop() {
                return ".".to_owned();
            }
        }
    }
    let common = shown(&common);
    if common.is_empty() { ".".to_owned() } else { common }
}
