//! How a sign-in is made: a phrase for each coordinate that matters, each of which can follow any other.

use super::names::{few, listed, named};
use crate::catalog;
use crate::coverage::{Coordinate, Hole};
use crate::diff::words;
use crate::finding::quoted;
use crate::policy::{ClientAppType, INTUNE, InsiderRiskLevel, Platform, RiskLevel, TransferMethod, Words};
use crate::requirement::{Identities, Requirement, Resource};
use crate::rules::TenantFacts;
use crate::signin::{Device, SignIn};

/// What the phrases say something about.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::rules) enum Subject {
    /// A user that is named just before: "any ordinary user whose client claims …".
    User,
    /// An exception that is named elsewhere: "… (if the client claims …)".
    Exception,
}

/// Whether a requirement is about clients that can do MFA, among others.
pub(super) fn asks_modern_clients(requirement: &Requirement) -> bool {
    requirement.clients.iter().any(|client| match client {
        ClientAppType::Browser | ClientAppType::MobileAppsAndDesktopClients => true,
        ClientAppType::All | ClientAppType::ExchangeActiveSync | ClientAppType::EasSupported | ClientAppType::Other => {
            false
        }
    })
}

/// The phrases, as far as they matter.
pub(in crate::rules) fn how(
    facts: &TenantFacts<'_>,
    requirement: &Requirement,
    hole: &Hole,
    subject: Subject,
) -> Vec<String> {
    let sign_in = &hole.sign_in;
    let matters = |coordinate| hole.relevant.contains(&coordinate);
    let mut phrases: Vec<String> = Vec::new();
    if let Some(tenant) = sign_in.external_tenant.as_ref().filter(|_| matters(Coordinate::ExternalTenant)) {
        phrases.push(format!("from tenant {}", named(facts, tenant)));
    }
    phrases.extend(location(facts, sign_in, matters(Coordinate::Locations)));
    if matters(Coordinate::Platform) || !requirement.platforms.is_empty() {
        phrases.push(platform(sign_in.platform, subject));
    }
    phrases.extend(device(&sign_in.device, matters(Coordinate::Device)));
    let risks = [Coordinate::SignInRisk, Coordinate::UserRisk, Coordinate::InsiderRisk];
    phrases.extend(risk(sign_in, risks.into_iter().any(matters)));
    phrases.extend(flow(sign_in.flow).map(str::to_owned));
    if matters(Coordinate::Resource) {
        phrases.push(format!("asking for {}", resource(&sign_in.resource)));
    }
    if matters(Coordinate::ClientApp) || !asks_modern_clients(requirement) {
        phrases.push(client(sign_in.client_app, requirement).to_owned());
    }
    phrases
}

fn location(facts: &TenantFacts<'_>, sign_in: &SignIn, matters: bool) -> Option<String> {
    let places: Vec<String> =
        sign_in.locations.iter().filter(|id| !id.is("AllTrusted")).map(|id| named(facts, id)).collect();
    if !places.is_empty() {
        return Some(format!("in the location {}", few(&places)));
    }
    if !sign_in.locations.is_empty() {
        return Some("from a trusted location".to_owned());
    }
    matters.then(|| "outside of every named location".to_owned())
}

fn platform(platform: Platform, subject: Subject) -> String {
    match (platform, subject) {
        (Platform::Unknown, _) => "on a platform that Entra does not recognize".to_owned(),
        (platform, Subject::User) => format!("whose client claims to run on {}", platform.name()),
        (platform, Subject::Exception) => format!("if the client claims to run on {}", platform.name()),
    }
}

fn device(device: &Device, matters: bool) -> Option<String> {
    let collected = device.collections.iter();
    let collected = collected.flat_map(|(name, strings)| strings.iter().map(|string| (*name, string.as_ref())));
    let attributes: Vec<(&str, &str)> =
        device.attributes.iter().map(|(name, value)| (*name, value.as_ref())).chain(collected).collect();
    let has_only = |names: &[&str]| attributes.iter().all(|(name, _)| names.contains(name));
    let has_trust_type = |value: &str| {
        has_only(&["trustType"]) && attributes.iter().all(|(_, actual)| actual.eq_ignore_ascii_case(value))
    };
    if attributes.is_empty() {
        return matters.then(|| "on an unregistered device".to_owned());
    }
    if device.is_compliant() && has_only(&["trustType", "isCompliant"]) {
        return Some("on a compliant device".to_owned());
    }
    let joins = [
        ("ServerAD", "on a hybrid joined device"),
        ("AzureAD", "on a joined device"),
        ("Workplace", "on a registered device"),
    ];
    if let Some((_, phrase)) = joins.into_iter().find(|(value, _)| has_trust_type(value)) {
        return Some(phrase.to_owned());
    }
    let list: Vec<String> = attributes
        .iter()
        .filter(|(name, value)| attributes.len() == 1 || (*name != "trustType" && *value != INTUNE))
        .map(|(name, value)| format!("{name} {}", quoted(value)))
        .collect();
    Some(format!("on a device with {}", listed(&list)))
}

fn risk(sign_in: &SignIn, matters: bool) -> Vec<String> {
    let own = match sign_in.identities {
        Identities::Users => "user",
        Identities::AgentUsers | Identities::AgentIdentities => "agent",
        Identities::ServicePrincipals => "service principal",
    };
    let levels = [("sign-in", sign_in.sign_in_risk), (own, sign_in.user_risk)];
    let rated = levels.into_iter().filter(|(_, level)| *level != RiskLevel::None);
    let mut phrases: Vec<String> = rated.map(|(what, level)| format!("at {} {what} risk", level.word())).collect();
    if sign_in.insider_risk != InsiderRiskLevel::None {
        phrases.push(format!("at {} insider risk", sign_in.insider_risk.word()));
    }
    if phrases.is_empty() && matters {
        phrases.push("at no risk".to_owned());
    }
    phrases
}

/// A flow other than the one that nobody has to choose.
fn flow(flow: TransferMethod) -> Option<&'static str> {
    match flow {
        TransferMethod::None => None,
        TransferMethod::DeviceCodeFlow => Some("by device code flow"),
        TransferMethod::AuthenticationTransfer => Some("by authentication transfer"),
    }
}

fn client(client: ClientAppType, requirement: &Requirement) -> &'static str {
    let is_management = |resource: &Resource| matches!(resource, Resource::App(id) if catalog::is_management_api(id));
    match client {
        ClientAppType::Browser => "in a browser",
        ClientAppType::MobileAppsAndDesktopClients if requirement.resources.iter().any(is_management) => {
            "with the Azure CLI, PowerShell or REST"
        }
        ClientAppType::MobileAppsAndDesktopClients => "with a mobile app or desktop client",
        ClientAppType::ExchangeActiveSync => "with Exchange ActiveSync",
        ClientAppType::EasSupported | ClientAppType::Other | ClientAppType::All => "with a legacy client",
    }
}

/// What a sign-in asks for.
#[must_use]
pub fn resource(resource: &Resource) -> String {
    match resource {
        Resource::App(id) => catalog::name(id).map_or_else(|| quoted(&id.to_string()), quoted),
        Resource::OfSuite(suite) => format!("an app of {}", suite.word()),
        Resource::UserAction(action) => words::user_action(action),
        Resource::AuthenticationContext(context) => format!("authentication context {}", quoted(&context.to_string())),
        Resource::Other | Resource::Every => "an app that no policy names".to_owned(),
    }
}
