//! The input of rules: a file as it was read, a tenant with its verdicts, an ignore.

use crate::access::{self, Access, Answer, LockedOut};
use crate::catalog::Cloud;
use crate::config::{self, Config};
use crate::controls::{Control, Selection};
use crate::coverage::{self, Comparison, Decision, Exception, PrincipalKind, Reason, Verdict};
use crate::dialect::Taken;
use crate::ignore::Ignore;
use crate::policy::{Fact, FileIndex, Id, Policy, State};
use crate::requirement::{Grant, Requirement, Resource};
use crate::schema::{Violation, ViolationKind};
use crate::signin::{Cause, SignIn, View};
use crate::source::DecodeError;
use crate::syntax::SyntaxError;
use crate::tenant::{Alike, Bearers, Clashes, Members, NO_CLASHES, PolicyIndex, Tenant};
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;
use std::sync::OnceLock;
use time::Date;
use uuid::Uuid;

/// Each of a few changes that advice is looked for among may take this part of the work that a control may.
const PROPOSALS: u64 = 16;

/// One file, as it was read.
pub struct FileFacts<'a> {
    /// Which one.
    pub file: FileIndex,
    /// An internal error prevented caplint from reading the file.
    pub has_crashed: bool,
    /// It could not be read at all, in the system's words.
    pub unreadable: Option<&'a str>,
    /// Its bytes are no text.
    pub encoding: Option<&'a DecodeError>,
    /// Where its text is no JSON: byte offsets of the parsed parts, with the error in each.
    pub syntax: &'a [(usize, SyntaxError)],
    /// What it was taken for.
    pub taken: Option<&'a Taken>,
    /// The policies in it that may violate the schema.
    pub policies: &'a [Inspected],
    /// Who bears which name, once all files are read.
    pub bearers: Option<&'a Bearers>,
}

impl FileFacts<'_> {
    /// A file of which nothing is known yet.
    pub(crate) fn of(file: FileIndex) -> Self {
        Self {
            file,
            has_crashed: false,
            unreadable: None,
            encoding: None,
            syntax: &[],
            taken: None,
            policies: &[],
            bearers: None,
        }
    }
}

/// A policy that was validated against the schema.
pub struct Inspected {
    /// The policy.
    pub policy: Policy,
    /// How it deviates.
    pub violations: Vec<Violation>,
}

impl Inspected {
    /// Whether a name is used where an id is expected.
    #[must_use]
    pub fn has_names(&self) -> bool {
        self.violations.iter().any(|violation| matches!(violation.kind, ViolationKind::NotAnId { .. }))
    }
}

/// The tenant and what is decided about it.
pub struct TenantFacts<'a> {
    /// Its policies and companions.
    pub tenant: &'a Tenant,
    /// What does not fit together in it.
    pub clashes: &'a Clashes,
    /// The verdict on each control; empty where no verdict is asked for.
    pub judgements: &'a [Judgement],
    /// Who must be able to sign in, and whether they can.
    pub access: &'a [Reached],
    /// Who is locked out of what by policies together.
    pub locked_out: &'a [LockedOut],
    /// Which reading raises findings.
    pub reading: Reading,
    /// The controls that were asked for.
    pub selection: &'a Selection,
    /// Requirements, exceptions and assumptions of the configuration.
    pub config: &'a Config,
    /// The date to compare review dates with.
    pub today: Date,
    /// The cloud that the tenant is in.
    pub cloud: Cloud,
    /// No other tenant is judged in this run.
    pub is_only_tenant: bool,
    /// The tenant is looked at as a whole, nothing says that policies of it are missing, and it is one tenant's. What a policy leaves open
    /// another may close, so a rule that compares policies is silent without this.
    pub is_whole: bool,
    /// Whether the help of findings is shown.
    pub shows_help: bool,
    /// Where MFA is forced, once somebody asks.
    pub mfa: RefCell<Option<Comparison<'a>>>,
    /// A copy of the tenant in which policies are changed, once somebody asks what that would do.
    pub changed: RefCell<Option<Tenant>>,
    /// Whether everybody is blocked, once somebody asks.
    pub blocked: OnceCell<Option<Blocked>>,
}

