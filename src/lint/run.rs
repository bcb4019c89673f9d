//! A run over one tenant, and what reads its files.

use super::approvals;
use super::locate::{OF_TENANT, first_file, in_order};
use super::options::Options;
use super::read::{Beside, Read};
use super::several;
use crate::coverage::PrincipalKind;
use crate::discover::{Candidate, Input, shown};
use crate::finding::{Finding, Label, Location, Spot};
use crate::outcome::{FileReport, TenantReport};
use crate::policy::FileIndex;
use crate::source::{self, LineHashes, Text};
use crate::tenant::{Assumed, Clashes, Missing, Tenant};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Reads one tenant's files and says what each was taken for.
#[must_use]
pub fn files(inputs: &[Input]) -> Vec<FileReport> {
    let options = Options { keep_files: true, judge_tenant: false, ..Options::default() };
    let progress = AtomicUsize::new(0);
    let reader = TenantReader::new("", &options, &progress);
    reader.read(inputs).taken.into_iter().map(|(_, file)| file).collect()
}

/// Lints the tenant that these inputs hold; several where infrastructure code leads to several, the first of them the
/// one that other files belong to. `progress` counts files.
#[must_use]
pub fn tenants(name: &str, inputs: &[Input], options: &Options, progress: &AtomicUsize) -> Vec<TenantReport> {
    let reader = TenantReader::new(name, options, progress);
    let mut reports = reader.judge_all(reader.read(inputs));
    approvals::note_unused(&mut reports, options);
    reports
}

/// One tenant that is compared with another.
pub struct Loaded {
    /// Its name.
    pub name: String,
    /// The tenant.
    pub tenant: Tenant,
    /// Files that were read.
    pub files: usize,
    /// What is wrong with its files.
    pub findings: Vec<Finding>,
    paths: BTreeMap<FileIndex, Candidate>,
    options: Options,
}

impl Loaded {
    /// The first file that holds a policy, for what no line explains.
    #[must_use]
    pub fn anchor(&self) -> Option<Location> {
        let file = first_file(&self.tenant, &self.paths)?;
        self.places(&[Label::in_file(file, Spot::File, OF_TENANT)]).remove(&0)
    }

    /// Finds the lines that labels point at, by their indices. The files are read once more.
    #[must_use]
    pub fn places(&self, labels: &[Label]) -> HashMap<usize, Location> {
        let progress = AtomicUsize::new(0);
        let reader = TenantReader::new(&self.name, &self.options, &progress);
        reader.places(&self.paths, labels.iter().enumerate().map(|(index, label)| (index, label, true)))
    }
}

/// Reads a tenant in order to compare it. `progress` counts files.
#[must_use]
pub fn read_tenant(name: &str, inputs: &[Input], options: &Options, progress: &AtomicUsize) -> Loaded {
    let reader = TenantReader::new(name, options, progress);
    let mut read = reader.read(inputs);
    let (mut tenant, ..) = reader.tenant(&mut read);
    name_references_by_folder(&mut tenant, &read.paths, inputs);
    let mut findings = read.findings;
    in_order(&mut findings);
    Loaded { name: name.to_owned(), tenant, files: read.files, findings, paths: read.paths, options: options.clone() }
}

/// Reads every tenant that these inputs lead to, in order to compare it with what the same inputs lead to when other text stands in
/// some of their files.
#[must_use]
pub fn read_tenants(name: &str, inputs: &[Input], options: &Options) -> Vec<Tenant> {
    let progress = AtomicUsize::new(0);
    let reader = TenantReader::new(name, options, &progress);
    let mut read = reader.read(inputs);
    let others = std::mem::take(&mut read.others);
    let missing = read.missing.clone();
    let (tenant, ..) = reader.tenant(&mut read);
    let mut tenants = vec![tenant];
    tenants.extend(others.into_values().map(|other| reader.beside(other, &missing, &read).0));
    tenants
}

