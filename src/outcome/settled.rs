//! The count of findings that are not reported, so that nothing is hidden silently.

use crate::finding::{Level, joined, quoted};
use std::collections::BTreeMap;

/// What the source is called where the baseline knows a finding.
pub(crate) const BASELINE: &str = "the baseline";

/// Sources that the text names.
const NAMED: usize = 5;

/// How many findings are not reported, or are reported at a lower level.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// By an ignore.
    pub ignored: usize,
    /// By the baseline.
    pub known: usize,
    /// Because their rule is turned off.
    pub off: usize,
    /// Findings that are reported, at a lower level than their own.
    pub lowered: usize,
    /// How many of all those would be errors.
    pub errors: usize,
    /// The same by source: the file of an ignore, the configuration, the baseline.
    pub by: BTreeMap<String, usize>,
    /// Ignore comments in the files that are ignored themselves.
    pub unheard: usize,
    /// Files that the configuration excludes.
    pub excluded: usize,
}

/// Why a finding is not reported, or is reported at a lower level.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Why {
    Ignored,
    Known,
    Off,
    Lowered,
}

impl Settled {
    /// Counts a finding that would have had this level, and who has taken it out.
    pub(crate) fn count(&mut self, level: Level, why: Why, by: &str) {
        match why {
            Why::Ignored => self.ignored += 1,
            Why::Known => self.known += 1,
            Why::Off => self.off += 1,
            Why::Lowered => self.lowered += 1,
        }
        self.errors += usize::from(level == Level::Error);
        match self.by.get_mut(by) {
            Some(number) => *number += 1,
            None => _ = self.by.insert(by.to_owned(), 1),
        }
    }

    /// Calls sources what they are to be called.
    pub fn call(&mut self, called: &BTreeMap<String, String>) {
        for (by, number) in std::mem::take(&mut self.by) {
            *self.by.entry(called.get(&by).cloned().unwrap_or(by)).or_default() += number;
        }
    }

    /// In words, if there is anything to say: "2 findings are not reported: 1 ignored, 1 in the baseline, by …".
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let hidden = self.ignored + self.known + self.off;
        let mut said = Vec::new();
        if hidden > 0 {
            let kinds = [(self.ignored, "ignored"), (self.known, "in the baseline"), (self.off, "switched off")];
            let kinds: Vec<String> =
                kinds.iter().filter(|(number, _)| *number > 0).map(|(number, how)| format!("{number} {how}")).collect();
            said.push(format!("{} not reported: {}.", counted(hidden, "finding is", "findings are"), kinds.join(", ")));
        }
        if self.lowered > 0 {
            let are = counted(self.lowered, "finding is reported", "findings are reported");
            said.push(format!("{are} below the default level."));
        }
        if hidden + self.lowered > 0 {
            said.push(match (self.errors, hidden + self.lowered) {
                (0, 1) => "It would not be an error.".to_owned(),
                (_, 1) => "It would be an error.".to_owned(),
                (0, _) => "None of them is an error.".to_owned(),
                (1, _) => "1 of them is an error.".to_owned(),
                (errors, _) => format!("{errors} of them are errors."),
            });
            said.extend(self.causes().map(|causes| format!("The cause is {causes}.")));
        }
        if self.excluded > 0 {
            said.push(format!("{} excluded by the configuration.", counted(self.excluded, "file is", "files are")));
        }
        if self.unheard > 0 {
            let are = counted(self.unheard, "ignore comment is", "ignore comments are");
            said.push(format!("{are} ignored: --isolated, --no-ignores and --no-ignore-comments have this effect."));
        }
        (!said.is_empty()).then(|| said.join(" "))
    }
}

impl Settled {
    /// The files because of which findings are not reported or lowered; none if the baseline alone is the reason, which the counts
    /// have said.
    fn causes(&self) -> Option<String> {
        let files = self.by.iter().filter_map(|(source, number)| {
            // A file may be called like the baseline.
            let number = if source == BASELINE { number.saturating_sub(self.known) } else { *number };
            (number > 0).then(|| format!("{} ({number})", quoted(source)))
        });
        let files: Vec<String> = files.collect();
        let baseline = (self.known > 0).then(|| format!("{BASELINE} ({})", self.known));
        (!files.is_empty()).then(|| joined(&files.into_iter().chain(baseline).collect::<Vec<_>>(), NAMED))
    }
}

/// "1 file is", "2 files are".
fn counted(number: usize, one: &str, several: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { several })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_hidden_in_silence() {
        assert_eq!(Settled::default().text(), None);
        let mut settled = Settled { excluded: 1, unheard: 2, ..Settled::default() };
        settled.count(Level::Error, Why::Ignored, "main.tf");
        settled.count(Level::Info, Why::Known, BASELINE);
        settled.count(Level::Error, Why::Lowered, "caplint.toml");
        assert_eq!(
            settled.text().as_deref(),
            Some(
                "2 findings are not reported: 1 ignored, 1 in the baseline. 1 finding is reported below the default \
                 level. 2 of them are errors. The cause is \"caplint.toml\" (1), \"main.tf\" (1) and the baseline (1). \
                 1 file is excluded by the configuration. 2 ignore comments are ignored: --isolated, --no-ignores \
                 and --no-ignore-comments have this effect."
            )
        );
    }

    #[test]
    fn the_cause_is_said_where_the_counts_do_not_say_it() {
        let mut settled = Settled::default();
        settled.count(Level::Error, Why::Known, BASELINE);
        assert_eq!(
            settled.text().as_deref(),
            Some("1 finding is not reported: 1 in the baseline. It would be an error.")
        );
        settled.count(Level::Info, Why::Known, BASELINE);
        assert_eq!(
            settled.text().as_deref(),
            Some("2 findings are not reported: 2 in the baseline. 1 of them is an error.")
        );
        // A file that is called so is another one.
        settled.count(Level::Info, Why::Ignored, BASELINE);
        assert_eq!(
            settled.text().as_deref(),
            Some(
                "3 findings are not reported: 1 ignored, 2 in the baseline. 1 of them is an error. The cause is \"the baseline\" (1) \
                 and the baseline (2)."
            )
        );
    }
}
