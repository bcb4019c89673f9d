//! The comparison as JSON, version 1.

use super::super::json::{person, sign_in_parts};
use crate::coverage::Side;
use crate::diff::{
    Cause, Change, Class, DeviceFact, Edit, Expected, Group, Masked, Outcome, Principal, Region, Resources, Which,
};
use crate::finding::{Location, escape_invisible};
use crate::outcome::Compared;
use crate::policy::Words;
use crate::requirement::Resource;
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Writes it.
///
/// # Errors
/// Those of the writer.
pub(super) fn write(compared: &Compared, out: &mut dyn Write) -> io::Result<()> {
    let text = serde_json::to_string_pretty(&Report(compared)).unwrap_or_default();
    writeln!(out, "{}", escape_invisible(&text))
}

/// The report, of which one change at a time is held as a value.
struct Report<'a>(&'a Compared);

impl Serialize for Report<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Object(members) = value(self.0) else { return serializer.serialize_unit() };
        let mut map = serializer.serialize_map(Some(members.len()))?;
        for (name, member) in &members {
            if name == CHANGES {
                map.serialize_entry(name, &Changes(self.0))?;
            } else {
                map.serialize_entry(name, member)?;
            }
        }
        map.end()
    }
}

const CHANGES: &str = "changes";

struct Changes<'a>(&'a Compared);

impl Serialize for Changes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((0..self.0.difference.changes.len()).map(|index| change(self.0, index)))
    }
}

fn value(compared: &Compared) -> Value {
    let difference = &compared.difference;
    let classes = &difference.classes;
    let mut value = json!({
        "version": 1,
        "before": side(compared, Side::Before),
        "after": side(compared, Side::After),
        "verdict": difference.verdict.word(),
        "classes": {
            "loosened": classes.loosened.word(),
            "tightened": classes.tightened.word(),
            "newlyBlocked": classes.newly_blocked.word(),
            "newlyUnblocked": classes.newly_unblocked.word(),
            "sessionChanged": classes.session_changed.word(),
        },
        "complete": difference.complete,
        CHANGES: [],
        "groups": difference.groups.iter().enumerate().map(|(id, one)| group(id, one)).collect::<Vec<_>>(),
        "edits": difference.edits.iter().map(|one| edit(compared, one)).collect::<Vec<_>>(),
        "assumptions": difference.assumptions,
        "findings": compared.findings.iter().map(super::super::json::finding).collect::<Vec<_>>(),
        "summary": {
            "changes": difference.changes.len(),
            "groups": difference.groups.len(),
            "edits": difference.edits.len(),
        },
    });
    if let (Some(intent), Some(members)) = (&compared.intent, value.as_object_mut()) {
        let expected = intent.expected.iter().zip(&difference.expected);
        members.insert("expected".to_owned(), expected.map(|(one, happens)| expectation(one, *happens)).collect());
    }
    value
}

fn expectation(expected: &Expected, happens: Class) -> Value {
    let kinds: Vec<&str> = expected.kinds.iter().map(|kind| kind.word()).collect();
    json!({ "kind": kinds, "why": expected.why, "happens": happens.word() })
}

fn side(compared: &Compared, side: Side) -> Value {
    let report = compared.side(side);
    json!({ "name": report.name, "files": report.files, "policies": report.policies.len() })
}

