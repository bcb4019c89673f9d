//! Reports that leave the organisation: without names of people.

use super::{Compared, ControlReport, ExceptionReport, MapCell, PeopleReport, PolicyCard, TenantReport, WhoReport};
use crate::diff::{Principal, Scope};
use crate::finding::{Finding, Location, PolicyRef};
use crate::policy::{Fact, Id};
use crate::syntax::Pointer;
use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// What stands in place of a name.
const REDACTED: &str = "[redacted]";

/// Names shorter than this are not looked for in other texts: too many words would be taken for them.
const SHORTEST: usize = 3;

/// Finds names of people in texts.
struct Names {
    known: Option<AhoCorasick>,
}

impl Names {
    fn new(names: &[Box<str>]) -> Self {
        let names: Vec<&str> =
            names.iter().map(AsRef::as_ref).filter(|name| name.chars().count() >= SHORTEST).collect();
        let known =
            AhoCorasick::builder().ascii_case_insensitive(true).match_kind(MatchKind::LeftmostLongest).build(names);
        // More names than fit into memory that this takes are no use to anybody: nothing is shown then.
        Self { known: known.ok() }
    }

    /// The text without names and addresses.
    fn redact(&self, text: &mut String) {
        let Some(known) = &self.known else {
            REDACTED.clone_into(text);
            return;
        };
        let is_letter = |character: Option<char>| character.is_some_and(char::is_alphanumeric);
        let mut without = String::with_capacity(text.len());
        let mut from = 0;
        for found in known.find_iter(text.as_str()) {
            let (before, after) = (text[..found.start()].chars().next_back(), text[found.end()..].chars().next());
            // Only whole words: a person may be called like a part of one.
            if !is_letter(before) && !is_letter(after) {
                without.push_str(&text[from..found.start()]);
                without.push_str(REDACTED);
                from = found.end();
            }
        }
        without.push_str(&text[from..]);
        *text = addresses().replace_all(&without, REDACTED).into_owned();
    }
}

/// Addresses, and user principal names of guests, which have `#EXT#` in them.
fn addresses() -> &'static Regex {
    static ADDRESSES: OnceLock<Regex> = OnceLock::new();
    #[expect(clippy::expect_used, reason = "the expression is fixed, and a test compiles it")]
    ADDRESSES.get_or_init(|| Regex::new(r"[\p{L}\p{N}._%+'#-]+@[\p{L}\p{N}.-]+\.\p{L}{2,}").expect("an expression"))
}

/// A text without these names and whatever looks like an address.
#[must_use]
pub fn redacted(text: &str, names: &[Box<str>]) -> String {
    let mut text = text.to_owned();
    Names::new(names).redact(&mut text);
    text
}

impl TenantReport {
    /// Takes names of people out of everything that reports show: those of the directory, whatever looks like an address, and
    /// the lines of files, which may hold both. Ids stay. Every field is named here, so that a new one is thought of.
    pub fn redact(&mut self) {
        let names = Names::new(&std::mem::take(&mut self.forgotten));
        let text = |text: &mut String| names.redact(text);
        let policy = |policy: &mut PolicyRef| redact_policy(&names, policy);
        let Self {
            name,
            id: _,
            basis,
            files: _,
            policies: _,
            skipped: _,
            excluded: _,
            is_empty: _,
            directory: _,
            controls,
            unused_approvals,
            benchmarks: _,
            access,
            lock_outs: _,
            has_crashed: _,
            assumed: _,
            findings,
            place,
            taken,
            ignores: _,
            is_partial: _,
            forgotten: _,
            map,
            listed,
            cards,
            // It is for an editor, which shows the files.
            outline: _,
        } = self;
        text(name);
        if let Some(configuration) = basis.as_mut().and_then(|basis| basis.configuration.as_mut()) {
            text(&mut configuration.path);
        }
        basis.iter_mut().flat_map(|basis| &mut basis.assumed_enabled).for_each(text);
        for finding in findings {
            redact_finding(&names, finding);
        }
        unused_approvals.iter_mut().for_each(text);
        for control in controls {
            redact_control(&names, control);
        }
        for access in access {
            text(&mut access.id);
            text(&mut access.reason);
            access.refused_by.iter_mut().for_each(policy);
            access.depends_on.iter_mut().for_each(|(depends_on, ..)| policy(depends_on));
        }
        place.iter_mut().for_each(text);
        for file in taken {
            text(&mut file.path);
        }
        for cell in map.iter_mut().flat_map(|row| &mut row.cells).filter_map(|(_, cell)| cell.as_mut()) {
            let MapCell {
                asked: _,
                perhaps_more: _,
                by,
                by_defaults: _,
                exceptions,
                example,
                rests_on: _,
                locked_out: _,
            } = cell;
            by.iter_mut().for_each(policy);
            exceptions.iter_mut().chain(example).for_each(text);
        }
        listed.iter_mut().for_each(policy);
        for PolicyCard { policy: which, path, state: _, modified: _, summary, rows } in cards {
            policy(which);
            path.iter_mut().for_each(text);
            text(summary);
            rows.iter_mut().flat_map(|row| &mut row.values).for_each(text);
        }
    }
}

