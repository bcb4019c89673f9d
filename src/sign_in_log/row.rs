//! A row with its values in the words of policies, each known or unknown.

use super::applied::{self, Applied};
use super::field::Field;
use super::log_analytics;
use super::raw::Raw;
use super::value::{Gap, Logged};
use super::words;
use crate::policy::{ClientAppType, Id, Platform, RiskLevel, TransferMethod, UserType};
use serde::Deserialize;
use std::borrow::Cow;
use std::net::IpAddr;

/// Who or what signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A user, interactively or not.
    User,
    /// A service principal or a managed identity. Policies for users do not govern them.
    Workload,
}

/// `conditionalAccessStatus`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Policies applied, and what they ask for was met.
    Success,
    /// Policies applied, and what they ask for was not met.
    Failure,
    /// No policy that is on applied.
    NotApplied,
}

/// What the row says of the device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeviceDetail<'a> {
    /// Entra knows no device: `deviceId` is there and empty.
    Unregistered,
    /// A device in the directory.
    Registered {
        /// `deviceId`
        id: Cow<'a, str>,
        /// `displayName`
        name: Logged<Cow<'a, str>>,
        /// `isCompliant`
        is_compliant: Logged<bool>,
        /// `trustType`, in the words of filters for devices.
        trust_type: Logged<&'static str>,
    },
}

/// `networkLocationDetails`: named locations that the address is in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks {
    /// One of them is trusted.
    pub is_trusted: bool,
    /// Their names.
    pub names: Vec<String>,
}

/// One sign-in of a log.
#[derive(Debug)]
pub struct Row<'a> {
    /// Who or what signed in.
    pub kind: Kind,
    /// `id`, empty if the row has none.
    pub id: Cow<'a, str>,
    /// `createdDateTime` as it is written, empty if the row has none.
    pub created: Cow<'a, str>,
    /// `userId`
    pub user: Logged<Id>,
    /// `userPrincipalName`, else `userDisplayName`.
    pub user_name: Option<Cow<'a, str>>,
    /// `appDisplayName`, else `appId`.
    pub app_name: Option<Cow<'a, str>>,
    /// The apps that Conditional Access may have looked at. Policies target [resources], which is what the token is for:
    /// `conditionalAccessAudiences` where the row has it, else `resourceId`.
    ///
    /// [resources]: https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-cloud-apps
    pub resources: Logged<Vec<Id>>,
    /// `resourceDisplayName`, else `resourceId`.
    pub resource_name: Option<Cow<'a, str>>,
    /// `authenticationContextClassReferences`
    pub contexts: Logged<Vec<Id>>,
    /// The kinds of user that this may be: never none.
    pub user_types: &'static [UserType],
    /// `homeTenantId`
    pub home_tenant: Logged<Id>,
    /// `clientAppUsed`
    pub client_app: Logged<ClientAppType>,
    /// The platform of `deviceDetail.operatingSystem`.
    pub platform: Logged<Platform>,
    /// `deviceDetail.operatingSystem` as it is written.
    pub operating_system: Option<Cow<'a, str>>,
    /// `deviceDetail`
    pub device: Logged<DeviceDetail<'a>>,
    /// `ipAddress`
    pub address: Logged<IpAddr>,
    /// `ipAddressFromResourceProvider`
    pub address_at_resource: Option<IpAddr>,
    /// `location.countryOrRegion`, two letters in upper case.
    pub country: Logged<[u8; 2]>,
    /// `networkLocationDetails`
    pub networks: Logged<Networks>,
    /// `riskLevelDuringSignIn`
    pub sign_in_risk: Logged<RiskLevel>,
    /// `originalTransferMethod` and `authenticationProtocol`
    pub flow: Logged<TransferMethod>,
    /// `conditionalAccessStatus`
    pub status: Logged<Status>,
    /// `status.errorCode`: 0 is a sign-in that succeeded.
    pub error: Logged<u32>,
    /// `authenticationRequirement` is `multiFactorAuthentication`.
    pub is_multi_factor: Logged<bool>,
    /// `appliedConditionalAccessPolicies` as JSON
    policies: Logged<Cow<'a, str>>,
}

/// Members of the lists of a row. Other members say nothing that counts.
#[derive(Deserialize)]
struct Audience<'a> {
    #[serde(borrow, rename = "applicationId", alias = "applicationID", alias = "ApplicationId")]
    id: Cow<'a, str>,
}

