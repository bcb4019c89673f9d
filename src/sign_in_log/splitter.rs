//! A stream of JSON to the texts of its rows: an array, an object that holds one, JSON lines, or values one after the other.
//!
//! Only the ends of rows are looked for here. Each row is parsed by itself, so that a damaged one costs no other, and so that
//! rows can be parsed on all threads.

use super::graph;
use std::io::{self, Read};
use std::ops::Range;

/// Bytes that are read at a time.
const CHUNK: usize = 1 << 18;

/// Longest row, in bytes. One of Microsoft's has some kilobytes.
const LONGEST: usize = 16 << 20;

/// What was found.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A row, as bytes of [`Splitter::bytes`], and its line.
    Row(Range<usize>, u64),
    /// Something that cannot be a row, by its line.
    Damaged(u64),
    /// There is nothing more.
    End,
}

/// Where the stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// In an array.
    List,
    /// In an object that holds rows, behind the list of them.
    Page,
}

#[derive(Debug)]
pub(super) struct Splitter<R> {
    input: R,
    buffer: Vec<u8>,
    /// From here on nothing is used up.
    at: usize,
    line: u64,
    levels: Vec<Level>,
    /// Every line is a row, so that a damaged one ends with its line.
    by_line: bool,
    /// The line at which a whole object ended that stood on one line.
    ended: Option<u64>,
    /// A page says that the log goes on in another one.
    pub(super) goes_on: bool,
    /// The text ends within a row, an array or a page.
    pub(super) is_cut: bool,
}

/// Looks for the end of an object, and goes on where it stopped when there is more text.
#[derive(Debug, Default)]
struct Scan {
    /// It is a row of a page: what its keys are does not matter.
    is_row: bool,
    at: usize,
    depth: usize,
    string: Option<usize>,
    is_key: bool,
    expects_key: bool,
    key: Option<Key>,
    has_next: bool,
}

/// A key of an object that may hold rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    List,
    Next,
}

enum Event {
    /// The object has so many bytes.
    End(usize),
    /// A list of rows begins behind so many bytes.
    List(usize),
    /// The line ends within the object, behind so many bytes.
    Line(usize),
    More,
}

impl Scan {
    /// Behind the list of a page.
    fn behind_list() -> Self {
        Self { depth: 1, ..Self::default() }
    }

    fn run(&mut self, text: &[u8], by_line: bool) -> Event {
        while let Some(byte) = text.get(self.at) {
            if let Some(start) = self.string {
                let Some(found) = memchr::memchr3(b'"', b'\\', b'\n', &text[self.at..]) else {
                    self.at = text.len();
                    break;
                };
                let found = self.at + found;
                match text[found] {
                    b'"' => {
                        if self.is_key {
                            self.key = key(&text[start + 1..found]);
                        }
                        self.string = None;
                        self.at = found + 1;
                    }
                    b'\\' if found + 1 == text.len() => {
                        self.at = found;
                        break;
                    }
                    b'\\' => self.at = found + 2,
                    _ if by_line => return Event::Line(found),
                    // No string of JSON goes on in another line: the row is damaged, and those behind it are not.
                    _ => {
                        self.string = None;
                        self.at = found + 1;
                    }
                }
                continue;
            }
            match byte {
                b'"' => {
                    self.string = Some(self.at);
                    self.is_key = self.depth == 1 && self.expects_key;
                    self.has_next |= self.depth == 1 && !self.is_key && self.key == Some(Key::Next);
                    self.expects_key = false;
                }
                b'[' if self.depth == 1 && self.key == Some(Key::List) => return Event::List(self.at + 1),
                b'{' | b'[' => {
                    self.expects_key = self.depth == 0 && !self.is_row;
                    self.depth += 1;
                }
                b'}' | b']' => {
                    self.depth = self.depth.saturating_sub(1);
                    if self.depth == 0 {
                        return Event::End(self.at + 1);
                    }
                }
                b',' if self.depth == 1 && !self.is_row => (self.expects_key, self.key) = (true, None),
                b'\n' if by_line => return Event::Line(self.at),
                _ => {}
            }
            self.at += 1;
        }
        Event::More
    }
}

