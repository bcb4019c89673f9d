//! Microsoft Graph's JSON in all its spellings: the API, the portal, PowerShell and .NET, and the tools that use them.

mod answer;
mod listing;

pub use answer::Failure;
pub(super) use listing::Listing;
pub use listing::{NextPage, Page};

use super::directory::{self, OpenList};
use super::unread::{EXPORT, holds_quoted_policy};
use super::{DocumentKind, DocumentReader, Here, Unread, companion};
use crate::policy::{Property, State, Words};
use crate::syntax::{Node, Object};

/// Members of `conditions` that only a Conditional Access policy has together with a state or controls.
const CONDITIONS: [Property; 6] = [
    Property::Users,
    Property::Applications,
    Property::ClientAppTypes,
    Property::ClientApplications,
    Property::SignInRiskLevels,
    Property::AuthenticationFlows,
];

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
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    let whole = Listing::default();
    match root {
        Node::Array(elements) => {
            reader.taken.kind = kind_without_policies(elements);
            list(reader, elements, here, &whole, DocumentKind::GraphList)
        }
        node => answer(reader, node, here, &whole),
    }
}

fn kind_without_policies(elements: &[Node<'_>]) -> DocumentKind {
    if elements.is_empty() { DocumentKind::EmptyList } else { DocumentKind::OtherList }
}

/// An answer of Graph, or what a tool makes of several.
fn answer<'a>(reader: &mut DocumentReader<'_, 'a>, node: &Node<'a>, here: &Here, around: &Listing) -> bool {
    let Node::Object(object) = node else { return false };
    scuba(reader, object, here) || batch(reader, object, here) || body(reader, node, here, around)
}

/// A response body of Graph: a list, a policy, or an object around one.
fn body<'a>(reader: &mut DocumentReader<'_, 'a>, node: &Node<'a>, here: &Here, around: &Listing) -> bool {
    let Node::Object(object) = node else { return false };
    let listing = around.around(Listing::of(object));
    if listing.of_policies {
        note_version(reader, object, here);
        note_tenant(reader, object);
    }
    if let Some(told) = answer::failure(object) {
        reader.taken.kind = DocumentKind::FailedRequest;
        reader.taken.failures.push(Failure { pointer: here.pointer.clone(), code: told.code(), status: None });
        return false;
    }
    if let Some(Node::Array(elements)) = object.get("value") {
        if object.members.iter().filter(|(key, _)| key.eq_ignore_ascii_case("value")).count() > 1 {
            let form = "a list whose key `value` appears twice";
            reader.taken.unread = Some(Unread { form, instead: EXPORT });
        }
        let list_at = member(here, object, "value");
        let link = object.members.iter().find(|(key, _)| key.eq_ignore_ascii_case("@odata.nextLink"));
        let next = link.map(|(key, link)| NextPage::read(here.pointer.key(key), link.as_str()));
        let open = OpenList::of(context(object).unwrap_or_default());
        let is_last_page = next.is_none();
        if listing.of_policies || !(is_last_page || open.is_of_directory()) {
            reader.taken.pages.push(Page {
                list: list_at.pointer.clone(),
                count: elements.len(),
                context: context(object).map(Into::into),
                next,
            });
        }
        reader.taken.kind = kind_without_policies(elements);
        let around = std::mem::replace(&mut reader.list, open);
        let found = list(reader, elements, &list_at, &listing, DocumentKind::GraphList);
        let open = std::mem::replace(&mut reader.list, around);
        if open.is_of_directory() {
            reader.taken.kind = DocumentKind::Directory;
        }
        open.end(&mut reader.taken.companions.directory, elements.len(), is_last_page, &here.pointer);
        return found;
    }
    if is_policy(object) {
        reader.taken.kind = DocumentKind::GraphPolicy;
        reader.policy(node, here, &listing);
        return true;
    }
    if answer::is_template(object) {
        reader.taken.kind = DocumentKind::PolicyTemplate;
        return false;
    }
    directory::read(&mut reader.taken.companions.directory, object, &mut reader.list, &here.pointer);
    if companion::read(&mut reader.taken.companions, object, reader.file) {
        return false;
    }
    wrapper(reader, object, here, &listing)
}

