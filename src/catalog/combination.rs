//! Authentication methods that are used together.

use std::fmt;
use std::sync::LazyLock;

/// Methods that are used together, such as `password,sms`: a bit for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Combination(u32);

/// `authenticationMethodModes`. The first seven are multifactor by themselves.
const METHODS: [&str; 17] = [
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "federatedMultiFactor",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
    "password",
    "federatedSingleFactor",
    "voice",
    "hardwareOath",
    "softwareOath",
    "sms",
    "microsoftAuthenticatorPush",
    "x509CertificateSingleFactor",
    "email",
    "qrCodePin",
];
const MULTIFACTOR: u32 = (1 << 7) - 1;
/// A first factor: a password, federated or not.
const FIRST: u32 = 0b11 << 7;
/// What makes a first factor multifactor.
const SECOND: u32 = 0b11_1111 << 9;

impl Combination {
    /// A password alone.
    pub const PASSWORD: Self = Self(1 << 7);

    /// The methods that resist phishing, of which each is enough by itself.
    pub const PHISHING_RESISTANT: Self = Self(0b111);

    /// Reads the methods that Graph separates by commas; none if one of them is not known here.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let methods = text.split(',').map(str::trim).filter(|method| !method.is_empty());
        let mut bits = 0;
        for method in methods {
            bits |= 1 << METHODS.iter().position(|known| known.eq_ignore_ascii_case(method))?;
        }
        (bits != 0).then_some(Self(bits))
    }

    /// The name of the method with this bit.
    #[must_use]
    pub fn method(bit: u8) -> &'static str {
        METHODS.get(usize::from(bit)).copied().unwrap_or_default()
    }

    /// The bits of its methods.
    pub fn bits(self) -> impl Iterator<Item = u8> {
        (0..32).filter(move |bit| self.0 >> bit & 1 == 1)
    }

    /// The smallest combinations that are MFA.
    pub fn multifactor() -> impl Iterator<Item = Self> {
        static ALL: LazyLock<Vec<Combination>> = LazyLock::new(|| {
            let bit = |bit: u32| 1 << bit;
            let methods = || 0..u32::try_from(METHODS.len()).unwrap_or(0);
            let pairs = methods().flat_map(move |one| methods().map(move |other| Combination(bit(one) | bit(other))));
            let pairs = pairs.filter(|pair| pair.0 & MULTIFACTOR == 0 && pair.0 & FIRST != 0 && pair.0 & SECOND != 0);
            let mut all: Vec<Combination> =
                methods().map(bit).filter(|bit| bit & MULTIFACTOR != 0).map(Combination).chain(pairs).collect();
            all.sort_unstable();
            all.dedup();
            all
        });
        ALL.iter().copied()
    }

    /// The combinations that have all methods of no other one.
    #[must_use]
    pub fn smallest(mut all: Vec<Self>) -> Vec<Self> {
        all.sort_unstable_by_key(|one| (one.0.count_ones(), one.0));
        all.dedup();
        let mut kept: Vec<Self> = Vec::new();
        for one in all {
            if !kept.iter().any(|smaller| smaller.0 & !one.0 == 0) {
                kept.push(one);
            }
        }
        kept
    }

    /// Whether a sign-in with these methods counts as MFA.
    #[must_use]
    pub fn is_multifactor(self) -> bool {
        self.0 & MULTIFACTOR != 0 || (self.0 & FIRST != 0 && self.0 & SECOND != 0)
    }
}

impl fmt::Display for Combination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = METHODS.iter().enumerate().filter(|(bit, _)| self.0 >> bit & 1 == 1);
        f.write_str(&methods.map(|(_, method)| *method).collect::<Vec<_>>().join(","))
    }
}
