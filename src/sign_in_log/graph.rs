//! Microsoft Graph's words: [`signIn`], a page of `GET /auditLogs/signIns`, the admin center's JSON, and PowerShell's
//! `Get-MgAuditLogSignIn | ConvertTo-Json`, which writes the same names with capitals.
//!
//! [`signIn`]: https://learn.microsoft.com/graph/api/resources/signin?view=graph-rest-beta

use super::field::Field;

/// Names in lower case, without anything but letters and digits.
pub(super) const NAMES: &[(&str, Field)] = &[
    ("id", Field::Id),
    ("createddatetime", Field::Created),
    ("userid", Field::UserId),
    ("userprincipalname", Field::UserPrincipalName),
    ("userdisplayname", Field::UserDisplayName),
    ("appid", Field::AppId),
    ("appdisplayname", Field::AppName),
    ("resourceid", Field::ResourceId),
    ("resourcedisplayname", Field::ResourceName),
    ("conditionalaccessaudiences", Field::Audiences),
    ("authenticationcontextclassreferences", Field::Contexts),
    ("usertype", Field::UserType),
    ("crosstenantaccesstype", Field::CrossTenant),
    ("hometenantid", Field::HomeTenant),
    ("resourcetenantid", Field::ResourceTenant),
    ("clientappused", Field::ClientApp),
    ("devicedetail", Field::DeviceDetail),
    ("ipaddress", Field::IpAddress),
    ("ipaddressfromresourceprovider", Field::ResourceIpAddress),
    ("location", Field::Location),
    ("networklocationdetails", Field::Networks),
    ("risklevelduringsignin", Field::SignInRisk),
    ("authenticationprotocol", Field::Protocol),
    ("originaltransfermethod", Field::TransferMethod),
    ("conditionalaccessstatus", Field::ConditionalAccess),
    ("appliedconditionalaccesspolicies", Field::Policies),
    ("authenticationrequirement", Field::Requirement),
    ("status", Field::Status),
    ("signineventtypes", Field::EventTypes),
    ("serviceprincipalid", Field::ServicePrincipal),
];

/// Keys of an object that hold the rows: a page of Graph, an event of Event Hubs, an answer of advanced hunting.
pub(super) const LISTS: [&[u8]; 3] = [b"value", b"records", b"results"];

/// The key by which a page says that the log goes on in another one.
pub(super) const NEXT: &[u8] = b"@odata.nextLink";
