//! Attributes of devices: which comparisons can be true together, and a value that makes them so.

use crate::policy::{Comparison, Test};
use crate::signin::Device;
use std::collections::BTreeMap;

/// A device with values for all attributes of these comparisons, of which exactly the first are to be true; or a pair that cannot be
/// so, by index: both true, or the first true and the second not.
///
/// Every contradiction lies between two comparisons: with a filler between its parts that nobody asks for, a value
/// starts with, ends with and contains what it must and, beyond that, nothing but parts of these parts.
pub(super) fn realise(comparisons: &[(&Comparison, bool)]) -> Result<Device, (usize, usize)> {
    // Stands between the parts of a value, and is in none of them.
    let mut fillers = "-~#_".chars().chain('\u{E000}'..);
    let filler = fillers.find(|filler| !comparisons.iter().any(|(comparison, _)| comparison.value.contains(*filler)));
    let filler = filler.unwrap_or_default();
    let mut by_attribute: BTreeMap<&'static str, Vec<usize>> = BTreeMap::new();
    for (index, (comparison, _)) in comparisons.iter().enumerate() {
        by_attribute.entry(comparison.attribute).or_default().push(index);
    }
    let mut device = Device::default();
    for (attribute, indices) in by_attribute {
        let required: Vec<usize> = indices.iter().copied().filter(|index| comparisons[*index].1).collect();
        if required.is_empty() {
            continue;
        }
        for one in &required {
            for other in &indices {
                let (first, second) = (comparisons[*one].0, comparisons[*other]);
                let contradiction = if second.1 { excludes(first, second.0) } else { implies(first, second.0) };
                if one != other && contradiction {
                    return Err((*one, *other));
                }
            }
        }
        let required: Vec<&Comparison> = required.into_iter().map(|index| comparisons[index].0).collect();
        let (held, required): (Vec<&Comparison>, Vec<&Comparison>) =
            required.into_iter().partition(|comparison| comparison.test == Test::Holds);
        for comparison in held {
            device.set(attribute, &comparison.value);
        }
        if !required.is_empty() {
            device.set(attribute, &value(&required, filler));
        }
    }
    Ok(device)
}

fn longest<'c>(required: &[&'c Comparison], test: Test) -> &'c str {
    let of_test = required.iter().filter(|comparison| comparison.test == test);
    of_test.map(|comparison| &*comparison.value).max_by_key(|value| value.chars().count()).unwrap_or_default()
}

fn value(required: &[&Comparison], filler: char) -> String {
    let exact = longest(required, Test::Equals);
    if !exact.is_empty() {
        return exact.to_owned();
    }
    let (start, end) = (longest(required, Test::StartsWith), longest(required, Test::EndsWith));
    let mut value = format!("{start}{filler}");
    for part in required.iter().filter(|comparison| comparison.test == Test::Contains) {
        if !value.to_lowercase().contains(&part.value.to_lowercase()) {
            value.push_str(&part.value);
            value.push(filler);
        }
    }
    value + end
}

/// Whether a value that fulfils `one` fulfils `other` too.
fn implies(one: &Comparison, other: &Comparison) -> bool {
    let (is, asked) = (one.value.to_lowercase(), other.value.to_lowercase());
    match (one.test, other.test) {
        // No attribute is a text and a collection.
        (Test::Equals, Test::Equals) | (Test::Holds, Test::Holds) => is == asked,
        (Test::Equals | Test::StartsWith, Test::StartsWith) => is.starts_with(&asked),
        (Test::Equals | Test::EndsWith, Test::EndsWith) => is.ends_with(&asked),
        (Test::Equals | Test::StartsWith | Test::EndsWith | Test::Contains, Test::Contains) => is.contains(&asked),
        (
            Test::StartsWith | Test::EndsWith | Test::Contains | Test::Holds,
            Test::Equals | Test::StartsWith | Test::EndsWith | Test::Contains,
        )
        | (Test::Equals | Test::StartsWith | Test::EndsWith | Test::Contains, Test::Holds) => false,
    }
}

/// Whether no value fulfils both.
fn excludes(one: &Comparison, other: &Comparison) -> bool {
    let (first, second) = (one.value.to_lowercase(), other.value.to_lowercase());
    match (one.test, other.test) {
        (Test::Equals, _) => !implies(one, other),
        (_, Test::Equals) => !implies(other, one),
        (Test::StartsWith, Test::StartsWith) => !first.starts_with(&second) && !second.starts_with(&first),
        (Test::EndsWith, Test::EndsWith) => !first.ends_with(&second) && !second.ends_with(&first),
        // A collection holds any number of strings, and has no other test.
        (Test::Holds, _)
        | (_, Test::Holds)
        | (Test::StartsWith, Test::EndsWith | Test::Contains)
        | (Test::EndsWith, Test::StartsWith | Test::Contains)
        | (Test::Contains, Test::StartsWith | Test::EndsWith | Test::Contains) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::DeviceRule;

    fn comparison(test: Test, value: &str) -> Comparison {
        Comparison { attribute: "displayName", test, value: value.into() }
    }

    #[test]
    fn a_value_is_found_or_a_contradiction_named() {
        let [ab, a, cd, has_x, equals] = [
            comparison(Test::StartsWith, "AB"),
            comparison(Test::StartsWith, "a"),
            comparison(Test::EndsWith, "CD"),
            comparison(Test::Contains, "x"),
            comparison(Test::Equals, "abxcd"),
        ];
        let value = realise(&[(&ab, true), (&a, true), (&cd, true), (&has_x, true), (&equals, false)]).unwrap();
        assert_eq!(&*value.attributes["displayName"], "AB-x-CD");
        assert_eq!(realise(&[(&a, false), (&ab, true)]), Err((1, 0)));
        assert_eq!(realise(&[(&equals, true), (&has_x, false)]), Err((0, 1)));
        assert!(realise(&[(&a, false), (&has_x, false)]).unwrap().is_unregistered());
    }

    /// Whatever subset of comparisons is asked for, a value that is found fulfils exactly that subset.
    #[test]
    fn a_value_fulfils_what_it_must_and_nothing_else() {
        let rule = "device.displayName -startsWith \"ab\" -or device.displayName -startsWith \"abc\" -or device.displayName -endsWith \"c\"
            -or device.displayName -contains \"b\" -or device.displayName -eq \"abc\" -or device.displayName -contains \"zz\"";
        let DeviceRule::Or(parts) = DeviceRule::read(rule) else { panic!("an alternative") };
        let comparisons: Vec<&Comparison> = parts
            .iter()
            .map(|part| match part {
                DeviceRule::Is(comparison) => comparison,
                other => panic!("{other:?}"),
            })
            .collect();
        let mut found = 0;
        for bits in 0..1_usize << comparisons.len() {
            let wanted: Vec<(&Comparison, bool)> =
                comparisons.iter().enumerate().map(|(index, one)| (*one, bits >> index & 1 == 1)).collect();
            if let Ok(values) = realise(&wanted) {
                found += 1;
                let equals = values.attributes.get("displayName").map(|value| comparison(Test::Equals, value));
                for (one, is_true) in wanted {
                    assert_eq!(equals.as_ref().is_some_and(|value| implies(value, one)), is_true, "{one:?} {values:?}");
                }
            }
        }
        assert!(found > 10, "{found}");
    }
}
