//! How a run judges.

use crate::catalog::Cloud;
use crate::config::Config;
use crate::controls::Selection;
use crate::coverage::Ways;
use crate::discover::{Input, Overlay};
use crate::rules::Reading;
use crate::tenant::AssumeEnabled;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use time::Date;

/// How a run judges.
#[derive(Debug, Clone)]
pub struct Options {
    /// Which reading raises findings.
    pub reading: Reading,
    /// Judge the tenant, or only look at its files.
    pub judge_tenant: bool,
    /// Where the tenant is.
    pub cloud: Cloud,
    /// Policies to judge as if they were on.
    pub assume_enabled: AssumeEnabled,
    /// Judge a tenant without policies.
    pub allow_empty: bool,
    /// Compute GitHub's line hashes.
    pub line_hashes: bool,
    /// Keep what each file was taken for.
    pub keep_files: bool,
    /// Read a tenant's files in parallel.
    pub parallel: bool,
    /// The controls that are judged.
    pub selection: Selection,
    /// Requirements, exceptions and assumptions of the configuration.
    pub config: Arc<Config>,
    /// The day that reviews are held against.
    pub today: Date,
    /// No other tenant is judged in this run.
    pub is_only_tenant: bool,
    /// Whether security defaults are on, where the files do not say.
    pub security_defaults: Option<bool>,
    /// Bytes of the configuration that name the tenant, if it is one of those.
    pub entry: Option<Range<usize>>,
    /// What gives variables of Terraform configuration their values, beside the files that Terraform takes by itself.
    pub variables: Arc<Variables>,
    /// Where users, groups and roles are, beside the files of the tenant.
    pub directory: Arc<[Input]>,
    /// Say nothing of what people are called.
    pub redact: bool,
    /// How many ways in are looked for.
    pub ways: Ways,
    /// Whether the help of findings is shown. That of a control takes a proof.
    pub help: bool,
    /// Draw the map of each tenant, and keep what a page for people has beside it: its files with their hashes.
    pub map: bool,
    /// Put policies in words.
    pub cards: bool,
    /// What is read in the place of files.
    pub overlay: Arc<Overlay>,
    /// Say what an editor shows beside the files.
    pub outline: bool,
}

impl Options {
    /// Whether what each file was taken for is kept.
    pub(super) fn keeps_files(&self) -> bool {
        self.keep_files || self.map
    }
}

/// Values of variables of Terraform configuration.
#[derive(Debug, Clone, Default)]
pub struct Variables {
    /// Files of values, in the order in which they count.
    pub files: Vec<PathBuf>,
    /// Names and values, which go over those of files.
    pub values: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            reading: Reading::Effective,
            judge_tenant: true,
            cloud: Cloud::Public,
            assume_enabled: AssumeEnabled::default(),
            allow_empty: false,
            line_hashes: false,
            keep_files: false,
            parallel: true,
            selection: Selection::default(),
            config: Arc::default(),
            today: Date::MIN,
            is_only_tenant: true,
            security_defaults: None,
            entry: None,
            variables: Arc::default(),
            directory: Arc::default(),
            redact: false,
            ways: Ways::default(),
            help: true,
            map: false,
            cards: false,
            overlay: Arc::default(),
            outline: false,
        }
    }
}
