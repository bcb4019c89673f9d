//! A directory as Microsoft Graph writes it: users, and the members of each group in a file of its own.

use crate::random::Random;
use serde_json::{Value, json};
use std::fs;
use std::io;
use std::path::Path;

const CONTEXT: &str = "https://graph.microsoft.com/v1.0/$metadata#";

/// Members of each group.
const MEMBERS: usize = 100;

/// Policies.
const POLICIES: usize = 100;

fn user(number: usize) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.user", "id": format!("a0000000-0000-4000-8000-{number:012}"),
        "displayName": format!("Person Number {number}"), "userPrincipalName": format!("person{number}@contoso.example"),
        "userType": "Member", "accountEnabled": true
    })
}

fn group(number: usize) -> String {
    format!("b0000000-0000-4000-8000-{number:012}")
}

/// Writes policies that name groups, so many users and groups, and 100 members of each group.
pub(crate) fn write(folder: &Path, users: usize, groups: usize) -> io::Result<()> {
    let mut random = Random::new(11);
    fs::create_dir_all(folder.join("members"))?;
    let policies: Vec<Value> = (0..POLICIES)
        .map(|index| {
            let mut some = |count: usize| -> Vec<String> { (0..count).map(|_| group(random.below(groups))).collect() };
            let of = if index % 3 == 0 {
                json!({ "includeUsers": ["All"], "excludeGroups": some(3) })
            } else {
                json!({ "includeGroups": some(2), "excludeGroups": some(2) })
            };
            json!({
                "id": format!("c0000000-0000-4000-8000-{index:012}"), "displayName": format!("CA{index:03}"),
                "state": if index % 4 == 1 { "enabledForReportingButNotEnforced" } else { "enabled" },
                "conditions": {
                    "clientAppTypes": ["all"], "applications": { "includeApplications": ["All"] }, "users": of
                },
                "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
            })
        })
        .collect();
    let list = |context: &str, elements: Vec<Value>| {
        json!({ "@odata.context": format!("{CONTEXT}{context}"), "value": elements }).to_string()
    };
    fs::write(folder.join("policies.json"), list("identity/conditionalAccess/policies", policies))?;
    fs::write(folder.join("users.json"), list("users", (0..users).map(user).collect()))?;
    for number in 0..groups {
        let members = (0..MEMBERS).map(|_| user(random.below(users))).collect();
        let context = format!("groups('{}')/members", group(number));
        fs::write(folder.join(format!("members/{number}.json")), list(&context, members))?;
    }
    Ok(())
}
