//! `caplint.toml`: tenants, levels, ignores, requirements of one's own, approved exceptions, assumptions.
//!
//! A problem in it stops the run, pointing at the line: a configuration that is half understood is none.

mod access;
pub(crate) mod axes;
mod level;
mod scope;

pub(crate) use access::atom;
pub use level::{Profile, RuleLevel};
pub use scope::{Ignored, Subject, TenantEntry};

use crate::access::Access;
use crate::catalog::Cloud;
use crate::controls::{self, Control, Problem, Selection, Spec};
use crate::coverage::PrincipalKind;
use crate::policy::Id;
use crate::requirement::Assumptions;
use data_encoding::HEXLOWER;
use globset::GlobSet;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::{Path, PathBuf};
use time::Date;
use toml::Spanned;

/// How a day is written.
const DAY: &str = "Write a day as 2027-01-31, without quotes.";

/// Its name.
pub const FILE_NAME: &str = "caplint.toml";

/// A configuration.
#[derive(Debug, Default)]
pub struct Config {
    /// The file it was read from; none if there is none.
    pub path: Option<PathBuf>,
    /// SHA-256 of its text, in hexadecimal digits; none if there is none.
    pub sha256: Option<String>,
    /// The shipped controls that are judged, where the command line does not say.
    pub selection: Selection,
    /// Requirements beside the shipped controls.
    pub requirements: Vec<&'static Control>,
    /// Approved exclusions.
    pub exceptions: Vec<Exception>,
    /// Who must be able to sign in.
    pub access: Vec<Access>,
    /// Switches for what Microsoft leaves undocumented.
    pub assumptions: Assumptions,
    /// How strict a run is where the command line does not say.
    pub profile: Profile,
    /// Levels of rules and requirements, other than their own.
    pub levels: BTreeMap<String, RuleLevel>,
    /// Paths, from the configuration's folder, that are not looked at.
    pub exclude: GlobSet,
    /// The tenants that a run without paths judges.
    pub tenants: Vec<TenantEntry>,
    /// Findings that are not reported.
    pub ignores: Vec<Ignored>,
    /// Where the baseline is.
    pub baseline: Option<PathBuf>,
    /// How many people an excluded group may let through, if it says.
    most_excluded: Option<usize>,
}

/// An exclusion that somebody answers for.
#[derive(Debug)]
pub struct Exception {
    /// User, group or role.
    pub kind: PrincipalKind,
    /// Its id.
    pub id: Id,
    /// What people call it.
    pub name: Option<String>,
    /// Who answers for it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub review_by: Option<Date>,
    /// To which controls it is an exception; empty is all of them.
    pub controls: Vec<String>,
    /// It is an account, or a group of accounts, for emergencies: it must be able to sign in, whatever the policies ask for.
    pub break_glass: bool,
    /// Bytes of the file that name the principal.
    pub span: Range<usize>,
    /// Bytes of the file that name the date.
    pub review_span: Range<usize>,
}

/// People that an excluded group may let through: those of a group for emergencies, with room.
const MOST_EXCLUDED: usize = 10;

impl Config {
    /// Rules whose findings are not reported at any level.
    pub fn switched_off(&self) -> impl Iterator<Item = &str> {
        let off = self.levels.iter().filter(|(_, level)| level.level().is_none());
        off.map(|(rule, _)| rule.as_str())
    }

    /// How many people an excluded group may let through before it is reported.
    #[must_use]
    pub fn most_excluded(&self) -> usize {
        self.most_excluded.unwrap_or(MOST_EXCLUDED)
    }

