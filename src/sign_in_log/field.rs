//! The values of a row that something depends on.

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

impl Field {
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
