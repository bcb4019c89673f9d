//! What the editor has sent and nobody has looked at yet.
//!
//! A check takes longer than it takes to type, so that messages wait meanwhile. What waits behind a message says whether it still
//! matters: edits are taken together before the next check, and nobody needs the answer to a request that was cancelled, or that is about
//! a text which has changed since.

use super::Stopped;
use crossbeam_channel::Receiver;
use lsp_server::{Message, Request, RequestId};
use lsp_types::notification::{Cancel, DidChangeTextDocument, Notification as _};
use lsp_types::{CancelParams, NumberOrString};
use std::collections::VecDeque;
use std::time::Duration;

/// How long to wait for another message before a check. An editor sends the edits of one command one after the other.
const SETTLING: Duration = Duration::from_millis(10);

pub(super) struct Inbox {
    coming: Receiver<Message>,
    waiting: VecDeque<Message>,
}

impl Inbox {
    /// Takes over what comes in. The channel of standard input holds one message, and would hide what is behind it.
    pub(super) fn of(receiver: &Receiver<Message>) -> Self {
        let (sender, coming) = crossbeam_channel::unbounded();
        let receiver = receiver.clone();
        // It ends with the thread that reads, or with the server.
        std::thread::spawn(move || {
            for message in receiver {
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        Self { coming, waiting: VecDeque::new() }
    }

    /// The next message, if one comes soon.
    pub(super) fn soon(&mut self) -> Option<Message> {
        self.waiting.pop_front().or_else(|| self.coming.recv_timeout(SETTLING).ok())
    }

    /// The next message, whenever it comes.
    pub(super) fn next(&mut self) -> Result<Message, Stopped> {
        self.waiting.pop_front().map_or_else(|| self.coming.recv().map_err(|_| Stopped::Closed), Ok)
    }

    /// Looks at everything that has come behind the message that is being answered.
    pub(super) fn look(&mut self) {
        self.waiting.extend(self.coming.try_iter());
    }

    /// Whether the editor does not want the answer any more.
    pub(super) fn cancels(&self, id: &RequestId) -> bool {
        self.waiting.iter().any(|message| match message {
            Message::Notification(told) if told.method == Cancel::METHOD => {
                let params = serde_json::from_value::<CancelParams>(told.params.clone());
                params.is_ok_and(|CancelParams { id: cancelled }| {
                    *id == match cancelled {
                        NumberOrString::Number(number) => RequestId::from(number),
                        NumberOrString::String(text) => RequestId::from(text),
                    }
                })
            }
            Message::Notification(_) | Message::Request(_) | Message::Response(_) => false,
        })
    }

    /// Whether the text that a request is about has changed since.
    pub(super) fn outdates(&self, request: &Request) -> bool {
        const TEXT: &str = "/textDocument/uri";
        let Some(text) = request.params.pointer(TEXT) else { return false };
        self.waiting.iter().any(|message| match message {
            Message::Notification(told) => {
                told.method == DidChangeTextDocument::METHOD && told.params.pointer(TEXT) == Some(text)
            }
            Message::Request(_) | Message::Response(_) => false,
        })
    }
}
