//! Verdicts over a directory against brute force: every person of small random directories, one by one, with a naive count
//! of who is in which group. What the files do not say is tried both ways.

#![allow(clippy::unwrap_used, clippy::many_single_char_names)]

mod access;
#[path = "../support/classes.rs"]
mod classes;
mod diff;
mod forms;
mod redact;
mod replay;
mod who;

use caplint::controls;
use caplint::coverage::{self, Decision, Options};
use caplint::policy::{FileIndex, Id, Origin, Policy, UserType, lower};
use caplint::requirement::Resource;
use caplint::signin::SignIn;
use caplint::syntax::parse;
use caplint::tenant::{Tenant, UserIndex};
use classes::{Class, classify, verdict};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeSet;

const API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";
const ADMINISTRATORS: &str = "62e90394-69f5-4237-9190-012177145e10";
const PEOPLE: usize = 4;
const GROUPS: usize = 3;

fn person(index: usize) -> String {
    format!("a0000000-0000-4000-8000-{index:012}")
}

fn group(index: usize) -> String {
    format!("b0000000-0000-4000-8000-{index:012}")
}

/// What the files say of one group.
#[derive(Debug, Clone)]
enum List {
    /// Nothing.
    Absent,
    /// Its direct members: people, groups in it, and whether an application is, too; `goes_on` if a page follows.
    Direct { people: BTreeSet<usize>, groups: BTreeSet<usize>, has_application: bool, goes_on: bool },
    /// Two lists that contradict each other.
    Contradicted { both: BTreeSet<usize>, one: usize },
}

/// What the files say of everybody.
#[derive(Debug, Clone)]
struct Files {
    /// Of each person: whether the account is disabled, is a guest, holds the role (or can activate it).
    people: Vec<(bool, bool, Role)>,
    /// The list of all users is there and ends.
    lists_all: bool,
    groups: Vec<List>,
    lists_assignments: bool,
    lists_eligible: bool,
    /// Who can activate the membership of each group.
    can_join: Vec<BTreeSet<usize>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    None,
    Active,
    Eligible,
    /// One list of all assignments has it, and another one does not.
    Torn,
}

