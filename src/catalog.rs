//! What Microsoft calls its own objects, and what it has announced about them: directory roles, first-party apps, built-in
//! strengths, retirements. Files in `data/`, each with its sources and their dates.
//!
//! They are tables and not TOML because a line is a row in review, and is split at its tabs without a parser. What TOML would
//! refuse, a test refuses: `every_row_of_the_tables_is_well_formed`. Roles and apps are read in nearly every run, and a run over one
//! file should take no longer than it must: `build.rs` makes statics of them, so that no run reads a table.

mod combination;

pub use combination::Combination;

use crate::id::Id;
use std::sync::OnceLock;
use time::Date;
use uuid::{Uuid, uuid};

/// A built-in directory role.
#[derive(Debug)]
pub struct Role {
    /// Display name.
    pub name: &'static str,
    /// Id of its template, which is what policies name.
    pub id: Id,
    /// Microsoft labels it privileged.
    pub is_privileged: bool,
    /// The sets that it belongs to, by name.
    sets: &'static str,
}

/// A first-party app.
#[derive(Debug)]
pub struct App {
    /// Display name.
    pub name: &'static str,
    /// App id.
    pub id: Id,
    /// App id in Azure Government, where it is another.
    pub id_in_us_government: Option<Id>,
    /// Whether it belongs to the suite `Office365`, where that is known.
    in_office_365: Option<bool>,
    /// Whether it is one of `MicrosoftAdminPortals`, where that is known.
    is_admin_portal: Option<bool>,
}

/// A suite of apps that policies can name in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Suite {
    /// `Office365`
    Office365,
    /// `MicrosoftAdminPortals`
    AdminPortals,
}

impl Suite {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Office365, Self::AdminPortals];

    /// Its name in policies.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Office365 => "Office365",
            Self::AdminPortals => "MicrosoftAdminPortals",
        }
    }

    /// The suite that an id in a list of apps names.
    #[must_use]
    pub fn of(id: &Id) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| id.is(suite.word()))
    }

    /// Whether an app belongs to it; none where Microsoft's pages do not tell.
    ///
    /// Of the portals they give a short list, so that an app which is none of Microsoft's is none of them. Of Office 365
    /// they give names without ids.
    #[must_use]
    pub fn holds(self, id: &Id) -> Option<bool> {
        match (self, app(id)) {
            (Self::Office365, Some(app)) => app.in_office_365,
            (Self::AdminPortals, Some(app)) => app.is_admin_portal,
            (Self::AdminPortals, None) => id.guid().map(|_| false),
            (Self::Office365, None) => None,
        }
    }
}

const AZURE_PORTAL: Uuid = uuid!("c44b4083-3bb0-49c1-b47d-974e53cbdf3c");
/// In the public cloud and in Azure Government.
const MANAGEMENT_API: [Uuid; 2] =
    [uuid!("797f4846-ba00-4fd7-ba43-dac1f8f63013"), uuid!("40a69793-8fe6-4db1-9591-dbc5c57b17d8")];
const MFA_STRENGTH: Uuid = uuid!("00000000-0000-0000-0000-000000000002");
const DIRECTORY_SYNCHRONIZATION_ACCOUNTS: Uuid = uuid!("d29b2b05-8046-44ba-8758-1e26182fcf32");
const GLOBAL_ADMINISTRATOR: Uuid = uuid!("62e90394-69f5-4237-9190-012177145e10");

/// Whether this app is the Azure portal, which asks for the management API in a browser.
#[must_use]
pub fn is_azure_portal(id: &Id) -> bool {
    id.guid() == Some(AZURE_PORTAL)
}

/// Whether this app is the API that the Azure portal, the command lines and REST use, in whichever cloud.
#[must_use]
pub fn is_management_api(id: &Id) -> bool {
    id.guid().is_some_and(|guid| MANAGEMENT_API.contains(&guid))
}

/// The API that the Azure portal, the command lines and REST use in the public cloud.
#[must_use]
pub fn management_api() -> Id {
    Id::Guid(MANAGEMENT_API[0])
}

/// Whether this is the role of the accounts with which Entra Connect signs in.
#[must_use]
pub fn is_synchronization_role(id: &Id) -> bool {
    id.guid() == Some(DIRECTORY_SYNCHRONIZATION_ACCOUNTS)
}

/// The same role with its name.
#[must_use]
pub fn synchronization_role() -> Option<&'static Role> {
    roles().iter().find(|role| is_synchronization_role(&role.id))
}

