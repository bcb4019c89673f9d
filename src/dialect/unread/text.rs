//! Texts that are neither JSON nor HCL and hold policies all the same: scripts, programs, manifests, plans that are not
//! printed.

use super::{DocumentKind, LIBRARY, Other, PLAN_STREAM, Unread, other};
use memchr::memmem;

const SCRIPT: Other = other(DocumentKind::PowerShell, "a PowerShell file with policies");
const YAML: Other = other(
    DocumentKind::OtherYaml,
    "a YAML file with policies that are not written as Microsoft Graph or a tool that caplint knows writes them",
);
const TABLE: Other = other(DocumentKind::Table, "a table of policies, which has words where Microsoft Graph has lists");
const PROGRAM: Other = other(DocumentKind::Program, "a program with policies");
const JSON: Other = other(
    DocumentKind::OtherJson,
    "a JSON file with policies that are not written as Microsoft Graph or a tool that caplint knows writes them",
);

const ZIP: Other = Other {
    kind: DocumentKind::ZipArchive,
    form: Some(Unread {
        form: "a zip archive or an Excel workbook",
        instead: "unpack it and check the folder, or export the policies as JSON",
    }),
    is_infrastructure: false,
};

const BINARY_PLAN: Other = Other {
    kind: DocumentKind::TerraformBinaryPlan,
    form: Some(Unread {
        form: "a Terraform plan as Terraform saves it",
        instead: "print it: `terraform show -json plan > plan.json`, and check that file",
    }),
    is_infrastructure: true,
};

/// Names that only policies have, in small letters, without quotes, spaces, underscores and hyphens; one of each list must
/// be there.
const MARKS: [(&[&[&str]], Other); 15] = [
    (
        &[&["aadconditionalaccesspolicy"], &["\nnode", "\nconfiguration"]],
        other(DocumentKind::DscConfiguration, "a Microsoft365DSC configuration"),
    ),
    // Data, and no script that handles them.
    (
        &[&["grantcontroloperator:", "\n@{"], &["grantcontroloperator:", "grantcontroloperator="], &["displayname"]],
        other(DocumentKind::DscConfiguration, "data of Microsoft365DSC"),
    ),
    (
        &[&["resourcetype:microsoft.entra.conditionalaccesspolicy", "type:microsoft365dsc/aadconditionalaccesspolicy"]],
        other(DocumentKind::TenantConfiguration, "resources of Tenant Configuration Management"),
    ),
    (
        &[&["instanceofmsftaadconditionalaccesspolicy"]],
        other(DocumentKind::CompiledDscConfiguration, "a compiled DSC configuration"),
    ),
    (
        &[&["conditionalaccess.azuread"], &["kind:accesspolicy"]],
        other(DocumentKind::CrossplaneManifest, "a Crossplane manifest"),
    ),
    (
        &[&["azuread:conditionalaccesspolicy", "azuread:index/conditionalaccesspolicy"]],
        other(DocumentKind::PulumiProgram, "a Pulumi program"),
    ),
    (
        &[&["conditionalaccesspolicy"], &["cdktf"], &["import", "require(", "using"]],
        other(DocumentKind::CdktfProgram, "a program of the CDK for Terraform"),
    ),
    (
        &[&[
            "azuread.conditionalaccesspolicy",
            "azuread.newconditionalaccesspolicy",
            "pulumiazuread.conditionalaccesspolicy",
        ]],
        other(DocumentKind::PulumiProgram, "a Pulumi program"),
    ),
    (
        &[&["conditionalaccesspolicy("], &["pulumi"], &["azuread"]],
        other(DocumentKind::PulumiProgram, "a Pulumi program"),
    ),
    (
        &[&["microsoft.graph/conditionalaccesspolic", "microsoft.graph/identity/conditionalaccess"]],
        other(DocumentKind::BicepTemplate, "a Bicep template with policies"),
    ),
    (
        &[&["<objs"], &["microsoftgraphconditionalaccesspolicy"]],
        other(DocumentKind::PowerShellObject, "a file of `Export-Clixml`"),
    ),
    (
        &[
            &[
                ".conditions=@{",
                "\nconditions=@{",
                "\nconditions=[",
                ";conditions=@{",
                "{conditions=@{",
                "$conditions=@{",
                "[conditions]=@{",
            ],
            &["grantcontrols=", "sessioncontrols=", "builtincontrols=", "grantcontrols]="],
        ],
        SCRIPT,
    ),
    (
        &[
            &[
                "newmgidentityconditionalaccesspolicy",
                "newmgbetaidentityconditionalaccesspolicy",
                "updatemgidentityconditionalaccesspolicy",
                "updatemgbetaidentityconditionalaccesspolicy",
                "newentraconditionalaccesspolicy",
                "newentrabetaconditionalaccesspolicy",
                "setentraconditionalaccesspolicy",
                "newazureadmsconditionalaccesspolicy",
                "setazureadmsconditionalaccesspolicy",
            ],
            // What stands behind a dot is a property that a script changes in passing.
            &[
                "conditionalaccessconditionset",
                "conditionalaccessgrantcontrols",
                "\ngrantcontrols=",
                "\ngrantcontrols:",
                "{grantcontrols:",
                ",grantcontrols:",
                ";grantcontrols=",
                "{grantcontrols=",
                "grantcontrols@{",
                "grantcontrols$",
            ],
        ],
        SCRIPT,
    ),
    (&[&["conditionalaccessconditionset"], &["conditionalaccessgrantcontrols"]], PROGRAM),
    (&[&["conditions:"], &["includedapplications:"], &["grantcontrols:"]], LIBRARY),
];

