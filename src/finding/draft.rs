//! A finding as a rule writes it, with places as pointers, and its one way to lines and columns.

use super::{Change, DraftFix, Edit, Extent, Finding, Fix, Level, Location, PolicyRef, fingerprint, quoted};
use crate::policy::{At, Caller, CallerKind, FileIndex, Origin, Place, Policy, Property, Wording};
use crate::source::{Excerpt, LineHashes, Lines, Position, Showing};
use crate::syntax::{Locator, Pointer, Replacement, toml_entry};
use std::cell::RefCell;
use std::ops::Range;

/// What a label points into. Findings in files come before those in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Document {
    /// A file of the tenant.
    File(FileIndex),
    /// The configuration.
    Config,
}

/// A finding that knows its places by pointer.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Id of the rule.
    pub rule: &'static str,
    /// Level.
    pub level: Level,
    /// One or two sentences.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The policy it is about.
    pub policy: Option<PolicyRef>,
    /// It is about the tenant, and the policy is but the nearest.
    pub is_of_tenant: bool,
    /// What distinguishes it from others of its rule on the same subject, in words that a re-export does not change.
    pub about: String,
    /// How far it goes.
    pub extent: Extent,
    /// What it is about, if all findings of its rule in a tenant are reported as one that names each.
    pub named: Option<Box<str>>,
    /// The primary place first; none for the tenant as a whole.
    pub labels: Vec<Label>,
    /// What to write instead, if a program can.
    pub fix: Option<Box<DraftFix>>,
}

/// A place and what to note there.
#[derive(Debug, Clone)]
pub struct Label {
    /// The document.
    pub document: Document,
    /// Where in it.
    pub spot: Spot,
    /// A few words.
    pub message: String,
    /// What takes the value from there, if it stands elsewhere than what it belongs to.
    pub by: Option<Box<Label>>,
}

/// Where in a document.
#[derive(Debug, Clone)]
pub enum Spot {
    /// The document as a whole.
    File,
    /// Bytes of the decoded text.
    Bytes(Range<usize>),
    /// What a pointer names.
    Pointer {
        /// From where it leads, and the pointer's part that leads there.
        from: Origin,
        /// The rest.
        pointer: Pointer,
        /// Which part of it.
        part: Part,
    },
}

/// Which part of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The value, or its key where the value is an object or array.
    Value,
    /// The key.
    Key,
    /// The key's n-th occurrence.
    NthKey(usize),
}

impl Spot {
    fn of(place: Place, part: Part) -> Self {
        match place.at {
            At::Pointer(pointer) => Self::Pointer { from: Origin::document(place.file), pointer, part },
            At::Bytes(bytes) => Self::Bytes(bytes),
        }
    }
}

impl Draft {
    /// A draft without places.
    #[must_use]
    pub fn new(rule: &'static str, level: Level, message: impl Into<String>) -> Self {
        Self {
            rule,
            level,
            message: message.into(),
            help: None,
            policy: None,
            is_of_tenant: false,
            about: String::new(),
            extent: Extent::default(),
            named: None,
            labels: Vec::new(),
            fix: None,
        }
    }

    /// Adds what a program can write instead, if it can.
    #[must_use]
    pub fn fix(mut self, fix: Option<DraftFix>) -> Self {
        self.fix = fix.map(Box::new);
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether another one is about the same policy, or neither is about one.
    #[must_use]
    pub(super) fn is_about_the_same_policy(&self, other: &Self) -> bool {
        // Policies may share a name, and places tell them apart.
        let origin = |draft: &'_ Self| match draft.labels.first().map(|label| (label.document, &label.spot)) {
            Some((document, Spot::Pointer { from, .. })) => Some((document, from.offset, from.pointer.clone())),
            Some((_, Spot::File | Spot::Bytes(_))) | None => None,
        };
        self.policy == other.policy && origin(self) == origin(other)
    }

    /// Names the policy.
    #[must_use]
    pub fn policy(mut self, policy: &Policy) -> Self {
        self.policy = Some(PolicyRef::to(policy));
        self
    }

    /// Says what about it.
    #[must_use]
    pub fn about(mut self, about: impl Into<String>) -> Self {
        self.about = about.into();
        self
    }

    /// Names what it is about.
    #[must_use]
    pub fn named(mut self, name: &str) -> Self {
        self.named = Some(name.into());
        self
    }

