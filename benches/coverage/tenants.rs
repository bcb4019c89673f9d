//! Tenants that are hard to decide, as the JSON of their policies.

use caplint::policy::Id;
use caplint::tenant::{NamedLocation, Place};
use ipnet::{IpNet, Ipv4Net};
use serde_json::{Value, json};
use std::net::Ipv4Addr;

pub(crate) const API: &str = "797f4846-ba00-4fd7-ba43-dac1f8f63013";

fn id(kind: char, number: usize) -> String {
    format!("{kind}0000000-0000-4000-8000-{number:012}")
}

fn groups(numbers: impl IntoIterator<Item = usize>) -> Value {
    numbers.into_iter().map(|number| Value::String(id('b', number))).collect()
}

fn locations(numbers: impl IntoIterator<Item = usize>) -> Value {
    numbers.into_iter().map(|number| Value::String(id('d', number))).collect()
}

/// A policy that requires MFA of everybody, changed at these paths.
fn policy(number: usize, changes: &[(&str, Value)]) -> Value {
    let mut policy = json!({
        "id": id('c', number), "displayName": format!("CA{number:03}"), "state": "enabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": { "includeApplications": [API] },
            "users": { "includeUsers": ["All"] }
        },
        "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
    });
    for (path, value) in changes {
        let mut place = &mut policy;
        for step in path.split('/').skip(1) {
            place = &mut place[step];
        }
        *place = value.clone();
    }
    policy
}

const NOBODY: (&str, Value) = ("/conditions/users/includeUsers", Value::Array(Vec::new()));
const IN: &str = "/conditions/users/includeGroups";
const OUT: &str = "/conditions/users/excludeGroups";
const AT: &str = "/conditions/locations";

fn only_at(numbers: impl IntoIterator<Item = usize>) -> (&'static str, Value) {
    (AT, json!({ "includeLocations": locations(numbers), "excludeLocations": [] }))
}

fn not_at(numbers: impl IntoIterator<Item = usize>) -> (&'static str, Value) {
    (AT, json!({ "includeLocations": ["All"], "excludeLocations": locations(numbers) }))
}

/// Everybody but the members of many groups, each of which another policy takes up; but for one, if so wished.
pub(crate) fn one_by_one(size: usize, near: bool) -> Vec<Value> {
    let all = policy(0, &[(OUT, groups(1..size))]);
    let taken_up = (1 + usize::from(near)..size).map(|group| policy(group, &[NOBODY, (IN, groups([group]))]));
    std::iter::once(all).chain(taken_up).collect()
}

/// Of each group one half of the places is taken up by one policy and the other half by another; near misses one half.
pub(crate) fn pairs(size: usize, near: bool) -> Vec<Value> {
    let count = size / 2;
    let mut policies = vec![policy(0, &[(OUT, groups(1..=count))])];
    for group in 1..=count {
        let place = group % 100;
        policies.push(policy(2 * group, &[NOBODY, (IN, groups([group])), only_at([place])]));
        if !near || group > 1 {
            policies.push(policy(2 * group + 1, &[NOBODY, (IN, groups([group])), not_at([place])]));
        }
    }
    policies
}

/// Each policy takes up the group that the one before excludes, and excludes the next.
pub(crate) fn chain(size: usize, near: bool) -> Vec<Value> {
    let mut policies = vec![policy(0, &[(OUT, groups([1]))])];
    for group in 1..size {
        let next = if group + 1 < size || near { groups([group + 1]) } else { json!([]) };
        policies.push(policy(group, &[NOBODY, (IN, groups([group])), (OUT, next)]));
    }
    policies
}

/// Each named location, on each platform, has a policy of its own; near misses one of these cells, which is a gap.
pub(crate) fn cells(size: usize, near: bool) -> Vec<Value> {
    const PLATFORMS: [&str; 6] = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"];
    let places = size / 7;
    let mut policies = vec![policy(0, &[not_at(0..places)])];
    for place in 0..places {
        for platform in PLATFORMS {
            if !near || place > 0 || platform != "linux" {
                let platforms = json!({ "includePlatforms": [platform], "excludePlatforms": [] });
                policies.push(policy(policies.len(), &[only_at([place]), ("/conditions/platforms", platforms)]));
            }
        }
        let others = json!({ "includePlatforms": ["all"], "excludePlatforms": PLATFORMS });
        policies.push(policy(policies.len(), &[only_at([place]), ("/conditions/platforms", others)]));
    }
    policies
}