/// Whether this is the role that may do everything.
#[must_use]
pub fn is_global_administrator(id: &Id) -> bool {
    id.guid() == Some(GLOBAL_ADMINISTRATOR)
}

/// Whether this is the built-in strength that the control `mfa` stands for.
#[must_use]
pub fn is_mfa_strength(id: &Id) -> bool {
    id.guid() == Some(MFA_STRENGTH)
}

/// A built-in authentication strength.
#[derive(Debug)]
pub struct BuiltInStrength {
    /// Its name in a requirement.
    pub name: &'static str,
    /// Id.
    pub id: Id,
    /// Microsoft's name of it.
    pub display_name: &'static str,
    /// What satisfies it.
    pub combinations: Vec<Combination>,
}

/// The rows of `data/roles.tsv`.
static ROLES: &[Role] = &include!(concat!(env!("OUT_DIR"), "/roles.rs"));

/// The rows of `data/apps.tsv`.
static APPS: &[App] = &include!(concat!(env!("OUT_DIR"), "/apps.rs"));

/// Both by their ids, in the order of these.
static BY_ID: &[(Uuid, Known)] = &include!(concat!(env!("OUT_DIR"), "/by_id.rs"));

/// Every role.
#[must_use]
pub fn roles() -> &'static [Role] {
    ROLES
}

/// Names of the sets of roles that `data/roles.tsv` describes.
pub const ROLE_SETS: [&str; 5] =
    ["cis", "microsoft-admins", "microsoft-phishing-resistant", "scuba", "security-defaults"];

/// The roles of a set.
pub fn role_set(name: &str) -> impl Iterator<Item = &'static Role> {
    roles().iter().filter(move |role| role.sets.split(' ').any(|set| set == name))
}

/// Something that Microsoft has announced an end for.
#[derive(Debug)]
pub struct Retirement {
    /// What policies call it.
    pub name: &'static str,
    /// The day from which it does not count any more; none if it has ended already or no day is known.
    pub day: Option<Date>,
    /// The page that says so.
    pub source: &'static str,
}

fn day(cell: &str) -> Option<Date> {
    Date::parse(cell, time::macros::format_description!("[year]-[month]-[day]")).ok()
}

/// The end of what policies call `name`, if one is announced.
#[must_use]
pub fn retirement(name: &str) -> Option<&'static Retirement> {
    static RETIREMENTS: OnceLock<Vec<Retirement>> = OnceLock::new();
    let all = RETIREMENTS.get_or_init(|| {
        let retirement = |[name, day, source]: [&'static str; 3]| Retirement { name, day: self::day(day), source };
        rows(include_str!("../data/retirements.tsv")).map(retirement).collect()
    });
    all.iter().find(|retirement| retirement.name == name)
}

/// Every app.
#[must_use]
pub fn apps() -> &'static [App] {
    APPS
}

/// The built-in strengths, the weakest first.
#[must_use]
pub fn strengths() -> &'static [BuiltInStrength] {
    static STRENGTHS: OnceLock<Vec<BuiltInStrength>> = OnceLock::new();
    STRENGTHS.get_or_init(|| {
        let strength = |[name, id, display_name, combinations]: [&'static str; 4]| BuiltInStrength {
            name,
            id: Id::new(id),
            display_name,
            combinations: combinations.split(' ').filter_map(Combination::read).collect(),
        };
        rows(include_str!("../data/strengths.tsv")).map(strength).collect()
    })
}

/// What a verdict rests on and no file says: id and words.
pub fn assumptions() -> impl Iterator<Item = (&'static str, &'static str)> {
    rows(include_str!("../data/assumptions.tsv")).map(|[id, text]| (id, text))
}

/// A property of Graph or of a Terraform provider as the tables here have it: Graph's, in lower case.
#[must_use]
pub fn folded(property: &str) -> String {
    let property = property.to_lowercase().replace('_', "");
    let graphs = |long: &str, short: &str| property.strip_prefix(long).map(|rest| format!("{short}{rest}"));
    graphs("included", "include").or_else(|| graphs("excluded", "exclude")).unwrap_or(property)
}

/// What a value of a property means, and the page of Microsoft that says so. The property may be that of Graph or of a Terraform
/// provider.
#[must_use]
pub fn meaning(property: &str, value: &str) -> Option<(&'static str, &'static str)> {
    let property = folded(property);
    let found = rows(include_str!("../data/values.tsv")).find(|[properties, known, ..]: &[&'static str; 4]| {
        known.eq_ignore_ascii_case(value) && properties.split(' ').any(|own| own == property)
    });
    found.map(|[_, _, meaning, page]| (meaning, page))
}

