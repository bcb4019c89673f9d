//! What [security defaults] make of one sign-in.
//!
//! [security defaults]: https://learn.microsoft.com/entra/fundamentals/security-defaults

use super::{SignIn, View};
use crate::catalog;
use crate::policy::{ClientAppType, GrantControl};
use crate::requirement::{Grant, Resource};

/// What security defaults, where they are on, ask of a sign-in: they ask everybody for MFA at the management API, holders of
/// the roles that the page lists at every app, and block legacy clients. What they ask of other users "when necessary" is no
/// more than a password at other times.
#[must_use]
pub fn defaults_ask(sign_in: &SignIn) -> Option<GrantControl> {
    let at_management = match &sign_in.resource {
        Resource::App(app) => catalog::is_management_api(app),
        Resource::Every
        | Resource::OfSuite(_)
        | Resource::Other
        | Resource::UserAction(_)
        | Resource::AuthenticationContext(_) => false,
    };
    let at_an_app = !matches!(sign_in.resource, Resource::UserAction(_) | Resource::AuthenticationContext(_));
    let administrates =
        catalog::role_set("security-defaults").any(|role| sign_in.roles.contains(&role.id)) && at_an_app;
    match sign_in.client_app {
        ClientAppType::ExchangeActiveSync | ClientAppType::EasSupported | ClientAppType::Other => {
            Some(GrantControl::Block)
        }
        ClientAppType::All | ClientAppType::Browser | ClientAppType::MobileAppsAndDesktopClients => {
            (at_management || administrates).then_some(GrantControl::Mfa)
        }
    }
}

impl View<'_> {
    /// Whether security defaults, where they are on, see to it that this sign-in is not made without what is required.
    #[must_use]
    pub fn defaults_stop(&self, sign_in: &SignIn) -> bool {
        let requires_mfa = self.requirement.grant.contains(&Grant::Mfa);
        let asked = defaults_ask(sign_in);
        self.requirement.security_defaults && asked.is_some_and(|asked| asked == GrantControl::Block || requires_mfa)
    }
}
