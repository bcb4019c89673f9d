//! `caplint who`

use super::error::RunError;
use super::inputs::inputs;
use super::selection::{Asked, Controls, Judging};
use super::words::by_its_words;
use crate::controls::Control;
use crate::coverage::{UserOutcome, each_user};
use crate::finding::quoted;
use crate::outcome::{Demanded, DirectoryReport, PersonReport, WhoControl, WhoReport, WhoRow};
use crate::report::who::{Format, write};
use crate::rules::TenantFacts;
use crate::rules::control::why;
use crate::tenant::UserIndex;
use std::collections::BTreeMap;
use std::path::PathBuf;

#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Files and folders of exported policies, and of users, groups and roles [default: .]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,

    #[command(flatten)]
    controls: Controls,

    /// Only people whose display name, user principal name or id is this; can be repeated
    #[arg(long, value_name = "NAME")]
    user: Vec<String>,

    /// Only people who get through, or may
    #[arg(long)]
    open: bool,

    /// The output format
    #[arg(long, value_name = "FMT", value_enum, default_value_t)]
    format: Format,

    /// The same as --format csv
    #[arg(long, conflicts_with = "format")]
    csv: bool,

    #[command(flatten)]
    judging: Judging,
}

by_its_words!(Format);

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let paths = if arguments.paths.is_empty() { vec![PathBuf::from(".")] } else { arguments.paths.clone() };
    let config = arguments.judging.config()?;
    let Asked { name, cloud, tenant, inputs: _ } = arguments.judging.tenant(inputs(&paths)?, &config)?;
    if tenant.directory.users().next().is_none() {
        return Err(RunError::NoDirectory { name: quoted(&name) });
    }
    let today = time::OffsetDateTime::now_utc().date();
    let facts = TenantFacts { today, cloud, ..TenantFacts::of(&tenant, &config) };
    let asked = |user: &UserIndex| arguments.asks_for(&facts, *user);
    let able = tenant.people.alike.iter().flat_map(|alike| &alike.users);
    if !arguments.user.is_empty() && !able.clone().any(asked) {
        return Err(RunError::NoUser { name: quoted(&arguments.user.join(", ")) });
    }
    let selection = arguments.controls.selection(&config);
    let controls = selection.judged().into_iter().chain(config.requirements.iter().copied());
    let mut report = WhoReport {
        tenant: name,
        people: able.count(),
        directory: DirectoryReport::of(&tenant.directory),
        controls: controls.filter_map(|control| arguments.control(&facts, control)).collect(),
    };
    if arguments.judging.redacts() {
        report.redact(&tenant.forgotten);
    }
    let format = if arguments.csv { Format::Csv } else { arguments.format };
    write(&report, format, &mut std::io::stdout().lock()).map_err(RunError::Output)?;
    Ok(0)
}

impl Arguments {
    fn asks_for(&self, facts: &TenantFacts<'_>, user: UserIndex) -> bool {
        let user = facts.tenant.directory.user(user);
        let id = user.as_id().to_string();
        let called = [Some(id.as_str()), user.name.as_deref(), user.sign_in_name.as_deref()];
        let is_called = |name: &String| called.iter().flatten().any(|own| own.to_lowercase() == name.to_lowercase());
        self.user.is_empty() || self.user.iter().any(is_called)
    }

    /// What a control demands of whom; none if it has no meaning in the cloud.
    fn control(&self, facts: &TenantFacts<'_>, control: &Control) -> Option<WhoControl> {
        let requirement = control.requirement(facts.cloud)?;
        let mut rows: BTreeMap<(Demanded, String), Vec<UserIndex>> = BTreeMap::new();
        for of in each_user(&requirement, facts.tenant, facts.options()) {
            let users: Vec<UserIndex> = of.users.into_iter().filter(|user| self.asks_for(facts, *user)).collect();
            let demanded = demanded(&of.outcome);
            let is_left_out = self.open && demanded >= Demanded::Enforced;
            if !users.is_empty() && !is_left_out {
                rows.entry((demanded, why(facts, &requirement, &of.outcome))).or_default().extend(users);
            }
        }
        let rows = rows.into_iter().map(|((demand, why), users)| {
            let mut people: Vec<PersonReport> =
                users.into_iter().map(|user| PersonReport::of(facts.tenant.directory.user(user))).collect();
            people.sort_by(|one, two| (&one.name, &one.id).cmp(&(&two.name, &two.id)));
            people.dedup_by(|one, two| one.id == two.id);
            WhoRow { demand, why, people }
        });
        Some(WhoControl { id: control.id, title: control.title.clone(), rows: rows.collect() })
    }
}

fn demanded(outcome: &UserOutcome) -> Demanded {
    match outcome {
        UserOutcome::NotConcerned => Demanded::NotConcerned,
        UserOutcome::Enforced { .. } => Demanded::Enforced,
        UserOutcome::Excepted(_) => Demanded::Excepted,
        UserOutcome::NotEnforced(_) => Demanded::NotEnforced,
        UserOutcome::Undecided(_) | UserOutcome::TooIntricate => Demanded::Undecided,
    }
}
