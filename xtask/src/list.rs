//! A list in a source file: lines that stand together and look alike.

/// A list whose members are in order.
pub(crate) struct List {
    /// What stands in front of a member's name.
    pub(crate) before: &'static str,
    /// What stands behind it.
    pub(crate) behind: &'static str,
}

/// `mod` lines.
pub(crate) const MODULES: List = List { before: "mod ", behind: ";" };

impl List {
    fn name<'l>(&self, line: &'l str) -> Option<&'l str> {
        line.strip_prefix(self.before)?.strip_suffix(self.behind)
    }

    /// The text with one member more. The list is the longest run of lines that look like its members.
    ///
    /// # Errors
    /// There is no such list, it is not in order, or it has the member already.
    pub(crate) fn with(&self, text: &str, member: &str) -> Result<String, String> {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let mut longest = 0..0;
        let mut start = 0;
        for end in 1..=lines.len() {
            if self.name(&lines[end - 1]).is_none() {
                start = end;
            } else if end - start > longest.len() {
                longest = start..end;
            }
        }
        let names: Vec<&str> = lines[longest.clone()].iter().filter_map(|line| self.name(line)).collect();
        if names.is_empty() {
            return Err(format!("there is no list of lines like `{}…{}`", self.before, self.behind));
        }
        if !names.is_sorted() {
            return Err(format!("the list of lines like `{}…{}` is not in order", self.before, self.behind));
        }
        let Err(place) = names.binary_search(&member) else { return Err(format!("{member} is listed already")) };
        lines.insert(longest.start + place, format!("{}{member}{}", self.before, self.behind));
        Ok(lines.join("\n") + "\n")
    }
}

/// The text with something in front of the only place where `anchor` stands.
///
/// # Errors
/// It stands nowhere, or in several places.
pub(crate) fn in_front_of(anchor: &str, text: &str, addition: &str) -> Result<String, String> {
    match text.matches(anchor).count() {
        1 => Ok(text.replacen(anchor, &format!("{addition}{anchor}"), 1)),
        count => Err(format!("{anchor:?} stands there {count} times instead of once")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "mod other;\n\nmod a;\nmod c;\n\nuse x;\n";

    #[test]
    fn a_member_goes_to_its_place_in_the_longest_run() {
        for (member, expected) in
            [("_", "mod _;\nmod a;\nmod c;"), ("b", "mod a;\nmod b;\nmod c;"), ("d", "mod c;\nmod d;")]
        {
            let text = MODULES.with(TEXT, member).unwrap();
            assert!(
                text.contains(expected) && text.starts_with("mod other;\n\n") && text.ends_with("\n\nuse x;\n"),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_not_understood_is_not_edited() {
        assert!(MODULES.with(TEXT, "a").unwrap_err().contains("already"));
        assert!(MODULES.with("mod b;\nmod a;\n", "c").unwrap_err().contains("not in order"));
        assert!(MODULES.with("use x;\n", "c").unwrap_err().contains("no list"));
        assert_eq!(in_front_of("b", "abc", "-").unwrap(), "a-bc");
        assert!(in_front_of("b", "abb", "-").is_err() && in_front_of("b", "a", "-").is_err());
    }
}
