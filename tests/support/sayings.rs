//! What random policies can say, in the words of Graph: the parts of the tables that have them say it.

use serde_json::{Value, json};

/// What a policy says: places and values.
pub(crate) type Saying = Vec<(&'static str, Value)>;

pub(crate) const INCLUDED: &str = "/conditions/users/includeUsers";

/// One saying for each list.
pub(crate) fn list(path: &'static str, values: &[&[&str]]) -> Vec<Saying> {
    values.iter().map(|value| vec![(path, json!(value))]).collect()
}

/// One saying for each pair of a list of what is included and one of what is excluded.
pub(crate) fn scope(path: &'static str, what: &str, choices: &[(&[&str], &[&str])]) -> Vec<Saying> {
    let one = |(include, exclude): &(&[&str], &[&str])| {
        vec![(path, json!({ format!("include{what}"): include, format!("exclude{what}"): exclude }))]
    };
    choices.iter().map(one).collect()
}

/// A filter for devices.
pub(crate) fn filter(mode: &str, rule: &str) -> Saying {
    vec![("/conditions/devices", json!({ "deviceFilter": { "mode": mode, "rule": rule } }))]
}

/// Each rule as a filter of both modes.
pub(crate) fn filters(rules: &[&str]) -> Vec<Saying> {
    rules.iter().flat_map(|rule| [filter("include", rule), filter("exclude", rule)]).collect()
}

/// Guests, of any home tenant or of this one.
pub(crate) fn guests(tenant: &str) -> Vec<Saying> {
    let guests = |types: &str, tenants: Value| json!({ "guestOrExternalUserTypes": types, "externalTenants": tenants });
    let enumerated = json!({ "membershipKind": "enumerated", "members": [tenant] });
    let exclude = "/conditions/users/excludeGuestsOrExternalUsers";
    let include = "/conditions/users/includeGuestsOrExternalUsers";
    vec![
        vec![(INCLUDED, json!(["GuestsOrExternalUsers"]))],
        vec![("/conditions/users/excludeUsers", json!(["GuestsOrExternalUsers"]))],
        vec![(exclude, guests("b2bCollaborationGuest,internalGuest", Value::Null))],
        vec![(exclude, guests("b2bCollaborationGuest", enumerated.clone()))],
        vec![(INCLUDED, json!([])), (include, guests("b2bCollaborationGuest", Value::Null))],
        vec![(INCLUDED, json!([])), (include, guests("b2bCollaborationGuest,internalGuest", enumerated))],
    ]
}

pub(crate) fn user_risk() -> Vec<Saying> {
    list("/conditions/userRiskLevels", &[&["high"], &["none", "low", "medium"], &["none", "high"]])
}

pub(crate) fn insider_risk() -> Vec<Saying> {
    let levels = ["elevated", "minor,moderate,elevated"];
    levels.iter().map(|levels| vec![("/conditions/insiderRiskLevels", json!(levels))]).collect()
}

pub(crate) fn flows() -> Vec<Saying> {
    let methods = ["deviceCodeFlow", "deviceCodeFlow,authenticationTransfer"];
    let of = |methods: &&str| vec![("/conditions/authenticationFlows", json!({ "transferMethods": methods }))];
    methods.iter().map(of).collect()
}

/// Puts a value where a path leads.
pub(crate) fn put(document: &mut Value, path: &str, value: Value) {
    let mut place = document;
    for step in path.split('/').skip(1) {
        place = &mut place[step];
    }
    *place = value;
}
