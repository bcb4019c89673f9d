//! The way through the house: paths in, findings and verdicts out, one tenant at a time.
//!
//! A tenant's files are read in parallel and folded: of each file its policies, what it tells about other objects and
//! its findings are kept, never its text. The few files that a verdict points into are read once more.

mod control;
mod infrastructure;
mod pages;
mod read;
mod settle;
mod several;

use read::Read;
pub use settle::{Settler, Settling, from_config, settle};

use crate::catalog::Cloud;
use crate::config::Config;
use crate::controls::{Control, Selection};
use crate::coverage::{self, Decision};
use crate::dialect;
use crate::discover::{Candidate, Input, shown};
use crate::finding::{CONFIG, Draft, Finding, Located, Location, locate};
use crate::outcome::{FileReport, TenantReport};
use crate::rules::{self, FileFacts, Judgement, Reading, TenantFacts};
use crate::signin::AssumeEnabled;
use crate::source::{self, LineHashes, Text};
use crate::tenant::{Clashes, MOST_POLICIES, MissingPolicies, Tenant};
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use time::Date;

/// How a run judges.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which reading raises findings.
    pub reading: Reading,
    /// Judge the tenant, or only look at its files.
    pub judge_tenant: bool,
    /// Where the tenant is.
    pub cloud: Cloud,
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
    /// The controls that are judged.
    pub selection: Selection,
    /// Requirements, exceptions and assumptions of one's own.
    pub config: Arc<Config>,
    /// The day that reviews are held against.
    pub today: Date,
    /// No other tenant is judged in this run.
    pub is_only_tenant: bool,
    /// Whether security defaults are on, where the files do not say.
    pub security_defaults: Option<bool>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reading: Reading::Effective,
            judge_tenant: true,
            cloud: Cloud::Public,
            assume_enabled: AssumeEnabled::Neither,
            allow_empty: false,
            line_hashes: false,
            keep_files: false,
            parallel: true,
            selection: Selection::default(),
            config: Arc::default(),
            today: Date::MIN,
            is_only_tenant: true,
            security_defaults: None,
        }
    }
}

/// Reads one tenant's files and says what each was taken for.
#[must_use]
pub fn files(inputs: &[Input]) -> Vec<FileReport> {
    let options = Options { keep_files: true, judge_tenant: false, ..Options::default() };
    let reader = Reader { name: "", options: &options, progress: &AtomicUsize::new(0) };
    reader.read(inputs).taken.into_iter().map(|(_, file)| file).collect()
}

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

struct Reader<'a> {
    name: &'a str,
    options: &'a Options,
    progress: &'a AtomicUsize,
}

