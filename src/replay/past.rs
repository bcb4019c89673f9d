//! What happened to a sign-in, as far as its row tells.

use crate::sign_in_log::{Logged, Row, Status, Verdict};

/// What Conditional Access did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Past {
    /// Nothing was asked for.
    Passed,
    /// Something was asked for, and may have been brought.
    Asked,
    /// It was blocked.
    Blocked,
    /// The row does not tell.
    Unknown,
}

/// The code of "access was blocked by Conditional Access policies":
/// <https://learn.microsoft.com/entra/identity-platform/reference-error-codes>.
const BLOCKED: u32 = 53003;

/// Codes of sign-ins that end at the first factor, from the same page: an unknown user, a wrong, expired or missing password, a
/// locked or disabled account. Conditional Access is evaluated [after the first factor].
///
/// [after the first factor]: https://learn.microsoft.com/entra/identity/conditional-access/overview
const BEFORE: [u32; 12] = [50020, 50034, 50053, 50055, 50056, 50057, 50059, 50064, 50126, 50128, 50144, 51004];

/// Whether a sign-in ended for another reason before a policy could count: no policy applied, and it failed.
pub(super) fn is_stopped(row: &Row<'_>) -> bool {
    match (&row.status, &row.error) {
        (_, Logged::Known(0) | Logged::Unknown(_)) => false,
        (Logged::Known(Status::NotApplied), Logged::Known(_)) => true,
        (Logged::Known(Status::Success | Status::Failure) | Logged::Unknown(_), Logged::Known(code)) => {
            BEFORE.contains(code)
        }
    }
}

/// What happened.
pub(super) fn past(row: &Row<'_>) -> Past {
    let asked_for_mfa = row.is_multi_factor == Logged::Known(true);
    match row.status {
        Logged::Known(Status::NotApplied | Status::Success) | Logged::Unknown(_) if asked_for_mfa => Past::Asked,
        Logged::Known(Status::NotApplied) => Past::Passed,
        Logged::Known(Status::Success) => match row.policies() {
            Logged::Unknown(_) => Past::Unknown,
            Logged::Known(all) => {
                let mut asked = all.iter().filter(|one| one.verdict == Verdict::Applied).map(|one| one.asks);
                if asked.clone().any(|asks| asks == Some(true)) {
                    Past::Asked
                } else if asked.all(|asks| asks == Some(false)) {
                    Past::Passed
                } else {
                    Past::Unknown
                }
            }
        },
        Logged::Known(Status::Failure) => {
            let by_policy = || match row.policies() {
                Logged::Known(all) => all.iter().any(|one| one.verdict == Verdict::Applied && one.blocks),
                Logged::Unknown(_) => false,
            };
            if row.error == Logged::Known(BLOCKED) || by_policy() { Past::Blocked } else { Past::Asked }
        }
        Logged::Unknown(_) => Past::Unknown,
    }
}
