//! Policies held against one another: what one of them would stop that no other does, and whether it stops anything that
//! the others do not.

use super::decide::view;
use super::formula::{Formula, Term};
use super::options::Options;
use super::region::{self, Leniency};
use super::regions::Regions;
use super::solver::{Lit, Solver};
use super::space::{Meaning, Space};
use super::work::Work;
use crate::policy::{Fact, Id, Policy, State};
use crate::requirement::Requirement;
use crate::tenant::{MOST_POLICIES, PolicyIndex, Tenant};
use std::collections::BTreeSet;

/// Conflicts that one comparison may take. What takes longer is taken for no news.
const EFFORT: u64 = 5_000;

/// What all questions about the same policies may take together: this part of what a control may.
const SHARE: u64 = 8;

/// Policies that are tried to do without when a cover is told.
const MOST_SPARED: usize = 8;

/// The policies of a tenant, read once for a requirement.
pub struct Comparison<'t> {
    space: Space<'t>,
    regions: Regions,
    /// What each policy may stop as it is written.
    written: Option<Vec<Formula>>,
    /// A policy may stop everything alone.
    covers_all: Option<bool>,
    /// Asked what no policy stops, read generously; and what none stops as it is written.
    outside: [Option<Outside>; 2],
}

/// A policy that stops nothing which others do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redundant {
    /// Which one.
    pub policy: PolicyIndex,
    /// Policies that stop all of it together.
    pub by: Vec<PolicyIndex>,
}

impl<'t> Comparison<'t> {
    /// Nothing is read before the first question.
    #[must_use]
    pub fn new(requirement: &'t Requirement, tenant: &'t Tenant, options: Options) -> Self {
        let mut space = Space::new(view(requirement, tenant, options));
        space.work = Work::of(options.work / SHARE);
        Self { space, regions: Regions::default(), written: None, covers_all: None, outside: [None, None] }
    }

    /// Whether `changed` would surely stop a sign-in that surely no policy of the tenant stops now.
    #[must_use]
    pub fn would_add(&mut self, changed: &Policy) -> bool {
        if self.is_beyond_comparison() {
            return false;
        }
        if self.may_cover_all() {
            return false;
        }
        let Self { space, regions, outside: [outside, _], .. } = self;
        let users = region::users(space, changed, Leniency::AsWritten);
        let wanted = Formula::all([users, region::applies_except_users(space, changed, true)]);
        if wanted == Formula::Never {
            return false;
        }
        let others: Vec<&Formula> =
            regions.of(space, Leniency::UnknownsHelp).iter().map(|(_, region)| &**region).collect();
        is_outside(space, outside, &wanted, (&others, &[]))
    }

    /// Whether some policy may stop everything alone: it is for everybody or for some group, everywhere and without
    /// conditions. Nothing can then be added for sure.
    #[must_use]
    pub fn may_cover_all(&mut self) -> bool {
        let Self { space, covers_all, .. } = self;
        let policies = &space.view.tenant.policies;
        *covers_all.get_or_insert_with(|| policies.iter().any(|policy| may_cover_all(space, policy)))
    }

    /// Whether `changed` would surely stop a sign-in of a member of `group` that no policy stops as it is written, and none
    /// of `meant` is about: those that are on purpose without the group, taken as if they were on.
    #[must_use]
    pub fn would_add_members(&mut self, changed: &Policy, group: &Id, meant: &[&Policy]) -> bool {
        if self.is_beyond_comparison() {
            return false;
        }
        let Self { space, written, outside: [_, outside], .. } = self;
        let member = space.is(Meaning::Group(group.clone()));
        let users = region::users(space, changed, Leniency::AsWritten);
        let wanted = Formula::all([member, users, region::applies_except_users(space, changed, true)]);
        if wanted == Formula::Never {
            return false;
        }
        let meant: Vec<Formula> = meant.iter().map(|policy| about(space, policy)).collect();
        let written = written.get_or_insert_with(|| {
            let policies = space.view.tenant.policies.iter();
            let regions = policies.map(|policy| as_written(space, policy));
            regions.filter(|region| *region != Formula::Never).collect()
        });
        let others: Vec<&Formula> = written.iter().collect();
        is_outside(space, outside, &wanted, (&others, &meant))
    }

