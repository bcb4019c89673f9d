//! What an answer of Graph says of the policies in it: whether they are in force, and which properties were asked for.

use crate::dialect::context::split_select;
use crate::policy::Property;
use crate::syntax::{Node, Object, Pointer, Untold};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Properties of a policy that a verdict rests on.
const PROPERTIES: [Property; 4] =
    [Property::State, Property::Conditions, Property::GrantControls, Property::SessionControls];

/// What an answer says of all policies in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::dialect) struct Listing {
    /// It says that it holds policies, so everything in it is one, however damaged.
    pub(super) of_policies: bool,
    /// It is one object, not a list.
    pub(super) is_entity: bool,
    /// It comes from the recycle bin.
    pub(super) deleted: bool,
    /// What `$select` names, in lower case; none if everything was asked for.
    pub(super) selected: Option<BTreeSet<String>>,
}

/// A list of policies, or what may be one, and where it goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its elements, from the root of the document.
    pub list: Pointer,
    /// How many they are.
    pub count: usize,
    /// `@odata.context`; pages of one list share it.
    pub context: Option<Box<str>>,
    /// `@odata.nextLink`
    pub next: Option<NextPage>,
}

/// `@odata.nextLink`
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NextPage {
    /// Where it stands.
    pub pointer: Pointer,
    /// How many elements the next page leaves out, if it says so: other marks of a place in a list are opaque.
    pub skip: Option<usize>,
}

impl Listing {
    /// Reads the annotations of an answer.
    pub(super) fn of(object: &Object<'_>) -> Self {
        let text = |name| object.get(name).and_then(Node::as_str);
        let mut listing = text("@odata.context").map(Self::of_context).unwrap_or_default();
        if let Some(link) = text("@odata.nextLink")
            && let Some(select) = option(link, "select")
        {
            listing.select(&select);
        }
        listing
    }

    fn of_context(context: &str) -> Self {
        let context = context.to_ascii_lowercase();
        let named = context.contains("microsoft.graph.conditionalaccesspolicy");
        let fragment = context.split_once('#').map_or(context.as_str(), |(_, fragment)| fragment);
        let entity = fragment.strip_suffix("/$entity");
        let (set, select) = split_select(entity.unwrap_or(fragment));
        let of_policies = named
            || set.ends_with("conditionalaccess/policies")
            || set.ends_with("policies/conditionalaccesspolicies")
            || set.ends_with("deleteditems/policies");
        let mut listing = Self {
            of_policies,
            is_entity: entity.is_some(),
            deleted: set.split('/').any(|segment| segment == "deleteditems"),
            selected: None,
        };
        if let Some(select) = select.filter(|_| of_policies && !named) {
            listing.select(select);
        }
        listing
    }

    /// Takes note of a list of properties. One that only expands others asks for everything.
    fn select(&mut self, select: &str) {
        let items = top_level(select);
        if items.iter().any(|item| !item.ends_with(')')) {
            self.selected.get_or_insert_default().extend(items.iter().map(|item| item.to_ascii_lowercase()));
        }
    }

    /// The same for policies below a key that says where they come from.
    pub(super) fn below(&self, key: &str) -> Self {
        let deleted = self.deleted || key.to_ascii_lowercase().contains("deleted");
        Self { deleted, selected: self.selected.clone(), ..Self::default() }
    }

    /// The same for an answer inside of this one.
    pub(super) fn around(&self, inner: Self) -> Self {
        Self { deleted: self.deleted || inner.deleted, selected: inner.selected.or(self.selected.clone()), ..inner }
    }

    /// A policy as this answer means it, if it does not say so by itself: one of the recycle bin is deleted, and what was
    /// not asked for is not known.
    pub(in crate::dialect) fn complete<'a>(&self, policy: &Node<'a>) -> Option<Node<'a>> {
        let object = policy.as_object()?;
        let is_deleted = object.get("deletedDateTime").is_some_and(|date| !date.is_void());
        let unasked: Vec<&str> =
            PROPERTIES.into_iter().map(Property::key).filter(|name| self.leaves_out(object, name)).collect();
        let buries = self.deleted && !is_deleted;
        if !buries && unasked.is_empty() {
            return None;
        }
        let mut object = object.clone();
        if buries {
            object.members.retain(|(key, _)| !key.eq_ignore_ascii_case("deletedDateTime"));
            let day = Node::String(Cow::Borrowed("1970-01-01T00:00:00Z"));
            object.members.push((Cow::Borrowed("deletedDateTime"), day));
        }
        for name in unasked {
            object.members.retain(|(key, _)| !key.eq_ignore_ascii_case(name));
            object.members.push((Cow::Borrowed(name), Node::Untold(Untold::NotSelected)));
        }
        Some(Node::Object(object))
    }

    /// Whether a property was not asked for, or not as a whole.
    fn leaves_out(&self, object: &Object<'_>, name: &str) -> bool {
        let Some(selected) = &self.selected else { return false };
        let name = name.to_ascii_lowercase();
        if selected.contains(&name) || selected.contains("*") {
            return false;
        }
        let is_part = |item: &String| {
            item.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with('/') || rest.starts_with('('))
        };
        object.get(&name).is_none() || selected.iter().any(is_part)
    }
}

