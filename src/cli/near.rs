//! What was meant by a name that nothing has.

/// Names that are suggested.
const MOST: usize = 3;

/// Letters that may be wrong.
const WRONG: usize = 3;

/// The known names that are most like what was written: but for the case of letters, cut as messages cut them ("Require…users"), by
/// how they begin, by what they contain, or with a few wrong letters. The best kind alone, in the given order.
pub(super) fn near<'k>(written: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    let lower = written.trim().to_lowercase();
    if lower.is_empty() {
        return Vec::new();
    }
    let known: Vec<(&str, String)> = known.into_iter().map(|name| (name, name.to_lowercase())).collect();
    let is_cut = |name: &str| {
        let Some((start, end)) = lower.split_once('…') else { return false };
        name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end)
    };
    let kinds: [&dyn Fn(&str) -> bool; 4] =
        [&|name| name == lower, &is_cut, &|name| name.starts_with(&lower), &|name| name.contains(&lower)];
    for is_near in kinds {
        let mut found: Vec<&str> = known.iter().filter(|(_, name)| is_near(name)).map(|(name, _)| *name).collect();
        if !found.is_empty() {
            found.truncate(MOST);
            return found;
        }
    }
    let distances = known.iter().map(|(name, of)| (strsim::damerau_levenshtein(of, &lower), *name));
    distances.filter(|(distance, _)| *distance <= WRONG).min().map(|(_, name)| name).into_iter().collect()
}

/// The same as a question, where `say` puts a name into words; none if nothing is near.
pub(super) fn did_you_mean<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str>,
    say: impl Fn(&str) -> String,
) -> Option<String> {
    let near: Vec<String> = near(written, known).into_iter().map(say).collect();
    match near.split_last()? {
        (one, []) => Some(format!("Did you mean {one}?")),
        (last, others) => Some(format!("Did you mean {} or {last}?", others.join(", "))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_kind_of_likeness_is_taken() {
        let known = ["mfa-azure-management", "mfa-all-users", "guests-mfa", "CA001 - Require MFA for all users (v1.1)"];
        assert_eq!(near("MFA-Azure-Management", known), ["mfa-azure-management"]);
        assert_eq!(near("mfa", known), ["mfa-azure-management", "mfa-all-users"]);
        assert_eq!(near("CA001 - Requ…(v1.1)", known), ["CA001 - Require MFA for all users (v1.1)"]);
        assert_eq!(near("require mfa", known), ["CA001 - Require MFA for all users (v1.1)"]);
        assert_eq!(near("mfa-al-user", known), ["mfa-all-users"]);
        assert_eq!(near("sessions", known), [""; 0]);
        assert_eq!(near(" ", known), [""; 0]);
        assert_eq!(
            did_you_mean("mfa", known, str::to_owned).as_deref(),
            Some("Did you mean mfa-azure-management or mfa-all-users?")
        );
    }
}
