//! Speed and memory as ratios against a reference that is measured in the same run, turn by turn:
//! walkdir, read, `serde_json::from_slice::<Value>`, on one thread.
//!
//! `cargo bench`; with `CAPLINT_BENCH_LARGE=1` also 120,000 files and a list of 100 MB.

#![allow(clippy::print_stdout)]

mod corpus;
mod measure;

use measure::{Measured, measure};
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Hidden first argument that makes this program the reference.
const REFERENCE: &str = "--reference";

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == REFERENCE) {
        return reference(&arguments[1..]);
    }
    let large = std::env::var_os("CAPLINT_BENCH_LARGE").is_some();
    let scratch = tempfile::tempdir()?;
    println!("{} processors; figures are medians of paired runs (smallest..largest)\n", threads());

    let folders = corpus::folders(&scratch.path().join("medium"), 100)?;
    let medium = many_tenants(&folders)?;
    one_tenant(&scratch.path().join("medium"))?;
    sarif(&folders)?;
    one_file(scratch.path(), &folders[0])?;
    let megabytes = if large { 100 } else { 10 };
    one_list(&scratch.path().join("list.json"), megabytes)?;
    if large {
        let folders = corpus::folders(&scratch.path().join("large"), 2_000)?;
        let large = many_tenants(&folders)?;
        let growth = (large.wall / medium.wall).ln() / 20_f64.ln();
        verdict("growth of time from 6,000 to 120,000 files (exponent)", growth, Some(1.05));
    }
    Ok(())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The reference program.
fn reference(paths: &[String]) -> io::Result<()> {
    let mut documents = 0;
    for path in paths {
        for entry in walkdir::WalkDir::new(path) {
            let entry = entry.map_err(io::Error::other)?;
            if entry.file_type().is_file() {
                let value: serde_json::Value = serde_json::from_slice(&std::fs::read(entry.path())?)?;
                documents += usize::from(value.is_object());
            }
        }
    }
    println!("{documents}");
    Ok(())
}

fn reference_over(paths: &[PathBuf]) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(REFERENCE).args(paths);
    Ok(command)
}

fn caplint(paths: &[PathBuf], options: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_caplint"));
    command.arg("check").args(options).args(paths);
    command
}

fn many_tenants(folders: &[PathBuf]) -> io::Result<Measured> {
    let pairs = if folders.len() > 500 { 5 } else { 15 };
    let options = ["--tenant-per-path", "--format", "concise"];
    let measured = measure(pairs, &mut caplint(folders, &options), &mut reference_over(folders)?)?;
    let files = folders.len() * corpus::POLICIES;
    measured.print(&format!("{files} files, a tenant each 60: wall time / reference"), Some(0.65));
    verdict(&format!("{files} files, a tenant each 60: peak memory, MiB"), measured.peak_mib, Some(24.0));
    Ok(measured)
}

fn one_tenant(folder: &Path) -> io::Result<()> {
    let folder = [folder.to_owned()];
    let measured = measure(9, &mut caplint(&folder, &["--format", "concise"]), &mut reference_over(&folder)?)?;
    measured.print("6000 files, one tenant: wall time / reference", Some(0.65));
    verdict("6000 files, one tenant: peak memory, MiB", measured.peak_mib, None);
    Ok(())
}

fn sarif(folders: &[PathBuf]) -> io::Result<()> {
    let formatted = |format| caplint(folders, &["--tenant-per-path", "--format", format]);
    let measured = measure(9, &mut formatted("sarif"), &mut formatted("concise"))?;
    measured.print("6000 files, 1 % misspelt: SARIF / concise", None);
    Ok(())
}

fn one_file(scratch: &Path, folder: &Path) -> io::Result<()> {
    let hello = scratch.join("hello");
    let source = scratch.join("hello.rs");
    std::fs::write(&source, "fn main() { println!(\"hello\"); }")?;
    if !Command::new("rustc").arg("-O").arg("-o").args([&hello, &source]).status()?.success() {
        println!("one clean file: no rustc at hand for the hello-world binary");
        return Ok(());
    }
    // Nothing to find in it, and nothing to judge beyond the file.
    let file = [folder.join("CA000.json")];
    let mut check = caplint(&file, &["--scope", "file", "--format", "concise"]);
    measure(60, &mut check, &mut Command::new(&hello))?.print("one clean file / hello world", Some(4.0));
    let mut judged = caplint(&[folder.to_owned()], &["--format", "concise"]);
    measure(60, &mut judged, &mut Command::new(&hello))?.print("one tenant of 60 files / hello world", None);
    Ok(())
}

fn one_list(path: &Path, megabytes: usize) -> io::Result<()> {
    corpus::list(path, megabytes << 20)?;
    let paths = [path.to_owned()];
    let measured = measure(5, &mut caplint(&paths, &["--format", "concise"]), &mut reference_over(&paths)?)?;
    measured.print(&format!("one list of {megabytes} MiB: wall time / reference"), None);
    #[allow(clippy::cast_precision_loss)]
    let times = measured.peak_mib / megabytes as f64;
    // Below that size what any run needs weighs too much.
    verdict(&format!("one list of {megabytes} MiB: peak memory / its size"), times, (megabytes >= 100).then_some(1.5));
    Ok(())
}

fn verdict(what: &str, figure: f64, goal: Option<f64>) {
    println!("{what:66} {figure:6.2}{}", measure::held_against(figure, goal));
}
