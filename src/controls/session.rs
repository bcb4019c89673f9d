//! Session controls as people write them in a requirement.

use super::problem::{Problem, problem};
use crate::policy::{AuthenticationType, Words};
use crate::requirement::{Frequency, Grant, Session};
use std::ops::Range;

/// The word for it in a requirement, for each session control but the sign-in frequency.
const SESSIONS: [(&str, Session); 5] = [
    ("persistent-browser-never", Session::NeverPersistent),
    ("token-protection", Session::TokenProtection),
    ("app-enforced-restrictions", Session::AppEnforcedRestrictions),
    ("app-control", Session::AppControl),
    ("strict-access-evaluation", Session::StrictAccessEvaluation),
];

const FREQUENCY: &str = "sign-in-frequency";
const AUTHENTICATION: &str = "authentication-type";

/// The session controls of which any is enough: one, or a list.
pub(super) fn sessions(value: &toml::Value, span: &Range<usize>) -> Result<Vec<Grant>, Problem> {
    let one = |value| session(value, span).map(Grant::Session);
    match value {
        toml::Value::Array(values) => values.iter().map(one).collect(),
        value => Ok(vec![one(value)?]),
    }
}

fn session(value: &toml::Value, span: &Range<usize>) -> Result<Session, Problem> {
    let names: Vec<&str> = SESSIONS.iter().map(|(name, _)| *name).collect();
    let table = match value {
        toml::Value::String(name) => {
            let found = SESSIONS.iter().find(|(known, _)| known == name);
            let problem = || problem(span.clone(), "a session control", name, &names);
            return found.map(|(_, session)| *session).ok_or_else(problem);
        }
        toml::Value::Table(table) => table,
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Array(_) => return Err(no_session(span, &names)),
    };
    let is_known = table.keys().all(|key| key == FREQUENCY || key == AUTHENTICATION);
    let Some(written) = table.get(FREQUENCY).and_then(toml::Value::as_str).filter(|_| is_known) else {
        return Err(no_session(span, &names));
    };
    let help = || "Write \"4 hours\", \"7 days\" or \"every time\".".to_owned();
    let at_most =
        frequency(written).ok_or_else(|| Problem { help: help(), ..problem(span.clone(), "a time", written, &[]) })?;
    Ok(Session::SignInFrequency { at_most, both_factors: both_factors(table, span)? })
}

fn no_session(span: &Range<usize>, names: &[&str]) -> Problem {
    let help = format!("Write one of {}, or {{ {FREQUENCY} = \"4 hours\" }}.", names.join(", "));
    Problem { span: span.clone(), message: "this is not a session control".to_owned(), help }
}

/// Whether the first factor must be asked for, too.
fn both_factors(table: &toml::Table, span: &Range<usize>) -> Result<bool, Problem> {
    let Some(value) = table.get(AUTHENTICATION) else { return Ok(false) };
    let written = value.as_str().unwrap_or_default();
    match AuthenticationType::of_any_case(written) {
        Some(AuthenticationType::PrimaryAndSecondaryAuthentication) => Ok(true),
        Some(AuthenticationType::SecondaryAuthentication) => Ok(false),
        None => {
            let known: Vec<&str> = AuthenticationType::WORDS.iter().map(|(word, _)| *word).collect();
            Err(problem(span.clone(), "an authentication type", written, &known))
        }
    }
}

fn frequency(written: &str) -> Option<Frequency> {
    if written == "every time" {
        return Some(Frequency::EveryTime);
    }
    let (number, unit) = written.split_once(' ')?;
    let number: u64 = number.parse().ok().filter(|number| *number > 0)?;
    match unit {
        "hour" | "hours" => Some(Frequency::Hours(number)),
        "day" | "days" => number.checked_mul(24).map(Frequency::Hours),
        _ => None,
    }
}

/// What somebody can do whose session is not limited like this, as the rest of a sentence.
pub(super) fn gap(session: Session, to: &str) -> String {
    match session {
        Session::SignInFrequency { at_most: Frequency::EveryTime, .. } => {
            format!("gets a token for {to} without signing in again")
        }
        Session::SignInFrequency { at_most, .. } => {
            format!("gets tokens for {to} for more than {at_most} without signing in again")
        }
        Session::NeverPersistent => format!("gets a token for {to} in a browser session that may persist"),
        Session::TokenProtection => format!("gets a token for {to} in a session that is not bound to the device"),
        Session::AppEnforcedRestrictions => format!("gets a token for {to} without app enforced restrictions"),
        Session::AppControl => format!("gets a token for {to} without Conditional Access App Control"),
        Session::StrictAccessEvaluation => format!("gets a token for {to} without strict access evaluation"),
    }
}
