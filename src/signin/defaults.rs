//! What [security defaults] make of one sign-in.
//!
//! [security defaults]: https://learn.microsoft.com/entra/fundamentals/security-defaults

use super::{SignIn, View};
use crate::catalog;
use crate::policy::ClientAppType;
use crate::requirement::{Grant, Resource};

impl View<'_> {
    /// Whether security defaults, where they are on, see to it that this sign-in is not made without what is required:
    /// they ask everybody for MFA at the management API, holders of the roles that the page lists at every app, and let no
    /// legacy client in. What they ask of other users "when necessary" is no more than a password at other times.
    #[must_use]
    pub fn defaults_stop(&self, sign_in: &SignIn) -> bool {
        if !self.requirement.security_defaults {
            return false;
        }
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
        let is_legacy = match sign_in.client_app {
            ClientAppType::ExchangeActiveSync | ClientAppType::EasSupported | ClientAppType::Other => true,
            ClientAppType::All | ClientAppType::Browser | ClientAppType::MobileAppsAndDesktopClients => false,
        };
        is_legacy || (self.requirement.grant.contains(&Grant::Mfa) && (at_management || administrates))
    }
}
