//! Whose spelling is it? Each way of writing policies down is recognised by content, never by file name.

mod arm;
mod azurehound;
mod cipp;
mod companion;
mod context;
mod directory;
mod entra_exporter;
mod graph;
mod kind;
mod microsoft365dsc;
mod names;
mod pulumi;
mod roadrecon;
mod secrets;
mod terraform;
mod translate;
mod unread;

pub use entra_exporter::read_folder;
pub use graph::{Failure, NextPage, Page};
pub use kind::DocumentKind;
pub use roadrecon::{SQLITE, is_database, read_database};
pub use secrets::showing;
pub use terraform::{
    Configuration, Data, Evaluation, Folders, Given, Modules, Part, assemble, declared_by, gives_values, local_folder,
    read_hcl, read_values, read_variables,
};
pub use unread::{Other, glance, glance_beside, glance_bytes, glance_given, tells_of_objects};

use crate::policy::{Declaration, FileIndex, Origin, Place, Wording};
use crate::syntax::{Node, Pointer, SyntaxError, parse};
use crate::tenant::{Companions, Contexts, InboundTrust};
use std::collections::BTreeMap;

/// What a file was taken for.
#[derive(Debug)]
pub struct Taken {
    /// What it is.
    pub kind: DocumentKind,
    /// How many policies it holds.
    pub policies: usize,
    /// What else it tells.
    pub companions: Companions,
    /// Lists of policies, and lists that go on elsewhere.
    pub pages: Vec<Page>,
    /// Answers that say why a request failed.
    pub failures: Vec<Failure>,
    /// Policies that were found one level deeper than any exporter writes them.
    pub wrappers: Vec<Pointer>,
    /// Elements of a long list that are no JSON.
    pub broken: Vec<(usize, SyntaxError)>,
    /// Where a strict reader of JSON gives up.
    pub relaxed: Option<usize>,
    /// It holds policies in a form that is recognised but not read.
    pub unread: Option<Unread>,
    /// It is a plan or state of infrastructure, whether or not it holds policies.
    pub is_infrastructure: bool,
    /// It is one file of a module, which is read when the whole folder is there.
    pub part: Option<Part>,
    /// Where the modules of a plan have their files.
    pub modules: Modules,
    /// Addresses of policies that a plan destroys.
    pub destroyed: Vec<String>,
    /// What Terraform refuses in its configuration: where, and why.
    pub refused: Vec<(Place, String)>,
    /// First files of configurations that are too much to be evaluated.
    pub exhausted: Vec<FileIndex>,
    /// It declares a policy that Terraform does not make.
    pub declares_unmade: bool,
    /// It is a Terraform plan. Its policies are also in files that may be part of the run.
    pub is_plan: bool,
    /// It is a plan that Terraform did not finish, or that covers a part only.
    pub is_partial: bool,
    /// Where its names belong: the file itself, or the first file of its folder.
    pub root: FileIndex,
    /// What it tells about other tenants than the first, by the names of the provider's configurations.
    pub others: BTreeMap<String, Companions>,
}

/// A form in which policies are written down that caplint recognises and does not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unread {
    /// Its name.
    pub form: &'static str,
    /// What to do instead.
    pub instead: &'static str,
}

/// A policy as it was found.
pub struct Found<'n, 'a> {
    /// The policy in Graph's shape, in any letter case.
    pub node: &'n Node<'a>,
    /// The policy in the words of its file.
    pub written: &'n Node<'a>,
    /// Where it stands.
    pub origin: Origin,
    /// What is known of it in addition to its node.
    pub declaration: Option<Declaration>,
    /// The name of its provider's configuration, if the document spans several tenants.
    pub tenant: Option<&'n str>,
}

impl Taken {
    fn new(kind: DocumentKind) -> Self {
        Self {
            kind,
            policies: 0,
            companions: Companions::default(),
            pages: Vec::new(),
            failures: Vec::new(),
            wrappers: Vec::new(),
            broken: Vec::new(),
            relaxed: None,
            unread: None,
            is_infrastructure: false,
            part: None,
            modules: Modules::new(),
            destroyed: Vec::new(),
            refused: Vec::new(),
            exhausted: Vec::new(),
            declares_unmade: false,
            is_plan: false,
            is_partial: false,
            root: FileIndex(0),
            others: BTreeMap::new(),
        }
    }

