//! From pointers to lines: the files that findings point into are read once more.

use super::TenantReader;
use crate::dialect;
use crate::discover::Candidate;
use crate::finding::{Document, Draft, Finding, Located, Location, locate};
use crate::policy::FileIndex;
use crate::source;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::{BTreeMap, HashMap};

impl TenantReader<'_> {
    /// Reads the files that drafts point into once more, one after the other on each thread, so that no more than a text
    /// a thread is held. A file that has changed in between loses its excerpt, no more.
    pub(super) fn locate_in(
        &self,
        tenant: &str,
        paths: &BTreeMap<FileIndex, Candidate>,
        drafts: Vec<Draft>,
    ) -> Vec<Finding> {
        let config = self.options.config.path.clone().map(Candidate::File);
        let candidate = |document: Document| match document {
            Document::File(file) => paths.get(&file),
            Document::Config => config.as_ref(),
        };
        let mut wanted: BTreeMap<Document, Vec<(usize, usize)>> = BTreeMap::new();
        for (at, draft) in drafts.iter().enumerate() {
            for (number, label) in draft.labels.iter().enumerate() {
                wanted.entry(label.document).or_default().push((at, number));
            }
        }
        let path_of = |document: Document| candidate(document).map(Candidate::shown).unwrap_or_default();
        let in_document = |(document, labels): (Document, Vec<(usize, usize)>)| -> Vec<((usize, usize), Location)> {
            let text = candidate(document).and_then(|candidate| source::decode(candidate.bytes().ok()?).ok());
            let Some(text) = text else { return Vec::new() };
            let path = path_of(document);
            let located = Located::new(text.as_str(), &path, self.hashes(Some(&text))).showing(dialect::showing(
                &path,
                text.as_str(),
                true,
            ));
            let place = |(at, number): (usize, usize)| located.location(&drafts[at].labels[number], number == 0);
            labels.into_iter().map(|label| (label, place(label))).collect()
        };
        let mut places: HashMap<(usize, usize), Location> = if self.options.parallel {
            wanted.into_par_iter().flat_map_iter(in_document).collect()
        } else {
            wanted.into_iter().flat_map(in_document).collect()
        };
        locate(drafts, tenant, |at, label| places.remove(&at).ok_or_else(|| path_of(label.document)))
    }
}

/// Gives findings that say the same of the same subject fingerprints of their own.
pub(super) fn distinguish(findings: &mut [Finding]) {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for finding in findings {
        let count = seen.entry(finding.identity.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = format!("{}:{count}", finding.fingerprint);
            finding.identity = format!("{}:{count}", finding.identity);
        }
    }
}
