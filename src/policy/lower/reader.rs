//! Reading whatever stands where Graph has a value: an object, a list, a word.

use crate::catalog;
use crate::policy::{Fact, FileIndex, Id, List, Placeholder, Reason, Words};
use crate::syntax::{Node, Object, Untold, is_annotation};

/// A property's value and whether its key stands more than once.
#[derive(Clone, Copy, Default)]
pub(super) struct Slot<'n, 'a> {
    pub(super) node: Option<&'n Node<'a>>,
    pub(super) twice: bool,
}

/// Reads a policy, and notes whether its form is beyond doubt.
pub(super) struct Reader {
    pub(super) conforms: bool,
    /// A list that a stored query compares letter by letter is spelt otherwise.
    pub(super) respelt: bool,
    /// Where references belong.
    pub(super) root: FileIndex,
}

/// Why a node of infrastructure code is not the value that belongs in its place.
fn untold(node: &Node<'_>) -> Option<Reason> {
    match node {
        Node::Untold(untold) => Some(Reason::Untold(*untold)),
        Node::Reference(_) => Some(Reason::Untold(Untold::Expression)),
        Node::Secret(_) => Some(Reason::Untold(Untold::Sensitive)),
        _ => None,
    }
}

/// What can be read where Graph has an object.
pub(super) type ObjectFact<'n, 'a> = Fact<Option<&'n Object<'a>>>;

impl Reader {
    /// Notes something the schema has an opinion on.
    pub(super) fn odd<T>(&mut self, value: T) -> T {
        self.conforms = false;
        value
    }

    pub(super) fn doubt<T>(&mut self, reason: Reason) -> Fact<T> {
        self.odd(Fact::Unknown(reason))
    }

    /// Picks properties out of an object. A key that is not asked for is odd.
    pub(super) fn pick<'n, 'a, const N: usize>(
        &mut self,
        object: &'n Object<'a>,
        names: [&str; N],
    ) -> [Slot<'n, 'a>; N] {
        let mut slots = [Slot::default(); N];
        for (key, node) in &object.members {
            let index = names
                .iter()
                .position(|name| name == key)
                .or_else(|| names.iter().position(|name| name.eq_ignore_ascii_case(key)));
            match index {
                Some(index) => {
                    let slot = &mut slots[index];
                    // Twice the same says it once.
                    slot.twice |= slot.node.is_some_and(|first| !first.says(node));
                    self.conforms &= slot.node.is_none();
                    slot.node.get_or_insert(node);
                }
                // Whatever it is, it says nothing.
                None => self.conforms &= matches!(node, Node::Null) || is_annotation(key),
            }
        }
        slots
    }

    /// Why an object is not understood as a whole: it says something under a key that is not one of `names`. A misspelt
    /// exclusion must not vanish.
    pub(super) fn stray(object: &Object<'_>, names: &[&str]) -> Option<Reason> {
        let is_known = |key: &str| names.iter().any(|name| name.eq_ignore_ascii_case(key));
        let mut strays = object.properties().filter(|(key, node)| !is_known(key) && !node.is_void());
        strays.next().map(|_| Reason::UnknownProperty)
    }

    /// What stands where Graph has an object. `null` is none.
    pub(super) fn object<'n, 'a>(&mut self, slot: Slot<'n, 'a>) -> ObjectFact<'n, 'a> {
        match slot.node {
            _ if slot.twice => Fact::Unknown(Reason::Ambiguous),
            None | Some(Node::Null) => Fact::Known(None),
            Some(Node::Object(object)) => Fact::Known(Some(object)),
            Some(Node::String(text)) if is_type_name(text) => self.doubt(Reason::Truncated),
            Some(node) => untold(node).map_or_else(|| self.doubt(Reason::WrongType), Fact::Unknown),
        }
    }

    /// The same where real exports write `[]` for none.
    pub(super) fn object_or_empty<'n, 'a>(&mut self, slot: Slot<'n, 'a>) -> ObjectFact<'n, 'a> {
        match slot.node {
            Some(Node::Array(elements)) if elements.is_empty() && !slot.twice => self.odd(Fact::Known(None)),
            _ => self.object(slot),
        }
    }

