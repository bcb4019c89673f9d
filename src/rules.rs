//! The rules: one folder each, with the check, its documentation and the documentation's examples as tests.
//!
//! A rule sees one file at a time, as it was read, or the tenant as a whole; it writes [`Draft`]s and knows no report.

pub mod control;

use crate::config::{self, Config};
use crate::controls::{self, Control};
use crate::coverage::{self, Decision, Exception, PrincipalKind};
use crate::dialect::Taken;
use crate::finding::{Draft, Level};
use crate::ignore::Ignore;
use crate::policy::{Id, Policy};
use crate::requirement::Requirement;
use crate::schema::Violation;
use crate::signin::View;
use crate::source::DecodeError;
use crate::syntax::SyntaxError;
use crate::tenant::Tenant;
use std::sync::OnceLock;
use time::Date;

/// What is known of a rule without running it.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Its id: a few words that read well after "allow".
    pub id: &'static str,
    /// The level of its gravest finding.
    pub level: Level,
    /// One sentence.
    pub summary: &'static str,
    /// The version of caplint that brought it.
    pub since: &'static str,
    /// Tags of SARIF.
    pub tags: &'static [&'static str],
}

/// A rule.
pub trait Rule: Sync {
    /// What it is.
    fn meta(&self) -> Meta;

    /// Its documentation in Markdown.
    fn doc(&self) -> String;

    /// Looks at one file.
    fn check_file(&self, _file: &FileFacts<'_>, _drafts: &mut Vec<Draft>) {}

    /// Looks at an ignore.
    fn check_ignore(&self, _ignore: &IgnoreFacts<'_>, _drafts: &mut Vec<Draft>) {}

    /// Looks at the tenant.
    fn check_tenant(&self, _tenant: &TenantFacts<'_>, _drafts: &mut Vec<Draft>) {}
}

/// One file, as it was read.
pub struct FileFacts<'a> {
    /// Its index among the tenant's files.
    pub file: usize,
    /// It could not be read at all, in the system's words.
    pub unreadable: Option<&'a str>,
    /// Its bytes are no text.
    pub encoding: Option<&'a DecodeError>,
    /// Where its text is no JSON: byte offsets of the parsed parts, with the error in each.
    pub syntax: &'a [(usize, SyntaxError)],
    /// What it was taken for.
    pub taken: Option<&'a Taken>,
    /// The policies in it that are not plainly in order.
    pub policies: &'a [Inspected],
}

impl FileFacts<'_> {
    /// Every deviation from the schema, with the policy it is in.
    fn violations(&self) -> impl Iterator<Item = (&Policy, &Violation)> {
        self.policies
            .iter()
            .flat_map(|inspected| inspected.violations.iter().map(|violation| (&inspected.policy, violation)))
    }
}

/// A policy that was held against the schema.
pub struct Inspected {
    /// The policy.
    pub policy: Policy,
    /// How it deviates.
    pub violations: Vec<Violation>,
}

/// The tenant and what is decided about it.
pub struct TenantFacts<'a> {
    /// Its policies and companions.
    pub tenant: &'a Tenant,
    /// Groups of policies that carry one id and differ.
    pub contradictions: &'a [Vec<usize>],
    /// The verdict on each control; empty where no verdict is asked for.
    pub judgements: &'a [Judgement],
    /// With which eyes it is looked at.
    pub assume_enabled: crate::signin::AssumeEnabled,
    /// Which reading raises findings.
    pub reading: Reading,
    /// Requirements, exceptions and assumptions of one's own.
    pub config: &'a Config,
    /// The day that reviews are held against.
    pub today: Date,
    /// No other tenant is judged in this run.
    pub is_only_tenant: bool,
}

/// Which reading of a control counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// The proof.
    #[default]
    Effective,
    /// The control's query, to the letter.
    StoredQuery,
}

/// Both readings of one control.
pub struct Judgement {
    /// The control.
    pub control: &'static Control,
    /// What it means in the tenant's cloud.
    pub requirement: Requirement,
    /// The proof's.
    pub decision: Decision,
    /// The stored query's, if the control has one.
    pub stored_query_passes: Option<bool>,
}

