# OpenTofu reads main.tofu in place of this file.
resource "azuread_conditional_access_policy" "mfa" {
  display_name = "For Terraform"
  state        = "disabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
