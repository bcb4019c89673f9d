//! Whether files that are judged as one tenant are those of several.
//!
//! Each folder with policies is compared with its siblings, on every level of the tree; files next to one
//! another, too, where they hold several policies. A false alarm costs a line of configuration, the opposite a verdict
//! in which the policies of one tenant close the gaps of another.

use crate::dialect::Page;
use crate::discover::{Candidate, shown};
use crate::policy::{FileIndex, Id, Policy, Wording};
use crate::tenant::{self, Companions, Evidence, PolicyIndex, Strangers};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

/// Stages that a change goes through, each in a tenant of its own.
const STAGES: [&str; 22] = [
    "dev",
    "devel",
    "develop",
    "development",
    "test",
    "tst",
    "testing",
    "qa",
    "uat",
    "acc",
    "acceptance",
    "stage",
    "staging",
    "stg",
    "preprod",
    "nonprod",
    "sandbox",
    "lab",
    "prd",
    "prod",
    "production",
    "live",
];

/// What a file says about its tenant in addition to policies.
#[derive(Debug)]
pub(super) struct Sign {
    pub(super) file: FileIndex,
    has_security_defaults: bool,
    tenants: BTreeSet<Box<str>>,
}

impl Sign {
    pub(super) fn of(file: FileIndex, companions: &Companions) -> Option<Self> {
        let has_security_defaults = companions.security_defaults.is_some();
        let tells = has_security_defaults
            || !companions.names.is_empty()
            || !companions.directory.is_empty()
            || !companions.tenants.is_empty();
        tells.then(|| Self { file, has_security_defaults, tenants: companions.tenants.clone() })
    }
}

/// A folder or file, and what is in it.
#[derive(Default)]
struct Branch<'t> {
    is_file: bool,
    policies: Vec<(PolicyIndex, &'t Policy)>,
    pages: Vec<&'t Page>,
    has_security_defaults: bool,
    /// Files with companions and without policies, from the branch.
    companions: BTreeSet<&'t Path>,
}

/// Parts of the files that look like those of two tenants.
pub(super) fn strangers(
    policies: &[Policy],
    pages: &[(FileIndex, Page)],
    signs: &[Sign],
    paths: &BTreeMap<FileIndex, Candidate>,
) -> Vec<Strangers> {
    let policies: Vec<(PolicyIndex, &Policy)> =
        tenant::indexed(policies).filter(|(_, policy)| !policy.deleted).collect();
    let tenants: BTreeSet<&str> = signs.iter().flat_map(|sign| sign.tenants.iter().map(AsRef::as_ref)).collect();
    if let [one, two, ..] = tenants.iter().copied().collect::<Vec<_>>().as_slice() {
        let names = [(*one).to_owned(), (*two).to_owned()];
        let policies = policies.first().into_iter().chain(policies.last()).map(|(index, _)| *index).collect();
        return vec![Strangers { names, evidence: Evidence::TenantIds, policies }];
    }
    let path = |file: FileIndex| paths.get(&file).and_then(Candidate::on_disk);
    let mut tree = Tree::new();
    // Most policies have a file of their own, next to those of others: what is above them is looked up once for a folder.
    let mut by_folder: BTreeMap<&OsStr, Files<'_, '_>> = BTreeMap::new();
    for (index, policy) in &policies {
        // A module belongs to whatever calls it.
        let Some(path) = path(policy.origin.root) else { continue };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { continue };
        by_folder.entry(folder.as_os_str()).or_default().entry(name).or_default().push((*index, policy));
    }
    for (folder, files) in by_folder {
        let all = files.values().flatten().copied();
        each_branch(&mut tree, Path::new(folder), |branch, _| branch.policies.extend(all.clone()));
        let branches = tree.entry(folder.into()).or_default();
        for (name, policies) in files {
            *branches.entry(name).or_default() = Branch { is_file: true, policies, ..Branch::default() };
        }
    }
    for branch in tree.values_mut().flat_map(BTreeMap::values_mut) {
        branch.policies.sort_by_key(|(index, _)| *index);
    }
    let with_policies: BTreeSet<FileIndex> = policies.iter().map(|(_, policy)| policy.origin.file).collect();
    for (file, page) in pages {
        each_branch_of_file(&mut tree, path(*file), |branch, _| branch.pages.push(page));
    }
    for sign in signs {
        each_branch_of_file(&mut tree, path(sign.file), |branch, rest| {
            branch.has_security_defaults |= sign.has_security_defaults;
            if !branch.is_file && !with_policies.contains(&sign.file) {
                branch.companions.insert(rest);
            }
        });
    }
    tree.iter().flat_map(|(folder, branches)| among(folder, branches)).collect()
}

