//! A row of JSON to texts.

use super::field::Field;
use super::log_analytics::is_azure_resource;
use super::names;
use super::portal;
use super::raw::Raw;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::fmt;

/// The keys of the row before, in their order: the next row is likely to have the same ones.
#[derive(Debug, Default)]
pub(super) struct Names {
    known: Vec<(Box<str>, Option<Field>)>,
    at: usize,
    /// The same of the row in a record.
    inner: Option<Box<Names>>,
}

/// Keys that are remembered. A row of Microsoft's has some sixty.
const REMEMBERED: usize = 256;

impl Names {
    fn field(&mut self, key: &str) -> Option<Field> {
        let ahead = self.known.iter().enumerate().skip(self.at).take(8);
        if let Some((at, field)) =
            ahead.filter(|(_, (known, _))| **known == *key).map(|(at, (_, field))| (at, *field)).next()
        {
            self.at = at + 1;
            return field;
        }
        let field = names::field(key);
        if self.known.len() < REMEMBERED {
            self.known.insert(self.at.min(self.known.len()), (key.into(), field));
            self.at += 1;
        }
        field
    }
}

/// Reads one row.
///
/// # Errors
/// The text is no JSON object.
pub(super) fn read<'a>(text: &'a [u8], names: &mut Names) -> Result<Raw<'a>, serde_json::Error> {
    names.at = 0;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let raw = Object { names, around: None }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(raw)
}

struct Object<'n> {
    names: &'n mut Names,
    /// The value that this object is.
    around: Option<Field>,
}

impl<'de> DeserializeSeed<'de> for Object<'_> {
    type Value = Raw<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

/// A key, borrowed where it is written without escapes.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(key))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(key.to_owned()))
    }
}

impl<'de> Visitor<'de> for Object<'_> {
    type Value = Raw<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a sign-in")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Raw<'de>, A::Error> {
        let mut raw = Raw::default();
        while let Some(key) = members.next_key_seed(Key)? {
            let field = match self.around {
                None => self.names.field(&key),
                Some(around) => around.inside(&key),
            };
            let Some(field) = field else {
                members.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = members.next_value::<&'de RawValue>()?.get();
            put(&mut raw, field, value, self.names);
        }
        Ok(raw)
    }
}

/// Notes a value of JSON. What has another type than Microsoft's says nothing.
fn put<'a>(raw: &mut Raw<'a>, field: Field, value: &'a str, names: &mut Names) {
    match value.as_bytes().first() {
        Some(b'"') => {
            let inner = &value[1..value.len() - 1];
            let text = if inner.contains('\\') {
                serde_json::from_str::<String>(value).map_or(Cow::Borrowed(""), Cow::Owned)
            } else {
                Cow::Borrowed(inner)
            };
            put_text(raw, field, text);
        }
        Some(b'{') => match field {
            Field::DeviceDetail | Field::Location | Field::Status => put_object(raw, field, value),
            // A record of diagnostic settings: the sign-in is in it, and what stands around it says less.
            Field::Properties => {
                if let Ok(inner) = read(value.as_bytes(), names.inner.get_or_insert_default()) {
                    let around = std::mem::replace(raw, inner);
                    raw.merge(around);
                }
            }
            _ => {}
        },
        // A list of one event type, of policies and of networks is kept as it is.
        Some(b'[') => raw.put(field, Cow::Borrowed(value)),
        _ if value == "null" => raw.put(field, Cow::Borrowed("")),
        _ => raw.put(field, Cow::Borrowed(value)),
    }
}

fn put_object<'a>(raw: &mut Raw<'a>, around: Field, value: &'a str) {
    let mut deserializer = serde_json::Deserializer::from_str(value);
    let object = Object { names: &mut Names::default(), around: Some(around) };
    if let Ok(inner) = object.deserialize(&mut deserializer) {
        raw.merge(inner);
    }
}

/// Notes a text: of an object in a cell or a string, what is in it.
pub(super) fn put_text<'a>(raw: &mut Raw<'a>, field: Field, text: Cow<'a, str>) {
    match field {
        Field::DeviceDetail | Field::Location | Field::Status if text.trim_start().starts_with('{') => match text {
            Cow::Borrowed(text) => put_object(raw, field, text),
            Cow::Owned(text) => {
                let mut inner = Raw::default();
                put_object(&mut inner, field, &text);
                raw.absorb(inner);
            }
        },
        Field::Location => match text {
            Cow::Borrowed(text) => raw.put(Field::Country, Cow::Borrowed(portal::country(text))),
            Cow::Owned(text) => raw.put(Field::Country, Cow::Owned(portal::country(&text).to_owned())),
        },
        Field::ResourceId if is_azure_resource(&text) => {}
        Field::DeviceDetail | Field::Properties => {}
        _ => raw.put(portal::of_words(field), text),
    }
}
