//! What becomes of the items of a benchmark.

use crate::coverage::Verdict;

/// How a tenant does in a benchmark.
#[derive(Debug)]
pub struct BenchmarkReport {
    /// Its id.
    pub id: &'static str,
    /// Its name with its version.
    pub title: String,
    /// It was asked for by name, so that its items are listed and not only counted.
    pub is_listed: bool,
    /// Every item, in the benchmark's order.
    pub items: Vec<ItemReport>,
}

/// How a tenant does in an item of a benchmark.
#[derive(Debug)]
pub struct ItemReport {
    /// Its number.
    pub number: &'static str,
    /// What it asks for.
    pub title: &'static str,
    /// Its level, if the benchmark has levels.
    pub level: Option<&'static str>,
    /// The controls that it takes.
    pub controls: Vec<&'static str>,
    /// What becomes of it.
    pub outcome: ItemOutcome,
    /// What caplint does not decide of it, and why.
    pub why: Option<&'static str>,
}

/// What becomes of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ItemOutcome {
    /// Every control is enforced.
    Pass,
    /// Every control is, except for principals that are excluded one by one.
    PassExcept,
    /// A control is not.
    Fail,
    /// The files do not tell of a control, and none fails.
    Undecided,
    /// Every control is, and they decide a part of the item only.
    InPart,
    /// No control decides it.
    NotDecided,
}

impl ItemOutcome {
    /// Each of them, in the order in which they are counted.
    pub const ALL: [Self; 6] =
        [Self::Pass, Self::PassExcept, Self::Fail, Self::Undecided, Self::InPart, Self::NotDecided];

    /// Of an item that takes controls with these verdicts; one that cannot be judged has none.
    #[must_use]
    pub fn of(verdicts: &[Option<Verdict>], is_whole: bool) -> Self {
        let any = |wanted: Option<Verdict>| verdicts.contains(&wanted);
        if verdicts.is_empty() {
            Self::NotDecided
        } else if any(Some(Verdict::NotEnforced)) {
            Self::Fail
        } else if any(Some(Verdict::Undecided)) || any(None) {
            Self::Undecided
        } else if !is_whole {
            Self::InPart
        } else if any(Some(Verdict::EnforcedExcept)) {
            Self::PassExcept
        } else {
            Self::Pass
        }
    }

    /// The word for it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::PassExcept => "pass-except",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
            Self::InPart => "in-part",
            Self::NotDecided => "not-decided",
        }
    }
}

impl BenchmarkReport {
    /// How many items have this outcome.
    #[must_use]
    pub fn count(&self, outcome: ItemOutcome) -> usize {
        self.items.iter().filter(|item| item.outcome == outcome).count()
    }

    /// The items that pass, with and without exceptions.
    #[must_use]
    pub fn passes(&self) -> usize {
        self.count(ItemOutcome::Pass) + self.count(ItemOutcome::PassExcept)
    }

    /// The score, as the rest of a sentence: `12 of 17 items pass, 2 fail`.
    #[must_use]
    pub fn score(&self) -> String {
        let verb = |number: usize, one: &str, many: &str| format!("{number} {}", if number == 1 { one } else { many });
        let passes = self.passes();
        let mut score =
            format!("{passes} of {} items {}", self.items.len(), if passes == 1 { "passes" } else { "pass" });
        match self.count(ItemOutcome::PassExcept) {
            0 => {}
            number => score += &format!(" ({number} with exceptions)"),
        }
        let parts = [
            (ItemOutcome::Fail, "fails", "fail"),
            (ItemOutcome::Undecided, "undecided", "undecided"),
            (ItemOutcome::InPart, "passes in part", "pass in part"),
            (ItemOutcome::NotDecided, "not decided by caplint", "not decided by caplint"),
        ];
        for (outcome, one, many) in parts {
            match self.count(outcome) {
                0 => {}
                number => score += &format!(", {}", verb(number, one, many)),
            }
        }
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Enforced, EnforcedExcept, NotEnforced, Undecided};

    #[test]
    fn the_gravest_verdict_decides_an_item() {
        let of = |verdicts: &[Verdict]| {
            let verdicts: Vec<Option<Verdict>> = verdicts.iter().map(|verdict| Some(*verdict)).collect();
            [true, false].map(|is_whole| ItemOutcome::of(&verdicts, is_whole).word())
        };
        assert_eq!(of(&[]), ["not-decided"; 2]);
        assert_eq!(of(&[Enforced]), ["pass", "in-part"]);
        assert_eq!(of(&[Enforced, EnforcedExcept]), ["pass-except", "in-part"]);
        assert_eq!(of(&[Undecided, EnforcedExcept]), ["undecided"; 2]);
        assert_eq!(of(&[Undecided, NotEnforced, Enforced]), ["fail"; 2]);
        assert_eq!(ItemOutcome::of(&[Some(Enforced), None], true), ItemOutcome::Undecided);
    }

    #[test]
    fn a_score_says_what_there_is() {
        let score = |outcomes: &[ItemOutcome]| {
            let item = |outcome: &ItemOutcome| ItemReport {
                number: "1",
                title: "",
                level: None,
                controls: Vec::new(),
                outcome: *outcome,
                why: None,
            };
            let items = outcomes.iter().map(item).collect();
            BenchmarkReport { id: "b", title: String::new(), is_listed: true, items }.score()
        };
        assert_eq!(score(&[ItemOutcome::Pass]), "1 of 1 items passes");
        assert_eq!(
            score(&ItemOutcome::ALL),
            "2 of 6 items pass (1 with exceptions), 1 fails, 1 undecided, 1 passes in part, 1 not decided by caplint"
        );
    }
}
