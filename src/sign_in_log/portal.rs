//! The [CSV that the admin center downloads]: columns named for people.
//!
//! [CSV that the admin center downloads]: https://learn.microsoft.com/entra/identity/monitoring-health/howto-download-logs

use super::field::Field;

/// Names of columns in lower case, without anything but letters and digits.
pub(super) const NAMES: &[(&str, Field)] = &[
    ("dateutc", Field::Created),
    ("date", Field::Created),
    ("requestid", Field::Id),
    ("user", Field::UserDisplayName),
    ("username", Field::UserPrincipalName),
    ("application", Field::AppName),
    ("applicationid", Field::AppId),
    ("resource", Field::ResourceName),
    ("ipaddressseenbyresource", Field::ResourceIpAddress),
    ("signinerrorcode", Field::ErrorCode),
    ("clientapp", Field::ClientApp),
    ("deviceid", Field::DeviceId),
    ("operatingsystem", Field::OperatingSystem),
    ("compliant", Field::IsCompliant),
    ("jointype", Field::TrustType),
    ("conditionalaccess", Field::ConditionalAccess),
    ("signintype", Field::EventTypes),
];

/// What a column without JSON in it holds: a cell of `Status` is a word, and one of `Location` a place.
pub(super) fn of_words(field: Field) -> Field {
    match field {
        Field::Status => Field::Result,
        Field::Location => Field::Country,
        other => other,
    }
}

/// The country or region in a place such as `Redmond, Washington, US`, or in `US`.
pub(super) fn country(place: &str) -> &str {
    place.rsplit(',').next().unwrap_or(place).trim()
}
