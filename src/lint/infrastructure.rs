//! Infrastructure code: the files of a folder read together, and plans led back to the files that they came from.

use super::TenantReader;
use super::read::{Deferred, Read};
use crate::dialect::{self, DocumentKind, Folders, Modules, Part, Setting, declared_by};
use crate::discover::Candidate;
use crate::outcome::TakenFor;
use crate::policy::{self, FileIndex, Origin, Policy, Wording};
use crate::rules::{self, FileFacts, Inspected};
use crate::syntax::Pointer;
use crate::tenant::{Bearers, Missing, MissingPolicies};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

impl TenantReader<'_> {
    /// Reads policies that depend on other files, and reports findings about their files.
    pub(super) fn read_deferred(&self, read: &mut Read) {
        if read.deferred.is_empty() {
            return;
        }
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
        let (mut settings, remotes) = dialect::settings(&folders, &read.broken_folders);
        let is_planned = |file: FileIndex| {
            folders.iter().any(|(folder, parts)| planned.contains(folder) && parts.iter().any(|part| part.file == file))
        };
        for remote in remotes.into_iter().filter(|remote| !is_planned(remote.file)) {
            let pointer = Pointer::root().key("module").key(&remote.name);
            read.missing.push(Missing { file: remote.file, pointer, why: MissingPolicies::RemoteModule });
        }
        let surroundings = dialect::Surroundings::of(&folders);
        for (folder, parts) in &folders {
            match settings.remove(folder) {
                Some(setting) if !planned.contains(folder) => read.read_folder(parts, setting, &surroundings),
                Some(_) | None => {
                    for part in parts {
                        read.retake(part.file, DocumentKind::TerraformConfigurationPlanned, 0);
                    }
                }
            }
        }
        let bearers = Bearers::of(&read.companions);
        let mut drafts = Vec::new();
        for Deferred { file, taken, inspected } in std::mem::take(&mut read.deferred) {
            let (taken, bearers) = (Some(&taken), Some(&bearers));
            let facts = FileFacts { taken, policies: &inspected, bearers, ..FileFacts::of(file) };
            drafts.extend(rules::check_file(&facts));
        }
        let findings = self.locate_in(self.name, &read.paths, drafts);
        read.findings.extend(findings);
    }
}

impl Read {
    /// Reads the files of a folder, which use each other's names.
    fn read_folder(&mut self, parts: &[Part], setting: Setting, surroundings: &dialect::Surroundings<'_>) {
        let mut inspected: BTreeMap<FileIndex, Vec<Inspected>> = BTreeMap::new();
        let taken = dialect::read_folder(parts, setting, surroundings, &mut |found| {
            let file = found.origin.file;
            inspected.entry(file).or_default().extend(self.take(&found));
        });
        for (part, mut taken) in parts.iter().zip(taken) {
            self.retake(part.file, taken.kind, taken.policies);
            self.note(part.file, &mut taken);
            let inspected = inspected.remove(&part.file).unwrap_or_default();
            if let Some(deferred) = self.deferred.iter_mut().find(|deferred| deferred.file == part.file) {
                *deferred = Deferred { file: part.file, taken, inspected };
            }
        }
        bind(self, parts);
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
            detour.to = pointer.join(&Pointer::new(list.map_or(detour.from.as_str(), |(list, _)| list)));
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

impl Read {
    /// Takes a policy in, and holds it against its schema if it is not plainly in order.
    pub(super) fn take(&mut self, found: &dialect::Found<'_, '_>) -> Option<Inspected> {
        let lowered = policy::lower(found.node, found.origin.clone());
        let policy = Policy { declaration: found.declaration.clone().map(Box::new), ..lowered.policy };
        let inspected = (!lowered.conforms).then(|| Inspected {
            policy: policy.clone(),
            violations: crate::schema::violations(found.written, found.origin.wording),
        });
        match found.tenant {
            None => self.policies.push(policy),
            Some(tenant) => {
                let key = (found.origin.root, tenant.to_owned());
                self.others.entry(key).or_default().policies.push(policy);
            }
        }
        inspected
    }
}
