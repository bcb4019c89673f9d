//! What a run was told, as the head of a page has it.

use super::Options;
use crate::catalog::Cloud;
use crate::controls;
use crate::discover::shown;
use crate::outcome::{Asked, Basis, ConfigurationReport};
use crate::rules::Reading;
use std::path::{Path, PathBuf};

/// What the run was told.
pub(super) fn basis(options: &Options) -> Basis {
    let config = &options.config;
    let selection = &options.selection;
    let asked = if selection.is_empty() {
        Asked::Nothing(controls::DEFAULT)
    } else if selection.everything {
        Asked::Everything
    } else {
        Asked::Some {
            benchmarks: selection.benchmarks.iter().map(|benchmark| benchmark.title()).collect(),
            controls: selection.controls.iter().map(|control| control.id).collect(),
        }
    };
    let here = std::env::current_dir().unwrap_or_default();
    let configuration = config.path.as_deref().zip(config.sha256.as_ref());
    Basis {
        today: options.today,
        configuration: configuration
            .map(|(path, sha256)| ConfigurationReport { path: shown(&from(&here, path)), sha256: sha256.clone() }),
        asked,
        own: config.requirements.len(),
        assumed_enabled: options.assume_enabled.words().map(str::to_owned).collect(),
        is_us_government: options.cloud == Cloud::UsGovernment,
        is_stored_query: options.reading == Reading::StoredQuery,
    }
}

/// A path from a folder: a page that is handed on need not tell where on a disk it was written. A path that has only the root
/// in common with the folder stays as it is.
fn from(folder: &Path, path: &Path) -> PathBuf {
    let below = |(up, above): (usize, &Path)| {
        let rest = path.strip_prefix(above).ok().filter(|_| above.parent().is_some())?;
        Some(std::iter::repeat_n(Path::new(".."), up).collect::<PathBuf>().join(rest))
    };
    folder.ancestors().enumerate().find_map(below).unwrap_or_else(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_told_from_the_folder() {
        let told = |path: &str| shown(&from(Path::new("/home/ada/policies/exports"), Path::new(path)));
        assert_eq!(told("caplint.toml"), "caplint.toml");
        assert_eq!(told("/home/ada/policies/exports/caplint.toml"), "caplint.toml");
        assert_eq!(told("/home/ada/policies/caplint.toml"), "../caplint.toml");
        assert_eq!(told("/home/ada/policies/ci/strict.toml"), "../ci/strict.toml");
        assert_eq!(told("/etc/caplint.toml"), "/etc/caplint.toml");
    }
}
