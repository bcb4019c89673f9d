//! A summary for a pull request, in GitHub's and GitLab's Markdown, short enough for a comment.

use super::exceptions::{self, Apart, Outside, Urgency};
use super::format::Formatter;
use super::page::{Page, Ranked};
use super::stream::{Growing, InPieces};
use super::{Ending, Run, Style, count, policies_and_states};
use crate::controls;
use crate::coverage::Verdict;
use crate::coverage::Ways;
use crate::finding::{Finding, Level, clip, clip_middle, visible};
use crate::outcome::{BenchmarkReport, ControlReport, ItemOutcome, TenantReport};
use std::cmp::Reverse;
use std::io::{self, Write};

/// Ways in that are listed of a control.
const WAYS: usize = 10;

/// Characters that the ways in of a control may have.
const WAYS_LENGTH: usize = 4_000;

/// Controls that an exception names.
const NAMED: usize = 3;

/// Longest name of a tenant or principal in a table, in characters.
const NAME: usize = 80;

/// The format.
pub(super) struct Markdown;

impl Formatter for Markdown {
    fn name(&self) -> &'static str {
        "markdown"
    }

    fn about(&self) -> &'static str {
        "A summary for a pull request"
    }

    fn is_for_programs(&self) -> bool {
        false
    }

    fn ways(&self) -> Ways {
        Ways::Listed
    }

    fn begin<'r>(&self, _run: &'r Run, _style: Style) -> Box<dyn Growing + 'r> {
        Box::new(Report::default())
    }
}

/// Rows of a list: what they are ordered by, what they are counted as, and their text.
type Rows<O, K> = Vec<(O, K, String)>;

/// The gravest level first, and within a level what a control finds.
type ByLevel = (Reverse<Level>, bool);

/// First whom nobody approves. See [`exceptions::urgency`].
type ByUrgency = (bool, bool, Option<String>);

/// The report, which is written at the end: it has as many rows of each list as a page has room for, the worst first.
#[derive(Default)]
struct Report {
    /// Every verdict, by how bad it is.
    verdicts: Ranked<u8, u8>,
    /// How many items of each benchmark pass.
    scores: Ranked<(), ()>,
    /// Why controls do not hold, and who gets through.
    controls: Ranked<u8, ()>,
    /// Findings of other rules than these controls.
    findings: Ranked<ByLevel, Level>,
    /// Exceptions, and whether somebody approves them.
    exceptions: Ranked<ByUrgency, bool>,
}

/// What a tenant adds to each list.
struct Piece {
    verdicts: Rows<u8, u8>,
    scores: Rows<(), ()>,
    controls: Rows<u8, ()>,
    findings: Rows<ByLevel, Level>,
    exceptions: Rows<ByUrgency, bool>,
}

impl InPieces for Report {
    type Piece = Piece;

    fn piece(&self, tenant: &TenantReport, _index: usize) -> Piece {
        Piece {
            verdicts: verdicts(tenant),
            scores: scores(tenant),
            controls: controls(tenant),
            findings: findings(tenant),
            exceptions: exceptions(tenant),
        }
    }

    fn add(&mut self, piece: Piece, _out: &mut dyn Write) -> io::Result<()> {
        let Piece { verdicts, scores, controls, findings, exceptions } = piece;
        self.verdicts.extend(verdicts);
        self.scores.extend(scores);
        self.controls.extend(controls);
        self.findings.extend(findings);
        self.exceptions.extend(exceptions);
        Ok(())
    }

    fn end(self, ending: &Ending<'_>, out: &mut dyn Write) -> io::Result<()> {
        let Self { verdicts, scores, controls, findings, exceptions } = self;
        let mut page = Page::default();
        page.part(5_000);
        numbers_to(ending, &mut page);
        page.part(12_000);
        verdicts_to(&verdicts, &mut page);
        page.part(5_000);
        scores_to(&scores, &mut page);
        page.part(14_000);
        controls_to(&controls, &mut page);
        page.part(14_000);
        findings_to(&findings, &mut page);
        page.part(10_000);
        exceptions_to(&exceptions, &mut page);
        out.write_all(page.into_text().as_bytes())
    }
}

