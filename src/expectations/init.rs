//! A first file of expectations: what holds today and is worth keeping.

use super::File;
use crate::access::{Met, judge};
use crate::catalog::Cloud;
use crate::config::toml_string;
use crate::diff;
use crate::policy::Id;
use crate::tenant::Tenant;
use std::collections::BTreeSet;

/// Excluded principals that get an expectation of their own at most.
const MOST_EXCLUDED: usize = 10;

/// Writes those of the usual expectations that a tenant meets, as TOML.
#[must_use]
pub fn init(tenant: &Tenant, policies: &[String], cloud: Cloud, options: diff::Options) -> String {
    let holds = |candidate: &String| {
        let read = File::read(candidate).and_then(|file| file.resolve(tenant, cloud));
        let all: Vec<_> = read.unwrap_or_default().into_iter().map(|located| located.expectation).collect();
        !all.is_empty() && judge(tenant, &all, options).iter().all(|judged| judged.met == Met::Yes)
    };
    let kept: Vec<String> = candidates(tenant).into_iter().filter(holds).collect();
    let mut text = String::from(
        "# What is expected of this tenant. `caplint test` proves it for every sign-in.\n\
         # This held when the file was written. Remove what is not meant so, and add what should hold.\n",
    );
    if !policies.is_empty() {
        let all: Vec<String> = policies.iter().map(|path| toml_string(path)).collect();
        text.push_str(&format!("policies = [{}]\n", all.join(", ")));
    }
    for expectation in &kept {
        text.push('\n');
        text.push_str(expectation);
    }
    if kept.is_empty() {
        text.push_str(
            "\n# Nothing of what is usually expected holds. An example:\n# [[expect]]\n\
             # name = \"Everybody needs MFA\"\n# outcome = \"needs:mfa\"\n",
        );
    }
    text
}

fn expect(name: &str, lines: &[&str]) -> String {
    format!("[[expect]]\nname = {}\n{}\n", toml_string(name), lines.join("\n"))
}

const ORDINARY: &str = "who = {}";
const ADMINISTRATORS: &str = "anyone = { roles = [\"Global Administrator\"] }";
const GUEST: &str = "who = { type = \"b2bCollaborationGuest\" }";
const NEEDS_MFA: &str = "outcome = \"needs:mfa\"";
const CANNOT: &str = "outcome = \"cannot\"";
const MAY: &str = "outcome = \"may\"";

fn candidates(tenant: &Tenant) -> Vec<String> {
    let mut all = Vec::new();
    for (user, who) in
        [("An ordinary user", ORDINARY), ("Every global administrator", ADMINISTRATORS), ("A guest", GUEST)]
    {
        for (app, to) in [
            ("every app", "to = [\"All\"]"),
            ("Azure Resource Manager", "to = [\"Windows Azure Service Management API\"]"),
            ("the admin portals", "to = [\"MicrosoftAdminPortals\"]"),
        ] {
            all.push(expect(&format!("{user} needs MFA for {app}"), &[who, to, NEEDS_MFA]));
        }
    }
    let resistant = "outcome = \"needs:strength:phishing-resistant\"";
    all.push(expect("Every global administrator needs a phishing-resistant method", &[ADMINISTRATORS, resistant]));
    let legacy = "clients = [\"exchangeActiveSync\", \"other\"]";
    all.push(expect("Nobody gets in with a legacy client", &[legacy, CANNOT]));
    all.push(expect("Nobody gets in by device code flow", &["flows = [\"deviceCodeFlow\"]", CANNOT]));
    all.push(expect("A sign-in at high risk is blocked", &[ORDINARY, "sign-in-risk = [\"high\"]", CANNOT]));
    let security_info = "to = [\"urn:user:registersecurityinfo\"]";
    all.push(expect("The registration of security information needs MFA", &[ORDINARY, security_info, NEEDS_MFA]));
    let device = "to = [\"urn:user:registerdevice\"]";
    all.push(expect("The registration of a device needs MFA", &[ORDINARY, device, NEEDS_MFA]));
    let compliant = "device = \"compliant\"";
    all.push(expect("An ordinary user gets in", &[ORDINARY, compliant, MAY]));
    let administrator = "who = { roles = [\"Global Administrator\"] }";
    all.push(expect("A global administrator gets in", &[administrator, compliant, MAY]));
    all.extend(excluded(tenant));
    all
}

/// Whoever is excluded by id may be meant to get in from anywhere.
fn excluded(tenant: &Tenant) -> Vec<String> {
    let mut principals: BTreeSet<(bool, &Id)> = BTreeSet::new();
    for policy in &tenant.policies {
        let users = &policy.conditions.users;
        principals.extend(users.exclude_groups.known().map(|(_, id)| (true, id)));
        let is_id = |(_, id): &(usize, &Id)| id.guid().is_some();
        principals.extend(users.exclude_users.known().filter(is_id).map(|(_, id)| (false, id)));
    }
    let expectation = |(is_group, id): (bool, &Id)| {
        let written = toml_string(&id.to_string());
        let account = if is_group { format!("groups = [{written}]") } else { format!("user = {written}") };
        let name = tenant.description(id).map_or_else(|| tenant.name_or_id(id), str::to_owned);
        let whose = if is_group { format!("A member of {name}") } else { name };
        let who = format!("who = {{ {account}, roles = [\"Global Administrator\"] }}");
        expect(
            &format!("{whose} gets in with a key, from anywhere"),
            &[&who, "has = [\"fido2\"]", "flows = [\"none\"]", "outcome = \"can\""],
        )
    };
    principals.into_iter().take(MOST_EXCLUDED).map(expectation).collect()
}