/// Recognises a text that is neither JSON nor HCL.
#[must_use]
pub fn glance(text: &str) -> Option<Other> {
    // A damaged export is shown where it is damaged.
    if text.trim_start().starts_with(['{', '[', '"']) {
        return plan_log(text);
    }
    let plain = plain(text, |_| false);
    marked(&plain).or_else(|| in_yaml(&plain))
}

/// Recognises a text that may hold policies, in whatever notation. It is named as this unless a dialect reads it.
#[must_use]
pub fn glance_beside(text: &str) -> Option<Other> {
    // Most files of a repository are about something else. Their marks have one of these words in them.
    if !["ondition", "ONDITION", "@level", "rantControl", "rant control", "rant Control", "uiltInControls"]
        .iter()
        .any(|word| memmem::find(text.as_bytes(), word.as_bytes()).is_some())
    {
        return None;
    }
    let plain = plain(text, |character| matches!(character, '"' | '\''));
    plan_log(text).or_else(|| in_table(&plain)).or_else(|| marked(&plain)).or_else(|| {
        let found = in_yaml(&plain)?;
        let is_program = ["import", "const", "using", "require(", "export", "from", "package", "var", "def"]
            .iter()
            .any(|word| text.lines().any(|line| line.starts_with(word)));
        let is_script = || text.lines().any(|line| line.trim_start().starts_with('$'));
        let is_json = || text.trim_start().starts_with(['{', '[', '/']);
        Some(match is_program {
            false if is_json() => JSON,
            false if looks_like_yaml(text) => found,
            false if is_script() => SCRIPT,
            false | true => PROGRAM,
        })
    })
}

/// Whether a text may tell what policies mean: a named location, an authentication strength, a group, a user.
#[must_use]
pub fn tells_of_objects(text: &str) -> bool {
    // All dialects but those of Terraform have the letter case of Graph or of .NET.
    ["pRanges", "ountriesAndRegions", "llowedCombinations", "#microsoft.graph.", "AADGroup", "AADUser"]
        .iter()
        .any(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some())
}

/// Whether the first line that says something is a key, an element or the start of a document.
fn looks_like_yaml(text: &str) -> bool {
    let says = |line: &&str| !line.is_empty() && !line.starts_with(['#', '%']);
    let Some(first) = text.trim_start_matches('\u{feff}').lines().map(str::trim).find(says) else { return false };
    let is_key = |key: &str| !key.is_empty() && !key.contains(['(', '{', '$', ';']);
    first.starts_with("---") || first.starts_with("- ") || first.split_once(':').is_some_and(|(key, _)| is_key(key))
}

