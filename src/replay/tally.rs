//! What is counted, in memory that does not depend on the size of the log.

use super::judge::{Judged, Outcome, Unsure};
use super::past::Past;
use crate::diff::{Kind, Which};
use crate::sign_in_log::{Damage, Logged, Place, Row};
use crate::signin::Coordinate;
use std::collections::{BTreeMap, HashMap};

/// What a sign-in counts as. It counts as one outcome, and as any number of changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Nothing is asked for.
    Granted,
    /// Something is asked for.
    Asked,
    /// It is blocked.
    Blocked,
    /// It depends on something that is not known.
    Unknown,
    /// Nothing was asked for, and something is asked for now.
    WouldBeAsked,
    /// It was not blocked, and is now.
    WouldBeBlocked,
    /// It was asked for something or blocked, and is granted now.
    Released,
    /// It was blocked, and is asked for something now.
    LetIn,
    /// Something is enough after that was not enough before.
    Loosened,
    /// Something was enough before that is not enough after.
    Tightened,
    /// Blocked after and not before.
    NewlyBlocked,
    /// Blocked before and not after.
    NewlyUnblocked,
    /// Other session controls.
    SessionChanged,
    /// It may change: that depends on something that is not known.
    MayChange,
}

impl Class {
    /// Every class, outcomes first.
    pub const ALL: [Self; 14] = [
        Self::Granted,
        Self::Asked,
        Self::Blocked,
        Self::Unknown,
        Self::WouldBeBlocked,
        Self::WouldBeAsked,
        Self::Released,
        Self::LetIn,
        Self::NewlyBlocked,
        Self::NewlyUnblocked,
        Self::Loosened,
        Self::Tightened,
        Self::SessionChanged,
        Self::MayChange,
    ];

    /// The outcomes.
    pub const OUTCOMES: [Self; 4] = [Self::Granted, Self::Asked, Self::Blocked, Self::Unknown];

    /// What differs from what the log says happened.
    pub const SINCE: [Self; 4] = [Self::WouldBeBlocked, Self::WouldBeAsked, Self::Released, Self::LetIn];

    /// What differs between two tenants.
    pub const BETWEEN: [Self; 6] = [
        Self::NewlyBlocked,
        Self::NewlyUnblocked,
        Self::Loosened,
        Self::Tightened,
        Self::SessionChanged,
        Self::MayChange,
    ];

    /// The key in the JSON report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Granted => "granted",
            Self::Asked => "asked",
            Self::Blocked => "blocked",
            Self::Unknown => "unknown",
            Self::WouldBeAsked => "wouldBeAsked",
            Self::WouldBeBlocked => "wouldBeBlocked",
            Self::Released => "released",
            Self::LetIn => "letIn",
            Self::Loosened => "loosened",
            Self::Tightened => "tightened",
            Self::NewlyBlocked => "newlyBlocked",
            Self::NewlyUnblocked => "newlyUnblocked",
            Self::SessionChanged => "sessionChanged",
            Self::MayChange => "mayChange",
        }
    }

    /// What a change between two tenants counts as.
    pub(super) fn of_kind(kind: Kind) -> Self {
        match kind {
            Kind::Loosened => Self::Loosened,
            Kind::NewlyUnblocked => Self::NewlyUnblocked,
            Kind::NewlyBlocked => Self::NewlyBlocked,
            Kind::Tightened => Self::Tightened,
            Kind::SessionChanged => Self::SessionChanged,
        }
    }

    /// The class of an outcome.
    #[must_use]
    pub fn of_outcome(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Granted => Self::Granted,
            Outcome::Asked => Self::Asked,
            Outcome::Blocked => Self::Blocked,
            Outcome::Unknown => Self::Unknown,
        }
    }

    /// What differs from what happened, if anything does.
    pub(super) fn since(past: Past, outcome: Outcome) -> Option<Self> {
        match (past, outcome) {
            (Past::Passed, Outcome::Asked) => Some(Self::WouldBeAsked),
            (Past::Passed | Past::Asked, Outcome::Blocked) => Some(Self::WouldBeBlocked),
            (Past::Asked | Past::Blocked, Outcome::Granted) => Some(Self::Released),
            (Past::Blocked, Outcome::Asked) => Some(Self::LetIn),
            (Past::Passed, Outcome::Granted)
            | (Past::Asked, Outcome::Asked)
            | (Past::Blocked, Outcome::Blocked)
            | (Past::Unknown, _)
            | (_, Outcome::Unknown) => None,
        }
    }
}

