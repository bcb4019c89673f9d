//! caplint is an offline static linter for exported Microsoft Entra Conditional Access policies. It proves over all
//! policies of a tenant what they enforce, and where a control does not hold it shows a sign-in that gets through.
//!
//! ```
//! use caplint::catalog::Cloud;
//! use caplint::controls;
//! use caplint::coverage::{self, Options, Verdict};
//! use caplint::policy::{FileIndex, Origin, lower};
//! use caplint::syntax::parse;
//! use caplint::tenant::Tenant;
//!
//! let text = r#"{
//!   "displayName": "Require MFA for all users",
//!   "state": "enabled",
//!   "conditions": {
//!     "clientAppTypes": ["all"],
//!     "applications": { "includeApplications": ["All"] },
//!     "users": { "includeUsers": ["All"] },
//!     "locations": { "includeLocations": ["All"], "excludeLocations": ["AllTrusted"] }
//!   },
//!   "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
//! }"#;
//! let policy = lower(&parse(text).unwrap(), Origin::document(FileIndex(0))).policy;
//! let tenant = Tenant { policies: vec![policy], ..Tenant::default() };
//!
//! let control = controls::find(controls::DEFAULT).unwrap();
//! let requirement = control.requirement(Cloud::Public).unwrap();
//! let decision = coverage::decide(&requirement, &tenant, Options::default());
//!
//! // A sign-in from a trusted location needs no second factor.
//! assert_eq!(decision.verdict, Verdict::NotEnforced);
//! let way_in = &decision.holes[0].sign_in;
//! assert!(way_in.locations.iter().any(|location| location.is("AllTrusted")));
//! ```
//!
//! # What is stable
//!
//! The command line, the exit codes and the JSON report are stable: see `CHANGELOG.md`. This library is not. It is public for the
//! benchmarks, the fuzz targets and the tests, and may change in any release.
//!
//! # Where to start
//!
//! `docs/architecture.md` is the map: what each module knows, what it may use, and where a change belongs. [`lint`] is a whole
//! run in one place, [`signin`] says what a policy means, [`coverage`] is the proof.

// It panics where nobody reads standard error.
#![warn(clippy::print_stderr)]

pub mod access;
pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod controls;
pub mod coverage;
pub mod dialect;
pub mod diff;
pub mod discover;
pub mod evaluate;
pub mod expectations;
pub mod finding;
pub mod fix;
pub mod id;
pub mod ignore;
pub mod lint;
pub mod map;
pub mod new_policy;
pub mod outcome;
pub mod policy;
pub mod replay;
pub mod report;
pub mod requirement;
pub mod rules;
pub mod schema;
pub mod server;
pub mod sign_in_log;
pub mod signin;
pub mod source;
pub mod syntax;
pub mod tenant;
pub mod what_if;
