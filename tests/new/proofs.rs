//! What is refused, who is left out, and what the command does.

use super::support::folder;
use super::{Files, holds};
use caplint::new_policy::{Answer, Format, New};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const ADA: &str = "b0000000-0000-4000-8000-00000000000a";
const GROUP: &str = "90000001-0000-4000-8000-000000000000";

fn policy(name: &str, conditions: &Value, control: &str) -> Value {
    let mut all = json!({
        "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": { "includeUsers": ["All"] },
    });
    all.as_object_mut().unwrap().extend(conditions.as_object().unwrap().clone());
    json!({
        "displayName": name, "state": "enabled", "conditions": all,
        "grantControls": { "operator": "OR", "builtInControls": [control] },
    })
}

fn legacy() -> Value {
    policy("Block legacy authentication", &json!({ "clientAppTypes": ["exchangeActiveSync", "other"] }), "block")
}

fn exception(who: &str, more: &str) -> String {
    format!("[[exception]]\n{who}\nowner = \"it@contoso.example\"\nreason = \"because\"\n{more}\n")
}

fn lists(policy: &Value) -> [&Value; 3] {
    ["excludeUsers", "excludeGroups", "excludeRoles"].map(|list| &policy["conditions"]["users"][list])
}

#[test]
fn approved_exceptions_are_left_out_and_no_others() {
    let sync = "role = \"Directory Synchronization Accounts\"";
    let ada = format!("user = \"{ADA}\"");
    let group = format!("group = \"{GROUP}\"");
    for (config, control, expected) in [
        // Without a list of controls, an account for emergencies is left out of what is for its role.
        (exception(&ada, ""), "mfa-all-users", [json!([ADA]), Value::Null, Value::Null]),
        (exception(&ada, ""), "mfa-admins", [json!([ADA]), Value::Null, Value::Null]),
        (exception(&ada, ""), "mfa-guests", [Value::Null, Value::Null, Value::Null]),
        (exception(&ada, ""), "agent-users-blocked", [Value::Null, Value::Null, Value::Null]),
        (
            exception(&group, "controls = [\"mfa-all-users\"]"),
            "mfa-all-users",
            [Value::Null, json!([GROUP]), Value::Null],
        ),
        (
            exception(&group, "controls = [\"mfa-all-users\"]"),
            "mfa-azure-management",
            [Value::Null, Value::Null, Value::Null],
        ),
        // The account of Entra Connect cannot do MFA, and has no part in what asks for nothing on its sign-ins.
        (
            exception(sync, ""),
            "mfa-all-users",
            [Value::Null, Value::Null, json!(["d29b2b05-8046-44ba-8758-1e26182fcf32"])],
        ),
        (exception(sync, ""), "device-code-flow-blocked", [Value::Null, Value::Null, Value::Null]),
        (exception(sync, ""), "mfa-admins", [Value::Null, Value::Null, Value::Null]),
    ] {
        let files = Files::of(&[legacy()], &config);
        let (policy, _) = files.made(control);
        assert_eq!(lists(&policy), expected.each_ref(), "{control} {config}");
        assert!(holds(&files.with("new.json", &policy.to_string()).decide(control)));
    }
}

/// What `check` will find with the policy on is said before.
#[test]
fn what_will_be_found_is_said() {
    let (_, said) = Files::of(&[legacy()], "").made("mfa-all-users");
    assert!(
        said.contains("\nNote: `caplint check` will report no-break-glass: \"Require MFA for all users\""),
        "{said}"
    );
    let two = [ADA, GROUP].map(|id| exception(&format!("user = \"{id}\""), "")).concat();
    let (_, said) = Files::of(&[legacy()], &two).made("mfa-all-users");
    assert!(!said.contains("Note: "), "{said}");
}

#[test]
fn an_approval_that_has_ended_leaves_nobody_out() {
    let files = Files::of(&[legacy()], &exception(&format!("user = \"{ADA}\""), "review-by = 2026-05-31"));
    let (policy, said) = files.made("mfa-all-users");
    assert_eq!(lists(&policy)[0], &Value::Null);
    assert!(said.contains("its approval ended on 2026-05-31"), "{said}");
}

