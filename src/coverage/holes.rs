//! Sign-ins that no policy stops: whether there are any, and the easiest of them.

use super::formula::{Formula, Term};
use super::listed::{Listed, excluding};
use super::region::Leniency;
use super::regions::{Carrier, Regions, carried};
use super::solver::{Lit, Solver, TooIntricate};
use super::space::Space;
use super::verdict::{Coordinate, Decision, Exception, Hole, PrincipalKind, Reason, Verdict};
use super::who::Who;
use crate::catalog::Suite;
use crate::policy::{Fact, Id, Policy, Property, State};
use crate::requirement::Resource;
use crate::signin::{At, Cause, Lens, Match, SignIn, Undefined, View, Why};
use crate::tenant::{PolicyIndex, SecurityDefaults, UserIndex};
use std::collections::{BTreeMap, BTreeSet};

/// Exceptions that are listed at most: each wants an owner, so there is no use in leaving some out.
const MOST_EXCEPTIONS: usize = 1_000;

/// Sign-ins that are looked at for each kind of user of the directory.
const EXAMPLES: usize = 8;

/// Departures that are counted; what takes more is found, too, but in no particular order.
const COUNTED: usize = 3;

/// Holes that are shown at most.
pub const SHOWN_HOLES: usize = 50;

/// Conflicts that listing holes may take, once it is clear that there are some.
const LISTING_EFFORT: u64 = 50_000;

/// Conflicts that finding out which policies carry a proof may take.
const CORE_EFFORT: u64 = 20_000;

/// Policies that are tried one by one whether they are needed. Nobody reads a longer list.
const MOST_CARRIERS: usize = 64;

/// Decides by the worst that is left open.
pub(super) fn decide(space: &mut Space<'_>, regions: &mut Regions, effort: u64) -> Result<Decision, TooIntricate> {
    match proof(space, regions, effort)? {
        Some(decision) => Ok(decision),
        None => gap(space, regions, effort),
    }
}

/// The decision if the requirement holds, for everybody or all but exceptions; none if there is a gap or may be one.
pub(super) fn proof(
    space: &mut Space<'_>,
    regions: &mut Regions,
    effort: u64,
) -> Result<Option<Decision>, TooIntricate> {
    regions.of(space, Leniency::AsWritten);
    if space.has_too_many_terms() {
        return Err(TooIntricate);
    }
    let mut search = Search::new(space, regions, &[Leniency::AsWritten, Leniency::WithoutExceptions])?;
    search.solver.allow(effort);
    if search.is_covered(Leniency::AsWritten)? {
        let carriers = search.carriers(Leniency::AsWritten);
        return Ok(Some(Decision::without_examples(Verdict::Enforced, carried(&carriers))));
    }
    if !search.is_covered(Leniency::WithoutExceptions)? {
        return Ok(None);
    }
    let carriers = search.carriers(Leniency::WithoutExceptions);
    let (found, more_holes) = search.exceptions();
    let exceptions = exceptions(search.space, found);
    let decision = Decision::without_examples(Verdict::EnforcedExcept, carried(&carriers));
    Ok(Some(Decision { more_holes, exceptions, ..decision }))
}

/// What gets through, or may, where something does.
fn gap(space: &mut Space<'_>, regions: &mut Regions, effort: u64) -> Result<Decision, TooIntricate> {
    let mut search =
        Search::new(space, regions, &[Leniency::WithoutExceptions, Leniency::InEveryGroup, Leniency::UnknownsHelp])?;
    search.solver.allow(effort);
    let leniency = if !search.is_covered(Leniency::UnknownsHelp)? {
        Leniency::UnknownsHelp
    } else if !search.is_covered(Leniency::InEveryGroup)? {
        Leniency::InEveryGroup
    } else {
        Leniency::WithoutExceptions
    };
    let people = search.people(leniency)?;
    // Where the files do not say, one example is worth more than fifty.
    let (found, more_holes) = if leniency == Leniency::UnknownsHelp {
        search.holes(leniency, SHOWN_HOLES)
    } else {
        (search.first_example(leniency)?, true)
    };
    let holes: Vec<Hole> = found.into_iter().map(|way| way.hole).collect();
    let Some(witness) = holes.first().map(|hole| &hole.sign_in) else { return Err(TooIntricate) };
    let view = &search.space.view;
    let (verdict, reason) = match leniency {
        Leniency::UnknownsHelp => (Verdict::NotEnforced, Reason::Witness),
        Leniency::InEveryGroup => (Verdict::Undecided, hinge(view, witness).ok_or(TooIntricate)?),
        _ => (Verdict::Undecided, Reason::Membership(by_membership(view, witness))),
    };
    Ok(Decision { holes, more_holes, people, ..Decision::without_examples(verdict, reason) })
}