    /// A text that is named and not read.
    #[must_use]
    pub fn of(other: &Other) -> Self {
        Self { unread: other.form, is_infrastructure: other.is_infrastructure, ..Self::new(other.kind) }
    }

    /// Whether no dialect has found anything in it.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        let is_kind_of_none =
            matches!(self.kind, DocumentKind::NoPolicy | DocumentKind::OtherList | DocumentKind::EmptyList);
        is_kind_of_none
            && self.policies == 0
            && self.unread.is_none()
            && !self.is_infrastructure
            && self.part.is_none()
            && self.failures.is_empty()
    }

    /// Whether it is of Terraform: a plan, a state, configuration or values.
    #[must_use]
    pub fn is_of_terraform(&self) -> bool {
        let is_of_others =
            matches!(self.kind, DocumentKind::ArmTemplate | DocumentKind::BicepTemplate | DocumentKind::PulumiYaml);
        self.part.is_some() || (self.is_infrastructure && !is_of_others)
    }

    /// Whether it tells what policies mean.
    #[must_use]
    pub fn is_companion(&self) -> bool {
        let Companions { named_locations, strengths, names, directory, trust, contexts, .. } = &self.companions;
        !(named_locations.is_empty()
            && strengths.is_empty()
            && names.is_empty()
            && directory.is_empty()
            && *trust == InboundTrust::default()
            && *contexts == Contexts::default())
    }

    /// What is told about a tenant.
    fn companions_of(&mut self, tenant: Option<&str>) -> &mut Companions {
        match tenant {
            None => &mut self.companions,
            Some(name) => self.others.entry(name.to_owned()).or_default(),
        }
    }
}

/// Where in the document the reader is.
#[derive(Clone)]
struct Here {
    pointer: Pointer,
    offset: usize,
    base: usize,
}

impl Here {
    fn at(&self, pointer: Pointer) -> Self {
        Self { pointer, ..*self }
    }
}

