//! The figures of `docs/performance.md`.

use crate::corpus::{Corpus, Flaws};
use crate::memory::{self, Peak};
use crate::peers::{self, Compared, Peer};
use crate::table::{self, Row};
use crate::unsorted;
use std::fmt::Write as _;
use std::io;
use std::path::Path;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/performance.md");
const START: &str = "<!-- figures: cargo bench --bench lint -- --page -->\n";
const END: &str = "<!-- end of figures -->\n";

/// Measures what the page shows, and puts the figures into it.
pub(crate) fn measure_and_write(scratch: &Path) -> io::Result<()> {
    let page = std::fs::read_to_string(PAGE)?;
    let before = page.split_once(START).ok_or_else(|| missing(START))?.0;
    let after = page.split_once(END).ok_or_else(|| missing(END))?.1;
    let mut text = machine();

    let clean = Corpus::write(scratch.join("clean"), 1, Flaws::default())?;
    let starting = crate::one_file(&clean, scratch)?;
    let mut damaged = None;
    for (name, corpus, rows) in unsorted::both(scratch)? {
        text.push_str(&ratios(&heading(name, &corpus), &rows));
        damaged = Some(corpus);
    }
    if starting.is_empty() {
        text.push_str("Starting up was not measured: there was no `rustc` to build a hello world with.\n\n");
    } else {
        text.push_str(&ratios("**starting up**", &starting));
    }
    if let Some(corpus) = damaged {
        text.push_str(&others(&corpus, &peers::compare(&corpus, scratch)?));
    }
    text.push_str(&memory(&memory::peaks(scratch)?));
    std::fs::write(PAGE, format!("{before}{START}\n{text}{END}{after}"))?;
    table::note(&format!("{PAGE} is written."));
    Ok(())
}

fn missing(marker: &str) -> io::Error {
    io::Error::other(format!("{PAGE}: there is no line {marker:?}"))
}

fn machine() -> String {
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let load = table::load();
    let version = env!("CARGO_PKG_VERSION");
    let day = time::OffsetDateTime::now_utc().date();
    format!("Measured on {day} with caplint {version}, {processors} processors{load} when it began.\n\n")
}

fn heading(name: &str, corpus: &Corpus) -> String {
    let Corpus { files, folders, open, damaged, bytes, .. } = corpus;
    let (tenants, mean, damaged) = (folders.len(), bytes / files.max(&1), damaged.len());
    format!(
        "**{name}**: {files} files of {mean} bytes on average, {tenants} tenants, {open} of them open, {damaged} files damaged"
    )
}

fn ratios(heading: &str, rows: &[Row]) -> String {
    let mut text = format!("{heading}\n\n| what | wall | wall, median | CPU | goal | |\n|---|--:|--:|--:|--:|---|\n");
    for Row { what, measured, goal } in rows {
        let wall = measured.first.wall / measured.second.wall;
        let processor = measured.first.processor / measured.second.processor;
        let median = measured.ratio();
        let (goal, held) = goal.map_or((String::new(), ""), |goal| {
            (format!("{goal:.2}"), if wall <= goal { "met" } else { "**missed**" })
        });
        let what = what.trim_end_matches(": time");
        _ = writeln!(text, "| {what} | {wall:.2} | {median:.2} | {processor:.2} | {goal} | {held} |");
    }
    text.push('\n');
    text
}

fn others(corpus: &Corpus, peers: &[Peer]) -> String {
    let mut text = format!(
        "### Beside other programs\n\nThe {} files of the corpus with damaged ones, {} of them damaged.\n\n\
         | program | version | wall, s | CPU, s | wall / reference | memory, MiB | damaged files it names | others it names |\n\
         |---|---|--:|--:|--:|--:|--:|--:|\n",
        corpus.files,
        corpus.damaged.len()
    );
    for Peer { name, install, run } in peers {
        _ = match run {
            None => writeln!(text, "| {name} | not installed ({install}) | | | | | | |"),
            Some(Compared { version, measured, named }) => {
                let (wall, processor) = (measured.first.wall, measured.first.processor);
                let ratio = wall / measured.second.wall;
                let (peak, damaged, others) = (measured.peak_mib, named.damaged, named.others);
                writeln!(
                    text,
                    "| {name} | {version} | {wall:.2} | {processor:.2} | {ratio:.2} | {peak:.0} | {damaged} | {others} |"
                )
            }
        };
    }
    text.push('\n');
    text
}

fn memory(peaks: &[Peak]) -> String {
    let [few, many] = memory::TENANTS;
    let policies = memory::POLICIES;
    let mut text = format!(
        "### Memory by the number of tenants\n\nEvery control, {policies} policies a tenant. Peak of the process, MiB.\n\n\
         | format | {few} tenants | {many} tenants | each tenant adds, KiB |\n|---|--:|--:|--:|\n"
    );
    for peak in peaks {
        let ([few, many], each) = (peak.mib, peak.each_tenant());
        _ = writeln!(text, "| `{}` | {few:.0} | {many:.0} | {each:.1} |", peak.format);
    }
    text.push('\n');
    text
}
