//! caplint proves, offline, what exported Microsoft Entra Conditional Access policies enforce.
//!
//! ```text
//! paths ─ discover ─► source ─► syntax ─► dialect ─► schema ─► policy ─► tenant ─► controls + rules ─► finding ─► report
//!         which files  bytes→    text→     whose       is it     typed,    all that    does it hold?      what, where   one file
//!         which tenant text      nodes     spelling?   well      Graph's   is in                                        a format
//!                      +lines    +spans                formed?   words     force
//! ```
//!
//! Data moves forward only, and each room knows its own subject: `syntax` nothing of Conditional Access, `policy`
//! nothing of files, `report` nothing of how findings came about. `lint` is the way through; `cli` is the door.

pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod controls;
pub mod coverage;
pub mod dialect;
pub mod discover;
pub mod finding;
pub mod id;
pub mod ignore;
pub mod lint;
pub mod outcome;
pub mod policy;
pub mod report;
pub mod requirement;
pub mod rules;
pub mod schema;
pub mod signin;
pub mod source;
pub mod syntax;
pub mod tenant;