impl Reader<'_> {
    /// The tenant, and what does not fit together in it.
    fn tenant(read: &mut Read) -> (Tenant, Clashes) {
        let mut tenant = Tenant {
            policies: std::mem::take(&mut read.policies),
            companions: std::mem::take(&mut read.companions),
            missing: std::mem::take(&mut read.missing),
        };
        tenant.resolve_names();
        let mut clashes = tenant.settle_duplicates(|file| read.folder(file));
        tenant.collect_strengths();
        clashes.strangers = several::strangers(&tenant.policies, &read.pages, &read.signs, &read.paths);
        if !clashes.strangers.is_empty() {
            // Whose they are is not known.
            tenant.companions.security_defaults = None;
            several::mark(&mut tenant.policies, &clashes.strangers, &read.paths);
        }
        (tenant, clashes)
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
        let (mut tenant, clashes) = Self::tenant(&mut read);
        tenant.companions.security_defaults = tenant.companions.security_defaults.or(self.options.security_defaults);
        let is_cut = tenant.missing.iter().any(|missing| missing.why == MissingPolicies::PartialPlan);
        let told =
            !tenant.policies.is_empty() || tenant.companions.security_defaults.is_some() || read.destroys || is_cut;
        let alone = others.is_empty();
        let mut first = TenantReport {
            name: self.name.to_owned(),
            files: read.files,
            policies: read.policies_found - others.values().map(|other| other.policies.len()).sum::<usize>(),
            skipped: read.skipped,
            excluded: read.excluded,
            is_empty: !told && !read.has_infrastructure,
            has_crashed: read.has_crashed,
            taken: std::mem::take(&mut read.taken).into_iter().map(|(_, file)| file).collect(),
            ignores: std::mem::take(&mut read.ignores).into_iter().map(|(_, ignore)| ignore).collect(),
            ..TenantReport::default()
        };
        let findings = std::mem::take(&mut read.findings);
        // Who keeps every policy behind an alias has no tenant without one.
        let mut reports = Vec::new();
        let is_told = told || alone;
        let judged = self.options.judge_tenant && (told || (self.options.allow_empty && alone));
        self.judge(&mut first, &tenant, &clashes, judged, alone, &read.paths);
        first.findings.extend(findings);
        reports.push(first);
        for ((file, alias), other) in others {
            let name = format!("{}#{alias}", read.paths.get(&file).map(Candidate::tenant).unwrap_or_default());
            let policies = other.policies.len();
            let mut tenant =
                Tenant { policies: other.policies, companions: other.companions, missing: missing.clone() };
            let clashes = tenant.settle_duplicates(|file| read.folder(file));
            tenant.collect_strengths();
            let mut report = TenantReport { name, policies, ..TenantReport::default() };
            self.judge(&mut report, &tenant, &clashes, self.options.judge_tenant, false, &read.paths);
            reports.push(report);
        }
        if !is_told {
            let first = reports.remove(0);
            let heir = &mut reports[0];
            (heir.files, heir.skipped, heir.taken) = (first.files, first.skipped, first.taken);
            heir.excluded = first.excluded;
            heir.ignores = first.ignores;
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
        clashes: &Clashes,
        judged: bool,
        alone: bool,
        paths: &BTreeMap<usize, Candidate>,
    ) {
        let judgements: Vec<Judgement> = if judged { self.judgements(tenant) } else { Vec::new() };
        let facts = TenantFacts {
            clashes,
            judgements: &judgements,
            assume_enabled: self.options.assume_enabled,
            reading: self.options.reading,
            selection: &self.options.selection,
            today: self.options.today,
            cloud: self.options.cloud,
            is_only_tenant: self.options.is_only_tenant && alone,
            is_whole: judged
                && tenant.missing.is_empty()
                && clashes.strangers.is_empty()
                && tenant.policies.len() <= MOST_POLICIES,
            ..TenantFacts::of(tenant, &self.options.config)
        };
        let located = self.locate_in(&report.name, paths, rules::check_tenant(&facts));
        report.findings.extend(located);
        report.controls = judgements.iter().map(|judgement| control::control_report(&facts, judgement)).collect();
    }

    fn judgements(&self, tenant: &Tenant) -> Vec<Judgement> {
        let config = &self.options.config;
        let options = coverage::Options {
            assume_enabled: self.options.assume_enabled,
            assumptions: self.options.config.assumptions_on(self.options.today),
            ..coverage::Options::default()
        };
        let judgement = |control: &'static Control| {
            let requirement = control.requirement(self.options.cloud)?;
            let decision: Decision = coverage::decide(&requirement, tenant, options);
            let stored_query_passes = control.stored_query.as_ref().map(|query| query.passes(&tenant.policies));
            Some(Judgement { control, requirement, decision, stored_query_passes })
        };
        self.options
            .selection
            .judged()
            .into_iter()
            .chain(config.requirements.iter().copied())
            .filter_map(judgement)
            .collect()
    }

    /// Reads the files that drafts point into once more, one after the other on each thread, so that no more than a text
    /// a thread is held. A file that has changed in between loses its excerpt, no more.
    fn locate_in(&self, tenant: &str, paths: &BTreeMap<usize, Candidate>, drafts: Vec<Draft>) -> Vec<Finding> {
        let mut wanted: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            for (number, label) in draft.labels.iter().enumerate() {
                wanted.entry(label.file).or_default().push((at, number));
            }
        }
        let path_of_file = |file: usize| paths.get(&file).map(Candidate::shown).unwrap_or_default();
        let in_file = |(file, labels): (usize, Vec<(usize, usize)>)| -> Vec<((usize, usize), Location)> {
            let text = paths.get(&file).and_then(|path| source::decode(path.bytes().ok()?).ok());
            let Some(text) = text else { return Vec::new() };
            let path = path_of_file(file);
            let located = Located::new(text.as_str(), &path, self.hashes(Some(&text))).showing(dialect::showing(
                &path,
                text.as_str(),
                true,
            ));
            let place = |(at, number): (usize, usize)| located.location(&drafts[at].labels[number], number == 0);
            labels.into_iter().map(|label| (label, place(label))).collect()
        };
        let mut places: HashMap<(usize, usize), Location> = if self.options.parallel {
            wanted.into_par_iter().flat_map_iter(in_file).collect()
        } else {
            wanted.into_iter().flat_map(in_file).collect()
        };
        locate(drafts, tenant, |at, label| places.remove(&at).ok_or_else(|| path_of_file(label.file)))
    }
}

impl FileFacts<'_> {
    fn of(file: usize) -> Self {
        Self {
            file,
            has_crashed: false,
            unreadable: None,
            encoding: None,
            syntax: &[],
            taken: None,
            policies: &[],
            bearers: None,
        }
    }
}

/// Gives findings that say the same of the same subject fingerprints of their own.
fn distinguish(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.identity.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = format!("{}:{count}", finding.fingerprint);
            finding.identity = format!("{}:{count}", finding.identity);
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
