//! Random pairs of tenants: mostly one tenant and a few edits, sometimes two that have nothing to do with each other.

use super::evaluate::Entry;
use super::grid::{DEFINITIONS, Definition};
use super::said::put;
use super::sayings::{AXES, Axis, OFFICE, STRENGTH, grants, sayings, sessions, whole};
use super::ways::Strengths;
use caplint::policy::{Allowed, Combination, Fact, FileIndex, Id, Origin, Strength, lower};
use caplint::syntax::{Pointer, parse};
use caplint::tenant::{Companions, Missing, MissingPolicies, NamedLocation, Place, Tenant};
use proptest::prelude::*;
use proptest::sample::subsequence;
use serde_json::{Value, json};

/// What one policy says, by indices.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Spec {
    id: usize,
    state: usize,
    choices: [usize; 3],
    grant: usize,
    session: usize,
}

const STATES: [&str; 3] = ["enabled", "enabledForReportingButNotEnforced", "disabled"];
/// Ways to define a strength of the tenant's own.
const STRENGTHS: [&[&str]; 3] = [&["fido2"], &["fido2", "password,sms"], &[]];

/// One of the tenants.
#[derive(Debug, Clone)]
pub(crate) struct Half {
    pub(crate) policies: Vec<Value>,
    definitions: usize,
    strengths: usize,
    defaults: Option<bool>,
    is_incomplete: bool,
}

/// Two tenants, and the axes that their policies are about.
#[derive(Clone)]
pub(crate) struct Case {
    pub(crate) axes: Vec<Axis>,
    pub(crate) halves: [Half; 2],
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, half) in ["before", "after"].into_iter().zip(&self.halves) {
            let Half { definitions, strengths, defaults, is_incomplete, .. } = half;
            writeln!(
                f,
                "{name}: locations {definitions} strength {strengths} defaults {defaults:?} incomplete {is_incomplete}"
            )?;
            for policy in &half.policies {
                writeln!(f, "  {policy}")?;
            }
        }
        write!(f, "axes: {:?}", self.axes)
    }
}

fn spec() -> impl Strategy<Value = Spec> {
    let state = prop_oneof![8 => Just(0_usize), 1 => Just(1), 1 => Just(2)];
    let grant = prop_oneof![3 => 0..5_usize, 2 => 0..18_usize];
    let session = prop_oneof![5 => Just(0_usize), 1 => 1..4_usize];
    (0..4_usize, state, proptest::array::uniform3(0..20_usize), grant, session)
        .prop_map(|(id, state, choices, grant, session)| Spec { id, state, choices, grant, session })
}

/// What is done to a policy: the kind of the edit, the policy, and values.
type Step = (usize, usize, Spec);

fn edited(specs: &[Spec], steps: &[Step]) -> Vec<Spec> {
    let mut specs = specs.to_vec();
    for (kind, at, other) in steps {
        if specs.is_empty() {
            specs.push(other.clone());
            continue;
        }
        let at = at % specs.len();
        match kind {
            0 => specs[at].choices[0] = other.choices[0],
            1 => specs[at].choices[1] = other.choices[1],
            2 => specs[at].choices[2] = other.choices[2],
            3 => specs[at].grant = other.grant,
            4 => specs[at].state = (specs[at].state + 1 + other.state) % 3,
            5 => specs[at].session = other.session,
            6 => _ = specs.remove(at),
            7 => specs.push(other.clone()),
            8 => specs.push(Spec { id: other.id + 7, choices: other.choices, ..specs[at].clone() }),
            _ => specs[at].id += 10,
        }
    }
    specs
}

fn policy(axes: &[Axis], spec: &Spec, index: usize) -> Value {
    let mut policy = whole();
    put(&mut policy, "/grantControls", grants()[spec.grant].clone());
    put(&mut policy, "/sessionControls", sessions()[spec.session].clone());
    put(&mut policy, "/state", json!(STATES[spec.state]));
    put(&mut policy, "/displayName", json!(format!("Policy {}", spec.id)));
    // Some exports have no ids, and policies are known by their names then.
    if spec.id % 3 != 2 {
        put(
            &mut policy,
            "/id",
            json!(format!("90000000-0000-4000-8000-{:06}{:06}", spec.id, if spec.id < 10 { index } else { 0 })),
        );
    }
    for (axis, index) in axes.iter().zip(spec.choices) {
        for (path, value) in sayings(*axis).into_iter().nth(index).unwrap_or_default() {
            put(&mut policy, path, value);
        }
    }
    policy
}

