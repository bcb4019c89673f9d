//! Damage never helps: whatever is misspelt, lost or put in place of a value, no verdict becomes better by it.

use crate::terraform::{self, AZUREAD, MICROSOFT365};
use crate::{options, security_defaults, variants};
use caplint::controls;
use caplint::coverage::{self, Verdict};
use caplint::discover::Input;
use caplint::lint::{self, Options};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The controls that are judged: a resource, all resources and one role set.
const CONTROLS: [&str; 3] = [controls::DEFAULT, "mfa-all-users", "mfa-admins"];

/// Every so manieth damage is tried: of a plan, which says everything more than once, and of Graph's own JSON.
const OF_PLANS: usize = 57;
const OF_GRAPH: usize = 2;

/// What is done to one place of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Damage {
    /// The key or element is gone.
    Removed,
    /// A letter of the key is missing.
    KeyMisspelt,
    /// The key is one that nobody knows.
    KeyUnknown,
    /// The value is `null`.
    Null,
    /// The value is a placeholder.
    Placeholder,
    /// The value is of another type.
    WrongType,
    /// The value is what somebody calls it.
    Name,
    /// The value is a word that nobody knows.
    UnknownWord,
    /// A letter of the value is missing.
    Misspelt,
}

const DAMAGES: [Damage; 9] = [
    Damage::Removed,
    Damage::KeyMisspelt,
    Damage::KeyUnknown,
    Damage::Null,
    Damage::Placeholder,
    Damage::WrongType,
    Damage::Name,
    Damage::UnknownWord,
    Damage::Misspelt,
];

impl Damage {
    /// Does it to the value at a pointer; none if it cannot be done there.
    fn apply(self, document: &Value, pointer: &str) -> Option<Value> {
        let (parent, step) = pointer.rsplit_once('/')?;
        let mut damaged = document.clone();
        let value = match self {
            Self::Removed => {
                match damaged.pointer_mut(parent)? {
                    Value::Object(members) => _ = members.remove(step),
                    Value::Array(elements) => _ = elements.remove(step.parse().ok()?),
                    _ => return None,
                }
                return Some(damaged);
            }
            Self::KeyMisspelt | Self::KeyUnknown => {
                let members = damaged.pointer_mut(parent)?.as_object_mut()?;
                let value = members.remove(step)?;
                let key =
                    if self == Self::KeyUnknown { "newAtMicrosoft" } else { step.get(..step.len().checked_sub(1)?)? };
                members.insert(key.to_owned(), value);
                return Some(damaged);
            }
            Self::Null => Value::Null,
            Self::Placeholder => json!("<Placeholder>"),
            Self::WrongType => match document.pointer(pointer)? {
                Value::String(_) => json!(7),
                Value::Object(_) | Value::Array(_) => json!("System.Object"),
                Value::Null | Value::Bool(_) | Value::Number(_) => json!("x"),
            },
            Self::Name => json!("Some name"),
            Self::UnknownWord => json!("somethingNew"),
            Self::Misspelt => {
                let text = document.pointer(pointer)?.as_str()?;
                let last = text.char_indices().next_back()?.0;
                json!(&text[..last])
            }
        };
        *damaged.pointer_mut(pointer)? = value;
        Some(damaged)
    }
}

/// Every place of a document, outermost first.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let inner: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(elements) => {
            elements.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect()
        }
        _ => Vec::new(),
    };
    for (step, value) in inner {
        let at = format!("{at}/{step}");
        found.push(at.clone());
        places(value, &at, found);
    }
}

/// Passing, and how: what counts as better.
fn rank(verdict: Verdict) -> u8 {
    match verdict {
        Verdict::NotEnforced | Verdict::Undecided => 0,
        Verdict::EnforcedExcept => 1,
        Verdict::Enforced => 2,
    }
}

fn verdicts(documents: &[Value], options: &Options) -> Vec<Verdict> {
    let inputs: Vec<Input> = documents.iter().map(|document| Input::Stdin(document.to_string().into_bytes())).collect();
    // Without the rules, which take most of the time.
    let tenant = lint::load(&inputs, options);
    let decide = |id: &&str| {
        let requirement = controls::find(id).unwrap().requirement(options.cloud)?;
        Some(coverage::decide(&requirement, &tenant, coverage::Options::default()).verdict)
    };
    CONTROLS.iter().map(|id| decide(id).unwrap_or(Verdict::Undecided)).collect()
}

