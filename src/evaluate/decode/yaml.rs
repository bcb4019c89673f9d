//! `yamldecode`: YAML as Terraform reads it, which takes `yes` for true.
//!
//! <https://github.com/zclconf/go-cty-yaml>

use crate::evaluate::error::{Error, Evaluated, error};
use crate::evaluate::number::Number;
use crate::evaluate::scope::Effort;
use crate::evaluate::source::Source;
use crate::evaluate::text::{Text, normal};
use crate::evaluate::value::{Kind, MappingKind, Member, Value};
use crate::id::FileIndex;
use crate::syntax::Untold;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use time::{Date, Month, Time};

/// Lists in lists that are read.
const MAX_DEPTH: usize = 100;

/// Reads a YAML document, which may have been decoded [ahead](Ahead).
///
/// # Errors
/// If the text is no YAML, or more than one document.
pub(in crate::evaluate) fn decode(
    text: &Text,
    source: &Source,
    effort: &Effort,
    ahead: Option<Ahead>,
) -> Evaluated<Value> {
    match ahead.filter(|ahead| ahead.source == *source && effort.has_room(ahead.spent)) {
        Some(ahead) => {
            effort.spend(ahead.spent);
            ahead.value
        }
        None => read(text, source, effort),
    }
}

fn read(text: &Text, source: &Source, effort: &Effort) -> Evaluated<Value> {
    if !is_as_terraform_reads(text.as_str()) {
        return Err(error("yamldecode: the text is no YAML as Terraform reads it", source));
    }
    let mut reader = Reader { scan: Scan::new(text.as_str()), anchors: HashMap::new(), text, source, effort };
    match reader.document() {
        Err(error) if error.message.ends_with(TABS) => Ok(Value::unknown(Untold::Expression)),
        other => other,
    }
}

const TABS: &str = "there are tabs in places where they are hard to read";

fn is_as_terraform_reads(text: &str) -> bool {
    // Control characters are one byte, or two for those that follow the ASCII ones.
    let is_control = |byte: u8| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r') || byte == 0x7F;
    let is_high_control = |one: char| one.is_control() && one != '\u{85}';
    !text.bytes().any(is_control)
        && (text.is_ascii() || !text.chars().filter(|one| !one.is_ascii()).any(is_high_control))
        && (!text.contains("%YAML")
            || text.lines().all(|line| !line.starts_with("%YAML") || line.trim_end() == "%YAML 1.1"))
}

/// What the text of a file is as YAML, decoded on whatever thread has the time.
#[derive(Debug)]
pub struct Ahead {
    value: Evaluated<Value>,
    /// The place of the text as a whole.
    source: Source,
    /// What decoding it takes, whoever does it.
    spent: usize,
}

impl Ahead {
    /// Decodes the text of a file. None if it is more than anybody may spend.
    #[must_use]
    pub fn of(text: &Arc<str>, file: FileIndex) -> Option<Self> {
        let effort = Effort::default();
        let source = Source::Bytes(file, 0..text.len());
        let value = read(&Text::of_file(Arc::clone(text), file), &source, &effort);
        (!effort.is_exhausted()).then(|| Self { value, source, spent: effort.spent() })
    }
}

/// An event and the bytes that it stands for, or what is wrong and where.
type Step<'t> = Result<Next<'t>, (String, usize)>;

/// Reads events one by one. It ends with the document or the first mistake.
struct Scan<'t> {
    parser: Parser<'t, StrInput<'t>>,
    offsets: Offsets<'t>,
    is_refused: bool,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        Self { parser: Parser::new_from_str(text), offsets: Offsets::new(text), is_refused: false }
    }
}

impl<'t> Iterator for Scan<'t> {
    type Item = Step<'t>;

    fn next(&mut self) -> Option<Step<'t>> {
        if self.is_refused {
            return None;
        }
        Some(match self.parser.next()? {
            Ok((event, span)) => {
                let (start, end) = (self.offsets.byte(span.start.index()), self.offsets.byte(span.end.index()));
                Ok((event, start..end.max(start)))
            }
            Err(problem) => {
                self.is_refused = true;
                Err((problem.info().to_owned(), self.offsets.byte(problem.marker().index())))
            }
        })
    }
}

/// Characters to bytes. Events come in the order of the text, or nearly so.
struct Offsets<'t> {
    text: &'t str,
    is_ascii: bool,
    /// The byte of every 64th character.
    known: Vec<usize>,
}

const STRIDE: usize = 64;

impl<'t> Offsets<'t> {
    fn new(text: &'t str) -> Self {
        let is_ascii = text.is_ascii();
        let known = if is_ascii { Vec::new() } else { text.char_indices().step_by(STRIDE).map(|(at, _)| at).collect() };
        Self { text, is_ascii, known }
    }

