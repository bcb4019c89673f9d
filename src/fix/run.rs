//! Rounds: what waits in one is written in the next, until there is nothing left to write.

use super::choose::{Chosen, choose, written};
use super::moved::Moved;
use super::proof::{is_same, refusal};
use crate::diff;
use crate::discover::Overlay;
use crate::finding::{Finding, Fix, Safety};
use crate::source::Position;
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// So many times files are read again at most. A fix waits for those that it meets, so a key that stands twenty times in an object
/// takes nineteen rounds.
const ROUNDS: usize = 100;

/// The tenants whose files are fixed.
pub trait Tenants {
    /// Why they cannot be read.
    type Error;

    /// What is reported with these texts in the place of files.
    ///
    /// # Errors
    /// Those of a run.
    fn findings(&self, overlay: &Overlay) -> Result<Vec<Finding>, Self::Error>;

    /// The tenants as they are read with these texts.
    ///
    /// # Errors
    /// Those of a run.
    fn read(&self, overlay: &Overlay) -> Result<Vec<Tenant>, Self::Error>;

    /// What is in a file on disk; none if it cannot be read.
    fn on_disk(&self, shown: &str) -> Option<Vec<u8>>;

    /// Under which assumptions they are compared.
    fn options(&self) -> diff::Options;
}

/// Which fixes are wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kinds {
    /// Those that keep the meaning.
    Safe,
    /// Those that change it, too.
    Unsafe,
}

/// A fix that is in the new texts.
#[derive(Debug)]
pub struct Applied {
    /// The rule.
    pub rule: &'static str,
    /// What is done.
    pub title: String,
    /// Its first file.
    pub path: String,
    /// Where its first edit is in the file on disk.
    pub start: Position,
    /// Whether it keeps the meaning.
    pub safety: Safety,
    /// The texts before and after it, if it changes the meaning.
    pub around: Option<[Overlay; 2]>,
}

/// A fix that is not written.
#[derive(Debug)]
pub struct Refused {
    /// The rule.
    pub rule: &'static str,
    /// What would be done.
    pub title: String,
    /// Its first file.
    pub path: String,
    /// Where, in the file on disk.
    pub start: Position,
    /// Why it is not.
    pub why: &'static str,
}

/// What comes of it.
#[derive(Debug, Default)]
pub struct Fixed {
    /// The new texts. Nothing else is to be written.
    pub files: Overlay,
    /// The fixes in them, in the order in which they were made.
    pub applied: Vec<Applied>,
    /// Fixes that are not in them, by the order of their findings.
    pub refused: Vec<Refused>,
    /// How many unsafe fixes there would be beside them, if they were not asked for.
    pub unasked: usize,
}

/// Tries all fixes that are wanted. Writes no file.
///
/// # Errors
/// Those of reading the tenants.
pub fn run<T: Tenants>(tenants: &T, kinds: Kinds) -> Result<Fixed, T::Error> {
    let mut fixed = Fixed::default();
    // By what does not move when something else is written.
    let mut refused: BTreeSet<(String, String)> = BTreeSet::new();
    let mut moved = Moved::default();
    let place = |moved: &Moved, one: Chosen<'_>| match one.fix.edits.first() {
        Some(edit) => moved.on_disk(&edit.path, (edit.bytes.start, edit.start), &|path| tenants.on_disk(path)),
        None => one.finding.primary().start,
    };
    for _ in 0..ROUNDS {
        let findings = tenants.findings(&fixed.files)?;
        let of = |finding: &Finding, fix: &Fix| (finding.fingerprint.clone(), fix.title.clone());
        let wanted = |safety: Safety| {
            let all = findings.iter().filter_map(|finding| Some(Chosen { finding, fix: finding.fix.as_ref()? }));
            all.filter(move |one| one.fix.safety == safety).collect::<Vec<_>>()
        };
        let open = |one: &Chosen<'_>| !refused.contains(&of(one.finding, one.fix));
        let mut chosen = choose(wanted(Safety::Safe).into_iter().filter(open));
        // What changes the meaning comes when nothing else is left, so that it is compared with what is plainly the same.
        let is_last = chosen.is_empty();
        let of_meaning = wanted(Safety::Unsafe);
        if is_last {
            match kinds {
                Kinds::Unsafe => chosen = choose(of_meaning.into_iter().filter(open)),
                Kinds::Safe => fixed.unasked = of_meaning.len(),
            }
        }
        if chosen.is_empty() {
            break;
        }
        let round = Round { tenants, base: fixed.files.clone() };
        let before = tenants.read(&round.base)?;
        let mut made = Made { accepted: Vec::new(), current: (round.base.clone(), before), refused: Vec::new() };
        if is_last {
            for one in chosen {
                if let Some(around) = round.take_meant(&mut made, one)? {
                    fixed.applied.push(applied(one, place(&moved, one), Some(around)));
                }
            }
            // What could not be compared before may be now, and what it led to may be something else. A second run would try it, too.
            if !made.accepted.is_empty() {
                refused.clear();
                fixed.refused.clear();
                made.refused.clear();
            }
        } else {
            round.take_same(&mut made, &chosen)?;
            fixed.applied.extend(made.accepted.iter().map(|one| applied(*one, place(&moved, *one), None)));
        }
        for (one, why) in made.refused {
            refused.insert(of(one.finding, one.fix));
            let Applied { rule, title, path, start, .. } = applied(one, place(&moved, one), None);
            fixed.refused.push(Refused { rule, title, path, start, why });
        }
        moved.add(&made.accepted);
        fixed.files = made.current.0;
    }
    Ok(fixed)
}

