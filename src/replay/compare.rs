//! What becomes of one sign-in in two tenants, in the words of `diff`.

use super::judge::{Doubt, Judged};
use crate::diff::ways::{Atoms, Grant};
use crate::diff::{Access, Control, Kind, Which};
use crate::tenant::Tenant;

/// Two tenants, and which of their policies are the same.
#[derive(Debug)]
pub(super) struct Sides<'t> {
    tenants: [&'t Tenant; 2],
    /// For each policy before, the one after that says the same, where what they refer to is the same, too.
    same: Vec<Option<usize>>,
}

/// How a sign-in changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Changed {
    /// In these ways; in none, if there is none.
    Certainly(Vec<Kind>),
    /// Something that is not known decides whether it does.
    Perhaps,
}

impl<'t> Sides<'t> {
    pub(super) fn new(before: &'t Tenant, after: &'t Tenant) -> Self {
        let is_comparable = before.companions.named_locations == after.companions.named_locations
            && before.companions.strengths == after.companions.strengths;
        let of = |index: usize| {
            let policy = &before.policies[index];
            let is_same = |other: &&usize| {
                let other = &after.policies[**other];
                policy.id.is_some()
                    && policy.id == other.id
                    && policy.says_the_same(other)
                    && policy.session == other.session
                    && policy.contradicted == other.contradicted
                    && policy.foreign == other.foreign
            };
            let all: Vec<usize> = (0..after.policies.len()).collect();
            all.iter().find(is_same).copied().filter(|_| is_comparable)
        };
        Self { tenants: [before, after], same: (0..before.policies.len()).map(of).collect() }
    }

    /// How a sign-in changes.
    pub(super) fn changed(&self, before: &Judged, after: &Judged) -> Changed {
        let is_known = before.doubts.is_empty() && after.doubts.is_empty();
        let mut kinds = match (&before.access, &after.access) {
            (Access::Blocked, Access::Blocked) => Vec::new(),
            (Access::Blocked, Access::Granted | Access::Needs(_)) if after.is_let_in() => vec![Kind::NewlyUnblocked],
            (Access::Granted | Access::Needs(_), Access::Blocked) if before.is_let_in() => vec![Kind::NewlyBlocked],
            (Access::Granted | Access::Needs(_), Access::Granted | Access::Needs(_)) if is_known => {
                let mut kinds = Vec::new();
                if self.lets_in_more([after, before], [1, 0]) {
                    kinds.push(Kind::Loosened);
                }
                if self.lets_in_more([before, after], [0, 1]) {
                    kinds.push(Kind::Tightened);
                }
                if before.session != after.session {
                    kinds.push(Kind::SessionChanged);
                }
                kinds
            }
            (Access::Blocked | Access::Granted | Access::Needs(_), _) => {
                return if self.is_same(before, after) { Changed::Certainly(Vec::new()) } else { Changed::Perhaps };
            }
        };
        kinds.sort();
        Changed::Certainly(kinds)
    }

    /// Whether two outcomes that depend on something do so in the same way, through policies that are the same.
    fn is_same(&self, before: &Judged, after: &Judged) -> bool {
        let moved = |doubt: &Doubt| match doubt.which {
            Some(Which::Policy(index)) => {
                Some(Doubt { which: Some(Which::Policy((*self.same.get(index)?)?)), ..*doubt })
            }
            // Security defaults are looked at beside policies, and policies that may be missing are other ones.
            Some(Which::DefaultsBlock | Which::DefaultsAsk) | None => None,
        };
        let mut moved: Vec<Option<Doubt>> = before.doubts.iter().map(moved).collect();
        let mut own: Vec<Option<Doubt>> = after.doubts.iter().copied().map(Some).collect();
        let number = |doubt: &Option<Doubt>| doubt.and_then(|doubt| doubt.which?.policy());
        moved.sort_by_key(number);
        own.sort_by_key(number);
        !moved.contains(&None) && moved == own && before.access == after.access && before.session == after.session
    }

    /// Whether something is enough for the first outcome and not for the second: a way that satisfies all lists of the one, of
    /// those that a list of the other refuses.
    fn lets_in_more(&self, [one, other]: [&Judged; 2], sides: [usize; 2]) -> bool {
        let mut atoms = Atoms::default();
        let mut grants = |judged: &Judged, side: usize| -> Vec<Grant> {
            let tenants = [self.tenants[side], self.tenants[1 - side]];
            let of = |clause: &Vec<Control>| Grant::one_of(clause, tenants, &mut atoms);
            judged.access.requires().iter().map(of).collect()
        };
        let (own, others) = (grants(one, sides[0]), grants(other, sides[1]));
        others.iter().any(|refusing| {
            // Too many ways to look at: it is said that there is a change.
            let Ok(refused) = refusing.refused() else { return true };
            refused.iter().any(|withheld| {
                !refusing.is_satisfied(withheld, other.device, true)
                    && own.iter().all(|grant| grant.is_satisfied(withheld, one.device, true))
            })
        })
    }
}