/// Marks the policies that may belong to another tenant.
pub(super) fn mark(policies: &mut [Policy], strangers: &[Strangers], paths: &BTreeMap<FileIndex, Candidate>) {
    for policy in policies {
        let path = paths.get(&policy.origin.root).and_then(Candidate::on_disk);
        policy.foreign |= strangers.iter().any(|pair| match pair.evidence {
            Evidence::TenantIds => true,
            Evidence::Names(_)
            | Evidence::Repeated(_)
            | Evidence::Stages
            | Evidence::Listings
            | Evidence::SecurityDefaults
            | Evidence::Companions => {
                path.is_some_and(|path| path.ancestors().any(|above| pair.names.contains(&shown(above))))
            }
        });
    }
}

/// The policies of files, by their names.
type Files<'p, 't> = BTreeMap<&'p OsStr, Vec<(PolicyIndex, &'t Policy)>>;

/// The tree of all folders with files that count, and what is in each of them by its name.
type Tree<'p, 't> = BTreeMap<PathBuf, BTreeMap<&'p OsStr, Branch<'t>>>;

/// Hands over a file, and what it belongs to on each level of the tree, with its path from there.
fn each_branch_of_file<'p, 't>(
    tree: &mut Tree<'p, 't>,
    path: Option<&'p Path>,
    mut then: impl FnMut(&mut Branch<'t>, &'p Path),
) {
    let Some(path) = path else { return };
    each_branch(tree, path, |branch, above| {
        branch.is_file |= above == path;
        then(branch, path.strip_prefix(above).unwrap_or(path));
    });
}

/// Hands over what a path belongs to on each level of the tree, from itself upwards, with the path of that.
fn each_branch<'p, 't>(tree: &mut Tree<'p, 't>, path: &'p Path, mut then: impl FnMut(&mut Branch<'t>, &'p Path)) {
    for above in path.ancestors() {
        let (Some(folder), Some(name)) = (above.parent(), above.file_name()) else { continue };
        then(tree.entry(folder.to_owned()).or_default().entry(name).or_default(), above);
    }
}

/// What is compared of a branch.
struct Profile<'b, 't> {
    name: &'t OsStr,
    branch: &'b Branch<'t>,
    ids: BTreeSet<Id>,
    /// Names of policies that have an id.
    names: BTreeSet<String>,
    /// Names of policies without an id: those that code creates, and templates.
    created: BTreeSet<String>,
    /// Every policy in it is in Graph's words, like an export.
    is_in_graphs_words: bool,
}

impl<'b, 't> Profile<'b, 't> {
    fn of(name: &'t OsStr, branch: &'b Branch<'t>) -> Self {
        let with_id = || branch.policies.iter().filter_map(|(_, policy)| Some((policy, policy.id.as_ref()?)));
        let real = || with_id().filter(|(_, id)| id.guid().is_some());
        let name_of = |policy: &Policy| Some(policy.name()?.trim().to_lowercase());
        let names = real().filter_map(|(policy, _)| name_of(policy)).collect();
        let has_id = |policy: &Policy| policy.id.as_ref().is_some_and(|id| id.guid().is_some());
        let without_id = branch.policies.iter().map(|(_, policy)| *policy).filter(|policy| !has_id(policy));
        let created = without_id.filter_map(name_of).collect();
        let is_in_graphs_words = branch.policies.iter().all(|(_, policy)| policy.origin.wording == Wording::Graph);
        Self { name, branch, ids: real().map(|(_, id)| id.clone()).collect(), names, created, is_in_graphs_words }
    }

    /// Whether each of its policies stands in the other one, too, as in two copies of one export.
    fn has_copies_in(&self, other: &Self) -> bool {
        let others = &other.branch.policies;
        let is_there = |policy: &Policy| others.iter().any(|(_, other)| policy.says_the_same(other));
        self.branch.policies.iter().all(|(_, policy)| is_there(policy))
    }