    /// The folder that its paths start from.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.path.as_deref().and_then(Path::parent).unwrap_or(Path::new(""))
    }

    /// Where the baseline is, or would be.
    #[must_use]
    pub fn baseline_path(&self) -> PathBuf {
        self.baseline.clone().unwrap_or_else(|| self.folder().join(crate::baseline::FILE_NAME))
    }

    /// What is assumed on a day. That the control `approvedApplication` is retired can be assumed from the day on that
    /// Microsoft has announced.
    #[must_use]
    pub fn assumptions_on(&self, today: Date) -> Assumptions {
        let day = crate::catalog::retirement("approvedApplication").and_then(|retirement| retirement.day);
        let is_retired = day.is_some_and(|day| day <= today);
        Assumptions { approved_app_retired: self.assumptions.approved_app_retired && is_retired, ..self.assumptions }
    }
}

impl Exception {
    /// Whether it approves leaving out this principal from a control.
    #[must_use]
    pub fn approves(&self, control: &str, kind: PrincipalKind, id: &Id) -> bool {
        self.kind == kind
            && id.is_written(&self.id)
            && (self.controls.is_empty() || self.controls.iter().any(|one| one == control))
    }

    /// Whether its review is overdue.
    #[must_use]
    pub fn has_expired(&self, today: Date) -> bool {
        self.review_by.is_some_and(|date| date < today)
    }
}

/// The shape of the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profile: Profile,
    #[serde(default)]
    rules: BTreeMap<Spanned<String>, RuleLevel>,
    #[serde(default)]
    exclude: Vec<Spanned<String>>,
    #[serde(default, rename = "tenant")]
    tenants: Vec<scope::TenantFile>,
    #[serde(default, rename = "ignore")]
    ignores: Vec<scope::IgnoreFile>,
    baseline: Option<PathBuf>,
    #[serde(rename = "most-excluded")]
    most_excluded: Option<usize>,
    #[serde(default)]
    benchmarks: Vec<Spanned<String>>,
    #[serde(default)]
    controls: Vec<Spanned<String>>,
    #[serde(default, rename = "requirement")]
    requirements: Vec<Own>,
    #[serde(default, rename = "exception")]
    exceptions: Vec<Entry>,
    #[serde(default)]
    access: Vec<Spanned<access::AccessFile>>,
    #[serde(default)]
    assumptions: BTreeMap<Spanned<String>, bool>,
}

/// `[[requirement]]`
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Own {
    id: Spanned<String>,
    title: Option<String>,
    users: Option<controls::Users>,
    resources: Vec<Spanned<String>>,
    #[serde(default)]
    clients: Vec<Spanned<String>>,
    #[serde(default)]
    platforms: Vec<Spanned<String>>,
    #[serde(default)]
    flows: Vec<Spanned<String>>,
    #[serde(default)]
    sign_in_risk: Vec<Spanned<String>>,
    #[serde(default)]
    user_risk: Vec<Spanned<String>>,
    #[serde(default)]
    insider_risk: Vec<Spanned<String>>,
    #[serde(default)]
    outside_trusted_locations: bool,
    #[serde(default)]
    outside_compliant_network: bool,
    identities: Option<Spanned<String>>,
    #[serde(default)]
    identity_risk: Vec<Spanned<String>>,
    grant: Option<Spanned<toml::Value>>,
    session: Option<Spanned<toml::Value>>,
    tracked_roles: Option<Vec<Spanned<String>>>,
}

/// `[[exception]]`
#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Entry {
    user: Option<Spanned<String>>,
    group: Option<Spanned<String>>,
    role: Option<Spanned<String>>,
    service_principal: Option<Spanned<String>>,
    agent_identity: Option<Spanned<String>>,
    name: Option<String>,
    owner: Spanned<String>,
    reason: Spanned<String>,
    review_by: Option<Spanned<toml::value::Datetime>>,
    #[serde(default)]
    controls: Vec<Spanned<String>>,
    break_glass: Option<bool>,
}

/// A string as TOML has it.
#[must_use]
pub fn toml_string(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The configuration that holds in a folder: the nearest upwards.
#[must_use]
pub fn find(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE_NAME)).find(|path| path.is_file())
}

