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

const STYLE: &str = include_str!("document/style.css");

/// A page.
pub(super) struct Document {
    /// What the browser calls it.
    pub(super) title: String,
    /// What it is called on itself.
    pub(super) heading: String,
    /// What stands below that.
    pub(super) about: Markup,
    /// Everything else.
    pub(super) main: Markup,
    /// What its last line says after the version of caplint.
    pub(super) foot: &'static str,
    /// Its script, if it has one.
    pub(super) script: Option<&'static str>,
}

impl Document {
    /// The page, whole.
    pub(super) fn into_text(self) -> String {
        let Self { title, heading, about, main, foot, script } = self;
        let scripts = script.map(|script| format!("; script-src {}", allowed(script))).unwrap_or_default();
        let policy = format!("default-src 'none'; style-src {}{scripts}", allowed(STYLE));
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="generator" content={ "caplint " (env!("CARGO_PKG_VERSION")) };
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (heading) }
                        (about)
                    }
                    main { (main) }
                    footer { p { "Written by caplint " (env!("CARGO_PKG_VERSION")) (foot) } }
                    @if let Some(script) = script { script { (PreEscaped(script)) } }
                }
            }
        };
        page.into_string()
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
