//! `caplint lsp`, as an editor speaks with it.

#![allow(clippy::unwrap_used)]

use lsp_server::{Message, Notification, Request, RequestId, Response};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

const POLICY: &str = r#"{
  "displayName": "MFA for all users",
  "id": "11111111-1111-4111-8111-111111111111",
  "state": "enabled",
  "conditions": {
    "clientAppTypes": ["all"],
    "applications": { "includeApplications": ["all"] },
    "users": { "includeUsers": ["All"], "excludeRoles": ["62e90394-69f5-4237-9190-012177145e10"] }
  },
  "grantControls": { "operator": "OR", "builtInControls": ["mfa"] }
}
"#;

/// An editor with a folder.
struct Editor {
    server: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    folder: tempfile::TempDir,
    requests: i32,
    /// What the server has told of each file.
    told: BTreeMap<String, Vec<Value>>,
    /// What the server has shown.
    shown: Vec<String>,
}

impl Editor {
    fn start(files: &[(&str, &str)], encodings: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let mut server = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .args(["lsp", "--today", "2026-06-01"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (to, from) = (server.stdin.take(), BufReader::new(server.stdout.take().unwrap()));
        let mut editor = Self { server, to, from, folder, requests: 0, told: BTreeMap::new(), shown: Vec::new() };
        let capabilities = json!({
            "general": { "positionEncodings": encodings },
            "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] } },
        });
        let folders = json!([{ "uri": editor.uri(""), "name": "tenant" }]);
        let result = editor.ask("initialize", json!({ "capabilities": capabilities, "workspaceFolders": folders }));
        let agreed = result["capabilities"]["positionEncoding"].as_str().unwrap();
        assert_eq!(agreed, if encodings.contains(&"utf-8") { "utf-8" } else { "utf-16" });
        editor.tell("initialized", json!({}));
        editor
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().canonicalize().unwrap().join(name)
    }

    fn uri(&self, name: &str) -> String {
        format!("file://{}", self.path(name).to_string_lossy().trim_end_matches('/'))
    }

    fn send(&mut self, message: &Message) {
        message.write(self.to.as_mut().unwrap()).unwrap();
    }

    fn tell(&mut self, method: &str, params: Value) {
        self.send(&Notification::new(method.to_owned(), params).into());
    }

    /// Asks, and takes note of what the server tells in between.
    fn ask(&mut self, method: &str, params: Value) -> Value {
        self.requests += 1;
        let id = RequestId::from(self.requests);
        self.send(&Request::new(id.clone(), method.to_owned(), params).into());
        loop {
            match Message::read(&mut self.from).unwrap().unwrap() {
                Message::Response(Response { id: answered, response_result: result }) => {
                    assert_eq!(answered, id);
                    return result.unwrap_or_else(|error| panic!("{method}: {error:?}"));
                }
                Message::Notification(told) => self.note(&told),
                Message::Request(request) => panic!("{request:?}"),
            }
        }
    }

    fn note(&mut self, told: &Notification) {
        if told.method == "window/showMessage" {
            self.shown.push(told.params["message"].as_str().unwrap().to_owned());
            return;
        }
        assert_eq!(told.method, "textDocument/publishDiagnostics");
        let file = told.params["uri"].as_str().unwrap().to_owned();
        self.told.insert(file, told.params["diagnostics"].as_array().unwrap().clone());
    }

    /// What is told of a file once the server has nothing else to do.
    fn diagnostics(&mut self, name: &str) -> Vec<Value> {
        // A request is answered after everything before it was told.
        self.ask("textDocument/documentSymbol", json!({ "textDocument": { "uri": self.uri("none") } }));
        let uri = self.uri(name);
        self.told.get(&uri).cloned().unwrap_or_default()
    }

    fn rules(&mut self, name: &str) -> Vec<String> {
        let rule = |told: &Value| told["code"].as_str().unwrap().to_owned();
        self.diagnostics(name).iter().map(rule).collect()
    }

    fn open(&mut self, name: &str, text: &str) {
        let document = json!({ "uri": self.uri(name), "languageId": "json", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document }));
    }

    fn change(&mut self, name: &str, changes: &Value) {
        let document = json!({ "uri": self.uri(name), "version": 2 });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes }));
    }

    /// Asks about the first place of a text, in units of UTF-16.
    fn at(&mut self, method: &str, name: &str, text: &str, what: &str) -> Value {
        let (line, column) = place(text, what);
        let position = json!({ "line": line, "character": column });
        self.ask(method, json!({ "textDocument": { "uri": self.uri(name) }, "position": position }))
    }
}

