//! Nodes in Graph's vocabulary to the typed policy.
//!
//! Reading a policy and judging its form are two things. This module reads, and only notes *that* something is not as
//! the schema has it ([`Lowered::conforms`]); the schema room then says what. A tidy policy is thus never held against
//! the compiled schema. A property test holds the two together: what conforms here is valid there.

mod conditions;
mod grant;
mod reader;
mod session;

pub(crate) use reader::{is_truncated, is_type_name};

use super::{
    Conditions, Fact, FileIndex, GrantControls, Origin, Policy, Reason, SessionControls, State, Strength, content,
};
use crate::syntax::{Node, Object};
use reader::{Reader, Slot};
use time::Date;
use time::format_description::BorrowedFormatItem;

/// The first characters of a date and time as Graph writes it.
const DAY: &[BorrowedFormatItem<'_>] = time::macros::format_description!("[year]-[month]-[day]");

/// A policy and whether its form is beyond doubt.
#[derive(Debug)]
pub struct Lowered {
    /// The policy.
    pub policy: Policy,
    /// Nothing in it needs the schema's opinion.
    pub conforms: bool,
}

/// Reads a policy. Damage becomes [`Reason`]s, never an error.
#[must_use]
pub fn lower(node: &Node<'_>, origin: Origin) -> Lowered {
    let mut reader = Reader { conforms: true, respelt: false, root: origin.root };
    let mut policy = reader.policy(node, origin);
    // What conforms and is stated is known. What is not stated has no content.
    if !reader.conforms {
        policy.contents = content::of_unknown(&policy, node);
    }
    Lowered { policy, conforms: reader.conforms }
}

/// Reads an `authenticationStrengthPolicy` that stands by itself.
#[must_use]
pub fn lower_strength(object: &Object<'_>) -> Option<Strength> {
    let mut reader = Reader { conforms: true, respelt: false, root: FileIndex(0) };
    reader.strength_object(object)
}

impl Reader {
    fn policy(&mut self, node: &Node<'_>, origin: Origin) -> Policy {
        let empty = Object::default();
        let object = node.as_object().unwrap_or(&empty);
        let [id, display_name, state, conditions, grant, session, deleted, rest @ ..] = self.pick(
            object,
            [
                "id",
                "displayName",
                "state",
                "conditions",
                "grantControls",
                "sessionControls",
                "deletedDateTime",
                "description",
                "templateId",
                "createdDateTime",
                "modifiedDateTime",
                "partialEnablementStrategy",
            ],
        );
        self.optional_id(rest[1]);
        let day = |slot: &Slot<'_, '_>| Date::parse(slot.node?.as_str()?.get(..10)?, DAY).ok();
        let modified = day(&rest[3]).or_else(|| day(&rest[2]));
        for slot in rest {
            self.conforms &= matches!(slot.node, None | Some(Node::Null | Node::String(_)));
        }
        let id = self.optional_id(id);
        let display_name = self.name(display_name);
        let state = match self.word::<State>(state) {
            Fact::Known(Some(state)) => Fact::Known(state),
            Fact::Known(None) => self.doubt(Reason::Missing),
            Fact::Unknown(reason) => Fact::Unknown(reason),
        };
        // Whatever the strategy is, the policy is in force for a part at most; one that is off stays off.
        let is_partial = rest[4].twice || rest[4].node.is_some_and(|strategy| !strategy.is_void());
        let state =
            if is_partial && state == Fact::Known(State::Enabled) { self.doubt(Reason::PartlyEnabled) } else { state };
        let deleted = match deleted.node {
            _ if deleted.twice => true,
            None | Some(Node::Null | Node::Untold(_)) => false,
            Some(Node::String(date)) => !date.is_empty(),
            Some(_) => self.odd(true),
        };
        let conditions = match self.object(conditions) {
            Fact::Known(Some(object)) => self.conditions(object),
            Fact::Known(None) => {
                self.conforms = false;
                Conditions::unknown(Reason::Missing)
            }
            Fact::Unknown(reason) => Conditions::unknown(reason),
        };
        let grant = match self.object(grant) {
            Fact::Known(object) => self.grant(object),
            Fact::Unknown(reason) => GrantControls::unknown(reason),
        };
        let (has_session_controls, session, session_controls) = match self.object(session) {
            Fact::Known(Some(session)) => (!session.is_void(), self.session(session), self.session_controls(session)),
            Fact::Known(None) => (false, Fact::Known(Box::default()), SessionControls::default()),
            Fact::Unknown(reason) => (true, Fact::Unknown(reason), SessionControls::unknown(reason)),
        };
        Policy {
            origin,
            declaration: None,
            id,
            display_name,
            state,
            deleted,
            modified,
            conditions,
            has_session_controls,
            session,
            session_controls: Box::new(session_controls),
            contents: Box::default(),
            grant,
            contradicted: false,
            foreign: false,
            assumed_on: false,
            respelt: self.respelt,
        }
    }
}
