//! The map of a tenant as reports show it.

use super::Options;
use crate::coverage;
use crate::discover::Candidate;
use crate::finding::PolicyRef;
use crate::map::{self, Cell};
use crate::outcome::{FileReport, MapCell, MapRow};
use crate::policy::FileIndex;
use crate::rules::{self, TenantFacts};
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

/// What the tenant asks of whom.
pub(super) fn rows(facts: &TenantFacts<'_>, options: &Options) -> Vec<MapRow> {
    let assumptions = options.config.assumptions_on(options.today);
    let rows =
        map::draw(facts.tenant, options.cloud, coverage::Options { assumptions, ..coverage::Options::default() });
    let cell = |cell: Cell| MapCell {
        asked: cell.asked,
        perhaps_more: cell.perhaps_more,
        by: cell.by.iter().map(|index| PolicyRef::to(&facts.tenant[*index])).collect(),
        by_defaults: cell.by_defaults,
        exceptions: cell.exceptions,
        example: cell.witness.map(|witness| rules::control::sign_in(facts, &witness.requirement, &witness.hole)),
    };
    let row = |row: map::Row| MapRow {
        target: row.target,
        who: row.who,
        cells: row.cells.into_iter().map(|(client, known)| (client, known.map(cell))).collect(),
    };
    rows.into_iter().map(row).collect()
}

/// Adds the hash of each file, which is read once more.
pub(super) fn add_hashes(files: &mut [(FileIndex, FileReport)], paths: &BTreeMap<FileIndex, Candidate>) {
    for (file, report) in files {
        let bytes = paths.get(file).and_then(|candidate| candidate.bytes().ok());
        report.sha256 = bytes.map(|bytes| HEXLOWER.encode(&Sha256::digest(&bytes)));
    }
}
