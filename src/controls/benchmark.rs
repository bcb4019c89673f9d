//! Benchmarks: which controls they ask for, and under which numbers.

use super::Control;

/// A benchmark in one of its versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Benchmark {
    /// Its id, as `--benchmark` takes it.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its version, as its publisher writes it; none where every number has its own.
    pub version: &'static str,
}

/// CIS publishes at <https://www.cisecurity.org/benchmark/azure> and <https://www.cisecurity.org/benchmark/microsoft_365>,
/// CISA at <https://github.com/cisagov/ScubaGear/blob/main/PowerShell/ScubaGear/baselines/aad.md>.
const BENCHMARKS: [Benchmark; 9] = [
    azure("cis-azure-1.5", "1.5"),
    azure("cis-azure-2.0", "2.0"),
    azure("cis-azure-2.1", "2.1"),
    azure("cis-azure-3.0", "3.0"),
    azure("cis-azure-4.0", "4.0"),
    azure("cis-azure-5.0", "5.0"),
    Benchmark { id: "cis-m365-6.0", name: "CIS Microsoft 365 Foundations Benchmark", version: "6.0" },
    Benchmark { id: "cis-m365-7.0", name: "CIS Microsoft 365 Foundations Benchmark", version: "7.0" },
    Benchmark { id: "scuba", name: "CISA SCuBA Microsoft Entra ID", version: "" },
];

const fn azure(id: &'static str, version: &'static str) -> Benchmark {
    Benchmark { id, name: "CIS Microsoft Azure Foundations Benchmark", version }
}

/// Every benchmark, in the order of their ids.
#[must_use]
pub fn benchmarks() -> &'static [Benchmark] {
    &BENCHMARKS
}

impl Benchmark {
    /// The benchmark of that id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        BENCHMARKS.iter().find(|benchmark| benchmark.id == id)
    }

    /// The controls that it asks for.
    pub fn controls(&self) -> impl Iterator<Item = &'static Control> + use<> {
        let id = self.id;
        super::all().filter(move |control| control.benchmarks.contains_key(id))
    }

    /// What it calls a number of its own, in full.
    #[must_use]
    pub fn citation(&self, number: &str) -> String {
        let version = if self.version.is_empty() { String::new() } else { format!(" v{}", self.version) };
        format!("{}{version}, {number}", self.name)
    }
}

/// What `--benchmark` takes for every control that is shipped.
pub const EVERYTHING: &str = "all";

/// The controls that are judged.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// The benchmarks that were asked for, to be cited.
    pub benchmarks: Vec<&'static Benchmark>,
    /// Every control was asked for.
    pub everything: bool,
    /// Controls that were selected in addition to them.
    pub controls: Vec<&'static Control>,
}

impl Selection {
    /// Adds a benchmark.
    ///
    /// # Errors
    /// The names that there are, if it is none of them.
    pub fn add_benchmark(&mut self, id: &str) -> Result<(), Vec<&'static str>> {
        match Benchmark::find(id) {
            Some(benchmark) => self.benchmarks.push(benchmark),
            None if id == EVERYTHING => self.everything = true,
            None => return Err(BENCHMARKS.iter().map(|benchmark| benchmark.id).chain([EVERYTHING]).collect()),
        }
        Ok(())
    }

    /// Adds a control.
    ///
    /// # Errors
    /// The names that there are, if it is none of them.
    pub fn add_control(&mut self, id: &str) -> Result<(), Vec<&'static str>> {
        self.controls.push(super::find(id).ok_or_else(|| super::ids().collect::<Vec<_>>())?);
        Ok(())
    }

    /// Whether nothing was asked for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.benchmarks.is_empty() && !self.everything && self.controls.is_empty()
    }

    /// The controls, in the order of their ids; the one that caplint began with if nothing was asked for.
    #[must_use]
    pub fn judged(&self) -> Vec<&'static Control> {
        if self.is_empty() {
            return super::find(super::DEFAULT).into_iter().collect();
        }
        if self.everything {
            return super::all().collect();
        }
        let of_benchmarks = self.benchmarks.iter().flat_map(|benchmark| benchmark.controls());
        let mut judged: Vec<&Control> = of_benchmarks.chain(self.controls.iter().copied()).collect();
        judged.sort_by_key(|control| control.id);
        judged.dedup_by_key(|control| control.id);
        judged
    }

    /// A control's numbers in the benchmarks that were asked for, in full.
    pub fn citations<'c>(&self, control: &'c Control) -> impl Iterator<Item = String> + use<'c, '_> {
        let cited = self.benchmarks.iter().filter_map(|one| Some((*one, control.benchmarks.get(one.id)?)));
        cited.flat_map(|(benchmark, numbers)| numbers.iter().map(|number| benchmark.citation(number)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_benchmark_asks_for_something() {
        assert!(BENCHMARKS.iter().all(|benchmark| benchmark.controls().next().is_some()));
        assert!(BENCHMARKS.is_sorted_by_key(|benchmark| benchmark.id));
        assert!(BENCHMARKS.iter().all(|benchmark| benchmark.id != EVERYTHING));
        let cis = Benchmark::find("cis-azure-5.0").unwrap();
        assert_eq!(cis.citation("5.2.6"), "CIS Microsoft Azure Foundations Benchmark v5.0, 5.2.6");
    }

    #[test]
    fn a_selection_adds_up_and_nothing_is_the_control_that_caplint_began_with() {
        let judged = |select: &dyn Fn(&mut Selection)| {
            let mut selection = Selection::default();
            select(&mut selection);
            selection.judged().into_iter().map(|control| control.id).collect::<Vec<_>>()
        };
        assert_eq!(judged(&|_| {}), ["mfa-azure-management"]);
        let two = judged(&|selection| {
            selection.add_benchmark("cis-azure-1.5").unwrap();
            selection.add_benchmark("cis-azure-2.0").unwrap();
            selection.add_control("mfa-guests").unwrap();
        });
        let expected = ["mfa-admins", "mfa-all-users", "mfa-azure-management", "mfa-guests", "mfa-risky-sign-ins"];
        assert_eq!(two, expected);
        assert_eq!(judged(&|selection| selection.add_benchmark("all").unwrap()).len(), crate::controls::ids().count());
        assert!(Selection::default().add_benchmark("cis").unwrap_err().contains(&"scuba"));
    }
}