/// Reads a configuration.
///
/// # Errors
/// The first problem, with its place.
pub fn read(path: &Path, text: &str, rules: &[&str]) -> Result<Config, Problem> {
    let file: File =
        toml::from_str(text).map_err(|error| unreadable(&error, text, "docs/configuration.md describes every key."))?;
    let sha256 = HEXLOWER.encode(&Sha256::digest(text));
    let mut config = Config { path: Some(path.to_owned()), sha256: Some(sha256), ..Config::default() };
    for id in &file.benchmarks {
        let added = config.selection.add_benchmark(id.get_ref());
        added.map_err(|known| unknown(id, "a benchmark", &known))?;
    }
    for id in &file.controls {
        let added = config.selection.add_control(id.get_ref());
        added.map_err(|known| unknown(id, "a control", &known))?;
    }
    for own in file.requirements {
        let control = requirement(own, &config.requirements, rules)?;
        config.requirements.push(Box::leak(Box::new(control)));
    }
    for entry in file.exceptions {
        let exception = exception(entry, text, &config.requirements)?;
        config.exceptions.push(exception);
    }
    for entry in file.access {
        let access = access::access(entry, &config.access)?;
        config.access.push(access);
    }
    for (rule, level) in file.rules {
        known_rule(&rule, &config.requirements, rules)?;
        config.levels.insert(rule.into_inner(), level);
    }
    config.exclude = scope::patterns(&file.exclude)?;
    config.most_excluded = file.most_excluded;
    config.profile = file.profile;
    config.baseline = file.baseline.map(|baseline| config.folder().join(baseline));
    for tenant in file.tenants {
        let tenant = scope::tenant(tenant, &config)?;
        config.tenants.push(tenant);
    }
    for ignore in file.ignores {
        let ignore = scope::ignore(ignore, text, &config, rules)?;
        config.ignores.push(ignore);
    }
    for (key, value) in file.assumptions {
        match config.assumptions.switch(key.get_ref()) {
            Some(switch) => *switch = value,
            None => return Err(no_switch(&key)),
        }
    }
    Ok(config)
}

/// Whether a rule of this id exists, shipped or of one's own.
fn known_rule(rule: &Spanned<String>, own: &[&Control], shipped: &[&str]) -> Result<(), Problem> {
    let known: Vec<&str> = shipped.iter().copied().chain(own.iter().map(|control| control.id)).collect();
    if known.contains(&rule.get_ref().as_str()) {
        return Ok(());
    }
    let help = nearest(rule.get_ref(), &known)
        .map_or_else(|| "`caplint rules` lists them.".to_owned(), |near| format!("Did you mean `{near}`?"));
    Err(Problem {
        span: rule.span(),
        message: format!("{} is not a rule", crate::finding::quoted(rule.get_ref())),
        help,
    })
}

/// What the TOML reader says, in the words of this file.
pub(crate) fn unreadable(error: &toml::de::Error, text: &str, otherwise: &str) -> Problem {
    let span = error.span().unwrap_or(0..0);
    let span = span.start.min(text.len())..span.end.min(text.len());
    let message = error.message().trim().to_owned();
    let known: Vec<&str> = message.split('`').skip(3).step_by(2).collect();
    let key = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
    let near = key.and_then(|key| nearest(key, &known).or_else(|| end(key, &known)));
    // The reader speaks of TOML's dates, and of the types of Rust.
    let is_about_a_day = message.contains("datetime") || message.starts_with("invalid date");
    let help = match near {
        Some(near) => format!("Did you mean `{near}`?"),
        None if is_about_a_day => DAY.to_owned(),
        None => otherwise.to_owned(),
    };
    Problem { span, message, help }
}

/// The key for the last day of an entry, for somebody who writes that of the other kind of entry.
fn end<'k>(key: &str, known: &[&'k str]) -> Option<&'k str> {
    let ends = ["until", "review-by"];
    ends.contains(&key).then(|| known.iter().find(|known| ends.contains(known)).copied()).flatten()
}