/// What a policy says: whom it includes and excludes, and for which clients it is.
#[derive(Debug, Clone)]
struct Says {
    include: Principal,
    exclude: Principal,
    browsers_only: Option<bool>,
    alternative: bool,
    /// A condition that caplint does not know.
    opaque: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Principal {
    None,
    All,
    Guests,
    Role,
    People(BTreeSet<usize>),
    Groups(BTreeSet<usize>),
    /// Whoever it is.
    Placeholder,
}

const PLACEHOLDER: &str = "<BreakGlass>";

fn some(most: usize) -> impl Strategy<Value = BTreeSet<usize>> {
    proptest::collection::btree_set(0..most, 0..=most)
}

fn files() -> impl Strategy<Value = Files> {
    let role = prop_oneof![
        16 => Just(Role::None),
        4 => Just(Role::Active),
        4 => Just(Role::Eligible),
        1 => Just(Role::Torn),
    ];
    let person = (proptest::bool::weighted(0.1), proptest::bool::weighted(0.2), role);
    let direct = (some(PEOPLE), some(GROUPS), proptest::bool::weighted(0.2), proptest::bool::weighted(0.2)).prop_map(
        |(people, groups, has_application, goes_on)| List::Direct { people, groups, has_application, goes_on },
    );
    let list = prop_oneof![
        1 => Just(List::Absent),
        6 => direct,
        1 => (some(PEOPLE), 0..PEOPLE).prop_map(|(both, one)| List::Contradicted { both, one }),
    ];
    let can_join = prop_oneof![4 => Just(BTreeSet::new()), 1 => proptest::collection::btree_set(0..PEOPLE, 1..=2)];
    (
        proptest::collection::vec(person, PEOPLE),
        any::<bool>(),
        proptest::collection::vec(list, GROUPS),
        proptest::bool::weighted(0.8),
        proptest::bool::weighted(0.8),
        proptest::collection::vec(can_join, GROUPS),
    )
        .prop_map(|(people, lists_all, groups, lists_assignments, lists_eligible, can_join)| Files {
            people,
            lists_all,
            groups,
            lists_assignments,
            lists_eligible,
            can_join,
        })
}

fn policy() -> impl Strategy<Value = Says> {
    let groups = || some(GROUPS).prop_map(Principal::Groups);
    let include = prop_oneof![
        3 => Just(Principal::All),
        4 => groups(),
        1 => some(PEOPLE).prop_map(Principal::People),
        1 => Just(Principal::Role),
        1 => Just(Principal::Guests),
    ];
    let exclude = prop_oneof![
        3 => Just(Principal::None),
        4 => groups(),
        1 => some(PEOPLE).prop_map(Principal::People),
        1 => Just(Principal::Role),
        1 => Just(Principal::Guests),
        1 => Just(Principal::Placeholder),
    ];
    let browsers_only = proptest::option::weighted(0.3, any::<bool>());
    let [alternative, opaque] = [0.1, 0.1].map(proptest::bool::weighted);
    (include, exclude, browsers_only, alternative, opaque).prop_map(
        |(include, exclude, browsers_only, alternative, opaque)| Says {
            include,
            exclude,
            browsers_only,
            alternative,
            opaque,
        },
    )
}

impl Principal {
    fn put(&self, users: &mut Value, side: &str) {
        let list = |kind: &str| format!("{side}{kind}");
        match self {
            Self::None => {}
            Self::All => users[list("Users")] = json!(["All"]),
            Self::Guests => users[list("Users")] = json!(["GuestsOrExternalUsers"]),
            Self::Role => users[list("Roles")] = json!([ADMINISTRATORS]),
            Self::People(people) => {
                users[list("Users")] = people.iter().map(|index| person(*index)).collect();
            }
            Self::Placeholder => users[list("Users")] = json!([PLACEHOLDER]),
            Self::Groups(groups) => users[list("Groups")] = groups.iter().map(|index| group(*index)).collect(),
        }
    }
}

impl Says {
    fn json(&self) -> Value {
        let mut users = json!({ "includeUsers": [] });
        self.include.put(&mut users, "include");
        self.exclude.put(&mut users, "exclude");
        let clients = match self.browsers_only {
            None => "all",
            Some(true) => "browser",
            Some(false) => "mobileAppsAndDesktopClients",
        };
        let controls: &[&str] = if self.alternative { &["mfa", "domainJoinedDevice"] } else { &["mfa"] };
        let mut policy = json!({
            "displayName": "p", "state": "enabled",
            "conditions": { "clientAppTypes": [clients], "applications": { "includeApplications": [API] }, "users": users },
            "grantControls": { "operator": "OR", "builtInControls": controls }
        });
        if self.opaque {
            policy["conditions"]["times"] = json!({ "includedRanges": [1] });
        }
        policy
    }
}

impl Files {
    /// The answers of Graph that say this.
    fn texts(&self) -> Vec<String> {
        let typed = |kind: &str, id: String| json!({ "@odata.type": format!("#microsoft.graph.{kind}"), "id": id });
        let user = |(index, (is_disabled, is_guest, _)): (usize, &(bool, bool, Role))| {
            let name = if *is_guest { format!("p{index}_a.b#EXT#@c.d") } else { format!("p{index}@c.d") };
            json!({
                "id": person(index), "displayName": format!("Person {index}"), "userPrincipalName": name,
                "userType": if *is_guest { "Guest" } else { "Member" }, "accountEnabled": !is_disabled,
            })
        };
        let users: Vec<Value> = self.people.iter().enumerate().map(user).collect();
        let mut users = json!({ "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#users", "value": users });
        if !self.lists_all {
            users["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/users?$skiptoken=x");
        }
        let mut texts = vec![users];
        let members = |people: &BTreeSet<usize>| -> Vec<Value> {
            people.iter().map(|index| typed("user", person(*index))).collect()
        };
        for (index, list) in self.groups.iter().enumerate() {
            let page = |members: Vec<Value>| {
                let context = format!("https://graph.microsoft.com/v1.0/$metadata#groups('{}')/members", group(index));
                json!({ "@odata.context": context, "value": members })
            };
            match list {
                List::Absent => {}
                List::Direct { people, groups, has_application, goes_on } => {
                    let mut all = members(people);
                    all.extend(groups.iter().map(|index| typed("group", group(*index))));
                    if *has_application {
                        all.push(typed("servicePrincipal", "f0000000-0000-4000-8000-000000000001".to_owned()));
                    }
                    let mut page = page(all);
                    if *goes_on {
                        page["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/groups?$skiptoken=x");
                    }
                    texts.push(page);
                }
                List::Contradicted { both, one } => {
                    let with: BTreeSet<usize> = both.iter().copied().chain([*one]).collect();
                    let without: BTreeSet<usize> = both.iter().copied().filter(|person| person != one).collect();
                    texts.extend([page(members(&with)), page(members(&without))]);
                }
            }
        }
        let assignments = |held: &[Role], set: &str| {
            let holders = self.people.iter().enumerate().filter(|(_, (_, _, role))| held.contains(role));
            let holders: Vec<Value> = holders
                .map(|(index, _)| {
                    json!({ "roleDefinitionId": ADMINISTRATORS, "principalId": person(index), "directoryScopeId": "/" })
                })
                .collect();
            let context = format!("https://graph.microsoft.com/v1.0/$metadata#roleManagement/directory/{set}");
            json!({ "@odata.context": context, "value": holders })
        };
        let mut active = assignments(&[Role::Active, Role::Torn], "roleAssignments");
        if self.is_torn() {
            texts.push(assignments(&[Role::Active], "roleAssignments"));
        }
        if !self.lists_assignments {
            active["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/roleManagement?$skiptoken=x");
        }
        let mut eligible = assignments(&[Role::Eligible], "roleEligibilityScheduleInstances");
        if !self.lists_eligible {
            eligible["@odata.nextLink"] = json!("https://graph.microsoft.com/v1.0/roleManagement?$skiptoken=x");
        }
        texts.extend([active, eligible]);
        let can_join = self.can_join.iter().enumerate().flat_map(|(index, people)| {
            people
                .iter()
                .map(move |one| json!({ "accessId": "member", "groupId": group(index), "principalId": person(*one) }))
        });
        let set = "identityGovernance/privilegedAccess/group/eligibilityScheduleInstances";
        texts.push(json!({
            "@odata.context": format!("https://graph.microsoft.com/v1.0/$metadata#{set}"),
            "value": can_join.collect::<Vec<_>>(),
        }));
        texts.iter().map(ToString::to_string).collect()
    }

