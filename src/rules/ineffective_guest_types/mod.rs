//! Types of guests that narrow nothing, because all guests are meant elsewhere in the same policy.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, Label, PolicyRef};
use crate::policy::{Fact, Guests, Id, List, Policy, Property, UserType, Words};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: IneffectiveGuestTypes,
    id: "ineffective-guest-types",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy selects some types of guests and, in another property, all of them.",
    doc: "doc.md",
}

impl Rule for IneffectiveGuestTypes {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        let users = &policy.conditions.users;
        let included = (&users.include_users, Property::IncludeUsers, &users.include_guests);
        let excluded = (&users.exclude_users, Property::ExcludeUsers, &users.exclude_guests);
        drafts.extend(draft(policy, "includes", included, Property::IncludeGuestsOrExternalUsers));
        drafts.extend(draft(policy, "excludes", excluded, Property::ExcludeGuestsOrExternalUsers));
    }
}

fn draft(
    policy: &Policy,
    verb: &str,
    (list, list_at, guests): (&List<Id>, Property, &Fact<Option<Box<Guests>>>),
    guests_at: Property,
) -> Option<Draft> {
    let index = list.position(|id| id.is("GuestsOrExternalUsers"))?;
    let Fact::Known(Some(guests)) = guests else { return None };
    if !narrows(guests) {
        return None;
    }
    let message = format!(
        "{} {verb} all guests and external users, not only the types that it selects: `{}` also has `GuestsOrExternalUsers`.",
        PolicyRef::to(policy).label(),
        Pointer::new(list_at).dotted()
    );
    Some(
        IneffectiveGuestTypes::draft(message)
            .help("Remove `GuestsOrExternalUsers` from the list if only the selected types are meant, or else remove the types.")
            .policy(policy)
            .about(verb)
            .label(Label::in_policy(policy, &Pointer::new(list_at).index(index), "all guests and external users"))
            .label(Label::in_policy(policy, &Pointer::new(guests_at), "narrows nothing")),
    )
}

/// Whether it selects less than all guests.
fn narrows(guests: &Guests) -> bool {
    let has = |kind: UserType| guests.types.known().any(|(_, one)| *one == kind);
    let has_all = UserType::WORDS.iter().map(|(_, kind)| *kind).filter(|kind| *kind != UserType::Member).all(has);
    guests.first_unknown().is_none() && (guests.tenants.is_some() || !has_all)
}
