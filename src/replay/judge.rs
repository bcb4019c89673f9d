//! A tenant that is asked about many sign-ins, of which something may be open.

use super::any_requirement;
use crate::catalog;
use crate::coverage::{self, Options};
use crate::diff::ways::{AtomSet, Atoms, DeviceState, Grant};
use crate::diff::{Access, Control, Which};
use crate::policy::{ClientAppType, GrantControl, SessionControl, Words};
use crate::requirement::{Requirement, Resource};
use crate::signin::{At, Cause, Coordinate, OpenResource, Partial, Partly, SignIn, defaults_ask};
use crate::tenant::{SecurityDefaults, Tenant};
use std::collections::BTreeSet;

/// The policies of a tenant, and what each of them demands.
#[derive(Debug)]
pub struct Judge<'t> {
    /// The tenant.
    pub tenant: &'t Tenant,
    requirement: Requirement,
    options: Options,
    demands: Vec<Demand>,
}

/// What a policy demands where it applies.
#[derive(Debug)]
struct Demand {
    /// Of each list, one control is enough.
    requires: Vec<Vec<Control>>,
    /// Devices on which nothing that can be brought is enough, in the order of [`DeviceState::ALL`].
    blocks: [bool; 4],
    /// Why it is not known what it demands.
    doubt: Option<Cause>,
    session: Vec<SessionControl>,
}

/// What becomes of a sign-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What becomes of it, if nothing more is asked for than is known. What the device meets by itself is not asked for.
    pub access: Access,
    /// What blocks it.
    pub blocked_by: Vec<Which>,
    /// What asks for something.
    pub asked_by: Vec<Which>,
    /// What may ask for more, or less, or block it. Empty if it is blocked anyway.
    pub doubts: Vec<Doubt>,
    /// Session controls of the policies that apply.
    pub session: BTreeSet<SessionControl>,
    /// The device, as far as grant controls ask for it; one that it may be.
    pub(crate) device: DeviceState,
}

/// Something that is not known, and on which the outcome depends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Doubt {
    /// What may change the outcome; none for a policy that the files may lack.
    pub which: Option<Which>,
    /// What is not known.
    pub why: Unsure,
    /// It can only ask for more: it neither blocks nor asks for less.
    pub only_asks: bool,
}

/// Why something is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsure {
    /// The row does not tell this.
    Row(Coordinate),
    /// The files do not tell this of the policy.
    Policy(Cause),
    /// Files contradict each other about security defaults.
    SecurityDefaults,
    /// Policies may be missing from the files.
    MissingPolicies,
}

/// What becomes of a sign-in, in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Outcome {
    /// Nothing is asked for.
    Granted,
    /// Something is asked for.
    Asked,
    /// Nothing is enough.
    Blocked,
    /// It depends on something that is not known.
    Unknown,
}

impl Judged {
    /// In one word. Something is asked for, too, if it is only not known what else is.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        match self.access {
            Access::Blocked => Outcome::Blocked,
            Access::Granted if self.doubts.is_empty() => Outcome::Granted,
            Access::Needs(_) if self.is_let_in() => Outcome::Asked,
            Access::Granted | Access::Needs(_) => Outcome::Unknown,
        }
    }

    /// Whether it is surely not blocked.
    #[must_use]
    pub fn is_let_in(&self) -> bool {
        self.access != Access::Blocked && self.doubts.iter().all(|doubt| doubt.only_asks)
    }
}

/// Lists of controls without those that a device meets by itself.
pub(super) fn asked_on(requires: &[Vec<Control>], device: DeviceState) -> Vec<Vec<Control>> {
    let is_met = |control: &Control| {
        (device.is_compliant && control.is(GrantControl::CompliantDevice))
            || (device.is_hybrid_joined && control.is(GrantControl::DomainJoinedDevice))
    };
    requires.iter().filter(|clause| !clause.is_empty() && !clause.iter().any(is_met)).cloned().collect()
}

