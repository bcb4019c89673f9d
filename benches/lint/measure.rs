//! Two commands in turn, A B A B …, as whole processes.

use std::io;
use std::process::{Command, Stdio};
use std::time::Instant;
use wait4::Wait4;

/// What pairs of runs gave for the first command.
pub(crate) struct Measured {
    ratios: Vec<f64>,
    /// Median wall time, seconds.
    pub(crate) wall: f64,
    /// Largest resident set, MiB.
    pub(crate) peak_mib: f64,
}

impl Measured {
    pub(crate) fn print(&self, what: &str, goal: Option<f64>) {
        let (ratio, least, most) = (median(&self.ratios), self.ratios[0], self.ratios[self.ratios.len() - 1]);
        let held = held_against(ratio, goal);
        println!("{what:66} {ratio:6.2} ({least:.2}..{most:.2}, {} pairs){held}", self.ratios.len());
    }
}

/// ", goal 0.65: met"
pub(crate) fn held_against(figure: f64, goal: Option<f64>) -> String {
    goal.map_or_else(String::new, |goal| {
        let held = if figure <= goal { "met" } else { "MISSED" };
        format!(", goal {goal}: {held}")
    })
}

/// Runs both commands `pairs` times in turn, after a warm-up.
pub(crate) fn measure(pairs: usize, first: &mut Command, second: &mut Command) -> io::Result<Measured> {
    run(first)?;
    run(second)?;
    let (mut ratios, mut walls, mut peak_mib) = (Vec::new(), Vec::new(), 0_f64);
    for _ in 0..pairs {
        let (one, peak) = run(first)?;
        let (two, _) = run(second)?;
        ratios.push(one / two);
        walls.push(one);
        peak_mib = peak_mib.max(peak);
    }
    ratios.sort_by(f64::total_cmp);
    walls.sort_by(f64::total_cmp);
    Ok(Measured { wall: median(&walls), ratios, peak_mib })
}

/// Wall time in seconds and peak memory in MiB.
fn run(command: &mut Command) -> io::Result<(f64, f64)> {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let used = child.wait4()?;
    let wall = start.elapsed().as_secs_f64();
    match used.status.code() {
        // Findings are no failure.
        Some(0 | 1) => {}
        code => return Err(io::Error::other(format!("{command:?} ended with {code:?}"))),
    }
    #[allow(clippy::cast_precision_loss)]
    Ok((wall, used.rusage.maxrss as f64 / f64::from(1 << 20)))
}

fn median(sorted: &[f64]) -> f64 {
    sorted[sorted.len() / 2]
}
