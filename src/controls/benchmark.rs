//! Benchmarks: every item of them that is about Conditional Access, and which controls decide it.

use super::Control;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

macro_rules! benchmarks {
    ($($id:literal),+ $(,)?) => {
        /// The files, compiled in, by id. Each is read when it is first asked for, from the JSON that `build.rs` has made of it.
        static FILES: [File; [$($id),+].len()] = [$(File {
            id: $id,
            text: include_str!(concat!(env!("OUT_DIR"), "/benchmarks/", $id, ".json")),
            read: OnceLock::new(),
        }),+];
    };
}

benchmarks! {
    "cis-azure-1.5",
    "cis-azure-2.0",
    "cis-azure-2.1",
    "cis-azure-3.0",
    "cis-azure-4.0",
    "cis-azure-5.0",
    "cis-azure-6.0",
    "cis-m365-5.0",
    "cis-m365-6.0",
    "cis-m365-7.0",
    "dora",
    "essential-eight",
    "iso-27001-2022",
    "maester",
    "microsoft-templates",
    "nis2",
    "scuba",
    "zero-trust-assessment",
}

struct File {
    id: &'static str,
    text: &'static str,
    read: OnceLock<Benchmark>,
}

impl File {
    /// # Panics
    /// If the file that is compiled in is not well formed, which its test excludes.
    fn benchmark(&'static self) -> &'static Benchmark {
        let read =
            || serde_json::from_str(self.text).unwrap_or_else(|error| panic!("benchmarks/{}.toml: {error}", self.id));
        self.read.get_or_init(read)
    }
}

/// A benchmark in one of its versions.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Benchmark {
    /// Its id, as `--benchmark` takes it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its version, as its publisher writes it; empty where every number has its own.
    pub version: String,
    /// The day or month of the version, where a public page says it.
    pub published: Option<String>,
    /// The publisher's page.
    pub publisher: String,
    /// The public copy that the table was held against.
    pub source: String,
    /// The day on which it was.
    pub read: String,
    /// Which part of the benchmark the table covers, in a sentence or two.
    pub scope: String,
    /// Its items, in its own order.
    #[serde(rename = "item")]
    pub items: Vec<Item>,
    /// The controls that each number takes, once somebody asks for those of any.
    #[serde(skip)]
    deciding: OnceLock<BTreeMap<&'static str, Vec<&'static Control>>>,
}

/// One thing that a benchmark asks for.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Item {
    /// Its number there.
    pub number: String,
    /// What it asks for, in caplint's words.
    pub title: String,
    /// Its level, if the benchmark has levels.
    pub level: Option<String>,
    /// What the controls leave open.
    partly: Option<String>,
    /// Why no control decides it.
    not: Option<String>,
    /// Where the controls mean something else than the item.
    pub differs: Option<String>,
}

/// Whether controls decide an item.
#[derive(Debug, PartialEq, Eq)]
pub enum Status<'i> {
    /// They do. It takes all of them.
    Decided,
    /// They decide a part of it; what they leave open.
    Partly(&'i str),
    /// None does; why.
    Not(&'i str),
}

impl Status<'_> {
    /// The word for it.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Partly(_) => "partly",
            Self::Not(_) => "not-decided",
        }
    }

    /// What is left open, and why.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Decided => None,
            Self::Partly(why) | Self::Not(why) => Some(why),
        }
    }
}

/// Every benchmark, in the order of their ids.
pub fn benchmarks() -> impl Iterator<Item = &'static Benchmark> {
    FILES.iter().map(File::benchmark)
}

/// Their ids, without reading any.
pub fn benchmark_ids() -> impl Iterator<Item = &'static str> {
    FILES.iter().map(|file| file.id)
}

