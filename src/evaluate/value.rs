//! A value of Terraform's language, and where it comes from.

use super::number::Number;
use super::source::Source;
use super::text::Text;
use crate::syntax::Untold;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A value with the place that carries it.
#[derive(Debug, Clone)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it stands.
    pub source: Source,
    /// It is `null` where a list or set is wanted, which a splat does not take.
    pub is_null_list: bool,
}

/// What a value is.
#[derive(Debug, Clone)]
pub enum Kind {
    /// Any value at all; the files do not state which.
    Unknown(Untold),
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number.
    Number(Number),
    /// A string.
    String(Text),
    /// A list, set or tuple.
    Sequence(Arc<Sequence>),
    /// A map or object.
    Mapping(Arc<Mapping>),
    /// An id of an object that a resource makes or a data source finds: the address of that resource, and the attribute.
    Reference(Arc<str>, Arc<str>),
    /// A resource or module, whose attributes are looked up one by one.
    Handle(Handle),
}

/// What is looked up attribute by attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Handle {
    /// An instance of a module, by its number in the run.
    Module(usize),
    /// An instance of a resource or data source: the number of its module's instance, its place among the module's
    /// resources, and its key.
    Resource(usize, usize, Option<Arc<Key>>),
    /// A resource that no file declares, by its address.
    Undeclared(Arc<str>),
    /// All instances of a resource, of which nobody knows the keys.
    Instances(usize, usize),
}

/// The key of an instance.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Key {
    /// With `count`.
    Number(usize),
    /// With `for_each`.
    Text(Arc<str>),
}

/// As addresses have it: `[0]`, `["CA001"]`.
impl std::fmt::Display for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Number(index) => write!(f, "[{index}]"),
            // What would begin a template is escaped, too. Most keys are plain names.
            Self::Text(key) if key.bytes().all(|byte| matches!(byte, b' '..=b'~') && !b"\"\\{".contains(&byte)) => {
                write!(f, "[\"{key}\"]")
            }
            Self::Text(key) => {
                let quoted = serde_json::Value::from(key.as_ref()).to_string();
                write!(f, "[{}]", quoted.replace("${", "$${").replace("%{", "%%{"))
            }
        }
    }
}

/// Elements in their order.
#[derive(Debug, Clone)]
pub struct Sequence {
    /// Which of the three it is.
    pub kind: SequenceKind,
    /// Those that are known to be in it.
    pub elements: Vec<Value>,
    /// There may be others, anywhere among them, and why that is not known.
    pub rest: Option<Untold>,
    weight: usize,
    is_loose: bool,
}

/// A list, set or tuple.
#[derive(Debug, Clone, PartialEq)]
pub enum SequenceKind {
    /// Elements of one type.
    List(Type),
    /// Elements of one type, each once, in the order of their values.
    Set(Type),
    /// Elements of any types.
    Tuple,
}

/// Members by their names.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Which of the two it is.
    pub kind: MappingKind,
    /// Those that are known to be in it.
    pub members: Members,
    /// There may be others, and why that is not known.
    pub rest: Option<Untold>,
    weight: usize,
}

/// Members in the order of their names. They are never changed, and a tree would take many times their space.
#[derive(Debug, Clone)]
pub struct Members(Box<[(Arc<str>, Member)]>);

/// Of two members of one name, the later one stays.
impl From<Vec<(Arc<str>, Member)>> for Members {
    fn from(mut members: Vec<(Arc<str>, Member)>) -> Self {
        members.sort_by(|(one, _), (two, _)| one.cmp(two));
        members.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        Self(members.into())
    }
}

impl From<BTreeMap<Arc<str>, Member>> for Members {
    fn from(members: BTreeMap<Arc<str>, Member>) -> Self {
        Self(members.into_iter().collect())
    }
}