/// A sign-in that gets through, what it departs in, and who makes it.
#[derive(Debug, Clone)]
pub(super) struct Way {
    pub(super) hole: Hole,
    pub(super) terms: BTreeSet<Term>,
    pub(super) who: Who,
}

/// How to take what the files do not say of a user of the directory: groups and roles that they may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubtful {
    /// They may have them.
    Perhaps,
    /// They do not.
    Not,
}

struct Search<'s, 't> {
    space: &'s Space<'t>,
    regions: &'s Regions,
    solver: Solver,
    /// Everybody who may sign in. Without a directory it is anybody.
    everybody: Vec<Who>,
    /// Who is being asked about, as assumptions; and terms that are true of them, and are no departures.
    who: Vec<Lit>,
    fixed: BTreeSet<Term>,
    /// What rules something out for those who are being asked about; none if there is only anybody.
    gate: Option<Lit>,
    /// For each leniency that was asked about, what demands that no policy covers the sign-in.
    uncovered: [Option<Lit>; 4],
    /// For each leniency, what demands that of a single policy.
    by_policy: [Vec<Lit>; 4],
}

impl<'s, 't> Search<'s, 't> {
    /// A search that can be asked about these.
    fn new(space: &'s mut Space<'t>, regions: &'s mut Regions, readings: &[Leniency]) -> Result<Self, TooIntricate> {
        // Every term must be there before the solver is.
        for leniency in readings {
            regions.of(space, *leniency);
        }
        let solver = space.solver()?;
        let everybody = if space.tells_people_apart() { Who::all(space) } else { vec![Who::default()] };
        Ok(Self {
            space,
            regions,
            solver,
            everybody,
            who: Vec::new(),
            fixed: BTreeSet::new(),
            gate: None,
            by_policy: Default::default(),
            uncovered: [None; 4],
        })
    }

    /// Asks about these from now on.
    fn ask_about(&mut self, who: &Who, doubts: Doubtful) {
        self.who = who.known.iter().map(|(term, truth)| self.solver.literal(*term).apply_sign(*truth)).collect();
        if doubts == Doubtful::Not {
            self.who.extend(who.unknown.iter().map(|term| !self.solver.literal(*term)));
        }
        self.fixed = who.fixed();
        self.gate = self.space.tells_people_apart().then(|| self.solver.variable());
        self.who.extend(self.gate);
    }

    /// Rules something out for those who are being asked about.
    fn rule_out(&mut self, together: impl IntoIterator<Item = Lit>) {
        let clause: Vec<Lit> = self.gate.into_iter().chain(together).map(|literal| !literal).collect();
        self.solver.clause(clause);
    }

    /// What demands that no policy covers the sign-in, read as generously as `leniency` says.
    fn uncovered(&mut self, leniency: Leniency) -> Lit {
        if let Some(known) = self.uncovered[leniency.index()] {
            return known;
        }
        let uncovered = self.solver.variable();
        for (_, region) in self.regions.by_leniency[leniency.index()].iter().flatten() {
            let not_covering = self.solver.variable();
            self.solver.demand(not_covering, &region.clone().not());
            self.solver.clause([!uncovered, not_covering]);
            self.by_policy[leniency.index()].push(not_covering);
        }
        self.uncovered[leniency.index()] = Some(uncovered);
        uncovered
    }

