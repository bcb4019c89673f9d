//! From pointers to lines: the files that findings point into are read once more.

use super::TenantReader;
use crate::dialect;
use crate::discover::{self, Candidate};
use crate::finding::{Document, Draft, DraftFix, Finding, Fix, Label, Located, Location, Spot, locate};
use crate::policy::FileIndex;
use crate::source::{self, LineHashes, Text};
use crate::tenant::Tenant;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;

/// So many files are read sooner than threads are started.
const FEW: usize = 4;

/// What is said of a file on which a finding about the whole tenant stands.
pub(super) const OF_TENANT: &str = "a file of this tenant";

impl TenantReader<'_> {
    /// Finds the places of drafts, and the edits of their fixes in files that are a source of their policies.
    pub(super) fn locate_in(
        &self,
        tenant: &str,
        paths: &BTreeMap<FileIndex, Candidate>,
        sources: &BTreeSet<FileIndex>,
        drafts: Vec<Draft>,
    ) -> Vec<Finding> {
        let mut fixes = self.fixes(paths, sources, &drafts);
        let labels = drafts.iter().enumerate().flat_map(|(at, draft)| {
            draft.labels.iter().enumerate().map(move |(number, label)| ((at, number), label, number == 0))
        });
        let mut places = self.places(paths, labels);
        let place = |at, label: &Label| places.remove(&at).ok_or_else(|| self.path_of(paths, label.document));
        locate(drafts, tenant, place, |at, _| fixes.remove(&at))
    }

    /// The edits of fixes, by the numbers of their drafts.
    fn fixes(
        &self,
        paths: &BTreeMap<FileIndex, Candidate>,
        sources: &BTreeSet<FileIndex>,
        drafts: &[Draft],
    ) -> HashMap<usize, Fix> {
        let mut wanted: BTreeMap<Document, Vec<(usize, &DraftFix)>> = BTreeMap::new();
        for (at, fix) in drafts.iter().enumerate().filter_map(|(at, draft)| Some((at, draft.fix.as_deref()?))) {
            let is_source = match fix.document {
                Document::File(file) => sources.contains(&file),
                Document::Config => true,
            };
            if is_source {
                wanted.entry(fix.document).or_default().push((at, fix));
            }
        }
        let in_document = |(document, fixes): (Document, Vec<(usize, &DraftFix)>)| -> Vec<(usize, Fix)> {
            let Some(text) = self.text(paths, document) else { return Vec::new() };
            let path = self.path_of(paths, document);
            let located = Located::new(text.as_str(), &path, LineHashes::default());
            fixes.into_iter().filter_map(|(at, fix)| Some((at, located.fix(fix)?))).collect()
        };
        wanted.into_iter().flat_map(in_document).collect()
    }

    /// What stands in a document now.
    fn text(&self, paths: &BTreeMap<FileIndex, Candidate>, document: Document) -> Option<Text> {
        let bytes = match document {
            Document::File(file) => paths.get(&file)?.bytes(),
            Document::Config => self.options.overlay.over(Candidate::File(self.options.config.path.clone()?)).bytes(),
        };
        source::decode(bytes.ok()?).ok()
    }

    /// The places of labels, each by a key, and whether it is the primary one. The files that they point into are read once
    /// more, one after the other on each thread, so that no more than a text a thread is held. Of a file that has changed in
    /// between, and of one that is gone, there is none.
    pub(super) fn places<'l, K: Copy + Eq + Hash + Send + Sync>(
        &self,
        paths: &BTreeMap<FileIndex, Candidate>,
        labels: impl Iterator<Item = (K, &'l Label, bool)>,
    ) -> HashMap<K, Location> {
        let mut wanted: BTreeMap<Document, Vec<(K, &Label, bool)>> = BTreeMap::new();
        for label in labels {
            wanted.entry(label.1.document).or_default().push(label);
        }
        let in_document = |(document, labels): (Document, Vec<(K, &Label, bool)>)| -> Vec<(K, Location)> {
            let Some(text) = self.text(paths, document) else { return Vec::new() };
            let path = self.path_of(paths, document);
            let located = Located::new(text.as_str(), &path, self.hashes(Some(&text))).showing(dialect::showing(
                &path,
                text.as_str(),
                true,
            ));
            labels.into_iter().map(|(key, label, primary)| (key, located.location(label, primary))).collect()
        };
        if self.options.parallel && wanted.len() > FEW {
            wanted.into_par_iter().flat_map_iter(in_document).collect()
        } else {
            wanted.into_iter().flat_map(in_document).collect()
        }
    }

    pub(super) fn path_of(&self, paths: &BTreeMap<FileIndex, Candidate>, document: Document) -> String {
        let shown = match document {
            Document::File(file) => paths.get(&file).map(Candidate::shown),
            Document::Config => self.options.config.path.as_deref().map(discover::shown),
        };
        shown.unwrap_or_default()
    }
}

impl TenantReader<'_> {
    /// Where a finding stands that no line explains: the tenant's entry in the configuration, else a file of the tenant, else the
    /// configuration. Code scanning and annotations need a file that exists.
    pub(super) fn anchor(&self, tenant: &Tenant, paths: &BTreeMap<FileIndex, Candidate>) -> Option<Label> {
        if let Some(entry) = &self.options.entry {
            return Some(Label::in_config(entry.clone(), "this tenant"));
        }
        let whole =
            |document, message: &str| Label { document, spot: Spot::File, message: message.to_owned(), by: None };
        let file = first_file(tenant, paths).map(|file| whole(Document::File(file), OF_TENANT));
        let config = || self.options.config.path.as_ref().map(|_| whole(Document::Config, "the configuration"));
        file.or_else(config)
    }
}

/// The first file with a policy of the tenant, else the first one that was read.
pub(super) fn first_file(tenant: &Tenant, paths: &BTreeMap<FileIndex, Candidate>) -> Option<FileIndex> {
    let is_file = |file: &FileIndex| match paths.get(file) {
        Some(Candidate::File(_) | Candidate::Other(_) | Candidate::Stored { .. } | Candidate::Held(..)) => true,
        // It may be a folder.
        Some(Candidate::Unreadable(..)) | None => false,
    };
    let of_policies = tenant.policies.iter().map(|policy| policy.origin.file).filter(is_file).min();
    of_policies.or_else(|| paths.keys().copied().find(is_file))
}

/// Gives the place to those that have none. What they are about stays: it makes their fingerprints.
pub(super) fn anchored(mut drafts: Vec<Draft>, anchor: Option<&Label>) -> Vec<Draft> {
    for draft in drafts.iter_mut().filter(|draft| draft.labels.is_empty()) {
        draft.is_of_tenant |= draft.policy.is_none();
        draft.labels.extend(anchor.cloned());
    }
    drafts
}

/// Puts findings into the order in which they are reported, whichever thread found them first.
pub(super) fn in_order(findings: &mut [Finding]) {
    findings.sort_by(|one, two| one.order().cmp(&two.order()));
    distinguish(findings);
}

/// Gives findings that say the same of the same subject fingerprints of their own.
fn distinguish(findings: &mut [Finding]) {
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
