//! Infrastructure code: the files of a folder read together, and plans led back to the files that they came from.

use super::data::Tree;
use super::read::{Deferred, Read};
use super::{TenantReader, Variables};
use crate::dialect::{self, Configuration, DocumentKind, Folders, Given, Modules, Part, declared_by};
use crate::discover::{Candidate, Input};
use crate::outcome::{FileReport, TakenFor};
use crate::policy::{self, Declaration, FileIndex, Origin, Place, Policy, Wording};
use crate::rules::{self, FileFacts, Inspected};
use crate::schema::Violation;
use crate::source::{self, Encoding};
use crate::syntax::Pointer;
use crate::tenant::{Bearers, Missing, MissingPolicies};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Evaluations within evaluations that fit onto any stack. Without optimization, each takes ten times as much.
const SHALLOW: usize = if cfg!(debug_assertions) { 30 } else { 150 };

/// The stack of the thread that evaluates what is deeper.
const STACK: usize = 256 << 20;

impl TenantReader<'_> {
    /// Leads plans back to their files, and evaluates configuration that no plan covers.
    pub(super) fn evaluate_configuration(&self, read: &mut Read, inputs: &[Input]) {
        read.deferred.sort_by_key(|deferred| deferred.file);
        let mut folders = Folders::new();
        for deferred in &mut read.deferred {
            if let Some(part) = deferred.taken.part.take() {
                folders
                    .entry(folder(read.paths.get(&deferred.file).and_then(Candidate::on_disk)))
                    .or_default()
                    .push(part);
            }
        }
        for parts in folders.values_mut() {
            for file in dialect::assemble(parts) {
                read.retake(file, DocumentKind::TerraformConfigurationReplaced, 0);
            }
        }
        let mut planned: BTreeSet<PathBuf> = BTreeSet::new();
        for index in 0..read.deferred.len() {
            planned.extend(lead_back(read, index, &folders));
        }
        let Some(first) = folders.values().flatten().map(|part| part.file).min() else { return };
        let path = read.paths.get(&first).map(Candidate::shown).unwrap_or_default();
        self.guard(read, first, &path, |read| self.evaluate_folders(read, inputs, &folders, &planned));
    }

    fn evaluate_folders(&self, read: &mut Read, inputs: &[Input], folders: &Folders, planned: &BTreeSet<PathBuf>) {
        if self.evaluate(read, inputs, folders, planned, Some(SHALLOW)) {
            return;
        }
        // Values in values are rarely deep, and another thread has memory of its own, which grows slowly.
        std::thread::scope(|scope| {
            let evaluate = || self.evaluate(read, inputs, folders, planned, None);
            let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, evaluate);
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(_)) => {}
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(error) => panic!("no thread for the evaluation of Terraform configuration: {error}"),
            }
        });
    }

    /// Reports findings about files that depend on others, now that all are read.
    pub(super) fn check_deferred(&self, read: &mut Read) {
        if read.deferred.is_empty() {
            return;
        }
        read.deferred.sort_by_key(|deferred| deferred.file);
        let bearers = Bearers::of(&read.companions, read.companions.directory.users());
        let mut drafts = Vec::new();
        for Deferred { file, taken, inspected } in std::mem::take(&mut read.deferred) {
            let (taken, bearers) = (Some(&taken), Some(&bearers));
            let facts = FileFacts { taken, policies: &inspected, bearers, ..FileFacts::of(file) };
            drafts.extend(rules::check_file(&facts));
        }
        let findings = self.locate_in(self.name, &read.paths, &read.sources, drafts);
        read.findings.extend(findings);
    }
}

