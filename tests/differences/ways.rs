//! What people bring to a sign-in, and what satisfies grant controls: everything by enumeration.

use caplint::diff::Atom;
use caplint::policy::{GrantControl, Words};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A set of atoms, a bit each.
pub(crate) type Way = u64;

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
const CONTROLS: [&str; 5] =
    ["approvedApplication", "compliantApplication", "passwordChange", "riskRemediation", "verifiedID"];
/// Terms of use, a custom control and a strength without a definition.
const OTHERS: [&str; 3] =
    ["tou:f0000000-0000-4000-8000-000000000001", "custom:RequireDuo", "strength:e0000000-0000-4000-8000-000000000001"];

/// Everything at once.
pub(crate) const EVERYTHING: Way = (1 << (METHODS.len() + CONTROLS.len() + OTHERS.len())) - 1;

fn bit(name: &str) -> Way {
    let all = METHODS.iter().chain(&CONTROLS).chain(&OTHERS);
    1 << all.into_iter().position(|known| *known == name).unwrap_or_else(|| panic!("{name}"))
}

/// What is left where these atoms are withheld.
pub(crate) fn all_but(withheld: &[Atom]) -> Way {
    let name = |atom: &Atom| match atom {
        Atom::Control(control) => GrantControl::word(*control).to_owned(),
        other => other.to_string(),
    };
    withheld.iter().fold(EVERYTHING, |way, atom| way & !bit(&name(atom)))
}

/// These atoms and no others.
pub(crate) fn only(atoms: &[Atom]) -> Way {
    let kept = all_but(atoms);
    EVERYTHING & !kept
}

/// What an external user cannot bring without trust in the home tenant: the methods that are not in Microsoft's table, the
/// controls of apps and a new password.
pub(crate) fn lacking_of_guests() -> Way {
    const KEPT: [&str; 7] =
        ["password", "federatedSingleFactor", "email", "sms", "voice", "microsoftAuthenticatorPush", "softwareOath"];
    let methods = METHODS.iter().filter(|method| !KEPT.contains(method));
    methods.chain(&CONTROLS[..3]).fold(0, |way, name| way | bit(name))
}

/// Multifactor methods, and pairs of a first and a second factor.
fn mfa() -> Vec<Way> {
    let mut all: Vec<Way> = METHODS[..7].iter().map(|method| bit(method)).collect();
    for first in &METHODS[7..9] {
        all.extend(METHODS[9..15].iter().map(|second| bit(first) | bit(second)));
    }
    all
}

fn combinations(texts: &[&str]) -> Vec<Way> {
    texts.iter().map(|text| text.split(',').fold(0, |way, method| way | bit(method))).collect()
}

/// A grant control: sets of atoms of which one is enough, or a state of the device, or something unknown.
#[derive(Debug, Clone)]
enum Item {
    Any(Vec<Way>),
    Compliant,
    HybridJoined,
    Unknown(String),
}

/// The state of a device that grant controls ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct State {
    pub(crate) compliant: bool,
    pub(crate) hybrid: bool,
}

impl State {
    pub(crate) const ALL: [Self; 4] = [
        Self { compliant: false, hybrid: false },
        Self { compliant: false, hybrid: true },
        Self { compliant: true, hybrid: false },
        Self { compliant: true, hybrid: true },
    ];

    pub(crate) fn index(self) -> usize {
        usize::from(self.compliant) * 2 + usize::from(self.hybrid)
    }
}

/// What a policy demands.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    items: Vec<Item>,
    is_any: bool,
}

/// Combinations of strengths by their ids.
pub(crate) type Strengths = BTreeMap<String, Vec<&'static str>>;

impl Grant {
    pub(crate) fn mfa() -> Self {
        Self { items: vec![Item::Any(mfa())], is_any: false }
    }

    pub(crate) fn block() -> Self {
        Self { items: vec![Item::Any(Vec::new())], is_any: false }
    }

