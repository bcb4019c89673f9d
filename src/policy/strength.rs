//! Authentication strengths: does satisfying one mean that MFA was done, or something stronger?

use super::{Fact, Id, List, Reason};
use crate::catalog::{self, BuiltInStrength, Combination};

/// A reference to an [authentication strength], with whatever of its definition stands beside it.
///
/// [authentication strength]: https://learn.microsoft.com/graph/api/resources/authenticationstrengthpolicy
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// `id`
    pub id: Option<Id>,
    /// `requirementsSatisfied` is `mfa`; none if it is not given.
    pub requirements_satisfied_mfa: Fact<Option<bool>>,
    /// `allowedCombinations`
    pub combinations: List<Combination>,
}

/// What satisfies a strength, over every copy of it that the files hold: where copies or fields disagree, the weaker
/// counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allowed {
    id: Option<Id>,
    /// What `requirementsSatisfied` says.
    satisfies_mfa: Option<bool>,
    /// In their order, each once.
    combinations: Vec<Combination>,
    doubt: Option<Reason>,
}

fn in_order(combinations: &mut Vec<Combination>) {
    combinations.sort_unstable();
    combinations.dedup();
}

impl Allowed {
    /// What one copy says.
    #[must_use]
    pub fn by(strength: &Strength) -> Self {
        let said = &strength.requirements_satisfied_mfa;
        let doubt = match said {
            Fact::Unknown(reason) => Some(*reason),
            Fact::Known(_) => strength.combinations.first_unknown().map(|(_, reason)| reason),
        };
        let mut combinations: Vec<Combination> =
            strength.combinations.known().map(|(_, combination)| *combination).collect();
        in_order(&mut combinations);
        Self { id: strength.id.clone(), satisfies_mfa: said.known().copied().flatten(), combinations, doubt }
    }

    /// Adds another copy.
    pub fn absorb(&mut self, other: Self) {
        self.id = self.id.take().or(other.id);
        self.satisfies_mfa = match (self.satisfies_mfa, other.satisfies_mfa) {
            (Some(one), Some(two)) => Some(one && two),
            (one, two) => one.or(two),
        };
        self.combinations.extend(other.combinations);
        in_order(&mut self.combinations);
        self.doubt = match (self.doubt, other.doubt) {
            (Some(one), Some(two)) => Some(one.min(two)),
            (one, two) => one.or(two),
        };
    }

    /// The combinations that some copy lists.
    pub fn combinations(&self) -> impl Iterator<Item = Combination> {
        self.combinations.iter().copied()
    }

