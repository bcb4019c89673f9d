//! What a format is, and the table of them all.

use super::stream::Growing;
use super::{Run, Stream, Style};
use crate::coverage::Ways;
use std::fmt;
use std::str::FromStr;

/// A format. Each has a file, which says everything about it.
pub(super) trait Formatter: Sync {
    /// Its name on the command line.
    fn name(&self) -> &'static str;

    /// What it is for, in a few words.
    fn about(&self) -> &'static str;

    /// Whether people do not read it themselves, so that what is hidden is told them beside it.
    fn is_for_programs(&self) -> bool;

    /// How many ways in it needs: as many as are listed where it lists them, or tells whether there are new ones.
    fn ways(&self) -> Ways;

    /// Whether it shows what to do about a finding.
    fn shows_help(&self) -> bool {
        true
    }

    /// Whether it shows the map of each tenant, and its files with their hashes.
    fn shows_map(&self) -> bool {
        false
    }

    /// Begins a report, as somebody sees it.
    fn begin<'r>(&self, run: &'r Run, style: Style) -> Box<dyn Growing + 'r>;
}

/// Makes the table: a file of this folder, and its [`Formatter`].
macro_rules! formats {
    ($($(#[$attribute:meta])? $file:ident::$format:ident),+ $(,)?) => {
        /// A report's format.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Format {
            $(#[doc = concat!("See `src/report/", stringify!($file), ".rs`.")] $(#[$attribute])? $format),+
        }

        impl Format {
            /// Every format, in the order in which `--help` lists them.
            pub const ALL: &[Self] = &[$(Self::$format),+];

            fn formatter(self) -> &'static dyn Formatter {
                match self {
                    $(Self::$format => &super::$file::$format),+
                }
            }
        }
    };
}

formats! {
    #[default]
    pretty::Pretty,
    concise::Concise,
    json::Json,
    sarif::Sarif,
    github::Github,
    gitlab::Gitlab,
    junit::Junit,
    markdown::Markdown,
    html::Html,
}

impl Format {
    /// Its name on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        self.formatter().name()
    }

    /// What it is for, in a few words.
    #[must_use]
    pub fn about(self) -> &'static str {
        self.formatter().about()
    }

    /// Whether people do not read it themselves, so that what is hidden is told them beside it.
    #[must_use]
    pub fn is_for_programs(self) -> bool {
        self.formatter().is_for_programs()
    }

    /// How many ways in it needs.
    #[must_use]
    pub fn ways(self) -> Ways {
        self.formatter().ways()
    }

    /// Whether it shows what to do about a finding.
    #[must_use]
    pub fn shows_help(self) -> bool {
        self.formatter().shows_help()
    }

    /// Whether it shows the map of each tenant.
    #[must_use]
    pub fn shows_map(self) -> bool {
        self.formatter().shows_map()
    }

    /// Begins a report, as somebody sees it.
    #[must_use]
    pub fn stream(self, run: &Run, style: Style) -> Stream<'_> {
        Stream::new(self.formatter().begin(run, style))
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.iter().copied().find(|format| format.word() == text).ok_or_else(|| {
            let words: Vec<&str> = Self::ALL.iter().map(|format| format.word()).collect();
            format!("no such format; there are {}", words.join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_file_that_has_a_formatter_is_in_the_table() {
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/src/report")).unwrap().flatten();
        // A folder holds the formats of something else.
        let is_format = |entry: &std::fs::DirEntry| {
            entry.path().is_file() && std::fs::read_to_string(entry.path()).unwrap().contains("\nimpl Formatter for ")
        };
        let files = folder.filter(is_format).map(|entry| entry.path().file_stem().unwrap().to_owned());
        let files: BTreeSet<String> = files.map(|stem| stem.into_string().unwrap()).collect();
        // A file is named after its format, so that whoever reads one finds the other.
        assert_eq!(files, Format::ALL.iter().map(|format| format.word().replace('-', "_")).collect());
    }

    #[test]
    fn a_format_is_read_as_it_is_written() {
        for format in Format::ALL {
            assert_eq!(format.word().parse(), Ok(*format));
            assert!(format.word().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-'), "{format}");
            let about = format.about();
            assert!(!about.is_empty() && about.len() < 60 && !about.ends_with('.'), "{format}: {about}");
            // `cargo xtask new` leaves them where something is still to be written.
            assert!(!about.contains("TODO"), "{format}: {about}");
        }
    }
}
