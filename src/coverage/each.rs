//! What a requirement comes to for each user of a directory.

use super::carriers::OfKinds;
use super::classes::Class;
use super::decide::view;
use super::hole::Way;
use super::options::Options;
use super::region::Leniency;
use super::regions::{Carrier, Regions};
use super::search::Search;
use super::solver::TooIntricate;
use super::space::Space;
use super::verdict::Hole;
use super::who::Doubtful;
use super::work::Work;
use crate::requirement::Requirement;
use crate::tenant::{PolicyIndex, Tenant, UserIndex};
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

/// Users for whom a requirement comes to the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfUsers {
    /// Who they are.
    pub users: BTreeSet<UserIndex>,
    /// What it comes to.
    pub outcome: UserOutcome,
}

/// What a requirement comes to for a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserOutcome {
    /// The requirement is about others.
    NotConcerned,
    /// Every sign-in is stopped, by these policies together.
    Enforced {
        /// The policies.
        policies: Vec<PolicyIndex>,
        /// Security defaults help.
        by_defaults: bool,
    },
    /// This sign-in gets through, because of an individual exclusion.
    Excepted(Hole),
    /// This sign-in gets through.
    NotEnforced(Hole),
    /// This sign-in gets through if nothing unknown stops it.
    Undecided(Hole),
    /// The policies take too long.
    TooIntricate,
}

/// What a requirement comes to for each user of the tenant's directory who can sign in.
#[must_use]
pub fn each_user(requirement: &Requirement, tenant: &Tenant, options: Options) -> Vec<OfUsers> {
    let mut space = Space::with_people(view(requirement, tenant, options));
    space.work = Work::of(options.work);
    let mut regions = Regions::default();
    let Ok(mut search) = Search::new(&mut space, &mut regions, &Leniency::ALL) else {
        let users = tenant.people.alike.iter().flat_map(|alike| alike.users.iter().copied()).collect();
        return vec![OfUsers { users, outcome: UserOutcome::TooIntricate }];
    };
    let everybody = Rc::clone(&search.everybody);
    let about = search.classes(None, Doubtful::Perhaps);
    let open = Leniency::ALL.map(|leniency| search.classes(Some(leniency), Doubtful::Perhaps));
    let mut carriers = OfKinds::new(&mut search, Leniency::AsWritten);
    let mut known: HashMap<[Class; 5], Result<Outcome, TooIntricate>> = HashMap::new();
    // Those who are covered by the same are told of together.
    let mut together: HashMap<Option<Vec<usize>>, usize> = HashMap::new();
    let mut all: Vec<OfUsers> = Vec::new();
    for (index, kind) in everybody.kinds.iter().enumerate() {
        let [written, without, in_groups, help] = &open;
        let class = [&about, written, without, in_groups, help].map(|classes| classes.of[index]);
        let outcome = known.entry(class).or_insert_with(|| {
            search.solver.allow(options.effort);
            search.ask_about(&everybody.who(kind), Doubtful::Perhaps);
            outcome(&mut search, class)
        });
        let covering = match outcome {
            Ok(Outcome::NotConcerned) => None,
            Ok(Outcome::Enforced) => Some(carriers.of(&mut search, index)),
            Ok(Outcome::Open(way_out, way)) => {
                let outcome = way_out.of(search.hole_of(way, kind));
                all.push(OfUsers { users: kind.users.clone(), outcome });
                continue;
            }
            Err(TooIntricate) => {
                all.push(OfUsers { users: kind.users.clone(), outcome: UserOutcome::TooIntricate });
                continue;
            }
        };
        let place = *together.entry(covering).or_insert_with_key(|covering| {
            let outcome = covering.as_ref().map_or(UserOutcome::NotConcerned, |covering| {
                let carriers = covering.iter().map(|at| search.regions(Leniency::AsWritten)[*at].0);
                let carriers: Vec<Carrier> = carriers.collect();
                let policies = carriers.iter().filter_map(|carrier| carrier.policy()).collect();
                UserOutcome::Enforced { policies, by_defaults: carriers.contains(&Carrier::SecurityDefaults) }
            });
            all.push(OfUsers { users: BTreeSet::new(), outcome });
            all.len() - 1
        });
        all[place].users.extend(&kind.users);
    }
    all
}

/// What a requirement comes to for a class of users.
enum Outcome {
    NotConcerned,
    Enforced,
    Open(WayOut, Box<Way>),
}

/// How somebody gets through.
#[derive(Clone, Copy)]
enum WayOut {
    Excepted,
    NotEnforced,
    Undecided,
}

impl WayOut {
    fn of(self, hole: Hole) -> UserOutcome {
        match self {
            Self::Excepted => UserOutcome::Excepted(hole),
            Self::NotEnforced => UserOutcome::NotEnforced(hole),
            Self::Undecided => UserOutcome::Undecided(hole),
        }
    }
}

/// What it comes to for those who are being asked about.
fn outcome(
    search: &mut Search<'_, '_>,
    [about, written, without, in_groups, help]: [Class; 5],
) -> Result<Outcome, TooIntricate> {
    if about == Class::NotAsked || search.solve(&[])?.is_none() {
        return Ok(Outcome::NotConcerned);
    }
    if !is_open(search, Leniency::AsWritten, written)? {
        return Ok(Outcome::Enforced);
    }
    let worst = [
        (Leniency::UnknownsHelp, help, WayOut::NotEnforced),
        (Leniency::InEveryGroup, in_groups, WayOut::Undecided),
        (Leniency::WithoutExceptions, without, WayOut::Undecided),
        (Leniency::AsWritten, written, WayOut::Excepted),
    ];
    for (leniency, class, way_out) in worst {
        if is_open(search, leniency, class)? {
            let way = search.example(leniency)?.ok_or(TooIntricate)?;
            return Ok(Outcome::Open(way_out, Box::new(way)));
        }
    }
    Err(TooIntricate)
}

fn is_open(search: &mut Search<'_, '_>, leniency: Leniency, class: Class) -> Result<bool, TooIntricate> {
    if class.number().is_none() {
        return Ok(false);
    }
    let uncovered = search.uncovered(leniency);
    Ok(search.solve(&[uncovered])?.is_some())
}
