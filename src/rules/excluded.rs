//! Where policies exclude somebody, as several rules point at it.

use crate::coverage::PrincipalKind;
use crate::finding::{Draft, Label, PolicyRef};
use crate::policy::Policy;
use crate::syntax::Pointer;

/// The draft with a label at each of these places, which are policies with the index in their list of exclusions. It is about
/// the first policy, if it is about none yet.
pub(super) fn labelled<'p>(
    draft: Draft,
    kind: PrincipalKind,
    places: impl Iterator<Item = (&'p Policy, usize)>,
    text: &str,
) -> Draft {
    places.fold(draft, |mut draft, (policy, index)| {
        draft.policy.get_or_insert_with(|| PolicyRef::to(policy));
        draft.label(Label::in_policy(policy, &Pointer::new(kind.exclude_list()).index(index), text))
    })
}
