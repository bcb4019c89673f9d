//! Excerpts as the file database that codespan-reporting draws from: only the lines that labels stand in, under their
//! real numbers.

use crate::finding::{Location, printable};
use codespan_reporting::files::{Error, Files};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// Columns from one tab stop to the next.
pub(super) const TAB: usize = 4;

/// The lines that one diagnostic shows.
pub(super) struct Snippets {
    files: Vec<Snippet>,
    /// Columns that a line has, if there is a limit.
    room: Option<usize>,
}

/// What a label points at.
pub(super) struct Mark {
    /// The number of the file.
    pub(super) file: usize,
    /// Bytes of it.
    pub(super) range: Range<usize>,
    /// Columns of the line, from 0.
    pub(super) columns: Range<usize>,
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
    /// No line yet. Each is cut to `room` columns around what is marked.
    pub(super) fn new(room: Option<usize>) -> Self {
        Self { files: Vec::new(), room }
    }

    /// Adds the line of a location. Returns what to label; none if no line is known.
    pub(super) fn add(&mut self, location: &Location) -> Option<Mark> {
        // The first line of a file shows nothing of what is said of all of it.
        let excerpt = location.excerpt.as_ref().filter(|_| !location.is_whole_file)?;
        let (shown, marked) = made_visible(&excerpt.line.text, &excerpt.marked);
        let (shown, marked) = match self.room {
            Some(room) => narrowed(shown, marked, room),
            None => (shown, marked),
        };
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
        let column = columns(&shown[..marked.start]);
        let columns = column..column + columns(&shown[marked.clone()]).max(1);
        Some(Mark { file, range: start + marked.start..start + marked.end, columns })
    }
}

/// Columns that a text takes at most.
fn columns(text: &str) -> usize {
    text.chars().map(column_width).sum()
}

fn column_width(character: char) -> usize {
    if character == '\t' { TAB } else { character.width().unwrap_or_default() }
}

/// The line cut to this many columns, and the range moved along: a third of it stands before what is marked.
fn narrowed(text: String, marked: Range<usize>, room: usize) -> (String, Range<usize>) {
    if columns(&text) <= room {
        return (text, marked);
    }
    let fitting = |characters: &mut dyn Iterator<Item = char>, room: usize| {
        let fits = |(bytes, taken): (usize, usize), character: char| {
            let taken = taken + column_width(character);
            (taken <= room).then_some((bytes + character.len_utf8(), taken))
        };
        let mut fitting = (0, 0);
        for character in characters {
            match fits(fitting, character) {
                Some(more) => fitting = more,
                None => break,
            }
        }
        fitting.0
    };
    let before = &text[..marked.start];
    let start = if columns(before) <= room / 3 {
        0
    } else {
        marked.start - fitting(&mut before.chars().rev(), (room / 3).saturating_sub(1))
    };
    let ellipsis = if start == 0 { "" } else { "…" };
    let room = room - columns(ellipsis);
    let end = if columns(&text[start..]) <= room {
        text.len()
    } else {
        start + fitting(&mut text[start..].chars(), room.saturating_sub(1))
    };
    let after = if end == text.len() { "" } else { "…" };
    let moved = |at: usize| at.clamp(start, end) - start + ellipsis.len();
    let range = moved(marked.start)..moved(marked.end);
    (format!("{ellipsis}{}{after}", &text[start..end]), range)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, marked: &str, room: usize) -> (String, String) {
        let at = text.find(marked).unwrap();
        let (text, range) = narrowed(text.to_owned(), at..at + marked.len(), room);
        let marked = text[range].to_owned();
        (text, marked)
    }

    #[test]
    fn a_line_is_cut_around_what_is_marked() {
        let said = |text: &str, marked: &str| (text.to_owned(), marked.to_owned());
        assert_eq!(cut("short and marked", "marked", 40), said("short and marked", "marked"));
        assert_eq!(cut("0123456789 marked 0123456789", "marked", 18), said("…6789 marked 0123…", "marked"));
        assert_eq!(cut("marked 0123456789 0123456789", "marked", 18), said("marked 0123456789…", "marked"));
        assert_eq!(cut("0123456789 0123456789 marked", "marked", 18), said("…6789 marked", "marked"));
        // What is marked is cut, too.
        assert_eq!(cut("0123456789 0123456789", "0123456789 0123456789", 12), said("0123456789 …", "0123456789 "));
    }

    #[test]
    fn no_line_is_longer_than_its_room() {
        let text = "\t\"条件\": [\"ä\", \"0123456789\"], \"条件条件\": 条件条件条件条件条件条件条件条件";
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        for room in 34..60 {
            for (number, start) in starts.iter().enumerate() {
                for end in &starts[number..] {
                    let (cut, range) = narrowed(text.to_owned(), *start..*end, room);
                    assert!(columns(&cut) <= room, "{cut}");
                    // What is shown of the mark is the beginning of it.
                    assert!(text[*start..*end].starts_with(&cut[range]), "{cut}");
                }
            }
        }
    }
}