    fn byte(&self, character: usize) -> usize {
        if self.is_ascii {
            return character.min(self.text.len());
        }
        let Some(start) = self.known.get(character / STRIDE) else { return self.text.len() };
        let rest = &self.text[*start..];
        rest.char_indices().nth(character % STRIDE).map_or(self.text.len(), |(at, _)| start + at)
    }
}

struct Reader<'t> {
    scan: Scan<'t>,
    anchors: HashMap<usize, Value>,
    text: &'t Text,
    source: &'t Source,
    effort: &'t Effort,
}

type Next<'t> = (Event<'t>, Range<usize>);

impl<'t> Reader<'t> {
    fn refused(&self, why: &str) -> Box<Error> {
        error(format!("yamldecode: {why}"), self.source)
    }

    fn next(&mut self) -> Evaluated<Next<'t>> {
        match self.scan.next() {
            Some(Ok(next)) => Ok(next),
            // Terraform takes tabs in places where others do not.
            Some(Err(_)) if self.text.as_str().contains('\t') => Err(self.refused(TABS)),
            Some(Err((what, at))) => {
                let source = self.text.source_of(&(at..at), self.source);
                Err(error(format!("yamldecode: {what}"), &source))
            }
            None => Ok((Event::StreamEnd, 0..0)),
        }
    }

    fn document(&mut self) -> Evaluated<Value> {
        let mut value = None;
        loop {
            match self.next()? {
                (Event::StreamStart | Event::Nothing | Event::DocumentStart(_) | Event::DocumentEnd, _) => {}
                (Event::StreamEnd, _) => return Ok(value.unwrap_or_else(|| Kind::Null.into())),
                (_, _) if value.is_some() => return Err(self.refused("there is more than one document")),
                next => value = Some(self.value(next, 0)?),
            }
        }
    }

    fn value(&mut self, (event, range): Next<'t>, depth: usize) -> Evaluated<Value> {
        if depth > MAX_DEPTH {
            return Err(self.refused("the document is too deep"));
        }
        if !self.effort.spend(1) {
            return Ok(Value::unknown(Untold::Expression));
        }
        let (value, anchor) = match event {
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).cloned();
                return known.ok_or_else(|| self.refused("an alias leads to what it stands in"));
            }
            Event::Scalar(text, style, anchor, tag) => {
                let kind = self.scalar(&text, style, tag.as_deref(), &range)?;
                (Value::from(kind).at(self.source_of_scalar(&text, range)), anchor)
            }
            Event::SequenceStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), &["seq"])?;
                let mut elements = Vec::new();
                loop {
                    match self.next()? {
                        (Event::SequenceEnd, _) => break,
                        next => elements.push(self.value(next, depth + 1)?),
                    }
                }
                (Value::tuple(elements).at(self.text.source_of(&range, self.source)), anchor)
            }
            Event::MappingStart(anchor, tag) => {
                self.check_tag(tag.as_deref(), &["map"])?;
                let value = self.mapping(depth)?.at(self.text.source_of(&range, self.source));
                (value, anchor)
            }
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd
            | Event::SequenceEnd
            | Event::MappingEnd => return Err(self.refused("the document ends too early")),
        };
        let value = self.effort.within_bounds(value);
        if anchor > 0 {
            self.anchors.insert(anchor, value.clone());
        }
        Ok(value)
    }

    fn mapping(&mut self, depth: usize) -> Evaluated<Value> {
        let mut members: Vec<(Arc<str>, Member)> = Vec::new();
        loop {
            let next = match self.next()? {
                (Event::MappingEnd, _) => break,
                next => next,
            };
            let is_merge = matches!(&next.0, Event::Scalar(text, _, _, None) if text == "<<");
            let key = self.value(next, depth + 1)?;
            let value = self.next()?;
            let value = self.value(value, depth + 1)?;
            if is_merge {
                // It goes over what stands before it.
                let Kind::Mapping(merged) = &value.kind else {
                    return Err(self.refused("only a mapping can be merged"));
                };
                members.extend(merged.members.iter().map(|(name, member)| (Arc::clone(name), member.clone())));
                continue;
            }
            let name: Arc<str> = match &key.kind {
                Kind::String(text) => text.shared(),
                Kind::Number(number) => number.to_string().into(),
                Kind::Bool(truth) => truth.to_string().into(),
                Kind::Null
                | Kind::Unknown(_)
                | Kind::Sequence(_)
                | Kind::Mapping(_)
                | Kind::Reference(..)
                | Kind::Handle(_) => return Err(self.refused("a key must be a string")),
            };
            members.push((name, Member { key: key.source, value }));
        }
        Ok(Value::mapping(MappingKind::Object, members, None))
    }

    fn check_tag(&self, tag: Option<&Tag>, known: &[&str]) -> Evaluated<()> {
        match tag {
            None => Ok(()),
            Some(tag) if tag.is_yaml_core_schema() && known.contains(&tag.suffix.as_str()) => Ok(()),
            Some(_) => Err(self.refused("there is a tag that Terraform does not know")),
        }
    }

    fn scalar(&self, text: &str, style: ScalarStyle, tag: Option<&Tag>, range: &Range<usize>) -> Evaluated<Kind> {
        let is_block = matches!(style, ScalarStyle::Literal | ScalarStyle::Folded);
        if is_block && text.trim_matches('\n').is_empty() {
            return Ok(Kind::Null);
        }
        // A document that does not end its last line does not end it in its value.
        let whole = self.text.as_str();
        let is_open = is_block && range.end >= whole.len() && !whole.ends_with('\n');
        let text = if is_open { text.strip_suffix('\n').unwrap_or(text) } else { text };
        let string = || {
            // Only what may be decoded in its turn needs the places of its parts.
            let is_document = text.contains(['\n', ':', '{', '[', '$']);
            let placed = if is_document { self.verbatim(text, range) } else { None };
            Kind::String(placed.unwrap_or_else(|| Text::from(normal(text).as_ref())))
        };
        let resolved = || {
            if style != ScalarStyle::Plain {
                return Ok(string());
            }
            match plain(text) {
                Plain::Value(kind) => Ok(kind),
                Plain::Text => Ok(string()),
                Plain::Refused => Err(self.refused("a number must be finite")),
            }
        };
        let Some(tag) = tag else { return resolved() };
        let suffix = match (tag.is_yaml_core_schema(), tag.suffix.strip_prefix("tag:yaml.org,2002:")) {
            (true, _) => tag.suffix.as_str(),
            (false, Some(suffix)) => suffix,
            (false, None) => return Err(self.refused("there is a tag that Terraform does not know")),
        };
        let kind = resolved()?;
        let fits = match (suffix, &kind) {
            ("str" | "binary", _) => return Ok(string()),
            ("timestamp", Kind::String(_))
            | ("null", Kind::Null)
            | ("bool", Kind::Bool(_))
            | ("int" | "float", Kind::Number(_)) => true,
            // What is quoted is a string.
            ("int" | "float" | "null" | "bool", Kind::String(_)) => style != ScalarStyle::Plain,
            _ => false,
        };
        if fits { Ok(kind) } else { Err(self.refused("a tag does not fit its value")) }
    }

    /// The place of a scalar: what an interpolation has made stands where that does.
    fn source_of_scalar(&self, text: &str, range: Range<usize>) -> Source {
        let range = trimmed(self.text.as_str(), range);
        let inner = if self.text.is_one_file() { None } else { self.within(text, &range) };
        let interpolated = inner.and_then(|inner| self.text.value_of(&inner));
        interpolated.unwrap_or_else(|| self.text.source_of(&range, self.source))
    }

    /// The text with its places, if the document has it as it is.
    fn verbatim(&self, text: &str, range: &Range<usize>) -> Option<Text> {
        Some(self.text.part(&self.within(text, range)?, self.source))
    }

    /// Where the text of a scalar stands in it: at its start, behind a quote, or anywhere.
    fn within(&self, text: &str, range: &Range<usize>) -> Option<Range<usize>> {
        let written = self.text.as_str().get(range.clone())?;
        let at = match written.strip_prefix(['"', '\'']) {
            Some(quoted) if quoted.starts_with(text) => 1,
            None if written.starts_with(text) => 0,
            Some(_) | None => written.find(text)?,
        };
        Some(range.start + at..range.start + at + text.len())
    }
}

