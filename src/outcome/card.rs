//! A policy in words, for people who read no JSON: whom it is for, where, when, and what it asks for.
//!
//! It says what the file says, one policy at a time. What a sign-in needs over all policies is the map's and the verdicts'.

mod asks;
mod conditions;
mod who;

use crate::finding::{PolicyRef, capitalised, joined, quoted_whole};
use crate::policy::{Fact, FileIndex, Id, List, Policy, Reason, State};
use crate::tenant::Tenant;

/// Values that a sentence names; the rows have all of them.
const NAMED: usize = 3;

const NOBODY: &str = "nobody";

/// A policy in words.
#[derive(Debug)]
pub struct PolicyCard {
    /// The policy.
    pub policy: PolicyRef,
    /// Its file, as shown.
    pub path: Option<String>,
    /// Whether it is on.
    pub state: String,
    /// The day of its last change, if the file tells.
    pub modified: Option<String>,
    /// All of it in a few sentences, with the first values of each list.
    pub summary: String,
    /// What it says, row by row, with every value and its id.
    pub rows: Vec<CardRow>,
}

/// What a policy says of one thing.
#[derive(Debug, PartialEq, Eq)]
pub struct CardRow {
    /// What it is about.
    pub heading: &'static str,
    /// Each value.
    pub values: Vec<String>,
}

/// A value, as a sentence calls it and with its id.
struct Said {
    short: String,
    long: String,
}

impl Said {
    fn plain(text: impl Into<String>) -> Self {
        let text = text.into();
        Self { short: text.clone(), long: text }
    }

    /// An object of a kind, by its name and id.
    fn object(kind: &str, id: &Id, name: Option<&str>) -> Self {
        let id = id.to_string();
        match name {
            Some(name) => {
                let short = format!("{kind} {}", quoted_whole(name));
                Self { long: format!("{short} ({id})"), short }
            }
            None => Self::plain(format!("{kind} {}", quoted_whole(&id))),
        }
    }

    fn unknown(what: &str, reason: Reason) -> Self {
        Self::plain(format!("{what} unknown ({})", reason.because()))
    }
}

impl PolicyCard {
    /// Every policy of a tenant, in the order of their names. `path` tells what a file is called.
    pub(crate) fn all(tenant: &Tenant, path: impl Fn(FileIndex) -> Option<String>) -> Vec<Self> {
        let mut cards: Vec<Self> =
            tenant.policies.iter().map(|policy| Self::of(tenant, policy, path(policy.origin.file))).collect();
        let key = |card: &Self| (card.policy.whole_label(), card.policy.id.clone(), card.policy.address.clone());
        cards.sort_by_key(key);
        cards
    }

    /// One of them.
    pub(crate) fn of(tenant: &Tenant, policy: &Policy, path: Option<String>) -> Self {
        let who = who::of(tenant, policy);
        let resources = conditions::resources(tenant, policy);
        let conditions::When { only, never, perhaps } = conditions::of(tenant, policy);
        let asks = asks::of(tenant, policy);
        let session = asks::session(policy);
        let mut summary = format!("{}{}", opening(policy), sentence(policy, &who, &resources, &asks, &session));
        // What is for nobody or for nothing has no "when".
        if who.nothing.or(resources.nothing).is_none() {
            if !never.is_empty() {
                summary.push_str(&format!(" But it applies to no sign-in, because {}.", joined(&never, usize::MAX)));
            } else if !only.is_empty() {
                summary.push_str(&format!(" It applies only {}.", all_of(&only)));
            }
            for condition in &perhaps {
                summary.push_str(&format!(" It {condition}."));
            }
            if !session.is_empty() {
                summary.push_str(&format!(" Session: {}.", all_of(&session)));
            }
        }
        let mut notes = notes(policy);
        notes.extend(who.nothing.map(|why| Said::plain(format!("for nobody, because {why}"))));
        notes.extend(resources.nothing.map(|why| Said::plain(format!("for no resource, because {why}"))));
        notes.extend(never.iter().map(|why| Said::plain(format!("applies to no sign-in, because {why}"))));
        notes.extend(perhaps.into_iter().map(Said::plain));
        let rows = [
            ("for", who.include),
            ("not for", who.exclude),
            ("resources", resources.include),
            ("other than", resources.exclude),
            ("only", only),
            ("asks for", asks.values),
            ("session", session),
            ("note", notes),
        ];
        let rows = rows.into_iter().filter(|(_, values)| !values.is_empty());
        let long = |values: Vec<Said>| values.into_iter().map(|said| said.long).collect();
        Self {
            policy: PolicyRef::to(policy),
            path,
            state: state(policy),
            modified: policy.modified.map(|day| day.to_string()),
            summary,
            rows: rows.map(|(heading, values)| CardRow { heading, values: long(values) }).collect(),
        }
    }
}

