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
    let Some(mut pairs) = pairs(before, after) else { return false };
    pairs.iter_mut().all(|[before, after]| {
        if before.policies.len() != after.policies.len() {
            return false;
        }
        // Policies that were read alike from the same place are the same ones. The comparison does not know the place, and takes
        // what is missing in one for unknown in the other.
        let policies = std::mem::take(&mut before.policies).into_iter().zip(std::mem::take(&mut after.policies));
        for (one, other) in policies.filter(|(one, other)| !is_read_alike(one, other)) {
            before.policies.push(one);
            after.policies.push(other);
        }
        let difference = diff::compare(before, after, options);
        difference.verdict == Verdict::Equal && difference.edits.is_empty()
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

/// Leaves out policies for workload identities that the fix leaves alone. No sign-in of a user depends on them.
fn without_bystanders([before, after]: &mut [Tenant; 2]) {
    if before.policies.len() != after.policies.len() {
        return;
    }
    let policies = std::mem::take(&mut before.policies).into_iter().zip(std::mem::take(&mut after.policies));
    let is_bystander = |one: &Policy, other: &Policy| {
        one.conditions.workload_identities == Fact::Known(true) && is_read_alike(one, other)
    };
    (before.policies, after.policies) = policies.filter(|(one, other)| !is_bystander(one, other)).unzip();
}

/// Why a fix that changes what policies mean is not written, if it is not.
pub(super) fn refusal(before: &[Tenant], after: &[Tenant], options: diff::Options) -> Option<&'static str> {
    let Some(mut pairs) = pairs(before, after) else {
        return Some("the files would be read as other tenants");
    };
    for tenants in &mut pairs {
        without_bystanders(tenants);
        let difference = diff::compare(&tenants[0], &tenants[1], options);
        let is_of_users = difference.edits.iter().all(|edit| {
            let sides = [edit.before, edit.after].map(|which| which?.policy());
            let mut policies = sides.iter().zip(&*tenants).filter_map(|(index, tenant)| tenant.policies.get((*index)?));
            // A policy of which something is unknown is listed although nothing has been written in it, and may be paired with another.
            let [before, after] = &*tenants;
            let is_left_alone = sides.into_iter().flatten().all(|index| {
                let same = before.policies.get(index).zip(after.policies.get(index));
                same.is_some_and(|(before, after)| is_read_alike(before, after))
            });
            is_left_alone || policies.all(is_about_users)
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
