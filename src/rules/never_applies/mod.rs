//! Policies that no sign-in can ever match.

use super::{Rule, declare};
use crate::finding::{Drafts, Label, Level, PolicyRef};
use crate::policy::{Fact, Guests, Id, List, Platform, Policy, Property};
use crate::rules::TenantFacts;
use crate::syntax::Pointer;

declare! {
    rule: NeverApplies,
    id: "never-applies",
    levels: [Error, Warning, Info],
    since: "0.1.0",
    category: Correctness,
    summary: "A policy never applies: it targets nothing, includes nobody, or excludes everything that it includes.",
    doc: "doc.md",
}

impl Rule for NeverApplies {
    fn check_policy(&self, policy: &Policy, tenant: &TenantFacts<'_>, drafts: &mut Drafts) {
        let conditions = &policy.conditions;
        // What cannot be read may be what it is about.
        if conditions.doubt.is_some() || !conditions.opaque.is_empty() {
            return;
        }
        let Some((place, what)) =
            targets_nothing(policy).or_else(|| reaches_nobody(policy)).or_else(|| cancelled(policy))
        else {
            return;
        };
        let is_off = matches!(policy.state, Fact::Known(_)) && !tenant.is_on(policy);
        let level = match what.is_contradiction {
            _ if is_off => Level::Info,
            true => Level::Error,
            false => Level::Warning,
        };
        let message =
            format!("{} never applies: {}. It protects nothing.", PolicyRef::to(policy).label(), what.because);
        let clients = policy.origin.wording.of_graph(&Pointer::new(Property::ClientApplications)).dotted();
        let help = if what.may_be_for_workloads {
            format!(
                "Add the users that the policy should cover, or delete it. If it is for workload identities, add their service principals: \
                 `{clients}` is missing or null in the file."
            )
        } else {
            "Add the users and resources that the policy should cover, or delete it.".to_owned()
        };
        drafts.push(
            Self::draft_at(level, message).help(help).policy(policy).about(place.as_str()).label(Label::in_policy(
                policy,
                &place,
                what.because,
            )),
        );
    }
}

struct Defect {
    because: &'static str,
    /// It includes the user `None`, as a policy for [workload identities] does, and names none of these.
    ///
    /// [workload identities]: https://registry.terraform.io/providers/hashicorp/azuread/latest/docs/resources/conditional_access_policy
    may_be_for_workloads: bool,
    /// It includes something, and excludes just that.
    is_contradiction: bool,
}

fn empty(because: &'static str) -> Defect {
    Defect { because, may_be_for_workloads: false, is_contradiction: false }
}

fn contradiction(because: &'static str) -> Defect {
    Defect { because, may_be_for_workloads: false, is_contradiction: true }
}

fn targets_nothing(policy: &Policy) -> Option<(Pointer, Defect)> {
    let applications = &policy.conditions.applications;
    let other_targets = !applications.user_actions.is_empty()
        || !applications.authentication_contexts.is_empty()
        || applications.filter != Fact::Known(None)
        || applications.further;
    if applications.doubt.is_some() || other_targets || !is_none(&applications.include) {
        return None;
    }
    Some((Pointer::new(Property::Applications), empty("it targets no resource, user action or authentication context")))
}

fn reaches_nobody(policy: &Policy) -> Option<(Pointer, Defect)> {
    let users = &policy.conditions.users;
    let nobody = policy.conditions.workload_identities == Fact::Known(false)
        && users.doubt.is_none()
        && is_none(&users.include_users)
        && users.include_groups.is_empty()
        && users.include_roles.is_empty()
        && users.include_guests == Fact::Known(None);
    let may_be_for_workloads = users.include_users.position(|id| id.is("None")).is_some();
    let defect = Defect { may_be_for_workloads, ..empty("it includes no user, group, role or guest") };
    nobody.then(|| (Pointer::new(Property::Users), defect))
}

/// An exclusion that takes away all that is included.
fn cancelled(policy: &Policy) -> Option<(Pointer, Defect)> {
    let conditions = &policy.conditions;
    let applications = &conditions.applications;
    let no_filter = applications.filter == Fact::Known(None);
    if no_filter && takes_all(&applications.include, &applications.exclude, |id| id.is("All")) {
        let place = Pointer::new(Property::ExcludeApplications);
        return Some((place, contradiction("every resource that it includes is excluded")));
    }
    if nobody_is_left(policy) {
        return Some((Pointer::new(Property::Users), contradiction("every user that it includes is excluded")));
    }
    let locations = &conditions.locations;
    if locations.doubt.is_none() && takes_all(&locations.include, &locations.exclude, |id| id.is("All")) {
        let place = Pointer::new(Property::ExcludeLocations);
        return Some((place, contradiction("every location that it includes is excluded")));
    }
    let platforms = &conditions.platforms;
    if platforms.doubt.is_none() && takes_all(&platforms.include, &platforms.exclude, |one| *one == Platform::All) {
        let place = Pointer::new(Property::ExcludePlatforms);
        return Some((place, contradiction("every platform that it includes is excluded")));
    }
    None
}

fn nobody_is_left(policy: &Policy) -> bool {
    let users = &policy.conditions.users;
    if users.doubt.is_some() || users.exclude_users.position(|id| id.is("All")).is_some() {
        return users.doubt.is_none();
    }
    let guests_left = match (&users.include_guests, &users.exclude_guests) {
        (Fact::Known(None), _) => false,
        (Fact::Known(Some(included)), Fact::Known(Some(excluded))) => !takes_all_guests(included, excluded),
        _ => true,
    };
    let left = |include: &List<Id>, exclude: &List<Id>| !include.is_empty() && !takes_all(include, exclude, |_| false);
    !guests_left
        && !left(&users.include_users, &users.exclude_users)
        && !left(&users.include_groups, &users.exclude_groups)
        && !left(&users.include_roles, &users.exclude_roles)
        && policy.conditions.workload_identities == Fact::Known(false)
}

fn takes_all_guests(included: &Guests, excluded: &Guests) -> bool {
    let every_tenant = excluded.tenants.is_none();
    every_tenant && takes_all(&included.types, &excluded.types, |_| false)
}

/// Whether a list of exclusions surely holds everything that is included, which is something.
fn takes_all<T: PartialEq>(include: &List<T>, exclude: &List<T>, is_everything: impl Fn(&T) -> bool) -> bool {
    if include.is_empty() || include.first_unknown().is_some() {
        return false;
    }
    let excluded = |item: &T| exclude.position(|other| other == item || is_everything(other)).is_some();
    include.known().all(|(_, item)| excluded(item))
}

/// Whether a list names nothing.
fn is_none(list: &List<Id>) -> bool {
    list.first_unknown().is_none() && list.known().all(|(_, id)| id.is("None"))
}
