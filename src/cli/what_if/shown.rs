//! What becomes of the sign-in, for people and for programs.

use crate::coverage::Coordinate;
use crate::finding::{PolicyRef, visible};
use crate::policy::Id;
use crate::report::witness;
use crate::rules::{Judgement, TenantFacts, control};
use crate::signin::{Answer, Match, Outcome, SignIn};
use serde_json::{Value, json};

pub(super) struct Shown<'a> {
    pub(super) facts: &'a TenantFacts<'a>,
    pub(super) judgement: &'a Judgement,
    pub(super) sign_in: &'a SignIn,
}

impl Shown<'_> {
    fn because(&self, index: usize, matched: &Match) -> Option<String> {
        let (Match::No(cause) | Match::Unknown(cause)) = matched else { return None };
        let policy = &self.facts.tenant.policies[index];
        let place = policy.place(&cause.pointer(policy));
        Some(format!("{} (`{place}`)", control::because(self.facts, self.judgement, policy, cause)))
    }

    /// (answer, reason)
    fn answer(&self, index: usize, answer: &Answer) -> (&'static str, Option<String>) {
        match answer {
            Answer::DoesNotApply(cause) => ("does not apply", self.because(index, &Match::No(*cause))),
            Answer::Unknown(cause) => ("unknown", self.because(index, &Match::Unknown(*cause))),
            Answer::Applies { forces: Match::Yes, .. } => ("stops it", None),
            Answer::Applies { forces: forces @ Match::No(_), .. } => ("lets it through", self.because(index, forces)),
            Answer::Applies { forces: forces @ Match::Unknown(_), .. } => ("unknown", self.because(index, forces)),
        }
    }

    fn outcome(&self, outcome: Outcome) -> String {
        let name = |index: usize| PolicyRef::to(&self.facts.tenant.policies[index]).label();
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
        let mut rows: Vec<(usize, &'static str, String)> = Vec::new();
        for (index, answer) in evaluation.policies.iter().enumerate() {
            let (word, because) = self.answer(index, answer);
            let name = PolicyRef::to(&self.facts.tenant.policies[index]).label();
            let because = because.map(|because| format!(": {because}")).unwrap_or_default();
            let order = ["stops it", "unknown", "lets it through", "does not apply"];
            rows.push((order.iter().position(|one| *one == word).unwrap_or(0), word, format!("{name}{because}")));
        }
        rows.sort_by_key(|(order, ..)| *order);
        for (_, word, row) in rows {
            text.push_str(&format!("  {word:<16} {}\n", visible(&row)));
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
        let policies: Vec<Value> = evaluation
            .policies
            .iter()
            .enumerate()
            .map(|(index, answer)| {
                let policy = PolicyRef::to(&self.facts.tenant.policies[index]);
                let (word, because) = self.answer(index, answer);
                let applies = match answer {
                    Answer::Applies { .. } => json!(true),
                    Answer::DoesNotApply(_) => json!(false),
                    Answer::Unknown(_) => Value::Null,
                };
                json!({ "id": policy.id, "displayName": policy.display_name, "applies": applies, "result": word, "because": because })
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
