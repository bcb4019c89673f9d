//! What is asked for, in words.

use super::{Access, Control};
use crate::finding::{joined, quoted};
use crate::policy::{GrantControl, Id, REGISTER_DEVICE, REGISTER_SECURITY_INFO, SessionControl};

/// Controls that a sentence names.
const NAMED: usize = 3;

/// What is needed: alternatives with "or", all of several with "and". Ids are named by `name`.
#[must_use]
pub fn needs(access: &Access, name: &dyn Fn(&Id) -> String) -> String {
    let clause = |clause: &Vec<Control>| {
        let alternatives: Vec<String> = clause.iter().map(|one| control(one, name)).collect();
        alternatives.join(" or ")
    };
    let all: Vec<String> = access.requires().iter().map(clause).collect();
    if all.is_empty() { "nothing".to_owned() } else { joined(&all, NAMED) }
}

/// A control with its article.
#[must_use]
pub fn control(control: &Control, name: &dyn Fn(&Id) -> String) -> String {
    match control {
        Control::Strength(Some(id)) => format!("the authentication strength {}", name(id)),
        Control::Strength(None) => "an authentication strength that is not known".to_owned(),
        Control::TermsOfUse(id) => format!("the terms of use {}", name(id)),
        Control::Custom(id) => format!("the custom control {}", name(id)),
        Control::BuiltIn(control) => match control {
            GrantControl::Block => "block",
            GrantControl::Mfa => "MFA",
            GrantControl::CompliantDevice => "a compliant device",
            GrantControl::DomainJoinedDevice => "a hybrid joined device",
            GrantControl::ApprovedApplication => "an approved client app",
            GrantControl::CompliantApplication => "an app protection policy",
            GrantControl::PasswordChange => "a password change",
            GrantControl::RiskRemediation => "risk remediation",
            GrantControl::VerifiedId => "verifiedID",
        }
        .to_owned(),
    }
}

/// A session control with its settings.
#[must_use]
pub fn session_control(control: &SessionControl) -> String {
    if control.value.as_ref() == "true" || control.value.as_ref() == "{}" {
        return format!("`{}`", control.name);
    }
    format!("`{}` {}", control.name, control.value)
}

/// A user action, in the portal's words.
#[must_use]
pub fn user_action(action: &Id) -> String {
    match action.to_string().as_str() {
        REGISTER_SECURITY_INFO => "the registration of security information".to_owned(),
        REGISTER_DEVICE => "the registration of a device".to_owned(),
        other => format!("the user action {}", quoted(other)),
    }
}
