//! What Microsoft's engine made of each policy, held against what caplint makes of it: the only judgement by the real engine
//! that there is offline.

use super::coordinates::{Coordinates, Directory, Surveyor};
use super::judge::Judge;
use super::past::Past;
use super::tally::{Example, First, short};
use crate::coverage::Options;
use crate::policy::{Fact, Id, Policy, State};
use crate::sign_in_log::{Applied, Logged, LoggedCondition, Row, Verdict};
use crate::signin::{Condition, Coordinate, Partly};
use crate::tenant::Tenant;
use std::collections::{BTreeMap, HashMap};

/// A tenant whose policies are all on: what they would apply to, whatever their state is and was.
#[must_use]
pub fn all_on(tenant: &Tenant) -> Tenant {
    let mut tenant = tenant.clone();
    for policy in &mut tenant.policies {
        policy.assumed_on = true;
    }
    tenant
}

/// How often two judgements agree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Agreement {
    /// Both say the same.
    pub agree: u64,
    /// They contradict each other.
    pub disagree: u64,
    /// caplint does not know.
    pub unknown: u64,
}

impl Agreement {
    fn absorb(&mut self, other: Self) {
        self.agree += other.agree;
        self.disagree += other.disagree;
        self.unknown += other.unknown;
    }

    fn count(&mut self, logged: bool, own: Own) {
        match own {
            Own::Unknown(_) => self.unknown += 1,
            Own::Yes | Own::No if (own == Own::Yes) == logged => self.agree += 1,
            Own::Yes | Own::No => self.disagree += 1,
        }
    }
}

/// What caplint makes of a condition or a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    Yes,
    No,
    /// The row lacks this, or the files lack something.
    Unknown(Option<Coordinate>),
}

impl From<Partly> for Own {
    fn from(partly: Partly) -> Self {
        match partly {
            Partly::Yes => Self::Yes,
            Partly::No(_) => Self::No,
            Partly::Unknown(_) => Self::Unknown(None),
            Partly::Open(coordinate) => Self::Unknown(Some(coordinate)),
        }
    }
}

/// A disagreement about a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Disagreement {
    /// The policy, by its index.
    pub policy: usize,
    /// The condition, in Microsoft's words; none where the log names none.
    pub condition: Option<LoggedCondition>,
    /// Microsoft says that it was met. caplint says the contrary.
    pub logged: bool,
}

/// What is known of one policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OfLoggedPolicy {
    /// Whether it applied.
    pub applies: Agreement,
    /// Sign-ins at which it was in another state than in the files.
    pub other_state: u64,
    /// Sign-ins at which it was off, and not evaluated.
    pub not_enabled: u64,
}

/// Policies that a log names and the files do not have, at most.
const STRANGERS: usize = 1_000;

/// The result.
#[derive(Debug, Default)]
pub struct Checked {
    /// Sign-ins whose row says what was made of policies.
    pub sign_ins: u64,
    /// Sign-ins whose row does not.
    pub silent: u64,
    /// By policy, in the tenant's order.
    pub policies: Vec<OfLoggedPolicy>,
    /// By condition.
    pub conditions: BTreeMap<LoggedCondition, Agreement>,
    /// Disagreements, with how many there are and the first of them.
    pub disagreements: BTreeMap<Disagreement, (u64, First<Example>)>,
    /// Policies that the log names and the files do not have: their names, and how often.
    pub strangers: BTreeMap<Box<str>, (Box<str>, u64)>,
    /// Policies of the files that the log never names.
    pub never_named: Vec<bool>,
}

impl Checked {
    pub(super) fn new(tenant: &Tenant) -> Self {
        Self {
            policies: vec![OfLoggedPolicy::default(); tenant.policies.len()],
            never_named: vec![true; tenant.policies.len()],
            ..Self::default()
        }
    }

    /// Whether there is a disagreement.
    #[must_use]
    pub fn disagrees(&self) -> bool {
        !self.disagreements.is_empty()
    }

