//! `caplint benchmarks`

use super::Format;
use super::error::RunError;
use super::selection::benchmark;
use crate::controls::{self, Benchmark, EVERYTHING, Item, Status};
use crate::finding::escape_invisible;
use serde_json::{Value, json};
use std::io::Write;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// List one benchmark only
    #[arg(value_name = "BENCHMARK", value_parser = benchmark)]
    benchmark: Option<String>,

    /// The output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let asked = arguments.benchmark.as_deref().filter(|id| *id != EVERYTHING);
    let is_asked = |benchmark: &&Benchmark| asked.is_none_or(|id| benchmark.id == id);
    let benchmarks = controls::benchmarks().filter(is_asked);
    let text = match arguments.format {
        Format::Pretty => {
            let listed: Vec<String> = benchmarks.map(pretty).collect();
            listed.join("\n") + &if asked.is_none() { everything() } else { String::new() }
        }
        Format::Json => {
            let benchmarks: Vec<Value> = benchmarks.map(value).collect();
            escape_invisible(&format!("{:#}\n", json!({ "version": 1, "benchmarks": benchmarks })))
        }
    };
    std::io::stdout().lock().write_all(text.as_bytes()).map_err(RunError::Output)?;
    Ok(0)
}

/// What an item takes, in the order of their ids.
fn deciding(benchmark: &Benchmark, item: &Item) -> Vec<&'static str> {
    benchmark.deciding(item).map(|control| control.id).collect()
}

/// The benchmark on a line, and each item on one or two.
fn pretty(benchmark: &Benchmark) -> String {
    let longest = |text: &dyn Fn(&Item) -> usize| benchmark.items.iter().map(text).max().unwrap_or_default();
    let number_width = longest(&|item| item.number.len());
    let level_width = longest(&|item| item.level.as_ref().map_or(0, String::len));
    let mut text = format!("{}  {}\n", benchmark.id, benchmark.title());
    for item in &benchmark.items {
        let level = item.level.as_deref().unwrap_or_default();
        let level = if level_width == 0 { String::new() } else { format!("{level:level_width$}  ") };
        text += &format!("  {:number_width$}  {level}{}\n", item.number, item.title);
        let controls = deciding(benchmark, item).join(" and ");
        text += &match benchmark.status(item) {
            Status::Decided => format!("      decided by {controls}\n"),
            Status::Partly(why) => format!("      partly decided by {controls}: {why}\n"),
            Status::Not(why) => format!("      not decided: {why}\n"),
        };
    }
    text
}

/// What `--benchmark all` adds.
fn everything() -> String {
    let asked_for_by_none: Vec<&str> =
        controls::all().filter(|control| control.benchmarks.is_empty()).map(|control| control.id).collect();
    let including = if asked_for_by_none.is_empty() {
        String::new()
    } else {
        format!(", including {}", asked_for_by_none.join(", "))
    };
    format!("\n{EVERYTHING}  Every shipped control{including}\n")
}

fn value(benchmark: &Benchmark) -> Value {
    let item = |item: &Item| {
        let status = benchmark.status(item);
        json!({
            "number": item.number,
            "title": item.title,
            "level": item.level,
            "status": status.word(),
            "why": status.why(),
            "differs": item.differs,
            "controls": deciding(benchmark, item),
        })
    };
    json!({
        "id": benchmark.id,
        "name": benchmark.name,
        "version": benchmark.version,
        "published": benchmark.published,
        "publisher": benchmark.publisher,
        "source": benchmark.source,
        "read": benchmark.read,
        "scope": benchmark.scope,
        "items": benchmark.items.iter().map(item).collect::<Vec<_>>(),
    })
}