/// That everybody is blocked, with or without exceptions, and the policies that do it.
pub type Blocked = (Verdict, Vec<PolicyIndex>);

/// Which reading of a control counts.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Reading {
    /// The proof.
    #[default]
    Effective,
    /// The control's query, to the letter.
    StoredQuery,
}

/// A requirement that somebody can sign in, and the answer.
#[derive(Debug)]
pub struct Reached {
    /// The requirement.
    pub access: Access,
    /// As the policies are, and as if those in report-only mode were on.
    pub answers: [Answer; 2],
}

/// Both readings of one control.
pub struct Judgement {
    /// The control.
    pub control: &'static Control,
    /// What it means in the tenant's cloud.
    pub requirement: Requirement,
    /// The proof's.
    pub decision: Decision,
    /// The stored query's, if the control has one.
    pub stored_query_passes: Option<bool>,
    /// The policies that come nearest to stopping the first way in, once somebody asks.
    pub nearest: OnceCell<Vec<(PolicyIndex, Vec<Cause>)>>,
    /// What is open or unknown, in words, once somebody asks.
    pub message: OnceCell<String>,
}

impl Judgement {
    /// A verdict without that of a stored query.
    #[must_use]
    pub fn of(control: &'static Control, requirement: Requirement, decision: Decision) -> Self {
        Self {
            control,
            requirement,
            decision,
            stored_query_passes: None,
            nearest: OnceCell::new(),
            message: OnceCell::new(),
        }
    }
}

impl<'a> TenantFacts<'a> {
    /// A tenant about which nothing is decided.
    #[must_use]
    pub fn of(tenant: &'a Tenant, config: &'a Config) -> Self {
        Self {
            tenant,
            clashes: &NO_CLASHES,
            judgements: &[],
            access: &[],
            locked_out: &[],
            reading: Reading::default(),
            selection: &config.selection,
            config,
            today: Date::MIN,
            cloud: Cloud::Public,
            is_only_tenant: true,
            is_whole: false,
            shows_help: true,
            mfa: RefCell::default(),
            changed: RefCell::default(),
            blocked: OnceCell::new(),
        }
    }
}