/// Grants that some device cannot satisfy, by their indices.
const HARD: [usize; 6] = [1, 1, 3, 4, 5, 7];

/// Policies that may lock somebody out together: one refuses what another lets in.
pub(crate) fn refusing_case() -> impl Strategy<Value = Case> {
    let axes = subsequence(vec![Axis::Guest, Axis::Resource, Axis::Platform, Axis::Location, Axis::Device], 1..=2);
    let choices = proptest::array::uniform3(0..20_usize);
    let spec = (0..HARD.len(), choices).prop_map(|(grant, choices)| Spec {
        id: 0,
        state: 0,
        choices,
        grant: HARD[grant],
        session: 0,
    });
    (axes, proptest::collection::vec(spec, 2..5), 0..DEFINITIONS.len()).prop_map(|(axes, specs, definitions)| {
        let policies = specs.iter().enumerate().map(|(index, spec)| policy(&axes, spec, index)).collect();
        let half = Half { policies, definitions, strengths: 2, defaults: None, is_incomplete: false };
        Case { axes, halves: [half.clone(), half] }
    })
}

pub(crate) fn case() -> impl Strategy<Value = Case> {
    let axes = subsequence(AXES.to_vec(), 1..=3);
    let specs = || proptest::collection::vec(spec(), 1..5);
    let steps = proptest::collection::vec((0..10_usize, 0..4_usize, spec()), 0..4);
    let of = |chance: f64| proptest::bool::weighted(chance);
    let rare = (of(0.85), of(0.25), of(0.25), of(0.04), of(0.04), of(0.03));
    let definitions = proptest::array::uniform2(0..DEFINITIONS.len());
    let strengths = proptest::array::uniform2(0..STRENGTHS.len());
    (axes, specs(), specs(), steps, rare, definitions, strengths).prop_map(
        |(axes, one, other, steps, rare, definitions, strengths)| {
            let (is_edit, redefines, restrengthens, defaults_before, defaults_after, is_incomplete) = rare;
            let other = if is_edit { edited(&one, &steps) } else { other };
            let policies =
                |specs: &[Spec]| specs.iter().enumerate().map(|(index, spec)| policy(&axes, spec, index)).collect();
            let half = |specs: &[Spec], side: usize| Half {
                policies: policies(specs),
                definitions: definitions[if redefines { side } else { 0 }],
                strengths: strengths[if restrengthens { side } else { 0 }],
                defaults: [defaults_before, defaults_after][side].then_some(true),
                is_incomplete: is_incomplete && side == steps.len() % 2,
            };
            let halves = [half(&one, 0), half(&other, 1)];
            Case { axes, halves }
        },
    )
}

impl Case {
    pub(crate) fn definitions(&self) -> [&'static [Definition]; 2] {
        [0, 1].map(|side| DEFINITIONS[self.halves[side].definitions])
    }

    pub(crate) fn missing(&self) -> [bool; 2] {
        [0, 1].map(|side| self.halves[side].is_incomplete)
    }

