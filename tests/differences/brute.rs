//! Two tenants compared sign-in by sign-in, way by way, and world by world.

use super::cases::Case;
use super::evaluate::{Entry, Kind, World};
use super::grid::{DEVICE, DIMENSIONS, Grid};
use super::sayings::{NAMES, SOME_APP, USERS};
use super::ways::{EVERYTHING, State, Way, every_way};
use caplint::diff::{Class, Which};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// Entries, a bit each.
pub(crate) type Mask = u32;

/// What the policies that apply make of a sign-in in one world.
#[derive(Debug, Default)]
pub(crate) struct Said {
    /// Loosened, tightened, newly blocked, newly unblocked.
    pub(crate) classes: [bool; 4],
    /// Another session whatever is unknown, or perhaps.
    pub(crate) session: [bool; 2],
    /// The largest ways that are lost (they are enough after, and were not) and gained.
    pub(crate) changed: [Vec<Way>; 2],
    /// Neither side blocks.
    pub(crate) is_open: bool,
}

/// A world, the entries that apply, and a state of the device.
type Question = (usize, [Mask; 2], usize);

pub(crate) struct Brute {
    pub(crate) sides: [Vec<Entry>; 2],
    pub(crate) which: [Vec<Which>; 2],
    pub(crate) worlds: Vec<World>,
    pub(crate) grid: Grid,
    /// For a world, a dimension and a value: the entries that apply as far as it decides.
    pub(crate) masks: Vec<Vec<Vec<[Mask; 2]>>>,
    pub(crate) ways: Vec<Way>,
    refused: Vec<[Vec<[Mask; 2]>; 4]>,
    said: RefCell<HashMap<Question, Rc<Said>>>,
}

/// Unknown things beyond which a case takes too long.
const MOST_WORLDS: usize = 64;

/// Every way in which what is unknown can turn out.
pub(crate) fn worlds(sides: [&[Entry]; 2]) -> Option<Vec<World>> {
    let all = || sides.into_iter().flatten();
    let keys: BTreeSet<String> = all().flat_map(Entry::unknowns).collect();
    if keys.len() > 6 {
        return None;
    }
    let named = |lists: [&'static str; 2], ids: &[&'static str]| -> Vec<&'static str> {
        let names = |id: &str| all().any(|entry| lists.iter().any(|list| entry.list(list).iter().any(|one| one == id)));
        ids.iter().copied().filter(|id| names(id)).collect()
    };
    let users = ["includeUsers", "excludeUsers"];
    let apps = ["includeApps", "excludeApps"];
    let defaults = all().any(|entry| entry.kind != Kind::Policy);
    let known_apps = [super::sayings::API, super::sayings::AZURE_PORTAL, super::sayings::ANOTHER_APP];
    let mut objects = vec![BTreeMap::new()];
    for (names, known) in [
        (named(users, &NAMES), named(users, &USERS)),
        (named(apps, &[SOME_APP]), {
            let mut known = named(apps, &known_apps);
            if defaults && !known.contains(&known_apps[0]) {
                known.push(known_apps[0]);
            }
            known
        }),
    ] {
        for (index, name) in names.iter().enumerate() {
            let candidates: Vec<&str> = known.iter().chain(&names[..=index]).copied().collect();
            objects = objects
                .iter()
                .flat_map(|before: &BTreeMap<String, String>| {
                    candidates.iter().filter_map(|candidate| {
                        // A name that stands for another object is no object of its own.
                        let is_own = before.get(*candidate).is_none_or(|object| object == candidate);
                        let mut objects = before.clone();
                        objects.insert((*name).to_owned(), (*candidate).to_owned());
                        is_own.then_some(objects)
                    })
                })
                .collect();
        }
    }
    let keys: Vec<String> = keys.into_iter().collect();
    let truths = |bits: usize| (0..keys.len()).filter(move |index| bits >> index & 1 == 1);
    let worlds = (0..1 << keys.len()).flat_map(|bits| {
        let truths: BTreeSet<String> = truths(bits).map(|index| keys[index].clone()).collect();
        objects.iter().map(move |objects| World { truths: truths.clone(), objects: objects.clone() })
    });
    let worlds: Vec<World> = worlds.collect();
    (worlds.len() <= MOST_WORLDS).then_some(worlds)
}

