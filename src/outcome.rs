//! What a run leads to: of each tenant its verdicts, exceptions, files and findings, and what is not reported.
//!
//! The reports read this and know nothing of how it came about.

mod basis;
mod benchmarks;
mod card;
mod compared;
mod doubt;
mod lock_outs;
mod map;
mod outline;
mod people;
mod redact;
mod settled;
mod who;

pub use basis::{Asked, Basis, ConfigurationReport};
pub use benchmarks::{BenchmarkReport, ItemOutcome, ItemReport};
pub use card::{CardRow, PolicyCard};
pub use compared::{ChangedPeople, Compared, SideReport};
pub use doubt::Doubt;
pub use lock_outs::LockOutReport;
pub use map::{CellLockOut, MapCell, MapRow, Reach};
pub use outline::{Carried, Named, Outline, Part, PolicyOutline};
pub use people::{DirectoryReport, PeopleReport, PersonReport};
pub use redact::redacted;
pub use settled::Settled;
pub(crate) use settled::{BASELINE, Why};
pub use who::{Demanded, WhoControl, WhoReport, WhoRow};

use crate::access;
use crate::coverage::{Coordinate, Verdict};
use crate::dialect::DocumentKind;
use crate::finding::{Finding, PolicyRef};
use crate::ignore::Ignore;
use crate::signin::SignIn;
use crate::tenant::Assumed;
use crate::what_if;
use std::collections::BTreeMap;
use std::fmt;

/// Everything that is reported about one tenant.
#[derive(Debug, Default)]
pub struct TenantReport {
    /// Its name.
    pub name: String,
    /// The id of the tenant, if the files tell one.
    pub id: Option<String>,
    /// What it was judged by, if a page for people is written.
    pub basis: Option<Basis>,
    /// Files that were read.
    pub files: usize,
    /// Policies in them.
    pub policies: usize,
    /// Files without policies.
    pub skipped: usize,
    /// Files that the configuration leaves out.
    pub excluded: usize,
    /// Nothing was found that a verdict could rest on.
    pub is_empty: bool,
    /// What the files hold of the directory; none if they have none.
    pub directory: Option<DirectoryReport>,
    /// Verdicts.
    pub controls: Vec<ControlReport>,
    /// Principals that the configuration approves as exceptions, and that are none to a control that holds: kinds and ids.
    pub unused_approvals: Vec<String>,
    /// The benchmarks that were asked for, item by item.
    pub benchmarks: Vec<BenchmarkReport>,
    /// Who can sign in.
    pub access: Vec<AccessReport>,
    /// Who cannot; none if the tenant was not judged.
    pub lock_outs: Option<LockOutReport>,
    /// A mistake of caplint's own kept it from reading a file.
    pub has_crashed: bool,
    /// What was found of `--assume-enabled`.
    pub assumed: Assumed,
    /// Findings, ordered.
    pub findings: Vec<Finding>,
    /// The file where the findings are that have no place of their own; none if no file was read.
    pub place: Option<String>,
    /// What each file was taken for, if asked for.
    pub taken: Vec<FileReport>,
    /// Ignores in its files.
    pub ignores: Vec<Ignore>,
    /// Policies may be missing from its files, or variables may get other values: what nothing needs here may be needed then.
    pub is_partial: bool,
    /// Names of people, if reports must not show them.
    pub forgotten: Vec<Box<str>>,
    /// What it asks of whom, if that was asked for.
    pub map: Vec<MapRow>,
    /// Its policies, if they were asked for with the map.
    pub listed: Vec<PolicyRef>,
    /// Its policies in words, if that was asked for.
    pub cards: Vec<PolicyCard>,
    /// What an editor shows beside its files, if that was asked for.
    pub outline: Option<Outline>,
}

/// What a file was taken for, or why it was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenFor {
    /// A document of this kind.
    Document(DocumentKind),
    /// It could not be read, in the system's words.
    Unreadable(String),
    /// Its bytes are no text.
    NoText,
    /// Its name says that it is HCL, and it is not.
    NoHcl,
    /// It is not JSON, and nothing else that is recognised.
    NoJson,
    /// It is in a notation that caplint reads, and damaged.
    Damaged,
}

impl fmt::Display for TakenFor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document(kind) => kind.fmt(f),
            Self::Unreadable(error) => write!(f, "not read: {error}"),
            Self::NoText => f.write_str("not text"),
            Self::NoHcl => f.write_str("not HCL"),
            Self::NoJson => f.write_str("not JSON"),
            Self::Damaged => f.write_str("damaged"),
        }
    }
}

/// One file of a tenant.
#[derive(Debug, Clone)]
pub struct FileReport {
    /// Its path as shown.
    pub path: String,
    /// What it is.
    pub kind: TakenFor,
    /// Policies in it.
    pub policies: usize,
    /// Its encoding, if it is text.
    pub encoding: Option<String>,
    /// All policies in it were read.
    pub is_read: bool,
    /// SHA-256 of its bytes, in hexadecimal digits, if it was asked for.
    pub sha256: Option<String>,
}

