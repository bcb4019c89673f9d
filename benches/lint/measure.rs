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

/// What pairs of runs gave, the first command in relation to the second.
pub(crate) struct Measured {
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
    for _ in 0..pairs {
        let (one, two) = (run(&mut first)?, run(&mut second)?);
        ratios.push(one.wall / two.wall);
        processor_ratios.push(one.processor / two.processor);
        peak_mib = peak_mib.max(one.peak_mib);
    }
    ratios.sort_by(f64::total_cmp);
    processor_ratios.sort_by(f64::total_cmp);
    Ok(Measured { ratios, processor_ratio: median(&processor_ratios), peak_mib })
}

struct Run {
    wall: f64,
    processor: f64,
    /// No less than what this program itself has held, because a child begins as a copy of it. It holds little.
    peak_mib: f64,
}

fn run(subject: &mut Subject) -> io::Result<Run> {
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
