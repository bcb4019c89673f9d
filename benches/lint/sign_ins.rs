//! A sign-in log as Microsoft Graph writes it: the same bytes every time.

use crate::random::Random;
use serde_json::json;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Writes a page of so many rows.
pub(crate) fn write(path: &Path, rows: usize) -> io::Result<()> {
    let mut random = Random::new(7);
    let mut out = BufWriter::new(File::create(path)?);
    let apps: Vec<String> = (0..40).map(|_| random.guid()).collect();
    let policies: Vec<String> = (0..8).map(|_| random.guid()).collect();
    for row in 0..rows {
        let user = random.below(20_000);
        let address = random.below(5_000);
        let app = random.below(apps.len());
        let system = ["Windows10", "Windows 11", "Ios 17.4", "Android 14", "MacOs", "Linux"][random.below(6)];
        let client = ["Browser", "Mobile Apps and Desktop clients"][random.below(2)];
        let registered = random.below(2) == 0;
        let applied = policies.iter().enumerate().map(|(index, id)| {
            json!({
                "id": id, "displayName": format!("CA{index:03} Policy of the tenant"), "enforcedGrantControls": [],
                "enforcedSessionControls": [], "result": "notApplied", "conditionsSatisfied": "application,users",
                "conditionsNotSatisfied": "clientType"
            })
        });
        let text = json!({
            "id": random.guid(), "createdDateTime": format!("2026-11-{:02}T{:02}:{:02}:00Z", 1 + row % 28, row % 24, row % 60),
            "userDisplayName": format!("User {user}"), "userPrincipalName": format!("user{user}@contoso.example"),
            "userId": format!("a0000000-0000-4000-8000-{user:012}"), "appId": apps[app], "appDisplayName": format!("App {app}"),
            "ipAddress": format!("198.{}.{}.{}", 18 + address % 2, address / 2 % 256, address / 512),
            "clientAppUsed": client, "userAgent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)",
            "correlationId": random.guid(), "conditionalAccessStatus": "notApplied", "isInteractive": true,
            "riskDetail": "none", "riskLevelAggregated": "none", "riskLevelDuringSignIn": "none", "riskState": "none",
            "riskEventTypes_v2": [], "resourceDisplayName": format!("Resource {app}"), "resourceId": apps[app],
            "resourceTenantId": policies[0], "homeTenantId": policies[0], "userType": "member",
            "crossTenantAccessType": "none", "authenticationRequirement": "singleFactorAuthentication",
            "authenticationProtocol": "none", "originalTransferMethod": "none", "signInEventTypes": ["interactiveUser"],
            "authenticationContextClassReferences": [], "networkLocationDetails": [],
            "status": { "errorCode": 0, "failureReason": "Other.", "additionalDetails": null },
            "deviceDetail": {
                "deviceId": if registered { format!("f0000000-0000-4000-8000-{user:012}") } else { String::new() },
                "displayName": if registered { format!("PC-{user}") } else { String::new() }, "operatingSystem": system,
                "browser": "Edge 140.0.0", "isCompliant": registered && !user.is_multiple_of(3), "isManaged": registered,
                "trustType": if registered { "Azure AD joined" } else { "" }
            },
            "location": {
                "city": "Berlin", "state": "Berlin", "countryOrRegion": if address.is_multiple_of(4) { "US" } else { "DE" },
                "geoCoordinates": { "altitude": null, "latitude": 52.5, "longitude": 13.4 }
            },
            "appliedConditionalAccessPolicies": applied.collect::<Vec<_>>()
        });
        writeln!(out, "{text}")?;
    }
    out.flush()
}
