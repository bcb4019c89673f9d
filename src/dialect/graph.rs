//! Microsoft Graph's JSON in all its spellings: the API, the portal, PowerShell and .NET, and the tools that use them.

use super::{Here, Listing, Page, Reader, Refused, companion};
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
    let outer = std::mem::replace(&mut reader.listing, Listing::of(context(object).unwrap_or_default()));
    let found = content(reader, node, object, here);
    reader.listing = outer;
    found
}

fn content<'a>(reader: &mut Reader<'_, 'a>, node: &Node<'a>, object: &Object<'a>, here: &Here) -> bool {
    let of_policies = context(object).is_some_and(is_policy_context);
    if of_policies {
        note_version(reader, object, here);
    }
    if refused(reader, object, here) {
        return false;
    }
    if let Some(Node::Array(elements)) = object.get("value") {
        let is_link = |key: &str| key.eq_ignore_ascii_case("@odata.nextLink");
        let next = object.members.iter().find(|(key, _)| is_link(key));
        let next = next.map(|(key, link)| (here.pointer.key(key), link.as_str().and_then(skip)));
        reader.taken.kind = if elements.is_empty() {
            "an empty list"
        } else {
            "a list without policies: no element has conditions beside a state or controls"
        };
        let here = member(here, object, "value");
        let before = reader.taken.policies;
        let found = list(reader, elements, &here, of_policies, "a list of Graph policies");
        if of_policies || next.is_some() {
            reader.taken.pages.push(Page { policies: reader.taken.policies - before, next });
        }
        return found;
    }
    if is_template(object) {
        reader.taken.kind = "a policy template, which is not in force";
        return false;
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
            Node::Object(object) if refused(reader, object, here) => {}
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
            let before = reader.taken.refused.len();
            if let Some(node) = response.get("body") {
                // An unread element starts a document of its own.
                body(reader, node, &member(here, response, "body"));
            }
            let status = response.get("status").and_then(status).filter(|status| *status >= 400);
            if let Some(status) = status.filter(|_| reader.taken.refused.len() == before) {
                reader.taken.refused.push(Refused { pointer: here.pointer.clone(), code: status.to_string().into() });
            }
        });
    }
    reader.taken.kind = "a $batch response";
    reader.taken.policies > before
}

/// The status of a part of a `$batch` response.
fn status(node: &Node<'_>) -> Option<u16> {
    match node {
        Node::Number(number) => number.to_string().parse().ok(),
        Node::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// Takes note of an answer that is an error: `{"error": {"code": …, "message": …}}`.
fn refused(reader: &mut Reader<'_, '_>, object: &Object<'_>, here: &Here) -> bool {
    let error = object.get("error").and_then(Node::as_object);
    let Some(code) = error.filter(|error| error.get("message").is_some()).and_then(|error| error.get("code")) else {
        return false;
    };
    reader.taken.kind = "an error that Graph has answered with";
    let code = code.as_str().unwrap_or("without a code").into();
    reader.taken.refused.push(Refused { pointer: here.pointer.clone(), code });
    true
}

/// From which policy on the next page has the list, where the link counts policies.
fn skip(link: &str) -> Option<usize> {
    let (_, query) = link.split_once('?')?;
    let values = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut skips = values.filter(|(key, _)| key.eq_ignore_ascii_case("$skip") || key.eq_ignore_ascii_case("%24skip"));
    skips.next()?.1.parse().ok()
}

/// Whether an object is one of the templates of [`conditionalAccessTemplate`].
///
/// [`conditionalAccessTemplate`]: https://learn.microsoft.com/graph/api/resources/conditionalaccesstemplate
fn is_template(object: &Object<'_>) -> bool {
    let details = object.get("details").and_then(Node::as_object);
    details.is_some_and(|details| details.get("conditions").is_some() && details.get("state").is_none())
        && (object.get("scenarios").is_some() || object.get("name").is_some())
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
    // Behind the name of the set stands what was selected.
    let selected = context.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    let context = selected.map_or(context, |(set, _)| set);
    ["conditionalAccess/policies", "policies/conditionalAccessPolicies", "conditionalAccess/deletedItems/policies"]
        .into_iter()
        .any(|set| context.ends_with(set))
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