/// Why the fix of a finding would not be written by itself, if it would not: a safe one must keep every meaning, and another one must not
/// let somebody in or block somebody. `base` has texts in the place of files, which the finding is about.
///
/// # Errors
/// Those of reading the tenants.
pub fn objection<T: Tenants>(tenants: &T, base: &Overlay, finding: &Finding) -> Result<Option<&'static str>, T::Error> {
    let Some(fix) = &finding.fix else { return Ok(None) };
    let one = Chosen { finding, fix };
    let round = Round { tenants, base: base.clone() };
    let mut made = Made { accepted: Vec::new(), current: (base.clone(), tenants.read(base)?), refused: Vec::new() };
    match fix.safety {
        Safety::Safe => round.take_same(&mut made, &[one])?,
        Safety::Unsafe => {
            round.take_meant(&mut made, one)?;
        }
    }
    Ok(made.refused.first().map(|(_, why)| *why))
}

fn applied(one: Chosen<'_>, start: Position, around: Option<[Overlay; 2]>) -> Applied {
    Applied {
        rule: one.finding.rule,
        title: one.fix.title.clone(),
        path: one.fix.edits.first().map(|edit| edit.path.clone()).unwrap_or_default(),
        start,
        safety: one.fix.safety,
        around,
    }
}

/// One round: all edits are about the same texts.
struct Round<'r, T> {
    tenants: &'r T,
    base: Overlay,
}

/// What a round has made so far.
struct Made<'f> {
    accepted: Vec<Chosen<'f>>,
    /// The texts with everything that is accepted, and the tenants that they are read as.
    current: (Overlay, Vec<Tenant>),
    refused: Vec<(Chosen<'f>, &'static str)>,
}

const UNREADABLE: &str = "the file cannot be read, or has changed";

impl<T: Tenants> Round<'_, T> {
    fn with(&self, fixes: &[Chosen<'_>]) -> Option<Overlay> {
        written(fixes, &self.base, &|path| self.tenants.on_disk(path))
    }

    /// Takes these if they leave every meaning as it is. Why not, if they do not.
    fn take_all<'f>(&self, made: &mut Made<'f>, fixes: &[Chosen<'f>]) -> Result<Option<&'static str>, T::Error> {
        let all = [made.accepted.as_slice(), fixes].concat();
        let Some(overlay) = self.with(&all) else { return Ok(Some(UNREADABLE)) };
        let after = self.tenants.read(&overlay)?;
        if !is_same(&made.current.1, &after, self.tenants.options()) {
            return Ok(Some("the comparison does not show that every policy keeps its meaning"));
        }
        made.accepted = all;
        made.current = (overlay, after);
        Ok(None)
    }

    /// Whether the files are no longer what they were. Then no part of the fixes would do, and for each all files would be read again.
    fn has_changed(&self, made: &Made<'_>) -> Result<bool, T::Error> {
        let (texts, tenants) = &made.current;
        let again = self.tenants.read(texts)?;
        let is_same = tenants.len() == again.len()
            && tenants
                .iter()
                .zip(&again)
                .all(|(one, other)| one.policies == other.policies && one.missing == other.missing);
        Ok(!is_same)
    }

    /// Takes all of these that leave every meaning as it is: together if they do, else in halves.
    fn take_same<'f>(&self, made: &mut Made<'f>, fixes: &[Chosen<'f>]) -> Result<(), T::Error> {
        let Some(why) = self.take_all(made, fixes)? else { return Ok(()) };
        match fixes {
            [] => {}
            [one] => made.refused.push((*one, why)),
            several if self.has_changed(made)? => made.refused.extend(several.iter().map(|one| (*one, UNREADABLE))),
            several => {
                let (first, second) = several.split_at(several.len() / 2);
                self.take_same(made, first)?;
                self.take_same(made, second)?;
            }
        }
        Ok(())
    }

    /// Takes one that changes a meaning, unless it lets somebody in or locks somebody out. The texts before and after it, if it is taken.
    fn take_meant<'f>(&self, made: &mut Made<'f>, one: Chosen<'f>) -> Result<Option<[Overlay; 2]>, T::Error> {
        let all = [made.accepted.as_slice(), &[one]].concat();
        let Some(overlay) = self.with(&all) else {
            made.refused.push((one, UNREADABLE));
            return Ok(None);
        };
        let after = self.tenants.read(&overlay)?;
        if let Some(why) = refusal(&made.current.1, &after, self.tenants.options()) {
            made.refused.push((one, why));
            return Ok(None);
        }
        let before = std::mem::replace(&mut made.current, (overlay.clone(), after)).0;
        made.accepted = all;
        Ok(Some([before, overlay]))
    }
}
