//! Speed and memory of the caplint program, as ratios against a reference that is measured in the same run, turn by
//! turn: walkdir, read, `serde_json::from_slice::<Value>`, on one thread.
//!
//! `cargo bench --bench lint`; with `-- --large` or `CAPLINT_BENCH_LARGE=1` also 120,000 files and a list of 100 MB.
//! `cargo bench --bench lint -- --page` measures what `docs/performance.md` shows, and writes its figures.

mod corpus;
mod directory;
mod graph;
mod keystroke;
mod kinds;
mod measure;
mod memory;
mod page;
mod peers;
mod random;
mod realistic;
mod reference;
mod sign_ins;
mod table;
#[path = "../../tests/conformance/terraform.rs"]
#[allow(dead_code, clippy::unwrap_used, reason = "one of its documents, of tenants that fit")]
mod terraform;
mod unsorted;
#[path = "../../tests/conformance/variants_as_code.rs"]
#[allow(dead_code, reason = "one of its forms")]
mod variants_as_code;

use corpus::{Corpus, Flaws};
use measure::{Subject, measure};
use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use table::Row;

const CONCISE: &[&str] = &["--format", "concise"];
const EVERY_CONTROL: &[&str] = &["--format", "concise", "--benchmark", "all"];
const CONCISE_EACH: &[&str] = &["--format", "concise", "--tenant-per-path"];
const EVERY_CONTROL_EACH: &[&str] = &["--format", "concise", "--tenant-per-path", "--benchmark", "all"];
const SARIF_EACH: &[&str] = &["--format", "sarif", "--tenant-per-path"];

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.next_if(|first| first == reference::ARGUMENT).is_some() {
        return reference::run(arguments);
    }
    if arguments.next_if(|first| first == reference::ROWS).is_some() {
        return reference::run_rows(arguments);
    }
    let arguments: Vec<String> = arguments.collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        table::note("Nothing is measured without `cargo bench`.");
        return Ok(());
    }
    let large = std::env::var_os("CAPLINT_BENCH_LARGE").is_some_and(|value| value != "0")
        || arguments.iter().any(|argument| argument == "--large");
    let scratch = tempfile::tempdir()?;
    table::head(large);
    if arguments.iter().any(|argument| argument == "--page") {
        return page::measure_and_write(scratch.path());
    }

    let clean = written(scratch.path(), "clean", 100, Flaws::default())?;
    many_tenants(&clean, "6,000 files", 41)?;
    every_control(&clean, "6,000 files", Some(4.0))?;
    one_tenant(&clean)?;
    one_file(&clean, scratch.path())?;
    let flawed = written(scratch.path(), "flawed", 100, Flaws { misspelt_one_in: 100, open_one_in: 5, untidy: false })?;
    findings(&flawed)?;
    every_control(&flawed, "6,000 files, 1 tenant in 5 open", None)?;
    let untidy = written(scratch.path(), "untidy", 100, Flaws { untidy: true, ..Flaws::default() })?;
    let measured = measure(21, caplint(&untidy.folders, CONCISE_EACH), reference(&untidy.folders)?)?;
    table::ratio("6,000 files, 1 in 5 with something to tidy up: time", &measured, None);
    every_control(&untidy, "6,000 files, 1 in 5 with something to tidy up", None)?;
    unsorted::both(scratch.path())?;
    keystroke::keystroke(scratch.path())?;
    one_plan(&scratch.path().join("plan.json"))?;
    one_root(&scratch.path().join("root"))?;
    one_list(&scratch.path().join("policies.json"), if large { 100 } else { 10 })?;
    one_log(&clean, &scratch.path().join("sign-ins.jsonl"), if large { 1_000_000 } else { 100_000 })?;
    // 2 million memberships of 200,000 users in 20,000 groups, or a tenth of that.
    one_directory(&scratch.path().join("directory"), if large { 10 } else { 1 })?;
    if large {
        let many = written(scratch.path(), "many", 2_000, Flaws::default())?;
        many_tenants(&many, "120,000 files", 7)?;
        growth(&clean, &many)?;
    }
    Ok(())
}

fn caplint(paths: &[PathBuf], options: &[&str]) -> Subject {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.args(["check", "--isolated", "--today", "2026-06-01"]).args(options).args(paths);
    // Findings are no failure.
    Subject { command, codes: &[0, 1] }
}

fn reference(paths: &[PathBuf]) -> io::Result<Subject> {
    Ok(Subject { command: reference::command(paths)?, codes: &[0] })
}