/// How many sign-ins count as each class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts([u32; Class::ALL.len()]);

impl Counts {
    /// Of a class.
    #[must_use]
    pub fn of(&self, class: Class) -> u64 {
        u64::from(self.0[class as usize])
    }

    /// Of all outcomes.
    #[must_use]
    pub fn total(&self) -> u64 {
        Class::OUTCOMES.iter().map(|class| self.of(*class)).sum()
    }

    fn add(&mut self, class: Class) {
        self.0[class as usize] += 1;
    }

    fn absorb(&mut self, other: &Self) {
        for (own, more) in self.0.iter_mut().zip(other.0) {
            *own += more;
        }
    }

    /// The order in which people are told: what changes first, then what is blocked and asked, then how often.
    fn weight(&self) -> [u64; 4] {
        let changes = Class::SINCE.iter().chain(&Class::BETWEEN).map(|class| self.of(*class)).sum();
        [changes, self.of(Class::Blocked), self.of(Class::Asked), self.total()]
    }
}

/// Names that are counted one by one, at most. What comes later counts as one.
const NAMES: usize = 250_000;

/// Longest text of a log that is kept, in bytes: names that somebody made long must not fill the memory.
const LONGEST: usize = 256;

/// The beginning of a text.
pub(super) fn short(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Counts by name.
#[derive(Debug, Default)]
pub struct ByName {
    counts: HashMap<Box<str>, Counts>,
    /// Sign-ins whose row has no name.
    pub unnamed: Counts,
    /// Sign-ins of the names that were too many.
    pub others: Counts,
}

impl ByName {
    fn add(&mut self, name: Option<&str>, classes: &[Class]) {
        let counts = match name {
            None => &mut self.unnamed,
            Some(name) => self.named(name),
        };
        for class in classes {
            counts.add(*class);
        }
    }

    fn named(&mut self, name: &str) -> &mut Counts {
        let name = short(name);
        if !self.counts.contains_key(name) {
            if self.counts.len() >= NAMES {
                return &mut self.others;
            }
            self.counts.insert(name.into(), Counts::default());
        }
        self.counts.get_mut(name).unwrap_or(&mut self.others)
    }

    fn absorb(&mut self, other: Self) {
        // In an order that does not depend on chance: which names are too many must not either.
        let mut all: Vec<_> = other.counts.into_iter().collect();
        if self.counts.len() + all.len() > NAMES {
            all.sort_by(|one, two| one.0.cmp(&two.0));
        }
        for (name, counts) in all {
            self.named(&name).absorb(&counts);
        }
        self.unnamed.absorb(&other.unnamed);
        self.others.absorb(&other.others);
    }

    /// How many names there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.counts.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// The names that are told first, with their counts.
    #[must_use]
    pub fn first(&self, most: usize) -> Vec<(&str, Counts)> {
        let mut all: Vec<(&str, Counts)> = self.counts.iter().map(|(name, counts)| (name.as_ref(), *counts)).collect();
        all.sort_by(|one, two| two.1.weight().cmp(&one.1.weight()).then(one.0.cmp(two.0)));
        all.truncate(most);
        all
    }
}

/// What a policy does to sign-ins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfPolicy {
    /// It asks for something.
    pub asks: u64,
    /// It blocks.
    pub blocks: u64,
    /// It may ask for something or block.
    pub may: u64,
}