impl WhoReport {
    /// The same of what each control demands of whom.
    pub fn redact(&mut self, forgotten: &[Box<str>]) {
        let names = Names::new(forgotten);
        names.redact(&mut self.tenant);
        for control in &mut self.controls {
            for row in &mut control.rows {
                names.redact(&mut row.why);
                for person in &mut row.people {
                    (person.name, person.sign_in_name) = (None, None);
                }
            }
        }
    }
}

impl Compared {
    /// The same of a comparison, but for names in conditions: [`redacted`] takes them out of the report.
    pub fn redact(&mut self, forgotten: &[Box<str>]) {
        let names = Names::new(forgotten);
        for side in [&mut self.before, &mut self.after] {
            names.redact(&mut side.name);
            side.policies.iter_mut().for_each(|policy| redact_policy(&names, policy));
        }
        // A policy may name a user by an address.
        let mut users: BTreeSet<Id> = BTreeSet::new();
        for change in &self.difference.changes {
            let Scope { all_of, none_of } = &change.region.users;
            users.extend(all_of.iter().flatten().chain(none_of).filter_map(|principal| match principal {
                Principal::User(id) => Some(id.clone()),
                Principal::All | Principal::Group(_) | Principal::Role(_) | Principal::Guests(..) => None,
            }));
            users.extend(change.witness.iter().filter_map(|sign_in| sign_in.user.clone()));
        }
        for id in users {
            self.names.entry(id.clone()).or_insert_with(|| id.to_string());
        }
        self.names.values_mut().for_each(|name| names.redact(name));
        for group in &mut self.difference.groups {
            group.removed.iter_mut().chain(&mut group.added).for_each(|value| names.redact(value));
        }
        self.findings.iter_mut().for_each(|finding| redact_finding(&names, finding));
        self.places.iter_mut().flatten().flatten().for_each(|(_, location)| redact_location(&names, location));
    }
}

fn redact_finding(names: &Names, finding: &mut Finding) {
    names.redact(&mut finding.message);
    finding.help.iter_mut().for_each(|help| names.redact(help));
    // Nobody outside fixes files whose paths and texts are not theirs to see.
    finding.fix = None;
    names.redact(&mut finding.tenant);
    finding.policy.iter_mut().for_each(|policy| redact_policy(names, policy));
    finding.named = None;
    for location in &mut finding.locations {
        redact_location(names, location);
    }
}

fn redact_location(names: &Names, location: &mut Location) {
    names.redact(&mut location.path);
    names.redact(&mut location.message);
    let mut pointer = location.pointer.as_str().to_owned();
    names.redact(&mut pointer);
    location.pointer = Pointer::new(pointer);
    location.excerpt = None;
}

fn redact_policy(names: &Names, policy: &mut PolicyRef) {
    policy.id.iter_mut().for_each(|id| names.redact(id));
    policy.address.iter_mut().for_each(|address| names.redact(address));
    if let Fact::Known(name) = &mut policy.display_name {
        names.redact(name);
    }
}

fn redact_control(names: &Names, control: &mut ControlReport) {
    let ControlReport {
        id: _,
        benchmarks: _,
        verdict: _,
        stored_query_passes: _,
        reason,
        holes: _,
        ways,
        more_holes: _,
        exceptions,
        people,
        carried_by,
        needs,
        approvals: _,
        assumed_enabled,
        assumptions: _,
        doubts: _,
    } = control;
    names.redact(reason);
    for way in ways {
        names.redact(way);
    }
    let policies = [carried_by, needs, assumed_enabled];
    policies.into_iter().flatten().for_each(|policy| redact_policy(names, policy));
    redact_people(people.as_mut());
    for exception in exceptions {
        let ExceptionReport { kind: _, id, name, when, approved: _, owner, reason, review_by: _, policies, people } =
            exception;
        names.redact(id);
        [name, when, reason].into_iter().flatten().for_each(|text| names.redact(text));
        // Whoever answers for an exception is a person.
        if let Some(owner) = owner {
            REDACTED.clone_into(owner);
        }
        for policy in policies {
            redact_policy(names, policy);
        }
        redact_people(people.as_mut());
    }
}

fn redact_people(people: Option<&mut PeopleReport>) {
    for user in people.into_iter().flat_map(|people| &mut people.users) {
        user.name = None;
        user.sign_in_name = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_addresses_are_taken_out_and_parts_of_words_stay() {
        let names = Names::new(&["Ada Lovelace".into(), "Test".into(), "Jo".into()]);
        for (text, expected) in [
            ("members: Ada Lovelace, ada lovelace's", "members: [redacted], [redacted]'s"),
            ("Testing a test", "Testing a [redacted]"),
            ("Jo is too short", "Jo is too short"),
            ("write to ada.l+x@contoso.com.", "write to [redacted]."),
            ("ada_contoso.com#EXT#@fabrikam.onmicrosoft.com", "[redacted]"),
            ("{\"@odata.type\": 1}", "{\"@odata.type\": 1}"),
        ] {
            let mut text = text.to_owned();
            names.redact(&mut text);
            assert_eq!(text, expected);
        }
    }
}