/// The entries that apply as far as each value decides, in each world.
pub(crate) fn masks(grid: &Grid, sides: &[Vec<Entry>; 2], worlds: &[World]) -> Vec<Vec<Vec<[Mask; 2]>>> {
    let mask = |world: &World, dimension: usize, value: usize, side: usize| {
        let entries = sides[side].iter().enumerate();
        let applying = entries.filter(|(_, entry)| grid.applies(dimension, value, entry, side, world));
        applying.fold(0, |mask, (index, _)| mask | 1 << index)
    };
    let of_world = |world: &World| {
        let of_dimension = |(dimension, size): (usize, usize)| {
            (0..size).map(|value| [0, 1].map(|side| mask(world, dimension, value, side))).collect()
        };
        grid.sizes().into_iter().enumerate().map(of_dimension).collect()
    };
    worlds.iter().map(of_world).collect()
}

/// Clients that can do MFA.
pub(super) const MODERN: [&str; 2] = ["browser", "mobileAppsAndDesktopClients"];

impl Brute {
    /// Two of a case's tenants, by their numbers; none if there are too many worlds, or sign-ins in all worlds.
    pub(super) fn of(case: &Case, tenants: [usize; 2], most: usize) -> Option<Self> {
        let sides = tenants.map(|side| case.entries(side));
        let worlds = worlds([&sides[0], &sides[1]])?;
        let definitions = tenants.map(|side| case.definitions()[side]);
        let grid = Grid::of(&case.axes, [&sides[0], &sides[1]], definitions);
        (grid.points().len() * worlds.len() <= most).then(|| Self::new(sides, worlds, grid))
    }

    pub(crate) fn new(sides: [Vec<Entry>; 2], worlds: Vec<World>, grid: Grid) -> Self {
        let masks = masks(&grid, &sides, &worlds);
        let grants: Vec<_> = sides.iter().flatten().map(|entry| &entry.grant).collect();
        let ways = every_way(&grants);
        let mut refused: Vec<[Vec<[Mask; 2]>; 4]> = Vec::new();
        let has_unknown = grants.iter().any(|grant| grant.unknowns().next().is_some());
        for world in &worlds {
            let table = match refused.first() {
                Some(known) if !has_unknown => known.clone(),
                _ => State::ALL.map(|state| {
                    ways.iter().map(|way| [0, 1].map(|side| refusing(&sides[side], *way, state, world))).collect()
                }),
            };
            refused.push(table);
        }
        let which = [0, 1].map(|side| {
            let of = |(index, entry): (usize, &Entry)| match entry.kind {
                Kind::Policy => Which::Policy(index),
                Kind::DefaultsBlock => Which::DefaultsBlock,
                Kind::DefaultsAskEverybody | Kind::DefaultsAskRoles => Which::DefaultsAsk,
            };
            sides[side].iter().enumerate().map(of).collect()
        });
        Self { sides, which, worlds, grid, masks, ways, refused, said: RefCell::default() }
    }

    /// Whether something depends on this.
    pub(crate) fn has_key(&self, key: &str) -> bool {
        self.worlds.iter().any(|world| world.is(key))
    }

    /// The entries that apply to a sign-in.
    pub(crate) fn applying(&self, world: usize, point: &[usize; DIMENSIONS]) -> [Mask; 2] {
        let mut all = [Mask::MAX; 2];
        for (dimension, value) in point.iter().enumerate() {
            let mask = self.masks[world][dimension][*value];
            all = [all[0] & mask[0], all[1] & mask[1]];
        }
        all
    }

    /// The entries that refuse a way, if they apply.
    pub(crate) fn refusing(&self, side: usize, way: Way, state: State, world: usize) -> Mask {
        refusing(&self.sides[side], way, state, &self.worlds[world])
    }

    pub(crate) fn state(&self, point: &[usize; DIMENSIONS]) -> State {
        self.grid.device[point[DEVICE]].state()
    }

