//! A look at HCL before it is read: `hcl-edit` is exact and bounded in depth, and slow on some texts that nobody writes
//! but an attacker.

use super::error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
use super::node_span::boundary;
use hcl_edit::Ident;

/// Nested operands behind chains of operators that are read.
const MAX_TANGLED: usize = 5;

/// Comparisons of keys, and bytes looked through in vain.
const MAX_EFFORT: usize = 50_000_000;

/// What `hcl-edit` 0.10 is slow on, found without reading: an operand behind two operators is read twice if it is wrong,
/// which doubles with every level (`1+1+(1+1+(…`), keys of an object are compared each with each, and an empty heredoc
/// looks for a later end first.
///
/// # Errors
/// [`SyntaxError`] at the character where it gets too much.
pub(super) fn check_effort(text: &str) -> Result<(), SyntaxError> {
    check(text, LevelKind::Body)
}

/// The same of a template, as a string of the JSON syntax is one.
///
/// # Errors
/// [`SyntaxError`] at the character where it gets too much.
pub fn check_template_effort(text: &str) -> Result<(), SyntaxError> {
    check(text, LevelKind::Template)
}

fn check(text: &str, kind: LevelKind<'_>) -> Result<(), SyntaxError> {
    let mut scan = Scan { text, at: 0, levels: vec![Level::new(kind, 0)], effort: 0, is_misread: false };
    // No deeper than `hcl-edit` goes, with room for levels that it does not count.
    while scan.levels.len() <= 4 * MAX_DEPTH && scan.next().is_some() {
        if let Some(what) = scan.refusal() {
            let at = boundary(text, scan.at.saturating_sub(1));
            return Err(SyntaxError { problem: SyntaxProblem::InvalidHcl(what.to_owned()), at });
        }
    }
    Ok(())
}

struct Scan<'t> {
    text: &'t str,
    at: usize,
    levels: Vec<Level<'t>>,
    effort: usize,
    /// Whether something is there that `hcl-edit` takes for something else.
    is_misread: bool,
}

struct Level<'t> {
    kind: LevelKind<'t>,
    /// Operators in the chain so far.
    operators: usize,
    /// How many of the levels around stand behind chains.
    tangled: usize,
    /// Members of an object so far, and whether one has begun.
    members: usize,
    begun: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum LevelKind<'t> {
    /// Attributes and blocks.
    Body,
    /// The value of an attribute, to the end of the line.
    Value,
    Group,
    Object,
    /// `${…}` or a directive that neither begins nor ends anything.
    Control,
    /// `%{if …}` or `%{for …}`
    Begin,
    /// `%{endif}` or `%{endfor}`
    End,
    Quoted,
    /// With its delimiter.
    Heredoc(&'t str),
    /// Between directives, where quotes mean nothing to `hcl-edit`.
    Template,
}

impl Level<'_> {
    fn new(kind: LevelKind<'_>, tangled: usize) -> Level<'_> {
        Level { kind, operators: 0, tangled, members: 0, begun: false }
    }
}

impl<'t> Scan<'t> {
    /// Goes one token further; `None` where there is no sense in going on.
    fn next(&mut self) -> Option<()> {
        match self.levels.last()?.kind {
            kind @ (LevelKind::Quoted | LevelKind::Heredoc(_) | LevelKind::Template) => self.template(kind),
            kind => self.code(kind),
        }
    }

