variable "state" {
  type = string
}

resource "azuread_group" "exclusion" {
  display_name = "Exclusion"
}

resource "azuread_conditional_access_policy" "this" {
  display_name = "From a module"
  state        = var.state

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
