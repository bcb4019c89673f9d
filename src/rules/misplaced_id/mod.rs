//! Ids of another kind of object.

use super::{Rule, declare};
use crate::catalog::{self, Known};
use crate::finding::{Drafts, Label, PolicyRef};
use crate::policy::{Id, List, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: MisplacedId,
    id: "misplaced-id",
    levels: [Warning],
    since: "0.1.0",
    category: Correctness,
    summary: "The id of a role, an app or an authentication strength is in a list of another object type, where it has no effect.",
    doc: "doc.md",
}

impl Rule for MisplacedId {
    fn check_policy(&self, policy: &Policy, _: &TenantFacts<'_>, drafts: &mut Drafts) {
        for (list, property, belongs) in lists(policy) {
            for (index, id) in list.known() {
                let Some(is) = ObjectType::of(id).filter(|kind| *kind != belongs) else { continue };
                let name = catalog::name(id).unwrap_or_default();
                let place = Pointer::new(property).index(index);
                let message = format!(
                    "{} has the id of {}{name} in a list of {}, where it matches nothing.",
                    PolicyRef::to(policy).label(),
                    is.word(),
                    belongs.list()
                );
                drafts.push(
                    Self::draft(message)
                        .help("Move it to the list for its type, or replace it with the intended id.")
                        .policy(policy)
                        .about(format!("{property} {id}"))
                        .label(Label::in_policy(policy, &place, format!("this is {}{name}", is.word()))),
                );
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum ObjectType {
    Role,
    App,
    Strength,
    User,
    Group,
    Location,
}

impl ObjectType {
    /// What an id that Microsoft gives to every tenant belongs to.
    fn of(id: &Id) -> Option<Self> {
        Some(match catalog::known(id)? {
            Known::Role(_) => Self::Role,
            Known::App(_) => Self::App,
            Known::Strength(_) => Self::Strength,
        })
    }

    fn word(self) -> &'static str {
        match self {
            Self::Role => "the role ",
            Self::App => "the app ",
            Self::Strength => "the authentication strength ",
            Self::User | Self::Group | Self::Location => "",
        }
    }

    fn list(self) -> &'static str {
        match self {
            Self::Role => "roles",
            Self::App => "apps",
            Self::Strength => "strengths",
            Self::User => "users",
            Self::Group => "groups",
            Self::Location => "named locations",
        }
    }
}

fn lists(policy: &Policy) -> [(&List<Id>, Property, ObjectType); 10] {
    let (users, applications) = (&policy.conditions.users, &policy.conditions.applications);
    let locations = &policy.conditions.locations;
    [
        (&users.include_users, Property::IncludeUsers, ObjectType::User),
        (&users.exclude_users, Property::ExcludeUsers, ObjectType::User),
        (&users.include_groups, Property::IncludeGroups, ObjectType::Group),
        (&users.exclude_groups, Property::ExcludeGroups, ObjectType::Group),
        (&users.include_roles, Property::IncludeRoles, ObjectType::Role),
        (&users.exclude_roles, Property::ExcludeRoles, ObjectType::Role),
        (&applications.include, Property::IncludeApplications, ObjectType::App),
        (&applications.exclude, Property::ExcludeApplications, ObjectType::App),
        (&locations.include, Property::IncludeLocations, ObjectType::Location),
        (&locations.exclude, Property::ExcludeLocations, ObjectType::Location),
    ]
}
