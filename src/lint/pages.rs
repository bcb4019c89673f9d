//! Pages of one list: whether the files hold all of them.

use crate::dialect::Page;
use crate::policy::{FileIndex, Policy};
use crate::tenant::{Missing, MissingPolicies};
use std::collections::{BTreeMap, BTreeSet};

/// Pages that go on in one that is not among the files, or not provably.
pub(super) fn unfollowed(pages: &[(FileIndex, Page)], policies: &[Policy]) -> Vec<Missing> {
    let mut lists: BTreeMap<Option<&str>, Vec<&(FileIndex, Page)>> = BTreeMap::new();
    for page in pages {
        lists.entry(page.1.context.as_deref()).or_default().push(page);
    }
    let is_known_whole = |(context, pages): &(Option<&str>, Vec<&(FileIndex, Page)>)| {
        context.is_some() && is_whole(pages) && are_distinct(pages, policies)
    };
    let unfollowed = lists.into_iter().filter(|list| !is_known_whole(list)).flat_map(|(_, pages)| pages);
    unfollowed
        .filter_map(|(file, page)| {
            let pointer = page.next.as_ref()?.pointer.clone();
            Some(Missing { file: *file, pointer, why: MissingPolicies::NextPage })
        })
        .collect()
}

/// Whether pages follow one another without a gap, from the first to the only one that has none after it. That can be
/// told only where each says how many elements come before the next.
fn is_whole(pages: &[&(FileIndex, Page)]) -> bool {
    let mut starts = Vec::new();
    for (_, page) in pages {
        match page.next.as_ref().map(|next| next.skip) {
            Some(Some(end)) => match end.checked_sub(page.count) {
                Some(start) => starts.push((start, end)),
                None => return false,
            },
            Some(None) => return false,
            None => {}
        }
    }
    let follows = |at: usize, (start, end): (usize, usize)| (start == at && end > start).then_some(end);
    starts.sort_unstable();
    let reached = starts.iter().try_fold(0, |at, page| follows(at, *page));
    reached.is_some() && pages.len() == starts.len() + 1
}

/// Whether no policy is on two pages, as it would be if they came from two listings.
fn are_distinct(pages: &[&(FileIndex, Page)], policies: &[Policy]) -> bool {
    let is_on = |policy: &Policy, (file, page): &(FileIndex, Page)| {
        policy.origin.file == *file
            && policy.origin.pointer.as_str().strip_prefix(page.list.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    let mut seen = BTreeSet::new();
    let mut listed = policies.iter().filter(|policy| pages.iter().any(|page| is_on(policy, page)));
    listed.all(|policy| policy.id.as_ref().is_some_and(|id| seen.insert(id)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::NextPage;
    use crate::syntax::Pointer;

    /// What stands behind a page.
    #[derive(Clone, Copy)]
    enum Then {
        /// Nothing: it is the last.
        Last,
        /// A page that nobody can tell.
        Opaque,
        /// A page that leaves out so many.
        Skip(usize),
    }

    fn page(file: usize, count: usize, then: Then) -> (FileIndex, Page) {
        let next = |skip| Some(NextPage { pointer: Pointer::root().key("@odata.nextLink"), skip });
        let next = match then {
            Then::Last => None,
            Then::Opaque => next(None),
            Then::Skip(skip) => next(Some(skip)),
        };
        (FileIndex(file), Page { list: Pointer::root().key("value"), count, context: Some("x".into()), next })
    }

    #[test]
    fn pages_are_whole_only_where_their_counts_say_so() {
        let first = page(0, 2, Then::Skip(2));
        for (pages, missing) in [
            (vec![first.clone()], 1),
            (vec![first.clone(), page(1, 1, Then::Last)], 0),
            (vec![page(1, 3, Then::Skip(5)), first.clone(), page(2, 1, Then::Last)], 0),
            // The one in between is not there.
            (vec![first.clone(), page(1, 2, Then::Skip(6)), page(2, 1, Then::Last)], 2),
            // It is unknown which of the two is the last page.
            (vec![first.clone(), page(1, 1, Then::Last), page(2, 9, Then::Last)], 1),
            (vec![page(0, 2, Then::Opaque), page(1, 1, Then::Last)], 1),
            (vec![page(0, 2, Then::Skip(1)), page(1, 1, Then::Last)], 1),
            (vec![page(0, 2, Then::Last), page(1, 1, Then::Last)], 0),
        ] {
            assert_eq!(unfollowed(&pages, &[]).len(), missing, "{pages:?}");
        }
    }
}
