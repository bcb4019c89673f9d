//! Expected changes as formulas: on which sign-ins, and how far.

use super::atom::{AtomSet, Atoms};
use super::difference::{Control, DeviceFact, Dimension, Kind, Principal, Region, Resources};
use super::grant::Grant;
use super::intent::{Expected, Intent};
use crate::coverage::Side;
use crate::coverage::prover::{Formula, Meaning, Space, device_rule};
use crate::policy::{ClientAppType, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words};
use crate::requirement::Resource;

/// An expected change, ready to be asked about.
pub(crate) struct ExpectedRegion {
    pub(crate) kinds: Vec<Kind>,
    /// The sign-ins, as a policy of each tenant would see them.
    pub(crate) regions: [Formula; 2],
    /// What is needed, each with its alternatives; none if it does not matter.
    pub(crate) clauses: Option<Vec<Grant>>,
    pub(crate) session: Option<[Vec<String>; 2]>,
}

/// What sort of sign-ins a search is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Beyond {
    /// Those that nothing expects to change like this.
    Regions,
    /// Those of an expected change that goes further than expected: this list of controls is no longer enough, or no longer
    /// needed.
    Clause(usize, usize),
    /// Those of an expected change, however far it goes.
    Within(usize),
}

/// A way that one tenant refuses, and where it counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Aim {
    pub(crate) kind: Kind,
    pub(crate) beyond: Beyond,
    pub(crate) way: AtomSet,
}

impl ExpectedRegion {
    /// Every expected change.
    pub(crate) fn all(intent: &Intent, space: &mut Space<'_>, atoms: &mut Atoms) -> Vec<Self> {
        intent.expected.iter().map(|expected| Self::of(expected, space, atoms)).collect()
    }

    fn of(expected: &Expected, space: &mut Space<'_>, atoms: &mut Atoms) -> Self {
        let tenants = Side::ALL.map(|side| space.tenant(side));
        let clause = |clause: &Vec<Control>, atoms: &mut Atoms| Grant::one_of(clause, tenants, atoms);
        Self {
            kinds: expected.kinds.clone(),
            regions: Side::ALL.map(|side| formula(space, &expected.region, side)),
            clauses: expected.requires.as_ref().map(|clauses| clauses.iter().map(|one| clause(one, atoms)).collect()),
            session: expected.session.clone(),
        }
    }
}

/// The resources that a region names.
pub(crate) fn named(region: &Region) -> &[Resource] {
    match &region.resources {
        None => &[],
        Some(Resources::These(these)) => these,
        Some(Resources::AllBut(but)) => but,
    }
}

/// The sign-ins of a region, as a policy of one of the tenants would see them.
fn formula(space: &mut Space<'_>, region: &Region, side: Side) -> Formula {
    let Region { users, locations, resources, values, device } = region;
    let mut all = Vec::new();
    for clause in &users.all_of {
        all.push(Formula::any(clause.iter().map(|one| principal(space, one)).collect::<Vec<_>>()));
    }
    all.extend(users.none_of.iter().map(|one| principal(space, one).not()));
    for clause in &locations.all_of {
        all.push(Formula::any(clause.iter().map(|id| location(space, side, id)).collect::<Vec<_>>()));
    }
    all.extend(locations.none_of.iter().map(|id| location(space, side, id).not()));
    let mut any = |these: &[Resource]| {
        // What no policy tells apart from the others is one of them, and not the region.
        let known: Vec<Resource> = these.iter().filter(|one| space.resources.contains(one)).cloned().collect();
        Formula::any(known.iter().map(|one| space.resource(one)).collect::<Vec<_>>())
    };
    match resources {
        None => {}
        Some(Resources::These(these)) => all.push(any(these)),
        Some(Resources::AllBut(but)) => all.push(any(but).not()),
    }
    for (dimension, words) in values {
        all.push(Formula::any(words.iter().map(|word| value(space, *dimension, word)).collect::<Vec<_>>()));
    }
    for fact in device {
        all.push(match fact {
            DeviceFact::Rule(rule, holds) => device_rule(space, rule, *holds),
            DeviceFact::Compliant(true) => space.is_compliant(),
            DeviceFact::Compliant(false) => space.is_compliant().not(),
            DeviceFact::HybridJoined(true) => space.is_hybrid_joined(),
            DeviceFact::HybridJoined(false) => space.is_hybrid_joined().not(),
        });
    }
    Formula::all(all)
}

fn principal(space: &mut Space<'_>, principal: &Principal) -> Formula {
    match principal {
        Principal::All => Formula::Always,
        Principal::User(id) => space.is(Meaning::User(id.clone())),
        Principal::Group(id) => space.is(Meaning::Group(id.clone())),
        // A name instead of an id is no role of its own, as in policies.
        Principal::Role(id) if id.guid().is_none() => Formula::Never,
        Principal::Role(id) => space.is(Meaning::Role(id.clone())),
        Principal::Guests(types, tenants) => {
            let types = Formula::any(types.iter().map(|kind| space.user_type(*kind)).collect::<Vec<_>>());
            let tenants = match tenants {
                None => Formula::Always,
                Some(tenants) => {
                    let internal = space.user_type(UserType::InternalGuest);
                    Formula::any([internal, space.is_any(tenants.iter().cloned(), Meaning::ExternalTenant)])
                }
            };
            Formula::all([types, space.is_guest(), tenants])
        }
    }
}

fn location(space: &mut Space<'_>, side: Side, id: &Id) -> Formula {
    if id.is("All") {
        Formula::Always
    } else if id.is("AllTrusted") {
        space.trusted(side)
    } else {
        space.location(side, id)
    }
}

fn value(space: &mut Space<'_>, dimension: Dimension, word: &str) -> Formula {
    let found = match dimension {
        Dimension::ClientAppTypes => ClientAppType::of(word).map(|client| match client {
            ClientAppType::All => Formula::Always,
            client => space.client(client),
        }),
        Dimension::DevicePlatforms => Platform::of(word).map(|platform| match platform {
            Platform::All => Formula::Always,
            platform => space.platform(platform),
        }),
        Dimension::SignInRiskLevels => RiskLevel::of(word).map(|level| space.sign_in_risk(level)),
        Dimension::UserRiskLevels => RiskLevel::of(word).map(|level| space.user_risk(level)),
        Dimension::InsiderRiskLevels => InsiderRiskLevel::of(word).map(|level| space.insider_risk(level)),
        Dimension::AuthenticationFlows => TransferMethod::of(word).map(|flow| space.flow(flow)),
    };
    found.unwrap_or(Formula::Never)
}