    pub(crate) fn read(grant: &Value, strengths: &Strengths) -> Self {
        let mut items = Vec::new();
        let mut unknown = Vec::new();
        for control in grant["builtInControls"].as_array().into_iter().flatten() {
            let control = control.as_str().unwrap();
            items.push(match control {
                "block" => Item::Any(Vec::new()),
                "mfa" => Item::Any(mfa()),
                "compliantDevice" => Item::Compliant,
                "domainJoinedDevice" => Item::HybridJoined,
                "passwordChange" | "riskRemediation" => {
                    Item::Any(mfa().into_iter().map(|way| way | bit(control)).collect())
                }
                known if CONTROLS.contains(&known) => Item::Any(vec![bit(known)]),
                other => {
                    unknown.push(other);
                    Item::Unknown(String::new())
                }
            });
        }
        for item in &mut items {
            if let Item::Unknown(key) = item {
                *key = format!("controls:{}", unknown.join(","));
            }
        }
        for (list, what) in [("termsOfUse", "tou"), ("customAuthenticationFactors", "custom")] {
            let ids = grant[list].as_array().into_iter().flatten().map(|id| id.as_str().unwrap().to_lowercase());
            let name = |id: String| if what == "custom" { "custom:RequireDuo".to_owned() } else { format!("tou:{id}") };
            items.extend(ids.map(|id| Item::Any(vec![bit(&name(id))])));
        }
        if let Some(id) = grant["authenticationStrength"]["id"].as_str() {
            items.push(Item::Any(Self::strength(&grant["authenticationStrength"], id, strengths)));
        }
        Self { items, is_any: grant["operator"] == "OR" }
    }

    fn strength(reference: &Value, id: &str, strengths: &Strengths) -> Vec<Way> {
        let written = reference["allowedCombinations"].as_array().into_iter().flatten();
        let mut any = combinations(&written.map(|text| text.as_str().unwrap()).collect::<Vec<_>>());
        any.extend(combinations(strengths.get(id).map(Vec::as_slice).unwrap_or_default()));
        let resistant = ["windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"];
        match id {
            "00000000-0000-0000-0000-000000000002" => any.extend(mfa()),
            "00000000-0000-0000-0000-000000000003" => {
                any.extend(combinations(&resistant));
                any.extend(combinations(&["deviceBasedPush"]));
            }
            "00000000-0000-0000-0000-000000000004" => any.extend(combinations(&resistant)),
            _ if any.is_empty() => any.push(bit(&format!("strength:{id}"))),
            _ => {}
        }
        any
    }

    /// Unknown controls.
    pub(crate) fn unknowns(&self) -> impl Iterator<Item = &String> {
        self.items.iter().filter_map(|item| match item {
            Item::Unknown(key) => Some(key),
            _ => None,
        })
    }

    pub(crate) fn has_device_control(&self) -> bool {
        self.items.iter().any(|item| matches!(item, Item::Compliant | Item::HybridJoined))
    }

    /// Whether a way does not satisfy it.
    pub(crate) fn refuses(&self, way: Way, device: State, truths: &BTreeSet<String>) -> bool {
        let met = |item: &Item| match item {
            Item::Any(enough) => enough.iter().any(|set| set & !way == 0),
            Item::Compliant => device.compliant,
            Item::HybridJoined => device.hybrid,
            Item::Unknown(key) => truths.contains(key),
        };
        let granted =
            self.items.is_empty() || if self.is_any { self.items.iter().any(met) } else { self.items.iter().all(met) };
        !granted
    }

    fn sets(&self) -> impl Iterator<Item = &Vec<Way>> {
        self.items.iter().filter_map(|item| match item {
            Item::Any(sets) => Some(sets),
            _ => None,
        })
    }
}

/// Every way that these grants can tell apart. Atoms that can stand for each other everywhere are brought together or not
/// at all, which changes nothing.
pub(crate) fn every_way(grants: &[&Grant]) -> Vec<Way> {
    let mut all: Vec<BTreeSet<Way>> =
        grants.iter().flat_map(|grant| grant.sets()).map(|sets| sets.iter().copied().collect()).collect();
    all.sort();
    all.dedup();
    let used = all.iter().flatten().fold(0, |used, set| used | set);
    let atoms: Vec<Way> = (0..64).map(|index| 1 << index).filter(|atom| used & atom != 0).collect();
    let alike = |one: Way, other: Way| {
        let swapped = |set: Way| {
            let both = one | other;
            if set & both == 0 || set & both == both { set } else { set ^ both }
        };
        all.iter().all(|sets| {
            sets.iter().all(|set| set & one == 0 || set & other == 0)
                && sets.iter().all(|set| sets.contains(&swapped(*set)))
        })
    };
    let mut classes: Vec<Way> = Vec::new();
    for atom in atoms {
        let representative = |class: &Way| 1 << class.trailing_zeros();
        match classes.iter_mut().find(|class| alike(representative(class), atom)) {
            Some(class) => *class |= atom,
            None => classes.push(atom),
        }
    }
    let unused = EVERYTHING & !used;
    let chosen = |bits: usize| (0..classes.len()).filter(move |index| bits >> index & 1 == 1);
    (0..1 << classes.len()).map(|bits| chosen(bits).fold(unused, |way, index| way | classes[index])).collect()
}
