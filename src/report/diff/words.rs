//! Changes in an administrator's words.

use crate::catalog;
use crate::coverage::Side;
use crate::diff::words;
use crate::diff::{
    Access, Certainty, Change, Class, DeviceFact, Dimension, Edit, Effect, Except, Expected, Kind, Masked, Outcome,
    Party, Principal, Property, Region, Resources, Verdict, Which,
};
use crate::finding::{joined, quoted};
use crate::outcome::{Compared, PersonReport};
use crate::policy::{Id, UserType, Words};
use crate::requirement::Resource;
use crate::signin::SignIn;

/// Names in an enumeration. The rest is in the JSON report.
const NAMED: usize = 3;

/// The verdict in one sentence.
pub(super) fn verdict(compared: &Compared) -> String {
    let difference = &compared.difference;
    let count = |certain: bool, test: fn(Kind) -> bool| {
        let changes = difference.groups.iter().filter(|group| {
            let is_certain =
                group.changes.iter().any(|change| difference.changes[*change].certainty == Certainty::Certain);
            test(group.kind) && is_certain == certain
        });
        changes.count()
    };
    let mut parts = Vec::new();
    let mut add = |word: &str, test: fn(Kind) -> bool| match (count(true, test), count(false, test)) {
        (0, 0) => {}
        (0, _) => parts.push(format!("perhaps {word}")),
        (_, _) => parts.push(word.to_owned()),
    };
    add("loosened", Kind::is_loosening);
    add("newly blocked", |kind| kind == Kind::NewlyBlocked);
    add("tightened", |kind| kind == Kind::Tightened);
    add("with other session controls", |kind| kind == Kind::SessionChanged);
    let beside = if compared.intent.is_some() { "beside what is expected, " } else { "" };
    match difference.verdict {
        Verdict::Equal if compared.intent.is_some() => "no sign-in changes but as expected".to_owned(),
        Verdict::Equal => "no sign-in changes".to_owned(),
        Verdict::Undecided => "undecided: the policies are too intricate to compare".to_owned(),
        Verdict::Changed | Verdict::PossiblyChanged if parts.is_empty() => {
            format!("{beside}sign-ins may change: policies may be missing from the files")
        }
        Verdict::Changed | Verdict::PossiblyChanged => {
            format!("{beside}sign-ins change: {}", joined(&parts, usize::MAX))
        }
    }
}

/// What becomes of each change that was expected.
pub(super) fn expected(compared: &Compared) -> Vec<String> {
    let expected = compared.intent.iter().flat_map(|intent| &intent.expected).zip(&compared.difference.expected);
    let line = |(index, (expected, class)): (usize, (&Expected, &Class))| {
        let kinds: Vec<String> = expected.kinds.iter().map(|kind| kind.word().to_owned()).collect();
        let why = expected.why.as_ref().map(|why| format!(" ({})", quoted(why))).unwrap_or_default();
        let happens = match class {
            Class::Yes => "happens",
            Class::Possibly => "may happen",
            Class::No => "does not happen: remove it, or it allows a later change",
            Class::Undecided => "is too intricate to tell",
        };
        format!("change {}, {}{why}, {happens}", index + 1, joined(&kinds, usize::MAX))
    };
    expected.enumerate().map(line).collect()
}

/// One sentence: whose sign-ins, what was asked before, what is asked now. `beside` are changes by the same edit.
pub(super) fn headline(compared: &Compared, change: &Change, beside: &[&Change]) -> String {
    let who = region(compared, change);
    let [before, after] = &change.outcomes;
    let may = |sure: &str, unsure: &str| {
        if change.certainty == Certainty::Certain { sure.to_owned() } else { unsure.to_owned() }
    };
    let said = match change.kind {
        Kind::Loosened if before.access.requires() == after.access.requires() => {
            let added = &compared.difference.groups[change.group].added;
            let also = if added.is_empty() { "less".to_owned() } else { joined(added, NAMED) };
            format!(
                "{}, {} {also}",
                needed(compared, before),
                may("and it is now satisfied by", "and it may now be satisfied by")
            )
        }
        Kind::NewlyUnblocked => {
            format!("were blocked, and {} {}", may("now need", "may now need"), needs(compared, after))
        }
        Kind::NewlyBlocked => format!("{}, and {} blocked now", needed(compared, before), may("are", "may be")),
        Kind::Loosened | Kind::Tightened => {
            let needs = needs(compared, after);
            format!("{}, and {} {needs}", needed(compared, before), may("now need", "may now need"))
        }
        Kind::SessionChanged => session(change, beside),
    };
    format!("Sign-ins {who} {said}{}.", except(compared, change))
}

