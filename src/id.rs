//! Object ids and the literals that are used in their place.

use std::fmt;
use std::hash::{Hash, Hasher};
use uuid::Uuid;

/// A file, by its number among those of a tenant, in the order in which they were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileIndex(pub usize);

/// An object id as a policy spells it, or a literal such as `All`. Two ids are equal if they name the same object:
/// letter case is no difference. Display gives back the spelling of the file.
#[derive(Debug, Clone)]
pub enum Id {
    /// A GUID in lower case, the usual spelling.
    Guid(Uuid),
    /// A GUID that is shown otherwise: in upper case, by a name, or not at all.
    Spelt(Box<(Uuid, Box<str>)>),
    /// A literal of Graph's.
    Literal(&'static str),
    /// Anything else: a placeholder, a display name.
    Text(Box<str>),
    /// An object that infrastructure code names before it has an id: `azuread_group.break_glass`, and the file in which
    /// it bears that name, or the first file of the folder.
    Reference(Box<(FileIndex, Box<str>)>),
}

/// Literals that most policies contain. They are shared, so that each policy does not need a copy.
const LITERALS: [&str; 8] = [
    "All",
    "None",
    "AllTrusted",
    "Office365",
    "MicrosoftAdminPortals",
    "GuestsOrExternalUsers",
    "AllAgentIdUsers",
    "ServicePrincipalsInMyTenant",
];

/// Whether a text is such a literal, in any letter case.
pub(crate) fn is_literal(text: &str) -> bool {
    LITERALS.iter().any(|literal| literal.eq_ignore_ascii_case(text))
}

/// Whether this is the id of an [authentication context], `c1` to `c99`.
///
/// [authentication context]: https://learn.microsoft.com/graph/api/resources/authenticationcontextclassreference
pub(crate) fn is_authentication_context(text: &str) -> bool {
    text.strip_prefix('c').is_some_and(|number| {
        let is_plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
        is_plain && number.parse::<u8>().is_ok_and(|number| (1..=99).contains(&number))
    })
}

/// Styles of placeholders found in published baselines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placeholder {
    /// `<BreakGlassGroup>`
    Angle,
    /// `{{BREAK_GLASS}}`, `{BreakGlass}`, `${var.group}`
    Brace,
    /// `%BreakGlass%`
    Percent,
    /// `xxxxxxxx-xxxx-…`, `YOUR_GROUP_ID`, `REPLACE_ME`
    Word,
}

impl Placeholder {
    /// Recognises a placeholder.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        let text = text.trim();
        let between = |open: char, close: char| text.len() > 2 && text.starts_with(open) && text.ends_with(close);
        if between('<', '>') {
            Some(Self::Angle)
        } else if between('{', '}') || text.contains("${") {
            Some(Self::Brace)
        } else if between('%', '%') {
            Some(Self::Percent)
        } else if is_placeholder_word(text) {
            Some(Self::Word)
        } else {
            None
        }
    }
}

fn is_placeholder_word(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let masked = lower.len() >= 8
        && lower.contains("xxxx")
        && lower.bytes().all(|byte| byte == b'x' || byte == b'-' || byte.is_ascii_hexdigit());
    let shouted = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_' || byte.is_ascii_digit())
        && text.contains('_');
    masked || shouted || lower.starts_with("your_") || lower.starts_with("your-") || lower.starts_with("replace")
        // The literal of Microsoft's own policy templates.
        || lower == "current administrator will be excluded"
}

impl Id {
    /// Reads an id.
    #[must_use]
    pub fn new(text: &str) -> Self {
        match Uuid::try_parse_ascii(text.as_bytes()) {
            Ok(guid) if text.len() == 36 => {
                if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
                    Self::Spelt(Box::new((guid, text.into())))
                } else {
                    Self::Guid(guid)
                }
            }
            _ => LITERALS
                .iter()
                .find(|literal| **literal == text)
                .map_or_else(|| Self::Text(text.into()), |literal| Self::Literal(literal)),
        }
    }

    /// The GUID, if it is one.
    #[must_use]
    pub fn guid(&self) -> Option<Uuid> {
        match self {
            Self::Guid(guid) => Some(*guid),
            Self::Spelt(spelt) => Some(spelt.0),
            Self::Literal(_) | Self::Text(_) | Self::Reference(_) => None,
        }
    }

    /// Its text, if it is a literal or a name.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Literal(text) => Some(text),
            Self::Text(text) => Some(text),
            Self::Guid(_) | Self::Spelt(_) | Self::Reference(_) => None,
        }
    }

    fn reference(&self) -> Option<&(FileIndex, Box<str>)> {
        match self {
            Self::Reference(reference) => Some(reference),
            _ => None,
        }
    }

    /// Whether it is written like this: an id of any form, or the name that infrastructure code has for it.
    #[must_use]
    pub fn is_written(&self, other: &Self) -> bool {
        match (self.reference(), other.text()) {
            (Some((_, name)), Some(text)) => name.as_ref() == text,
            _ => self == other,
        }
    }

    /// Whether it is this literal, in any letter case.
    #[must_use]
    pub fn is(&self, literal: &str) -> bool {
        self.text().is_some_and(|text| text.eq_ignore_ascii_case(literal))
    }

    /// Whether it is not an id but a name, a placeholder or a reference that the files do not resolve.
    #[must_use]
    pub fn is_unresolved(&self) -> bool {
        match self {
            Self::Guid(_) | Self::Spelt(_) | Self::Literal(_) => false,
            Self::Text(text) => !is_literal(text),
            Self::Reference(_) => true,
        }
    }

    /// Whether it names one object, rather than everybody or nobody.
    #[must_use]
    pub fn is_one_object(&self) -> bool {
        self.guid().is_some() || self.is_unresolved()
    }

    /// Whether, in a list of users, it may be a word for a class of them: one that is misspelt, or new at Microsoft. Names of
    /// users have spaces or an `@`, and placeholders have their marks.
    #[must_use]
    pub fn may_be_class(&self) -> bool {
        match self {
            Self::Guid(_) | Self::Spelt(_) | Self::Literal(_) | Self::Reference(_) => false,
            Self::Text(text) => {
                let is_word = !text.contains(|character: char| character.is_whitespace() || character == '@');
                is_word && !is_literal(text) && self.placeholder().is_none()
            }
        }
    }

    /// Whether two ids may name the same object: they are equal, or what one of them stands for may be the other.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        let one_is_open = self.is_unresolved() || other.is_unresolved();
        self == other || (one_is_open && self.is_one_object() && other.is_one_object())
    }

    /// The placeholder style, if it is one.
    #[must_use]
    pub fn placeholder(&self) -> Option<Placeholder> {
        match self {
            Self::Text(text) => Placeholder::of(text),
            _ => None,
        }
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        match (self.text(), other.text()) {
            (Some(one), Some(two)) => one.eq_ignore_ascii_case(two),
            _ => self.guid() == other.guid() && self.reference() == other.reference() && self.text() == other.text(),
        }
    }
}