impl<'t> Judge<'t> {
    /// Prepares a tenant.
    #[must_use]
    pub fn new(tenant: &'t Tenant, options: Options) -> Self {
        let mut atoms = Atoms::default();
        let demands = tenant.policies.iter().map(|policy| {
            let grant = Grant::of(policy, [tenant, tenant], &mut atoms, options.assumptions.approved_app_retired);
            Demand {
                requires: Grant::clauses(policy),
                blocks: DeviceState::ALL.map(|device| !grant.is_satisfied(&AtomSet::new(), device, true)),
                doubt: grant.doubt().map(|(property, why)| Cause { at: At::property(property), why }),
                session: policy.session.known().map(|all| all.to_vec()).unwrap_or_default(),
            }
        });
        Self { tenant, requirement: any_requirement(), options, demands: demands.collect() }
    }

    /// How its policies look at a sign-in.
    #[must_use]
    pub fn view(&self) -> crate::signin::View<'_> {
        coverage::view(&self.requirement, self.tenant, self.options)
    }

    /// What becomes of a sign-in.
    #[must_use]
    pub fn judge(&self, partial: &Partial) -> Judged {
        let view = self.view();
        let applies: Vec<Partly> =
            self.tenant.policies.iter().map(|policy| view.applies_partly(policy, partial)).collect();
        let defaults = self.defaults(partial);
        let devices = devices(partial);
        let mut all = devices.iter().map(|device| self.on(*device, &applies, defaults));
        let Some(judged) = all.next() else { return self.on(DeviceState::ALL[0], &applies, defaults) };
        for other in all {
            // The policies whose demand depends on the device that it is.
            if other.access != judged.access || other.doubts.is_empty() != judged.doubts.is_empty() {
                let which = self.by_device(&applies);
                let why = Unsure::Row(Coordinate::Device);
                let doubts = which.map(|which| Doubt { which, why, only_asks: false }).collect();
                let (access, blocked_by, asked_by) = (Access::Granted, Vec::new(), Vec::new());
                return Judged { access, blocked_by, asked_by, doubts, ..judged };
            }
        }
        judged
    }

    /// Policies that may apply and demand something of the device.
    fn by_device(&self, applies: &[Partly]) -> impl Iterator<Item = Option<Which>> {
        let is_of_device = |control: &Control| {
            control.is(GrantControl::CompliantDevice) || control.is(GrantControl::DomainJoinedDevice)
        };
        let counts = |index: usize| {
            let demands = self.demands[index].requires.iter().flatten();
            !matches!(applies[index], Partly::No(_)) && demands.clone().any(is_of_device)
        };
        let found: Vec<usize> = (0..applies.len()).filter(|index| counts(*index)).collect();
        let none = found.is_empty().then_some(None);
        found.into_iter().map(|index| Some(Which::Policy(index))).chain(none)
    }

    /// What becomes of it with this device. It is what [`super::replay`] says of a sign-in of which nothing is open.
    fn on(&self, device: DeviceState, applies: &[Partly], defaults: Defaults) -> Judged {
        let state = DeviceState::ALL.iter().position(|known| *known == device).unwrap_or_default();
        let (mut blocked_by, mut asked_by, mut requires) = (Vec::new(), Vec::new(), Vec::new());
        let mut session = BTreeSet::new();
        let policies = || self.demands.iter().zip(applies).enumerate();
        for (index, (demand, _)) in policies().filter(|(_, (_, applies))| **applies == Partly::Yes) {
            let asked = asked_on(&demand.requires, device);
            if demand.blocks[state] {
                blocked_by.push(Which::Policy(index));
            } else if !asked.is_empty() {
                asked_by.push(Which::Policy(index));
            }
            requires.extend(asked);
            session.extend(demand.session.iter().cloned());
        }
        match defaults {
            Defaults::Ask(GrantControl::Block) => blocked_by.push(Which::DefaultsBlock),
            Defaults::Ask(control) => {
                asked_by.push(Which::DefaultsAsk);
                requires.push(vec![Control::BuiltIn(control)]);
            }
            Defaults::Nothing | Defaults::Contradicted(_) | Defaults::Open(_) => {}
        }
        let mut doubts = Vec::new();
        if blocked_by.is_empty() {
            for (index, (demand, applies)) in policies() {
                let adds = || {
                    demand.blocks[state]
                        || demand.doubt.is_some()
                        || asked_on(&demand.requires, device).iter().any(|clause| !requires.contains(clause))
                };
                let why = match applies {
                    Partly::No(_) => None,
                    Partly::Yes => demand.doubt.map(Unsure::Policy),
                    Partly::Unknown(cause) => adds().then_some(Unsure::Policy(*cause)),
                    Partly::Open(coordinate) => adds().then_some(Unsure::Row(*coordinate)),
                };
                let only_asks = demand.doubt.is_none() && !demand.blocks[state];
                doubts.extend(why.map(|why| Doubt { which: Some(Which::Policy(index)), why, only_asks }));
            }
            let by_defaults = match defaults {
                Defaults::Nothing | Defaults::Ask(_) => None,
                Defaults::Contradicted(control) => Some((Unsure::SecurityDefaults, control != GrantControl::Block)),
                // Legacy clients are blocked.
                Defaults::Open(coordinate) => Some((Unsure::Row(coordinate), coordinate != Coordinate::ClientApp)),
            };
            let which = Some(Which::DefaultsAsk);
            doubts.extend(by_defaults.map(|(why, only_asks)| Doubt { which, why, only_asks }));
            let missing = (!self.tenant.missing.is_empty()).then_some(Unsure::MissingPolicies);
            doubts.extend(missing.map(|why| Doubt { which: None, why, only_asks: false }));
        }
        let access = if blocked_by.is_empty() { Access::needing(requires) } else { Access::Blocked };
        Judged { access, blocked_by, asked_by, doubts, session, device }
    }

    /// What security defaults ask for.
    fn defaults(&self, partial: &Partial) -> Defaults {
        let is_on = match self.tenant.security_defaults() {
            SecurityDefaults::Off => return Defaults::Nothing,
            SecurityDefaults::On => true,
            SecurityDefaults::Contradicted => false,
        };
        let SignIn { client_app, resource, roles, .. } = &partial.sign_in;
        let clients: Vec<ClientAppType> = if partial.open.client_app {
            ClientAppType::WORDS.iter().map(|(_, word)| *word).filter(|word| *word != ClientAppType::All).collect()
        } else {
            vec![*client_app]
        };
        let resources: Vec<Resource> = match &partial.open.resource {
            OpenResource::Known => vec![resource.clone()],
            OpenResource::OneOf(all) => all.clone(),
            OpenResource::Any => {
                let management = catalog::management_api();
                vec![Resource::Other, Resource::App(management)]
            }
        };
        let mut holders = vec![roles.clone()];
        if partial.open.memberships {
            holders
                .extend(catalog::role_set("security-defaults").take(1).map(|role| BTreeSet::from([role.id.clone()])));
        }
        let mut asked = Vec::new();
        for client_app in &clients {
            for resource in &resources {
                for roles in &holders {
                    let (resource, roles) = (resource.clone(), roles.clone());
                    let sign_in = SignIn { client_app: *client_app, resource, roles, ..partial.sign_in.clone() };
                    asked.push(defaults_ask(&sign_in));
                }
            }
        }
        asked.sort_by_key(|control| control.map(Words::word));
        asked.dedup();
        match asked.as_slice() {
            [None] => Defaults::Nothing,
            [Some(control)] if is_on => Defaults::Ask(*control),
            [Some(control)] => Defaults::Contradicted(*control),
            _ if clients.len() > 1 => Defaults::Open(Coordinate::ClientApp),
            _ if resources.len() > 1 => Defaults::Open(Coordinate::Resource),
            _ => Defaults::Open(Coordinate::Memberships),
        }
    }
}

/// What security defaults ask of a sign-in.
#[derive(Debug, Clone, Copy)]
enum Defaults {
    Nothing,
    Ask(GrantControl),
    /// They may be on, and would ask for this.
    Contradicted(GrantControl),
    /// It depends on this.
    Open(Coordinate),
}

/// The states in which the device may be, as far as grant controls ask for them.
fn devices(partial: &Partial) -> Vec<DeviceState> {
    let device = &partial.sign_in.device;
    let is_known = |attribute: &str| partial.open.device.is_none_or(|known| known.contains(&attribute));
    let of = |attribute: &str, value: bool| if is_known(attribute) { vec![value] } else { vec![false, true] };
    let compliant = of("isCompliant", device.is_compliant());
    let hybrid = of("trustType", device.is_hybrid_joined());
    let all = compliant.into_iter().flat_map(|is_compliant| {
        let with = move |is_hybrid_joined| DeviceState { is_compliant, is_hybrid_joined };
        hybrid.clone().into_iter().map(with)
    });
    all.collect()
}