/// What the same sign-ins lose and get. A control with another value is another control, and half of that would mislead.
fn session(change: &Change, beside: &[&Change]) -> String {
    let is_alike = |other: &&&Change| {
        other.region == change.region && other.except == change.except && other.certainty == change.certainty
    };
    let alike: Vec<&Change> = if change.except == Except::default() {
        beside.iter().filter(is_alike).copied().collect()
    } else {
        vec![change]
    };
    let said = |gained: bool, verb: &str| {
        let sessions = alike.iter().filter_map(|change| change.session.as_ref()).filter(|(is, _)| *is == gained);
        let names: Vec<String> = sessions.flat_map(|(_, controls)| controls).map(words::session_control).collect();
        (!names.is_empty()).then(|| format!("{verb} {}", joined(&names, usize::MAX)))
    };
    let both = [said(false, "no longer get"), said(true, "now get")];
    both.into_iter().flatten().collect::<Vec<_>>().join(", and ")
}

fn needed(compared: &Compared, outcome: &Outcome) -> String {
    match outcome.access {
        Access::Blocked => "were blocked".to_owned(),
        Access::Granted | Access::Needs(_) => format!("needed {}", needs(compared, outcome)),
    }
}

fn needs(compared: &Compared, outcome: &Outcome) -> String {
    words::needs(&outcome.access, &|id| name(compared, id))
}

fn except(compared: &Compared, change: &Change) -> String {
    let label = |side: Side| move |which: &Which| compared.label(side, *which);
    let before: Vec<String> = change.except.before.iter().map(label(Side::Before)).collect();
    let after: Vec<String> = change.except.after.iter().map(label(Side::After)).collect();
    match (before.is_empty(), after.len()) {
        (true, 0) => String::new(),
        (true, 1) => format!(", except where {} still asks", joined(&after, NAMED)),
        (true, _) => format!(", except where {} still ask", joined(&after, NAMED)),
        (false, _) => format!(", except where {} asked before", joined(&before, NAMED)),
    }
}

fn name(compared: &Compared, id: &Id) -> String {
    if let Some(description) = compared.descriptions.get(id) {
        return description.clone();
    }
    let known = compared.names.get(id).map(String::as_str).or_else(|| catalog::name(id));
    known.map_or_else(|| quoted(&id.to_string()), quoted)
}

fn names(compared: &Compared, ids: &[Id]) -> Vec<String> {
    ids.iter().map(|id| if id.is("AllTrusted") { "trusted locations".to_owned() } else { name(compared, id) }).collect()
}

/// Whose sign-ins, from where, to what, how.
fn region(compared: &Compared, change: &Change) -> String {
    let region = &change.region;
    let mut text = who(compared, region);
    let locations = &region.locations;
    for clause in &locations.all_of {
        text.push_str(&format!(" from {}", names(compared, clause).join(" or ")));
    }
    if !locations.none_of.is_empty() {
        text.push_str(&format!(" from outside of {}", joined(&names(compared, &locations.none_of), NAMED)));
    }
    match &region.resources {
        None => {}
        Some(Resources::These(all)) => {
            let all: Vec<String> = all.iter().map(|one| resource(compared, one)).collect();
            text.push_str(&format!(" to {}", joined(&all, NAMED)));
        }
        Some(Resources::AllBut(all)) => {
            let is_app = |one: &&Resource| matches!(one, Resource::App(_) | Resource::OfSuite(_));
            let all: Vec<String> = all.iter().filter(is_app).map(|one| resource(compared, one)).collect();
            if !all.is_empty() {
                text.push_str(&format!(" to apps other than {}", joined(&all, NAMED)));
            }
        }
    }
    for (dimension, values) in &region.values {
        text.push_str(&value(*dimension, values));
    }
    for fact in &region.device {
        text.push_str(&device(fact));
    }
    text
}

