//! `caplint init`

use super::atomic;
use super::error::RunError;
use super::inputs::inputs;
use crate::config::{self, FILE_NAME, toml_string};
use crate::controls::Selection;
use crate::coverage::PrincipalKind;
use crate::finding::{quoted, visible};
use crate::lint;
use crate::outcome::{ExceptionReport, TenantReport};
use crate::policy::{Fact, State};
use crate::report::policies_and_states;
use crate::rules;
use crate::tenant::{Assume, AssumeEnabled, States, Tenant};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicUsize;

/// Controls that are named for an exception; somebody who is outside of more is an exception to all.
const CONTROLS: usize = 4;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Folders with exported policies, each of one tenant
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,

    /// Print the configuration instead of writing caplint.toml
    #[arg(long)]
    print: bool,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let target = Path::new(FILE_NAME);
    if target.exists() && !arguments.print {
        return Err(RunError::Exists { path: target.to_owned() });
    }
    let mut text = heading();
    let mut written = Written::default();
    for path in &arguments.paths {
        let is_taken = arguments.paths.iter().any(|other| other != path && folder(other) == folder(path));
        let name = if is_taken { visible(&path.to_string_lossy()) } else { folder(path) };
        written.add(tenant(&mut text, path, &name)?);
    }
    // Nobody should be given a file that the next command refuses.
    config::read(target, &text, rules::ids()).map_err(|problem| RunError::config(target, &text, problem))?;
    let mut out = std::io::stdout().lock();
    if arguments.print {
        return out.write_all(text.as_bytes()).map(|()| 0).map_err(RunError::Output);
    }
    let saved = atomic::write(target, |out| out.write_all(text.as_bytes()));
    saved.map_err(|error| RunError::Report { path: target.to_owned(), error })?;
    let tenants = match arguments.paths.len() {
        1 => "1 tenant".to_owned(),
        many => format!("{many} tenants"),
    };
    let policies = policies_and_states(written.policies, written.states);
    let (exceptions, next) = match written.exceptions {
        0 => ("no exceptions".to_owned(), "Run `caplint check`."),
        1 => ("1 exception".to_owned(), "Look at the exception in it, and run `caplint check`."),
        many => (format!("{many} exceptions"), "Look at the exceptions in it, and run `caplint check`."),
    };
    let said = format!("wrote {FILE_NAME}: {tenants} with {policies} and {exceptions}. {next}");
    writeln!(out, "{said}").map_err(RunError::Output)?;
    Ok(0)
}

fn heading() -> String {
    format!(
        "#:schema {}/raw/v{}/schemas/config.schema.json\n\
        # Written by `caplint init`. docs/configuration.md explains every key.\n\n\
        # `caplint benchmarks` lists them. Without this line, one control is judged: MFA for Azure management.\n\
        # benchmarks = [\"cis-m365-7.0\"]\n\n\
        [rules]\n\
        # With this line, `caplint check` fails when somebody is outside of a control without an approval below. Without it, that\n\
        # is information, and a warning once one exception is approved.\n\
        # unapproved-exception = \"error\"\n",
        env!("CARGO_PKG_REPOSITORY"),
        env!("CARGO_PKG_VERSION")
    )
}

/// What went into the file.
#[derive(Clone, Copy, Default)]
struct Written {
    policies: usize,
    /// The policies by their states.
    states: States,
    /// Entries of exceptions, which are comments.
    exceptions: usize,
}

impl Written {
    fn add(&mut self, other: Self) {
        self.policies += other.policies;
        self.states.add(other.states);
        self.exceptions += other.exceptions;
    }
}

/// Writes the entries of a tenant.
fn tenant(text: &mut String, path: &Path, name: &str) -> Result<Written, RunError> {
    let inputs = inputs(&[path.to_owned()])?;
    let selection = Selection { everything: true, ..Selection::default() };
    let options = lint::Options { selection, ..lint::Options::default() };
    let loaded = lint::load(&inputs, &options);
    if loaded.policies.is_empty() {
        return Err(RunError::NoPolicies { name: quoted(&path.to_string_lossy()) });
    }
    let judged = |options: &lint::Options| lint::tenants(name, &inputs, options, &AtomicUsize::new(0));
    let reports = judged(&options);
    let states = States::of(&loaded.policies);
    // An exclusion of a policy in report-only mode is an exception on the day on which somebody turns it on. One of a policy that
    // is off tells as much where there is no other.
    let assumed = match states {
        States { report_only: 1.., .. } => Some(Assume::ReportOnly),
        States { off: 1.., .. } if states.none_is_on() => Some(Assume::All),
        States { .. } => None,
    };
    let once_on = assumed.as_ref().map_or_else(Vec::new, |assume| {
        judged(&lint::Options { assume_enabled: AssumeEnabled::new(vec![assume.clone()]), ..options })
    });
    let paths = path.to_string_lossy().replace('\\', "/");
    // Writing to a string cannot fail.
    let _ = write!(text, "\n[[tenant]]\nname = {}\npaths = [{}]\n", toml_string(name), toml_string(&paths));
    let exceptions = exceptions(text, &loaded, [&reports, &once_on], assumed.as_ref());
    Ok(Written { policies: loaded.policies.len(), states, exceptions })
}

/// What the folder is called, and the tenant with it unless another is called so.
fn folder(path: &Path) -> String {
    let whole = path.canonicalize().unwrap_or_else(|_| path.to_owned());
    whole.file_name().map_or_else(|| "tenant".to_owned(), |name| visible(&name.to_string_lossy()))
}

