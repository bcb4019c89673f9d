//! From what was read to verdicts and findings.

use super::TenantReader;
use super::access;
use super::basis::basis;
use super::benchmarks;
use super::control;
use super::doubts;
use super::locate::{anchored, in_order};
use super::map;
use super::read::Read;
use crate::controls::Control;
use crate::coverage::{self, Decider, Decision, Ways};
use crate::discover::Candidate;
use crate::finding::{Finding, PolicyRef};
use crate::ignore::Ignore;
use crate::outcome::{DirectoryReport, Doubt, LockOutReport, PolicyCard, TenantReport};
use crate::policy::FileIndex;
use crate::requirement::Requirement;
use crate::rules::{self, Judgement, Reached, TenantFacts};
use crate::tenant::{Clashes, MOST_POLICIES, MissingPolicies, Tenant};
use std::collections::{BTreeMap, BTreeSet};

/// An ignore, which is taken out of files that a person writes only.
fn in_source((file, ignore): (FileIndex, Ignore), sources: &BTreeSet<FileIndex>) -> Ignore {
    Ignore { comment: ignore.comment.filter(|_| sources.contains(&file)), ..ignore }
}

impl TenantReader<'_> {
    pub(super) fn judge_all(&self, mut read: Read) -> Vec<TenantReport> {
        let others = std::mem::take(&mut read.others);
        let missing = read.missing.clone();
        let (tenant, clashes, assumed) = self.tenant(&mut read);
        if self.options.map {
            map::add_hashes(&mut read.taken, &read.paths);
        }
        let is_cut = tenant.missing.iter().any(|missing| missing.why == MissingPolicies::PartialPlan);
        let told =
            !tenant.policies.is_empty() || tenant.companions.security_defaults.is_some() || read.destroys || is_cut;
        let alone = others.is_empty();
        let mut first = TenantReport {
            name: self.name.to_owned(),
            files: read.files,
            policies: read.policies_found - others.values().map(|other| other.policies.len()).sum::<usize>(),
            skipped: read.skipped,
            excluded: read.excluded,
            is_empty: !told && !read.has_infrastructure,
            has_crashed: read.has_crashed,
            assumed,
            taken: std::mem::take(&mut read.taken).into_iter().map(|(_, file)| file).collect(),
            ignores: std::mem::take(&mut read.ignores).into_iter().map(|of| in_source(of, &read.sources)).collect(),
            ..TenantReport::default()
        };
        let findings = std::mem::take(&mut read.findings);
        // Who keeps every policy behind an alias has no tenant without one.
        let mut reports = Vec::new();
        let is_told = told || alone;
        let judged = self.options.judge_tenant && (told || (self.options.allow_empty && alone));
        self.judge(&mut first, &tenant, &clashes, judged, alone, &read.paths);
        first.findings.extend(findings);
        reports.push(first);
        for ((file, alias), other) in others {
            let name = format!("{}#{alias}", read.paths.get(&file).map(Candidate::tenant).unwrap_or_default());
            let policies = other.policies.len();
            let (tenant, clashes, assumed) = self.beside(other, &missing, &read);
            let mut report = TenantReport { name, policies, assumed, ..TenantReport::default() };
            self.judge(&mut report, &tenant, &clashes, self.options.judge_tenant, false, &read.paths);
            reports.push(report);
        }
        if !is_told {
            let first = reports.remove(0);
            let heir = &mut reports[0];
            (heir.files, heir.skipped, heir.taken) = (first.files, first.skipped, first.taken);
            heir.excluded = first.excluded;
            heir.ignores = first.ignores;
            heir.is_partial |= first.is_partial;
            heir.assumed.add(&first.assumed);
            let name = heir.name.clone();
            heir.findings.extend(first.findings.into_iter().map(|finding| Finding { tenant: name.clone(), ..finding }));
        }
        for report in &mut reports {
            in_order(&mut report.findings);
        }
        reports
    }

    /// Fills in the verdicts and findings of a tenant.
    fn judge(
        &self,
        report: &mut TenantReport,
        tenant: &Tenant,
        clashes: &Clashes,
        judged: bool,
        alone: bool,
        paths: &BTreeMap<FileIndex, Candidate>,
    ) {
        if self.options.map || self.options.cards {
            report.basis = Some(basis(self.options));
        }
        // Of several ids, none is known to be that of the policies.
        report.id = match tenant.companions.tenants.iter().collect::<Vec<_>>().as_slice() {
            [one] => Some(one.to_string()),
            _ => None,
        };
        report.directory = DirectoryReport::of(&tenant.directory);
        report.is_partial = !tenant.missing.is_empty() || tenant.has_variable_defaults;
        let judgements: Vec<Judgement> = if judged { self.judgements(tenant) } else { Vec::new() };
        let access: Vec<Reached> = if judged { access::reached(tenant, self.options) } else { Vec::new() };
        let locked_out = if judged { access::locked_out(tenant, self.options) } else { Vec::new() };
        let facts = TenantFacts {
            clashes,
            judgements: &judgements,
            access: &access,
            locked_out: &locked_out,
            reading: self.options.reading,
            selection: &self.options.selection,
            today: self.options.today,
            cloud: self.options.cloud,
            is_only_tenant: self.options.is_only_tenant && alone,
            shows_help: self.options.help,
            is_whole: judged
                && tenant.missing.is_empty()
                && clashes.strangers.is_empty()
                && tenant.policies.len() <= MOST_POLICIES,
            ..TenantFacts::of(tenant, &self.options.config)
        };
        if self.options.redact {
            report.forgotten.clone_from(&tenant.forgotten);
        }
        let anchor = self.anchor(tenant, paths);
        report.place = anchor.as_ref().map(|anchor| self.path_of(paths, anchor.document));
        let drafts = anchored(rules::check_tenant(&facts), anchor.as_ref());
        let located = self.locate_in(&report.name, paths, &tenant.sources, drafts);
        report.findings.extend(located);
        report.lock_outs = judged.then(|| LockOutReport::of(&report.findings, facts.is_whole));
        report.access = access.iter().map(|reached| access::access_report(&facts, reached)).collect();
        let assumptions = control::assumptions(&facts);
        let report_of =
            |judgement: &Judgement| control::control_report(&facts, judgement, self.options.ways, &assumptions);
        report.controls = judgements.iter().map(report_of).collect();
        if judged && self.options.map {
            for (reported, judgement) in report.controls.iter_mut().zip(&judgements) {
                reported.doubts = self.doubts(tenant, judgement);
                reported.needs = control::needed(&facts, judgement);
            }
            report.map = map::rows(&facts, self.options);
            report.listed = tenant.policies.iter().map(PolicyRef::to).collect();
        }
        if self.options.cards {
            report.cards = PolicyCard::all(tenant, |file| paths.get(&file).map(Candidate::shown));
        }
        report.outline = self.options.outline.then(|| self.outline(&facts, paths));
        report.benchmarks = benchmarks::reports(&self.options.selection, &report.controls);
    }

    fn doubts(&self, tenant: &Tenant, judgement: &Judgement) -> Vec<Doubt> {
        let options = coverage::Options { ways: Ways::Mentioned, ..coverage::Options::default() };
        let assumptions = self.options.config.assumptions_on(self.options.today);
        doubts::doubts(&judgement.requirement, assumptions, judgement.decision.verdict, |assumptions| {
            coverage::decide(&judgement.requirement, tenant, coverage::Options { assumptions, ..options }).verdict
        })
    }

    fn judgements(&self, tenant: &Tenant) -> Vec<Judgement> {
        let config = &self.options.config;
        let options = coverage::Options {
            assumptions: self.options.config.assumptions_on(self.options.today),
            ways: self.options.ways,
            ..coverage::Options::default()
        };
        let controls = self.options.selection.judged().into_iter().chain(config.requirements.iter().copied());
        let asked: Vec<(&'static Control, Requirement)> = controls
            .filter_map(|control: &'static Control| Some((control, control.requirement(self.options.cloud)?)))
            .collect();
        let decider = Decider::of(tenant, options);
        let decisions: Vec<Decision> = asked.iter().map(|(_, requirement)| decider.decide(requirement)).collect();
        let judgement = |((control, requirement), decision): ((&'static Control, Requirement), Decision)| Judgement {
            stored_query_passes: control.stored_query.as_ref().map(|query| query.passes(&tenant.policies)),
            ..Judgement::of(control, requirement, decision)
        };
        asked.into_iter().zip(decisions).map(judgement).collect()
    }
}
