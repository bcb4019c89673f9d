//! Expectations: what must be so of all sign-ins that they are about, or of one.

use super::question::{self, at_least, identity, scope, withheld};
use super::{Account, Shown};
use crate::coverage::Side;
use crate::coverage::prover::{Formula, Term, TooIntricate};
use crate::diff::ways::{AtomSet, Grant, Mode, Prover, requirement};
use crate::diff::{self, Atom, Control, Intent, Region, Which};
use crate::requirement::Resource;
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// The policies are those of the first of two equal tenants.
const SIDE: Side = Side::Before;

/// Something that somebody expects of a tenant.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// What it is called.
    pub name: String,
    /// Whose sign-ins.
    pub who: Who,
    /// What they bring; none for everything that anybody can.
    pub has: Option<Vec<Atom>>,
    /// To what.
    pub resources: Vec<Resource>,
    /// From where, with what and at which risk. Users and resources of it are not used.
    pub region: Region,
    /// What is expected of them.
    pub outcome: Expected,
}

/// Whose sign-ins an expectation is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Who {
    /// Everybody's.
    Anybody,
    /// Those of a user with exactly these groups and roles.
    Exactly(Account),
    /// Those of everybody who has these, whatever else they have.
    Anyone(Account),
}

/// What is expected of sign-ins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Each is let in.
    Can,
    /// One is let in.
    May,
    /// None is let in.
    Cannot,
    /// None is let in without one of these controls.
    Needs(Vec<Control>),
}

/// Whether an expectation is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Met {
    /// It is.
    Yes,
    /// That depends on something that is not known.
    Unknown,
    /// It is not.
    No,
}

impl Met {
    /// The word of the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "passed",
            Self::Unknown => "unknown",
            Self::No => "failed",
        }
    }
}

/// The answer to an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// Whether it is met.
    pub met: Met,
    /// A sign-in that is treated otherwise than expected, or may be. If the expectation is met, an example of those that it is
    /// about. None if there is none, or if it takes too long to tell.
    pub shown: Option<Shown>,
    /// Only policies that may be missing from the files stand against it.
    pub is_by_missing: bool,
    /// It took too long to tell.
    pub is_too_intricate: bool,
}

/// Judges expectations.
#[must_use]
pub fn judge(tenant: &Tenant, all: &[Expectation], options: diff::Options) -> Vec<Judged> {
    let scopes = all.iter().map(|one| scope(&one.region, &one.resources, tenant)).collect();
    let intent = Intent { expected: scopes };
    let tenants = [tenant, tenant];
    let requirement = requirement(tenants, &intent);
    let Ok(mut prover) = Prover::new(tenants, &requirement, &intent, options) else {
        return all.iter().map(|_| Judged::intricate()).collect();
    };
    let mut judged = Vec::new();
    for (index, expectation) in all.iter().enumerate() {
        prover.solver.allow(options.effort);
        let question = Question::of(&mut prover, tenant, expectation, index);
        let answer = question.judge(&mut prover, &expectation.outcome);
        judged.push(answer.unwrap_or_else(|TooIntricate| Judged::intricate()));
    }
    judged
}

impl Judged {
    fn intricate() -> Self {
        Self { met: Met::Unknown, shown: None, is_by_missing: false, is_too_intricate: true }
    }

    fn of(met: Met, shown: Option<Shown>) -> Self {
        Self { met, shown, is_by_missing: false, is_too_intricate: false }
    }
}

/// Sign-ins, and what is brought to them.
struct Question<'a> {
    tenant: &'a Tenant,
    who: &'a Who,
    sign_ins: Formula,
    withheld: AtomSet,
    /// What may be true of the user, as far as is known.
    open: BTreeSet<Term>,
}

impl<'a> Question<'a> {
    fn of(prover: &mut Prover<'_>, tenant: &'a Tenant, asked: &'a Expectation, index: usize) -> Self {
        let (user, open) = match &asked.who {
            Who::Anybody => (Formula::Always, BTreeSet::new()),
            Who::Exactly(account) => identity(prover, account),
            Who::Anyone(account) => (at_least(prover, account), BTreeSet::new()),
        };
        let withheld = withheld(prover, asked.has.as_deref());
        let sign_ins = Formula::all([user, prover.expected[index].regions[SIDE.index()].clone()]);
        Self { tenant, who: &asked.who, sign_ins, withheld, open }
    }