    /// Which of these policies could all be left out at once, because the others surely stop whatever these may stop. Of
    /// two that make each other redundant it is the later one.
    #[must_use]
    pub fn redundant(&mut self, candidates: &[PolicyIndex]) -> Vec<Redundant> {
        if self.is_beyond_comparison() {
            return Vec::new();
        }
        let Self { space, regions, .. } = self;
        let tenant = space.view.tenant;
        let sure = regions.of(space, Leniency::AsWritten).iter();
        let sure: Vec<(PolicyIndex, Formula)> =
            sure.filter_map(|(carrier, region)| Some((carrier.policy()?, Formula::clone(region)))).collect();
        let wanted = candidates.iter().rev().map(|index| (*index, as_written(space, &tenant[*index])));
        let wanted: Vec<(PolicyIndex, Formula)> = wanted.filter(|(_, wanted)| *wanted != Formula::Never).collect();
        let mut gates: Option<Gates> = None;
        let mut cover = |wanted: &(PolicyIndex, Formula), dropped: &[Redundant]| -> Option<Vec<PolicyIndex>> {
            let (policy, wanted) = wanted;
            let is_left =
                |other: PolicyIndex| other != *policy && dropped.iter().all(|dropped| dropped.policy != other);
            let mut others = sure.iter().filter(|(other, _)| is_left(*other));
            if let Some((other, _)) = others.clone().find(|(_, region)| is_plainly_within(wanted, region)) {
                return Some(vec![*other]);
            }
            if others.clone().next().is_none() || is_apart(space, wanted, others.by_ref().map(|(_, region)| region)) {
                return None;
            }
            if gates.is_none() {
                gates = Gates::before(space, &sure);
            }
            gates.as_mut()?.that_cover(space, wanted, is_left)
        };
        let mut found: Vec<Redundant> = Vec::new();
        for wanted in &wanted {
            let by = cover(wanted, &found);
            found.extend(by.map(|by| Redundant { policy: wanted.0, by }));
        }
        // What was found later makes nothing redundant, either. Where none is left that does, there was nothing to stop.
        for at in (0..found.len()).rev() {
            let is_dropped = found[at].by.iter().any(|by| found.iter().any(|found| found.policy == *by));
            let Some(own) = wanted.iter().find(|(policy, _)| is_dropped && *policy == found[at].policy) else {
                continue;
            };
            match cover(own, &found) {
                Some(by) => found[at].by = by,
                None => _ = found.remove(at),
            }
        }
        found
    }

    /// Whether there are more policies than a tenant can have, or security defaults stand in for them.
    fn is_beyond_comparison(&self) -> bool {
        let view = self.space.view;
        let by_defaults = view.tenant.companions.security_defaults == Some(true);
        by_defaults || view.tenant.policies.len() > MOST_POLICIES
    }
}

/// Whether a policy, read generously, stops everything. Its formula is asked only if a look does not rule it out.
fn may_cover_all(space: &mut Space<'_>, policy: &Policy) -> bool {
    let conditions = &policy.conditions;
    let at_a_look = conditions.applications.include.position(|id| id.is("All")).is_some()
        && conditions.applications.exclude.is_empty()
        && conditions.platforms.is_empty()
        && conditions.ask_for_no_context();
    at_a_look
        && region::applies_except_users(space, policy, false) == Formula::Always
        && region::users(space, policy, Leniency::UnknownsHelp) == Formula::Always
}

/// What a policy may stop as it is written.
fn as_written(space: &mut Space<'_>, policy: &Policy) -> Formula {
    match region::applies_except_users(space, policy, false) {
        Formula::Never => Formula::Never,
        region => Formula::all([region::users_as_written(space, policy), region]),
    }
}

/// What a policy would stop if it were on and excluded nobody one by one.
fn about(space: &mut Space<'_>, policy: &Policy) -> Formula {
    let on = Policy { state: Fact::Known(State::Enabled), ..policy.clone() };
    Formula::all([region::users(space, &on, Leniency::UnknownsHelp), region::applies_except_users(space, &on, false)])
}

/// Whether something is in one region, in none of the others, which are the same at every question, and in none of these.
fn is_outside(
    space: &mut Space<'_>,
    outside: &mut Option<Outside>,
    wanted: &Formula,
    (others, these): (&[&Formula], &[Formula]),
) -> bool {
    if others.iter().copied().chain(these).any(|other| *other == Formula::Always) {
        return false;
    }
    let known = outside.take();
    let is_old = |known: &Outside| known.terms != space.terms().count();
    if known.as_ref().is_some_and(is_old) {
        // This question told more apart. Others will, and the solver is not to begin again at each of them.
        for policy in &space.view.tenant.policies {
            region::users(space, policy, Leniency::AsWritten);
            region::applies_except_users(space, policy, true);
        }
    }
    let known = known.filter(|known| known.terms == space.terms().count());
    let Some(asked) = known.or_else(|| Outside::of(space, others)) else { return false };
    outside.insert(asked).holds_some(space, wanted, these) == Some(true)
}

