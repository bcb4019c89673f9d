//! Ignores: findings that somebody has looked at and answers for, keyed on what they are about, never on a line number.

use crate::config::{Subject, parse_day, toml_string};
use crate::finding::{Edit, Finding, Location, quoted};
use std::ops::Range;
use time::Date;

/// A finding, or several, that are not to be reported.
#[derive(Debug, Clone)]
pub struct Ignore {
    /// Id of the rule.
    pub rule: String,
    /// What the finding is about.
    pub about: About,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// What is wrong with it, if anything.
    pub problem: Option<String>,
    /// Where it is written.
    pub location: Location,
    /// Bytes of the configuration that name its rule, if it stands there.
    pub entry: Option<Range<usize>>,
    /// What takes it out of its file, if it is a comment that nothing else goes with.
    pub comment: Option<Edit>,
}

/// What an ignored finding is about.
#[derive(Debug, Clone)]
pub enum About {
    /// What the configuration names.
    Named(Subject),
    /// Lines of a file: what a comment stands in front of.
    Lines {
        /// The file.
        path: String,
        /// First and last line.
        lines: (usize, usize),
    },
}

impl Ignore {
    /// Whether it is about this finding. `path` is that of the finding from the configuration's folder.
    #[must_use]
    pub fn covers(&self, finding: &Finding, path: &str) -> bool {
        self.rule == finding.rule
            && match &self.about {
                About::Named(Subject::Policy(named)) => finding.policy.as_ref().is_some_and(|policy| {
                    policy.id.as_ref().is_some_and(|id| id.eq_ignore_ascii_case(named))
                        || policy.name() == Some(named)
                        || policy.address.as_ref() == Some(named)
                }),
                About::Named(Subject::Path(pattern)) => pattern.is_match(path),
                About::Named(Subject::Tenant(name)) => finding.tenant == *name,
                About::Lines { path, lines } => {
                    let primary = finding.primary();
                    primary.path == *path && (lines.0..=lines.1).contains(&primary.start.line)
                }
            }
    }

    /// Whether its last day has passed.
    #[must_use]
    pub fn has_expired(&self, today: Date) -> bool {
        self.until.is_some_and(|until| until < today)
    }

    /// Whether it hides anything at all today.
    #[must_use]
    pub fn counts(&self, today: Date) -> bool {
        self.problem.is_none() && !self.has_expired(today)
    }

    /// What it is about, in words.
    #[must_use]
    pub fn subject(&self) -> String {
        match &self.about {
            About::Named(Subject::Policy(named)) => format!("the policy {}", quoted(named)),
            About::Named(Subject::Path(pattern)) => format!("the path {}", quoted(pattern.glob().glob())),
            About::Named(Subject::Tenant(name)) => format!("the tenant {}", quoted(name)),
            About::Lines { .. } => "what follows".to_owned(),
        }
    }
}

/// What a comment says: `caplint: ignore[rule] reason until=2027-01-31`.
#[derive(Debug, PartialEq, Eq)]
pub struct Comment {
    /// Id of the rule.
    pub rule: String,
    /// Why.
    pub reason: Option<String>,
    /// The last day.
    pub until: Option<Date>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// Reads a comment; none if it is not addressed to caplint. `rules` are the ids that there are.
#[must_use]
pub fn comment(text: &str, rules: &[&str]) -> Option<Comment> {
    let order = text.trim_start_matches(['#', '/', '*', ' ', '\t']).strip_prefix("caplint:")?.trim();
    let mut comment = Comment { rule: String::new(), reason: None, until: None, problem: None };
    let Some((rule, rest)) = order.strip_prefix("ignore[").and_then(|rest| rest.split_once(']')) else {
        comment.problem = Some("write it as `caplint: ignore[rule] reason`".to_owned());
        return Some(comment);
    };
    rule.trim().clone_into(&mut comment.rule);
    let mut reason: Vec<&str> = Vec::new();
    for word in rest.trim_end_matches("*/").split_whitespace() {
        match word.strip_prefix("until=") {
            Some(day) => match parse_day(day) {
                Some(day) => comment.until = Some(day),
                None => comment.problem = Some("the day after `until=` is none; write it as 2027-01-31".to_owned()),
            },
            None => reason.push(word),
        }
    }
    comment.reason = Some(reason.join(" ")).filter(|reason| !reason.is_empty());
    comment.problem = comment.problem.or_else(|| problem(&comment.rule, comment.reason.as_deref(), rules));
    Some(comment)
}

/// What is wrong with an ignore of this rule for this reason. `rules` are the ids that there are.
#[must_use]
pub fn problem(rule: &str, reason: Option<&str>, rules: &[&str]) -> Option<String> {
    if !rules.contains(&rule) {
        return Some(format!("there is no rule {}", quoted(rule)));
    }
    without_reason(reason)
}

/// What is wrong with an ignore that does not say why.
#[must_use]
pub fn without_reason(reason: Option<&str>) -> Option<String> {
    reason.is_none_or(|reason| reason.trim().is_empty()).then(|| "it gives no reason".to_owned())
}

/// The lines of an entry of the configuration that ignores a rule. `about` is a key and its value: `policy`, `path` or `tenant`.
#[must_use]
pub fn entry(rule: &str, (key, value): (&str, &str), reason: &str, until: Option<Date>) -> Vec<String> {
    let mut lines = vec![
        "[[ignore]]".to_owned(),
        format!("rule = {}", toml_string(rule)),
        format!("{key} = {}", toml_string(value)),
        format!("reason = {}", toml_string(reason)),
    ];
    lines.extend(until.map(|until| format!("until = {until}")));
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &[&str] = &["letter-case"];

    #[test]
    fn a_comment_names_a_rule_a_reason_and_a_day() {
        let read = comment("# caplint: ignore[letter-case] our module writes it so until=2027-01-31", RULES).unwrap();
        assert_eq!(
            read,
            Comment {
                rule: "letter-case".into(),
                reason: Some("our module writes it so".into()),
                until: parse_day("2027-01-31"),
                problem: None
            }
        );
        assert_eq!(comment("# an ordinary comment", RULES), None);
    }

    #[test]
    fn what_is_wrong_with_a_comment_is_said() {
        for (text, problem) in [
            ("# caplint: ignore[letter-case]", "no reason"),
            ("// caplint: ignore[letter-cas] x", "no rule"),
            ("# caplint: ignore[letter-case] x until=soon", "the day"),
            ("# caplint: disable letter-case", "write it as"),
        ] {
            assert!(comment(text, RULES).unwrap().problem.unwrap().contains(problem), "{text}");
        }
    }
}
