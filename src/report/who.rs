//! What each control demands of each person: for people, for spreadsheets and for programs.

use super::json::person;
use crate::finding::{escape_invisible, visible};
use crate::outcome::{Demanded, PersonReport, WhoControl, WhoReport, WhoRow};
use serde_json::{Value, json};
use std::io::{self, Write};

/// A format of `caplint who`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Format {
    /// For people: who gets through, control by control.
    #[default]
    Pretty,
    /// A row for each person and control.
    Csv,
    /// For programs.
    Json,
}

/// People that text names of each row.
const NAMED: usize = 10;

impl Format {
    /// Every format.
    pub const ALL: [Self; 3] = [Self::Pretty, Self::Csv, Self::Json];

    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pretty => "pretty",
            Self::Csv => "csv",
            Self::Json => "json",
        }
    }
}

/// Writes what each control demands of each person.
///
/// # Errors
/// Those of the writer.
pub fn write(report: &WhoReport, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Pretty => out.write_all(pretty(report).as_bytes()),
        Format::Csv => csv(report, out),
        Format::Json => out.write_all(escape_invisible(&format!("{:#}\n", json(report))).as_bytes()),
    }
}

fn pretty(report: &WhoReport) -> String {
    let mut text = String::new();
    for control in &report.controls {
        text.push_str(&format!("{}: {}\n", control.id, control.title));
        for row in &control.rows {
            text.push_str(&pretty_row(row));
        }
    }
    let directory = report.directory.as_ref().map(|directory| format!("; {}", directory.text())).unwrap_or_default();
    text.push_str(&format!("{}: {} who can sign in{directory}\n", visible(&report.tenant), people(report.people)));
    text
}

fn pretty_row(row: &WhoRow) -> String {
    let why = if row.why.is_empty() { String::new() } else { format!(", {}", visible(&row.why)) };
    let mut text = format!("  {:13} {}{why}\n", row.demand.word(), people(row.people.len()));
    match row.demand {
        // Whom it is about is told by the others.
        Demanded::NotConcerned => {}
        Demanded::NotEnforced | Demanded::Undecided | Demanded::Excepted | Demanded::Enforced => {
            for person in row.people.iter().take(NAMED) {
                text.push_str(&format!("    {}\n", visible(&called(person))));
            }
            if row.people.len() > NAMED {
                text.push_str(&format!("    and {} more (--format csv lists all)\n", row.people.len() - NAMED));
            }
        }
    }
    text
}

fn people(count: usize) -> String {
    if count == 1 { "1 person".to_owned() } else { format!("{count} people") }
}

fn called(person: &PersonReport) -> String {
    match (&person.name, &person.sign_in_name) {
        (Some(name), Some(sign_in_name)) => format!("{name} ({sign_in_name})"),
        (Some(name), None) | (None, Some(name)) => name.clone(),
        (None, None) => person.id.clone(),
    }
}

/// A row for each person and control. A cell that a spreadsheet would take for a formula begins with an apostrophe.
fn csv(report: &WhoReport, out: &mut dyn Write) -> io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(["id", "displayName", "userPrincipalName", "control", "outcome", "why"])?;
    for control in &report.controls {
        for row in &control.rows {
            for person in &row.people {
                let name = person.name.as_deref().unwrap_or_default();
                let sign_in_name = person.sign_in_name.as_deref().unwrap_or_default();
                let cells = [&person.id, name, sign_in_name, control.id, row.demand.word(), &row.why];
                csv.write_record(cells.map(cell))?;
            }
        }
    }
    csv.flush()
}

fn cell(text: &str) -> String {
    let text = visible(text);
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{text}") } else { text }
}

fn json(report: &WhoReport) -> Value {
    let row = |row: &WhoRow| {
        json!({
            "outcome": row.demand.word(),
            "why": row.why,
            "users": row.people.iter().map(person).collect::<Vec<_>>(),
        })
    };
    let control = |control: &WhoControl| json!({ "id": control.id, "title": control.title, "people": control.rows.iter().map(row).collect::<Vec<_>>() });
    json!({
        "version": 1,
        "tenant": report.tenant,
        "users": report.people,
        "complete": report.directory.as_ref().is_some_and(|directory| directory.is_complete),
        "exportedSince": report.directory.as_ref().and_then(|directory| directory.last_day).map(|day| day.to_string()),
        "controls": report.controls.iter().map(control).collect::<Vec<_>>(),
    })
}
