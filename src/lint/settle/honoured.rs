//! The ignores that count, found by what they are about: a hundred thousand of them cost no more than one each.

use crate::finding::Finding;
use crate::ignore::{About, Ignore};
use std::collections::HashMap;
use time::Date;

/// The ignores that hide something today.
#[derive(Default)]
pub(super) struct Honoured<'i> {
    /// Those of the configuration, by their rules.
    named: HashMap<&'i str, Vec<(usize, &'i Ignore)>>,
    /// Those in comments, by their rules and files.
    comments: HashMap<(&'i str, &'i str), Lines>,
}

/// Ignores of one rule in one file, by the lines that they are about.
#[derive(Default)]
struct Lines {
    /// First and last line, and who is about them: ordered by the first.
    spans: Vec<((usize, usize), Vec<usize>)>,
    /// The last line of all spans up to this one.
    reach: Vec<usize>,
}

impl<'i> Honoured<'i> {
    /// Each with the number by which it is known.
    pub(super) fn of(ignores: impl Iterator<Item = (usize, &'i Ignore)>, today: Date) -> Self {
        let mut honoured = Self::default();
        let mut spans: Vec<(&str, &str, (usize, usize), usize)> = Vec::new();
        for (index, ignore) in ignores.filter(|(_, ignore)| ignore.counts(today)) {
            match &ignore.about {
                About::Named(_) => honoured.named.entry(&ignore.rule).or_default().push((index, ignore)),
                About::Lines { path, lines } => spans.push((&ignore.rule, path, *lines, index)),
            }
        }
        spans.sort_unstable();
        for (rule, path, lines, index) in spans {
            honoured.comments.entry((rule, path)).or_default().add(lines, index);
        }
        honoured
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.comments.is_empty()
    }

    /// The ignores that cover a finding, which stands at `path` from the folder of the configuration.
    pub(super) fn covering(&self, finding: &Finding, path: &str) -> Vec<usize> {
        let named = self.named.get(finding.rule).into_iter().flatten();
        let covering = named.filter(|(_, ignore)| ignore.covers(finding, path));
        let mut covering: Vec<usize> = covering.map(|(index, _)| *index).collect();
        let primary = finding.primary();
        if let Some(lines) = self.comments.get(&(finding.rule, primary.path.as_str())) {
            lines.about(primary.start.line, &mut covering);
        }
        covering
    }
}

impl Lines {
    fn add(&mut self, lines: (usize, usize), index: usize) {
        match self.spans.last_mut() {
            Some((known, indices)) if *known == lines => indices.push(index),
            _ => {
                self.reach.push(self.reach.last().map_or(lines.1, |reach| lines.1.max(*reach)));
                self.spans.push((lines, vec![index]));
            }
        }
    }

    /// Adds those about a line. Blocks nest a few levels deep, so few spans are looked at.
    fn about(&self, line: usize, found: &mut Vec<usize>) {
        let end = self.spans.partition_point(|((first, _), _)| *first <= line);
        let spans = self.spans[..end].iter().zip(&self.reach[..end]).rev();
        for (((_, last), indices), _) in spans.take_while(|(_, reach)| **reach >= line) {
            if *last >= line {
                found.extend(indices);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spans_around_a_line_are_found() {
        let mut lines = Lines::default();
        let spans = [(1, 100), (2, 3), (2, 3), (5, 9), (6, 6), (8, 20), (30, 30)];
        for (index, span) in spans.into_iter().enumerate() {
            lines.add(span, index);
        }
        for line in 0..110 {
            let mut found = Vec::new();
            lines.about(line, &mut found);
            found.sort_unstable();
            let around = |(_, (first, last)): &(usize, (usize, usize))| (*first..=*last).contains(&line);
            let expected: Vec<usize> = spans.into_iter().enumerate().filter(around).map(|(index, _)| index).collect();
            assert_eq!(found, expected, "{line}");
        }
    }
}