    fn refusal(&self) -> Option<&'static str> {
        match () {
            () if self.levels.last()?.tangled > MAX_TANGLED => Some("an expression too tangled to be read"),
            () if self.effort > MAX_EFFORT => Some("more keys or empty heredocs than can be told apart"),
            () if self.is_misread => Some("an empty heredoc in front of another end of its name"),
            () => None,
        }
    }

    fn rest(&self) -> &'t [u8] {
        self.text.as_bytes().get(self.at..).unwrap_or_default()
    }

    fn push(&mut self, kind: LevelKind<'t>) -> Option<()> {
        let level = self.levels.last()?;
        let tangled = level.tangled + usize::from(level.operators >= 2);
        self.levels.push(Level::new(kind, tangled));
        Some(())
    }

    fn code(&mut self, kind: LevelKind<'t>) -> Option<()> {
        let rest = self.rest();
        let before = self.at.checked_sub(1).and_then(|before| self.text.as_bytes().get(before)).copied();
        let level = self.levels.last_mut()?;
        let (byte, after) = (*rest.first()?, rest.get(1).copied());
        let length = match (byte, after) {
            (b'#', _) | (b'/', Some(b'/')) => rest.iter().position(|byte| *byte == b'\n')?,
            (b'/', Some(b'*')) => 4 + self.text.get(self.at + 2..)?.find("*/")?,
            (b'<', Some(b'<')) => return self.heredoc_start(),
            _ => 1,
        };
        self.at += length;
        if length > 1 {
            return Some(());
        }
        match byte {
            b'\n' | b',' if kind == LevelKind::Object => {
                self.effort += if level.begun { level.members } else { 0 };
                level.members += usize::from(level.begun);
                (level.begun, level.operators) = (false, 0);
            }
            b'\n' if kind == LevelKind::Value => drop(self.levels.pop()),
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'"' => {
                level.begun = true;
                return self.push(LevelKind::Quoted);
            }
            b'(' | b'[' => {
                level.begun = true;
                return self.push(LevelKind::Group);
            }
            b'{' => return self.push(if kind == LevelKind::Body { LevelKind::Body } else { LevelKind::Object }),
            b')' | b']' | b'}' => return self.close(),
            b'=' if kind == LevelKind::Body => return self.push(LevelKind::Value),
            b',' | b'?' | b':' => level.operators = 0,
            b'=' if after != Some(b'=') && !is_operator(before) => level.operators = 0,
            _ if is_operator(Some(byte)) && !is_operator(before) => level.operators += 1,
            _ => level.begun = true,
        }
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        if self.levels.last()?.kind == LevelKind::Value {
            self.levels.pop();
        }
        let closed = self.levels.pop()?.kind;
        match closed {
            LevelKind::Begin => return self.push(LevelKind::Template),
            LevelKind::End if self.levels.last()?.kind == LevelKind::Template => drop(self.levels.pop()),
            _ => {}
        }
        Some(())
    }

    fn template(&mut self, kind: LevelKind<'t>) -> Option<()> {
        let rest = self.rest();
        match (rest, kind) {
            ([], _) => return None,
            ([b'\\', ..], LevelKind::Quoted) => self.at += 2,
            ([b'"', ..], LevelKind::Quoted) => {
                self.at += 1;
                self.levels.pop();
            }
            ([b'$', b'$', b'{', ..] | [b'%', b'%', b'{', ..], _) => self.at += 3,
            ([b'$', b'{', ..], _) => {
                self.at += 2;
                return self.push(LevelKind::Control);
            }
            ([b'%', b'{', inside @ ..], _) => {
                self.at += 2;
                let inside = inside.strip_prefix(b"~").unwrap_or(inside).trim_ascii_start();
                let starts = |words: [&[u8]; 2]| words.iter().any(|word| inside.starts_with(word));
                return self.push(match () {
                    () if starts([b"if", b"for"]) => LevelKind::Begin,
                    () if starts([b"endif", b"endfor"]) => LevelKind::End,
                    () => LevelKind::Control,
                });
            }
            ([b'\n', ..], LevelKind::Heredoc(delimiter)) => {
                self.at += 1;
                if let Some(end) = self.heredoc_end(delimiter) {
                    self.at = end;
                    self.levels.pop();
                }
            }
            _ => self.at += 1,
        }
        Some(())
    }

    fn heredoc_start(&mut self) -> Option<()> {
        self.at += 2;
        let line = self.text.get(self.at..)?.split_inclusive('\n').next()?;
        let delimiter = line.strip_prefix('-').unwrap_or(line).trim_end_matches('\n').trim_end_matches('\r');
        Ident::try_new(delimiter).ok().filter(|_| line.ends_with('\n'))?;
        self.at += line.len();
        if let Some(end) = self.heredoc_end(delimiter) {
            self.effort += self.text.len() - self.at;
            self.at = end;
            self.is_misread = self.effort <= MAX_EFFORT && self.ends_later(delimiter);
            return Some(());
        }
        self.push(LevelKind::Heredoc(delimiter))
    }

    fn ends_later(&self, delimiter: &str) -> bool {
        let rest = self.text.get(self.at..).unwrap_or_default();
        rest.match_indices(delimiter).any(|(at, _)| {
            rest[..at].trim_end_matches([' ', '\t']).ends_with('\n') && !goes_on(&rest[at + delimiter.len()..])
        })
    }

    /// Where the delimiter ends if this line starts with it.
    fn heredoc_end(&self, delimiter: &str) -> Option<usize> {
        let line = self.text.get(self.at..)?;
        let after = line.trim_start_matches([' ', '\t']).strip_prefix(delimiter)?;
        (!goes_on(after)).then_some(self.text.len() - after.len())
    }
}

/// Whether a name goes on here.
fn goes_on(text: &str) -> bool {
    text.chars().next().is_some_and(|next| Ident::try_new(format!("a{next}")).is_ok())
}

fn is_operator(byte: Option<u8>) -> bool {
    byte.is_some_and(|byte| b"+-*/%<>!&|=".contains(&byte))
}
