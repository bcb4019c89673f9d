//! What is not reported: levels, ignores and the baseline, over all tenants of a run.

mod honoured;

use super::locate::in_order;
use crate::baseline::Baseline;
use crate::config::Config;
use crate::discover::{shown, tidy};
use crate::finding::{Draft, Finding, Located};
use crate::ignore::{About, Ignore, without_reason};
use crate::outcome::{BASELINE, Settled, TenantReport, Why};
use crate::rules::{self, IgnoreFacts};
use crate::source::LineHashes;
use honoured::Honoured;
use std::collections::HashSet;
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
    /// Whether ignore comments in the checked files count. The author of a file may be the one whom the check controls.
    pub comments: bool,
    /// Whether everything was looked at that an ignore may be about.
    pub is_complete: bool,
    /// Whether everything was looked at that the configuration is about, so that what is not used can be taken out of it.
    pub covers_config: bool,
    /// The day that ignores are held against.
    pub today: Date,
}

/// Removes findings that are not reported, and adds findings about ignores.
pub fn settle(tenants: &mut [TenantReport], settling: Settling<'_>) -> Settled {
    let mut settler = Settler::new(settling);
    for tenant in tenants.iter_mut() {
        settler.tenant(tenant);
    }
    settler.end(tenants.last_mut())
}

/// Settles one tenant after the other, so that nobody has to hold all of them.
pub struct Settler<'a> {
    settling: Settling<'a>,
    settled: Settled,
    /// The file of the configuration.
    by: String,
    /// Those of the configuration, then those of each tenant's files.
    ignores: Vec<Known>,
    /// How many are those of the configuration.
    of_config: usize,
    /// The first tenant, by whose name the configuration is spoken of.
    first: Option<String>,
}

/// An ignore, whether it has hidden a finding, and the tenant in whose files it stands.
struct Known {
    ignore: Ignore,
    is_used: bool,
    tenant: Option<String>,
}

impl<'a> Settler<'a> {
    /// Nothing has been settled yet.
    #[must_use]
    pub fn new(settling: Settling<'a>) -> Self {
        let by = settling.config.path.as_deref().map(crate::discover::shown).unwrap_or_default();
        let ignores: Vec<Known> = of_config(&settling, &by)
            .into_iter()
            .map(|ignore| Known { ignore, is_used: false, tenant: None })
            .collect();
        let (settled, of_config) = (Settled::default(), ignores.len());
        Self { settling, settled, by, ignores, of_config, first: None }
    }

    /// Takes out what is not to be reported of a tenant.
    pub fn tenant(&mut self, tenant: &mut TenantReport) {
        self.first.get_or_insert_with(|| tenant.name.clone());
        self.settled.excluded += tenant.excluded;
        // What was not seen of a tenant may need what nothing needs that was.
        self.settling.covers_config &= !tenant.is_partial;
        let comments = std::mem::take(&mut tenant.ignores);
        let comments_from = self.ignores.len();
        if self.settling.comments {
            let name = &tenant.name;
            let used = |ignore| Known { ignore, is_used: false, tenant: Some(name.clone()) };
            self.ignores.extend(comments.into_iter().map(used));
        } else {
            self.settled.unheard += comments.len();
        }
        let Self { settling, settled, by, ignores, of_config, .. } = self;
        let here = (0..*of_config).chain(comments_from..ignores.len());
        let honoured = if settling.ignores {
            Honoured::of(here.map(|index| (index, &ignores[index].ignore)), settling.today)
        } else {
            Honoured::default()
        };
        let mut used: Vec<usize> = Vec::new();
        tenant.findings.retain_mut(|finding| {
            settling.leaves(finding, settled, by, |finding| {
                if honoured.is_empty() {
                    // Nobody asks the system for the path.
                    return None;
                }
                let covering = honoured.covering(finding, &from_config(settling.config, &finding.primary().path));
                used.extend(&covering);
                covering.into_iter().min().map(|index| ignores[index].ignore.location.path.as_str())
            })
        });
        for index in used {
            ignores[index].is_used = true;
        }
    }