/// A solver that knows what is in none of some regions, for many questions.
struct Outside {
    solver: Solver,
    /// Demands that a sign-in is in none of them.
    gate: Lit,
    /// The terms that the solver knows.
    terms: usize,
}

impl Outside {
    fn of(space: &mut Space<'_>, regions: &[&Formula]) -> Option<Self> {
        let mut solver = space.solver().ok()?;
        let gate = solver.variable();
        for region in regions {
            solver.demand_not(gate, region);
        }
        Some(Self { solver, gate, terms: space.terms().count() })
    }

    /// Whether a sign-in exists that is in one region, in none of those that the solver knows, and in none of these; none if
    /// that takes too long to tell.
    fn holds_some(&mut self, space: &Space<'_>, wanted: &Formula, others: &[Formula]) -> Option<bool> {
        let Self { solver, gate, .. } = self;
        solver.allow(EFFORT);
        let asked = solver.variable();
        solver.demand(asked, wanted);
        for other in others {
            solver.demand_not(asked, other);
        }
        let answer = is_possible(space, solver, &[*gate, asked]);
        // Nothing asks for it again.
        solver.clause([!asked]);
        answer
    }
}

/// Whether a region is seen to be inside of another without thinking: it asks the same and more.
fn is_plainly_within(wanted: &Formula, other: &Formula) -> bool {
    let parts = |formula| match formula {
        &Formula::Always => &[],
        Formula::All(parts) => parts.as_slice(),
        formula => std::slice::from_ref(formula),
    };
    parts(other).iter().all(|part| parts(wanted).contains(part))
}

/// Whether the first sign-in that comes to mind tells a region from all the others. Most are told apart by that.
fn is_apart<'a>(space: &Space<'_>, wanted: &Formula, mut others: impl Iterator<Item = &'a Formula>) -> bool {
    let model = easiest(wanted);
    let is_true = |term: Term| model.contains(&term);
    space.is_plainly_possible(&model) && wanted.holds(&is_true) && !others.any(|other| other.holds(&is_true))
}

/// A solver in which each policy can be told to stop nothing.
struct Gates {
    solver: Solver,
    /// With this assumption, nothing is in the policy's region.
    gates: Vec<(PolicyIndex, Lit)>,
}

impl Gates {
    /// No term may appear after this.
    fn before(space: &mut Space<'_>, regions: &[(PolicyIndex, Formula)]) -> Option<Self> {
        let mut solver = space.solver().ok()?;
        let gate = |(policy, region): &(PolicyIndex, Formula)| {
            let gate = solver.variable();
            solver.demand(gate, &region.clone().not());
            (*policy, gate)
        };
        let gates = regions.iter().map(gate).collect();
        Some(Self { solver, gates })
    }

    /// Policies that cover a region together, of those that may count; none if they do not or if it takes too long to tell.
    fn that_cover(
        &mut self,
        space: &Space<'_>,
        wanted: &Formula,
        may_count: impl Fn(PolicyIndex) -> bool,
    ) -> Option<Vec<PolicyIndex>> {
        let Self { solver, gates } = self;
        solver.allow(EFFORT);
        let asked = solver.variable();
        solver.demand(asked, wanted);
        let counting = gates.iter().filter(|(policy, _)| may_count(*policy));
        let assumptions: Vec<Lit> = std::iter::once(asked).chain(counting.map(|(_, gate)| *gate)).collect();
        if is_possible(space, solver, &assumptions)? {
            return None;
        }
        let mut core = solver.core(&assumptions);
        core.retain(|literal| *literal != asked);
        // Fewer to look at, as far as that is quickly done.
        for literal in core.clone().into_iter().take(MOST_SPARED) {
            let fewer = core.iter().copied().filter(|kept| *kept != literal);
            let fewer: Vec<Lit> = std::iter::once(asked).chain(fewer).collect();
            if is_possible(space, solver, &fewer) == Some(false) {
                core.retain(|kept| *kept != literal);
            }
        }
        let by: Vec<PolicyIndex> =
            gates.iter().filter(|(_, gate)| core.contains(gate)).map(|(policy, _)| *policy).collect();
        // Without any, nobody can sign in as the region says, and that is another matter.
        (!by.is_empty()).then_some(by)
    }
}

/// Terms that make a formula hold, if the first of all alternatives does.
fn easiest(formula: &Formula) -> BTreeSet<Term> {
    match formula {
        Formula::Always | Formula::Never | Formula::IsNot(_) => BTreeSet::new(),
        Formula::Is(term) => BTreeSet::from([*term]),
        Formula::All(parts) => parts.iter().flat_map(easiest).collect(),
        Formula::Any(parts) => parts.iter().map(easiest).min_by_key(BTreeSet::len).unwrap_or_default(),
    }
}

