//! The time that a verdict takes, holes included, over tenants that are hard to decide; as a ratio to parsing the same
//! policies with `serde_json` in the same run, turn by turn.
//!
//! `cargo bench --bench coverage`

#![allow(clippy::print_stdout)]

mod tenants;

use caplint::controls;
use caplint::coverage::{self, Comparison, Options, Verdict};
use caplint::policy::{FileIndex, Origin, Scope, lower};
use caplint::requirement::Requirement;
use caplint::syntax::parse;
use caplint::tenant::Tenant;
use serde_json::Value;
use std::hint::black_box;
use std::time::{Duration, Instant};

type Shape = (&'static str, fn(usize, bool) -> Vec<Value>, &'static [(usize, bool)]);

const SHAPES: [Shape; 9] = [
    ("baseline", tenants::baseline, &[(50, false), (100, false), (200, false), (500, false), (1_000, false)]),
    ("groups one by one", tenants::one_by_one, &[(50, false), (500, false), (500, true), (1_000, false)]),
    ("disjoint pairs", tenants::pairs, &[(50, false), (500, false), (500, true), (1_000, false)]),
    ("chain of re-inclusions", tenants::chain, &[(50, false), (500, false), (500, true), (1_000, false)]),
    ("single cells", tenants::cells, &[(50, false), (500, false), (500, true), (1_000, false)]),
    ("everything by chance", tenants::rich, &[(50, false), (500, false), (1_000, false)]),
    ("pigeonhole", tenants::pigeonhole, &[(5, false), (7, false), (8, false), (10, false)]),
    ("parity", tenants::parity, &[(26, false), (34, false), (60, false)]),
    ("3-SAT in device filters", tenants::three_sat, &[(50, false), (100, false), (150, false), (200, false)]),
];

/// Seconds that a verdict may take, however hard the tenant is.
const MOST_SECONDS: f64 = 1.0;

/// How many times as long twice as many policies about networks that overlap may take.
const MOST_GROWTH: f64 = 5.0;

fn tenant(texts: &[String]) -> Tenant {
    let policies = texts.iter().filter_map(|text| {
        let origin = Origin::document(FileIndex(0));
        Some(lower(&parse(text).ok()?, origin).policy)
    });
    Tenant { policies: policies.collect(), ..Tenant::default() }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        println!("Nothing is measured without `cargo bench`.");
        return;
    }
    let Some(requirement) =
        controls::find(controls::DEFAULT).and_then(|control| control.requirement(caplint::catalog::Cloud::Public))
    else {
        return;
    };
    println!("{:<36} {:>4} {:>10} {:>9}  verdict", "tenant", "size", "ms", "/ parsing");
    let mut longest = 0.0_f64;
    for (name, shape, sizes) in SHAPES {
        for (size, near) in sizes {
            let texts: Vec<String> = shape(*size, *near).iter().map(Value::to_string).collect();
            let tenant = tenant(&texts);
            let (mut deciding, mut parsing) = (Vec::new(), Vec::new());
            let mut decision = None;
            let start = Instant::now();
            // At least once; a puzzle is not worth repeating.
            while deciding.len() < 15 && (deciding.is_empty() || start.elapsed() < Duration::from_secs(2)) {
                let before = Instant::now();
                decision = Some(black_box(coverage::decide(&requirement, &tenant, Options::default())));
                deciding.push(before.elapsed());
                let before = Instant::now();
                for text in &texts {
                    let _ = black_box(serde_json::from_str::<Value>(text));
                }
                parsing.push(before.elapsed());
            }
            let (deciding, parsing) = (median(deciding), median(parsing));
            let Some(decision) = decision else { continue };
            let found = match decision.verdict {
                Verdict::EnforcedExcept => format!(" ({} exceptions)", decision.exceptions.len()),
                Verdict::Enforced => String::new(),
                _ => format!(" ({}{} holes)", decision.holes.len(), if decision.more_holes { "+" } else { "" }),
            };
            longest = longest.max(deciding.as_secs_f64());
            let name = if *near { format!("{name}, one left out") } else { name.to_owned() };
            println!(
                "{name:<36} {:>4} {:>10.2} {:>9.1}  {}{found}",
                texts.len(),
                deciding.as_secs_f64() * 1_000.0,
                deciding.as_secs_f64() / parsing.as_secs_f64(),
                decision.verdict.word(),
            );
        }
    }
    let growth = networks(&requirement, 240).as_secs_f64() / networks(&requirement, 120).as_secs_f64();
    println!();
    goal("longest, in seconds", longest, MOST_SECONDS);
    goal("240 policies over networks / 120", growth, MOST_GROWTH);
}

/// The time for policies about networks that overlap.
fn networks(requirement: &Requirement, size: usize) -> Duration {
    let texts: Vec<String> = tenants::ring(size).iter().map(Value::to_string).collect();
    let mut tenant = tenant(&texts);
    tenant.companions.named_locations = tenants::networks(size).into_iter().collect();
    let time = |_| {
        let before = Instant::now();
        black_box(coverage::decide(requirement, &tenant, Options::default()));
        // A rule asks of each policy what it would stop without its locations.
        let mut comparison = Comparison::new(requirement, &tenant, Options::default());
        for policy in &tenant.policies {
            let mut changed = policy.clone();
            changed.conditions.locations = Scope::default();
            black_box(comparison.would_add(&changed));
        }
        before.elapsed()
    };
    median((0..15).map(time).collect())
}

fn goal(what: &str, figure: f64, goal: f64) {
    let held = if figure <= goal { "met" } else { "MISSED" };
    println!("{what:<36} {figure:>15.2} {goal:>9.2}  {held}");
}
