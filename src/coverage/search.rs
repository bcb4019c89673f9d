//! The search for sign-ins that no policy stops, of everybody who may sign in.

use super::classes::{Classes, Left, Rest};
use super::departures::Departures;
use super::formula::{Formula, Term, Truths};
use super::hole::{Way, hole, principal};
use super::region::Leniency;
use super::regions::{Carrier, Region, Regions};
use super::solver::{Lit, Solver, TooIntricate};
use super::space::Space;
use super::verdict::Hole;
use super::who::{Doubtful, Everybody, Kind, Who};
use super::work::Share;
use crate::policy::{Fact, Id, State};
use crate::signin::SignIn;
use crate::tenant::UserIndex;
use std::collections::BTreeSet;
use std::rc::Rc;

/// Departures that are counted; what takes more is found, too, but in no particular order.
const COUNTED: usize = 3;

/// Conflicts that listing holes may take, once it is clear that there are some.
pub(super) const LISTING_EFFORT: u64 = 50_000;

/// Policies that are tried one by one whether they are needed. Nobody reads a longer list.
const MOST_CARRIERS: usize = 64;

pub(super) struct Search<'s, 't> {
    pub(super) space: &'s Space<'t>,
    regions: &'s Regions,
    pub(super) solver: Solver,
    /// Everybody who may sign in.
    pub(super) everybody: Rc<Everybody>,
    /// What is left of the regions for each of them.
    left: Left,
    /// Who is being asked about.
    asked: Asked,
    /// For each leniency that was asked about, what demands that no policy covers the sign-in.
    uncovered: [Option<Lit>; 4],
    /// For each leniency, what demands that of a single policy.
    by_policy: [Vec<Lit>; 4],
    /// The same for each formula that a policy has at some leniency.
    encoded: Vec<(Carrier, &'s Formula, Lit)>,
}

/// Those who are being asked about, and what was ruled out for them.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// What they are, as assumptions.
    who: Vec<Lit>,
    /// Terms that are true of them, and are no departures.
    fixed: BTreeSet<Term>,
    users: BTreeSet<UserIndex>,
    /// What rules something out for them; none if there is only anybody.
    gate: Option<Lit>,
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
        if space.has_too_many_terms() {
            return Err(TooIntricate);
        }
        let solver = space.solver()?;
        let users = space.asked_users();
        let everybody = if space.tells_people_apart() { Everybody::of(space) } else { Everybody::default() };
        let left = Left::of(space, &everybody, users);
        Ok(Self {
            space,
            regions,
            solver,
            everybody: Rc::new(everybody),
            left,
            asked: Asked::default(),
            by_policy: Default::default(),
            encoded: Vec::new(),
            uncovered: [None; 4],
        })
    }

    /// Asks about these from now on.
    pub(super) fn ask_about(&mut self, who: &Who, doubts: Doubtful) {
        let known = who.known.iter().map(|(term, truth)| self.solver.literal(*term).apply_sign(*truth));
        let mut assumed: Vec<Lit> = known.collect();
        if doubts == Doubtful::Not {
            assumed.extend(who.unknown.iter().map(|term| !self.solver.literal(*term)));
        }
        let gate = self.space.tells_people_apart().then(|| self.solver.implied());
        assumed.extend(gate);
        self.asked = Asked { who: assumed, fixed: who.fixed(), users: who.users.clone(), gate };
    }

    /// Those who are being asked about.
    pub(super) fn asked(&self) -> &Asked {
        &self.asked
    }

    /// Goes on asking about these.
    pub(super) fn ask_again(&mut self, asked: Asked) {
        self.asked = asked;
    }

    /// Rules something out for those who are being asked about.
    fn rule_out(&mut self, together: impl IntoIterator<Item = Lit>) {
        let clause: Vec<Lit> = self.asked.gate.into_iter().chain(together).map(|literal| !literal).collect();
        self.solver.clause(clause);
    }

    /// For each formula that was asked about, what demands that its policy does not cover the sign-in.
    pub(super) fn demands(&self) -> impl Iterator<Item = (Carrier, Lit)> {
        self.encoded.iter().map(|(carrier, _, demand)| (*carrier, *demand))
    }

    /// What covers something at each leniency.
    pub(super) fn all_regions(&self) -> &Regions {
        self.regions
    }

    /// What covers something at a leniency that can be asked about.
    pub(super) fn regions(&self, leniency: Leniency) -> &'s [Region] {
        self.regions.by_leniency[leniency.index()].as_deref().unwrap_or_default()
    }

    /// What is left of each of them for a kind of user.
    pub(super) fn left(&mut self, leniency: Leniency, doubts: Doubtful, kind: &Kind) -> Vec<Rest> {
        self.left.regions(self.regions, (leniency, doubts), kind)
    }

    /// A formula that is left.
    pub(super) fn formula(&self, rest: Rest) -> &Formula {
        self.left.formula(rest)
    }

    /// The classes of those whom the directory lists, by what is open to them; or only by whether the requirement is about
    /// them.
    pub(super) fn classes(&mut self, leniency: Option<Leniency>, doubts: Doubtful) -> Rc<Classes> {
        self.left.classes(self.regions, &self.everybody, (leniency, doubts))
    }

    /// Somebody of each class to whom something may be open, somebody whom the directory does not list first.
    fn some_of_each(&mut self, leniency: Leniency) -> impl Iterator<Item = Rc<Who>> + use<> {
        let everybody = Rc::clone(&self.everybody);
        let classes = self.classes(Some(leniency), Doubtful::Perhaps);
        let unlisted = Rc::clone(&everybody.unlisted);
        let of_class = move |class: usize| everybody.who(&everybody.kinds[classes.first[class]]);
        let count = self.classes(Some(leniency), Doubtful::Perhaps).first.len();
        std::iter::once(unlisted).chain((0..count).map(of_class))
    }

    /// What demands that a policy does not cover the sign-in. Most cover the same at each leniency.
    fn not_covering(&mut self, carrier: Carrier, region: &'s Formula) -> Lit {
        let mut known = self.encoded.iter().filter(|(other, ..)| *other == carrier);
        if let Some((.., literal)) = known.find(|(_, other, _)| *other == region) {
            return *literal;
        }
        let literal = self.solver.implied();
        self.solver.demand_not(literal, region);
        self.encoded.push((carrier, region, literal));
        literal
    }

    /// What demands that no policy covers the sign-in, read as generously as `leniency` says.
    pub(super) fn uncovered(&mut self, leniency: Leniency) -> Lit {
        if let Some(known) = self.uncovered[leniency.index()] {
            return known;
        }
        let uncovered = self.solver.implied();
        for (carrier, region) in self.regions(leniency) {
            let not_covering = self.not_covering(*carrier, region);
            self.solver.clause([!uncovered, not_covering]);
            self.by_policy[leniency.index()].push(not_covering);
        }
        self.uncovered[leniency.index()] = Some(uncovered);
        uncovered
    }

    pub(super) fn solve(&mut self, assumptions: &[Lit]) -> Result<Option<(BTreeSet<Term>, SignIn)>, TooIntricate> {
        if !self.asked.users.is_empty() {
            self.space.work.grant(self.solver.work_of_a_look());
        }
        let all: Vec<Lit> = self.asked.who.iter().chain(assumptions).copied().collect();
        self.space.find(&mut self.solver, &all)
    }

    /// Whether the policies, read as generously as `leniency` says, leave nothing open to anybody.
    pub(super) fn is_covered(&mut self, leniency: Leniency) -> Result<bool, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        for who in self.some_of_each(leniency) {
            self.ask_about(&who, Doubtful::Perhaps);
            if self.solve(&[uncovered])?.is_some() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Those of the directory to whom something is open, as far as the files say what groups and roles they have.
    pub(super) fn people(&mut self, leniency: Leniency) -> Result<BTreeSet<UserIndex>, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let everybody = Rc::clone(&self.everybody);
        let classes = self.classes(Some(leniency), Doubtful::Not);
        let mut is_open = Vec::with_capacity(classes.first.len());
        for kind in &classes.first {
            self.ask_about(&everybody.who(&everybody.kinds[*kind]), Doubtful::Not);
            is_open.push(self.solve(&[uncovered])?.is_some());
        }
        let of_class = everybody.kinds.iter().zip(&classes.of);
        let open = of_class.filter(|(_, class)| class.number().is_some_and(|class| is_open[class]));
        Ok(open.flat_map(|(kind, _)| kind.users.iter().copied()).collect())
    }

    /// One minimal departure from what an attacker tries first, of the first to whom something is open.
    pub(super) fn first_example(&mut self, leniency: Leniency) -> Result<Vec<Way>, TooIntricate> {
        for who in self.some_of_each(leniency) {
            self.ask_about(&who, Doubtful::Perhaps);
            if let Some(way) = self.example(leniency)? {
                return Ok(vec![way]);
            }
        }
        Ok(Vec::new())
    }

    /// One minimal departure from what an attacker tries first, of those who are being asked about.
    pub(super) fn example(&mut self, leniency: Leniency) -> Result<Option<Way>, TooIntricate> {
        self.example_of(leniency, &Formula::Always)
    }

    /// The same of the sign-ins of which something holds.
    pub(super) fn example_of(&mut self, leniency: Leniency, holds: &Formula) -> Result<Option<Way>, TooIntricate> {
        let mut demands = vec![self.uncovered(leniency)];
        if *holds != Formula::Always {
            let gate = self.solver.implied();
            self.solver.demand(gate, holds);
            demands.push(gate);
        }
        let Some((model, sign_in)) = self.solve(&demands)? else { return Ok(None) };
        let (model, sign_in) = self.smallest((leniency, holds), &demands, model, sign_in)?;
        Ok(Some(self.add(&model, sign_in)))
    }

    /// At most so many minimal departures of those who are being asked about. Who is found to be excluded one by one is not
    /// looked for again.
    pub(super) fn examples(&mut self, most: usize, found: &mut Vec<Way>) -> Result<(), TooIntricate> {
        while found.len() < most
            && let Some(way) = self.example(Leniency::AsWritten)?
        {
            if let Some(term) = principal(self.space, &way.terms) {
                let known = self.solver.literal(term);
                self.rule_out([known]);
            }
            found.push(way);
        }
        Ok(())
    }

    /// Minimal departures from what an attacker tries first, by how many they are and how hard the hardest is; and whether
    /// there are more. Whoever asks for fewer of them gets the same ones first.
    pub(super) fn holes(&mut self, leniency: Leniency, most: usize) -> (Vec<Way>, bool) {
        self.solver.allow(LISTING_EFFORT);
        self.space.work.allow(Share::Lists);
        let mut found: Vec<Way> = Vec::new();
        let mut more = false;
        for who in self.some_of_each(leniency) {
            self.ask_about(&who, Doubtful::Perhaps);
            if who.users.is_empty() {
                more |= self.list(leniency, most, &mut found).unwrap_or(true);
            } else if found.is_empty() {
                // What somebody to come can do is told apart from what is open to those who are there.
                found.extend(self.example(leniency).unwrap_or_default());
                more = true;
            }
        }
        (found, more)
    }

    /// Those of one who is being asked about, and whether there are more.
    fn list(&mut self, leniency: Leniency, most: usize, found: &mut Vec<Way>) -> Result<bool, TooIntricate> {
        let uncovered = self.uncovered(leniency);
        let mut departures = Departures::of(self.space, &self.solver);
        // What stands in the way of every sign-in with the departures that are allowed so far takes one more of them.
        let mut fewest = 0;
        let mut first = loop {
            let assumptions: Vec<Lit> = std::iter::once(uncovered).chain(departures.refused(u32::MAX)).collect();
            if let Some(first) = self.solve(&assumptions)? {
                break Some(first);
            }
            if !departures.allow(&self.solver.core(&assumptions)) {
                return Ok(false);
            }
            fewest += 1;
        };
        // Each hole that is found rules out everything that departs in the same and more, so that whatever is found at
        // the smallest number of departures is minimal.
        for count in fewest..=COUNTED {
            let mut effort = 0;
            loop {
                let few = departures.at_most(&mut self.solver, count);
                let assumptions: Vec<Lit> =
                    std::iter::once(uncovered).chain(few).chain(departures.refused(effort)).collect();
                while let Some((model, sign_in)) = self.solve(&assumptions)? {
                    if found.len() == most {
                        return Ok(true);
                    }
                    first = None;
                    found.push(self.add(&model, sign_in));
                }
                // More is found only if something that was in the way is allowed.
                let core = self.solver.core(&assumptions[1..]);
                if departures.allow(&core) {
                    continue;
                }
                match departures.next_effort(&core, effort) {
                    Some(next) => effort = next,
                    None if core.is_empty() => return Ok(false),
                    None => break,
                }
            }
        }
        loop {
            let assumptions: Vec<Lit> = std::iter::once(uncovered).chain(departures.refused(u32::MAX)).collect();
            while let Some((model, sign_in)) =
                first.take().map_or_else(|| self.solve(&assumptions), |first| Ok(Some(first)))?
            {
                if found.len() == most {
                    return Ok(true);
                }
                let (model, sign_in) = self.smallest((leniency, &Formula::Always), &[uncovered], model, sign_in)?;
                found.push(self.add(&model, sign_in));
            }
            if !departures.allow(&self.solver.core(&assumptions)) {
                return Ok(false);
            }
        }
    }

    /// A sign-in that was found. Whatever departs in the same and more is not looked for again.
    fn add(&mut self, model: &BTreeSet<Term>, sign_in: SignIn) -> Way {
        let others: BTreeSet<Term> = model.difference(&self.asked.fixed).copied().collect();
        let terms: BTreeSet<Term> = others.iter().copied().filter(|term| self.space.departs(*term)).collect();
        let together: Vec<Lit> = terms.iter().map(|term| self.solver.literal(*term)).collect();
        self.rule_out(together);
        let sign_in = self.named(sign_in, &self.asked.users);
        Way { sign_in, terms, others, fixed: self.asked.fixed.clone() }
    }

    /// A sign-in of one of these users.
    fn named(&self, mut sign_in: SignIn, users: &BTreeSet<UserIndex>) -> SignIn {
        if let Some(user) = users.first()
            && sign_in.user.is_none()
            && !self.space.named().users.iter().any(Id::is_unresolved)
        {
            sign_in.user = Some(self.space.view.tenant.directory.user(*user).as_id());
        }
        sign_in
    }

    fn with_what_matters(&self, terms: &BTreeSet<Term>, sign_in: SignIn, fixed: &BTreeSet<Term>) -> Hole {
        let mut hole = hole(self.space, self.regions(Leniency::UnknownsHelp), terms, sign_in);
        let of_who = fixed.iter().map(|term| self.space.coordinate(*term));
        hole.relevant.extend(of_who);
        hole.relevant.sort_unstable();
        hole.relevant.dedup();
        hole
    }

    /// A sign-in that was found, as another kind of the same class makes it.
    pub(super) fn made_by(&self, way: &Way, kind: &Kind) -> SignIn {
        let model: BTreeSet<Term> = way.others.union(&self.everybody.fixed(kind)).copied().collect();
        // It was possible with the same device.
        let sign_in = self.space.sign_in(&model).unwrap_or_else(|_| way.sign_in.clone());
        self.named(sign_in, &kind.users)
    }

    /// A way with everything that matters in it.
    pub(super) fn hole(&self, way: &Way) -> Hole {
        self.with_what_matters(&way.terms, way.sign_in.clone(), &way.fixed)
    }

    /// The same, as another kind of the same class makes it.
    pub(super) fn hole_of(&self, way: &Way, kind: &Kind) -> Hole {
        self.with_what_matters(&way.terms, self.made_by(way, kind), &self.everybody.fixed(kind))
    }

    /// Takes back departures as long as something gets through: at least one more each time, until none can be.
    fn smallest(
        &mut self,
        (leniency, holds): (Leniency, &Formula),
        demands: &[Lit],
        model: BTreeSet<Term>,
        sign_in: SignIn,
    ) -> Result<(BTreeSet<Term>, SignIn), TooIntricate> {
        let regions = self.regions(leniency);
        // Most can be taken back at a look.
        let fixed = &self.asked.fixed;
        let is_open = |terms: &BTreeSet<Term>| {
            let truths = Truths::of(terms);
            let is_true = |term: Term| truths.has(term);
            fixed.is_subset(terms) && holds.holds(&is_true) && !regions.iter().any(|(_, region)| region.holds(&is_true))
        };
        let looked = self.space.taken_back(&model, is_open);
        let (mut model, mut sign_in) = match self.space.sign_in(&looked) {
            Ok(looked_at) => (looked, looked_at),
            Err(_) => (model, sign_in),
        };
        loop {
            let fewer = self.solver.implied();
            let departs = |term: &Term| self.space.departs(*term) && !self.asked.fixed.contains(term);
            let (inside, outside): (Vec<Term>, Vec<Term>) =
                self.space.terms().filter(departs).partition(|term| model.contains(term));
            let mut clause = vec![!fewer];
            clause.extend(inside.iter().map(|term| !self.solver.literal(*term)));
            self.solver.clause(clause);
            let mut assumptions: Vec<Lit> = demands.iter().copied().chain([fewer]).collect();
            assumptions.extend(outside.iter().map(|term| !self.solver.literal(*term)));
            match self.solve(&assumptions)? {
                Some(found) => (model, sign_in) = found,
                None => return Ok((model, sign_in)),
            }
        }
    }

    /// A small set of regions that cover everything for those who are being asked about: minimal unless that takes too long.
    pub(super) fn core(&mut self, leniency: Leniency) -> Vec<usize> {
        self.uncovered(leniency);
        let all = self.by_policy[leniency.index()].clone();
        let index_of = |literal: &Lit| all.iter().position(|one| one == literal);
        let mut core = match self.solve(&all) {
            Ok(None) => self.solver.core(&all),
            _ => all.clone(),
        };
        // What is not even enabled is done without where that is possible.
        let regions = self.regions(leniency);
        core.sort_by_key(|literal| index_of(literal).is_none_or(|at| self.is_on(regions[at].0)));
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
        core.iter().filter_map(index_of).collect()
    }

    /// Whether what covers something is in force as the files are.
    pub(super) fn is_on(&self, carrier: Carrier) -> bool {
        let tenant = self.space.view.tenant;
        carrier.policy().is_none_or(|policy| tenant[policy].state == Fact::Known(State::Enabled))
    }
}