/// A corpus that both programs have read to the last file, and of which caplint says what is true.
fn written(scratch: &Path, name: &str, tenants: usize, flaws: Flaws) -> io::Result<Corpus> {
    let corpus = Corpus::write(scratch.join(name), tenants, flaws)?;
    let files = corpus.files;
    let counts = count(
        caplint(&corpus.folders, &["--format", "json", "--tenant-per-path"]).command,
        [&format!("\"files\": {files},"), "\"verdict\": \"enforced-except\"", "\"rule\": \"invalid-value\""],
    )?;
    let expected = [1, tenants - corpus.open, corpus.damaged.len()];
    let parsed = count(reference::command(&corpus.folders)?, [&files.to_string()])?;
    if counts != expected || parsed != [1] {
        let counted = "summaries of all files, tenants with an exception, misspelt policies";
        let problem = format!("{name}: caplint tells of {counts:?} instead of {expected:?} ({counted})");
        return Err(io::Error::other(format!("{problem}; the reference of {parsed:?} instead of [1]")));
    }
    table::corpus(name, &corpus);
    Ok(corpus)
}

/// How many lines of the output hold each text. Line by line: what this program holds counts as held by its children.
fn count<const TEXTS: usize>(mut command: Command, texts: [&str; TEXTS]) -> io::Result<[usize; TEXTS]> {
    let mut child = command.stdout(Stdio::piped()).spawn()?;
    let mut counts = [0; TEXTS];
    for line in io::BufReader::new(child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?).lines() {
        let line = line?;
        for (count, text) in counts.iter_mut().zip(texts) {
            *count += usize::from(line.contains(text));
        }
    }
    child.wait()?;
    Ok(counts)
}

fn many_tenants(corpus: &Corpus, size: &str, pairs: usize) -> io::Result<()> {
    let folders = &corpus.folders;
    let measured = measure(pairs, caplint(folders, CONCISE_EACH), reference(folders)?)?;
    table::ratio(&format!("{size}, 60 a tenant: time"), &measured, Some(0.65));
    table::figure(&format!("{size}, 60 a tenant: peak memory, MiB"), measured.peak_mib, Some(24.0));
    Ok(())
}

/// Every control that caplint has, against one.
fn every_control(corpus: &Corpus, size: &str, goal: Option<f64>) -> io::Result<()> {
    let folders = &corpus.folders;
    let measured = measure(21, caplint(folders, EVERY_CONTROL_EACH), caplint(folders, CONCISE_EACH))?;
    table::ratio(&format!("{size}: every control against one, time"), &measured, goal);
    Ok(())
}

/// A tenant with its users and the members of its groups, against parsing them.
fn one_directory(folder: &Path, size: usize) -> io::Result<()> {
    directory::write(folder, 20_000 * size, 2_000 * size)?;
    let folder = [folder.to_owned()];
    let measured = measure(11, caplint(&folder, CONCISE), reference(&folder)?)?;
    table::ratio(&format!("a directory of {} users, with members: time", 20_000 * size), &measured, Some(3.0));
    table::figure("a directory: peak memory, MiB", measured.peak_mib, (size == 10).then_some(1_024.0));
    Ok(())
}

fn one_tenant(corpus: &Corpus) -> io::Result<()> {
    let root = std::slice::from_ref(&corpus.root);
    let measured = measure(21, caplint(root, CONCISE), reference(root)?)?;
    table::ratio("the same files as one tenant: time", &measured, None);
    table::figure("the same files as one tenant: peak memory, MiB", measured.peak_mib, None);
    Ok(())
}

/// Starting up, against a program that does nothing. Returns what the page shows.
fn one_file(corpus: &Corpus, scratch: &Path) -> io::Result<Vec<Row>> {
    let Some(hello) = reference::hello_world(scratch)? else {
        table::note("one clean file: left out, there is no rustc to build a hello world with");
        return Ok(Vec::new());
    };
    let hello = || Subject { command: Command::new(&hello), codes: &[0] };
    let file = std::slice::from_ref(&corpus.clean_file);
    let measured = measure(101, caplint(file, CONCISE), hello())?;
    table::figure("one clean file: peak memory, MiB", measured.peak_mib, None);
    let one = Row::told("one clean file / hello world: time", measured, Some(2.0));
    let measured = measure(101, caplint(file, EVERY_CONTROL), hello())?;
    let every = Row::told("one clean file, every control / hello world: time", measured, Some(2.5));
    let measured = measure(41, caplint(&corpus.folders[..1], CONCISE), hello())?;
    let tenant = Row::told("one tenant of 60 files / hello world: time", measured, None);
    Ok(vec![one, every, tenant])
}

fn findings(corpus: &Corpus) -> io::Result<()> {
    let folders = &corpus.folders;
    let measured = measure(21, caplint(folders, CONCISE_EACH), reference(folders)?)?;
    table::ratio("6,000 files, 1 % misspelt, 1 tenant in 5 open: time", &measured, None);
    let measured = measure(41, caplint(folders, SARIF_EACH), caplint(folders, CONCISE_EACH))?;
    table::ratio("the same as SARIF / as concise: time", &measured, Some(1.1));
    Ok(())
}

