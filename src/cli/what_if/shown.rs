//! What becomes of the sign-in, for people and for programs.

use crate::diff::{Access, Which, words};
use crate::finding::{PolicyRef, joined, quoted, visible};
use crate::policy::{GrantControl, Id, Policy, Words};
use crate::replay::{Part, Replay, Unknown};
use crate::report::{self, witness};
use crate::requirement::Requirement;
use crate::rules::{Judgement, TenantFacts, control};
use crate::signin::{Cause, Match, Outcome, SignIn};
use crate::tenant::PolicyIndex;
use serde_json::{Value, json};

pub(super) struct Shown<'a> {
    pub(super) facts: &'a TenantFacts<'a>,
    /// What is said of a policy is said of these sign-ins.
    pub(super) requirement: &'a Requirement,
    /// The control that was asked about.
    pub(super) judgement: Option<&'a Judgement>,
    pub(super) sign_in: &'a SignIn,
    pub(super) replay: &'a Replay,
}

/// What a policy does to the sign-in, in the order in which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Blocks,
    Applies,
    MayApply,
    DoesNotApply,
}

impl Effect {
    fn of(part: &Part) -> Self {
        match part.applies {
            Match::Yes if part.blocks => Self::Blocks,
            Match::Yes => Self::Applies,
            Match::Unknown(_) => Self::MayApply,
            Match::No(_) => Self::DoesNotApply,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Blocks => "blocks",
            Self::Applies => "applies",
            Self::MayApply => "may apply",
            Self::DoesNotApply => "does not apply",
        }
    }
}