    /// Adds a place; the first is the primary one, and is followed by what takes a value from there.
    #[must_use]
    pub fn label(mut self, mut label: Label) -> Self {
        let by = label.by.take().filter(|_| self.labels.is_empty());
        self.labels.push(label);
        self.labels.extend(by.map(|by| *by));
        self
    }
}

impl Label {
    /// A place in a policy, named in Graph's words.
    #[must_use]
    pub fn in_policy(policy: &Policy, pointer: &Pointer, message: impl Into<String>) -> Self {
        Self::as_written(policy, policy.origin.wording.of_graph(pointer), message)
    }

    /// A place in a policy, named in the words of its file.
    #[must_use]
    pub fn as_written(policy: &Policy, pointer: Pointer, message: impl Into<String>) -> Self {
        let Some((to, key_only)) = policy.detour(&pointer) else {
            let spot = Spot::Pointer { from: policy.origin.clone(), pointer, part: Part::Value };
            return Self::in_file(policy.origin.file, spot, message);
        };
        let file = to.file;
        let part = if key_only { Part::Key } else { Part::Value };
        let caller = policy.declaration.as_ref().and_then(|declaration| declaration.caller.as_ref());
        let by = caller.filter(|caller| !caller.is_around(&to, &policy.origin));
        let label = Self::in_file(file, Spot::of(to, part), message);
        Self { by: by.map(|caller| Box::new(Self::caller(caller))), ..label }
    }

    /// The name of a policy, or the call of the module that makes it: a module may make several.
    #[must_use]
    pub fn naming(policy: &Policy, message: impl Into<String>) -> Self {
        let caller = policy.declaration.as_ref().and_then(|declaration| declaration.caller.as_ref());
        let call = caller.filter(|caller| match caller.kind {
            CallerKind::Call => true,
            CallerKind::Block(_) => false,
        });
        match call {
            Some(call) => Self::in_file(call.place.file, Spot::of(call.place.clone(), Part::Value), message),
            None => Self::in_policy(policy, &Pointer::new(Property::DisplayName), message),
        }
    }

    /// What takes a value from elsewhere.
    fn caller(caller: &Caller) -> Self {
        let message = match caller.kind {
            CallerKind::Call => format!("called here as {}", quoted(&caller.makes)),
            CallerKind::Block(_) => format!("read here for {}", quoted(&caller.makes)),
        };
        Self::in_file(caller.place.file, Spot::of(caller.place.clone(), Part::Value), message)
    }

    /// A place in a file.
    #[must_use]
    pub fn in_file(file: FileIndex, spot: Spot, message: impl Into<String>) -> Self {
        Self { document: Document::File(file), spot, message: message.into(), by: None }
    }

    /// A place in the configuration.
    #[must_use]
    pub fn in_config(bytes: Range<usize>, message: impl Into<String>) -> Self {
        Self { document: Document::Config, spot: Spot::Bytes(bytes), message: message.into(), by: None }
    }

    /// Whether another label marks the same.
    #[must_use]
    pub fn is_at(&self, other: &Self) -> bool {
        match (&self.spot, &other.spot) {
            (Spot::Pointer { from, pointer, .. }, Spot::Pointer { from: other_from, pointer: other_pointer, .. }) => {
                from == other_from && pointer == other_pointer
            }
            (Spot::Bytes(one), Spot::Bytes(two)) => self.document == other.document && one == two,
            (Spot::File | Spot::Bytes(_) | Spot::Pointer { .. }, _) => false,
        }
    }

    /// Whether one of two labels marks the other or a part of it.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        match (&self.spot, &other.spot) {
            (Spot::Pointer { from, pointer, .. }, Spot::Pointer { from: other_from, pointer: other_pointer, .. }) => {
                from == other_from && (pointer.is_within(other_pointer) || other_pointer.is_within(pointer))
            }
            (Spot::Bytes(one), Spot::Bytes(two)) => {
                self.document == other.document && one.start < two.end && two.start < one.end
            }
            (Spot::File | Spot::Bytes(_) | Spot::Pointer { .. }, _) => false,
        }
    }

    /// The same, marking a part.
    #[must_use]
    pub fn part(mut self, marked: Part) -> Self {
        if let Spot::Pointer { part, .. } = &mut self.spot {
            *part = marked;
        }
        self
    }
}