    /// Whether lists of all assignments contradict each other.
    fn is_torn(&self) -> bool {
        self.people.iter().any(|(_, _, role)| *role == Role::Torn)
    }

    /// Whether a person is in a group, groups in it followed; none if that is not known.
    fn is_member(&self, person: usize, group: usize, seen: &BTreeSet<usize>) -> Option<bool> {
        if seen.contains(&group) {
            return Some(false);
        }
        match &self.groups[group] {
            List::Absent => None,
            List::Contradicted { both, one } => (both.contains(&person) && person != *one).then_some(true),
            List::Direct { people, groups, goes_on, .. } => {
                if people.contains(&person) {
                    return Some(true);
                }
                let seen: BTreeSet<usize> = seen.iter().copied().chain([group]).collect();
                let inner: Vec<Option<bool>> =
                    groups.iter().map(|inner| self.is_member(person, *inner, &seen)).collect();
                if inner.contains(&Some(true)) {
                    Some(true)
                } else {
                    (!goes_on && inner.iter().all(Option::is_some)).then_some(false)
                }
            }
        }
    }

    /// Whether a person can activate the membership of a group, or of one in it.
    fn can_join(&self, person: usize, group: usize, seen: &BTreeSet<usize>) -> bool {
        let inner: BTreeSet<usize> = seen.iter().copied().chain([group]).collect();
        !seen.contains(&group)
            && (self.can_join[group].contains(&person)
                || match &self.groups[group] {
                    List::Absent | List::Contradicted { .. } => false,
                    List::Direct { groups, .. } => groups.iter().any(|group| self.can_join(person, *group, &inner)),
                })
    }

    /// Whether it is known of everybody whether they are in a group.
    fn is_known(&self, group: usize, seen: &BTreeSet<usize>) -> bool {
        let inner: BTreeSet<usize> = seen.iter().copied().chain([group]).collect();
        seen.contains(&group)
            || match &self.groups[group] {
                List::Absent | List::Contradicted { .. } => false,
                List::Direct { groups, goes_on, .. } => {
                    !goes_on && groups.iter().all(|group| self.is_known(*group, &inner))
                }
            }
    }

