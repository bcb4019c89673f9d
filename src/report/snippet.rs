//! Excerpts as the file database that codespan-reporting draws from: only the lines that labels stand in, under their
//! real numbers.

use crate::finding::{Location, printable};
use codespan_reporting::files::{Error, Files};
use std::ops::Range;

/// The lines that one diagnostic shows.
#[derive(Default)]
pub(super) struct Snippets {
    files: Vec<Snippet>,
}

struct Snippet {
    path: String,
    text: String,
    lines: Vec<Line>,
}

struct Line {
    number: usize,
    /// Virtual index: consecutive for consecutive lines, else with a gap that shows as one.
    index: usize,
    range: Range<usize>,
    /// What to add to a column in the excerpt to get that in the file.
    shift: isize,
}

const GAP: usize = 10;

impl Snippets {
    /// Adds the line of a location. Returns the file and the byte range to label; none if no line is known.
    pub(super) fn add(&mut self, location: &Location) -> Option<(usize, Range<usize>)> {
        let excerpt = location.excerpt.as_ref()?;
        let (shown, marked) = made_visible(&excerpt.line.text, &excerpt.marked);
        let number = excerpt.line.number;
        // Two windows of one minified line, or lines out of order, are shown as files of their own.
        let known = self.files.iter().position(|file| {
            file.path == location.path
                && file.lines.last().is_some_and(|line| {
                    line.number < number || (line.number == number && file.text[line.range.clone()] == shown)
                })
        });
        let file = known.unwrap_or_else(|| {
            self.files.push(Snippet { path: location.path.clone(), text: String::new(), lines: Vec::new() });
            self.files.len() - 1
        });
        let snippet = &mut self.files[file];
        let start = match snippet.lines.last() {
            Some(line) if line.number == number => line.range.start,
            last => {
                let index = last.map_or(0, |line| line.index + if line.number + 1 == number { 1 } else { GAP });
                let start = snippet.text.len();
                snippet.text.push_str(&shown);
                let range = start..snippet.text.len();
                snippet.text.push('\n');
                let column = shown[..marked.start].chars().count() + 1;
                let shift = isize::try_from(location.start.column).unwrap_or(isize::MAX)
                    - isize::try_from(column).unwrap_or(isize::MAX);
                snippet.lines.push(Line { number, index, range, shift });
                start
            }
        };
        Some((file, start + marked.start..start + marked.end))
    }
}

/// The line as a log may have it, and the range moved along. Tabs stay: they are widened when the line is drawn.
fn made_visible(text: &str, marked: &Range<usize>) -> (String, Range<usize>) {
    let mut shown = String::with_capacity(text.len());
    let mut range = 0..0;
    for (at, character) in printable(text).chain([(text.len(), '\0')]) {
        if at <= marked.start {
            range.start = shown.len();
        }
        if at <= marked.end {
            range.end = shown.len();
        }
        if at < text.len() {
            shown.push(if text[at..].starts_with('\t') { '\t' } else { character });
        }
    }
    (shown, range.start..range.end.max(range.start))
}

impl Snippet {
    fn line(&self, test: impl Fn(&Line) -> bool) -> Result<&Line, Error> {
        self.lines.iter().find(|line| test(line)).ok_or(Error::FileMissing)
    }
}

impl<'a> Files<'a> for Snippets {
    type FileId = usize;
    type Name = String;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<String, Error> {
        self.files.get(id).map(|file| crate::finding::visible(&file.path)).ok_or(Error::FileMissing)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, Error> {
        self.files.get(id).map(|file| file.text.as_str()).ok_or(Error::FileMissing)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.line(|line| byte <= line.range.end)?.index)
    }

    fn line_number(&'a self, id: usize, index: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.line(|line| line.index == index)?.number)
    }

    fn column_number(&'a self, id: usize, index: usize, byte: usize) -> Result<usize, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        let line = file.line(|line| line.index == index)?;
        let column = file.text[line.range.start..byte.min(line.range.end)].chars().count() + 1;
        Ok(column.saturating_add_signed(line.shift))
    }

    fn line_range(&'a self, id: usize, index: usize) -> Result<Range<usize>, Error> {
        let file = self.files.get(id).ok_or(Error::FileMissing)?;
        Ok(file.line(|line| line.index == index)?.range.clone())
    }
}
