//! The rules: one folder each, with the check, its documentation and the documentation's examples as tests.
//!
//! A rule sees one file at a time, as it was read, or the tenant as a whole; it writes [`Draft`]s and knows no report.

pub mod control;

use crate::config::{self, Config};
use crate::controls::{self, Control, Selection};
use crate::coverage::{self, Comparison, Decision, Exception, PrincipalKind, Reason, Verdict};
use crate::dialect::Taken;
use crate::finding::{Draft, Drafts, Label, Level};
use crate::ignore::Ignore;
use crate::policy::{Fact, GrantControl, Id, Policy, State};
use crate::requirement::{Grant, Requirement};
use crate::schema::{Violation, ViolationKind};
use crate::signin::{AssumeEnabled, View};
use crate::source::DecodeError;
use crate::syntax::SyntaxError;
use crate::tenant::{Bearers, Clashes, NO_CLASHES, Tenant};
use std::cell::{OnceCell, RefCell};
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
    /// What it is about.
    pub category: Category,
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// A requirement, decided by the proof.
    Controls,
    /// A policy that reaches less far than it looks. What a control has shown already is not shown again.
    Gaps,
    /// Whom policies leave out.
    Exclusions,
    /// Policies that do not say what they seem to, or that Microsoft Graph would refuse.
    Correctness,
    /// From draft to enforcement, and keeping house.
    Rollout,
    /// Infrastructure code.
    Terraform,
    /// Files that are not what an export should be.
    Files,
    /// `caplint.toml`: ignores and exceptions.
    Configuration,
}

impl Category {
    /// All of them, in the order in which people are shown them.
    pub const ALL: [Self; 8] = [
        Self::Controls,
        Self::Gaps,
        Self::Exclusions,
        Self::Correctness,
        Self::Rollout,
        Self::Terraform,
        Self::Files,
        Self::Configuration,
    ];

    /// As a heading.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Controls => "Controls",
            Self::Gaps => "Gaps",
            Self::Exclusions => "Exclusions",
            Self::Correctness => "Correctness",
            Self::Rollout => "Rollout",
            Self::Terraform => "Terraform",
            Self::Files => "Files",
            Self::Configuration => "Configuration",
        }
    }

    /// What its rules are about, in a sentence.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Controls => "Requirements, decided by the proof over all policies; a benchmark selects its own.",
            Self::Gaps => {
                "Policies that reach less far than they look, where nothing else in the tenant makes up for it."
            }
            Self::Exclusions => "Whom policies leave out, and who should be left out.",
            Self::Correctness => "Policies that do not say what they seem to, or that Microsoft Graph would refuse.",
            Self::Rollout => "From report-only to enforcement, and keeping house.",
            Self::Terraform => "What infrastructure code does to policies.",
            Self::Files => "Files that are not what an export should be.",
            Self::Configuration => "Ignores and exceptions in `caplint.toml`.",
        }
    }

    /// One lower case word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Controls => "controls",
            Self::Gaps => "gaps",
            Self::Exclusions => "exclusions",
            Self::Correctness => "correctness",
            Self::Rollout => "rollout",
            Self::Terraform => "terraform",
            Self::Files => "files",
            Self::Configuration => "configuration",
        }
    }
}

/// A rule.
pub trait Rule: Sync {
    /// What it is.
    fn meta(&self) -> Meta;

    /// Its documentation in Markdown.
    fn doc(&self) -> String;

    /// The benchmarks that ask for it, each with its number there.
    fn benchmarks(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }

    /// Looks at one file.
    fn check_file(&self, _file: &FileFacts<'_>, _drafts: &mut Drafts) {}

    /// Looks at an ignore.
    fn check_ignore(&self, _ignore: &IgnoreFacts<'_>, _drafts: &mut Drafts) {}

    /// Looks at one policy of the tenant. None is in the recycle bin.
    fn check_policy(&self, _policy: &Policy, _tenant: &TenantFacts<'_>, _drafts: &mut Drafts) {}

    /// Looks at the tenant.
    fn check_tenant(&self, _tenant: &TenantFacts<'_>, _drafts: &mut Drafts) {}
}

/// One file, as it was read.
pub struct FileFacts<'a> {
    /// Its index among the tenant's files.
    pub file: usize,
    /// A mistake of caplint's own kept it from reading the file.
    pub has_crashed: bool,
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
    /// Who bears which name, once all files are read.
    pub bearers: Option<&'a Bearers>,
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

impl Inspected {
    /// Whether something else than an id stands where one belongs.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.violations.iter().any(|violation| matches!(violation.kind, ViolationKind::NotAnId { .. }))
    }
}

/// The tenant and what is decided about it.
pub struct TenantFacts<'a> {
    /// Its policies and companions.
    pub tenant: &'a Tenant,
    /// What does not fit together in it.
    pub clashes: &'a Clashes,
    /// The verdict on each control; empty where no verdict is asked for.
    pub judgements: &'a [Judgement],
    /// With which eyes it is looked at.
    pub assume_enabled: AssumeEnabled,
    /// Which reading raises findings.
    pub reading: Reading,
    /// The controls that were asked for.
    pub selection: &'a Selection,
    /// Requirements, exceptions and assumptions of one's own.
    pub config: &'a Config,
    /// The day that reviews are held against.
    pub today: Date,
    /// The cloud that the tenant is in: `public` or `usgov`.
    pub cloud: &'static str,
    /// No other tenant is judged in this run.
    pub is_only_tenant: bool,
    /// The tenant is looked at as a whole, nothing says that policies of it are missing, and it is one tenant's. What a policy leaves open
    /// another may close, so a rule that compares policies is silent without this.
    pub is_whole: bool,
    /// Where MFA is forced, once somebody asks.
    pub mfa: RefCell<Option<Comparison<'a>>>,
    /// Whether everybody is blocked, once somebody asks.
    pub blocked: OnceCell<Option<Blocked>>,
}

/// That everybody is blocked, with or without exceptions, and the policies that do it.
pub type Blocked = (Verdict, Vec<usize>);

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

impl<'a> TenantFacts<'a> {
    /// A tenant about which nothing is decided.
    #[must_use]
    pub fn of(tenant: &'a Tenant, config: &'a Config) -> Self {
        Self {
            tenant,
            clashes: &NO_CLASHES,
            judgements: &[],
            assume_enabled: AssumeEnabled::default(),
            reading: Reading::default(),
            selection: &config.selection,
            config,
            today: Date::MIN,
            cloud: "public",
            is_only_tenant: true,
            is_whole: false,
            mfa: RefCell::default(),
            blocked: OnceCell::new(),
        }
    }
}

impl TenantFacts<'_> {
    /// How sign-ins are evaluated against the tenant for a control.
    #[must_use]
    pub fn view<'a>(&'a self, judgement: &'a Judgement) -> View<'a> {
        coverage::view(&judgement.requirement, self.tenant, self.options())
    }

    /// Whether a policy that asks for MFA would, changed like this, surely ask for it on a sign-in where surely no policy
    /// of the tenant does now. False where the files are not the whole tenant.
    #[must_use]
    pub fn leaves_mfa_out(&self, policy: &Policy, mend: impl FnOnce(&mut Policy)) -> bool {
        self.is_whole
            && self.mfa(|mfa| {
                if mfa.may_cover_all() {
                    return false;
                }
                let mut mended = policy.clone();
                mend(&mut mended);
                mfa.would_add(&mended)
            })
    }

    /// Asks about the policies as far as they force MFA, of every user at every resource.
    pub fn mfa<T>(&self, ask: impl FnOnce(&mut Comparison<'_>) -> T) -> T {
        static MFA: OnceLock<Requirement> = OnceLock::new();
        let mut mfa = self.mfa.borrow_mut();
        let requirement = MFA.get_or_init(|| Requirement::everywhere(Grant::Mfa));
        ask(mfa.get_or_insert_with(|| Comparison::new(requirement, self.tenant, self.options())))
    }

    /// Whether policies block every sign-in of everybody, but those who are excluded one by one.
    #[must_use]
    pub fn everybody_blocked(&self) -> Option<&Blocked> {
        let blocks =
            |policy: &Policy| policy.grant.built_in.position(|control| *control == GrantControl::Block).is_some();
        let find = || {
            // Most tenants have no policy that could.
            self.tenant.policies.iter().find(|policy| self.is_on(policy) && blocks(policy))?;
            let block = Requirement { security_defaults: false, ..Requirement::everywhere(Grant::Block) };
            let decision = coverage::decide(&block, self.tenant, self.options());
            match (decision.verdict, decision.reason) {
                (Verdict::Enforced | Verdict::EnforcedExcept, Reason::Policies(policies)) => {
                    Some((decision.verdict, policies))
                }
                _ => None,
            }
        };
        self.blocked.get_or_init(find).as_ref()
    }

    /// With which eyes the proof looks at the tenant.
    #[must_use]
    pub fn options(&self) -> coverage::Options {
        coverage::Options {
            assume_enabled: self.assume_enabled,
            assumptions: self.config.assumptions_on(self.today),
            ..coverage::Options::default()
        }
    }

    /// Whether a policy is in force, or is judged as if it were.
    #[must_use]
    pub fn is_on(&self, policy: &Policy) -> bool {
        match policy.state {
            Fact::Known(State::Enabled) => true,
            Fact::Known(State::ReportOnly) => self.assume_enabled != AssumeEnabled::Neither,
            Fact::Known(State::Disabled) => self.assume_enabled == AssumeEnabled::All,
            Fact::Unknown(_) => false,
        }
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
    alternative_to_mfa,
    bare_strength_id,
    class_excluded,
    deprecated_setting,
    destroyed_policies,
    device_filter_bypass,
    duplicate_key,
    duplicate_name,
    duplicate_policy,
    everybody_blocked,
    expired_exception,
    expired_ignore,
    failed_request,
    ignored_changes,
    incomplete_export,
    internal_error,
    invalid_device_filter,
    invalid_encoding,
    invalid_grant_controls,
    invalid_id,
    invalid_ignore,
    invalid_syntax,
    invalid_value,
    leaking_exclusion,
    letter_case,
    management_api_only,
    mfa_only_at_risk,
    misplaced_id,
    never_applies,
    no_break_glass,
    other_cloud_app,
    platform_condition,
    redundant_policy,
    replaced_policy,
    resource_exclusion,
    security_defaults_on,
    several_tenants,
    shared_id,
    single_value,
    stable_api_export,
    stale_report_only,
    stored_query_disagrees,
    strength_without_mfa,
    sync_account_not_excluded,
    template_placeholder,
    tenant_bound_id,
    truncated_export,
    trusted_location_bypass,
    unapproved_exception,
    unknown_condition,
    unknown_property,
    unknown_value,
    unread_format,
    unreadable_file,
    unsupported_combination,
    unused_exception,
    unused_ignore,
    user_and_sign_in_risk,
    wide_trusted_location,
    wrapped_policy,
}

/// Every rule, controls among them, in the order of their ids.
#[must_use]
pub fn all() -> &'static [&'static dyn Rule] {
    static ALL: OnceLock<Vec<&'static dyn Rule>> = OnceLock::new();
    ALL.get_or_init(|| {
        let controls = controls::all().map(|shipped| {
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
    let lines = lines.lines().map(|line| match line.split_once(' ') {
        Some((fence @ ("```json" | "```hcl"), _)) => fence,
        _ => line,
    });
    lines.fold(String::new(), |page, line| page + line + "\n")
}

/// Runs every rule over a file.
#[must_use]
pub fn check_file(file: &FileFacts<'_>) -> Vec<Draft> {
    Drafts::written(|drafts| WRITTEN.iter().for_each(|rule| rule.check_file(file, drafts)))
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
    Drafts::written(|drafts| WRITTEN.iter().for_each(|rule| rule.check_ignore(ignore, drafts)))
}

/// Runs every rule over a tenant.
#[must_use]
pub fn check_tenant(tenant: &TenantFacts<'_>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> =
        tenant.judgements.iter().filter_map(|judgement| control::check(tenant, judgement)).collect();
    let shown: Vec<Label> = drafts.iter().flat_map(|draft| draft.labels.iter().cloned()).collect();
    for rule in WRITTEN {
        let mut found = Drafts::written(|drafts| {
            for policy in tenant.tenant.policies.iter().filter(|policy| !policy.deleted) {
                rule.check_policy(policy, tenant, drafts);
            }
            rule.check_tenant(tenant, drafts);
        });
        // A gap that a control has shown, line by line, is not shown again.
        let is_shown =
            |draft: &Draft| draft.labels.first().is_some_and(|label| shown.iter().any(|shown| shown.overlaps(label)));
        if rule.meta().category == Category::Gaps {
            found.retain(|draft| !is_shown(draft));
        }
        drafts.extend(found);
    }
    drafts
}

/// Declares a rule's metadata and that its documentation stands beside it.
macro_rules! declare {
    ($rule:ident, $id:literal, $level:ident, $since:literal, $category:ident, $summary:literal) => {
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
                    category: $crate::rules::Category::$category,
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