impl Benchmark {
    /// The benchmark of that id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        FILES.iter().find(|file| file.id == id).map(File::benchmark)
    }

    /// The controls that it asks for.
    pub fn controls(&self) -> impl Iterator<Item = &'static Control> + use<'_> {
        super::all().filter(|control| control.benchmarks.contains_key(&self.id))
    }

    /// The controls that an item takes, by their own tables, in the order of their ids.
    pub fn deciding<'b>(&'b self, item: &Item) -> impl Iterator<Item = &'static Control> + use<'b> {
        let by_number = self.deciding.get_or_init(|| {
            let mut by_number: BTreeMap<&str, Vec<&Control>> = BTreeMap::new();
            for control in super::all() {
                let numbers = control.benchmarks.get(&self.id).into_iter().flatten();
                for number in numbers.collect::<BTreeSet<_>>() {
                    by_number.entry(number).or_default().push(control);
                }
            }
            by_number
        });
        by_number.get(item.number.as_str()).into_iter().flatten().copied()
    }

    /// Whether controls decide an item.
    #[must_use]
    pub fn status<'i>(&self, item: &'i Item) -> Status<'i> {
        match (&item.partly, &item.not) {
            // What a control does not know of, it cannot decide, whatever else the table says.
            (_, not) if self.deciding(item).next().is_none() => Status::Not(not.as_deref().unwrap_or_default()),
            (Some(partly), _) => Status::Partly(partly),
            (None, _) => Status::Decided,
        }
    }

    /// Its name with its version.
    #[must_use]
    pub fn title(&self) -> String {
        if self.version.is_empty() { self.name.clone() } else { format!("{} {}", self.name, self.version) }
    }

    /// What it calls a number of its own, in full.
    #[must_use]
    pub fn citation(&self, number: &str) -> String {
        let version = if self.version.is_empty() { String::new() } else { format!(" v{}", self.version) };
        format!("{}{version}, {number}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_well_formed_and_asks_for_something() {
        assert!(benchmark_ids().is_sorted());
        assert!(benchmark_ids().all(|id| id != super::super::EVERYTHING));
        for (file, benchmark) in FILES.iter().zip(benchmarks()) {
            assert_eq!(file.id, benchmark.id);
            assert!(benchmark.controls().next().is_some(), "{}", file.id);
            let links = [&benchmark.publisher, &benchmark.source];
            assert!(links.iter().all(|link| link.starts_with("https://")), "{}", file.id);
            let numbers: BTreeSet<&str> = benchmark.items.iter().map(|item| item.number.as_str()).collect();
            assert_eq!(numbers.len(), benchmark.items.len(), "{} has a number twice", file.id);
        }
        let cis = Benchmark::find("cis-azure-5.0").unwrap();
        assert_eq!(cis.citation("5.2.6"), "CIS Microsoft Azure Foundations Benchmark v5.0, 5.2.6");
    }

    /// The tables of controls and those of benchmarks say the same.
    #[test]
    fn every_item_is_decided_in_part_or_not_and_every_number_of_a_control_is_an_item() {
        for benchmark in benchmarks() {
            for item in &benchmark.items {
                let place = format!("data/benchmarks/{}.toml, {}", benchmark.id, item.number);
                let deciding: Vec<&str> = benchmark.deciding(item).map(|control| control.id).collect();
                if deciding.is_empty() {
                    assert!(item.not.is_some(), "{place}: no control has this number; say why in `not`");
                    assert!(item.partly.is_none() && item.differs.is_none(), "{place}: no control has this number");
                } else {
                    assert!(item.not.is_none(), "{place}: {deciding:?} decide it; remove `not`, or call it `partly`");
                }
                for text in [&item.partly, &item.not, &item.differs].into_iter().flatten() {
                    assert!(text.ends_with('.') && !text.contains('\n'), "{place}: {text:?} is no sentence");
                }
                assert!(item.title.len() < 90 && !item.title.ends_with('.'), "{place}: {:?}", item.title);
            }
        }
        for control in super::super::all() {
            for (id, numbers) in &control.benchmarks {
                let items = &Benchmark::find(id).unwrap().items;
                for number in numbers {
                    let is_item = items.iter().any(|item| item.number == *number);
                    assert!(is_item, "controls/{}.toml: {id} has no {number}", control.id);
                }
            }
        }
    }
}