/// How many findings there are of each level, and what is not among them.
fn numbers_to(ending: &Ending<'_>, page: &mut Page) {
    let summary = ending.summary;
    let levels = [(summary.errors, "error"), (summary.warnings, "warning"), (summary.infos, "info")];
    let levels: Vec<String> = levels.into_iter().map(|(number, noun)| count(number, noun)).collect();
    let policies = policies_and_states(summary.policies, summary.states);
    let files = count(summary.files, "file");
    page.add(&format!("## Conditional Access\n\n**{}** in {policies} of {files}.\n", levels.join(", ")));
    if let Some(settled) = ending.settled.text() {
        page.add(&format!("\n{}\n", text(&settled)));
    }
}

fn verdicts(tenant: &TenantReport) -> Rows<u8, u8> {
    if tenant.controls.is_empty() {
        let rank = rank(None);
        return vec![(rank, rank, format!("| {} | – | not judged |\n", name(&tenant.name)))];
    }
    let row = |control: &ControlReport| {
        let (sign, verdict) = (sign(control.verdict), control.verdict.word());
        let rank = rank(Some(control.verdict));
        (rank, rank, format!("| {} | `{}` | {sign} **{verdict}** |\n", name(&tenant.name), control.id))
    };
    tenant.controls.iter().map(row).collect()
}

/// Every verdict, the worst first.
fn verdicts_to(verdicts: &Ranked<u8, u8>, page: &mut Page) {
    let head = "\n| tenant | control | verdict |\n|---|---|---|\n";
    page.list(verdicts.total(), (head, ""), verdicts.texts(), |listed| {
        let kinds = [
            None,
            Some(Verdict::NotEnforced),
            Some(Verdict::Undecided),
            Some(Verdict::EnforcedExcept),
            Some(Verdict::Enforced),
        ];
        let counted = kinds.into_iter().filter_map(|kind| {
            let number = verdicts.left(listed, rank(kind));
            (number > 0).then(|| format!("{number} {}", kind.map_or("not judged", Verdict::word)))
        });
        format!("| … and {} more | | {} |\n", verdicts.total() - listed, counted.collect::<Vec<_>>().join(", "))
    });
}

/// The worst comes first: what nobody has judged, and what is open.
fn rank(verdict: Option<Verdict>) -> u8 {
    match verdict {
        None => 0,
        Some(Verdict::NotEnforced) => 1,
        Some(Verdict::Undecided) => 2,
        Some(Verdict::EnforcedExcept) => 3,
        Some(Verdict::Enforced) => 4,
    }
}

fn scores(tenant: &TenantReport) -> Rows<(), ()> {
    let row = |benchmark: &BenchmarkReport| {
        let count = |outcome: ItemOutcome| benchmark.count(outcome);
        let text = format!(
            "| {} | {} | {} | {} | {} | {} | {} | {} |\n",
            name(&tenant.name),
            text(&benchmark.title),
            benchmark.items.len(),
            benchmark.passes(),
            count(ItemOutcome::Fail),
            count(ItemOutcome::Undecided),
            count(ItemOutcome::InPart),
            count(ItemOutcome::NotDecided)
        );
        ((), (), text)
    };
    tenant.benchmarks.iter().map(row).collect()
}

/// How many items of each benchmark pass.
fn scores_to(scores: &Ranked<(), ()>, page: &mut Page) {
    let head = "\n| tenant | benchmark | items | pass | fail | undecided | in part | not decided |\n\
                |---|---|---|---|---|---|---|---|\n";
    let rest = |listed| format!("| … and {} more | | | | | | | |\n", scores.total() - listed);
    page.list(scores.total(), (head, ""), scores.texts(), rest);
}

fn sign(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Enforced => "✅",
        Verdict::EnforcedExcept => "☑️",
        Verdict::NotEnforced => "❌",
        Verdict::Undecided => "❓",
    }
}

