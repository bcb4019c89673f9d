//! The notations and tools that a policy can be written in: the same policy means the same in each, a finding points at the
//! very characters, and damage never makes a verdict better.

#![allow(clippy::unwrap_used)]

use caplint::coverage::Verdict;
use caplint::discover::{Input, Stored};
use caplint::lint::{Options, tenants};
use caplint::outcome::TenantReport;
use std::path::PathBuf;
use std::sync::atomic::AtomicUsize;

/// A tenant that consists of these files.
fn check(files: &[(&str, &str)]) -> TenantReport {
    let files = files.iter().map(|(name, text)| (PathBuf::from(name), text.as_bytes().to_vec()));
    let stored = Stored { name: "tenant".to_owned(), files: files.collect(), ..Stored::default() };
    let options = Options { parallel: false, allow_empty: true, keep_files: true, ..Options::default() };
    tenants("tenant", &[Input::Stored(stored)], &options, &AtomicUsize::new(0)).remove(0)
}

/// The same beside a file that is none of ours, so that nothing is read only because it is named.
fn check_in_folder(name: &str, text: &str) -> TenantReport {
    check(&[(name, text), ("readme.json", "{}")])
}

fn verdict(report: &TenantReport) -> Verdict {
    report.controls[0].verdict
}

/// (rule, line, column, marked text) of the findings that point at more than a file.
fn places(report: &TenantReport, rule: &str) -> Vec<(usize, usize)> {
    let findings = report.findings.iter().filter(|finding| finding.rule == rule);
    findings.map(|finding| (finding.primary().start.line, finding.primary().start.column)).collect()
}

const GRAPH_YAML: &str = "displayName: MFA für alle\nstate: enabled\nconditions:\n  clientAppTypes: [all]\n  applications: {includeApplications: [All]}\n  users: {includeUsers: [All]}\ngrantControls:\n  operator: OR\n  builtInControls: [mfa]\n";
const PASCAL_YAML: &str = "- DisplayName: MFA\n  State: enabled\n  Conditions:\n    ClientAppTypes:\n    - all\n    Applications:\n      IncludeApplications:\n      - All\n    Users:\n      IncludeUsers:\n      - All\n  GrantControls:\n    Operator: OR\n    BuiltInControls:\n    - mfa\n";
const LINES: &str = "{\"displayName\": \"off\", \"state\": \"disabled\", \"conditions\": {\"users\": {}}, \"grantControls\": null}\n{\"displayName\": \"MFA\", \"state\": \"enabled\", \"conditions\": {\"clientAppTypes\": [\"all\"], \"applications\": {\"includeApplications\": [\"All\"]}, \"users\": {\"includeUsers\": [\"All\"]}}, \"grantControls\": {\"operator\": \"OR\", \"builtInControls\": [\"mfa\"]}}\n";
const COMMENTS: &str = "// ours\n{\n  \"displayName\": \"MFA\", \"state\": \"enabled\",\n  \"conditions\": {\n    \"clientAppTypes\": [\"all\",],\n    \"applications\": {\"includeApplications\": [\"All\"]},\n    /* everybody */ \"users\": {\"includeUsers\": [\"All\"]},\n  },\n  \"grantControls\": {\"operator\": \"OR\", \"builtInControls\": [\"mfa\"]},\n}\n";
const DSC: &str = "Configuration Tenant\n{\n  Node localhost\n  {\n    AADConditionalAccessPolicy 'MFA'\n    {\n      DisplayName = 'MFA'; State = \"enabled\"; Ensure = 'Present'\n      ClientAppTypes = @('all'); IncludeApplications = 'All'; IncludeUsers = @(\"All\")\n      GrantControlOperator = 'OR'; BuiltInControls = @('mfa')\n    }\n  }\n}\n";
const DSC_DATA: &str = "@{\n  NonNodeData = @{\n    ConditionalAccessPolicies = @(\n      @{\n        DisplayName = 'MFA'; State = 'enabled'; ClientAppTypes = @('all'); IncludeApplications = @('All')\n        IncludeUsers = @('All'); GrantControlOperator = 'OR'; BuiltInControls = @('mfa')\n      }\n    )\n  }\n}\n";
const BASELINE: &str = r#"{"displayName": "b", "baseline": {"resources": [{"resourceType": "microsoft.entra.conditionalaccesspolicy", "properties":
 {"DisplayName": "MFA", "State": "enabled", "Ensure": "Present", "ClientAppTypes": ["all"], "IncludeApplications": ["All"], "IncludeUsers": ["All"],
  "GrantControlOperator": "OR", "BuiltInControls": ["mfa"], "AuthenticationStrength": "", "IncludePlatforms": []}}]}}"#;