    /// Why there may be others.
    #[must_use]
    pub fn doubt(&self) -> Option<Reason> {
        self.doubt
    }

    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.satisfies_mfa.is_none() && self.combinations.is_empty() && self.doubt.is_none()
    }

    /// A combination that satisfies it without MFA.
    #[must_use]
    pub fn single_factor(&self) -> Option<Combination> {
        self.combinations.iter().copied().find(|one| !one.is_multifactor())
    }

    /// The built-in strength that this is.
    #[must_use]
    pub fn built_in(&self) -> Option<&'static BuiltInStrength> {
        catalog::strengths().iter().find(|known| Some(&known.id) == self.id.as_ref())
    }

    /// Whether whoever satisfies it has done MFA; none if the files do not define it.
    #[must_use]
    pub fn implies_mfa(&self) -> Fact<Option<bool>> {
        if self.satisfies_mfa == Some(false) || self.single_factor().is_some() {
            return Fact::Known(Some(false));
        }
        if let Some(reason) = self.doubt {
            return Fact::Unknown(reason);
        }
        let said = self.satisfies_mfa == Some(true) || !self.combinations.is_empty() || self.built_in().is_some();
        Fact::Known(said.then_some(true))
    }

    /// Whether whatever satisfies it is among these combinations; none if the files do not define it.
    #[must_use]
    pub fn is_within(&self, id: Option<&Id>, combinations: &[Combination]) -> Fact<Option<bool>> {
        // Microsoft changes the built-in ones in place: the same id is the same strength.
        if self.id.is_some() && self.id.as_ref() == id {
            return Fact::Known(Some(true));
        }
        let built_in = self.built_in().map(|known| known.combinations.as_slice()).unwrap_or_default();
        let mut all = self.combinations.iter().chain(built_in).peekable();
        let empty = all.peek().is_none();
        match (all.all(|one| combinations.contains(one)), self.doubt) {
            (false, _) => Fact::Known(Some(false)),
            (true, Some(reason)) => Fact::Unknown(reason),
            (true, None) => Fact::Known((!empty).then_some(true)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_of_the_built_in_strengths_are_multifactor_and_single_factors_are_not() {
        for combination in ["fido2", "password,sms", "password, softwareOath", "federatedSingleFactor,voice"] {
            assert!(Combination::read(combination).unwrap().is_multifactor(), "{combination}");
        }
        for combination in ["password", "sms", "email", "qrCodePin", "x509CertificateSingleFactor", "password,email"] {
            let read = Combination::read(combination).unwrap();
            assert!(!read.is_multifactor(), "{combination}");
            assert_eq!(read.to_string(), combination);
        }
        assert_eq!(Combination::PASSWORD.to_string(), "password");
        let resistant: Vec<String> = catalog::strengths()[2].combinations.iter().map(ToString::to_string).collect();
        assert_eq!(Combination::PHISHING_RESISTANT.to_string(), resistant.join(","));
        assert!(catalog::is_mfa_strength(&catalog::strengths()[0].id));
        assert_eq!(Combination::read("telepathy"), None);
        let mfa = &catalog::strengths()[0];
        assert!(mfa.combinations.iter().all(|combination| combination.is_multifactor()));
    }

    fn strength(requirements: Option<bool>, combinations: &[&str]) -> Allowed {
        let read = |text: &&str| Combination::read(text).map_or(Fact::Unknown(Reason::Unrecognised), Fact::Known);
        Allowed::by(&Strength {
            id: Some(Id::new("11111111-1111-1111-1111-111111111111")),
            requirements_satisfied_mfa: Fact::Known(requirements),
            combinations: combinations.iter().map(read).collect(),
        })
    }

    #[test]
    fn the_weaker_field_counts() {
        assert_eq!(strength(Some(true), &["sms"]).implies_mfa(), Fact::Known(Some(false)));
        assert_eq!(strength(Some(false), &["fido2"]).implies_mfa(), Fact::Known(Some(false)));
        assert_eq!(strength(Some(true), &[]).implies_mfa(), Fact::Known(Some(true)));
        assert_eq!(strength(None, &[]).implies_mfa(), Fact::Known(None));
        assert_eq!(strength(None, &["telepathy"]).implies_mfa(), Fact::Unknown(Reason::Unrecognised));
    }

    #[test]
    fn of_two_copies_the_weaker_counts() {
        let both = |one: Allowed, two: Allowed| {
            let mut one = one;
            one.absorb(two);
            one.implies_mfa()
        };
        let unsaid = || strength(None, &[]);
        assert_eq!(both(strength(Some(true), &[]), strength(Some(false), &[])), Fact::Known(Some(false)));
        assert_eq!(both(unsaid(), strength(Some(true), &[])), Fact::Known(Some(true)));
        assert_eq!(
            both(strength(Some(true), &[]), strength(None, &["telepathy"])),
            Fact::Unknown(Reason::Unrecognised)
        );
    }

    #[test]
    fn a_strength_is_at_least_another_if_it_allows_nothing_else() {
        let [_, passwordless, phishing_resistant] = catalog::strengths() else { panic!("three are built in") };
        let within =
            |allowed: &Allowed, known: &BuiltInStrength| allowed.is_within(Some(&known.id), &known.combinations);
        assert_eq!(within(&strength(None, &["fido2"]), phishing_resistant), Fact::Known(Some(true)));
        assert_eq!(
            within(&strength(None, &["fido2", "deviceBasedPush"]), phishing_resistant),
            Fact::Known(Some(false))
        );
        assert_eq!(within(&strength(Some(true), &[]), phishing_resistant), Fact::Known(None));
        let reference = Allowed { id: Some(phishing_resistant.id.clone()), ..Allowed::default() };
        assert_eq!(within(&reference, passwordless), Fact::Known(Some(true)));
        let reference = Allowed { id: Some(passwordless.id.clone()), ..Allowed::default() };
        assert_eq!(within(&reference, phishing_resistant), Fact::Known(Some(false)));
    }
}
