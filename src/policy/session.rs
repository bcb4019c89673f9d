//! What session controls ask for, as far as a requirement can be about it.

use super::words::{AccessEvaluation, AuthenticationType, BrowserSession, FrequencyInterval, FrequencyUnit};
use super::{Fact, Reason};

/// `sessionControls`. Each control is read by itself: what one says is known whatever stands in another.
///
/// Source: <https://learn.microsoft.com/graph/api/resources/conditionalaccesssessioncontrols>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionControls {
    /// The object could not be read, or says something under a key that caplint does not know.
    pub doubt: Option<Reason>,
    /// `signInFrequency`
    pub sign_in_frequency: Fact<Option<SignInFrequency>>,
    /// `persistentBrowser.mode`
    pub persistent_browser: Fact<Option<BrowserSession>>,
    /// `secureSignInSession`
    pub token_protection: Fact<bool>,
    /// `applicationEnforcedRestrictions`
    pub app_enforced_restrictions: Fact<bool>,
    /// `cloudAppSecurity`
    pub app_control: Fact<bool>,
    /// `continuousAccessEvaluation.mode`
    pub access_evaluation: Fact<Option<AccessEvaluation>>,
}

/// `signInFrequency`, if it is on.
///
/// Source: <https://learn.microsoft.com/graph/api/resources/signinfrequencysessioncontrol>
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInFrequency {
    /// `frequencyInterval`; `timeBased` where it is not there.
    pub interval: Fact<FrequencyInterval>,
    /// `value`, which is positive. Of no account if it is every time, as is the next.
    pub value: Fact<u64>,
    /// `type`
    pub unit: Fact<FrequencyUnit>,
    /// `authenticationType`; both factors where it is not there.
    pub authentication: Fact<AuthenticationType>,
}

impl Default for SessionControls {
    fn default() -> Self {
        Self {
            doubt: None,
            sign_in_frequency: Fact::Known(None),
            persistent_browser: Fact::Known(None),
            token_protection: Fact::Known(false),
            app_enforced_restrictions: Fact::Known(false),
            app_control: Fact::Known(false),
            access_evaluation: Fact::Known(None),
        }
    }
}

impl SessionControls {
    pub(super) fn unknown(reason: Reason) -> Self {
        Self { doubt: Some(reason), ..Self::default() }
    }
}
