//! What can be written at the cursor: keys and values of the schema, and names of apps, roles and rules with their ids.

use super::cursor::{self, Cursor, Notation};
use super::schema::{Schema, Word};
use super::text::{Index, Units};
use crate::catalog;
use crate::controls;
use crate::finding::{capitalised, clip, visible};
use crate::outcome::{Named, Outline};
use crate::requirement::Assumptions;
use crate::rules::{self, Meta};
use lsp_types::{
    CompletionItem, CompletionItemKind, CompletionItemTag, CompletionTextEdit, Documentation, MarkupContent,
    MarkupKind, TextEdit,
};

/// Characters of a name in a list.
const WIDEST: usize = 80;

/// The kind of text, which decides what it names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Policies.
    Policies,
    /// caplint.toml
    Configuration,
}

/// A policy that somebody begins with where nothing is written yet. It enforces nothing.
const FIRST_OF_JSON: &str = r#"{
  "displayName": "",
  "state": "enabledForReportingButNotEnforced",
  "conditions": {
    "clientAppTypes": ["all"],
    "applications": { "includeApplications": [] },
    "users": { "includeUsers": [] }
  },
  "grantControls": { "operator": "OR", "builtInControls": [] }
}
"#;
const FIRST_OF_HCL: &str = r#"resource "azuread_conditional_access_policy" "name" {
  display_name = ""
  state        = "enabledForReportingButNotEnforced"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = []
    }

    users {
      included_users = []
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = []
  }
}
"#;

/// Whether a text can be a policy, as far as it is written: every key of its outermost object is one of a policy's, or of a list of
/// policies.
pub(super) fn may_be_policy(text: &str, offset: usize, notation: Notation, schema: &Schema) -> bool {
    if notation == Notation::Hcl {
        return text.trim().is_empty();
    }
    let words = schema.at(&[]).map(|place| place.keys()).unwrap_or_default();
    let is_known = |key: &String| {
        key.eq_ignore_ascii_case("value")
            || key.starts_with("@odata.")
            || words.iter().any(|word| word.text.eq_ignore_ascii_case(key))
    };
    cursor::at(text, offset, notation).roots.iter().all(is_known)
}

/// Everything that can be written at a byte. Editors filter it by what is typed.
pub(super) fn complete(
    text: &str,
    offset: usize,
    (notation, kind): (Notation, Kind),
    schema: &Schema,
    outlines: &[Outline],
    units: Units,
) -> Vec<CompletionItem> {
    let found = cursor::at(text, offset, notation);
    let mut words = if text.trim().is_empty() && kind == Kind::Policies && notation != Notation::Yaml {
        first(notation)
    } else if found.is_key {
        keys(&found, (notation, kind), schema)
    } else {
        values(&found, (notation, kind), schema, outlines)
    };
    // What is no longer used comes last.
    words.sort_by_key(|candidate| candidate.word.is_deprecated);
    let index = Index::new(text, units);
    let item = |(order, candidate): (usize, Candidate)| {
        let Candidate { word, label, kind } = candidate;
        let is_first = kind == CompletionItemKind::SNIPPET;
        let written = if is_first { word.text.clone() } else { written(&word, &found, notation) };
        CompletionItem {
            filter_text: Some(label.clone().filter(|_| is_first).unwrap_or_else(|| written.clone())),
            label: label.unwrap_or_else(|| word.text.clone()),
            kind: Some(kind),
            documentation: word
                .about
                .map(|value| Documentation::MarkupContent(MarkupContent { kind: MarkupKind::Markdown, value })),
            sort_text: Some(format!("{order:04}")),
            tags: word.is_deprecated.then(|| vec![CompletionItemTag::DEPRECATED]),
            text_edit: Some(CompletionTextEdit::Edit(TextEdit { range: index.range(&found.word), new_text: written })),
            ..CompletionItem::default()
        }
    };
    words.into_iter().enumerate().map(item).collect()
}

/// A whole policy, for a text that has nothing yet.
fn first(notation: Notation) -> Vec<Candidate> {
    let text = match notation {
        Notation::Json => FIRST_OF_JSON,
        Notation::Hcl => FIRST_OF_HCL,
        Notation::Toml | Notation::Yaml => return Vec::new(),
    };
    let about = Some("A policy to begin with. It is report-only and enforces nothing.".to_owned());
    let word = Word { text: text.to_owned(), about, is_text: false, is_deprecated: false };
    let label = Some("Conditional Access policy".to_owned());
    vec![Candidate { word, label, kind: CompletionItemKind::SNIPPET }]
}

