//! What is not reported: levels, ignores and the baseline, over all tenants of a run.

mod honoured;
mod tally;

pub use tally::Settled;

use super::{TenantReport, distinguish};
use crate::baseline::Baseline;
use crate::config::Config;
use crate::finding::{Finding, Located};
use crate::ignore::{About, Ignore, without_reason};
use crate::rules::{self, IgnoreFacts};
use crate::source::LineHashes;
use honoured::Honoured;
use std::path::{Component, Path, PathBuf};
use tally::Why;
use time::Date;

/// How findings are settled.
pub struct Settling<'a> {
    /// Levels and ignores.
    pub config: &'a Config,
    /// The text of the configuration, to point into.
    pub config_text: &'a str,
    /// Findings that were there before.
    pub baseline: Option<&'a Baseline>,
    /// Whether ignores hide anything.
    pub ignores: bool,
    /// Whether ignores in the files that are checked do: they may come from whoever is to be checked.
    pub comments: bool,
    /// Whether everything was looked at that an ignore may be about.
    pub is_complete: bool,
    /// The day that ignores are held against.
    pub today: Date,
}

/// Takes out what is not to be reported, and adds what is to be said of the ignores.
pub fn settle(tenants: &mut [TenantReport], settling: &Settling<'_>) -> Settled {
    let mut settled = Settled::default();
    let mut ignores = of_config(settling);
    let comments: Vec<Ignore> = tenants.iter_mut().flat_map(|tenant| std::mem::take(&mut tenant.ignores)).collect();
    if settling.comments {
        ignores.extend(comments);
    } else {
        settled.unheard = comments.len();
    }
    let honoured = if settling.ignores { Honoured::of(&ignores, settling.today) } else { Honoured::default() };
    let mut used = vec![false; ignores.len()];
    let by = settling.config.path.as_deref().map(crate::discover::shown).unwrap_or_default();
    for tenant in tenants.iter_mut() {
        settled.excluded += tenant.excluded;
        tenant.findings.retain_mut(|finding| {
            settled.is_left(finding, settling, &by, |finding| {
                if honoured.is_empty() {
                    // Nobody asks the system for the path.
                    return None;
                }
                let covering = honoured.covering(finding, &from_config(settling.config, &finding.primary().path));
                for index in &covering {
                    used[*index] = true;
                }
                covering.into_iter().min().map(|index| ignores[index].location.path.as_str())
            })
        });
    }
    if !settling.ignores {
        return settled;
    }
    let Some(first) = tenants.first_mut() else { return settled };
    for (ignore, is_used) in ignores.iter().zip(used) {
        let facts = IgnoreFacts { ignore, is_used, is_complete: settling.is_complete, today: settling.today };
        let drafts = rules::check_ignore(&facts);
        let mut findings: Vec<Finding> =
            drafts.into_iter().map(|draft| draft.at(&first.name, ignore.location.clone())).collect();
        findings.retain_mut(|finding| settled.is_left(finding, settling, &by, |_| None));
        first.findings.extend(findings);
    }
    first.findings.sort_by(|one, two| one.order().cmp(&two.order()));
    distinguish(&mut first.findings);
    settled
}

impl Settled {
    /// Gives a finding the level that the configuration wants. Returns whether it is reported, and counts why not.
    /// `ignored_by` names the file that ignores it.
    fn is_left<'i>(
        &mut self,
        finding: &mut Finding,
        settling: &Settling<'_>,
        config: &str,
        mut ignored_by: impl FnMut(&Finding) -> Option<&'i str>,
    ) -> bool {
        let own = finding.level;
        match settling.config.levels.get(finding.rule).map(|level| level.level()) {
            None => {}
            Some(None) => {
                self.count(own, Why::Off, config);
                return false;
            }
            Some(Some(level)) => finding.level = level,
        }
        if let Some(by) = ignored_by(finding) {
            self.count(own, Why::Ignored, by);
            return false;
        }
        if settling.baseline.is_some_and(|baseline| baseline.knows(finding)) {
            self.count(own, Why::Known, "the baseline");
            return false;
        }
        if finding.level < own {
            self.count(own, Why::Lowered, config);
        }
        true
    }
}

/// Ignores of the configuration, with their places in it.
fn of_config(settling: &Settling<'_>) -> Vec<Ignore> {
    let path = settling.config.path.as_deref().map(crate::discover::shown).unwrap_or_default();
    let located = Located::new(settling.config_text, &path, LineHashes::default());
    let ignores = settling.config.ignores.iter().map(|entry| Ignore {
        rule: entry.rule.clone(),
        about: About::Named(entry.about.clone()),
        reason: entry.reason.clone(),
        until: entry.until,
        problem: without_reason(entry.reason.as_deref()),
        location: located.bytes(entry.span.clone(), "this ignore"),
    });
    ignores.collect()
}

/// A path from the folder of the configuration.
#[must_use]
pub fn from_config(config: &Config, path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let (path, folder) = (tidy(&here.join(path)), tidy(&here.join(config.folder())));
    crate::discover::shown(path.strip_prefix(&folder).unwrap_or(&path))
}

/// Without `.` and `..`, as far as that goes without asking the system.
fn tidy(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut tidy, component| {
        match component {
            Component::CurDir => {}
            Component::ParentDir => _ = tidy.pop(),
            other => tidy.push(other),
        }
        tidy
    })
}
