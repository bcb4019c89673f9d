//! Makes of the tables that are compiled in what a run reads in the least time: statics of Microsoft's roles and apps (see
//! `src/catalog.rs`), and JSON of controls and benchmarks (see `src/controls.rs`).

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// What is said about a control, and is nothing that a run needs.
const SAID: [&str; 4] = ["reference", "text", "example", "remediation"];

#[allow(clippy::print_stdout, reason = "Cargo reads it")]
fn main() -> Result<()> {
    for path in ["build.rs", "controls", "data/apps.tsv", "data/benchmarks", "data/roles.tsv"] {
        println!("cargo::rerun-if-changed={path}");
    }
    // The main thread of a Windows program has 1 MB, a fraction of what it has elsewhere, and small tenants are judged on it.
    let is_target = |key: &str, value: &str| env::var(key).is_ok_and(|target| target == value);
    if is_target("CARGO_CFG_TARGET_OS", "windows") {
        let argument = if is_target("CARGO_CFG_TARGET_ENV", "msvc") { "/STACK:8388608" } else { "-Wl,--stack,8388608" };
        println!("cargo::rustc-link-arg-bins={argument}");
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo sets no OUT_DIR")?);
    catalog(&out)?;
    controls(&out.join("controls"))?;
    benchmarks(&out.join("benchmarks"))
}

/// Statics of roles and apps, and both of them by their ids.
fn catalog(out: &Path) -> Result<()> {
    let (mut roles, mut apps, mut by_id) = (String::new(), String::new(), BTreeMap::new());
    for (at, [name, id, privileged, sets]) in rows("data/roles.tsv")?.iter().enumerate() {
        let privileged = privileged == "yes";
        by_id.insert(id.clone(), format!("Known::Role(&ROLES[{at}])"));
        writeln!(
            roles,
            "Role {{ name: {name:?}, id: Id::Guid(uuid!({id:?})), is_privileged: {privileged}, sets: {sets:?} }},"
        )?;
    }
    for (at, [name, id, government, office, portal]) in rows("data/apps.tsv")?.iter().enumerate() {
        let government = Some(government).filter(|id| *id != "-");
        for id in std::iter::once(id).chain(government) {
            by_id.insert(id.clone(), format!("Known::App(&APPS[{at}])"));
        }
        let government = government.map_or("None".to_owned(), |id| format!("Some(Id::Guid(uuid!({id:?})))"));
        let told = |word: &str| (word != "?").then_some(word == "yes");
        let (office, portal) = (told(office), told(portal));
        writeln!(
            apps,
            "App {{ name: {name:?}, id: Id::Guid(uuid!({id:?})), id_in_us_government: {government}, \
             in_office_365: {office:?}, is_admin_portal: {portal:?} }},"
        )?;
    }
    let mut known = String::new();
    // In lower case, they have the order of the ids as numbers.
    for (id, what) in by_id {
        writeln!(known, "(uuid!({id:?}), {what}),")?;
    }
    for (name, rows) in [("roles.rs", roles), ("apps.rs", apps), ("by_id.rs", known)] {
        fs::write(out.join(name), format!("[\n{rows}]\n"))?;
    }
    Ok(())
}

/// The rows of a table. Whether what is in them is well formed, a test of `src/catalog.rs` says.
fn rows<const COLUMNS: usize>(path: &str) -> Result<Vec<[String; COLUMNS]>> {
    let row = |line: &str| {
        let cells: Vec<String> = line.split('\t').map(str::to_owned).collect();
        cells.try_into().map_err(|_| format!("{path}: {COLUMNS} columns are expected in {line:?}").into())
    };
    fs::read_to_string(path)?.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

/// Of each control what is judged, and in a file of its own what is said.
fn controls(out: &Path) -> Result<()> {
    fs::create_dir_all(out)?;
    for (id, mut control) in tables("controls")? {
        let said: toml::Table = SAID.iter().filter_map(|key| control.remove_entry(*key)).collect();
        fs::write(out.join(format!("{id}.said.json")), serde_json::to_string(&said)?)?;
        // The configuration has requirements, too. They are read as TOML, with the places of their words.
        let requirement =
            control.remove("requirement").ok_or_else(|| format!("controls/{id}.toml has no requirement"))?;
        control.insert("requirement".to_owned(), toml::to_string(&requirement)?.into());
        fs::write(out.join(format!("{id}.json")), serde_json::to_string(&control)?)?;
    }
    Ok(())
}

fn benchmarks(out: &Path) -> Result<()> {
    fs::create_dir_all(out)?;
    for (id, benchmark) in tables("data/benchmarks")? {
        fs::write(out.join(format!("{id}.json")), serde_json::to_string(&benchmark)?)?;
    }
    Ok(())
}

/// The TOML files of a folder, by their names without the end.
fn tables(folder: &str) -> Result<BTreeMap<String, toml::Table>> {
    let mut tables = BTreeMap::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(name) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(".toml")) else { continue };
        let table = toml::from_str(&fs::read_to_string(&path)?);
        tables.insert(name.to_owned(), table.map_err(|error| format!("{}: {error}", path.display()))?);
    }
    Ok(tables)
}
