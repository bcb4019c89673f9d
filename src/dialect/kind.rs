//! What a document is.

use std::fmt;

macro_rules! kinds {
    ($($name:ident = $about:literal,)+) => {
        /// What a document was taken for: a dialect, a companion, or something else.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DocumentKind {
            $(#[doc = concat!("“", $about, "”")] $name,)+
        }

        impl DocumentKind {
            /// In a few words, for people.
            #[must_use]
            pub const fn about(self) -> &'static str {
                match self {
                    $(Self::$name => $about,)+
                }
            }
        }
    };
}

kinds! {
    NoPolicy = "no policy: no object has conditions together with a state or grant controls",
    EmptyList = "an empty list",
    OtherList = "a list without policies: no element has conditions together with a state or grant controls",
    Directory = "users, groups or assignments of roles",
    AzureHound = "a collection of AzureHound",
    GraphPolicy = "a Graph policy",
    GraphList = "a list of Graph policies",
    GraphWrapper = "Graph policies in a wrapper",
    GraphBatch = "a $batch response",
    FailedRequest = "the response to a failed request",
    PolicyTemplate = "a template of a policy, which is not in force",
    ScubaGear = "a ScubaGear export",
    Monkey365 = "a Monkey365 export",
    Cipp = "a CIPP table export",
    NamedLocation = "a named location",
    AuthenticationStrength = "an authentication strength",
    Group = "a group",
    User = "a user",
    Role = "a role",
    SecurityDefaults = "the security defaults",
    MigrationTable = "a migration table",
    Organization = "a tenant's organization",
    CrossTenantAccess = "cross-tenant access settings",
    AuthenticationContext = "an authentication context",
    ResourceAction = "an action of directory roles",
    TerraformPlan = "a Terraform plan",
    TerraformPlanWithoutPolicies = "a Terraform plan without policies",
    TerraformPlanDestroysPolicies = "a Terraform plan that destroys its policies",
    TerraformState = "a Terraform state",
    TerraformStateWithoutPolicies = "a Terraform state without policies",
    TerraformConfiguration = "Terraform configuration",
    TerraformConfigurationWithoutPolicies = "Terraform configuration without policies",
    TerraformConfigurationReplaced = "Terraform configuration, replaced by its twin for OpenTofu",
    TerraformConfigurationPlanned = "Terraform configuration, judged by its plan",
    TerraformModuleUncalled = "a Terraform module that creates nothing",
    TerraformValues = "values of Terraform variables",
    TerraformEncrypted = "an encrypted state or plan of OpenTofu",
    TerraformData = "data that Terraform configuration reads",
    TerraformBinaryPlan = "a binary Terraform plan",
    ZipArchive = "a zip archive",
    TerraformPlanLog = "the log of `terraform plan -json`",
    TerraformModuleLibrary = "policies in the format of a Terraform module",
    RoadTools = "a dump of ROADtools",
    RoadReconDatabase = "a ROADrecon database",
    PulumiStack = "a Pulumi stack",
    PulumiProgram = "a Pulumi program",
    PulumiYaml = "a Pulumi program in YAML",
    CrossplaneManifest = "a Crossplane manifest",
    CdktfProgram = "a CDKTF program",
    ArmTemplate = "an ARM template with policies",
    OtherArmTemplate = "an ARM template, which deploys no policy",
    BicepTemplate = "a Bicep template",
    DscConfiguration = "a Microsoft365DSC configuration",
    TenantConfiguration = "resources of Tenant Configuration Management",
    CompiledDscConfiguration = "a compiled DSC configuration",
    PowerShell = "policies in PowerShell",
    PowerShellObject = "a PowerShell object in XML",
    Program = "a program with policies",
    Table = "a table of policies",
    OtherYaml = "policies in YAML",
    OtherJson = "policies in a kind of JSON",
}

impl DocumentKind {
    /// Whether people write such a document, or keep it as what is imported again, so that it is the place where a value is
    /// corrected. Anything else is made by a program, which would write the same again, or is not written in by caplint.
    #[must_use]
    pub fn is_source(self) -> bool {
        match self {
            Self::GraphPolicy | Self::GraphList | Self::GraphWrapper | Self::TerraformConfiguration => true,
            Self::NoPolicy
            | Self::EmptyList
            | Self::OtherList
            | Self::Directory
            | Self::AzureHound
            | Self::GraphBatch
            | Self::FailedRequest
            | Self::PolicyTemplate
            | Self::ScubaGear
            | Self::Monkey365
            | Self::Cipp
            | Self::NamedLocation
            | Self::AuthenticationStrength
            | Self::Group
            | Self::User
            | Self::Role
            | Self::SecurityDefaults
            | Self::MigrationTable
            | Self::Organization
            | Self::CrossTenantAccess
            | Self::AuthenticationContext
            | Self::ResourceAction
            | Self::TerraformPlan
            | Self::TerraformPlanWithoutPolicies
            | Self::TerraformPlanDestroysPolicies
            | Self::TerraformState
            | Self::TerraformStateWithoutPolicies
            | Self::TerraformConfigurationWithoutPolicies
            | Self::TerraformConfigurationReplaced
            | Self::TerraformConfigurationPlanned
            | Self::TerraformModuleUncalled
            | Self::TerraformValues
            | Self::TerraformEncrypted
            | Self::TerraformData
            | Self::TerraformBinaryPlan
            | Self::ZipArchive
            | Self::TerraformPlanLog
            | Self::TerraformModuleLibrary
            | Self::RoadTools
            | Self::RoadReconDatabase
            | Self::PulumiStack
            | Self::PulumiProgram
            | Self::PulumiYaml
            | Self::CrossplaneManifest
            | Self::CdktfProgram
            | Self::ArmTemplate
            | Self::OtherArmTemplate
            | Self::BicepTemplate
            | Self::DscConfiguration
            | Self::TenantConfiguration
            | Self::CompiledDscConfiguration
            | Self::PowerShell
            | Self::PowerShellObject
            | Self::Program
            | Self::Table
            | Self::OtherYaml
            | Self::OtherJson => false,
        }
    }
}

impl fmt::Display for DocumentKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.about())
    }
}
