//! What a policy demands, as a condition on what is brought: which ways satisfy it, and the largest that do not.

use super::atom::{Atom, AtomSet, Atoms};
use super::difference::{Control, Which};
use crate::catalog;
use crate::coverage::Side;
use crate::coverage::prover::{Formula, Space, TooIntricate};
use crate::policy::{Allowed, Combination, Fact, GrantControl, Id, List, Operator, Policy, Property, Strength};
use crate::signin::{Device, Why};
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// Sets of atoms that are kept at most while the largest refused ways of a policy are computed. Policies as people have them
/// come to two or three.
const MOST_SETS: usize = 4_096;

/// The grant controls of a policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Grant {
    items: Vec<Item>,
    /// All controls are demanded, or one of them; none where the policy does not say.
    operator: Option<Operator>,
    /// Why the operator is not known.
    why: Option<Why>,
}

/// A grant control.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Item {
    /// Sets of atoms that satisfy it, each alone.
    enough: Vec<AtomSet>,
    /// The device satisfies it.
    device: Option<DeviceControl>,
    /// Something that is not known may satisfy it.
    doubt: Option<(Property, Why)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DeviceControl {
    Compliant,
    HybridJoined,
}

/// The state of a device, as far as grant controls ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct DeviceState {
    pub(crate) is_compliant: bool,
    pub(crate) is_hybrid_joined: bool,
}

impl DeviceState {
    pub(crate) const ALL: [Self; 4] = [
        Self { is_compliant: false, is_hybrid_joined: false },
        Self { is_compliant: false, is_hybrid_joined: true },
        Self { is_compliant: true, is_hybrid_joined: false },
        Self { is_compliant: true, is_hybrid_joined: true },
    ];

    pub(crate) fn of(device: &Device) -> Self {
        Self { is_compliant: device.is_compliant(), is_hybrid_joined: device.is_hybrid_joined() }
    }
}

impl Item {
    fn of(enough: Vec<AtomSet>) -> Self {
        Self { enough, device: None, doubt: None }
    }

    fn doubtful(property: Property, why: Why) -> Self {
        Self { enough: Vec::new(), device: None, doubt: Some((property, why)) }
    }

    fn is_met(&self, withheld: &AtomSet) -> bool {
        self.enough.iter().any(|set| set.is_disjoint(withheld))
    }

    /// Whether the device satisfies it.
    fn is_met_by(&self, device: DeviceState) -> bool {
        match self.device {
            Some(DeviceControl::Compliant) => device.is_compliant,
            Some(DeviceControl::HybridJoined) => device.is_hybrid_joined,
            None => false,
        }
    }
}

impl Grant {
    /// What a policy demands in the first of two tenants, which is its own.
    pub(crate) fn of(policy: &Policy, tenants: [&Tenant; 2], atoms: &mut Atoms, approved_app_retired: bool) -> Self {
        let grant = &policy.grant;
        if let Some(reason) = grant.doubt {
            let item = Item::doubtful(Property::GrantControls, Why::Doubt(reason));
            return Self { items: vec![item], operator: Some(Operator::And), why: None };
        }
        let mut items = Vec::new();
        for control in grant.built_in.items() {
            match control {
                Fact::Known(GrantControl::ApprovedApplication) if approved_app_retired => {}
                Fact::Known(control) => items.push(built_in(*control, atoms)),
                Fact::Unknown(reason) => items.push(Item::doubtful(Property::BuiltInControls, Why::Doubt(*reason))),
            }
        }
        listed(&grant.custom, Property::CustomAuthenticationFactors, Atom::Custom, atoms, &mut items);
        listed(&grant.terms_of_use, Property::TermsOfUse, Atom::TermsOfUse, atoms, &mut items);
        let mut unread = Vec::new();
        unread.extend(grant.built_in.doubt().map(|reason| (Property::BuiltInControls, reason)));
        unread.extend(grant.custom.doubt().map(|reason| (Property::CustomAuthenticationFactors, reason)));
        unread.extend(grant.terms_of_use.doubt().map(|reason| (Property::TermsOfUse, reason)));
        items.extend(unread.iter().map(|(property, reason)| Item::doubtful(*property, Why::Doubt(*reason))));
        match &grant.strength {
            Fact::Known(None) => {}
            Fact::Known(Some(strength)) => items.push(of_strength(strength, tenants, atoms)),
            Fact::Unknown(reason) => {
                items.push(Item::doubtful(Property::AuthenticationStrength, Why::Doubt(*reason)));
            }
        }
        let (operator, why) = match grant.operator {
            // One control needs no operator. A list that could not be read may hold more.
            _ if items.len() <= 1 && unread.is_empty() => (Some(Operator::And), None),
            Fact::Known(Some(operator)) => (Some(operator), None),
            Fact::Known(None) => (None, Some(Why::OperatorMissing)),
            Fact::Unknown(reason) => (None, Some(Why::Doubt(reason))),
        };
        Self { items, operator, why }
    }

