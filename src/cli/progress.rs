//! A sign of life on standard error, where a run takes longer than a second and somebody is watching.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// What a run counts.
#[derive(Default)]
struct Counted {
    tenants: AtomicUsize,
    files: AtomicUsize,
    bytes: AtomicU64,
}

/// Counts tenants, files or bytes; shows the count until dropped.
pub(super) struct Progress {
    counted: Arc<Counted>,
    /// The bar, once it is shown. Whoever holds it writes, and the bar stands still.
    bar: Arc<Mutex<Option<ProgressBar>>>,
    watcher: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Counts files, of which nobody knows how many there are.
    pub(super) fn start() -> Self {
        Self::watch(ProgressBar::new_spinner, |bar, counted| bar.set_message(files(counted)))
    }

    /// Counts so many tenants, and their files.
    pub(super) fn of_tenants(all: usize) -> Self {
        if all < 2 {
            return Self::start();
        }
        let start = move || match ProgressStyle::with_template("{bar:40} {pos} of {len} tenants, {msg}") {
            Ok(style) => ProgressBar::new(all as u64).with_style(style),
            Err(_) => ProgressBar::new_spinner(),
        };
        Self::watch(start, |bar, counted| {
            bar.set_message(files(counted));
            bar.set_position(counted.tenants.load(Ordering::Relaxed) as u64);
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
        let bar = Arc::new(Mutex::new(None));
        let watcher = std::io::stderr().is_terminal().then(|| {
            let (stop, stopped) = channel();
            let (counted, bar) = (Arc::clone(&counted), Arc::clone(&bar));
            let watcher = thread::spawn(move || {
                if stopped.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
                held(&bar).replace(start());
                loop {
                    if let Some(bar) = held(&bar).as_ref() {
                        show(bar, &counted);
                        bar.tick();
                    }
                    if stopped.recv_timeout(Duration::from_millis(100)) != Err(RecvTimeoutError::Timeout) {
                        break;
                    }
                }
                held(&bar).take().iter().for_each(ProgressBar::finish_and_clear);
            });
            (stop, watcher)
        });
        Self { counted, bar, watcher }
    }

    /// Takes the bar from the terminal while something is written, which may go to the same terminal.
    pub(super) fn aside<T>(&self, write: impl FnOnce() -> T) -> T {
        match held(&self.bar).as_ref() {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Counts a tenant.
    pub(super) fn tenant(&self) {
        self.counted.tenants.fetch_add(1, Ordering::Relaxed);
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

fn files(counted: &Counted) -> String {
    match counted.files.load(Ordering::Relaxed) {
        1 => "1 file".to_owned(),
        files => format!("{files} files"),
    }
}

/// A watcher that panicked leaves a bar that can still be cleared.
fn held<T>(bar: &Mutex<T>) -> MutexGuard<'_, T> {
    bar.lock().unwrap_or_else(PoisonError::into_inner)
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
