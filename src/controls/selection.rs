//! The controls that are judged.

use super::{Benchmark, Control, benchmark_ids};

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
            None => return Err(benchmark_ids().chain([EVERYTHING]).collect()),
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

    /// The benchmarks whose items are counted, and whether each was asked for by name.
    pub fn scored(&self) -> impl Iterator<Item = (&'static Benchmark, bool)> + use<'_> {
        let by_name = |id: &str| self.benchmarks.iter().any(|benchmark| benchmark.id == id);
        let scored = benchmark_ids().filter(move |id| self.everything || by_name(id));
        scored.filter_map(move |id| Some((Benchmark::find(id)?, by_name(id))))
    }

    /// A control's numbers in the benchmarks that were asked for, in full.
    pub fn citations<'c>(&self, control: &'c Control) -> impl Iterator<Item = String> + use<'c, '_> {
        let cited = self.benchmarks.iter().filter_map(|one| Some((*one, control.benchmarks.get(&one.id)?)));
        cited.flat_map(|(benchmark, numbers)| numbers.iter().map(|number| benchmark.citation(number)))
    }
}

/// The ids that are written like a text but for letter case and hyphens; else those that contain it; else those that it contains.
#[must_use]
pub fn alike<'k>(written: &str, known: &[&'k str]) -> Vec<&'k str> {
    let squeezed =
        |text: &str| text.chars().filter(|letter| letter.is_alphanumeric()).collect::<String>().to_lowercase();
    let written = squeezed(written);
    if written.is_empty() {
        return Vec::new();
    }
    let kinds: [&dyn Fn(&str) -> bool; 3] = [
        &|id| id == written,
        &|id| id.contains(&written),
        // A word of three letters is in many others.
        &|id| id.len() > EVERYTHING.len() && written.contains(id),
    ];
    let of_kind = |is: &&dyn Fn(&str) -> bool| known.iter().copied().filter(|id| is(&squeezed(id))).collect();
    kinds.iter().map(of_kind).find(|found: &Vec<&str>| !found.is_empty()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn alike_is_what_differs_in_case_or_hyphens_or_contains_or_is_contained() {
        let known = ["cis-azure-5.0", "cis-azure-6.0", "cis-m365-7.0", "iso-27001-2022", "nis2", "scuba", EVERYTHING];
        for (written, found) in [
            ("SCuBA", &["scuba"][..]),
            ("CIS Azure 5.0", &["cis-azure-5.0"]),
            ("cis", &["cis-azure-5.0", "cis-azure-6.0", "cis-m365-7.0"]),
            ("CIS-Azure", &["cis-azure-5.0", "cis-azure-6.0"]),
            ("iso27001", &["iso-27001-2022"]),
            ("cis-m365-7.0.0", &["cis-m365-7.0"]),
            ("tall-order", &[]),
            ("--", &[]),
        ] {
            assert_eq!(alike(written, &known), found, "{written}");
        }
    }
}