/// A name that means nothing, and those that would.
fn unknown(written: &Spanned<String>, what: &str, known: &[&str]) -> Problem {
    let alike = controls::alike(written.get_ref(), known);
    let found = if alike.is_empty() { nearest(written.get_ref(), known).into_iter().collect() } else { alike };
    let help = match found.as_slice() {
        [] => format!("There are: {}.", known.join(", ")),
        [one] => format!("Did you mean `{one}`?"),
        several => format!("Did you mean one of `{}`?", several.join("`, `")),
    };
    let message = format!("{} is not {what}", crate::finding::quoted(written.get_ref()));
    Problem { span: written.span(), message, help }
}

fn nearest<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let near = known.iter().min_by_key(|known| strsim::damerau_levenshtein(known, word))?;
    (strsim::damerau_levenshtein(near, word) <= 3).then_some(near)
}

fn no_switch(key: &Spanned<String>) -> Problem {
    unknown(key, "an assumption that can be changed", &Assumptions::KEYS)
}

fn requirement(own: Own, others: &[&Control], rules: &[&str]) -> Result<Control, Problem> {
    let id = own.id.get_ref().clone();
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_word = id.split('-').all(is_word);
    let taken = rules.contains(&id.as_str()) || others.iter().any(|other| other.id == id);
    if !is_word || taken {
        let message = if is_word { format!("there is already a rule {id}") } else { "this is no id".to_owned() };
        let help = "An id is a few words in lower case, joined by hyphens, that no rule has.".to_owned();
        return Err(Problem { span: own.id.span(), message, help });
    }
    let mut spec = Spec {
        identities: own.identities,
        identity_risk: own.identity_risk,
        users: own.users.unwrap_or_default(),
        resources: own.resources,
        clients: own.clients,
        platforms: own.platforms,
        flows: own.flows,
        sign_in_risk: own.sign_in_risk,
        user_risk: own.user_risk,
        insider_risk: own.insider_risk,
        outside_trusted_locations: own.outside_trusted_locations,
        outside_compliant_network: own.outside_compliant_network,
        grant: own.grant,
        session: own.session,
        tracked_roles: Vec::new(),
        security_defaults: false,
    };
    spec.tracked_roles = own.tracked_roles.unwrap_or_else(controls::synchronization);
    if spec.resources.is_empty() {
        let help = "Name apps, or write [\"All\"].".to_owned();
        return Err(Problem { span: own.id.span(), message: "this requirement names no resource".to_owned(), help });
    }
    spec.resolve(Cloud::Public)?;
    let title = own.title.unwrap_or_else(|| format!("{id} holds"));
    let summary = format!("{}.", title.trim_end_matches('.'));
    let gap = controls::gap(&spec);
    Ok(Control {
        id: id.leak(),
        title,
        summary,
        gap,
        spec,
        stored_query: None,
        benchmarks: BTreeMap::new(),
        text: None,
    })
}