fn who(compared: &Compared, region: &Region) -> String {
    let users = &region.users;
    let clauses: Vec<String> = users
        .all_of
        .iter()
        .map(|clause| {
            let all: Vec<String> = clause.iter().map(|one| principal(compared, one)).collect();
            joined(&all, NAMED)
        })
        .collect();
    let who = match clauses.as_slice() {
        [] => "of all users".to_owned(),
        [one] => format!("of {one}"),
        several => format!("of users who are each of: {}", several.join("; ")),
    };
    if users.none_of.is_empty() {
        return who;
    }
    let others: Vec<String> = users.none_of.iter().map(|one| principal(compared, one)).collect();
    format!("{who} except {}", joined(&others, NAMED))
}

fn principal(compared: &Compared, principal: &Principal) -> String {
    match principal {
        Principal::All => "all users".to_owned(),
        Principal::User(id) => format!("the user {}", name(compared, id)),
        Principal::Group(id) => format!("members of {}", name(compared, id)),
        Principal::Role(id) => format!("holders of the role {}", name(compared, id)),
        Principal::Guests(types, _) if types.len() >= 6 => "guests".to_owned(),
        Principal::Guests(types, _) => {
            let types: Vec<&str> = types.iter().map(|kind| kind.word()).collect();
            format!("guests of the type {}", joined(&types, NAMED))
        }
    }
}

pub(super) fn resource(compared: &Compared, resource: &Resource) -> String {
    match resource {
        Resource::App(id) => name(compared, id),
        Resource::OfSuite(suite) => format!("the apps of {}", suite.word()),
        Resource::UserAction(action) => words::user_action(action),
        Resource::AuthenticationContext(context) => {
            format!("the authentication context {}", quoted(&context.to_string()))
        }
        Resource::Other | Resource::Every => "any app".to_owned(),
    }
}

fn value(dimension: Dimension, values: &[&str]) -> String {
    let list = values.join(" or ");
    match dimension {
        Dimension::ClientAppTypes => format!(" with the client {list}"),
        Dimension::DevicePlatforms => format!(" on {list}"),
        Dimension::SignInRiskLevels => format!(" at sign-in risk {list}"),
        Dimension::UserRiskLevels => format!(" at user risk {list}"),
        Dimension::InsiderRiskLevels => format!(" at insider risk {list}"),
        Dimension::AuthenticationFlows => format!(" by the flow {list}"),
    }
}

fn device(fact: &DeviceFact) -> String {
    match fact {
        DeviceFact::Rule(rule, true) => format!(" on devices that match {}", quoted(rule)),
        DeviceFact::Rule(rule, false) => format!(" on devices that do not match {}", quoted(rule)),
        DeviceFact::Compliant(true) => " on compliant devices".to_owned(),
        DeviceFact::Compliant(false) => " on devices that are not compliant".to_owned(),
        DeviceFact::HybridJoined(true) => " on hybrid joined devices".to_owned(),
        DeviceFact::HybridJoined(false) => " on devices that are not hybrid joined".to_owned(),
    }
}

/// Whom a change is about in the directory, as a sentence after another one.
pub(super) fn people(compared: &Compared, index: usize) -> String {
    let Some(people) = &compared.people[index] else { return String::new() };
    let called =
        |person: &PersonReport| quoted(person.name.as_deref().or(person.sign_in_name.as_deref()).unwrap_or(&person.id));
    let named: Vec<String> = people.users.iter().map(called).collect();
    match (named.as_slice(), people.perhaps_others) {
        ([], false) => " Nobody in the directory is one of them.".to_owned(),
        ([], true) => String::new(),
        (named, false) => format!(" In the directory, they are {}.", joined(named, NAMED)),
        (named, true) => format!(" In the directory, they are {}, and perhaps others.", joined(named, NAMED)),
    }
}

