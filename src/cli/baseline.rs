//! `caplint baseline write`, `caplint baseline prune` and `caplint baseline path`

use super::atomic;
use super::error::RunError;
use super::selection::{self, Selection, Wanted};
use crate::baseline::Baseline;
use crate::coverage::Ways;
use crate::lint;
use crate::outcome::TenantReport;
use crate::rules;
use std::io::Write;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Record every finding of this run, so that only new findings fail
    Write(Details),
    /// Remove findings that no longer occur, without adding any
    Prune(Details),
    /// Print the path of the baseline that a check would read, even if it does not exist
    Path {
        /// The configuration [default: the nearest caplint.toml, from the working directory upward]
        #[arg(long, value_name = "FILE")]
        config: Option<PathBuf>,
    },
}

#[derive(clap::Args)]
struct Details {
    #[command(flatten)]
    selection: Selection,

    /// The file [default: caplint-baseline.json next to the configuration]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let (details, is_new) = match &arguments.action {
        Action::Write(details) => (details, true),
        Action::Prune(details) => (details, false),
        Action::Path { config } => {
            let path = selection::config(config.as_deref(), false)?.0.baseline_path();
            let path = crate::finding::visible(&path.to_string_lossy());
            writeln!(std::io::stdout().lock(), "{path}").map_err(RunError::Output)?;
            return Ok(0);
        }
    };
    let wanted = Wanted { ways: Ways::Listed, ..Wanted::FINDINGS };
    let prepared = details.selection.prepare()?;
    let mut tenants = prepared.all(&wanted)?;
    let mut assumed = crate::tenant::Assumed::default();
    for tenant in &tenants {
        assumed.add(&tenant.assumed);
    }
    prepared.check_assumed(&assumed)?;
    if let Some(empty) = tenants.iter().find(|tenant| tenant.is_empty && details.selection.judges_tenants()) {
        return Err(RunError::Empty { name: crate::finding::quoted(&empty.name) });
    }
    lint::settle(&mut tenants, prepared.settling(None, true, true));
    let findings = || tenants.iter().flat_map(|tenant| &tenant.findings);
    let path = prepared.baseline_path(details.baseline.as_deref());
    let file = crate::finding::visible(&path.to_string_lossy());
    let are = |number: usize, is: &str, are: &str| match number {
        1 => format!("1 finding {is}"),
        number => format!("{number} findings {are}"),
    };
    let said = if is_new {
        save(&path, &Baseline::of(findings()))?;
        // As many as a check then says are in the baseline.
        let recorded = findings().count();
        let said = format!("{} in {file}", are(recorded, "is", "are"));
        match shown(&mut tenants) {
            shown if shown == recorded => said,
            shown => format!("{said}; reports show {shown}, because they put findings of one kind together"),
        }
    } else {
        let Some(mut baseline) = prepared.baseline(Some(&path))? else { return Ok(0) };
        let gone = baseline.prune(findings());
        save(&path, &baseline)?;
        let remain = if baseline.len() == 1 { "remains" } else { "remain" };
        format!("{}, {} {remain} in {file}", are(gone, "was removed", "were removed"), baseline.len())
    };
    writeln!(std::io::stdout().lock(), "{said}").map_err(RunError::Output)?;
    Ok(0)
}

/// How many findings a report shows of these, which it puts together as far as one sentence says them.
fn shown(tenants: &mut [TenantReport]) -> usize {
    for tenant in tenants.iter_mut() {
        rules::together(&mut tenant.findings);
    }
    tenants.iter().map(|tenant| tenant.findings.len()).sum()
}

fn save(path: &Path, baseline: &Baseline) -> Result<(), RunError> {
    let written = atomic::write(path, |out| out.write_all(baseline.text().as_bytes()));
    written.map_err(|error| RunError::Report { path: path.to_owned(), error })
}
