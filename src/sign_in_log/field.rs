//! The values of a row that something depends on, and what the forms call them.

use super::{graph, log_analytics, portal};

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        /// A value of a row. A form may hold it under another name, in an object, or in text that is JSON again.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Field { $($(#[$doc])* $name),+ }

        impl Field {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];
        }
    };
}

fields! {
    /// `id`
    Id,
    /// `createdDateTime`
    Created,
    /// `userId`
    UserId,
    /// `userPrincipalName`
    UserPrincipalName,
    /// `userDisplayName`
    UserDisplayName,
    /// `appId`: the client that asks for a token.
    AppId,
    /// `appDisplayName`
    AppName,
    /// `resourceId`: the app that the token is for.
    ResourceId,
    /// `resourceDisplayName`
    ResourceName,
    /// `conditionalAccessAudiences`, as JSON
    Audiences,
    /// `authenticationContextClassReferences`, as JSON
    Contexts,
    /// `userType`
    UserType,
    /// `crossTenantAccessType`
    CrossTenant,
    /// `homeTenantId`
    HomeTenant,
    /// `resourceTenantId`
    ResourceTenant,
    /// `clientAppUsed`
    ClientApp,
    /// `deviceDetail.deviceId`
    DeviceId,
    /// `deviceDetail.displayName`
    DeviceName,
    /// `deviceDetail.operatingSystem`
    OperatingSystem,
    /// `deviceDetail.isCompliant`
    IsCompliant,
    /// `deviceDetail.trustType`
    TrustType,
    /// `ipAddress`
    IpAddress,
    /// `ipAddressFromResourceProvider`
    ResourceIpAddress,
    /// `location.countryOrRegion`
    Country,
    /// `networkLocationDetails`, as JSON
    Networks,
    /// `riskLevelDuringSignIn`
    SignInRisk,
    /// `authenticationProtocol`
    Protocol,
    /// `originalTransferMethod`
    TransferMethod,
    /// `conditionalAccessStatus`
    ConditionalAccess,
    /// `appliedConditionalAccessPolicies`, as JSON
    Policies,
    /// `authenticationRequirement`
    Requirement,
    /// `status.errorCode`
    ErrorCode,
    /// `Status` of the admin center's CSV: success, failure or interrupted.
    Result,
    /// `signInEventTypes`, as JSON, or the name of the table or category
    EventTypes,
    /// `servicePrincipalId`
    ServicePrincipal,
    /// `deviceDetail`, an object or JSON as text
    DeviceDetail,
    /// `location`, an object, JSON as text, or a place in words
    Location,
    /// `status`, an object or JSON as text
    Status,
    /// `properties` of a record of diagnostic settings
    Properties,
}

/// Longest name of a value, without spaces.
const LONGEST: usize = 48;

impl Field {
    /// The value that a key of JSON or a column of CSV names, whatever the letter case and with or without spaces.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        let mut plain = [0; LONGEST];
        let mut length = 0;
        for byte in name.bytes().filter(u8::is_ascii_alphanumeric) {
            *plain.get_mut(length)? = byte.to_ascii_lowercase();
            length += 1;
        }
        let plain = &plain[..length];
        let named =
            |names: &[(&str, Self)]| names.iter().find(|(known, _)| known.as_bytes() == plain).map(|(_, field)| *field);
        named(graph::NAMES).or_else(|| named(log_analytics::NAMES)).or_else(|| named(portal::NAMES))
    }

    /// The value that a key of an object in a row names.
    #[must_use]
    pub(super) fn inside(self, key: &str) -> Option<Self> {
        let is = |name: &str| key.eq_ignore_ascii_case(name);
        match self {
            Self::DeviceDetail if is("deviceId") => Some(Self::DeviceId),
            Self::DeviceDetail if is("displayName") => Some(Self::DeviceName),
            Self::DeviceDetail if is("operatingSystem") => Some(Self::OperatingSystem),
            Self::DeviceDetail if is("isCompliant") => Some(Self::IsCompliant),
            Self::DeviceDetail if is("trustType") => Some(Self::TrustType),
            Self::Location if is("countryOrRegion") => Some(Self::Country),
            Self::Status if is("errorCode") => Some(Self::ErrorCode),
            _ => None,
        }
    }

    /// Graph's name for it, as messages have it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::Created => "createdDateTime",
            Self::UserId => "userId",
            Self::UserPrincipalName => "userPrincipalName",
            Self::UserDisplayName => "userDisplayName",
            Self::AppId => "appId",
            Self::AppName => "appDisplayName",
            Self::ResourceId => "resourceId",
            Self::ResourceName => "resourceDisplayName",
            Self::Audiences => "conditionalAccessAudiences",
            Self::Contexts => "authenticationContextClassReferences",
            Self::UserType => "userType",
            Self::CrossTenant => "crossTenantAccessType",
            Self::HomeTenant => "homeTenantId",
            Self::ResourceTenant => "resourceTenantId",
            Self::ClientApp => "clientAppUsed",
            Self::DeviceId => "deviceDetail.deviceId",
            Self::DeviceName => "deviceDetail.displayName",
            Self::OperatingSystem => "deviceDetail.operatingSystem",
            Self::IsCompliant => "deviceDetail.isCompliant",
            Self::TrustType => "deviceDetail.trustType",
            Self::IpAddress => "ipAddress",
            Self::ResourceIpAddress => "ipAddressFromResourceProvider",
            Self::Country => "location.countryOrRegion",
            Self::Networks => "networkLocationDetails",
            Self::SignInRisk => "riskLevelDuringSignIn",
            Self::Protocol => "authenticationProtocol",
            Self::TransferMethod => "originalTransferMethod",
            Self::ConditionalAccess => "conditionalAccessStatus",
            Self::Policies => "appliedConditionalAccessPolicies",
            Self::Requirement => "authenticationRequirement",
            Self::ErrorCode => "status.errorCode",
            Self::Result => "Status",
            Self::EventTypes => "signInEventTypes",
            Self::ServicePrincipal => "servicePrincipalId",
            Self::DeviceDetail => "deviceDetail",
            Self::Location => "location",
            Self::Status => "status",
            Self::Properties => "properties",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_form_are_known() {
        for (name, field) in [
            ("userPrincipalName", Field::UserPrincipalName),
            ("UserPrincipalName", Field::UserPrincipalName),
            ("Username", Field::UserPrincipalName),
            ("Date (UTC)", Field::Created),
            ("TimeGenerated [UTC]", Field::Created),
            ("Application ID ", Field::AppId),
            ("ResourceIdentity", Field::ResourceId),
            ("ConditionalAccessPolicies", Field::Policies),
            ("IP address (seen by resource)", Field::ResourceIpAddress),
        ] {
            assert_eq!(Field::of(name), Some(field), "{name}");
        }
        assert_eq!(Field::of("userAgent"), None);
        assert_eq!(Field::of(&"x".repeat(1_000)), None);
    }
}