fn exception(entry: Entry, text: &str, own: &[&Control]) -> Result<Exception, Problem> {
    let given = [
        (PrincipalKind::User, entry.user),
        (PrincipalKind::Group, entry.group),
        (PrincipalKind::Role, entry.role),
        (PrincipalKind::ServicePrincipal, entry.service_principal),
        (PrincipalKind::AgentIdentity, entry.agent_identity),
    ];
    let mut given = given.into_iter().filter_map(|(kind, id)| Some((kind, id?)));
    let (Some((kind, id)), None) = (given.next(), given.next()) else {
        let message = "an exception is one user, group, role, service principal or agent identity".to_owned();
        let help = "Write exactly one of `user`, `group`, `role`, `service-principal` and `agent-identity`.".to_owned();
        return Err(Problem { span: entry.owner.span(), message, help });
    };
    for (field, what) in [(&entry.owner, "owner"), (&entry.reason, "reason")] {
        if field.get_ref().trim().is_empty() {
            let help = "An exclusion without an owner and a reason is not approved.".to_owned();
            return Err(Problem { span: field.span(), message: format!("the {what} is empty"), help });
        }
    }
    for control in &entry.controls {
        let known: Vec<&str> = controls::ids().chain(own.iter().map(|control| control.id)).collect();
        if !known.contains(&control.get_ref().as_str()) {
            return Err(unknown(control, "a control", &known));
        }
    }
    let review_span = entry.review_by.as_ref().map_or_else(|| id.span(), Spanned::span);
    let review_by = entry.review_by.map(|date| day(&date, text)).transpose()?;
    let resolved = if kind == PrincipalKind::Role { controls::role(&id)? } else { Id::new(id.get_ref()) };
    // What is outside of every control is there for emergencies, unless somebody says otherwise.
    let is_account = matches!(kind, PrincipalKind::User | PrincipalKind::Group);
    let break_glass = entry.break_glass.unwrap_or(is_account && entry.controls.is_empty());
    if break_glass && !is_account {
        let help = "Name the account or its group.".to_owned();
        let what = if kind == PrincipalKind::Role { "a role" } else { "a service principal" };
        return Err(Problem { span: id.span(), message: format!("{what} is no emergency access account"), help });
    }
    Ok(Exception {
        break_glass,
        kind,
        id: resolved,
        name: entry.name,
        owner: entry.owner.into_inner(),
        reason: entry.reason.into_inner(),
        review_by,
        controls: entry.controls.into_iter().map(Spanned::into_inner).collect(),
        span: id.span(),
        review_span,
    })
}

fn day(date: &Spanned<toml::value::Datetime>, text: &str) -> Result<Date, Problem> {
    parse_day(&text[date.span()]).ok_or_else(|| Problem {
        span: date.span(),
        message: "this is no day".to_owned(),
        help: DAY.to_owned(),
    })
}

