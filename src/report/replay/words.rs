//! What is said of sign-ins, in words. Text that comes from the log goes through [`name`], and through nothing else.

use super::{Report, VERIFIED};
use crate::diff::{Access, Which, words as controls};
use crate::finding::{clip_middle, joined, quoted, visible};
use crate::replay::{Agreement, Class, Counts, Damaged, Disagreement, Doubt, Example, Judged, Past, Tally, Unsure};
use crate::report::count;
use crate::sign_in_log::{Damage, LoggedCondition};
use crate::signin::Coordinate;

/// Policies that a sentence names.
const NAMED: usize = 3;

/// Longest name of a user or an app in a line, in characters.
const NAME: usize = 60;

/// What is always said.
pub(super) const SAMPLE: &str =
    "A log is a sample: it shows sign-ins that were made. `caplint diff` decides about all sign-ins.";

/// A name from the log, as a line shows it.
pub(super) fn name(text: &str) -> String {
    clip_middle(&visible(text), NAME)
}

/// What a class is called.
pub(super) fn class(class: Class) -> &'static str {
    match class {
        Class::Granted => "granted",
        Class::Asked => "asked",
        Class::Blocked => "blocked",
        Class::Unknown => "unknown",
        Class::WouldBeAsked => "would be asked",
        Class::WouldBeBlocked => "would be blocked",
        Class::Released => "released",
        Class::LetIn => "no longer blocked, but asked",
        Class::Loosened => "loosened",
        Class::Tightened => "tightened",
        Class::NewlyBlocked => "newly blocked",
        Class::NewlyUnblocked => "newly unblocked",
        Class::SessionChanged => "other session controls",
        Class::MayChange => "may change",
    }
}

/// What a class means.
pub(super) fn meaning(class: Class) -> &'static str {
    match class {
        Class::Granted => "nothing is asked for",
        Class::Asked => "a grant control is asked for",
        Class::Blocked => "nothing lets it in",
        Class::Unknown => "it depends on something that is not known",
        Class::WouldBeAsked => "nothing was asked for then",
        Class::WouldBeBlocked => "it was not blocked then",
        Class::Released => "something was asked for or it was blocked then, and nothing is asked for now",
        Class::LetIn => "it was blocked then",
        Class::Loosened => "something is enough after that was not enough before",
        Class::Tightened => "something was enough before that is not enough after",
        Class::NewlyBlocked => "blocked after and not before",
        Class::NewlyUnblocked => "blocked before and not after",
        Class::SessionChanged => "what is asked for is the same",
        Class::MayChange => "that depends on something that is not known",
    }
}

/// The classes that occur, with their numbers.
pub(super) fn counts(counts: &Counts, classes: &[Class]) -> String {
    let said = classes.iter().filter(|one| counts.of(**one) > 0);
    said.map(|one| format!("{} {}", class(*one), counts.of(*one))).collect::<Vec<_>>().join(", ")
}

/// What a row lacks.
pub(super) fn lacks(coordinate: Coordinate) -> &'static str {
    match coordinate {
        Coordinate::Resource => "the log does not tell which resource is asked for",
        Coordinate::AuthenticationContext => "the log does not tell whether an authentication context is asked for",
        Coordinate::User => "the log does not tell which user it is",
        Coordinate::UserType => "the log does not tell what kind of user it is",
        Coordinate::ExternalTenant => "the log does not tell the home tenant",
        Coordinate::Memberships => "groups and roles of the user are not known",
        Coordinate::ClientApp => "the log does not tell the client app",
        Coordinate::Platform => "the log does not tell the platform",
        Coordinate::Location => "it is not known whether the address is in a named location",
        Coordinate::Device => "the log does not tell enough of the device",
        Coordinate::SignInRisk => "the log does not tell the sign-in risk",
        Coordinate::UserRisk => "no log tells the user risk",
        Coordinate::InsiderRisk => "no log tells the insider risk",
        Coordinate::Flow => "the log does not tell the authentication flow",
    }
}

/// Why an outcome is not known: what the row lacks, or that the files lack something.
pub(super) fn unknown(coordinate: Option<Coordinate>) -> &'static str {
    coordinate.map_or("the files do not tell what the policy says", lacks)
}

/// What of a tenant it is.
pub(super) fn party(report: &Report<'_>, side: usize, which: Option<Which>) -> String {
    match which {
        Some(Which::Policy(index)) => {
            report.policy(side, index).map_or_else(|| "a policy".to_owned(), |policy| policy.label())
        }
        Some(Which::DefaultsBlock | Which::DefaultsAsk) => "security defaults".to_owned(),
        None => "policies that may be missing from the files".to_owned(),
    }
}

fn parties(report: &Report<'_>, side: usize, all: &[Which]) -> String {
    let all: Vec<String> = all.iter().map(|which| party(report, side, Some(*which))).collect();
    joined(&all, NAMED)
}