fn controls(tenant: &TenantReport) -> Rows<u8, ()> {
    let is_open = |control: &&ControlReport| matches!(control.verdict, Verdict::NotEnforced | Verdict::Undecided);
    let open = tenant.controls.iter().filter(is_open);
    open.map(|control| (rank(Some(control.verdict)), (), section(tenant, control))).collect()
}

/// Why controls do not hold, and who gets through.
fn controls_to(controls: &Ranked<u8, ()>, page: &mut Page) {
    page.list(controls.total(), ("", ""), controls.texts(), |listed| {
        let more = count(controls.total() - listed, "more control");
        format!("\n… and {more} that do not hold or are undecided.\n")
    });
}

fn section(tenant: &TenantReport, control: &ControlReport) -> String {
    let mut section = format!("\n### {}: `{}`\n\n{}\n", name(&tenant.name), control.id, text(&control.reason));
    if control.ways.is_empty() {
        return section;
    }
    section.push_str("\nWho gets through:\n\n");
    let (mut listed, mut length) = (0, 0);
    for way in control.ways.iter().take(WAYS) {
        let line = format!("- {}\n", text(way));
        length += line.chars().count();
        if length > WAYS_LENGTH {
            break;
        }
        section.push_str(&line);
        listed += 1;
    }
    match (control.ways.len() - listed, control.more_holes) {
        (0, false) => {}
        (0, true) => section.push_str("- … and others\n"),
        (more, false) => section.push_str(&format!("- … and {more} more\n")),
        (more, true) => section.push_str(&format!("- … and at least {more} more\n")),
    }
    section
}

fn findings(tenant: &TenantReport) -> Rows<ByLevel, Level> {
    let is_other = |finding: &&Finding| !tenant.controls.iter().any(|control| control.id == finding.rule);
    let row = |finding: &Finding| {
        let primary = finding.primary();
        let level = match finding.level {
            Level::Error => "**error**",
            Level::Warning | Level::Info => finding.level.word(),
        };
        let place = format!("{}:{}", primary.path, primary.start.line);
        let row = format!("| {level} | `{}` | {} | {} |\n", finding.rule, text(&place), text(&finding.message));
        let is_of_control = controls::ids().any(|id| id == finding.rule);
        ((Reverse(finding.level), !is_of_control), finding.level, row)
    };
    tenant.findings.iter().filter(is_other).map(row).collect()
}

/// Findings of other rules than the controls above, the gravest first.
fn findings_to(findings: &Ranked<ByLevel, Level>, page: &mut Page) {
    let total = count(findings.total(), "other finding");
    let head =
        format!("\n<details>\n<summary>{total}</summary>\n\n| level | rule | where | what |\n|---|---|---|---|\n");
    page.list(findings.total(), (&head, "\n</details>\n"), findings.texts(), |listed| {
        let levels = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Info, "info")];
        let counted = levels.into_iter().filter_map(|(level, noun)| {
            let number = findings.left(listed, level);
            (number > 0).then(|| count(number, noun))
        });
        let counted: Vec<String> = counted.collect();
        format!("| | | | … and {} more: {} |\n", findings.total() - listed, counted.join(", "))
    });
}

fn exceptions(tenant: &TenantReport) -> Rows<ByUrgency, bool> {
    let row = |Outside { exception, controls, policies: _ }: Outside<'_>| {
        let more = controls.len().saturating_sub(NAMED);
        let mut named: String = controls.iter().take(NAMED).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
        if more > 0 {
            named.push_str(&format!(" and {more} more"));
        }
        let row = format!(
            "| {} | {} {} | {named} | {} | {} | {} | {} |\n",
            name(&tenant.name),
            exception.kind,
            name(exception.name.as_deref().unwrap_or(&exception.id)),
            exception.when.as_deref().map_or_else(|| "always".to_owned(), text),
            exception.owner.as_deref().map_or_else(|| "**nobody**".to_owned(), name),
            exception.review_by.as_deref().unwrap_or("–"),
            exception.reason.as_deref().map_or_else(|| "–".to_owned(), text),
        );
        let (is_approved, has_no_day, day): Urgency<'_> = exceptions::urgency(exception);
        ((is_approved, has_no_day, day.map(str::to_owned)), is_approved, row)
    };
    exceptions::grouped(tenant, Apart::AnswersAndTimes, |_| true).into_iter().map(row).collect()
}

