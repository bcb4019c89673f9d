//! A sign of life on standard error, where a run takes longer than a second and somebody is watching.

use indicatif::ProgressBar;
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Counts files; shows the count until dropped.
pub(super) struct Progress {
    files: Arc<AtomicUsize>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    pub(super) fn start() -> Self {
        let files = Arc::new(AtomicUsize::new(0));
        let watcher = std::io::stderr().is_terminal().then(|| {
            let (stop, stopped) = channel();
            let files = Arc::clone(&files);
            let watcher = thread::spawn(move || {
                let mut wait = Duration::from_secs(1);
                let mut bar = None;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    let bar = bar.get_or_insert_with(ProgressBar::new_spinner);
                    bar.set_message(format!("{} files", files.load(Ordering::Relaxed)));
                    bar.tick();
                    wait = Duration::from_millis(100);
                }
                if let Some(bar) = bar {
                    bar.finish_and_clear();
                }
            });
            (stop, watcher)
        });
        Self { files, watcher }
    }

    /// Where readers count.
    pub(super) fn files(&self) -> &AtomicUsize {
        &self.files
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, watcher)) = self.watcher.take() {
            drop(stop);
            // A watcher that panicked has nothing left to clear.
            let _ = watcher.join();
        }
    }
}
