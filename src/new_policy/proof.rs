//! What is proved of a new policy before anybody gets it: as it was read back from its text, on, and beside the tenant's own.

use super::{Order, Refused};
use crate::access::{self, Answer, LockedOut, Verdict as CanSignIn};
use crate::coverage::{self, Decision, Exception, Hole, Verdict};
use crate::diff::{self, Class, Classes, Difference};
use crate::finding::{Draft, Level, PolicyRef, capitalised, joined, quoted};
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
    /// Who must be able to sign in.
    pub(super) access: Kept,
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

/// A report-only policy with which the control holds once it is on, but for approved exceptions.
pub(super) fn prepared<'a>(order: &Order<'a>) -> Option<&'a Policy> {
    order.tenant.policies.iter().enumerate().find_map(|(index, policy)| {
        if policy.deleted || policy.state != Fact::Known(State::ReportOnly) {
            return None;
        }
        let mut on = order.tenant.clone();
        on.policies[index].state = Fact::Known(State::Enabled);
        let of_on = Order { tenant: &on, ..order.clone() };
        let decision = judged(&of_on).decision;
        let holds = match decision.verdict {
            Verdict::Enforced | Verdict::EnforcedExcept => true,
            Verdict::NotEnforced | Verdict::Undecided => false,
        };
        let [_, others] = left_out(order, &order.facts(&on), &decision);
        (holds && others.is_empty()).then_some(policy)
    })
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
    let access = keeps_access(order, &facts, new)?;
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
    let own = after.tenant.policies.last().map(PolicyRef::to);
    // What is found of another policy is its own affair.
    let is_new = |draft: &Draft| {
        let is_of_others = draft.policy.is_some() && draft.policy != own && !draft.is_of_tenant;
        !is_of_others && !known.iter().any(|other| (other.rule, &other.about) == (draft.rule, &draft.about))
    };
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
        let help = "Something in the tenant's policies is not known. `caplint check` says what it is.";
        return Err(Refused::new(message, help));
    }
    let does_more = [tightened, newly_blocked, session_changed].contains(&Class::Yes);
    match order.requirement.identities {
        Identities::Users if !does_more => Err(Refused::new(
            "`caplint diff` finds no sign-in that the policy would certainly change",
            "Something decides it that is not known. `caplint check` says what it is.",
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
                "Decide what they shall sign in with: approve an exception for them with `caplint exception add`, change another policy \
                 that refuses them, or ask for something else in the requirement (docs/rules/locked-out.md).",
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

/// Who must be able to sign in and can, still can. Whoever cannot now is not kept out by the policy, too: they would not notice what is
/// lost on the sign-ins that they have.
fn keeps_access(order: &Order<'_>, facts: &TenantFacts<'_>, new: PolicyIndex) -> Result<Kept, Refused> {
    let mut kept = Kept::default();
    let alone = Tenant { policies: vec![facts.tenant[new].clone()], ..facts.tenant.clone() };
    for access in lint::required(order.config, order.cloud) {
        let decide = |tenant: &Tenant| access::decide(tenant, &access, order.how());
        let can = |answer: &Answer| answer.verdict == CanSignIn::Can;
        let (before, after) = (decide(order.tenant), decide(facts.tenant));
        let loses = before.iter().zip(&after).any(|(before, after)| can(before) && !can(after));
        if !loses && can(&before[0]) {
            kept.hold += 1;
            continue;
        }
        let id = access.id.clone();
        let (what, tenant, answers) = if loses {
            ("would no longer hold", facts.tenant, after)
        } else {
            let answers = decide(&alone);
            if answers.iter().all(can) {
                kept.fail.push(id);
                continue;
            }
            ("does not hold now, and the policy would stand in its way, too", &alone, answers)
        };
        let reason = rules::access_reason(&order.facts(tenant), &Reached { access, answers });
        let reason = capitalised(reason.trim_end_matches('.'));
        return Err(Refused::new(
            format!("the access requirement {} {what}: {reason}", quoted(&id)),
            "Approve an exception for whoever must get in, or change the access requirement.",
        ));
    }
    Ok(kept)
}

/// Requirements that somebody can sign in.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// How many hold, and still do.
    pub(super) hold: usize,
    /// Those that do not hold, by their ids. The policy is not in their way.
    pub(super) fail: Vec<String>,
}
