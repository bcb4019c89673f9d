//! `yamldecode`: YAML as Terraform reads it, which takes `yes` for true.
//!
//! <https://github.com/zclconf/go-cty-yaml>

use crate::evaluate::error::{Error, Evaluated, error};
use crate::evaluate::number::Number;
use crate::evaluate::scope::Effort;
use crate::evaluate::source::Source;
use crate::evaluate::text::{Text, normal};
use crate::evaluate::value::{Kind, MappingKind, Member, Value};
use crate::syntax::Untold;
use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};
use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;
use time::{Date, Month, Time};

/// Lists in lists that are read.
const MAX_DEPTH: usize = 100;

/// Reads a YAML document, whose events may have been told [ahead](Events::ahead).
///
/// # Errors
/// If the text is no YAML, or more than one document.
pub(in crate::evaluate) fn decode(
    text: &Text,
    source: &Source,
    effort: &Effort,
    ahead: Option<Events>,
) -> Evaluated<Value> {
    let events = match ahead {
        Some(events) if events.is_as_terraform_reads => Some(events),
        None if is_as_terraform_reads(text.as_str()) => None,
        Some(_) | None => return Err(error("yamldecode: the text is no YAML as Terraform reads it", source)),
    };
    let steps = match events {
        Some(events) => Steps::Ahead(events.steps.into_iter()),
        None => Steps::Now(Box::new(Scan::new(text.as_str()))),
    };
    let mut reader = Reader { steps, anchors: HashMap::new(), text, source, effort };
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

/// What a YAML document consists of, in its order. Unlike a value it can be sent to another thread.
#[derive(Debug)]
pub struct Events {
    is_as_terraform_reads: bool,
    steps: Vec<Step>,
}

impl Events {
    /// Reads a document ahead of its decoding. It takes many times the space of the text.
    #[must_use]
    pub fn ahead(text: &str) -> Self {
        let is_as_terraform_reads = is_as_terraform_reads(text);
        let steps = if is_as_terraform_reads { Scan::new(text).collect() } else { Vec::new() };
        Self { is_as_terraform_reads, steps }
    }
}

/// An event and the bytes that it stands for, or what is wrong and where.
type Step = Result<(Event<'static>, Range<usize>), (String, usize)>;

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

impl Iterator for Scan<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        if self.is_refused {
            return None;
        }
        Some(match self.parser.next()? {
            Ok((event, span)) => {
                let (start, end) = (self.offsets.byte(span.start.index()), self.offsets.byte(span.end.index()));
                Ok((owned(event), start..end.max(start)))
            }
            Err(problem) => {
                self.is_refused = true;
                Err((problem.info().to_owned(), self.offsets.byte(problem.marker().index())))
            }
        })
    }
}

fn owned(event: Event<'_>) -> Event<'static> {
    let tag = |tag: Option<Cow<'_, Tag>>| tag.map(|tag| Cow::Owned(tag.into_owned()));
    match event {
        Event::Nothing => Event::Nothing,
        Event::StreamStart => Event::StreamStart,
        Event::StreamEnd => Event::StreamEnd,
        Event::DocumentStart(is_explicit) => Event::DocumentStart(is_explicit),
        Event::DocumentEnd => Event::DocumentEnd,
        Event::Alias(anchor) => Event::Alias(anchor),
        Event::Scalar(text, style, anchor, of) => Event::Scalar(Cow::Owned(text.into_owned()), style, anchor, tag(of)),
        Event::SequenceStart(anchor, of) => Event::SequenceStart(anchor, tag(of)),
        Event::SequenceEnd => Event::SequenceEnd,
        Event::MappingStart(anchor, of) => Event::MappingStart(anchor, tag(of)),
        Event::MappingEnd => Event::MappingEnd,
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

/// Where events come from.
enum Steps<'t> {
    Ahead(std::vec::IntoIter<Step>),
    /// Nothing is kept, however long the document is.
    Now(Box<Scan<'t>>),
}

impl Iterator for Steps<'_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        match self {
            Self::Ahead(steps) => steps.next(),
            Self::Now(scan) => scan.next(),
        }
    }
}

struct Reader<'t> {
    steps: Steps<'t>,
    anchors: HashMap<usize, Value>,
    text: &'t Text,
    source: &'t Source,
    effort: &'t Effort,
}

type Next = (Event<'static>, Range<usize>);

impl Reader<'_> {
    fn refused(&self, why: &str) -> Box<Error> {
        error(format!("yamldecode: {why}"), self.source)
    }

    fn next(&mut self) -> Evaluated<Next> {
        match self.steps.next() {
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

    fn value(&mut self, (event, range): Next, depth: usize) -> Evaluated<Value> {
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
        let mut members: Vec<(Rc<str>, Member)> = Vec::new();
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
                members.extend(merged.members.iter().map(|(name, member)| (Rc::clone(name), member.clone())));
                continue;
            }
            let name: Rc<str> = match &key.kind {
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
    use crate::id::FileIndex;

    proptest::proptest! {
        #[test]
        fn events_told_ahead_change_nothing(text in "(\\PC|[ \n\t\u{85}\"'{}\\[\\]:,&*!|>#%?a1-])*") {
            let document = Text::of_file(text.as_str().into(), FileIndex(0));
            let decoded = |ahead| {
                let effort = Effort::default();
                format!("{:?}", decode(&document, &Source::None, &effort, ahead).map_err(|error| error.message))
            };
            assert_eq!(decoded(Some(Events::ahead(&text))), decoded(None));
        }
    }
}