/// Values that are included, and those that are not although others are.
struct Both {
    include: Vec<Said>,
    exclude: Vec<Said>,
    /// Why nothing is left, if that is sure; it can stand behind "because".
    nothing: Option<&'static str>,
}

impl Both {
    /// As a part of a sentence.
    fn said(&self) -> String {
        let include = shorts(&self.include);
        if self.exclude.is_empty() { include } else { format!("{include} except {}", shorts(&self.exclude)) }
    }
}

fn shorts(values: &[Said]) -> String {
    let mut shorts: Vec<&str> = Vec::new();
    for said in values {
        // What is only described may be so several times.
        if !shorts.contains(&said.short.as_str()) {
            shorts.push(&said.short);
        }
    }
    joined(&shorts, NAMED)
}

/// Whether a list includes something, and all of it is excluded by the same words.
fn only_excluded<T: PartialEq>(include: &List<T>, exclude: &List<T>) -> bool {
    let is_excluded = |(_, one): (usize, &T)| exclude.position(|other| other == one).is_some();
    !include.is_empty() && include.first_unknown().is_none() && include.known().all(is_excluded)
}

/// The same with all of them: a condition that is left out would make the policy another.
fn all_of(values: &[Said]) -> String {
    let values: Vec<&str> = values.iter().map(|said| said.short.as_str()).collect();
    joined(&values, usize::MAX)
}

/// Whether it is on.
fn state(policy: &Policy) -> String {
    let state = match policy.state {
        Fact::Known(State::Enabled) => "on".to_owned(),
        Fact::Known(State::Disabled) => "off".to_owned(),
        Fact::Known(State::ReportOnly) => "report-only".to_owned(),
        Fact::Unknown(reason) => format!("unknown ({})", reason.because()),
    };
    if policy.deleted {
        format!("deleted ({state})")
    } else if policy.assumed_on && policy.state != Fact::Known(State::Enabled) {
        format!("{state} (judged as on)")
    } else {
        state
    }
}

/// Why it may not be as its file says.
fn notes(policy: &Policy) -> Vec<Said> {
    let mut notes = Vec::new();
    if policy.contradicted {
        notes.push(Said::plain("another policy in the files has the same id and says something else"));
    }
    if policy.foreign {
        notes.push(Said::plain("it may be of another tenant than the files beside it"));
    }
    notes
}

/// What comes before everything else where the policy enforces nothing, or may not.
fn opening(policy: &Policy) -> &'static str {
    match policy.state {
        _ if policy.deleted => "It is deleted and enforces nothing. Once restored and on: ",
        Fact::Known(State::Enabled) => "",
        Fact::Known(State::Disabled) => "It is off and enforces nothing. Once on: ",
        Fact::Known(State::ReportOnly) => "It is report-only and enforces nothing. Once on: ",
        Fact::Unknown(_) => "Whether it is on is not known. If it is: ",
    }
}

/// Whom it asks for what, and where.
fn sentence(policy: &Policy, who: &Both, resources: &Both, asks: &asks::Asks, session: &[Said]) -> String {
    let text = match (who.nothing, resources.nothing) {
        (Some(why), _) => format!("it is for nobody, because {why}."),
        (None, Some(why)) => format!("it is for {}, but for no resource, because {why}.", who.said()),
        (None, None) => format!("{} {} {}.", who.said(), asks.verb(session), resources.said()),
    };
    // Behind an opening, the sentence goes on.
    if opening(policy).is_empty() { capitalised(&text) } else { text }
}

/// Every value of a list. One that is not known is said to be so.
fn values<T>(list: &List<T>, what: &str, say: impl Fn(&T) -> Said) -> Vec<Said> {
    if let Some(reason) = list.doubt() {
        return vec![Said::unknown(what, reason)];
    }
    let mut said: Vec<Said> = Vec::new();
    for item in list.items() {
        let value = match item {
            Fact::Known(value) => say(value),
            Fact::Unknown(reason) => Said::unknown(what, *reason),
        };
        if said.iter().all(|known| known.long != value.long) {
            said.push(value);
        }
    }
    said
}
