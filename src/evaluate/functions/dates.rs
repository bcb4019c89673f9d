//! Dates. The present is not known: the answer must not depend on it.

use super::{Call, Function, Takes, lenient, strict};
use crate::evaluate::error::Evaluated;
use crate::evaluate::value::Value;
use crate::syntax::Untold;
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

pub(super) fn function(name: &str) -> Option<Function> {
    const TWO_TEXTS: &[Takes] = &[Takes::Text, Takes::Text];
    Some(match name {
        "formatdate" => strict(TWO_TEXTS, |call| {
            let date = date(call, 1)?;
            format(call, call.text(0), date).map(Value::string)
        }),
        "timeadd" => strict(TWO_TEXTS, |call| {
            let date = date(call, 0)?;
            let duration =
                duration(call.text(1)).ok_or_else(|| call.refused(format!("{:?} is no duration", call.text(1))))?;
            let later = date.checked_add(duration).ok_or_else(|| call.refused("the date is out of range"))?;
            Ok(Value::string(rfc3339(later)))
        }),
        "timecmp" => strict(TWO_TEXTS, |call| {
            let order = date(call, 0)?.cmp(&date(call, 1)?);
            Ok(Value::number(order as i64))
        }),
        "timestamp" | "plantimestamp" | "uuid" => lenient(0, 0, |_| Ok(Value::unknown(Untold::AfterApply))),
        _ => return None,
    })
}

fn date(call: &Call<'_>, index: usize) -> Evaluated<OffsetDateTime> {
    let text = call.text(index);
    // Go wants the letters in upper case.
    let is_strict = text.as_bytes().get(10) == Some(&b'T') && !text.ends_with('z');
    let date = if is_strict { OffsetDateTime::parse(text, &Rfc3339).ok() } else { None };
    date.ok_or_else(|| call.refused(format!("{text:?} is no date as RFC 3339 has it")))
}

/// As Terraform writes a date: to the second.
fn rfc3339(date: OffsetDateTime) -> String {
    let offset = offset(date, true, true);
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}{offset}", date.hour(), date.minute(), date.second())
}

fn offset(date: OffsetDateTime, colon: bool, letter: bool) -> String {
    let seconds = date.offset().whole_seconds();
    if letter && seconds == 0 {
        return "Z".to_owned();
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    let between = if colon { ":" } else { "" };
    format!("{sign}{:02}{between}{:02}", minutes / 60, minutes % 60)
}

/// `1h30m`, as Go has it.
fn duration(text: &str) -> Option<Duration> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(Duration::ZERO);
    }
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|one: char| !one.is_ascii_digit() && one != '.')?;
        let unit_end =
            rest[end..].find(|one: char| one.is_ascii_digit() || one == '.').map_or(rest.len(), |at| end + at);
        let nanoseconds: i64 = match &rest[end..unit_end] {
            "ns" => 1,
            "us" | "µs" | "μs" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            _ => return None,
        };
        let (whole, fraction) = rest[..end].split_once('.').unwrap_or((&rest[..end], ""));
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let whole: i64 = if whole.is_empty() { 0 } else { whole.parse().ok()? };
        let mut amount = whole.checked_mul(nanoseconds)?;
        let mut scale = nanoseconds;
        for digit in fraction.bytes() {
            scale /= 10;
            amount = amount.checked_add(i64::from(digit.checked_sub(b'0')?).checked_mul(scale)?)?;
        }
        total = total.checked_add(Duration::nanoseconds(amount))?;
        rest = &rest[unit_end..];
    }
    total.checked_mul(sign)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// <https://developer.hashicorp.com/terraform/language/functions/formatdate>
fn format(call: &Call<'_>, pattern: &str, date: OffsetDateTime) -> Evaluated<String> {
    let mut made = String::new();
    let mut rest = pattern;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let (text, after) = quoted(rest).ok_or_else(|| call.refused("a quote does not end"))?;
            made.push_str(&text);
            rest = after;
            continue;
        }
        let length = rest.len() - rest.trim_start_matches(first).len();
        let (run, after) = rest.split_at(length);
        rest = after;
        if !first.is_ascii_alphabetic() {
            made.push_str(run);
            continue;
        }
        let month = MONTHS[usize::from(u8::from(date.month())) - 1];
        let day = date.weekday().to_string();
        let twelve = (date.hour() + 11) % 12 + 1;
        made.push_str(&match run {
            "YYYY" => format!("{:04}", date.year()),
            "YY" => format!("{:02}", date.year() % 100),
            "MMMM" => month.to_owned(),
            "MMM" => month[..3].to_owned(),
            "MM" => format!("{:02}", u8::from(date.month())),
            "M" => u8::from(date.month()).to_string(),
            "DD" => format!("{:02}", date.day()),
            "D" => date.day().to_string(),
            "EEEE" => day,
            "EEE" => day[..3].to_owned(),
            "hh" => format!("{:02}", date.hour()),
            "h" => date.hour().to_string(),
            "HH" => format!("{twelve:02}"),
            "H" => twelve.to_string(),
            "AA" => if date.hour() < 12 { "AM" } else { "PM" }.to_owned(),
            "aa" => if date.hour() < 12 { "am" } else { "pm" }.to_owned(),
            "mm" => format!("{:02}", date.minute()),
            "m" => date.minute().to_string(),
            "ss" => format!("{:02}", date.second()),
            "s" => date.second().to_string(),
            "ZZZZZ" => offset(date, true, false),
            "ZZZ" if date.offset().is_utc() => "UTC".to_owned(),
            "ZZZ" | "ZZZZ" => offset(date, false, false),
            "Z" => offset(date, true, true),
            _ => return Err(call.refused(format!("{run:?} is no part of a date"))),
        });
    }
    Ok(made)
}

/// The text of a quote, in which two quotes stand for one, and what comes after it.
fn quoted(rest: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    if let Some(after) = rest.strip_prefix("''") {
        return Some(("'".to_owned(), after));
    }
    let mut inner = rest.strip_prefix('\'')?;
    loop {
        let (before, after) = inner.split_once('\'')?;
        text.push_str(before);
        match after.strip_prefix('\'') {
            Some(next) => {
                text.push('\'');
                inner = next;
            }
            None => return Some((text, after)),
        }
    }
}