/// Terraform has an address where Graph would have an id.
#[test]
fn an_address_is_written_as_a_reference() {
    let configuration = r#"
resource "azuread_group" "break_glass" {
  display_name     = "Break glass"
  security_enabled = true
}
resource "azuread_conditional_access_policy" "legacy" {
  display_name = "Block legacy authentication"
  state        = "enabled"
  conditions {
    client_app_types = ["exchangeActiveSync", "other"]
    applications {
      included_applications = ["All"]
    }
    users {
      included_users  = ["All"]
      excluded_groups = [azuread_group.break_glass.object_id]
    }
  }
  grant_controls {
    operator          = "OR"
    built_in_controls = ["block"]
  }
}
"#;
    let config = exception("group = \"azuread_group.break_glass\"", "");
    let files = Files { files: vec![("main.tf".to_owned(), configuration.to_owned())], config };
    assert!(files.refused("mfa-all-users", Format::Graph).contains("\"azuread_group.break_glass\" has none yet"));
    let Ok(Answer::New(New { text, .. })) = files.make("mfa-all-users", Format::Terraform) else { panic!() };
    assert!(text.contains("excluded_groups = [azuread_group.break_glass.object_id]"), "{text}");
    let decision = files.with("new.tf", &text).decide("mfa-all-users");
    assert!(holds(&decision), "{decision:?}");
    assert_eq!(decision.exceptions.len(), 1);
    // A label that is taken is not taken again.
    let taken = files.with("other.tf", &text.replace("azuread_group.break_glass.object_id", "\"x\""));
    let Ok(Answer::New(New { text, .. })) = taken.make("mfa-all-users", Format::Terraform) else { panic!() };
    assert!(text.starts_with("resource \"azuread_conditional_access_policy\" \"mfa_all_users_2\""), "{text}");
}

#[test]
fn a_policy_that_locks_somebody_out_is_not_written() {
    // External users have no managed device.
    let guests = Files::of(&[legacy()], "");
    assert!(
        guests
            .refused("managed-devices", Format::Graph)
            .starts_with("somebody would be locked out: Every external user")
    );
    let trusted = Files::of(&[legacy()], "[assumptions]\nguests-have-no-managed-device = false\n");
    trusted.made("managed-devices");
    // A compliant device for every platform but Linux, and the other way round with the new policy.
    let linux = "[[requirement]]\nid = \"linux\"\nresources = [\"All\"]\nplatforms = [\"linux\", \"unknown\"]\ngrant = \"block\"\n";
    let others = json!({ "platforms": { "includePlatforms": ["all"], "excludePlatforms": ["linux"] } });
    let files = Files::of(&[policy("Block others", &others, "block")], linux);
    assert!(files.refused("linux", Format::Graph).contains("locked out"), "{}", files.refused("linux", Format::Graph));
}

/// The control holds with it, but for the only user whom it is about.
#[test]
fn a_policy_that_does_nothing_is_not_written() {
    let own = format!(
        "[[requirement]]\nid = \"own\"\nusers = {{ users = [\"{ADA}\"] }}\nresources = [\"All\"]\ngrant = \"mfa\"\n"
    );
    let files = Files::of(&[legacy()], &own);
    let (policy, _) = files.made("own");
    assert_eq!(
        (&policy["displayName"], &policy["conditions"]["users"]["includeUsers"]),
        (&json!("own"), &json!([ADA]))
    );
    let excepted = exception(&format!("user = \"{ADA}\""), "controls = [\"own\"]");
    let files = Files::of(&[legacy()], &format!("{own}{excepted}"));
    let message = files.refused("own", Format::Graph);
    assert!(message.starts_with("the policy would not stop the sign-in that gets through now"), "{message}");
}