/// The rows of a table. One with a column too many or too few is passed over, which a test excludes.
fn rows<const COLUMNS: usize>(file: &'static str) -> impl Iterator<Item = [&'static str; COLUMNS]> {
    let rows = file.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let (mut row, mut cells) = ([""; COLUMNS], line.split('\t'));
        for cell in &mut row {
            *cell = cells.next()?;
        }
        cells.next().is_none().then_some(row)
    })
}

/// The role of this name.
#[must_use]
pub fn role(name: &str) -> Option<&'static Role> {
    roles().iter().find(|role| role.name.eq_ignore_ascii_case(name))
}

/// The app with an id, that of the US government cloud included.
#[must_use]
pub fn app(id: &Id) -> Option<&'static App> {
    match known(id)? {
        Known::App(app) => Some(app),
        Known::Role(_) | Known::Strength(_) => None,
    }
}

/// A cloud of Microsoft's. Some apps have ids of their own in each.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Cloud {
    /// Azure for everybody.
    #[default]
    Public,
    /// Azure Government.
    UsGovernment,
}

impl Cloud {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Public, Self::UsGovernment];

    /// Its word on the command line and in the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::UsGovernment => "usgov",
        }
    }
}

/// The id that an app has in this cloud, if `id` is the one that it has in another.
#[must_use]
pub fn app_elsewhere(id: &Id, cloud: Cloud) -> Option<&'static Id> {
    let pairs = apps().iter().filter_map(|app| Some((&app.id, app.id_in_us_government.as_ref()?)));
    let mut pairs = pairs.map(|(public, government)| match cloud {
        Cloud::UsGovernment => (public, government),
        Cloud::Public => (government, public),
    });
    pairs.find(|(there, _)| *there == id).map(|(_, here)| here)
}

/// Former names of apps and suites in the admin center.
const OTHER_NAMES: [(&str, &str); 6] = [
    ("All cloud apps", "All"),
    ("All resources", "All"),
    ("Microsoft Admin Portals", "MicrosoftAdminPortals"),
    ("Microsoft Azure Management", "797f4846-ba00-4fd7-ba43-dac1f8f63013"),
    ("Office 365", "Office365"),
    ("Office 365 (preview)", "Office365"),
];

/// The id of the one app or suite of this name.
#[must_use]
pub fn app_named(name: &str) -> Option<Id> {
    let mut named = apps().iter().filter(|app| app.name.eq_ignore_ascii_case(name)).map(|app| app.id.clone());
    let other = OTHER_NAMES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, id)| Id::new(id));
    match (named.next(), named.next()) {
        (Some(id), None) => Some(id),
        _ => other,
    }
}