impl TenantFacts<'_> {
    /// How sign-ins are evaluated against the tenant for a control.
    #[must_use]
    pub fn view<'a>(&'a self, judgement: &'a Judgement) -> View<'a> {
        let options = coverage::Options {
            assume_enabled: self.assume_enabled,
            assumptions: self.config.assumptions,
            ..coverage::Options::default()
        };
        coverage::view(&judgement.requirement, self.tenant, options)
    }

    /// The name of a user, group or role: what the files tell, else what the configuration calls it.
    #[must_use]
    pub fn name(&self, kind: PrincipalKind, id: &Id) -> Option<String> {
        let configured = || {
            let known = self.config.exceptions.iter().find(|known| known.kind == kind && id.is_written(&known.id))?;
            known.name.clone()
        };
        self.tenant.name(id).map(str::to_owned).or_else(configured)
    }

    /// The entry of the configuration that approves an exception today.
    #[must_use]
    pub fn approval(&self, judgement: &Judgement, exception: &Exception) -> Option<&config::Exception> {
        self.config.exceptions.iter().find(|entry| {
            entry.approves(judgement.control.id, exception.kind, &exception.id) && !entry.has_expired(self.today)
        })
    }
}

macro_rules! rules {
    ($($module:ident),+ $(,)?) => {
        $(mod $module;)+

        /// The rules that are written in Rust.
        static WRITTEN: &[&dyn Rule] = &[$(&$module::RULE),+];
    };
}

rules! {
    destroyed_policies,
    duplicate_key,
    duplicate_policy,
    expired_exception,
    expired_ignore,
    incomplete_export,
    invalid_encoding,
    invalid_id,
    invalid_ignore,
    invalid_syntax,
    invalid_value,
    letter_case,
    single_value,
    stored_query_disagrees,
    template_placeholder,
    truncated_export,
    unapproved_exception,
    unknown_condition,
    unknown_property,
    unknown_value,
    unread_format,
    unreadable_file,
    unused_exception,
    unused_ignore,
    wrapped_policy,
}

/// Every rule, controls among them, in the order of their ids.
#[must_use]
pub fn all() -> &'static [&'static dyn Rule] {
    static ALL: OnceLock<Vec<&'static dyn Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let controls = controls::all().iter().map(|shipped| {
            let rule: &'static dyn Rule = Box::leak(Box::new(control::ControlRule(shipped)));
            rule
        });
        let mut all: Vec<&'static dyn Rule> = WRITTEN.iter().copied().chain(controls).collect();
        all.sort_by_key(|rule| rule.meta().id);
        all
    })
}

/// The rule of that id.
#[must_use]
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    all().iter().copied().find(|rule| rule.meta().id == id)
}

/// A rule's documentation as people read it: examples are JSON, whatever the tests want of them.
#[must_use]
pub fn page(rule: &dyn Rule) -> String {
    let lines = rule.doc();
    let lines = lines.lines().map(|line| if line.starts_with("```json ") { "```json" } else { line });
    lines.fold(String::new(), |page, line| page + line + "\n")
}

/// Runs every rule over a file.
#[must_use]
pub fn check_file(file: &FileFacts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for rule in all() {
        rule.check_file(file, &mut drafts);
    }
    drafts
}

/// An ignore, and what became of it.
pub struct IgnoreFacts<'a> {
    /// The ignore.
    pub ignore: &'a Ignore,
    /// It has hidden a finding.
    pub is_used: bool,
    /// Everything was looked at that it could be about.
    pub is_complete: bool,
    /// The day that it is held against.
    pub today: Date,
}

/// Runs every rule over an ignore.
#[must_use]
pub fn check_ignore(ignore: &IgnoreFacts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for rule in all() {
        rule.check_ignore(ignore, &mut drafts);
    }
    drafts
}

/// Runs every rule over a tenant.
#[must_use]
pub fn check_tenant(tenant: &TenantFacts<'_>) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for rule in all() {
        rule.check_tenant(tenant, &mut drafts);
    }
    for own in &tenant.config.requirements {
        control::ControlRule(own).check_tenant(tenant, &mut drafts);
    }
    drafts
}

/// Declares a rule's metadata and that its documentation stands beside it.
macro_rules! declare {
    ($rule:ident, $id:literal, $level:ident, $since:literal, $tags:expr, $summary:literal) => {
        /// The rule.
        pub(super) const RULE: $rule = $rule;

        /// See the documentation beside it.
        pub(super) struct $rule;

        impl $rule {
            const ID: &'static str = $id;

            const fn declared() -> $crate::rules::Meta {
                $crate::rules::Meta {
                    id: $id,
                    level: $crate::finding::Level::$level,
                    summary: $summary,
                    since: $since,
                    tags: $tags,
                }
            }
        }
    };
}
use declare;

/// What every rule says of itself, from its declaration and the documentation beside it.
macro_rules! described {
    ($doc:literal) => {
        fn meta(&self) -> $crate::rules::Meta {
            Self::declared()
        }

        fn doc(&self) -> String {
            include_str!($doc).to_owned()
        }
    };
}
use described;

#[cfg(test)]
mod tests;
