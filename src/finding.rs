//! What a rule reports, and where.

mod draft;
mod drafts;
mod extent;
mod fix;
mod text;

pub use draft::{Document, Draft, Label, Located, Part, Spot, locate};
pub use drafts::Drafts;
pub use extent::Extent;
pub use fix::{Change, DraftFix, Edit, Fix, Safety, Share, Written};
pub use text::{
    capitalised, clip, clip_middle, escape_invisible, is_invisible, joined, joined_first, printable, quoted,
    quoted_whole, visible,
};

use crate::policy::{Fact, Origin, Policy, Reason};
use crate::source::{Excerpt, Position};
use crate::syntax::Pointer;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Hygiene.
    Info,
    /// An administrator should look at it.
    Warning,
    /// Surely wrong or open, or not known where it must be.
    Error,
}

impl Level {
    /// Its word in reports and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Which policy a finding is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRef {
    /// `id`
    pub id: Option<String>,
    /// `displayName`
    pub display_name: Fact<String>,
    /// Address in infrastructure code.
    pub address: Option<String>,
    /// Where it stands: two policies may have the same name, and no id.
    pub origin: Origin,
}

impl PolicyRef {
    /// The reference to a policy.
    #[must_use]
    pub fn to(policy: &Policy) -> Self {
        Self {
            id: policy.id.as_ref().map(ToString::to_string),
            display_name: match &policy.display_name {
                Fact::Known(name) => Fact::Known(name.to_string()),
                Fact::Unknown(reason) => Fact::Unknown(*reason),
            },
            address: policy.address().map(str::to_owned),
            origin: policy.origin.clone(),
        }
    }

    /// Its name, if it has one and the file tells it.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.display_name.known().map(String::as_str)
    }

    /// How a message calls it: its name, clipped and in quotes, else its id.
    #[must_use]
    pub fn label(&self) -> String {
        self.called(quoted)
    }

    /// The same with all of a long name, for documents.
    #[must_use]
    pub fn whole_label(&self) -> String {
        self.called(quoted_whole)
    }

    fn called(&self, quoted: fn(&str) -> String) -> String {
        match (self.name(), &self.address, &self.id) {
            (Some(name), _, _) if !name.trim().is_empty() => quoted(name),
            (_, Some(address), _) => quoted(address),
            (_, _, Some(id)) => quoted(id),
            _ => match self.display_name {
                Fact::Known(_) | Fact::Unknown(Reason::Missing) => "a policy without a name".to_owned(),
                Fact::Unknown(_) => "a policy whose name is unknown".to_owned(),
            },
        }
    }
}

/// A place in a file that a finding points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// The file as the user named it, with `/` between folders.
    pub path: String,
    /// JSON pointer in the document.
    pub pointer: Pointer,
    /// The one place that the finding is about; the others explain it.
    pub primary: bool,
    /// What is to be seen there.
    pub message: String,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// The line, for reports that show it.
    pub excerpt: Option<Excerpt>,
    /// What is said is about the file as a whole, and the position is but its beginning.
    pub is_whole_file: bool,
    /// GitHub's hash of the line; none where GitHub reads other text than the file's owner.
    pub line_hash: Option<String>,
}

impl Location {
    /// The beginning of something of which no line is known.
    pub(crate) fn beginning(path: String) -> Self {
        let start = Position { line: 1, column: 1, column_utf16: 1 };
        Self {
            path,
            pointer: Pointer::root(),
            primary: true,
            message: String::new(),
            start,
            end: start,
            excerpt: None,
            is_whole_file: false,
            line_hash: None,
        }
    }
}

/// A finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Id of the rule.
    pub rule: &'static str,
    /// Level.
    pub level: Level,
    /// One or two sentences.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// Name of the tenant.
    pub tenant: String,
    /// The policy it is about.
    pub policy: Option<PolicyRef>,
    /// Stable across re-export, reordering and reformatting; another one where the finding goes further.
    pub fingerprint: String,
    /// The same, however far the finding goes.
    pub identity: String,
    /// How far it goes.
    pub extent: Extent,
    /// What it is about, if all findings of its rule in a tenant are reported as one that names each.
    pub named: Option<Box<str>>,
    /// At least one; the primary first.
    pub locations: Vec<Location>,
    /// What to write instead, if a program can.
    pub fix: Option<Fix>,
}

impl Finding {
    /// The primary location.
    #[must_use]
    pub fn primary(&self) -> &Location {
        &self.locations[0]
    }

    /// By what findings are ordered: place, then rule, then what they are about.
    #[must_use]
    pub fn order(&self) -> impl Ord + use<'_> {
        let primary = self.primary();
        (&self.tenant, &primary.path, primary.start, self.rule, &self.fingerprint)
    }
}

/// SHA-256 over rule, subject and what about it, shortened to 128 bits: no line, no order, no formatting.
#[must_use]
fn fingerprint(rule: &str, subject: &str, about: &str) -> String {
    fingerprint_of(&[rule, subject, about])
}

/// SHA-256 over these parts, shortened to 128 bits.
#[must_use]
pub fn fingerprint_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().take(16).fold(String::with_capacity(32), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
