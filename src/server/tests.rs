//! The server as an editor speaks with it, with checks that are counted and take as long as the test wants.

use super::*;
use crossbeam_channel::{Receiver, unbounded};
use lsp_server::Notification;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

const FILE: &str = "file:///nowhere/a.json";

/// Counts checks. Each waits until it may go on.
struct Counted<'t> {
    checks: &'t AtomicUsize,
    gate: Receiver<()>,
}

impl Checks for Counted<'_> {
    fn check(&self, _: &Path, _: &Overlay, _: bool) -> Result<Checked, Failure> {
        self.checks.fetch_add(1, Ordering::SeqCst);
        self.gate.recv().unwrap();
        Ok(Checked::default())
    }

    fn objection(&self, _: &Path, _: &Overlay, _: &Finding) -> Result<Option<&'static str>, Failure> {
        Ok(None)
    }

    fn config(&self, _: &Path) -> Option<PathBuf> {
        None
    }
}

/// An editor in memory.
struct Editor {
    connection: Connection,
    requests: i32,
}

impl Editor {
    fn tell(&self, method: &str, params: Value) {
        self.connection.sender.send(Notification::new(method.to_owned(), params).into()).unwrap();
    }

    fn request(&mut self, method: &str, params: Value) -> RequestId {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.connection.sender.send(Request::new(id.clone(), method.to_owned(), params).into()).unwrap();
        id
    }

    /// The code of the answer to a request, if it is an error.
    fn answer(&self, id: &RequestId) -> Option<i32> {
        loop {
            if let Message::Response(response) = self.connection.receiver.recv().unwrap() {
                assert_eq!(response.id, *id);
                return response.response_result.err().map(|error| error.code);
            }
        }
    }

    fn ask(&mut self, method: &str, params: Value) -> Option<i32> {
        let id = self.request(method, params);
        self.answer(&id)
    }

    fn edit(&self) {
        let document = json!({ "uri": FILE, "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": [{ "text": "{}" }] }));
    }

    fn hover(&mut self) -> RequestId {
        let position = json!({ "line": 0, "character": 0 });
        self.request("textDocument/hover", json!({ "textDocument": { "uri": FILE }, "position": position }))
    }
}

/// Runs a server. The test gets its editor, how many checks there were, and what lets one check go on.
fn with_server(test: impl FnOnce(&mut Editor, &AtomicUsize, &dyn Fn())) -> Result<(), Stopped> {
    let (own, other) = Connection::memory();
    let checks = AtomicUsize::new(0);
    let (open, gate) = unbounded();
    std::thread::scope(|scope| {
        let counted = Counted { checks: &checks, gate };
        let server = scope.spawn(move || run(&own, &counted));
        let mut editor = Editor { connection: other, requests: 0 };
        test(&mut editor, &checks, &|| open.send(()).unwrap());
        drop((editor, open));
        server.join().unwrap()
    })
}

fn begin(editor: &mut Editor) {
    assert_eq!(editor.ask("initialize", json!({ "capabilities": {} })), None);
    editor.tell("initialized", json!({}));
    let document = json!({ "uri": FILE, "languageId": "json", "version": 1, "text": "" });
    editor.tell("textDocument/didOpen", json!({ "textDocument": document }));
}

/// Waits until a check has begun, so that what is sent now waits.
fn until_checking(checks: &AtomicUsize, count: usize) {
    while checks.load(Ordering::SeqCst) < count {
        std::thread::yield_now();
    }
}

/// Time for a message to come from one thread to the other.
fn settle() {
    std::thread::sleep(Duration::from_millis(100));
}

fn end(editor: &mut Editor) {
    let id = editor.request("shutdown", Value::Null);
    assert_eq!(editor.answer(&id), None);
    editor.tell("exit", Value::Null);
}

#[test]
fn edits_that_came_meanwhile_are_checked_once() {
    const EDITS: usize = 50;
    let result = with_server(|editor, checks, go_on| {
        begin(editor);
        until_checking(checks, 1);
        let mut hovers = Vec::new();
        for _ in 0..EDITS {
            editor.edit();
            hovers.push(editor.hover());
        }
        settle();
        go_on();
        go_on();
        let (last, outdated) = hovers.split_last().unwrap();
        for hover in outdated {
            assert_eq!(editor.answer(hover), Some(ErrorCode::ContentModified as i32));
        }
        assert_eq!(editor.answer(last), None);
        assert_eq!(checks.load(Ordering::SeqCst), 2);
        end(editor);
    });
    assert!(result.is_ok(), "{result:?}");
}

