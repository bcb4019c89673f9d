variable "phase" {
  default = "report"
}

resource "azuread_group" "break_glass" {
  display_name = "Break glass"
}

module "baseline" {
  source      = "./modules/baseline"
  break_glass = { group = azuread_group.break_glass.object_id, users = ["b6000000-0000-4000-8000-000000000001"] }
  enforce     = var.phase == "enforce" || local.always
}

locals {
  always = true
}

resource "azuread_conditional_access_policy" "root" {
  display_name = "After ${module.baseline.names["admins"]}"
  state        = module.baseline.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = module.baseline.scopes.azure.included
    }

    users {
      included_users  = ["All"]
      excluded_groups = module.baseline.groups
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