/// Everything at once: groups, locations, device filters, platforms, clients and risks by chance.
pub(crate) fn rich(size: usize, _: bool) -> Vec<Value> {
    let mut chance = Chance(20_261_123);
    (0..size)
        .map(|number| {
            let mut changes = Vec::new();
            let excluded: Vec<usize> = (0..=chance.below(3)).map(|_| 4 + chance.below(496)).collect();
            changes.push((OUT, groups(excluded)));
            if chance.below(3) == 0 {
                changes.push(NOBODY);
                changes.push((IN, groups([chance.below(500), chance.below(500)])));
            }
            match chance.below(4) {
                0 => changes.push(only_at([chance.below(100), chance.below(100)])),
                1 => changes.push(not_at([chance.below(100)])),
                _ => {}
            }
            if chance.below(5) == 0 {
                let mode = ["include", "exclude"][chance.below(2)];
                let rule = match chance.below(3) {
                    0 => "device.isCompliant -eq True".to_owned(),
                    1 => format!("device.displayName -startsWith \"PAW{}\"", chance.below(30)),
                    _ => format!("device.extensionAttribute{} -eq \"x\"", 1 + chance.below(15)),
                };
                changes.push(("/conditions/devices", json!({ "deviceFilter": { "mode": mode, "rule": rule } })));
            }
            match chance.below(6) {
                0 => changes.push(("/conditions/clientAppTypes", json!(["browser"]))),
                1 => changes.push(("/conditions/signInRiskLevels", json!(["high", "medium"]))),
                2 => changes.push((
                    "/conditions/platforms",
                    json!({ "includePlatforms": ["all"], "excludePlatforms": ["iOS", "android"] }),
                )),
                3 => changes.push(("/grantControls/builtInControls", json!(["mfa", "compliantDevice"]))),
                _ => {}
            }
            policy(number, &changes)
        })
        .collect()
}

/// A baseline as people publish them, over and over: personas with groups of their own.
pub(crate) fn baseline(size: usize, _: bool) -> Vec<Value> {
    (0..size)
        .map(|number| match number % 5 {
            0 => policy(number, &[(OUT, groups([0, number, number + 1]))]),
            1 => policy(number, &[NOBODY, (IN, groups([number])), (OUT, groups([0]))]),
            2 => policy(
                number,
                &[
                    (OUT, groups([0])),
                    ("/conditions/clientAppTypes", json!(["exchangeActiveSync", "other"])),
                    ("/grantControls/builtInControls", json!(["block"])),
                ],
            ),
            3 => policy(number, &[(OUT, groups([0])), ("/conditions/signInRiskLevels", json!(["high"]))]),
            _ => policy(
                number,
                &[(OUT, groups([0, number])), ("/conditions/applications/includeApplications", json!(["Office365"]))],
            ),
        })
        .collect()
}

/// A puzzle, one policy a clause: the sign-in must be by a member of one of the first groups or from the place of one of
/// the others, where being at a place means not being in its group.
fn puzzle(variables: usize, clauses: &[(Vec<usize>, Vec<usize>)]) -> Vec<Value> {
    let mut policies: Vec<Value> = clauses
        .iter()
        .enumerate()
        .map(|(number, (members, others))| {
            policy(number, &[(OUT, groups(members.iter().copied())), not_at(others.iter().copied())])
        })
        .collect();
    for variable in 0..variables {
        policies.push(policy(policies.len(), &[NOBODY, (IN, groups([variable])), only_at([variable])]));
        policies.push(policy(policies.len(), &[(OUT, groups([variable])), not_at([variable])]));
    }
    policies
}

