//! The sign-in that the command line asks about.

use super::{Arguments, problem};
use crate::catalog;
use crate::cli::error::RunError;
use crate::controls;
use crate::finding::visible;
use crate::policy::{
    ClientAppType, Id, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, UserType, Words, device_attribute,
};
use crate::requirement::Resource;
use crate::rules::{Judgement, TenantFacts};
use crate::signin::SignIn;
use crate::tenant::{Found, ObjectKind};
use crate::what_if;

/// Azure Resource Manager, in the cloud that is asked about.
const DEFAULT_APP: &str = "Windows Azure Service Management API";

/// The sign-in to evaluate.
pub(super) struct Asked<'a> {
    pub(super) arguments: &'a Arguments,
    pub(super) facts: &'a TenantFacts<'a>,
    pub(super) judgement: Option<&'a Judgement>,
}

impl Asked<'_> {
    /// What the arguments say, and a request where they say nothing.
    pub(super) fn sign_in(&self, request: Option<&str>) -> Result<SignIn, RunError> {
        let arguments = self.arguments;
        let requested = request.map(|text| what_if::read(text, self.facts.tenant)).transpose();
        let requested = requested.map_err(|problem| RunError::WhatIf {
            message: format!("the request on standard input cannot be used: {}", visible(&problem)),
            help: "See https://learn.microsoft.com/graph/api/conditionalaccessroot-evaluate for what it may say."
                .to_owned(),
        })?;
        let resource = match (&arguments.app, &requested) {
            (Some(app), _) => self.resource(app)?,
            (None, Some(requested)) => requested.resource.clone(),
            (None, None) => match self.judgement.map(|judgement| judgement.requirement.resources.first()) {
                None => self.resource(DEFAULT_APP)?,
                Some(None | Some(Resource::Every)) => Resource::Other,
                Some(Some(resource)) => resource.clone(),
            },
        };
        let mut sign_in = match requested {
            Some(requested) => SignIn { resource, ..requested },
            None => SignIn::attacker(resource),
        };
        if let Some(user) = &arguments.user {
            sign_in.user = Some(self.object(ObjectKind::User, user, "a user")?);
        }
        // What the directory says of the user need not be said again.
        if let Some(alike) = sign_in.user.as_ref().and_then(|user| self.facts.tenant.alike(user.guid()?)) {
            sign_in.groups.extend(alike.groups.iter().map(|id| Id::Guid(*id)));
            sign_in.roles.extend(alike.roles.iter().map(|id| Id::Guid(*id)));
            let mut kinds = alike.kinds.types();
            if let (Some(kind), None) = (kinds.next(), kinds.next()) {
                sign_in.user_type = kind;
            }
        }
        if let Some(guest) = &arguments.guest {
            let (kind, home) = guest.split_once('@').map_or((guest.as_str(), None), |(kind, home)| (kind, Some(home)));
            sign_in.user_type = word::<UserType>(kind)?;
            sign_in.external_tenant = home.map(Id::new);
        }
        for group in &arguments.group {
            sign_in.groups.insert(self.object(ObjectKind::Group, group, "a group")?);
        }
        for role in &arguments.role {
            let id = catalog::role(role).map_or_else(
                || self.object(ObjectKind::Role, role, "a directory role"),
                |known| Ok(known.id.clone()),
            )?;
            sign_in.roles.insert(id);
        }
        for location in &arguments.location {
            let id = if location.eq_ignore_ascii_case("AllTrusted") {
                Id::new("AllTrusted")
            } else {
                self.object(ObjectKind::Location, location, "a named location")?
            };
            if self.facts.tenant.is_trusted_location(&id) == Some(true) {
                sign_in.locations.insert(Id::new("AllTrusted"));
            }
            sign_in.locations.insert(id);
        }
        sign_in.client_app = optional::<ClientAppType>(arguments.client.as_deref(), sign_in.client_app)?;
        sign_in.platform = optional::<Platform>(arguments.platform.as_deref(), sign_in.platform)?;
        sign_in.flow = optional::<TransferMethod>(arguments.flow.as_deref(), sign_in.flow)?;
        for risk in &arguments.risk {
            match risk.split_once('=') {
                None => sign_in.sign_in_risk = word::<RiskLevel>(risk)?,
                Some(("sign-in", level)) => sign_in.sign_in_risk = word::<RiskLevel>(level)?,
                Some(("user", level)) => sign_in.user_risk = word::<RiskLevel>(level)?,
                Some(("insider", level)) => sign_in.insider_risk = word::<InsiderRiskLevel>(level)?,
                Some(_) => return Err(problem(risk, "a risk", "Write high, user=high or insider=elevated.")),
            }
        }
        for attribute in &arguments.device {
            let known = attribute.split_once('=').and_then(|(name, value)| Some((device_attribute(name)?, value)));
            let help = "Write it as isCompliant=true, trustType=ServerAD or displayName=PAW-1.";
            let (name, value) = known.ok_or_else(|| problem(attribute, "an attribute of devices", help))?;
            sign_in.device.set(name, value);
        }
        Ok(sign_in)
    }

    fn resource(&self, written: &str) -> Result<Resource, RunError> {
        let spec = controls::look_up(written, self.facts.cloud);
        match spec {
            Ok(Resource::Every) => Ok(Resource::Other),
            Ok(resource) => Ok(resource),
            Err(_) => self.object(ObjectKind::App, written, "an app").map(Resource::App),
        }
    }

    /// An object by its id, or by its name in the files.
    fn object(&self, kind: ObjectKind, written: &str, what: &str) -> Result<Id, RunError> {
        let id = Id::new(written);
        if id.guid().is_some() {
            return Ok(id);
        }
        match self.facts.tenant.find(kind, written) {
            Found::One(id) => Ok(id),
            Found::Nothing => Err(problem(written, &format!("{what} that the files name"), "Give its id.")),
            Found::Several(ids) => {
                let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
                Err(problem(written, "one object only", &format!("Use the id: {}.", ids.join(", "))))
            }
        }
    }
}

fn optional<W: Words>(written: Option<&str>, otherwise: W) -> Result<W, RunError> {
    written.map_or(Ok(otherwise), word)
}

fn word<W: Words>(written: &str) -> Result<W, RunError> {
    W::of_any_case(written).ok_or_else(|| {
        let words: Vec<&str> = W::WORDS.iter().map(|(word, _)| *word).collect();
        problem(written, "a known value", &format!("There are: {}.", words.join(", ")))
    })
}
