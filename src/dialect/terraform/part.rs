//! A file of Terraform configuration, kept until the whole folder is read.

use super::DocumentReader;
use crate::dialect::{DocumentKind, Taken};
use crate::evaluate::{Assignment, Content, File};
use crate::policy::FileIndex;
use crate::syntax::{BLOCKS, Node, Object, SyntaxError, SyntaxProblem, Untold, nodes_of, parse, parse_body};
use hcl_edit::structure::Body;
use std::path::Path;

/// A file of a module, kept until the whole folder is read.
#[derive(Debug)]
pub struct Part {
    /// The file.
    pub file: FileIndex,
    /// Name of the file, without its folder.
    name: String,
    /// The file gives variables their values.
    values: Option<Assignment>,
    /// The file as the JSON syntax has it.
    root: Object<'static>,
    /// The file itself, if it is HCL.
    hcl: Option<(Box<str>, Box<Body>)>,
}

/// Whether a file gives variables their values. That is the one thing that Terraform itself tells by a name.
#[must_use]
pub fn gives_values(name: &str) -> bool {
    Assignment::of(name).is_some()
}

/// Keeps a file that gives variables their values, in JSON.
#[must_use]
pub fn read_values(name: &str, root: Node<'_>, file: FileIndex) -> Taken {
    let Node::Object(root) = root.into_owned() else { return Taken::new(DocumentKind::TerraformValues) };
    let part = Part { file, name: name.to_owned(), values: Assignment::of(name), root, hcl: None };
    Taken { part: Some(part), ..Taken::new(DocumentKind::TerraformValues) }
}

/// Keeps a file in HCL, of configuration or of values: its text, the nodes that stand for it, and what it was read into.
#[must_use]
pub fn read_hcl(name: &str, text: &str, root: Node<'_>, body: Body, file: FileIndex) -> Taken {
    let values = Assignment::of(name);
    let kind = match values {
        Some(_) => DocumentKind::TerraformValues,
        None => DocumentKind::TerraformConfigurationWithoutPolicies,
    };
    let Node::Object(root) = root.into_owned() else { return Taken::new(kind) };
    let part = Part { file, name: name.to_owned(), values, root, hcl: Some((text.into(), Box::new(body))) };
    Taken { part: Some(part), root: file, ..Taken::new(kind) }
}

/// Keeps a file of values that the command line names, whatever it is called.
///
/// # Errors
/// Where it is neither HCL nor, if its name says so, an object of JSON.
pub fn read_variables(name: &str, text: &str, file: FileIndex) -> Result<Part, SyntaxError> {
    let is_json = Path::new(name).extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
    let taken = if is_json {
        read_values(name, parse(text)?, file)
    } else {
        let body = parse_body(text)?;
        read_hcl(name, text, nodes_of(text, &body)?, body, file)
    };
    let no_values =
        || SyntaxError { problem: SyntaxProblem::Invalid("expected an object of values".to_owned()), at: 0 };
    taken.part.ok_or_else(no_values)
}

/// Keeps a configuration in JSON for later. False if the document is none.
pub(super) fn keep(reader: &mut DocumentReader<'_, '_>, root: &Node<'_>) -> bool {
    if !root.as_object().is_some_and(is_json_configuration) {
        return false;
    }
    reader.taken.kind = DocumentKind::TerraformConfigurationWithoutPolicies;
    if let Node::Object(root) = root.clone().into_owned() {
        reader.taken.part = Some(Part { file: reader.file, name: String::new(), values: None, root, hcl: None });
    }
    true
}

/// `{"resource": {"azuread_group": {"a": {}}}}`; nothing beside what Terraform knows.
fn is_json_configuration(object: &Object<'_>) -> bool {
    let known = |key: &str| BLOCKS.contains(&key);
    let mut any = false;
    object.properties().all(|(key, node)| {
        any |=
            matches!(key.as_ref(), "resource" | "data" | "module" | "variable" | "locals" | "provider" | "terraform");
        key == "//" || known(key) && matches!(node, Node::Object(_) | Node::Array(_))
    }) && any
}