    fn tenant(&self, says: &[Says]) -> Tenant {
        let policies = says.iter().map(|says| {
            let text = says.json().to_string();
            lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy
        });
        let mut tenant = Tenant { policies: policies.collect(), ..Tenant::default() };
        for text in self.texts() {
            let root = parse(&text).unwrap();
            let taken = caplint::dialect::read(&text, &root, FileIndex(0), &mut |_| {});
            tenant.companions.absorb(taken.companions);
        }
        tenant.directory = std::mem::take(&mut tenant.companions.directory).directory();
        tenant.tell_people_apart();
        tenant
    }

    /// Every sign-in of a person, or of somebody whom the files do not list.
    fn sign_ins(&self, who: Option<usize>, doubts: Doubts) -> Vec<SignIn> {
        let mut all = vec![SignIn::attacker(Resource::App(Id::new(API)))];
        let each = |all: Vec<SignIn>, change: &dyn Fn(&SignIn) -> Vec<SignIn>| -> Vec<SignIn> {
            all.iter().flat_map(change).collect()
        };
        all = each(all, &|one| {
            [one.client_app, caplint::policy::ClientAppType::Browser]
                .map(|client_app| SignIn { client_app, ..one.clone() })
                .to_vec()
        });
        all = each(all, &|one| {
            let mut joined = one.clone();
            joined.device.set("trustType", "ServerAD");
            vec![one.clone(), joined]
        });
        all = each(all, &|one| {
            let kinds = match who {
                Some(person) if self.people[person].1 => vec![UserType::B2bCollaborationGuest],
                Some(_) => vec![UserType::Member],
                None => vec![UserType::Member, UserType::B2bCollaborationGuest, UserType::B2bDirectConnectUser],
            };
            let tenant = |kind: UserType| kind.is_external().then(|| Id::new("99999999-9999-4999-8999-999999999999"));
            kinds
                .into_iter()
                .map(|user_type| SignIn { user_type, external_tenant: tenant(user_type), ..one.clone() })
                .collect()
        });
        all = each(all, &|one| {
            let role = match who {
                Some(person) => match self.people[person].2 {
                    Role::Active => Some(true),
                    Role::None | Role::Torn if doubts == Doubts::AreNot => Some(false),
                    Role::Eligible | Role::Torn => None,
                    Role::None => (self.lists_assignments && self.lists_eligible && !self.is_torn()).then_some(false),
                },
                None => None,
            };
            let with = SignIn { roles: BTreeSet::from([Id::new(ADMINISTRATORS)]), ..one.clone() };
            let mut both = Vec::new();
            both.extend((role != Some(true)).then(|| one.clone()));
            both.extend((role != Some(false)).then_some(with));
            both
        });
        for index in 0..GROUPS {
            let is_member = match who {
                Some(person) => {
                    let known = self.is_member(person, index, &BTreeSet::new());
                    if known != Some(true) && self.can_join(person, index, &BTreeSet::new()) {
                        None
                    } else if doubts == Doubts::AreNot {
                        Some(known == Some(true))
                    } else {
                        known
                    }
                }
                None => self.is_known(index, &BTreeSet::new()).then_some(false),
            };
            all = each(all, &|one| {
                let mut with = one.clone();
                with.groups.insert(Id::new(&group(index)));
                let mut both = Vec::new();
                both.extend((is_member != Some(true)).then(|| one.clone()));
                both.extend((is_member != Some(false)).then_some(with));
                both
            });
        }
        if let Some(index) = who {
            for one in &mut all {
                one.user = Some(Id::new(&person(index)));
            }
        }
        // A placeholder may stand for anybody.
        each(all, &|one| {
            let mut named = one.clone();
            match who {
                Some(_) if doubts == Doubts::AreNot => return vec![named],
                Some(_) => _ = named.also.insert(Id::new(PLACEHOLDER)),
                None => named.user = Some(Id::new(PLACEHOLDER)),
            }
            vec![one.clone(), named]
        })
    }
}

/// Whether somebody is what the files do not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doubts {
    MayBe,
    AreNot,
}

/// The worst that a person, or somebody whom the files do not list, can do.
fn worst(files: &Files, tenant: &Tenant, who: Option<usize>, doubts: Doubts) -> Class {
    let control = controls::find("mfa-azure-management").unwrap();
    let requirement = control.requirement(caplint::catalog::Cloud::Public).unwrap();
    let mut changed = tenant.clone();
    if who.is_none() && files.lists_all {
        // Whoever joins gets into the groups that everybody is in.
        for policy in &mut changed.policies {
            include_newcomers(files, policy);
        }
    }
    let view = coverage::view(&requirement, &changed, Options::default());
    files.sign_ins(who, doubts).iter().map(|sign_in| classify(&view, sign_in)).max().unwrap()
}