    fn solve(&mut self, assumptions: &[Lit]) -> Result<Option<(BTreeSet<Term>, SignIn)>, TooIntricate> {
        let all: Vec<Lit> = self.who.iter().chain(assumptions).copied().collect();
        self.space.find(&mut self.solver, &all)
    }

    /// Whether the policies, read as generously as `leniency` says, leave nothing open to anybody.
    fn is_covered(&mut self, leniency: Leniency) -> Result<bool, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        for who in self.everybody.clone() {
            self.ask_about(&who, Doubtful::Perhaps);
            if self.solve(&[uncovered])?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Those of the directory to whom something is open, as far as the files say what groups and roles they have.
    fn people(&mut self, leniency: Leniency) -> Result<BTreeSet<UserIndex>, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let mut people = BTreeSet::new();
        for who in self.everybody.clone().into_iter().filter(|who| !who.users.is_empty()) {
            self.ask_about(&who, Doubtful::Not);
            if self.solve(&[uncovered])?.is_some() {
                people.extend(who.users);
            }
        }
        Ok(people)
    }

    /// One minimal departure from what an attacker tries first, of the first to whom something is open.
    fn first_example(&mut self, leniency: Leniency) -> Result<Vec<Way>, TooIntricate> {
        for who in self.everybody.clone() {
            self.ask_about(&who, Doubtful::Perhaps);
            if let Some(way) = self.example(leniency, &who)? {
                return Ok(vec![way]);
            }
        }
        Ok(Vec::new())
    }

