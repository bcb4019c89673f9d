//! What a new policy is called: in the scheme of the tenant's own policies, if they have one.

use std::collections::{BTreeMap, BTreeSet};

/// What names have before their phrase: `CA012 - `, `[7] `, `GRP-P01 `.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Scheme {
    /// Before the number: `CA`, `[`, `GRP-P`.
    before: String,
    /// Between the number and the phrase: ` - `, `] `, `: `.
    after: String,
}

/// A name in its parts.
struct Numbered<'n> {
    scheme: Scheme,
    digits: &'n str,
    phrase: &'n str,
}

/// Characters before a number; more are no prefix but words.
const LONGEST_PREFIX: usize = 12;

/// Policies that share a scheme, at least: one alone may be a coincidence.
const FEWEST: usize = 2;

/// Letters of a word that has a capital in a title; shorter ones often have none, or are abbreviations in capitals.
const SHORT: usize = 4;

/// Characters of a name. Microsoft states no limit for policies, and [this one](https://learn.microsoft.com/graph/api/resources/group)
/// for other objects.
const LONGEST: usize = 256;

/// Products that are followed by a number of their own.
const PRODUCTS: [&str; 6] = ["android", "dynamics", "ios", "microsoft", "office", "windows"];

/// The name of a new policy with this phrase, beside these names. A name that is taken gets a number.
pub(super) fn name(phrase: &str, known: &[&str]) -> String {
    let numbered: Vec<Numbered<'_>> = known.iter().filter_map(|name| Numbered::of(name)).collect();
    // One number that stands in several names counts nothing.
    let mut numbers: BTreeMap<&Scheme, BTreeSet<&str>> = BTreeMap::new();
    for one in &numbered {
        numbers.entry(&one.scheme).or_default().insert(one.digits);
    }
    // Of several that are as frequent, the first of the alphabet.
    let most = numbers.values().map(BTreeSet::len).max().unwrap_or_default();
    let scheme =
        numbers.iter().find(|(_, all)| all.len() == most && most >= FEWEST).map(|(scheme, _)| (*scheme).clone());
    let name = match scheme {
        None => styled(phrase, known),
        Some(scheme) => {
            let of_scheme: Vec<&Numbered<'_>> = numbered.iter().filter(|one| one.scheme == scheme).collect();
            let phrases: Vec<&str> = of_scheme.iter().map(|one| one.phrase).collect();
            // Whatever stands behind it, a number is taken.
            let taken = numbered.iter().filter(|one| one.scheme.before == scheme.before);
            let highest = taken.filter_map(|one| one.digits.parse::<u64>().ok()).max().unwrap_or_default();
            let has_zeros = of_scheme.iter().any(|one| one.digits.starts_with('0'));
            let widest = of_scheme.iter().map(|one| one.digits.len()).max().unwrap_or_default();
            let width = if has_zeros { widest } else { 0 };
            let Scheme { before, after } = &scheme;
            format!("{before}{:0width$}{after}{}", highest + 1, styled(phrase, &phrases))
        }
    };
    let taken: BTreeSet<String> = known.iter().map(|name| name.trim().to_lowercase()).collect();
    let is_free = |name: &String| !taken.contains(&name.to_lowercase());
    let clipped = |length: usize| name.chars().take(length).collect::<String>().trim_end().to_owned();
    let name_itself = clipped(LONGEST);
    let others = (2..).map(|number: usize| {
        let number = format!(" {number}");
        clipped(LONGEST - number.len()) + &number
    });
    std::iter::once(name_itself.clone()).chain(others).find(is_free).unwrap_or(name_itself)
}

impl<'n> Numbered<'n> {
    fn of(name: &'n str) -> Option<Self> {
        let start = name.find(|one: char| one.is_ascii_digit())?;
        let (before, rest) = name.split_at(start);
        let is_of_prefix = |one: char| one.is_ascii_alphabetic() || "[(#-_. ".contains(one);
        // Several words before a number, as in "Require MFA 2", are the phrase.
        let words = before.split_whitespace().filter(|part| part.contains(char::is_alphabetic)).count();
        let is_product = PRODUCTS.contains(&before.trim().to_lowercase().as_str());
        let is_prefix = before.len() <= LONGEST_PREFIX && before.chars().all(is_of_prefix) && words <= 1 && !is_product;
        let end = rest.find(|one: char| !one.is_ascii_digit())?;
        let (digits, rest) = rest.split_at(end);
        let phrase = rest.trim_start_matches(|one: char| " -–—:._|])".contains(one));
        let after = &rest[..rest.len() - phrase.len()];
        let is_separated = !after.is_empty() && phrase.starts_with(char::is_alphabetic);
        (is_prefix && is_separated && digits.len() <= 6).then(|| Self {
            scheme: Scheme { before: before.to_owned(), after: after.to_owned() },
            digits,
            phrase,
        })
    }
}

