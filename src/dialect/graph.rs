//! Microsoft Graph's JSON in all its spellings: the API, the portal, PowerShell and .NET, and the tools that use them.

use super::{Here, Reader, companion};
use crate::policy::{State, Words};
use crate::syntax::{Node, Object};

/// Members of `conditions` that only a Conditional Access policy has together with a state or controls.
const CONDITIONS: [&str; 6] =
    ["users", "applications", "clientAppTypes", "clientApplications", "signInRiskLevels", "authenticationFlows"];

/// How many elements a list has that can be read one by one; none if the document is no such list.
pub(super) fn elements(root: &Node<'_>) -> Option<usize> {
    let object = match root {
        Node::Array(elements) => return Some(elements.len()),
        Node::Object(object) => object,
        _ => return None,
    };
    let scuba = object.get("Raw").and_then(Node::as_object).unwrap_or(object);
    let lists = [object.get("value"), object.get("responses"), scuba.get("conditional_access_policies")];
    lists.into_iter().flatten().find_map(|node| Some(node.as_array()?.len()))
}

/// Reads what Graph or a tool around it has written. False if there is nothing of the kind.
pub(super) fn read<'a>(reader: &mut Reader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    match root {
        Node::Array(elements) => {
            reader.taken.kind = if elements.is_empty() {
                "an empty list"
            } else {
                "a list without policies: no element has conditions beside a state or controls"
            };
            list(reader, elements, here, false, "a list of Graph policies")
        }
        Node::Object(object) => scuba(reader, object, here) || batch(reader, object, here) || body(reader, root, here),
        _ => false,
    }
}

/// A response body of Graph: a list, a policy, or an object around one.
fn body<'a>(reader: &mut Reader<'_, 'a>, node: &Node<'a>, here: &Here) -> bool {
    let Node::Object(object) = node else { return false };
    let of_policies = context(object).is_some_and(is_policy_context);
    if of_policies {
        note_version(reader, object, here);
    }
    if let Some(Node::Array(elements)) = object.get("value") {
        if let Some((key, _)) = object.members.iter().find(|(key, _)| key.eq_ignore_ascii_case("@odata.nextLink")) {
            reader.taken.next_pages.push(here.pointer.key(key));
        }
        reader.taken.kind = if elements.is_empty() {
            "an empty list"
        } else {
            "a list without policies: no element has conditions beside a state or controls"
        };
        let here = member(here, object, "value");
        return list(reader, elements, &here, of_policies, "a list of Graph policies");
    }
    if is_policy(object) {
        reader.taken.kind = "a Graph policy";
        reader.policy(node, here);
        return true;
    }
    if companion::read(&mut reader.taken.companions, object, reader.file) {
        return false;
    }
    wrapper(reader, object, here)
}

/// Elements of a list. In one that says it holds policies, everything is one, however damaged.
fn list<'a>(
    reader: &mut Reader<'_, 'a>,
    elements: &[Node<'a>],
    here: &Here,
    of_policies: bool,
    kind: &'static str,
) -> bool {
    let before = reader.taken.policies;
    for (index, element) in elements.iter().enumerate() {
        let here = here.at(here.pointer.index(index));
        reader.element(element, &here, |reader, node, here| match node {
            Node::Object(object) if of_policies || is_policy(object) => reader.policy(node, here),
            Node::Object(object) => _ = companion::read(&mut reader.taken.companions, object, reader.file),
            _ if of_policies => reader.policy(node, here),
            _ => {}
        });
    }
    let found = reader.taken.policies > before;
    if found {
        reader.taken.kind = kind;
    }
    found
}

/// `ProviderSettingsExport.json` and `ScubaResults_….json` of ScubaGear. Their `cap_table_data` repeats the policies
/// in words and is not read.
fn scuba<'a>(reader: &mut Reader<'_, 'a>, object: &Object<'a>, here: &Here) -> bool {
    let (object, here) = match object.get("Raw") {
        Some(Node::Object(raw)) => (raw, member(here, object, "Raw")),
        _ => (object, here.clone()),
    };
    if let Some(Node::Object(monkey365)) = object.get("aad_conditional_access_policy") {
        let here = member(&here, object, "aad_conditional_access_policy");
        if let Some(Node::Array(elements)) = monkey365.get("Data") {
            return list(reader, elements, &member(&here, monkey365, "Data"), true, "a Monkey365 export");
        }
    }
    let Some(policies) = object.get("conditional_access_policies") else { return false };
    let here = member(&here, object, "conditional_access_policies");
    reader.taken.kind = "a ScubaGear export";
    match policies {
        Node::Array(elements) => _ = list(reader, elements, &here, true, "a ScubaGear export"),
        // ConvertTo-Json unrolls a list of one.
        Node::Object(_) => reader.policy(policies, &here),
        _ => {}
    }
    true
}