    /// How often the judgements about whole policies agree.
    #[must_use]
    pub fn total(&self) -> Agreement {
        let mut total = Agreement::default();
        self.policies.iter().for_each(|policy| total.absorb(policy.applies));
        total
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.sign_ins += other.sign_ins;
        self.silent += other.silent;
        for (own, more) in self.policies.iter_mut().zip(other.policies) {
            own.applies.absorb(more.applies);
            own.other_state += more.other_state;
            own.not_enabled += more.not_enabled;
        }
        for (condition, more) in other.conditions {
            self.conditions.entry(condition).or_default().absorb(more);
        }
        for (disagreement, (count, examples)) in other.disagreements {
            let own = self.disagreements.entry(disagreement).or_default();
            own.0 += count;
            own.1.absorb(examples);
        }
        for (id, (name, count)) in other.strangers {
            if let Some(own) = self.strangers.get_mut(&id) {
                own.1 += count;
            } else if self.strangers.len() < STRANGERS {
                self.strangers.insert(id, (name, count));
            }
        }
        for (own, more) in self.never_named.iter_mut().zip(other.never_named) {
            *own &= more;
        }
    }

    fn disagree(&mut self, disagreement: Disagreement, row: &Row<'_>, past: Past) {
        let (count, examples) = self.disagreements.entry(disagreement).or_default();
        *count += 1;
        let before =
            |known: &Example| (row.created.as_ref(), row.id.as_ref()).cmp(&(known.created.as_ref(), known.id.as_ref()));
        if examples.wants(before) {
            examples.add(Example::of(row, past));
        }
    }
}

/// The condition of a policy that Microsoft means; none where caplint has none for it.
fn meant(condition: LoggedCondition) -> Option<Condition> {
    match condition {
        LoggedCondition::Application => Some(Condition::Applications),
        LoggedCondition::Users => Some(Condition::Users),
        LoggedCondition::DevicePlatform => Some(Condition::Platforms),
        LoggedCondition::Location
        | LoggedCondition::IpAddressSeenByEntra
        | LoggedCondition::IpAddressSeenByResource => Some(Condition::Locations),
        LoggedCondition::ClientType => Some(Condition::ClientAppTypes),
        LoggedCondition::SignInRisk => Some(Condition::SignInRisk),
        LoggedCondition::UserRisk => Some(Condition::UserRisk),
        LoggedCondition::DeviceState => Some(Condition::Devices),
        LoggedCondition::ServicePrincipals => Some(Condition::WorkloadIdentities),
        LoggedCondition::AuthenticationFlows => Some(Condition::AuthenticationFlows),
        LoggedCondition::InsiderRisk => Some(Condition::InsiderRisk),
        LoggedCondition::Time | LoggedCondition::Client | LoggedCondition::ServicePrincipalRisk => None,
    }
}

/// What caplint makes of each condition of each policy.
type Sheet = Vec<[Own; Condition::ALL.len()]>;

/// Sheets that are remembered before all are forgotten. One takes some kilobytes.
const REMEMBERED: usize = 4_000;

/// Holds rows against a tenant with all policies on.
pub(super) struct Checker<'t> {
    judge: Judge<'t>,
    surveyor: Surveyor<'t>,
    policies: HashMap<Id, usize>,
    known: HashMap<Coordinates, Sheet>,
}

impl<'t> Checker<'t> {
    pub(super) fn new(tenant: &'t Tenant, directory: &'t dyn Directory, options: Options) -> Self {
        let by_id = |(index, policy): (usize, &Policy)| Some((policy.id.clone()?, index));
        Self {
            judge: Judge::new(tenant, options),
            surveyor: Surveyor::new(tenant, directory),
            policies: tenant.policies.iter().enumerate().filter_map(by_id).collect(),
            known: HashMap::new(),
        }
    }