/// Elements of a list. In one that says it holds policies, everything is one, however damaged. Others may hold answers
/// of their own: a script has collected the pages of a list.
fn list<'a>(
    reader: &mut DocumentReader<'_, 'a>,
    elements: &[Node<'a>],
    here: &Here,
    listing: &Listing,
    kind: DocumentKind,
) -> bool {
    let before = reader.taken.policies;
    for (index, element) in elements.iter().enumerate() {
        let here = here.at(here.pointer.index(index));
        reader.element(element, &here, |reader, node, here| match node {
            Node::Object(object) if listing.of_policies || is_policy(object) => {
                reader.policy(node, here, &listing.around(Listing::of(object)));
            }
            Node::Object(_) => _ = answer(reader, node, here, listing),
            _ if listing.of_policies => reader.policy(node, here, listing),
            Node::Array(elements) => _ = list(reader, elements, here, listing, kind),
            Node::Null
            | Node::Bool(_)
            | Node::Number(_)
            | Node::String(_)
            | Node::Raw(_)
            | Node::Reference(_)
            | Node::Secret(_)
            | Node::Untold(_) => {}
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
fn scuba<'a>(reader: &mut DocumentReader<'_, 'a>, object: &Object<'a>, here: &Here) -> bool {
    let (object, here) = match object.get("Raw") {
        Some(Node::Object(raw)) => (raw, member(here, object, "Raw")),
        _ => (object, here.clone()),
    };
    let policies_only = Listing { of_policies: true, ..Listing::default() };
    if let Some(Node::Object(monkey365)) = object.get("aad_conditional_access_policy") {
        let here = member(&here, object, "aad_conditional_access_policy");
        if let Some(Node::Array(elements)) = monkey365.get("Data") {
            return list(reader, elements, &member(&here, monkey365, "Data"), &policies_only, DocumentKind::Monkey365);
        }
    }
    let Some(policies) = object.get("conditional_access_policies") else { return false };
    let here = member(&here, object, "conditional_access_policies");
    reader.taken.kind = DocumentKind::ScubaGear;
    match policies {
        Node::Array(elements) => _ = list(reader, elements, &here, &policies_only, DocumentKind::ScubaGear),
        // ConvertTo-Json unrolls a list of one.
        Node::Object(_) => reader.policy(policies, &here, &policies_only),
        // The collection of policies failed, or there is none.
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::String(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => {}
    }
    true
}

/// The answer to a `$batch` request.
fn batch<'a>(reader: &mut DocumentReader<'_, 'a>, object: &Object<'a>, here: &Here) -> bool {
    let Some(Node::Array(responses)) = object.get("responses") else { return false };
    let here = member(here, object, "responses");
    let before = reader.taken.policies;
    for (index, response) in responses.iter().enumerate() {
        let here = here.at(here.pointer.index(index));
        reader.element(response, &here, |reader, node, here| {
            let Node::Object(response) = node else { return };
            // Which request it answers is not in it, so it may be the one for the policies.
            if let Some(status) = answer::failed_status(response) {
                let body = response.get("body").and_then(Node::as_object);
                let code = body.and_then(answer::failure).and_then(answer::Told::code);
                let pointer = here.pointer.clone();
                reader.taken.failures.push(Failure { pointer, code, status: Some(status) });
                return;
            }
            if let Some(node) = response.get("body") {
                // An unread element starts a document of its own.
                let here = member(here, response, "body");
                wrapped(reader, node, &here, &Listing::default());
            }
        });
    }
    reader.taken.kind = DocumentKind::GraphBatch;
    reader.taken.policies > before
}

/// An object that some script has put around a policy, a list of them, or an answer of Graph.
fn wrapper<'a>(reader: &mut DocumentReader<'_, 'a>, object: &Object<'a>, here: &Here, listing: &Listing) -> bool {
    let before = reader.taken.policies;
    for (key, node) in &object.members {
        let here = here.at(here.pointer.key(key));
        let wrappers = reader.taken.wrappers.len();
        // What the policies say of themselves in a log of changes is not what they are.
        let is_of_a_log = ["newValue", "oldValue"].iter().any(|name| key.eq_ignore_ascii_case(name));
        if !is_of_a_log && wrapped(reader, node, &here, &listing.below(key)) && reader.taken.wrappers.len() == wrappers
        {
            reader.taken.wrappers.push(here.pointer);
        }
    }
    let found = reader.taken.policies > before;
    if found {
        reader.taken.kind = DocumentKind::GraphWrapper;
        for key in ["tenantId", "organizationId"] {
            let id = object.get(key).and_then(Node::as_str);
            reader.taken.companions.tenants.extend(id.and_then(companion::tenant_id));
        }
    }
    found
}

/// What stands under a key of a wrapper. False if there is no policy in it.
fn wrapped<'a>(reader: &mut DocumentReader<'_, 'a>, node: &Node<'a>, here: &Here, listing: &Listing) -> bool {
    match node {
        Node::Object(_) => answer(reader, node, here, listing),
        Node::Array(elements) => list(reader, elements, here, listing, DocumentKind::GraphList),
        Node::String(text) => {
            if holds_quoted_policy(text) {
                let form = "a file with policies inside a string";
                reader.taken.unread = Some(Unread { form, instead: EXPORT });
            }
            false
        }
        Node::Null
        | Node::Bool(_)
        | Node::Number(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => false,
    }
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
fn note_version(reader: &mut DocumentReader<'_, '_>, object: &Object<'_>, here: &Here) {
    let origin = &mut reader.taken.companions.graph;
    let context = context(object).unwrap_or_default();
    if context.contains("/beta/$metadata") {
        origin.beta = true;
    } else if context.contains("/v1.0/$metadata") && origin.stable.is_none() {
        origin.stable = Some((reader.file, here.pointer.key("@odata.context")));
    }
}

/// Takes note of the tenant whose id is in the address of a context.
fn note_tenant(reader: &mut DocumentReader<'_, '_>, object: &Object<'_>) {
    let address = context(object).unwrap_or_default().split('#').next().unwrap_or_default();
    reader.taken.companions.tenants.extend(address.split('/').filter_map(companion::tenant_id));
}

/// Whether an object is a policy, damaged or not.
pub(super) fn is_policy(object: &Object<'_>) -> bool {
    let controls = object.get("grantControls").or_else(|| object.get("sessionControls"));
    let state = object.get("state");
    let listing = context(object).map(|_| Listing::of(object)).unwrap_or_default();
    let is_entity = listing.of_policies && listing.is_entity;
    let says_so = is_entity
        || object.get("@odata.type").and_then(Node::as_str) == Some("#microsoft.graph.conditionalAccessPolicy");
    if says_so {
        // Of one of which other properties were asked for, nothing more may be there.
        return state.is_some()
            || controls.is_some()
            || object.get("conditions").is_some()
            || listing.selected.is_some();
    }
    match object.get("conditions") {
        Some(Node::Object(conditions)) => {
            let known = conditions
                .members
                .iter()
                .any(|(key, _)| CONDITIONS.iter().any(|name| name.key().eq_ignore_ascii_case(key)));
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