/// The answer to a `$batch` request.
fn batch<'a>(reader: &mut Reader<'_, 'a>, object: &Object<'a>, here: &Here) -> bool {
    let Some(Node::Array(responses)) = object.get("responses") else { return false };
    let here = member(here, object, "responses");
    let before = reader.taken.policies;
    for (index, response) in responses.iter().enumerate() {
        let here = here.at(here.pointer.index(index));
        reader.element(response, &here, |reader, node, here| {
            let Node::Object(response) = node else { return };
            if let Some(node) = response.get("body") {
                // An unread element starts a document of its own.
                body(reader, node, &member(here, response, "body"));
            }
        });
    }
    reader.taken.kind = "a $batch response";
    reader.taken.policies > before
}

/// An object that some script has put around a policy or a list of them.
fn wrapper<'a>(reader: &mut Reader<'_, 'a>, object: &Object<'a>, here: &Here) -> bool {
    let before = reader.taken.policies;
    for (key, node) in &object.members {
        let here = here.at(here.pointer.key(key));
        let found = match node {
            Node::Object(inner) if is_policy(inner) => {
                reader.policy(node, &here);
                true
            }
            Node::Array(elements) => list(reader, elements, &here, false, "a list of Graph policies"),
            _ => false,
        };
        if found {
            reader.taken.wrappers.push(here.pointer);
        }
    }
    let found = reader.taken.policies > before;
    if found {
        reader.taken.kind = "Graph policies in a wrapper";
    }
    found
}

/// The place of a member, under the key as it is spelt.
fn member(here: &Here, object: &Object<'_>, name: &str) -> Here {
    let key = object.members.iter().map(|(key, _)| key).find(|key| key.eq_ignore_ascii_case(name));
    here.at(here.pointer.key(key.map_or(name, AsRef::as_ref)))
}

fn context<'n>(object: &'n Object<'_>) -> Option<&'n str> {
    object.get("@odata.context")?.as_str()
}

/// Takes note of the version of Graph that the policies come from.
fn note_version(reader: &mut Reader<'_, '_>, object: &Object<'_>, here: &Here) {
    let origin = &mut reader.taken.companions.graph;
    let context = context(object).unwrap_or_default();
    if context.contains("/beta/$metadata") {
        origin.beta = true;
    } else if context.contains("/v1.0/$metadata") && origin.stable.is_none() {
        origin.stable = Some((reader.file, here.pointer.key("@odata.context")));
    }
}

fn is_policy_context(context: &str) -> bool {
    let context = context.trim_end_matches("/$entity");
    context.ends_with("conditionalAccess/policies") || context.ends_with("policies/conditionalAccessPolicies")
}

/// Whether an object is a policy, damaged or not.
pub(super) fn is_policy(object: &Object<'_>) -> bool {
    let controls = object.get("grantControls").or_else(|| object.get("sessionControls"));
    let state = object.get("state");
    let says_so = object.get("@odata.type").and_then(Node::as_str) == Some("#microsoft.graph.conditionalAccessPolicy")
        || context(object).is_some_and(|context| context.ends_with("/$entity") && is_policy_context(context));
    if says_so {
        return state.is_some() || controls.is_some() || object.get("conditions").is_some();
    }
    match object.get("conditions") {
        Some(Node::Object(conditions)) => {
            let known =
                conditions.members.iter().any(|(key, _)| CONDITIONS.iter().any(|name| name.eq_ignore_ascii_case(key)));
            // A JSON Schema of a policy has `conditions`, too.
            let schema = conditions.get("properties").is_some();
            !schema && (known || conditions.members.is_empty()) && (state.is_some() || controls.is_some())
        }
        // Only a policy has a state of this enumeration beside controls.
        conditions => {
            let state = state
                .and_then(Node::as_str)
                .is_some_and(|state| State::WORDS.iter().any(|(word, _)| word.eq_ignore_ascii_case(state)));
            controls.is_some() && state && (conditions.is_some() || object.get("displayName").is_some())
        }
    }
}
