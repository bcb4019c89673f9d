//! Files that contradict each other about users, members of groups or holders of roles.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, Level, Part, Spot, joined};
use crate::policy::Origin;
use crate::rules::TenantFacts;
use crate::rules::control::named;
use crate::syntax::Pointer;
use crate::tenant::{Contradicted, Contradiction, Holding, ListedAt};
use std::collections::BTreeSet;
use uuid::Uuid;

declare! {
    rule: ContradictoryDirectory,
    id: "contradictory-directory",
    levels: [Warning, Info],
    since: "0.1.0",
    category: Files,
    summary: "Two files contradict each other about users, members of groups or holders of roles.",
    doc: "doc.md",
}

/// Objects that a finding names.
const SHOWN: usize = 3;

const HELP: &str = "Export users, groups and roles again, all at the same time, and remove the files of before.";

impl Rule for ContradictoryDirectory {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let named_roles: BTreeSet<Uuid> = facts
            .tenant
            .policies
            .iter()
            .map(|policy| &policy.conditions.users)
            .flat_map(|users| [&users.include_roles, &users.exclude_roles])
            .flat_map(|roles| roles.known().filter_map(|(_, id)| id.guid()))
            .collect();
        let groups = facts.tenant.directory.groups_within(&facts.tenant.people.by.groups);
        for (of, found) in facts.tenant.directory.contradictions() {
            let (id, what, kind) = match of {
                Contradicted::Group(id) if groups.contains(&id) => (id, "members of the group", "group"),
                Contradicted::Role(id, Holding::Active) if named_roles.contains(&id) => {
                    (id, "holders of the role", "role")
                }
                Contradicted::Role(id, Holding::Eligible) if named_roles.contains(&id) => {
                    (id, "those who can activate the role", "eligible role")
                }
                Contradicted::Group(_) | Contradicted::Role(..) => continue,
            };
            drafts.push(contradiction(facts, found, id, what).about(format!("{kind} {id}")));
        }
        drafts.extend(torn(facts));
        drafts.extend(partial_list(facts));
    }
}

fn contradiction(facts: &TenantFacts<'_>, found: &Contradiction, of: Uuid, what: &str) -> Draft {
    let message = format!(
        "Two lists of the {what} {} contradict each other: {} on one and not on the other, which is complete. One of them is out \
         of date, so only those on both count.",
        named(facts, &facts.tenant.listed(of)),
        are(facts, &found.only),
    );
    ContradictoryDirectory::draft(message)
        .help(HELP)
        .label(label(&found.whole, "this list is complete"))
        .label(label(&found.other, "this list has somebody else"))
}

/// Accounts that one file has enabled and another one disabled: one finding for all of them.
fn torn(facts: &TenantFacts<'_>) -> Option<Draft> {
    let torn: Vec<_> = facts.tenant.directory.torn().collect();
    let (_, [disabled, enabled]) = torn.first()?;
    let ids: Vec<Uuid> = torn.iter().map(|(id, _)| *id).collect();
    let message = format!("{} disabled in one file and enabled in another. They count as enabled.", are(facts, &ids));
    let whole = |file| ListedAt { file, pointer: Pointer::root() };
    let draft = ContradictoryDirectory::draft(message).help(HELP).about("accounts");
    Some(draft.label(label(&whole(*disabled), "disabled here")).label(label(&whole(*enabled), "enabled here")))
}

/// A list of users that does not have everybody.
fn partial_list(facts: &TenantFacts<'_>) -> Option<Draft> {
    let directory = &facts.tenant.directory;
    let (count, at) = directory.partial_list_of_users()?;
    let all = directory.users().count();
    // Members of a group can be asked for as users, and look the same.
    if count * 2 < all {
        return None;
    }
    let message = format!(
        "The list of {count} users does not have everybody: other files tell of {all}. It does not count as a list of all users.",
    );
    let help =
        "If it was meant to have all users, export it again, without a filter and at the same time as the other files.";
    let draft = ContradictoryDirectory::draft_at(Level::Info, message).help(help).about("users");
    Some(draft.label(label(at, "not all users")))
}

fn label(at: &ListedAt, message: &str) -> Label {
    let from = Origin::document(at.file);
    Label::in_file(at.file, Spot::Pointer { from, pointer: at.pointer.clone(), part: Part::Value }, message)
}

/// "Ada is", "Ada and Grace are".
fn are(facts: &TenantFacts<'_>, ids: &[Uuid]) -> String {
    let name = |id: &Uuid| named(facts, &facts.tenant.listed(*id));
    let mut names: Vec<String> = ids.iter().take(SHOWN).map(name).collect();
    let more = ids.len() - names.len();
    names.extend((more > 0).then(|| format!("{more} more")));
    format!("{} {}", joined(&names, usize::MAX), if ids.len() == 1 { "is" } else { "are" })
}
