//! What cannot be, whatever the policies say: facts about devices, apps and guests. Each is an assumption with a switch.

use crate::coverage::Side;
use crate::coverage::prover::{Formula, Meaning};
use crate::diff::ways::{AtomSet, Atoms, Prover};
use crate::diff::{Atom, Dimension, Principal, Region, Resources, Scope};
use crate::policy::{ClientAppType, GrantControl, Id, Platform, REGISTER_DEVICE, TransferMethod, UserType, Words};
use crate::requirement::{Assumptions, Resource};
use crate::tenant::{Claim, InboundTrust};

/// Something that cannot be, whatever the policies say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Necessity {
    /// Entra knows devices of Windows, macOS, iOS, Android and Linux only: see [supported platforms].
    ///
    /// [supported platforms]: https://learn.microsoft.com/entra/identity/conditional-access/policy-all-users-device-compliance
    KnownDevicesHaveAPlatform,
    /// Only a device of Windows is [hybrid joined].
    ///
    /// [hybrid joined]: https://learn.microsoft.com/entra/identity/devices/concept-hybrid-join
    HybridJoinIsForWindows,
    /// A device that is being registered is not known yet: see [user actions].
    ///
    /// [user actions]: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps#user-actions
    ARegisteringDeviceIsUnknown,
    /// By [device code flow], the device that asks is not known.
    ///
    /// [device code flow]: https://learn.microsoft.com/entra/identity/conditional-access/concept-authentication-flows
    DeviceCodeHidesTheDevice,
    /// There are [approved apps] for iOS and Android only, and apps with a protection policy for Windows, too.
    ///
    /// [approved apps]: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-grant
    ProtectedAppsAreForPhones,
    /// An external user satisfies [no control of apps, and no password change].
    ///
    /// [no control of apps, and no password change]: https://learn.microsoft.com/entra/external-id/authentication-conditional-access
    GuestsHaveNoAppControls,
    /// The device of an external user counts only where [cross-tenant access settings] trust the home tenant's claims.
    ///
    /// [cross-tenant access settings]: https://learn.microsoft.com/entra/external-id/authentication-conditional-access
    GuestsHaveNoManagedDevice,
    /// An external user can use few [methods of this tenant]; those of the home tenant count where they are trusted.
    ///
    /// [methods of this tenant]: https://learn.microsoft.com/entra/identity/authentication/concept-authentication-strength-external-users
    GuestsUseMethodsOfThisTenant,
}

impl Necessity {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::KnownDevicesHaveAPlatform,
        Self::HybridJoinIsForWindows,
        Self::ARegisteringDeviceIsUnknown,
        Self::DeviceCodeHidesTheDevice,
        Self::ProtectedAppsAreForPhones,
        Self::GuestsHaveNoAppControls,
        Self::GuestsHaveNoManagedDevice,
        Self::GuestsUseMethodsOfThisTenant,
    ];

    /// The same as a sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::KnownDevicesHaveAPlatform => {
                "only devices with Windows, macOS, iOS, Android or Linux can be compliant or joined"
            }
            Self::HybridJoinIsForWindows => "only devices with Windows can be hybrid joined",
            Self::ARegisteringDeviceIsUnknown => {
                "a device that is being registered can be neither compliant nor joined"
            }
            Self::DeviceCodeHidesTheDevice => "in the device code flow, no device is known",
            Self::ProtectedAppsAreForPhones => {
                "approved apps exist for iOS and Android only, and apps with a protection policy for Windows, too"
            }
            Self::GuestsHaveNoAppControls => {
                "external users can satisfy neither a control of apps nor a password change"
            }
            Self::GuestsHaveNoManagedDevice => {
                "the device of an external user counts only if cross-tenant access settings trust the home tenant"
            }
            Self::GuestsUseMethodsOfThisTenant => {
                "external users can use only text messages, voice calls, push notifications and software tokens here, unless \
                 cross-tenant access settings trust MFA of the home tenant"
            }
        }
    }

    /// Its key below `[assumptions]`.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::KnownDevicesHaveAPlatform => "known-devices-have-a-platform",
            Self::HybridJoinIsForWindows => "hybrid-join-is-for-windows",
            Self::ARegisteringDeviceIsUnknown => "registering-devices-are-unknown",
            Self::DeviceCodeHidesTheDevice => "device-code-hides-the-device",
            Self::ProtectedAppsAreForPhones => "protected-apps-are-for-phones",
            Self::GuestsHaveNoAppControls => "guests-have-no-app-controls",
            Self::GuestsHaveNoManagedDevice => "guests-have-no-managed-device",
            Self::GuestsUseMethodsOfThisTenant => "guests-use-methods-of-this-tenant",
        }
    }

    /// The claims of home tenants that make it otherwise where cross-tenant access settings accept them.
    #[must_use]
    pub fn claims(self) -> &'static [Claim] {
        match self {
            Self::GuestsHaveNoManagedDevice => &[Claim::CompliantDevice, Claim::HybridJoinedDevice],
            Self::GuestsUseMethodsOfThisTenant => &[Claim::Mfa],
            Self::KnownDevicesHaveAPlatform
            | Self::HybridJoinIsForWindows
            | Self::ARegisteringDeviceIsUnknown
            | Self::DeviceCodeHidesTheDevice
            | Self::ProtectedAppsAreForPhones
            | Self::GuestsHaveNoAppControls => &[],
        }
    }

    /// Whether settings that the files do not tell can make it otherwise.
    #[must_use]
    pub fn is_an_unknown_setting(self, trust: &InboundTrust) -> bool {
        self.claims().iter().any(|claim| trust.accepts(*claim).is_none())
    }

    /// The claims that do not count: as the files say, and where they do not, as is assumed.
    fn refused(self, assumptions: &Assumptions, trust: &InboundTrust) -> Vec<Claim> {
        let is_refused = |claim: &&Claim| match trust.accepts(**claim) {
            Some(accepts) => !accepts,
            None => self.is_assumed(assumptions),
        };
        self.claims().iter().filter(is_refused).copied().collect()
    }

    /// Whether it counts: what the files tell of the settings comes before what is assumed of them.
    fn counts(self, assumptions: &Assumptions, trust: &InboundTrust) -> bool {
        if self.claims().is_empty() {
            self.is_assumed(assumptions)
        } else {
            !self.refused(assumptions, trust).is_empty()
        }
    }

    fn is_assumed(self, assumptions: &Assumptions) -> bool {
        match self {
            Self::KnownDevicesHaveAPlatform => assumptions.known_devices_have_a_platform,
            Self::HybridJoinIsForWindows => assumptions.hybrid_join_is_for_windows,
            Self::ARegisteringDeviceIsUnknown => assumptions.registering_devices_are_unknown,
            Self::DeviceCodeHidesTheDevice => assumptions.device_code_hides_the_device,
            Self::ProtectedAppsAreForPhones => assumptions.protected_apps_are_for_phones,
            Self::GuestsHaveNoAppControls => assumptions.guests_have_no_app_controls,
            Self::GuestsHaveNoManagedDevice => assumptions.guests_have_no_managed_device,
            Self::GuestsUseMethodsOfThisTenant => assumptions.guests_use_methods_of_this_tenant,
        }
    }
}