fn change(compared: &Compared, index: usize) -> Value {
    let change = &compared.difference.changes[index];
    let ways = change.ways.iter().map(|way| json!({ "withheld": strings(way) }));
    let mut value = json!({
        "kind": change.kind.word(),
        "certainty": change.certainty.word(),
        "group": change.group,
        "rank": index + 1,
        "level": change.level.word(),
        "ways": ways.collect::<Vec<_>>(),
        "region": region(&change.region),
        "except": {
            "before": ids(compared, Side::Before, &change.except.before),
            "after": ids(compared, Side::After, &change.except.after),
        },
        "dependsOn": depends_on(compared, change),
        "witness": witness(change),
        "before": outcome(compared, Side::Before, &change.outcomes[0]),
        "after": outcome(compared, Side::After, &change.outcomes[1]),
        "causes": change.causes.iter().zip(&compared.places[index]).map(|(one, places)| cause(compared, one, places)).collect::<Vec<_>>(),
    });
    if let (Some(people), Some(members)) = (&compared.people[index], value.as_object_mut()) {
        members.insert("people".to_owned(), people.users.iter().map(person).collect());
        members.insert("morePeople".to_owned(), json!(people.perhaps_others));
    }
    if let (Some((gained, controls)), Some(members)) = (&change.session, value.as_object_mut()) {
        members.insert("session".to_owned(), json!({ if *gained { "gained" } else { "lost" }: strings(controls) }));
    }
    value
}

fn strings<T: ToString>(all: &[T]) -> Vec<String> {
    all.iter().map(ToString::to_string).collect()
}

fn id(compared: &Compared, side: Side, which: Which) -> Value {
    match which {
        Which::Policy(index) => {
            let policy = compared.side(side).policies.get(index);
            let named = |policy: &crate::finding::PolicyRef| {
                policy.id.clone().or_else(|| policy.address.clone()).or_else(|| policy.display_name.known().cloned())
            };
            json!(policy.and_then(named))
        }
        Which::DefaultsBlock | Which::DefaultsAsk => json!("securityDefaults"),
    }
}

fn ids(compared: &Compared, side: Side, all: &[Which]) -> Vec<Value> {
    all.iter().map(|which| id(compared, side, *which)).collect()
}

fn party(compared: &Compared, side: Side, which: Option<Which>) -> Value {
    match which {
        Some(Which::Policy(index)) => {
            compared.side(side).policies.get(index).map_or(Value::Null, super::super::json::policy)
        }
        Some(Which::DefaultsBlock | Which::DefaultsAsk) => {
            json!({ "id": "securityDefaults", "displayName": "security defaults", "address": null })
        }
        None => Value::Null,
    }
}

fn region(region: &Region) -> Value {
    let mut members = Map::new();
    let mut scope = |name: &str, all_of: Vec<Value>, none_of: Vec<Value>| {
        let mut scope = Map::new();
        if !all_of.is_empty() {
            scope.insert("allOf".to_owned(), Value::Array(all_of));
        }
        if !none_of.is_empty() {
            scope.insert("noneOf".to_owned(), Value::Array(none_of));
        }
        if !scope.is_empty() {
            members.insert(name.to_owned(), Value::Object(scope));
        }
    };
    let users = &region.users;
    let clauses = users.all_of.iter().map(|clause| Value::Array(clause.iter().map(principal).collect()));
    scope("users", clauses.collect(), users.none_of.iter().map(principal).collect());
    let locations = &region.locations;
    let clauses = locations.all_of.iter().map(|clause| json!(strings(clause)));
    scope("locations", clauses.collect(), locations.none_of.iter().map(|id| json!(id.to_string())).collect());
    if let Some(resources) = &region.resources {
        let value = match resources {
            Resources::These(all) => Value::Array(all.iter().map(resource).collect()),
            Resources::AllBut(all) => json!({ "noneOf": all.iter().map(resource).collect::<Vec<_>>() }),
        };
        members.insert("resources".to_owned(), value);
    }
    for (dimension, values) in &region.values {
        members.insert(dimension.word().to_owned(), json!(values));
    }
    if !region.device.is_empty() {
        members.insert("device".to_owned(), Value::Array(region.device.iter().map(device).collect()));
    }
    Value::Object(members)
}

