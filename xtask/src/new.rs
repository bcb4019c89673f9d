//! What a rule, a control, a dialect and a format begin with. docs/architecture.md says what belongs to each.

use crate::list::{List, MODULES, in_front_of};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What can be begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Rule,
    Control,
    Dialect,
    Format,
}

impl Kind {
    const ALL: [Self; 4] = [Self::Rule, Self::Control, Self::Dialect, Self::Format];

    fn word(self) -> &'static str {
        match self {
            Self::Rule => "rule",
            Self::Control => "control",
            Self::Dialect => "dialect",
            Self::Format => "format",
        }
    }

    pub(crate) fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// What has been done, and what has not.
#[derive(Debug)]
pub(crate) struct Done {
    /// Paths from the root.
    pub(crate) written: Vec<String>,
    /// Steps.
    pub(crate) left: Vec<String>,
}

/// Everything that is to be written, before anything is.
struct Plan<'r> {
    root: &'r Path,
    /// New files.
    created: Vec<(String, String)>,
    /// Files that get a line.
    edited: Vec<(String, String)>,
}

/// Words that no module can be named.
const KEYWORDS: [&str; 39] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn", "else",
    "enum", "extern", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "macro", "match", "mod", "move",
    "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super", "try", "type",
];

const LONGEST: usize = 50;

/// A name in the spellings that files have it in.
struct Name<'n> {
    /// `unknown-value`
    kebab: &'n str,
    /// `unknown_value`
    snake: String,
    /// `UnknownValue`
    pascal: String,
}

impl<'n> Name<'n> {
    fn new(kind: Kind, kebab: &'n str) -> Result<Self, String> {
        // Tests ask ids for letters. The name of a dialect is a product's.
        let is_known = |byte: u8| byte.is_ascii_lowercase() || (kind == Kind::Dialect && byte.is_ascii_digit());
        let is_word = |word: &str| word.bytes().all(is_known) && word.bytes().next().is_some();
        if !kebab.split('-').all(is_word) || kebab.starts_with(|first: char| first.is_ascii_digit()) {
            return Err(format!("{kebab:?} is no name in kebab-case, as unknown-value is"));
        }
        if kebab.len() > LONGEST {
            return Err(format!("{kebab} has more than {LONGEST} characters, and people type it"));
        }
        if KEYWORDS.contains(&kebab) || ["true", "unsafe", "use", "where", "while", "yield"].contains(&kebab) {
            return Err(format!("{kebab} is a word of Rust, and no module can be named so"));
        }
        let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
        Ok(Self { kebab, snake: kebab.replace('-', "_"), pascal: kebab.split('-').map(capital).collect() })
    }

    /// A template with this name.
    fn fill(&self, template: &str, version: &str) -> Result<String, String> {
        // Whatever Rust code uses cannot be declared in it once more. In a text, `Example` is a word like any other.
        let code = template.lines().filter(|line| template.contains("\nuse ") && !line.trim_start().starts_with("//"));
        let mut words = code.flat_map(|line| line.split(|character: char| !character.is_alphanumeric()));
        if words.any(|word| word == self.pascal) {
            return Err(format!("{} is the name of something that the file needs", self.pascal));
        }
        let filled = template.replace("@kebab@", self.kebab).replace("@snake@", &self.snake);
        Ok(filled.replace("@Pascal@", &self.pascal).replace("@version@", version))
    }
}

impl<'r> Plan<'r> {
    fn new(root: &'r Path) -> Self {
        Self { root, created: Vec::new(), edited: Vec::new() }
    }

    fn create(&mut self, path: String, text: String) {
        self.created.push((path, text));
    }

    fn edit(&mut self, path: &str, edit: impl FnOnce(&str) -> Result<String, String>) -> Result<(), String> {
        let earlier = self.edited.iter().position(|(edited, _)| edited == path).map(|at| self.edited.remove(at).1);
        let text = match earlier {
            Some(text) => text,
            None => fs::read_to_string(self.root.join(path)).map_err(|error| format!("{path}: {error}"))?,
        };
        self.edited.push((path.to_owned(), edit(&text).map_err(|error| format!("{path}: {error}"))?));
        Ok(())
    }

    /// Refuses a name whose files exist, in whatever shape.
    fn refuse_if_exists(&self, paths: &[String]) -> Result<(), String> {
        match paths.iter().find(|path| self.root.join(path).exists()) {
            Some(path) => Err(format!("{path} exists already")),
            None => Ok(()),
        }
    }

