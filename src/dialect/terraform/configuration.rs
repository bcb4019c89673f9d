//! Terraform configuration: `.tf` in HCL, and its twin in JSON, which CDKTF writes. Each folder that no other one calls
//! is a root, and is evaluated with all modules that it calls: what comes out is read like the values of a plan.

use super::block::{self, has_bare_strength, wants_old_azuread};
use super::inputs::{Data, Given};
use super::made;
use super::modules::{Existence, Folders, local_folder, roots};
use super::part::{Part, resources};
use super::surroundings::Surroundings;
use super::values::{Beside, Pseudonyms, Values, Where};
use super::{Declared, DocumentReader, Here, ResourceKind, is_id, kind};
use crate::dialect::directory::OpenList;
use crate::dialect::{DocumentKind, Found, Taken};
use crate::evaluate::{Body, Error, File, Files, Made, Module, Run, Source, Start, Written};
use crate::policy::{Block, Caller, CallerKind, Declaration, Detour, FileIndex, Place, Wording};
use crate::syntax::{Node, Object, Pointer, Untold};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

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

/// Evaluations within evaluations, where the stack is as large as it gets.
const MAX_DEPTH: usize = 1_000;

impl Configuration<'_> {
    /// Evaluates all roots, and hands every policy over. None, and no policy, if more than `max_depth` evaluations are
    /// within one another.
    pub fn read(
        &self,
        data: &dyn Data,
        max_depth: Option<usize>,
        visit: &mut dyn FnMut(Found<'_, '_>),
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
            runs.push((*root, *exists, run, made));
        }
        for (folder, parts) in self.folders {
            let is_reached = reached.contains(folder);
            for part in parts {
                evaluation.taken.insert(part.file, taken(part, is_reached));
            }
        }
        // Whatever is read is read by now or while the values are.
        let bodies: Vec<Vec<_>> =
            runs.iter().map(|(.., run, made)| made.iter().map(|one| run.body(one)).collect()).collect();
        if max_depth.is_some() && runs.iter().any(|(.., run, _)| run.is_too_deep()) {
            return None;
        }
        let surroundings = Surroundings::of(self.folders, data);
        let mut read: BTreeSet<(FileIndex, &str, &str)> = BTreeSet::new();
        for ((root, exists, run, made), bodies) in runs.iter().zip(&bodies) {
            if self.planned.contains(*root) {
                continue;
            }
            let parts = self.folders.get(*root).map(Vec::as_slice).unwrap_or_default();
            let reader = Reader {
                root: parts.first().map_or(FileIndex(0), |part| part.file),
                exists: *exists,
                configuration: self,
                surroundings: &surroundings,
                tenants: Tenants::of(run, made),
                last: RefCell::default(),
            };
            for (made, body) in made.iter().zip(bodies) {
                if made.resource.is_data {
                    continue;
                }
                let Some(taken) = evaluation.taken.get_mut(&made.resource.file) else { continue };
                read.insert((made.resource.file, made.resource.type_name, made.resource.name));
                let inner = std::mem::replace(taken, Taken::new(DocumentKind::TerraformConfiguration));
                let mut document = DocumentReader {
                    text: "",
                    file: made.resource.file,
                    visit,
                    taken: inner,
                    list: OpenList::default(),
                };
                reader.resource(&mut document, run, made, body);
                *taken = document.taken;
            }
            evaluation.remotes.extend(run.remotes());
            evaluation.refused.extend(run.errors().iter().filter_map(refused));
            evaluation.has_defaults |= run.has_taken_defaults();
            if run.is_exhausted() {
                evaluation.exhausted.push(reader.root);
            }
        }
        self.note_unmade(&read, &mut evaluation);
        Some(evaluation)
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

