//! Logs through tenants: rows are parsed and judged on all threads while the next ones are read.

use super::compare::{Changed, Sides};
use super::coordinates::{Coordinates, Directory, Surveyor};
use super::judge::{Judge, Judged};
use super::past::{is_stopped, past};
use super::tally::{Class, OfPolicy, Tally};
use super::verify::{Checked, Checker};
use crate::coverage::Options;
use crate::sign_in_log::{Batch, Kind, Log, Read, Row};
use crate::tenant::Tenant;
use rayon::iter::{IndexedParallelIterator, IntoParallelRefIterator, ParallelIterator};
use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::sync::{Mutex, PoisonError};

/// Outcomes that are remembered before all are forgotten, so that memory stays bounded.
const REMEMBERED: usize = 20_000;

/// Batches that each thread parses at a time.
const AT_A_TIME: usize = 2;

/// A tenant that many sign-ins are asked of.
struct Side<'t> {
    judge: Judge<'t>,
    surveyor: Surveyor<'t>,
    known: HashMap<Coordinates, usize>,
    judged: Vec<Judged>,
}

impl<'t> Side<'t> {
    fn new(tenant: &'t Tenant, directory: &'t dyn Directory, options: Options) -> Self {
        Self {
            judge: Judge::new(tenant, options),
            surveyor: Surveyor::new(tenant, directory),
            known: HashMap::new(),
            judged: Vec::new(),
        }
    }

    /// The number of what becomes of a row.
    fn judge(&mut self, row: &Row<'_>) -> usize {
        let coordinates = self.surveyor.coordinates(row);
        if let Some(known) = self.known.get(&coordinates) {
            return *known;
        }
        let judged = self.judge.judge(&self.surveyor.partial(&coordinates));
        self.judged.push(judged);
        self.known.insert(coordinates, self.judged.len() - 1);
        self.judged.len() - 1
    }
}

/// What a thread needs.
struct Worker<'t> {
    sides: Vec<Side<'t>>,
    compare: Option<Sides<'t>>,
    changed: HashMap<(usize, usize), Changed>,
    /// How many sign-ins have each outcome in the last tenant, since they were counted by policy. A tenant of many policies
    /// has many doubts about one sign-in, and sign-ins with the same outcome have the same ones.
    seen: Vec<u64>,
    checker: Option<Checker<'t>>,
}

/// What was found out.
#[derive(Debug, Default)]
pub struct Replayed {
    /// What becomes of sign-ins.
    pub tally: Tally,
    /// What Microsoft's engine made of them, held against what the files say.
    pub checked: Option<Checked>,
}

/// Tenants through which logs go.
pub struct Replayer<'t> {
    tenants: Vec<&'t Tenant>,
    verified: Option<&'t Tenant>,
    /// Who knows the groups and roles of users, for each tenant.
    directories: Vec<&'t dyn Directory>,
    /// Users go by their ids.
    redacts: bool,
    options: Options,
    workers: Mutex<Vec<Worker<'t>>>,
    replayed: Replayed,
}

impl<'t> Replayer<'t> {
    /// One tenant, or the one before and the one after, each with who knows the groups and roles of its users. `verified` is a tenant with [all policies on], whose conditions are held
    /// against what the log says.
    ///
    /// [all policies on]: super::all_on
    #[must_use]
    pub fn new(
        tenants: Vec<&'t Tenant>,
        verified: Option<&'t Tenant>,
        directories: Vec<&'t dyn Directory>,
        options: Options,
    ) -> Self {
        let mut replayed = Replayed { checked: verified.map(Checked::new), ..Replayed::default() };
        let policies = tenants.last().map_or(0, |tenant| tenant.policies.len());
        replayed.tally.policies = vec![OfPolicy::default(); policies];
        Self { tenants, verified, directories, redacts: false, options, workers: Mutex::default(), replayed }
    }

    /// Users go by their ids in what is found out.
    pub fn redact(&mut self) {
        self.redacts = true;
    }

    /// Replays one log to its end. `file` is its number in what is said of damaged rows.
    ///
    /// # Errors
    /// Those of the reader. What was read before counts.
    pub fn log<R: io::Read + Send>(&mut self, file: usize, log: &mut Log<R>) -> io::Result<()> {
        let most = rayon::current_num_threads() * AT_A_TIME;
        let next = |log: &mut Log<R>| -> (Vec<Batch>, io::Result<()>) {
            let mut batches = Vec::new();
            while batches.len() < most {
                match log.batch() {
                    Ok(Some(batch)) => batches.push(batch),
                    Ok(None) => break,
                    Err(error) => return (batches, Err(error)),
                }
            }
            (batches, Ok(()))
        };
        let (mut batches, mut read) = next(log);
        while !batches.is_empty() {
            let goes_on = read.is_ok();
            let judge = || -> Vec<Replayed> {
                batches.par_iter().with_max_len(1).map(|batch| self.batch(file, batch)).collect()
            };
            let (all, following) = rayon::join(judge, || if goes_on { next(log) } else { (Vec::new(), Ok(())) });
            for one in all {
                self.replayed.tally.absorb(one.tally);
                if let (Some(own), Some(more)) = (&mut self.replayed.checked, one.checked) {
                    own.absorb(more);
                }
            }
            read?;
            (batches, read) = following;
        }
        read
    }

