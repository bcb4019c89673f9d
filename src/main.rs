//! The `caplint` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    caplint::cli::main()
}
