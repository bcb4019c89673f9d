//! The frame of every page of HTML: what the browser may use, the head, the style sheet and the foot.
//!
//! A page is one file and fetches nothing. Its content security policy allows the style sheet and the script by their hashes, and
//! nothing else.

use super::count;
use crate::finding::visible;
use crate::outcome::{Asked, Basis, ConfigurationReport};
use data_encoding::BASE64;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest, Sha256};
use std::io::{self, Write};

const STYLE: &str = include_str!("document/style.css");

/// A page.
pub(super) struct Document {
    /// What the browser calls it.
    pub(super) title: String,
    /// What it is called on itself.
    pub(super) heading: String,
    /// What stands below that.
    pub(super) about: Markup,
    /// What its last line says after the version of caplint.
    pub(super) foot: &'static str,
    /// Its script, if it has one.
    pub(super) script: Option<&'static str>,
}

impl Document {
    /// Writes the page. `main` writes everything between its head and its foot.
    pub(super) fn write(
        self,
        out: &mut dyn Write,
        main: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> io::Result<()> {
        let Self { title, heading, about, foot, script } = self;
        let scripts = script.map(|script| format!("; script-src {}", allowed(script))).unwrap_or_default();
        let policy = format!("default-src 'none'; style-src {}{scripts}", allowed(STYLE));
        let head = html! {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(policy);
                meta name="generator" content={ "caplint " (env!("CARGO_PKG_VERSION")) };
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
        };
        let header = html! {
            header {
                h1 { (heading) }
                (about)
            }
        };
        let footer = html! {
            footer { p { "Written by caplint " (env!("CARGO_PKG_VERSION")) (foot) } }
            @if let Some(script) = script { script { (PreEscaped(script)) } }
        };
        let start = format!("{}<html lang=\"en\">{}<body>{}<main>", DOCTYPE.0, head.0, header.0);
        out.write_all(start.as_bytes())?;
        main(out)?;
        writeln!(out, "</main>{}</body></html>", footer.0)
    }
}

/// What a run was told, for the head of a page.
pub(super) fn basis(basis: &Basis, shows_day: bool) -> Markup {
    let Basis { today, configuration, asked, own, assumed_enabled, is_us_government: _, is_stored_query } = basis;
    html! {
        dl .basis {
            @if shows_day { div { dt { "Judged as of" } dd { (today) } } }
            div {
                dt { "Controls" }
                dd {
                    (self::asked(asked))
                    @if *own > 0 { ", and " (count(*own, "requirement")) " of the configuration" }
                    @if *is_stored_query { ". Findings are those of their stored queries" }
                }
            }
            div {
                dt { "Configuration" }
                dd {
                    @match configuration {
                        Some(ConfigurationReport { path, sha256 }) => {
                            code { (visible(path)) } span .hash { " SHA-256 " code { (sha256) } }
                        }
                        None => { "none" }
                    }
                }
            }
            @if !assumed_enabled.is_empty() {
                div {
                    dt { "Judged as if enabled" }
                    dd { @for (index, which) in assumed_enabled.iter().enumerate() { @if index > 0 { ", " } (visible(which)) } }
                }
            }
        }
    }
}

/// The controls that were asked for, in words.
fn asked(asked: &Asked) -> Markup {
    match asked {
        Asked::Everything => html! { "all of caplint" },
        Asked::Nothing(default) => html! { code { (default) } ", because none was asked for" },
        Asked::Some { benchmarks, controls } => html! {
            @for (index, benchmark) in benchmarks.iter().enumerate() { @if index > 0 { ", " } (benchmark) }
            @for (index, control) in controls.iter().enumerate() {
                @if index + benchmarks.len() > 0 { ", " }
                code { (control) }
            }
        },
    }
}

/// What the browser may use, by its hash.
fn allowed(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text)))
}