    /// What satisfies the strength, wherever one of the tenants says so.
    fn strength(&self, side: usize) -> Vec<&'static str> {
        let half = &self.halves[side];
        let written =
            |policy: &Value| policy.pointer("/grantControls/authenticationStrength/allowedCombinations").is_some();
        let mut all = STRENGTHS[half.strengths].to_vec();
        if half.policies.iter().any(written) {
            all.extend(["sms", "fido2"]);
        }
        all
    }

    pub(crate) fn entries(&self, side: usize) -> Vec<Entry> {
        let half = &self.halves[side];
        // What one of the tenants alone defines holds for both.
        let combinations = self.strength(side);
        let combinations = if combinations.is_empty() { self.strength(1 - side) } else { combinations };
        let strengths = Strengths::from([(STRENGTH.to_owned(), combinations)]);
        let mut entries: Vec<Entry> = half.policies.iter().map(|policy| Entry::read(policy, &strengths)).collect();
        if half.defaults == Some(true) {
            let is_contradicted = half.policies.iter().any(|policy| policy["state"] == "enabled");
            entries.extend(Entry::defaults(is_contradicted));
        }
        entries
    }

    pub(crate) fn tenant(&self, side: usize) -> Tenant {
        let half = &self.halves[side];
        let policies = half.policies.iter().map(|policy| {
            let text = policy.to_string();
            lower(&parse(&text).unwrap(), Origin::document(FileIndex(0))).policy
        });
        let mut companions = Companions { security_defaults: half.defaults, ..Companions::default() };
        for (id, trusted, net) in DEFINITIONS[half.definitions] {
            let place = Place::Ranges(vec![net.parse().unwrap()]);
            companions.named_locations.insert(Id::new(id), NamedLocation { trusted: Some(*trusted), place });
        }
        let combinations = STRENGTHS[half.strengths];
        if !combinations.is_empty() {
            let combinations = combinations.iter().map(|text| Fact::Known(Combination::read(text).unwrap())).collect();
            let id = Some(Id::new(STRENGTH));
            let strength = Strength { id, requirements_satisfied_mfa: Fact::Known(None), combinations };
            companions.add_strength(Id::new(STRENGTH), Allowed::by(&strength));
        }
        let missing = Missing { file: FileIndex(0), pointer: Pointer::root(), why: MissingPolicies::NextPage };
        let missing = if half.is_incomplete { vec![missing] } else { Vec::new() };
        let mut tenant = Tenant { policies: policies.collect(), companions, missing, ..Tenant::default() };
        tenant.collect_strengths();
        tenant
    }

    pub(crate) fn with_defaults(&self, defaults: [Option<bool>; 2]) -> Self {
        let mut case = self.clone();
        case.halves.iter_mut().zip(defaults).for_each(|(half, defaults)| half.defaults = defaults);
        case
    }

    pub(crate) fn with_definitions(&self, definitions: [usize; 2]) -> Self {
        let mut case = self.clone();
        case.halves.iter_mut().zip(definitions).for_each(|(half, definitions)| half.definitions = definitions);
        case
    }

    /// The first tenant twice.
    pub(crate) fn settled(&self) -> Self {
        let half = Half { is_incomplete: false, ..self.halves[0].clone() };
        Self { axes: self.axes.clone(), halves: [half.clone(), half] }
    }

    /// The same with every list turned round.
    pub(crate) fn turned(&self) -> Self {
        let mut case = self.clone();
        for policy in case.halves.iter_mut().flat_map(|half| &mut half.policies) {
            *policy = turned(policy);
        }
        case
    }

    /// Says the same otherwise in the second tenant.
    pub(crate) fn respell(&mut self, choices: &[(usize, usize)]) {
        let policies = &mut self.halves[1].policies;
        for (how, at) in choices {
            let at = at % policies.len();
            respell(policies, how % 13, at);
        }
    }
}