#[test]
fn everybody_is_not_to_be_blocked() {
    let all = "[[requirement]]\nid = \"all\"\nresources = [\"All\"]\ngrant = \"block\"\n";
    let files = Files::of(&[legacy()], all);
    let message = files.refused("all", Format::Graph);
    assert!(message.contains("everybody would be blocked"), "{message}");
}

/// Somebody must be able to sign in, and has a phone that is no phishing-resistant method.
fn phone() -> String {
    format!(
        "[assumptions]\nguests-use-methods-of-this-tenant = false\n\n[[access]]\nid = \"phone\"\n[access.can-sign-in]\n\
         users = [{{ id = \"{ADA}\" }}]\nresources = [\"All\"]\nwith = [\"password\", \"microsoftAuthenticatorPush\"]\n"
    )
}

#[test]
fn who_must_be_able_to_sign_in_still_can() {
    let files = Files::of(&[legacy()], &phone());
    let message = files.refused("phishing-resistant-all-users", Format::Graph);
    assert!(message.starts_with("the access requirement \"phone\" would no longer hold"), "{message}");
    let (_, said) = files.made("mfa-all-users");
    assert!(said.contains("nobody is locked out by it, and whoever must be able to sign in still can"), "{said}");
}

/// A requirement that fails for one reason is no leave to add another one.
#[test]
fn who_cannot_sign_in_now_is_not_kept_out_by_one_policy_more() {
    let device_code = json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow" } });
    let files = Files::of(&[legacy(), policy("Block device code", &device_code, "block")], &phone());
    let message = files.refused("phishing-resistant-all-users", Format::Graph);
    let expected = "the access requirement \"phone\" does not hold now, and the policy would stand in its way, too: ";
    assert!(message.starts_with(expected), "{message}");
    let (_, said) = files.made("mfa-all-users");
    assert!(said.contains("Note: the access requirement \"phone\" does not hold now, for another reason"), "{said}");
}

/// Turning on what is prepared is better than another policy of the same meaning.
#[test]
fn a_report_only_policy_that_is_enough_is_named() {
    let mut prepared = policy("MFA for all", &json!({}), "mfa");
    prepared["state"] = json!("enabledForReportingButNotEnforced");
    let message = Files::of(&[legacy(), prepared.clone()], "").refused("mfa-all-users", Format::Graph);
    assert_eq!(message, "\"MFA for all\" is report-only, and is enough once it is on");
    // An exclusion that nobody approves is not enough.
    prepared["conditions"]["users"]["excludeUsers"] = json!([ADA]);
    let (policy, _) = Files::of(&[legacy(), prepared], "").made("mfa-all-users");
    assert_eq!(lists(&policy)[0], &Value::Null);
}

#[test]
fn policies_that_may_be_missing_are_said() {
    let files = Files::of(&[legacy()], "").with("broken.json", "{ \"displayName\": \"x\", \"conditions\": ");
    let message = files.refused("mfa-all-users", Format::Graph);
    assert_eq!(message, "policies may be missing, because a file could not be read");
}

/// A policy that blocks or asks more than the requirement says is another one.
#[test]
fn a_policy_is_about_what_the_requirement_is_about() {
    let own = |body: &str| format!("[[requirement]]\nid = \"own\"\n{body}\n");
    for (requirement, expected) in [
        (
            "resources = [\"urn:user:registersecurityinfo\"]\nclients = [\"other\"]\ngrant = \"block\"",
            "the requirement is about some clients, and a policy for a user action is for all of them",
        ),
        (
            "resources = [\"All\"]\ninsider-risk = [\"none\"]\ngrant = \"mfa\"",
            "a policy cannot name users without insider risk",
        ),
    ] {
        assert_eq!(Files::of(&[legacy()], &own(requirement)).refused("own", Format::Graph), expected);
    }
    // Nobody is named twice, whatever names them.
    let sets = "users = { role-sets = [\"security-defaults\", \"scuba\"], roles = [\"Global Reader\"] }\nresources = [\"All\"]\ngrant = \"mfa\"";
    let same = [GROUP.to_owned(), GROUP.to_uppercase()].map(|id| exception(&format!("group = \"{id}\""), ""));
    let (policy, _) = Files::of(&[legacy()], &(same.concat() + &own(sets))).made("own");
    for list in ["includeRoles", "excludeGroups"] {
        let ids = policy["conditions"]["users"][list].as_array().unwrap();
        let different: BTreeSet<String> = ids.iter().map(|id| id.as_str().unwrap().to_lowercase()).collect();
        assert_eq!(ids.len(), different.len(), "{list}");
    }
    let evaluation = own("resources = [\"All\"]\nsession = \"strict-access-evaluation\"");
    let (_, said) = Files::of(&[legacy()], &evaluation).made("own");
    assert!(said.contains("POST https://graph.microsoft.com/beta/"), "{said}");
}

