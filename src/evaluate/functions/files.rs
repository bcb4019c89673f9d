//! Files, within the paths that are checked and nowhere else. The environment is not read.

use super::{Call, Function, Takes, lenient, strict};
use crate::evaluate::error::Evaluated;
use crate::evaluate::files::{Contents, Files};
use crate::evaluate::scope::{Document, Effort, Names, Place};
use crate::evaluate::source::Source;
use crate::evaluate::text::Text;
use crate::evaluate::types::convert;
use crate::evaluate::value::{Handle, Kind, Mapping, SequenceKind, Type, Value};
use crate::id::FileIndex;
use crate::syntax::Untold;
use data_encoding::BASE64;
use globset::GlobBuilder;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) fn function(name: &str) -> Option<Function> {
    const TEXT: &[Takes] = &[Takes::Text];
    Some(match name {
        "basename" => strict(TEXT, |call| Ok(Value::string(base(call.text(0))))),
        "dirname" => strict(TEXT, |call| Ok(Value::string(folder(call.text(0))))),
        // These lead out of the repository.
        "abspath" => strict(TEXT, |call| {
            let path = call.text(0);
            Ok(if path.starts_with('/') { Value::string(clean(path)) } else { Value::unknown(Untold::Expression) })
        }),
        "pathexpand" => strict(TEXT, |call| {
            let path = call.text(0);
            Ok(if path.starts_with('~') { Value::unknown(Untold::Expression) } else { Value::string(path) })
        }),
        "file" => strict(TEXT, |call| {
            with_file(call, |file, text| {
                let source = Source::Bytes(file, 0..text.len());
                Ok(Value::from(Kind::String(Text::of_file(text, file))).at(source))
            })
        }),
        "filebase64" => strict(TEXT, |call| match call.names.files().read(Path::new(call.text(0))) {
            Contents::Binary => Ok(Value::unknown(Untold::Expression)),
            _ => with_file(call, |_, text| Ok(Value::string(BASE64.encode(text.as_bytes())))),
        }),
        "fileexists" => strict(TEXT, |call| match call.names.files().read(Path::new(call.text(0))) {
            Contents::Text(..) | Contents::Binary => Ok(Value::bool(true)),
            Contents::Missing => Ok(Value::bool(false)),
            Contents::Folder => Err(call.refused("this is a folder")),
            Contents::Outside => Ok(Value::unknown(Untold::Expression)),
        }),
        "fileset" => strict(&[Takes::Text, Takes::Text], fileset),
        "templatefile" => lenient(2, 2, templatefile),
        _ => return None,
    })
}

fn with_file(call: &Call<'_>, make: impl Fn(FileIndex, Arc<str>) -> Evaluated<Value>) -> Evaluated<Value> {
    match call.names.files().read(Path::new(call.text(0))) {
        Contents::Text(file, text) => {
            if !call.names.effort().spend(1 + text.len() / 16) {
                return Ok(Value::unknown(Untold::Expression));
            }
            call.names.files().take(Path::new(call.text(0)));
            make(file, text)
        }
        Contents::Binary => Err(call.refused("the file is no text in UTF-8")),
        Contents::Missing | Contents::Folder => Err(call.refused(format!("there is no file {:?}", call.text(0)))),
        Contents::Outside => Ok(Value::unknown(Untold::Expression)),
    }
}

/// The names of the files that a pattern matches, in their order.
///
/// <https://developer.hashicorp.com/terraform/language/functions/fileset>
fn fileset(call: &Call<'_>) -> Evaluated<Value> {
    let pattern = call.text(1);
    // What Go's patterns mean otherwise than others do.
    let is_odd =
        ["[!", "{,", ",}", "..", "{}"].iter().any(|part| pattern.contains(part)) || pattern.matches('{').count() > 1;
    if is_odd {
        return Ok(Value::unknown(Untold::Expression));
    }
    let glob = GlobBuilder::new(pattern.strip_prefix("./").unwrap_or(pattern))
        .literal_separator(true)
        .backslash_escape(true)
        .build()
        .map_err(|_| call.refused(format!("{pattern:?} is no pattern")))?
        .compile_matcher();
    let Some(found) = call.names.files().below(Path::new(call.text(0))) else {
        return Ok(Value::unknown(Untold::Expression));
    };
    let is_affordable = call.names.effort().spend(found.names.len() + found.others.len());
    if !is_affordable || found.others.iter().any(|name| glob.is_match(name)) {
        return Ok(Value::unknown(Untold::Expression));
    }
    let names: Vec<String> = found.names.into_iter().filter(|name| glob.is_match(name)).collect();
    // What is not read in the end is data all the same.
    let paths: Vec<PathBuf> = names.iter().map(|name| Path::new(call.text(0)).join(name)).collect();
    for path in &paths {
        call.names.files().take(path);
    }
    call.names.files().read_ahead(&paths);
    let names = names.into_iter().map(Value::string).collect();
    Ok(Value::sequence(SequenceKind::Set(Type::String), names, None))
}

