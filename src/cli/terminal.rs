//! What standard output can show, decided once for every command.

use crate::report::Style;
use clap::{ColorChoice, ValueEnum};
use std::ffi::OsString;
use std::io::IsTerminal;

/// Whether to color, for every command.
#[derive(clap::Args)]
pub(super) struct ColorArguments {
    /// When to use color
    #[arg(long, value_name = "WHEN", value_enum, default_value_t, global = true)]
    color: When,

    /// Use no color; the same as --color never
    #[arg(long, global = true, conflicts_with = "color")]
    no_color: bool,
}

/// `--color`
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum When {
    /// On a terminal, unless environment variables say otherwise
    #[default]
    Auto,
    /// Also for pipes and files
    Always,
    /// Never
    Never,
}

/// What standard output can show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terminal {
    /// Colors.
    pub(super) color: bool,
    /// Box drawing instead of ASCII.
    pub(super) unicode: bool,
    /// Links.
    pub(super) links: bool,
    /// Columns, if text is to fit them.
    pub(super) width: Option<usize>,
}

/// Whether what clap itself says is colored: help, and errors in arguments, which come before they are read. clap follows the
/// environment by itself.
pub(super) fn color_of_help(arguments: impl Iterator<Item = OsString>) -> ColorChoice {
    let mut choice = ColorChoice::Auto;
    let mut arguments = arguments.skip(1).take_while(|argument| argument != "--");
    while let Some(argument) = arguments.next() {
        let said = match argument.to_str() {
            Some("--no-color") => Some("never".into()),
            Some("--color") => arguments.next(),
            other => other.and_then(|other| other.strip_prefix("--color=")).map(OsString::from),
        };
        choice = match said.as_ref().and_then(|said| said.to_str()) {
            Some("always") => ColorChoice::Always,
            Some("never") => ColorChoice::Never,
            Some(_) | None => choice,
        };
    }
    choice
}

impl Terminal {
    /// How people see a report here.
    pub(super) fn style(self) -> Style {
        let Self { color, unicode, links, width } = self;
        Style { color, unicode, links, width, ..Style::default() }
    }
}

impl ColorArguments {
    fn when(&self) -> When {
        if self.no_color { When::Never } else { self.color }
    }

    /// What standard output can show, as the arguments, the environment and the system say.
    pub(super) fn terminal(&self) -> Terminal {
        let when = self.when();
        let is_terminal = std::io::stdout().is_terminal();
        Terminal {
            color: when.is_on(is_terminal, |name| std::env::var_os(name)),
            // Pipes and files always get UTF-8, regardless of the locale.
            unicode: !is_terminal || supports_unicode::on(supports_unicode::Stream::Stdout),
            // Whoever wants no color wants plain text.
            links: when != When::Never && supports_hyperlinks::on(supports_hyperlinks::Stream::Stdout),
            width: width(),
        }
    }

    /// Errors of the run follow the arguments, too.
    pub(super) fn apply_to_errors(&self) {
        let color = match self.when() {
            // miette looks at standard error.
            When::Auto => None,
            When::Always => Some(true),
            When::Never => Some(false),
        };
        let handler = move || {
            // Days and paths have hyphens, and people copy them.
            let options = miette::MietteHandlerOpts::new()
                .break_words(false)
                .word_separator(textwrap::WordSeparator::AsciiSpace)
                .word_splitter(textwrap::WordSplitter::NoHyphenation);
            match color {
                Some(color) => options.color(color).build(),
                None => options.build(),
            }
        };
        // It fails only where one is set already, and nobody else sets one.
        let _ = miette::set_hook(Box::new(move |_| Box::new(handler())));
    }
}

impl When {
    /// Whether standard output gets colors: the argument, then `NO_COLOR` (<https://no-color.org>), then `CLICOLOR_FORCE`,
    /// `FORCE_COLOR` and `CLICOLOR` (<https://bixense.com/clicolors/>), then the terminal.
    fn is_on(self, is_terminal: bool, variable: impl Fn(&str) -> Option<OsString>) -> bool {
        let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let is_zero = |name: &str| variable(name).is_some_and(|value| value == "0");
        match self {
            Self::Always => true,
            Self::Never => false,
            // Any value of it counts, 0 among them.
            Self::Auto if is_set("NO_COLOR") => false,
            Self::Auto if ["CLICOLOR_FORCE", "FORCE_COLOR"].iter().any(|name| is_set(name) && !is_zero(name)) => true,
            Self::Auto if is_zero("CLICOLOR") => false,
            Self::Auto => is_terminal && variable("TERM").is_none_or(|term| term != "dumb"),
        }
    }
}

/// The columns that text for people is to fit: what `COLUMNS` says, else what the terminal has. A pipe or a file has no width.
fn width() -> Option<usize> {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    let of_terminal = || {
        let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
        Some(usize::from(width.0))
    };
    said.or_else(of_terminal).filter(|columns| *columns > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_come_before_variables_and_variables_before_the_terminal() {
        let auto = |is_terminal: bool, variables: &[(&str, &str)]| {
            let variable =
                |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| OsString::from(value));
            assert!(When::Always.is_on(is_terminal, variable) && !When::Never.is_on(is_terminal, variable));
            When::Auto.is_on(is_terminal, variable)
        };
        assert!(auto(true, &[]) && !auto(false, &[]));
        assert!(!auto(true, &[("TERM", "dumb")]) && auto(true, &[("TERM", "xterm")]));
        // An empty one is as good as none, and 0 says no, but for NO_COLOR.
        assert!(
            !auto(true, &[("NO_COLOR", "1")]) && !auto(true, &[("NO_COLOR", "0")]) && auto(true, &[("NO_COLOR", "")])
        );
        for force in ["CLICOLOR_FORCE", "FORCE_COLOR"] {
            assert!(auto(false, &[(force, "1")]) && !auto(false, &[(force, "0")]) && !auto(false, &[(force, "")]));
            assert!(!auto(false, &[(force, "1"), ("NO_COLOR", "1")]));
            assert!(auto(true, &[(force, "0")]));
        }
        assert!(
            !auto(true, &[("CLICOLOR", "0")]) && auto(true, &[("CLICOLOR", "1")]) && !auto(false, &[("CLICOLOR", "1")])
        );
        assert!(auto(false, &[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")]));
    }
}
