//! One instance of a resource: what it says, which any thread can read, and what becomes of that.

use super::aliases::Tenants;
use super::block::{self, has_bare_strength, wants_old_azuread};
use super::graph;
use super::made;
use super::modules::{Existence, Folders};
use super::part::resources;
use super::surroundings::{Surroundings, is_unstated};
use super::values::{Beside, Pseudonyms, Values, Where};
use super::{Declared, ResourceKind, kind};
use crate::dialect::{Found, Taken};
use crate::evaluate::{Body, Kind, Made, Run, Source, Value};
use crate::policy::{Block, Caller, CallerKind, Declaration, Detour, FileIndex, Origin, Place, Wording};
use crate::syntax::{Node, Object, Pointer, Untold};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::PathBuf;

/// What is made of a policy as it was found, on whatever thread.
pub(super) type Lower<'l, P> = &'l (dyn Fn(Found<'_, '_>) -> P + Sync);

/// A resource with its values.
pub(super) struct Asked<'m, 'f> {
    pub(super) made: &'m Made<'f>,
    /// What it says.
    pub(super) body: Body<'f>,
    pub(super) exists: Existence,
    /// Where its names belong.
    pub(super) root: FileIndex,
}

/// What a resource says. It can be sent to another thread.
pub(super) struct Said<P> {
    kind: ResourceKind,
    /// Null if they are those of a policy that states all of them: what it says is in `policy`.
    values: Node<'static>,
    detours: Vec<Detour>,
    unnamed: Vec<(String, &'static str)>,
    has_bare_strength: bool,
    /// What is made of a policy.
    policy: Option<P>,
}

/// Whether a run makes a resource.
pub(super) fn exists<'f>(run: &Run<'f>, made: &Made<'f>, root: Existence, broken: &BTreeSet<PathBuf>) -> Existence {
    let perhaps = |is_unknown, why| if is_unknown { Existence::Perhaps(why) } else { Existence::Yes };
    made.perhaps
        .map_or(Existence::Yes, Existence::Perhaps)
        .and(perhaps(run.has_other_provider(made), Untold::Expression))
        .and(perhaps(broken.contains(&run.folder(made)), Untold::Unreadable))
        .and(root)
}

/// Takes in what the resources of one root say.
pub(super) struct Reader<'r, 'f> {
    pub(super) run: &'r Run<'f>,
    pub(super) root: FileIndex,
    pub(super) folders: &'r Folders,
    pub(super) surroundings: &'r Surroundings<'r>,
    pub(super) tenants: Tenants,
    /// What the block of the last resource says, by its file and address: its instances follow one another.
    pub(super) last: RefCell<Option<((FileIndex, String), Block)>>,
}

impl<'f> Reader<'_, 'f> {
    /// Hands over what a resource says.
    pub(super) fn declare<P>(
        &self,
        taken: &mut Taken,
        made: &Made<'f>,
        said: Said<P>,
        take: &mut dyn FnMut(P, Declaration, Option<&str>),
    ) {
        let resource = made.resource;
        let wording = said.kind.wording();
        let parts = self.folders.get(&self.run.folder(made)).map(Vec::as_slice).unwrap_or_default();
        let written = parts.iter().find(|part| part.file == resource.file);
        let mut written = written.into_iter().flat_map(|part| resources(part.root()));
        let is_same =
            |(type_name, name, _): &(&str, &str, _)| (*type_name, *name) == (resource.type_name, resource.name);
        let written = written.find(is_same).map(|(.., block)| block);
        // Instances of one block are different policies.
        let is_repeated = made.called.is_some() || made.address.ends_with(']');
        let own = is_repeated.then_some(made.address.as_str());
        let block = written.map(|block| Block {
            sources: self.surroundings.sources(block, &said.values, own),
            has_bare_strength: said.has_bare_strength && wording == Wording::Azuread && !wants_old_azuread(parts),
            ..self.block(made, block, wording)
        });
        let declared = Declared {
            kind: said.kind,
            address: made.address.clone(),
            tenant: self.tenants.of_resource(made),
            values: said.values,
            unnamed: said.unnamed,
            declaration: Declaration {
                detours: said.detours,
                caller: caller(made),
                block: block.unwrap_or_default(),
                ..Declaration::default()
            },
        };
        taken.declare(&declared, self.root);
        if let Some(policy) = said.policy {
            let declaration = Declaration { address: Some(declared.address.into()), ..declared.declaration };
            take(policy, declaration, declared.tenant.as_deref());
        }
    }

    /// What a block says beside its values.
    fn block(&self, made: &Made<'_>, block: &Object<'static>, wording: Wording) -> Block {
        let key = (made.resource.file, made.resource.address());
        let mut last = self.last.borrow_mut();
        match last.as_ref().filter(|(known, _)| *known == key) {
            Some((_, known)) => known.clone(),
            None => last.insert((key, block::read(block, wording))).1.clone(),
        }
    }
}

/// Values in values that fit onto any stack.
const MAX_DEPTH: usize = 150;

/// Values of an argument that are worth a look.
const MAX_WEIGHT: usize = 10_000;