    pub(super) fn row(&mut self, row: &Row<'_>, past: Past, checked: &mut Checked) {
        let policies = match row.policies() {
            Logged::Known(policies) if !policies.is_empty() => policies,
            Logged::Known(_) | Logged::Unknown(_) => {
                checked.silent += 1;
                return;
            }
        };
        checked.sign_ins += 1;
        let coordinates = self.surveyor.coordinates(row);
        if !self.known.contains_key(&coordinates) {
            if self.known.len() >= REMEMBERED {
                self.known.clear();
            }
            let sheet = self.sheet(&coordinates);
            self.known.insert(coordinates.clone(), sheet);
        }
        let Some(sheet) = self.known.get(&coordinates) else { return };
        for applied in &policies {
            let Some(index) = self.policies.get(&Id::new(&applied.id.to_ascii_lowercase())).copied() else {
                let id = short(&applied.id);
                if checked.strangers.len() < STRANGERS || checked.strangers.contains_key(id) {
                    let entry = checked.strangers.entry(id.into());
                    entry.or_insert_with(|| (short(&applied.name).into(), 0)).1 += 1;
                }
                continue;
            };
            checked.never_named[index] = false;
            let policy = &self.judge.tenant.policies[index];
            hold(policy, index, applied, &sheet[index], row, past, checked);
        }
    }

    fn sheet(&self, coordinates: &Coordinates) -> Sheet {
        let partial = self.surveyor.partial(coordinates);
        let view = self.judge.view();
        let of =
            |policy: &Policy| Condition::ALL.map(|condition| view.matches_partly(policy, condition, &partial).into());
        self.judge.tenant.policies.iter().map(of).collect()
    }
}

/// Whether a policy was in another state when the sign-in was made.
fn is_other_state(policy: &Policy, verdict: Verdict) -> bool {
    let logged = match verdict {
        Verdict::Applied | Verdict::NotApplied => State::Enabled,
        Verdict::ReportOnlyApplied | Verdict::ReportOnlyNotApplied => State::ReportOnly,
        Verdict::NotEnabled => State::Disabled,
        Verdict::Unknown => return false,
    };
    policy.deleted || policy.state != Fact::Known(logged)
}

fn hold(
    policy: &Policy,
    index: usize,
    applied: &Applied<'_>,
    sheet: &[Own; Condition::ALL.len()],
    row: &Row<'_>,
    past: Past,
    checked: &mut Checked,
) {
    let own = if sheet.contains(&Own::No) {
        Own::No
    } else {
        sheet.iter().copied().find(|own| *own != Own::Yes).unwrap_or(Own::Yes)
    };
    let of_policy = &mut checked.policies[index];
    of_policy.other_state += u64::from(is_other_state(policy, applied.verdict));
    if policy.deleted {
        return;
    }
    let Some(is_met) = applied.verdict.applies() else {
        of_policy.not_enabled += u64::from(applied.verdict == Verdict::NotEnabled);
        return;
    };
    // A policy that says nothing of its conditions was not evaluated.
    let named =
        || applied.satisfied.iter().map(|one| (one, true)).chain(applied.not_satisfied.iter().map(|one| (one, false)));
    if !is_met && named().next().is_none() {
        return;
    }
    of_policy.applies.count(is_met, own);
    let mut is_explained = false;
    for (logged, is_satisfied) in named() {
        let Some(condition) = meant(logged) else { continue };
        let of_condition = sheet[condition as usize];
        checked.conditions.entry(logged).or_default().count(is_satisfied, of_condition);
        if matches!(of_condition, Own::Yes | Own::No) && (of_condition == Own::Yes) != is_satisfied {
            is_explained = true;
            checked.disagree(Disagreement { policy: index, condition: Some(logged), logged: is_satisfied }, row, past);
        }
    }
    let contradicts = matches!(own, Own::Yes | Own::No) && (own == Own::Yes) != is_met;
    if contradicts && !is_explained {
        checked.disagree(Disagreement { policy: index, condition: None, logged: is_met }, row, past);
    }
}
