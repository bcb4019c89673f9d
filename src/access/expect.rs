//! Expectations: what must be so of all sign-ins that they are about, or of one.

use super::question::{self, at_least, identity, scope, withheld};
use super::{Account, Shown, Untold};
use crate::coverage::Side;
use crate::coverage::prover::{Formula, OF_A_CONTROL, Term, TooIntricate};
use crate::diff::ways::{AtomSet, Grant, Mode, Prover, requirement};
use crate::diff::{self, Atom, Control, Intent, Region, Which};
use crate::requirement::Resource;
use crate::tenant::Tenant;
use std::collections::BTreeSet;
use std::fmt;

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
    /// What else keeps the expectation from being met.
    pub untold: Option<Untold>,
}

/// Judges expectations.
#[must_use]
pub fn judge(tenant: &Tenant, all: &[Expectation], options: diff::Options) -> Vec<Judged> {
    let scopes = all.iter().map(|one| scope(&one.region, &one.resources, tenant)).collect();
    let intent = Intent { expected: scopes };
    // One tenant is looked at, and the other side is left empty.
    let tenants = [tenant, &Tenant::default()];
    let requirement = requirement(tenants, &intent);
    let options = diff::Options { work: OF_A_CONTROL, ..options };
    let Ok(mut prover) = Prover::new(tenants, &requirement, &intent, options) else {
        return all.iter().map(|_| Judged::untold(Untold::TooIntricate)).collect();
    };
    let mut judged = Vec::new();
    for (index, expectation) in all.iter().enumerate() {
        prover.solver.allow(options.effort);
        prover.space.work.renew();
        let question =
            Question::of(&mut prover, (tenant, Side::Before), &expectation.who, expectation.has.as_deref(), index);
        let answer = question.judge(&mut prover, &expectation.outcome);
        judged.push(answer.unwrap_or_else(|TooIntricate| Judged::untold(Untold::TooIntricate)));
    }
    judged
}

impl Judged {
    fn untold(why: Untold) -> Self {
        let met = match why {
            Untold::MissingPolicies | Untold::TooIntricate => Met::Unknown,
            // What is said of no sign-in at all must not pass.
            Untold::NoSignIn => Met::No,
        };
        Self { met, shown: None, untold: Some(why) }
    }

    fn of(met: Met, shown: Option<Shown>) -> Self {
        Self { met, shown, untold: None }
    }
}

/// Sign-ins, and what is brought to them.
pub(super) struct Question<'a> {
    tenant: &'a Tenant,
    side: Side,
    who: &'a Who,
    sign_ins: Formula,
    withheld: AtomSet,
    /// What may be true of the user, as far as is known.
    open: BTreeSet<Term>,
}