fn key(name: &[u8]) -> Option<Key> {
    if graph::LISTS.iter().any(|list| name.eq_ignore_ascii_case(list)) {
        Some(Key::List)
    } else if name.eq_ignore_ascii_case(graph::NEXT) {
        Some(Key::Next)
    } else {
        None
    }
}

impl<R: Read> Splitter<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            buffer: Vec::new(),
            at: 0,
            line: 1,
            levels: Vec::new(),
            by_line: false,
            ended: None,
            goes_on: false,
            is_cut: false,
        }
    }

    /// The bytes of the last piece.
    pub(super) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.buffer[range]
    }

    /// Reads more text; false at its end.
    fn fill(&mut self) -> io::Result<bool> {
        self.buffer.drain(..self.at);
        self.at = 0;
        let had = self.buffer.len();
        self.buffer.resize(had + CHUNK, 0);
        let read = loop {
            match self.input.read(&mut self.buffer[had..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        self.buffer.truncate(had + *read.as_ref().unwrap_or(&0));
        Ok(read? > 0)
    }

    /// Uses up bytes.
    fn pass(&mut self, count: usize) -> Range<usize> {
        let passed = self.at..self.at + count;
        self.line += memchr::memchr_iter(b'\n', &self.buffer[passed.clone()]).count() as u64;
        self.at = passed.end;
        passed
    }

    /// The next byte that is neither white space nor a comma.
    fn peek(&mut self) -> io::Result<Option<u8>> {
        loop {
            let rest = &self.buffer[self.at..];
            let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
            let next = rest.get(blank).copied();
            let before = self.line;
            self.pass(blank);
            if self.by_line && self.line > before && !self.levels.is_empty() {
                self.levels.clear();
                self.is_cut = true;
            }
            if next.is_some() || !self.fill()? {
                return Ok(next);
            }
        }
    }

    /// Goes on to the next row.
    pub(super) fn piece(&mut self) -> io::Result<Piece> {
        loop {
            if self.levels.last() == Some(&Level::Page) {
                match self.object(Scan::behind_list())? {
                    Found::End(_) => _ = self.levels.pop(),
                    Found::List => self.levels.push(Level::List),
                    Found::Broken => {}
                    Found::Cut => return Ok(Piece::End),
                }
                continue;
            }
            let Some(next) = self.peek()? else {
                self.is_cut |= !self.levels.is_empty();
                return Ok(Piece::End);
            };
            let line = self.line;
            match next {
                b'{' => {
                    let is_top = self.levels.is_empty();
                    self.by_line |= is_top && self.ended.is_some_and(|ended| ended < line);
                    let is_row = self.levels.contains(&Level::Page);
                    match self.object(Scan { is_row, ..Scan::default() })? {
                        Found::End(range) => {
                            self.ended = Some(line).filter(|_| is_top && self.line == line);
                            return Ok(Piece::Row(range, line));
                        }
                        Found::List => self.levels.extend([Level::Page, Level::List]),
                        Found::Broken => return Ok(Piece::Damaged(line)),
                        Found::Cut => return Ok(Piece::End),
                    }
                }
                b'[' if self.levels.is_empty() => {
                    self.pass(1);
                    self.levels.push(Level::List);
                }
                b']' if !self.levels.is_empty() => {
                    self.pass(1);
                    self.levels.pop();
                }
                _ => {
                    self.skip()?;
                    return Ok(Piece::Damaged(line));
                }
            }
        }
    }

    /// Passes the object that begins here.
    fn object(&mut self, mut scan: Scan) -> io::Result<Found> {
        loop {
            let event = scan.run(&self.buffer[self.at..], self.by_line);
            self.goes_on |= scan.has_next;
            match event {
                Event::End(count) => return Ok(Found::End(self.pass(count))),
                Event::List(count) => {
                    self.pass(count);
                    return Ok(Found::List);
                }
                Event::Line(count) => {
                    self.pass(count);
                    self.levels.clear();
                    return Ok(Found::Broken);
                }
                Event::More if scan.at > LONGEST => {
                    self.is_cut = true;
                    return Ok(Found::Cut);
                }
                Event::More => {
                    if !self.fill()? {
                        self.is_cut = true;
                        self.pass(self.buffer.len() - self.at);
                        return Ok(Found::Cut);
                    }
                }
            }
        }
    }

    /// Passes something that is no object, up to where the next row may begin.
    fn skip(&mut self) -> io::Result<()> {
        self.pass(1);
        loop {
            let rest = &self.buffer[self.at..];
            let next = rest.iter().position(|byte| matches!(byte, b'\n' | b',' | b'{' | b']'));
            self.pass(next.unwrap_or(rest.len()));
            if next.is_some() || !self.fill()? {
                return Ok(());
            }
        }
    }
}

enum Found {
    End(Range<usize>),
    List,
    Broken,
    Cut,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A reader that gives one byte at a time.
    struct Drops<'a>(&'a [u8]);

    impl Read for Drops<'_> {
        fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
            self.0.read(&mut out[..1])
        }
    }

    fn rows(text: &str) -> (Vec<String>, bool, bool) {
        let split = |input: &mut dyn Read| {
            let mut splitter = Splitter::new(input);
            let mut rows = Vec::new();
            loop {
                match splitter.piece().unwrap() {
                    Piece::Row(range, line) => {
                        rows.push(format!("{line}:{}", String::from_utf8_lossy(splitter.bytes(range))));
                    }
                    Piece::Damaged(line) => rows.push(format!("{line}!")),
                    Piece::End => return (rows, splitter.goes_on, splitter.is_cut),
                }
            }
        };
        let whole = split(&mut text.as_bytes());
        assert_eq!(whole, split(&mut Drops(text.as_bytes())), "{text}");
        whole
    }

    #[test]
    fn rows_of_every_shape_are_found() {
        let expected =
            |lines: [u64; 2]| vec![format!("{}:{{\"a\":[1]}}", lines[0]), format!("{}:{{\"a\":\"}}\"}}", lines[1])];
        for (text, lines) in [
            ("[{\"a\":[1]},{\"a\":\"}\"}]", [1, 1]),
            ("{\"a\":[1]}\n{\"a\":\"}\"}\n", [1, 2]),
            ("{\"a\":[1]}{\"a\":\"}\"}", [1, 1]),
            ("{\"value\": [{\"a\":[1]},\n{\"a\":\"}\"}]}", [1, 2]),
            ("{\"@odata.context\":\"x\",\"value\":[{\"a\":[1]}]}\n{\"value\":[{\"a\":\"}\"}]}", [1, 2]),
            ("{\"records\":[{\"a\":[1]}]}{\"records\":[{\"a\":\"}\"}]}", [1, 1]),
            ("[{\"value\":[{\"a\":[1]},{\"a\":\"}\"}]}]", [1, 1]),
        ] {
            assert_eq!(rows(text), (expected(lines), false, false), "{text}");
        }
    }

    #[test]
    fn a_page_says_that_the_log_goes_on() {
        for text in [
            "{\"@odata.nextLink\":\"https://x\",\"value\":[{}]}",
            "{\"value\":[{}],\"@odata.nextLink\": \"https://x\"}",
        ] {
            assert_eq!(rows(text), (vec!["1:{}".to_owned()], true, false), "{text}");
        }
        assert!(!rows("{\"value\":[{}],\"@odata.nextLink\":null}").1);
        assert!(!rows("{\"value\":[{\"@odata.nextLink\":\"x\"}]}").1);
    }

    #[test]
    fn a_text_that_ends_too_early_is_cut() {
        for text in ["[{\"a\":1}", "[{\"a\":1},", "{\"value\":[{\"a\":1}", "{\"value\":[{\"a\":1},{\"a\":\"x"] {
            assert_eq!(rows(text), (vec!["1:{\"a\":1}".to_owned()], false, true), "{text}");
        }
        assert_eq!(rows(""), (Vec::new(), false, false));
    }

    #[test]
    fn a_damaged_line_of_json_lines_costs_no_other() {
        let (found, _, cut) = rows("{\"a\":1}\n{\"a\":\"x\n{\"a\":{\n{\"a\":2}\n");
        assert_eq!(found, ["1:{\"a\":1}", "2!", "3!", "4:{\"a\":2}"]);
        assert!(!cut);
        let (found, _, _) = rows("[1, {\"a\":1}, null, {\"a\":2}]");
        assert_eq!(found, ["1!", "1:{\"a\":1}", "1!", "1:{\"a\":2}"]);
    }
}
