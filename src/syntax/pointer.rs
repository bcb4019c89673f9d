//! JSON pointers (RFC 6901).

use std::borrow::Cow;
use std::fmt;

/// A JSON pointer: `""` is the whole document, `/value/0/state` a place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pointer(String);

fn escaped(name: &str) -> Cow<'_, str> {
    if memchr::memchr2(b'~', b'/', name.as_bytes()).is_some() {
        Cow::Owned(name.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(name)
    }
}

impl Pointer {
    /// The whole document.
    #[must_use]
    pub fn root() -> Self {
        Self::default()
    }

    /// A pointer from its text.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The member `name` of what this points at.
    #[must_use]
    pub fn key(&self, name: &str) -> Self {
        let mut pointer = String::with_capacity(self.0.len() + 1 + name.len());
        pointer.push_str(&self.0);
        pointer.push('/');
        pointer.push_str(&escaped(name));
        Self(pointer)
    }

    /// Goes on to the member `name`. Returns what [`Self::back`] takes.
    pub fn enter(&mut self, name: &str) -> usize {
        let length = self.0.len();
        self.0.push('/');
        self.0.push_str(&escaped(name));
        length
    }

    /// Goes on to the element `index`.
    pub fn enter_element(&mut self, index: usize) -> usize {
        use fmt::Write;
        let length = self.0.len();
        // Nothing fails while a string is written to.
        let _ = write!(self.0, "/{index}");
        length
    }

    /// Goes back to where it was entered.
    pub fn back(&mut self, to: usize) {
        self.0.truncate(to);
    }

    /// The element `index` of what this points at.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}/{index}", self.0))
    }

    /// `other`, which starts at what this points at.
    #[must_use]
    pub fn join(&self, other: &Self) -> Self {
        Self(format!("{}{}", self.0, other.0))
    }

    /// Whether this points at what `other` does, or into it.
    #[must_use]
    pub fn is_within(&self, other: &Self) -> bool {
        self.0.strip_prefix(&other.0).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The pointer's text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it points into.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0.rfind('/').map_or_else(String::new, |at| self.0[..at].to_owned()))
    }

    /// The steps, unescaped.
    pub fn steps(&self) -> impl Iterator<Item = Cow<'_, str>> {
        let unescaped = |step| match step {
            step if str::contains(step, '~') => Cow::Owned(step.replace("~1", "/").replace("~0", "~")),
            step => Cow::Borrowed(step),
        };
        self.0.split('/').skip(1).map(unescaped)
    }

    /// As a message calls it: in backquotes, or the whole.
    #[must_use]
    pub fn described(&self) -> String {
        if self.0.is_empty() { "the whole policy".to_owned() } else { format!("`{}`", self.dotted()) }
    }

    /// As a reader writes it: `conditions.users.excludeGroups[2]`.
    #[must_use]
    pub fn dotted(&self) -> String {
        let mut dotted = String::new();
        for step in self.steps() {
            if step.bytes().all(|byte| byte.is_ascii_digit()) && !dotted.is_empty() {
                dotted.push_str(&format!("[{step}]"));
            } else {
                if !dotted.is_empty() {
                    dotted.push('.');
                }
                dotted.push_str(&step);
            }
        }
        dotted
    }
}

impl fmt::Display for Pointer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_escaped_and_come_back() {
        let pointer = Pointer::root().key("a/b~c").index(2);
        assert_eq!(pointer.as_str(), "/a~1b~0c/2");
        assert_eq!(pointer.steps().collect::<Vec<_>>(), ["a/b~c", "2"]);
        assert_eq!(pointer.dotted(), "a/b~c[2]");
        assert_eq!(pointer.parent().as_str(), "/a~1b~0c");
    }
}