impl<'a> Question<'a> {
    /// About one of the prover's tenants, and the sign-ins that it was asked about under this number.
    pub(super) fn of(
        prover: &mut Prover<'_>,
        (tenant, side): (&'a Tenant, Side),
        who: &'a Who,
        has: Option<&[Atom]>,
        index: usize,
    ) -> Self {
        let (user, open) = match who {
            Who::Anybody => (Formula::Always, BTreeSet::new()),
            Who::Exactly(account) => identity(prover, tenant, account),
            Who::Anyone(account) => (at_least(prover, account), BTreeSet::new()),
        };
        let withheld = withheld(prover, has);
        let sign_ins = Formula::all([user, prover.expected[index].regions[side.index()].clone()]);
        Self { tenant, side, who, sign_ins, withheld, open }
    }

    /// Whether an expectation is met, with an example if it is.
    fn judge(&self, prover: &mut Prover<'_>, outcome: &Expected) -> Result<Judged, TooIntricate> {
        let mut judged = match outcome {
            Expected::Can => self.can(prover)?,
            Expected::May | Expected::Cannot | Expected::Needs(_) if self.is_empty(prover)? => {
                Judged::untold(Untold::NoSignIn)
            }
            Expected::Cannot => {
                let found = self.let_in(prover, &Formula::Always, &self.withheld)?;
                found.unwrap_or_else(|| Judged::of(Met::Yes, None))
            }
            Expected::Needs(controls) => self.needs(prover, controls)?,
            Expected::May => match self.let_in(prover, &Formula::Always, &self.withheld)? {
                Some(Judged { met: Met::No, shown, .. }) => Judged { shown, ..self.met_as_far_as_known() },
                Some(perhaps) => perhaps,
                None => Judged::of(Met::No, None),
            },
        };
        if judged.shown.is_none() && judged.untold != Some(Untold::NoSignIn) {
            judged.shown = self.smallest(prover, std::slice::from_ref(&self.sign_ins), &self.withheld, false)?;
        }
        Ok(judged)
    }

    /// Whether each of the sign-ins is let in. A policy that is missing could refuse one.
    pub(super) fn can(&self, prover: &mut Prover<'_>) -> Result<Judged, TooIntricate> {
        if self.is_empty(prover)? {
            return Ok(Judged::untold(Untold::NoSignIn));
        }
        let refused = prover.refused(self.side, &self.withheld);
        let found = self.look(prover, &Formula::Always, &refused, &self.withheld)?;
        Ok(found.unwrap_or_else(|| self.met_as_far_as_known()))
    }

    fn needs(&self, prover: &mut Prover<'_>, controls: &[Control]) -> Result<Judged, TooIntricate> {
        let grant = Grant::one_of(controls, [self.tenant, self.tenant], &mut prover.atoms);
        let mut worst = Judged::of(Met::Yes, None);
        for way in grant.refused()? {
            let lacks = grant.refusal(&way, &mut prover.space, (self.side, Which::DefaultsAsk));
            let found = self.let_in(prover, &lacks, &way)?;
            worst = found.filter(|found| found.met > worst.met).unwrap_or(worst);
        }
        Ok(worst)
    }

    fn is_empty(&self, prover: &mut Prover<'_>) -> Result<bool, TooIntricate> {
        Ok(prover.ask(std::slice::from_ref(&self.sign_ins), &[])?.is_none())
    }

    fn met_as_far_as_known(&self) -> Judged {
        if self.tenant.missing.is_empty() {
            Judged::of(Met::Yes, None)
        } else {
            Judged::untold(Untold::MissingPolicies)
        }
    }

    /// Looks for a sign-in that a way is enough for. Policies that are missing could refuse it.
    fn let_in(&self, prover: &mut Prover<'_>, which: &Formula, way: &AtomSet) -> Result<Option<Judged>, TooIntricate> {
        let passes = prover.refused(self.side, way).not();
        let found = self.look(prover, which, &passes, way)?;
        let is_missing = !self.tenant.missing.is_empty();
        Ok(found.map(|found| match found.met {
            Met::No if is_missing => Judged { shown: found.shown, ..Judged::untold(Untold::MissingPolicies) },
            Met::Yes | Met::Unknown | Met::No => found,
        }))
    }

    /// Looks for a sign-in that is surely against what is expected, and then for one that may be. Whether a group that a policy
    /// names is one of the account's is as unknown as anything else.
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

    fn smallest(
        &self,
        prover: &mut Prover<'_>,
        wanted: &[Formula],
        way: &AtomSet,
        is_doubtful: bool,
    ) -> Result<Option<Shown>, TooIntricate> {
        let found = question::smallest(prover, self.side, wanted, (way, &self.open), is_doubtful)?;
        Ok(found.map(|mut shown| {
            let sign_in = &mut shown.sign_in;
            match self.who {
                Who::Anybody => {}
                Who::Exactly(account) => account.make(sign_in, self.tenant),
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

/// As a file of expectations has it.
impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Can => f.write_str("can"),
            Self::May => f.write_str("may"),
            Self::Cannot => f.write_str("cannot"),
            Self::Needs(controls) => {
                let all: Vec<String> = controls.iter().map(ToString::to_string).collect();
                write!(f, "needs:{}", all.join("|"))
            }
        }
    }
}
