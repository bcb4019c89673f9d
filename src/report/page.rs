//! Markdown that is never longer than GitHub takes, whatever the input.

use std::collections::BTreeMap;

/// Longest page, in characters. GitHub refuses comments of more than 65,536, and step summaries of more than 1 MiB:
/// <https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#step-isolation-and-limits>.
pub(super) const LONGEST: usize = 60_000;

/// Room that a list keeps for the line that counts what it leaves out.
const REST: usize = 300;

/// A page in parts. Each part has room of its own, so that a long one never pushes out those behind it.
#[derive(Debug, Default)]
pub(super) struct Page {
    text: String,
    /// Characters of the text.
    length: usize,
    /// Characters that the text may have by the end of this part.
    allowed: usize,
}

impl Page {
    /// Starts a part, which may have so many characters and those that the parts before it have left.
    pub(super) fn part(&mut self, characters: usize) {
        self.allowed = (self.allowed + characters).min(LONGEST);
    }

    /// Adds a text as a whole, or nothing of it if it is too long. Returns whether it was added.
    pub(super) fn add(&mut self, text: &str) -> bool {
        let fits = self.fits(text, 0);
        if fits {
            self.text.push_str(text);
            self.length += text.chars().count();
        }
        fits
    }

    /// Adds a list: what stands in front of it, as many of its `total` items as fit, a line for the number of the others, and what
    /// stands behind it. A list without items is nothing.
    pub(super) fn list(
        &mut self,
        total: usize,
        (head, foot): (&str, &str),
        items: impl IntoIterator<Item = String>,
        rest: impl FnOnce(usize) -> String,
    ) {
        let behind = REST + foot.chars().count();
        if total == 0 || !self.fits(head, behind) {
            return;
        }
        self.add(head);
        let mut listed = 0;
        for item in items {
            // An item that fits behind one that does not would be out of order.
            if !self.fits(&item, behind) {
                break;
            }
            self.add(&item);
            listed += 1;
        }
        if listed < total {
            self.add(&rest(listed));
        }
        self.add(foot);
    }

    fn fits(&self, text: &str, behind: usize) -> bool {
        self.length + text.chars().count() + behind <= self.allowed
    }

    /// The page.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

/// The items of a list in their order, as many as a page has room for, and how many there are of each kind. What is equal in order
/// stays as it came.
#[derive(Debug)]
pub(super) struct Ranked<O, K> {
    kept: BTreeMap<(O, usize), (K, String)>,
    /// Characters of those.
    length: usize,
    counts: BTreeMap<K, usize>,
    total: usize,
}

impl<O, K> Default for Ranked<O, K> {
    fn default() -> Self {
        Self { kept: BTreeMap::new(), length: 0, counts: BTreeMap::new(), total: 0 }
    }
}

impl<O: Ord, K: Ord + Copy> Ranked<O, K> {
    /// Adds items: what they are ordered by, what they are counted as, and their text.
    pub(super) fn extend(&mut self, items: impl IntoIterator<Item = (O, K, String)>) {
        for (order, kind, text) in items {
            self.length += text.chars().count();
            *self.counts.entry(kind).or_default() += 1;
            self.kept.insert((order, self.total), (kind, text));
            self.total += 1;
            // The first that has no room any more is kept, too: a list ends where it stands.
            while let Some(last) = self.kept.last_entry() {
                let length = self.length - last.get().1.chars().count();
                if length <= LONGEST {
                    break;
                }
                self.length = length;
                last.remove();
            }
        }
    }

    /// How many items there are.
    pub(super) fn total(&self) -> usize {
        self.total
    }

    /// The first of them.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> {
        self.kept.values().map(|(_, text)| text.clone())
    }

    /// How many of a kind are not among so many first ones, which are kept.
    pub(super) fn left(&self, listed: usize, kind: K) -> usize {
        let listed = self.kept.values().take(listed).filter(|(of, _)| *of == kind).count();
        self.counts.get(&kind).copied().unwrap_or_default() - listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_list_counts_what_it_leaves_out_and_is_closed() {
        let mut page = Page::default();
        page.part(440);
        let items = (0..100).map(|number| format!("- {number:040}\n"));
        page.list(100, ("<details>\n", "</details>\n"), items, |listed| format!("- and {} more\n", 100 - listed));
        page.part(40);
        assert!(page.add("behind\n"));
        let text = page.into_text();
        assert!(text.ends_with("1\n- and 98 more\n</details>\nbehind\n"), "{text}");
    }

    #[test]
    fn a_list_has_what_a_page_has_room_for_whatever_there_is() {
        let text = |number: usize| format!("{number:0999}\n");
        let mut ranked = Ranked::default();
        for number in 0..1_000 {
            ranked.extend([(number % 7, number % 2 == 0, text(number))]);
            assert!(ranked.kept.len() <= LONGEST / 1_000 + 1, "{}", ranked.kept.len());
        }
        let mut all: Vec<usize> = (0..1_000).collect();
        all.sort_by_key(|number| number % 7);
        let expected: Vec<String> = all.into_iter().take(LONGEST / 1_000 + 1).map(text).collect();
        assert_eq!(ranked.texts().collect::<Vec<_>>(), expected);
        assert_eq!((ranked.total(), ranked.left(0, true), ranked.left(0, false)), (1_000, 500, 500));
        // 0, 7, 14: two of the first three are even.
        assert_eq!((ranked.left(3, true), ranked.left(3, false)), (498, 499));
    }

    #[test]
    fn a_list_without_items_is_nothing() {
        let mut page = Page::default();
        page.part(1_000);
        page.list(0, ("head", "foot"), [], |_| "rest".to_owned());
        assert_eq!(page.into_text(), "");
    }

    proptest! {
        #[test]
        fn no_page_is_too_long(parts in proptest::collection::vec(
            (0_usize..40_000, 0_usize..30_000, 0_usize..90_000, 0_usize..4), 1..8,
        )) {
            let mut page = Page::default();
            for (room, item, block, items) in parts {
                page.part(room);
                page.add(&"ä".repeat(block));
                let all = (0..items).map(|_| "ü".repeat(item));
                page.list(items, ("head", "foot"), all, |listed| format!("{} more", items - listed));
                prop_assert!(page.length <= page.allowed);
            }
            prop_assert!(page.length <= LONGEST);
            let length = page.length;
            prop_assert_eq!(page.into_text().chars().count(), length);
        }
    }
}
