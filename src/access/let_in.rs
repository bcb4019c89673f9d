//! A look that is enough for most tenants: one sign-in from a good device lets in everybody to everything.
//!
//! Whoever the users are and whatever they ask for is left aside: each policy is taken to be for them. A tenant of which this
//! look says nothing is searched.

use super::facts::withheld_by_guests;
use crate::coverage;
use crate::diff::Atom;
use crate::diff::ways::{AtomSet, Atoms, DeviceState, Grant};
use crate::policy::{Conditions, Fact, GrantControl, Guests, Id, List, Platform, Policy, REGISTER_DEVICE, Users};
use crate::requirement::{Assumptions, Grant as Required, Requirement, Resource};
use crate::signin::{Condition, Device, Match, Open, Partial, Partly, SignIn, View};
use crate::tenant::{Place, SecurityDefaults, Tenant};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// Policies that may lock somebody out, by their indices in order.
pub(super) struct Suspects {
    /// Those that may refuse users of the tenant the sign-ins that are looked at. Whoever none of them is for is let in.
    pub(super) refusing_members: BTreeSet<usize>,
    /// The same of external users.
    pub(super) refusing_guests: BTreeSet<usize>,
    /// Those that do nothing but block certain users from certain apps. That is meant so.
    pub(super) meant: Vec<usize>,
    /// All that may lock somebody out together.
    pub(super) all: Vec<usize>,
}

impl Suspects {
    /// Whether a policy can lock out somebody whom the others let in, or says who is meant to be blocked.
    pub(super) fn may_refuse_or_is_meant(&self, index: usize) -> bool {
        self.refusing_members.contains(&index) || self.refusing_guests.contains(&index) || self.meant.contains(&index)
    }

    /// Of a tenant of which the look says nothing.
    fn everything(tenant: &Tenant) -> Self {
        let all: Vec<usize> = (0..tenant.policies.len()).collect();
        let any = || all.iter().copied().collect();
        Self { refusing_members: any(), refusing_guests: any(), meant: Vec::new(), all }
    }
}

/// The policies that may lock somebody out; none if they surely let in everybody.
pub(super) fn suspects(tenant: &Tenant, assumptions: Assumptions) -> Option<Suspects> {
    let view = view(tenant, assumptions);
    let Some(place) = place(tenant) else { return Some(Suspects::everything(tenant)) };
    // So do guests come, and somebody who registers a device.
    let (managed, unmanaged) = (place.from(managed()), place.from(Device::default()));
    let mut atoms = Atoms::default();
    let mut meant = Vec::new();
    let mut asked: Vec<Asked<'_>> = Vec::new();
    for (index, policy) in tenant.policies.iter().enumerate() {
        let on = [&managed, &unmanaged]
            .map(|from| (!is_kept_out(&view, policy, from)).then(|| DeviceState::of(&from.sign_in.device)));
        if on.iter().all(Option::is_none) {
            continue;
        }
        let grant = Grant::of(policy, [tenant, tenant], &mut atoms, assumptions.approved_app_retired);
        if is_meant(policy, &grant) {
            meant.push(index);
        } else {
            asked.push(Asked { index, policy, grant, on });
        }
    }
    // There are no approved apps for Windows.
    let of_windows = AtomSet::from([atoms.index(Atom::Control(GrantControl::ApprovedApplication))]);
    let lacking = withheld_by_guests(&mut atoms, &assumptions, &tenant.companions.trust);
    let of_guests: AtomSet = of_windows.union(&lacking).copied().collect();
    let is_for_guests = |policy: &Policy| may_include_guests(&policy.conditions.users);
    let may_refuse_members = |asked: &Asked<'_>| {
        !asked.lets_in_managed(&of_windows)
            || (may_be_about_registering(asked.policy) && !asked.lets_in_unmanaged(&of_windows))
    };
    let may_refuse_guests = |asked: &Asked<'_>| is_for_guests(asked.policy) && !asked.lets_in_unmanaged(&of_guests);
    let which = |may_refuse: &dyn Fn(&Asked<'_>) -> bool| -> BTreeSet<usize> {
        asked.iter().filter(|asked| may_refuse(asked)).map(|asked| asked.index).collect()
    };
    let (refusing_members, refusing_guests) = (which(&may_refuse_members), which(&may_refuse_guests));
    let are_members_in = refusing_members.is_empty();
    if are_members_in && refusing_guests.is_empty() {
        return None;
    }
    // What is for members alone keeps no guest out.
    let may_take_part = |(_, policy): &(usize, &Policy)| !are_members_in || is_for_guests(policy);
    let all = tenant.policies.iter().enumerate().filter(may_take_part).map(|(index, _)| index).collect();
    Some(Suspects { refusing_members, refusing_guests, meant, all })
}