/// The beta version calls it a string, and gives a list of objects or of ids.
#[derive(Deserialize)]
#[serde(untagged)]
enum AnyAudience<'a> {
    Object(#[serde(borrow)] Audience<'a>),
    Plain(String),
}

#[derive(Deserialize)]
struct Context<'a> {
    #[serde(borrow, alias = "Id")]
    id: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Network {
    #[serde(rename = "networkType", alias = "NetworkType")]
    kind: Option<String>,
    #[serde(rename = "networkNames", alias = "NetworkNames")]
    names: Option<Vec<String>>,
}

impl<'a> Row<'a> {
    /// What a row of texts says; none if it is no sign-in.
    pub(super) fn of(mut raw: Raw<'a>) -> Option<Self> {
        let is_sign_in =
            [Field::UserId, Field::UserPrincipalName, Field::ServicePrincipal, Field::AppId, Field::AppName]
                .into_iter()
                .any(|field| raw.said(field).is_some())
                && [Field::Id, Field::Created].into_iter().any(|field| raw.said(field).is_some())
                && [
                    Field::ClientApp,
                    Field::ResourceId,
                    Field::ResourceName,
                    Field::ConditionalAccess,
                    Field::IpAddress,
                ]
                .into_iter()
                .any(|field| raw.get(field).is_some());
        if !is_sign_in {
            return None;
        }
        let id = |field: Field| match raw.said(field) {
            None => Logged::Unknown(Gap::Missing),
            Some(text) => {
                // Upper case says the same, and would be kept as it is spelt.
                let id = Id::new(&text.to_ascii_lowercase());
                if id.guid().is_some() { Logged::Known(id) } else { Logged::Unknown(Gap::NotUnderstood) }
            }
        };
        let is_workload = raw.said(Field::EventTypes).is_some_and(log_analytics::is_workload)
            || (raw.said(Field::UserId).is_none() && raw.said(Field::ServicePrincipal).is_some());
        let (home, resource) = (id(Field::HomeTenant), id(Field::ResourceTenant));
        let user_types =
            words::user_types(raw.said(Field::UserType), raw.said(Field::CrossTenant), home.known(), resource.known());
        let address = |field: Field| match raw.said(field).map(str::parse::<IpAddr>) {
            None => Logged::Unknown(Gap::Missing),
            // An IPv4 address that is written as one of IPv6 is in the ranges of IPv4.
            Some(Ok(address)) => Logged::Known(address.to_canonical()),
            Some(Err(_)) => Logged::Unknown(Gap::NotUnderstood),
        };
        Some(Self {
            kind: if is_workload { Kind::Workload } else { Kind::User },
            user: id(Field::UserId),
            resources: resources(&raw, id(Field::ResourceId)),
            contexts: list(raw.get(Field::Contexts), |context: Context<'_>| Id::new(&context.id.to_ascii_lowercase())),
            user_types,
            home_tenant: home,
            client_app: words::client_app(raw.said(Field::ClientApp)),
            platform: words::platform(raw.said(Field::OperatingSystem)),
            address: address(Field::IpAddress),
            address_at_resource: address(Field::ResourceIpAddress).known().copied(),
            country: country(raw.said(Field::Country)),
            networks: networks(raw.get(Field::Networks)),
            sign_in_risk: words::risk(raw.said(Field::SignInRisk)),
            flow: words::flow(raw.said(Field::TransferMethod), raw.said(Field::Protocol)),
            status: status(raw.said(Field::ConditionalAccess)),
            error: error(&raw),
            is_multi_factor: requirement(raw.said(Field::Requirement)),
            device: device(&mut raw),
            operating_system: raw.take(Field::OperatingSystem),
            id: raw.take(Field::Id).unwrap_or_default(),
            created: raw.take(Field::Created).unwrap_or_default(),
            user_name: raw.take(Field::UserPrincipalName).or_else(|| raw.take(Field::UserDisplayName)),
            app_name: raw.take(Field::AppName).or_else(|| raw.take(Field::AppId)),
            resource_name: raw.take(Field::ResourceName).or_else(|| raw.take(Field::ResourceId)),
            policies: raw.take(Field::Policies).map_or(Logged::Unknown(Gap::Missing), Logged::Known),
        })
    }

    /// What Microsoft's engine made of each policy.
    #[must_use]
    pub fn policies(&self) -> Logged<Vec<Applied<'_>>> {
        match &self.policies {
            Logged::Unknown(gap) => Logged::Unknown(*gap),
            Logged::Known(text) => applied::read(text).map_or(Logged::Unknown(Gap::NotUnderstood), Logged::Known),
        }
    }
}