    /// The totals. The last tenant gets the findings about ignores.
    #[must_use]
    pub fn end(self, last: Option<&mut TenantReport>) -> Settled {
        let Self { settling, mut settled, by, ignores, first, .. } = self;
        let (Some(last), Some(first)) = (last.filter(|_| settling.ignores), first) else { return settled };
        // A file may belong to two tenants, and be right in one of them.
        let place = |used: &Known| {
            (
                used.ignore.rule.clone(),
                used.ignore.location.path.clone(),
                used.ignore.location.start.line,
                used.ignore.location.start.column,
            )
        };
        let elsewhere: HashSet<_> = ignores.iter().filter(|used| used.is_used).map(place).collect();
        let mut said: HashSet<_> = HashSet::new();
        let located = Located::new(settling.config_text, &by, LineHashes::default());
        for used in ignores {
            let place = place(&used);
            if used.tenant.is_some() && !said.insert(place.clone()) {
                continue;
            }
            let facts = IgnoreFacts {
                ignore: &used.ignore,
                is_used: elsewhere.contains(&place),
                is_complete: settling.is_complete,
                today: settling.today,
            };
            let tenant = used.tenant.as_ref().unwrap_or(&first);
            let drafts = rules::check_ignore(&facts);
            let finding = |mut draft: Draft| {
                // Another run may need what this one does not.
                let fix = draft.fix.take().filter(|_| settling.covers_config).and_then(|fix| located.fix(&fix));
                Finding { fix, ..draft.at(tenant, used.ignore.location.clone()) }
            };
            let mut findings: Vec<Finding> = drafts.into_iter().map(finding).collect();
            findings.retain_mut(|finding| settling.leaves(finding, &mut settled, &by, |_| None));
            last.findings.extend(findings);
        }
        in_order(&mut last.findings);
        settled
    }
}

impl Settling<'_> {
    /// Gives a finding the level that the configuration wants. Returns whether it is reported, and counts why not.
    /// `ignored_by` names the file that ignores it.
    fn leaves<'i>(
        &self,
        finding: &mut Finding,
        settled: &mut Settled,
        config: &str,
        mut ignored_by: impl FnMut(&Finding) -> Option<&'i str>,
    ) -> bool {
        let own = finding.level;
        if !self.covers_config
            && finding.fix.as_ref().is_some_and(|fix| fix.edits.iter().any(|edit| edit.path == config))
        {
            finding.fix = None;
        }
        match self.config.levels.get(finding.rule).map(|level| level.level()) {
            None => {}
            Some(None) => {
                settled.count(own, Why::Off, config);
                return false;
            }
            Some(Some(level)) => finding.level = level,
        }
        if let Some(by) = ignored_by(finding) {
            settled.count(own, Why::Ignored, by);
            return false;
        }
        if self.baseline.is_some_and(|baseline| baseline.knows(finding)) {
            settled.count(own, Why::Known, BASELINE);
            return false;
        }
        if finding.level < own {
            settled.count(own, Why::Lowered, config);
        }
        true
    }
}

/// Ignores of the configuration, with their places in it.
fn of_config(settling: &Settling<'_>, path: &str) -> Vec<Ignore> {
    let located = Located::new(settling.config_text, path, LineHashes::default());
    let ignores = settling.config.ignores.iter().map(|entry| Ignore {
        rule: entry.rule.clone(),
        about: About::Named(entry.about.clone()),
        reason: entry.reason.clone(),
        until: entry.until,
        problem: without_reason(entry.reason.as_deref()),
        location: located.bytes(entry.span.clone(), "this ignore"),
        entry: Some(entry.span.clone()),
        comment: None,
    });
    ignores.collect()
}

/// A path from the folder of the configuration.
#[must_use]
pub fn from_config(config: &Config, path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let (path, folder) = (tidy(&here.join(path)), tidy(&here.join(config.folder())));
    shown(path.strip_prefix(&folder).unwrap_or(&path))
}