/// A policy that asks something of the sign-ins that are looked at.
struct Asked<'t> {
    index: usize,
    policy: &'t Policy,
    grant: Grant,
    /// The state of the device of each sign-in, unless the policy surely leaves that out: a managed one, an unmanaged one.
    on: [Option<DeviceState>; 2],
}

impl Asked<'_> {
    fn lets_in_managed(&self, withheld: &AtomSet) -> bool {
        self.on[0].is_none_or(|device| self.grant.is_satisfied(withheld, device, false))
    }

    fn lets_in_unmanaged(&self, withheld: &AtomSet) -> bool {
        self.on[1].is_none_or(|device| self.grant.is_satisfied(withheld, device, false))
    }
}

/// Whether one of these sign-ins surely is let in with nothing but these. They are those of a user who is none of the directory.
pub(crate) fn one_surely(tenant: &Tenant, sign_ins: &[SignIn], has: &[Atom], assumptions: Assumptions) -> bool {
    let view = view(tenant, assumptions);
    let mut atoms = Atoms::default();
    let mut grant = |policy| Grant::of(policy, [tenant, tenant], &mut atoms, assumptions.approved_app_retired);
    let grants: Vec<Grant> = tenant.policies.iter().map(&mut grant).collect();
    let has = has.iter().map(|atom| atoms.index(atom.clone())).collect();
    let withheld = atoms.all_but(&has);
    let lets_in = |sign_in: &SignIn, policy: &Policy, grant: &Grant| match view.applies(policy, sign_in) {
        Match::No(_) => true,
        Match::Yes | Match::Unknown(_) => grant.is_satisfied(&withheld, DeviceState::of(&sign_in.device), false),
    };
    let policies = || tenant.policies.iter().zip(&grants);
    tenant.security_defaults() == SecurityDefaults::Off
        && tenant.directory.is_empty()
        && coverage::is_any_outside(tenant)
        && sign_ins.iter().any(|sign_in| policies().all(|(policy, grant)| lets_in(sign_in, policy, grant)))
}

/// Whether a sign-in from a managed device surely is blocked by no policy: one of a member whom no policy names, to an app that
/// none names.
pub(crate) fn one_is_past_blocks(tenant: &Tenant, assumptions: Assumptions) -> bool {
    let Some(place) = place(tenant) else { return false };
    let (view, from) = (view(tenant, assumptions), place.from(managed()));
    tenant.directory.is_empty()
        && tenant.policies.iter().all(|policy| match view.applies_partly(policy, &from) {
            Partly::No(_) => true,
            Partly::Yes | Partly::Unknown(_) | Partly::Open(_) => {
                let grant = &policy.grant;
                !grant.blocks() && grant.doubt.is_none() && grant.built_in.first_unknown().is_none()
            }
        })
}

/// Policies are looked at as they are, and not whether they meet something.
fn view(tenant: &Tenant, assumptions: Assumptions) -> View<'_> {
    static ANYTHING: OnceLock<Requirement> = OnceLock::new();
    let requirement = ANYTHING.get_or_init(|| Requirement::everywhere(Required::Mfa));
    let how = coverage::Options { assumptions, ..coverage::Options::default() };
    coverage::view(requirement, tenant, how)
}

fn managed() -> Device {
    let mut device = Device::default();
    device.set("isCompliant", "True");
    device.set("trustType", "ServerAD");
    device
}

/// Attributes of the device that a way tells.
const MANAGED: [&str; 2] = ["isCompliant", "trustType"];

/// An address.
struct Where {
    /// The named locations that it is in.
    inside: BTreeSet<Id>,
    /// Others that it may be in, too.
    perhaps: BTreeSet<Id>,
}

impl Where {
    fn from(&self, device: Device) -> Partial {
        Partial {
            sign_in: SignIn {
                platform: Platform::Windows,
                device,
                locations: self.inside.clone(),
                ..SignIn::attacker(Resource::Other)
            },
            contexts: Vec::new(),
            open: Open { locations: self.perhaps.clone(), device: Some(&MANAGED), ..Open::default() },
        }
    }
}