/// A list of objects, or of plain ids; an empty one is known to be empty.
fn list<'t, T: Deserialize<'t>, V>(text: Option<&'t str>, value: impl Fn(T) -> V) -> Logged<Vec<V>> {
    match text {
        None | Some("") => Logged::Unknown(Gap::Missing),
        Some(text) => match serde_json::from_str::<Vec<T>>(text) {
            Ok(all) => Logged::Known(all.into_iter().map(value).collect()),
            Err(_) => Logged::Unknown(Gap::NotUnderstood),
        },
    }
}

fn resources(raw: &Raw<'_>, resource: Logged<Id>) -> Logged<Vec<Id>> {
    let of = |audience: AnyAudience<'_>| match audience {
        AnyAudience::Object(audience) => Id::new(&audience.id.to_ascii_lowercase()),
        AnyAudience::Plain(id) => Id::new(&id.to_ascii_lowercase()),
    };
    match list(raw.get(Field::Audiences), of) {
        Logged::Known(all) if !all.is_empty() => Logged::Known(all),
        Logged::Known(_) | Logged::Unknown(_) => match resource {
            Logged::Known(id) => Logged::Known(vec![id]),
            Logged::Unknown(gap) => Logged::Unknown(gap),
        },
    }
}

fn country(text: Option<&str>) -> Logged<[u8; 2]> {
    match text.map(str::as_bytes) {
        None => Logged::Unknown(Gap::Missing),
        Some([first, second]) if first.is_ascii_alphabetic() && second.is_ascii_alphabetic() => {
            Logged::Known([first.to_ascii_uppercase(), second.to_ascii_uppercase()])
        }
        Some(_) => Logged::Unknown(Gap::NotUnderstood),
    }
}

/// `trusted` and `trustedNamedLocation` are trusted: <https://learn.microsoft.com/graph/api/resources/networklocationdetail>.
fn networks(text: Option<&str>) -> Logged<Networks> {
    let all = match list(text, |network: Network| network) {
        Logged::Known(all) => all,
        Logged::Unknown(gap) => return Logged::Unknown(gap),
    };
    let mut networks = Networks::default();
    for network in all {
        let kind = network.kind.unwrap_or_default();
        networks.is_trusted |=
            kind.eq_ignore_ascii_case("trusted") || kind.eq_ignore_ascii_case("trustedNamedLocation");
        networks.names.extend(network.names.unwrap_or_default());
    }
    Logged::Known(networks)
}

fn status(word: Option<&str>) -> Logged<Status> {
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    match word.replace(' ', "").to_ascii_lowercase().as_str() {
        "success" => Logged::Known(Status::Success),
        "failure" => Logged::Known(Status::Failure),
        "notapplied" => Logged::Known(Status::NotApplied),
        _ => Logged::Unknown(Gap::NotUnderstood),
    }
}

/// The code of the error. The admin center writes `None` where there is none, and has the outcome as a word.
fn error(raw: &Raw<'_>) -> Logged<u32> {
    let succeeded = raw.said(Field::Result).is_some_and(|word| word.eq_ignore_ascii_case("success"));
    match raw.said(Field::ErrorCode) {
        _ if succeeded => Logged::Known(0),
        None => Logged::Unknown(Gap::Missing),
        Some(text) => text.parse().map_or(Logged::Unknown(Gap::NotUnderstood), Logged::Known),
    }
}

fn requirement(word: Option<&str>) -> Logged<bool> {
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    match word.replace([' ', '-'], "").to_ascii_lowercase().as_str() {
        "multifactorauthentication" => Logged::Known(true),
        "singlefactorauthentication" => Logged::Known(false),
        _ => Logged::Unknown(Gap::NotUnderstood),
    }
}

fn device<'a>(raw: &mut Raw<'a>) -> Logged<DeviceDetail<'a>> {
    match raw.get(Field::DeviceId) {
        None => return Logged::Unknown(Gap::Missing),
        Some("" | "00000000-0000-0000-0000-000000000000") => return Logged::Known(DeviceDetail::Unregistered),
        Some(_) => {}
    }
    let is_compliant = words::truth(raw.said(Field::IsCompliant));
    let trust_type = words::trust_type(raw.said(Field::TrustType));
    let name = raw.take(Field::DeviceName).map_or(Logged::Unknown(Gap::Missing), Logged::Known);
    let id = raw.take(Field::DeviceId).unwrap_or_default();
    Logged::Known(DeviceDetail::Registered { id, name, is_compliant, trust_type })
}