/// Somebody who is outside of controls.
struct Outside<'r> {
    exception: &'r ExceptionReport,
    controls: BTreeSet<&'static str>,
    is_everywhere: bool,
    /// Only policies that are not on make it one, which are these.
    once_on: Option<&'r Assume>,
}

/// Writes those who are outside of controls, as comments: an entry approves, and only its owner can do that. The second reports have
/// the verdicts as if the policies were on that are assumed to be. Says how many it wrote.
fn exceptions(
    text: &mut String,
    tenant: &Tenant,
    [reports, once_on]: [&[TenantReport]; 2],
    assumed: Option<&Assume>,
) -> usize {
    let everywhere = Everywhere::of(tenant, assumed);
    let mut outside: BTreeMap<(&str, &str), Outside<'_>> = BTreeMap::new();
    for (reports, once_on) in [(reports, None), (once_on, assumed)] {
        for control in reports.iter().flat_map(|report| &report.controls) {
            for exception in &control.exceptions {
                let is_everywhere = everywhere.who.contains(&(exception.kind, exception.id.clone()));
                let known = Outside { exception, controls: BTreeSet::new(), is_everywhere, once_on };
                let of = outside.entry((exception.kind, exception.id.as_str())).or_insert(known);
                of.controls.insert(control.id);
            }
        }
    }
    let mut all: Vec<Outside<'_>> = outside.into_values().collect();
    all.sort_by_key(|one| !one.is_everywhere);
    if all.is_empty() {
        return 0;
    }
    text.push_str(
        "\n# Whoever is excluded from a policy that a control needs is an exception. An entry approves one: write who\n\
        # answers for it, and take away the comment signs.\n",
    );
    // They also add controls to entries for whoever is excluded from policies that are on.
    text.push_str(match assumed {
        Some(Assume::ReportOnly) => "# Policies in report-only mode are counted as if they were on.\n",
        Some(Assume::All) => "# No policy is on. All are counted as if they were.\n",
        Some(Assume::Called(_)) | None => "",
    });
    for one in &all {
        entry(text, one, everywhere.state);
    }
    all.len()
}

fn entry(text: &mut String, outside: &Outside<'_>, everywhere_in: State) {
    let Outside { exception, controls, is_everywhere, once_on } = outside;
    text.push_str(match (is_everywhere, everywhere_in, once_on) {
        (true, State::ReportOnly, _) => {
            "\n# No policy for all users is on. Excluded from every one in report-only mode: for emergencies?\n"
        }
        (true, State::Disabled, _) => {
            "\n# No policy for all users is on. Excluded from every one that is off: for emergencies?\n"
        }
        (true, State::Enabled, _) => "\n# Excluded from every policy for all users: for emergencies?\n",
        (false, _, Some(Assume::ReportOnly)) => "\n# Excluded from policies in report-only mode.\n",
        (false, _, Some(Assume::All)) => "\n# Excluded from policies that are off.\n",
        (false, _, Some(Assume::Called(_)) | None) => "\n",
    });
    let mut lines =
        vec!["[[exception]]".to_owned(), format!("{} = {}", exception.kind, toml_string(&visible(&exception.id)))];
    lines.extend(exception.name.as_deref().map(|name| format!("name = {}", toml_string(&visible(name)))));
    lines.push("owner = \"\"".to_owned());
    lines.push(format!("reason = {}", if *is_everywhere { "\"Emergency access\"" } else { "\"\"" }));
    lines.push("# review-by = 2027-01-31".to_owned());
    if controls.len() <= CONTROLS && !is_everywhere {
        let ids: Vec<String> = controls.iter().map(|id| toml_string(id)).collect();
        lines.push(format!("controls = [{}]", ids.join(", ")));
    }
    // Without `controls`, a user or group would be taken for an account for emergencies.
    lines.push(format!("break-glass = {is_everywhere}"));
    for line in lines {
        let _ = writeln!(text, "# {line}");
    }
}

/// Whom every policy for all users excludes that asks for something: the kind and the id, as reports have them.
struct Everywhere {
    who: BTreeSet<(&'static str, String)>,
    /// The state of these policies.
    state: State,
}

impl Everywhere {
    /// Those of the policies that are on, or of those in report-only mode if none is on, or of those that are off if all are
    /// assumed to be on.
    fn of(tenant: &Tenant, assumed: Option<&Assume>) -> Self {
        let excluded = |state| {
            let for_all = tenant.policies.iter().filter(move |policy| {
                policy.state == Fact::Known(state)
                    && !policy.grant.is_empty()
                    && policy.conditions.users.include_users.position(|id| id.is("All")).is_some()
            });
            for_all
                .map(|policy| PrincipalKind::excluded(policy).collect::<BTreeSet<_>>())
                .reduce(|one, other| &one & &other)
        };
        let states: &[State] = match assumed {
            // Where others are in use, one that is off may be left from a test.
            Some(Assume::ReportOnly | Assume::Called(_)) | None => &[State::Enabled, State::ReportOnly],
            Some(Assume::All) => &[State::Disabled],
        };
        let found = states.iter().find_map(|state| Some((excluded(*state)?, *state)));
        let (who, state) = found.unwrap_or((BTreeSet::new(), State::Enabled));
        Self { who: who.into_iter().map(|(kind, id)| (kind.word(), id.to_string())).collect(), state }
    }
}