impl Shown<'_> {
    fn label(&self, index: usize) -> String {
        PolicyRef::to(&self.facts.tenant[PolicyIndex(index)]).label()
    }

    fn because(&self, policy: &Policy, cause: &Cause) -> String {
        let place = format!("`{}`", policy.place(&cause.pointer(policy)));
        let because = control::because(self.facts, self.requirement, policy, cause);
        if because.contains(&place) { because } else { format!("{because} ({place})") }
    }

    fn name(&self, id: &Id) -> String {
        quoted(&self.facts.tenant.name_or_id(id))
    }

    fn needs(&self, access: &Access) -> String {
        words::needs(access, &|id| self.name(id))
    }

    /// What a policy asks for, or why it asks for nothing.
    fn said(&self, policy: &Policy, part: &Part) -> Vec<String> {
        let mut said = Vec::new();
        match &part.applies {
            Match::No(cause) => return vec![self.because(policy, cause)],
            Match::Unknown(cause) => said.push(self.because(policy, cause)),
            Match::Yes => {}
        }
        let is_block = part.requires.iter().flatten().any(|one| one.is(GrantControl::Block));
        if !part.requires.is_empty() && !is_block {
            let device = if part.blocks { ", which this device is not" } else { "" };
            said.push(format!("needs {}{device}", self.needs(&Access::needing(part.requires.clone()))));
        }
        said.extend(part.doubt.as_ref().map(|cause| self.because(policy, cause)));
        if !part.session.is_empty() {
            let all: Vec<String> = part.session.iter().map(words::session_control).collect();
            said.push(format!("session: {}", all.join(", ")));
        }
        said
    }

    /// What becomes of the sign-in, in one sentence.
    fn outcome(&self) -> String {
        let Replay { access, blocked_by, unknown, .. } = self.replay;
        let by = |which: &Which| which.policy().map_or("security defaults".to_owned(), |index| self.label(index));
        let known = match access {
            Access::Blocked => {
                format!("blocked by {}", joined(&blocked_by.iter().map(by).collect::<Vec<_>>(), usize::MAX))
            }
            Access::Granted => "granted: nothing is asked for".to_owned(),
            Access::Needs(_) => format!("needs {}", self.needs(access)),
        };
        if unknown.is_empty() {
            return known;
        }
        let on = |one: &Unknown| match one {
            Unknown::Policy(index, _) => self.label(*index),
            Unknown::SecurityDefaults => "security defaults, of which the files say both".to_owned(),
            Unknown::MissingPolicies => "policies that may be missing from the files".to_owned(),
        };
        let on = joined(&unknown.iter().map(on).collect::<Vec<_>>(), usize::MAX);
        match access {
            Access::Blocked | Access::Granted => format!("unknown: it depends on {on}"),
            Access::Needs(_) => format!("unknown: it {known}, and what else depends on {on}"),
        }
    }

    /// What becomes of it for the control.
    fn control(&self) -> Option<(&Judgement, &'static str, String)> {
        let judgement = self.judgement?;
        let name = |index: PolicyIndex| PolicyRef::to(&self.facts.tenant[index]).label();
        let id = judgement.control.id;
        let (word, said) = match self.facts.view(judgement).evaluate(self.sign_in).outcome {
            Outcome::Forced(index) => ("forced", format!("met: {} requires it, or blocks", name(index))),
            Outcome::ByDefaults => ("forced", "met: security defaults require it, or block".to_owned()),
            Outcome::Granted => ("granted", format!("not met: the sign-in gets through without {id}")),
            Outcome::Unknown(index, _) => ("unknown", format!("unknown: it depends on {}", name(index))),
        };
        Some((judgement, word, said))
    }

    pub(super) fn pretty(&self) -> String {
        let mut text = String::from("sign-in\n");
        let described = witness(self.sign_in, &[]);
        for part in ["signInIdentity", "signInContext", "signInConditions"] {
            for (name, value) in described[part].as_object().into_iter().flatten() {
                text.push_str(&format!("  {name:<20} {}\n", visible(&self.value(value))));
            }
        }
        text.push_str("policies\n");
        let parts = self.facts.tenant.policies.iter().zip(&self.replay.parts);
        let mut rows: Vec<(Effect, String)> = parts
            .map(|(policy, part)| {
                let said = self.said(policy, part);
                let said = if said.is_empty() { String::new() } else { format!(": {}", said.join("; ")) };
                (Effect::of(part), format!("{}{said}", PolicyRef::to(policy).label()))
            })
            .collect();
        if let Some(control) = self.replay.defaults {
            rows.push(match control {
                GrantControl::Block => (Effect::Blocks, "security defaults".to_owned()),
                asked => (Effect::Applies, format!("security defaults: needs {}", self.needs(&Access::of(asked)))),
            });
        }
        rows.sort_by_key(|(effect, _)| *effect);
        for (effect, row) in rows {
            text.push_str(&format!("  {:<16} {}\n", effect.word(), visible(&row)));
        }
        text.push_str(&format!("outcome\n  {}\n", visible(&self.outcome())));
        if let Some((judgement, _, said)) = self.control() {
            text.push_str(&format!("control {}\n  {}\n", judgement.control.id, visible(&said)));
        }
        text
    }

    /// A coordinate's value, with the names of ids if they are known.
    fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => "-".to_owned(),
            Value::String(text) => match self.facts.tenant.name(&Id::new(text)) {
                Some(name) => format!("{text} ({name})"),
                None => text.clone(),
            },
            Value::Array(items) if items.is_empty() => "-".to_owned(),
            Value::Array(items) => items.iter().map(|item| self.value(item)).collect::<Vec<_>>().join(", "),
            Value::Object(members) if members.is_empty() => "unregistered".to_owned(),
            Value::Object(members) => {
                members.iter().map(|(key, value)| format!("{key}={}", self.value(value))).collect::<Vec<_>>().join(", ")
            }
            other => other.to_string(),
        }
    }

    pub(super) fn json(&self) -> Value {
        let Replay { parts, defaults, access, blocked_by, unknown } = self.replay;
        let of = |index: usize| report::policy(&PolicyRef::to(&self.facts.tenant[PolicyIndex(index)]));
        let policies = self.facts.tenant.policies.iter().zip(parts).map(|(policy, part)| {
            let (applies, cause) = match &part.applies {
                Match::Yes => (json!(true), part.doubt.as_ref()),
                Match::No(cause) => (json!(false), Some(cause)),
                Match::Unknown(cause) => (Value::Null, Some(cause)),
            };
            let mut value = report::policy(&PolicyRef::to(policy));
            value["applies"] = applies;
            value["requires"] = json!(requires(&part.requires));
            value["session"] = json!(part.session.iter().map(ToString::to_string).collect::<Vec<_>>());
            value["because"] = json!(cause.map(|cause| self.because(policy, cause)));
            value
        });
        let depends_on = unknown.iter().map(|one| match one {
            Unknown::Policy(index, cause) => {
                let own = &self.facts.tenant[PolicyIndex(*index)];
                json!({ "policy": of(*index), "pointer": cause.pointer(own).as_str(), "reason": self.because(own, cause) })
            }
            Unknown::SecurityDefaults => json!({ "policy": null, "reason": "the files say both of security defaults" }),
            Unknown::MissingPolicies => json!({ "policy": null, "reason": "policies may be missing from the files" }),
        });
        let control = self
            .control()
            .map(|(judgement, word, said)| json!({ "id": judgement.control.id, "outcome": word, "reason": said }));
        json!({
            "signIn": witness(self.sign_in, &[]),
            "policies": policies.collect::<Vec<_>>(),
            "securityDefaults": defaults.map(Words::word),
            "outcome": if unknown.is_empty() { access.word() } else { "unknown" },
            "requires": requires(access.requires()),
            "blockedBy": blocked_by.iter().filter_map(|which| which.policy()).map(of).collect::<Vec<_>>(),
            "dependsOn": depends_on.collect::<Vec<_>>(),
            "reason": self.outcome(),
            "control": control,
        })
    }
}

fn requires(all: &[Vec<crate::diff::Control>]) -> Vec<Vec<String>> {
    all.iter().map(|clause| clause.iter().map(ToString::to_string).collect()).collect()
}
