//! Words of sign-in logs in the words of policies. A word that is not listed is not understood.

use super::value::{Gap, Logged};
use crate::policy::Id;
use crate::policy::{ClientAppType, Platform, RiskLevel, TransferMethod, UserType, Words};

/// `clientAppUsed`. The legacy clients are those of [the page on legacy authentication] and of [filters of the log].
///
/// [the page on legacy authentication]: https://learn.microsoft.com/entra/identity/conditional-access/policy-block-legacy-authentication
/// [filters of the log]: https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-in-log-activity-details
pub(super) fn client_app(word: Option<&str>) -> Logged<ClientAppType> {
    const LEGACY: [&str; 22] = [
        "Authenticated SMTP",
        "SMTP",
        "Autodiscover",
        "AutoDiscover",
        "Exchange Online PowerShell",
        "Exchange Web Services",
        "IMAP",
        "IMAP4",
        "MAPI",
        "MAPI Over HTTP",
        "Offline Address Book",
        "Outlook Anywhere",
        "Outlook Anywhere (RPC over HTTP)",
        "Outlook Service",
        "POP",
        "POP3",
        "Reporting Web Services",
        "Universal Outlook",
        "Other clients",
        "Other clients; IMAP",
        "Other clients; POP",
        "Other clients; SMTP",
    ];
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    if is("Browser") {
        Logged::Known(ClientAppType::Browser)
    } else if is("Mobile Apps and Desktop clients") || is("Modern clients") {
        Logged::Known(ClientAppType::MobileAppsAndDesktopClients)
    } else if is("Exchange ActiveSync") {
        Logged::Known(ClientAppType::ExchangeActiveSync)
    } else if LEGACY.into_iter().any(is) {
        Logged::Known(ClientAppType::Other)
    } else {
        Logged::Unknown(Gap::NotUnderstood)
    }
}

/// `deviceDetail.operatingSystem`: `Windows10`, `Windows 11`, `iOS 17.4`, `MacOs`. An empty one may be a system that Entra
/// does not recognise, or one that it did not look for.
pub(super) fn platform(word: Option<&str>) -> Logged<Platform> {
    const SYSTEMS: [(&str, Platform); 11] = [
        ("windowsphone", Platform::WindowsPhone),
        ("windowsmobile", Platform::WindowsPhone),
        ("windows", Platform::Windows),
        ("android", Platform::Android),
        ("ios", Platform::Ios),
        ("ipados", Platform::Ios),
        ("iphone", Platform::Ios),
        ("macos", Platform::MacOs),
        ("macosx", Platform::MacOs),
        ("linux", Platform::Linux),
        ("ubuntu", Platform::Linux),
    ];
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    let letters = word.bytes().filter(|byte| *byte != b' ').map(|byte| byte.to_ascii_lowercase());
    let found = SYSTEMS.iter().find(|(name, _)| letters.clone().take(name.len()).eq(name.bytes()));
    found.map_or(Logged::Unknown(Gap::NotUnderstood), |(_, platform)| Logged::Known(*platform))
}

/// `riskLevelDuringSignIn`. `hidden` is what tenants without Entra ID P2 see.
pub(super) fn risk(word: Option<&str>) -> Logged<RiskLevel> {
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    match RiskLevel::of_any_case(word) {
        Some(RiskLevel::Hidden) => Logged::Unknown(Gap::Hidden),
        Some(level) => Logged::Known(level),
        None => Logged::Unknown(Gap::NotUnderstood),
    }
}

/// How the token came to this device. The protocol alone tells only that a flow was used: a session that began with a
/// device code [keeps counting as one], and its later sign-ins have other protocols.
///
/// [keeps counting as one]: https://learn.microsoft.com/entra/identity/conditional-access/concept-authentication-flows#protocol-tracking
pub(super) fn flow(original: Option<&str>, protocol: Option<&str>) -> Logged<TransferMethod> {
    let plain = |word: &str| word.replace(' ', "").to_ascii_lowercase();
    match protocol.map(plain).as_deref() {
        Some("devicecode") => return Logged::Known(TransferMethod::DeviceCodeFlow),
        Some("authenticationtransfer") => return Logged::Known(TransferMethod::AuthenticationTransfer),
        Some(_) | None => {}
    }
    match original.map(plain).as_deref() {
        None => Logged::Unknown(Gap::Missing),
        Some("none") => Logged::Known(TransferMethod::None),
        Some("devicecodeflow") => Logged::Known(TransferMethod::DeviceCodeFlow),
        Some("authenticationtransfer") => Logged::Known(TransferMethod::AuthenticationTransfer),
        Some(_) => Logged::Unknown(Gap::NotUnderstood),
    }
}

