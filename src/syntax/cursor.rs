//! A place in a text, for readers of literals that nothing else reads.

use super::error::{MAX_DEPTH, SyntaxError, SyntaxProblem};
use super::node::{Node, Untold};
use super::node_span::NodeSpan;
use super::spot::{Holds, Spot};
use std::ops::Range;

pub(super) const CUT_OFF: &str = "it ends in the middle of a value";

#[derive(Clone, Copy)]
pub(super) struct Cursor<'t> {
    pub(super) text: &'t str,
    pub(super) at: usize,
}

impl<'t> Cursor<'t> {
    pub(super) fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn step(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    pub(super) fn is_at(&self, mark: &str) -> bool {
        self.rest().starts_with(mark)
    }

    /// Steps over `mark` if it stands here.
    pub(super) fn takes(&mut self, mark: &str) -> bool {
        let is = self.is_at(mark);
        self.at += if is { mark.len() } else { 0 };
        is
    }

    /// Steps behind the next `mark`, or to the end. Says whether it is there.
    pub(super) fn pass(&mut self, mark: &str) -> bool {
        let found = self.rest().find(mark);
        self.at = found.map_or(self.text.len(), |at| self.at + at + mark.len());
        found.is_some()
    }

    /// The characters from here on that are of a kind.
    pub(super) fn word(&mut self, is_of_it: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let word = &rest[..rest.find(|character: char| !is_of_it(character)).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }

    pub(super) fn spot(&self, start: usize, node: Node<'static>) -> Spot {
        spot(start..self.at, Holds::Scalar(node))
    }

    /// What stands from `start` to here, and is no literal.
    pub(super) fn untold(&self, start: usize) -> Spot {
        let text = self.text.get(start..self.at).unwrap_or_default();
        spot(start..start + text.trim_end().len(), Holds::Scalar(Node::Untold(Untold::Expression)))
    }

    pub(super) fn error(&self, what: &'static str) -> SyntaxError {
        let what = if self.rest().trim().is_empty() { CUT_OFF } else { what };
        SyntaxError { problem: SyntaxProblem::InvalidLiteral(what), at: self.at }
    }

    pub(super) fn deeper(&self, depth: usize) -> Result<usize, SyntaxError> {
        if depth < MAX_DEPTH {
            Ok(depth + 1)
        } else {
            Err(SyntaxError { problem: SyntaxProblem::TooDeep, at: self.at })
        }
    }
}

pub(super) fn spot(value: Range<usize>, holds: Holds) -> Spot {
    Spot { place: NodeSpan { key: None, value }, holds }
}