/// Recognises the log of `terraform plan -json`.
fn plan_log(text: &str) -> Option<Other> {
    let kind = DocumentKind::TerraformPlanLog;
    let first = text.trim_start().lines().next().unwrap_or_default();
    first.starts_with("{\"@level\"").then_some(Other { kind, form: Some(PLAN_STREAM), is_infrastructure: true })
}

/// Recognises what is no text.
#[must_use]
pub fn glance_bytes(bytes: &[u8]) -> Option<Other> {
    let names_it = || bytes.windows(6).any(|window| window == b"tfplan");
    (bytes.starts_with(b"PK\x03\x04") && names_it()).then_some(BINARY_PLAN)
}

/// Recognises the same of a file that somebody names, which is hardly named for nothing.
#[must_use]
pub fn glance_given(bytes: &[u8]) -> Option<Other> {
    glance_bytes(bytes).or_else(|| bytes.starts_with(b"PK\x03\x04").then_some(ZIP))
}

/// Whether a text has a policy in JSON in it, at whatever depth of quotation.
pub(in crate::dialect) fn holds_quoted_policy(text: &str) -> bool {
    if !text.trim_start().starts_with(['{', '[']) {
        return false;
    }
    let plain = plain(text, |character| matches!(character, '"' | '\\'));
    plain.contains("conditions:") && (plain.contains("grantcontrols:") || plain.contains("sessioncontrols:"))
}

fn marked(plain: &str) -> Option<Other> {
    let holds = |marks: &[&[&str]]| marks.iter().all(|any| any.iter().any(|mark| plain.contains(mark)));
    MARKS.iter().find(|(marks, _)| holds(marks)).map(|(_, other)| *other).filter(|_| !is_interface(plain))
}

fn in_yaml(plain: &str) -> Option<Other> {
    let has = |key: &str| plain.contains(key);
    let says = has("conditions:") && (has("grantcontrols:") || has("sessioncontrols:"));
    let typed = has("@odata.type:") && has("#microsoft.graph.conditionalaccesspolicy");
    ((says || typed) && !is_interface(plain)).then_some(YAML)
}

/// Recognises a table with a column for each part of a policy: as the portal, Excel or `Export-Csv` write it.
fn in_table(plain: &str) -> Option<Other> {
    let mut lines = plain.lines().filter(|line| !line.is_empty() && !line.starts_with("#type"));
    let columns: Vec<&str> = lines.next()?.split([',', ';']).collect();
    let has = |names: &[&str]| columns.iter().any(|column| names.iter().any(|name| column.ends_with(name)));
    let is_of_policies = has(&["state", "policystate", "status"])
        && has(&["grantcontrols", "builtincontrols", "sessioncontrols", "grantcontrol", "accesscontrols"])
        && has(&[
            "conditions",
            "includeusers",
            "includedusers",
            "usersinclude",
            "includeapplications",
            "applicationsinclude",
            "users",
            "includegroups",
        ]);
    (is_of_policies && columns.len() > 2 && lines.next().is_some()).then_some(TABLE)
}

/// A description of the interface has all names of a policy and is none.
fn is_interface(plain: &str) -> bool {
    plain.starts_with("\nopenapi:") || plain.starts_with("\nswagger:")
}