/// Whether a sign-in exists that fulfils these assumptions; none if that takes too long to tell.
fn is_possible(space: &Space<'_>, solver: &mut Solver, assumptions: &[Lit]) -> Option<bool> {
    space.find(solver, assumptions).ok().map(|found| found.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{FileIndex, Origin, lower};
    use crate::requirement::Grant;
    use crate::syntax::parse;

    const ALL_USERS: &str = r#""includeUsers": ["All"], "excludeGroups": ["11111111-1111-4111-8111-111111111111"]"#;
    const APP: &str = "00000002-0000-0ff1-ce00-000000000000";

    fn policy(users: &str, app: &str, client: &str, more: &str) -> Policy {
        let text = format!(
            r#"{{"state": "enabled", "grantControls": {{"operator": "OR", "builtInControls": ["mfa"]}},
                "conditions": {{"clientAppTypes": ["{client}"], "users": {{{users}}},
                               "applications": {{"includeApplications": ["{app}"]}}{more}}}}}"#
        );
        lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy
    }

    fn redundant(policies: Vec<Policy>) -> Vec<(usize, Vec<usize>)> {
        let tenant = Tenant { policies, ..Tenant::default() };
        let requirement = Requirement::everywhere(Grant::Mfa);
        let candidates: Vec<PolicyIndex> = tenant.indexed().map(|(index, _)| index).collect();
        let found = Comparison::new(&requirement, &tenant, Options::default()).redundant(&candidates);
        found.into_iter().map(|one| (one.policy.0, one.by.into_iter().map(|by| by.0).collect())).collect()
    }

    #[test]
    fn of_policies_that_make_each_other_redundant_one_stays() {
        let twin = || policy(ALL_USERS, "All", "all", "");
        assert_eq!(redundant(vec![twin(), twin(), twin()]), [(2, vec![0]), (1, vec![0])]);
        assert_eq!(redundant(vec![twin()]), []);
    }

    #[test]
    fn policies_cover_another_together() {
        let browser = policy(ALL_USERS, "All", "browser", "");
        let apps = policy(ALL_USERS, "All", "mobileAppsAndDesktopClients", "");
        let narrow = policy(ALL_USERS, APP, "all", "");
        assert_eq!(redundant(vec![browser.clone(), narrow.clone(), apps]), [(1, vec![0, 2])]);
        assert_eq!(redundant(vec![browser, narrow]), []);
    }

    #[test]
    fn what_one_leaves_open_is_not_covered() {
        let everybody = policy(r#""includeUsers": ["All"]"#, APP, "all", "");
        let others = [
            policy(ALL_USERS, "All", "all", ""),
            policy(r#""includeUsers": ["All"]"#, "All", "all", r#", "times": {"includeDays": ["monday"]}"#),
            policy(r#""includeGroups": ["22222222-2222-4222-8222-222222222222"]"#, "All", "all", ""),
            policy(r#""includeUsers": ["All"]"#, "All", "all", r#", "platforms": {"includePlatforms": ["windows"]}"#),
        ];
        for other in others {
            assert_eq!(redundant(vec![everybody.clone(), other.clone()]), [], "{other:#?}");
        }
    }

    #[test]
    fn a_policy_without_effect_is_another_matter() {
        let nobody = policy(r#""includeUsers": ["All"], "excludeUsers": ["All"]"#, APP, "all", "");
        assert_eq!(redundant(vec![policy(ALL_USERS, "All", "all", ""), nobody]), []);
    }

    #[test]
    fn members_are_added_unless_another_policy_asks_them() {
        let group = Id::new("22222222-2222-4222-8222-222222222222");
        let excluding = r#""includeUsers": ["All"], "excludeGroups": ["22222222-2222-4222-8222-222222222222"]"#;
        let broad = policy(excluding, "All", "all", "");
        let narrow = policy(excluding, APP, "all", "");
        let changed = policy(r#""includeUsers": ["All"]"#, "All", "all", "");
        let adds = |policies: Vec<Policy>, meant: &Policy| {
            let tenant = Tenant { policies, ..Tenant::default() };
            let requirement = Requirement::everywhere(Grant::Mfa);
            let mut comparison = Comparison::new(&requirement, &tenant, Options::default());
            comparison.would_add_members(&changed, &group, &[meant])
        };
        assert!(adds(vec![broad.clone(), narrow.clone()], &narrow));
        assert!(!adds(vec![broad.clone(), narrow.clone()], &broad));
        assert!(!adds(vec![broad, narrow.clone(), changed.clone()], &narrow));
    }
}
