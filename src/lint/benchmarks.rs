//! From the verdicts on controls to the items of benchmarks.

use crate::controls::{Benchmark, Selection, Status};
use crate::outcome::{BenchmarkReport, ControlReport, ItemOutcome, ItemReport};

/// How the tenant with these verdicts does in the benchmarks that were asked for.
pub(super) fn reports(selection: &Selection, controls: &[ControlReport]) -> Vec<BenchmarkReport> {
    // Without verdicts, nothing is to be counted: files were looked at, or there was nothing to judge.
    if controls.is_empty() {
        return Vec::new();
    }
    selection.scored().map(|(benchmark, is_listed)| report(benchmark, is_listed, controls)).collect()
}

fn report(benchmark: &'static Benchmark, is_listed: bool, judged: &[ControlReport]) -> BenchmarkReport {
    let items = benchmark.items.iter().map(|item| {
        let controls: Vec<&str> = benchmark.deciding(item).map(|control| control.id).collect();
        let verdict = |id: &&str| judged.iter().find(|control| control.id == *id).map(|control| control.verdict);
        let verdicts: Vec<_> = controls.iter().map(verdict).collect();
        let (is_whole, why) = match benchmark.status(item) {
            Status::Decided => (true, None),
            Status::Partly(why) | Status::Not(why) => (false, Some(why)),
        };
        ItemReport {
            number: &item.number,
            title: &item.title,
            level: item.level.as_deref(),
            controls,
            outcome: ItemOutcome::of(&verdicts, is_whole),
            why,
        }
    });
    BenchmarkReport { id: &benchmark.id, title: benchmark.title(), is_listed, items: items.collect() }
}