impl TenantReader<'_> {
    /// Evaluates Terraform configuration, and takes in what it makes. False if it is deeper than it may be.
    fn evaluate(
        &self,
        read: &mut Read,
        inputs: &[Input],
        folders: &Folders,
        planned: &BTreeSet<PathBuf>,
        max_depth: Option<usize>,
    ) -> bool {
        let known = read.paths.iter().map(|(file, candidate)| (*file, candidate));
        let postponed = read.postponed.iter().map(|(file, candidate)| (*file, candidate));
        let tree = Tree::of(inputs, known.chain(postponed), read.next_file);
        let broken = read.broken_folders.clone();
        let given = self.given(read, &tree);
        // What may be deep needs the stack of this thread.
        let is_parallel = self.options.parallel && max_depth.is_some();
        let configuration = Configuration { folders, broken: &broken, planned, given: &given, is_parallel };
        let mut inspected: BTreeMap<FileIndex, Vec<Inspected>> = BTreeMap::new();
        let lower = |found: dialect::Found<'_, '_>| Lowered::of(&found);
        let evaluation = configuration.read(&tree, max_depth, &lower, &mut |lowered, declaration, tenant| {
            let file = lowered.policy.origin.file;
            inspected.entry(file).or_default().extend(read.keep(lowered, Some(declaration), tenant));
        });
        let Some(evaluation) = evaluation else { return false };
        let mut data = tree.into_read();
        for part in folders.values().flatten() {
            data.remove(&part.file);
        }
        read.claim(data, self.options.keeps_files());
        read.has_variable_defaults |= evaluation.has_defaults;
        read.missing.extend(evaluation.remotes.into_iter().map(|(file, name)| {
            let pointer = Pointer::root().key("module").key(&name);
            Missing { file, pointer, why: MissingPolicies::RemoteModule }
        }));
        let too_much = evaluation.exhausted.iter();
        read.missing.extend(too_much.map(|file| Missing {
            file: *file,
            pointer: Pointer::root(),
            why: MissingPolicies::Unreadable,
        }));
        // Configuration may read any of these files as its data, in ways that nobody follows, and compare what is written there.
        read.sources.clear();
        read.findings.iter_mut().filter(|finding| finding.fix.is_some()).for_each(|finding| finding.fix = None);
        let mut taken = evaluation.taken;
        // What is refused is told once, whichever file leads there.
        let first = folders.values().flatten().map(|part| part.file).min();
        if let Some(first) = first.and_then(|first| taken.get_mut(&first)) {
            first.refused = evaluation.refused;
            first.exhausted = evaluation.exhausted;
        }
        for (folder, parts) in folders {
            if planned.contains(folder) {
                for part in parts {
                    read.retake(part.file, DocumentKind::TerraformConfigurationPlanned, 0);
                }
            }
            for part in parts {
                let Some(mut taken) = taken.remove(&part.file) else { continue };
                if !planned.contains(folder) {
                    read.retake(part.file, taken.kind, taken.policies);
                    // Most configuration in JSON is made by programs such as CDKTF.
                    let name = read.paths.get(&part.file).map(Candidate::name).unwrap_or_default();
                    let is_json = Path::new(&name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
                    if taken.kind.is_source() && !is_json {
                        read.sources.insert(part.file);
                    }
                }
                read.note(part.file, &mut taken);
                let inspected = inspected.remove(&part.file).unwrap_or_default();
                if let Some(deferred) = read.deferred.iter_mut().find(|deferred| deferred.file == part.file) {
                    *deferred = Deferred { file: part.file, taken, inspected };
                }
            }
            bind(read, parts);
        }
        true
    }
}

impl TenantReader<'_> {
    /// What gives variables their values beside the files of a root.
    fn given(&self, read: &mut Read, tree: &Tree<'_>) -> Given {
        let Variables { files, values } = self.options.variables.as_ref();
        let has_defaults = self.options.config.assumptions_on(self.options.today).variables_have_their_defaults;
        let mut given = Given { files: Vec::new(), values: values.clone(), has_defaults };
        for path in files {
            let known = read.paths.iter().find(|(_, candidate)| candidate.on_disk() == Some(path));
            let file = known.map_or_else(|| tree.number(), |(file, _)| *file);
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            // What could not be read has ended the run before.
            let Some(text) = Candidate::File(path.clone()).bytes().ok().and_then(|bytes| source::decode(bytes).ok())
            else {
                continue;
            };
            given.files.extend(dialect::read_variables(name, text.as_str(), file).ok());
            read.paths.entry(file).or_insert_with(|| Candidate::File(path.clone()));
        }
        given
    }
}