/// What an external user can use in the tenant that is asked: a first factor, and the methods of Microsoft's table.
const METHODS_OF_GUESTS: [&str; 7] =
    ["password", "federatedSingleFactor", "email", "sms", "voice", "microsoftAuthenticatorPush", "softwareOath"];

/// Sets of sign-ins that the facts are about: modern clients, platforms of devices that Entra knows, Windows, phones, the
/// registration of a device, the device code flow, external users. The prover must have been asked about them.
pub(super) fn sets() -> [Region; 7] {
    fn with<W: Words>(dimension: Dimension, values: &[W]) -> Region {
        let words = values.iter().map(|value| value.word()).collect();
        Region { values: vec![(dimension, words)], ..Region::default() }
    }
    let known = [Platform::Windows, Platform::MacOs, Platform::Ios, Platform::Android, Platform::Linux];
    let register = Resource::UserAction(Id::new(REGISTER_DEVICE));
    let external = UserType::WORDS.iter().map(|(_, kind)| *kind).filter(|kind| kind.is_external()).collect();
    [
        with(Dimension::ClientAppTypes, &ClientAppType::MODERN),
        with(Dimension::DevicePlatforms, &known),
        with(Dimension::DevicePlatforms, &[Platform::Windows]),
        with(Dimension::DevicePlatforms, &[Platform::Ios, Platform::Android]),
        Region { resources: Some(Resources::These(vec![register])), ..Region::default() },
        with(Dimension::AuthenticationFlows, &[TransferMethod::DeviceCodeFlow]),
        Region {
            users: Scope { all_of: vec![vec![Principal::Guests(external, None)]], none_of: Vec::new() },
            ..Region::default()
        },
    ]
}

/// What external users cannot bring, as far as anybody asks for it.
fn lacking(atoms: &mut Atoms) -> [(Necessity, AtomSet); 2] {
    let controls =
        [GrantControl::ApprovedApplication, GrantControl::CompliantApplication, GrantControl::PasswordChange];
    let kept: AtomSet =
        METHODS_OF_GUESTS.iter().filter_map(|word| Atom::read(word)).map(|atom| atoms.index(atom)).collect();
    let methods = atoms.methods().filter(|method| !kept.contains(method)).collect();
    [
        (
            Necessity::GuestsHaveNoAppControls,
            controls.into_iter().map(|control| atoms.index(Atom::Control(control))).collect(),
        ),
        (Necessity::GuestsUseMethodsOfThisTenant, methods),
    ]
}

/// The same with the facts that count. All that is asked for must be among the atoms.
pub(super) fn withheld_by_guests(atoms: &mut Atoms, assumptions: &Assumptions, trust: &InboundTrust) -> AtomSet {
    let counting = lacking(atoms).into_iter().filter(|(fact, _)| fact.counts(assumptions, trust));
    counting.flat_map(|(_, withheld)| withheld).collect()
}

