//! Everything of one tenant that is in force together, whatever files it came from.

mod assume;
mod bearers;
mod clashes;
mod contexts;
mod directory;
mod find;
mod named;
mod references;
mod states;
mod trust;

pub use assume::{Assume, AssumeEnabled, Assumed};
pub use bearers::{Bearer, Bearers};
pub use clashes::{Clashes, Evidence, NO_CLASHES, Strangers};
pub use contexts::{Context, Contexts};
pub use directory::{
    Alike, Contradicted, Contradiction, Directory, DirectoryParts, Extent, GroupKeepers, Holding, ListedAt, Member,
    MemberKind, Members, NamedGroup, NamedParts, NamedUser, Names, People, Principals, User, UserIndex, UserKinds,
};
pub use find::{Found, ObjectKind};
pub use states::States;
pub use trust::{Claim, InboundTrust};

use crate::catalog;
use crate::policy::{Allowed, Fact, FileIndex, Id, List, Policy, State, Strength};
use crate::syntax::Pointer;
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Index, IndexMut};
use uuid::Uuid;

/// Policies that [Microsoft] allows in a tenant: more of them are several tenants, or one of several days.
///
/// [Microsoft]: https://learn.microsoft.com/entra/identity/users/directory-service-limits-restrictions
pub const MOST_POLICIES: usize = 240;

/// The addresses of the per-user MFA settings have this id as a named location, and always count as trusted.
const TRUSTED_BY_MFA_SETTINGS: Id = Id::Guid(Uuid::nil());

/// A policy, by its place among those of a tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PolicyIndex(pub usize);

/// Policies of a tenant, each with its place among them.
pub fn indexed(policies: &[Policy]) -> impl Iterator<Item = (PolicyIndex, &Policy)> + Clone {
    policies.iter().enumerate().map(|(index, policy)| (PolicyIndex(index), policy))
}

/// One tenant.
#[derive(Debug, Default, Clone)]
pub struct Tenant {
    /// Its policies, in the order of their files.
    pub policies: Vec<Policy>,
    /// What else its files tell.
    pub companions: Companions,
    /// Its users, groups and roles.
    pub directory: Directory,
    /// Names of people that were in it before [`Tenant::forget_people`].
    pub forgotten: Vec<Box<str>>,
    /// The users of the directory, by what policies tell apart. Empty until [`Tenant::tell_people_apart`].
    pub people: People,
    /// Why policies may exist that the files do not show.
    pub missing: Vec<Missing>,
    /// Files in which the values of their policies are corrected. Others are made by programs, or are not written in.
    pub sources: BTreeSet<FileIndex>,
    /// A variable of Terraform configuration has its default, where another value may be given.
    pub has_variable_defaults: bool,
}

/// A sign that the files do not hold every policy of the tenant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// The file.
    pub file: FileIndex,
    /// Where in it.
    pub pointer: Pointer,
    /// What it is.
    pub why: MissingPolicies,
}

/// Why policies may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MissingPolicies {
    /// `@odata.nextLink`: the list goes on in a page that was not fetched.
    NextPage,
    /// A file that could not be read may hold policies.
    Unreadable,
    /// A file holds policies in a form that caplint does not read.
    Unread,
    /// A module whose files are elsewhere is called.
    RemoteModule,
    /// A plan that Terraform did not finish, or that covers a part only.
    PartialPlan,
    /// A file is the answer to a request that failed.
    FailedRequest,
}

/// Objects that are exported beside the policies.
#[derive(Debug, Clone, Default)]
pub struct Companions {
    /// Named locations by id.
    pub named_locations: BTreeMap<Id, NamedLocation>,
    /// What satisfies each strength, by its id.
    pub strengths: BTreeMap<Id, Allowed>,
    /// Display names of groups, users and locations by id.
    pub names: BTreeMap<Id, Box<str>>,
    /// What references stand for whose objects the files do not tell, as a noun: "groups whose ids the files do not say".
    pub descriptions: BTreeMap<Id, Box<str>>,
    /// Other names of theirs: `userPrincipalName`.
    pub further_names: BTreeSet<(Box<str>, Id)>,
    /// Which of them are users.
    pub people: BTreeSet<Id>,
    /// Names of roles, in lower case.
    pub roles: BTreeSet<Box<str>>,
    /// Ids of the tenants that the files say they come from, in lower case.
    pub tenants: BTreeSet<Box<str>>,
    /// `isEnabled` of the security defaults, if the files tell.
    pub security_defaults: Option<bool>,
    /// What is accepted of the home tenants of external users.
    pub trust: InboundTrust,
    /// Authentication contexts, and the protected actions that need one.
    pub contexts: Contexts,
    /// The versions of Graph that the policies come from.
    pub graph: GraphVersions,
    /// Users, groups and roles.
    pub directory: DirectoryParts,
}