const PULUMI: &str = "name: ca\nruntime: yaml\nresources:\n  mfa:\n    type: azuread:ConditionalAccessPolicy\n    properties:\n      displayName: MFA\n      state: enabled\n      conditions:\n        clientAppTypes: [all]\n        applications:\n          includedApplications: [All]\n        users:\n          includedUsers: [All]\n      grantControls:\n        operator: OR\n        builtInControls: [mfa]\n";
const BICEP: &str = "extension microsoftGraphBeta\n\nresource mfa 'Microsoft.Graph/conditionalAccessPolicies@beta' = {\n  displayName: 'MFA'\n  state: 'enabled'\n  conditions: {\n    clientAppTypes: ['all']\n    applications: {\n      includeApplications: ['All']\n    }\n    users: { includeUsers: ['All'] }\n  }\n  grantControls: {\n    operator: 'OR'\n    builtInControls: ['mfa']\n  }\n}\n";
const ARM: &str = r#"{"$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "resources": {"mfa":
 {"import": "graph", "type": "Microsoft.Graph/conditionalAccessPolicies@beta", "properties": {"displayName": "MFA", "state": "enabled", "conditions":
  {"clientAppTypes": ["all"], "applications": {"includeApplications": ["All"]}, "users": {"includeUsers": ["All"]}},
  "grantControls": {"operator": "OR", "builtInControls": ["mfa"]}}}}}"#;

/// Quoted keys, and a flow collection, which begin like JSON.
const QUOTED_YAML: &str = "\"displayName\": \"MFA\"\n\"state\": 'enabled'\n\"conditions\":\n  \"clientAppTypes\": [\"all\"]\n  \"applications\": {\"includeApplications\": [\"All\"]}\n  \"users\": {includeUsers: [All]}\n\"grantControls\": {operator: OR, builtInControls: [mfa]}\n";
const FLOW_YAML: &str = "[ # ours\n  {displayName: MFA, state: enabled, conditions: {clientAppTypes: [all],\n   applications: {includeApplications: [All]}, users: {includeUsers: [All]}},\n   grantControls: {operator: OR, builtInControls: [mfa]}}\n]\n";

const FORMS: [(&str, &str); 12] = [
    ("quoted.yaml", QUOTED_YAML),
    ("flow.yaml", FLOW_YAML),
    ("ca.yaml", GRAPH_YAML),
    ("ca.yml", PASCAL_YAML),
    ("ca.jsonl", LINES),
    ("ca.jsonc", COMMENTS),
    ("ca.ps1", DSC),
    ("ca.psd1", DSC_DATA),
    ("baseline.json", BASELINE),
    ("Pulumi.yaml", PULUMI),
    ("ca.bicep", BICEP),
    ("ca.json", ARM),
];

