//! What a tenant asks of whom, for what and with which client.

use crate::access::Necessity;
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
    /// Users, groups and roles that are excluded one by one, in words.
    pub exceptions: Vec<String>,
    /// Who gets in with no more than that, and how.
    pub example: Option<String>,
    /// Assumptions without which that would not be certain: each element is one, or several that make a difference only together.
    pub rests_on: Vec<Vec<&'static str>>,
    /// Whoever signs in so is locked out: nobody can bring what is asked for.
    pub locked_out: Option<CellLockOut>,
}

/// A lock-out of those of whom a cell is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellLockOut {
    /// Of how many of them.
    pub reach: Reach,
    /// Settings that the files do not tell may let them in.
    pub is_perhaps: bool,
    /// Assumptions that it rests on.
    pub rests_on: Vec<Necessity>,
}

/// How many of those of whom a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// Some of them.
    Some,
    /// Every one who is not excluded.
    Everybody,
}