impl Members {
    /// A member.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Member> {
        let at = self.0.binary_search_by(|(known, _)| known.as_ref().cmp(name)).ok()?;
        self.0.get(at).map(|(_, member)| member)
    }

    /// Names and members.
    #[must_use]
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&Arc<str>, &Member)> + Clone {
        self.0.iter().map(|(name, member)| (name, member))
    }

    /// The names.
    #[must_use]
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &Arc<str>> + Clone {
        self.0.iter().map(|(name, _)| name)
    }

    /// The members.
    #[must_use]
    pub fn values(&self) -> impl ExactSizeIterator<Item = &Member> + Clone {
        self.0.iter().map(|(_, member)| member)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A map or an object.
#[derive(Debug, Clone, PartialEq)]
pub enum MappingKind {
    /// Values of one type.
    Map(Type),
    /// Values of any types.
    Object,
}

/// A value with the place that carries its name.
#[derive(Debug, Clone)]
pub struct Member {
    /// Where the name stands.
    pub key: Source,
    /// The value.
    pub value: Value,
}

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self { kind, source: Source::None, is_null_list: false }
    }
}

impl Value {
    /// The same, carried by a place if nothing carries it yet.
    #[must_use]
    pub fn or_at(mut self, source: &Source) -> Self {
        if self.source == Source::None {
            self.source = source.clone();
        }
        self
    }

    /// The same, carried by a place.
    #[must_use]
    pub fn at(self, source: Source) -> Self {
        Self { source, ..self }
    }

    /// A value that the files do not state.
    #[must_use]
    pub fn unknown(why: Untold) -> Self {
        Kind::Unknown(why).into()
    }

    /// A truth.
    #[must_use]
    pub fn bool(value: bool) -> Self {
        Kind::Bool(value).into()
    }

    /// A number.
    #[must_use]
    pub fn number(number: impl Into<Number>) -> Self {
        Kind::Number(number.into()).into()
    }

    /// A number that Terraform may round.
    #[must_use]
    pub fn number_or_unknown(number: Option<Number>) -> Self {
        number.map_or_else(|| Self::unknown(Untold::Expression), |number| Kind::Number(number).into())
    }

    /// A string that an expression makes.
    #[must_use]
    pub fn string(text: impl Into<Text>) -> Self {
        Kind::String(text.into()).into()
    }

    /// A list, set or tuple.
    #[must_use]
    pub fn sequence(kind: SequenceKind, elements: Vec<Self>, rest: Option<Untold>) -> Self {
        let weight = elements.iter().map(Self::weight).fold(1, usize::saturating_add);
        Kind::Sequence(Arc::new(Sequence { kind, elements, rest, weight, is_loose: false })).into()
    }

    /// The same; if it is loose, neither its order nor its length is known, since two of its elements may be one.
    #[must_use]
    pub fn loose_if(self, is_loose: bool) -> Self {
        match &self.kind {
            Kind::Sequence(sequence) if is_loose && !sequence.is_loose => {
                let loose = Sequence { is_loose, ..sequence.as_ref().clone() };
                Self { kind: Kind::Sequence(Arc::new(loose)), ..self }
            }
            _ => self,
        }
    }

    /// A tuple of known length.
    #[must_use]
    pub fn tuple(elements: Vec<Self>) -> Self {
        Self::sequence(SequenceKind::Tuple, elements, None)
    }

    /// A list of strings that an expression makes.
    #[must_use]
    pub fn strings(texts: impl IntoIterator<Item = String>) -> Self {
        let elements = texts.into_iter().map(Self::string).collect();
        Self::sequence(SequenceKind::List(Type::String), elements, None)
    }

    /// A map or object.
    #[must_use]
    pub fn mapping(kind: MappingKind, members: impl Into<Members>, rest: Option<Untold>) -> Self {
        let members: Members = members.into();
        let weight = members.values().map(|member| member.value.weight()).fold(1, usize::saturating_add);
        Kind::Mapping(Arc::new(Mapping { kind, members, rest, weight })).into()
    }

    /// An object of known members.
    #[must_use]
    pub fn object(members: impl IntoIterator<Item = (Arc<str>, Self)>) -> Self {
        let members = members.into_iter().map(|(name, value)| (name, Member { key: Source::None, value }));
        Self::mapping(MappingKind::Object, members.collect::<Vec<_>>(), None)
    }