/// A sign-in as an example.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Example {
    /// `createdDateTime`
    pub created: Box<str>,
    /// `id`
    pub id: Box<str>,
    /// The user's name.
    pub user: Option<Box<str>>,
    /// The app that asks.
    pub app: Option<Box<str>>,
    /// The app that the token is for.
    pub resource: Option<Box<str>>,
    /// The platform as the row has it.
    pub platform: Option<Box<str>>,
    /// The address.
    pub address: Option<Box<str>>,
    /// What happened.
    pub past: Past,
}

impl Example {
    pub(super) fn of(row: &Row<'_>, past: Past) -> Self {
        let text = |text: &Option<std::borrow::Cow<'_, str>>| text.as_deref().map(|text| short(text).into());
        Self {
            created: short(&row.created).into(),
            id: short(&row.id).into(),
            user: text(&row.user_name),
            app: text(&row.app_name),
            resource: text(&row.resource_name),
            platform: text(&row.operating_system),
            address: row.address.known().map(|address| address.to_string().into()),
            past,
        }
    }
}

/// Examples that are kept of each class.
const EXAMPLES: usize = 5;

/// The first of many, in their order.
#[derive(Debug, Clone)]
pub struct First<T>(Vec<T>);

impl<T> Default for First<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Ord> First<T> {
    /// Whether one would be among the first that compares like this.
    pub(super) fn wants(&self, compares: impl Fn(&T) -> std::cmp::Ordering) -> bool {
        self.0.len() < EXAMPLES || self.0.last().is_some_and(|last| compares(last).is_lt())
    }

    pub(super) fn add(&mut self, one: T) {
        let at = self.0.partition_point(|known| *known <= one);
        self.0.insert(at, one);
        self.0.truncate(EXAMPLES);
    }

    pub(super) fn absorb(&mut self, other: Self) {
        other.0.into_iter().for_each(|one| self.add(one));
    }

    /// They.
    #[must_use]
    pub fn all(&self) -> &[T] {
        &self.0
    }
}

/// A sign-in as an example of a class, with what becomes of it.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The sign-in.
    pub example: Example,
    /// What becomes of it: in one tenant, or before and after.
    pub judged: Vec<Judged>,
}

/// The same sign-in has the same outcome.
impl PartialEq for Instance {
    fn eq(&self, other: &Self) -> bool {
        self.example == other.example
    }
}

impl Eq for Instance {}

impl PartialOrd for Instance {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Instance {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.example.cmp(&other.example)
    }
}

/// A row that could not be used: its file by number, its place, and why.
pub type Damaged = (usize, Place, Damage);

/// Everything that is counted.
#[derive(Debug, Default)]
pub struct Tally {
    /// Rows.
    pub rows: u64,
    /// Rows that are no JSON object or have another number of cells than the header.
    pub malformed: u64,
    /// Rows that are no sign-ins.
    pub not_sign_ins: u64,
    /// The first of both.
    pub damaged: First<Damaged>,
    /// Sign-ins of service principals and managed identities.
    pub workloads: u64,
    /// Sign-ins that failed for another reason while no policy applied.
    pub stopped: u64,
    /// Sign-ins of users by what becomes of them.
    pub counts: Counts,
    /// By user.
    pub users: ByName,
    /// By the app that asks.
    pub apps: ByName,
    /// By platform.
    pub platforms: ByName,
    /// By policy of the tenant, or of the one after.
    pub policies: Vec<OfPolicy>,
    /// By what is not known: for each policy, or none, and what the row lacks, or none if the files lack it.
    pub unknown: BTreeMap<(Option<Which>, Option<Coordinate>), u64>,
    /// The days of the log, as they are written: the first and the last.
    pub days: Option<(Box<str>, Box<str>)>,
    /// Examples of each class.
    pub examples: BTreeMap<Class, First<Instance>>,
}