/// Names references by the folder that they belong to, instead of the number of a file, which depends on all other files. Of
/// several plans or states in one folder, each has references of its own.
fn name_references_by_folder(tenant: &mut Tenant, paths: &BTreeMap<FileIndex, Candidate>, inputs: &[Input]) {
    let folder = |root: FileIndex| -> String {
        let path = paths.get(&root).and_then(Candidate::on_disk).and_then(Path::parent).unwrap_or(Path::new(""));
        let below = inputs.iter().find_map(|input| path.strip_prefix(input.base()).ok()).unwrap_or(path);
        shown(below)
    };
    let mut names: BTreeMap<FileIndex, (FileIndex, String)> = BTreeMap::new();
    for root in tenant.roots() {
        let folder = folder(root);
        let before = names.values().filter(|(_, known)| *known == folder).count();
        names.insert(root, (FileIndex(before), folder));
    }
    tenant.change_references(|reference| {
        if let Some((number, folder)) = names.get(&reference.0) {
            reference.0 = *number;
            if !folder.is_empty() {
                reference.1 = format!("{folder}/{}", reference.1).into();
            }
        }
    });
}

/// Reads one tenant and judges nothing.
#[must_use]
pub fn load(inputs: &[Input], options: &Options) -> Tenant {
    let reader = TenantReader { name: "", options, progress: &AtomicUsize::new(0), first_file: 0 };
    reader.tenant(&mut reader.read(inputs)).0
}

pub(super) struct TenantReader<'a> {
    pub(super) name: &'a str,
    pub(super) options: &'a Options,
    pub(super) progress: &'a AtomicUsize,
    /// What the first of its files is counted as.
    pub(super) first_file: usize,
}

impl<'a> TenantReader<'a> {
    pub(super) fn new(name: &'a str, options: &'a Options, progress: &'a AtomicUsize) -> Self {
        Self { name, options, progress, first_file: 0 }
    }

    /// The tenant, what does not fit together in it, and the policies that are assumed to be on by name.
    pub(super) fn tenant(&self, read: &mut Read) -> (Tenant, Clashes, Assumed) {
        let mut companions = std::mem::take(&mut read.companions);
        let mut tenant = Tenant {
            directory: companions.take_directory(&read.policies),
            policies: std::mem::take(&mut read.policies),
            companions,
            missing: std::mem::take(&mut read.missing),
            sources: read.sources.clone(),
            has_variable_defaults: read.has_variable_defaults,
            ..Tenant::default()
        };
        tenant.resolve_names();
        self.tell_people_apart(&mut tenant);
        let mut clashes = tenant.settle_duplicates(|file| read.folder(file));
        tenant.collect_strengths();
        clashes.strangers = several::strangers(&tenant.policies, &read.pages, &read.signs, &read.paths);
        if !clashes.strangers.is_empty() {
            // Whose they are is not known.
            tenant.companions.security_defaults = None;
            several::mark(&mut tenant.policies, &clashes.strangers, &read.paths);
        }
        // What the configuration says is about this tenant alone.
        tenant.companions.security_defaults = tenant.companions.security_defaults.or(self.options.security_defaults);
        let assumed = tenant.assume(&self.options.assume_enabled);
        (tenant, clashes, assumed)
    }

    /// Another tenant that infrastructure code leads to.
    pub(super) fn beside(&self, other: Beside, missing: &[Missing], read: &Read) -> (Tenant, Clashes, Assumed) {
        let mut companions = other.companions;
        let mut tenant = Tenant {
            directory: companions.take_directory(&other.policies),
            policies: other.policies,
            companions,
            missing: missing.to_vec(),
            sources: read.sources.clone(),
            ..Tenant::default()
        };
        let clashes = tenant.settle_duplicates(|file| read.folder(file));
        tenant.collect_strengths();
        self.tell_people_apart(&mut tenant);
        let assumed = tenant.assume(&self.options.assume_enabled);
        (tenant, clashes, assumed)
    }

    /// Tells the users of the directory apart, and forgets what they are called if reports must not say it.
    pub(super) fn tell_people_apart(&self, tenant: &mut Tenant) {
        tenant.tell_people_apart();
        if self.options.redact {
            tenant.forget_people();
            // Those of the configuration, too: who is an exception, and who answers for one.
            let exceptions = &self.options.config.exceptions;
            let people = exceptions.iter().filter(|exception| exception.kind == PrincipalKind::User);
            let named = people.filter_map(|exception| exception.name.as_deref());
            let owners = exceptions.iter().map(|exception| exception.owner.as_str());
            tenant.forgotten.extend(named.chain(owners).map(Into::into));
        }
    }

    pub(super) fn hashes(&self, text: Option<&Text>) -> LineHashes {
        match text {
            Some(text) if self.options.line_hashes && text.encoding.is_utf8() => source::line_hashes(text.as_str()),
            _ => LineHashes::default(),
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