    /// One minimal departure from what an attacker tries first, of those who are being asked about.
    fn example(&mut self, leniency: Leniency, who: &Who) -> Result<Option<Way>, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let Some((model, sign_in)) = self.solve(&[uncovered])? else { return Ok(None) };
        let (model, sign_in) = self.smallest(leniency, model, sign_in)?;
        Ok(Some(self.add(model, sign_in, who)))
    }

    /// Everybody who gets through only because of being excluded one by one, each with an example; and whether there are
    /// more.
    fn exceptions(&mut self) -> (Vec<Way>, bool) {
        self.solver.allow(LISTING_EFFORT);
        let mut all = Vec::new();
        let everybody = self.everybody.clone();
        // What users of the directory are known to be comes first, so that their exceptions are told of them.
        let known = everybody.iter().filter(|who| !who.users.is_empty()).map(|who| (who, Doubtful::Not));
        let rest = everybody.iter().filter(|who| who.users.is_empty() || !who.unknown.is_empty());
        for (who, doubts) in known.chain(rest.map(|who| (who, Doubtful::Perhaps))) {
            self.ask_about(who, doubts);
            // Which of their groups lets users of the directory through may differ from one example to the next.
            let most = if who.users.is_empty() { MOST_EXCEPTIONS } else { EXAMPLES };
            for _ in 0..most {
                match self.example(Leniency::AsWritten, who) {
                    Ok(Some(way)) => {
                        if let Some(term) = principal(self.space, &way.terms) {
                            let known = self.solver.literal(term);
                            self.rule_out([known]);
                        }
                        all.push(way);
                    }
                    Ok(None) => break,
                    Err(TooIntricate) => return (all, true),
                }
            }
        }
        let is_cut = all.len() >= MOST_EXCEPTIONS;
        (all, is_cut)
    }

    /// Minimal departures from what an attacker tries first, by how many they are; and whether there are more.
    fn holes(&mut self, leniency: Leniency, most: usize) -> (Vec<Way>, bool) {
        self.solver.allow(LISTING_EFFORT);
        let mut found: Vec<Way> = Vec::new();
        let mut more = false;
        for who in self.everybody.clone() {
            self.ask_about(&who, Doubtful::Perhaps);
            if who.users.is_empty() {
                more |= self.list(leniency, most, &who, &mut found).unwrap_or(true);
            } else if found.is_empty() {
                // What somebody to come can do is told apart from what is open to those who are there.
                found.extend(self.example(leniency, &who).unwrap_or_default());
                more = true;
            }
        }
        let space = self.space;
        found.sort_by_cached_key(|Way { terms, .. }| {
            let efforts: Vec<u32> = terms.iter().map(|term| space.effort(*term)).collect();
            (terms.len(), efforts.iter().sum::<u32>(), efforts, terms.clone())
        });
        (found, more)
    }

    fn list(&mut self, leniency: Leniency, most: usize, who: &Who, found: &mut Vec<Way>) -> Result<bool, TooIntricate> {
        let departures: Vec<Lit> =
            self.space.terms().filter(|term| self.space.departs(*term)).map(|term| self.solver.literal(term)).collect();
        let uncovered = self.uncovered(leniency);
        // Each hole that is found rules out everything that departs in the same and more, so that whatever is found at
        // the smallest number of departures is minimal.
        let mut row: Option<Vec<Lit>> = None;
        for _ in 0..=COUNTED {
            row = Some(self.solver.more_than(&departures, row.as_deref()));
            let few = row.as_ref().and_then(|row| row.last()).map(|more| !*more);
            let assumptions: Vec<Lit> = std::iter::once(uncovered).chain(few).collect();
            while let Some((model, sign_in)) = self.solve(&assumptions)? {
                if found.len() == most {
                    return Ok(true);
                }
                found.push(self.add(model, sign_in, who));
            }
        }
        while let Some((model, sign_in)) = self.solve(&[uncovered])? {
            if found.len() == most {
                return Ok(true);
            }
            let (model, sign_in) = self.smallest(leniency, model, sign_in)?;
            found.push(self.add(model, sign_in, who));
        }
        Ok(false)
    }

    /// A sign-in that was found. Whatever departs in the same and more is not looked for again.
    fn add(&mut self, model: BTreeSet<Term>, mut sign_in: SignIn, who: &Who) -> Way {
        let is_departure = |term: &Term| self.space.departs(*term) && !self.fixed.contains(term);
        let terms: BTreeSet<Term> = model.into_iter().filter(is_departure).collect();
        let together: Vec<Lit> = terms.iter().map(|term| self.solver.literal(*term)).collect();
        self.rule_out(together);
        if let Some(user) = who.users.first()
            && sign_in.user.is_none()
            && !self.space.named().users.iter().any(Id::is_unresolved)
        {
            sign_in.user = Some(Id::Guid(self.space.view.tenant.directory.user(*user).id));
        }
        let mut hole = hole(self.space, &terms, sign_in);
        let of_who = self.fixed.iter().map(|term| self.space.coordinate(*term));
        hole.relevant.extend(of_who);
        hole.relevant.sort_unstable();
        hole.relevant.dedup();
        Way { hole, terms, who: who.clone() }
    }

    /// Takes back departures as long as something gets through: at least one more each time, until none can be.
    fn smallest(
        &mut self,
        leniency: Leniency,
        model: BTreeSet<Term>,
        sign_in: SignIn,
    ) -> Result<(BTreeSet<Term>, SignIn), TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let regions: Vec<&Formula> =
            self.regions.by_leniency[leniency.index()].iter().flatten().map(|(_, region)| region).collect();
        // Most can be taken back at a look.
        let fixed = &self.fixed;
        let is_open = |terms: &BTreeSet<Term>| {
            fixed.is_subset(terms) && !regions.iter().any(|region| region.holds(&|term| terms.contains(&term)))
        };
        let looked = self.space.taken_back(&model, is_open);
        let (mut model, mut sign_in) = match self.space.sign_in(&looked) {
            Ok(looked_at) => (looked, looked_at),
            Err(_) => (model, sign_in),
        };
        loop {
            let fewer = self.solver.variable();
            let departs = |term: &Term| self.space.departs(*term) && !self.fixed.contains(term);
            let (inside, outside): (Vec<Term>, Vec<Term>) =
                self.space.terms().filter(departs).partition(|term| model.contains(term));
            let mut clause = vec![!fewer];
            clause.extend(inside.iter().map(|term| !self.solver.literal(*term)));
            self.solver.clause(clause);
            let mut assumptions = vec![uncovered, fewer];
            assumptions.extend(outside.iter().map(|term| !self.solver.literal(*term)));
            match self.solve(&assumptions)? {
                Some(found) => (model, sign_in) = found,
                None => return Ok((model, sign_in)),
            }
        }
    }

    /// Policies that cover everything together: a small set of them, minimal unless that takes too long.
    fn carriers(&mut self, leniency: Leniency) -> Vec<Carrier> {
        let mut regions = self.regions.by_leniency[leniency.index()].iter().flatten();
        if let Some((alone, _)) = regions.find(|(_, region)| *region == Formula::Always) {
            return vec![*alone];
        }
        self.solver.allow(CORE_EFFORT);
        let mut carriers: Vec<Carrier> = Vec::new();
        for who in self.everybody.clone() {
            self.ask_about(&who, Doubtful::Perhaps);
            let further = self.carriers_for_one(leniency);
            carriers.extend(further.into_iter().filter(|carrier| !carriers.contains(carrier)).collect::<Vec<_>>());
        }
        carriers.sort_by_key(|carrier| carrier.policy());
        carriers
    }

    /// The same for those who are being asked about.
    fn carriers_for_one(&mut self, leniency: Leniency) -> Vec<Carrier> {
        self.uncovered(leniency);
        let all = self.by_policy[leniency.index()].clone();
        let index_of = |literal: &Lit| all.iter().position(|one| one == literal);
        let mut core = match self.solve(&all) {
            Ok(None) => self.solver.core(&all),
            _ => all.clone(),
        };
        // What is not even enabled is done without where that is possible.
        let tenant = self.space.view.tenant;
        let regions: Vec<Carrier> =
            self.regions.by_leniency[leniency.index()].iter().flatten().map(|(carrier, _)| *carrier).collect();
        let is_on = |literal: &Lit| {
            let policy = index_of(literal).and_then(|at| regions[at].policy());
            policy.is_none_or(|policy| tenant[policy].state == Fact::Known(State::Enabled))
        };
        core.sort_by_key(is_on);
        let mut needed = 0;
        while core.len() <= MOST_CARRIERS && needed < core.len() {
            let candidate = core.remove(needed);
            match self.solve(&core) {
                Ok(None) => {
                    let smaller = self.solver.core(&core);
                    // What was found to be needed stays at the front.
                    let kept: Vec<Lit> = core[..needed].to_vec();
                    core.retain(|literal| kept.contains(literal) || smaller.contains(literal));
                }
                Ok(Some(_)) => {
                    core.insert(needed, candidate);
                    needed += 1;
                }
                Err(TooIntricate) => {
                    core.push(candidate);
                    break;
                }
            }
        }
        core.iter().filter_map(index_of).map(|at| regions[at]).collect()
    }
}

