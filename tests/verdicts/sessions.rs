//! Requirements of session controls against brute force, and what one policy makes of them against the JSON that says it.

use crate::axes::{API, AXES, Axis, sayings, whole};
use crate::said::put;
use crate::{check, config, tenant};
use caplint::catalog::Cloud;
use caplint::controls::Spec;
use caplint::coverage::{self, Options};
use caplint::policy::Id;
use caplint::requirement::{Requirement, Resource};
use caplint::signin::{Lens, Match, SignIn};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

/// A requirement, and whether session controls meet it; none if that is not known.
type Required = (&'static str, fn(&Value) -> Option<bool>);

/// Requirements as people write them, each with what JSON says of it.
const REQUIRED: [Required; 8] = [
    ("{ sign-in-frequency = \"4 hours\" }", |session| frequent(session, Some(4), false)),
    ("{ sign-in-frequency = \"7 days\" }", |session| frequent(session, Some(168), false)),
    ("{ sign-in-frequency = \"every time\" }", |session| frequent(session, None, false)),
    ("{ sign-in-frequency = \"1 day\", authentication-type = \"primaryAndSecondaryAuthentication\" }", |session| {
        frequent(session, Some(24), true)
    }),
    ("\"persistent-browser-never\"", |session| is_mode(on(session, "persistentBrowser"), &["never"], &["always"])),
    ("\"token-protection\"", |session| switched(session, "secureSignInSession")),
    ("\"app-control\"", |session| switched(session, "cloudAppSecurity")),
    ("\"strict-access-evaluation\"", |session| {
        is_mode(on(session, "continuousAccessEvaluation"), &["strictLocation", "strictEnforcement"], &["disabled"])
    }),
];

fn requirement(session: &str) -> Requirement {
    let text = format!(
        "resources = [\"{API}\"]\nclients = [\"browser\", \"mobileAppsAndDesktopClients\"]\nsession = {session}"
    );
    toml::from_str::<Spec>(&text).unwrap().resolve(Cloud::Public).unwrap()
}

/// What `sessionControls` can say.
fn sessions() -> Vec<Value> {
    let frequency = |interval: &str, value: Value, unit: Value, kind: Value| {
        json!({ "signInFrequency": {
            "isEnabled": true, "frequencyInterval": interval, "value": value, "type": unit, "authenticationType": kind
        } })
    };
    let both = || json!("primaryAndSecondaryAuthentication");
    let second = || json!("secondaryAuthentication");
    let hours = |value: u64| frequency("timeBased", json!(value), json!("hours"), both());
    let one = |name: &str, settings: Value| json!({ name: settings });
    vec![
        Value::Null,
        json!({}),
        hours(1),
        hours(4),
        hours(5),
        hours(200),
        frequency("timeBased", json!(1), json!("days"), both()),
        frequency("timeBased", json!(7), json!("days"), second()),
        frequency("everyTime", Value::Null, Value::Null, both()),
        frequency("everyTime", Value::Null, Value::Null, second()),
        frequency("everyTime", Value::Null, Value::Null, json!("unknownFutureValue")),
        frequency("unknownFutureValue", json!(4), json!("hours"), both()),
        frequency("timeBased", json!("{{hours}}"), json!("hours"), both()),
        frequency("timeBased", json!(0), json!("hours"), both()),
        frequency("timeBased", json!(3), Value::Null, both()),
        one("signInFrequency", json!({ "isEnabled": false, "value": 1, "type": "hours" })),
        one("signInFrequency", json!({ "isEnabled": null, "value": 1, "type": "hours" })),
        one("signInFrequency", json!({ "isEnabled": "{{yes}}", "value": 1, "type": "hours" })),
        one("signInFrequency", json!({ "isEnabled": true, "value": 1, "type": "hours" })),
        one("signInFrequency", json!("System.Object")),
        one("signInFrequenzy", json!({ "isEnabled": true, "value": 1, "type": "hours" })),
        one("persistentBrowser", json!({ "isEnabled": true, "mode": "never" })),
        one("persistentBrowser", json!({ "isEnabled": true, "mode": "always" })),
        one("persistentBrowser", json!({ "isEnabled": true, "mode": "sometimes" })),
        one("persistentBrowser", json!({ "isEnabled": false, "mode": "never" })),
        one("secureSignInSession", json!({ "isEnabled": true })),
        one("secureSignInSession", json!({ "isEnabled": null })),
        one("cloudAppSecurity", json!({ "isEnabled": true, "cloudAppSecurityType": "monitorOnly" })),
        one("continuousAccessEvaluation", json!({ "mode": "strictLocation" })),
        one("continuousAccessEvaluation", json!({ "mode": "disabled" })),
        one("continuousAccessEvaluation", json!({ "mode": "unknownFutureValue" })),
    ]
}

/// The settings of a control that is on; none if there is none, or it is off. An error where that is not known.
fn on(session: &Value, name: &str) -> Result<Option<Value>, ()> {
    let settings = match &session[name] {
        Value::Null if session.get("signInFrequenzy").is_some() => return Err(()),
        Value::Null => return Ok(None),
        settings @ Value::Object(_) => settings.clone(),
        _ => return Err(()),
    };
    let is_void = settings.as_object().unwrap().values().all(Value::is_null);
    match settings.get("isEnabled") {
        _ if is_void => Ok(None),
        Some(Value::Bool(false) | Value::Null) => Ok(None),
        Some(Value::Bool(true)) | None => Ok(Some(settings)),
        Some(_) => Err(()),
    }
}

fn switched(session: &Value, name: &str) -> Option<bool> {
    on(session, name).ok().map(|settings| settings.is_some())
}

fn is_mode(settings: Result<Option<Value>, ()>, enough: &[&str], less: &[&str]) -> Option<bool> {
    let Some(settings) = settings.ok()? else { return Some(false) };
    let mode = settings["mode"].as_str()?;
    if enough.contains(&mode) { Some(true) } else { less.contains(&mode).then_some(false) }
}

/// Whether users sign in again after at most so many hours, or every time.
fn frequent(session: &Value, most: Option<u64>, both: bool) -> Option<bool> {
    let Some(settings) = on(session, "signInFrequency").ok()? else { return Some(false) };
    let word = |key: &str, default: &'static str| match &settings[key] {
        Value::Null => default.to_owned(),
        word => word.as_str().unwrap().to_owned(),
    };
    let often = match word("frequencyInterval", "timeBased").as_str() {
        "everyTime" => Some(true),
        "timeBased" => match most {
            None => Some(false),
            Some(most) => {
                let unit = match settings["type"].as_str() {
                    Some("hours") => Some(1),
                    Some("days") => Some(24),
                    _ => None,
                };
                let value = settings["value"].as_u64().filter(|value| *value > 0);
                value.zip(unit).map(|(value, unit)| value * unit <= most)
            }
        },
        _ => None,
    };
    let factors = match word("authenticationType", "primaryAndSecondaryAuthentication").as_str() {
        "primaryAndSecondaryAuthentication" => Some(true),
        "secondaryAuthentication" => Some(!both),
        _ => {
            if both {
                None
            } else {
                Some(true)
            }
        }
    };
    match (often, factors) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

/// A policy for all resources or for one, with session controls.
fn policy(session: &Value, for_all: bool) -> Value {
    let mut policy = whole();
    put(&mut policy, "/sessionControls", session.clone());
    if for_all {
        put(&mut policy, "/conditions/applications/includeApplications", json!(["All"]));
    }
    policy
}

#[test]
fn a_policy_limits_a_session_as_its_json_says() {
    let sign_in = SignIn::attacker(Resource::App(Id::new(API)));
    let mut seen = [0; 3];
    for (written, says) in REQUIRED {
        let requirement = requirement(written);
        for (session, for_all) in sessions().iter().flat_map(|session| [(session, false), (session, true)]) {
            let tenant = tenant(&[policy(session, for_all)]);
            let view = coverage::view(&requirement, &tenant, Options::default());
            let forced = match view.forces(&tenant.policies[0], &sign_in, Lens::Plain) {
                Match::Yes => Some(true),
                Match::No(_) => Some(false),
                Match::Unknown(_) => None,
            };
            let works = for_all || !written.contains("persistent");
            let is_doubtful = session.get("signInFrequenzy").is_some();
            let said = match says(session) {
                said if works => said,
                // A control that does not work is none; what may be another one, by a misspelt name, may work.
                _ if is_doubtful => None,
                _ => Some(false),
            };
            assert_eq!(forced, said, "{written} {session} {for_all}");
            seen[said.map_or(2, usize::from)] += 1;
        }
    }
    assert!(seen.iter().all(|count| *count > 40), "{seen:?}");
}

proptest! {
    #![proptest_config(config())]

    /// The proof says of session controls what every sign-in says.
    #[test]
    fn a_verdict_on_sessions_is_what_every_sign_in_says(
        required in 0..REQUIRED.len(),
        axes in subsequence(AXES.to_vec(), 0..=2),
        choices in proptest::collection::vec((0..sessions().len(), any::<bool>(), proptest::array::uniform2(0_usize..14)), 1..6),
    ) {
        let policies: Vec<Value> = choices.into_iter().map(|(session, for_all, choice)| {
            // What is asked for is not the axis of resources here.
            let mut policy = policy(&sessions()[session], for_all && !axes.contains(&Axis::Resource));
            for (axis, index) in axes.iter().zip(choice) {
                for (path, value) in sayings(*axis).into_iter().nth(index).unwrap_or_default() {
                    put(&mut policy, path, value);
                }
            }
            policy
        }).collect();
        check(&axes, &policies, &requirement(REQUIRED[required].0))?;
    }
}