impl Eq for Id {}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match (self.text(), self.guid()) {
            (Some(text), _) => text.bytes().for_each(|byte| state.write_u8(byte.to_ascii_lowercase())),
            (None, Some(guid)) => state.write_u128(guid.as_u128()),
            (None, None) => self.reference().hash(state),
        }
    }
}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        match (self.text(), other.text()) {
            (Some(one), Some(two)) => {
                let [one, two] = [one, two].map(|text| text.bytes().map(|byte| byte.to_ascii_lowercase()));
                one.cmp(two)
            }
            _ => (self.guid(), self.reference(), self.text()).cmp(&(other.guid(), other.reference(), other.text())),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guid(guid) => write!(f, "{}", guid.hyphenated()),
            Self::Spelt(spelt) => f.write_str(&spelt.1),
            Self::Literal(text) => f.write_str(text),
            Self::Text(text) => f.write_str(text),
            Self::Reference(reference) => f.write_str(&reference.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_compare_without_letter_case_and_print_as_spelt() {
        let (lower, upper) = ("797f4846-ba00-4fd7-ba43-dac1f8f63013", "797F4846-BA00-4FD7-BA43-DAC1F8F63013");
        assert_eq!(Id::new(lower), Id::new(upper));
        assert_eq!(Id::new(upper).to_string(), upper);
        assert_ne!(Id::new(lower), Id::new("All"));
        assert!(Id::new("all").is("All"));
        // Forms that the uuid crate reads and Graph does not.
        assert_eq!(Id::new("797f4846ba004fd7ba43dac1f8f63013").guid(), None);
    }

    #[test]
    fn what_stands_for_an_id_may_be_any_object() {
        let [one, other] =
            ["a0000000-0000-4000-8000-000000000001", "a0000000-0000-4000-8000-000000000002"].map(Id::new);
        let [name, placeholder] = ["Break glass", "<BreakGlass>"].map(Id::new);
        let reference = Id::Reference(Box::new((FileIndex(0), "azuread_user.break_glass".into())));
        assert!(one.may_be(&one) && !one.may_be(&other));
        for unresolved in [&name, &placeholder, &reference] {
            assert!(unresolved.may_be(&one) && one.may_be(unresolved) && unresolved.may_be(&Id::new("<Another>")));
            for word in ["All", "guestsOrExternalUsers"].map(Id::new) {
                assert!(!unresolved.may_be(&word) && !word.may_be(unresolved), "{word}");
            }
        }
    }

    #[test]
    fn a_word_among_users_may_be_a_class() {
        for word in ["GuestsOrExternalUser", "AllSomethingNew", "admin"] {
            assert!(Id::new(word).may_be_class(), "{word}");
        }
        for text in ["All", "guestsorexternalusers", "Break glass", "admin@contoso.com", "<Admin>", "YOUR_ADMIN_ID"] {
            assert!(!Id::new(text).may_be_class(), "{text}");
        }
    }

    #[test]
    fn placeholders_are_told_from_names() {
        for text in [
            "<EmergencyAccessAccountsGroup>",
            "{{EMERGENCY_ACCESS_ACCOUNT_1}}",
            "%SvcCountryLocationId%",
            "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "YOUR_BREAK_GLASS_ACCOUNT_OBJECT_ID",
            "Current administrator will be excluded",
        ] {
            assert!(Placeholder::of(text).is_some(), "{text}");
        }
        for text in ["All", "None", "AllTrusted", "Office365", "Break glass", "CA-Exclude", "admin@contoso.example", ""]
        {
            assert_eq!(Placeholder::of(text), None, "{text}");
        }
    }
}
