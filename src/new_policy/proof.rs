//! What is proved of a new policy before anybody gets it: as it was read back from its text, on, and beside the tenant's own.

use super::{Order, Refused};
use crate::access::{self, Access, Answer, LockedOut, Verdict as CanSignIn};
use crate::coverage::{self, Decision, Exception, Hole, Verdict};
use crate::diff::{self, Class, Classes, Difference};
use crate::finding::{Draft, Level, capitalised, joined, quoted};
use crate::lint;
use crate::policy::{Fact, Policy, State};
use crate::requirement::Identities;
use crate::rules::{self, Judgement, Reached, TenantFacts, control};
use crate::signin::Outcome;
use crate::tenant::{MOST_POLICIES, PolicyIndex, SecurityDefaults, Tenant};

/// Exceptions that a sentence names.
const NAMED: usize = 5;

/// What was proved.
#[derive(Debug)]
pub(super) struct Proved {
    /// Whom the control leaves out with the policy, as is approved, in words.
    pub(super) exceptions: Vec<String>,
    /// The way in that is closed, in words; none if caplint could not tell before whether there is one.
    pub(super) closed: Option<String>,
    /// Users are asked for more, or blocked, or have a shorter session.
    pub(super) changes: Classes,
    /// Requirements that somebody can sign in, all of which still hold.
    pub(super) access: usize,
    /// What `caplint check` finds with the policy on and not without it, by the rule and in its words.
    pub(super) findings: Vec<(&'static str, String)>,
}

/// The verdict on the control without the policy.
pub(super) fn judged(order: &Order<'_>) -> Judgement {
    let decision = coverage::decide(&order.requirement, order.tenant, order.options());
    Judgement::of(order.control, order.requirement.clone(), decision)
}

/// Whom a decision leaves out, in words: those whose approval is in force, and others.
pub(super) fn left_out(order: &Order<'_>, facts: &TenantFacts<'_>, decision: &Decision) -> [Vec<String>; 2] {
    let is_approved = |one: &&Exception| {
        let mut entries = order.config.exceptions.iter();
        entries.any(|entry| entry.approves(order.control.id, one.kind, &one.id) && !entry.has_expired(order.today))
    };
    let (approved, others): (Vec<&Exception>, Vec<&Exception>) = decision.exceptions.iter().partition(is_approved);
    [approved, others].map(|all| all.iter().map(|one| order.called(facts, one.kind, &one.id)).collect())
}

/// Proves that a policy does what it is for and nothing else, or says what it does instead.
pub(super) fn prove(order: &Order<'_>, before: &Judgement, policy: &Policy) -> Result<Proved, Refused> {
    if order.tenant.security_defaults() == SecurityDefaults::On {
        return Err(Refused::new(
            "security defaults are on, and Entra does not allow a policy to be on beside them",
            "Replace them as a whole: create policies for everything that they enforce, and turn them off with the first one \
             that is on.",
        ));
    }
    let new = PolicyIndex(order.tenant.policies.len());
    let mut after = order.tenant.clone();
    after.policies.push(Policy { state: Fact::Known(State::Enabled), ..policy.clone() });
    after.collect_strengths();
    after.tell_people_apart();
    let facts = order.facts(&after);
    let exceptions = holds(order, &facts)?;
    let closed = before.decision.holes.first().map(|hole| closes(order, before, &after, new, hole)).transpose()?;
    let changes = only_tightens(order, &after)?;
    lets_everybody_in(order, &facts, new)?;
    let access = keeps_access(order, &facts)?;
    let findings = found_newly(order, &facts);
    Ok(Proved { exceptions, closed, changes, access, findings })
}

/// What rules find with the policy on and not without it. That is no proof of anything, and good to know.
fn found_newly(order: &Order<'_>, after: &TenantFacts<'_>) -> Vec<(&'static str, String)> {
    let found = |tenant: &Tenant| {
        let is_whole = tenant.missing.is_empty()
            && tenant.policies.len() <= MOST_POLICIES
            && !tenant.policies.iter().any(|policy| policy.foreign);
        let facts = TenantFacts { is_whole, ..order.facts(tenant) };
        let matters = |draft: &Draft| match draft.level {
            Level::Error | Level::Warning => true,
            Level::Info => false,
        };
        rules::check_tenant(&facts).into_iter().filter(matters).collect::<Vec<_>>()
    };
    let known = found(order.tenant);
    let is_new = |draft: &Draft| !known.iter().any(|other| (other.rule, &other.about) == (draft.rule, &draft.about));
    found(after.tenant).into_iter().filter(is_new).map(|draft| (draft.rule, draft.message)).collect()
}

/// The control holds, but for exceptions that are approved.
fn holds(order: &Order<'_>, facts: &TenantFacts<'_>) -> Result<Vec<String>, Refused> {
    let after = Order { tenant: facts.tenant, ..order.clone() };
    let judgement = judged(&after);
    let decision = &judgement.decision;
    match decision.verdict {
        Verdict::Enforced | Verdict::EnforcedExcept => {}
        Verdict::NotEnforced | Verdict::Undecided => {
            let why = control::reason(facts, &judgement);
            return Err(Refused::new(
                format!("with the policy on, {} would be {}: {why}", order.control.id, decision.verdict.word()),
                "Create the policy by hand: `caplint explain` has the steps.",
            ));
        }
    }
    let [approved, others] = left_out(order, facts, decision);
    if others.is_empty() {
        return Ok(approved);
    }
    Err(Refused::new(
        format!(
            "with the policy on, {} would not hold for {}, and nobody approves that",
            order.control.id,
            joined(&others, NAMED)
        ),
        "Approve it with `caplint exception add`.",
    ))
}

/// The first way in is stopped by the policy: evaluated as one sign-in, without the solver that found it.
fn closes(
    order: &Order<'_>,
    before: &Judgement,
    after: &Tenant,
    new: PolicyIndex,
    hole: &Hole,
) -> Result<String, Refused> {
    let facts = order.facts(order.tenant);
    let way = control::way(&facts, before, hole);
    let evaluated =
        |tenant| coverage::view(&order.requirement, tenant, order.options()).evaluate(&hole.sign_in).outcome;
    let was_open = match evaluated(order.tenant) {
        Outcome::Granted | Outcome::Unknown(..) => true,
        Outcome::Forced(_) | Outcome::ByDefaults => false,
    };
    if was_open && evaluated(after) == Outcome::Forced(new) {
        return Ok(way);
    }
    Err(Refused::new(
        format!("the policy would not stop the sign-in that gets through now: {way}"),
        "If that is an approved exception, there is nobody whom a policy would be for. Otherwise, please report it.",
    ))
}

/// No sign-in is granted for less, and what is required of users changes something for them.
fn only_tightens(order: &Order<'_>, after: &Tenant) -> Result<Classes, Refused> {
    let Difference { classes, .. } = diff::compare_with_more(order.tenant, after, order.how());
    let Classes { loosened, newly_unblocked, tightened, newly_blocked, session_changed } = classes;
    for (what, class) in [("asked for less", loosened), ("let in", newly_unblocked)] {
        let message = match class {
            Class::No => continue,
            Class::Yes => format!("with the policy on, some sign-in would be {what} that is not now"),
            Class::Possibly | Class::Undecided => {
                format!("it is not known whether some sign-in would be {what} with the policy on")
            }
        };
        let help =
            "`caplint diff` compares two tenants. An export that lacks policies leaves it open (docs/export.md).";
        return Err(Refused::new(message, help));
    }
    let does_more = [tightened, newly_blocked, session_changed].contains(&Class::Yes);
    match order.requirement.identities {
        Identities::Users if !does_more => Err(Refused::new(
            "`caplint diff` finds no sign-in that the policy would certainly change",
            "What the files do not say decides it. Export them as a whole (docs/export.md).",
        )),
        Identities::Users => Ok(classes),
        // What it is for are no users, and nothing changes for these.
        Identities::AgentUsers | Identities::ServicePrincipals | Identities::AgentIdentities
            if classes.all().iter().all(|class| *class == Class::No) =>
        {
            Ok(classes)
        }
        Identities::AgentUsers | Identities::ServicePrincipals | Identities::AgentIdentities => Err(Refused::new(
            "the policy is not for users, and would change their sign-ins",
            "This is a mistake of caplint's; please report it.",
        )),
    }
}

/// Nobody is locked out of anything who is not now.
fn lets_everybody_in(order: &Order<'_>, facts: &TenantFacts<'_>, new: PolicyIndex) -> Result<(), Refused> {
    let (found, are_all) = access::all_locked_out(facts.tenant, order.how());
    let takes_part = |one: &&LockedOut| one.policies.contains(&new.0);
    if found.iter().any(|one| takes_part(&one)) {
        let known = access::locked_out(order.tenant, order.how());
        let is_known =
            |one: &LockedOut| known.iter().any(|other| one.who == other.who && one.resource == other.resource);
        if let Some(one) = found.iter().find(|one| takes_part(one) && !is_known(one)) {
            let draft = rules::said_of_lock_out(facts, one);
            return Err(Refused::new(
                format!("somebody would be locked out: {}", draft.message.trim_end_matches('.')),
                draft.help.unwrap_or_default(),
            ));
        }
    }
    if !are_all {
        return Err(Refused::new(
            "it takes too long to tell whether somebody would be locked out, or many are already",
            "See `locked-out` in the report of `caplint check`, and solve that first.",
        ));
    }
    // One policy that blocks is taken to be meant so, but not for everybody.
    let is_new = order.facts(order.tenant).everybody_blocked().is_none();
    if is_new && facts.everybody_blocked().is_some() {
        return Err(Refused::new(
            "everybody would be blocked who is not an exception",
            "Name in the requirement who is to be blocked, or from what.",
        ));
    }
    Ok(())
}

/// Who must be able to sign in and can, still can. Says of how many that is so.
fn keeps_access(order: &Order<'_>, facts: &TenantFacts<'_>) -> Result<usize, Refused> {
    let mut kept = 0;
    for access in lint::required(order.config, order.cloud) {
        let decide = |tenant: &Tenant, access: &Access| access::decide(tenant, access, order.how());
        let (before, after) = (decide(order.tenant, &access), decide(facts.tenant, &access));
        let can = |answer: &Answer| answer.verdict == CanSignIn::Can;
        if before.iter().zip(&after).any(|(before, after)| can(before) && !can(after)) {
            let id = access.id.clone();
            let reason = rules::access_reason(facts, &Reached { access, answers: after });
            return Err(Refused::new(
                format!(
                    "the access requirement {} would no longer hold: {}",
                    quoted(&id),
                    capitalised(reason.trim_end_matches('.'))
                ),
                "Approve an exception for whoever must get in, or change the requirement.",
            ));
        }
        kept += usize::from(can(&before[0]));
    }
    Ok(kept)
}