/// Something that can be written.
struct Candidate {
    word: Word,
    /// What the editor calls it, if that is not the word itself.
    label: Option<String>,
    kind: CompletionItemKind,
}

fn keys(found: &Cursor, (notation, kind): (Notation, Kind), schema: &Schema) -> Vec<Candidate> {
    let above = &found.keys[..found.keys.len().saturating_sub(1)];
    if notation == Notation::Hcl && !may_hold_policies(found, above) {
        return Vec::new();
    }
    let is_new = |word: &Word| !found.siblings.iter().any(|known| known.eq_ignore_ascii_case(&word.text));
    // Ids are keys there, which the schema leaves open.
    let ids: Vec<Candidate> = match (kind, above) {
        (Kind::Configuration, [table]) if table == "rules" => {
            rules::all().iter().map(|rule| rule_of(rule.meta())).collect()
        }
        (Kind::Configuration, [table]) if table == "assumptions" => {
            Assumptions::KEYS.iter().map(|id| named(id, id, "Assumption")).collect()
        }
        (Kind::Configuration | Kind::Policies, _) => Vec::new(),
    };
    // A header names a table, or with two brackets one more of a list of tables.
    let fits = |word: &Word| {
        let Some(brackets) = found.header else { return true };
        let keys: Vec<String> = above.iter().cloned().chain([word.text.clone()]).collect();
        schema.at(&keys).is_some_and(|place| place.has_keys() && place.is_list() == (brackets > 1))
    };
    let words = schema.at(above).map(|place| place.keys()).unwrap_or_default();
    let words = words.into_iter().filter(fits);
    let candidate = |word: Word| {
        let is_deprecated = word.is_deprecated || is_retired(&word.text);
        Candidate { word: Word { is_deprecated, ..word }, label: None, kind: CompletionItemKind::PROPERTY }
    };
    words.map(candidate).chain(ids).filter(|candidate| is_new(&candidate.word)).collect()
}

/// Whether keys of policies can stand at a place of HCL: in a resource for policies, or in a value that configuration makes them of.
fn may_hold_policies(found: &Cursor, above: &[String]) -> bool {
    match above {
        [] => false,
        [block, ..] if block == "resource" => {
            found.block.as_ref().is_some_and(|kind| kind.contains("conditional_access_policy"))
        }
        [block] => {
            !["data", "locals", "module", "output", "provider", "terraform", "variable"].contains(&block.as_str())
        }
        [_, ..] => true,
    }
}

/// Whether Microsoft has announced an end for what policies call this.
fn is_retired(word: &str) -> bool {
    // Terraform writes the words of Graph with underscores.
    let mut parts = word.split('_');
    let first = parts.next().unwrap_or_default().to_owned();
    let in_graph = parts.fold(first, |word, part| word + &capitalised(part));
    catalog::retirement(word).or_else(|| catalog::retirement(&in_graph)).is_some()
}

/// Where the provider azuread takes the id of a strength.
const STRENGTH_PATH: &str = "/policies/authenticationStrengthPolicies/";

/// Built-in strengths by their ids.
fn strengths(before: &str) -> Vec<Candidate> {
    let strength = |one: &catalog::BuiltInStrength| {
        named(&format!("{before}{}", one.id), one.display_name, "Built-in authentication strength")
    };
    catalog::strengths().iter().map(strength).collect()
}