/// The text of a file while its findings are located.
pub struct Located<'a> {
    lines: Lines<'a>,
    locator: RefCell<Locator<'a>>,
    path: &'a str,
    hashes: LineHashes,
    showing: Showing,
}

impl<'a> Located<'a> {
    /// Indexes a file. `hashes` are those of GitHub, or empty where they are not wanted.
    #[must_use]
    pub fn new(text: &'a str, path: &'a str, hashes: LineHashes) -> Self {
        let locator = RefCell::new(Locator::new(text));
        Self { lines: Lines::new(text), locator, path, hashes, showing: Showing::Lines }
    }

    /// The same, without showing other parts of the file, which may contain secrets.
    #[must_use]
    pub fn showing(self, showing: Showing) -> Self {
        Self { showing, ..self }
    }

    /// A place of which only the bytes are known.
    #[must_use]
    pub fn bytes(&self, range: Range<usize>, message: &str) -> Location {
        self.spot(&Spot::Bytes(range), message, true)
    }

    /// The edits of a fix; none where the text does not say what the fix expects of it.
    #[must_use]
    pub fn fix(&self, fix: &DraftFix) -> Option<Fix> {
        let mut edits = Vec::new();
        for change in &fix.changes {
            match change {
                Change::Policy { from, pointer, rewrite } => {
                    let inner = from.inner().join(pointer);
                    let replacements = self.locator.borrow_mut().rewrite(from.offset, &inner, rewrite)?;
                    edits.extend(replacements.into_iter().map(|replacement| self.edit(replacement)));
                }
                Change::Entry(at) => {
                    let bytes = toml_entry(self.lines.text(), *at)?;
                    edits.push(self.edit(Replacement { bytes, text: String::new(), unique: None }));
                }
                Change::Located(edit) => edits.push(edit.clone()),
            }
        }
        edits.sort_by_key(|edit| (edit.bytes.start, edit.bytes.end));
        edits.dedup();
        let in_policies = fix.changes.iter().any(|change| match change {
            Change::Policy { .. } => true,
            Change::Entry(_) | Change::Located(_) => false,
        });
        Some(Fix { title: fix.title.clone(), safety: fix.safety, edits, in_policies, share: None })
    }

    /// What is written instead of a part of the file.
    #[must_use]
    pub fn edit(&self, replacement: Replacement) -> Edit {
        let Replacement { bytes, text, unique } = replacement;
        let [start, end] = [bytes.start, bytes.end].map(|at| self.lines.position(at));
        Edit { path: self.path.to_owned(), start, end, bytes, replacement: text, unique }
    }

    /// Where a label is.
    #[must_use]
    pub fn location(&self, label: &Label, primary: bool) -> Location {
        self.spot(&label.spot, &label.message, primary)
    }

    fn spot(&self, spot: &Spot, message: &str, primary: bool) -> Location {
        let text = self.lines.text();
        let whole = 0..text.len();
        let (span, member, pointer) = match spot {
            Spot::File => (first_character(text), None, Pointer::root()),
            Spot::Bytes(range) => (range.clone(), None, Pointer::root()),
            Spot::Pointer { from, pointer, part } => {
                let inner = from.inner().join(pointer);
                let places = self.locator.borrow_mut().find(from.offset, &inner);
                let place = match part {
                    Part::NthKey(nth) => places.get(*nth).or(places.first()),
                    Part::Key | Part::Value => places.first(),
                };
                // None only if the file has changed since it was read.
                let marked = place.map_or(0..0, |place| match (part, &place.key) {
                    (Part::Key | Part::NthKey(_), Some(key)) => key.clone(),
                    _ => place.mark(text),
                });
                // The key goes with a value that is marked.
                let member = place.and_then(|place| place.key.clone()).filter(|key| key.end <= marked.start);
                let inner = match from.wording {
                    Wording::Azuread => self.locator.borrow_mut().spelt_out(from.offset, &inner),
                    Wording::Graph | Wording::Microsoft365 | Wording::Microsoft365Dsc | Wording::Pulumi => inner,
                };
                (marked, member, Pointer::new(format!("{}{inner}", &from.pointer.as_str()[..from.base])))
            }
        };
        let start = self.lines.position(span.start);
        let is_whole_file = matches!(spot, Spot::File);
        let excerpt = match (self.showing, member) {
            // What is said of a whole file is not about its first line, and nobody may have understood that.
            (Showing::Lines | Showing::Marked, None) if is_whole_file => Excerpt::cut_within(&self.lines, &span, &span),
            (Showing::Lines, _) => Excerpt::cut_within(&self.lines, &span, &whole),
            (Showing::Marked, Some(key)) => Excerpt::cut_within(&self.lines, &span, &(key.start..span.end)),
            (Showing::Marked, None) => Excerpt::cut_within(&self.lines, &span, &span),
            (Showing::Nothing, _) => Excerpt::hidden(start.line),
        };
        Location {
            path: self.path.to_owned(),
            pointer,
            primary,
            message: message.to_owned(),
            start,
            end: self.lines.position(span.end),
            excerpt: Some(excerpt),
            is_whole_file,
            // Who has the hash of a line can try what it says.
            line_hash: self.hashes.of(start.line).filter(|_| self.showing != Showing::Nothing),
        }
    }
}