    /// How many values it consists of, counted as often as they stand in it. Whoever goes through it takes that long.
    #[must_use]
    pub fn weight(&self) -> usize {
        match &self.kind {
            Kind::Sequence(sequence) => sequence.weight,
            Kind::Mapping(mapping) => mapping.weight,
            Kind::Unknown(_)
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_)
            | Kind::Reference(..)
            | Kind::Handle(_) => 1,
        }
    }

    /// Why it is not stated, if it is not. Parts of it may be unknown nevertheless.
    #[must_use]
    pub fn why_unknown(&self) -> Option<Untold> {
        match &self.kind {
            Kind::Unknown(why) => Some(*why),
            Kind::Reference(..) | Kind::Handle(_) => Some(Untold::AfterApply),
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Sequence(_) | Kind::Mapping(_) => {
                None
            }
        }
    }

    /// Why it is not stated as a whole, in all its parts.
    #[must_use]
    pub fn why_partly_unknown(&self) -> Option<Untold> {
        match &self.kind {
            Kind::Sequence(sequence) => {
                sequence.rest.or_else(|| sequence.elements.iter().find_map(Self::why_partly_unknown))
            }
            Kind::Mapping(mapping) => {
                mapping.rest.or_else(|| mapping.members.values().find_map(|member| member.value.why_partly_unknown()))
            }
            Kind::Unknown(_)
            | Kind::Reference(..)
            | Kind::Handle(_)
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::String(_) => self.why_unknown(),
        }
    }

    /// Whether it is `null`.
    #[must_use]
    pub fn is_null(&self) -> bool {
        matches!(self.kind, Kind::Null)
    }

    /// The string, if it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text.as_str()),
            Kind::Unknown(_)
            | Kind::Null
            | Kind::Bool(_)
            | Kind::Number(_)
            | Kind::Sequence(_)
            | Kind::Mapping(_)
            | Kind::Reference(..)
            | Kind::Handle(_) => None,
        }
    }

    /// Its type. What is not stated, and `null`, may be of any.
    #[must_use]
    pub fn type_of(&self) -> Type {
        match &self.kind {
            Kind::Unknown(_) | Kind::Null | Kind::Handle(_) => Type::Any,
            Kind::Bool(_) => Type::Bool,
            Kind::Number(_) => Type::Number,
            Kind::String(_) | Kind::Reference(..) => Type::String,
            Kind::Sequence(sequence) => match &sequence.kind {
                SequenceKind::List(element) => Type::List(Box::new(element.clone())),
                SequenceKind::Set(element) => Type::Set(Box::new(element.clone())),
                SequenceKind::Tuple if sequence.rest.is_some() => Type::Any,
                SequenceKind::Tuple => Type::Tuple(sequence.elements.iter().map(Self::type_of).collect()),
            },
            Kind::Mapping(mapping) => match &mapping.kind {
                MappingKind::Map(element) => Type::Map(Box::new(element.clone())),
                MappingKind::Object if mapping.rest.is_some() => Type::Any,
                MappingKind::Object => {
                    let attribute = |(name, member): (&Arc<str>, &Member)| {
                        (Arc::clone(name), Attribute::required(member.value.type_of()))
                    };
                    Type::Object(mapping.members.iter().map(attribute).collect())
                }
            },
        }
    }

    /// What it is, for a message.
    #[must_use]
    pub fn described(&self) -> &'static str {
        match &self.kind {
            Kind::Unknown(_) | Kind::Reference(..) => "a value",
            Kind::Handle(Handle::Module(_)) => "a module",
            Kind::Handle(Handle::Resource(..) | Handle::Instances(..) | Handle::Undeclared(_)) => "a resource",
            Kind::Null => "null",
            Kind::Bool(_) => "a bool",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Sequence(sequence) => match sequence.kind {
                SequenceKind::List(_) => "a list",
                SequenceKind::Set(_) => "a set",
                SequenceKind::Tuple => "a tuple",
            },
            Kind::Mapping(mapping) => match mapping.kind {
                MappingKind::Map(_) => "a map",
                MappingKind::Object => "an object",
            },
        }
    }

    /// Whether two values are equal; none where that depends on what is not stated. Values of different types are not.
    #[must_use]
    pub fn equals(&self, other: &Self) -> Option<bool> {
        match (&self.kind, &other.kind) {
            // An application has several ids.
            (Kind::Reference(one, id), Kind::Reference(two, other)) => (one == two && id == other).then_some(true),
            (Kind::Handle(one), Kind::Handle(two)) => (one == two).then_some(true),
            // What nobody knows the instances of, or whether it is switched off, may be null.
            (Kind::Handle(Handle::Instances(..) | Handle::Undeclared(_)), Kind::Null)
            | (Kind::Null, Kind::Handle(Handle::Instances(..) | Handle::Undeclared(_))) => None,
            (Kind::Reference(..) | Kind::Handle(_), Kind::Null)
            | (Kind::Null, Kind::Reference(..) | Kind::Handle(_)) => Some(false),
            (Kind::Unknown(_) | Kind::Reference(..) | Kind::Handle(_), _)
            | (_, Kind::Unknown(_) | Kind::Reference(..) | Kind::Handle(_)) => None,
            (Kind::Null, Kind::Null) => Some(true),
            (Kind::Bool(one), Kind::Bool(two)) => Some(one == two),
            (Kind::Number(one), Kind::Number(two)) => Some(one == two),
            (Kind::String(one), Kind::String(two)) => Some(one.as_str() == two.as_str()),
            (Kind::Sequence(one), Kind::Sequence(two)) => one.equals(two),
            (Kind::Mapping(one), Kind::Mapping(two)) => one.equals(two),
            (
                Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Sequence(_) | Kind::Mapping(_),
                _,
            ) => Some(false),
        }
    }
}

