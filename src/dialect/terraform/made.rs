//! The values of a resource as nodes, with the places that carry them.

use crate::evaluate::{Body, Kind, Source, Value, Written};
use crate::policy::{At, Detour, Place};
use crate::syntax::{Node, Object, Pointer, Untold};
use hcl_edit::expr::Expression;
use std::borrow::Cow;
use std::sync::Arc;

/// Values of one resource: what stands behind one name in a file may be many.
const MAX_VALUES: usize = 100_000;

/// Arguments that hold strings with every provider.
const TEXTS: [&str; 3] = ["display_name", "description", "state"];

/// A resource's values, and those that stand elsewhere than in their places in its block.
///
/// `whole` is the resource's block: what stands elsewhere, such as in a file that overrides it, is shown there.
pub(super) fn read<'b>(body: &'b Body<'_>, whole: &Source) -> (Node<'b>, Vec<Detour>) {
    let mut reader = Reader { whole, detours: Vec::new(), read: 0 };
    let node = reader.body(body, &mut Pointer::root(), &Source::None);
    (node, reader.detours)
}

struct Reader<'r> {
    whole: &'r Source,
    detours: Vec<Detour>,
    read: usize,
}

impl Reader<'_> {
    /// `shown` is the place that is shown for the whole, if it is not the one where it stands.
    fn body<'b>(&mut self, body: &'b Body<'_>, own: &mut Pointer, shown: &Source) -> Node<'b> {
        let mut object = Object::default();
        for argument in &body.arguments {
            let outer = own.enter(argument.name);
            let node = self.value(&argument.value, argument.written.as_ref(), own, shown);
            own.back(outer);
            // A name may be made of a number.
            let node = if TEXTS.contains(&argument.name) { text_of(node) } else { node };
            object.members.push((Cow::Borrowed(argument.name), node));
        }
        // No block says nothing.
        for nested in body.blocks.iter().filter(|nested| !nested.bodies.is_empty() || nested.rest.is_some()) {
            let outer = own.enter(nested.name);
            let node = match (nested.bodies.as_slice(), nested.rest) {
                (_, Some(why)) => Node::Untold(why),
                ([only], None) => self.body(only, own, shown),
                (several, None) => {
                    let several = several.iter().enumerate();
                    let body = |(index, one)| {
                        let list = own.enter_element(index);
                        let node = self.body(one, own, shown);
                        own.back(list);
                        node
                    };
                    Node::Array(several.map(body).collect())
                }
            };
            own.back(outer);
            object.members.push((Cow::Borrowed(nested.name), node));
        }
        Node::Object(object)
    }

    /// `written` is what stands in the place of the value, if that is known.
    fn value<'b>(
        &mut self,
        value: &'b Value,
        written: Option<&Written<'_>>,
        own: &mut Pointer,
        shown: &Source,
    ) -> Node<'b> {
        self.read += 1;
        if self.read > MAX_VALUES {
            return Node::Untold(Untold::Expression);
        }
        let is_in_place = written.is_some_and(|written| {
            let source = written.source();
            source == value.source && is_within(&source, self.whole)
        });
        let is_elsewhere = !is_in_place && value.source != Source::None && value.source != *shown;
        if is_elsewhere {
            self.detours.extend(detour(own, &value.source));
        }
        // What stands in the place of a value that stands elsewhere is not where its parts are.
        let written = written.filter(|_| is_in_place);
        let shown = if is_in_place { &Source::None } else { &value.source };
        match &value.kind {
            Kind::Unknown(why) => Node::Untold(*why),
            Kind::Handle(_) => Node::Untold(Untold::Expression),
            Kind::Null => Node::Null,
            Kind::Bool(truth) => Node::Bool(*truth),
            Kind::Number(number) => number.to_string().parse().map_or(Node::Untold(Untold::Expression), Node::Number),
            Kind::String(text) => Node::String(Cow::Borrowed(text.as_str())),
            Kind::Reference(name, _) => Node::Reference(Cow::Borrowed(name)),
            Kind::Sequence(sequence) => {
                let elements = sequence.elements.iter().enumerate().map(|(index, element)| {
                    let written = written.and_then(|written| element_of(written, index, sequence.elements.len()));
                    let list = own.enter_element(index);
                    let node = self.value(element, written.as_ref(), own, shown);
                    own.back(list);
                    text_of(node)
                });
                let mut elements: Vec<Node<'b>> = elements.collect();
                elements.extend(sequence.rest.map(Node::Untold));
                Node::Array(elements)
            }
            // A key that is not known may be any.
            Kind::Mapping(mapping) if mapping.rest.is_some() => {
                Node::Untold(mapping.rest.unwrap_or(Untold::Expression))
            }
            Kind::Mapping(mapping) => {
                let mut object = Object::default();
                for (name, member) in mapping.members.iter() {
                    let written = written.and_then(|written| member_of(written, name));
                    let outer = own.enter(name);
                    let node = self.value(&member.value, written.as_ref(), own, shown);
                    own.back(outer);
                    object.members.push((Cow::Borrowed(name.as_ref()), node));
                }
                Node::Object(object)
            }
        }
    }
}

