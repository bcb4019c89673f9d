//! `caplint doc`

use super::error::RunError;
use super::selection::{Selection, Wanted};
use super::words::by_its_words;
use super::{FAILED, say};
use crate::finding::{Finding, visible};
use crate::outcome::TenantReport;
use crate::report::doc::{Format, write};
use crate::rules;
use crate::tenant::Assumed;
use std::io::{BufWriter, Write};

#[derive(clap::Args)]
#[command(mut_arg("benchmark", |argument| argument.help(
    "Judge the controls of a benchmark, or all; can be repeated [default: the configuration's, or all]"
)))]
pub(super) struct Arguments {
    #[command(flatten)]
    selection: Selection,

    /// Format of standard output
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,
}

by_its_words!(Format);

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let wanted = Wanted { cards: true, ..Wanted::FINDINGS };
    let prepared = arguments.selection.prepare()?;
    let mut tenants = prepared.all(&wanted)?;
    let mut assumed = Assumed::default();
    for tenant in &tenants {
        assumed.add(&tenant.assumed);
    }
    prepared.check_assumed(&assumed)?;
    if let Some(empty) = tenants.iter().find(|tenant| tenant.cards.is_empty()) {
        return Err(RunError::NoPolicies { name: crate::finding::quoted(&empty.name) });
    }
    if prepared.redacts() {
        tenants.iter_mut().for_each(TenantReport::redact);
    }
    let findings = tenants.iter().flat_map(|tenant| &tenant.findings);
    let unread: Vec<&Finding> = findings.filter(|finding| rules::is_of_unread_file(finding)).collect();
    let mut out = BufWriter::new(std::io::stdout().lock());
    write(&tenants, arguments.format, &mut out).and_then(|()| out.flush()).map_err(RunError::Output)?;
    // Nobody sees in the text what is not in it.
    for finding in &unread {
        say(visible(&super::unread(finding, "its policies are not described")));
    }
    Ok(if unread.is_empty() { 0 } else { FAILED })
}
