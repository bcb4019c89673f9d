//! `caplint lsp`

use super::error::RunError;
use super::fix::Chosen;
use super::selection::{Selection, Wanted};
use crate::config;
use crate::coverage::Ways;
use crate::discover::Overlay;
use crate::finding::Finding;
use crate::fix;
use crate::lint::Settler;
use crate::outcome::TenantReport;
use crate::rules;
use crate::server::{self, Checked, Checks, Failure, Stopped};
use lsp_server::Connection;
use miette::Diagnostic;
use std::path::{Path, PathBuf};

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Speak on standard input and output, which is the only way there is; for editors that say so
    #[arg(long, hide = true)]
    stdio: bool,
}

/// What is asked of a run.
const WANTED: Wanted = Wanted { help: true, ..Wanted::FINDINGS };

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let (connection, threads) = Connection::stdio();
    let result = server::run(&connection, &Folders { selection: &arguments.selection });
    // The thread that writes ends when nobody can send to it any more.
    drop(connection);
    match result {
        // An editor that ends without a word takes its server with it. What is no message ends the thread that reads.
        Ok(()) | Err(Stopped::Closed) => {
            threads.join().map(|()| 0).map_err(|error| RunError::Server(Stopped::Input(error)))
        }
        Err(Stopped::Exit) => Ok(1),
        Err(stopped @ (Stopped::Message(_) | Stopped::Input(_))) => Err(RunError::Server(stopped)),
    }
}

/// Checks a folder as the commands do that are run in it.
struct Folders<'s> {
    selection: &'s Selection,
}

impl Folders<'_> {
    /// The tenants of a folder, settled.
    fn tenants(&self, folder: &Path, open: &Overlay, outline: bool) -> Result<Vec<TenantReport>, RunError> {
        enter(folder)?;
        let prepared = self.selection.prepare_over(open)?;
        let baseline = prepared.baseline(None)?;
        let ways = if baseline.is_some() { Ways::Listed } else { Ways::Mentioned };
        let mut settler = Settler::new(prepared.settling(baseline.as_ref(), true, true));
        let mut tenants = prepared.all(&Wanted { ways, outline, ..WANTED })?;
        for tenant in &mut tenants {
            settler.tenant(tenant);
            rules::together(&mut tenant.findings);
        }
        // How much is not reported is for people who read a whole report.
        let _ = settler.end(tenants.last_mut());
        if prepared.redacts() {
            tenants.iter_mut().for_each(TenantReport::redact);
        }
        Ok(tenants)
    }
}

impl Checks for Folders<'_> {
    fn check(&self, folder: &Path, open: &Overlay, outline: bool) -> Result<Checked, Failure> {
        let mut checked = Checked::default();
        for tenant in self.tenants(folder, open, outline).map_err(|error| failure(&error))? {
            checked.findings.extend(tenant.findings);
            checked.outlines.extend(tenant.outline);
        }
        Ok(checked)
    }

    fn objection(&self, folder: &Path, open: &Overlay, finding: &Finding) -> Result<Option<&'static str>, Failure> {
        let objection = || {
            enter(folder)?;
            let assumptions = self.selection.prepare_over(open)?.assumptions();
            fix::objection(&Chosen::new(self.selection, assumptions), open, finding)
        };
        objection().map_err(|error| failure(&error))
    }

    fn config(&self, folder: &Path) -> Option<PathBuf> {
        self.selection.config_path(folder).or_else(|| config::find(folder))
    }
}

/// Commands are run in a folder, and their paths count from there.
fn enter(folder: &Path) -> Result<(), RunError> {
    std::env::set_current_dir(folder).map_err(|error| RunError::Path { path: folder.to_owned(), error })
}

fn failure(error: &RunError) -> Failure {
    let place = if let RunError::Config { place, .. } = error {
        Some(place.offset()..place.offset() + place.len())
    } else {
        None
    };
    let help = error.help().map(|help| help.to_string()).unwrap_or_default();
    Failure { message: error.to_string(), help, place }
}