impl NextPage {
    pub(super) fn read(pointer: Pointer, link: Option<&str>) -> Self {
        // A filtered list is not whole however many pages of it are there.
        let is_filtered = |link: &str| option(link, "filter").is_some() || option(link, "search").is_some();
        let skip = link.filter(|link| !is_filtered(link)).and_then(|link| option(link, "skip")?.parse().ok());
        Self { pointer, skip }
    }
}

/// What an option of a query says, unescaped as far as its own text goes.
fn option(link: &str, name: &str) -> Option<String> {
    let (_, query) = link.split_once('?')?;
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        let key = key.strip_prefix('$').or_else(|| key.strip_prefix("%24"))?;
        key.eq_ignore_ascii_case(name).then(|| value.replace("%2C", ",").replace("%2c", ",").replace("%20", ""))
    })
}

/// The items of a list whose items may have lists of their own.
fn top_level(list: &str) -> Vec<&str> {
    let (mut items, mut depth, mut start) = (Vec::new(), 0_usize, 0);
    for (at, byte) in list.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    items.push(list[start..].trim());
    items.retain(|item| !item.is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    fn listing(context: &str) -> Listing {
        Listing::of_context(&format!("https://graph.microsoft.com/beta/$metadata#{context}"))
    }

    #[test]
    fn contexts_tell_policies_the_recycle_bin_and_what_was_asked_for() {
        for (context, of_policies, deleted, selected) in [
            ("identity/conditionalAccess/policies", true, false, None),
            ("policies/conditionalAccessPolicies/$entity", true, false, None),
            ("identity/conditionalAccess/deletedItems/policies", true, true, None),
            ("identity/conditionalAccess/deletedItems/policies(id,state)/$entity", true, true, Some(2)),
            ("directory/deletedItems", false, true, None),
            ("identity/conditionalAccess/policies(id,displayName,state,conditions)", true, false, Some(4)),
            ("identity/conditionalAccess/policies(authenticationStrength(id,name))", true, false, None),
            ("identity/conditionalAccess/policies(id,conditions/users)/$entity", true, false, Some(2)),
            ("Collection(microsoft.graph.conditionalAccessPolicy)", true, false, None),
            ("users('a')/policies", false, false, None),
            ("groups(id,displayName)", false, false, None),
        ] {
            let read = listing(context);
            let told = (read.of_policies, read.deleted, read.selected.as_ref().map(BTreeSet::len));
            assert_eq!(told, (of_policies, deleted, selected), "{context}");
        }
    }

    #[test]
    fn what_was_not_asked_for_is_not_told() {
        let node = parse(r#"{"id": "x", "state": "enabled", "conditions": {"users": {}}}"#).unwrap();
        let untold = |context: &str| -> Vec<String> {
            let completed = listing(context).complete(&node).unwrap();
            let members = &completed.as_object().unwrap().members;
            let untold = members.iter().filter(|(_, node)| matches!(node, Node::Untold(Untold::NotSelected)));
            untold.map(|(key, _)| key.to_string()).collect()
        };
        let set = "identity/conditionalAccess/policies";
        assert_eq!(untold(&format!("{set}(id,state,conditions)")), ["grantControls", "sessionControls"]);
        assert_eq!(untold(&format!("{set}(id,conditions/users,grantControls,sessionControls)")), ["conditions"]);
        assert_eq!(listing(set).complete(&node).map(|_| ()), None);
        assert_eq!(listing(&format!("{set}(*)")).complete(&node).map(|_| ()), None);
    }

    #[test]
    fn links_tell_what_they_select_and_skip() {
        let next = |link| NextPage::read(Pointer::root(), Some(link)).skip;
        assert_eq!(next("https://x/policies?$skip=100"), Some(100));
        assert_eq!(next("https://x/policies?$select=id%2cstate&%24skip=2"), Some(2));
        assert_eq!(next("https://x/policies?$skiptoken=abc"), None);
        assert_eq!(next("https://x/policies?$filter=state eq 'enabled'&$skip=1"), None);
        let page =
            parse(r#"{"@odata.nextLink": "https://x/policies?%24select=id%2Cstate&$skip=1", "value": []}"#).unwrap();
        assert_eq!(Listing::of(page.as_object().unwrap()).selected.map(|selected| selected.len()), Some(2));
    }
}