#[test]
fn the_same_policy_means_the_same_in_each_notation() {
    for (name, text) in FORMS {
        let report = check_in_folder(name, text);
        assert_eq!(verdict(&report), Verdict::Enforced, "{name}: {:#?}", report.findings);
        let found = report.findings.iter().filter(|finding| finding.level == caplint::finding::Level::Error);
        assert_eq!(found.count(), 0, "{name}: {:#?}", report.findings);
        // One that nobody is asked for MFA by is found out.
        let weak = text
            .replace("mfa'", "compliantDevice'")
            .replace("mfa]", "compliantDevice]")
            .replace("- mfa", "- compliantDevice");
        let weak = weak.replace("\"mfa\"]", "\"compliantDevice\"]");
        assert_eq!(verdict(&check_in_folder(name, &weak)), Verdict::NotEnforced, "{name}");
        // An excluded group is an exception in each.
        assert_ne!(weak, text, "{name}");
    }
}

/// Whatever is lost of a file, what is left does not look better than it is.
#[test]
fn a_file_that_is_cut_off_is_never_better_than_it_is() {
    for (name, text) in FORMS {
        // A policy that leaves a group out, so that the whole is not enforced for everybody.
        let weak = text
            .replace("includeUsers: [All]", "includeUsers: [All], excludeUsers: [All]")
            .replace("[\"All\"]}}", "[\"All\"], \"excludeUsers\": [\"All\"]}}")
            .replace("includedUsers: [All]", "includedUsers: [All]\n          excludedUsers: [All]")
            .replace("includeUsers: ['All']", "includeUsers: ['All'], excludeUsers: ['All']")
            .replace("      - All\n  GrantControls", "      - All\n      ExcludeUsers: [All]\n  GrantControls")
            .replace("IncludeUsers = @(\"All\")", "IncludeUsers = @(\"All\"); ExcludeUsers = @('All')")
            .replace("IncludeUsers = @('All')", "IncludeUsers = @('All'); ExcludeUsers = @('All')")
            .replace("\"IncludeUsers\": [\"All\"]", "\"IncludeUsers\": [\"All\"], \"ExcludeUsers\": [\"All\"]");
        let weak = weak
            .replace("{\"includeUsers\": [\"All\"]},", "{\"includeUsers\": [\"All\"], \"excludeUsers\": [\"All\"]},");
        assert_ne!(verdict(&check_in_folder(name, &weak)), Verdict::Enforced, "{name}");
        for length in (0..weak.len()).filter(|length| weak.is_char_boundary(*length)) {
            let report = check_in_folder(name, &weak[..length]);
            assert!(!matches!(verdict(&report), Verdict::Enforced | Verdict::EnforcedExcept), "{name} cut at {length}");
        }
    }
}

/// Every character that goes missing, in every form: no panic, and no verdict that rests on what is not understood.
#[test]
fn a_file_that_lacks_a_character_is_read_or_named() {
    for (name, text) in FORMS {
        let characters: Vec<char> = text.chars().collect();
        for missing in (0..characters.len()).step_by(3) {
            let rest: String =
                characters.iter().enumerate().filter(|(at, _)| *at != missing).map(|(_, one)| one).collect();
            let report = check_in_folder(name, &rest);
            assert!(!report.has_crashed, "{name} without character {missing}");
        }
    }
}

#[test]
fn a_damaged_file_that_looks_like_policies_is_a_finding_where_it_is_damaged() {
    for (name, text, line, column) in [
        ("ca.yaml", GRAPH_YAML.replace("[all]", "[all"), 5, 15),
        ("ca.yaml", GRAPH_YAML.replace("  users:", "\tusers:"), 6, 2),
        ("ca.jsonl", LINES.replace("\"MFA\",", "\"MFA\""), 2, 23),
        ("ca.jsonc", COMMENTS.replace("\"MFA\",", "\"MFA\""), 3, 23),
        ("ca.ps1", DSC.replace("@('mfa')", "@('mfa'"), 10, 5),
        ("ca.bicep", BICEP.replace("['mfa']", "['mfa'"), 16, 3),
    ] {
        let report = check_in_folder(name, &text);
        assert_eq!(places(&report, "invalid-syntax"), [(line, column)], "{name}: {:#?}", report.findings);
        assert_eq!(verdict(&report), Verdict::Undecided, "{name}");
    }
}