/// A check waits a moment for the edits that follow. How many it gets depends on the machine, but it does not take each by itself.
#[test]
fn edits_that_come_one_after_the_other_are_checked_together() {
    const EDITS: usize = 50;
    let result = with_server(|editor, checks, go_on| {
        (0..=EDITS).for_each(|_| go_on());
        begin(editor);
        until_checking(checks, 1);
        settle();
        (0..EDITS).for_each(|_| editor.edit());
        until_checking(checks, 2);
        settle();
        assert!(checks.load(Ordering::SeqCst) < EDITS / 2, "{checks:?}");
        end(editor);
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn what_is_cancelled_is_not_answered() {
    let result = with_server(|editor, checks, go_on| {
        begin(editor);
        until_checking(checks, 1);
        let cancelled = editor.hover();
        let wanted = editor.hover();
        editor.tell("$/cancelRequest", json!({ "id": cancelled }));
        settle();
        go_on();
        go_on();
        assert_eq!(editor.answer(&cancelled), Some(ErrorCode::RequestCanceled as i32));
        assert_eq!(editor.answer(&wanted), None);
        // What was answered long ago cannot be cancelled, and is no error.
        editor.tell("$/cancelRequest", json!({ "id": wanted }));
        editor.tell("$/cancelRequest", json!({ "id": "another" }));
        editor.tell("$/cancelRequest", json!([]));
        end(editor);
    });
    assert!(result.is_ok(), "{result:?}");
}

/// The codes of <https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#errorCodes>.
#[test]
fn what_cannot_be_answered_has_the_code_of_the_protocol() {
    let capabilities = json!({ "capabilities": {} });
    let hover = || json!({ "textDocument": { "uri": FILE }, "position": { "line": 0, "character": 0 } });
    let result = with_server(|editor, _, go_on| {
        // One check for each change is enough for all of it.
        (0..10).for_each(|_| go_on());
        let before: [(&str, Value, Option<ErrorCode>); 4] = [
            ("textDocument/hover", hover(), Some(ErrorCode::ServerNotInitialized)),
            ("shutdown", Value::Null, Some(ErrorCode::ServerNotInitialized)),
            ("initialize", json!({ "capabilities": 1 }), Some(ErrorCode::InvalidParams)),
            ("initialize", capabilities.clone(), None),
        ];
        editor.tell("textDocument/didChange", json!({}));
        let while_it_runs: [(&str, Value, Option<ErrorCode>); 9] = [
            // An editor may ask before it says `initialized`.
            ("textDocument/hover", hover(), None),
            ("initialize", capabilities.clone(), Some(ErrorCode::InvalidRequest)),
            ("textDocument/rename", hover(), Some(ErrorCode::MethodNotFound)),
            ("$/unknown", Value::Null, Some(ErrorCode::MethodNotFound)),
            ("textDocument/hover", json!({}), Some(ErrorCode::InvalidParams)),
            ("textDocument/hover", json!([1]), Some(ErrorCode::InvalidParams)),
            ("textDocument/completion", json!({ "textDocument": FILE }), Some(ErrorCode::InvalidParams)),
            ("textDocument/codeAction", hover(), Some(ErrorCode::InvalidParams)),
            ("shutdown", Value::Null, None),
        ];
        let after: [(&str, Value, Option<ErrorCode>); 3] = [
            ("textDocument/hover", hover(), Some(ErrorCode::InvalidRequest)),
            ("initialize", capabilities.clone(), Some(ErrorCode::InvalidRequest)),
            ("shutdown", Value::Null, Some(ErrorCode::InvalidRequest)),
        ];
        for (method, params, code) in before.into_iter().chain(while_it_runs).chain(after) {
            let said = format!("{method} {params}");
            assert_eq!(editor.ask(method, params), code.map(|code| code as i32), "{said}");
        }
        // Notifications have no answer, whatever they are.
        editor.edit();
        editor.tell("unknown", json!(1));
        editor.tell("exit", Value::Null);
    });
    assert!(result.is_ok(), "{result:?}");
}

#[test]
fn an_end_without_a_shutdown_is_said() {
    let early = with_server(|editor, _, _| editor.tell("exit", Value::Null));
    assert!(matches!(early, Err(Stopped::Exit)), "{early:?}");
    let gone = with_server(|_, _, _| {});
    assert!(matches!(gone, Err(Stopped::Closed)), "{gone:?}");
}
