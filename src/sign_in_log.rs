//! Exported [sign-in logs] of Microsoft Entra: rows of every form in which people keep them, read in constant memory.
//!
//! A form is recognised by its content, never by the name of a file: JSON of Microsoft Graph, of the admin center and of
//! PowerShell ([`graph`]), CSV of the admin center ([`portal`]), and tables of Log Analytics and exports of diagnostic
//! settings in CSV and JSON ([`log_analytics`]). A value that a row does not hold is unknown, with the reason.
//!
//! [sign-in logs]: https://learn.microsoft.com/entra/identity/monitoring-health/concept-sign-ins

mod applied;
mod batch;
mod field;
mod json;
mod names;
mod raw;
mod reader;
mod row;
mod splitter;
mod utf8;
mod value;
mod words;

pub mod graph;
pub mod log_analytics;
pub mod portal;

pub use applied::{Applied, LoggedCondition, LoggedConditions, Verdict};
pub use batch::{Batch, Damage, Place, Read};
pub use field::Field;
pub use reader::{Log, NotALog};
pub use row::{DeviceDetail, Kind, Networks, Row, Status};
pub use value::{Gap, Logged};