#[test]
fn a_finding_points_at_the_very_characters() {
    for (name, text) in FORMS {
        let misspelt = text.replace("enabled", "enabeld");
        let report = check_in_folder(name, &misspelt);
        let at = misspelt.find("enabeld").unwrap();
        let before = &misspelt[..at];
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap().chars().count();
        // The quote in front of it is a part of the value.
        let column = if before.ends_with(['"', '\'']) { column } else { column + 1 };
        assert_eq!(places(&report, "invalid-value"), [(line, column)], "{name}: {:#?}", report.findings);
    }
}

#[test]
fn what_is_no_policy_is_left_alone_in_a_folder() {
    for (name, text) in [
        ("deployment.yaml", "apiVersion: apps/v1\nkind: Deployment\nstatus:\n  conditions:\n  - type: Ready\n"),
        ("broken.yaml", "apiVersion: [\nkind: }\n  conditions: {{ .Values }}\n"),
        (
            "workflow.yml",
            "on: push\njobs:\n  build:\n    if: ${{ condition }}\n    steps:\n    - run: echo grantControls\n",
        ),
        ("values.jsonc", "// settings\n{\"condition\": 1,}\n"),
        ("tool.ps1", "Get-MgIdentityConditionalAccessPolicy -All | ConvertTo-Json -Depth 10\n"),
        ("data.psd1", "@{ RootModule = 'x.psm1'; ModuleVersion = '1.0'; Condition = $true }\n"),
        ("main.bicep", "resource x 'Microsoft.Storage/storageAccounts@2023-01-01' = {\n  name: 'x'\n}\n"),
        ("users.csv", "id,condition,state\n1,a,b\n"),
    ] {
        let report = check_in_folder(name, text);
        let findings = report.findings.iter().filter(|finding| finding.primary().path == name);
        assert_eq!(findings.count(), 0, "{name}: {:#?}", report.findings);
        assert_eq!(report.files, 1, "{name}");
        // A hook names every file of a commit.
        let named = check(&[(name, text)]);
        let is_table = name == "users.csv";
        assert_eq!(
            named.findings.iter().any(|finding| finding.rule == "invalid-syntax"),
            is_table,
            "{name}: {:#?}",
            named.findings
        );
    }
}

#[test]
fn a_json_file_that_strict_readers_refuse_is_read_and_told() {
    for (text, place) in [(COMMENTS, (1, 1)), (LINES, (2, 1))] {
        let report = check_in_folder("ca.json", text);
        assert_eq!((verdict(&report), places(&report, "relaxed-json")), (Verdict::Enforced, vec![place]));
    }
    // Terraform is such a reader.
    let terraform =
        r#"{"resource": {"azuread_conditional_access_policy": {"p": {"display_name": "x", "state": "enabled",}}}}"#;
    let report = check_in_folder("main.tf.json", terraform);
    assert_eq!((places(&report, "invalid-syntax"), verdict(&report)), (vec![(1, 99)], Verdict::Undecided));
    let plan = r#"{"format_version": "1.2", "resource_changes": [{"address": "azuread_conditional_access_policy.p", "mode": "managed",
        "type": "azuread_conditional_access_policy", "name": "p", "change": {"actions": ["create"], "after": {"display_name": "x",
        "state": "enabled", "conditions": [], "grant_controls": []}, "after_unknown": {}}}],}"#;
    for (text, policies) in [(plan.to_owned(), 0), (plan.replace("],}", "]}"), 1)] {
        assert_eq!(check_in_folder("plan.json", &text).policies, policies);
    }
    // Where no policy is found, nobody knows whether one was meant.
    let report = check_in_folder("ca.json", "{\"displayName\": \"x\",}");
    assert_eq!((places(&report, "invalid-syntax").len(), places(&report, "relaxed-json").len()), (1, 0));
}

