//! Two commands in turn, A B A B …, as whole processes: starting up and memory count.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;
use wait4::Wait4;

/// A command and the exit codes that are no failure.
pub(crate) struct Subject {
    pub(crate) command: Command,
    pub(crate) codes: &'static [i32],
}

/// The least that any run of a command took, in seconds. Other work on the machine makes runs slower and none faster.
#[derive(Clone, Copy)]
pub(crate) struct Least {
    pub(crate) wall: f64,
    pub(crate) processor: f64,
}

/// What pairs of runs gave, the first command in relation to the second.
pub(crate) struct Measured {
    pub(crate) first: Least,
    pub(crate) second: Least,
    /// Wall time, in order.
    pub(crate) ratios: Vec<f64>,
    /// Median of the processor time, which neighbours on the machine disturb less.
    pub(crate) processor_ratio: f64,
    /// Largest resident set of the first command, MiB.
    pub(crate) peak_mib: f64,
}

impl Measured {
    pub(crate) fn ratio(&self) -> f64 {
        median(&self.ratios)
    }
}

/// Runs both commands `pairs` times in turn, after a warm-up.
pub(crate) fn measure(pairs: usize, mut first: Subject, mut second: Subject) -> io::Result<Measured> {
    run(&mut first)?;
    run(&mut second)?;
    let (mut ratios, mut processor_ratios, mut peak_mib) = (Vec::new(), Vec::new(), 0_f64);
    let mut least = [Least::NONE; 2];
    for _ in 0..pairs {
        let (one, two) = (run(&mut first)?, run(&mut second)?);
        least = [least[0].or(&one), least[1].or(&two)];
        ratios.push(one.wall / two.wall);
        processor_ratios.push(one.processor / two.processor);
        peak_mib = peak_mib.max(one.peak_mib);
    }
    ratios.sort_by(f64::total_cmp);
    processor_ratios.sort_by(f64::total_cmp);
    let [first, second] = least;
    Ok(Measured { first, second, ratios, processor_ratio: median(&processor_ratios), peak_mib })
}

impl Least {
    /// Of no run.
    const NONE: Self = Self { wall: f64::INFINITY, processor: f64::INFINITY };

    fn or(self, run: &Run) -> Self {
        Self { wall: self.wall.min(run.wall), processor: self.processor.min(run.processor) }
    }
}

pub(crate) struct Run {
    wall: f64,
    processor: f64,
    /// No less than what this program itself has held, because a child begins as a copy of it. It holds little.
    pub(crate) peak_mib: f64,
}

/// Runs a command once.
pub(crate) fn run(subject: &mut Subject) -> io::Result<Run> {
    let command = subject.command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let used = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    let code = used.status.code();
    if !code.is_some_and(|code| subject.codes.contains(&code)) {
        let program = subject.command.get_program();
        return Err(io::Error::other(format!("{} ended with {code:?}", program.display())));
    }
    let processor = (used.rusage.utime + used.rusage.stime).as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "nothing here is that large")]
    let peak_mib = used.rusage.maxrss as f64 / f64::from(1 << 20);
    Ok(Run { wall, processor, peak_mib })
}

/// Of an odd number the one in the middle, of an even number the larger of the two.
fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}
