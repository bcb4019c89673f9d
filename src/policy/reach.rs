//! Whom and what a policy leaves out, as far as it can be seen without comparing it with a sign-in.

use super::{ClientAppType, Conditions, Fact, GrantControl, GrantControls, Platform, Policy};

impl GrantControls {
    /// The index of `block` among `builtInControls`, if it is there.
    #[must_use]
    pub fn block(&self) -> Option<usize> {
        self.built_in.position(|control| *control == GrantControl::Block)
    }

    /// Whether `block` is among `builtInControls`.
    #[must_use]
    pub fn blocks(&self) -> bool {
        self.block().is_some()
    }
}

impl Conditions {
    /// Whether all users and all resources are included. Who and what is excluded is left aside.
    #[must_use]
    pub fn include_all(&self) -> bool {
        let (users, applications) = (&self.users, &self.applications);
        users.include_users.position(|id| id.is("All")).is_some()
            && applications.include.position(|id| id.is("All")).is_some()
            && applications.filter == Fact::Known(None)
    }

    /// Whether every client is included.
    #[must_use]
    pub fn include_every_client(&self) -> bool {
        let clients = &self.client_app_types;
        clients.is_empty() || clients.position(|client| *client == ClientAppType::All).is_some()
    }

    /// Whether every client that can answer a request for MFA is included.
    #[must_use]
    pub fn include_modern_clients(&self) -> bool {
        let clients = &self.client_app_types;
        let is_included = |modern: &ClientAppType| clients.position(|client| client == modern).is_some();
        self.include_every_client() || ClientAppType::MODERN.iter().all(is_included)
    }

    /// Whether they ask about no location, device, risk of the user or the sign-in, or flow.
    #[must_use]
    pub fn ask_for_no_context(&self) -> bool {
        self.locations.is_empty()
            && self.device_filter == Fact::Known(None)
            && self.sign_in_risk_levels.is_empty()
            && self.user_risk_levels.is_empty()
            && self.insider_risk_levels.is_empty()
            && self.transfer_methods.is_empty()
    }

    /// Whether users, resources and clients are all that they ask about.
    #[must_use]
    pub fn ask_nothing_else(&self) -> bool {
        let platforms = &self.platforms;
        let every_platform = platforms.is_empty()
            || (platforms.include.position(|platform| *platform == Platform::All).is_some()
                && platforms.exclude.is_empty());
        every_platform
            && self.ask_for_no_context()
            && self.service_principal_risk_levels.is_empty()
            && self.opaque.is_empty()
            && self.workload_identities == Fact::Known(false)
            && self.doubt.is_none()
    }
}

impl Policy {
    /// Whether it blocks everybody but those whom it excludes, at every resource and whatever else is so.
    #[must_use]
    pub fn blocks_everybody_else(&self) -> bool {
        let conditions = &self.conditions;
        self.grant.blocks()
            && conditions.include_all()
            && conditions.applications.exclude.is_empty()
            && conditions.include_every_client()
            && conditions.ask_nothing_else()
    }
}