impl Read {
    /// Files whose data Terraform configuration reads hold no policies of their own.
    fn claim(&mut self, data: BTreeMap<FileIndex, Candidate>, keeps_files: bool) {
        let is_free = |file: FileIndex| !data.contains_key(&file);
        let before = self.policies.len();
        self.policies.retain(|policy| is_free(policy.origin.file));
        self.policies_found -= before - self.policies.len();
        for other in self.others.values_mut() {
            other.policies.retain(|policy| is_free(policy.origin.file));
        }
        self.deferred.retain(|deferred| is_free(deferred.file));
        self.sources.retain(|file| is_free(*file));
        self.missing.retain(|missing| is_free(missing.file));
        self.pages.retain(|(file, _)| is_free(*file));
        self.signs.retain(|sign| is_free(sign.file));
        let shown: BTreeSet<String> = data.values().map(Candidate::shown).collect();
        self.findings.retain(|finding| !shown.contains(&finding.primary().path));
        for (_, report) in self.taken.iter_mut().filter(|(file, _)| data.contains_key(file)) {
            self.skipped += usize::from(report.policies > 0);
            report.kind = TakenFor::Document(DocumentKind::TerraformData);
            report.policies = 0;
            report.is_read = true;
        }
        let (claimed, postponed): (Vec<_>, Vec<_>) =
            std::mem::take(&mut self.postponed).into_iter().partition(|(file, _)| !is_free(*file));
        self.postponed = postponed;
        for (file, candidate) in claimed {
            self.files += 1;
            self.skipped += 1;
            if keeps_files {
                let (path, kind) = (candidate.shown(), TakenFor::Document(DocumentKind::TerraformData));
                let encoding = Some(Encoding::Utf8.to_string());
                self.taken.push((file, FileReport { path, kind, policies: 0, encoding, is_read: true, sha256: None }));
            }
        }
        self.paths.extend(data);
    }

    /// Says anew what a file was taken for.
    fn retake(&mut self, file: FileIndex, kind: DocumentKind, policies: usize) {
        self.policies_found += policies;
        self.skipped -= usize::from(policies > 0);
        if let Some((_, report)) = self.taken.iter_mut().find(|(index, _)| *index == file) {
            report.kind = TakenFor::Document(kind);
            report.policies = policies;
        }
    }

    /// Every policy, of whatever tenant.
    fn every_policy(&mut self) -> impl Iterator<Item = &mut Policy> {
        self.policies.iter_mut().chain(self.others.values_mut().flat_map(|other| other.policies.iter_mut()))
    }
}

fn folder(path: Option<&Path>) -> PathBuf {
    path.and_then(Path::parent).map(Path::to_owned).unwrap_or_default()
}

/// A state next to its configuration says which object each block is.
fn bind(read: &mut Read, parts: &[Part]) {
    let own: BTreeSet<FileIndex> = parts.iter().map(|part| part.file).collect();
    let here = folder(parts.first().and_then(|part| read.paths.get(&part.file)).and_then(Candidate::on_disk));
    let mut ids = BTreeMap::new();
    for policy in read.policies.iter().filter(|policy| !own.contains(&policy.origin.file)) {
        let beside = read.paths.get(&policy.origin.file).and_then(Candidate::on_disk);
        if policy.origin.wording != Wording::Graph && beside.and_then(Path::parent) == Some(here.as_path()) {
            ids.extend(policy.address().map(str::to_owned).zip(policy.id.clone()));
        }
    }
    for policy in read.policies.iter_mut().filter(|policy| own.contains(&policy.origin.file) && policy.id.is_none()) {
        policy.id = policy.address().and_then(|address| ids.get(address)).cloned();
    }
}

