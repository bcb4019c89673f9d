//! What the rules write into: no list is so long that its findings fill the memory.

use super::{Draft, Extent};
use std::collections::BTreeSet;

/// The number of findings of one rule about one policy that are kept. One more finding counts the rest.
const KEPT: usize = 1_000;

/// The drafts of one rule after the other.
#[derive(Debug, Default)]
pub struct Drafts {
    kept: Vec<Draft>,
    /// How many at the end are of one rule about one policy.
    run: usize,
    /// The marks of those that are only counted; the last draft represents them.
    counted: BTreeSet<String>,
}

impl Drafts {
    /// Adds a draft.
    pub fn push(&mut self, draft: Draft) {
        let last = self.kept.last_mut();
        let Some(last) = last.filter(|last| last.rule == draft.rule && last.is_about_the_same_policy(&draft)) else {
            self.close();
            self.run = 1;
            self.kept.push(draft);
            return;
        };
        self.run += 1;
        if self.run <= KEPT {
            self.kept.push(draft);
            return;
        }
        // Each as a hash, so that a baseline that knows these does not know others.
        self.counted.insert(Extent::mark(&format!("{} {}", draft.about, draft.extent.text())));
        if self.run == KEPT + 1 {
            self.kept.push(draft);
        } else {
            last.level = last.level.max(draft.level);
        }
    }

    /// Writes how many findings the last draft represents.
    fn close(&mut self) {
        let counted = std::mem::take(&mut self.counted);
        if let Some(last) = self.kept.last_mut().filter(|_| !counted.is_empty()) {
            let more = self.run - KEPT - 1;
            if more > 0 {
                last.message = format!("{} {more} more findings are like this one.", last.message);
                last.about = format!("more than {KEPT}");
                // It names one of many, and cannot be told together with others.
                last.named = None;
            }
            last.extent = Extent::of_marks(counted);
        }
    }

    /// What somebody writes.
    #[must_use]
    pub fn written(write: impl FnOnce(&mut Self)) -> Vec<Draft> {
        let mut drafts = Self::default();
        write(&mut drafts);
        drafts.into_vec()
    }

    /// All of them, in the order in which they came.
    #[must_use]
    pub fn into_vec(mut self) -> Vec<Draft> {
        self.close();
        self.kept
    }
}

impl Extend<Draft> for Drafts {
    fn extend<I: IntoIterator<Item = Draft>>(&mut self, drafts: I) {
        drafts.into_iter().for_each(|draft| self.push(draft));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Level;

    fn drafts(rule: &'static str, about: impl Iterator<Item = usize>) -> Vec<Draft> {
        let mut drafts = Drafts::default();
        drafts.push(Draft::new("another", Level::Info, "Before."));
        drafts.extend(about.map(|about| {
            let level = if about == 7_000 { Level::Error } else { Level::Warning };
            Draft::new(rule, level, format!("{about} is wrong.")).about(about.to_string()).named(&about.to_string())
        }));
        drafts.push(Draft::new("another", Level::Info, "Behind."));
        drafts.into_vec()
    }

    #[test]
    fn what_comes_behind_a_thousand_is_counted() {
        let kept = drafts("a", 0..KEPT);
        assert_eq!(kept.len(), KEPT + 2);
        let one_more = &drafts("a", 0..=KEPT)[KEPT + 1];
        assert_eq!((one_more.message.as_str(), one_more.about.as_str()), ("1000 is wrong.", "1000"));
        let counted = drafts("a", 0..9_000);
        assert_eq!(counted.len(), KEPT + 3);
        assert_eq!(counted[KEPT + 1].message, "1000 is wrong. 7999 more findings are like this one.");
        assert_eq!(counted[KEPT + 1].level, Level::Error);
        assert_eq!((counted[KEPT].named.is_some(), counted[KEPT + 1].named.is_some()), (true, false));
    }

    #[test]
    fn a_baseline_knows_fewer_and_not_others() {
        let extent = |about: &mut dyn Iterator<Item = usize>| drafts("a", about).swap_remove(KEPT + 1).extent;
        let known = extent(&mut (0..1_500));
        assert!(extent(&mut (0..1_400)).is_within(&known));
        assert!(!extent(&mut (0..1_400).chain([9])).is_within(&known));
    }
}