/// A hole with what it departs in.
pub(super) fn departures(space: &Space<'_>, terms: &BTreeSet<Term>, sign_in: SignIn) -> Hole {
    let mut departs: Vec<Coordinate> = terms.iter().map(|term| space.coordinate(*term)).collect();
    departs.sort_unstable();
    departs.dedup();
    Hole { sign_in, relevant: departs.clone(), departs }
}

/// A hole with everything that matters in it.
pub(super) fn hole(space: &Space<'_>, terms: &BTreeSet<Term>, sign_in: SignIn) -> Hole {
    let mut hole = departures(space, terms, sign_in);
    for policy in &space.view.tenant.policies {
        if let Some(coordinate) = only_obstacle(&space.view, policy, &hole.sign_in)
            && !hole.relevant.contains(&coordinate)
        {
            hole.relevant.push(coordinate);
        }
    }
    hole.relevant.sort_unstable();
    hole
}

/// The one coordinate that, changed to what the policy asks for, would have the policy stop the sign-in.
fn only_obstacle(view: &View<'_>, policy: &Policy, sign_in: &SignIn) -> Option<Coordinate> {
    let mut causes = view.causes(policy, sign_in);
    let (first, second) = (causes.next()?, causes.next());
    if second.is_some() {
        return None;
    }
    let conditions = &policy.conditions;
    let mut changed = sign_in.clone();
    let coordinate = match first.why {
        Why::ClientAppNotIncluded => {
            changed.client_app = *super::space::CLIENTS.iter().find(|client| {
                view.requirement.clients.contains(client)
                    && conditions.client_app_types.position(|one| one == *client).is_some()
            })?;
            Coordinate::ClientApp
        }
        Why::PlatformNotIncluded => {
            changed.platform = *conditions.platforms.include.known().next()?.1;
            Coordinate::Platform
        }
        Why::LocationNotIncluded => {
            let location = conditions.locations.include.known().next()?.1.clone();
            if view.tenant.is_trusted_location(&location) == Some(true) {
                changed.locations.insert(Id::new("AllTrusted"));
            }
            changed.locations.insert(location);
            Coordinate::Locations
        }
        Why::RiskNotIncluded if first.at.property == Property::SignInRiskLevels => {
            changed.sign_in_risk = *conditions.sign_in_risk_levels.known().next()?.1;
            Coordinate::SignInRisk
        }
        Why::RiskNotIncluded if first.at.property == Property::UserRiskLevels => {
            changed.user_risk = *conditions.user_risk_levels.known().next()?.1;
            Coordinate::UserRisk
        }
        Why::RiskNotIncluded => {
            changed.insider_risk = *conditions.insider_risk_levels.known().next()?.1;
            Coordinate::InsiderRisk
        }
        Why::FlowNotIncluded => {
            changed.flow = *conditions.transfer_methods.known().next()?.1;
            Coordinate::Flow
        }
        Why::DeviceFilter | Why::Alternative => {
            changed.device = crate::signin::Device::default();
            Coordinate::Device
        }
        _ => return None,
    };
    (view.forces(policy, &changed, Lens::Plain) == Match::Yes).then_some(coordinate)
}