/// An account for emergencies that is approved for other controls only would be blocked by this one.
#[test]
fn an_account_for_emergencies_gets_in() {
    let risk = json!({ "signInRiskLevels": ["low"] });
    let config = exception(&format!("user = \"{ADA}\""), "controls = [\"mfa-all-users\"]\nbreak-glass = true");
    let files = Files::of(&[policy("Low risk", &risk, "mfa"), legacy()], &config);
    let message = files.refused("risky-sign-ins-blocked", Format::Graph);
    assert!(message.starts_with(&format!("the access requirement \"break-glass/{ADA}\"")), "{message}");
}

#[test]
fn what_cannot_be_said_is_refused() {
    let files = Files::of(&[legacy()], "");
    for control in ["security-info-registration", "synchronization-account-restricted"] {
        assert!(files.refused(control, Format::Graph).contains("the files have no trusted location"), "{control}");
    }
    assert_eq!(files.refused("token-protection", Format::Terraform), "the provider azuread has no token protection");
    for (requirement, expected) in [
        (
            "resources = [\"All\", \"urn:user:registersecurityinfo\"]\ngrant = \"mfa\"",
            "no single policy is for these resources",
        ),
        ("resources = [\"All\"]\ngrant = \"password-change\"", "Microsoft accepts a password change only"),
        (
            "resources = [\"Office365\"]\nsession = \"persistent-browser-never\"",
            "Microsoft has persistent browser sessions only",
        ),
        (
            "resources = [\"All\"]\noutside-compliant-network = true\ngrant = \"block\"",
            "the files do not have that named location",
        ),
    ] {
        let files = Files::of(&[legacy()], &format!("[[requirement]]\nid = \"own\"\n{requirement}\n"));
        let message = files.refused("own", Format::Graph);
        assert!(message.contains(expected), "{message}");
    }
    let defaults = json!({ "id": "00000000-0000-0000-0000-000000000005", "isEnabled": true,
        "@odata.type": "#microsoft.graph.identitySecurityDefaultsEnforcementPolicy", "displayName": "Security Defaults" });
    let mut off = legacy();
    off["state"] = json!("disabled");
    let files = Files::of(&[off], "").with("defaults.json", &defaults.to_string());
    assert!(files.refused("phishing-resistant-admins", Format::Graph).starts_with("security defaults are on"));
}

/// An export that goes on elsewhere leaves open whether a sign-in is asked for less.
#[test]
fn what_is_not_known_is_no_proof() {
    let export = json!({ "@odata.nextLink": "https://graph.microsoft.com/next", "value": [legacy()] }).to_string();
    let files = Files { files: vec![("policies.json".to_owned(), export)], config: String::new() };
    let message = files.refused("mfa-all-users", Format::Graph);
    assert_eq!(message, "policies may be missing, because the export is incomplete");
}

/// What is known of another policy only after apply is the same with the new one beside it. Read as two tenants, it might differ.
#[test]
fn a_policy_that_is_not_known_in_full_is_no_obstacle() {
    let plan = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/terraform-plan-with-its-files");
    let folder = folder(&[("caplint.toml", "[assumptions]\nguests-have-no-managed-device = false\n")]);
    let output = caplint(folder.path(), &["new", "managed-devices", plan]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("no sign-in is asked for less"), "{said}");
}

