//! What a rule is: its metadata, and what it checks.

use super::facts::{FileFacts, IgnoreFacts, TenantFacts};
use crate::finding::{Draft, Drafts, Level, Safety};
use crate::policy::Policy;

/// The metadata of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Its id: a few words that read well after "allow".
    pub id: &'static str,
    /// The levels that its findings can have, the highest first.
    pub levels: &'static [Level],
    /// One sentence.
    pub summary: &'static str,
    /// The version of caplint that introduced it.
    pub since: &'static str,
    /// What it is about.
    pub category: Category,
    /// Of which kind its fixes are, if it has some. Not every finding has one.
    pub fix: Option<Safety>,
}

impl Meta {
    /// The highest level of its findings.
    #[must_use]
    pub const fn level(&self) -> Level {
        self.levels[0]
    }

    /// A draft of one of its levels.
    pub(super) fn draft_at(&self, level: Level, message: impl Into<String>) -> Draft {
        debug_assert!(self.levels.contains(&level), "{} does not declare findings of level {}", self.id, level.word());
        Draft::new(self.id, level, message)
    }
}

/// What a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Category {
    /// A requirement, decided by the proof.
    Controls,
    /// Policies that cover less than they appear to. A gap that a control has shown is not shown again.
    Gaps,
    /// Whom policies exclude.
    Exclusions,
    /// Policies that do not mean what they appear to mean, or that Microsoft Graph rejects.
    Correctness,
    /// From report-only to enforcement, and maintenance.
    Rollout,
    /// Infrastructure code.
    Terraform,
    /// Files that are not complete and valid exports.
    Files,
    /// `caplint.toml`: ignores and exceptions.
    Configuration,
}

impl Category {
    /// All of them, in the order of the documentation.
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
            Self::Controls => {
                "Requirements that the proof decides over all policies. A benchmark selects its \
                controls."
            }
            Self::Gaps => "Policies that cover less than they appear to, if no other policy closes the gap.",
            Self::Exclusions => "Users, groups and roles that policies exclude or should exclude.",
            Self::Correctness => {
                "Policies that do not mean what they appear to mean, or that Microsoft Graph \
                rejects."
            }
            Self::Rollout => "The rollout of policies from report-only to enforcement, and their maintenance.",
            Self::Terraform => "Infrastructure code that changes or removes policies.",
            Self::Files => "Files that are not complete and valid exports.",
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

/// The metadata of a rule, and its documentation.
pub trait Declared: Sync {
    /// What it is.
    fn meta(&self) -> Meta;

    /// Its documentation in Markdown.
    fn doc(&self) -> String;

    /// The benchmarks that ask for it, each with its number there.
    fn benchmarks(&self) -> Vec<(&str, &str)> {
        Vec::new()
    }
}

/// A rule.
pub trait Rule: Declared {
    /// Looks at one file.
    fn check_file(&self, _file: &FileFacts<'_>, _drafts: &mut Drafts) {}

    /// Looks at an ignore.
    fn check_ignore(&self, _ignore: &IgnoreFacts<'_>, _drafts: &mut Drafts) {}

    /// Looks at one policy of the tenant. None is in the recycle bin.
    fn check_policy(&self, _policy: &Policy, _tenant: &TenantFacts<'_>, _drafts: &mut Drafts) {}

    /// Looks at the tenant.
    fn check_tenant(&self, _tenant: &TenantFacts<'_>, _drafts: &mut Drafts) {}
}

/// Declares the metadata of a rule. Its documentation is a file in the same folder.
///
/// `levels` are those of its findings, the highest first. A draft has the first of them, and another one only if it is in
/// the list. `fix` is there if some of its findings have a fix.
macro_rules! declare {
    (
        rule: $rule:ident,
        id: $id:literal,
        levels: [$($level:ident),+],
        since: $since:literal,
        category: $category:ident,
        $(fix: $fix:ident,)?
        summary: $summary:literal,
        doc: $doc:literal $(,)?
    ) => {
        /// The rule.
        pub(super) const RULE: $rule = $rule;

        /// See the documentation in the same folder.
        pub(super) struct $rule;

        impl $rule {
            const META: $crate::rules::Meta = $crate::rules::Meta {
                id: $id,
                levels: &[$($crate::finding::Level::$level),+],
                summary: $summary,
                since: $since,
                category: $crate::rules::Category::$category,
                fix: $crate::rules::meta::fix!($($fix)?),
            };

            /// A draft of the rule's first level.
            #[allow(dead_code, reason = "some rules have findings of several levels only")]
            fn draft(message: impl Into<String>) -> $crate::finding::Draft {
                Self::META.draft_at(Self::META.level(), message)
            }

            /// A draft of another level of the rule.
            #[allow(dead_code, reason = "most rules have findings of one level")]
            fn draft_at(level: $crate::finding::Level, message: impl Into<String>) -> $crate::finding::Draft {
                Self::META.draft_at(level, message)
            }
        }

        impl $crate::rules::Declared for $rule {
            fn meta(&self) -> $crate::rules::Meta {
                Self::META
            }

            fn doc(&self) -> String {
                include_str!($doc).to_owned()
            }
        }
    };
}
pub(super) use declare;

/// The kind of a rule's fixes, if it declares one.
macro_rules! fix {
    () => {
        None
    };
    ($fix:ident) => {
        Some($crate::finding::Safety::$fix)
    };
}
pub(super) use fix;
