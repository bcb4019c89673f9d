//! `cargo xtask new KIND NAME` writes what a new rule, control, dialect or format begins with.

mod list;
mod new;

use new::Kind;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

const USAGE: &str =
    "usage: cargo xtask new rule|control|dialect|format NAME\n\nNAME is in kebab-case, as in unknown-value.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let said = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["new", kind, name] => Kind::of(kind).ok_or_else(|| USAGE.to_owned()).and_then(|kind| create(kind, name)),
        ["help" | "-h" | "--help"] => Ok(USAGE.to_owned()),
        _ => Err(USAGE.to_owned()),
    };
    match said {
        // If nobody reads it, nothing is lost.
        Ok(text) => _ = writeln!(std::io::stdout(), "{text}"),
        Err(text) => {
            eprintln!("{text}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn create(kind: Kind, name: &str) -> Result<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().ok_or("xtask lies in no folder")?;
    let done = new::create(root, kind, name)?;
    let written: Vec<String> = done.written.iter().map(|path| format!("  {path}\n")).collect();
    let left: Vec<String> = done.left.iter().zip(1..).map(|(step, number)| format!("\n  {number}. {step}")).collect();
    Ok(format!("Written:\n{}\nLeft to do:{}", written.concat(), left.concat()))
}
