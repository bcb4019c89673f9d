//! Tenants on their way to the report: settled, counted and written as they come in.

use super::error::RunError;
use super::say;
use crate::lint::Settler;
use crate::outcome::{Settled, TenantReport};
use crate::report::statistics::Statistics;
use crate::report::{Ending, Piece, Stream, Streamed, Summary};
use crate::rules;
use crate::tenant::Assumed;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use std::io::{ErrorKind, Write};

/// The report on standard output.
pub(super) enum Report<'o> {
    /// Written tenant by tenant.
    Streamed(Stream<'o>),
    /// Written at the end of the run.
    Whole {
        /// All of them.
        tenants: Vec<TenantReport>,
        /// Whether some format shows more of them than their findings.
        shows_verdicts: bool,
    },
    /// Findings are counted.
    Counted(Statistics),
    /// The reader has closed it.
    Closed,
}

/// The reader closed the pipe, as `caplint check | head` does. This does not change the verdict.
pub(super) fn unless_closed(written: std::io::Result<()>) -> Result<(), RunError> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(RunError::Output),
    }
}

impl<'o> Report<'o> {
    pub(super) fn start(format: Streamed, out: &'o mut dyn Write) -> Result<Self, RunError> {
        match Stream::start(format, out) {
            Ok(stream) => Ok(Self::Streamed(stream)),
            Err(error) => unless_closed(Err(error)).map(|()| Self::Closed),
        }
    }

    fn add(&mut self, tenants: Vec<TenantReport>) -> Result<(), RunError> {
        match self {
            Self::Streamed(stream) => {
                let format = stream.format();
                let pieces: Vec<Piece> = match tenants.as_slice() {
                    // Nothing to share out, so that no thread needs to be started for it.
                    [] => Vec::new(),
                    [tenant] => vec![format.piece(tenant)],
                    several => several.par_iter().map(|tenant| format.piece(tenant)).collect(),
                };
                if let Err(error) = pieces.iter().try_for_each(|piece| stream.add(piece)) {
                    unless_closed(Err(error))?;
                    *self = Self::Closed;
                }
            }
            Self::Whole { tenants: all, shows_verdicts } => {
                all.extend(tenants.into_iter().map(|mut tenant| {
                    if !*shows_verdicts {
                        tenant.forget_verdicts();
                    }
                    tenant
                }));
            }
            Self::Counted(statistics) => tenants.iter().for_each(|tenant| statistics.add(tenant)),
            Self::Closed => {}
        }
        Ok(())
    }

    /// Ends what is streamed.
    pub(super) fn end(self, ending: &Ending<'_>) -> Result<(), RunError> {
        match self {
            Self::Streamed(stream) => unless_closed(stream.end(ending)),
            Self::Whole { .. } | Self::Counted(_) | Self::Closed => Ok(()),
        }
    }
}

/// What the exit code depends on.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) summary: Summary,
    /// The first tenant without anything to judge.
    pub(super) empty: Option<String>,
    pub(super) has_crashed: bool,
    /// What was found of `--assume-enabled`.
    pub(super) assumed: Assumed,
}

impl Outcome {
    fn add(&mut self, tenant: &TenantReport) {
        self.summary.add(tenant);
        self.has_crashed |= tenant.has_crashed;
        self.assumed.add(&tenant.assumed);
        if tenant.is_empty && self.empty.is_none() {
            self.empty = Some(tenant.name.clone());
        }
    }
}

/// A run in progress.
pub(super) struct Reporting<'a, 'o> {
    settler: Settler<'a>,
    report: Report<'o>,
    outcome: Outcome,
    /// The last tenant so far. The last one of the run gets the findings about ignores.
    held: Option<TenantReport>,
    /// Prints the detected format of each file on standard error.
    is_verbose: bool,
    /// Names of people are left out.
    redacts: bool,
}

impl<'a, 'o> Reporting<'a, 'o> {
    pub(super) fn new(settler: Settler<'a>, report: Report<'o>, is_verbose: bool, redacts: bool) -> Self {
        Self { settler, report, outcome: Outcome::default(), held: None, is_verbose, redacts }
    }

    /// Adds tenants.
    pub(super) fn take(&mut self, mut tenants: Vec<TenantReport>) -> Result<(), RunError> {
        for tenant in &mut tenants {
            self.settler.tenant(tenant);
            rules::together(&mut tenant.findings);
            for file in tenant.taken.iter().filter(|_| self.is_verbose) {
                say(crate::finding::visible(&file.to_string()));
            }
        }
        let Some(last) = tenants.pop() else { return Ok(()) };
        let mut ready: Vec<TenantReport> = self.held.replace(last).into_iter().chain(tenants).collect();
        for tenant in &mut ready {
            self.outcome.add(tenant);
            if self.redacts {
                tenant.redact();
            }
        }
        self.report.add(ready)
    }

    /// Ends the run, and a streamed report with it.
    pub(super) fn end(self) -> Result<(Outcome, Settled, Report<'o>), RunError> {
        let Self { settler, mut report, mut outcome, mut held, is_verbose: _, redacts } = self;
        let settled = settler.end(held.as_mut());
        if let Some(last) = &mut held {
            outcome.add(last);
            if redacts {
                last.redact();
            }
        }
        report.add(held.into_iter().collect())?;
        Ok((outcome, settled, report))
    }
}
