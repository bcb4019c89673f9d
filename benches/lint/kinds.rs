//! What a tenant's policies are about.

use crate::graph::{Policy, session, strength};
use crate::random::Random;
use serde_json::{Value, json};

pub(crate) const MANAGEMENT_API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

/// Public template ids of directory roles: global, privileged role, security, Exchange, files, Conditional Access,
/// helpdesk, billing, user, authentication, application and cloud application administrator.
const ROLES: [&str; 12] = [
    "62e90394-69f5-4237-9190-012177145e10",
    "e8611ab8-c189-46e8-94e1-60213ab1f814",
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "29232cdf-9323-42fd-ade2-1d097af3e4de",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "b0f54661-2d74-4c50-afa3-1ec803f12efe",
    "fe930be7-5e62-47db-91af-98c3a49a38b1",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f",
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
    "158c047a-c907-4556-b7ef-446551a6b5f7",
];

const PARTS: [&str; 10] = [
    "Accounting",
    "Board",
    "Customer service",
    "Développement",
    "Einkauf",
    "Factory floor",
    "Logistics",
    "Research",
    "Schools",
    "営業",
];

type Kind = fn(&mut Policy, &mut Random);

/// None of them makes all users pass MFA for Azure management, alone or with the others.
const FILLERS: [(&str, Kind); 16] = [
    ("MFA for administrators", administrators),
    ("Block legacy authentication", legacy_authentication),
    ("Compliant device", compliant_device),
    ("Block countries", countries),
    ("MFA at sign-in risk", sign_in_risk),
    ("New password at user risk", user_risk),
    ("MFA for guests", guests_with_mfa),
    ("MFA for a group", group_with_mfa),
    ("MFA outside of the offices", outside_of_offices),
    ("App protection on phones", app_protection),
    ("Registration of security information", registration),
    ("Session on unmanaged devices", unmanaged_devices),
    ("Block device code flow", device_code_flow),
    ("Block unknown platforms", unknown_platforms),
    ("Workload identities", workload_identities),
    ("Terms of use", terms_of_use),
];

/// The policy that decides: MFA for all users in front of Azure management, but for one group.
pub(crate) fn decisive(random: &mut Random, number: usize, break_glass: &str, open: bool) -> Policy {
    let mut policy = Policy::new(random, format!("CA{number:03} - MFA for Azure management"), break_glass);
    policy.conditions.applications.include_applications = vec![MANAGEMENT_API.to_owned()];
    policy.conditions.users.exclude_users.clear();
    policy.conditions.users.exclude_groups.truncate(1);
    if open {
        policy.conditions.locations = Some(everywhere_but(&["AllTrusted".to_owned()]));
    }
    policy
}

/// What fills a tenant beside it; one in eight is not on.
pub(crate) fn filler(random: &mut Random, number: usize, break_glass: &str, untidy: bool) -> Policy {
    let (name, kind) = random.one_of(&FILLERS);
    let part = random.one_of(&PARTS);
    let mut policy = Policy::new(random, format!("CA{number:03} - {name} - {part}"), break_glass);
    kind(&mut policy, random);
    if random.below(8) == 0 {
        policy.state = random.one_of(&["disabled", "enabledForReportingButNotEnforced"]);
    }
    if !untidy {
        tidy(&mut policy);
    }
    policy
}

/// Takes out what rules have something to say of: report-only for years, what is retired, resources excluded from all.
fn tidy(policy: &mut Policy) {
    if policy.state == "enabledForReportingButNotEnforced" {
        policy.state = "disabled";
    }
    policy.conditions.applications.exclude_applications.clear();
    if let Some(grant) = &mut policy.grant_controls {
        grant.built_in_controls.retain(|control| *control != "approvedApplication");
    }
}

pub(crate) fn everywhere_but(excluded: &[String]) -> Value {
    json!({ "includeLocations": ["All"], "excludeLocations": excluded })
}

fn guests() -> Value {
    json!({
        "guestOrExternalUserTypes":
            "internalGuest,b2bCollaborationGuest,b2bCollaborationMember,b2bDirectConnectUser,otherExternalUser",
        "externalTenants": {
            "@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants", "membershipKind": "all"
        }
    })
}

fn administrators(policy: &mut Policy, random: &mut Random) {
    policy.conditions.users.include_users.clear();
    policy.conditions.users.include_roles = ROLES.map(str::to_owned).to_vec();
    policy.grant_strength(strength(random.below(2) == 0));
    policy.session_controls = Some(session(4));
}

fn legacy_authentication(policy: &mut Policy, _: &mut Random) {
    policy.conditions.client_app_types = vec!["exchangeActiveSync", "other"];
    policy.grant(&["block"]);
}

