//! Pairs of tenants about which the report and the brute force disagreed once.

use super::cases::{Case, written};
use super::hold;
use super::sayings::{API, AZURE_PORTAL, Axis, NAMES, OFFICE, SOME_APP, STRENGTH, USERS};
use serde_json::json;

const INCLUDED: &str = "/conditions/users/includeUsers";
const EXCLUDED: &str = "/conditions/users/excludeUsers";
const APPS: &str = "/conditions/applications";
const CLIENTS: &str = "/conditions/clientAppTypes";
const GRANT: &str = "/grantControls";

fn check(case: &Case) {
    hold(case).unwrap_or_else(|error| panic!("{error}\n{case:?}"));
}

/// Whoever a name stands for may be excluded already.
#[test]
fn a_name_may_be_an_id() {
    let both = json!([USERS[0], NAMES[0]]);
    check(&written(&[Axis::User], &[&[(EXCLUDED, json!([USERS[0]]))]], &[&[(EXCLUDED, both)]]));
    check(&written(&[Axis::User], &[&[(EXCLUDED, json!([USERS[0]]))]], &[&[(EXCLUDED, json!([NAMES[0]]))]]));
    check(&written(&[Axis::User], &[&[(INCLUDED, json!([NAMES[0]]))]], &[&[(EXCLUDED, json!([USERS[0]]))]]));
    let except = |app: &[&str]| (APPS, json!({ "includeApplications": ["All"], "excludeApplications": app }));
    check(&written(&[Axis::Resource], &[&[except(&[API])]], &[&[except(&[API, SOME_APP])]]));
    check(&written(&[Axis::Resource], &[&[except(&[SOME_APP])]], &[&[except(&[API])]]));
}

/// Policies for one user and for all others cover a region together, whoever else has a name.
#[test]
fn a_mask_may_be_for_somebody_with_a_name() {
    let before: &[&[_]] = &[&[(EXCLUDED, json!([NAMES[0]]))], &[(INCLUDED, json!([USERS[0]]))]];
    check(&written(&[Axis::User], before, &before[1..]));
}

/// An app may be in a suite, and in a browser a portal may be what asks for an API.
#[test]
fn what_is_certain_has_another_region_than_what_is_possible() {
    let only = |app: &str| (APPS, json!({ "includeApplications": [app] }));
    let except = |app: &str| (APPS, json!({ "includeApplications": ["All"], "excludeApplications": [app] }));
    let axes = [Axis::Resource];
    check(&written(&axes, &[&[only("Office365")]], &[&[only("MicrosoftAdminPortals")]]));
    check(&written(&axes, &[&[except(API)]], &[&[except(AZURE_PORTAL)]]));
    check(&written(&axes, &[&[only(AZURE_PORTAL)], &[only(API)]], &[&[only(API)]]));
    let clients = |types: &[&str]| (CLIENTS, json!(types));
    let block = (GRANT, json!({ "operator": "OR", "builtInControls": ["block"] }));
    let after: &[&[_]] = &[&[clients(&["browser", "somethingNew"]), block]];
    check(&written(&[Axis::Client], &[&[clients(&["browser"])]], after));
    check(&written(&[Axis::Client], after, &[&[clients(&["mobileAppsAndDesktopClients"])]]));
    let role = [("/conditions/users/excludeRoles", json!(["Some role"]))];
    check(&written(&[Axis::Role], &[&[]], &[&role]));
}

/// What one of the tenants alone defines holds for both.
#[test]
fn a_strength_may_be_defined_on_one_side() {
    let strength =
        |strength: serde_json::Value| [(GRANT, json!({ "operator": "OR", "authenticationStrength": strength }))];
    let defined = strength(json!({ "id": STRENGTH, "allowedCombinations": ["sms", "fido2"] }));
    check(&written(&[Axis::Flow], &[&strength(json!({ "id": STRENGTH }))], &[&defined]));
    check(&written(&[Axis::Flow], &[&defined], &[&strength(json!({ "id": STRENGTH }))]));
}

/// What is unknown is the same where the same is written, and nobody notices where all is blocked.
#[test]
fn a_session_that_cannot_be_read_is_compared_by_its_text() {
    let session = ("/sessionControls", json!({ "signInFrequency": 7 }));
    let block = (GRANT, json!({ "operator": "OR", "builtInControls": ["block"] }));
    let at = |locations: serde_json::Value| ("/conditions/locations", locations);
    let (inside, outside) = (
        at(json!({ "includeLocations": [OFFICE] })),
        at(json!({ "includeLocations": ["All"], "excludeLocations": [OFFICE] })),
    );
    let axes = [Axis::Location];
    let after: &[&[_]] = &[&[session.clone(), inside], &[session.clone(), outside]];
    check(&written(&axes, &[std::slice::from_ref(&session)], after));
    check(&written(&axes, &[std::slice::from_ref(&session)], &[&[]]));
    check(&written(&axes, &[&[session, block.clone()]], &[&[block]]));
}

/// Security defaults are about parts of the sign-ins, whether policies name them or not.
#[test]
fn security_defaults_are_a_policy_of_their_own() {
    let disabled = [("/state", json!("disabled"))];
    let one = written(&[Axis::Role], &[&disabled], &[&disabled]);
    check(&one.with_defaults([Some(true), None]));
    check(&one.with_defaults([None, Some(true)]));
    check(&written(&[Axis::Role], &[&disabled], &[&[]]).with_defaults([Some(true); 2]));
}

/// An address that leaves one location may still be in another that is trusted, which no policy names.
#[test]
fn a_location_that_no_policy_names_may_be_trusted() {
    let trusted =
        [("/conditions/locations", json!({ "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }))];
    let one = written(&[Axis::Location], &[&trusted], &[&trusted]);
    for before in 0..5 {
        for after in 0..5 {
            check(&one.with_definitions([before, after]));
        }
    }
}