/// Lists of the providers' resources hold strings, and Terraform makes them of numbers and truths.
fn text_of(node: Node<'_>) -> Node<'_> {
    match node {
        Node::Bool(truth) => Node::String(Cow::Owned(truth.to_string())),
        Node::Number(number) => Node::String(Cow::Owned(number.to_string())),
        Node::Null
        | Node::String(_)
        | Node::Array(_)
        | Node::Object(_)
        | Node::Raw(_)
        | Node::Reference(_)
        | Node::Secret(_)
        | Node::Untold(_) => node,
    }
}

fn is_within(part: &Source, whole: &Source) -> bool {
    match (part, whole) {
        (Source::Bytes(file, part), Source::Bytes(of, whole)) => {
            file == of && whole.start <= part.start && part.end <= whole.end
        }
        (Source::Pointer(part), Source::Pointer(whole)) => part.0 == whole.0 && part.1.is_within(&whole.1),
        (Source::None | Source::Bytes(..) | Source::Pointer(_), _) => false,
    }
}

/// Lets a part be shown where its value stands.
fn detour(own: &Pointer, source: &Source) -> Option<Detour> {
    place(source).map(|to| Detour { from: own.clone(), to, key_only: false })
}

/// A place as findings name it.
pub(super) fn place(source: &Source) -> Option<Place> {
    match source {
        Source::None => None,
        Source::Bytes(file, bytes) => Some(Place { file: *file, at: At::Bytes(bytes.clone()) }),
        Source::Pointer(place) => Some(Place::pointer(place.0, place.1.clone())),
    }
}

fn element_of<'f>(written: &Written<'f>, index: usize, length: usize) -> Option<Written<'f>> {
    match written {
        Written::Hcl(document, Expression::Array(elements)) if elements.len() == length => {
            elements.get(index).map(|element| Written::Hcl(*document, element))
        }
        Written::Json(file, Node::Array(elements), pointer) if elements.len() == length => {
            elements.get(index).map(|element| Written::Json(*file, element, Arc::new(pointer.index(index))))
        }
        Written::Hcl(..) | Written::Json(..) => None,
    }
}

fn member_of<'f>(written: &Written<'f>, name: &str) -> Option<Written<'f>> {
    match written {
        Written::Hcl(document, Expression::Object(members)) => {
            let is = |key: &hcl_edit::expr::ObjectKey| match key {
                hcl_edit::expr::ObjectKey::Ident(key) => key.as_str() == name,
                hcl_edit::expr::ObjectKey::Expression(Expression::String(key)) => key.as_str() == name,
                hcl_edit::expr::ObjectKey::Expression(_) => false,
            };
            members.iter().find(|(key, _)| is(key)).map(|(_, value)| Written::Hcl(*document, value.expr()))
        }
        Written::Json(file, Node::Object(members), pointer) => {
            let node = members.get(name)?;
            Some(Written::Json(*file, node, Arc::new(pointer.key(name))))
        }
        Written::Hcl(..) | Written::Json(..) => None,
    }
}
