//! Graph's enumerations, as far as a verdict depends on them. Members and spelling are those of the published schema
//! (<https://github.com/microsoftgraph/msgraph-metadata>, `v1.0`), with the later members that the service returns.

/// An enumeration of Graph with its wire spelling.
pub trait Words: Copy + PartialEq + 'static {
    /// Every member and how Graph spells it.
    const WORDS: &'static [(&'static str, Self)];

    /// Members that only a sign-in has.
    const NOT_IN_POLICIES: &'static [&'static str];

    /// The member that Graph spells like this.
    fn of(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, member)| *member)
    }

    /// The same, whatever the letter case.
    fn of_any_case(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word)).map(|(_, member)| *member)
    }

    /// Graph's spelling.
    fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, member)| *member == self).map_or("", |(word, _)| *word)
    }
}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident $(without $absent:literal)? { $($member:ident = $word:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $(#[doc = concat!("`", $word, "`")] $member),+
        }

        impl Words for $name {
            const WORDS: &'static [(&'static str, Self)] = &[$(($word, Self::$member)),+];
            const NOT_IN_POLICIES: &'static [&'static str] = &[$($absent)?];
        }
    )+};
}

impl ClientAppType {
    /// The clients that can do MFA.
    pub const MODERN: [Self; 2] = [Self::Browser, Self::MobileAppsAndDesktopClients];
}

/// The user action of registering authentication methods.
pub const REGISTER_SECURITY_INFO: &str = "urn:user:registersecurityinfo";

/// The user action of registering or joining a device.
pub const REGISTER_DEVICE: &str = "urn:user:registerdevice";

impl UserType {
    /// Whether the account is in another tenant.
    #[must_use]
    pub fn is_external(self) -> bool {
        match self {
            Self::Member | Self::InternalGuest => false,
            Self::B2bCollaborationGuest
            | Self::B2bCollaborationMember
            | Self::B2bDirectConnectUser
            | Self::OtherExternalUser
            | Self::ServiceProvider => true,
        }
    }
}

impl GrantControl {
    /// Whether somebody brings it to a sign-in, as one thing by itself. MFA is one of several methods, and the state of a
    /// device is a part of the sign-in.
    #[must_use]
    pub fn is_brought(self) -> bool {
        match self {
            Self::ApprovedApplication
            | Self::CompliantApplication
            | Self::PasswordChange
            | Self::RiskRemediation
            | Self::VerifiedId => true,
            Self::Block | Self::Mfa | Self::CompliantDevice | Self::DomainJoinedDevice => false,
        }
    }
}

/// Whether a text is one of the words that Microsoft has for every tenant: a member of an enumeration, or a literal.
#[must_use]
pub fn is_public_word(text: &str) -> bool {
    fn is<W: Words>(text: &str) -> bool {
        W::WORDS.iter().any(|(word, _)| word.eq_ignore_ascii_case(text))
    }
    is::<State>(text)
        || is::<Operator>(text)
        || is::<GrantControl>(text)
        || is::<ClientAppType>(text)
        || is::<Platform>(text)
        || is::<RiskLevel>(text)
        || is::<InsiderRiskLevel>(text)
        || is::<TransferMethod>(text)
        || is::<UserType>(text)
        || is::<MembershipKind>(text)
        || is::<FilterMode>(text)
        || crate::id::is_literal(text)
}

words! {
    /// `conditionalAccessPolicyState`
    State { Enabled = "enabled", Disabled = "disabled", ReportOnly = "enabledForReportingButNotEnforced" }
    /// `conditionalAccessClientApp`
    ClientAppType {
        All = "all",
        Browser = "browser",
        MobileAppsAndDesktopClients = "mobileAppsAndDesktopClients",
        ExchangeActiveSync = "exchangeActiveSync",
        EasSupported = "easSupported",
        Other = "other",
    }
    /// `conditionalAccessDevicePlatform`; `Unknown` is what Entra makes of a user agent that it does not recognise.
    Platform without "unknown" {
        All = "all",
        Android = "android",
        Ios = "iOS",
        Windows = "windows",
        WindowsPhone = "windowsPhone",
        MacOs = "macOS",
        Linux = "linux",
        Unknown = "unknown",
    }
    /// `riskLevel`
    RiskLevel { None = "none", Low = "low", Medium = "medium", High = "high", Hidden = "hidden" }
    /// `conditionalAccessInsiderRiskLevels`; `None` is a user without insider risk and never a member of a policy's list.
    InsiderRiskLevel without "none" { None = "none", Minor = "minor", Moderate = "moderate", Elevated = "elevated" }
    /// `conditionalAccessTransferMethods`; `None` is an ordinary flow.
    TransferMethod {
        None = "none",
        DeviceCodeFlow = "deviceCodeFlow",
        AuthenticationTransfer = "authenticationTransfer",
    }
    /// `conditionalAccessGuestOrExternalUserTypes`, and the ordinary member of the tenant.
    UserType without "member" {
        Member = "member",
        InternalGuest = "internalGuest",
        B2bCollaborationGuest = "b2bCollaborationGuest",
        B2bCollaborationMember = "b2bCollaborationMember",
        B2bDirectConnectUser = "b2bDirectConnectUser",
        OtherExternalUser = "otherExternalUser",
        ServiceProvider = "serviceProvider",
    }
    /// `filterMode`
    FilterMode { Include = "include", Exclude = "exclude" }
    /// `conditionalAccessExternalTenantsMembershipKind`
    MembershipKind { All = "all", Enumerated = "enumerated" }
    /// `operator` of the grant controls
    Operator { And = "AND", Or = "OR" }
    /// `conditionalAccessGrantControl`
    GrantControl {
        Block = "block",
        Mfa = "mfa",
        CompliantDevice = "compliantDevice",
        DomainJoinedDevice = "domainJoinedDevice",
        ApprovedApplication = "approvedApplication",
        CompliantApplication = "compliantApplication",
        PasswordChange = "passwordChange",
        RiskRemediation = "riskRemediation",
        VerifiedId = "verifiedID",
    }
    /// `signInFrequencyInterval`
    FrequencyInterval { TimeBased = "timeBased", EveryTime = "everyTime" }
    /// `signinFrequencyType`
    FrequencyUnit { Days = "days", Hours = "hours" }
    /// `signInFrequencyAuthenticationType`
    AuthenticationType {
        PrimaryAndSecondaryAuthentication = "primaryAndSecondaryAuthentication",
        SecondaryAuthentication = "secondaryAuthentication",
    }
    /// `persistentBrowserSessionMode`
    BrowserSession { Always = "always", Never = "never" }
    /// `continuousAccessEvaluationMode`
    AccessEvaluation {
        StrictEnforcement = "strictEnforcement",
        Disabled = "disabled",
        StrictLocation = "strictLocation",
    }
}
impl Platform {
    /// What the portal calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::All => "any platform",
            Self::Android => "Android",
            Self::Ios => "iOS",
            Self::Windows => "Windows",
            Self::WindowsPhone => "Windows Phone",
            Self::MacOs => "macOS",
            Self::Linux => "Linux",
            Self::Unknown => "an unknown platform",
        }
    }
}
