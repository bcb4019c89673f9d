# Generated with Microsoft365DSC
param (
    [parameter()]
    [System.Management.Automation.PSCredential]
    $Credential
)

Configuration M365TenantConfig
{
    param (
        [parameter()]
        [System.Management.Automation.PSCredential]
        $Credential
    )

    $OrganizationName = $ConfigurationData.NonNodeData.OrganizationName
    Import-DscResource -ModuleName 'Microsoft365DSC' -ModuleVersion '1.25.1001.1'

    Node localhost
    {
        AADConditionalAccessPolicy "AADConditionalAccessPolicy-CA010 - MFA for all staff"
        {
            BuiltInControls      = @("mfa");
            ClientAppTypes       = @("all");
            Credential           = $Credential;
            DisplayName          = "CA010 - MFA for all staff";
            Ensure               = "Present";
            ExcludeGroups        = @("Emergency access");
            GrantControlOperator = "OR";
            Id                   = "c0000000-0000-4000-8000-000000000001";
            IncludeApplications  = @("All");
            IncludeGroups        = @("All staff");
            State                = "enabled";
        }
        AADConditionalAccessPolicy "AADConditionalAccessPolicy-CA011 - MFA for administrators"
        {
            BuiltInControls      = @("mfa");
            ClientAppTypes       = @("all");
            Credential           = $Credential;
            DisplayName          = "CA011 - MFA for administrators";
            Ensure               = "Present";
            ExcludeUsers         = @("break.glass.1@$OrganizationName");
            GrantControlOperator = "OR";
            Id                   = "c0000000-0000-4000-8000-000000000002";
            IncludeApplications  = @("All");
            IncludeRoles         = @("Global Administrator");
            State                = "enabled";
        }
        AADConditionalAccessPolicy "AADConditionalAccessPolicy-CA012 - MFA for everybody"
        {
            BuiltInControls      = @("mfa");
            ClientAppTypes       = @("all");
            Credential           = $Credential;
            DisplayName          = "CA012 - MFA for everybody";
            Ensure               = "Present";
            ExcludeGroups        = @("Emergency access");
            GrantControlOperator = "OR";
            Id                   = "c0000000-0000-4000-8000-000000000003";
            IncludeApplications  = @("All");
            IncludeUsers         = @("All");
            State                = "enabled";
        }
        AADGroup "AADGroup-All staff"
        {
            AssignedLicenses   = @();
            Credential         = $Credential;
            DisplayName        = "All staff";
            Ensure             = "Present";
            GroupAsMembers     = @("Contractors");
            GroupTypes         = @();
            Id                 = "b0000000-0000-4000-8000-000000000001";
            IsAssignableToRole = $False;
            MailEnabled        = $False;
            MailNickname       = "staff";
            MemberOf           = @("Contractors");
            Members            = @("ada.lovelace@$OrganizationName","grace.hopper@$OrganizationName","break.glass.1@$OrganizationName");
            Owners             = @();
            SecurityEnabled    = $True;
        }
        AADGroup "AADGroup-Contractors"
        {
            Credential         = $Credential;
            DisplayName        = "Contractors";
            Ensure             = "Present";
            GroupAsMembers     = @("All staff");
            GroupTypes         = @();
            Id                 = "b0000000-0000-4000-8000-000000000002";
            MailEnabled        = $False;
            MailNickname       = "contractors";
            MemberOf           = @("All staff");
            Members            = @("linus.pauling@$OrganizationName","radia.perlman@$OrganizationName");
            Owners             = @();
            SecurityEnabled    = $True;
        }
        AADGroup "AADGroup-Emergency access"
        {
            Credential         = $Credential;
            DisplayName        = "Emergency access";
            Ensure             = "Present";
            GroupAsMembers     = @();
            GroupTypes         = @();
            Id                 = "b0000000-0000-4000-8000-000000000003";
            MailEnabled        = $False;
            MailNickname       = "emergency";
            MemberOf           = @();
            Members            = @("break.glass.1@$OrganizationName","grace.hopper@$OrganizationName","Backup");
            Owners             = @();
            SecurityEnabled    = $True;
        }
        AADUser "AADUser-Ada Lovelace"
        {
            Credential           = $Credential;
            DisplayName          = "Ada Lovelace";
            Ensure               = "Present";
            LicenseAssignment    = @();
            MemberOf             = @("All staff");
            Password             = New-Object System.Management.Automation.PSCredential('Password', (ConvertTo-SecureString ((New-Guid).ToString()) -AsPlainText -Force));;
            PasswordNeverExpires = $False;
            Roles                = @();
            UserPrincipalName    = "ada.lovelace@$OrganizationName";
            UserType             = "Member";
        }
        AADUser "AADUser-Grace Hopper"
        {
            DisplayName       = "Grace Hopper";
            Ensure            = "Present";
            Roles             = @("Global Administrator");
            UserPrincipalName = "grace.hopper@$OrganizationName";
            UserType          = "Member";
        }
        AADUser "AADUser-Linus Pauling"
        {
            DisplayName       = "Linus Pauling";
            Ensure            = "Present";
            UserPrincipalName = "linus.pauling@$OrganizationName";
            UserType          = "Member";
        }
        AADUser "AADUser-Radia Perlman"
        {
            DisplayName       = "Radia Perlman";
            Ensure            = "Present";
            UserPrincipalName = "radia.perlman@$OrganizationName";
            UserType          = "Member";
        }
        AADUser "AADUser-Break glass 1"
        {
            DisplayName       = "Break glass 1";
            Ensure            = "Present";
            Roles             = @("Global Administrator");
            UserPrincipalName = "break.glass.1@$OrganizationName";
            UserType          = "Member";
        }
    }
}

M365TenantConfig -ConfigurationData .\ConfigurationData.psd1 -Credential $Credential