/// Reads the resources of one root.
struct Reader<'r> {
    root: FileIndex,
    exists: Existence,
    configuration: &'r Configuration<'r>,
    surroundings: &'r Surroundings<'r>,
    tenants: Tenants,
    /// What the block of the last resource says, by its file and address: its instances follow one another.
    last: RefCell<Option<((FileIndex, String), Block)>>,
}

impl Reader<'_> {
    fn resource<'f, 'b>(
        &self,
        document: &mut DocumentReader<'_, 'b>,
        run: &Run<'f>,
        made: &Made<'f>,
        body: &'b Body<'f>,
    ) {
        let resource = made.resource;
        let (mut node, mut detours) = made::read(body, &resource.block.whole);
        let Node::Object(values) = &node else { return };
        let Some(mut kind) = kind(resource.type_name, Some(values)) else { return };
        let block_pointer = Pointer::root().key("resource").key(resource.type_name).key(resource.name);
        let mut pointer = block_pointer.clone();
        // The body of a request to Graph is a policy in Graph's words.
        if let (ResourceKind::Unread(_), Some(body @ Node::Object(_))) = (kind, values.get(BODY)) {
            kind = ResourceKind::Policy(Wording::Graph);
            node = body.clone();
            pointer = pointer.key(BODY);
            detours = detours.iter().filter_map(in_body).collect();
        }
        let Node::Object(values) = &mut node else { return };
        let wording = kind.wording();
        let folder = run.folder(made);
        let is_broken = self.configuration.broken.contains(&folder);
        let exists = made.perhaps.map_or(Existence::Yes, Existence::Perhaps);
        let exists = exists.and(if run.has_other_provider(made) {
            Existence::Perhaps(Untold::Expression)
        } else {
            Existence::Yes
        });
        let exists = exists.and(if is_broken { Existence::Perhaps(Untold::Unreadable) } else { Existence::Yes });
        match exists.and(self.exists) {
            Existence::Yes => {}
            Existence::No => return,
            Existence::Perhaps(why) => {
                // Whether there is such a policy at all is as unknown as whether it is on.
                values.members.retain(|(key, _)| key != "state");
                values.members.push(("state".into(), Node::Untold(why)));
                detours.retain(|detour| detour.from.as_str() != "/state");
                let argument = repeats(why).filter(|name| resource.block.argument(name).is_some());
                detours.extend(argument.map(|argument| Detour {
                    from: Pointer::root().key("state"),
                    to: Place::pointer(resource.file, block_pointer.key(argument)),
                    key_only: false,
                }));
            }
        }
        let mut pseudonyms = Pseudonyms::new();
        let mut values = Values {
            wording,
            address: &made.address,
            file: resource.file,
            references: None,
            pseudonyms: &mut pseudonyms,
            detours,
            unnamed: Vec::new(),
        };
        let mut at = Where { own: Pointer::root(), value: pointer.clone(), unknown: pointer.clone() };
        let read = values.read(node, Beside::default(), &mut at);
        let (detours, unnamed) = (values.detours, values.unnamed);
        let parts = self.configuration.folders.get(&folder).map(Vec::as_slice).unwrap_or_default();
        let written = parts.iter().find(|part| part.file == resource.file);
        let mut written = written.into_iter().flat_map(|part| resources(part.root()));
        let is_same =
            |(type_name, name, _): &(&str, &str, _)| (*type_name, *name) == (resource.type_name, resource.name);
        let written = written.find(is_same).map(|(.., block)| block);
        // Instances of one block are different policies.
        let is_repeated = made.called.is_some() || made.address.ends_with(']');
        let block = written.map(|block| Block {
            sources: self.surroundings.sources(block, &read, is_repeated.then_some(made.address.as_str())),
            has_bare_strength: wording == Wording::Azuread && !wants_old_azuread(parts) && has_bare_strength(&read),
            ..self.block(made, block, wording)
        });
        let declared = Declared {
            kind,
            address: made.address.clone(),
            tenant: self.tenants.of_resource(made),
            values: read,
            unnamed,
            declaration: Declaration {
                detours,
                caller: caller(made),
                block: block.unwrap_or_default(),
                ..Declaration::default()
            },
        };
        document.declare(declared, &Here { pointer, offset: 0, base: 0 }, self.root);
    }
}