/// Lets the findings of a plan point into the files that it was made from. Returns their folders.
fn lead_back(read: &mut Read, index: usize, folders: &Folders) -> BTreeSet<PathBuf> {
    let Deferred { file, taken, .. } = &read.deferred[index];
    let (file, modules) = (*file, taken.modules.clone());
    if !taken.is_plan {
        return BTreeSet::new();
    }
    let plan = folder(read.paths.get(&file).and_then(Candidate::on_disk));
    let addresses = read.every_policy().filter(|policy| policy.origin.file == file);
    let addresses: Vec<String> = addresses.filter_map(|policy| policy.address().map(str::to_owned)).collect();
    let destroyed = read.deferred[index].taken.destroyed.iter().cloned();
    let addresses: Vec<String> = addresses.into_iter().chain(destroyed).collect();
    if addresses.is_empty() {
        return BTreeSet::new();
    }
    let fitting: Vec<&PathBuf> = folders.keys().filter(|root| fits(&addresses, &modules, root, folders)).collect();
    // The folder of the plan, the nearest above it, or the only one.
    let above = fitting.iter().filter(|root| plan.starts_with(root)).max_by_key(|root| root.components().count());
    let Some(root) = above.or(fitting.first().filter(|_| fitting.len() == 1)) else { return BTreeSet::new() };
    let root = (*root).clone();
    let relocate = |policy: &mut Policy| {
        let Some((part, pointer)) = policy.address().and_then(|address| block(address, &modules, &root, folders))
        else {
            return;
        };
        let written = policy.address().and_then(declared_by).and_then(|(_, kind, name)| part.block(&kind, &name));
        if let (Some(declaration), Some(written)) = (&mut policy.declaration, written) {
            declaration.block = written;
        }
        // Of a list that is not told, an element of the plan is not that of the file.
        for detour in policy.declaration.iter_mut().flat_map(|declaration| &mut declaration.detours) {
            let is_element = |step: &str| step.bytes().all(|byte| byte.is_ascii_digit());
            let list = detour.from.as_str().rsplit_once('/').filter(|(_, last)| is_element(last));
            let list = Pointer::new(list.map_or(detour.from.as_str(), |(list, _)| list));
            detour.to = Place::pointer(part.file, pointer.join(&list));
            detour.key_only = true;
        }
        policy.origin = Origin { file: part.file, pointer, offset: 0, base: 0, ..policy.origin.clone() };
    };
    read.every_policy().filter(|policy| policy.origin.file == file).for_each(relocate);
    read.deferred[index].inspected.iter_mut().for_each(|inspected| relocate(&mut inspected.policy));
    let local = modules.keys().filter_map(|path| module_folder(path, &modules, &root));
    local.filter(|folder| folders.contains_key(folder)).chain([root.clone()]).collect()
}

/// Whether the blocks of a plan's policies are in the files of this root module and of those that it calls.
fn fits(addresses: &[String], modules: &Modules, root: &Path, folders: &Folders) -> bool {
    let is_local = |address: &&String| {
        declared_by(address).is_some_and(|(path, _, _)| module_folder(&path, modules, root).is_some())
    };
    let mut local = addresses.iter().filter(is_local).peekable();
    local.peek().is_some() && local.all(|address| block(address, modules, root, folders).is_some())
}

/// The file and the place in it that declare a resource.
fn block<'f>(address: &str, modules: &Modules, root: &Path, folders: &'f Folders) -> Option<(&'f Part, Pointer)> {
    let (path, type_name, name) = declared_by(address)?;
    let parts = folders.get(&module_folder(&path, modules, root)?)?;
    let part = parts.iter().find(|part| part.declares(&type_name, &name))?;
    Some((part, Pointer::root().key("resource").key(&type_name).key(&name)))
}

/// The folder of a module, if its source is a path.
fn module_folder(path: &[String], modules: &Modules, root: &Path) -> Option<PathBuf> {
    let mut folder = root.to_owned();
    for length in 1..=path.len() {
        folder = dialect::local_folder(&folder, modules.get(&path[..length])?)?;
    }
    Some(folder)
}

/// A policy, and how it deviates from its schema if it is not plainly in order.
struct Lowered {
    policy: Policy,
    violations: Option<Vec<Violation>>,
}

impl Lowered {
    fn of(found: &dialect::Found<'_, '_>) -> Self {
        let lowered = policy::lower(found.node, found.origin.clone());
        let violations = (!lowered.conforms).then(|| crate::schema::violations(found.written, found.origin.wording));
        Self { policy: lowered.policy, violations }
    }
}

impl Read {
    /// Takes a policy in, and holds it against its schema if it is not plainly in order.
    pub(super) fn take(&mut self, found: dialect::Found<'_, '_>) -> Option<Inspected> {
        self.keep(Lowered::of(&found), found.declaration, found.tenant)
    }

    fn keep(&mut self, lowered: Lowered, declaration: Option<Declaration>, tenant: Option<&str>) -> Option<Inspected> {
        let policy = Policy { declaration: declaration.map(Box::new), ..lowered.policy };
        let inspected = lowered.violations.map(|violations| Inspected { policy: policy.clone(), violations });
        match tenant {
            None => self.policies.push(policy),
            Some(tenant) => {
                let key = (policy.origin.root, tenant.to_owned());
                self.others.entry(key).or_default().policies.push(policy);
            }
        }
        inspected
    }
}