#[test]
fn a_key_that_stands_twice_is_told_in_each_notation() {
    for (name, text, places_of_both) in [
        ("ca.yaml", GRAPH_YAML.replace("state: enabled", "state: disabled\nState: enabled"), [(3, 1), (2, 1)]),
        ("ca.jsonc", COMMENTS.replace("\"state\":", "\"state\": \"disabled\",\n  state:"), [(4, 3), (3, 25)]),
        ("ca.ps1", DSC.replace("State =", "State = 'disabled'; State ="), [(7, 48), (7, 28)]),
        ("ca.bicep", BICEP.replace("  state:", "  state: 'disabled'\n  state:"), [(6, 3), (5, 3)]),
        ("Pulumi.yaml", PULUMI.replace("      state:", "      state: disabled\n      state:"), [(9, 7), (8, 7)]),
    ] {
        let report = check_in_folder(name, &text);
        let finding = report.findings.iter().find(|finding| finding.rule == "duplicate-key");
        let finding = finding.unwrap_or_else(|| panic!("{name}: {:#?}", report.findings));
        let at: Vec<_> = finding.locations.iter().map(|one| (one.start.line, one.start.column)).collect();
        assert_eq!((at, verdict(&report)), (places_of_both.to_vec(), Verdict::Undecided), "{name}");
    }
}

#[test]
fn companions_in_other_notations_tell_what_policies_mean() {
    let location = "8c0d4f5e-0000-4000-8000-000000000001";
    let policy = GRAPH_YAML.replace(
        "  users:",
        &format!("  locations: {{includeLocations: [All], excludeLocations: ['{location}']}}\n  users:"),
    );
    let of = |trusted: bool| {
        format!("id: {location}\ndisplayName: HQ\nisTrusted: {trusted}\nipRanges:\n- cidrAddress: 192.0.2.0/24\n")
    };
    let trusted = check(&[("ca.yaml", &policy), ("hq.yaml", &of(true)), ("x.json", "{}")]);
    assert_eq!((trusted.files, verdict(&trusted)), (3, Verdict::NotEnforced));
    let names = |report: &TenantReport| {
        let witness = report.controls[0].holes.len();
        (witness, report.findings.iter().any(|finding| finding.message.contains("HQ")))
    };
    assert!(names(&trusted).1, "{:#?}", trusted.findings);
}

#[test]
fn hostile_files_are_refused_in_time() {
    let marks = "displayName: x\nconditions: {}\ngrantControls: {}\n";
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(10)));
    }
    for (name, text) in [
        ("bomb.yaml", format!("{bomb}{marks}")),
        ("deep.yaml", format!("{marks}x: {}", "[".repeat(10_000))),
        (
            "blocks.yaml",
            format!("{marks}x:\n{}", (1..500).map(|depth| " ".repeat(depth) + "a:\n").collect::<Vec<_>>().concat()),
        ),
        ("deep.jsonc", format!("// c\n{{\"conditions\": {{}}, \"grantControls\": {}", "[".repeat(10_000))),
        ("deep.psd1", format!("@{{ Conditions = @{{}}; GrantControls = {}", "@(".repeat(10_000))),
        (
            "deep.ps1",
            format!("Configuration X {{\n AADConditionalAccessPolicy 'x' {{ State = {}", "@{ a = ".repeat(10_000)),
        ),
        (
            "deep.bicep",
            format!("resource a 'Microsoft.Graph/conditionalAccessPolicies@beta' = {{\n a: {}", "[ ".repeat(10_000)),
        ),
    ] {
        let report = check_in_folder(name, &text);
        assert!(!report.has_crashed, "{name}");
        assert_eq!(
            (places(&report, "invalid-syntax").len(), verdict(&report)),
            (1, Verdict::Undecided),
            "{name}: {:#?}",
            report.findings
        );
    }
}
