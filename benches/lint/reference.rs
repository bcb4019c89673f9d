//! What caplint is held against: the least that any program must do that reads the same files.

use std::io::{self, BufRead as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Hidden first argument that makes this program the reference.
pub(crate) const ARGUMENT: &str = "--reference";

/// Walks, reads and parses on one thread, and prints how many documents there were.
#[allow(clippy::print_stdout, reason = "for the program that started this one")]
pub(crate) fn run(paths: impl Iterator<Item = String>) -> io::Result<()> {
    let mut documents = 0;
    for path in paths {
        for entry in walkdir::WalkDir::new(path) {
            let entry = entry?;
            if entry.file_type().is_file() {
                let value: serde_json::Value = serde_json::from_slice(&std::fs::read(entry.path())?)?;
                documents += usize::from(value.is_object());
            }
        }
    }
    println!("{documents}");
    Ok(())
}

/// Hidden first argument for parsing the rows of a log.
pub(crate) const ROWS: &str = "--reference-rows";

/// Reads JSON lines and parses each row on one thread, and prints how many there were.
#[allow(clippy::print_stdout, reason = "for the program that started this one")]
pub(crate) fn run_rows(paths: impl Iterator<Item = String>) -> io::Result<()> {
    let mut rows = 0;
    for path in paths {
        let mut reader = io::BufReader::with_capacity(1 << 18, std::fs::File::open(path)?);
        let mut line = String::new();
        while reader.read_line(&mut line)? > 0 {
            let value: serde_json::Value = serde_json::from_str(&line)?;
            rows += usize::from(value.is_object());
            line.clear();
        }
    }
    println!("{rows}");
    Ok(())
}

/// Starts that.
pub(crate) fn rows_command(path: &Path) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ROWS).arg(path);
    Ok(command)
}

/// Starts it.
pub(crate) fn command(paths: &[PathBuf]) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ARGUMENT).args(paths);
    Ok(command)
}

/// The least that a process does. None without a compiler at hand.
pub(crate) fn hello_world(scratch: &Path) -> io::Result<Option<PathBuf>> {
    let (source, program) = (scratch.join("hello.rs"), scratch.join("hello"));
    std::fs::write(&source, "fn main() {\n    println!(\"hello\");\n}\n")?;
    let status = Command::new("rustc").arg("-O").arg("-o").args([&program, &source]).status();
    Ok(status.is_ok_and(|status| status.success()).then_some(program))
}