impl Drop for Editor {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.server.kill();
            return;
        }
        self.ask("shutdown", Value::Null);
        self.tell("exit", Value::Null);
        self.to.take().unwrap().flush().unwrap();
        assert!(self.server.wait().unwrap().success());
    }
}

/// Line and column of the middle of a text.
fn place(text: &str, what: &str) -> (usize, usize) {
    let at = text.find(what).unwrap() + what.len() / 2;
    let line = text[..at].matches('\n').count();
    (line, text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at].encode_utf16().count())
}

/// Applies the edits of an action as an editor does.
fn apply(action: &Value, texts: &mut BTreeMap<String, String>) {
    for change in action["edit"]["documentChanges"].as_array().unwrap() {
        if change["kind"] == "create" {
            texts.entry(change["uri"].as_str().unwrap().to_owned()).or_default();
            continue;
        }
        let text = texts.get_mut(change["textDocument"]["uri"].as_str().unwrap()).unwrap();
        for edit in change["edits"].as_array().unwrap().iter().rev() {
            let offset = |position: &Value| {
                let line = usize::try_from(position["line"].as_u64().unwrap()).unwrap();
                let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
                start + usize::try_from(position["character"].as_u64().unwrap()).unwrap()
            };
            let (start, end) = (offset(&edit["range"]["start"]), offset(&edit["range"]["end"]));
            text.replace_range(start..end, edit["newText"].as_str().unwrap());
        }
    }
}

/// What `caplint check` finds there: file, line, column in UTF-16 and rule.
fn checked(folder: &Path) -> Vec<(String, u64, String)> {
    let out = Command::new(env!("CARGO_BIN_EXE_caplint"))
        .args(["check", "--today", "2026-06-01", "--format", "json"])
        .current_dir(folder)
        .output()
        .unwrap();
    let report: Value = serde_json::from_slice(&out.stdout).unwrap();
    let mut all: Vec<_> = { report["findings"].as_array().unwrap().iter() }
        .map(|finding| {
            let place = &finding["locations"][0];
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&place["path"]), place["start"]["line"].as_u64().unwrap() - 1, text(&finding["rule"]))
        })
        .collect();
    all.sort();
    all
}

#[test]
fn what_is_told_is_what_a_check_finds() {
    let mut editor =
        Editor::start(&[("a.json", POLICY), ("sub/b.json", &POLICY.replace("1111-8111", "2222-8222"))], &["utf-16"]);
    editor.diagnostics("a.json");
    let folder = editor.uri("");
    let mut told: Vec<(String, u64, String)> = Vec::new();
    for (file, diagnostics) in &editor.told {
        let name = file.strip_prefix(&folder).unwrap().trim_start_matches('/').to_owned();
        told.extend(diagnostics.iter().map(|one| {
            let line = one["range"]["start"]["line"].as_u64().unwrap();
            (name.clone(), line, one["code"].as_str().unwrap().to_owned())
        }));
    }
    told.sort();
    assert!(told.len() > 3);
    assert_eq!(told, checked(editor.folder.path()));
}

#[test]
fn what_is_typed_counts_before_it_is_saved() {
    let mut editor = Editor::start(&[("a.json", POLICY)], &[]);
    assert!(editor.rules("a.json").contains(&"letter-case".to_owned()));
    editor.open("a.json", POLICY);
    let at = POLICY.find("all\"] }").unwrap();
    let (line, column) = (POLICY[..at].matches('\n').count(), at - (POLICY[..at].rfind('\n').unwrap() + 1));
    let range =
        json!({ "start": { "line": line, "character": column }, "end": { "line": line, "character": column + 1 } });
    editor.change("a.json", &json!([{ "range": range, "text": "A" }]));
    assert!(!editor.rules("a.json").contains(&"letter-case".to_owned()));
    let uri = editor.uri("a.json");
    editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": uri } }));
    assert!(editor.rules("a.json").contains(&"letter-case".to_owned()));
}

