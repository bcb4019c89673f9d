//! Tenants on their way to the reports: settled, counted and written as they come in.

use super::atomic;
use super::error::RunError;
use super::say;
use crate::lint::Settler;
use crate::outcome::{Settled, TenantReport, redacted};
use crate::report::statistics::Statistics;
use crate::report::{Ending, Later, Stream, Summary};
use crate::rules;
use crate::tenant::Assumed;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::PathBuf;

/// What standard output shows.
pub(super) enum Shown<'r> {
    /// A report, written tenant by tenant.
    Report(Stream<'r>),
    /// Findings are counted.
    Counted(Statistics),
    /// The reader has closed it.
    Closed,
}

/// A report in a file.
pub(super) struct FileReport<'r> {
    path: PathBuf,
    stream: Stream<'r>,
    /// What is written so far: nobody reads half of a report.
    text: Later,
}

/// The reports of a run.
pub(super) struct Reports<'r, 'o> {
    shown: Shown<'r>,
    out: &'o mut dyn Write,
    files: Vec<FileReport<'r>>,
}

/// The reader closed the pipe, as `caplint check | head` does. This does not change the verdict.
pub(super) fn unless_closed(written: io::Result<()>) -> Result<(), RunError> {
    match written {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(RunError::Output),
    }
}

impl<'r> FileReport<'r> {
    pub(super) fn start(path: PathBuf, stream: Stream<'r>) -> Result<Self, RunError> {
        let mut text = Later::default();
        match stream.start(&mut text) {
            Ok(()) => Ok(Self { path, stream, text }),
            Err(error) => Err(RunError::Report { path, error }),
        }
    }

    fn add(&mut self, tenants: &[TenantReport]) -> Result<(), RunError> {
        let added = self.stream.add(tenants, &mut self.text);
        added.map_err(|error| RunError::Report { path: self.path.clone(), error })
    }

    /// Writes the file. A device or pipe is written to instead of being replaced.
    pub(super) fn end(self, ending: &Ending<'_>) -> Result<(), RunError> {
        let Self { path, stream, text } = self;
        let whole = |out: &mut dyn Write| {
            text.write_to(out)?;
            stream.end(ending, out)
        };
        let written = match std::fs::metadata(&path) {
            Ok(existing) if !existing.is_file() => {
                std::fs::OpenOptions::new().write(true).open(&path).and_then(|device| {
                    let mut device = BufWriter::new(device);
                    whole(&mut device)?;
                    device.flush()
                })
            }
            Ok(_) | Err(_) => atomic::write(&path, whole),
        };
        written.map_err(|error| RunError::Report { path, error })
    }
}

impl<'r, 'o> Reports<'r, 'o> {
    pub(super) fn start(
        shown: Shown<'r>,
        out: &'o mut dyn Write,
        files: Vec<FileReport<'r>>,
    ) -> Result<Self, RunError> {
        let mut reports = Self { shown, out, files };
        if let Shown::Report(stream) = &reports.shown {
            let started = stream.start(reports.out);
            reports.unless_closed(started)?;
        }
        Ok(reports)
    }

    /// Goes on without standard output once nobody reads it any more.
    fn unless_closed(&mut self, written: io::Result<()>) -> Result<(), RunError> {
        if let Err(error) = written {
            unless_closed(Err(error))?;
            self.shown = Shown::Closed;
        }
        Ok(())
    }

    fn add(&mut self, tenants: &[TenantReport]) -> Result<(), RunError> {
        match &mut self.shown {
            Shown::Report(stream) => {
                let added = stream.add(tenants, self.out);
                self.unless_closed(added)?;
            }
            Shown::Counted(statistics) => tenants.iter().for_each(|tenant| statistics.add(tenant)),
            Shown::Closed => {}
        }
        self.files.iter_mut().try_for_each(|file| file.add(tenants))
    }

    /// Ends what standard output shows, with `count` if findings are counted. Returns the files, which are not written yet.
    pub(super) fn end(
        self,
        ending: &Ending<'_>,
        count: impl FnOnce(&Statistics, &mut dyn Write) -> io::Result<()>,
    ) -> Result<Vec<FileReport<'r>>, RunError> {
        let Self { shown, out, files } = self;
        let ended = match shown {
            Shown::Report(stream) => stream.end(ending, out),
            Shown::Counted(statistics) => count(&statistics, out),
            Shown::Closed => return Ok(files),
        };
        unless_closed(ended.and_then(|()| out.flush()))?;
        Ok(files)
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
pub(super) struct Reporting<'a, 'r, 'o> {
    settler: Settler<'a>,
    reports: Reports<'r, 'o>,
    outcome: Outcome,
    /// The last tenant so far. The last one of the run gets the findings about ignores.
    held: Option<TenantReport>,
    /// Prints the detected format of each file on standard error.
    is_verbose: bool,
    /// Names of people are left out.
    redacts: bool,
    /// What files with ignores are called without them.
    called: BTreeMap<String, String>,
}

impl<'a, 'r, 'o> Reporting<'a, 'r, 'o> {
    pub(super) fn new(settler: Settler<'a>, reports: Reports<'r, 'o>, is_verbose: bool, redacts: bool) -> Self {
        let called = BTreeMap::new();
        Self { settler, reports, outcome: Outcome::default(), held: None, is_verbose, redacts, called }
    }

    /// Adds tenants.
    pub(super) fn take(&mut self, mut tenants: Vec<TenantReport>) -> Result<(), RunError> {
        for tenant in &mut tenants {
            for ignore in tenant.ignores.iter().filter(|_| self.redacts) {
                let path = &ignore.location.path;
                self.called.entry(path.clone()).or_insert_with(|| redacted(path, &tenant.forgotten));
            }
            self.settler.tenant(tenant);
            rules::together(&mut tenant.findings);
            for file in tenant.taken.iter().filter(|_| self.is_verbose) {
                let said = file.to_string();
                say(crate::finding::visible(&if self.redacts { redacted(&said, &tenant.forgotten) } else { said }));
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
        self.reports.add(&ready)
    }

    /// Adds the last tenant.
    pub(super) fn end(self) -> Result<(Outcome, Settled, Reports<'r, 'o>), RunError> {
        let Self { settler, mut reports, mut outcome, mut held, is_verbose: _, redacts, called } = self;
        let mut settled = settler.end(held.as_mut());
        settled.call(&called);
        if let Some(last) = &mut held {
            outcome.add(last);
            if redacts {
                last.redact();
            }
        }
        reports.add(held.as_slice())?;
        Ok((outcome, settled, reports))
    }
}