fn include_newcomers(files: &Files, policy: &mut Policy) {
    let users = &mut policy.conditions.users;
    let is_known =
        |id: &Id| (0..GROUPS).any(|index| *id == Id::new(&group(index)) && files.is_known(index, &BTreeSet::new()));
    if users.include_groups.position(is_known).is_some() {
        users.include_users = lower(
            &parse(r#"{"conditions": {"users": {"includeUsers": ["All"]}}}"#).unwrap(),
            Origin::document(FileIndex(0)),
        )
        .policy
        .conditions
        .users
        .include_users;
    }
}

fn decide(tenant: &Tenant) -> Decision {
    let control = controls::find("mfa-azure-management").unwrap();
    let requirement = control.requirement(caplint::catalog::Cloud::Public).unwrap();
    coverage::decide(&requirement, tenant, Options::default())
}

fn people(decision: &Decision) -> BTreeSet<UserIndex> {
    let of_exceptions = decision.exceptions.iter().flat_map(|exception| &exception.people);
    of_exceptions.chain(&decision.people).copied().collect()
}

/// Somebody gets out in many ways, all but one of them through one group: the other group is told of as well.
#[test]
fn every_group_that_lets_somebody_through_is_told_of() {
    const LOCATIONS: usize = 12;
    let location = |index: usize| format!("d0000000-0000-4000-8000-{index:012}");
    let everybody = BTreeSet::from([0]);
    let is_in = List::Direct { people: everybody, groups: BTreeSet::new(), has_application: false, goes_on: false };
    let files = Files {
        people: vec![(false, false, Role::None)],
        lists_all: true,
        groups: vec![is_in.clone(), is_in],
        lists_assignments: true,
        lists_eligible: true,
        can_join: vec![BTreeSet::new(); GROUPS],
    };
    let policy = |includes: Vec<String>, excludes: Vec<String>, group_excluded: Option<usize>| {
        let exclude = group_excluded.map_or(Principal::None, |index| Principal::Groups(BTreeSet::from([index])));
        let says = Says { include: Principal::All, exclude, browsers_only: None, alternative: false, opaque: false };
        let mut policy = says.json();
        policy["conditions"]["locations"] = json!({ "includeLocations": includes, "excludeLocations": excludes });
        lower(&parse(&policy.to_string()).unwrap(), Origin::document(FileIndex(0))).policy
    };
    for apart in 0..LOCATIONS {
        let all: Vec<String> = (0..LOCATIONS).map(location).collect();
        let others = all.iter().filter(|one| **one != all[apart]).cloned().collect();
        let mut tenant = files.tenant(&[]);
        tenant.policies = vec![
            policy(vec!["All".to_owned()], all.clone(), None),
            policy(others, Vec::new(), Some(0)),
            policy(vec![all[apart].clone()], Vec::new(), Some(1)),
        ];
        tenant.tell_people_apart();
        let decision = decide(&tenant);
        let found: Vec<(String, usize)> =
            decision.exceptions.iter().map(|one| (one.id.to_string(), one.people.len())).collect();
        assert_eq!(found, [(group(0), 1), (group(1), 1)], "{apart}: {decision:#?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 4_000, ..ProptestConfig::default() })]

    #[test]
    fn everybody_is_judged_by_what_is_known_of_them(
        files in files(),
        says in proptest::collection::vec(policy(), 1..4),
    ) {
        let tenant = files.tenant(&says);
        let decision = decide(&tenant);
        let able = || (0..PEOPLE).filter(|person| !files.people[*person].0);
        let worst_of = |person, doubts| worst(&files, &tenant, person, doubts);
        let each = able().map(|person| worst_of(Some(person), Doubts::MayBe));
        let of_all = each.chain([worst_of(None, Doubts::MayBe)]).max().unwrap();
        prop_assert_eq!(decision.verdict, verdict(of_all), "{:?}", decision);
        let named: BTreeSet<String> =
            people(&decision).into_iter().map(|user| tenant.directory.user(user).id.to_string()).collect();
        let gets_through = |one: &usize| of_all > Class::Covered && worst_of(Some(*one), Doubts::AreNot) == of_all;
        let found: BTreeSet<String> = able().filter(gets_through).map(person).collect();
        prop_assert_eq!(named, found, "{:?}", decision);
    }
}
