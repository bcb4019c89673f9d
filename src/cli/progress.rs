//! A sign of life on standard error, where a run takes longer than a second and somebody is watching.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What readers count.
#[derive(Default)]
struct Counted {
    files: AtomicUsize,
    bytes: AtomicU64,
}

/// Counts files or bytes; shows the count until dropped.
pub(super) struct Progress {
    counted: Arc<Counted>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Counts files, of which nobody knows how many there are.
    pub(super) fn start() -> Self {
        Self::watch(ProgressBar::new_spinner, |bar, counted| {
            bar.set_message(format!("{} files", counted.files.load(Ordering::Relaxed)));
        })
    }

    /// Counts bytes, of so many, or of nobody knows how many.
    pub(super) fn of_bytes(all: u64) -> Self {
        let start = move || match ProgressStyle::with_template("{bar:40} {bytes} of {total_bytes}, {eta} left") {
            Ok(style) if all > 0 => ProgressBar::new(all).with_style(style),
            Ok(_) | Err(_) => ProgressBar::new_spinner(),
        };
        Self::watch(start, |bar, counted| {
            let bytes = counted.bytes.load(Ordering::Relaxed);
            bar.set_position(bytes);
            bar.set_message(format!("{} MB", bytes / 1_000_000));
        })
    }

    fn watch(start: impl FnOnce() -> ProgressBar + Send + 'static, show: fn(&ProgressBar, &Counted)) -> Self {
        let counted = Arc::new(Counted::default());
        let watcher = std::io::stderr().is_terminal().then(|| {
            let (stop, stopped) = channel();
            let counted = Arc::clone(&counted);
            let watcher = thread::spawn(move || {
                if stopped.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                let bar = start();
                loop {
                    show(&bar, &counted);
                    bar.tick();
                    if stopped.recv_timeout(Duration::from_millis(100)) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
                bar.finish_and_clear();
            });
            (stop, watcher)
        });
        Self { counted, watcher }
    }

    /// Where readers count files.
    pub(super) fn files(&self) -> &AtomicUsize {
        &self.counted.files
    }

    /// Where readers count bytes.
    pub(super) fn bytes(&self) -> &AtomicU64 {
        &self.counted.bytes
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