impl Part {
    /// The file for the evaluation.
    pub(super) fn content(&self) -> File<'_> {
        let content = match &self.hcl {
            Some((text, body)) => Content::Hcl(text, body),
            None => Content::Json(&self.root),
        };
        File { index: self.file, content, overrides: self.overrides() }
    }

    /// When Terraform takes its values.
    pub(super) fn assignment(&self) -> Option<Assignment> {
        self.values
    }

    pub(super) fn root(&self) -> &Object<'static> {
        &self.root
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Says what its file is called.
    pub fn set_name(&mut self, name: &str) {
        name.clone_into(&mut self.name);
    }

    /// Whether it gives variables their values, and declares nothing.
    #[must_use]
    pub fn gives_values(&self) -> bool {
        self.values.is_some()
    }

    /// Makes unknown what another file changes in a resource, or in the call of a module, which has no type.
    pub(super) fn override_keys(&mut self, type_name: &str, name: &str, keys: &[String]) {
        let blocks = if type_name.is_empty() {
            self.root.members.iter_mut().filter(|(key, _)| key == "module").map(|(_, node)| node).collect()
        } else {
            let types = self.root.members.iter_mut().filter(|(key, _)| key == "resource");
            types.flat_map(|(_, node)| members_mut(node, type_name)).collect::<Vec<_>>()
        };
        for block in blocks.into_iter().flat_map(|labels| members_mut(labels, name)) {
            let several = match block {
                Node::Array(several) => several.as_mut_slice(),
                one => std::slice::from_mut(one),
            };
            for node in several {
                let Node::Object(object) = node else { continue };
                for key in keys {
                    object.members.retain(|(known, _)| known != key);
                    object.members.push((key.clone().into(), Node::Untold(Untold::Overridden)));
                }
            }
        }
    }

    /// Whether what it says is merged into what the other files say.
    pub(super) fn overrides(&self) -> bool {
        let stem = [".tf", ".tofu", ".tf.json", ".tofu.json"].into_iter().find_map(|end| self.name().strip_suffix(end));
        stem.is_some_and(|stem| stem == "override" || stem.ends_with("_override"))
    }

    /// Whether the file declares a resource.
    #[must_use]
    pub fn declares(&self, type_name: &str, name: &str) -> bool {
        resources(&self.root).any(|(of_type, of_name, _)| of_type == type_name && of_name == name)
    }
}

/// The resources that a file declares: type, name and block.
pub(super) fn resources<'n>(
    root: &'n Object<'static>,
) -> impl Iterator<Item = (&'n str, &'n str, &'n Object<'static>)> {
    let types = blocks(root.get("resource")).flat_map(|types| types.members.iter());
    types.flat_map(|(type_name, named)| {
        labelled(Some(named)).map(move |(name, block)| (type_name.as_ref(), name, block))
    })
}

/// The values under a label, of blocks that may stand several times.
fn members_mut<'n>(node: &'n mut Node<'static>, label: &str) -> Vec<&'n mut Node<'static>> {
    let several = match node {
        Node::Array(several) => several.as_mut_slice(),
        one => std::slice::from_mut(one),
    };
    let objects = several.iter_mut().filter_map(|node| match node {
        Node::Object(object) => Some(object),
        _ => None,
    });
    objects.flat_map(|object| object.members.iter_mut().filter(|(key, _)| key == label).map(|(_, node)| node)).collect()
}

/// The bodies of a block that may stand several times.
pub(super) fn blocks<'n>(node: Option<&'n Node<'static>>) -> impl Iterator<Item = &'n Object<'static>> {
    let several = match node {
        Some(Node::Array(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    several.iter().filter_map(Node::as_object)
}

/// Blocks by their last label.
pub(super) fn labelled<'n>(node: Option<&'n Node<'static>>) -> impl Iterator<Item = (&'n str, &'n Object<'static>)> {
    let named = blocks(node).flat_map(|labels| labels.members.iter());
    named.flat_map(|(name, node)| blocks(Some(node)).map(move |block| (name.as_ref(), block)))
}
