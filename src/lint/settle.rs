//! What is not reported: levels, ignores and the baseline, over all tenants of a run.

use super::{TenantReport, distinguish};
use crate::baseline::Baseline;
use crate::config::Config;
use crate::finding::{Finding, Located, joined, quoted};
use crate::ignore::{About, Ignore, without_reason};
use crate::rules::{self, IgnoreFacts};
use crate::source::LineHashes;
use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
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

/// How many findings are not reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settled {
    /// Because somebody has said so.
    pub ignored: usize,
    /// Because they were there before.
    pub known: usize,
    /// Because their rule is switched off.
    pub off: usize,
    /// The same by who says so: the file of an ignore, the configuration, the baseline.
    pub by: BTreeMap<String, usize>,
    /// Ignore comments in the files that were not listened to.
    pub unheard: usize,
}

impl Settled {
    /// In words, if there is anything to say: "2 findings are not reported: 1 by main.tf, …".
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let hidden = self.ignored + self.known + self.off;
        let kinds = [(self.ignored, "ignored"), (self.known, "in the baseline"), (self.off, "switched off")];
        let kinds: Vec<(usize, &str)> = kinds.into_iter().filter(|(number, _)| *number > 0).collect();
        let kinds: Vec<String> = match kinds.as_slice() {
            [(_, how)] => vec![(*how).to_owned()],
            several => several.iter().map(|(number, how)| format!("{number} {how}")).collect(),
        };
        let by: Vec<String> = self.by.keys().map(|source| quoted(source)).collect();
        let mut said = Vec::new();
        if hidden > 0 {
            let are = if hidden == 1 { "finding is" } else { "findings are" };
            said.push(format!("{hidden} {are} not reported: {}, by {}.", kinds.join(", "), joined(&by, 5)));
        }
        if self.unheard > 0 {
            let are = if self.unheard == 1 { "ignore comment is" } else { "ignore comments are" };
            said.push(format!(
                "{} {are} not listened to and ignored, as --isolated and --no-ignores say.",
                self.unheard
            ));
        }
        (!said.is_empty()).then(|| said.join(" "))
    }
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
    let config_path = settling.config.path.as_deref().map(crate::discover::shown).unwrap_or_default();
    let mut used = vec![false; ignores.len()];
    for tenant in tenants.iter_mut() {
        let before = tenant.findings.len();
        level(&mut tenant.findings, settling.config);
        let off = before - tenant.findings.len();
        settled.off += off;
        if off > 0 {
            *settled.by.entry(config_path.clone()).or_default() += off;
        }
        tenant.findings.retain(|finding| {
            // Where nothing is ignored, nobody asks the system for the path.
            let honoured = if settling.ignores { ignores.as_slice() } else { &[] };
            let path =
                if honoured.is_empty() { String::new() } else { from_config(settling.config, &finding.primary().path) };
            let mut is_ignored = false;
            for (index, ignore) in honoured.iter().enumerate() {
                let hides = ignore.counts(settling.today) && ignore.covers(finding, &path);
                used[index] |= hides;
                if hides && !is_ignored {
                    *settled.by.entry(ignore.location.path.clone()).or_default() += 1;
                }
                is_ignored |= hides;
            }
            let is_known = !is_ignored && settling.baseline.is_some_and(|baseline| baseline.knows(finding));
            settled.ignored += usize::from(is_ignored);
            settled.known += usize::from(is_known);
            if is_known {
                *settled.by.entry("the baseline".to_owned()).or_default() += 1;
            }
            !is_ignored && !is_known
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
        level(&mut findings, settling.config);
        findings.retain(|finding| !settling.baseline.is_some_and(|baseline| baseline.knows(finding)));
        first.findings.extend(findings);
    }
    first.findings.sort_by(|one, two| one.order().cmp(&two.order()));
    distinguish(&mut first.findings);
    settled
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

/// Gives findings the levels that the configuration wants.
fn level(findings: &mut Vec<Finding>, config: &Config) {
    if config.levels.is_empty() {
        return;
    }
    findings.retain_mut(|finding| match config.levels.get(finding.rule) {
        None => true,
        Some(level) => level.level().map(|level| finding.level = level).is_some(),
    });
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