impl TenantFacts<'_> {
    /// How sign-ins are evaluated against the tenant for a control.
    #[must_use]
    pub fn view<'a>(&'a self, judgement: &'a Judgement) -> View<'a> {
        coverage::view(&judgement.requirement, self.tenant, self.options())
    }

    /// Whether a policy that asks for MFA would, changed like this, surely ask for it on a sign-in where surely no policy
    /// of the tenant does now. False where the files are not the whole tenant.
    #[must_use]
    pub fn leaves_mfa_out(&self, policy: &Policy, change: impl FnOnce(&mut Policy)) -> bool {
        self.is_whole
            && self.mfa(|mfa| {
                if mfa.may_cover_all() {
                    return false;
                }
                let mut changed = policy.clone();
                change(&mut changed);
                mfa.would_add(&changed)
            })
    }

    /// Asks about the policies as far as they force MFA, of every user at every resource.
    pub fn mfa<T>(&self, ask: impl FnOnce(&mut Comparison<'_>) -> T) -> T {
        static MFA: OnceLock<Requirement> = OnceLock::new();
        let mut mfa = self.mfa.borrow_mut();
        let requirement = MFA.get_or_init(|| Requirement::everywhere(Grant::Mfa));
        ask(mfa.get_or_insert_with(|| Comparison::new(requirement, self.tenant, self.options())))
    }

    /// The decision with this in the place of one of the tenant's policies, if the requirement holds then.
    pub fn held_with(&self, requirement: &Requirement, index: PolicyIndex, policy: Policy) -> Option<Decision> {
        let mut changed = self.changed.borrow_mut();
        let tenant = changed.get_or_insert_with(|| self.tenant.clone());
        let before = std::mem::replace(&mut tenant.policies[index.0], policy);
        let options = self.options();
        let work = options.work / PROPOSALS;
        let decision = coverage::decide_if_held(requirement, tenant, coverage::Options { work, ..options });
        tenant.policies[index.0] = before;
        decision
    }

    /// Whether policies block every sign-in of everybody, but those who are excluded one by one.
    #[must_use]
    pub fn everybody_blocked(&self) -> Option<&Blocked> {
        let blocks = |policy: &Policy| policy.grant.blocks();
        let find = || {
            // Most tenants have no policy that could.
            self.tenant.policies.iter().find(|policy| self.is_on(policy) && blocks(policy))?;
            let everywhere = Requirement::everywhere(Grant::Block);
            let block = Requirement { security_defaults: false, tracks_the_unblocked: true, ..everywhere };
            if access::one_is_past_blocks(self.tenant, self.options().assumptions) {
                return None;
            }
            let decision = coverage::decide_if_held(&block, self.tenant, self.options())?;
            match decision.reason {
                Reason::Policies(policies) => Some((decision.verdict, policies)),
                Reason::SecurityDefaults(_)
                | Reason::ContradictedDefaults
                | Reason::NoPolicies
                | Reason::Witness
                | Reason::MissingPolicies(_)
                | Reason::Unknown(..)
                | Reason::Membership(_)
                | Reason::TooIntricate(_) => None,
            }
        };
        self.blocked.get_or_init(find).as_ref()
    }

    /// The assumptions of the proof.
    #[must_use]
    pub fn options(&self) -> coverage::Options {
        coverage::Options { assumptions: self.config.assumptions_on(self.today), ..coverage::Options::default() }
    }

    /// Whether a policy is in force, or is judged as if it were.
    #[must_use]
    pub fn is_on(&self, policy: &Policy) -> bool {
        policy.judged_state() == Fact::Known(State::Enabled)
    }

    /// The name of a user, group or role: what the files tell, else what the configuration calls it.
    #[must_use]
    pub fn name(&self, kind: PrincipalKind, id: &Id) -> Option<String> {
        let configured = || {
            let known = self.config.exceptions.iter().find(|known| known.kind == kind && id.is_written(&known.id))?;
            known.name.clone()
        };
        self.tenant.name(id).map(str::to_owned).or_else(configured)
    }

    /// A sign-in of users of the directory: with the groups and roles that they surely have, or with all that they may have.
    #[must_use]
    pub fn sign_in_of(&self, alike: &Alike, has_all: bool) -> SignIn {
        let people = &self.tenant.people;
        let had = |is: Option<bool>| is.unwrap_or(has_all);
        let ids = |all: &BTreeSet<Uuid>, had: &dyn Fn(Uuid) -> bool| {
            all.iter().copied().filter(|id| had(*id)).map(Id::Guid).collect()
        };
        SignIn {
            user: alike.users.first().map(|user| self.tenant.directory.user(*user).as_id()),
            groups: ids(&people.by.groups, &|id| had(people.in_group(alike, id))),
            roles: ids(&people.by.roles, &|id| had(people.has_role(alike, id))),
            ..SignIn::attacker(Resource::Other)
        }
    }

    /// The members of the group that an exception is for, if it is for a group that the directory tells of.
    #[must_use]
    pub fn members_of(&self, exception: &Exception) -> Option<Members> {
        match exception.kind {
            PrincipalKind::Group => exception.id.guid().map(|id| self.tenant.directory.members(id)),
            PrincipalKind::User
            | PrincipalKind::Role
            | PrincipalKind::ServicePrincipal
            | PrincipalKind::AgentIdentity => None,
        }
    }

    /// The entry of the configuration that approves an exception today.
    #[must_use]
    pub fn approval(&self, judgement: &Judgement, exception: &Exception) -> Option<&config::Exception> {
        self.config.exceptions.iter().find(|entry| {
            entry.approves(judgement.control.id, exception.kind, &exception.id) && !entry.has_expired(self.today)
        })
    }
}

/// An ignore, and what became of it.
pub struct IgnoreFacts<'a> {
    /// The ignore.
    pub ignore: &'a Ignore,
    /// It has hidden a finding.
    pub is_used: bool,
    /// Everything was looked at that it could be about.
    pub is_complete: bool,
    /// The date to compare its end date with.
    pub today: Date,
}
