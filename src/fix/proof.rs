//! What fixes change, proved by the comparison of tenants.

use crate::diff::{self, Class, Classes, Verdict};
use crate::policy::{Fact, Origin, Policy};
use crate::tenant::Tenant;

/// Tenants in pairs, without what no file shows. That is the same on both sides and changes nothing: a sign-in passes if no policy
/// stops it. None if the tenants are not the same ones, or something is hidden on one side only.
fn pairs(before: &[Tenant], after: &[Tenant]) -> Option<Vec<[Tenant; 2]>> {
    if before.len() != after.len() || before.iter().zip(after).any(|(one, other)| one.missing != other.missing) {
        return None;
    }
    let told = |tenant: &Tenant| Tenant { missing: Vec::new(), ..tenant.clone() };
    Some(before.iter().zip(after).map(|(before, after)| [told(before), told(after)]).collect())
}

/// Whether every policy means what it meant, and no sign-in changes.
pub(super) fn is_same(before: &[Tenant], after: &[Tenant], options: diff::Options) -> bool {
    let Some(pairs) = pairs(before, after) else { return false };
    pairs.iter().all(|[before, after]| {
        let difference = diff::compare_in_order(before, after, is_read_alike, options);
        difference.is_some_and(|difference| difference.verdict == Verdict::Equal && difference.edits.is_empty())
    })
}

/// Whether two policies are the same but for the letter case of words, and for what a fix further up in their file moves.
fn is_read_alike(one: &Policy, other: &Policy) -> bool {
    let alike = |other: &Policy| {
        let origin = Origin { offset: one.origin.offset, ..other.origin.clone() };
        Policy { respelt: one.respelt, origin, ..other.clone() } == *one
    };
    one == other || alike(other)
}

/// Why a fix that changes what policies mean is not written, if it is not.
pub(super) fn refusal(before: &[Tenant], after: &[Tenant], options: diff::Options) -> Option<&'static str> {
    let Some(pairs) = pairs(before, after) else {
        return Some("the files would be read as other tenants");
    };
    for [before, after] in &pairs {
        let Some(difference) = diff::compare_in_order(before, after, is_read_alike, options) else {
            return Some("the number of policies would change, as it does if copies of a policy differ");
        };
        let mut policies = before.policies.iter().zip(&after.policies);
        if policies.any(|(one, other)| !one.foreign && other.foreign) {
            return Some("the files would look like those of several tenants, because copies of a policy would differ");
        }
        let is_of_users = difference.edits.iter().all(|edit| {
            let of_each = [(edit.before, before), (edit.after, after)];
            let mut policies = of_each.into_iter().filter_map(|(which, tenant)| tenant.policies.get(which?.policy()?));
            policies.all(is_about_users)
        });
        if !is_of_users {
            return Some("no comparison covers policies for service principals and agents");
        }
        let Classes { loosened, tightened: _, newly_blocked, newly_unblocked, session_changed: _ } = difference.classes;
        for (class, certain, possible) in [
            (loosened, "it would ask somebody for less than before", "it may ask somebody for less than before"),
            (newly_unblocked, "it would let in somebody who is blocked", "it may let in somebody who is blocked"),
            (newly_blocked, "it would block somebody who is not", "it may block somebody who is not"),
        ] {
            match class {
                Class::No => {}
                Class::Yes => return Some(certain),
                Class::Possibly => return Some(possible),
                Class::Undecided => return Some("the comparison would take too long"),
            }
        }
    }
    None
}

fn is_about_users(policy: &Policy) -> bool {
    policy.conditions.workload_identities == Fact::Known(false)
}