/// The versions of Graph that an export comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GraphVersions {
    /// v1.0: the first file that says so, and where.
    pub stable: Option<(FileIndex, Pointer)>,
    /// beta
    pub beta: bool,
}

/// A named location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedLocation {
    /// `isTrusted`; a location by country cannot be.
    pub trusted: Option<bool>,
    /// Where it is.
    pub place: Place,
}

/// What a named location holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Addresses.
    Ranges(Vec<IpNet>),
    /// Countries and regions, in upper case.
    Countries {
        /// `countriesAndRegions`
        countries: BTreeSet<String>,
        /// `includeUnknownCountriesAndRegions`
        unknown: bool,
        /// `countryLookupMethod` is `authenticatorAppGps`.
        by_authenticator_app: bool,
    },
    /// Clients of Global Secure Access of this tenant, at whatever address. Nobody else is there.
    ///
    /// Source: <https://learn.microsoft.com/entra/global-secure-access/how-to-compliant-network>
    CompliantNetwork,
    /// The files do not say, or not in a form that caplint reads.
    Undefined,
}

/// Whether security defaults are on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecurityDefaults {
    /// They are off, or no file tells.
    Off,
    /// They are on.
    On,
    /// A file says that they are on, and a policy is enabled. Entra does not allow both, so one of them is out of date.
    Contradicted,
}

impl Companions {
    /// Adds what another file tells.
    pub fn absorb(&mut self, other: Self) {
        for (id, location) in other.named_locations {
            let known = self.named_locations.entry(id).or_insert_with(|| location.clone());
            if known.trusted != location.trusted {
                known.trusted = None;
            }
            if known.place != location.place {
                known.place = Place::Undefined;
            }
        }
        for (id, name) in other.names {
            let known = self.names.entry(id).or_insert_with(|| name.clone());
            // Of two names either would do; the choice must not depend on the order of reading.
            if name < *known {
                *known = name;
            }
        }
        self.descriptions.extend(other.descriptions);
        self.further_names.extend(other.further_names);
        self.people.extend(other.people);
        self.roles.extend(other.roles);
        self.tenants.extend(other.tenants);
        for (id, allowed) in other.strengths {
            self.add_strength(id, allowed);
        }
        self.directory.absorb(other.directory);
        self.trust.absorb(other.trust);
        self.contexts.absorb(other.contexts);
        self.graph.beta |= other.graph.beta;
        self.graph.stable = self.graph.stable.take().into_iter().chain(other.graph.stable).min();
        // Of two copies that disagree, the one that protects less counts.
        self.security_defaults = match (self.security_defaults, other.security_defaults) {
            (Some(one), Some(two)) => Some(one && two),
            (one, two) => one.or(two),
        };
    }

    /// Adds a copy of a strength.
    pub fn add_strength(&mut self, id: Id, allowed: Allowed) {
        self.strengths.entry(id).or_default().absorb(allowed);
    }
}

impl Index<PolicyIndex> for Tenant {
    type Output = Policy;

    fn index(&self, index: PolicyIndex) -> &Policy {
        &self.policies[index.0]
    }
}

impl IndexMut<PolicyIndex> for Tenant {
    fn index_mut(&mut self, index: PolicyIndex) -> &mut Policy {
        &mut self.policies[index.0]
    }
}

impl Tenant {
    /// Its policies, each with its place among them.
    pub fn indexed(&self) -> impl Iterator<Item = (PolicyIndex, &Policy)> + Clone {
        indexed(&self.policies)
    }

    /// Whether security defaults are on.
    #[must_use]
    pub fn security_defaults(&self) -> SecurityDefaults {
        let is_enabled = |policy: &Policy| policy.state == Fact::Known(State::Enabled) && !policy.deleted;
        match self.companions.security_defaults {
            Some(true) if self.policies.iter().any(is_enabled) => SecurityDefaults::Contradicted,
            Some(true) => SecurityDefaults::On,
            Some(false) | None => SecurityDefaults::Off,
        }
    }

    /// Takes note of the strengths that policies carry with them, so that every reference counts as the weakest copy.
    pub fn collect_strengths(&mut self) {
        for strength in self.policies.iter().filter_map(|policy| policy.grant.strength.known()?.as_ref()) {
            if let Some(id) = &strength.id {
                let allowed = Allowed::by(strength);
                if !allowed.is_empty() {
                    self.companions.add_strength(id.clone(), allowed);
                }
            }
        }
    }

