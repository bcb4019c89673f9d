//! A root module with the modules that it calls: what exists, under which address, and with what values.

use super::collection::{key_text, pairs};
use super::constraint;
use super::error::{Error, Evaluated, error};
use super::expression::Evaluator;
use super::files::Files;
use super::inputs::Input;
use super::module::{Module, NameKind, Resource};
use super::operator::{number, truth};
use super::repetition::{Expansion, Repetition};
use super::scope::{Document, Effort, Expressions, Names, Place};
use super::source::Source;
use super::types::convert;
use super::value::{Handle, Key, Kind, SequenceKind, Value};
use super::written::{Block, Written};
use crate::id::FileIndex;
use crate::syntax::Untold;
use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

/// Modules within modules.
const MAX_MODULES_DEEP: usize = 40;

/// Instances of modules and resources.
const MAX_INSTANCES: usize = 20_000;

/// What a run starts from.
pub struct Start<'f> {
    /// The folder of the root module.
    pub root: PathBuf,
    /// All modules by their folders.
    pub modules: &'f BTreeMap<PathBuf, Module<'f>>,
    /// Where a call leads from a folder, if it leads to one of the modules.
    pub called: &'f dyn Fn(&Path, &str) -> Option<PathBuf>,
    /// What gives the root's variables their values.
    pub given: BTreeMap<&'f str, Input>,
    /// A variable that is given nothing has its default.
    pub has_defaults: bool,
    /// Whether an attribute is the id of its resource.
    pub is_id: fn(&str) -> bool,
    /// The files that functions may read.
    pub files: &'f dyn Files,
    /// How many evaluations may be within one another. Each takes its part of the stack.
    pub max_depth: usize,
}

/// An instance of a module.
struct Instance<'f> {
    module: &'f Module<'f>,
    folder: PathBuf,
    /// `module.ca["x"]`, empty for the root.
    address: String,
    /// `path.module`
    path: String,
    depth: usize,
    /// Who calls it.
    caller: Option<Caller<'f>>,
    memo: RefCell<HashMap<(NameKind, &'f str), Memo>>,
    children: RefCell<HashMap<&'f str, Rc<Called>>>,
    expansions: RefCell<HashMap<usize, Rc<Expansion>>>,
}

struct Caller<'f> {
    instance: usize,
    block: &'f Block<'f>,
    repetition: Repetition,
}

enum Memo {
    Busy,
    Done(Evaluated<Value>),
}

/// The instances that a call makes.
enum Called {
    /// By their keys.
    Here { instances: Vec<(Option<Key>, usize)>, is_repeated: bool, is_keyed: bool, rest: Option<Untold> },
    /// Its files are elsewhere, or it leads back to itself.
    Elsewhere,
}

/// A run.
pub struct Run<'f> {
    start: Start<'f>,
    instances: RefCell<Vec<Rc<Instance<'f>>>>,
    effort: Effort,
    errors: RefCell<Vec<Error>>,
    has_taken_defaults: Cell<bool>,
}

/// An instance of a resource.
pub struct Made<'f> {
    /// The block that declares it.
    pub resource: &'f Resource<'f>,
    /// Its address; without keys that are not known.
    pub address: String,
    /// The call that makes it, if it is in a module: the address of the module's instance, and the block's header.
    pub called: Option<(String, Source)>,
    /// Whether it exists is not known, and why.
    pub perhaps: Option<Untold>,
    pub(super) instance: usize,
    pub(super) repetition: Repetition,
}

impl<'f> Run<'f> {
    /// Prepares a run. Nothing is evaluated yet.
    #[must_use]
    pub fn new(start: Start<'f>) -> Self {
        let run = Self {
            instances: RefCell::new(Vec::new()),
            effort: Effort::up_to(start.max_depth),
            errors: RefCell::new(Vec::new()),
            has_taken_defaults: Cell::new(false),
            start,
        };
        if let Some(module) = run.start.modules.get(&run.start.root) {
            run.instances.borrow_mut().push(Rc::new(Instance {
                module,
                folder: run.start.root.clone(),
                address: String::new(),
                path: ".".to_owned(),
                depth: 0,
                caller: None,
                memo: RefCell::default(),
                children: RefCell::default(),
                expansions: RefCell::default(),
            }));
        }
        run
    }