/// Requirements of the configuration, in combinations that no shipped control has.
#[test]
fn requirements_of_ones_own_are_made_too() {
    for (requirement, expected) in [
        (
            "users = { members = true }\nresources = [\"Office365\"]\nplatforms = [\"android\", \"iOS\"]\ngrant = [\"compliant-device\", { strength = \"multifactor-authentication\" }]",
            json!({ "platforms": { "includePlatforms": ["android", "iOS"] } }),
        ),
        (
            "users = { groups = [\"90000001-0000-4000-8000-000000000000\"], guests = [\"b2bCollaborationGuest\"] }\nresources = [\"c1\"]\ngrant = \"mfa\"",
            json!({ "applications": { "includeAuthenticationContextClassReferences": ["c1"] } }),
        ),
        (
            "resources = [\"All\"]\nflows = [\"deviceCodeFlow\", \"authenticationTransfer\"]\ngrant = \"block\"",
            json!({ "authenticationFlows": { "transferMethods": "deviceCodeFlow,authenticationTransfer" } }),
        ),
        ("resources = [\"Office365\"]\nsession = \"app-enforced-restrictions\"", json!({ "clientAppTypes": ["all"] })),
        ("resources = [\"All\"]\nsession = { sign-in-frequency = \"30 hours\" }", json!({})),
    ] {
        let files = Files::of(
            &[legacy()],
            &format!("[[requirement]]\nid = \"own\"\ntitle = \"Something of ours\"\n{requirement}\n"),
        );
        let (policy, _) = files.made("own");
        assert_eq!(policy["displayName"], "Something of ours");
        for (key, value) in expected.as_object().unwrap() {
            assert_eq!(&policy["conditions"][key], value, "{policy:#}");
        }
        assert!(holds(&files.with("new.json", &policy.to_string()).decide("own")), "{policy:#}");
    }
}

fn caplint(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_caplint")).current_dir(folder).args(arguments).output().unwrap()
}

#[test]
fn the_command_writes_a_new_file_or_says_why_not() {
    let export = json!({ "value": [legacy()] }).to_string();
    let folder = folder(&[("exports/policies.json", &export), ("there.json", "{}")]);
    let new = |arguments: &[&str]| {
        let output = caplint(folder.path(), &[&["new"], arguments].concat());
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        (output.status.code().unwrap(), text(&output.stdout), text(&output.stderr))
    };
    let (code, out, said) = new(&["mfa-all-users", "exports"]);
    assert_eq!((code, said.contains("Proved, once it is on: mfa-all-users holds.")), (0, true), "{said}");
    assert_eq!(serde_json::from_str::<Value>(&out).unwrap()["displayName"], "Require MFA for all users");
    let (_, _, said) = new(&["mfa-all-users", "exports", "--cloud", "usgov"]);
    assert!(said.contains("POST https://graph.microsoft.us/v1.0/"), "{said}");
    // - is standard output, and the name of a file says what it is for.
    let (_, same, _) = new(&["mfa-all-users", "exports", "--output", "-"]);
    assert_eq!(same, out);
    assert_eq!(new(&["mfa-all-users", "exports", "--output", "new.tf"]).0, 0);
    assert!(fs::read_to_string(folder.path().join("new.tf")).unwrap().starts_with("resource "));
    // A file gets the same, and one that is there is left as it is.
    let (code, nothing, _) = new(&["mfa-all-users", "exports", "--output", "new.json"]);
    assert_eq!((code, nothing.as_str()), (0, ""));
    assert_eq!(fs::read_to_string(folder.path().join("new.json")).unwrap(), out);
    for there in ["there.json", "new.json"] {
        let (code, nothing, said) = new(&["mfa-admins", "exports", "--output", there]);
        assert_eq!((code, nothing.as_str()), (2, ""), "{said}");
        assert!(said.contains(&format!("\"{there}\" is there already")), "{said}");
    }
    assert_eq!(fs::read_to_string(folder.path().join("there.json")).unwrap(), "{}");
    // It holds.
    let (code, nothing, said) = new(&["legacy-authentication-blocked", "exports"]);
    assert_eq!((code, nothing.as_str()), (1, ""));
    assert!(said.contains("holds already, by \"Block legacy authentication\""), "{said}");
    // It is refused, or there is no such control.
    let (code, nothing, said) = new(&["managed-devices", "exports"]);
    assert_eq!((code, nothing.as_str()), (2, ""));
    assert!(said.contains("no policy is written: somebody would be"), "{said}");
    let (code, _, said) = new(&["mfa-all-user", "exports"]);
    assert!(code == 2 && said.contains("Did you mean mfa-all-users"), "{said}");
    assert_eq!(new(&["mfa-all-users", "nowhere"]).0, 2);
}

