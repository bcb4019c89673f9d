//! What a requirement comes to for each user of a directory.

use super::decide::{Options, view};
use super::region::Leniency;
use super::regions::{Carrier, Regions};
use super::search::{Doubtful, Search};
use super::solver::TooIntricate;
use super::space::Space;
use super::verdict::Hole;
use super::who::Who;
use crate::requirement::Requirement;
use crate::tenant::{PolicyIndex, Tenant, UserIndex};
use std::collections::BTreeSet;
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
    let mut regions = Regions::default();
    let readings = [Leniency::AsWritten, Leniency::WithoutExceptions, Leniency::InEveryGroup, Leniency::UnknownsHelp];
    let Ok(mut search) = Search::new(&mut space, &mut regions, &readings) else {
        let users = tenant.people.alike.iter().flat_map(|alike| alike.users.iter().copied()).collect();
        return vec![OfUsers { users, outcome: UserOutcome::TooIntricate }];
    };
    let kinds = Rc::clone(&search.everybody);
    let users = kinds.iter().filter(|who| !who.users.is_empty());
    users
        .map(|who| {
            search.solver.allow(options.effort);
            let outcome = outcome(&mut search, who).unwrap_or(UserOutcome::TooIntricate);
            OfUsers { users: who.users.clone(), outcome }
        })
        .collect()
}

fn outcome(search: &mut Search<'_, '_>, who: &Rc<Who>) -> Result<UserOutcome, TooIntricate> {
    search.ask_about(who, Doubtful::Perhaps);
    if search.solve(&[])?.is_none() {
        return Ok(UserOutcome::NotConcerned);
    }
    if !is_open(search, Leniency::AsWritten)? {
        let carriers = search.carriers_for_one(Leniency::AsWritten);
        let policies = carriers.iter().filter_map(|carrier| carrier.policy()).collect();
        return Ok(UserOutcome::Enforced { policies, by_defaults: carriers.contains(&Carrier::SecurityDefaults) });
    }
    let worst = [Leniency::UnknownsHelp, Leniency::InEveryGroup, Leniency::WithoutExceptions];
    for leniency in worst {
        if !is_open(search, leniency)? {
            continue;
        }
        let hole = search.example(leniency, who)?.ok_or(TooIntricate)?.hole;
        return Ok(match leniency {
            Leniency::UnknownsHelp => UserOutcome::NotEnforced(hole),
            Leniency::InEveryGroup | Leniency::WithoutExceptions | Leniency::AsWritten => UserOutcome::Undecided(hole),
        });
    }
    let hole = search.example(Leniency::AsWritten, who)?.ok_or(TooIntricate)?.hole;
    Ok(UserOutcome::Excepted(hole))
}

fn is_open(search: &mut Search<'_, '_>, leniency: Leniency) -> Result<bool, TooIntricate> {
    let uncovered = search.uncovered(leniency);
    Ok(search.solve(&[uncovered])?.is_some())
}
