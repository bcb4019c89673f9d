//! The tables [`SigninLogs`] and [`AADNonInteractiveUserSignInLogs`] of Log Analytics, and records that [diagnostic
//! settings] write to a storage account or an event hub. Objects may be JSON as text.
//!
//! [`SigninLogs`]: https://learn.microsoft.com/azure/azure-monitor/reference/tables/signinlogs
//! [`AADNonInteractiveUserSignInLogs`]: https://learn.microsoft.com/azure/azure-monitor/reference/tables/aadnoninteractiveusersigninlogs
//! [diagnostic settings]: https://learn.microsoft.com/entra/identity/monitoring-health/reference-azure-monitor-sign-ins-log-schema

use super::field::Field;

/// Names of columns in lower case, without anything but letters and digits, where they are not Graph's.
pub(super) const NAMES: &[(&str, Field)] = &[
    ("timegenerated", Field::Created),
    ("timegeneratedutc", Field::Created),
    ("createddatetimeutc", Field::Created),
    ("resourceidentity", Field::ResourceId),
    ("conditionalaccesspolicies", Field::Policies),
    ("locationdetails", Field::Location),
    ("resulttype", Field::ErrorCode),
    ("category", Field::EventTypes),
    ("type", Field::EventTypes),
    ("tablename", Field::EventTypes),
    ("properties", Field::Properties),
];

/// Whether a value is the id of an Azure resource. Tables and records have that of the directory as `ResourceId`; the app
/// is `ResourceIdentity` there.
pub(super) fn is_azure_resource(value: &str) -> bool {
    value.starts_with('/')
}

/// Whether the name of a table, a category or an event type is that of sign-ins of service principals and managed
/// identities.
pub(super) fn is_workload(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    name.contains("serviceprincipal")
        || name.contains("managedidentity")
        || name.contains("service principal")
        || name.contains("managed identity")
}
