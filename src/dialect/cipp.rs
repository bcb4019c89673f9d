//! Table exports of [CIPP]: a row whose column `JSON` holds a template as a string.
//!
//! [CIPP]: https://github.com/KelvinTegelaar/CIPP

use super::graph::{Listing, is_policy};
use super::{DocumentKind, DocumentReader, Here, Unread};
use crate::syntax::{Node, parse};

/// What a template has beside a policy: where it is to be deployed, and the locations to make there.
const OF_TEMPLATES: [&str; 2] = ["tenantFilter", "LocationInfo"];

/// Reads a row. False if it is none, or holds something else than a policy.
pub(super) fn read<'a>(reader: &mut DocumentReader<'_, 'a>, root: &Node<'a>, here: &Here) -> bool {
    let Some(row) = root.as_object().filter(|row| row.get("PartitionKey").is_some()) else { return false };
    let Some((key, Node::String(text))) = row.members.iter().find(|(key, _)| key.eq_ignore_ascii_case("JSON")) else {
        return false;
    };
    // Rows of other kinds are none of our business.
    if !text.contains("onditions") {
        return false;
    }
    reader.taken.kind = DocumentKind::Cipp;
    match parse(text) {
        Ok(Node::Object(mut template)) if is_policy(&template) => {
            template.members.retain(|(key, _)| !OF_TEMPLATES.contains(&key.as_ref()));
            let node = Node::Object(template);
            reader.policy(&node, &here.at(here.pointer.key(key)), &Listing::default());
        }
        Ok(_) => return false,
        Err(_) => {
            let form = "a CIPP table export whose column JSON is damaged";
            reader.taken.unread = Some(Unread {
                form,
                instead: "export the template again, or check the policies that were created from it",
            });
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use crate::dialect::{DocumentKind, read as read_document};
    use crate::policy::FileIndex;
    use crate::syntax::parse;
    use serde_json::json;

    fn row(template: &str) -> String {
        json!({ "PartitionKey": "CATemplate", "RowKey": "1", "JSON": template, "GUID": "1" }).to_string()
    }

    /// (pointers of the policies, what the row was taken for, the form that was not read)
    fn read(text: &str) -> (Vec<String>, DocumentKind, Option<&'static str>) {
        let root = parse(text).unwrap();
        let mut found = Vec::new();
        let taken =
            read_document(text, &root, FileIndex(0), &mut |policy| found.push(policy.origin.pointer.to_string()));
        (found, taken.kind, taken.unread.map(|unread| unread.form))
    }

    #[test]
    fn a_policy_is_read_out_of_its_string() {
        let policy =
            json!({ "displayName": "p", "state": "enabled", "conditions": { "users": {} }, "grantControls": null });
        assert_eq!(read(&row(&policy.to_string())), (vec!["/JSON".to_owned()], DocumentKind::Cipp, None));
    }

    #[test]
    fn what_a_template_has_beside_a_policy_is_no_property_of_it() {
        let template = json!({ "displayName": "p", "state": "enabled", "conditions": {}, "grantControls": null,
                               "tenantFilter": [{ "value": "Template Tenant" }], "LocationInfo": [] });
        let text = row(&template.to_string());
        let root = parse(&text).unwrap();
        let mut keys = Vec::new();
        read_document(&text, &root, FileIndex(0), &mut |policy| {
            let members = &policy.node.as_object().unwrap().members;
            keys.extend(members.iter().map(|(key, _)| key.to_string()));
        });
        assert_eq!(keys, ["conditions", "displayName", "grantControls", "state"]);
    }

    #[test]
    fn a_damaged_template_is_not_passed_over_and_another_kind_of_row_is_none() {
        let (found, _, unread) = read(&row("{\"state\": \"enabled\", \"conditions\": {"));
        assert!(found.is_empty() && unread.is_some());
        assert_eq!(read(&row("{\"standards\": []}")).2, None);
        assert_eq!(read(&row("{\"autopilotConditions\": []}")).0.len(), 0);
    }
}