/// What becomes of a sign-in in a tenant.
pub(super) fn judged(report: &Report<'_>, side: usize, judged: &Judged) -> String {
    let name = |id: &crate::policy::Id| {
        report.tenants.get(side).map_or_else(|| id.to_string(), |asked| quoted(&asked.tenant.name_or_id(id)))
    };
    let doubts = judged.doubts.first().map(|first| {
        let more = judged.doubts.len() - 1;
        let more = if more == 0 { String::new() } else { format!(", and {more} more") };
        format!("{}{more}", doubt(report, side, first))
    });
    match (&judged.access, doubts) {
        (Access::Granted, None) => "granted".to_owned(),
        (Access::Blocked, _) => format!("blocked by {}", parties(report, side, &judged.blocked_by)),
        (Access::Granted, Some(doubts)) => format!("unknown: {doubts}"),
        (access @ Access::Needs(_), doubts) => {
            let asked_by = parties(report, side, &judged.asked_by);
            let needs = format!("needs {} by {asked_by}", controls::needs(access, &name));
            match doubts {
                None => needs,
                Some(doubts) if judged.is_let_in() => format!("{needs}; whether more is needed is unknown: {doubts}"),
                Some(doubts) => format!("unknown: {doubts}"),
            }
        }
    }
}

fn doubt(report: &Report<'_>, side: usize, doubt: &Doubt) -> String {
    let why = match doubt.why {
        Unsure::Row(coordinate) => lacks(coordinate),
        Unsure::Policy(_) => unknown(None),
        Unsure::SecurityDefaults => "the files say both of security defaults",
        Unsure::MissingPolicies => "policies may be missing from the files",
    };
    match doubt.which {
        Some(which) => format!("{}: {why}", party(report, side, Some(which))),
        None => why.to_owned(),
    }
}

/// A sign-in: when, who, with what, to what.
pub(super) fn example(example: &Example) -> String {
    let said = |text: &Option<Box<str>>| text.as_deref().map_or_else(|| "-".to_owned(), name);
    let to = match (&example.app, &example.resource) {
        (Some(app), Some(resource)) if app != resource => format!("{} to {}", name(app), name(resource)),
        (app, resource) => said(if app.is_some() { app } else { resource }),
    };
    let platform = example.platform.as_deref().map(|platform| format!(", {}", name(platform))).unwrap_or_default();
    let address = example.address.as_deref().map(|address| format!(", {}", name(address))).unwrap_or_default();
    let id = if example.id.is_empty() { String::new() } else { format!(" ({})", name(&example.id)) };
    format!("{} {}, {to}{platform}{address}{id}", name(&example.created), said(&example.user))
}

/// What happened.
pub(super) fn past(past: Past) -> &'static str {
    match past {
        Past::Passed => "granted",
        Past::Asked => "asked",
        Past::Blocked => "blocked",
        Past::Unknown => "unknown",
    }
}

/// "1 sign-in"
pub(super) fn sign_ins(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "sign-in")
}

/// "1 row"
pub(super) fn rows(number: u64) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), "row")
}

/// What was not replayed, and why.
pub(super) fn left_out(tally: &Tally) -> Vec<String> {
    let Tally { malformed, not_sign_ins, workloads, stopped, .. } = tally;
    let all = [
        (*workloads, "of service principals and managed identities, which policies for users do not govern"),
        (*stopped, "failed before Conditional Access, such as those with a wrong password"),
        (*not_sign_ins, "are no sign-ins"),
        (*malformed, "cannot be read"),
    ];
    all.iter().filter(|(number, _)| *number > 0).map(|(number, what)| format!("{number} {what}")).collect()
}

/// A row that could not be used.
pub(super) fn damaged(report: &Report<'_>, (file, place, damage): &Damaged) -> String {
    let file = report.files.get(*file).map_or("", |file| file.name.as_str());
    let why = match damage {
        Damage::Malformed => "cannot be read",
        Damage::NotASignIn => "is no sign-in",
    };
    format!("{}: row {} on line {} {why}", visible(file), place.row, place.line)
}

/// What is said of the files.
pub(super) fn remarks(report: &Report<'_>) -> Vec<String> {
    let mut remarks = Vec::new();
    for file in &report.files {
        let shown = visible(&file.name);
        if file.is_other {
            remarks.push(format!("{shown} is no sign-in log"));
        }
        if file.is_cut {
            remarks.push(format!("{shown} ends too early: what was read before counts, and the rest is missing"));
        }
        if file.goes_on {
            remarks.push(format!("{shown} is one page of a log that goes on (@odata.nextLink)"));
        }
    }
    for asked in report.tenants.iter().filter(|asked| !asked.tenant.missing.is_empty()) {
        remarks.push(format!("{}: policies may be missing from the files", visible(&asked.name)));
    }
    remarks
}

/// Agreements, disagreements and what is not known.
pub(super) fn agreement(agreement: Agreement) -> String {
    let Agreement { agree, disagree, unknown } = agreement;
    format!("{agree} agree, {disagree} disagree, {unknown} unknown")
}

/// Microsoft's name of a condition.
pub(super) fn condition(condition: LoggedCondition) -> &'static str {
    condition.word()
}

/// A disagreement in a sentence.
pub(super) fn disagreement(report: &Report<'_>, disagreement: &Disagreement, number: u64) -> String {
    let policy = party(report, VERIFIED, Some(Which::Policy(disagreement.policy)));
    let (logged, own) = if disagreement.logged { ("is met", "is not") } else { ("is not met", "is") };
    if let Some(one) = disagreement.condition {
        return format!(
            "{}: {policy}: Microsoft says that the condition {logged}, caplint that it {own}: {}",
            condition(one),
            sign_ins(number)
        );
    }
    let (logged, own) = if disagreement.logged { ("applied", "does not") } else { ("did not apply", "does") };
    format!(
        "no condition named: {policy}: Microsoft says that the policy {logged}, caplint that it {own}: {}",
        sign_ins(number)
    )
}
