//! What becomes of the sign-in, for people and for programs.

use crate::coverage::Coordinate;
use crate::finding::{PolicyRef, visible};
use crate::policy::{Id, Policy};
use crate::report::witness;
use crate::rules::{Judgement, TenantFacts, control};
use crate::signin::{Answer, Match, Outcome, SignIn};
use crate::tenant::PolicyIndex;
use serde_json::{Value, json};

pub(super) struct Shown<'a> {
    pub(super) facts: &'a TenantFacts<'a>,
    pub(super) judgement: &'a Judgement,
    pub(super) sign_in: &'a SignIn,
}

/// What a policy does to the sign-in, in the order in which people are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Effect {
    Stops,
    Unknown,
    LetsThrough,
    DoesNotApply,
}

impl Effect {
    fn word(self) -> &'static str {
        match self {
            Self::Stops => "stops it",
            Self::Unknown => "unknown",
            Self::LetsThrough => "lets it through",
            Self::DoesNotApply => "does not apply",
        }
    }
}

impl Shown<'_> {
    fn because(&self, policy: &Policy, matched: &Match) -> Option<String> {
        let (Match::No(cause) | Match::Unknown(cause)) = matched else { return None };
        let place = policy.place(&cause.pointer(policy));
        Some(format!("{} (`{place}`)", control::because(self.facts, self.judgement, policy, cause)))
    }

    /// What a policy does, and why.
    fn effect(&self, policy: &Policy, answer: &Answer) -> (Effect, Option<String>) {
        match answer {
            Answer::DoesNotApply(cause) => (Effect::DoesNotApply, self.because(policy, &Match::No(*cause))),
            Answer::Unknown(cause) => (Effect::Unknown, self.because(policy, &Match::Unknown(*cause))),
            Answer::Applies { forces: Match::Yes, .. } => (Effect::Stops, None),
            Answer::Applies { forces: forces @ Match::No(_), .. } => {
                (Effect::LetsThrough, self.because(policy, forces))
            }
            Answer::Applies { forces: forces @ Match::Unknown(_), .. } => {
                (Effect::Unknown, self.because(policy, forces))
            }
        }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        let name = |index: PolicyIndex| PolicyRef::to(&self.facts.tenant[index]).label();
        let id = self.judgement.control.id;
        match outcome {
            Outcome::Forced(index) => format!("stopped: {} requires {id}, or blocks", name(index)),
            Outcome::ByDefaults => format!("stopped: security defaults require {id}, or block"),
            Outcome::Granted => format!("granted without meeting {id}"),
            Outcome::Unknown(index, _) => format!("unknown: it depends on {}", name(index)),
        }
    }

    pub(super) fn pretty(&self) -> String {
        let evaluation = self.facts.view(self.judgement).evaluate(self.sign_in);
        let mut text = String::from("sign-in\n");
        let described = witness(self.sign_in, &[]);
        for part in ["signInIdentity", "signInContext", "signInConditions"] {
            for (name, value) in described[part].as_object().into_iter().flatten() {
                text.push_str(&format!("  {name:<20} {}\n", visible(&self.value(value))));
            }
        }
        text.push_str("policies\n");
        let mut rows: Vec<(Effect, String)> = Vec::new();
        for (policy, answer) in self.facts.tenant.policies.iter().zip(&evaluation.policies) {
            let (effect, because) = self.effect(policy, answer);
            let name = PolicyRef::to(policy).label();
            let because = because.map(|because| format!(": {because}")).unwrap_or_default();
            rows.push((effect, format!("{name}{because}")));
        }
        rows.sort_by_key(|(effect, _)| *effect);
        for (effect, row) in rows {
            text.push_str(&format!("  {:<16} {}\n", effect.word(), visible(&row)));
        }
        text.push_str(&format!("outcome\n  {}\n", visible(&self.outcome(evaluation.outcome))));
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
        let evaluation = self.facts.view(self.judgement).evaluate(self.sign_in);
        let policies: Vec<Value> = self
            .facts
            .tenant
            .policies
            .iter()
            .zip(&evaluation.policies)
            .map(|(policy, answer)| {
                let (effect, because) = self.effect(policy, answer);
                let policy = PolicyRef::to(policy);
                let applies = match answer {
                    Answer::Applies { .. } => json!(true),
                    Answer::DoesNotApply(_) => json!(false),
                    Answer::Unknown(_) => Value::Null,
                };
                json!({ "id": policy.id, "displayName": policy.name(), "applies": applies, "result": effect.word(), "because": because })
            })
            .collect();
        let outcome = match evaluation.outcome {
            Outcome::Forced(_) | Outcome::ByDefaults => "forced",
            Outcome::Granted => "granted",
            Outcome::Unknown(..) => "unknown",
        };
        let none: [Coordinate; 0] = [];
        json!({
            "control": self.judgement.control.id,
            "signIn": witness(self.sign_in, &none),
            "policies": policies,
            "outcome": outcome,
            "reason": self.outcome(evaluation.outcome),
        })
    }
}
