//! How soon an editor knows what a keystroke changes.

use crate::corpus::{Corpus, Flaws};
use crate::table;
use lsp_server::{Message, Notification, Request, RequestId};
use serde_json::{Value, json};
use std::io::{self, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

const KEYSTROKES: usize = 101;

/// A space is typed into a file of a tenant of 240 policies. The time is that from the change to the answer to a request, which comes
/// after everything that the change has to tell.
pub(crate) fn keystroke(scratch: &Path) -> io::Result<()> {
    let corpus = Corpus::write(scratch.join("typed"), 4, Flaws { untidy: true, ..Flaws::default() })?;
    for (what, options, goal) in [("", &[][..], Some(20.0)), (", every control", &["--benchmark", "all"], None)] {
        let mut editor = Editor::start(&corpus.root, options)?;
        let text = std::fs::read_to_string(&corpus.clean_file)?;
        let file = format!("file://{}", corpus.clean_file.display());
        let opened = json!({ "uri": file, "languageId": "json", "version": 0, "text": text });
        editor.tell("textDocument/didOpen", json!({ "textDocument": opened }))?;
        editor.wait(&file)?;
        let mut times = Vec::with_capacity(KEYSTROKES);
        for version in 1..=KEYSTROKES {
            let start = Instant::now();
            let place = json!({ "line": 1, "character": 0 });
            let change = json!({ "range": { "start": place, "end": place }, "text": " " });
            let document = json!({ "uri": file, "version": version });
            let params = json!({ "textDocument": document, "contentChanges": [change] });
            editor.tell("textDocument/didChange", params)?;
            editor.wait(&file)?;
            times.push(start.elapsed());
        }
        editor.end()?;
        let median = median(times).as_secs_f64();
        table::figure(&format!("a keystroke among 240 policies{what}: ms"), median * 1e3, goal);
        let parsed = median_of_parsing(&corpus)?;
        table::figure(&format!("a keystroke{what} / parsing all files"), median / parsed.as_secs_f64(), None);
    }
    Ok(())
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// The reference: each file is read and parsed, on one thread.
fn median_of_parsing(corpus: &Corpus) -> io::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..KEYSTROKES {
        let start = Instant::now();
        for folder in &corpus.folders {
            for entry in std::fs::read_dir(folder)? {
                let value: Value = serde_json::from_slice(&std::fs::read(entry?.path())?)?;
                std::hint::black_box(value);
            }
        }
        times.push(start.elapsed());
    }
    Ok(median(times))
}

struct Editor {
    server: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
    requests: i32,
}

impl Editor {
    fn start(folder: &Path, options: &[&str]) -> io::Result<Self> {
        let mut server = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .args(["lsp", "--isolated", "--today", "2026-06-01"])
            .args(options)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let pipe = || io::Error::from(io::ErrorKind::BrokenPipe);
        let (to, from) = (server.stdin.take().ok_or_else(pipe)?, server.stdout.take().ok_or_else(pipe)?);
        let mut editor = Self { server, to, from: BufReader::new(from), requests: 0 };
        let folders = json!([{ "uri": format!("file://{}", folder.display()), "name": "tenant" }]);
        editor.ask("initialize", json!({ "capabilities": {}, "workspaceFolders": folders }))?;
        editor.tell("initialized", json!({}))?;
        Ok(editor)
    }

    fn tell(&mut self, method: &str, params: Value) -> io::Result<()> {
        Message::from(Notification::new(method.to_owned(), params)).write(&mut self.to)
    }

    fn ask(&mut self, method: &str, params: Value) -> io::Result<()> {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        Message::from(Request::new(id.clone(), method.to_owned(), params)).write(&mut self.to)?;
        loop {
            match Message::read(&mut self.from)? {
                Some(Message::Response(response)) if response.id == id => return Ok(()),
                Some(Message::Response(_) | Message::Request(_) | Message::Notification(_)) => {}
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
    }

    /// A question that takes no time of its own.
    fn wait(&mut self, file: &str) -> io::Result<()> {
        let nowhere = json!({ "line": 0, "character": 0 });
        let range = json!({ "start": nowhere, "end": nowhere });
        self.ask(
            "textDocument/codeAction",
            json!({ "textDocument": { "uri": file }, "range": range, "context": { "diagnostics": [] } }),
        )
    }

    fn end(mut self) -> io::Result<()> {
        self.ask("shutdown", Value::Null)?;
        self.tell("exit", Value::Null)?;
        self.server.wait().map(|_| ())
    }
}