/// A text as all spellings of a name have it: in small letters, without what joins words. Each line starts with a line
/// break.
fn plain(text: &str, is_quote: impl Fn(char) -> bool) -> String {
    let mut plain = String::with_capacity(text.len() + 1);
    plain.push('\n');
    let kept = |character: &char| {
        !matches!(character, ' ' | '\t' | '\r' | '_' | '-' | '`' | '\u{feff}') && !is_quote(*character)
    };
    plain.extend(text.chars().filter(kept).map(|character| character.to_ascii_lowercase()));
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<DocumentKind> {
        glance_beside(text).map(|other| other.kind)
    }

    #[test]
    fn texts_with_policies_are_named() {
        for (text, expected) in [
            (
                "Node localhost\n{\n  AADConditionalAccessPolicy \"CA001\"\n  {\n    State = \"enabled\";\n",
                DocumentKind::DscConfiguration,
            ),
            ("instance of MSFT_AADConditionalAccessPolicy as $x\n{\n};", DocumentKind::CompiledDscConfiguration),
            (
                "apiVersion: conditionalaccess.azuread.upbound.io/v1beta2\nkind: AccessPolicy\n",
                DocumentKind::CrossplaneManifest,
            ),
            ("resources:\n  mfa:\n    type: azuread:ConditionalAccessPolicy\n", DocumentKind::PulumiProgram),
            (
                "'101':\n  conditions:\n    applications:\n      included_applications: [All]\n  grant_controls:\n",
                DocumentKind::TerraformModuleLibrary,
            ),
            ("{\"@level\":\"info\",\"type\":\"version\"}\n{\"@level\":\"info\"}\n", DocumentKind::TerraformPlanLog),
        ] {
            let other = glance(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(other.kind, expected);
            assert!(other.form.is_some());
        }
    }

    #[test]
    fn yaml_is_named_whatever_its_spelling() {
        for text in [
            "displayName: a\nconditions:\n  users: {}\ngrantControls:\n  builtInControls: [mfa]\n",
            "policies:\n  - name: A\n    state: enabled\n    conditions:\n      users: {}\n    grantControls:\n",
            "Policies:\n- DisplayName: A\n  Conditions:\n    Users: {}\n  GrantControls: null\n",
            "- display_name: a\n  conditions: {}\n  grant_controls: {}\n",
            "- display-name: a\n  conditions: {}\n  session-controls: {}\n",
            "\"displayName\": a\n\"conditions\": {}\n\"grantControls\": {}\n",
            "---\n'@odata.type': '#microsoft.graph.conditionalAccessPolicy'\nstate: enabled\n",
        ] {
            assert_eq!(kind(text), Some(DocumentKind::OtherYaml), "{text}");
        }
    }

    #[test]
    fn scripts_and_programs_with_policies_are_named() {
        for (text, expected) in [
            (
                "@{\n  displayName = 'x'\n  conditions = @{ users = @{} }\n  grantControls = @{ operator = 'OR' }\n}",
                DocumentKind::PowerShell,
            ),
            (
                "$p = @{ DisplayName = 'x'; Conditions = @{}; GrantControls = @{} }\nNew-MgIdentityConditionalAccessPolicy @p",
                DocumentKind::PowerShell,
            ),
            (
                "$p = @{}\n$p.conditions = @{ users = @{} }\n$p.grantControls = @{ operator = 'OR' }\nInvoke-MgGraphRequest -Body $p",
                DocumentKind::PowerShell,
            ),
            (
                "$body = @{ state = 'enabled' }\n$body['conditions'] = @{ users = @{} }\n$body['grantControls'] = @{}",
                DocumentKind::PowerShell,
            ),
            ("$policies = @(@'\n{ \"conditions\": {}, \"grantControls\": {} }\n'@)", DocumentKind::PowerShell),
            ("az rest --method post --body '{\"conditions\": {}, \"grantControls\": {}}'", DocumentKind::Program),
            (
                "New-MgIdentityConditionalAccessPolicy -DisplayName x -Conditions $c -GrantControls $g",
                DocumentKind::PowerShell,
            ),
            (
                "$body = @'\n{ \"state\": \"enabled\",\n \"conditions\": {},\n \"grantControls\": {} }\n'@\nNew-MgIdentityConditionalAccessPolicy -Body $body",
                DocumentKind::PowerShell,
            ),
            (
                "$c = New-Object Microsoft.Open.MSGraph.Model.ConditionalAccessConditionSet\nNew-AzureADMSConditionalAccessPolicy -Conditions $c",
                DocumentKind::PowerShell,
            ),
            (
                "import * as azuread from \"@pulumi/azuread\";\nnew azuread.ConditionalAccessPolicy(\"mfa\", {});",
                DocumentKind::PulumiProgram,
            ),
            (
                "import pulumi_azuread as ad\nad.ConditionalAccessPolicy(\"mfa\", state=\"enabled\")\n",
                DocumentKind::PulumiProgram,
            ),
            ("azuread.NewConditionalAccessPolicy(ctx, \"mfa\", nil)", DocumentKind::PulumiProgram),
            (
                "import { ConditionalAccessPolicy } from \"@cdktf/provider-azuread/lib/conditional-access-policy\";\n",
                DocumentKind::CdktfProgram,
            ),
            (
                "using Microsoft.Graph.Models;\nConditions = new ConditionalAccessConditionSet(),\nGrantControls = new ConditionalAccessGrantControls()",
                DocumentKind::Program,
            ),
            (
                "const policy = {\n  conditions: { users: {} },\n  grantControls: { operator: 'OR' },\n};\n",
                DocumentKind::Program,
            ),
            (
                "extension microsoftGraph\nresource p 'Microsoft.Graph/conditionalAccessPolicies@beta' = {\n",
                DocumentKind::BicepTemplate,
            ),
            (
                "// everybody\n{ \"state\": \"enabled\", \"conditions\": {}, \"grantControls\": null }",
                DocumentKind::OtherJson,
            ),
            (
                "{\"state\": \"enabled\", \"conditions\": {}, \"grantControls\": null}\n{\"state\": \"enabled\"}\n",
                DocumentKind::OtherJson,
            ),
            (
                "<Objs><T>Microsoft.Graph.PowerShell.Models.MicrosoftGraphConditionalAccessPolicy</T></Objs>",
                DocumentKind::PowerShellObject,
            ),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
        for table in [
            "\"DisplayName\",\"State\",\"IncludeUsers\",\"BuiltInControls\"\n\"CA001\",\"enabled\",\"All\",\"mfa\"\n",
            "#TYPE System.Management.Automation.PSCustomObject\nid;state;conditions;grantControls\n1;enabled;x;y\n",
            "Name,Policy State,Conditions.Users.IncludeUsers,Grant Controls\nCA001,on,All,mfa\n",
            "Policy Name,Status,Included users,Excluded users,Grant controls\nCA001,On,All,,MFA\n",
        ] {
            assert_eq!(kind(table), Some(DocumentKind::Table), "{table}");
        }
        assert!(glance_bytes(b"PK\x03\x04....tfplan...").is_some());
        assert!(glance_bytes(b"PK\x03\x04....word/document.xml").is_none() && glance_bytes(b"tfplan").is_none());
        let given = glance_given(b"PK\x03\x04....xl/workbook.xml").map(|other| other.kind);
        assert_eq!(given, Some(DocumentKind::ZipArchive));
    }

    #[test]
    fn scripts_manifests_and_broken_json_of_another_kind_are_none() {
        for text in [
            "$policy = @{ displayName = 'x' }\nNew-MgIdentityConditionalAccessPolicy -BodyParameter $policy",
            "$p = Get-Content x.json | ConvertFrom-Json\n$p.GrantControls = $null\nNew-MgIdentityConditionalAccessPolicy -BodyParameter $p",
            "Get-MgIdentityConditionalAccessPolicy -All | ConvertTo-Json -Depth 10 > ca.json",
            "kind: Deployment\nmetadata:\n  displayName: x\nstatus:\n  conditions:\n  - type: Ready\n",
            "openapi: 3.0.4\npaths:\n  x:\n    conditions:\n    grantControls:\n",
            "import json\nprint(json.dumps({\"conditions\": []}))\n",
            "id,user,condition,status\n1,x,y,z\n",
            "DisplayName,State,IncludeUsers,BuiltInControls\n",
            "",
        ] {
            assert_eq!(glance_beside(text), None, "{text}");
        }
        // A damaged export is shown where it is damaged.
        assert_eq!(glance("{ \"state\": \"enabled\", \"conditions\": {},, \"grantControls\": {} }"), None);
    }
}
