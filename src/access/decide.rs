//! Asks the prover for a sign-in that is refused.

use super::question::{identity, scope, smallest, withheld};
use super::{Access, Account, Answer, Shown, Untold, Verdict};
use crate::coverage::Side;
use crate::coverage::prover::{Formula, TooIntricate};
use crate::diff::ways::{Mode, Prover, requirement};
use crate::diff::{self, Intent};
use crate::tenant::{Assume, AssumeEnabled, Tenant};

/// Decides: as the policies are, and as if those in report-only mode were on.
#[must_use]
pub fn decide(tenant: &Tenant, access: &Access, options: diff::Options) -> [Answer; 2] {
    let mut later = tenant.clone();
    later.assume(&AssumeEnabled::new(vec![Assume::ReportOnly]));
    let tenants = [tenant, &later];
    let intent = Intent { expected: vec![scope(&access.region, &access.resources, tenant)] };
    let requirement = requirement(tenants, &intent);
    match Prover::new(tenants, &requirement, &intent, options) {
        Ok(mut prover) => Side::ALL.map(|side| answer(&mut prover, side, access, tenant)),
        Err(TooIntricate) => [untold(Untold::TooIntricate), untold(Untold::TooIntricate)],
    }
}

fn untold(why: Untold) -> Answer {
    Answer { verdict: Verdict::Undecided, refused: None, untold: Some(why) }
}

fn answer(prover: &mut Prover<'_>, side: Side, access: &Access, tenant: &Tenant) -> Answer {
    let can = Answer { verdict: Verdict::Can, refused: None, untold: None };
    let mut worst = if tenant.missing.is_empty() { can } else { untold(Untold::MissingPolicies) };
    for (index, account) in access.accounts.iter().enumerate() {
        match refused(prover, side, access, account) {
            Ok(Refused::By(verdict, shown)) if verdict > worst.verdict || worst.refused.is_none() => {
                worst = Answer { verdict, refused: Some((index, *shown)), untold: None };
            }
            Ok(Refused::NoSignIn) if worst.refused.is_none() => worst = untold(Untold::NoSignIn),
            Err(TooIntricate) if worst.verdict == Verdict::Can => worst = untold(Untold::TooIntricate),
            Ok(Refused::By(..) | Refused::NoSignIn | Refused::No) | Err(TooIntricate) => {}
        }
    }
    worst
}

/// Whether sign-ins of an account are refused.
enum Refused {
    /// One is, or may be.
    By(Verdict, Box<Shown>),
    /// None is.
    No,
    /// There is none.
    NoSignIn,
}

fn refused(prover: &mut Prover<'_>, side: Side, access: &Access, account: &Account) -> Result<Refused, TooIntricate> {
    let withheld = withheld(prover, access.has.as_deref());
    let (user, open) = identity(prover, account);
    let scope = Formula::all([user, prover.expected[0].regions[side.index()].clone()]);
    if prover.ask(std::slice::from_ref(&scope), &[])?.is_none() {
        return Ok(Refused::NoSignIn);
    }
    let any = prover.refused(side, &withheld);
    // Whether a group that a policy names is one of the account's is as unknown as anything else.
    let surely = prover.claim(&any.assume(&|term| open.contains(&term), false), Mode::Sure);
    for (verdict, refusing) in [(Verdict::Cannot, surely), (Verdict::Undecided, any)] {
        let is_doubtful = verdict == Verdict::Undecided;
        let found = smallest(prover, side, &[scope.clone(), refusing], (&withheld, &open), is_doubtful)?;
        if let Some(mut shown) = found {
            account.make(&mut shown.sign_in);
            return Ok(Refused::By(verdict, Box::new(shown)));
        }
    }
    Ok(Refused::No)
}
