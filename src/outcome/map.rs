//! What a tenant asks of whom, for what and with which client.

use crate::finding::PolicyRef;
use crate::map::{Asked, Client, Persona, Target};

/// One line of the table.
#[derive(Debug)]
pub struct MapRow {
    /// To what.
    pub target: Target,
    /// Who.
    pub who: Persona,
    /// A cell for each client; none where there is no such sign-in.
    pub cells: Vec<(Client, Option<MapCell>)>,
}

/// A cell of the table.
#[derive(Debug)]
pub struct MapCell {
    /// What the easiest of the sign-ins has to bring.
    pub asked: Asked,
    /// More may be asked: the files do not say.
    pub perhaps_more: bool,
    /// The policies that ask for it.
    pub by: Vec<PolicyRef>,
    /// Security defaults do, too.
    pub by_defaults: bool,
    /// How many users, groups and roles are excluded one by one.
    pub exceptions: usize,
    /// Who gets in with no more than that, and how.
    pub example: Option<String>,
}