fn first_character(text: &str) -> Range<usize> {
    0..text.chars().next().map_or(0, char::len_utf8)
}

/// Turns drafts into findings. `place` gives the location of a label by the numbers of its draft and itself, or the path
/// of its file where that can no longer be read. `fix` gives the edits of a fix by the number of its draft.
pub fn locate(
    drafts: Vec<Draft>,
    tenant: &str,
    mut place: impl FnMut((usize, usize), &Label) -> Result<Location, String>,
    mut fix: impl FnMut(usize, &DraftFix) -> Option<Fix>,
) -> Vec<Finding> {
    let mut findings: Vec<Finding> = drafts
        .into_iter()
        .enumerate()
        .map(|(at, draft)| {
            let labels = draft.labels.iter().enumerate();
            let mut locations: Vec<Location> = labels
                .map(|(number, label)| {
                    place((at, number), label).unwrap_or_else(|path| nowhere(path, label.message.clone(), number == 0))
                })
                .collect();
            if locations.is_empty() {
                locations.push(nowhere(tenant.to_owned(), String::new(), true));
            }
            let subject =
                if draft.is_of_tenant { tenant.to_owned() } else { subject(draft.policy.as_ref(), &locations[0]) };
            Finding {
                rule: draft.rule,
                level: draft.level,
                message: draft.message,
                help: draft.help,
                tenant: tenant.to_owned(),
                fingerprint: marked(draft.rule, &subject, &draft.about, &draft.extent),
                identity: fingerprint(draft.rule, &subject, &draft.about),
                extent: draft.extent,
                named: draft.named,
                policy: draft.policy,
                locations,
                fix: draft.fix.as_ref().and_then(|draft| fix(at, draft)),
            }
        })
        .collect();
    findings.sort_by(|one, two| one.order().cmp(&two.order()));
    findings
}

impl Draft {
    /// The finding, at a place that is known already. It has no fix.
    #[must_use]
    pub fn at(self, tenant: &str, location: Location) -> Finding {
        let subject = if self.is_of_tenant { tenant.to_owned() } else { subject(self.policy.as_ref(), &location) };
        Finding {
            rule: self.rule,
            level: self.level,
            message: self.message,
            help: self.help,
            tenant: tenant.to_owned(),
            fingerprint: marked(self.rule, &subject, &self.about, &self.extent),
            identity: fingerprint(self.rule, &subject, &self.about),
            extent: self.extent,
            named: self.named,
            policy: self.policy,
            locations: vec![location],
            fix: None,
        }
    }
}

/// The fingerprint of a finding that goes so far.
fn marked(rule: &str, subject: &str, about: &str, extent: &Extent) -> String {
    if extent.is_empty() {
        return fingerprint(rule, subject, about);
    }
    fingerprint(rule, subject, &format!("{about}\n{}", extent.text()))
}

/// What identifies the subject across exports.
fn subject(policy: Option<&PolicyRef>, primary: &Location) -> String {
    let identity = policy.and_then(|policy| {
        let id = policy.id.as_ref().map(|id| id.to_ascii_lowercase());
        policy.address.clone().or(id).or_else(|| policy.name().map(str::to_owned))
    });
    identity.unwrap_or_else(|| primary.path.clone())
}

/// The start of a file or folder that shows no line.
fn nowhere(path: String, message: String, primary: bool) -> Location {
    let start = Position { line: 1, column: 1, column_utf16: 1 };
    Location {
        path,
        pointer: Pointer::root(),
        primary,
        message,
        start,
        end: start,
        excerpt: None,
        is_whole_file: true,
        line_hash: None,
    }
}