    /// Every instance of every resource of the root and the modules that it calls, in the order of their declaration.
    #[must_use]
    pub fn resources(&self) -> Vec<Made<'f>> {
        let mut made = Vec::new();
        if !self.instances.borrow().is_empty() {
            self.add_resources(0, None, &mut made);
        }
        made
    }

    fn add_resources(&self, index: usize, perhaps: Option<Untold>, made: &mut Vec<Made<'f>>) {
        let instance = self.instance(index);
        for (at, resource) in instance.module.resources.iter().enumerate() {
            let expansion = self.expansion(index, at);
            let called = instance.caller.as_ref().map(|caller| (instance.address.clone(), caller.block.header.clone()));
            let mut add = |repetition: Repetition, key: Option<&Key>, perhaps| {
                if made.len() >= MAX_INSTANCES || !self.effort.spend(1) {
                    self.effort.exhaust();
                    return;
                }
                let key = key.map(Key::to_string).unwrap_or_default();
                let address = format!("{}{key}", in_module(&instance.address, &resource.address()));
                made.push(Made { resource, address, called: called.clone(), perhaps, instance: index, repetition });
            };
            for (key, repetition) in &expansion.known {
                add(repetition.clone(), key.as_ref(), perhaps);
            }
            if let Some(why) = expansion.rest {
                add(Repetition::Unknown(why), None, perhaps.or(Some(why)));
            }
        }
        for name in instance.module.calls.keys() {
            if let Called::Here { instances, rest, .. } = self.children(index, name).as_ref() {
                for (key, child) in instances {
                    // The one that stands for those whose keys are not known.
                    let is_rest = key.is_none() && rest.is_some();
                    self.add_resources(*child, if is_rest { perhaps.or(*rest) } else { perhaps }, made);
                }
            }
        }
    }

    /// The value of an expression in the root module, as Terraform's console tells it.
    ///
    /// # Errors
    /// If Terraform refuses it, or it is no expression.
    pub fn console(&self, text: &str) -> Evaluated<Value> {
        let refused = || error("this is no expression", &Source::None);
        let expression: hcl_edit::expr::Expression = text.parse().map_err(|_| refused())?;
        let names = self.names(0, &Repetition::Once);
        let document = Document { text, place: Place::Value(&Source::None) };
        Evaluator { names: &names, document }.evaluate(&expression, None)
    }

    /// The folders of the modules that are called, and those of the files that declare resources.
    #[must_use]
    pub fn folders(&self) -> Vec<PathBuf> {
        let mut folders: Vec<PathBuf> =
            self.instances.borrow().iter().map(|instance| instance.folder.clone()).collect();
        folders.sort();
        folders.dedup();
        folders
    }

    /// The folder whose files declare a resource.
    #[must_use]
    pub fn folder(&self, made: &Made<'f>) -> PathBuf {
        self.instance(made.instance).folder.clone()
    }

    /// Whether some module on the way to a resource is given a provider of another configuration.
    #[must_use]
    pub fn has_other_provider(&self, made: &Made<'f>) -> bool {
        let mut next = Some(made.instance);
        while let Some(index) = next {
            let instance = self.instance(index);
            let providers = instance.caller.as_ref().and_then(|caller| caller.block.argument("providers"));
            if providers.is_some_and(|providers| !providers.names_no_alias()) {
                return true;
            }
            next = instance.caller.as_ref().map(|caller| caller.instance);
        }
        false
    }

    /// The configurations of providers: their aliases and the tenants that they lead to, as far as these are stated.
    #[must_use]
    pub fn providers(&self) -> Vec<(Option<String>, String)> {
        let Some(root) = self.instances.borrow().first().cloned() else { return Vec::new() };
        let text = |block: &Block<'f>, name| {
            let value = self.evaluate(block.argument(name)?, 0, &Repetition::Once).ok()?;
            value.as_str().map(str::to_owned)
        };
        let providers = root.module.providers.iter();
        providers.filter_map(|block| Some((text(block, "alias"), text(block, "tenant_id")?))).collect()
    }

    /// The calls of modules whose files are elsewhere, and that may make something: file and name.
    #[must_use]
    pub fn remotes(&self) -> Vec<(FileIndex, String)> {
        let count = self.instances.borrow().len();
        let mut remotes = Vec::new();
        for index in 0..count {
            let instance = self.instance(index);
            for (name, block) in &instance.module.calls {
                if matches!(self.children(index, name).as_ref(), Called::Elsewhere) {
                    let expansion = self.expand(index, block);
                    let may_exist = !expansion.known.is_empty() || expansion.rest.is_some();
                    let call = block.header.file().map(|file| (file, (*name).to_owned()));
                    remotes.extend(call.filter(|call| may_exist && !remotes.contains(call)));
                }
            }
        }
        remotes
    }

    /// Whether a variable of the root had its default, in whose place another value may be given.
    #[must_use]
    pub fn has_taken_defaults(&self) -> bool {
        self.has_taken_defaults.get()
    }

    /// What Terraform refuses, in the order in which it was met.
    #[must_use]
    pub fn errors(&self) -> Vec<Error> {
        self.errors.borrow().clone()
    }

    /// Something was too deep to be evaluated.
    #[must_use]
    pub fn is_too_deep(&self) -> bool {
        self.effort.is_too_deep()
    }

    /// Something was too much to be evaluated.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.effort.is_exhausted()
    }

    pub(super) fn note(&self, error: &Error) {
        let mut errors = self.errors.borrow_mut();
        let is_known = |known: &Error| known.message == error.message && known.source == error.source;
        if errors.len() < 100 && !errors.iter().any(is_known) {
            errors.push(error.clone());
        }
    }

    /// A value, or unknown where Terraform refuses it, which is noted.
    pub(super) fn or_unknown(&self, value: Evaluated<Value>) -> Value {
        value.unwrap_or_else(|error| {
            self.note(&error);
            Value::unknown(Untold::Expression)
        })
    }

    fn instance(&self, index: usize) -> Rc<Instance<'f>> {
        Rc::clone(&self.instances.borrow()[index])
    }

    /// Names as they are in an instance of a module.
    pub(super) fn names<'r>(&'r self, instance: usize, repetition: &'r Repetition) -> InstanceNames<'r, 'f> {
        InstanceNames { run: self, instance, repetition }
    }

    fn evaluate(&self, written: &Written<'f>, instance: usize, repetition: &Repetition) -> Evaluated<Value> {
        written.evaluate(&self.names(instance, repetition), None)
    }

    /// A value by its name, evaluated once.
    fn remembered(
        &self,
        index: usize,
        kind: NameKind,
        name: &'f str,
        make: impl FnOnce() -> Evaluated<Value>,
    ) -> Evaluated<Value> {
        let instance = self.instance(index);
        if let Some(again) = instance.module.declared_again.get(&(kind, name)) {
            return Err(declared_again(name, again).elsewhere());
        }
        match instance.memo.borrow().get(&(kind, name)) {
            Some(Memo::Done(known)) => return known.clone(),
            Some(Memo::Busy) => return Err(error(format!("{name:?} depends on itself"), &Source::None).elsewhere()),
            None => {}
        }
        instance.memo.borrow_mut().insert((kind, name), Memo::Busy);
        let unknowns = self.effort.unknowns();
        let value = self.effort.nested(make).unwrap_or_else(|| Ok(Value::unknown(Untold::Expression)));
        let value = value.map_err(Error::elsewhere);
        // It has its value, or Terraform refuses it, whoever asks.
        self.effort.reset_unknowns(unknowns);
        instance.memo.borrow_mut().insert((kind, name), Memo::Done(value.clone()));
        value
    }

    fn local(&self, index: usize, name: &str) -> Evaluated<Option<Value>> {
        let instance = self.instance(index);
        let Some((name, written)) = instance.module.locals.get_key_value(name) else { return Ok(None) };
        self.remembered(index, NameKind::Local, name, || self.evaluate(written, index, &Repetition::Once)).map(Some)
    }

    fn variable(&self, index: usize, name: &str) -> Evaluated<Option<Value>> {
        let instance = self.instance(index);
        let Some((name, block)) = instance.module.variables.get_key_value(name) else { return Ok(None) };
        self.remembered(index, NameKind::Variable, name, || self.argument(&instance, index, name, block)).map(Some)
    }

    /// The value of a variable: what it is given, or its default, as the type that it has.
    fn argument(&self, instance: &Instance<'f>, index: usize, name: &str, block: &Block<'f>) -> Evaluated<Value> {
        if block.argument("sensitive").is_some_and(|sensitive| !sensitive.is_false()) {
            return Ok(Value::unknown(Untold::Sensitive));
        }
        let given = match &instance.caller {
            None => self.start.given.get(name).and_then(|input| input.value.clone()),
            Some(caller) => match caller.block.argument(name) {
                Some(written) => Some(self.evaluate(written, caller.instance, &caller.repetition)?),
                None => None,
            },
        };
        let is_nullable = !block.argument("nullable").is_some_and(Written::is_false);
        let default = block.argument("default").filter(|_| instance.caller.is_some() || self.start.has_defaults);
        let default = || match default {
            Some(written) => {
                self.has_taken_defaults.set(self.has_taken_defaults.get() || instance.caller.is_none());
                self.evaluate(written, index, &Repetition::Once)
            }
            None if instance.caller.is_none() => Ok(Value::unknown(Untold::Variable)),
            None => Err(error(format!("the module needs a value for {name:?}"), &Source::None)),
        };
        let value = match given {
            Some(value) if value.is_null() && !is_nullable => default()?,
            Some(value) => value,
            None => default()?,
        };
        if instance.caller.is_none()
            && let Some(input) = self.start.given.get(name)
            && input.perhaps.iter().any(|other| other.equals(&value) != Some(true))
        {
            return Ok(Value::unknown(Untold::Variable));
        }
        match block.argument("type") {
            Some(_) if !self.effort.spend(value.weight()) => Ok(Value::unknown(Untold::Expression)),
            Some(of) => convert(&value, &constraint::read(of, &self.names(index, &Repetition::Once))),
            None => Ok(value),
        }
    }

    fn output(&self, index: usize, name: &str, source: &Source) -> Evaluated<Value> {
        let instance = self.instance(index);
        let Some((name, block)) = instance.module.outputs.get_key_value(name) else {
            return Err(error(format!("the module has no output {name:?}"), source));
        };
        if block.argument("sensitive").is_some_and(|sensitive| !sensitive.is_false()) {
            return Ok(Value::unknown(Untold::Sensitive));
        }
        let Some(written) = block.argument("value") else { return Ok(Value::unknown(Untold::Expression)) };
        self.remembered(index, NameKind::Output, name, || self.evaluate(written, index, &Repetition::Once))
    }

    /// The instances that a call makes.
    fn children(&self, index: usize, name: &str) -> Rc<Called> {
        let instance = self.instance(index);
        let Some((name, block)) = instance.module.calls.get_key_value(name) else { return Rc::new(Called::Elsewhere) };
        if let Some(known) = instance.children.borrow().get(name) {
            return Rc::clone(known);
        }
        // While its own repetition is evaluated, it leads nowhere.
        instance.children.borrow_mut().insert(name, Rc::new(Called::Elsewhere));
        let called = Rc::new(self.call(index, &instance, name, block));
        instance.children.borrow_mut().insert(name, Rc::clone(&called));
        called
    }

    fn call(&self, index: usize, instance: &Instance<'f>, name: &'f str, block: &'f Block<'f>) -> Called {
        let source = block.argument("source").and_then(Written::as_str).unwrap_or_default();
        let found = (self.start.called)(&instance.folder, source);
        let found = found.and_then(|folder| Some((self.start.modules.get(&folder)?, folder)));
        let Some((module, folder)) = found.filter(|_| instance.depth < MAX_MODULES_DEEP) else {
            return Called::Elsewhere;
        };
        let expansion = match instance.module.declared_again.get(&(NameKind::Call, name)) {
            Some(again) => {
                self.note(&declared_again(name, again));
                Expansion::unknown(Untold::Expression)
            }
            None => self.expand(index, block),
        };
        let rest = expansion.rest.map(|why| (None, Repetition::Unknown(why)));
        let mut instances = Vec::new();
        for (key, repetition) in expansion.known.into_iter().chain(rest) {
            let number = self.instances.borrow().len();
            if number >= MAX_INSTANCES || !self.effort.spend(1) {
                self.effort.exhaust();
                break;
            }
            let suffix = key.as_ref().map(Key::to_string).unwrap_or_default();
            self.instances.borrow_mut().push(Rc::new(Instance {
                module,
                folder: folder.clone(),
                address: in_module(&instance.address, &format!("module.{name}{suffix}")),
                path: joined(&instance.path, source),
                depth: instance.depth + 1,
                caller: Some(Caller { instance: index, block, repetition }),
                memo: RefCell::default(),
                children: RefCell::default(),
                expansions: RefCell::default(),
            }));
            instances.push((key, number));
        }
        let (is_repeated, is_keyed) = (expansion.is_repeated, expansion.is_keyed);
        Called::Here { instances, is_repeated, is_keyed, rest: expansion.rest }
    }

    /// How often there is a resource.
    pub(super) fn expansion(&self, index: usize, resource: usize) -> Rc<Expansion> {
        let instance = self.instance(index);
        if let Some(known) = instance.expansions.borrow().get(&resource) {
            return Rc::clone(known);
        }
        // While it is evaluated, it is not known.
        let busy = Expansion::unknown(Untold::Expression);
        instance.expansions.borrow_mut().insert(resource, Rc::new(busy));
        let declared = &instance.module.resources[resource];
        let expansion = Rc::new(match &declared.declared_again {
            Some(again) => {
                self.note(&declared_again(&declared.address(), again));
                Expansion::unknown(Untold::Expression)
            }
            None => self.expand(index, &declared.block),
        });
        instance.expansions.borrow_mut().insert(resource, Rc::clone(&expansion));
        expansion
    }

    fn expand(&self, index: usize, block: &Block<'f>) -> Expansion {
        let expansion = self.repeated(index, block);
        let mut enabled = None;
        for lifecycle in block.inner("lifecycle") {
            if let Some(written) = lifecycle.argument("enabled") {
                let value = self.evaluate(written, index, &Repetition::Once).and_then(|value| truth(&value));
                enabled = Some(value.unwrap_or_else(|error| {
                    self.note(&error);
                    Err(Untold::Expression)
                }));
            }
        }
        match enabled {
            None | Some(Ok(true)) => expansion,
            Some(Ok(false)) => Expansion { known: Vec::new(), rest: None, ..expansion },
            Some(Err(why)) => Expansion::unknown(why),
        }
    }

    fn repeated(&self, index: usize, block: &Block<'f>) -> Expansion {
        let refused = |error: Box<Error>| {
            self.note(&error);
            Expansion::unknown(Untold::Expression)
        };
        if let Some(written) = block.argument("count") {
            let value = self.evaluate(written, index, &Repetition::Once).and_then(|value| number(&value));
            return match value {
                Ok(Ok(count)) => match count.as_usize().filter(|count| *count <= MAX_INSTANCES) {
                    Some(count) => Expansion::counted(count),
                    None => refused(error("a count must be a whole number of moderate size", &written.source())),
                },
                Ok(Err(_)) => Expansion::unknown(Untold::Count),
                Err(error) => refused(error.or_at(&written.source())),
            };
        }
        let Some(written) = block.argument("for_each") else { return Expansion::once() };
        let value = match self.evaluate(written, index, &Repetition::Once) {
            Ok(value) => value,
            Err(error) => return refused(error.or_at(&written.source())),
        };
        let is_set_or_map = match &value.kind {
            // Terraform refuses a list, and one without elements makes nothing either way.
            Kind::Sequence(sequence) => {
                let is_empty = sequence.elements.is_empty() && sequence.rest.is_none();
                matches!(sequence.kind, SequenceKind::Set(_)) || sequence.rest.is_some() || is_empty
            }
            Kind::Mapping(_) | Kind::Unknown(_) | Kind::Handle(_) => true,
            Kind::Null | Kind::Bool(_) | Kind::Number(_) | Kind::String(_) | Kind::Reference(..) => false,
        };
        if !is_set_or_map {
            return refused(error("for_each needs a map or a set of strings", &written.source()));
        }
        match pairs(&value, &written.source()) {
            Ok(Ok((pairs, rest))) => self.each(pairs, rest),
            Ok(Err(_)) => Expansion::unknown(Untold::ForEach),
            Err(error) => refused(error),
        }
    }

    fn each(&self, pairs: Vec<(Value, Value)>, rest: Option<Untold>) -> Expansion {
        let mut expansion = Expansion { known: Vec::new(), rest, is_repeated: true, is_keyed: true };
        for (key, value) in pairs {
            match key_text(&key) {
                Ok(Ok(text)) => {
                    expansion.known.push((Some(Key::Text(text)), Repetition::Each(Arc::new((key, value)))));
                }
                Ok(Err(_)) => expansion.rest = expansion.rest.or(Some(Untold::ForEach)),
                Err(error) => {
                    self.note(&error);
                    expansion.rest = Some(Untold::Expression);
                }
            }
        }
        expansion
    }

    /// A resource or data source by its type and name.
    fn named(&self, index: usize, is_data: bool, type_name: &str, name: &str) -> Value {
        let instance = self.instance(index);
        if let Some(resource) = instance.module.resource(is_data, type_name, name) {
            return self.resource(index, resource);
        }
        let mode = if is_data { "data." } else { "" };
        let address = in_module(&instance.address, &format!("{mode}{type_name}.{name}"));
        Kind::Handle(Handle::Undeclared(address.into())).into()
    }

    /// A resource or data source as a value, whose attributes are looked up one by one.
    fn resource(&self, index: usize, resource: usize) -> Value {
        let expansion = self.expansion(index, resource);
        let handle =
            |key: &Option<Key>| Value::from(Kind::Handle(Handle::Resource(index, resource, key.clone().map(Arc::new))));
        collected(&expansion.known.iter().map(|(key, _)| (key.clone(), handle(key))).collect::<Vec<_>>(), &expansion)
            .unwrap_or_else(|| Kind::Handle(Handle::Instances(index, resource)).into())
    }

    fn module(&self, index: usize, name: &str) -> Value {
        match self.children(index, name).as_ref() {
            Called::Elsewhere => Value::unknown(Untold::Expression),
            Called::Here { instances, is_repeated, is_keyed, rest } => {
                let handles: Vec<(Option<Key>, Value)> = instances
                    .iter()
                    .map(|(key, child)| (key.clone(), Kind::Handle(Handle::Module(*child)).into()))
                    .collect();
                let shape =
                    Expansion { known: Vec::new(), rest: *rest, is_repeated: *is_repeated, is_keyed: *is_keyed };
                collected(&handles, &shape).unwrap_or_else(|| Value::unknown(rest.unwrap_or(Untold::Expression)))
            }
        }
    }

    fn resource_attribute(&self, index: usize, resource: usize, key: Option<&Key>, name: &str) -> Evaluated<Value> {
        let instance = self.instance(index);
        let declared = &instance.module.resources[resource];
        let expansion = self.expansion(index, resource);
        let repetition = expansion.known.iter().find(|(known, _)| known.as_ref() == key);
        let repetition = repetition.map_or(Repetition::Unknown(Untold::ForEach), |(_, repetition)| repetition.clone());
        let key = key.map(Key::to_string).unwrap_or_default();
        let address = format!("{}{key}", in_module(&instance.address, &declared.address()));
        // What Terraform does not change may be anything by now.
        let is_ignored = declared.block.inner("lifecycle").any(|inner| inner.argument("ignore_changes").is_some());
        let written = declared.block.argument(name).filter(|_| !is_ignored);
        let stated = written.map(|written| self.evaluate(written, index, &repetition)).transpose()?;
        let is_id = (self.start.is_id)(name);
        if stated.is_none()
            && let Some(value) = self.blocks(&self.names(index, &repetition), &declared.block, name)
        {
            return Ok(value);
        }
        Ok(match stated {
            Some(value) if !value.is_null() && (value.why_unknown().is_none() || !is_id) => value,
            Some(_) | None if is_id => Kind::Reference(address.into(), name.into()).into(),
            // The provider may have another value in place of none.
            Some(value) if value.is_null() => Value::unknown(Untold::AfterApply),
            Some(value) => value,
            None => Value::unknown(Untold::AfterApply),
        })
    }
}