/// A range without the spaces behind it: a plain scalar that a comment follows reaches up to it.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let length = text.get(range.clone()).map_or(0, |written| written.trim_end().len());
    range.start..(range.start + length).max(range.start)
}

/// What a plain scalar is.
enum Plain {
    Value(Kind),
    Text,
    Refused,
}

fn plain(text: &str) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Value(Kind::Null),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "Y" => {
            return Plain::Value(Kind::Bool(true));
        }
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "N" => {
            return Plain::Value(Kind::Bool(false));
        }
        _ => {}
    }
    if !text.starts_with(|one: char| one.is_ascii_digit() || matches!(one, '+' | '-' | '.')) {
        return Plain::Text;
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    if [".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"].contains(&unsigned) {
        return Plain::Refused;
    }
    for (prefix, base) in [("0x", 16), ("0o", 8)] {
        if let Some(digits) = unsigned.strip_prefix(prefix) {
            let number = Number::parse_in_base(digits, base);
            return match number {
                Some(number) if unsigned == text => Plain::Value(Kind::Number(number)),
                // Versions of Terraform differ.
                Some(_) => Plain::Value(Kind::Unknown(Untold::Expression)),
                None => Plain::Text,
            };
        }
    }
    if let Some(number) = Number::parse(text) {
        return Plain::Value(Kind::Number(number));
    }
    if is_number(unsigned) {
        return Plain::Value(Kind::Unknown(Untold::Expression));
    }
    // Versions of Terraform differ.
    if unsigned.contains('_') && unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_') {
        return Plain::Value(Kind::Unknown(Untold::Expression));
    }
    match date(text) {
        Some(date) => Plain::Value(Kind::String(Text::from(date))),
        None => Plain::Text,
    }
}

