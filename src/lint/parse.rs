//! A text as a document, in whatever notation it is written.

use crate::dialect::{self, Other};
use crate::outcome::TakenFor;
use crate::syntax::{self, Node, Notation, SyntaxError};
use hcl_edit::structure::Body;

/// Files larger than this are split into the elements of their lists instead of being held as one tree.
pub(super) const SPLIT_ABOVE: usize = 1 << 20;

const YAML: [&str; 2] = [".yaml", ".yml"];

/// Ends of names of files that are about something else as likely as not, valid or not.
const OTHERS: [&str; 6] = [".yaml", ".yml", ".ps1", ".psd1", ".psm1", ".bicep"];

/// A text that was read.
pub(super) struct Parsed<'a> {
    pub(super) root: Node<'a>,
    /// The same as HCL has it, if it is HCL.
    pub(super) hcl: Option<Body>,
    /// Where a strict reader of JSON gives up, and why.
    pub(super) relaxed: Option<SyntaxError>,
    /// Documents in it that could not be read.
    pub(super) broken: Vec<(usize, SyntaxError)>,
    /// What it is if no dialect finds anything in it.
    pub(super) otherwise: Option<Other>,
}

/// A text that was not read.
pub(super) enum Unparsed {
    /// It is something else, which is recognised.
    Other(Other),
    /// It is damaged, and what it was expected to be.
    Damaged(SyntaxError, TakenFor),
}

impl<'a> Parsed<'a> {
    fn of(root: Node<'a>) -> Self {
        Self { root, hcl: None, relaxed: None, broken: Vec::new(), otherwise: None }
    }
}

/// Reads a text.
pub(super) fn parse<'a>(name: &str, content: &'a str) -> Result<Parsed<'a>, Unparsed> {
    if is_hcl(name, content) {
        let body = syntax::parse_body(content);
        let read = body.and_then(|body| Ok((syntax::nodes_of(content, &body)?, body)));
        let (root, body) = read.map_err(|error| unparsed(content, error, TakenFor::NoHcl))?;
        return Ok(Parsed { hcl: Some(body), ..Parsed::of(root) });
    }
    let notation = match Notation::of(content) {
        Notation::Json => return json(name, content),
        notation => notation,
    };
    let is_yaml = notation == Notation::Yaml && has_end(name, &YAML);
    let otherwise = dialect::glance_beside(content);
    if otherwise.is_none() && !dialect::tells_of_objects(content) {
        // A hook names every manifest and script of a commit.
        if has_end(name, &OTHERS) {
            return Ok(Parsed::of(Node::Null));
        }
        return strict(content).map(Parsed::of).map_err(|error| unparsed(content, error, TakenFor::NoJson));
    }
    match notation.parse(content) {
        Ok(root) => Ok(Parsed { otherwise, ..Parsed::of(root) }),
        Err(error) => Err(match otherwise {
            // Nearly everything is no YAML. A program is named as one.
            Some(other) if notation == Notation::Yaml && !is_yaml => Unparsed::Other(other),
            _ => Unparsed::Damaged(error, TakenFor::Damaged),
        }),
    }
}

fn json<'a>(name: &str, content: &'a str) -> Result<Parsed<'a>, Unparsed> {
    let error = match strict(content) {
        Ok(root) => return Ok(Parsed::of(root)),
        Err(error) => error,
    };
    if let Some(other) = dialect::glance(content) {
        return Err(Unparsed::Other(other));
    }
    let says_so = has_end(name, &[".jsonc", ".json5", ".jsonl", ".ndjson"]) || has_end(name, &YAML);
    let relaxed = (!says_so).then(|| error.clone());
    let otherwise = says_so.then(|| dialect::glance_beside(content)).flatten();
    if let Some((root, broken)) = syntax::parse_lines(content) {
        return Ok(Parsed { relaxed, broken, otherwise, ..Parsed::of(root) });
    }
    let read = if has_end(name, &YAML) { Notation::Json.parse(content) } else { syntax::parse_relaxed(content) };
    match read {
        Ok(root) => Ok(Parsed { relaxed, otherwise, ..Parsed::of(root) }),
        Err(_) if says_so && otherwise.is_none() => Ok(Parsed::of(Node::Null)),
        // What is wrong for a strict reader is a comment as likely as not.
        Err(relaxed) if says_so => Err(Unparsed::Damaged(relaxed, TakenFor::NoJson)),
        Err(_) => Err(Unparsed::Damaged(error, TakenFor::NoJson)),
    }
}

fn unparsed(content: &str, error: SyntaxError, kind: TakenFor) -> Unparsed {
    dialect::glance(content).map_or(Unparsed::Damaged(error, kind), Unparsed::Other)
}

/// Whether a file is in HCL: Terraform tells by the end of its name, and so does caplint where the content does not. An
/// object or a list is JSON, whatever its file is called.
fn is_hcl(name: &str, content: &str) -> bool {
    let is_json = content.trim_start_matches('\u{feff}').trim_start().starts_with(['{', '[']);
    (has_end(name, &[".tf", ".tofu", ".tfvars"]) && !is_json) || syntax::is_hcl(content)
}

/// Whether a file is called as manifests are.
pub(super) fn is_yaml(name: &str) -> bool {
    has_end(name, &YAML)
}

fn has_end(name: &str, ends: &[&str]) -> bool {
    let name = name.to_ascii_lowercase();
    ends.iter().any(|end| name.ends_with(end))
}

/// A long list is split; anything else is read whole.
fn strict(content: &str) -> Result<Node<'_>, SyntaxError> {
    if let Some(unread) = dialect::unread_members(content) {
        return syntax::parse_without(content, unread);
    }
    if content.len() > SPLIT_ABOVE {
        let outline = syntax::parse_outline(content)?;
        if dialect::elements(&outline).is_some() {
            return Ok(outline);
        }
    }
    syntax::parse(content)
}
