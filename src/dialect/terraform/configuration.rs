//! Terraform configuration: `.tf` in HCL, and its twin in JSON, which CDKTF writes. Each folder that no other one calls
//! is a root, and is evaluated with all modules that it calls: what comes out is read like the values of a plan.

use super::aliases::Tenants;
use super::inputs::{Data, Given};
use super::made;
use super::modules::{Existence, Folders, local_folder, roots};
use super::part::{Part, resources};
use super::resource::{self, Asked, Lower, Reader, Said};
use super::surroundings::Surroundings;
use super::{ResourceKind, is_id, kind};
use crate::dialect::{DocumentKind, Taken};
use crate::evaluate::{Error, File, Files, Made, Module, Run, Start};
use crate::policy::{Declaration, FileIndex, Place};
use crate::syntax::Object;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::mpsc;

/// The configuration of a tenant, by folders.
pub struct Configuration<'c> {
    /// The files of each folder.
    pub folders: &'c Folders,
    /// Folders in which a file could not be read.
    pub broken: &'c BTreeSet<PathBuf>,
    /// Folders of which a plan tells more.
    pub planned: &'c BTreeSet<PathBuf>,
    /// What gives variables their values beside the files of a root.
    pub given: &'c Given,
    /// Whether resources are read on all threads, whose stacks are small.
    pub is_parallel: bool,
}

/// What the evaluation of a configuration leads to, beside policies.
#[derive(Default)]
pub struct Evaluation {
    /// What each file was taken for.
    pub taken: BTreeMap<FileIndex, Taken>,
    /// Calls of modules whose files are elsewhere: the file and the name of each.
    pub remotes: Vec<(FileIndex, String)>,
    /// What Terraform refuses: where, and why.
    pub refused: Vec<(Place, String)>,
    /// First files of the roots that are too much to be evaluated.
    pub exhausted: Vec<FileIndex>,
    /// A variable of a root has its default where somebody could give another value.
    pub has_defaults: bool,
}

/// A root, and the resources that it makes.
struct Rooted<'r, 'f> {
    folder: &'r Path,
    exists: Existence,
    run: Run<'f>,
    made: Vec<Made<'f>>,
}

/// Resources, and what each says.
type Answers<'m, 'f, P> = Vec<(&'m Made<'f>, Option<Said<P>>)>;

/// Resources that a thread takes on at a time.
const HANDFUL: usize = 16;

/// Evaluations within evaluations, where the stack is as large as it gets.
const MAX_DEPTH: usize = 1_000;