    /// What was found out.
    #[must_use]
    pub fn end(self) -> Replayed {
        self.replayed
    }

    fn worker(&self) -> Worker<'t> {
        let idle = self.workers.lock().unwrap_or_else(PoisonError::into_inner).pop();
        idle.unwrap_or_else(|| Worker {
            sides: {
                let sides = self.tenants.iter().zip(&self.directories);
                sides.map(|(tenant, directory)| Side::new(tenant, *directory, self.options)).collect()
            },
            compare: match self.tenants.as_slice() {
                [before, after] => Some(Sides::new(before, after)),
                _ => None,
            },
            changed: HashMap::new(),
            seen: Vec::new(),
            // The sign-ins were made under the first.
            checker: self
                .verified
                .zip(self.directories.first())
                .map(|(tenant, directory)| Checker::new(tenant, *directory, self.options)),
        })
    }

    fn batch(&self, file: usize, batch: &Batch) -> Replayed {
        let mut worker = self.worker();
        let mut replayed = Replayed { checked: self.verified.map(Checked::new), ..Replayed::default() };
        replayed.tally.policies = vec![OfPolicy::default(); self.replayed.tally.policies.len()];
        batch.each(|read| match read {
            Read::Damaged(place, damage) => replayed.tally.damage((file, place, damage)),
            Read::Row(_, mut row) => {
                if self.redacts {
                    row.user_name = row.user.known().map(|id| Cow::Owned(id.to_string()));
                }
                worker.row(&row, &mut replayed);
            }
        });
        worker.count(&mut replayed.tally);
        self.workers.lock().unwrap_or_else(PoisonError::into_inner).push(worker);
        replayed
    }
}

impl Worker<'_> {
    /// Counts by policy what was seen.
    fn count(&mut self, tally: &mut Tally) {
        let Some(side) = self.sides.last() else { return };
        for (judged, number) in side.judged.iter().zip(self.seen.drain(..)).filter(|(_, number)| *number > 0) {
            tally.by_policy(judged, number);
        }
    }

    fn row(&mut self, row: &Row<'_>, replayed: &mut Replayed) {
        let tally = &mut replayed.tally;
        tally.rows += 1;
        tally.day(&row.created);
        match row.kind {
            Kind::Workload => {
                tally.workloads += 1;
                return;
            }
            Kind::User if is_stopped(row) => {
                tally.stopped += 1;
                return;
            }
            Kind::User => {}
        }
        let past = past(row);
        if self.sides.iter().any(|side| side.judged.len() >= REMEMBERED) {
            self.count(tally);
            self.changed.clear();
            for side in &mut self.sides {
                side.known.clear();
                side.judged.clear();
            }
        }
        let numbers: Vec<usize> = self.sides.iter_mut().map(|side| side.judge(row)).collect();
        if let Some(last) = numbers.last() {
            if self.seen.len() <= *last {
                self.seen.resize(last + 1, 0);
            }
            self.seen[*last] += 1;
        }
        let judged: Vec<&Judged> =
            self.sides.iter().zip(&numbers).map(|(side, number)| &side.judged[*number]).collect();
        let mut classes: Vec<Class> = Vec::with_capacity(4);
        if let Some(last) = judged.last() {
            classes.push(Class::of_outcome(last.outcome()));
        }
        match (judged.as_slice(), numbers.as_slice(), &self.compare) {
            ([before, after], [one, other], Some(sides)) => {
                let changed = self.changed.entry((*one, *other)).or_insert_with(|| sides.changed(before, after));
                match changed {
                    Changed::Certainly(kinds) => classes.extend(kinds.iter().map(|kind| Class::of_kind(*kind))),
                    Changed::Perhaps => classes.push(Class::MayChange),
                }
            }
            ([only], _, _) => classes.extend(Class::since(past, only.outcome())),
            _ => {}
        }
        tally.sign_in(row, past, &judged, &classes);
        if let (Some(checker), Some(checked)) = (&mut self.checker, &mut replayed.checked) {
            checker.row(row, past, checked);
        }
    }
}