    /// One of these controls is enough.
    pub(crate) fn one_of(controls: &[Control], tenants: [&Tenant; 2], atoms: &mut Atoms) -> Self {
        let mut item = |control: &Control| match control {
            Control::BuiltIn(control) => built_in(*control, atoms),
            Control::Custom(id) => Item::of(vec![AtomSet::from([atoms.index(Atom::Custom(id.clone()))])]),
            Control::TermsOfUse(id) => Item::of(vec![AtomSet::from([atoms.index(Atom::TermsOfUse(id.clone()))])]),
            Control::Strength(id) => {
                let unknown = || Fact::Known(None);
                let combinations = List::default();
                let strength = Strength { id: id.clone(), requirements_satisfied_mfa: unknown(), combinations };
                of_strength(&strength, tenants, atoms)
            }
        };
        let items = controls.iter().map(&mut item).collect();
        Self { items, operator: Some(Operator::Or), why: None }
    }

    /// One control alone.
    pub(crate) fn single(control: GrantControl, atoms: &mut Atoms) -> Self {
        Self { items: vec![built_in(control, atoms)], operator: Some(Operator::And), why: None }
    }

    /// The device states and doubts under which a way satisfies the policy.
    fn satisfied(&self, withheld: &AtomSet, space: &mut Space<'_>, (side, which): (Side, Which)) -> Formula {
        let mut unknown = |property, why| match which {
            Which::Policy(index) => space.unknown((side, index), property, why),
            // Nothing that security defaults ask for is unknown.
            Which::DefaultsBlock | Which::DefaultsAsk => Formula::Never,
        };
        let mut doubts = Vec::new();
        for item in &self.items {
            doubts.push(item.doubt.map_or(Formula::Never, |(property, why)| unknown(property, why)));
        }
        let is_all = match (self.operator, self.why) {
            (Some(Operator::And), _) => Formula::Always,
            (Some(Operator::Or), _) => Formula::Never,
            (None, why) => unknown(Property::GrantOperator, why.unwrap_or(Why::OperatorMissing)),
        };
        let met = self.items.iter().zip(doubts).map(|(item, doubt)| {
            let by_device = match item.device {
                Some(DeviceControl::Compliant) => space.is_compliant(),
                Some(DeviceControl::HybridJoined) => space.is_hybrid_joined(),
                None => Formula::Never,
            };
            Formula::any([Formula::constant(item.is_met(withheld)), by_device, doubt])
        });
        let met: Vec<Formula> = met.collect();
        if met.is_empty() {
            return Formula::Always;
        }
        let every = Formula::all(met.clone());
        Formula::any([every, Formula::all([is_all.not(), Formula::any(met)])])
    }

    /// The device states and doubts under which a way does not satisfy the policy.
    pub(crate) fn refusal(&self, withheld: &AtomSet, space: &mut Space<'_>, of: (Side, Which)) -> Formula {
        self.satisfied(withheld, space, of).not()
    }

    /// Whether a way satisfies the policy on a device, if what is unknown does, or if it does not.
    pub(crate) fn is_satisfied(&self, withheld: &AtomSet, device: DeviceState, unknown: bool) -> bool {
        let mut met = self
            .items
            .iter()
            .map(|item| item.is_met(withheld) || item.is_met_by(device) || (unknown && item.doubt.is_some()));
        if self.items.is_empty() {
            return true;
        }
        match self.operator {
            Some(Operator::And) => met.all(|met| met),
            Some(Operator::Or) => met.any(|met| met),
            None if unknown => met.any(|met| met),
            None => met.all(|met| met),
        }
    }

    /// What is not known of it, and why.
    pub(crate) fn doubt(&self) -> Option<(Property, Why)> {
        let of_item = self.items.iter().find_map(|item| item.doubt);
        of_item.or_else(|| self.why.map(|why| (Property::GrantOperator, why)))
    }

    /// Whether nothing satisfies it, on no device.
    pub(crate) fn blocks(&self) -> bool {
        DeviceState::ALL.iter().all(|device| !self.is_satisfied(&AtomSet::new(), *device, true))
    }

    /// Whether a way satisfies the policy on some device, but not on every one.
    pub(crate) fn accepts_a_device(&self, withheld: &AtomSet) -> bool {
        let on = |device: &DeviceState| self.is_satisfied(withheld, *device, false);
        DeviceState::ALL.iter().any(on) && !DeviceState::ALL.iter().all(on)
    }

