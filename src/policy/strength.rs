//! Authentication strengths: does satisfying one mean that MFA was done?

use super::{Fact, Id, List};

/// A reference to an [authentication strength], with whatever of its definition stands beside it.
///
/// [authentication strength]: https://learn.microsoft.com/graph/api/resources/authenticationstrengthpolicy
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Strength {
    /// `id`
    pub id: Option<Id>,
    /// `requirementsSatisfied` is `mfa`; none if it is not given.
    pub requirements_satisfied_mfa: Fact<Option<bool>>,
    /// `allowedCombinations`: for each, whether it is multifactor.
    pub combinations: List<bool>,
}

/// Microsoft's built-in strengths, each of which is MFA (`GET /policies/authenticationStrengthPolicies`).
const BUILT_IN: [&str; 3] = [
    "00000000-0000-0000-0000-000000000002",
    "00000000-0000-0000-0000-000000000003",
    "00000000-0000-0000-0000-000000000004",
];

/// Methods that are multifactor by themselves.
const MULTIFACTOR: [&str; 7] = [
    "windowsHelloForBusiness",
    "fido2",
    "x509CertificateMultiFactor",
    "deviceBasedPush",
    "federatedMultiFactor",
    "temporaryAccessPassOneTime",
    "temporaryAccessPassMultiUse",
];
/// A first factor; with a method of `SECOND` it is multifactor.
const FIRST: [&str; 2] = ["password", "federatedSingleFactor"];
const SECOND: [&str; 6] = ["voice", "hardwareOath", "softwareOath", "sms", "microsoftAuthenticatorPush", "email"];
/// Methods that are one factor alone.
const SINGLE: [&str; 2] = ["x509CertificateSingleFactor", "qrCodePin"];

/// Whether a combination such as `password,sms` is multifactor; none if it names a method that is not known here.
#[must_use]
pub(in crate::policy) fn is_multifactor(combination: &str) -> Option<bool> {
    let methods: Vec<&str> = combination.split(',').map(str::trim).filter(|method| !method.is_empty()).collect();
    let has = |known: &[&str]| methods.iter().any(|method| known.iter().any(|one| one.eq_ignore_ascii_case(method)));
    let all_known = methods.iter().all(|method| {
        [MULTIFACTOR.as_slice(), &FIRST, &SECOND, &SINGLE]
            .iter()
            .any(|known| known.iter().any(|one| one.eq_ignore_ascii_case(method)))
    });
    if has(&MULTIFACTOR) {
        return Some(true);
    }
    all_known.then(|| {
        has(&FIRST) && methods.iter().any(|method| SECOND[..5].iter().any(|one| one.eq_ignore_ascii_case(method)))
    })
}

impl Strength {
    /// Whether whoever satisfies it has done MFA, from this object alone: the weaker of what its fields say; none if
    /// they say nothing.
    #[must_use]
    pub fn implies_mfa(&self) -> Fact<Option<bool>> {
        if let Some(false) = self.requirements_satisfied_mfa.known().copied().flatten() {
            return Fact::Known(Some(false));
        }
        if self.combinations.position(|multifactor| !multifactor).is_some() {
            return Fact::Known(Some(false));
        }
        if let Some((_, reason)) = self.combinations.first_unknown() {
            return Fact::Unknown(reason);
        }
        if let Fact::Unknown(reason) = self.requirements_satisfied_mfa {
            return Fact::Unknown(reason);
        }
        let built_in = self.id.as_ref().is_some_and(|id| BUILT_IN.iter().any(|known| *id == Id::new(known)));
        let said =
            built_in || self.requirements_satisfied_mfa == Fact::Known(Some(true)) || !self.combinations.is_empty();
        Fact::Known(said.then_some(true))
    }

    /// The weaker of this and another copy of the same strength.
    #[must_use]
    pub fn weaker(one: Fact<Option<bool>>, two: Fact<Option<bool>>) -> Fact<Option<bool>> {
        let known = |fact: &Fact<Option<bool>>| fact.known().copied().flatten();
        match (known(&one), known(&two)) {
            (Some(false), _) | (_, Some(false)) => Fact::Known(Some(false)),
            _ => match (one, two) {
                (Fact::Unknown(one), Fact::Unknown(two)) => Fact::Unknown(one.min(two)),
                (unknown @ Fact::Unknown(_), _) | (_, unknown @ Fact::Unknown(_)) => unknown,
                (Fact::Known(one), Fact::Known(two)) => Fact::Known(one.or(two)),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Reason;
    use super::*;

    #[test]
    fn combinations_of_the_built_in_strengths_are_multifactor_and_single_factors_are_not() {
        for combination in ["fido2", "password,sms", "password, softwareOath", "federatedSingleFactor,voice"] {
            assert_eq!(is_multifactor(combination), Some(true), "{combination}");
        }
        for combination in ["password", "sms", "email", "qrCodePin", "x509CertificateSingleFactor", "password,email"] {
            assert_eq!(is_multifactor(combination), Some(false), "{combination}");
        }
        assert_eq!(is_multifactor("telepathy"), None);
    }

    fn strength(requirements: Option<bool>, combinations: &[Fact<bool>]) -> Strength {
        Strength {
            id: Some(Id::new("11111111-1111-1111-1111-111111111111")),
            requirements_satisfied_mfa: Fact::Known(requirements),
            combinations: combinations.iter().copied().collect(),
        }
    }

    #[test]
    fn the_weaker_field_counts() {
        let single = Fact::Known(false);
        assert_eq!(strength(Some(true), &[single]).implies_mfa(), Fact::Known(Some(false)));
        assert_eq!(strength(Some(false), &[Fact::Known(true)]).implies_mfa(), Fact::Known(Some(false)));
        assert_eq!(strength(Some(true), &[]).implies_mfa(), Fact::Known(Some(true)));
        assert_eq!(strength(None, &[]).implies_mfa(), Fact::Known(None));
        let unknown = Fact::Unknown(Reason::Unrecognised);
        assert_eq!(strength(Some(true), &[unknown]).implies_mfa(), Fact::Unknown(Reason::Unrecognised));
    }

    #[test]
    fn of_two_copies_the_weaker_counts() {
        let (yes, no, unsaid) = (Fact::Known(Some(true)), Fact::Known(Some(false)), Fact::Known(None));
        assert_eq!(Strength::weaker(yes, no), no);
        assert_eq!(Strength::weaker(unsaid, yes), yes);
        let unknown = Fact::Unknown(Reason::WrongType);
        assert_eq!(Strength::weaker(yes, unknown), unknown);
    }
}