    /// Writes new files first, and takes them back if one cannot be written; then replaces each file that is edited as a whole.
    fn write(self) -> Result<Vec<String>, String> {
        let mut created: Vec<PathBuf> = Vec::new();
        for (path, text) in &self.created {
            if let Err(error) = write_new(&self.root.join(path), text) {
                // What is left over is told by the next run, which refuses it.
                for path in &created {
                    _ = fs::remove_file(path);
                }
                return Err(format!("{path}: {error}"));
            }
            created.push(self.root.join(path));
        }
        for (path, text) in &self.edited {
            let (target, beside) = (self.root.join(path), self.root.join(format!("{path}.new")));
            let replaced = write_new(&beside, text).and_then(|()| fs::rename(&beside, &target));
            replaced.map_err(|error| format!("{path}: {error}"))?;
        }
        Ok(self.created.into_iter().chain(self.edited).map(|(path, _)| path).collect())
    }
}

fn write_new(path: &Path, text: &str) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::File::create_new(path)?.write_all(text.as_bytes())
}

/// Begins something.
///
/// # Errors
/// The name is none or exists, or a file is not as it was when this was written. Then nothing is changed.
pub(crate) fn create(root: &Path, kind: Kind, name: &str) -> Result<Done, String> {
    let name = Name::new(kind, name)?;
    let mut plan = Plan::new(root);
    let left = match kind {
        Kind::Rule => rule(&mut plan, &name),
        Kind::Control => control(&mut plan, &name),
        Kind::Dialect => dialect(&mut plan, &name),
        Kind::Format => format(&mut plan, &name),
    }?;
    Ok(Done { written: plan.write()?, left })
}

fn rule(plan: &mut Plan<'_>, name: &Name<'_>) -> Result<Vec<String>, String> {
    let Name { kebab, snake, .. } = name;
    plan.refuse_if_exists(&[
        format!("src/rules/{snake}"),
        format!("src/rules/{snake}.rs"),
        format!("controls/{kebab}.toml"),
    ])?;
    let version = version(plan.root)?;
    plan.create(format!("src/rules/{snake}/mod.rs"), name.fill(include_str!("../templates/rule.rs"), &version)?);
    plan.create(format!("src/rules/{snake}/doc.md"), name.fill(include_str!("../templates/rule.md"), &version)?);
    plan.edit("src/rules.rs", |text| MODULES.with(text, snake))?;
    let registry = List { before: "    &super::", behind: "::RULE," };
    plan.edit("src/rules/registry.rs", |text| registry.with(text, snake))?;
    Ok(vec![
        format!("Write the check in src/rules/{snake}/mod.rs, and replace each TODO there and in doc.md."),
        "Add examples to doc.md that are fenced as `json fires` and `json silent`. `cargo test --lib rules` fails until then."
            .to_owned(),
        "INSTA_UPDATE=always cargo test --lib rules; UPDATE_DOCS=1 cargo test --test docs. Read what they write.".to_owned(),
    ])
}

fn control(plan: &mut Plan<'_>, name: &Name<'_>) -> Result<Vec<String>, String> {
    let Name { kebab, snake, .. } = name;
    plan.refuse_if_exists(&[format!("controls/{kebab}.toml"), format!("src/rules/{snake}")])?;
    plan.create(format!("controls/{kebab}.toml"), name.fill(include_str!("../templates/control.toml"), "")?);
    plan.edit("src/controls.rs", |text| List { before: "    \"", behind: "\"," }.with(text, kebab))?;
    Ok(vec![
        format!(
            "Write the requirement in controls/{kebab}.toml, and replace each TODO. `cargo test --lib` fails until then."
        ),
        "Add its numbers in benchmarks and the pages that it rests on.".to_owned(),
        "INSTA_UPDATE=always cargo test --lib rules; UPDATE_DOCS=1 cargo test --test docs. Read what they write."
            .to_owned(),
    ])
}

fn dialect(plan: &mut Plan<'_>, name: &Name<'_>) -> Result<Vec<String>, String> {
    let Name { kebab, snake, .. } = name;
    let spelling = format!("testdata/spellings/{kebab}.json");
    plan.refuse_if_exists(&[format!("src/dialect/{snake}.rs"), format!("src/dialect/{snake}"), spelling.clone()])?;
    plan.create(format!("src/dialect/{snake}.rs"), name.fill(include_str!("../templates/dialect.rs"), "")?);
    plan.create(spelling.clone(), name.fill(include_str!("../templates/dialect.json"), "")?);
    plan.edit("src/dialect.rs", |text| MODULES.with(text, snake))?;
    let case = format!("            || {snake}::read(self, root, &here)\n");
    plan.edit("src/dialect.rs", |text| in_front_of("            || graph::read(self, root, &here);", text, &case))?;
    let paragraph = format!("**{}.** TODO: which tool writes it, and what caplint reads.\n\n", name.title());
    plan.edit("docs/formats.md", |text| in_front_of("**Names instead of ids.**", text, &paragraph))?;
    Ok(vec![
        format!(
            "Recognize a document and hand over its policies in src/dialect/{snake}.rs. Replace each TODO, also in docs/formats.md."
        ),
        format!(
            "Put a small export with one mistake into {spelling}. `cargo test --test snapshots` fails until its snapshot shows it."
        ),
        "Look at the order in `DocumentReader::document` of src/dialect.rs: specific cases stand before general ones."
            .to_owned(),
    ])
}