fn declared_again(name: &str, again: &Source) -> Box<Error> {
    error(format!("{name:?} is declared twice"), again)
}

/// Instances as the value of their name: the one, a list by numbers, or a map by keys. None if nobody knows which.
fn collected(instances: &[(Option<Key>, Value)], expansion: &Expansion) -> Option<Value> {
    if expansion.rest.is_some() {
        return None;
    }
    if !expansion.is_repeated {
        // What is switched off is null.
        return Some(instances.first().map_or_else(|| Kind::Null.into(), |(_, value)| value.clone()));
    }
    let by_text: Option<Vec<(Arc<str>, Value)>> = instances
        .iter()
        .map(|(key, value)| match key {
            Some(Key::Text(text)) => Some((Arc::clone(text), value.clone())),
            Some(Key::Number(_)) | None => None,
        })
        .collect();
    match by_text {
        Some(members) if expansion.is_keyed => Some(Value::object(members)),
        Some(_) | None => Some(Value::tuple(instances.iter().map(|(_, value)| value.clone()).collect())),
    }
}

fn in_module(module: &str, address: &str) -> String {
    if module.is_empty() { address.to_owned() } else { format!("{module}.{address}") }
}

/// `path.module` of a module that is called from another one.
fn joined(path: &str, source: &str) -> String {
    let mut parts: Vec<&str> = path.split('/').filter(|part| *part != ".").collect();
    for part in source.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => _ = parts.pop(),
            part => parts.push(part),
        }
    }
    if parts.is_empty() { ".".to_owned() } else { parts.join("/") }
}

