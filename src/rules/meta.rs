//! What a rule is: what is known of it without running it, and what it looks at.

use super::facts::{FileFacts, IgnoreFacts, TenantFacts};
use crate::finding::{Draft, Drafts, Level};
use crate::policy::Policy;

/// What is known of a rule without running it.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// Its id: a few words that read well after "allow".
    pub id: &'static str,
    /// The levels that its findings may have, the gravest first.
    pub levels: &'static [Level],
    /// One sentence.
    pub summary: &'static str,
    /// The version of caplint that brought it.
    pub since: &'static str,
    /// What it is about.
    pub category: Category,
}

impl Meta {
    /// The level of its gravest finding.
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

/// What is known of a rule without running it, and its documentation.
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

/// Declares what is known of a rule without running it. Its documentation is a file beside it.
///
/// `levels` are those of its findings, the gravest first. A draft has the first of them, and another one only if it is in
/// the list.
macro_rules! declare {
    (
        rule: $rule:ident,
        id: $id:literal,
        levels: [$($level:ident),+],
        since: $since:literal,
        category: $category:ident,
        summary: $summary:literal,
        doc: $doc:literal $(,)?
    ) => {
        /// The rule.
        pub(super) const RULE: $rule = $rule;

        /// See the documentation beside it.
        pub(super) struct $rule;

        impl $rule {
            const META: $crate::rules::Meta = $crate::rules::Meta {
                id: $id,
                levels: &[$($crate::finding::Level::$level),+],
                summary: $summary,
                since: $since,
                category: $crate::rules::Category::$category,
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
