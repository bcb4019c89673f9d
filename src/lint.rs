//! The way through the house: paths in, findings and verdicts out, one tenant at a time.
//!
//! A tenant's files are read in parallel and folded: of each file its policies, what it tells about other objects and
//! its findings are kept, never its text. The few files that a verdict points into are read once more.

mod access;
mod approvals;
mod basis;
mod benchmarks;
mod control;
mod data;
mod doubts;
mod infrastructure;
mod judge;
mod locate;
mod map;
mod options;
mod outline;
mod pages;
mod parse;
mod read;
mod run;
mod settle;
mod several;

pub(crate) use access::required;
pub use options::{Options, Variables};
use run::TenantReader;
pub use run::{Loaded, common_folder, files, load, read_tenant, read_tenants, tenants};
pub use settle::{Settler, Settling, from_config, settle};
