//! The search for sign-ins that no policy stops, of everybody who may sign in.

use super::formula::{Formula, Term};
use super::hole::{Way, hole, principal};
use super::region::Leniency;
use super::regions::{Carrier, Regions};
use super::solver::{Lit, Solver, TooIntricate};
use super::space::Space;
use super::who::Who;
use crate::policy::{Fact, Id, State};
use crate::signin::SignIn;
use crate::tenant::UserIndex;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Exceptions that are listed at most: each wants an owner, so there is no use in leaving some out.
const MOST_EXCEPTIONS: usize = 1_000;

/// Sign-ins that are looked at for each kind of user of the directory.
const EXAMPLES: usize = 8;

/// Departures that are counted; what takes more is found, too, but in no particular order.
const COUNTED: usize = 3;

/// Conflicts that listing holes may take, once it is clear that there are some.
const LISTING_EFFORT: u64 = 50_000;

/// Conflicts that finding out which policies carry a proof may take.
const CORE_EFFORT: u64 = 20_000;

/// Policies that are tried one by one whether they are needed. Nobody reads a longer list.
const MOST_CARRIERS: usize = 64;

/// How to take what the files do not say of a user of the directory: groups and roles that they may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubtful {
    /// They may have them.
    Perhaps,
    /// They do not.
    Not,
}

pub(super) struct Search<'s, 't> {
    pub(super) space: &'s Space<'t>,
    regions: &'s Regions,
    pub(super) solver: Solver,
    /// Everybody who may sign in. Without a directory it is anybody.
    pub(super) everybody: Rc<[Rc<Who>]>,
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
    pub(super) fn new(
        space: &'s mut Space<'t>,
        regions: &'s mut Regions,
        readings: &[Leniency],
    ) -> Result<Self, TooIntricate> {
        // Every term must be there before the solver is.
        for leniency in readings {
            regions.of(space, *leniency);
        }
        let solver = space.solver()?;
        let everybody = if space.tells_people_apart() { Who::all(space) } else { vec![Who::default()] };
        let everybody = everybody.into_iter().map(Rc::new).collect();
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
    pub(super) fn ask_about(&mut self, who: &Who, doubts: Doubtful) {
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
    pub(super) fn uncovered(&mut self, leniency: Leniency) -> Lit {
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

    pub(super) fn solve(&mut self, assumptions: &[Lit]) -> Result<Option<(BTreeSet<Term>, SignIn)>, TooIntricate> {
        let all: Vec<Lit> = self.who.iter().chain(assumptions).copied().collect();
        self.space.find(&mut self.solver, &all)
    }

    /// Whether the policies, read as generously as `leniency` says, leave nothing open to anybody.
    pub(super) fn is_covered(&mut self, leniency: Leniency) -> Result<bool, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        for who in Rc::clone(&self.everybody).iter() {
            self.ask_about(who, Doubtful::Perhaps);
            if self.solve(&[uncovered])?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Those of the directory to whom something is open, as far as the files say what groups and roles they have.
    pub(super) fn people(&mut self, leniency: Leniency) -> Result<BTreeSet<UserIndex>, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let mut people = BTreeSet::new();
        for who in Rc::clone(&self.everybody).iter().filter(|who| !who.users.is_empty()) {
            self.ask_about(who, Doubtful::Not);
            if self.solve(&[uncovered])?.is_some() {
                people.extend(&who.users);
            }
        }
        Ok(people)
    }

    /// One minimal departure from what an attacker tries first, of the first to whom something is open.
    pub(super) fn first_example(&mut self, leniency: Leniency) -> Result<Vec<Way>, TooIntricate> {
        for who in Rc::clone(&self.everybody).iter() {
            self.ask_about(who, Doubtful::Perhaps);
            if let Some(way) = self.example(leniency, who)? {
                return Ok(vec![way]);
            }
        }
        Ok(Vec::new())
    }

    /// One minimal departure from what an attacker tries first, of those who are being asked about.
    pub(super) fn example(&mut self, leniency: Leniency, who: &Rc<Who>) -> Result<Option<Way>, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let Some((model, sign_in)) = self.solve(&[uncovered])? else { return Ok(None) };
        let (model, sign_in) = self.smallest(leniency, model, sign_in)?;
        Ok(Some(self.add(model, sign_in, who)))
    }

    /// Everybody who gets through only because of being excluded one by one, each with an example; and whether there are
    /// more.
    pub(super) fn exceptions(&mut self) -> (Vec<Way>, bool) {
        self.solver.allow(LISTING_EFFORT);
        let mut all = Vec::new();
        let everybody = Rc::clone(&self.everybody);
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
    pub(super) fn holes(&mut self, leniency: Leniency, most: usize) -> (Vec<Way>, bool) {
        self.solver.allow(LISTING_EFFORT);
        let mut found: Vec<Way> = Vec::new();
        let mut more = false;
        for who in Rc::clone(&self.everybody).iter() {
            self.ask_about(who, Doubtful::Perhaps);
            if who.users.is_empty() {
                more |= self.list(leniency, most, who, &mut found).unwrap_or(true);
            } else if found.is_empty() {
                // What somebody to come can do is told apart from what is open to those who are there.
                found.extend(self.example(leniency, who).unwrap_or_default());
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

    fn list(
        &mut self,
        leniency: Leniency,
        most: usize,
        who: &Rc<Who>,
        found: &mut Vec<Way>,
    ) -> Result<bool, TooIntricate> {
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
    fn add(&mut self, model: BTreeSet<Term>, mut sign_in: SignIn, who: &Rc<Who>) -> Way {
        let is_departure = |term: &Term| self.space.departs(*term) && !self.fixed.contains(term);
        let terms: BTreeSet<Term> = model.into_iter().filter(is_departure).collect();
        let together: Vec<Lit> = terms.iter().map(|term| self.solver.literal(*term)).collect();
        self.rule_out(together);
        if let Some(user) = who.users.first()
            && sign_in.user.is_none()
            && !self.space.named().users.iter().any(Id::is_unresolved)
        {
            sign_in.user = Some(self.space.view.tenant.directory.user(*user).as_id());
        }
        let mut hole = hole(self.space, &terms, sign_in);
        let of_who = self.fixed.iter().map(|term| self.space.coordinate(*term));
        hole.relevant.extend(of_who);
        hole.relevant.sort_unstable();
        hole.relevant.dedup();
        Way { hole, terms, who: Rc::clone(who) }
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
    pub(super) fn carriers(&mut self, leniency: Leniency) -> Vec<Carrier> {
        let mut regions = self.regions.by_leniency[leniency.index()].iter().flatten();
        if let Some((alone, _)) = regions.find(|(_, region)| *region == Formula::Always) {
            return vec![*alone];
        }
        self.solver.allow(CORE_EFFORT);
        let mut carriers: Vec<Carrier> = Vec::new();
        for who in Rc::clone(&self.everybody).iter() {
            self.ask_about(who, Doubtful::Perhaps);
            let further = self.carriers_for_one(leniency);
            carriers.extend(further.into_iter().filter(|carrier| !carriers.contains(carrier)).collect::<Vec<_>>());
        }
        carriers.sort_by_key(|carrier| carrier.policy());
        carriers
    }

    /// The same for those who are being asked about.
    pub(super) fn carriers_for_one(&mut self, leniency: Leniency) -> Vec<Carrier> {
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