/// The principal whose exception a hole is: of several who may be the same, always the same one, and one with an id if
/// there is any.
fn principal(space: &Space<'_>, terms: &BTreeSet<Term>) -> Option<Term> {
    let principals = terms.iter().filter_map(|term| {
        let (kind, id) = space.principal_of(*term)?;
        Some(((id.guid().is_none(), kind, id), *term))
    });
    principals.min().map(|(_, term)| term)
}

/// The principals who get through only because they are excluded one by one, each with all of its holes.
pub(super) fn exceptions(space: &Space<'_>, ways: Vec<Way>) -> Vec<Exception> {
    let listed = Listed::of(space.view.tenant);
    let mut by_principal: BTreeMap<(PrincipalKind, Id), Vec<(usize, Way)>> = BTreeMap::new();
    for way in ways {
        for term in principals(space, &listed, &way) {
            let Some(principal) = space.principal_of(term) else { continue };
            let mut terms = way.terms.clone();
            terms.insert(term);
            let hole = departures(space, &terms, way.hole.sign_in.clone());
            let way = Way { hole, ..way.clone() };
            by_principal.entry(principal).or_default().push((terms.len(), way));
        }
    }
    let mut exceptions: Vec<(usize, Exception)> = Vec::new();
    for ((kind, id), ways) in by_principal {
        let fewest = ways.iter().map(|(departures, _)| *departures).min().unwrap_or(0);
        let more_holes = fewest > 1;
        let is_known = |way: &Way| way.terms.is_disjoint(&way.who.unknown);
        let known = ways.iter().map(|(_, way)| way).filter(|way| is_known(way));
        let people = known.flat_map(|way| way.who.users.iter().copied()).collect();
        let mut holes: Vec<Hole> = Vec::new();
        for hole in ways.into_iter().map(|(_, way)| way.hole) {
            // Of users who get through alike, one is enough.
            if !holes.iter().any(|known| known.is_like(&hole)) {
                holes.push(hole);
            }
        }
        let sign_ins: Vec<SignIn> = holes.iter().map(|hole| hole.sign_in.clone()).collect();
        let policies = excluding(&space.view, &listed, (kind, &id), &sign_ins);
        exceptions.push((fewest, Exception { kind, id, holes, more_holes, people, policies }));
    }
    // Those who are always outside before those who are so only together with something else.
    exceptions.sort_by_key(|(fewest, _)| *fewest > 1);
    exceptions.into_iter().map(|(_, exception)| exception).collect()
}

