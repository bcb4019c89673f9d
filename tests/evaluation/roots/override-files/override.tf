locals {
  target = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA, second override"

  conditions {
    client_app_types = ["browser"]

    applications {
      included_applications = [local.target]
    }

    users {
      included_users = ["All"]
    }
  }
}