    fn judge(&self, prover: &mut Prover<'_>, outcome: &Expected) -> Result<Judged, TooIntricate> {
        // What is said of no sign-in at all must not pass.
        let Some(example) = self.any(prover)? else { return Ok(Judged::of(Met::No, None)) };
        match outcome {
            Expected::Can => {
                let refused = prover.refused(SIDE, &self.withheld);
                let found = self.look(prover, &Formula::Always, &refused, &self.withheld)?;
                // A policy that is missing could refuse what these let in.
                Ok(found.unwrap_or_else(|| self.as_far_as_known(Some(example))))
            }
            Expected::Cannot => {
                let withheld = self.withheld.clone();
                let found = self.let_in(prover, &Formula::Always, &withheld)?;
                Ok(found.unwrap_or_else(|| Judged::of(Met::Yes, Some(example))))
            }
            Expected::Needs(controls) => {
                let grant = Grant::one_of(controls, [self.tenant, self.tenant], &mut prover.atoms);
                let mut worst = Judged::of(Met::Yes, Some(example));
                for way in grant.refused()? {
                    let lacks = grant.refusal(&way, &mut prover.space, (SIDE, Which::DefaultsAsk));
                    let found = self.let_in(prover, &lacks, &way)?;
                    worst = found.filter(|found| found.met > worst.met).unwrap_or(worst);
                }
                Ok(worst)
            }
            Expected::May => {
                let withheld = self.withheld.clone();
                Ok(match self.let_in(prover, &Formula::Always, &withheld)? {
                    Some(Judged { met: Met::No, shown, .. }) => self.as_far_as_known(shown),
                    Some(perhaps) => perhaps,
                    None => Judged::of(Met::No, Some(example)),
                })
            }
        }
    }

    /// That an expectation is met if no policies are missing.
    fn as_far_as_known(&self, shown: Option<Shown>) -> Judged {
        let is_by_missing = !self.tenant.missing.is_empty();
        let met = if is_by_missing { Met::Unknown } else { Met::Yes };
        Judged { is_by_missing, ..Judged::of(met, shown) }
    }

    /// Looks for a sign-in that a way is enough for. Policies that are missing could refuse it.
    fn let_in(&self, prover: &mut Prover<'_>, which: &Formula, way: &AtomSet) -> Result<Option<Judged>, TooIntricate> {
        let passes = prover.refused(SIDE, way).not();
        let found = self.look(prover, which, &passes, way)?;
        let is_missing = !self.tenant.missing.is_empty();
        Ok(found.map(|found| match found.met {
            Met::No if is_missing => Judged { met: Met::Unknown, is_by_missing: true, ..found },
            Met::Yes | Met::Unknown | Met::No => found,
        }))
    }

    /// Looks for a sign-in that is surely against what is expected, and then for one that may be.
    fn look(
        &self,
        prover: &mut Prover<'_>,
        which: &Formula,
        against: &Formula,
        way: &AtomSet,
    ) -> Result<Option<Judged>, TooIntricate> {
        let surely = prover.claim(&against.assume(&|term| self.open.contains(&term), false), Mode::Sure);
        for (met, against) in [(Met::No, surely), (Met::Unknown, against.clone())] {
            let wanted = [self.sign_ins.clone(), which.clone(), against];
            if let Some(shown) = self.smallest(prover, &wanted, way, met == Met::Unknown)? {
                return Ok(Some(Judged::of(met, Some(shown))));
            }
        }
        Ok(None)
    }

    /// Any of the sign-ins, with what refuses it.
    fn any(&self, prover: &mut Prover<'_>) -> Result<Option<Shown>, TooIntricate> {
        let wanted = [self.sign_ins.clone()];
        let withheld = self.withheld.clone();
        self.smallest(prover, &wanted, &withheld, false)
    }

    fn smallest(
        &self,
        prover: &mut Prover<'_>,
        wanted: &[Formula],
        way: &AtomSet,
        is_doubtful: bool,
    ) -> Result<Option<Shown>, TooIntricate> {
        let found = question::smallest(prover, SIDE, wanted, (way, &self.open), is_doubtful)?;
        Ok(found.map(|mut shown| {
            let sign_in = &mut shown.sign_in;
            match self.who {
                Who::Anybody => {}
                Who::Exactly(account) => account.make(sign_in),
                Who::Anyone(account) => {
                    sign_in.user = account.id.clone().or(sign_in.user.take());
                    sign_in.groups.extend(account.groups.iter().cloned());
                    sign_in.roles.extend(account.roles.iter().cloned());
                }
            }
            shown
        }))
    }
}