impl Configuration<'_> {
    /// Evaluates all roots, and hands every policy over in order, as `lower` reads it on whatever thread has the time, with
    /// how it comes to be there and the name of its tenant. None, and no policy, if more than `max_depth` evaluations are
    /// within one another.
    pub fn read<P: Send>(
        &self,
        data: &dyn Data,
        max_depth: Option<usize>,
        lower: Lower<'_, P>,
        take: &mut dyn FnMut(P, Declaration, Option<&str>),
    ) -> Option<Evaluation> {
        let modules: BTreeMap<PathBuf, Module<'_>> = self
            .folders
            .iter()
            .map(|(folder, parts)| {
                let files: Vec<File<'_>> =
                    parts.iter().filter(|part| !part.gives_values()).map(Part::content).collect();
                (folder.clone(), Module::of(&files))
            })
            .collect();
        let called =
            |from: &Path, source: &str| local_folder(from, source).filter(|folder| self.folders.contains_key(folder));
        let roots = roots(self.folders, self.broken);
        let mut evaluation = Evaluation::default();
        let mut runs = Vec::new();
        let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
        let files: Vec<Box<dyn Files + '_>> = roots.iter().map(|(root, _)| data.of_root(root)).collect();
        for ((root, exists), files) in roots.iter().zip(&files) {
            let (given, errors) = self.given.of_root(root, self.folders, modules.get(*root));
            evaluation.refused.extend(errors.iter().filter_map(refused));
            let run = Run::new(Start {
                root: root.to_path_buf(),
                modules: &modules,
                called: &called,
                given,
                has_defaults: self.given.has_defaults,
                is_id,
                files: files.as_ref(),
                max_depth: max_depth.unwrap_or(MAX_DEPTH),
            });
            let made = run.resources();
            reached.extend(run.folders());
            runs.push(Rooted { folder: root, exists: *exists, run, made });
        }
        for (folder, parts) in self.folders {
            let is_reached = reached.contains(folder);
            for part in parts {
                evaluation.taken.insert(part.file, taken(part, is_reached));
            }
        }
        let said = self.said(&runs, lower);
        if max_depth.is_some() && runs.iter().any(|rooted| rooted.run.is_too_deep()) {
            return None;
        }
        // Whatever files the expressions read are read by now.
        let surroundings = Surroundings::of(self.folders, data);
        let mut read: BTreeSet<(FileIndex, &str, &str)> = BTreeSet::new();
        for (Rooted { folder, run, made, .. }, said) in runs.iter().zip(said) {
            if self.planned.contains(*folder) {
                continue;
            }
            let (root, tenants) = (self.first_file(folder), Tenants::of(run, made));
            let last = RefCell::default();
            let reader = Reader { run, root, folders: self.folders, surroundings: &surroundings, tenants, last };
            for (made, said) in said {
                let resource = made.resource;
                let Some(taken) = evaluation.taken.get_mut(&resource.file) else { continue };
                read.insert((resource.file, resource.type_name, resource.name));
                if let Some(said) = said {
                    reader.declare(taken, made, said, take);
                }
            }
            evaluation.remotes.extend(run.remotes());
            evaluation.refused.extend(run.errors().iter().filter_map(refused));
            evaluation.has_defaults |= run.has_taken_defaults();
            if run.is_exhausted() {
                evaluation.exhausted.push(root);
            }
        }
        self.note_unmade(&read, &mut evaluation);
        Some(evaluation)
    }

    /// What the resources of each root say, in their order. Their blocks are evaluated on this thread, one after the other;
    /// others read what comes out meanwhile.
    fn said<'m, 'f, P: Send>(&self, runs: &'m [Rooted<'_, 'f>], lower: Lower<'_, P>) -> Vec<Answers<'m, 'f, P>> {
        let (send, receive) = mpsc::channel();
        rayon::in_place_scope(|scope| {
            for (number, Rooted { folder, exists, run, made }) in runs.iter().enumerate() {
                let root = self.first_file(folder);
                for (at, some) in made.chunks(HANDFUL).enumerate() {
                    let asked = some.iter().filter_map(|made| {
                        // A plan says it better. What Terraform refuses is noted all the same.
                        let body = run.body(made);
                        let is_asked = !made.resource.is_data && !self.planned.contains(*folder);
                        let exists = is_asked.then(|| resource::exists(run, made, *exists, self.broken))?;
                        Some(Asked { made, body, exists, root })
                    });
                    let asked: Vec<Asked<'m, 'f>> = asked.collect();
                    let goes_elsewhere = self.is_parallel && !asked.iter().any(Asked::is_deep);
                    let send = send.clone();
                    let say = move || {
                        let said: Answers<'m, 'f, P> = asked.iter().map(|one| (one.made, one.say(lower))).collect();
                        // Nobody stops listening.
                        let _ = send.send((number, at, said));
                    };
                    if goes_elsewhere { scope.spawn(move |_| say()) } else { say() }
                }
            }
        });
        drop(send);
        let mut handfuls: Vec<_> = receive.into_iter().collect();
        handfuls.sort_by_key(|(number, at, _)| (*number, *at));
        let mut said: Vec<Answers<'m, 'f, P>> = runs.iter().map(|_| Vec::new()).collect();
        for (number, _, some) in handfuls {
            said[number].extend(some);
        }
        said
    }

    /// Where the names of a root belong.
    fn first_file(&self, root: &Path) -> FileIndex {
        let first = self.folders.get(root).and_then(|parts| parts.first());
        first.map_or(FileIndex(0), |part| part.file)
    }

    /// Notes policies that stand in files and are not made.
    fn note_unmade(&self, made: &BTreeSet<(FileIndex, &str, &str)>, evaluation: &mut Evaluation) {
        for (folder, parts) in self.folders {
            for part in parts.iter().filter(|part| !part.gives_values() && !part.overrides()) {
                let Some(taken) = evaluation.taken.get_mut(&part.file) else { continue };
                let is_unmade = |(type_name, name, block): (&str, &str, &Object<'static>)| {
                    matches!(kind(type_name, Some(block)), Some(ResourceKind::Policy(_)))
                        && !made.contains(&(part.file, type_name, name))
                };
                taken.declares_unmade = !self.planned.contains(folder) && resources(part.root()).any(is_unmade);
                if taken.policies > 0 {
                    taken.kind = DocumentKind::TerraformConfiguration;
                }
            }
        }
    }
}

fn taken(part: &Part, is_reached: bool) -> Taken {
    let kind = match (part.gives_values(), is_reached) {
        (true, _) => DocumentKind::TerraformValues,
        (false, true) => DocumentKind::TerraformConfigurationWithoutPolicies,
        (false, false) => DocumentKind::TerraformModuleUncalled,
    };
    Taken::new(kind)
}

fn refused(error: &Error) -> Option<(Place, String)> {
    Some((made::place(&error.source)?, error.message.clone()))
}