/// A phrase with the capitals of others, and with what they have between words.
fn styled(phrase: &str, others: &[&str]) -> String {
    let is_frequent = |is: &dyn Fn(&str) -> bool| {
        let fitting = others.iter().filter(|other| is(other)).count();
        others.len() >= FEWEST && fitting * 3 > others.len() * 2
    };
    // One word alone has nothing between words.
    let of_several = || others.iter().filter(|other| other.contains([' ', '-', '_']));
    let joins = |one: &char| {
        let joined = of_several().filter(|other| other.contains(*one) && !other.contains(' ')).count();
        joined * 3 > of_several().count() * 2
    };
    // An abbreviation is in capitals wherever it stands.
    let has_long_word = |text: &str| words(text).any(|word| word.chars().count() > SHORT);
    let is_loud = |other: &str| is_cased(other, char::is_uppercase, char::is_lowercase) && has_long_word(other);
    let case = if is_frequent(&is_loud) {
        str::to_uppercase
    } else if is_frequent(&|other| is_cased(other, char::is_lowercase, char::is_uppercase)) {
        str::to_lowercase
    } else if is_frequent(&is_title) {
        title
    } else {
        str::to_owned
    };
    let cased = case(phrase);
    match ['-', '_'].into_iter().find(joins) {
        Some(separator) => cased.split_whitespace().collect::<Vec<_>>().join(&separator.to_string()),
        None => cased,
    }
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|one: char| !one.is_alphanumeric()).filter(|word| word.starts_with(char::is_alphabetic))
}

fn is_cased(text: &str, has: impl Fn(char) -> bool, has_not: impl Fn(char) -> bool) -> bool {
    text.chars().any(has) && !text.chars().any(has_not)
}

/// Whether every longer word has a capital, and there is one beside the first.
fn is_title(text: &str) -> bool {
    let mut longer = words(text).skip(1).filter(|word| word.chars().count() >= SHORT).peekable();
    longer.peek().is_some() && longer.all(|word| word.starts_with(char::is_uppercase))
}

fn title(phrase: &str) -> String {
    let word = |(index, word): (usize, &str)| {
        let mut characters = word.chars();
        match characters.next() {
            Some(first) if index == 0 || word.chars().count() >= SHORT => {
                first.to_uppercase().chain(characters).collect::<String>()
            }
            Some(_) | None => word.to_owned(),
        }
    };
    phrase.split(' ').enumerate().map(word).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::name;

    const PHRASE: &str = "Require MFA for all users";

    #[test]
    fn a_name_follows_the_scheme_of_the_others() {
        for (known, expected) in [
            (vec!["CA001 Block legacy", "CA012 Guests use MFA"], "CA013 Require MFA for all users"),
            (vec!["CA001 - Block legacy", "CA002 - Guests"], "CA003 - Require MFA for all users"),
            (vec!["CA-9: Block legacy", "CA-12: Guests"], "CA-13: Require MFA for all users"),
            (vec!["[9] Block legacy", "[12] Guests"], "[13] Require MFA for all users"),
            (vec!["GRP-P01 Block legacy", "GRP-P02 Guests", "Test"], "GRP-P03 Require MFA for all users"),
            (vec!["CA099_Block_legacy", "CA100_Guests_use_MFA"], "CA101_Require_MFA_for_all_users"),
            (vec!["GLOBAL - 1010 - GRANT", "GLOBAL - 2010 - BLOCK"], "GLOBAL - 2011 - REQUIRE MFA FOR ALL USERS"),
            (vec!["CAU001-All: legacy clients", "CAU002-All: guests"], "CAU003-Require MFA for all users"),
            // Abbreviations are in capitals whatever the style is.
            (vec!["CA001 - MFA", "CA002 - MFA BYOD"], "CA003 - Require MFA for all users"),
            // Short words stay as they are in a title.
            (vec!["01. Block Legacy Clients", "02. Guests Use Tokens"], "03. Require MFA for all Users"),
            (vec!["CA1-BLOCK-LEGACY", "CA2-GUESTS"], "CA3-REQUIRE-MFA-FOR-ALL-USERS"),
            (vec!["ca001-block-legacy", "ca002-guests-mfa"], "ca003-require-mfa-for-all-users"),
        ] {
            assert_eq!(name(PHRASE, &known), expected, "{known:?}");
        }
    }

    #[test]
    fn without_a_scheme_it_is_the_plain_phrase() {
        for known in [
            vec![],
            vec!["CA001 Block legacy"],
            vec!["Block legacy", "Guests use MFA"],
            vec!["Require MFA 2", "Require MFA 3"],
            vec!["Policy for tenant number 1 and all", "Policy for tenant number 2 and all"],
            vec!["Office 365: guests use MFA", "Office 365: block legacy"],
            vec!["Windows 10: block legacy", "Windows 11: guests use MFA"],
        ] {
            assert_eq!(name(PHRASE, &known), PHRASE, "{known:?}");
        }
    }

    #[test]
    fn a_number_is_free_and_a_name_too() {
        // The scheme is that of the most policies, and numbers with the same prefix are taken.
        let known = ["CA001 Block legacy", "CA002 Guests use MFA", "CA007 - Other"];
        assert_eq!(name(PHRASE, &known), "CA008 Require MFA for all users");
        // Of two that are as frequent, always the same one.
        let known = ["B1 Block legacy", "B2 Guests use MFA", "A1 Block legacy", "A2 Guests use MFA"];
        assert_eq!(name(PHRASE, &known), "A3 Require MFA for all users");
        assert_eq!(name(PHRASE, &["require MFA for all users "]), "Require MFA for all users 2");
        let taken = ["Require MFA for all users", "Require MFA for all users 2"];
        assert_eq!(name(PHRASE, &taken), "Require MFA for all users 3");
    }

    #[test]
    fn a_name_is_no_longer_than_graph_takes() {
        let long = "Großes ".repeat(60);
        let first = name(&long, &["CA001 - Block legacy", "CA002 - Guests"]);
        assert!(first.starts_with("CA003 - Großes") && first.ends_with("Großes Gro"), "{first}");
        assert_eq!(first.chars().count(), 256);
        let plain = name(&long, &[]);
        let second = name(&long, &[&plain]);
        assert!(second.ends_with(" 2") && second.chars().count() <= 256, "{second}");
    }
}