/// Edits after which a file says something else, and something that is known.
fn is_legal(damage: Damage, pointer: &str, document: &Value) -> bool {
    let last = pointer.rsplit('/').next().unwrap_or_default();
    let is_inside =
        |names: &[&str]| pointer.split('/').any(|step| names.iter().any(|name| step.eq_ignore_ascii_case(name)));
    // Which copy of a policy is the same as another is for its id to say, and whether it is deleted for its date.
    if is_inside(&["id", "object_id", "displayName", "display_name"]) {
        return true;
    }
    match damage {
        // An exclusion, a condition or an alternative that is not there is none.
        Damage::Removed | Damage::Null => {
            let narrowing = [
                "excludeUsers",
                "excludeGroups",
                "excludeRoles",
                "excludeGuestsOrExternalUsers",
                "excludeApplications",
                "excludePlatforms",
                "excludeLocations",
                "applicationFilter",
                "platforms",
                "locations",
                "devices",
                "deviceFilter",
                "signInRiskLevels",
                "userRiskLevels",
                "insiderRiskLevels",
                "servicePrincipalRiskLevels",
                "authenticationFlows",
                "clientApplications",
                "builtInControls",
                "termsOfUse",
                "customAuthenticationFactors",
                "authenticationStrength",
                "deletedDateTime",
                "times",
                "clientAppTypes",
                "partialEnablementStrategy",
            ];
            let snake = |name: &str| {
                name.chars()
                    .flat_map(
                        |one| if one.is_ascii_uppercase() { vec!['_', one.to_ascii_lowercase()] } else { vec![one] },
                    )
                    .collect::<String>()
            };
            let azuread = [
                "excluded_users",
                "excluded_groups",
                "excluded_roles",
                "excluded_applications",
                "excluded_platforms",
                "excluded_locations",
                "excluded_guests_or_external_users",
                "filter",
                "authentication_flow_transfer_methods",
                "authentication_strength_policy_id",
            ];
            narrowing.iter().any(|name| is_inside(&[name, snake(name).as_str()]))
                || is_inside(&azuread)
                || is_whole_policy(document, pointer)
        }
        // One object in place of another, or of a class, is excluded instead.
        Damage::Placeholder | Damage::Name => {
            let lists = [
                "excludeUsers",
                "excluded_users",
                "exclude_users",
                "excludeGroups",
                "excluded_groups",
                "exclude_groups",
            ];
            is_inside(&lists) && (last.parse::<usize>().is_ok() || lists.contains(&last))
        }
        Damage::KeyMisspelt | Damage::KeyUnknown | Damage::WrongType | Damage::UnknownWord | Damage::Misspelt => false,
    }
}

/// Whether a place holds a policy or the change that makes one: without it there is another tenant.
fn is_whole_policy(document: &Value, pointer: &str) -> bool {
    let value = document.pointer(pointer).unwrap_or(&Value::Null);
    ["conditions", "change", "after", "isEnabled"].iter().any(|name| value.get(name).is_some())
        || pointer.ends_with("/isEnabled")
}

/// A tenant in one dialect.
struct Tenant {
    id: String,
    documents: Vec<Value>,
    options: Options,
    every: usize,
}

fn tenants() -> Vec<Tenant> {
    let mut tenants = Vec::new();
    for variant in variants() {
        let options = options(&variant);
        let defaults = security_defaults(variant["securityDefaultsEnabled"].as_bool().unwrap());
        let policies = variant["policies"].as_array().unwrap();
        let id = variant["id"].as_str().unwrap();
        let documents = vec![json!({ "value": policies }), defaults.clone()];
        tenants.push(Tenant { id: format!("{id} Graph"), documents, options: options.clone(), every: OF_GRAPH });
        for (name, provider) in [("azuread", &AZUREAD), ("microsoft365", &MICROSOFT365)] {
            if let Some(resources) = terraform::resources(provider, policies) {
                let plan = serde_json::from_slice(&terraform::plan(&resources)).unwrap();
                let documents = vec![plan, defaults.clone()];
                tenants.push(Tenant {
                    id: format!("{id} {name}"),
                    documents,
                    options: options.clone(),
                    every: OF_PLANS,
                });
            }
        }
    }
    tenants
}

#[test]
fn damage_never_helps() {
    let tenants = tenants();
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    let outcomes: Vec<(usize, BTreeMap<String, usize>)> = std::thread::scope(|scope| {
        let work = |thread: usize| {
            let own: Vec<&Tenant> = tenants.iter().skip(thread).step_by(threads).collect();
            scope.spawn(move || damaged(&own))
        };
        (0..threads).map(work).collect::<Vec<_>>().into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let tried: usize = outcomes.iter().map(|(tried, _)| tried).sum();
    let mut better: BTreeMap<String, usize> = BTreeMap::new();
    for (what, times) in outcomes.into_iter().flat_map(|(_, better)| better) {
        *better.entry(what).or_default() += times;
    }
    let shown: Vec<String> = better.iter().map(|(what, times)| format!("{times} × {what}")).collect();
    assert!(better.is_empty(), "of {tried} damages these help:\n{}", shown.join("\n"));
    eprintln!("{tried} damages");
    assert!(tried >= 20_000, "{tried}");
}

/// How many damages were tried, and those that help.
fn damaged(tenants: &[&Tenant]) -> (usize, BTreeMap<String, usize>) {
    let (mut tried, mut turn) = (0, 0);
    let mut better = BTreeMap::new();
    for tenant in tenants {
        let as_is = verdicts(&tenant.documents, &tenant.options);
        for (index, document) in tenant.documents.iter().enumerate() {
            let mut pointers = Vec::new();
            places(document, "", &mut pointers);
            for (pointer, damage) in pointers.iter().flat_map(|pointer| DAMAGES.map(|damage| (pointer, damage))) {
                turn += 1;
                if turn % tenant.every != 0 || is_legal(damage, pointer, document) {
                    continue;
                }
                let Some(changed) = damage.apply(document, pointer) else { continue };
                tried += 1;
                let mut documents = tenant.documents.clone();
                documents[index] = changed;
                let now = verdicts(&documents, &tenant.options);
                for ((control, before), after) in CONTROLS.iter().zip(&as_is).zip(now) {
                    if rank(after) > rank(*before) {
                        let what = format!(
                            "{damage:?} {} {}: {control} {} -> {}",
                            tenant.id,
                            pointer,
                            before.word(),
                            after.word()
                        );
                        *better.entry(what).or_insert(0) += 1;
                    }
                }
            }
        }
    }
    (tried, better)
}
