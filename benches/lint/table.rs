//! What is printed.
#![allow(clippy::print_stdout, reason = "a table on standard output is what a benchmark is for")]

use crate::corpus::Corpus;
use crate::measure::Measured;

pub(crate) fn head(large: bool) {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    println!("{processors} processors (the goals are for 2){}", load());
    println!("Medians of paired runs; caplint / reference, unless it says otherwise. cpu: processor time / the same.");
    if !large {
        println!("CAPLINT_BENCH_LARGE=1 or --large adds 120,000 files and a list of 100 MB.");
    }
    println!("\n{:<61} {:>7} {:>13} {:>5} {:>5} {:>5}", "", "median", "least..most", "pairs", "cpu", "goal");
}

/// How busy the machine is with other things, where it tells.
pub(crate) fn load() -> String {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    load.split(' ').next().filter(|load| !load.is_empty()).map_or(String::new(), |load| format!(", load {load}"))
}

pub(crate) fn corpus(name: &str, corpus: &Corpus) {
    let (files, tenants, mean) = (corpus.files, corpus.folders.len(), corpus.bytes / corpus.files.max(1));
    let flaws = format!("{} policies damaged, {} tenants open", corpus.damaged.len(), corpus.open);
    println!("\n{name}: {files} files of {mean} bytes, {tenants} tenants; {flaws}");
}

/// A ratio that is printed and kept.
pub(crate) struct Row {
    pub(crate) what: String,
    pub(crate) measured: Measured,
    pub(crate) goal: Option<f64>,
}

impl Row {
    /// Prints it.
    pub(crate) fn told(what: &str, measured: Measured, goal: Option<f64>) -> Self {
        ratio(what, &measured, goal);
        Self { what: what.to_owned(), measured, goal }
    }
}

/// A ratio of wall times.
pub(crate) fn ratio(what: &str, measured: &Measured, goal: Option<f64>) {
    let (ratio, processor) = (measured.ratio(), measured.processor_ratio);
    let spread = match measured.ratios.as_slice() {
        [least, .., most] => format!("{least:.2}..{most:.2}"),
        _ => String::new(),
    };
    let pairs = measured.ratios.len();
    println!("{what:<61} {ratio:>7.2} {spread:>13} {pairs:>5} {processor:>5.2}{}", against(ratio, goal));
}

/// Anything that is one figure.
pub(crate) fn figure(what: &str, figure: f64, goal: Option<f64>) {
    println!("{what:<61} {figure:>7.2} {:>25}{}", "", against(figure, goal));
}

/// Anything else.
pub(crate) fn note(text: &str) {
    println!("{text}");
}

fn against(figure: f64, goal: Option<f64>) -> String {
    goal.map_or_else(String::new, |goal| {
        let held = if figure <= goal { "met" } else { "MISSED" };
        format!(" {goal:>5.2} {held}")
    })
}
