//! Which files are whose, and what is not reported of them.

use super::{Config, Problem, day, known_rule};
use crate::catalog::Cloud;
use globset::{Glob, GlobMatcher, GlobSet, GlobSetBuilder};
use serde::Deserialize;
use std::ops::Range;
use std::path::PathBuf;
use time::Date;
use toml::Spanned;

/// `[[tenant]]`
#[derive(Debug)]
pub struct TenantEntry {
    /// Its name in reports.
    pub name: String,
    /// Its files and folders.
    pub paths: Vec<PathBuf>,
    /// `public` or `usgov`; none leaves it to the command line.
    pub cloud: Option<Cloud>,
    /// Whether security defaults are on, where the files do not say.
    pub security_defaults: Option<bool>,
    /// Bytes of the file that name it.
    pub span: Range<usize>,
}

/// `[[ignore]]`
#[derive(Debug)]
pub struct Ignored {
    /// Id of the rule.
    pub rule: String,
    /// What it is about.
    pub about: Subject,
    /// Why.
    pub reason: Option<String>,
    /// The last day on which it counts.
    pub until: Option<Date>,
    /// Bytes of the file that name the rule.
    pub span: Range<usize>,
}

/// What an ignored finding is about.
#[derive(Debug, Clone)]
pub enum Subject {
    /// A policy's id, name or address.
    Policy(String),
    /// Paths from the configuration's folder.
    Path(Box<GlobMatcher>),
    /// A tenant's name.
    Tenant(String),
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct TenantFile {
    name: Spanned<String>,
    paths: Vec<PathBuf>,
    cloud: Option<Spanned<String>>,
    security_defaults: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub(super) struct IgnoreFile {
    rule: Spanned<String>,
    policy: Option<String>,
    path: Option<Spanned<String>>,
    tenant: Option<String>,
    reason: Option<String>,
    until: Option<Spanned<toml::value::Datetime>>,
}

pub(super) fn tenant(file: TenantFile, config: &Config) -> Result<TenantEntry, Problem> {
    let problem =
        |span, message: &str, help: &str| Problem { span, message: message.to_owned(), help: help.to_owned() };
    if file.paths.is_empty() {
        return Err(problem(file.name.span(), "this tenant has no paths", "Name its files and folders in `paths`."));
    }
    if config.tenants.iter().any(|known| known.name == *file.name.get_ref()) {
        return Err(problem(file.name.span(), "there is already a tenant of this name", "Give each its own."));
    }
    let cloud = match &file.cloud {
        None => None,
        Some(cloud) => {
            let known = Cloud::ALL.into_iter().find(|known| known.word() == cloud.get_ref());
            let unknown = || problem(cloud.span(), "this cloud is not known", "There are: public, usgov.");
            Some(known.ok_or_else(unknown)?)
        }
    };
    let paths = file.paths.iter().map(|path| config.folder().join(path)).collect();
    let security_defaults = file.security_defaults;
    Ok(TenantEntry { span: file.name.span(), name: file.name.into_inner(), paths, cloud, security_defaults })
}

pub(super) fn ignore(file: IgnoreFile, text: &str, config: &Config, rules: &[&str]) -> Result<Ignored, Problem> {
    known_rule(&file.rule, &config.requirements, rules)?;
    let about = match (file.policy, file.path, file.tenant) {
        (Some(policy), None, None) => Subject::Policy(policy),
        (None, Some(path), None) => Subject::Path(Box::new(pattern(&path)?.compile_matcher())),
        (None, None, Some(tenant)) => Subject::Tenant(tenant),
        _ => {
            let help = "Write exactly one of `policy` (an id, a name or an address), `path` and `tenant`.".to_owned();
            let message = "an ignore is about one policy, one path or one tenant".to_owned();
            return Err(Problem { span: file.rule.span(), message, help });
        }
    };
    let until = file.until.map(|date| day(&date, text)).transpose()?;
    Ok(Ignored { about, reason: file.reason, until, span: file.rule.span(), rule: file.rule.into_inner() })
}

fn pattern(text: &Spanned<String>) -> Result<Glob, Problem> {
    let text_of = text.get_ref().trim_end_matches('/');
    // A folder is everything in it.
    let whole = if text.get_ref().ends_with('/') { format!("{text_of}/**") } else { text_of.to_owned() };
    Glob::new(&whole).map_err(|error| Problem {
        span: text.span(),
        message: format!("this is no pattern: {}", error.kind()),
        help: "Write a path with `*`, `**`, `?` and `{a,b}`, as in `archive/**`.".to_owned(),
    })
}

pub(super) fn patterns(texts: &[Spanned<String>]) -> Result<GlobSet, Problem> {
    let mut set = GlobSetBuilder::new();
    for text in texts {
        set.add(pattern(text)?);
    }
    set.build().map_err(|error| Problem {
        span: texts.first().map(Spanned::span).unwrap_or_default(),
        message: error.to_string(),
        help: "Write fewer or shorter patterns.".to_owned(),
    })
}