fn format(plan: &mut Plan<'_>, name: &Name<'_>) -> Result<Vec<String>, String> {
    let Name { snake, pascal, .. } = name;
    plan.refuse_if_exists(&[format!("src/report/{snake}.rs"), format!("src/report/{snake}")])?;
    plan.create(format!("src/report/{snake}.rs"), name.fill(include_str!("../templates/format.rs"), "")?);
    plan.edit("src/report.rs", |text| MODULES.with(text, snake))?;
    // The order is that of `--help`.
    plan.edit("src/report/format.rs", |text| {
        let end = "\n}\n\nimpl Format {\n    /// Its name on the command line.";
        in_front_of(end, text, &format!("\n    {snake}::{pascal},"))
    })?;
    Ok(vec![
        format!("Write the report in src/report/{snake}.rs, and replace each TODO."),
        "Read it back in tests/formats.rs as its consumer does. A test there runs over all formats and fails until then."
            .to_owned(),
        "Tell users of it in CHANGELOG.md.".to_owned(),
    ])
}

impl Name<'_> {
    /// `Unknown value`
    fn title(&self) -> String {
        let words = self.kebab.replace('-', " ");
        words[..1].to_ascii_uppercase() + &words[1..]
    }
}

/// The version of caplint that will bring it.
fn version(root: &Path) -> Result<String, String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml")).map_err(|error| format!("Cargo.toml: {error}"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'));
    version.map(str::to_owned).ok_or_else(|| "Cargo.toml has no version".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    const EDITED: [&str; 8] = [
        "Cargo.toml",
        "docs/formats.md",
        "src/controls.rs",
        "src/dialect.rs",
        "src/report.rs",
        "src/report/format.rs",
        "src/rules.rs",
        "src/rules/registry.rs",
    ];

    fn root() -> &'static Path {
        Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
    }

    /// A copy of what is edited.
    fn copy() -> tempfile::TempDir {
        let copy = tempfile::tempdir().unwrap();
        for path in EDITED {
            fs::create_dir_all(copy.path().join(path).parent().unwrap()).unwrap();
            fs::copy(root().join(path), copy.path().join(path)).unwrap();
        }
        copy
    }

    fn everything(folder: &Path) -> Vec<(PathBuf, String)> {
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => files.extend(everything(&path)),
                path => files.push((path.clone(), fs::read_to_string(path).unwrap())),
            }
        }
        files.sort();
        files
    }

    /// The lines that a file has in the copy and not in the repository. No line is lost.
    fn added(copy: &Path, path: &str) -> Vec<String> {
        let (before, after) =
            (fs::read_to_string(root().join(path)).unwrap(), fs::read_to_string(copy.join(path)).unwrap());
        let mut before = before.lines().peekable();
        let added =
            after.lines().filter(|line| before.next_if(|old| old == line).is_none()).map(str::to_owned).collect();
        assert_eq!(before.next(), None, "{path} has lost a line");
        added
    }

    #[test]
    fn each_kind_writes_its_files_once_and_its_lines_in_their_places() {
        let copy = copy();
        let root = copy.path();
        let expected: [(Kind, &str, &[&str]); 4] = [
            (Kind::Rule, "made-up", &["src/rules/made_up/mod.rs", "src/rules/made_up/doc.md"]),
            (Kind::Control, "mfa-made-up", &["controls/mfa-made-up.toml"]),
            (Kind::Dialect, "made-up", &["src/dialect/made_up.rs", "testdata/spellings/made-up.json"]),
            (Kind::Format, "made-up", &["src/report/made_up.rs"]),
        ];
        for (kind, name, files) in expected {
            let done = create(root, kind, name).unwrap();
            assert!(files.iter().all(|file| done.written.iter().any(|path| path == file)), "{:?}", done.written);
            assert!((2..=3).contains(&done.left.len()));
            for file in files {
                let text = fs::read_to_string(root.join(file)).unwrap();
                assert!(text.contains("TODO") && !text.contains('@') && text.ends_with('\n'), "{file}");
            }
            let before = everything(root);
            let refused = create(root, kind, name).unwrap_err();
            assert!(refused.contains("already") && everything(root) == before, "{refused}");
        }
        for (path, lines) in [
            ("Cargo.toml", &[][..]),
            ("docs/formats.md", &["**Made up.** TODO: which tool writes it, and what caplint reads.", ""]),
            ("src/controls.rs", &["    \"mfa-made-up\","]),
            ("src/dialect.rs", &["mod made_up;", "            || made_up::read(self, root, &here)"]),
            ("src/report.rs", &["mod made_up;"]),
            ("src/report/format.rs", &["    made_up::MadeUp,"]),
            ("src/rules.rs", &["mod made_up;"]),
            ("src/rules/registry.rs", &["    &super::made_up::RULE,"]),
        ] {
            assert_eq!(added(root, path), lines, "{path}");
        }
        for (path, behind, line, before) in [
            ("src/rules.rs", "mod letter_case;", "mod made_up;", "mod management_api_only;"),
            ("src/rules/registry.rs", "letter_case::RULE,", "made_up::RULE,", "management_api_only::RULE,"),
            ("src/controls.rs", "\"mfa-guests\",", "\"mfa-made-up\",", "\"mfa-risky-sign-ins\","),
            ("src/dialect.rs", "mod graph;", "mod made_up;", "mod names;"),
            ("src/report.rs", "mod junit;", "mod made_up;", "mod markdown;"),
        ] {
            let text = fs::read_to_string(root.join(path)).unwrap();
            let places = [behind, line, before].map(|part| text.find(part).unwrap_or_else(|| panic!("{path}: {part}")));
            assert!(places.is_sorted(), "{path}: {places:?}");
        }
        let table = fs::read_to_string(root.join("src/report/format.rs")).unwrap();
        assert!(table.contains(",\n    made_up::MadeUp,\n}\n"));
    }

    #[test]
    fn what_is_written_is_formatted() {
        let copy = copy();
        fs::copy(root().join("rustfmt.toml"), copy.path().join("rustfmt.toml")).unwrap();
        // A long name and a short one break lines in other places.
        for name in ["so", &"so-".repeat(LONGEST)[..LONGEST - "-control-".len()]] {
            for kind in Kind::ALL {
                let name = if kind == Kind::Control { format!("{name}-control") } else { name.to_owned() };
                create(copy.path(), kind, &name).unwrap();
            }
            let snake = name.replace('-', "_");
            for file in ["src/rules/@/mod.rs", "src/dialect/@.rs", "src/report/@.rs"] {
                let file = copy.path().join(file.replace('@', &snake));
                let output =
                    Command::new("rustfmt").args(["--check", "--edition", "2024"]).arg(&file).output().unwrap();
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
            }
        }
    }

    #[test]
    fn a_name_that_is_none_or_taken_is_refused() {
        let copy = copy();
        let before = everything(copy.path());
        for name in [
            "", "-", "Made-Up", "made_up", "made--up", "made-up-", "made up", "../up", "größe", "match", "made-2",
            "2-up",
        ] {
            for kind in Kind::ALL.into_iter().filter(|kind| (*kind, name) != (Kind::Dialect, "made-2")) {
                assert!(create(copy.path(), kind, name).is_err(), "{kind:?} {name:?}");
            }
        }
        // Names that the file itself uses.
        assert!(create(copy.path(), Kind::Rule, "rule").is_err() && create(copy.path(), Kind::Format, "run").is_err());
        assert!(everything(copy.path()) == before);
        for (kind, name) in [
            (Kind::Rule, "invalid-id"),
            (Kind::Rule, "mfa-guests"),
            (Kind::Rule, "registry"),
            (Kind::Control, "mfa-guests"),
            (Kind::Control, "invalid-id"),
            (Kind::Dialect, "cipp"),
            (Kind::Dialect, "names"),
            (Kind::Format, "json"),
            (Kind::Format, "stream"),
        ] {
            assert!(create(root(), kind, name).unwrap_err().contains("exists already"), "{kind:?} {name}");
        }
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let copy = copy();
        fs::write(copy.path().join("src/rules/registry.rs"), "fn nothing() {}\n").unwrap();
        let before = everything(copy.path());
        assert!(create(copy.path(), Kind::Rule, "made-up").unwrap_err().starts_with("src/rules/registry.rs: "));
        assert!(everything(copy.path()) == before);
    }
}