/// Everybody who is outside of a control by name, with those who answer for it; first whom nobody approves.
fn exceptions_to(exceptions: &Ranked<ByUrgency, bool>, page: &mut Page) {
    let head = "\n### Exceptions\n\n| tenant | who | outside of | when | owner | expires | reason |\n\
                |---|---|---|---|---|---|---|\n";
    page.list(exceptions.total(), (head, ""), exceptions.texts(), |listed| {
        let (more, unapproved) = (exceptions.total() - listed, exceptions.left(listed, false));
        format!("| … and {more} more, {unapproved} of them approved by nobody | | | | | | |\n")
    });
}

/// A name in a table.
fn name(name: &str) -> String {
    text(&clip_middle(name, NAME))
}

/// Text in which nothing is markup, a mention or a reference.
pub(super) fn text(text: &str) -> String {
    escaped(&clip(&visible(text), 500))
}

/// The same, however long it is.
pub(super) fn escaped(text: &str) -> String {
    visible(text).chars().fold(String::new(), |mut escaped, character| {
        match character {
            '<' | '>' | '&' | '@' | '#' => escaped.push_str(&format!("&#{};", u32::from(character))),
            // GitHub would turn this into a link.
            ':' if escaped.ends_with("http") || escaped.ends_with("https") => escaped.push_str("&#58;"),
            '.' if escaped.ends_with("www") => escaped.push_str("&#46;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' | '!' => escaped.extend(['\\', character]),
            _ => escaped.push(character),
        }
        escaped
    })
}

#[cfg(test)]
mod tests {
    use super::super::page::LONGEST;
    use super::*;
    use crate::outcome::ExceptionReport;
    use crate::report::{Format, whole};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_name_is_no_markup_no_mention_and_no_row() {
        assert_eq!(
            text("a|b\n<img src=x> @admin #1 [x](y) **z** `c`"),
            "a\\|b\u{FFFD}&#60;img src=x&#62; &#64;admin &#35;1 \\[x\\](y) \\*\\*z\\*\\* \\`c\\`"
        );
        assert_eq!(text("https://evil.example"), "https&#58;//evil.example");
    }

    /// What has this name, and is said in this many words.
    fn exception(id: usize, said: &str, owner: Option<&str>, review_by: Option<&str>) -> ExceptionReport {
        ExceptionReport {
            kind: "user",
            id: id.to_string(),
            name: Some(said.to_owned()),
            when: Some(said.to_owned()),
            approved: owner.is_some(),
            owner: owner.map(str::to_owned),
            review_by: review_by.map(str::to_owned),
            reason: owner.map(|_| said.to_owned()),
            policies: Vec::new(),
            people: None,
        }
    }

    fn control(verdict: Verdict, said: &str, exceptions: Vec<ExceptionReport>) -> ControlReport {
        static NONE: BTreeMap<String, Vec<String>> = BTreeMap::new();
        ControlReport {
            id: "mfa-azure-management",
            benchmarks: &NONE,
            verdict,
            stored_query_passes: None,
            reason: said.to_owned(),
            holes: Vec::new(),
            ways: vec![said.to_owned(); 50],
            more_holes: true,
            exceptions,
            people: None,
            carried_by: Vec::new(),
            needs: Vec::new(),
            approvals: Vec::new(),
            assumed_enabled: Vec::new(),
            assumptions: Vec::new(),
            doubts: Vec::new(),
        }
    }

    fn finding(level: Level, number: usize, said: &str) -> Finding {
        let draft = crate::finding::Draft::new("invalid-value", level, format!("{number} {said}"));
        let start = crate::source::Position { line: number + 1, column: 1, column_utf16: 1 };
        let location =
            crate::finding::Location { start, end: start, ..crate::finding::Location::beginning(said.to_owned()) };
        draft.at("tenant", location)
    }

    fn written(tenants: &[TenantReport]) -> String {
        whole(Format::Markdown, &Run::default(), Style::default(), tenants)
    }

    /// Numbers of findings and tenants with names so long, of characters that become long or are none.
    fn hostile(tenants: usize, findings: usize, length: usize, character: char) -> Vec<TenantReport> {
        let name = character.to_string().repeat(length);
        let verdicts = [Verdict::Enforced, Verdict::EnforcedExcept, Verdict::Undecided, Verdict::NotEnforced];
        let levels = [Level::Info, Level::Warning, Level::Error];
        let tenant = |number: usize| TenantReport {
            name: format!("{name}{number}"),
            controls: vec![control(verdicts[number % 4], &name, vec![exception(number, &name, None, None)])],
            findings: (0..findings).map(|finding| self::finding(levels[finding % 3], finding, &name)).collect(),
            benchmarks: vec![BenchmarkReport { id: "x", title: name.clone(), is_listed: true, items: Vec::new() }],
            ..TenantReport::default()
        };
        (0..tenants).map(tenant).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_summary_is_never_longer_than_a_comment(
            (tenants, findings, length) in prop_oneof![
                Just((5_000, 2, 20)), Just((1, 10_000, 100)), Just((3, 40, 10_000)), (0_usize..40, 0_usize..100, 0_usize..2_000),
            ],
            character in prop::sample::select(vec!['x', '|', '<', '\u{1F512}', '\u{202E}', '\n', '\u{0}', '.']),
        ) {
            let text = written(&hostile(tenants, findings, length, character));
            prop_assert!(text.chars().count() <= LONGEST, "{}", text.chars().count());
            prop_assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
            // The parts behind a long one are there.
            prop_assert_eq!(text.contains("### Exceptions"), tenants > 0);
        }
    }

    #[test]
    fn the_worst_comes_first_and_the_rest_is_counted() {
        let text = written(&hostile(5_000, 3, 20, 'x'));
        assert!(text.contains("\n**5000 errors, 5000 warnings, 5000 infos** in "), "{}", &text[..100]);
        let row = text.lines().find(|line| line.contains("| `mfa-azure-management` |")).unwrap();
        assert!(row.contains("**not-enforced**"), "{row}");
        let rest = text.lines().find(|line| line.starts_with("| … and ")).unwrap();
        assert!(rest.ends_with(" undecided, 1250 enforced-except, 1250 enforced |"), "{rest}");
        let findings: Vec<&str> = text.lines().filter(|line| line.contains("| `invalid-value` |")).collect();
        assert!(findings.len() > 50 && findings.iter().all(|line| line.starts_with("| **error** |")));
        let rest = text.lines().find(|line| line.starts_with("| | | | … and ")).unwrap();
        assert!(rest.ends_with(" errors, 5000 warnings, 5000 infos |"), "{rest}");
    }

    #[test]
    fn exceptions_are_one_table_in_which_nobody_comes_first_and_then_the_soonest_date() {
        let exceptions = || {
            vec![
                exception(1, "late", Some("ada"), Some("2031-01-31")),
                exception(2, "open", Some("ada"), None),
                exception(3, "soon", Some("ada"), Some("2030-01-31")),
                exception(4, "unapproved", None, None),
            ]
        };
        let controls = (0..5).map(|_| control(Verdict::EnforcedExcept, "said", exceptions())).collect();
        let text = written(&[TenantReport { name: "prod".to_owned(), controls, ..TenantReport::default() }]);
        let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| prod | user ")).collect();
        let names: Vec<&str> = rows.iter().map(|row| row.split(' ').nth(4).unwrap()).collect();
        assert_eq!(names, ["unapproved", "soon", "late", "open"]);
        assert!(rows[0].ends_with("and 2 more | unapproved | **nobody** | – | – |"), "{}", rows[0]);
        assert!(rows[1].ends_with(" | soon | ada | 2030-01-31 | soon |"), "{}", rows[1]);
    }
}