fn principal(principal: &Principal) -> Value {
    match principal {
        Principal::All => json!({ "all": true }),
        Principal::User(id) => json!({ "user": id.to_string() }),
        Principal::Group(id) => json!({ "group": id.to_string() }),
        Principal::Role(id) => json!({ "role": id.to_string() }),
        Principal::Guests(types, tenants) => {
            let types: Vec<&str> = types.iter().map(|kind| kind.word()).collect();
            match tenants {
                Some(tenants) => json!({ "guests": types, "tenants": strings(tenants) }),
                None => json!({ "guests": types }),
            }
        }
    }
}

fn resource(resource: &Resource) -> Value {
    match resource {
        Resource::App(id) => json!({ "application": id.to_string() }),
        Resource::OfSuite(suite) => json!({ "suite": suite.word() }),
        Resource::UserAction(action) => json!({ "userAction": action.to_string() }),
        Resource::AuthenticationContext(context) => json!({ "authenticationContext": context.to_string() }),
        Resource::Other | Resource::Every => json!({}),
    }
}

fn device(fact: &DeviceFact) -> Value {
    match fact {
        DeviceFact::Rule(rule, holds) => json!({ "rule": rule, "holds": holds }),
        DeviceFact::Compliant(holds) => json!({ "is": "compliant", "holds": holds }),
        DeviceFact::HybridJoined(holds) => json!({ "is": "hybridJoined", "holds": holds }),
    }
}

fn depends_on(compared: &Compared, change: &Change) -> Vec<Value> {
    let places = change.depends_on.iter().map(|(side, policy, pointer, reason)| {
        json!({
            "side": side.word(),
            "policy": id(compared, *side, Which::Policy(*policy)),
            "pointer": pointer.as_str(),
            "reason": reason,
        })
    });
    places.collect()
}

/// The sign-in as the tenant after sees it; `locationsBefore` where the tenant before sees other locations.
fn witness(change: &Change) -> Value {
    let [before, after] = &change.witness;
    let mut value = sign_in_parts(after, &change.relevant);
    value["signInContext"] = resource(&after.resource);
    if before.locations != after.locations {
        let ids: Vec<String> = before.locations.iter().map(ToString::to_string).collect();
        value["signInConditions"]["locationsBefore"] = json!(ids);
    }
    value
}

fn outcome(compared: &Compared, side: Side, outcome: &Outcome) -> Value {
    json!({
        "outcome": outcome.access.word(),
        "requires": outcome.access.requires().iter().map(|clause| strings(clause)).collect::<Vec<_>>(),
        "policies": ids(compared, side, &outcome.policies),
    })
}

fn cause(compared: &Compared, cause: &Cause, places: &[(Side, Location)]) -> Value {
    let locations = places.iter().map(|(side, location)| {
        json!({
            "side": side.word(),
            "path": location.path,
            "pointer": location.pointer.as_str(),
            "start": { "line": location.start.line, "column": location.start.column },
            "end": { "line": location.end.line, "column": location.end.column },
        })
    });
    json!({
        "before": party(compared, Side::Before, cause.before),
        "after": party(compared, Side::After, cause.after),
        "property": cause.property.word(),
        "locations": locations.collect::<Vec<_>>(),
    })
}

fn group(id: usize, group: &Group) -> Value {
    json!({
        "id": id,
        "kind": group.kind.word(),
        "property": group.property.word(),
        "removed": group.removed,
        "added": group.added,
        "changes": group.changes,
    })
}

fn edit(compared: &Compared, edit: &Edit) -> Value {
    let masked = edit.masked_by.iter().map(|masked| match masked {
        Masked::By(side, which) => json!({ "side": side.word(), "policy": id(compared, *side, *which) }),
        Masked::NotInForce => json!("not-in-force"),
    });
    json!({
        "before": party(compared, Side::Before, edit.before),
        "after": party(compared, Side::After, edit.after),
        "properties": edit.properties.iter().map(|property| property.word()).collect::<Vec<_>>(),
        "effect": edit.effect.word(),
        "maskedBy": masked.collect::<Vec<_>>(),
    })
}
