//! Whether to colour and to draw, decided once for every report.

use clap::ValueEnum;
use std::io::IsTerminal;

/// `--color`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum When {
    /// On a terminal, unless environment variables say otherwise
    #[default]
    Auto,
    /// Also for pipes and files
    Always,
    /// Never
    Never,
}

impl When {
    /// Whether standard output gets colors: the flag, then `NO_COLOR`, then `CLICOLOR_FORCE` and `FORCE_COLOR`, then
    /// the terminal.
    pub(super) fn is_on(self) -> bool {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty() && value != "0");
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if set("NO_COLOR") => false,
            Self::Auto if set("CLICOLOR_FORCE") || set("FORCE_COLOR") => true,
            Self::Auto => std::io::stdout().is_terminal() && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }
}

/// Whether standard output supports box drawing characters. Pipes and files always get UTF-8, regardless of the locale.
pub(super) fn is_unicode() -> bool {
    !std::io::stdout().is_terminal() || supports_unicode::on(supports_unicode::Stream::Stdout)
}
