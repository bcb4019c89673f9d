//! What a tenant accepts of the home tenants of external users: the inbound trust of its cross-tenant access settings.

use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Something that a home tenant says of its user.
///
/// Source: <https://learn.microsoft.com/graph/api/resources/crosstenantaccesspolicyinboundtrust>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// `isMfaAccepted`
    Mfa,
    /// `isCompliantDeviceAccepted`
    CompliantDevice,
    /// `isHybridAzureADJoinedDeviceAccepted`
    HybridJoinedDevice,
}

impl Claim {
    /// Each with the property that says whether it is accepted.
    pub const PROPERTIES: [(Self, &'static str); 3] = [
        (Self::Mfa, "isMfaAccepted"),
        (Self::CompliantDevice, "isCompliantDeviceAccepted"),
        (Self::HybridJoinedDevice, "isHybridAzureADJoinedDeviceAccepted"),
    ];
}

/// What files say of a switch. Copies that disagree, and what cannot be read, say both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Said {
    yes: bool,
    no: bool,
}

impl Said {
    fn of(value: Option<bool>) -> Self {
        Self { yes: value != Some(false), no: value != Some(true) }
    }

    fn or(self, other: Self) -> Self {
        Self { yes: self.yes || other.yes, no: self.no || other.no }
    }

    fn known(self) -> Option<bool> {
        match self {
            Self { yes: true, no: false } => Some(true),
            Self { yes: false, no: true } => Some(false),
            Self { yes: true, no: true } | Self { yes: false, no: false } => None,
        }
    }
}

/// The settings for one partner, or for all others.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Settings {
    said: BTreeMap<Claim, Said>,
    /// A copy leaves it to the settings for all others.
    inherits: bool,
}

/// The inbound trust of cross-tenant access settings, as far as files tell it.
///
/// Source: <https://learn.microsoft.com/entra/external-id/cross-tenant-access-overview>
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InboundTrust {
    default: Settings,
    partners: BTreeMap<Uuid, Settings>,
}

impl InboundTrust {
    /// Takes note of what a file says: of a partner, or of all other tenants. `says` is none where a partner has no settings of
    /// its own, and a claim of it none where its value cannot be read.
    pub fn add(&mut self, partner: Option<Uuid>, says: Option<[(Claim, Option<bool>); 3]>) {
        let settings = self.settings(partner);
        settings.inherits |= says.is_none();
        for (claim, value) in says.into_iter().flatten() {
            let said = settings.said.entry(claim).or_default();
            *said = said.or(Said::of(value));
        }
    }

    /// The settings for a partner, or for all others.
    fn settings(&mut self, partner: Option<Uuid>) -> &mut Settings {
        match partner {
            Some(partner) => self.partners.entry(partner).or_default(),
            None => &mut self.default,
        }
    }

    /// Adds what another file tells.
    pub(super) fn absorb(&mut self, other: Self) {
        let partners = other.partners.into_iter().map(|(partner, settings)| (Some(partner), settings));
        for (partner, settings) in partners.chain([(None, other.default)]) {
            let own = self.settings(partner);
            own.inherits |= settings.inherits;
            for (claim, said) in settings.said {
                let known = own.said.entry(claim).or_default();
                *known = known.or(said);
            }
        }
    }

    /// Whether a claim of every tenant counts that has no settings of its own. None where that is not known.
    #[must_use]
    pub fn accepts(&self, claim: Claim) -> Option<bool> {
        self.of_others(claim).known()
    }

    fn of_others(&self, claim: Claim) -> Said {
        self.default.said.get(&claim).copied().unwrap_or_default()
    }

    /// The partners of which a claim surely counts.
    #[must_use]
    pub fn partners_trusted(&self, claim: Claim) -> BTreeSet<Uuid> {
        let is_trusted = |settings: &Settings| {
            let own = settings.said.get(&claim).copied().unwrap_or_default();
            // What the default is may not be known.
            let inherited = match (settings.inherits, self.of_others(claim)) {
                (false, _) => own,
                (true, Said { yes: false, no: false }) => Said::of(None),
                (true, default) => own.or(default),
            };
            inherited.known() == Some(true)
        };
        self.partners.iter().filter(|(_, settings)| is_trusted(settings)).map(|(partner, _)| *partner).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARTNER: Uuid = Uuid::from_u128(1);

    fn all(value: Option<bool>) -> [(Claim, Option<bool>); 3] {
        Claim::PROPERTIES.map(|(claim, _)| (claim, value))
    }

    fn trust(files: &[(Option<Uuid>, Option<bool>)]) -> InboundTrust {
        let mut trust = InboundTrust::default();
        for (partner, value) in files {
            let mut file = InboundTrust::default();
            file.add(*partner, Some(all(*value)));
            trust.absorb(file);
        }
        trust
    }

    #[test]
    fn copies_that_disagree_say_nothing_whatever_their_order() {
        for values in [[Some(true), Some(false), Some(true)], [Some(false), Some(true), Some(true)]] {
            assert_eq!(trust(&values.map(|value| (None, value))).accepts(Claim::Mfa), None);
        }
        assert_eq!(trust(&[(None, Some(true)), (None, Some(true))]).accepts(Claim::Mfa), Some(true));
        assert_eq!(trust(&[(None, Some(false)), (None, None)]).accepts(Claim::Mfa), None);
        assert_eq!(InboundTrust::default().accepts(Claim::Mfa), None);
    }

    #[test]
    fn a_partner_without_settings_has_those_of_all() {
        let trusted = |files: &[(Option<Uuid>, Option<bool>)], inherits: bool| {
            let mut trust = trust(files);
            if inherits {
                trust.add(Some(PARTNER), None);
            }
            !trust.partners_trusted(Claim::CompliantDevice).is_empty()
        };
        assert!(trusted(&[(Some(PARTNER), Some(true))], false));
        assert!(trusted(&[(None, Some(true))], true));
        assert!(!trusted(&[(None, Some(false))], true));
        assert!(!trusted(&[], true));
        // One copy has its own settings, and another one none.
        assert!(!trusted(&[(Some(PARTNER), Some(true))], true));
        assert!(!trusted(&[(Some(PARTNER), Some(true)), (None, Some(false))], true));
        assert!(trusted(&[(Some(PARTNER), Some(true)), (None, Some(true))], true));
    }
}
