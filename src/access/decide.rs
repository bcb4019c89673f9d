//! Whether accounts can sign in, with policies as they are and with more of them on.

use super::expect::{Judged, Met, Question, Who};
use super::question::scope;
use super::{Access, Answer, Untold, Verdict};
use crate::coverage::Side;
use crate::coverage::prover::{OF_A_CONTROL, TooIntricate};
use crate::diff::ways::{Prover, requirement};
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
    let options = diff::Options { work: OF_A_CONTROL, ..options };
    match Prover::new(tenants, &requirement, &intent, options) {
        Ok(mut prover) => Side::ALL.map(|side| answer(&mut prover, side, access, tenant)),
        Err(TooIntricate) => [untold(Untold::TooIntricate), untold(Untold::TooIntricate)],
    }
}

fn untold(why: Untold) -> Answer {
    Answer { verdict: Verdict::Undecided, refused: None, untold: Some(why) }
}

/// The worst answer of all accounts.
fn answer(prover: &mut Prover<'_>, side: Side, access: &Access, tenant: &Tenant) -> Answer {
    let mut worst = Answer { verdict: Verdict::Can, refused: None, untold: None };
    for (index, account) in access.accounts.iter().enumerate() {
        let who = Who::Exactly(account.clone());
        let question = Question::of(prover, (tenant, side), &who, access.has.as_deref(), 0);
        let answer = match question.can(prover) {
            Ok(judged) => of_account(index, judged),
            Err(TooIntricate) => untold(Untold::TooIntricate),
        };
        if (answer.verdict, answer.refused.is_some()) > (worst.verdict, worst.refused.is_some()) {
            worst = answer;
        }
    }
    worst
}

fn of_account(index: usize, judged: Judged) -> Answer {
    let verdict = match (judged.met, judged.untold) {
        (_, Some(why)) => return untold(why),
        (Met::Yes, None) => Verdict::Can,
        (Met::Unknown, None) => Verdict::Undecided,
        (Met::No, None) => Verdict::Cannot,
    };
    Answer { verdict, refused: judged.shown.map(|shown| (index, shown)), untold: None }
}
