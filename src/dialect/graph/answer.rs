//! Answers that hold no policies in force: requests that failed, and templates.

use crate::syntax::{Node, Object, Pointer};

/// Members of a response about a failure.
const OF_FAILURES: [&str; 10] = [
    "error",
    "error_description",
    "error_codes",
    "error_uri",
    "timestamp",
    "trace_id",
    "correlation_id",
    "suberror",
    "claims",
    "@odata.context",
];

/// A request that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The answer that says so.
    pub pointer: Pointer,
    /// The error code, as written.
    pub code: Option<Box<str>>,
    /// The HTTP status, where the answer has one.
    pub status: Option<u64>,
}

/// What an answer says of a request that failed.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Why, in a code.
    Code(Box<str>),
    /// No more than that.
    Nothing,
}

impl Told {
    pub(super) fn code(self) -> Option<Box<str>> {
        match self {
            Self::Code(code) => Some(code),
            Self::Nothing => None,
        }
    }
}

/// What an answer says of a request that failed: Graph's `error` object, or that of a token request. None if it is no such
/// answer.
pub(super) fn failure(object: &Object<'_>) -> Option<Told> {
    let is_known = |key: &str| OF_FAILURES.iter().any(|name| name.eq_ignore_ascii_case(key));
    if !object.members.iter().all(|(key, _)| is_known(key)) {
        return None;
    }
    match object.get("error")? {
        Node::Object(error) if error.get("code").is_some() || error.get("message").is_some() => {
            Some(error.get("code").and_then(Node::as_str).map_or(Told::Nothing, |code| Told::Code(code.into())))
        }
        Node::String(code) if object.get("error_description").is_some() => Some(Told::Code(code.as_ref().into())),
        _ => None,
    }
}

/// The status of a part of a `$batch` answer, if it says that the request failed.
pub(super) fn failed_status(response: &Object<'_>) -> Option<u64> {
    let status = match response.get("status")? {
        Node::Number(number) => number.as_u64()?,
        Node::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    (status >= 400).then_some(status)
}

/// Whether an object is a template of `conditionalAccess/templates`: what it would make of itself has no state.
pub(super) fn is_template(object: &Object<'_>) -> bool {
    let Some(details) = object.get("details").and_then(Node::as_object) else { return false };
    let names_itself = object.get("name").is_some() || object.get("scenarios").is_some();
    let has_parts = ["conditions", "grantControls", "sessionControls"].iter().any(|name| details.get(name).is_some());
    names_itself && has_parts && details.get("state").is_none() && object.get("state").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::parse;

    #[test]
    fn failures_are_told_from_whatever_else_has_an_error() {
        for (text, code) in [
            (r#"{"error": {"code": "Forbidden", "message": "x", "innerError": {}}}"#, Some(Some("Forbidden"))),
            (r#"{"Error": {"Message": "x"}}"#, Some(None)),
            (
                r#"{"error": "invalid_grant", "error_description": "x", "error_codes": [1]}"#,
                Some(Some("invalid_grant")),
            ),
            (r#"{"error": null, "value": []}"#, None),
            (r#"{"error": {"code": "x"}, "value": []}"#, None),
            (r#"{"error": "x"}"#, None),
        ] {
            let node = parse(text).unwrap();
            let read = failure(node.as_object().unwrap());
            assert_eq!(
                read.map(|told| told.code().as_deref().map(str::to_owned)),
                code.map(|code| code.map(str::to_owned)),
                "{text}"
            );
        }
    }
}