/// What some users can bring on some platforms.
#[derive(Clone)]
pub(super) struct Way {
    pub(super) withheld: AtomSet,
    pub(super) sign_ins: Formula,
}

/// The facts as formulas.
pub(super) struct Facts {
    modern_clients: Formula,
    assumed: Vec<Necessity>,
    /// Where each fact holds. What of them is about what can be brought is in the others.
    holds: Vec<(Necessity, Formula)>,
    by_platform: Vec<Way>,
    external: Formula,
    /// What external users cannot bring.
    lacking: [(Necessity, AtomSet); 2],
}

impl Facts {
    pub(super) fn of(prover: &mut Prover<'_>, assumptions: &Assumptions) -> Self {
        let [modern_clients, known_platforms, windows, phones, registering, device_code, external] =
            std::array::from_fn(|set| prover.expected[set].regions[Side::Before.index()].clone());
        let is_known = prover.space.known(&Meaning::Registered).map_or(Formula::Never, Formula::Is);
        let implies = |one: &Formula, other: &Formula| Formula::any([one.clone().not(), other.clone()]);
        let hybrid = prover.space.is_hybrid_joined();
        let trust = &prover.space.tenant(Side::Before).companions.trust;
        let refused = Necessity::GuestsHaveNoManagedDevice.refused(assumptions, trust);
        let compliant = prover.space.is_compliant();
        let holds = |fact| match fact {
            Necessity::KnownDevicesHaveAPlatform => implies(&is_known, &known_platforms),
            Necessity::HybridJoinIsForWindows => implies(&hybrid, &windows),
            Necessity::ARegisteringDeviceIsUnknown => implies(&registering, &is_known.clone().not()),
            Necessity::DeviceCodeHidesTheDevice => implies(&device_code, &is_known.clone().not()),
            Necessity::GuestsHaveNoManagedDevice => match refused[..] {
                [] => Formula::Always,
                [Claim::CompliantDevice] => implies(&external, &compliant.clone().not()),
                [Claim::HybridJoinedDevice] => implies(&external, &hybrid.clone().not()),
                [Claim::Mfa] | [_, _, ..] => implies(&external, &is_known.clone().not()),
            },
            Necessity::ProtectedAppsAreForPhones
            | Necessity::GuestsHaveNoAppControls
            | Necessity::GuestsUseMethodsOfThisTenant => Formula::Always,
        };
        let assumed: Vec<Necessity> =
            Necessity::ALL.into_iter().filter(|fact| fact.counts(assumptions, trust)).collect();
        let holds = assumed.iter().map(|fact| (*fact, holds(*fact))).collect();
        let mut control = |control| prover.atoms.index(Atom::Control(control));
        let approved = control(GrantControl::ApprovedApplication);
        let protected = control(GrantControl::CompliantApplication);
        let others = Formula::all([phones.clone().not(), windows.clone().not()]);
        let by_platform = vec![
            Way { withheld: AtomSet::new(), sign_ins: phones },
            Way { withheld: AtomSet::from([approved]), sign_ins: windows },
            Way { withheld: AtomSet::from([approved, protected]), sign_ins: others },
        ];
        let lacking = lacking(&mut prover.atoms);
        Self { modern_clients, assumed, holds, by_platform, external, lacking }
    }

    pub(super) fn assumed(&self) -> &[Necessity] {
        &self.assumed
    }

    /// The sign-ins that can be, but for one fact, and the ways that can be brought.
    pub(super) fn feasible(&self, without: Option<Necessity>) -> (Formula, Vec<Way>) {
        let counts = |fact| Some(fact) != without && self.assumed.contains(&fact);
        let facts = self.holds.iter().filter(|(fact, _)| counts(*fact)).map(|(_, holds)| holds.clone());
        let all = Formula::all(facts.chain([self.modern_clients.clone()]));
        let anything = || Way { withheld: AtomSet::new(), sign_ins: Formula::Always };
        let by_platform =
            if counts(Necessity::ProtectedAppsAreForPhones) { self.by_platform.clone() } else { vec![anything()] };
        let lacking: AtomSet =
            self.lacking.iter().filter(|(fact, _)| counts(*fact)).flat_map(|(_, atoms)| atoms).copied().collect();
        if lacking.is_empty() {
            return (all, by_platform);
        }
        let of_guests = |way: &Way| Way {
            withheld: way.withheld.union(&lacking).copied().collect(),
            sign_ins: Formula::all([way.sign_ins.clone(), self.external.clone()]),
        };
        let of_others = |way: &Way| Way {
            withheld: way.withheld.clone(),
            sign_ins: Formula::all([way.sign_ins.clone(), self.external.clone().not()]),
        };
        let ways = by_platform.iter().map(of_others).chain(by_platform.iter().map(of_guests)).collect();
        (all, ways)
    }
}