/// One pigeon more than there are holes: hard for every solver of this kind.
pub(crate) fn pigeonhole(holes: usize, _: bool) -> Vec<Value> {
    let sits = |pigeon: usize, hole: usize| pigeon * holes + hole;
    let mut clauses: Vec<(Vec<usize>, Vec<usize>)> =
        (0..=holes).map(|pigeon| ((0..holes).map(|hole| sits(pigeon, hole)).collect(), Vec::new())).collect();
    for hole in 0..holes {
        for one in 0..=holes {
            for other in one + 1..=holes {
                clauses.push((Vec::new(), vec![sits(one, hole), sits(other, hole)]));
            }
        }
    }
    puzzle((holes + 1) * holes, &clauses)
}

/// A ring with chords whose edges cannot be chosen so that one junction alone has an odd number of them.
pub(crate) fn parity(junctions: usize, _: bool) -> Vec<Value> {
    let ring = |at: usize| at % junctions;
    // Chords by chance: two junctions each.
    let mut chance = Chance(7);
    let mut chords: Vec<usize> = (0..junctions).map(|end| junctions + end / 2).collect();
    for end in (1..junctions).rev() {
        chords.swap(end, chance.below(end + 1));
    }
    let mut clauses = Vec::new();
    for (junction, chord) in chords.into_iter().enumerate() {
        let edges = [ring(junction), ring(junction + junctions - 1), chord];
        for chosen in 0..8_u32 {
            let odd = chosen.count_ones() % 2 == 1;
            if odd == (junction == 0) {
                continue;
            }
            // This choice is wrong: one of its edges must be chosen otherwise.
            let is_chosen = |edge: &usize| chosen >> edge & 1 == 1;
            let (out, others): (Vec<usize>, Vec<usize>) = (0..3).partition(is_chosen);
            let named = |which: Vec<usize>| which.into_iter().map(|edge| edges[edge]).collect();
            clauses.push((named(others), named(out)));
        }
    }
    puzzle(junctions + junctions / 2, &clauses)
}

/// Clauses of three variables by chance, about as many as can just be fulfilled or just not, in filters for devices: 30
/// clauses a policy, each of which asks whether the name of the device has a part.
pub(crate) fn three_sat(variables: usize, _: bool) -> Vec<Value> {
    let mut chance = Chance(3);
    let mut clause = |_| {
        let mut three: Vec<usize> = Vec::new();
        while three.len() < 3 {
            let variable = chance.below(variables);
            if !three.contains(&variable) {
                three.push(variable);
            }
        }
        let part = |variable: &usize| {
            let test = ["-contains", "-notContains"][chance.below(2)];
            format!("device.displayName {test} \"q{variable:03}z\"")
        };
        format!("({})", three.iter().map(part).collect::<Vec<_>>().join(" -or "))
    };
    let clauses: Vec<String> = (0..variables * 426 / 100).map(&mut clause).collect();
    let exclude = |(number, clauses): (usize, &[String])| {
        let filter = json!({ "deviceFilter": { "mode": "exclude", "rule": clauses.join(" -and ") } });
        policy(number, &[("/conditions/devices", filter)])
    };
    clauses.chunks(30).enumerate().map(exclude).collect()
}

/// Three networks a location that overlap by chance.
pub(crate) fn networks(locations: usize) -> Vec<(Id, NamedLocation)> {
    let mut chance = Chance(5);
    let mut network = |_| {
        let bits = [12, 14, 16, 18, 20][chance.below(5)];
        let address = Ipv4Addr::new(10, u8::try_from(chance.below(256)).unwrap_or(0), 16, 0);
        Ipv4Net::new(address, bits).ok().map(|network| IpNet::V4(network.trunc()))
    };
    let mut location = |number| {
        let place = Place::Ranges((0..3).filter_map(&mut network).collect());
        (Id::new(&id('d', number)), NamedLocation { trusted: Some(false), place })
    };
    (0..locations).map(&mut location).collect()
}

/// Each policy takes up the location that the one before leaves out, and the one before that, and leaves out the next.
pub(crate) fn ring(size: usize) -> Vec<Value> {
    let between = |number: usize| {
        let (include, exclude) = (locations([number - 1, number]), locations([(number + 1) % size]));
        policy(number, &[(AT, json!({ "includeLocations": include, "excludeLocations": exclude }))])
    };
    std::iter::once(policy(0, &[not_at([0])])).chain((1..size).map(between)).collect()
}

/// A generator of chance that is the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap_or_default() % limit
    }
}
