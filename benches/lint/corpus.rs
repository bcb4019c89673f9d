//! Tenants in files: the same bytes every time.

use crate::graph::Policy;
use crate::kinds::{decisive, filler};
use crate::random::Random;
use crate::realistic;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Policies of one tenant.
pub(crate) const POLICIES: usize = 60;

/// How much of it is not in order; 0 is nothing.
#[derive(Clone, Copy, Default)]
pub(crate) struct Flaws {
    /// One policy in so many has a misspelt state. It is never the policy that decides.
    pub(crate) misspelt_one_in: usize,
    /// In one tenant of so many no MFA is required from trusted locations.
    pub(crate) open_one_in: usize,
    /// One policy in five or so is retired, forgotten in report-only or excludes resources.
    pub(crate) untidy: bool,
}

/// Folders of tenants, a file each policy, and what is in them.
#[derive(Default)]
pub(crate) struct Corpus {
    pub(crate) root: PathBuf,
    pub(crate) folders: Vec<PathBuf>,
    /// The file of a policy that decides, without flaws.
    pub(crate) clean_file: PathBuf,
    pub(crate) files: usize,
    pub(crate) bytes: usize,
    /// Files that deviate from the schema.
    pub(crate) damaged: Vec<PathBuf>,
    /// Tenants that do not require what they should.
    pub(crate) open: usize,
}

impl Corpus {
    /// Writes `tenants` folders of [`POLICIES`] files.
    pub(crate) fn write(root: PathBuf, tenants: usize, flaws: Flaws) -> io::Result<Self> {
        let mut corpus = Self { root, ..Self::default() };
        for number in 0..tenants {
            let folder = corpus.root.join(format!("tenant-{number:05}"));
            fs::create_dir_all(&folder)?;
            let open = is_due(number, flaws.open_one_in);
            corpus.open += usize::from(open);
            for (mut policy, decides) in tenant(number, open, flaws.untidy) {
                let is_misspelt = !decides && is_due(corpus.files, flaws.misspelt_one_in);
                if is_misspelt {
                    policy.state = "enabeld";
                }
                let path = corpus.add(&folder, &policy.display_name, &serde_json::to_string_pretty(&policy)?)?;
                if is_misspelt {
                    corpus.damaged.push(path);
                } else if decides && !open {
                    corpus.clean_file = path;
                }
            }
            corpus.folders.push(folder);
        }
        Ok(corpus)
    }

    /// Writes `tenants` folders of `policies` files, as exports are that nobody has tidied up. See [`realistic`].
    pub(crate) fn write_realistic(
        root: PathBuf,
        tenants: usize,
        policies: usize,
        damage: realistic::Damage,
    ) -> io::Result<Self> {
        let mut corpus = Self { root, ..Self::default() };
        for number in 0..tenants {
            let folder = corpus.root.join(format!("tenant-{number:05}"));
            fs::create_dir_all(&folder)?;
            let tenant = realistic::tenant(number, policies, damage)?;
            corpus.open += usize::from(tenant.is_open);
            for realistic::Export { name, text, is_damaged } in &tenant.exports {
                let path = corpus.add(&folder, name, text)?;
                if *is_damaged {
                    corpus.damaged.push(path);
                }
            }
            corpus.folders.push(folder);
        }
        Ok(corpus)
    }

    fn add(&mut self, folder: &Path, name: &str, text: &str) -> io::Result<PathBuf> {
        let path = folder.join(format!("{name}.json"));
        fs::write(&path, text)?;
        self.files += 1;
        self.bytes += text.len();
        Ok(path)
    }
}

/// The last of every `one_in`.
fn is_due(number: usize, one_in: usize) -> bool {
    number.checked_rem(one_in) == Some(one_in.wrapping_sub(1))
}

/// Policies, and which one decides.
fn tenant(number: usize, open: bool, untidy: bool) -> impl Iterator<Item = (Policy, bool)> {
    let mut random = Random::new(number as u64 + 1);
    let place = random.below(POLICIES);
    // Excluded everywhere, as it should be: the member of that group whom one policy spares, no other stops.
    let break_glass = random.guid();
    (0..POLICIES).map(move |index| {
        let decides = index == place;
        let policy = if decides {
            decisive(&mut random, index, &break_glass, open)
        } else {
            filler(&mut random, index, &break_glass, untidy)
        };
        (policy, decides)
    })
}

/// The policies of one tenant, without flaws.
pub(crate) fn tenant_as_values(number: usize) -> io::Result<Vec<serde_json::Value>> {
    tenant(number, false, false).map(|(policy, _)| Ok(serde_json::to_value(&policy)?)).collect()
}

/// Writes one list of at least `bytes`, without flaws, as one answer of the API. Returns its size.
pub(crate) fn write_list(path: &Path, bytes: usize) -> io::Result<usize> {
    let mut file = io::BufWriter::new(fs::File::create(path)?);
    let mut text = String::from(
        "{\n\"@odata.context\": \"https://graph.microsoft.com/v1.0/$metadata#identity/conditionalAccess/policies\",\n\
         \"value\": [\n",
    );
    let mut written = 0;
    for (policy, _) in (0..).flat_map(|number| tenant(number, false, false)) {
        text.push_str(&serde_json::to_string_pretty(&policy.in_list())?);
        file.write_all(text.as_bytes())?;
        written += text.len();
        if written >= bytes {
            break;
        }
        ",\n".clone_into(&mut text);
    }
    file.write_all(b"\n]}\n")?;
    file.flush()?;
    Ok(written + 4)
}