/// What an id is that Microsoft gives to every tenant.
#[derive(Debug, Clone, Copy)]
pub enum Known {
    /// A built-in directory role.
    Role(&'static Role),
    /// A first-party app, in whichever cloud.
    App(&'static App),
    /// A built-in authentication strength.
    Strength(&'static BuiltInStrength),
}

/// What an id is, if Microsoft gives it to every tenant.
#[must_use]
pub fn known(id: &Id) -> Option<Known> {
    let guid = id.guid()?;
    match BY_ID.binary_search_by_key(&guid, |(known, _)| *known) {
        Ok(at) => Some(BY_ID[at].1),
        Err(_) => strengths().iter().find(|strength| strength.id.guid() == Some(guid)).map(Known::Strength),
    }
}

/// The name of a role, an app or a built-in authentication strength.
#[must_use]
pub fn name(id: &Id) -> Option<&'static str> {
    match known(id)? {
        Known::Role(role) => Some(role.name),
        Known::App(app) => Some(app.name),
        Known::Strength(strength) => Some(strength.display_name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_found_by_any_of_its_names() {
        for name in ["Windows Azure Service Management API", "microsoft azure management"] {
            assert_eq!(app_named(name), Some(Id::new("797f4846-ba00-4fd7-ba43-dac1f8f63013")));
        }
        assert_eq!(app_named("Office 365"), Some(Id::new("Office365")));
        assert_eq!(app_named("Contoso"), None);
    }

    /// What a cell must be.
    type Column = fn(&str) -> bool;

    /// As Microsoft's pages write it, so that a search finds it.
    fn guid(cell: &str) -> bool {
        Uuid::parse_str(cell).is_ok_and(|guid| guid.to_string() == cell)
    }

    fn text(cell: &str) -> bool {
        !cell.is_empty() && cell.trim() == cell
    }

    /// What is wrong with a table, line by line. The first column, and each that holds GUIDs, has nothing twice.
    fn problems(table: &str, columns: &[Column], is_sorted: bool) -> Vec<String> {
        let rows = || table.lines().enumerate().filter(|(_, line)| !line.starts_with('#'));
        let (mut problems, mut seen, mut last) = (Vec::new(), std::collections::BTreeSet::new(), String::new());
        for (index, line) in rows() {
            let cells: Vec<&str> = line.split('\t').collect();
            let mut report = |what: &str| problems.push(format!("line {}: {what}", index + 1));
            if cells.len() != columns.len() {
                report(&format!("{} columns instead of {}", cells.len(), columns.len()));
            }
            for (number, (cell, _)) in cells.iter().zip(columns).enumerate().filter(|(_, (cell, is))| !is(cell)) {
                report(&format!("{cell:?} in column {}", number + 1));
            }
            for cell in
                cells.iter().enumerate().filter(|(number, cell)| *number == 0 || guid(cell)).map(|(_, cell)| cell)
            {
                if !seen.insert(cell.to_lowercase()) {
                    report(&format!("{cell:?} a second time"));
                }
            }
            let key = cells[0].to_lowercase();
            if is_sorted && key < last {
                report(&format!("{:?} stands behind what comes after it", cells[0]));
            }
            last = key;
        }
        problems
    }

    #[test]
    fn every_role_and_app_is_known_by_each_of_its_ids() {
        assert!(BY_ID.is_sorted_by_key(|(id, _)| *id));
        for role in roles() {
            assert!(matches!(known(&role.id), Some(Known::Role(known)) if known.name == role.name), "{}", role.name);
        }
        for app in apps() {
            for id in std::iter::once(&app.id).chain(&app.id_in_us_government) {
                assert!(matches!(known(id), Some(Known::App(known)) if known.name == app.name), "{}", app.name);
            }
        }
        for strength in strengths() {
            assert_eq!(name(&strength.id), Some(strength.display_name));
        }
        let rows = |table: &str| table.lines().filter(|line| !line.starts_with('#')).count();
        assert_eq!(roles().len(), rows(include_str!("../data/roles.tsv")));
        assert_eq!(apps().len(), rows(include_str!("../data/apps.tsv")));
    }

    #[test]
    fn every_row_of_the_tables_is_well_formed() {
        let is_set = |cell: &str| cell == "-" || cell.split(' ').all(|set| ROLE_SETS.contains(&set));
        let is_told = |cell: &str| ["yes", "no", "?"].contains(&cell);
        let is_day = |cell: &str| cell == "-" || crate::catalog::day(cell).is_some();
        let is_address = |cell: &str| cell.starts_with("https://") && !cell.contains(' ');
        let combinations = |cell: &str| cell.split(' ').all(|one| Combination::read(one).is_some());
        let elsewhere = |cell: &str| cell == "-" || guid(cell);
        let (roles, apps) = (include_str!("../data/roles.tsv"), include_str!("../data/apps.tsv"));
        let tables: [(&str, &str, &[Column], bool); 5] = [
            ("roles", roles, &[text, guid, |cell| ["yes", "-"].contains(&cell), is_set], true),
            ("apps", apps, &[text, guid, elsewhere, is_told, is_told], true),
            ("retirements", include_str!("../data/retirements.tsv"), &[text, is_day, is_address], true),
            // The weakest first, and in the order of the reports.
            ("strengths", include_str!("../data/strengths.tsv"), &[text, guid, text, combinations], false),
            ("assumptions", include_str!("../data/assumptions.tsv"), &[text, text], false),
        ];
        for (name, table, columns, is_sorted) in tables {
            assert_eq!(problems(table, columns, is_sorted), [""; 0], "data/{name}.tsv");
        }
        let ids: Vec<&str> =
            [roles, apps].iter().flat_map(|table| table.split(['\t', '\n'])).filter(|cell| guid(cell)).collect();
        assert_eq!(ids.iter().collect::<std::collections::BTreeSet<_>>().len(), ids.len(), "a role and an app are one");
    }

    #[test]
    fn a_malformed_row_is_a_problem() {
        let good = "# About\nA\t00000000-0000-4000-8000-00000000000a\nb\t00000000-0000-4000-8000-00000000000b\n";
        assert_eq!(problems(good, &[text, guid], true), [""; 0]);
        for (from, to, expected) in [
            ("b\t", "b\tb\t", "line 3: 3 columns instead of 2"),
            ("b\t", "b ", "line 3: 1 columns instead of 2"),
            ("b\t", "a\t", "line 3: \"a\" a second time"),
            ("00b", "00a", "line 3: \"00000000-0000-4000-8000-00000000000a\" a second time"),
            ("00b", "00B", "line 3: \"00000000-0000-4000-8000-00000000000B\" in column 2"),
            ("00b", "0b", "line 3: \"00000000-0000-4000-8000-0000000000b\" in column 2"),
            ("b\t", " \t", "line 3: \" \" in column 1"),
            ("A\t", "c\t", "line 3: \"b\" stands behind what comes after it"),
            ("b\t", "\nb\t", "line 3: 1 columns instead of 2"),
        ] {
            let found = problems(&good.replacen(from, to, 1), &[text, guid], true);
            assert!(found.iter().any(|problem| problem == expected), "{expected}: {found:?}");
        }
    }

    #[test]
    fn what_the_tables_say_is_known() {
        assert_eq!(strengths().len(), 3);
        assert_eq!(ROLE_SETS.map(|set| role_set(set).count()), [15, 14, 19, 8, 17]);
        assert!(retirement("approvedApplication").is_some_and(|one| one.day.is_some()));
        assert_eq!(strengths().iter().map(|one| one.combinations.len()).collect::<Vec<_>>(), [19, 4, 3]);
    }

    #[test]
    fn members_of_suites_are_known_as_far_as_microsoft_tells() {
        let holds = |suite: Suite, id: &str| suite.holds(&Id::new(id));
        for portal in [
            "c44b4083-3bb0-49c1-b47d-974e53cbdf3c",
            "497effe9-df71-4043-a8bb-14cf78c4b63b",
            "80ccca67-54bd-44ab-8625-4b79c4dc7775",
        ] {
            assert_eq!(holds(Suite::AdminPortals, portal), Some(true), "{portal}");
        }
        let (exchange, own) = ("00000002-0000-0ff1-ce00-000000000000", "33333333-3333-4333-8333-333333333333");
        assert_eq!(Suite::ALL.map(|suite| holds(suite, exchange)), [Some(true), Some(false)]);
        assert_eq!(Suite::ALL.map(|suite| holds(suite, own)), [None, Some(false)]);
        assert_eq!(Suite::ALL.map(|suite| holds(suite, "Exchange admin center")), [None, None]);
    }

    #[test]
    fn what_the_code_knows_by_id_is_in_the_tables() {
        let named = |guid: Uuid| name(&Id::new(&guid.to_string()));
        assert_eq!(named(AZURE_PORTAL), Some("Azure Portal"));
        assert_eq!(MANAGEMENT_API.map(named), [Some("Windows Azure Service Management API"); 2]);
        assert_eq!(named(DIRECTORY_SYNCHRONIZATION_ACCOUNTS), Some("Directory Synchronization Accounts"));
        assert_eq!(named(GLOBAL_ADMINISTRATOR), Some("Global Administrator"));
    }

    #[test]
    fn roles_and_apps_have_names_in_both_clouds() {
        assert_eq!(name(&Id::new("62E90394-69F5-4237-9190-012177145E10")), Some("Global Administrator"));
        let management = Some("Windows Azure Service Management API");
        assert_eq!(name(&Id::new("797f4846-ba00-4fd7-ba43-dac1f8f63013")), management);
        assert_eq!(name(&Id::new("40a69793-8fe6-4db1-9591-dbc5c57b17d8")), management);
        assert_eq!(name(&Id::new("All")), None);
    }

    #[test]
    fn values_mean_the_same_in_each_language() {
        let of = |property| meaning(property, "mobileAppsAndDesktopClients");
        assert!(of("clientAppTypes").is_some_and(|(text, _)| text.contains("modern authentication")));
        assert_eq!(of("client_app_types"), of("clientAppTypes"));
        assert_eq!(meaning("included_applications", "All"), meaning("includeApplications", "all"));
        assert_eq!(meaning("excluded_platforms", "android"), meaning("excludePlatforms", "android"));
        assert_eq!(meaning("displayName", "All"), None);
    }

    #[test]
    fn every_row_about_a_value_has_its_page() {
        let lines = include_str!("../data/values.tsv").lines().filter(|line| !line.starts_with('#')).count();
        let rows: Vec<[&str; 4]> = rows(include_str!("../data/values.tsv")).collect();
        assert_eq!(rows.len(), lines);
        assert!(rows.iter().all(|[.., page]| page.starts_with("https://learn.microsoft.com/entra/")));
    }
}