/// What names mean in an instance of a module.
pub(super) struct InstanceNames<'r, 'f> {
    run: &'r Run<'f>,
    instance: usize,
    repetition: &'r Repetition,
}

impl Names for InstanceNames<'_, '_> {
    fn look_up(&self, name: &str, attributes: &[&str]) -> Evaluated<Option<(Value, usize)>> {
        let run = self.run;
        let first = |value: Value| Ok(Some((value, 1)));
        // Terraform refuses a name that is not declared; here its file may not be at hand.
        let undeclared = |why: Untold| Ok(Some((Value::unknown(why), 1)));
        match (name, attributes) {
            ("local", [name, ..]) => {
                run.local(self.instance, name)?.map_or_else(|| undeclared(Untold::Expression), first)
            }
            ("var", [name, ..]) => {
                run.variable(self.instance, name)?.map_or_else(|| undeclared(Untold::Variable), first)
            }
            ("module", [name, ..]) => first(run.module(self.instance, name)),
            ("path", ["module", ..]) => first(Value::string(run.instance(self.instance).path.as_str())),
            ("path", ["root", ..]) => first(Value::string(".")),
            ("each", ["key", ..]) => first(self.repetition.key()),
            ("each", ["value", ..]) => first(self.repetition.value()),
            ("count", ["index", ..]) => first(self.repetition.index()),
            ("data" | "ephemeral", [type_name, name, ..]) => {
                Ok(Some((run.named(self.instance, true, type_name, name), 2)))
            }
            // Every type of resources begins with the name of its provider.
            (type_name, [name, ..]) if type_name.contains('_') => {
                Ok(Some((run.named(self.instance, false, type_name, name), 1)))
            }
            (_, _) => Ok(None),
        }
    }

    fn attribute(&self, of: &Handle, name: &str, source: &Source) -> Evaluated<Value> {
        match of {
            Handle::Module(instance) => self.run.output(*instance, name, source),
            Handle::Resource(instance, resource, key) => {
                self.run.resource_attribute(*instance, *resource, key.as_deref(), name)
            }
            Handle::Undeclared(address) if (self.run.start.is_id)(name) => {
                Ok(Kind::Reference(Arc::clone(address), name.into()).into())
            }
            Handle::Undeclared(_) => Ok(Value::unknown(Untold::Expression)),
            Handle::Instances(..) => Ok(Value::unknown(Untold::AfterApply)),
        }
    }

    fn files(&self) -> &dyn Files {
        self.run.start.files
    }

    fn effort(&self) -> &Effort {
        &self.run.effort
    }
}
