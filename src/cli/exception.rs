//! `caplint exception add`

use super::entry::Appendable;
use super::error::RunError;
use super::selection::day_to_come;
use crate::config::{Exception, toml_string};
use crate::coverage::PrincipalKind;
use crate::finding::{joined, visible};
use std::io::Write;
use std::path::PathBuf;
use time::Date;

/// Controls that are named.
const NAMED: usize = 4;

#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(clap::Subcommand)]
enum Action {
    /// Append an approved exception to the configuration
    Add(Box<Added>),
}

#[derive(clap::Args)]
struct Added {
    #[command(flatten)]
    who: Who,

    /// What people call it, shown where the export has no name
    #[arg(long)]
    name: Option<String>,

    /// Who answers for it
    #[arg(long)]
    owner: String,

    /// The reason
    #[arg(long)]
    reason: String,

    /// The last day on which it applies, for example 2027-01-31 [default: it never ends]
    #[arg(long, visible_alias = "until", value_name = "DATE", value_parser = day_to_come)]
    review_by: Option<Date>,

    /// The control that it is an exception to; can be repeated [default: every control]
    #[arg(long, value_name = "CONTROL")]
    control: Vec<String>,

    /// Whether it is an account for emergencies, or a group of them; true without a value [default: a user or group without --control is]
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    break_glass: Option<bool>,

    /// The configuration [default: the nearest caplint.toml, or a new one in the working directory]
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(clap::Args)]
#[group(required = true, multiple = false)]
struct Who {
    /// A user by its id, or by its address in infrastructure code
    #[arg(long, value_name = "ID")]
    user: Option<String>,

    /// A group by its id, or by its address in infrastructure code
    #[arg(long, value_name = "ID")]
    group: Option<String>,

    /// A role by its name or template id
    #[arg(long, value_name = "ROLE")]
    role: Option<String>,

    /// A service principal by its id
    #[arg(long, value_name = "ID")]
    service_principal: Option<String>,

    /// An agent identity by its id
    #[arg(long, value_name = "ID")]
    agent_identity: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> Result<u8, RunError> {
    let Action::Add(added) = &arguments.action;
    let (mut file, before) = Appendable::open(added.config.clone())?;
    let refused = |message: String, help: &str| RunError::Exception { message, help: help.to_owned() };
    let after = file.append(&lines(added)).map_err(|problem| {
        let message = format!("the exception is not added: {}", problem.message);
        RunError::Exception { message: visible(&message), help: visible(&problem.help) }
    })?;
    // The entry comes last, as the file is read: with the id of a role for its name.
    let Some(new) = after.exceptions.last().filter(|_| after.exceptions.len() == before.exceptions.len() + 1) else {
        return Err(refused(
            "the exception is not added: the file has no place for it".to_owned(),
            "Write it by hand.",
        ));
    };
    if let Some(problem) = unmatched(new) {
        return Err(problem);
    }
    if let Some(known) = before.exceptions.iter().find(|known| overlaps(known, new)) {
        let message = format!("the exception is not added: {} is one already, {}", called(known), said(known));
        return Err(refused(message, "Change that entry. It is in the configuration, below `[[exception]]`."));
    }
    let emergency = if new.break_glass {
        "\nIt is taken for emergency access, and must be able to sign in from everywhere; --break-glass false says that it is not."
    } else {
        ""
    };
    let text = format!("{}, {}{emergency}", called(new), said(new));
    let path = file.save()?;
    writeln!(std::io::stdout().lock(), "added to {path}: {text}").map_err(RunError::Output)?;
    Ok(0)
}

fn lines(added: &Added) -> Vec<String> {
    let Who { user, group, role, service_principal, agent_identity } = &added.who;
    let who = [
        ("user", user),
        ("group", group),
        ("role", role),
        ("service-principal", service_principal),
        ("agent-identity", agent_identity),
    ];
    let mut lines = vec!["[[exception]]".to_owned()];
    let mut value = |key: &str, value: &str| lines.push(format!("{key} = {}", toml_string(value)));
    for (key, id) in who {
        if let Some(id) = id {
            value(key, id);
        }
    }
    if let Some(name) = &added.name {
        value("name", name);
    }
    value("owner", &added.owner);
    value("reason", &added.reason);
    lines.extend(added.review_by.map(|day| format!("review-by = {day}")));
    if !added.control.is_empty() {
        let ids: Vec<String> = added.control.iter().map(|id| toml_string(id)).collect();
        lines.push(format!("controls = [{}]", ids.join(", ")));
    }
    lines.extend(added.break_glass.map(|is| format!("break-glass = {is}")));
    lines
}

/// Why an entry for a user or a group would approve nobody: policies of an export name them by ids.
fn unmatched(new: &Exception) -> Option<RunError> {
    let (word, whence) = match new.kind {
        PrincipalKind::User => ("user", "az ad user show --id NAME --query id"),
        PrincipalKind::Group => ("group", "az ad group show --group NAME --query id"),
        // The name of a role is its id by now. Others are refused elsewhere if they are none.
        PrincipalKind::Role | PrincipalKind::ServicePrincipal | PrincipalKind::AgentIdentity => return None,
    };
    let is_fine = new.id.guid().is_some() || new.id.placeholder().is_some() || is_address(&new.id.to_string());
    (!is_fine).then(|| RunError::Exception {
        message: visible(&format!("the exception is not added: \"{}\" is not the id of a {word}", new.id)),
        help: format!(
            "Policies name a {word} by its object id, and an entry with a name approves nobody. The id stands in the \
             policy that excludes it, and `caplint doc` prints it. The admin center shows it as Object ID, and `{whence}` prints it. Give the name with --name. \
             Infrastructure code may have an address, such as azuread_{word}.break_glass. If your files have names in place \
             of ids, write the entry by hand."
        ),
    })
}

/// Whether a text may be the address of an object in infrastructure code: names with dots between them, and keys in brackets.
fn is_address(text: &str) -> bool {
    let outside_of_keys: String =
        text.split('[').map(|part| part.split_once(']').map_or(part, |(_, rest)| rest)).collect();
    let is_name = |part: &str| {
        part.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && part.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '-'))
    };
    outside_of_keys.contains('.') && outside_of_keys.split('.').all(is_name)
}

/// Whether two entries approve the same: the same principal, and a control in common.
fn overlaps(one: &Exception, other: &Exception) -> bool {
    let is_same = one.kind == other.kind && (one.id.is_written(&other.id) || other.id.is_written(&one.id));
    let has_all = one.controls.is_empty() || other.controls.is_empty();
    is_same && (has_all || one.controls.iter().any(|control| other.controls.contains(control)))
}

fn called(exception: &Exception) -> String {
    let name = exception.name.as_ref().map(|name| format!(" ({name})")).unwrap_or_default();
    visible(&format!("the {} {}{name}", exception.kind.word(), exception.id))
}

/// To what, until when.
fn said(exception: &Exception) -> String {
    let of =
        if exception.controls.is_empty() { "every control".to_owned() } else { joined(&exception.controls, NAMED) };
    let until = exception.review_by.map_or_else(|| "without an end".to_owned(), |day| format!("until {day}"));
    visible(&format!("an exception to {of} {until}"))
}