/// How many elements a list has that can be read one by one; none if the document is no such list.
#[must_use]
pub fn elements(root: &Node<'_>) -> Option<usize> {
    graph::elements(root).or_else(|| azurehound::elements(root).map(<[Node<'_>]>::len))
}

/// Members that need not be read to read a document, by its beginning: a plan says everything several times.
#[must_use]
pub fn unread_members(text: &str) -> Option<&'static [&'static str]> {
    let beginning = text.get(..text.len().min(64)).unwrap_or_default();
    beginning
        .trim_start_matches(|character: char| character == '{' || character.is_whitespace())
        .starts_with("\"format_version\"")
        .then_some(&terraform::UNREAD)
}

/// Reads a document and hands over every policy in it, one at a time and in order.
pub fn read<'a>(text: &'a str, root: &Node<'a>, file: FileIndex, visit: &mut dyn FnMut(Found<'_, '_>)) -> Taken {
    let mut reader = DocumentReader {
        text,
        file,
        visit,
        taken: Taken { root: file, ..Taken::new(DocumentKind::NoPolicy) },
        list: directory::OpenList::default(),
    };
    reader.document(root);
    reader.taken
}

struct DocumentReader<'v, 'a> {
    text: &'a str,
    file: FileIndex,
    visit: &'v mut dyn FnMut(Found<'_, '_>),
    taken: Taken,
    /// The list that is being read.
    list: directory::OpenList,
}

impl<'a> DocumentReader<'_, 'a> {
    fn document(&mut self, root: &Node<'a>) {
        let here = Here { pointer: Pointer::root(), offset: 0, base: 0 };
        if arm::read(self, root, &here) || pulumi::read(self, root, &here) || azurehound::read(self, root, &here) {
            return;
        }
        if let Some(unread) = unread::recognise(root, self.text) {
            self.taken.kind = unread.kind;
            self.taken.unread = unread.form;
            self.taken.is_infrastructure = unread.is_infrastructure;
            return;
        }
        let is_read = (is_data_alone(root) && graph::read(self, root, &here))
            || terraform::read(self, root, &here)
            || cipp::read(self, root, &here)
            || microsoft365dsc::read(self, root, &here)
            || graph::read(self, root, &here);
        if !is_read {
            self.taken.kind = companion::kind(root).unwrap_or(self.taken.kind);
        }
    }

    fn policy(&mut self, node: &Node<'_>, here: &Here, listing: &graph::Listing) {
        if let Some(unread) = node.as_object().and_then(unread::is_azuread_module) {
            self.taken.unread = Some(unread);
            return;
        }
        self.taken.policies += 1;
        let Here { pointer, offset, base } = here.clone();
        let origin = Origin { file: self.file, pointer, offset, base, wording: Wording::Graph, root: self.file };
        let completed = listing.complete(node);
        let node = completed.as_ref().unwrap_or(node);
        let (named, detours) = names::in_place_of_ids(node, self.file, &here.pointer).unzip();
        let node = named.as_ref().unwrap_or(node);
        let declaration = detours.map(|detours| Declaration { detours, ..Declaration::default() });
        (self.visit)(Found { node, written: node, origin, declaration, tenant: None });
    }

    /// Hands over an element of an array, reading it first if it was left unread.
    fn element(&mut self, element: &Node<'a>, here: &Here, mut then: impl FnMut(&mut Self, &Node<'a>, &Here)) {
        let Node::Raw(raw) = element else { return then(self, element, here) };
        let offset = raw.get().as_ptr() as usize - self.text.as_ptr() as usize;
        match parse(raw.get()) {
            Ok(node) => {
                let base = here.pointer.as_str().len();
                then(self, &node, &Here { pointer: here.pointer.clone(), offset, base });
            }
            Err(error) => self.taken.broken.push((offset, error)),
        }
    }
}