fn respell(policies: &mut Vec<Value>, how: usize, at: usize) {
    let policy = policies[at].clone();
    let says = |path: &str| policy.pointer(path).is_some_and(|value| !value.is_null());
    let mut parts: Vec<Vec<(&str, Value)>> = Vec::new();
    match how {
        0 => policies.iter_mut().for_each(|policy| *policy = turned(policy)),
        1 => policies.reverse(),
        2 if !says("/conditions/platforms") => parts.extend([
            vec![("/conditions/platforms", json!({ "includePlatforms": ["windows"] }))],
            vec![("/conditions/platforms", json!({ "includePlatforms": ["all"], "excludePlatforms": ["windows"] }))],
        ]),
        3 if !says("/conditions/locations") => parts.extend([
            vec![("/conditions/locations", json!({ "includeLocations": [OFFICE], "excludeLocations": null }))],
            vec![("/conditions/locations", json!({ "includeLocations": ["All"], "excludeLocations": [OFFICE] }))],
        ]),
        4 if policy.pointer("/conditions/clientAppTypes") == Some(&json!(["all"])) => {
            let others = ["mobileAppsAndDesktopClients", "exchangeActiveSync", "other"];
            parts.extend([
                vec![("/conditions/clientAppTypes", json!(["browser"]))],
                vec![("/conditions/clientAppTypes", json!(others))],
            ]);
        }
        5 if policy.pointer("/grantControls/builtInControls/0") == Some(&json!("mfa")) => {
            let mut controls = policy["grantControls"]["builtInControls"].as_array().unwrap().clone();
            controls.remove(0);
            let strength = json!({ "id": "00000000-0000-0000-0000-000000000002" });
            parts.push(vec![
                ("/grantControls/builtInControls", json!(controls)),
                ("/grantControls/authenticationStrength", strength),
            ]);
        }
        6 => parts.push(vec![
            ("/displayName", json!("Another name")),
            ("/id", json!("90000000-0000-4000-8000-999999999999")),
        ]),
        7 => policies[at] = shouted(&policy),
        8 => {
            let mut gaps: Vec<(&str, Value)> =
                ["/conditions/users/includeRoles", "/conditions/applications/excludeApplications"]
                    .into_iter()
                    .filter(|path| !says(path))
                    .map(|path| (path, json!([])))
                    .collect();
            gaps.extend((!says("/conditions/devices")).then_some(("/conditions/devices", Value::Null)));
            gaps.push(("/description", json!("words")));
            parts.push(gaps);
        }
        9 if !says("/conditions/signInRiskLevels") => parts.extend([
            vec![("/conditions/signInRiskLevels", json!(["high"]))],
            vec![("/conditions/signInRiskLevels", json!(["none", "low", "medium"]))],
        ]),
        10 => parts.extend([vec![], vec![("/state", json!("disabled")), ("/id", Value::Null)]]),
        11 if policy["grantControls"]["operator"] == "AND" && says("/grantControls/builtInControls/1") => {
            for control in policy["grantControls"]["builtInControls"].as_array().unwrap() {
                parts.push(vec![("/grantControls", json!({ "operator": "OR", "builtInControls": [control] }))]);
            }
        }
        12 if says("/sessionControls") => {
            parts.extend([vec![("/sessionControls", Value::Null)], vec![("/grantControls", Value::Null)]]);
        }
        _ => {}
    }
    if parts.is_empty() {
        return;
    }
    policies.remove(at);
    for (index, part) in parts.into_iter().enumerate() {
        let mut one = policy.clone();
        for (path, value) in part {
            put(&mut one, path, value);
        }
        if index > 0 {
            put(&mut one, "/displayName", json!(format!("Part {index}")));
            put(&mut one, "/id", json!(format!("91000000-0000-4000-8000-{:06}{index:06}", policies.len())));
        }
        policies.push(one);
    }
}

/// The same with every list turned round.
fn turned(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().rev().map(turned).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), turned(value))).collect(),
        other => other.clone(),
    }
}

/// The same with GUIDs in upper case.
fn shouted(value: &Value) -> Value {
    match value {
        Value::Array(elements) => elements.iter().map(shouted).collect(),
        Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), shouted(value))).collect(),
        Value::String(text) if text.len() == 36 => json!(text.to_uppercase()),
        other => other.clone(),
    }
}

/// A case that is written down: policies by what they say beside the rest.
pub(crate) fn written(axes: &[Axis], before: &[&[(&'static str, Value)]], after: &[&[(&'static str, Value)]]) -> Case {
    let half = |policies: &[&[(&'static str, Value)]]| {
        let policy = |(index, says): (usize, &&[(&'static str, Value)])| {
            let mut policy = whole();
            put(&mut policy, "/displayName", json!(format!("Policy {index}")));
            put(&mut policy, "/id", json!(format!("90000000-0000-4000-8000-{index:012}")));
            for (path, value) in *says {
                put(&mut policy, path, value.clone());
            }
            policy
        };
        let policies = policies.iter().enumerate().map(policy).collect();
        Half { policies, definitions: 0, strengths: 2, defaults: None, is_incomplete: false }
    };
    Case { axes: axes.to_vec(), halves: [half(before), half(after)] }
}
