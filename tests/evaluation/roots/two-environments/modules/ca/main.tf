variable "state" {
  type    = string
  default = "disabled"
}

variable "pilot" {
  type    = list(string)
  default = []
}

locals {
  defaults = yamldecode(file("${path.module}/defaults.yaml"))
}

resource "azuread_group" "break_glass" {
  display_name = local.defaults.break_glass
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA for everybody"
  state        = var.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = length(var.pilot) > 0 ? [] : ["All"]
      included_groups = var.pilot
      excluded_groups = [azuread_group.break_glass.object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = local.defaults.controls
  }
}