/// One sign-in, complete as far as it differs from the most ordinary one.
pub(super) fn example(compared: &Compared, change: &Change) -> String {
    let sign_in = &change.witness[1];
    let mut text = match (&sign_in.user, sign_in.user_type) {
        (Some(user), _) => format!("the user {}", name(compared, user)),
        (None, UserType::Member) => "an ordinary user".to_owned(),
        (None, kind) => format!("a guest of the type {}", kind.word()),
    };
    let mut of: Vec<String> = sign_in.groups.iter().map(|id| format!("is in {}", name(compared, id))).collect();
    of.extend(sign_in.roles.iter().map(|id| format!("holds the role {}", name(compared, id))));
    if !of.is_empty() {
        text.push_str(&format!(" who {}", joined(&of, usize::MAX)));
    }
    text.push_str(&how(compared, change, sign_in));
    text
}

fn how(compared: &Compared, change: &Change, sign_in: &SignIn) -> String {
    let mut text = format!(" signs in to {}", resource(compared, &sign_in.resource));
    let first = SignIn::attacker(Resource::Other);
    if sign_in.client_app != first.client_app {
        text.push_str(&format!(" with the client {}", sign_in.client_app.word()));
    }
    if sign_in.platform != first.platform {
        text.push_str(&format!(" on {}", sign_in.platform.word()));
    }
    let seen =
        |sign_in: &SignIn| -> Vec<String> { names(compared, &sign_in.locations.iter().cloned().collect::<Vec<_>>()) };
    let [before, after] = &change.witness;
    if before.locations != after.locations {
        let word = |all: Vec<String>| if all.is_empty() { "no named location".to_owned() } else { joined(&all, NAMED) };
        text.push_str(&format!(" from an address in {} before and in {} after", word(seen(before)), word(seen(after))));
    } else if !after.locations.is_empty() {
        text.push_str(&format!(" from {}", joined(&seen(after), NAMED)));
    }
    let mut device: Vec<String> =
        sign_in.device.attributes.iter().map(|(name, value)| format!("{name} {}", quoted(value))).collect();
    if !device.is_empty() {
        device.truncate(NAMED);
        text.push_str(&format!(" on a device with {}", joined(&device, NAMED)));
    }
    for (what, level, none) in [
        ("sign-in risk", sign_in.sign_in_risk.word(), first.sign_in_risk.word()),
        ("user risk", sign_in.user_risk.word(), first.user_risk.word()),
        ("insider risk", sign_in.insider_risk.word(), first.insider_risk.word()),
    ] {
        if level != none {
            text.push_str(&format!(" at {what} {level}"));
        }
    }
    if sign_in.flow != first.flow {
        text.push_str(&format!(" by the flow {}", sign_in.flow.word()));
    }
    text
}

/// What was edited.
pub(super) fn edited(compared: &Compared, before: Party, after: Party, property: Property) -> String {
    match (before, after) {
        (Some(which), None) => format!("{} was removed", compared.label(Side::Before, which)),
        (None, Some(which)) => format!("{} was added", compared.label(Side::After, which)),
        (Some(_), Some(which)) => format!("`{}` of {} changed", property.word(), compared.label(Side::After, which)),
        (None, None) => String::new(),
    }
}

/// An edit without effect, and why it has none.
pub(super) fn idle(compared: &Compared, edit: &Edit) -> Option<String> {
    if edit.effect != Effect::None {
        return None;
    }
    let what = match (edit.before, edit.after) {
        (Some(_), Some(which)) => {
            let mut words: Vec<String> = edit.properties.iter().map(|one| format!("`{}`", one.word())).collect();
            words.dedup();
            format!("{} of {}", joined(&words, NAMED), compared.label(Side::After, which))
        }
        (before, after) => edited(compared, before, after, Property::Policy),
    };
    let masks: Vec<String> = edit
        .masked_by
        .iter()
        .filter_map(|masked| match masked {
            Masked::By(side, which) => Some(compared.label(*side, *which)),
            Masked::NotInForce => None,
        })
        .collect();
    let why = if edit.masked_by.contains(&Masked::NotInForce) {
        "it is not in force".to_owned()
    } else if masks.is_empty() {
        "it means the same".to_owned()
    } else {
        format!("{} asks for the same", joined(&masks, NAMED))
    };
    Some(format!("{what}: {why}"))
}
