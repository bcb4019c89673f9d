//! The policies of a file: symbols, lenses, and the one under the cursor.

use super::diagnostics::{Texts, range};
use super::text::{Index, Units};
use crate::discover::tidy;
use crate::finding::{clip, joined};
use crate::outcome::{Carried, Outline, Part, PolicyOutline};
use lsp_types::{CodeLens, Command, DocumentSymbol, Position, Range, SymbolKind};
use std::path::Path;

/// Characters of a line above a policy. The hover has all of it.
const WIDEST: usize = 120;

/// Policies that it names.
const NAMED: usize = 2;

/// The policies of a file, in the order of their places. Paths are relative to `folder`.
pub(super) fn of_file<'o>(outlines: &'o [Outline], folder: &Path, file: &Path) -> Vec<&'o PolicyOutline> {
    let is_there = |policy: &&PolicyOutline| tidy(&folder.join(&policy.place.path)) == file;
    let mut policies: Vec<&PolicyOutline> =
        outlines.iter().flat_map(|outline| &outline.policies).filter(is_there).collect();
    policies.sort_by_key(|policy| policy.place.start);
    policies
}

/// The policy that a line belongs to: the last whose name stands there or above, else the first, whose name need not come first.
pub(super) fn at_line<'o>(policies: &[&'o PolicyOutline], line: u32) -> Option<&'o PolicyOutline> {
    let is_above = |policy: &&&PolicyOutline| policy.place.start.line <= line as usize + 1;
    policies.iter().take_while(is_above).last().or(policies.first()).copied()
}

/// Each policy as a symbol, which reaches to the next one.
pub(super) fn symbols(policies: &[&PolicyOutline], file: &Path, text: &str, units: Units) -> Vec<DocumentSymbol> {
    let end = Index::new(text, units).position(text.len());
    let mut texts = Texts::new(|_| Some(text.to_owned()));
    let places: Vec<Range> = { policies.iter() }
        .map(|policy| range(file, policy.place.start, policy.place.end, units, &mut texts))
        .collect();
    let symbol = |(number, policy): (usize, &&PolicyOutline)| {
        let next = places.get(number + 1).map_or(end, |next| Position { line: next.start.line, character: 0 });
        let selection_range = places[number];
        let range = Range { start: selection_range.start, end: next.max(selection_range.end) };
        #[expect(deprecated, reason = "the field must be given, and the protocol has tags instead")]
        DocumentSymbol {
            name: policy.policy.label(),
            detail: Some(policy.state.clone()),
            kind: SymbolKind::OBJECT,
            tags: None,
            deprecated: None,
            range,
            selection_range,
            children: None,
        }
    };
    policies.iter().enumerate().map(symbol).collect()
}

/// A line above each policy that says what it carries, and what it would open if it were gone.
pub(super) fn lenses(policies: &[&PolicyOutline], file: &Path, text: &str, units: Units) -> Vec<CodeLens> {
    let mut texts = Texts::new(|_| Some(text.to_owned()));
    let mut lenses = Vec::new();
    for policy in policies {
        let range = range(file, policy.place.start, policy.place.end, units, &mut texts);
        let titles: Vec<String> = if policy.carries.is_empty() {
            vec![format!("{}: none of the controls that are judged rests on it", policy.state)]
        } else {
            policy.carries.iter().map(title).collect()
        };
        // An empty command: there is nothing to run.
        let lens = |title| CodeLens {
            range,
            command: Some(Command { title, command: String::new(), arguments: None }),
            data: None,
        };
        lenses.extend(titles.into_iter().map(lens));
    }
    lenses
}

fn title(carried: &Carried) -> String {
    clip(&said(carried), WIDEST)
}

/// What a policy is to a control.
pub(super) fn said(Carried { control, part }: &Carried) -> String {
    match part {
        Part::Needed(opens) => format!("carries {control}; without it: {opens}"),
        Part::Replaceable(others) if others.is_empty() => format!("carries {control}, which holds without it, too"),
        Part::Replaceable(others) => format!("carries {control}; without it, {} would", joined(others, NAMED)),
        Part::Reserve(carrier) => format!("would carry {control} without {carrier}"),
    }
}