fn values(found: &Cursor, (notation, kind): (Notation, Kind), schema: &Schema, outlines: &[Outline]) -> Vec<Candidate> {
    let own = schema.at(&found.keys).map(|place| place.values()).unwrap_or_default();
    // What Graph may add some day is nothing to write.
    let own = own.into_iter().filter(|word| word.text != "unknownFutureValue");
    let own = own.map(|word| {
        let meaning = found.keys.last().and_then(|key| catalog::meaning(key, &word.text));
        let about = meaning.map(|(meaning, page)| format!("{meaning}\n\n[Microsoft]({page})")).or(word.about);
        let is_deprecated = word.is_deprecated || is_retired(&word.text);
        let word = Word { about, is_deprecated, ..word };
        Candidate { word, label: None, kind: CompletionItemKind::ENUM_MEMBER }
    });
    let key = found.keys.last().map(|key| catalog::folded(key)).unwrap_or_default();
    let of_tenant = |wanted: Named| -> Vec<Candidate> {
        let names = outlines.iter().flat_map(|outline| &outline.names);
        let names = names.filter(|(_, (kind, _))| *kind == wanted);
        names.map(|(id, (_, name))| named(id, name, "In the files of this tenant")).collect()
    };
    let is_of_strength = found
        .keys
        .iter()
        .rev()
        .nth(1)
        .is_some_and(|key| key.eq_ignore_ascii_case("authenticationStrength") || key == "authentication_strength");
    let named: Vec<Candidate> = match kind {
        Kind::Policies => match key.as_str() {
            "id" if is_of_strength => strengths(""),
            "authenticationstrengthpolicyid" if notation == Notation::Hcl => strengths(STRENGTH_PATH),
            "includeapplications" | "excludeapplications" => {
                catalog::apps().iter().map(|app| named(&app.id.to_string(), app.name, "App")).collect()
            }
            "includeroles" | "excluderoles" => {
                catalog::roles().iter().map(|role| named(&role.id.to_string(), role.name, "Built-in role")).collect()
            }
            "includegroups" | "excludegroups" => of_tenant(Named::Group),
            "includeusers" | "excludeusers" => of_tenant(Named::User),
            "includelocations" | "excludelocations" => of_tenant(Named::Location),
            _ => Vec::new(),
        },
        Kind::Configuration => match key.as_str() {
            "rule" => rules::all().iter().map(|rule| rule_of(rule.meta())).collect(),
            "control" | "controls" | "select" => {
                controls::all().map(|control| explained(control.id, &control.summary)).collect()
            }
            "grant" => controls::grant_words().map(|word| named(word, word, "What is required:")).collect(),
            "benchmarks" => controls::benchmarks().map(|one| explained(&one.id, &one.name)).collect(),
            "role" => catalog::roles().iter().map(|role| named(role.name, role.name, "Built-in role")).collect(),
            _ => Vec::new(),
        },
    };
    // Another element of the same list says nothing twice.
    let is_new = |candidate: &Candidate| !found.siblings.contains(&candidate.word.text);
    // What is known of a word by its name says more than the schema does.
    let is_better = |own: &Candidate| !named.iter().any(|one| one.word.text == own.word.text);
    let own: Vec<Candidate> = own.filter(is_better).collect();
    own.into_iter().chain(named).filter(is_new).collect()
}

fn rule_of(meta: Meta) -> Candidate {
    explained(meta.id, meta.summary)
}

/// An id that says what it is, and more about it.
fn explained(id: &str, about: &str) -> Candidate {
    let word = Word { text: id.to_owned(), about: Some(about.to_owned()), is_text: true, is_deprecated: false };
    Candidate { word, label: None, kind: CompletionItemKind::CONSTANT }
}

/// An object by its id, called by its name.
fn named(id: &str, name: &str, about: &str) -> Candidate {
    let label = (id != name).then(|| clip(&visible(name), WIDEST));
    let is_deprecated = is_retired(name);
    let word = Word { text: id.to_owned(), about: Some(format!("{about} `{id}`")), is_text: true, is_deprecated };
    Candidate { word, label, kind: CompletionItemKind::CONSTANT }
}

