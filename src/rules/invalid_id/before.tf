resource "azuread_conditional_access_policy" "admins" {
  display_name = "Require MFA for administrators"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_roles = [
        "global administrator", # the most privileged
        "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
      ]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
