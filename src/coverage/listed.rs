//! In which lists of the policies users, groups and roles stand, so that nobody searches long lists once for each of their
//! elements.

use super::verdict::PrincipalKind;
use crate::policy::Id;
use crate::signin::{Lens, Match, SignIn, Undefined, View};
use crate::tenant::{PolicyIndex, Tenant};
use std::collections::HashMap;

/// Where every principal stands.
pub(super) struct Listed<'t>(HashMap<(PrincipalKind, &'t Id), Places>);

/// Where one principal stands, by policies in their order.
#[derive(Debug, Default)]
struct Places {
    /// The policies that include it.
    included: Vec<PolicyIndex>,
    /// The policies that exclude it, each with the first place in its list.
    excluded: Vec<(PolicyIndex, usize)>,
}

/// What decides how policies treat a principal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Alike {
    /// A user or group is what the policies list it as.
    Listed { kind: PrincipalKind, is_unresolved: bool, included: Vec<PolicyIndex>, excluded: Vec<PolicyIndex> },
    /// A role and a class of users have a meaning of their own.
    Own(PrincipalKind, Id),
}

impl<'t> Listed<'t> {
    /// Looks through all policies.
    pub(super) fn of(tenant: &'t Tenant) -> Self {
        let mut places: HashMap<(PrincipalKind, &'t Id), Places> = HashMap::new();
        for (index, policy) in tenant.indexed() {
            for kind in PrincipalKind::ALL {
                for (_, id) in kind.included_by(policy).known() {
                    let places = places.entry((kind, id)).or_default();
                    if places.included.last() != Some(&index) {
                        places.included.push(index);
                    }
                }
                for (position, id) in kind.excluded_by(policy).known() {
                    let places = places.entry((kind, id)).or_default();
                    if places.excluded.last().is_none_or(|(last, _)| *last != index) {
                        places.excluded.push((index, position));
                    }
                }
            }
        }
        Self(places)
    }

    /// The policies that exclude a principal, each with the place in its list.
    pub(super) fn excluding<'a>(&'a self, kind: PrincipalKind, id: &'a Id) -> &'a [(PolicyIndex, usize)] {
        self.0.get(&(kind, id)).map_or(&[], |places| &places.excluded)
    }

    /// What a principal has in common with others whom every policy treats the same, other things being equal.
    pub(super) fn alike(&self, kind: PrincipalKind, id: &Id) -> Alike {
        match kind {
            PrincipalKind::User
            | PrincipalKind::Group
            | PrincipalKind::ServicePrincipal
            | PrincipalKind::AgentIdentity
                if id.is_one_object() =>
            {
                let included = self.0.get(&(kind, id)).map_or(Vec::new(), |places| places.included.clone());
                let excluded = self.excluding(kind, id).iter().map(|(policy, _)| *policy).collect();
                Alike::Listed { kind, is_unresolved: id.is_unresolved(), included, excluded }
            }
            PrincipalKind::User
            | PrincipalKind::Group
            | PrincipalKind::Role
            | PrincipalKind::ServicePrincipal
            | PrincipalKind::AgentIdentity => Alike::Own(kind, id.clone()),
        }
    }
}

/// The policies that exclude a principal and, but for that, would stop a sign-in of theirs.
pub(super) fn excluding(
    view: &View<'_>,
    listed: &Listed<'_>,
    (kind, id): (PrincipalKind, &Id),
    sign_ins: &[SignIn],
) -> Vec<(PolicyIndex, usize)> {
    let view = View { undefined: Undefined::AsTheSignInSays, ..*view };
    let would_stop = |(index, _): &(PolicyIndex, usize)| {
        let policy = &view.tenant[*index];
        sign_ins.iter().any(|sign_in| view.forces(policy, sign_in, Lens::WithoutTrackedExclusions) == Match::Yes)
    };
    listed.excluding(kind, id).iter().copied().filter(would_stop).collect()
}
