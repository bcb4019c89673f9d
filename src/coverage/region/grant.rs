//! What a policy demands, and whether that is what is required.

use super::Reader;
use crate::coverage::doubt::Doubts;
use crate::coverage::formula::Formula;
use crate::policy::{Fact, GrantControl, Operator, Strength};
use crate::requirement::Grant;
use crate::signin::Match;

impl Reader<'_, '_, '_> {
    /// Whether the grant controls cannot be satisfied without what is required.
    pub(super) fn grant(&mut self) -> Formula {
        let grant = &self.policy.grant;
        if grant.doubt.is_some() {
            return self.unclear();
        }
        // For each control, whether it holds an attacker up.
        let mut held_up: Vec<Formula> = Vec::new();
        for control in grant.built_in.items() {
            match control {
                Fact::Known(GrantControl::ApprovedApplication) if self.space.view.assumptions.approved_app_retired => {}
                Fact::Known(control) => held_up.push(self.control(*control)),
                Fact::Unknown(_) => held_up.push(self.unclear()),
            }
        }
        for list in [&grant.custom, &grant.terms_of_use] {
            for item in list.items() {
                held_up.push(if item.known().is_some() { Formula::Never } else { self.unclear() });
            }
        }
        let unread = [grant.built_in.doubt(), grant.custom.doubt(), grant.terms_of_use.doubt()];
        held_up.extend(unread.iter().flatten().map(|_| Formula::constant(!self.is_sure())));
        match &grant.strength {
            Fact::Known(None) => {}
            Fact::Known(Some(strength)) => held_up.push(self.strength(strength)),
            Fact::Unknown(_) => held_up.push(self.unclear()),
        }
        // A list that could not be read may hold any number of controls.
        let may_be_more = unread.iter().flatten().next().is_some();
        match grant.operator {
            _ if held_up.is_empty() => Formula::Never,
            _ if held_up.len() == 1 && !may_be_more => held_up.remove(0),
            Fact::Known(Some(Operator::And)) => Formula::any(held_up),
            Fact::Known(Some(Operator::Or)) => Formula::all(held_up),
            // Without an operator, certain is only what holds with both.
            _ if self.is_sure() => Formula::all(held_up),
            _ => Formula::any(held_up),
        }
    }

    /// Whether the policy has one of the session controls that are required, which is the same on every sign-in.
    pub(super) fn session(&self) -> Formula {
        let is_enough = |limited| match limited {
            Match::Yes => true,
            Match::Unknown(_) => !self.is_sure(),
            Match::No(_) => false,
        };
        Formula::constant(self.space.view.session_limits(self.policy).any(is_enough))
    }

    /// Only what is certain counts. A grant is compared by what is brought to it, not by a requirement.
    fn is_sure(&self) -> bool {
        match self.doubts.get() {
            Doubts::NoCover | Doubts::Terms(..) => true,
            Doubts::Cover => false,
        }
    }

    /// What the files do not say.
    fn unclear(&self) -> Formula {
        Formula::constant(!self.is_sure())
    }

    fn control(&mut self, control: GrantControl) -> Formula {
        let required = |grant: &Grant| self.space.view.requirement.grant.contains(grant);
        match control {
            GrantControl::Block => Formula::Always,
            GrantControl::Mfa => Formula::constant(required(&Grant::Mfa)),
            // Both begin with MFA.
            GrantControl::PasswordChange | GrantControl::RiskRemediation => {
                Formula::constant(required(&Grant::Mfa) || required(&Grant::PasswordChange))
            }
            GrantControl::CompliantDevice if required(&Grant::CompliantDevice) => Formula::Always,
            GrantControl::DomainJoinedDevice if required(&Grant::HybridJoinedDevice) => Formula::Always,
            GrantControl::CompliantDevice => self.space.is_compliant().not(),
            GrantControl::DomainJoinedDevice => self.space.is_hybrid_joined().not(),
            GrantControl::ApprovedApplication | GrantControl::CompliantApplication | GrantControl::VerifiedId => {
                Formula::Never
            }
        }
    }

    fn strength(&mut self, strength: &Strength) -> Formula {
        let allowed = self.space.view.tenant.allowed(strength);
        let implied = self.space.view.requirement.grant.iter().map(|grant| match grant {
            Grant::Mfa => allowed.implies_mfa(),
            Grant::Strength { id, combinations, .. } => allowed.is_within(id.as_ref(), combinations),
            Grant::Block
            | Grant::CompliantDevice
            | Grant::HybridJoinedDevice
            | Grant::PasswordChange
            | Grant::Session(_) => Fact::Known(Some(false)),
        });
        Formula::any(implied.map(|implied| match implied {
            Fact::Known(Some(implied)) => Formula::constant(implied),
            Fact::Known(None) | Fact::Unknown(_) => self.unclear(),
        }))
    }
}
