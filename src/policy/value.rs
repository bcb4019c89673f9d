//! Known, or unknown for a reason.

use crate::syntax::Untold;

/// Why a value is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Another JSON type than Graph's.
    WrongType,
    /// A value that Microsoft's enumeration does not list.
    Unrecognised,
    /// `unknownFutureValue`: the export hides the real value.
    Hidden,
    /// PowerShell's `ConvertTo-Json` reached its depth and wrote a type name or joined words.
    Truncated,
    /// The key stands twice.
    Ambiguous,
    /// A template's placeholder.
    Placeholder,
    /// A required property is not there.
    Missing,
    /// It has a property that caplint does not know: misspelt, or new at Microsoft.
    UnknownProperty,
    /// The policy has a `partialEnablementStrategy`, which Microsoft does not document.
    PartlyEnabled,
    /// Infrastructure code does not tell it.
    Untold(Untold),
}

impl Reason {
    /// As a clause: "… because …".
    #[must_use]
    pub fn because(self) -> &'static str {
        match self {
            Self::WrongType => "it has the wrong type",
            Self::Unrecognised => "caplint cannot tell what it means",
            Self::Hidden => "the export hides the real value behind `unknownFutureValue`",
            Self::Truncated => "PowerShell truncated the export",
            Self::Ambiguous => "its key stands twice",
            Self::Placeholder => "it is a template's placeholder",
            Self::Missing => "it is missing",
            Self::UnknownProperty => "it has a property that caplint does not know",
            Self::PartlyEnabled => "the policy has a `partialEnablementStrategy`, which Microsoft does not document",
            Self::Untold(Untold::AfterApply) => "Terraform knows it only after apply",
            Self::Untold(Untold::Sensitive) => "Terraform keeps it secret",
            Self::Untold(Untold::Variable) => "a variable gives it at run time",
            Self::Untold(Untold::ForEach) => "`for_each` decides it",
            Self::Untold(Untold::Count) => "`count` decides it",
            Self::Untold(Untold::Dynamic) => "a `dynamic` block decides it",
            Self::Untold(Untold::Uncalled) => "no `module` block calls the folder that it stands in",
            Self::Untold(Untold::Unreadable) => "a file beside it could not be read",
            Self::Untold(Untold::Overridden) => "an override file changes it",
            Self::Untold(Untold::Expression) => "an expression decides it",
            Self::Untold(Untold::NotSelected) => "`$select` did not ask for it",
        }
    }
}

/// A value, or why there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fact<T> {
    /// The value.
    Known(T),
    /// Never to be guessed.
    Unknown(Reason),
}

impl<T> Fact<T> {
    /// The value, if known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// The same of another value, if known.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Fact<U> {
        match self {
            Self::Known(value) => Fact::Known(change(value)),
            Self::Unknown(reason) => Fact::Unknown(reason),
        }
    }
}

impl<T> Default for Fact<Option<T>> {
    fn default() -> Self {
        Self::Known(None)
    }
}

/// A collection. `null`, `[]` and a missing key are the empty one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List<T>(Result<Box<[Fact<T>]>, Reason>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Ok(Box::default()))
    }
}

impl<T> FromIterator<Fact<T>> for List<T> {
    fn from_iter<I: IntoIterator<Item = Fact<T>>>(items: I) -> Self {
        Self(Ok(items.into_iter().collect()))
    }
}

impl<T> List<T> {
    /// The elements, one for each in the file.
    #[must_use]
    pub fn items(&self) -> &[Fact<T>] {
        self.0.as_deref().unwrap_or_default()
    }

    /// Why the whole collection could not be read.
    #[must_use]
    pub fn doubt(&self) -> Option<Reason> {
        self.0.as_ref().err().copied()
    }

    /// A collection that could not be read.
    #[must_use]
    pub fn unknown(reason: Reason) -> Self {
        Self(Err(reason))
    }

    /// Whether it surely holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.as_ref().is_ok_and(|items| items.is_empty())
    }

    /// Puts the elements into one order, with those that are unknown at the end.
    pub fn sort(&mut self)
    where
        T: Ord,
    {
        if let Ok(items) = &mut self.0 {
            items.sort_by(|one, other| match (one, other) {
                (Fact::Known(one), Fact::Known(other)) => one.cmp(other),
                (Fact::Known(_), Fact::Unknown(_)) => std::cmp::Ordering::Less,
                (Fact::Unknown(_), Fact::Known(_)) => std::cmp::Ordering::Greater,
                (Fact::Unknown(one), Fact::Unknown(other)) => one.cmp(other),
            });
        }
    }

    /// The same with its known elements changed.
    #[must_use]
    pub fn map(self, mut change: impl FnMut(T) -> T) -> Self {
        let change = |item| match item {
            Fact::Known(value) => Fact::Known(change(value)),
            Fact::Unknown(reason) => Fact::Unknown(reason),
        };
        Self(self.0.map(|items| items.into_iter().map(change).collect()))
    }

    /// The known elements with their indices.
    pub fn known(&self) -> impl Iterator<Item = (usize, &T)> {
        self.items().iter().enumerate().filter_map(|(index, item)| Some((index, item.known()?)))
    }

    /// The first unknown part: the index of an element, or none for the whole.
    #[must_use]
    pub fn first_unknown(&self) -> Option<(Option<usize>, Reason)> {
        if let Some(reason) = self.doubt() {
            return Some((None, reason));
        }
        self.items().iter().enumerate().find_map(|(index, item)| match item {
            Fact::Unknown(reason) => Some((Some(index), *reason)),
            Fact::Known(_) => None,
        })
    }

    /// The index of the first element that fulfils `test`.
    pub fn position(&self, mut test: impl FnMut(&T) -> bool) -> Option<usize> {
        self.known().find(|(_, item)| test(item)).map(|(index, _)| index)
    }
}