fn compliant_device(policy: &mut Policy, random: &mut Random) {
    policy.for_groups(random.guids(2, 24)).grant(&["compliantDevice", "domainJoinedDevice"]);
    policy.conditions.applications.exclude_applications = random.guids(0, 10);
    policy.conditions.platforms = Some(json!({ "includePlatforms": ["windows", "macOS"], "excludePlatforms": [] }));
}

fn countries(policy: &mut Policy, random: &mut Random) {
    policy.conditions.locations = Some(everywhere_but(&random.guids(2, 16)));
    policy.grant(&["block"]);
}

fn sign_in_risk(policy: &mut Policy, _: &mut Random) {
    policy.conditions.sign_in_risk_levels = vec!["high", "medium"];
    policy.session_controls = Some(json!({
        "disableResilienceDefaults": null, "applicationEnforcedRestrictions": null, "cloudAppSecurity": null,
        "continuousAccessEvaluation": null, "secureSignInSession": null, "persistentBrowser": null,
        "signInFrequency": {
            "value": null, "type": null, "authenticationType": "primaryAndSecondaryAuthentication",
            "frequencyInterval": "everyTime", "isEnabled": true
        }
    }));
}

fn user_risk(policy: &mut Policy, _: &mut Random) {
    policy.conditions.user_risk_levels = vec!["high"];
    policy.grant_all(&["mfa", "passwordChange"]);
}

fn guests_with_mfa(policy: &mut Policy, _: &mut Random) {
    policy.conditions.users.include_users.clear();
    policy.conditions.users.include_guests_or_external_users = Some(guests());
    policy.grant_strength(strength(false));
}

fn group_with_mfa(policy: &mut Policy, random: &mut Random) {
    policy.for_groups(random.guids(1, 36));
    policy.conditions.users.exclude_groups.extend(random.guids(1, 9));
}

fn outside_of_offices(policy: &mut Policy, random: &mut Random) {
    policy.for_groups(random.guids(1, 16));
    policy.conditions.locations = Some(everywhere_but(&["AllTrusted".to_owned()]));
}

fn app_protection(policy: &mut Policy, random: &mut Random) {
    policy.for_groups(random.guids(1, 16)).grant(&["approvedApplication", "compliantApplication"]);
    policy.conditions.client_app_types = vec!["mobileAppsAndDesktopClients"];
    policy.conditions.applications.include_applications = vec!["Office365".to_owned()];
    policy.conditions.platforms = Some(json!({ "includePlatforms": ["android", "iOS"], "excludePlatforms": [] }));
}

fn registration(policy: &mut Policy, _: &mut Random) {
    policy.conditions.applications.include_applications.clear();
    policy.conditions.applications.include_user_actions = vec!["urn:user:registersecurityinfo"];
    policy.conditions.users.exclude_guests_or_external_users = Some(guests());
}

fn unmanaged_devices(policy: &mut Policy, random: &mut Random) {
    policy.conditions.client_app_types = vec!["browser"];
    policy.conditions.devices = Some(json!({ "deviceFilter": {
        "mode": "exclude", "rule": "device.isCompliant -eq True -or device.trustType -eq \"ServerAD\""
    } }));
    policy.grant_controls = None;
    policy.session_controls = Some(session(random.one_of(&[1, 8, 12])));
}

fn device_code_flow(policy: &mut Policy, _: &mut Random) {
    policy.conditions.authentication_flows =
        Some(json!({ "transferMethods": "deviceCodeFlow,authenticationTransfer" }));
    policy.grant(&["block"]);
}

fn unknown_platforms(policy: &mut Policy, _: &mut Random) {
    policy.conditions.platforms = Some(json!({
        "includePlatforms": ["all"], "excludePlatforms": ["android", "iOS", "windows", "macOS", "linux"]
    }));
    policy.grant(&["block"]);
}

fn workload_identities(policy: &mut Policy, random: &mut Random) {
    policy.conditions.users.include_users = vec!["None".to_owned()];
    policy.conditions.users.exclude_users.clear();
    policy.conditions.users.exclude_groups.clear();
    policy.conditions.client_applications = Some(json!({
        "includeServicePrincipals": random.guids(2, 36), "excludeServicePrincipals": random.guids(0, 6),
        "servicePrincipalFilter": null
    }));
    policy.conditions.locations = Some(everywhere_but(&["AllTrusted".to_owned()]));
    policy.grant(&["block"]);
}

fn terms_of_use(policy: &mut Policy, random: &mut Random) {
    policy.for_groups(random.guids(4, 36)).grant_all(&[]);
    policy.conditions.applications.exclude_applications = random.guids(2, 12);
    if let Some(grant) = &mut policy.grant_controls {
        grant.terms_of_use = random.guids(1, 2);
    }
}