/// Whether all are true; none if that is not known and nothing is false.
fn all(parts: impl IntoIterator<Item = Option<bool>>) -> Option<bool> {
    let mut known = Some(true);
    for part in parts {
        match part {
            Some(true) => {}
            Some(false) => return Some(false),
            None => known = None,
        }
    }
    known
}

/// Whether two types of elements can be those of equal collections; none where one of them may be any.
fn same_type(one: &Type, two: &Type) -> Option<bool> {
    if one == two { Some(true) } else { (!one.holds_any() && !two.holds_any()).then_some(false) }
}

impl Sequence {
    /// Whether its order and length are not known, since two of its elements may be one.
    #[must_use]
    pub fn is_loose(&self) -> bool {
        self.is_loose
    }

    /// Why nobody knows which element has which number, if that is so.
    #[must_use]
    pub fn why_unordered(&self) -> Option<Untold> {
        self.rest.or(self.is_loose.then_some(Untold::AfterApply))
    }

    fn equals(&self, other: &Self) -> Option<bool> {
        let of_one_kind = match (&self.kind, &other.kind) {
            (SequenceKind::List(one), SequenceKind::List(two)) | (SequenceKind::Set(one), SequenceKind::Set(two)) => {
                same_type(one, two)
            }
            (SequenceKind::Tuple, SequenceKind::Tuple) => Some(true),
            (SequenceKind::List(_) | SequenceKind::Set(_) | SequenceKind::Tuple, _) => Some(false),
        };
        if of_one_kind == Some(false) {
            return Some(false);
        }
        let is_open = self.why_unordered().is_some() || other.why_unordered().is_some();
        let is_set = matches!(self.kind, SequenceKind::Set(_));
        let is_partly_known = is_set && (self.is_partly_unknown() || other.is_partly_unknown());
        if is_open || is_partly_known {
            return None;
        }
        if self.elements.len() != other.elements.len() {
            return Some(false);
        }
        all(std::iter::once(of_one_kind)
            .chain(self.elements.iter().zip(&other.elements).map(|(one, two)| one.equals(two))))
    }

    fn is_partly_unknown(&self) -> bool {
        self.elements.iter().any(|element| element.why_partly_unknown().is_some())
    }
}

