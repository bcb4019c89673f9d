//! Tenants as the Graph API returns them, from a seeded generator: the same bytes every time.

use serde_json::{Value, json};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Policies of one tenant.
pub(crate) const POLICIES: usize = 60;
const MANAGEMENT_API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

/// `SplitMix64` (Steele, Lea and Flood, 2014).
pub(crate) struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xFFFF,
            high & 0xFFF,
            low >> 52,
            low & 0xFFFF_FFFF_FFFF
        )
    }

    fn guids(&mut self, most: u64) -> Vec<String> {
        (0..=self.next() % most).map(|_| self.guid()).collect()
    }
}

/// A policy with every key that the API usually sends.
fn base(random: &mut Random, name: &str) -> Value {
    let id = random.guid();
    json!({
        "@odata.context": "https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies/$entity",
        "id": id, "templateId": null, "displayName": name, "createdDateTime": "2026-01-12T09:30:00.1234567Z",
        "modifiedDateTime": null, "state": "enabled", "deletedDateTime": null, "partialEnablementStrategy": null,
        "sessionControls": null,
        "conditions": {
            "userRiskLevels": [], "signInRiskLevels": [], "clientAppTypes": ["all"], "servicePrincipalRiskLevels": [],
            "insiderRiskLevels": null, "platforms": null, "locations": null, "times": null, "devices": null,
            "clientApplications": null, "authenticationFlows": null,
            "applications": {
                "includeApplications": ["All"], "excludeApplications": [], "includeUserActions": [],
                "includeAuthenticationContextClassReferences": [], "applicationFilter": null
            },
            "users": {
                "includeUsers": ["All"], "excludeUsers": random.guids(2), "includeGroups": [],
                "excludeGroups": random.guids(3), "includeRoles": [], "excludeRoles": [],
                "includeGuestsOrExternalUsers": null, "excludeGuestsOrExternalUsers": null
            }
        },
        "grantControls": {
            "operator": "OR", "builtInControls": ["mfa"], "customAuthenticationFactors": [], "termsOfUse": [],
            "authenticationStrength@odata.context":
                format!("https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies('{id}')/grantControls/authenticationStrength/$entity"),
            "authenticationStrength": null
        }
    })
}

fn session() -> Value {
    json!({
        "disableResilienceDefaults": null, "applicationEnforcedRestrictions": null, "cloudAppSecurity": null,
        "persistentBrowser": { "mode": "never", "isEnabled": true },
        "signInFrequency": {
            "value": 4, "type": "hours", "authenticationType": "primaryAndSecondaryAuthentication",
            "frequencyInterval": "timeBased", "isEnabled": true
        }
    })
}

fn strength() -> Value {
    json!({
        "id": "00000000-0000-0000-0000-000000000002", "createdDateTime": "2021-12-01T00:00:00Z",
        "modifiedDateTime": "2021-12-01T00:00:00Z", "displayName": "Multifactor authentication",
        "description": "Combinations of methods that satisfy strong authentication, such as a password + SMS",
        "policyType": "builtIn", "requirementsSatisfied": "mfa",
        "allowedCombinations": [
            "windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor", "deviceBasedPush",
            "temporaryAccessPassOneTime", "temporaryAccessPassMultiUse", "password,microsoftAuthenticatorPush",
            "password,softwareOath", "password,hardwareOath", "password,sms", "password,voice"
        ],
        "combinationConfigurations": []
    })
}