/// An address in one of the locations that each policy excludes that leaves no other out. None if there may be none.
fn place(tenant: &Tenant) -> Option<Where> {
    let known = &tenant.companions.named_locations;
    let (mut inside, mut chosen) = (BTreeSet::new(), None);
    for locations in tenant.policies.iter().map(|policy| &policy.conditions.locations) {
        if locations.include.position(|id| id.is("All")).is_none()
            || locations.exclude.position(|id| inside.contains(id)).is_some()
        {
            continue;
        }
        // One of which the files tell nothing can be anywhere.
        let is_free = |id: &Id| id.guid().is_some() && known.get(id).is_none_or(|one| one.place == Place::Undefined);
        let free = locations.exclude.known().map(|(_, id)| id).find(|id| is_free(id));
        let free = free.filter(|id| tenant.is_trusted_location(id).is_none());
        let holds_some = |id: &Id| match known.get(id).map(|one| &one.place) {
            Some(Place::Ranges(ranges)) => !ranges.is_empty(),
            Some(Place::Countries { countries, unknown, .. }) => *unknown || !countries.is_empty(),
            Some(Place::CompliantNetwork | Place::Undefined) | None => false,
        };
        if let Some(id) = free {
            inside.insert(id.clone());
        } else if chosen.is_none()
            && let Some(id) = locations.exclude.known().map(|(_, id)| id).find(|id| holds_some(id))
        {
            chosen = Some(id);
            inside.insert(id.clone());
            inside.extend((tenant.is_trusted_location(id) == Some(true)).then(|| Id::new("AllTrusted")));
        }
    }
    match chosen {
        // Locations overlap.
        Some(chosen) => {
            let perhaps = known.keys().filter(|id| *id != chosen && !inside.contains(*id)).cloned().collect();
            Some(Where { inside, perhaps })
        }
        None => coverage::is_any_outside(tenant).then(|| Where { inside, perhaps: BTreeSet::new() }),
    }
}

/// Whether a policy surely does not apply, whoever asks for whatever.
fn is_kept_out(view: &View<'_>, policy: &Policy, from: &Partial) -> bool {
    let asks_of_others = |condition: &Condition| !matches!(condition, Condition::Users | Condition::Applications);
    let no = |condition| matches!(view.matches_partly(policy, condition, from), Partly::No(_));
    Condition::ALL.into_iter().filter(asks_of_others).any(no)
}

/// Whether a policy does nothing but block certain users from certain apps, and the files say which.
fn is_meant(policy: &Policy, grant: &Grant) -> bool {
    let Conditions { applications, users, .. } = &policy.conditions;
    let are_apps = |list: &List<Id>| is_told(list) && list.known().all(|(_, id)| id.guid().is_some() || id.is("All"));
    let Users {
        doubt, include_users, exclude_users, include_groups, exclude_groups, include_roles, exclude_roles, ..
    } = users;
    let are_told = |guests: &Fact<Option<Box<Guests>>>| match guests {
        Fact::Known(guests) => guests.as_ref().is_none_or(|guests| guests.first_unknown().is_none()),
        Fact::Unknown(_) => false,
    };
    grant.blocks()
        && [include_users, exclude_users, include_groups, exclude_groups, include_roles, exclude_roles]
            .into_iter()
            .all(is_told)
        && are_told(&users.include_guests)
        && are_told(&users.exclude_guests)
        && doubt.is_none()
        && are_apps(&applications.include)
        && are_apps(&applications.exclude)
        && is_told(&applications.user_actions)
        && is_told(&applications.authentication_contexts)
        && applications.filter == Fact::Known(None)
        && applications.doubt.is_none()
        && policy.conditions.include_every_client()
        && policy.conditions.ask_nothing_else()
}

/// Whether the files say which object each element is.
fn is_told(list: &List<Id>) -> bool {
    list.first_unknown().is_none() && list.position(Id::is_unresolved).is_none()
}

fn may_be_about_registering(policy: &Policy) -> bool {
    let actions = &policy.conditions.applications.user_actions;
    actions.first_unknown().is_some() || actions.position(|action| action.is(REGISTER_DEVICE)).is_some()
}

/// Whether an external user can be included who is in no group, holds no role and is named by no policy.
fn may_include_guests(users: &Users) -> bool {
    let names_somebody = |id: &Id| id.guid().is_some() || id.is("None");
    let includes_all = users.include_users.position(|id| !names_somebody(id)).is_some();
    includes_all
        || users.doubt.is_some()
        || users.include_guests != Fact::Known(None)
        || [&users.include_users, &users.include_groups, &users.include_roles]
            .iter()
            .any(|list| list.first_unknown().is_some())
}
