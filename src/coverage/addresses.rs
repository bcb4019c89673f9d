//! Addresses and countries: which named locations an address can be in at once.

use crate::tenant::{Place, Tenant};
use ipnet::IpNet;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// Sets of locations, by whatever tells them apart, that hold one and the same address, and no other location of theirs
/// does.
pub(super) type Cells<L> = BTreeSet<BTreeSet<L>>;

/// The cells into which locations split all addresses: one partition by ranges, one by country and, since the
/// authenticator app may see another country than the address, one by the country it reports.
pub(super) fn partitions<L: Copy + Ord>(places: &[(L, &Place)]) -> Vec<(Vec<L>, Cells<L>)> {
    let mut ranges: Vec<(L, &[IpNet])> = Vec::new();
    let mut by_address: Vec<(L, &BTreeSet<String>, bool)> = Vec::new();
    let mut by_app: Vec<(L, &BTreeSet<String>, bool)> = Vec::new();
    for (location, place) in places {
        match place {
            Place::Ranges(nets) => ranges.push((*location, nets)),
            Place::Countries { countries, unknown, by_authenticator_app } => {
                let list = if *by_authenticator_app { &mut by_app } else { &mut by_address };
                list.push((*location, countries, *unknown));
            }
            // At whatever address.
            Place::CompliantNetwork | Place::Undefined => {}
        }
    }
    let mut partitions = vec![(ranges.iter().map(|(location, _)| *location).collect(), cells_of_ranges(&ranges))];
    for countries in [by_address, by_app] {
        let locations = countries.iter().map(|(location, ..)| *location).collect();
        partitions.push((locations, cells_of_countries(&countries)));
    }
    partitions.retain(|(locations, _): &(Vec<L>, Cells<L>)| !locations.is_empty());
    partitions
}

/// Whether an address can be outside of all these locations.
pub(super) fn leave_any_outside<L: Copy + Ord>(places: &[(L, &Place)]) -> bool {
    partitions(places).iter().all(|(_, cells)| cells.contains(&BTreeSet::new()))
}

/// Whether an address can be outside of every named location of a tenant.
#[must_use]
pub(crate) fn is_any_outside(tenant: &Tenant) -> bool {
    let named = tenant.companions.named_locations.values().enumerate();
    let places: Vec<(usize, &Place)> = named.map(|(index, location)| (index, &location.place)).collect();
    leave_any_outside(&places)
}

fn cells_of_countries<L: Copy + Ord>(locations: &[(L, &BTreeSet<String>, bool)]) -> Cells<L> {
    let countries: BTreeSet<&String> = locations.iter().flat_map(|(_, countries, _)| *countries).collect();
    let with = |country: &String| {
        let holding = locations.iter().filter(|(_, countries, _)| countries.contains(country));
        holding.map(|(location, ..)| *location).collect()
    };
    let mut cells: Cells<L> = countries.into_iter().map(with).collect();
    // Some country that no location names, and none at all.
    cells.insert(BTreeSet::new());
    cells.insert(locations.iter().filter(|(.., unknown)| *unknown).map(|(location, ..)| *location).collect());
    cells
}

/// Walks all addresses, from one end of a range to the next.
fn cells_of_ranges<L: Copy + Ord>(locations: &[(L, &[IpNet])]) -> Cells<L> {
    let mut changes: BTreeMap<(bool, u128), Vec<(L, i32)>> = BTreeMap::new();
    for (location, nets) in locations {
        for net in *nets {
            let (first, last) = (number(net.network()), number(net.broadcast()));
            changes.entry((net.network().is_ipv6(), first)).or_default().push((*location, 1));
            if let Some(next) = last.checked_add(1) {
                changes.entry((net.network().is_ipv6(), next)).or_default().push((*location, -1));
            }
        }
    }
    let mut cells = Cells::new();
    for (is_v6, end) in [(false, 1 << 32), (true, u128::MAX)] {
        let mut inside: BTreeMap<L, i32> = BTreeMap::new();
        // An address before the first range, if there is one.
        if !changes.contains_key(&(is_v6, 0)) {
            cells.insert(BTreeSet::new());
        }
        for ((_, at), changed) in changes.range((is_v6, 0)..=(is_v6, u128::MAX)) {
            for (location, by) in changed {
                let count = inside.entry(*location).or_default();
                *count += by;
                if *count == 0 {
                    inside.remove(location);
                }
            }
            if is_v6 || *at < end {
                cells.insert(inside.keys().copied().collect());
            }
        }
    }
    cells
}

fn number(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(nets: &[&str]) -> Place {
        Place::Ranges(nets.iter().map(|net| net.parse().unwrap()).collect())
    }

    fn cells(places: &[Place]) -> Vec<Vec<usize>> {
        let places: Vec<(usize, &Place)> = places.iter().enumerate().collect();
        let [(_, cells)] = &partitions(&places)[..] else { panic!("one partition") };
        cells.iter().map(|cell| cell.iter().copied().collect()).collect()
    }

    #[test]
    fn an_address_is_not_in_two_networks_that_do_not_meet() {
        let apart = [ranges(&["203.0.113.0/25"]), ranges(&["203.0.113.128/25"])];
        assert_eq!(cells(&apart), [vec![], vec![0], vec![1]]);
        let within = [ranges(&["203.0.113.0/24"]), ranges(&["203.0.113.128/25", "2001:db8::/32"])];
        assert_eq!(cells(&within), [vec![], vec![0], vec![0, 1], vec![1]]);
    }

    #[test]
    fn ranges_that_hold_every_address_leave_none_outside() {
        let everywhere = [ranges(&["0.0.0.0/1", "128.0.0.0/1", "::/0"])];
        assert_eq!(cells(&everywhere), [vec![0]]);
        let all_of_v4 = [ranges(&["0.0.0.0/0"])];
        assert_eq!(cells(&all_of_v4), [vec![], vec![0]]);
    }

    #[test]
    fn an_address_is_in_one_country() {
        let countries = |names: &[&str], unknown| Place::Countries {
            countries: names.iter().map(ToString::to_string).collect(),
            unknown,
            by_authenticator_app: false,
        };
        let both = [countries(&["CH", "LI"], false), countries(&["AT", "LI"], true)];
        assert_eq!(cells(&both), [vec![], vec![0], vec![0, 1], vec![1]]);
        let apart = [countries(&["CH"], false), countries(&["AT"], false)];
        assert_eq!(cells(&apart), [vec![], vec![0], vec![1]]);
    }
}
