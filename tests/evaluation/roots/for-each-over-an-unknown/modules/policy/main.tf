variable "name" {
  type = string
}

resource "azuread_group" "this" {
  display_name = "CA-Exclusion"
}

resource "azuread_conditional_access_policy" "this" {
  display_name = var.name
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = ["b6000000-0000-4000-8000-000000000003"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

output "group" {
  value = azuread_group.this.object_id
}