#[test]
fn a_fix_and_an_ignore_are_offered() {
    let mut editor = Editor::start(&[("a.json", POLICY)], &[]);
    editor.open("a.json", POLICY);
    let told = editor.diagnostics("a.json").into_iter().find(|told| told["code"] == "letter-case").unwrap();
    let context = json!({ "diagnostics": [told] });
    let params = json!({ "textDocument": { "uri": editor.uri("a.json") }, "range": told["range"], "context": context });
    let actions = editor.ask("textDocument/codeAction", params);
    let about: Vec<&Value> = { actions.as_array().unwrap().iter() }
        .filter(|action| action["diagnostics"][0]["code"] == "letter-case")
        .collect();
    let mut texts = BTreeMap::from([(editor.uri("a.json"), POLICY.to_owned())]);
    apply(about[0], &mut texts);
    assert_eq!(texts[&editor.uri("a.json")], POLICY.replace("[\"all\"] }", "[\"All\"] }"));
    apply(about[1], &mut texts);
    let config = texts[&editor.uri("caplint.toml")].clone();
    assert!(config.starts_with("[[ignore]]\nrule = \"letter-case\"\npolicy = \"11111111-"), "{config}");
    // Without a reason it hides nothing.
    std::fs::write(editor.path("caplint.toml"), &config).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert!(editor.rules("a.json").contains(&"letter-case".to_owned()));
    std::fs::write(editor.path("caplint.toml"), config.replace("reason = \"\"", "reason = \"ours\"")).unwrap();
    editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": [] }));
    assert!(!editor.rules("a.json").contains(&"letter-case".to_owned()));
}