/// Whether a document has one key, which both Terraform and those who wrap answers use.
fn is_data_alone(root: &Node<'_>) -> bool {
    root.as_object().is_some_and(|object| matches!(object.members.as_slice(), [(key, _)] if key == "data"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse_outline;

    fn read_all(text: &str) -> (Vec<String>, Taken) {
        let mut found = Vec::new();
        let root = parse(text).unwrap();
        let taken = read(text, &root, FileIndex(0), &mut |policy| found.push(policy.origin.pointer.to_string()));
        (found, taken)
    }

    const POLICY: &str =
        r#"{"displayName": "p", "state": "enabled", "conditions": {"users": {}}, "grantControls": null}"#;

    #[test]
    fn every_graph_shape_is_read() {
        for (text, pointers) in [
            (POLICY.to_owned(), vec![""]),
            (format!("[{POLICY}, {POLICY}]"), vec!["/0", "/1"]),
            (format!(r#"{{"@odata.context": "x", "value": [{POLICY}], "_comment": 1}}"#), vec!["/value/0"]),
            (format!(r#"{{"ExportDate": "x", "PolicyConfig": {POLICY}}}"#), vec!["/PolicyConfig"]),
            (
                format!(r#"{{"responses": [{{"id": "1", "body": {{"value": [{POLICY}]}}}}, {{"body": {POLICY}}}]}}"#),
                vec!["/responses/0/body/value/0", "/responses/1/body"],
            ),
            (
                format!(r#"{{"conditional_access_policies": {POLICY}, "cap_table_data": [{POLICY}]}}"#),
                vec!["/conditional_access_policies"],
            ),
            (
                format!(r#"{{"Raw": {{"conditional_access_policies": [{POLICY}], "cap_table_data": []}}}}"#),
                vec!["/Raw/conditional_access_policies/0"],
            ),
            (r#"{"Id": "x", "State": "on", "Conditions": {"Users": {}}, "GrantControls": {}}"#.into(), vec![""]),
        ] {
            assert_eq!(read_all(&text).0, pointers, "{text}");
        }
    }

    #[test]
    fn a_damaged_policy_is_still_a_policy() {
        for text in [
            r#"{"displayName": "p", "state": "enabled", "grantControls": {"builtInControls": ["mfa"]}}"#,
            r#"{"displayName": "p", "state": "enabled", "conditions": "System.Collections.Hashtable", "grantControls": "@{}"}"#,
            r##"{"@odata.type": "#microsoft.graph.conditionalAccessPolicy", "displayName": "p", "state": 1}"##,
        ] {
            assert_eq!(read_all(text).0, [""], "{text}");
        }
    }

    #[test]
    fn files_beside_the_policies_are_named_and_not_taken_for_one() {
        for (text, kind) in [
            (r#"{"name": "x", "version": "1.0.0", "dependencies": {}}"#, DocumentKind::NoPolicy),
            (r#"{"Conditions": {"Users": {"IncludeUsers": []}}}"#, DocumentKind::NoPolicy),
            (r#"{"conditions": {"properties": {"users": {}}}, "state": {}}"#, DocumentKind::NoPolicy),
            (r#"{"displayName": "l", "ipRanges": []}"#, DocumentKind::NamedLocation),
            (r#"{"id": "x", "displayName": "g", "securityEnabled": true}"#, DocumentKind::Group),
            ("[]", DocumentKind::EmptyList),
            (r#"{"value": []}"#, DocumentKind::EmptyList),
        ] {
            let (found, taken) = read_all(text);
            assert_eq!((found.len(), taken.kind), (0, kind), "{text}");
        }
    }

    #[test]
    fn companions_tell_names_trust_strength_and_security_defaults() {
        let (_, taken) = read_all(
            r#"[
              {"id": "00000000-0000-4000-8000-000000000001", "displayName": "HQ", "isTrusted": true, "ipRanges": []},
              {"id": "00000000-0000-4000-8000-000000000002", "displayName": "Weak", "policyType": "custom",
               "requirementsSatisfied": "none", "allowedCombinations": ["password"]},
              {"id": "00000000-0000-4000-8000-000000000003", "displayName": "Break glass", "groupTypes": []},
              {"id": "00000000-0000-0000-0000-000000000005", "isEnabled": true}
            ]"#,
        );
        let companions = taken.companions;
        assert_eq!(companions.named_locations.values().next().unwrap().trusted, Some(true));
        assert_eq!(
            companions.strengths.values().next().unwrap().implies_mfa(),
            crate::policy::Fact::Known(Some(false))
        );
        assert_eq!(companions.names.values().map(AsRef::as_ref).collect::<Vec<_>>(), ["HQ", "Weak", "Break glass"]);
        assert_eq!(companions.security_defaults, Some(true));

        let (_, taken) = read_all(
            r#"{"TenantId": "x", "Objects": [{"DisplayName": "Break glass", "Id": "00000000-0000-4000-8000-000000000003", "Type": "Group"}]}"#,
        );
        assert_eq!((taken.kind, taken.companions.names.len()), (DocumentKind::MigrationTable, 1));
    }

    #[test]
    fn a_next_page_is_noticed() {
        let (found, taken) = read_all(&format!(r#"{{"value": [{POLICY}], "@odata.nextLink": "https://…"}}"#));
        let next = taken.pages[0].next.as_ref().unwrap();
        assert_eq!((found.len(), next.pointer.as_str()), (1, "/@odata.nextLink"));
    }

    #[test]
    fn a_long_list_is_read_element_by_element() {
        let text = format!(r#"{{"value": [{POLICY}, {{"a": "\ud800"}}, {POLICY}]}}"#);
        let root = parse_outline(&text).unwrap();
        let mut found = Vec::new();
        let taken = read(&text, &root, FileIndex(0), &mut |policy| {
            assert!(text[policy.origin.offset..].starts_with(POLICY));
            found.push(policy.origin.pointer.to_string());
        });
        assert_eq!((found, taken.broken.len()), (vec!["/value/0".to_owned(), "/value/2".to_owned()], 1));
    }
}
