//! The policies that carry a proof.

use super::classes::{Class, Classes, Rest};
use super::formula::Formula;
use super::region::Leniency;
use super::regions::Carrier;
use super::search::Search;
use super::who::Doubtful;
use super::work::Share;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;

/// Conflicts that finding out which policies carry a proof may take.
const CORE_EFFORT: u64 = 20_000;

/// Policies that cover everything together: a small set of them.
pub(super) fn of_everybody(search: &mut Search<'_, '_>, leniency: Leniency) -> Vec<Carrier> {
    let regions = search.regions(leniency);
    if let Some((alone, _)) = regions.iter().find(|(_, region)| **region == Formula::Always) {
        return vec![*alone];
    }
    search.solver.allow(CORE_EFFORT);
    search.space.work.allow(Share::Lists);
    let everybody = Rc::clone(&search.everybody);
    search.ask_about(&everybody.unlisted, Doubtful::Perhaps);
    let mut carriers: Vec<usize> = search.core(leniency);
    let mut of_kinds = OfKinds::new(search, leniency);
    for kind in 0..everybody.kinds.len() {
        carriers.extend(of_kinds.of(search, kind));
        // Most are carried by the same.
        carriers.sort_unstable();
        carriers.dedup();
    }
    carriers.sort_by_key(|at| regions[*at].0.policy());
    carriers.into_iter().map(|at| regions[at].0).collect()
}

/// The same for each kind of user of the directory.
pub(super) struct OfKinds {
    leniency: Leniency,
    classes: Rc<Classes>,
    /// What is enough to cover everything for a class.
    enough: HashMap<usize, Vec<Rest>>,
}

impl OfKinds {
    pub(super) fn new(search: &mut Search<'_, '_>, leniency: Leniency) -> Self {
        Self { leniency, classes: search.classes(Some(leniency), Doubtful::Perhaps), enough: HashMap::new() }
    }

    /// A small set of regions that cover everything for a kind.
    pub(super) fn of(&mut self, search: &mut Search<'_, '_>, kind: usize) -> Vec<usize> {
        let Self { leniency, classes, enough } = self;
        let everybody = Rc::clone(&search.everybody);
        let enough: &[Rest] = match classes.of[kind] {
            Class::NotAsked => &[],
            Class::Covered => &[Rest::ALWAYS],
            Class::Number(class) => enough.entry(class).or_insert_with(|| {
                let first = &everybody.kinds[classes.first[class]];
                let left = search.left(*leniency, Doubtful::Perhaps, first);
                search.ask_about(&everybody.who(first), Doubtful::Perhaps);
                let core = search.core(*leniency).into_iter().map(|at| left[at]);
                let mut enough: Vec<Rest> = core.filter(|rest| *rest != Rest::NEVER).collect();
                let mut seen = HashSet::new();
                enough.retain(|rest| seen.insert(*rest));
                enough
            }),
        };
        let left = search.left(*leniency, Doubtful::Perhaps, &everybody.kinds[kind]);
        let regions = search.regions(*leniency);
        // Of several that cover the same, the first that is enabled.
        let first = |rest: &Rest| {
            let covering = left.iter().enumerate().filter(|(_, left)| *left == rest).map(|(at, _)| at);
            covering.min_by_key(|at| !search.is_on(regions[*at].0))
        };
        enough.iter().filter_map(first).collect()
    }
}