#[test]
fn an_action_says_what_the_proof_says_of_it() {
    // Where nothing else asks for MFA, the misspelt control would be enough if it were written so.
    let text = POLICY.replace("[\"mfa\"]", "[\"compliantDevice\", \"mfaa\"]");
    let mut editor = Editor::start(&[("a.json", &text)], &[]);
    editor.open("a.json", &text);
    let told = editor.diagnostics("a.json").into_iter().find(|told| told["code"] == "invalid-value").unwrap();
    let params = json!({ "textDocument": { "uri": editor.uri("a.json") }, "range": told["range"], "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", params);
    let title = actions[0]["title"].as_str().unwrap();
    assert!(title.contains("mfa") && title.ends_with("(careful: it may ask somebody for less than before)"), "{title}");
    assert_eq!(actions[0]["isPreferred"], Value::Null);
}

/// No policy is changed by it, so it must not say that one is.
#[test]
fn an_ignore_that_hides_nothing_is_removed_without_a_policy_being_changed() {
    let config = "[[ignore]]\nrule = \"single-value\"\npath = \"a.json\"\nreason = \"ours\"\n";
    let mut editor = Editor::start(&[("a.json", POLICY), ("caplint.toml", config)], &[]);
    let told = editor.diagnostics("caplint.toml").into_iter().find(|told| told["code"] == "unused-ignore").unwrap();
    let params = json!({ "textDocument": { "uri": editor.uri("caplint.toml") }, "range": told["range"], "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", params);
    assert_eq!(actions[0]["title"], "Remove the ignore of single-value (changes no policy)");
}

#[test]
fn a_comment_that_hides_nothing_is_removed_without_a_policy_being_changed() {
    let text = "resource \"azuread_conditional_access_policy\" \"p\" {\n  # caplint: ignore[single-value] ours\n  display_name = \"P\"\n}\n";
    let mut editor = Editor::start(&[("main.tf", text)], &[]);
    editor.open("main.tf", text);
    let told = editor.diagnostics("main.tf").into_iter().find(|told| told["code"] == "unused-ignore").unwrap();
    let params = json!({ "textDocument": { "uri": editor.uri("main.tf") }, "range": told["range"], "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", params);
    assert_eq!(actions[0]["title"], "Remove the ignore of single-value (changes no policy)");
    assert_eq!(actions[0]["edit"]["documentChanges"][0]["edits"][0]["newText"], "");
}

#[test]
fn a_broken_configuration_is_told_where_it_is_broken() {
    let mut editor = Editor::start(&[("a.json", POLICY), ("caplint.toml", "# ours\nexclud = []\n")], &[]);
    let told = editor.diagnostics("caplint.toml");
    assert_eq!(told[0]["range"]["start"]["line"], 1, "{told:?}");
    assert_eq!(told[0]["code"], "config");
    assert!(editor.shown[0].contains("exclud"), "{:?}", editor.shown);
}

/// What is wrong with a configuration, and where: an editor says it as the command does.
#[test]
fn a_broken_configuration_is_told_as_a_check_tells_it() {
    for config in [
        "# ours\nexclud = []\n",
        "[rules\n",
        "[rules]\nno-such-rule = \"off\"\n",
        "[rules]\nletter-case = \"of\"\n",
        "benchmarks = [\"scubaa\"]\n",
        "controls = [\"mfa-admin\"]\n",
        "[assumptions]\nempty = true\n",
        "[[exception]]\nuser = \"x\"\n",
        "[[requirement]]\nid = \"ours\"\ngrant = \"mf\"\n",
        "ä = '😀' x\n",
    ] {
        let mut editor = Editor::start(&[("a.json", POLICY), ("caplint.toml", config)], &["utf-8"]);
        let told = editor.diagnostics("caplint.toml");
        let (message, help) = told[0]["message"].as_str().unwrap().split_once("\n\nhelp: ").unwrap();
        let out = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .args(["check", "--today", "2026-06-01", "--color", "never"])
            .env("COLUMNS", "1000")
            .current_dir(editor.folder.path())
            .output()
            .unwrap();
        let said = String::from_utf8(out.stderr).unwrap();
        let flat = |text: &str| text.split(|c: char| c.is_whitespace() || c == '│').collect::<String>();
        assert!(flat(&said).contains(&flat(message)), "{message}\n{said}");
        assert!(flat(&said).contains(&flat(help)), "{help}\n{said}");
        let start = &told[0]["range"]["start"];
        let place = format!("caplint.toml:{}:", start["line"].as_u64().unwrap() + 1);
        assert!(said.contains(&place), "{place}\n{said}");
    }
}

#[test]
fn hover_completion_lenses_and_symbols() {
    let mut editor = Editor::start(&[("a.json", POLICY)], &[]);
    editor.open("a.json", POLICY);
    let mut hover = |what: &str| {
        let hover = editor.at("textDocument/hover", "a.json", POLICY, what);
        hover["contents"]["value"].as_str().unwrap_or_default().to_owned()
    };
    assert!(hover("62e90394-69f5").contains("Global Administrator"));
    assert!(hover("\"enabled\"").contains("Report-only"));
    assert!(hover("MFA for all users").contains("MFA"), "{}", hover("MFA for all users"));
    let broken = POLICY.replace("\"mfa\"", "\"\"");
    editor.change("a.json", &json!([{ "text": broken }]));
    let items = editor.at("textDocument/completion", "a.json", &broken, "\"\"");
    let labels: Vec<&str> = items.as_array().unwrap().iter().map(|item| item["label"].as_str().unwrap()).collect();
    assert!(labels.contains(&"compliantDevice"), "{labels:?}");
    let whole = POLICY
        .replace("[\"all\"] }", "[\"All\"] }")
        .replace(", \"excludeRoles\": [\"62e90394-69f5-4237-9190-012177145e10\"]", "");
    editor.change("a.json", &json!([{ "text": whole }]));
    let document = json!({ "textDocument": { "uri": editor.uri("a.json") } });
    let symbols = editor.ask("textDocument/documentSymbol", document.clone());
    assert_eq!(symbols[0]["name"], "\"MFA for all users\"");
    let lenses = editor.ask("textDocument/codeLens", document);
    let title = lenses[0]["command"]["title"].as_str().unwrap();
    assert!(title.starts_with("carries mfa-azure-management; without it: "), "{title}");
}

/// A text that becomes a policy has no sign of one yet. What is somebody else's gets nothing.
#[test]
fn a_policy_can_be_begun_in_a_new_file() {
    let mut editor = Editor::start(&[], &[]);
    let mut offered = |name: &str, text: &str, place: &str| -> Vec<String> {
        editor.open(name, text);
        let items = editor.at("textDocument/completion", name, text, place);
        let items = items.as_array().cloned().unwrap_or_default();
        items.iter().map(|item| item["label"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(offered("a.json", "", ""), ["Conditional Access policy"]);
    assert_eq!(offered("a.tf", "", ""), ["Conditional Access policy"]);
    assert!(offered("b.json", "{}", "{}").contains(&"conditions".to_owned()));
    assert!(offered("c.json", "{\"\"}", "\"\"").contains(&"grantControls".to_owned()));
    assert!(offered("package.json", "{\"name\": \"x\", \"\"}", "\"\"").is_empty());
}

#[test]
fn columns_are_counted_as_agreed() {
    let text = POLICY
        .replace("\"all\"] },\n", "\"all\"] },")
        .replace("{ \"includeApplications\"", "{ \"x\": \"ä😀\", \"includeApplications\"");
    let column = |encodings: &[&str]| {
        let mut editor = Editor::start(&[("a.json", &text)], encodings);
        let told = editor.diagnostics("a.json").into_iter().find(|told| told["code"] == "letter-case").unwrap();
        told["range"]["start"]["character"].as_u64().unwrap()
    };
    // ä is two bytes and one unit, and the face is four bytes and two units.
    assert_eq!(column(&["utf-8", "utf-16"]), column(&["utf-16"]) + 3);
}

/// A generator of numbers for edits: the same in each run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % bound as u64).unwrap()
    }
}

/// After any number of edits, the server has the text that the editor has, and tells what a check of the saved text finds.
/// `LSP_EDITS` sets how many there are.
#[test]
fn random_edits_keep_the_server_and_a_check_in_agreement() {
    const WORDS: [&str; 12] =
        ["", "", "\"", "all", "All", "mfa", ", ", "{", "]", "\n", "ä😀", "\"state\": \"disabled\""];
    const BETWEEN: usize = 25;
    let edits: usize = std::env::var("LSP_EDITS").map_or(500, |edits| edits.parse().unwrap());
    let second = POLICY.replace("1111-8111", "2222-8222");
    let mut editor = Editor::start(&[("a.json", POLICY), ("b.json", &second)], &[]);
    let mut text = POLICY.to_owned();
    editor.open("a.json", &text);
    let mut numbers = Numbers(7);
    for number in 1..=edits {
        let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        let start = numbers.below(ends.len());
        let end = (start + numbers.below(6)).min(ends.len() - 1);
        let word = WORDS[numbers.below(WORDS.len())];
        let position = |at: usize| {
            let line = text[..at].matches('\n').count();
            let column = text[text[..at].rfind('\n').map_or(0, |end| end + 1)..at].encode_utf16().count();
            json!({ "line": line, "character": column })
        };
        let range = json!({ "start": position(ends[start]), "end": position(ends[end]) });
        text.replace_range(ends[start]..ends[end], word);
        let mut changes = vec![json!({ "range": range, "text": word })];
        if number % (4 * BETWEEN) == 0 {
            // Else there would soon be nothing but noise.
            POLICY.clone_into(&mut text);
            changes.push(json!({ "text": POLICY }));
        }
        editor.change("a.json", &Value::Array(changes));
        if number % BETWEEN == 0 || number == edits {
            let mut told: Vec<(String, u64, String)> = Vec::new();
            for name in ["a.json", "b.json"] {
                let of_file = editor.diagnostics(name);
                told.extend(of_file.iter().map(|one| {
                    let line = one["range"]["start"]["line"].as_u64().unwrap();
                    (name.to_owned(), line, one["code"].as_str().unwrap().to_owned())
                }));
            }
            told.sort();
            std::fs::write(editor.path("a.json"), &text).unwrap();
            assert_eq!(told, checked(editor.folder.path()), "after {number} edits: {text}");
        }
    }
}

/// What a person sees of each kind of answer.
#[test]
fn a_session_of_each_kind_of_request() {
    const CONFIG: &str = "[rules]\nletter-case = \"error\"\n";
    const TERRAFORM: &str = "resource \"azuread_conditional_access_policy\" \"admins\" {\n  display_name = \"Admins\"\n  state        = \"enabled\"\n  conditions {\n    client_app_types = [\"all\"]\n    applications {\n      included_applications = [\"All\"]\n    }\n    users {\n      included_roles = [\"62e90394-69f5-4237-9190-012177145e10\"]\n    }\n  }\n  grant_controls {\n    operator          = \"OR\"\n    built_in_controls = [\"mfa\"]\n  }\n}\n";
    let mut editor = Editor::start(&[("a.json", POLICY), ("b.tf", TERRAFORM), ("caplint.toml", CONFIG)], &[]);
    let mut session = String::new();
    let folder = editor.uri("");
    let mut note = |what: &str, answer: &Value| {
        let answer = serde_json::to_string_pretty(answer).unwrap().replace(&folder, "file:///tenant");
        session.push_str(&format!("## {what}\n{answer}\n\n"));
    };
    for (name, text) in [("a.json", POLICY), ("b.tf", TERRAFORM)] {
        editor.open(name, text);
        note(&format!("diagnostics of {name}"), &Value::Array(editor.diagnostics(name)));
        let document = json!({ "textDocument": { "uri": editor.uri(name) } });
        note(&format!("symbols of {name}"), &editor.ask("textDocument/documentSymbol", document.clone()));
        note(&format!("lenses of {name}"), &editor.ask("textDocument/codeLens", document));
    }
    note("hover of a role", &editor.at("textDocument/hover", "b.tf", TERRAFORM, "62e90394-69f5"));
    note("hover of a control", &editor.at("textDocument/hover", "b.tf", TERRAFORM, "\"mfa\""));
    note("hover of a name", &editor.at("textDocument/hover", "a.json", POLICY, "MFA for all users"));
    note("hover of a rule", &editor.at("textDocument/hover", "caplint.toml", CONFIG, "letter-case"));
    let mut first = |what: &str, name: &str, text: &str, place: &str| {
        let items = editor.at("textDocument/completion", name, text, place);
        note(what, &Value::Array(items.as_array().unwrap().iter().take(2).cloned().collect()));
    };
    first("completion of a state", "a.json", POLICY, "\"enabled\"");
    first("completion of a key", "b.tf", TERRAFORM, "operator");
    first("completion of a rule", "caplint.toml", CONFIG, "letter-case");
    // Beside Terraform, files of JSON may be its data, and have no fixes.
    let mut editor = Editor::start(&[("a.json", POLICY), ("caplint.toml", CONFIG)], &[]);
    let told = editor.diagnostics("a.json").into_iter().find(|told| told["code"] == "letter-case").unwrap();
    let document = json!({ "uri": editor.uri("a.json") });
    let params = json!({ "textDocument": document, "range": told["range"], "context": { "diagnostics": [] } });
    let actions = editor.ask("textDocument/codeAction", params);
    let actions = serde_json::to_string_pretty(&actions).unwrap().replace(&editor.uri(""), "file:///tenant");
    session.push_str(&format!("## actions\n{actions}\n"));
    insta::assert_snapshot!(session);
}

#[test]
fn what_is_no_message_is_said_to_be_none() {
    let ends = |input: &str| {
        let mut server = Command::new(env!("CARGO_BIN_EXE_caplint"))
            .arg("lsp")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        server.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = server.wait_with_output().unwrap();
        (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let initialize = r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#;
    let initialized = r#"{"jsonrpc":"2.0","method":"initialized","params":{}}"#;
    let exit = r#"{"jsonrpc":"2.0","method":"exit"}"#;
    let framed = |text: &str| format!("Content-Length: {}\r\n\r\n{text}", text.len());
    let begin = framed(initialize) + &framed(initialized);
    assert_eq!(ends(&format!("{begin}{}", framed(exit))).0, 1);
    assert_eq!(ends(&begin).0, 0);
    let (code, said) = ends(&format!("{begin}Content-Length: 3\r\n\r\n{{]}}"));
    assert_eq!(code, 2);
    assert!(said.contains("cannot be read"), "{said}");
}
