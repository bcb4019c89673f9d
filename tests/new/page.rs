//! The example of `docs/new.md` is real.

use super::support::folder;
use std::fs;
use std::process::Command;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/new.md");

/// The text after a mark, up to the end of its block of code, and where that begins and ends in the page.
fn block<'p>(page: &'p str, mark: &str) -> Vec<(&'p str, &'p str, std::ops::Range<usize>)> {
    let start = format!("<!-- {mark}: ");
    let found = page.match_indices(&start).map(|(at, _)| {
        let (name, rest) = page[at + start.len()..].split_once(" -->\n```").unwrap();
        let from = page.len() - rest.len() + rest.find('\n').unwrap() + 1;
        let to = from + page[from..].find("```\n").unwrap();
        (name, &page[from..to], from..to)
    });
    found.collect()
}

#[test]
fn the_example_of_the_page_is_real() {
    let page = fs::read_to_string(PAGE).unwrap();
    let files: Vec<(&str, &str)> = block(&page, "file").iter().map(|(name, text, _)| (*name, *text)).collect();
    let folder = folder(&files);
    let examples = block(&page, "new");
    let [(command, said, place)] = examples.as_slice() else { panic!("{examples:?}") };
    let mut caplint = Command::new(env!("CARGO_BIN_EXE_caplint"));
    let output = caplint.current_dir(folder.path()).arg("new").args(command.split(' ')).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let real = format!("{}\n{}", text(&output.stdout), text(&output.stderr));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let mut fresh = page.clone();
        fresh.replace_range(place.clone(), &real);
        fs::write(PAGE, fresh).unwrap();
        return;
    }
    assert_eq!(*said, real, "UPDATE_DOCS=1 cargo test --test new");
}
