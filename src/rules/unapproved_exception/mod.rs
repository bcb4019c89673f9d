//! Exceptions to a control that nobody has approved.

use super::{Rule, declare, excluded};
use crate::coverage::{Exception, PrincipalKind};
use crate::finding::{Draft, Drafts, Extent, Level, joined};
use crate::policy::Id;
use crate::rules::control::{is_always_outside, people, principal, verb, when};
use crate::rules::{Judgement, TenantFacts};
use crate::tenant::UserIndex;
use std::collections::{BTreeSet, HashMap};

declare! {
    rule: UnapprovedException,
    id: "unapproved-exception",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Exclusions,
    summary: "A user, group or role is excluded from a control and is not approved in `caplint.toml`.",
    doc: "doc.md",
}

impl Rule for UnapprovedException {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let mut excepted: Vec<Excepted<'_>> = Vec::new();
        let mut positions: HashMap<(PrincipalKind, &Id), usize> = HashMap::new();
        for judgement in facts.judgements {
            for exception in &judgement.decision.exceptions {
                // An approval that is past its date speaks for itself.
                let is_listed = facts
                    .config
                    .exceptions
                    .iter()
                    .any(|entry| entry.approves(judgement.control.id, exception.kind, &exception.id));
                if is_listed {
                    continue;
                }
                let position = *positions.entry((exception.kind, &exception.id)).or_insert(excepted.len());
                if position == excepted.len() {
                    excepted.push(Vec::new());
                }
                excepted[position].push((judgement, exception));
            }
        }
        if facts.config.exceptions.is_empty() {
            drafts.extend((!excepted.is_empty()).then(|| all(facts, &excepted)));
        } else {
            drafts.extend(excepted.iter().map(|one| self::one(facts, one)));
        }
    }
}

/// Exceptions that a message names. The report lists all of them with the verdicts.
const NAMED: usize = 3;

/// Controls that a message names.
const CONTROLS: usize = 2;

/// Somebody who is outside of controls: each of them, with how.
type Excepted<'a> = Vec<(&'a Judgement, &'a Exception)>;

/// Nobody has started a list of approved exceptions: one information instead of a warning each.
fn all(facts: &TenantFacts<'_>, excepted: &[Excepted<'_>]) -> Draft {
    let names: Vec<String> = excepted.iter().map(|one| described(facts, one)).collect();
    let mut controls: Vec<&str> = excepted.iter().flatten().map(|(judgement, _)| judgement.control.id).collect();
    controls.sort_unstable();
    controls.dedup();
    let message = format!("{} for every user except {}.", hold(&controls), joined(&names, NAMED));
    let draft = UnapprovedException::draft_at(Level::Info, message)
        .help(
            "Check that each exception is intended. Keep exceptions few, and list each in `caplint.toml` with an owner, a reason and a review date \
            (docs/configuration.md).",
        )
        .about("every exception");
    let draft = Draft { is_of_tenant: true, extent: extent(excepted), ..draft };
    excepted.iter().take(8).fold(draft, |draft, one| labelled(facts, draft, one[0].1))
}

fn one(facts: &TenantFacts<'_>, excepted: &Excepted<'_>) -> Draft {
    let (_, exception) = excepted[0];
    let controls: Vec<&str> = excepted.iter().map(|(judgement, _)| judgement.control.id).collect();
    let does_not = if controls.len() == 1 { "does not hold" } else { "do not hold" };
    let message = format!(
        "{} {does_not} for {}, and `caplint.toml` does not approve that.",
        joined(&controls, CONTROLS),
        described(facts, excepted)
    );
    let kind = exception.kind.word();
    let help = format!(
        "Remove the exclusion, or add [[exception]] with {kind} = {:?}, an owner, a reason and a review date.",
        exception.id.to_string()
    );
    let draft = UnapprovedException::draft(message).help(help).about(format!("{kind} {}", exception.id));
    let draft = Draft { extent: extent(std::slice::from_ref(excepted)), ..draft };
    labelled(facts, draft, exception)
}

/// Who is outside, and who of them always is.
fn extent(excepted: &[Excepted<'_>]) -> Extent {
    let principals = excepted.iter().flat_map(|controls| {
        let (_, exception) = controls[0];
        let name = format!("{} {}", exception.kind.word(), exception.id);
        controls.iter().flat_map(move |(judgement, exception)| {
            let outside = format!("{name} outside of {}", judgement.control.id);
            let always = is_always_outside(exception).then(|| format!("{outside} always"));
            [Some(outside), always].into_iter().flatten()
        })
    });
    Extent::new(0, principals)
}

fn hold(controls: &[&str]) -> String {
    format!("{} {}", joined(controls, CONTROLS), if controls.len() == 1 { "holds" } else { "hold" })
}

fn labelled(facts: &TenantFacts<'_>, draft: Draft, exception: &Exception) -> Draft {
    let places = exception.policies.iter().take(2).map(|(policy, index)| (&facts.tenant[*policy], *index));
    let who = principal(facts, exception.kind, &exception.id);
    excluded::labelled(draft, exception.kind, places, &format!("{who} {} excluded here", verb(exception.kind)))
}

fn described(facts: &TenantFacts<'_>, excepted: &Excepted<'_>) -> String {
    let (judgement, exception) = excepted[0];
    let subject = principal(facts, exception.kind, &exception.id);
    let notes: Vec<String> = when(facts, judgement, exception, 1).into_iter().chain(who(facts, excepted)).collect();
    if notes.is_empty() { subject } else { format!("{subject} ({})", notes.join("; ")) }
}

/// Who is outside by an exception for a group or a role, if the files have a directory.
fn who(facts: &TenantFacts<'_>, excepted: &Excepted<'_>) -> Option<String> {
    let (_, exception) = excepted[0];
    if facts.tenant.directory.is_empty() || exception.kind == PrincipalKind::User {
        return None;
    }
    let members = facts.members_of(exception);
    let is_known = members.as_ref().is_some_and(|members| members.is_whole);
    let outside: BTreeSet<UserIndex> =
        excepted.iter().flat_map(|(_, exception)| exception.people.iter().copied()).collect();
    if outside.is_empty() && !is_known {
        return Some("the files do not list them".to_owned());
    }
    let people = match outside.len() {
        0 => "nobody whom the files name".to_owned(),
        1 => people(facts, &outside),
        several => format!("{several} people: {}", people(facts, &outside)),
    };
    let others = members.map_or(0, |members| members.others.len());
    let others = match others {
        0 => String::new(),
        1 => ", and 1 application or device".to_owned(),
        several => format!(", and {several} applications or devices"),
    };
    Some(if is_known { format!("{people}{others}") } else { format!("{people}{others}, and perhaps others") })
}