impl Tally {
    /// Counts a row that cannot be used.
    pub(super) fn damage(&mut self, damaged: Damaged) {
        self.rows += 1;
        match damaged.2 {
            Damage::Malformed => self.malformed += 1,
            Damage::NotASignIn => self.not_sign_ins += 1,
        }
        self.damaged.add(damaged);
    }

    /// Counts the sign-in of a user. `judged` is what becomes of it, in one tenant or before and after.
    pub(super) fn sign_in(&mut self, row: &Row<'_>, past: Past, judged: &[&Judged], classes: &[Class]) {
        for class in classes {
            self.counts.add(*class);
        }
        self.users.add(row.user_name.as_deref(), classes);
        self.apps.add(row.app_name.as_deref(), classes);
        let platform = match row.platform {
            Logged::Known(platform) => Some(crate::policy::Words::word(platform)),
            Logged::Unknown(_) => None,
        };
        self.platforms.add(platform, classes);
        for class in classes {
            let examples = self.examples.entry(*class).or_default();
            let before = |known: &Instance| {
                (row.created.as_ref(), row.id.as_ref())
                    .cmp(&(known.example.created.as_ref(), known.example.id.as_ref()))
            };
            if examples.wants(before) {
                let judged = judged.iter().map(|one| (*one).clone()).collect();
                examples.add(Instance { example: Example::of(row, past), judged });
            }
        }
    }

    /// Counts so many sign-ins of which this becomes by policy and by reason.
    pub(super) fn by_policy(&mut self, judged: &Judged, number: u64) {
        let mut count = |which: Which, of: fn(&mut OfPolicy) -> &mut u64| {
            if let Some(policy) = which.policy().and_then(|index| self.policies.get_mut(index)) {
                *of(policy) += number;
            }
        };
        judged.blocked_by.iter().for_each(|which| count(*which, |policy| &mut policy.blocks));
        judged.asked_by.iter().for_each(|which| count(*which, |policy| &mut policy.asks));
        for doubt in &judged.doubts {
            if let Some(which) = doubt.which {
                count(which, |policy| &mut policy.may);
            }
            let coordinate = match doubt.why {
                Unsure::Row(coordinate) => Some(coordinate),
                Unsure::Policy(_) | Unsure::SecurityDefaults | Unsure::MissingPolicies => None,
            };
            *self.unknown.entry((doubt.which, coordinate)).or_default() += number;
        }
    }

    /// Notes when a row was written.
    pub(super) fn day(&mut self, created: &str) {
        let created = short(created);
        if created.is_empty() {
            return;
        }
        match &mut self.days {
            None => self.days = Some((created.into(), created.into())),
            Some((first, last)) => {
                if created < first.as_ref() {
                    *first = created.into();
                }
                if created > last.as_ref() {
                    *last = created.into();
                }
            }
        }
    }

    /// Adds what comes behind.
    pub(super) fn absorb(&mut self, other: Self) {
        self.rows += other.rows;
        self.malformed += other.malformed;
        self.not_sign_ins += other.not_sign_ins;
        self.damaged.absorb(other.damaged);
        self.workloads += other.workloads;
        self.stopped += other.stopped;
        self.counts.absorb(&other.counts);
        self.users.absorb(other.users);
        self.apps.absorb(other.apps);
        self.platforms.absorb(other.platforms);
        self.policies.resize(self.policies.len().max(other.policies.len()), OfPolicy::default());
        for (own, more) in self.policies.iter_mut().zip(other.policies) {
            own.asks += more.asks;
            own.blocks += more.blocks;
            own.may += more.may;
        }
        for (key, count) in other.unknown {
            *self.unknown.entry(key).or_default() += count;
        }
        if let Some((first, last)) = other.days {
            self.day(&first);
            self.day(&last);
        }
        for (class, examples) in other.examples {
            self.examples.entry(class).or_default().absorb(examples);
        }
    }
}