/// Whether digits, of whatever number, may have a fraction and an exponent.
fn is_number(text: &str) -> bool {
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (mantissa, exponent) =
        text.split_once(['e', 'E']).map_or((text, None), |(mantissa, exponent)| (mantissa, Some(exponent)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    is_digits(whole)
        && (fraction.is_empty() || is_digits(fraction))
        && exponent.is_none_or(|exponent| is_digits(exponent.strip_prefix(['-', '+']).unwrap_or(exponent)))
}

/// A date as Terraform writes it: in full, to the second.
fn date(text: &str) -> Option<String> {
    let (day, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (&text[..at], Some(&text[at..])),
        None => (text, None),
    };
    let mut parts = day.split('-');
    let (year, month, date) = (parts.next()?, parts.next()?, parts.next()?);
    let is_digits =
        |text: &str, most: usize| (1..=most).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if parts.next().is_some() || year.len() != 4 || !is_digits(year, 4) || !is_digits(month, 2) || !is_digits(date, 2) {
        return None;
    }
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    let day = Date::from_calendar_date(year.parse().ok()?, month, date.parse().ok()?).ok()?;
    let Some(time) = time else { return Some(format!("{}T00:00:00Z", written(day))) };
    let has_zone = !time.starts_with(' ');
    let time = &time[1..];
    let (clock, zone) = match time.find(['Z', '+', '-']).filter(|_| has_zone) {
        Some(at) => time.split_at(at),
        None if has_zone => return None,
        None => (time, "Z"),
    };
    let clock = match clock.split_once('.') {
        Some((seconds, fraction)) if is_digits(fraction, 30) => seconds,
        Some(_) => return None,
        None => clock,
    };
    let mut parts = clock.split(':');
    let mut next = || parts.next().filter(|part| is_digits(part, 2)).and_then(|part| part.parse::<u8>().ok());
    let time = Time::from_hms(next()?, next()?, next()?).ok()?;
    let is_zone = zone == "Z" || (zone.len() == 6 && zone.as_bytes()[3] == b':');
    (parts.next().is_none() && is_zone)
        .then(|| format!("{}T{:02}:{:02}:{:02}{zone}", written(day), time.hour(), time.minute(), time.second()))
}

fn written(day: Date) -> String {
    format!("{:04}-{:02}-{:02}", day.year(), u8::from(day.month()), day.day())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::scope::MAX_EFFORT;

    proptest::proptest! {
        #[test]
        fn what_is_decoded_ahead_is_the_same(text in "(\\PC|[ \n\t\u{85}\"'{}\\[\\]:,&*!|>#%?a1-])*") {
            let (text, file) = (Arc::from(text), FileIndex(0));
            let document = Text::of_file(Arc::clone(&text), file);
            let decoded = |ahead: Option<Ahead>| {
                let (effort, source) = (Effort::default(), Source::Bytes(file, 0..text.len()));
                (format!("{:?}", decode(&document, &source, &effort, ahead)), effort.spent())
            };
            assert_eq!(decoded(Ahead::of(&text, file)), decoded(None));
        }
    }

    #[test]
    fn what_is_decoded_ahead_counts_when_it_is_used() {
        let (text, file) = (Arc::from("a: [1, 2]"), FileIndex(0));
        let document = Text::of_file(Arc::clone(&text), file);
        let source = Source::Bytes(file, 0..text.len());
        let effort = Effort::default();
        effort.spend(MAX_EFFORT - 3);
        let decoded = decode(&document, &source, &effort, Ahead::of(&text, file));
        assert!(decoded.is_ok_and(|value| value.why_partly_unknown().is_some()));
        assert!(effort.is_exhausted());
    }
}