/// Whether values are within more values than `left`.
fn is_deep(value: &Value, left: usize) -> bool {
    let is_deeper = |inner: &Value| left == 0 || is_deep(inner, left - 1);
    match &value.kind {
        Kind::Sequence(sequence) => sequence.elements.iter().any(is_deeper),
        Kind::Mapping(mapping) => mapping.members.values().any(|member| is_deeper(&member.value)),
        Kind::Unknown(_)
        | Kind::Null
        | Kind::Bool(_)
        | Kind::Number(_)
        | Kind::String(_)
        | Kind::Reference(..)
        | Kind::Handle(_) => false,
    }
}

fn has_deep_values(body: &Body<'_>) -> bool {
    let is_deep = |value: &Value| value.weight() > MAX_WEIGHT || is_deep(value, MAX_DEPTH);
    body.arguments.iter().any(|argument| is_deep(&argument.value))
        || body.blocks.iter().flat_map(|nested| &nested.bodies).any(has_deep_values)
}

impl Asked<'_, '_> {
    /// Whether perhaps only the thread that has evaluated it has the stack to read it.
    pub(super) fn is_deep(&self) -> bool {
        has_deep_values(&self.body)
    }

    /// What the resource says. None if that is nothing about Conditional Access, or nothing makes it.
    pub(super) fn say<P>(&self, lower: Lower<'_, P>) -> Option<Said<P>> {
        let resource = self.made.resource;
        let (mut node, mut detours) = made::read(&self.body, &resource.block.whole);
        let Node::Object(values) = &node else { return None };
        let mut kind = kind(resource.type_name, Some(values))?;
        let block_pointer = Pointer::root().key("resource").key(resource.type_name).key(resource.name);
        let mut pointer = block_pointer.clone();
        // The body of a request to Graph is a policy in Graph's words.
        if let (ResourceKind::Unread(_), Some(body @ Node::Object(_))) = (kind, values.get(BODY)) {
            kind = ResourceKind::Policy(Wording::Graph);
            node = body.clone();
            pointer = pointer.key(BODY);
            detours = detours.iter().filter_map(in_body).collect();
        }
        let Node::Object(values) = &mut node else { return None };
        match self.exists {
            Existence::Yes => {}
            Existence::No => return None,
            Existence::Perhaps(why) => {
                // Whether there is such a policy at all is as unknown as whether it is on.
                values.members.retain(|(key, _)| key != "state");
                values.members.push(("state".into(), Node::Untold(why)));
                detours.retain(|detour| detour.from.as_str() != "/state");
                let argument = repeats(why).filter(|name| resource.block.argument(name).is_some());
                detours.extend(argument.map(|argument| Detour {
                    from: Pointer::root().key("state"),
                    to: Place::pointer(resource.file, block_pointer.key(argument)),
                    key_only: false,
                }));
            }
        }
        let wording = kind.wording();
        let mut pseudonyms = Pseudonyms::new();
        let mut values = Values {
            wording,
            address: &self.made.address,
            file: resource.file,
            references: None,
            pseudonyms: &mut pseudonyms,
            detours,
            unnamed: Vec::new(),
        };
        let mut at = Where { own: Pointer::root(), value: pointer.clone(), unknown: pointer.clone() };
        let read = values.read(node, Beside::default(), &mut at);
        let (detours, unnamed) = (values.detours, values.unnamed);
        let has_bare_strength = has_bare_strength(&read);
        let (mut policy, mut is_settled) = (None, false);
        if let ResourceKind::Policy(wording) = kind {
            let node = graph::policy(&read, wording);
            let origin = Origin { file: resource.file, pointer, offset: 0, base: 0, wording, root: self.root };
            policy = Some(lower(Found { node: &node, written: &read, origin, declaration: None, tenant: None }));
            is_settled = !is_unstated(&read);
        }
        let values = if is_settled { Node::Null } else { read.into_owned() };
        Some(Said { kind, values, detours, unnamed, has_bare_strength, policy })
    }
}

/// The argument of a request that holds what is sent.
const BODY: &str = "body";

/// A detour from a resource, from what its request sends.
fn in_body(detour: &Detour) -> Option<Detour> {
    let rest = detour.from.as_str().strip_prefix('/')?.strip_prefix(BODY)?;
    (rest.is_empty() || rest.starts_with('/')).then(|| Detour { from: Pointer::new(rest), ..detour.clone() })
}

/// What makes a policy of values that stand elsewhere: the call of its module, or else its own block.
fn caller(made: &Made<'_>) -> Option<Caller> {
    if let Some((module, header)) = &made.called {
        return Some(Caller { place: made::place(header)?, kind: CallerKind::Call, makes: module.as_str().into() });
    }
    let own = match &made.resource.block.whole {
        Source::Bytes(_, bytes) => bytes.clone(),
        Source::Pointer(_) | Source::None => 0..0,
    };
    let place = made::place(&made.resource.block.header)?;
    Some(Caller { place, kind: CallerKind::Block(own), makes: made.address.as_str().into() })
}

/// The argument that says how often there is a resource.
fn repeats(untold: Untold) -> Option<&'static str> {
    match untold {
        Untold::ForEach => Some("for_each"),
        Untold::Count => Some("count"),
        Untold::AfterApply
        | Untold::Sensitive
        | Untold::Variable
        | Untold::Dynamic
        | Untold::Uncalled
        | Untold::Overridden
        | Untold::Unreadable
        | Untold::NotSelected
        | Untold::Expression => None,
    }
}