impl Mapping {
    fn equals(&self, other: &Self) -> Option<bool> {
        let of_one_kind = match (&self.kind, &other.kind) {
            (MappingKind::Map(one), MappingKind::Map(two)) => same_type(one, two),
            (MappingKind::Object, MappingKind::Object) => Some(true),
            (MappingKind::Map(_) | MappingKind::Object, _) => Some(false),
        };
        if of_one_kind == Some(false) {
            return Some(false);
        }
        if self.rest.is_some() || other.rest.is_some() {
            return None;
        }
        if !self.members.keys().eq(other.members.keys()) {
            return Some(false);
        }
        let members = self.members.values().zip(other.members.values());
        all(std::iter::once(of_one_kind).chain(members.map(|(one, two)| one.value.equals(&two.value))))
    }

    /// A member's value.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.members.get(name).map(|member| &member.value)
    }
}

/// What a value may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Type {
    /// `any`, or not known.
    Any,
    /// `bool`
    Bool,
    /// `number`
    Number,
    /// `string`
    String,
    /// `list(…)`
    List(Box<Type>),
    /// `set(…)`
    Set(Box<Type>),
    /// `map(…)`
    Map(Box<Type>),
    /// `tuple([…])`
    Tuple(Vec<Type>),
    /// `object({…})`
    Object(BTreeMap<Arc<str>, Attribute>),
}

/// An attribute of an object type.
#[derive(Debug, Clone)]
pub struct Attribute {
    /// Its type.
    pub of: Type,
    /// Whether it may be missing: `optional(…)`.
    pub is_optional: bool,
    /// What it is then.
    pub default: Option<Value>,
}

impl PartialEq for Attribute {
    fn eq(&self, other: &Self) -> bool {
        self.of == other.of && self.is_optional == other.is_optional
    }
}

impl Attribute {
    /// One that must be there.
    #[must_use]
    pub fn required(of: Type) -> Self {
        Self { of, is_optional: false, default: None }
    }
}

impl Type {
    /// Whether some part of it may be of any type.
    #[must_use]
    pub fn holds_any(&self) -> bool {
        match self {
            Self::Any => true,
            Self::Bool | Self::Number | Self::String => false,
            Self::List(inner) | Self::Set(inner) | Self::Map(inner) => inner.holds_any(),
            Self::Tuple(inner) => inner.iter().any(Self::holds_any),
            Self::Object(attributes) => attributes.values().any(|attribute| attribute.of.holds_any()),
        }
    }

    pub(super) fn described(&self) -> &'static str {
        match self {
            Self::Any => "any type",
            Self::Bool => "a bool",
            Self::Number => "a number",
            Self::String => "a string",
            Self::List(_) => "a list",
            Self::Set(_) => "a set",
            Self::Map(_) => "a map",
            Self::Tuple(_) => "a tuple",
            Self::Object(_) => "an object",
        }
    }

    /// Whether every value of another type can be converted to this one, or, if `lossy`, may be.
    pub(super) fn takes(&self, other: &Self, lossy: bool) -> bool {
        match (self, other) {
            (one, two) if one == two => true,
            (Self::Any, _) | (_, Self::Any) | (Self::String, Self::Bool | Self::Number) => true,
            (Self::Bool | Self::Number, Self::String) => lossy,
            (Self::List(inner) | Self::Set(inner), Self::List(from) | Self::Set(from))
            | (Self::Map(inner), Self::Map(from)) => inner.takes(from, lossy),
            (Self::List(inner) | Self::Set(inner), Self::Tuple(from)) => {
                from.iter().all(|from| inner.takes(from, lossy))
            }
            (Self::Map(inner), Self::Object(from)) => from.values().all(|from| inner.takes(&from.of, lossy)),
            (Self::Tuple(inner), Self::Tuple(from)) => {
                inner.len() == from.len() && inner.iter().zip(from).all(|(inner, from)| inner.takes(from, lossy))
            }
            (Self::Object(inner), Self::Object(from)) => inner.iter().all(|(name, attribute)| {
                from.get(name).map_or(attribute.is_optional, |from| attribute.of.takes(&from.of, lossy))
            }),
            (Self::Object(inner), Self::Map(from)) => {
                lossy && inner.values().all(|attribute| attribute.of.takes(from, lossy))
            }
            (
                Self::Bool
                | Self::Number
                | Self::String
                | Self::List(_)
                | Self::Set(_)
                | Self::Map(_)
                | Self::Tuple(_)
                | Self::Object(_),
                _,
            ) => false,
        }
    }
}