    /// The largest ways that the policy refuses on some device, each as what is withheld: nothing that is withheld can be
    /// brought without satisfying it.
    ///
    /// # Errors
    /// There are too many of them.
    pub(crate) fn refused(&self) -> Result<Vec<AtomSet>, TooIntricate> {
        let mut all: BTreeSet<AtomSet> = BTreeSet::new();
        let asks_for_device = self.items.iter().any(|item| item.device.is_some());
        let is_doubtful = self.operator.is_none() || self.items.iter().any(|item| item.doubt.is_some());
        for device in &DeviceState::ALL[..if asks_for_device { 4 } else { 1 }] {
            for unknown in [false, true].into_iter().filter(|unknown| !unknown || is_doubtful) {
                all.extend(self.refused_on(*device, unknown)?);
            }
        }
        Ok(all.into_iter().collect())
    }

    fn refused_on(&self, device: DeviceState, unknown: bool) -> Result<Vec<AtomSet>, TooIntricate> {
        let is_met = |item: &&Item| item.is_met_by(device) || (unknown && item.doubt.is_some());
        if self.items.is_empty() {
            return Ok(Vec::new());
        }
        let is_any = match self.operator {
            Some(Operator::Or) => true,
            Some(Operator::And) => false,
            None => unknown,
        };
        if is_any {
            if self.items.iter().any(|item| is_met(&item)) {
                return Ok(Vec::new());
            }
            let all: Vec<AtomSet> = self.items.iter().flat_map(|item| item.enough.iter().cloned()).collect();
            return hitting_sets(&all);
        }
        let mut all = Vec::new();
        for item in self.items.iter().filter(|item| !is_met(item)) {
            all.extend(hitting_sets(&item.enough)?);
        }
        Ok(smallest(all))
    }

    /// The controls, as alternatives of which one is enough. All of the lists must be met.
    pub(crate) fn clauses(policy: &Policy) -> Vec<Vec<Control>> {
        let grant = &policy.grant;
        let mut all: Vec<Control> = grant.built_in.known().map(|(_, control)| Control::BuiltIn(*control)).collect();
        all.extend(grant.custom.known().map(|(_, id)| Control::Custom(id.clone())));
        all.extend(grant.terms_of_use.known().map(|(_, id)| Control::TermsOfUse(id.clone())));
        if let Fact::Known(Some(strength)) = &grant.strength {
            all.push(Control::Strength(strength.id.clone()));
        }
        match grant.operator {
            Fact::Known(Some(Operator::Or)) => vec![all],
            Fact::Known(Some(Operator::And) | None) | Fact::Unknown(_) => {
                all.into_iter().map(|control| vec![control]).collect()
            }
        }
    }
}

fn listed(list: &List<Id>, property: Property, atom: fn(Id) -> Atom, atoms: &mut Atoms, items: &mut Vec<Item>) {
    for item in list.items() {
        items.push(match item {
            Fact::Known(id) => Item::of(vec![AtomSet::from([atoms.index(atom(id.clone()))])]),
            Fact::Unknown(reason) => Item::doubtful(property, Why::Doubt(*reason)),
        });
    }
}

fn mfa(atoms: &mut Atoms) -> Vec<AtomSet> {
    Combination::multifactor().map(|combination| atoms.set(combination)).collect()
}

fn built_in(control: GrantControl, atoms: &mut Atoms) -> Item {
    match control {
        GrantControl::Block => Item::of(Vec::new()),
        GrantControl::Mfa => Item::of(mfa(atoms)),
        GrantControl::CompliantDevice => Item { device: Some(DeviceControl::Compliant), ..Item::of(Vec::new()) },
        GrantControl::DomainJoinedDevice => Item { device: Some(DeviceControl::HybridJoined), ..Item::of(Vec::new()) },
        // Changing the password and remediating a risk begin with MFA.
        GrantControl::PasswordChange | GrantControl::RiskRemediation => {
            let own = atoms.index(Atom::Control(control));
            let with_mfa = mfa(atoms).into_iter().map(|mut set| {
                set.insert(own);
                set
            });
            Item::of(with_mfa.collect())
        }
        GrantControl::ApprovedApplication | GrantControl::CompliantApplication | GrantControl::VerifiedId => {
            Item::of(vec![AtomSet::from([atoms.index(Atom::Control(control))])])
        }
    }
}

/// What satisfies a strength in the first of two tenants. What only the other one defines holds for both.
pub(crate) fn allowed(strength: &Strength, [tenant, other]: [&Tenant; 2]) -> Allowed {
    let own = tenant.allowed(strength);
    if own.is_empty() { other.allowed(strength) } else { own }
}