/// Reads a day as in 2027-01-31.
#[must_use]
pub fn parse_day(text: &str) -> Option<Date> {
    Date::parse(text, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn here(text: &str) -> Result<Config, Problem> {
        read(Path::new(FILE_NAME), text, &["letter-case", "mfa-azure-management"])
    }

    const EXCEPTION: &str = "[[exception]]\ngroup = \"b6000000-0000-4000-8000-000000000001\"\n\
        owner = \"identity@contoso.example\"\nreason = \"Emergency access\"\nreview-by = 2027-01-31\n\
        controls = [\"mfa-azure-management\"]\n";

    fn problem(text: &str) -> (String, String, String) {
        let problem = here(text).unwrap_err();
        (text[problem.span].to_owned(), problem.message, problem.help)
    }

    #[test]
    fn an_exception_is_approved_until_its_day() {
        let config = here(EXCEPTION).unwrap();
        let [exception] = &config.exceptions[..] else { panic!("one") };
        let id = Id::new("B6000000-0000-4000-8000-000000000001");
        assert!(exception.approves("mfa-azure-management", PrincipalKind::Group, &id));
        assert!(!exception.approves("mfa-azure-management", PrincipalKind::User, &id));
        assert!(!exception.approves("another", PrincipalKind::Group, &id));
        assert!(!exception.has_expired(parse_day("2027-01-31").unwrap()));
        assert!(exception.has_expired(parse_day("2027-02-01").unwrap()));
    }

    #[test]
    fn a_requirement_of_ones_own_is_a_control() {
        let text = "[[requirement]]\nid = \"admins\"\nusers = { roles = [\"Global Administrator\"] }\n\
            resources = [\"All\"]\ngrant = { strength = \"phishing-resistant\" }\n\
            [assumptions]\napproved-app-retired = true\n";
        let config = here(text).unwrap();
        assert_eq!(config.requirements[0].id, "admins");
        assert!(config.assumptions.approved_app_retired);
    }

    #[test]
    fn the_approved_app_is_not_retired_before_its_day() {
        let config = here("[assumptions]\napproved-app-retired = true\n").unwrap();
        let on = |day: &str| config.assumptions_on(parse_day(day).unwrap()).approved_app_retired;
        assert_eq!(["2026-06-29", "2026-06-30", "2026-11-26"].map(on), [false, true, true]);
        assert!(!Config::default().assumptions_on(parse_day("2026-11-26").unwrap()).approved_app_retired);
    }

    #[test]
    fn a_wrong_day_or_key_has_a_help_that_says_what_is_right() {
        let ignore = "[[ignore]]\nrule = \"letter-case\"\npath = \"a\"\nreason = \"b\"\n";
        for (text, right) in [
            (EXCEPTION.replace("2027-01-31", "\"2027-01-31\""), DAY),
            (EXCEPTION.replace("2027-01-31", "2027-02-31"), DAY),
            (EXCEPTION.replace("2027-01-31", "2027-01-31T00:00:00"), DAY),
            (EXCEPTION.replace("2027-01-31", "20270131"), DAY),
            (EXCEPTION.replace("review-by", "reviewby"), "Did you mean `review-by`?"),
            (EXCEPTION.replace("review-by", "review_by"), "Did you mean `review-by`?"),
            (EXCEPTION.replace("review-by", "until"), "Did you mean `review-by`?"),
            (format!("{ignore}review-by = 2027-01-31\n"), "Did you mean `until`?"),
            (format!("{ignore}until = \"2027-01-31\"\n"), DAY),
        ] {
            let (_, said, help) = problem(&text);
            assert_eq!(help, right, "{text}{said}");
        }
    }

    #[test]
    fn every_problem_points_at_its_place() {
        for (text, at, message) in [
            (EXCEPTION.replace("owner =", "ownr ="), "ownr", "unknown field"),
            (
                EXCEPTION.replace("group =", "user = \"x\"\ngroup ="),
                "\"identity@contoso.example\"",
                "one user, group, role, service principal or agent identity",
            ),
            (EXCEPTION.replace("Emergency access", " "), "\" \"", "the reason is empty"),
            (EXCEPTION.replace("mfa-azure-management", "mfa-azure"), "\"mfa-azure\"", "is not a control"),
            (EXCEPTION.replace("2027-01-31", "2027-02-31"), "2027-02-31", ""),
            (EXCEPTION.replace("2027-01-31", "2027-01-31T00:00:00"), "2027-01-31T00:00:00", "this is no day"),
            ("[assumptions]\nmodern-client-only = true".to_owned(), "modern-client-only", "not an assumption"),
            (
                "[[requirement]]\nid = \"letter-case\"\nresources = [\"All\"]\ngrant = \"mfa\"".to_owned(),
                "\"letter-case\"",
                "already a rule",
            ),
            (
                "[[requirement]]\nid = \"x\"\nresources = [\"All\"]\ngrant = \"mfas\"".to_owned(),
                "\"mfas\"",
                "not a grant",
            ),
            ("[[access]]\nid = \"x\"\nusers = [{}]".to_owned(), "\"x\"", "names no user or no resource"),
            (
                "[[access]]\nid = \"x\"\nusers = [{}]\nresources = [\"All\"]\nwith = [\"key\"]".to_owned(),
                "\"key\"",
                "nothing that an account can have",
            ),
            (
                EXCEPTION.replace("group =", "break-glass = true\nrole ="),
                "\"b6000000-0000-4000-8000-000000000001\"",
                "a role is no emergency access account",
            ),
            ("[[requirement]".to_owned(), "", ""),
        ] {
            let (place, said, help) = problem(&text);
            assert!(place.contains(at) && said.contains(message), "{text}\n{place:?} {said:?}");
            assert!(!help.is_empty());
        }
    }
}