    pub(super) fn optional_id(&mut self, slot: Slot<'_, '_>) -> Option<Id> {
        match slot.node {
            None | Some(Node::Null | Node::Untold(_) | Node::Reference(_) | Node::Secret(_)) => None,
            Some(Node::String(text)) if !text.is_empty() => {
                let id = Id::new(text);
                self.conforms &= id.guid().is_some();
                Some(id)
            }
            Some(_) => self.odd(None),
        }
    }

    /// A text that people give. Graph demands one.
    pub(super) fn name(&mut self, slot: Slot<'_, '_>) -> Fact<Box<str>> {
        match slot.node {
            _ if slot.twice => self.doubt(Reason::Ambiguous),
            Some(Node::String(name)) => Fact::Known(name.as_ref().into()),
            None | Some(Node::Null) => self.doubt(Reason::Missing),
            Some(node) => untold(node).map_or_else(|| self.doubt(Reason::WrongType), Fact::Unknown),
        }
    }

    /// A collection of strings.
    pub(super) fn list<T>(&mut self, slot: Slot<'_, '_>, mut read: impl FnMut(&mut Self, &str) -> Fact<T>) -> List<T> {
        self.elements(slot, |reader, element| match element {
            Node::String(text) => read(reader, text),
            other => untold(other).map_or_else(|| reader.doubt(Reason::WrongType), Fact::Unknown),
        })
    }

