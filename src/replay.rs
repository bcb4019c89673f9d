//! One sign-in, policy by policy: what applies, what it asks for, and what becomes of the sign-in in the words of `diff`.
//!
//! Nothing of it is shared with the solver, so that whatever the solver finds can be checked here. Sign-in logs are replayed
//! here, too: many sign-ins, of which something may not be known.

mod compare;
mod coordinates;
mod judge;
mod listed;
mod logs;
mod past;
mod tally;
mod verify;

pub use coordinates::{Directory, Memberships, NoDirectory};
pub use judge::{Doubt, Judge, Judged, Outcome, Unsure};
pub use listed::Listed;
pub use logs::{Replayed, Replayer};
pub use past::Past;
pub use tally::{ByName, Class, Counts, Damaged, Example, First, Instance, OfPolicy, Tally};
pub use verify::{Agreement, Checked, Disagreement, OfLoggedPolicy, all_on};

use crate::coverage::{self, Options};
use crate::diff::ways::{AtomSet, Atoms, DeviceState, Grant};
use crate::diff::{Access, Control, Which};
use crate::policy::{GrantControl, Policy, SessionControl};
use crate::requirement::{self, Requirement};
use crate::signin::{At, Cause, Match, SignIn, defaults_ask};
use crate::tenant::{SecurityDefaults, Tenant};

/// A sign-in, and what the policies of a tenant make of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// One part a policy, in the tenant's order.
    pub parts: Vec<Part>,
    /// What security defaults ask for, if they are on.
    pub defaults: Option<GrantControl>,
    /// What becomes of the sign-in, if nothing more is asked for than is known.
    pub access: Access,
    /// What blocks it.
    pub blocked_by: Vec<Which>,
    /// What may ask for more, or less, or block it. Empty if it is blocked anyway.
    pub unknown: Vec<Unknown>,
}

/// What one policy makes of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Whether it applies, and because of what it does not.
    pub applies: Match,
    /// The controls that it asks for where it applies: of each list, one is enough.
    pub requires: Vec<Vec<Control>>,
    /// Nothing that can be brought is enough, on this device.
    pub blocks: bool,
    /// Why it is not known what it asks for.
    pub doubt: Option<Cause>,
    /// Its session controls, as far as they are known.
    pub session: Vec<SessionControl>,
}

/// Something that is not known, and on which the outcome depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unknown {
    /// A policy, by its index.
    Policy(usize, Cause),
    /// Files contradict each other about security defaults.
    SecurityDefaults,
    /// There may be policies that the files do not show.
    MissingPolicies,
}

/// Every sign-in of everybody: what `because` says of a policy where no control is asked about.
#[must_use]
pub fn any_requirement() -> Requirement {
    Requirement::everywhere(requirement::Grant::Mfa)
}

/// Replays a sign-in.
#[must_use]
pub fn replay(tenant: &Tenant, sign_in: &SignIn, options: Options) -> Replay {
    let requirement = any_requirement();
    let view = coverage::view(&requirement, tenant, options);
    let device = DeviceState {
        is_compliant: sign_in.device.is_compliant(),
        is_hybrid_joined: sign_in.device.is_hybrid_joined(),
    };
    let mut atoms = Atoms::default();
    let mut part = |policy: &Policy| {
        let grant = Grant::of(policy, [tenant, tenant], &mut atoms, options.assumptions.approved_app_retired);
        Part {
            applies: view.applies(policy, sign_in),
            requires: Grant::clauses(policy),
            blocks: !grant.is_satisfied(&AtomSet::new(), device, true),
            doubt: grant.doubt().map(|(property, why)| Cause { at: At::property(property), why }),
            session: policy.session.known().map(|all| all.to_vec()).unwrap_or_default(),
        }
    };
    let parts: Vec<Part> = tenant.policies.iter().map(&mut part).collect();
    let asked = defaults_ask(sign_in);
    let (defaults, perhaps) = match tenant.security_defaults() {
        SecurityDefaults::Off => (None, None),
        SecurityDefaults::On => (asked, None),
        SecurityDefaults::Contradicted => (None, asked),
    };
    let mut blocked_by: Vec<Which> = Vec::new();
    let mut requires: Vec<Vec<Control>> = Vec::new();
    for (index, part) in parts.iter().enumerate().filter(|(_, part)| part.applies == Match::Yes) {
        if part.blocks {
            blocked_by.push(Which::Policy(index));
        }
        requires.extend(part.requires.iter().cloned());
    }
    match defaults {
        Some(GrantControl::Block) => blocked_by.push(Which::DefaultsBlock),
        Some(control) => requires.push(vec![Control::BuiltIn(control)]),
        None => {}
    }
    let mut unknown: Vec<Unknown> = Vec::new();
    let access = if blocked_by.is_empty() {
        for (index, part) in parts.iter().enumerate() {
            unknown.extend(part.unknown(&requires).map(|cause| Unknown::Policy(index, cause)));
        }
        unknown.extend(perhaps.map(|_| Unknown::SecurityDefaults));
        unknown.extend((!tenant.missing.is_empty()).then_some(Unknown::MissingPolicies));
        Access::needing(requires)
    } else {
        Access::Blocked
    };
    Replay { parts, defaults, access, blocked_by, unknown }
}

impl Part {
    /// Why it is not known whether it asks for more than these controls.
    fn unknown(&self, asked: &[Vec<Control>]) -> Option<Cause> {
        match self.applies {
            Match::No(_) => None,
            Match::Yes => self.doubt,
            Match::Unknown(cause) => {
                let adds = self.blocks || self.requires.iter().any(|clause| !asked.contains(clause));
                (adds || self.doubt.is_some()).then_some(cause)
            }
        }
    }
}