/// An account that cannot be left out would be locked out by the very policy that its approval is for.
#[test]
fn an_account_for_emergencies_is_left_out_or_there_is_no_policy() {
    for who in ["group = \"azuread_group.emergency\"", "user = \"ada@contoso.example\""] {
        let config = exception(who, "break-glass = true");
        let message = Files::of(&[legacy()], &config).refused("mfa-all-users", Format::Terraform);
        assert!(message.contains("is approved for emergencies and cannot be left out"), "{message}");
    }
}

/// A label is taken by a block that makes no policy, too: Terraform rejects a second one.
#[test]
fn a_label_is_free_in_the_whole_configuration() {
    let none = "resource \"azuread_conditional_access_policy\" \"mfa_all_users\" {\n  count = 0\n}\n";
    let export = json!({ "value": [legacy()] }).to_string();
    let folder = folder(&[("policies.json", &export), ("code/main.tf", none)]);
    let output = caplint(folder.path(), &["new", "mfa-all-users", ".", "--format", "terraform"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.starts_with("resource \"azuread_conditional_access_policy\" \"mfa_all_users_2\""), "{text}");
}

#[test]
fn nobody_is_named_who_is_to_be_redacted() {
    let export = json!({ "value": [legacy()] }).to_string();
    let context = "https://graph.microsoft.com/v1.0/$metadata#users";
    let users =
        json!({ "@odata.context": context, "value": [{ "id": ADA, "displayName": "Ada Lovelace" }] }).to_string();
    let config = exception(&format!("user = \"{ADA}\""), "name = \"Ada Lovelace\"");
    let folder = folder(&[("policies.json", &export), ("users.json", &users), ("caplint.toml", &config)]);
    for (arguments, code) in [
        (["new", "mfa-all-users", "."].as_slice(), 0),
        (&["new", "managed-devices", "."], 2),
        (&["what-if", ".", "--user", ADA], 0),
    ] {
        let said = |more: &[&str]| {
            let output = caplint(folder.path(), &[arguments, more].concat());
            assert_eq!(output.status.code(), Some(code), "{arguments:?}");
            String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
        };
        assert!(!said(&["--redact"]).contains("Lovelace"), "{arguments:?}");
    }
    let shown = caplint(folder.path(), &["new", "mfa-all-users", "."]);
    assert!(String::from_utf8(shown.stderr).unwrap().contains("Ada Lovelace"));
}

/// Text of a policy's name does not get into a name, and not onto a terminal.
#[test]
fn names_of_others_give_no_orders() {
    let mut one = legacy();
    one["displayName"] = json!("\u{1b}[2J1 ${evil}\u{202e}");
    let mut two = one.clone();
    two["displayName"] = json!("\u{1b}[2J2 ${evil}\u{202e}");
    let files = Files::of(&[one, two], "");
    let (policy, said) = files.made("mfa-all-users");
    assert_eq!(policy["displayName"], "Require MFA for all users");
    assert!(!said.contains('\u{1b}'), "{said}");
}
