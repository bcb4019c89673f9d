//! One sign-in, policy by policy: what applies, what does not and why, what is demanded, and what comes of it.

use super::{Cause, Demand, Lens, Match, SignIn, View, conditions, demand};
use crate::tenant::{PolicyIndex, SecurityDefaults};

/// What the policies of a tenant make of one sign-in.
#[derive(Debug)]
pub struct Evaluation {
    /// One answer a policy, in the tenant's order.
    pub policies: Vec<Answer>,
    /// What comes of all of them.
    pub outcome: Outcome,
}

/// What one policy makes of a sign-in.
#[derive(Debug)]
pub enum Answer {
    /// It applies.
    Applies {
        /// What it demands.
        demands: Vec<Demand>,
        /// Whether that forces what is required.
        forces: Match,
    },
    /// It does not, because of this.
    DoesNotApply(Cause),
    /// The files do not say, because of this.
    Unknown(Cause),
}

/// What comes of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What is required must be done, or the sign-in is blocked: these policies see to it, here the first of them.
    Forced(PolicyIndex),
    /// Security defaults are on, and see to it.
    ByDefaults,
    /// Access is granted without.
    Granted,
    /// It hangs on this policy, for this reason.
    Unknown(PolicyIndex, Cause),
}

impl View<'_> {
    /// Evaluates a sign-in.
    #[must_use]
    pub fn evaluate(&self, sign_in: &SignIn) -> Evaluation {
        let policies: Vec<Answer> = self.tenant.policies.iter().map(|policy| self.answer(policy, sign_in)).collect();
        let forcing = |answer: &Answer| matches!(answer, Answer::Applies { forces: Match::Yes, .. });
        let unknown = |answer: &Answer| match answer {
            Answer::Unknown(cause) | Answer::Applies { forces: Match::Unknown(cause), .. } => Some(*cause),
            _ => None,
        };
        let outcome = if let Some(index) = policies.iter().position(forcing) {
            Outcome::Forced(PolicyIndex(index))
        } else if self.tenant.security_defaults() == SecurityDefaults::On && self.defaults_stop(sign_in) {
            Outcome::ByDefaults
        } else if let Some((index, cause)) =
            policies.iter().enumerate().find_map(|(index, answer)| Some((index, unknown(answer)?)))
        {
            Outcome::Unknown(PolicyIndex(index), cause)
        } else {
            Outcome::Granted
        };
        Evaluation { policies, outcome }
    }

    fn answer(&self, policy: &crate::policy::Policy, sign_in: &SignIn) -> Answer {
        match conditions::apply(self, policy, sign_in, Lens::Plain) {
            Match::No(cause) => Answer::DoesNotApply(cause),
            Match::Unknown(cause) => match self.forces(policy, sign_in, Lens::Plain) {
                // What it demands could be met anyway.
                Match::No(_) => Answer::Applies {
                    demands: demand(self, policy, &sign_in.device),
                    forces: self.forces(policy, sign_in, Lens::Plain),
                },
                _ => Answer::Unknown(cause),
            },
            Match::Yes => Answer::Applies {
                demands: demand(self, policy, &sign_in.device),
                forces: self.forces(policy, sign_in, Lens::Plain),
            },
        }
    }
}