/// A Terraform plan of one tenant, against reading it twice.
fn one_plan(path: &Path) -> io::Result<()> {
    let policies = corpus::tenant_as_values(0)?;
    let resources = terraform::resources(&terraform::AZUREAD, &policies);
    let resources = resources.ok_or_else(|| io::Error::other("azuread cannot express one of the policies"))?;
    std::fs::write(path, terraform::plan(&resources))?;
    let paths = [path.to_owned(), path.to_owned()];
    let measured = measure(101, caplint(&paths[..1], CONCISE), reference(&paths)?)?;
    table::ratio("one plan of 60 policies / reading it twice: time", &measured, Some(1.0));
    table::figure("one plan of 60 policies: peak memory, MiB", measured.peak_mib, None);
    Ok(())
}

/// A root module of Terraform that reads 500 policies from YAML files, against the same policies in JSON.
fn one_root(folder: &Path) -> io::Result<()> {
    const COUNT: usize = 500;
    let tenants: Vec<Vec<_>> =
        (0..=COUNT / corpus::POLICIES).map(corpus::tenant_as_values).collect::<Result<_, _>>()?;
    let policies: Vec<_> = tenants.into_iter().flatten().take(COUNT).collect();
    let as_json = folder.join("json");
    std::fs::create_dir_all(&as_json)?;
    for (index, policy) in policies.iter().enumerate() {
        std::fs::write(as_json.join(format!("{index:03}.json")), serde_json::to_string_pretty(policy)?)?;
    }
    let as_code = folder.join("code");
    for (name, text) in variants_as_code::in_yaml_files(&serde_json::json!({ "policies": policies })) {
        let path = as_code.join(name);
        std::fs::create_dir_all(path.parent().unwrap_or(&as_code))?;
        std::fs::write(path, text)?;
    }
    let told = format!("\"policies\": {COUNT},");
    for path in [&as_json, &as_code] {
        let counted = count(caplint(std::slice::from_ref(path), &["--format", "json"]).command, [told.as_str()])?;
        if counted != [1] {
            return Err(io::Error::other(format!("{}: caplint reads other than {COUNT} policies", path.display())));
        }
    }
    let measured = measure(41, caplint(&[as_code], CONCISE), caplint(&[as_json], CONCISE))?;
    table::ratio("500 policies over YAML / as JSON: time", &measured, Some(3.0));
    table::figure("500 policies over YAML: peak memory, MiB", measured.peak_mib, None);
    Ok(())
}

fn one_list(path: &Path, megabytes: usize) -> io::Result<()> {
    #[allow(clippy::cast_precision_loss, reason = "nothing here is that large")]
    let mib = corpus::write_list(path, megabytes * 1_000_000)? as f64 / f64::from(1 << 20);
    let paths = [path.to_owned()];
    table::note("");
    let measured = measure(7, caplint(&paths, CONCISE), reference(&paths)?)?;
    table::ratio(&format!("one list of {megabytes} MB: time"), &measured, None);
    // In a small list, what any run needs weighs too much to be held against a goal.
    let goal = (megabytes >= 100).then_some(1.5);
    table::figure(&format!("one list of {megabytes} MB: peak memory / its size"), measured.peak_mib / mib, goal);
    Ok(())
}

/// A sign-in log through the policies of a tenant, against parsing its rows.
fn one_log(corpus: &Corpus, path: &Path, rows: usize) -> io::Result<()> {
    sign_ins::write(path, rows)?;
    let subject = |options: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
        command.args(["replay", "--isolated"]).arg(path).arg(&corpus.folders[0]).args(options);
        Subject { command, codes: &[0, 1] }
    };
    let told = format!("\"replayed\": {rows},");
    let counted = count(subject(&["--format", "json"]).command, [told.as_str()])?;
    let parsed = count(reference::rows_command(path)?, [&rows.to_string()])?;
    if (counted, parsed) != ([1], [1]) {
        return Err(io::Error::other(format!("{}: caplint replays other than {rows} sign-ins", path.display())));
    }
    let reference = || io::Result::Ok(Subject { command: reference::rows_command(path)?, codes: &[0] });
    let pairs = if rows > 100_000 { 3 } else { 11 };
    table::note("");
    let measured = measure(pairs, subject(&[]), reference()?)?;
    table::ratio(&format!("{rows} sign-ins replayed / parsing them: time"), &measured, Some(2.0));
    table::figure("the same: peak memory, MiB", measured.peak_mib, Some(64.0));
    let measured = measure(pairs, subject(&["--verify"]), reference()?)?;
    table::ratio("the same with --verify: time", &measured, None);
    std::fs::remove_file(path)
}

/// The exponent of time over files: 1 is in proportion.
fn growth(few: &Corpus, many: &Corpus) -> io::Result<()> {
    let measured = measure(7, caplint(&many.folders, CONCISE_EACH), caplint(&few.folders, CONCISE_EACH))?;
    #[allow(clippy::cast_precision_loss, reason = "nothing here is that large")]
    let times = many.files as f64 / few.files as f64;
    table::ratio("120,000 files / 6,000 files: time", &measured, None);
    table::figure("the exponent of that growth", measured.ratio().ln() / times.ln(), Some(1.05));
    Ok(())
}