fn templatefile(call: &Call<'_>) -> Evaluated<Value> {
    if !call.names.takes_templates() {
        return Err(call.refused("a template cannot read another one"));
    }
    let path = convert(&call.arguments[0], &Type::String)?;
    let Kind::String(path) = &path.kind else {
        return Ok(Value::unknown(path.why_unknown().unwrap_or(Untold::Expression)));
    };
    let variables = match &call.arguments[1].kind {
        Kind::Mapping(mapping) => Arc::clone(mapping),
        Kind::Unknown(why) => return Ok(Value::unknown(*why)),
        _ => return Err(call.refused("the variables of a template are a map")),
    };
    let (file, text) = match call.names.files().read(Path::new(path.as_str())) {
        Contents::Text(file, text) => (file, text),
        Contents::Binary => return Err(call.refused("the file is no text in UTF-8")),
        Contents::Missing | Contents::Folder => {
            return Err(call.refused(format!("there is no file {:?}", path.as_str())));
        }
        Contents::Outside => return Ok(Value::unknown(Untold::Expression)),
    };
    call.names.files().take(Path::new(path.as_str()));
    let document = Document { text: &text, place: Place::File(file) };
    render(call, document, &variables, &Source::Bytes(file, 0..text.len()))
}

/// A text as a template with variables.
fn render(call: &Call<'_>, document: Document<'_>, variables: &Mapping, source: &Source) -> Evaluated<Value> {
    let names = Variables { variables, names: call.names };
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters.next().is_some_and(|first| first.is_alphabetic() || first == '_')
            && letters.all(|one| one.is_alphanumeric() || one == '_' || one == '-')
    };
    if let Some(name) = variables.members.keys().find(|name| !is_name(name)) {
        return Err(call.refused(format!("{name:?} is no name of a variable")));
    }
    (call.render)(document, &names, source)
}

/// In a template, names are the variables that it is given.
struct Variables<'v> {
    variables: &'v Mapping,
    names: &'v dyn Names,
}

impl Names for Variables<'_> {
    fn look_up(&self, name: &str, _: &[&str]) -> Evaluated<Option<(Value, usize)>> {
        match (self.variables.get(name), self.variables.rest) {
            (Some(value), _) => Ok(Some((value.clone(), 0))),
            (None, Some(why)) => Ok(Some((Value::unknown(why), 0))),
            (None, None) => {
                let message = format!("the template has no variable {name:?}");
                Err(crate::evaluate::error::error(message, &Source::None))
            }
        }
    }

    fn attribute(&self, of: &Handle, name: &str, source: &Source) -> Evaluated<Value> {
        self.names.attribute(of, name, source)
    }

    fn files(&self) -> &dyn Files {
        self.names.files()
    }

    fn effort(&self) -> &Effort {
        self.names.effort()
    }

    fn takes_templates(&self) -> bool {
        false
    }
}

/// A path in its shortest form, as Go's `path.Clean` has it.
fn clean(path: &str) -> String {
    let is_rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            ".." if is_rooted => {}
            part => parts.push(part),
        }
    }
    match (is_rooted, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

fn base(path: &str) -> String {
    let trimmed = path.trim_end_matches('/');
    match (path, trimmed) {
        ("", _) => ".".to_owned(),
        (_, "") => "/".to_owned(),
        (_, trimmed) => trimmed.rsplit('/').next().unwrap_or(trimmed).to_owned(),
    }
}

fn folder(path: &str) -> String {
    match path.rfind('/') {
        Some(at) => clean(&path[..=at]),
        None => ".".to_owned(),
    }
}