/// A word as its notation writes it where the cursor is.
fn written(word: &Word, found: &Cursor, notation: Notation) -> String {
    let is_bare = match notation {
        Notation::Json => !word.is_text,
        Notation::Hcl | Notation::Toml => found.is_key || !word.is_text,
        Notation::Yaml => true,
    };
    let quoted = || serde_json::Value::from(word.text.as_str()).to_string();
    match (is_bare, found.is_quoted) {
        (true, _) | (_, true) => word.text.clone(),
        (false, false) => quoted(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::{AZUREAD_SCHEMA, CONFIG_SCHEMA, POLICY_SCHEMA};

    /// What is offered at `|`, as it would be written; after `!` what Microsoft has announced an end for.
    fn offered(marked: &str, notation: Notation) -> Vec<String> {
        let offset = marked.find('|').unwrap();
        let text = marked.replacen('|', "", 1);
        let (schema, kind) = match notation {
            Notation::Hcl => (AZUREAD_SCHEMA, Kind::Policies),
            Notation::Toml => (CONFIG_SCHEMA, Kind::Configuration),
            Notation::Json | Notation::Yaml => (POLICY_SCHEMA, Kind::Policies),
        };
        let schema = Schema::read(schema);
        let items = complete(&text, offset, (notation, kind), &schema, &[], Units::Utf16);
        let written = |item: CompletionItem| {
            let Some(CompletionTextEdit::Edit(edit)) = item.text_edit else { panic!("an edit") };
            if item.tags.is_some() { format!("!{}", edit.new_text) } else { edit.new_text }
        };
        items.into_iter().map(written).collect()
    }

    #[test]
    fn what_is_offered_where() {
        const IN_RESOURCE: &str = "resource \"azuread_conditional_access_policy\" \"p\" {\n";
        let in_resource = |text: &str| format!("{IN_RESOURCE}{text}\n}}");
        let (json, hcl, toml, yaml) = (Notation::Json, Notation::Hcl, Notation::Toml, Notation::Yaml);
        let table: Vec<(Notation, String, &[&str], &[&str])> = vec![
            // The keys of a policy, but for those that stand there already.
            (json, "{|}".into(), &["\"state\"", "\"conditions\""], &["\"mfa\""]),
            (json, "{\"|\"}".into(), &["state", "conditions"], &["mfa"]),
            (json, "{\n  \"|\n  \"state\": \"enabled\"\n}".into(), &["conditions", "displayName"], &["state"]),
            (json, "{\"conditions\": {|}}".into(), &["\"users\""], &["\"state\""]),
            (json, "{\"conditions\": {\"|\", \"users\": {}}}".into(), &["platforms"], &["users", "state"]),
            (yaml, "|".into(), &["state"], &["mfa"]),
            (yaml, "|\nstate: enabled".into(), &["conditions"], &["state"]),
            (hcl, in_resource("  |"), &["state", "conditions"], &["users"]),
            (hcl, in_resource("  |\n  state = \"enabled\""), &["conditions"], &["state"]),
            (hcl, in_resource("  conditions {\n    |\n  }"), &["users", "client_app_types"], &["state"]),
            (hcl, in_resource("  conditions { | }"), &["users"], &["state"]),
            (hcl, in_resource("  grant_controls {|}"), &["operator", "!custom_authentication_factors"], &["state"]),
            // Other blocks are no policies.
            (hcl, "resource \"azuread_group\" \"g\" {\n  |\n}".into(), &[], &["state"]),
            (hcl, format!("{IN_RESOURCE}}}\n|"), &[], &["state"]),
            (hcl, format!("{IN_RESOURCE}}}\nvariable \"v\" {{\n  |\n}}"), &[], &["state"]),
            (hcl, "locals {\n  p = {\n    |\n  }\n}".into(), &["state"], &[]),
            // A text with nothing in it begins with a policy.
            (json, "|".into(), &[FIRST_OF_JSON], &[]),
            (hcl, "\n|".into(), &[FIRST_OF_HCL], &[]),
            // Names of strengths, as each notation takes their ids.
            (
                json,
                "{\"grantControls\": {\"authenticationStrength\": {\"id\": \"|\"}}}".into(),
                &["00000000-0000-0000-0000-000000000004"],
                &[],
            ),
            (
                hcl,
                in_resource("  grant_controls {\n    authentication_strength_policy_id = |\n  }"),
                &["\"/policies/authenticationStrengthPolicies/00000000-0000-0000-0000-000000000004\""],
                &[],
            ),
            (json, "{\"id\": \"|\"}".into(), &[], &["00000000-0000-0000-0000-000000000004"]),
            // What Microsoft has announced an end for is marked, and an element of the list is not offered twice.
            (
                json,
                "{\"conditions\": {\"users\": {\"includeRoles\": [\"|\", \"62e90394-69f5-4237-9190-012177145e10\"]}}}"
                    .into(),
                &["194ae4cb-b126-40b2-bd5b-6091b380977d", "!9c094953-4995-41c8-84c8-3ebb9b32c93f"],
                &["62e90394-69f5-4237-9190-012177145e10", "9c094953-4995-41c8-84c8-3ebb9b32c93f"],
            ),
            (
                json,
                "{\"grantControls\": {\"builtInControls\": [\"mfa\", \"|\"]}}".into(),
                &["compliantDevice", "!approvedApplication"],
                &["mfa", "approvedApplication"],
            ),
            // Nothing is written in a comment.
            (json, "{ // |\n}".into(), &[], &["\"state\""]),
            (hcl, in_resource("  # |"), &[], &["state"]),
            (toml, "|\n[rules]".into(), &["profile", "benchmarks"], &["rules"]),
            (toml, "[|]\n[rules]".into(), &["assumptions"], &["rules", "exception", "profile"]),
            (toml, "[[|]]\n[[ignore]]".into(), &["ignore", "exception", "requirement"], &["rules", "exclude"]),
            (
                toml,
                "[rules]\nletter-case = \"off\"\n|".into(),
                &["invalid-id", "mfa-admins"],
                &["letter-case", "profile"],
            ),
            (toml, "[rules]\nletter-case = \"|\"".into(), &["off", "error"], &["mfa"]),
            (toml, "[[ignore]]\nrule = \"|\"".into(), &["letter-case"], &["off"]),
            (toml, "controls = [\"mfa-admins\", \"|\"]".into(), &["mfa-guests"], &["mfa-admins", "letter-case"]),
            (toml, "benchmarks = [\"scuba\", \"|\"]".into(), &["all", "maester"], &["scuba"]),
            (toml, "[[requirement]]\ngrant = \"|\"".into(), &["mfa", "phishing-resistant"], &["scuba"]),
            (toml, "[assumptions]\n|".into(), &["empty-conditions-are-none"], &["profile"]),
        ];
        for (notation, marked, wanted, unwanted) in table {
            let offered = offered(&marked, notation);
            for one in wanted {
                assert!(offered.iter().any(|text| text == one), "{one} in {marked}: {offered:?}");
            }
            for one in unwanted {
                assert!(!offered.iter().any(|text| text == one), "no {one} in {marked}: {offered:?}");
            }
            if wanted.is_empty() && notation == Notation::Hcl {
                assert!(offered.is_empty(), "{marked}: {offered:?}");
            }
            let first_retired = offered.iter().position(|text| text.starts_with('!')).unwrap_or(offered.len());
            assert!(offered[first_retired..].iter().all(|text| text.starts_with('!')), "{marked}: {offered:?}");
        }
    }

    /// What somebody begins with is a policy as the schema has it, once its lists are filled.
    #[test]
    fn what_a_text_begins_with_is_a_policy() {
        let first: serde_json::Value = serde_json::from_str(FIRST_OF_JSON).unwrap();
        let schema = Schema::read(POLICY_SCHEMA);
        let keys = |above: &[&str]| -> Vec<String> {
            let above: Vec<String> = above.iter().map(|key| (*key).to_owned()).collect();
            schema.at(&above).unwrap().keys().into_iter().map(|word| word.text).collect()
        };
        for above in [&[][..], &["conditions"], &["conditions", "users"], &["grantControls"]] {
            let object = above.iter().fold(&first, |value, key| &value[*key]).as_object().unwrap();
            assert!(object.keys().all(|key| keys(above).contains(key)), "{above:?}");
        }
        assert_eq!(first["state"], "enabledForReportingButNotEnforced");
    }

    #[test]
    fn only_what_may_become_a_policy_is_begun() {
        let schema = Schema::read(POLICY_SCHEMA);
        let may_be = |text: &str, notation| {
            may_be_policy(
                text,
                if notation == Notation::Yaml { text.len() } else { 2.min(text.len()) },
                notation,
                &schema,
            )
        };
        for text in [
            "",
            "{}",
            "{\"",
            "{\"displayName\": \"x\", \"State\": 1}",
            "{\"@odata.context\": 1, \"value\": [{\"x\": 1}]}",
        ] {
            assert!(may_be(text, Notation::Json), "{text}");
        }
        for text in ["{\"name\": \"x\", \"version\": \"1\"}", "{\"state\": 1, \"compilerOptions\": {}}"] {
            assert!(!may_be(text, Notation::Json), "{text}");
        }
        assert!(may_be("", Notation::Yaml) && may_be("state: x\n", Notation::Yaml) && may_be("\n", Notation::Hcl));
        assert!(!may_be("services:\n  state: x\n", Notation::Yaml) && !may_be("locals {}\n", Notation::Hcl));
    }
}
