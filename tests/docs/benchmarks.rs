//! The page of the benchmarks, generated from their tables.

use super::{GENERATED, root};
use caplint::controls::{self, Benchmark, Item, Status};
use std::fs;

const INTRO: &str = "\
`caplint benchmarks` prints these tables, and `caplint benchmarks ID --format json` one of them for programs
([schema](../schemas/benchmarks.schema.json)). Each table has every item of its benchmark that is about Conditional Access, whether
caplint decides it or not. Titles are caplint's own words; the benchmark's are authoritative.

`caplint check --benchmark ID` counts them:

- An item may take several controls, and then it takes all of them. It fails if one is not enforced. It is undecided if one is
  undecided and none fails. It passes with exceptions if one is enforced except for principals that policies exclude one by one.
- An item that is decided *partly* passes in part at best. If what is decided of it fails, the item fails.
- An item that is *not* decided is counted, and neither passes nor fails. A score without it would look better than it is.

Benchmarks describe a policy that must exist. Controls describe what must hold for every sign-in, over all policies together. A
tenant can have the policy and an exclusion that lets people through, or two policies that cover together what the benchmark
wants of one. Where a control means something else beyond this, the table says it.
";

const WITHOUT: &str = "\
## Without a table

- **EIDSCA** (the Entra ID Security Config Analyzer) checks settings of the directory, of consent and of authentication methods. None
  of its checks looks at a Conditional Access policy, so none is decided here.
- **NCSC** (United Kingdom) asks for multi-factor authentication in general. It has no numbered item that says what a policy must do.
- **NIS2**, **DORA** and **ISO 27001** have tables, and are general, too: nothing of them is decided completely, and a pass in part is
  no proof of compliance.
- **CIS levels** are shown where public copies agree on them. They do not for CIS Azure.
";

/// Items that are decided, partly and not.
fn counts(benchmark: &Benchmark) -> [usize; 3] {
    let mut counts = [0; 3];
    for item in &benchmark.items {
        counts[match benchmark.status(item) {
            Status::Decided => 0,
            Status::Partly(_) => 1,
            Status::Not(_) => 2,
        }] += 1;
    }
    counts
}

fn row(benchmark: &Benchmark, item: &Item, has_levels: bool) -> String {
    let links: Vec<String> =
        benchmark.deciding(item).map(|control| format!("[{0}](rules/{0}.md)", control.id)).collect();
    let links = links.join(" and ");
    let status = match benchmark.status(item) {
        Status::Decided => format!("decided by {links}"),
        Status::Partly(why) => format!("*partly* decided by {links}. {why}"),
        Status::Not(why) => format!("*not* decided. {why}"),
    };
    let differs = item.differs.as_ref().map(|differs| format!(". {differs}")).unwrap_or_default();
    let level = if has_levels { format!(" {} |", item.level.as_deref().unwrap_or("–")) } else { String::new() };
    format!("| {} |{level} {} | {status}{differs} |\n", item.number, item.title)
}

fn page() -> String {
    let mut page = format!("{GENERATED}\n\n# Benchmarks\n\n{INTRO}\n");
    page +=
        "| benchmark | `--benchmark` | published | items | decided | partly | not |\n|---|---|---|---|---|---|---|\n";
    for benchmark in controls::benchmarks() {
        let [decided, partly, not] = counts(benchmark);
        page += &format!(
            "| [{}]({}) | [`{}`](#{}) | {} | {} | {decided} | {partly} | {not} |\n",
            benchmark.title(),
            benchmark.publisher,
            benchmark.id,
            // As GitHub makes an anchor of a heading.
            benchmark.id.replace('.', ""),
            benchmark.published.as_deref().unwrap_or("–"),
            benchmark.items.len(),
        );
    }
    for benchmark in controls::benchmarks() {
        page += &format!(
            "\n## {}\n\n{}. {} Held against [this public copy]({}) on {}.\n\n",
            benchmark.id,
            benchmark.title(),
            benchmark.scope,
            benchmark.source,
            benchmark.read
        );
        let has_levels = benchmark.items.iter().any(|item| item.level.is_some());
        let (level, line) = if has_levels { (" level |", "---|") } else { ("", "") };
        page += &format!("| item |{level} what it asks for | caplint |\n|---|{line}---|---|\n");
        benchmark.items.iter().for_each(|item| page += &row(benchmark, item, has_levels));
    }
    page + "\n" + WITHOUT
}

/// Every id that `--benchmark` and the key `benchmarks` take is on the page of the configuration.
#[test]
fn the_page_of_the_configuration_has_every_benchmark() {
    let path = root().join("docs/configuration.md");
    let page = fs::read_to_string(&path).unwrap();
    let (start, end) = ("<!-- benchmarks -->\n", "<!-- end of benchmarks -->");
    let (before, rest) = page.split_once(start).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    let ids: Vec<String> =
        controls::benchmark_ids().map(|id| format!("[`{id}`](benchmarks.md#{})", id.replace('.', ""))).collect();
    let everything = controls::EVERYTHING;
    let fresh = format!("{before}{start}\n{} and `{everything}` for every control.\n\n{end}{after}", ids.join(", "));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &fresh).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap() == fresh, "UPDATE_DOCS=1 cargo test --test docs");
    let mut selection = controls::Selection::default();
    assert!(controls::benchmark_ids().chain([everything]).all(|id| selection.add_benchmark(id).is_ok()));
}

#[test]
fn the_page_of_the_benchmarks_is_up_to_date() {
    let path = root().join("docs/benchmarks.md");
    let page = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let is_same = fs::read_to_string(&path).is_ok_and(|there| there == page);
    assert!(is_same, "docs/benchmarks.md is stale: UPDATE_DOCS=1 cargo test --test docs");
}
