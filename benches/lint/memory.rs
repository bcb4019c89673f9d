//! Memory of each format by the number of tenants.

use crate::corpus::Corpus;
use crate::measure::run;
use crate::realistic::Damage;
use crate::{caplint, table};
use std::io;
use std::path::Path;

/// Tenants that are read, and policies of each.
pub(crate) const TENANTS: [usize; 2] = [25, 125];
pub(crate) const POLICIES: usize = 30;

const FORMATS: [&str; 9] = ["concise", "json", "pretty", "sarif", "github", "gitlab", "junit", "markdown", "html"];

/// Peak memory of a format, MiB.
pub(crate) struct Peak {
    pub(crate) format: &'static str,
    pub(crate) mib: [f64; 2],
}

impl Peak {
    /// What each tenant adds, KiB.
    pub(crate) fn each_tenant(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "nothing here is that large")]
        let more = (TENANTS[1] - TENANTS[0]) as f64;
        (self.mib[1] - self.mib[0]) * 1_024.0 / more
    }
}

/// Measures every format with every control.
pub(crate) fn peaks(scratch: &Path) -> io::Result<Vec<Peak>> {
    let corpus = Corpus::write_realistic(scratch.join("memory"), TENANTS[1], POLICIES, Damage::OneInAHundred)?;
    table::note("");
    let mut peaks = Vec::new();
    for format in FORMATS {
        let options = ["--format", format, "--tenant-per-path", "--benchmark", "all"];
        let peak = |tenants: usize| run(&mut caplint(&corpus.folders[..tenants], &options)).map(|run| run.peak_mib);
        let mib = [peak(TENANTS[0])?, peak(TENANTS[1])?];
        for (tenants, mib) in TENANTS.iter().zip(mib) {
            table::figure(&format!("{format}, every control, {tenants} tenants: peak memory, MiB"), mib, None);
        }
        peaks.push(Peak { format, mib });
    }
    std::fs::remove_dir_all(&corpus.root)?;
    Ok(peaks)
}
