//! Whether session controls limit a session as required, as a formula: they say the same of every sign-in.

use super::Reader;
use crate::coverage::formula::Formula;
use crate::policy::{AccessEvaluation, AuthenticationType, BrowserSession, Fact, FrequencyInterval, SessionControls};
use crate::requirement::{Frequency, Grant, Session};

impl Reader<'_, '_, '_> {
    /// Whether the policy has one of the session controls that are required.
    pub(super) fn session(&mut self) -> Formula {
        let required: Vec<Session> = self.space.view.requirement.grant.iter().filter_map(session_of).collect();
        Formula::constant(required.into_iter().any(|required| self.limits(required)))
    }

    /// Whether it does surely, or perhaps where that counts.
    fn limits(&self, required: Session) -> bool {
        let SessionControls {
            doubt,
            sign_in_frequency,
            persistent_browser,
            token_protection,
            app_enforced_restrictions,
            app_control,
            access_evaluation,
        } = &*self.policy.session_controls;
        let perhaps = !self.is_sure();
        let of = |switch: &Fact<bool>| switch.known().map_or(perhaps, |is_on| *is_on);
        let limits = match required {
            Session::TokenProtection => of(token_protection),
            Session::AppEnforcedRestrictions => of(app_enforced_restrictions),
            Session::AppControl => of(app_control),
            Session::StrictAccessEvaluation => match access_evaluation {
                Fact::Known(mode) => {
                    matches!(mode, Some(AccessEvaluation::StrictLocation | AccessEvaluation::StrictEnforcement))
                }
                Fact::Unknown(_) => perhaps,
            },
            Session::NeverPersistent => {
                let never = match persistent_browser {
                    Fact::Known(mode) => *mode == Some(BrowserSession::Never),
                    Fact::Unknown(_) => perhaps,
                };
                never && self.includes_all_resources()
            }
            Session::SignInFrequency { at_most, both_factors } => match sign_in_frequency {
                Fact::Known(None) => false,
                Fact::Unknown(_) => perhaps,
                Fact::Known(Some(asked)) => {
                    let often = match asked.interval {
                        Fact::Known(FrequencyInterval::EveryTime) => true,
                        Fact::Known(FrequencyInterval::TimeBased) => match (asked.hours(), at_most) {
                            (_, Frequency::EveryTime) => false,
                            (Some(hours), Frequency::Hours(most)) => hours <= most,
                            (None, Frequency::Hours(_)) => perhaps,
                        },
                        Fact::Unknown(_) => perhaps,
                    };
                    let whole = match asked.authentication {
                        Fact::Known(kind) => kind == AuthenticationType::PrimaryAndSecondaryAuthentication,
                        Fact::Unknown(_) => perhaps,
                    };
                    often && (whole || !both_factors)
                }
            },
        };
        limits || (perhaps && doubt.is_some())
    }

    /// A persistent browser session needs all resources in the policy.
    fn includes_all_resources(&self) -> bool {
        let applications = &self.policy.conditions.applications;
        let is_unread = applications.doubt.is_some() || applications.include.first_unknown().is_some();
        applications.include.known().any(|(_, app)| app.is("All")) || (is_unread && !self.is_sure())
    }
}

fn session_of(grant: &Grant) -> Option<Session> {
    match grant {
        Grant::Session(session) => Some(*session),
        Grant::Mfa
        | Grant::Strength { .. }
        | Grant::Block
        | Grant::CompliantDevice
        | Grant::HybridJoinedDevice
        | Grant::PasswordChange => None,
    }
}