/// `deviceDetail.trustType`, in the words of [filters for devices]. Logs have those of the admin center.
///
/// [filters for devices]: https://learn.microsoft.com/entra/identity/conditional-access/concept-condition-filters-for-devices
pub(super) fn trust_type(word: Option<&str>) -> Logged<&'static str> {
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    let plain = word.replace(' ', "").to_ascii_lowercase();
    match plain.as_str() {
        "azuread" | "entraid" | "azureadjoined" | "microsoftentrajoined" | "entrajoined" => Logged::Known("AzureAD"),
        "serverad" | "hybridazureadjoined" | "microsoftentrahybridjoined" | "hybridentrajoined" => {
            Logged::Known("ServerAD")
        }
        "workplace" | "azureadregistered" | "microsoftentraregistered" | "entraregistered" => {
            Logged::Known("Workplace")
        }
        _ => Logged::Unknown(Gap::NotUnderstood),
    }
}

/// `true`, `Yes`
pub(super) fn truth(word: Option<&str>) -> Logged<bool> {
    let Some(word) = word else { return Logged::Unknown(Gap::Missing) };
    let is = |known: &str| word.eq_ignore_ascii_case(known);
    if is("true") || is("yes") || is("1") {
        Logged::Known(true)
    } else if is("false") || is("no") || is("0") {
        Logged::Known(false)
    } else {
        Logged::Unknown(Gap::NotUnderstood)
    }
}

/// Every kind of user.
pub(super) const EVERY_KIND: &[UserType] = &[
    UserType::Member,
    UserType::InternalGuest,
    UserType::B2bCollaborationGuest,
    UserType::B2bCollaborationMember,
    UserType::B2bDirectConnectUser,
    UserType::OtherExternalUser,
    UserType::ServiceProvider,
];

/// The kinds of user that `userType`, `crossTenantAccessType` and the tenants leave: one, several, or all.
///
/// Source: <https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta>; the kinds are those of
/// <https://learn.microsoft.com/entra/identity/conditional-access/concept-conditional-access-users-groups>.
pub(super) fn user_types(
    user_type: Option<&str>,
    access: Option<&str>,
    home: Option<&Id>,
    resource: Option<&Id>,
) -> &'static [UserType] {
    let is_guest = match user_type.map(str::to_ascii_lowercase).as_deref() {
        Some("member") => Some(false),
        Some("guest") => Some(true),
        Some(_) | None => None,
    };
    let access = access.map(|word| word.replace(' ', "").to_ascii_lowercase());
    let is_of_tenant = match access.as_deref() {
        Some("none") => Some(true),
        None => home.zip(resource).and_then(|(home, resource)| (home == resource).then_some(true)),
        Some(_) => None,
    };
    match (access.as_deref(), is_of_tenant, is_guest) {
        (_, Some(true), Some(false)) => &[UserType::Member],
        (_, Some(true), Some(true)) => &[UserType::InternalGuest],
        (_, Some(true), None) => &[UserType::Member, UserType::InternalGuest],
        (Some("b2bcollaboration"), _, Some(false)) => &[UserType::B2bCollaborationMember],
        (Some("b2bcollaboration"), _, Some(true)) => &[UserType::B2bCollaborationGuest],
        (Some("b2bcollaboration"), _, None) => &[UserType::B2bCollaborationGuest, UserType::B2bCollaborationMember],
        (Some("b2bdirectconnect"), _, _) => &[UserType::B2bDirectConnectUser],
        (Some("serviceprovider"), _, _) => &[UserType::ServiceProvider],
        _ => EVERY_KIND,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn systems_are_platforms_whatever_their_version() {
        for (word, platform_) in [
            ("Windows10", Platform::Windows),
            ("Windows 11", Platform::Windows),
            ("Windows Phone 8", Platform::WindowsPhone),
            ("Ios 16.5", Platform::Ios),
            ("MacOs", Platform::MacOs),
            ("Android 14", Platform::Android),
            ("Linux", Platform::Linux),
        ] {
            assert_eq!(platform(Some(word)), Logged::Known(platform_), "{word}");
        }
        assert_eq!(platform(Some("Others")), Logged::Unknown(Gap::NotUnderstood));
        assert_eq!(platform(None), Logged::Unknown(Gap::Missing));
    }

    #[test]
    fn a_hidden_risk_is_no_risk_level() {
        assert_eq!(risk(Some("hidden")), Logged::Unknown(Gap::Hidden));
        assert_eq!(risk(Some("none")), Logged::Known(RiskLevel::None));
        assert_eq!(risk(Some("unknownFutureValue")), Logged::Unknown(Gap::NotUnderstood));
    }

    #[test]
    fn a_protocol_does_not_tell_that_no_flow_was_used() {
        assert_eq!(flow(None, Some("oAuth2")), Logged::Unknown(Gap::Missing));
        assert_eq!(flow(None, Some("deviceCode")), Logged::Known(TransferMethod::DeviceCodeFlow));
        assert_eq!(flow(Some("none"), Some("none")), Logged::Known(TransferMethod::None));
    }

    #[test]
    fn a_kind_of_user_needs_both_types() {
        assert_eq!(user_types(Some("Member"), Some("none"), None, None), [UserType::Member]);
        assert_eq!(user_types(Some("guest"), Some("B2B collaboration"), None, None), [UserType::B2bCollaborationGuest]);
        assert_eq!(user_types(Some("member"), None, None, None), EVERY_KIND);
        assert_eq!(user_types(None, Some("passthrough"), None, None), EVERY_KIND);
    }
}