    /// Forgets what people are called, once names are resolved.
    pub fn forget_people(&mut self) {
        let Companions { names, further_names, people, .. } = &mut self.companions;
        self.forgotten.extend(self.directory.forget_names());
        let is_person = |id: &Id| people.contains(id) || id.guid().is_some_and(|id| self.directory.find(id).is_some());
        names.retain(|id, name| {
            let is_person = is_person(id);
            self.forgotten.extend(is_person.then(|| name.clone()));
            !is_person
        });
        self.forgotten.extend(std::mem::take(further_names).into_iter().map(|(name, _)| name));
        self.forgotten.sort_unstable();
        self.forgotten.dedup();
    }

    /// What the directory says of a user who can sign in.
    #[must_use]
    pub fn alike(&self, user: Uuid) -> Option<&Alike> {
        let user = self.directory.find(user)?;
        self.people.alike.iter().find(|alike| alike.users.binary_search(&user).is_ok())
    }

    /// Tells the users of the directory apart by what policies name, once names are resolved. Roles are those of Microsoft's
    /// list, because requirements name them, too.
    pub fn tell_people_apart(&mut self) {
        if self.directory.is_empty() {
            return;
        }
        let mut by = Principals::default();
        for users in self.policies.iter().map(|policy| &policy.conditions.users) {
            let guids = |list: &List<Id>| list.known().filter_map(|(_, id)| id.guid()).collect::<Vec<_>>();
            by.users.extend([&users.include_users, &users.exclude_users].into_iter().flat_map(guids));
            by.groups.extend([&users.include_groups, &users.exclude_groups].into_iter().flat_map(guids));
            by.roles.extend([&users.include_roles, &users.exclude_roles].into_iter().flat_map(guids));
        }
        by.roles.extend(catalog::roles().iter().filter_map(|role| role.id.guid()));
        self.people = self.directory.people(by);
    }

    /// What satisfies this strength.
    #[must_use]
    pub fn allowed(&self, strength: &Strength) -> Allowed {
        let mut allowed = Allowed::by(strength);
        if let Some(copies) = strength.id.as_ref().and_then(|id| self.companions.strengths.get(id)) {
            allowed.absorb(copies.clone());
        }
        allowed
    }

    /// Whether a named location is trusted, as far as the files tell.
    #[must_use]
    pub fn is_trusted_location(&self, id: &Id) -> Option<bool> {
        if *id == TRUSTED_BY_MFA_SETTINGS {
            return Some(true);
        }
        self.companions.named_locations.get(id)?.trusted
    }

    /// Whether a named location is the compliant network, as far as the files tell.
    #[must_use]
    pub fn is_compliant_network(&self, id: &Id) -> Option<bool> {
        if *id == TRUSTED_BY_MFA_SETTINGS {
            return Some(false);
        }
        match self.companions.named_locations.get(id)?.place {
            Place::CompliantNetwork => Some(true),
            Place::Ranges(_) | Place::Countries { .. } => Some(false),
            Place::Undefined => None,
        }
    }

    /// An object of the directory, so that a report shows its name where no file has its id.
    #[must_use]
    pub fn listed(&self, id: Uuid) -> Id {
        let user = self.directory.find(id).map(|user| self.directory.user(user).as_id());
        let named = || self.companions.names.keys().find(|known| known.guid() == Some(id)).cloned();
        user.or_else(named).unwrap_or(Id::Guid(id))
    }

    /// The display name of an object, if the files or caplint's tables tell it.
    #[must_use]
    pub fn name(&self, id: &Id) -> Option<&str> {
        let of_user = || {
            let user = self.directory.user(self.directory.find(id.guid()?)?);
            user.name.as_deref().or(user.sign_in_name.as_deref())
        };
        self.companions.names.get(id).map(AsRef::as_ref).or_else(of_user).or_else(|| catalog::name(id))
    }

    /// What an id stands for where the files do not tell the object, as a noun. It is no name, and stands without quotation
    /// marks.
    #[must_use]
    pub fn description(&self, id: &Id) -> Option<&str> {
        self.companions.descriptions.get(id).map(AsRef::as_ref)
    }

    /// The name of an object, or its id if the files have no name.
    #[must_use]
    pub fn name_or_id(&self, id: &Id) -> String {
        self.name(id).map_or_else(|| id.to_string(), str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_copies_the_one_that_protects_less_counts() {
        let mut companions = Companions { security_defaults: Some(true), ..Companions::default() };
        companions.absorb(Companions { security_defaults: Some(false), ..Companions::default() });
        assert_eq!(companions.security_defaults, Some(false));
    }
}