impl Reader<'_> {
    /// What a block says beside its values.
    fn block(&self, made: &Made<'_>, block: &Object<'static>, wording: Wording) -> Block {
        let key = (made.resource.file, made.resource.address());
        let mut last = self.last.borrow_mut();
        match last.as_ref().filter(|(known, _)| *known == key) {
            Some((_, known)) => known.clone(),
            None => last.insert((key, block::read(block, wording))).1.clone(),
        }
    }
}

/// The argument of a request that holds what is sent.
const BODY: &str = "body";

/// A detour from a resource, from what its request sends.
fn in_body(detour: &Detour) -> Option<Detour> {
    let rest = detour.from.as_str().strip_prefix('/')?.strip_prefix(BODY)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| Detour { from: Pointer::new(rest), ..detour.clone() })
}

/// What makes a policy of values that stand elsewhere: the call of its module, or else its own block.
fn caller(made: &Made<'_>) -> Option<Caller> {
    if let Some((module, header)) = &made.called {
        return Some(Caller { place: made::place(header)?, kind: CallerKind::Call, makes: module.as_str().into() });
    }
    let own = match &made.resource.block.whole {
        Source::Bytes(_, bytes) => bytes.clone(),
        Source::Pointer(_) | Source::None => 0..0,
    };
    let place = made::place(&made.resource.block.header)?;
    Some(Caller { place, kind: CallerKind::Block(own), makes: made.address.as_str().into() })
}

/// The argument that says how often there is a resource.
fn repeats(untold: Untold) -> Option<&'static str> {
    match untold {
        Untold::ForEach => Some("for_each"),
        Untold::Count => Some("count"),
        Untold::AfterApply
        | Untold::Sensitive
        | Untold::Variable
        | Untold::Dynamic
        | Untold::Uncalled
        | Untold::Overridden
        | Untold::Unreadable
        | Untold::NotSelected
        | Untold::Expression => None,
    }
}

/// Which aliases of a provider lead to other tenants; empty if all policies are of one.
struct Tenants(BTreeMap<Option<String>, Option<String>>);

impl Tenants {
    fn of(run: &Run<'_>, made: &[Made<'_>]) -> Self {
        let policies = made.iter().filter(|made| {
            !made.resource.is_data && matches!(kind(made.resource.type_name, None), Some(ResourceKind::Policy(_)))
        });
        let mut aliases: Vec<Option<String>> = policies.map(alias).collect();
        aliases.sort();
        aliases.dedup();
        let mut ids: BTreeMap<Option<String>, String> = BTreeMap::new();
        for (alias, tenant) in run.providers() {
            ids.insert(alias, tenant.to_ascii_lowercase());
        }
        let mut by_id: BTreeMap<&str, Option<String>> = BTreeMap::new();
        let mut names = BTreeMap::new();
        for alias in aliases {
            let name = match ids.get(&alias) {
                Some(id) => by_id.entry(id).or_insert_with(|| alias.clone()).clone(),
                None => alias.clone(),
            };
            names.insert(alias, name);
        }
        let mut distinct: Vec<&Option<String>> = names.values().collect();
        distinct.dedup();
        if distinct.len() < 2 { Self(BTreeMap::new()) } else { Self(names) }
    }

    fn of_resource(&self, made: &Made<'_>) -> Option<String> {
        self.0.get(&alias(made)).cloned().flatten()
    }
}

/// The alias of a resource's provider: `b` of `azuread.b`.
fn alias(made: &Made<'_>) -> Option<String> {
    made.resource
        .block
        .argument("provider")
        .and_then(Written::as_reference)
        .and_then(|text| text.split_once('.').map(|(_, alias)| alias.trim().to_owned()))
}