/// The principals whose exclusion lets somebody through. For a user of the directory they are all those that are excluded
/// where the user would be stopped.
fn principals(space: &Space<'_>, listed: &Listed<'_>, way: &Way) -> Vec<Term> {
    if let Some(departure) = principal(space, &way.terms) {
        return vec![departure];
    }
    let sign_in = std::slice::from_ref(&way.hole.sign_in);
    let lets_through = |term: &Term| {
        space
            .principal_of(*term)
            .is_some_and(|(kind, id)| !excluding(&space.view, listed, (kind, &id), sign_in).is_empty())
    };
    way.who.fixed().into_iter().filter(lets_through).collect()
}

/// The first policy of which it cannot be told whether it stops the sign-in, or whether it needs to.
fn hinge(view: &View<'_>, sign_in: &SignIn) -> Option<Reason> {
    let undefined = |id: &&Id| !id.is("AllTrusted") && view.tenant.is_trusted_location(id).is_none();
    if view.requirement.outside_trusted_locations && sign_in.locations.iter().any(|id| undefined(&id)) {
        for (index, policy) in view.tenant.indexed() {
            let mut causes = view.causes(policy, sign_in);
            if let Some(cause) = causes.find(|cause| cause.at.property.is_within(Property::Locations)) {
                return Some(Reason::Unknown(index, Cause { at: cause.at, why: Why::LocationUndefined }));
            }
        }
    }
    if view.tenant.security_defaults() == SecurityDefaults::Contradicted && view.defaults_stop(sign_in) {
        return Some(Reason::ContradictedDefaults);
    }
    if let Some((suite, excluded)) = perhaps_of_suite(view, sign_in) {
        return Some(Reason::Unknown(excluded.0, Cause { at: excluded.1, why: Why::SuitePerhaps(suite) }));
    }
    for lens in [Lens::Plain, Lens::WithoutTrackedExclusions, Lens::InIncludedGroups] {
        for (index, policy) in view.tenant.indexed() {
            let outcome: Match = view.forces(policy, sign_in, lens);
            if let Match::Unknown(cause) = outcome {
                let cause: Cause = cause;
                return Some(Reason::Unknown(index, cause));
            }
        }
    }
    None
}

/// The suite that the app may or may not belong to, where the requirement is about its apps, and the policy that excludes
/// the app, with the place.
fn perhaps_of_suite(view: &View<'_>, sign_in: &SignIn) -> Option<(Suite, (PolicyIndex, At))> {
    let Resource::App(app) = &sign_in.resource else { return None };
    let asked = &view.requirement.resources;
    let suite = Suite::ALL.into_iter().find(|suite| asked.contains(&Resource::OfSuite(*suite)))?;
    if asked.contains(&sign_in.resource) || suite.holds(app).is_some() {
        return None;
    }
    let mut excluding = view.tenant.indexed().filter_map(|(index, policy)| {
        let element = policy.conditions.applications.exclude.position(|id| id == app)?;
        Some((index, At::element(Property::ExcludeApplications, element)))
    });
    Some((suite, excluding.next()?))
}

/// The policies that would stop the sign-in if the user were in one of their groups.
fn by_membership(view: &View<'_>, sign_in: &SignIn) -> Vec<PolicyIndex> {
    let view = View { undefined: Undefined::AsTheSignInSays, ..*view };
    let would = |policy: &Policy| view.forces(policy, sign_in, Lens::InIncludedGroups) == Match::Yes;
    view.tenant.indexed().filter(|(_, policy)| would(policy)).map(|(index, _)| index).collect()
}