    fn elements<T>(&mut self, slot: Slot<'_, '_>, mut read: impl FnMut(&mut Self, &Node<'_>) -> Fact<T>) -> List<T> {
        match slot.node {
            _ if slot.twice => List::unknown(Reason::Ambiguous),
            None | Some(Node::Null) => List::default(),
            Some(Node::Array(elements)) => elements.iter().map(|element| read(self, element)).collect(),
            // ConvertTo-Json at its depth joins a list with spaces; an exporter that unrolls a list of one writes its element.
            Some(Node::String(text)) if is_truncated(text) => self.odd(List::unknown(Reason::Truncated)),
            Some(node @ Node::String(_)) => {
                self.conforms = false;
                [read(self, node)].into_iter().collect()
            }
            Some(node) => match untold(node) {
                Some(reason) => List::unknown(reason),
                None => self.odd(List::unknown(Reason::WrongType)),
            },
        }
    }

    pub(super) fn ids(&mut self, slot: Slot<'_, '_>, literals: &[&str]) -> List<Id> {
        self.elements(slot, |reader, element| {
            let text = match element {
                Node::String(text) => text.as_ref(),
                Node::Reference(name) => {
                    return Fact::Known(Id::Reference(Box::new((reader.root, name.as_ref().into()))));
                }
                Node::Secret(secret) => return Fact::Known(reader.secret(&secret.0, &secret.1)),
                other => {
                    return untold(other).map_or_else(|| reader.doubt(Reason::WrongType), Fact::Unknown);
                }
            };
            if text.trim().is_empty() || is_type_name(text) {
                return reader.doubt(Reason::Truncated);
            }
            if text == "unknownFutureValue" {
                return reader.doubt(Reason::Hidden);
            }
            let id = Id::new(text);
            reader.conforms &= id.guid().is_some() || literals.contains(&text);
            Fact::Known(id)
        })
    }

    /// An id that goes by another name.
    pub(super) fn secret(&self, value: &str, name: &str) -> Id {
        match Id::new(value).guid() {
            Some(guid) => Id::Spelt(Box::new((guid, name.into()))),
            None => Id::Reference(Box::new((self.root, name.into()))),
        }
    }

    /// Ids of role templates. The name of a built-in role stands for its id: no other role can be in a policy.
    pub(super) fn roles(&mut self, slot: Slot<'_, '_>) -> List<Id> {
        self.ids(slot, &[]).map(|id| match &id {
            Id::Text(name) => catalog::role(name).map_or(id.clone(), |role| role.id.clone()),
            _ => id,
        })
    }

    /// Ids of apps. The name of one that every tenant has stands for its id, and keeps its spelling.
    pub(super) fn apps(&mut self, slot: Slot<'_, '_>, suites: &[&str]) -> List<Id> {
        self.ids(slot, suites).map(|id| match &id {
            Id::Text(name) => match catalog::app_named(name) {
                Some(Id::Guid(guid)) => Id::Spelt(Box::new((guid, name.clone()))),
                Some(suite) => suite,
                None => id,
            },
            _ => id,
        })
    }

    /// Ids that are no GUIDs: literals, of which not all are listed here.
    pub(super) fn literals(&mut self, slot: Slot<'_, '_>, usual: &[&str]) -> List<Id> {
        self.list(slot, |reader, text| {
            reader.conforms &= usual.contains(&text);
            Fact::Known(Id::new(text))
        })
    }

    pub(super) fn texts(&mut self, slot: Slot<'_, '_>) -> List<Id> {
        self.list(slot, |_, text| Fact::Known(Id::new(text)))
    }

    pub(super) fn word<W: Words>(&mut self, slot: Slot<'_, '_>) -> Fact<Option<W>> {
        match slot.node {
            _ if slot.twice => Fact::Unknown(Reason::Ambiguous),
            None | Some(Node::Null) => Fact::Known(None),
            Some(Node::String(text)) => match self.member(text) {
                Fact::Known(word) => Fact::Known(Some(word)),
                Fact::Unknown(reason) => Fact::Unknown(reason),
            },
            Some(node) => untold(node).map_or_else(|| self.doubt(Reason::WrongType), Fact::Unknown),
        }
    }

    pub(super) fn words<W: Words>(&mut self, slot: Slot<'_, '_>) -> List<W> {
        self.list(slot, Reader::member)
    }

    /// The same where a stored query compares letter by letter.
    pub(super) fn words_to_the_letter<W: Words>(&mut self, slot: Slot<'_, '_>) -> List<W> {
        let elements = slot.node.and_then(Node::as_array).unwrap_or_default();
        let is_word = |element: &Node<'_>| W::WORDS.iter().any(|(word, _)| element.as_str() == Some(word));
        self.respelt |= !elements.iter().all(is_word);
        self.words(slot)
    }

    /// A flags enumeration: Graph writes one comma-separated string, some exporters a list.
    pub(super) fn flags<W: Words>(&mut self, slot: Slot<'_, '_>) -> List<W> {
        match slot.node {
            Some(Node::String(text)) if !slot.twice => {
                self.conforms &= !text.contains(char::is_whitespace)
                    && text.split(',').all(|word| !word.is_empty() || text.is_empty());
                let mut items = Vec::new();
                for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
                    if word == "none" && !W::NOT_IN_POLICIES.contains(&word) {
                        // No bit set.
                        self.conforms = false;
                    } else {
                        items.push(self.member(word));
                    }
                }
                items.into_iter().collect()
            }
            _ => self.words(slot),
        }
    }

    fn member<W: Words>(&mut self, text: &str) -> Fact<W> {
        let members = || W::WORDS.iter().filter(|(word, _)| !W::NOT_IN_POLICIES.contains(word));
        if let Some((_, word)) = members().find(|(word, _)| *word == text) {
            return Fact::Known(*word);
        }
        self.conforms = false;
        if let Some((_, word)) = members().find(|(word, _)| word.eq_ignore_ascii_case(text)) {
            return Fact::Known(*word);
        }
        Fact::Unknown(if text == "unknownFutureValue" {
            Reason::Hidden
        } else if Placeholder::of(text).is_some() {
            Reason::Placeholder
        } else {
            Reason::Unrecognised
        })
    }
}

/// Whether a string in a collection's place is what `ConvertTo-Json` leaves at its depth.
pub(crate) fn is_truncated(text: &str) -> bool {
    text.trim().is_empty() || text.contains(char::is_whitespace) || is_type_name(text)
}

/// Whether a string is the name of a .NET type or PowerShell's rendering of an object.
pub(crate) fn is_type_name(text: &str) -> bool {
    ["System.", "Microsoft.Graph.", "Microsoft.Open.", "class ConditionalAccess"]
        .iter()
        .any(|prefix| text.starts_with(prefix))
        || (text.starts_with("@{") && text.ends_with('}'))
}