/// A strength as the combinations that satisfy it: those of every copy in the files and, of a built-in one, Microsoft's. The
/// built-in multifactor strength is the same as the control `mfa`.
fn of_strength(strength: &Strength, tenants: [&Tenant; 2], atoms: &mut Atoms) -> Item {
    let allowed = allowed(strength, tenants);
    let mut enough: Vec<Combination> = allowed.combinations().collect();
    if let Some(built_in) = allowed.built_in() {
        if catalog::is_mfa_strength(&built_in.id) {
            enough.extend(Combination::multifactor());
        } else {
            enough.extend(&built_in.combinations);
        }
    }
    let doubt = allowed.doubt().map(|reason| (Property::AuthenticationStrength, Why::Doubt(reason)));
    if enough.is_empty() && doubt.is_none() {
        return match &strength.id {
            Some(id) => Item::of(vec![AtomSet::from([atoms.index(Atom::Strength(id.clone()))])]),
            None => Item::doubtful(Property::AuthenticationStrength, Why::StrengthUndefined),
        };
    }
    // Methods that add nothing to others are among those that can be brought, too.
    for bit in enough.iter().flat_map(|combination| combination.bits()) {
        atoms.index(Atom::Method(bit));
    }
    let enough = Combination::smallest(enough).into_iter().map(|combination| atoms.set(combination));
    Item { doubt, ..Item::of(enough.collect()) }
}

/// The sets that contain no other one.
fn smallest(mut sets: Vec<AtomSet>) -> Vec<AtomSet> {
    sets.sort_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    sets.dedup();
    let mut kept: Vec<AtomSet> = Vec::new();
    for set in sets {
        if !kept.iter().any(|smaller| smaller.is_subset(&set)) {
            kept.push(set);
        }
    }
    kept
}

/// The smallest sets that have an element in common with each of these.
fn hitting_sets(sets: &[AtomSet]) -> Result<Vec<AtomSet>, TooIntricate> {
    let mut found = vec![AtomSet::new()];
    for set in sets {
        let (hit, missed): (Vec<AtomSet>, Vec<AtomSet>) = found.into_iter().partition(|one| !one.is_disjoint(set));
        let extended = missed.iter().flat_map(|one| {
            set.iter().map(|atom| {
                let mut larger = one.clone();
                larger.insert(*atom);
                larger
            })
        });
        found = smallest(hit.into_iter().chain(extended).collect());
        if found.len() > MOST_SETS {
            return Err(TooIntricate);
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(controls: &[GrantControl], operator: Operator) -> Vec<Vec<String>> {
        let mut atoms = Atoms::default();
        let items = controls.iter().map(|control| built_in(*control, &mut atoms)).collect();
        let grant = Grant { items, operator: Some(operator), why: None };
        let refused = grant.refused().unwrap();
        refused.iter().map(|set| atoms.named(set).iter().map(ToString::to_string).collect()).collect()
    }

    #[test]
    fn two_ways_miss_mfa() {
        let ways = refused(&[GrantControl::Mfa], Operator::Or);
        assert_eq!(ways.len(), 2);
        let lacks = |way: &[String], method: &str| way.iter().any(|one| one == method);
        assert!(ways.iter().all(|way| lacks(way, "fido2")));
        assert!(ways.iter().any(|way| lacks(way, "password") && !lacks(way, "sms")));
        assert!(ways.iter().any(|way| lacks(way, "sms") && !lacks(way, "password")));
    }

    #[test]
    fn nothing_satisfies_a_block_and_a_device_satisfies_only_its_own_control() {
        assert_eq!(refused(&[GrantControl::Block], Operator::Or), [Vec::<String>::new()]);
        assert_eq!(refused(&[GrantControl::CompliantDevice], Operator::Or), [Vec::<String>::new()]);
        assert_eq!(refused(&[GrantControl::CompliantDevice, GrantControl::Mfa], Operator::Or).len(), 2);
        assert_eq!(refused(&[GrantControl::CompliantDevice, GrantControl::Mfa], Operator::And).len(), 3);
    }

    /// Against all ways, for small grants.
    #[test]
    fn the_largest_refused_ways_are_those_that_enumeration_finds() {
        let sets: Vec<AtomSet> = [vec![0, 1], vec![2], vec![1, 3]].into_iter().map(AtomSet::from_iter).collect();
        let hits = |withheld: &AtomSet| sets.iter().all(|set| !set.is_disjoint(withheld));
        let all: Vec<AtomSet> =
            (0..16_u32).map(|bits| (0..4).filter(|atom| bits >> atom & 1 == 1).collect()).filter(hits).collect();
        assert_eq!(hitting_sets(&sets).unwrap(), smallest(all));
    }
}