/// What fills a tenant beside the policy that decides: none of these covers the management API alone.
fn filler(random: &mut Random, number: usize) -> Value {
    let mut policy = base(random, &format!("CA{number:03} - Filler"));
    let conditions = |policy: &mut Value, name: &str, value: Value| policy["conditions"][name] = value;
    let users = |policy: &mut Value, name: &str, value: Value| policy["conditions"]["users"][name] = value;
    let grant = |policy: &mut Value, controls: Value| policy["grantControls"]["builtInControls"] = controls;
    match number % 12 {
        0 => {
            users(&mut policy, "includeUsers", json!([]));
            users(&mut policy, "includeRoles", json!(random.guids(14)));
            policy["grantControls"]["builtInControls"] = json!([]);
            policy["grantControls"]["authenticationStrength"] = strength();
            policy["sessionControls"] = session();
        }
        1 => {
            conditions(&mut policy, "clientAppTypes", json!(["exchangeActiveSync", "other"]));
            grant(&mut policy, json!(["block"]));
        }
        2 => {
            users(&mut policy, "includeUsers", json!([]));
            users(&mut policy, "includeGroups", json!(random.guids(20)));
            grant(&mut policy, json!(["compliantDevice", "domainJoinedDevice"]));
        }
        3 => {
            let locations = json!({ "includeLocations": ["All"], "excludeLocations": random.guids(8) });
            conditions(&mut policy, "locations", locations);
            grant(&mut policy, json!(["block"]));
        }
        4 => conditions(&mut policy, "signInRiskLevels", json!(["high", "medium"])),
        5 => {
            conditions(&mut policy, "userRiskLevels", json!(["high"]));
            policy["grantControls"]["operator"] = json!("AND");
            grant(&mut policy, json!(["mfa", "passwordChange"]));
        }
        6 => {
            users(&mut policy, "includeUsers", json!([]));
            let guests = json!({
                "guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest,b2bCollaborationMember",
                "externalTenants": {
                    "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"
                }
            });
            users(&mut policy, "includeGuestsOrExternalUsers", guests);
        }
        7 => {
            users(&mut policy, "includeUsers", json!([]));
            users(&mut policy, "includeGroups", json!(random.guids(20)));
        }
        8 => {
            let methods = json!({ "transferMethods": "deviceCodeFlow,authenticationTransfer" });
            conditions(&mut policy, "authenticationFlows", methods);
            grant(&mut policy, json!(["block"]));
        }
        9 => {
            let platforms = json!({ "includePlatforms": ["all"], "excludePlatforms": ["android", "iOS", "windows"] });
            conditions(&mut policy, "platforms", platforms);
            grant(&mut policy, json!(["block"]));
        }
        10 => {
            users(&mut policy, "includeUsers", json!(["None"]));
            let principals = json!({
                "includeServicePrincipals": random.guids(24), "excludeServicePrincipals": [], "servicePrincipalFilter": null
            });
            conditions(&mut policy, "clientApplications", principals);
            grant(&mut policy, json!(["block"]));
        }
        _ => {
            policy["conditions"]["applications"]["includeApplications"] = json!(random.guids(6));
            policy["grantControls"]["termsOfUse"] = json!(random.guids(2));
            policy["sessionControls"] = session();
        }
    }
    policy
}

/// The policies of a tenant. One in a hundred is misspelt; in one tenant of five a location is excluded.
fn tenant(random: &mut Random, number: usize) -> Vec<Value> {
    let mut policies: Vec<Value> = (1..POLICIES).map(|number| filler(random, number)).collect();
    let mut decisive = base(random, "CA000 - MFA for Azure management");
    decisive["conditions"]["applications"]["includeApplications"] = json!([MANAGEMENT_API]);
    if number % 5 == 4 {
        decisive["conditions"]["locations"] =
            json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] });
    }
    policies.push(decisive);
    for policy in &mut policies {
        if random.next().is_multiple_of(100) {
            policy["state"] = json!("enabeld");
        }
    }
    policies
}

/// Writes `tenants` folders of 60 files. Returns them.
pub(crate) fn folders(root: &Path, tenants: usize) -> io::Result<Vec<PathBuf>> {
    let mut random = Random(1);
    (0..tenants)
        .map(|number| {
            let folder = root.join(format!("tenant-{number:05}"));
            fs::create_dir_all(&folder)?;
            for (index, policy) in tenant(&mut random, number).iter().enumerate() {
                fs::write(folder.join(format!("CA{index:03}.json")), serde_json::to_string_pretty(policy)?)?;
            }
            Ok(folder)
        })
        .collect()
}

/// Writes one list of about `bytes`, without flaws.
pub(crate) fn list(path: &Path, bytes: usize) -> io::Result<()> {
    let mut random = Random(2);
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    let mut written = file.write(b"{\"value\": [\n")?;
    let mut number = 0;
    while written < bytes {
        if number > 0 {
            written += file.write(b",\n")?;
        }
        let text = serde_json::to_string_pretty(&filler(&mut random, number))?;
        file.write_all(text.as_bytes())?;
        written += text.len();
        number += 1;
    }
    file.write_all(b"\n]}\n")?;
    file.flush()
}
