//! Fixes: which of them are written, and what becomes of the files. Edits come as data with the findings. They are tried on texts in
//! memory, and whatever comes of that is read and compared with what was there before any file is written.

mod choose;
mod moved;
mod proof;
mod run;

pub use run::{Applied, Fixed, Kinds, Refused, Tenants, objection, run};
