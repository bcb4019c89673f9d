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
        AADConditionalAccessPolicy "AADConditionalAccessPolicy-Spelling 25"
        {
            ApplicationEnforcedRestrictionsIsEnabled = $False;
            AuthenticationStrength                   = "";
            BuiltInControls                          = @("mfa");
            ClientAppTypes                           = @("all");
            Credential                               = $Credential;
            DeviceFilterRule                         = "";
            DisplayName                              = "Spelling 25";
            Ensure                                   = "Present";
            ExcludeGroups                            = @("b6000000-0000-4000-8000-000000000001");
            ExcludeUsers                             = @("admin@$OrganizationName");
            GrantControlOperator                     = "OR";
            Id                                       = "5b000000-0000-4000-8000-000000000025";
            IncludeApplications                      = @("797f4846-ba00-4fd7-ba43-dac1f8f63013");
            IncludeLocations                         = @();
            IncludeUsers                             = @("All");
            SignInFrequencyIsEnabled                 = $False;
            State                                    = "enabeld";
            TransferMethods                          = "";
        }
        AADConditionalAccessPolicy "AADConditionalAccessPolicy-Gone"
        {
            DisplayName = "Gone";
            Ensure      = "Absent";
        }
    }
}

M365TenantConfig -ConfigurationData .\ConfigurationData.psd1 -Credential $Credential