    /// What becomes of a sign-in.
    pub(crate) fn say(&self, world: usize, applying: [Mask; 2], state: State) -> Rc<Said> {
        let key = (world, applying, state.index());
        if let Some(known) = self.said.borrow().get(&key) {
            return Rc::clone(known);
        }
        let mut said = Said::default();
        let table = &self.refused[world][state.index()];
        let mut is_blocked = [false; 2];
        for (way, refused) in self.ways.iter().zip(table) {
            let by = [0, 1].map(|side| applying[side] & refused[side] != 0);
            // The last way is everything.
            is_blocked = by;
            for side in [0, 1] {
                if by[side] && !by[1 - side] {
                    said.classes[side] = true;
                    said.changed[side].push(*way);
                }
            }
        }
        assert_eq!(self.ways.last(), Some(&EVERYTHING));
        for ways in &mut said.changed {
            let all = ways.clone();
            ways.retain(|way| !all.iter().any(|larger| larger != way && way & !larger == 0));
        }
        said.classes[2] = is_blocked[1] && !is_blocked[0];
        said.classes[3] = is_blocked[0] && !is_blocked[1];
        said.is_open = is_blocked == [false; 2];
        if said.is_open {
            said.session = self.session(applying);
        }
        let said = Rc::new(said);
        self.said.borrow_mut().insert(key, Rc::clone(&said));
        said
    }

    /// What is asked of the session by the entries that apply: what is known, and what is not.
    pub(crate) fn asked(&self, side: usize, applying: Mask) -> (BTreeSet<&String>, BTreeSet<&String>) {
        let mut asked = (BTreeSet::new(), BTreeSet::new());
        for (_, entry) in self.sides[side].iter().enumerate().filter(|(index, _)| applying >> index & 1 == 1) {
            match &entry.session {
                Ok(on) => asked.0.extend(on),
                Err(unknown) => _ = asked.1.insert(unknown),
            }
        }
        asked
    }

    /// Something unknown may be anything: what one side surely asks for is missing on the other only if nothing there is
    /// unknown.
    fn session(&self, applying: [Mask; 2]) -> [bool; 2] {
        let [before, after] = [0, 1].map(|side| self.asked(side, applying[side]));
        let lost = before.0.difference(&after.0).next().is_some() && after.1.is_empty();
        let gained = after.0.difference(&before.0).next().is_some() && before.1.is_empty();
        [lost || gained, before != after]
    }

    /// Whether no entry that applies to a sign-in, and nothing that it demands, depends on what is unknown.
    fn is_understood(&self, point: &[usize; DIMENSIONS]) -> bool {
        let applying = self.applying(0, point);
        let has_unknown = |entry: &Entry| entry.grant.unknowns().next().is_some();
        (1..self.worlds.len()).all(|world| self.applying(world, point) == applying)
            && [0, 1].into_iter().all(|side| {
                let mut entries = self.sides[side].iter().enumerate();
                entries.all(|(index, entry)| applying[side] >> index & 1 == 0 || !has_unknown(entry))
            })
    }

    /// The classes that some sign-in is in with which nothing unknown has to do.
    pub(crate) fn plainly(&self) -> [bool; 5] {
        let mut plainly = [false; 5];
        for point in self.grid.points().iter().filter(|point| self.is_understood(point)) {
            let said = self.say(0, self.applying(0, point), self.state(point));
            let classes = said.classes.iter().chain(&said.session[..1]);
            plainly.iter_mut().zip(classes).for_each(|(known, is)| *known |= is);
        }
        plainly
    }

    /// Every class: whether some sign-in is in it however what is unknown turns out, or in some way.
    pub(crate) fn classes(&self) -> [Class; 5] {
        let mut all = [Class::No; 5];
        for point in self.grid.points() {
            let state = self.state(&point);
            let (mut surely, mut perhaps) = ([true; 5], [false; 5]);
            for world in 0..self.worlds.len() {
                let said = self.say(world, self.applying(world, &point), state);
                for class in 0..4 {
                    surely[class] &= said.classes[class];
                    perhaps[class] |= said.classes[class];
                }
                surely[4] &= said.session[0];
                perhaps[4] |= said.session[1];
            }
            for class in 0..5 {
                if surely[class] {
                    all[class] = Class::Yes;
                } else if perhaps[class] && all[class] == Class::No {
                    all[class] = Class::Possibly;
                }
            }
        }
        all
    }
}

fn refusing(entries: &[Entry], way: Way, state: State, world: &World) -> Mask {
    let refusing = entries.iter().enumerate().filter(|(_, entry)| entry.refuses(way, state, world));
    refusing.fold(0, |mask, (index, _)| mask | 1 << index)
}
