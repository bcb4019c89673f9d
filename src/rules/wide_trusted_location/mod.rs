//! Trusted locations that hold much of the Internet.

use super::{Rule, declare};
use crate::finding::{Draft, Drafts, joined, quoted};
use crate::rules::TenantFacts;
use crate::tenant::Place;
use ipnet::IpNet;

declare! {
    rule: WideTrustedLocation,
    id: "wide-trusted-location",
    levels: [Warning],
    since: "0.1.0",
    category: Gaps,
    summary: "The trusted locations contain more than a /8 of IPv4 addresses or a /19 of IPv6 addresses.",
    doc: "doc.md",
}

/// The number of IPv4 addresses above which a trusted location is not an organization's own network: a /8. No company owns
/// more than a few of these.
const MOST_V4: u128 = 1 << 24;

/// The same of IPv6, as the registries give it to the largest providers.
const MOST_V6: u128 = 1 << (128 - 19);

impl Rule for WideTrustedLocation {
    fn check_tenant(&self, facts: &TenantFacts<'_>, drafts: &mut Drafts) {
        let locations = facts.tenant.companions.named_locations.iter();
        let mut trusted: Vec<(String, &IpNet)> = Vec::new();
        for (id, location) in locations.filter(|(_, location)| location.trusted == Some(true)) {
            let Place::Ranges(ranges) = &location.place else { continue };
            let name = facts.tenant.name_or_id(id);
            trusted.extend(ranges.iter().map(|range| (name.clone(), range)));
        }
        let ranges: Vec<IpNet> = trusted.iter().map(|(_, range)| **range).collect();
        let (v4, v6) = addresses(&ranges);
        if v4 <= MOST_V4 && v6 <= MOST_V6 {
            return;
        }
        // The widest first: those are what is wrong.
        trusted.sort_by_key(|(_, range)| (bits(range), range.to_string()));
        let widest: Vec<String> = trusted.iter().map(|(name, range)| format!("{range} in {}", quoted(name))).collect();
        let message = format!(
            "The trusted locations contain a large part of the Internet: {}. Policies that exclude trusted locations \
             exclude attackers there, too.",
            joined(&widest, 3)
        );
        let draft = Self::draft(message).help("Trust only the public addresses of your own networks.");
        drafts.push(Draft { is_of_tenant: true, ..draft });
    }
}

/// How many bits of an address a range leaves open, the most first.
fn bits(range: &IpNet) -> std::cmp::Reverse<u32> {
    let share = match range {
        IpNet::V4(net) => u32::from(32 - net.prefix_len()) * 4,
        IpNet::V6(net) => u32::from(128 - net.prefix_len()),
    };
    std::cmp::Reverse(share)
}

/// How many addresses of each kind some ranges hold together.
fn addresses(ranges: &[IpNet]) -> (u128, u128) {
    let (mut v4, mut v6) = (0_u128, 0_u128);
    for range in IpNet::aggregate(&ranges.to_vec()) {
        match range {
            IpNet::V4(net) => v4 = v4.saturating_add(1 << (32 - net.prefix_len())),
            IpNet::V6(net) => {
                let size = 1_u128.checked_shl(u32::from(128 - net.prefix_len())).unwrap_or(u128::MAX);
                v6 = v6.saturating_add(size);
            }
        }
    }
    (v4, v6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_counted_once() {
        let of = |ranges: &[&str]| {
            let ranges: Vec<IpNet> = ranges.iter().map(|range| range.parse().unwrap()).collect();
            addresses(&ranges)
        };
        assert_eq!(of(&["203.0.113.0/24", "203.0.113.0/25", "203.0.113.128/25"]), (256, 0));
        assert_eq!(of(&["0.0.0.0/1", "128.0.0.0/1"]), (1 << 32, 0));
        assert_eq!(of(&["::/0"]).1, u128::MAX);
    }
}