    /// The whole lists of policies in it, by their contexts, if none of them is one page of several. A list of a few
    /// policies may be that of a filter.
    fn lists(&self, more_than: usize) -> BTreeSet<&str> {
        if self.branch.pages.iter().any(|page| page.next.is_some()) {
            return BTreeSet::new();
        }
        let long = self.branch.pages.iter().filter(|page| page.count > more_than);
        long.filter_map(|page| page.context.as_deref()).collect()
    }
}

/// The parts of a folder that look like those of two tenants.
fn among(folder: &Path, branches: &BTreeMap<&OsStr, Branch<'_>>) -> Vec<Strangers> {
    // Most files hold one policy, and tell nothing by that.
    let is_telling = |name: &OsStr, branch: &Branch<'_>| {
        let is_occupied = !branch.policies.is_empty() || branch.has_security_defaults;
        is_occupied && (!branch.is_file || branch.policies.len() > 1 || stage(name).is_some())
    };
    let telling: Vec<(&&OsStr, &Branch<'_>)> =
        branches.iter().filter(|(name, branch)| is_telling(name, branch)).collect();
    if telling.len() < 2 {
        return Vec::new();
    }
    let profiles: Vec<Profile<'_, '_>> = telling.into_iter().map(|(name, branch)| Profile::of(name, branch)).collect();
    let mut found = Vec::new();
    for (at, one) in profiles.iter().enumerate() {
        for other in &profiles[at + 1..] {
            if let Some(evidence) = evidence(one, other) {
                let first = |profile: &Profile<'_, '_>| profile.branch.policies.first().map(|(index, _)| *index);
                found.push(Strangers {
                    names: [shown(&folder.join(one.name)), shown(&folder.join(other.name))],
                    evidence,
                    policies: [first(one), first(other)].into_iter().flatten().collect(),
                });
            }
        }
    }
    found
}

/// Why two parts look like those of two tenants.
fn evidence(one: &Profile<'_, '_>, other: &Profile<'_, '_>) -> Option<Evidence> {
    let has_policies = |profile: &Profile<'_, '_>| !profile.branch.policies.is_empty();
    // Two dumps of one tenant have ids in common.
    if !(has_policies(one) || has_policies(other)) || !one.ids.is_disjoint(&other.ids) {
        return None;
    }
    let are_both = has_policies(one) && has_policies(other);
    let by_chance = usize::from(one.branch.is_file && other.branch.is_file);
    let shared = |one: &BTreeSet<String>, other: &BTreeSet<String>| {
        let shared = one.intersection(other).count();
        (shared > by_chance && shared * 2 >= one.len().min(other.len())).then_some(shared)
    };
    if let Some(names) = shared(&one.names, &other.names) {
        Some(Evidence::Names(names))
    } else if let Some(created) = shared(&one.created, &other.created)
        && !(one.has_copies_in(other) && other.has_copies_in(one))
    {
        Some(Evidence::Repeated(created))
    } else if let (Some((stage, rest)), Some((other_stage, other_rest))) = (stage(one.name), stage(other.name))
        && stage != other_stage
        && rest == other_rest
    {
        Some(Evidence::Stages)
    } else if are_both && one.branch.has_security_defaults && other.branch.has_security_defaults {
        Some(Evidence::SecurityDefaults)
    } else if are_both && !one.lists(by_chance).is_disjoint(&other.lists(by_chance)) {
        Some(Evidence::Listings)
    } else if are_both
        && one.is_in_graphs_words
        && other.is_in_graphs_words
        && !one.branch.companions.is_disjoint(&other.branch.companions)
    {
        Some(Evidence::Companions)
    } else {
        None
    }
}

/// The stage that a folder or file is named after, and the rest of its name.
fn stage(name: &OsStr) -> Option<(String, String)> {
    let name = name.to_str()?.to_lowercase();
    let is_joint = |character: char| !character.is_alphanumeric();
    let stage = name.split(is_joint).find(|word| STAGES.contains(word))?;
    Some((stage.to_owned(), name.replacen(stage, "", 1)))
}