impl fmt::Display for FileReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.kind)?;
        match self.policies {
            0 => {}
            1 => f.write_str(", 1 policy")?,
            count => write!(f, ", {count} policies")?,
        }
        self.encoding.as_ref().map_or(Ok(()), |encoding| write!(f, " ({encoding})"))
    }
}

/// Both verdicts on one control.
#[derive(Debug)]
pub struct ControlReport {
    /// Its id.
    pub id: &'static str,
    /// Its numbers in the benchmarks that ask for it, by the benchmark's id.
    pub benchmarks: &'static BTreeMap<String, Vec<String>>,
    /// The proof's.
    pub verdict: Verdict,
    /// The stored query's, if the control has one.
    pub stored_query_passes: Option<bool>,
    /// Why, in one sentence.
    pub reason: String,
    /// Sign-ins that get through, with the coordinates that decide.
    pub holes: Vec<(SignIn, Vec<Coordinate>)>,
    /// The same in words, where reports list them.
    pub ways: Vec<String>,
    /// There are more of them.
    pub more_holes: bool,
    /// Principals outside.
    pub exceptions: Vec<ExceptionReport>,
    /// Users of the directory who get through, or do so if nothing unknown stops them; none if there is no directory.
    pub people: Option<PeopleReport>,
    /// The policies that carry the verdict, if it holds.
    pub carried_by: Vec<PolicyRef>,
    /// Those of them without which the control would not hold, where the page shows that.
    pub needs: Vec<PolicyRef>,
    /// Entries of the configuration that approve one of the exceptions, by their places in it.
    pub approvals: Vec<usize>,
    /// Policies that carry the verdict and are not enabled, where they are judged as if they were.
    pub assumed_enabled: Vec<PolicyRef>,
    /// What the verdict assumes.
    pub assumptions: Vec<&'static str>,
    /// Those of them without which it would be another one, if a page for people is written.
    pub doubts: Vec<Doubt>,
}

/// Whether somebody who must be able to sign in can.
#[derive(Debug)]
pub struct AccessReport {
    /// Its id.
    pub id: String,
    /// As the policies are, and as if those in report-only mode were on.
    pub judged: [access::Verdict; 2],
    /// Why, in one sentence.
    pub reason: String,
    /// A sign-in that is refused, with the coordinates that decide.
    pub witness: Option<(SignIn, Vec<Coordinate>)>,
    /// What refuses it.
    pub refused_by: Vec<PolicyRef>,
    /// Security defaults refuse it, too.
    pub by_security_defaults: bool,
    /// What it depends on: the policy, the place and why that is not known.
    pub depends_on: Vec<(PolicyRef, String, &'static str)>,
    /// What the verdict assumes.
    pub assumptions: Vec<&'static str>,
}

/// A file of expectations, tried on a tenant.
#[derive(Debug)]
pub struct Tested {
    /// The file.
    pub file: String,
    /// The tenant's name.
    pub tenant: String,
    /// Its policies.
    pub policies: usize,
    /// Every expectation, in the order of the file.
    pub tried: Vec<Tried>,
}

impl Tested {
    /// Whether every expectation is met. One that cannot be told is not.
    #[must_use]
    pub fn passes(&self) -> bool {
        self.tried.iter().all(|tried| tried.met == access::Met::Yes)
    }
}

/// An expectation, tried on a tenant.
#[derive(Debug)]
pub struct Tried {
    /// What it is called.
    pub name: String,
    /// The line of its name.
    pub line: usize,
    /// The outcome that is expected, as the file has it.
    pub outcome: String,
    /// Whether it is met.
    pub met: access::Met,
    /// Why, in one sentence.
    pub reason: String,
    /// A sign-in that shows it, with the coordinates that decide.
    pub shown: Option<(SignIn, Vec<Coordinate>)>,
    /// What refuses that sign-in.
    pub by: Vec<PolicyRef>,
    /// What it depends on: the policy, the place and why that is not known.
    pub depends_on: Vec<(PolicyRef, String, &'static str)>,
    /// The same sign-in as a request to Microsoft.
    pub request: Option<what_if::Written>,
}

/// A principal outside of a control.
#[derive(Debug)]
pub struct ExceptionReport {
    /// `user`, `group` or `role`.
    pub kind: &'static str,
    /// Its id.
    pub id: String,
    /// Its name, if the files tell.
    pub name: Option<String>,
    /// When it is outside, if not always.
    pub when: Option<String>,
    /// The configuration approves it.
    pub approved: bool,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Why it is approved.
    pub reason: Option<String>,
    /// Until when.
    pub review_by: Option<String>,
    /// The policies that exclude it.
    pub policies: Vec<PolicyRef>,
    /// Who that is, as far as the directory tells; none if there is no directory.
    pub people: Option<PeopleReport>,
}
