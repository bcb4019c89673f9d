# One template, rendered for each department, read as YAML.

variable "departments" {
  type = map(object({
    group = string
    apps  = list(string)
    mode  = optional(string, "off")
  }))
}

locals {
  break_glass = ["b6000000-0000-4000-8000-000000000001", "b6000000-0000-4000-8000-000000000002"]

  policies = {
    for name, department in var.departments : name => yamldecode(templatefile("${path.module}/templates/policy.yaml.tftpl", {
      name        = name
      group       = department.group
      apps        = department.apps
      mode        = department.mode
      break_glass = local.break_glass
    }))
  }

  baseline = jsondecode(templatefile("templates/baseline.json", { users = jsonencode(local.break_glass), hours = 4 }))
}

resource "azuread_conditional_access_policy" "department" {
  for_each     = local.policies
  display_name = each.value.display_name
  state        = each.value.state

  conditions {
    client_app_types = each.value.client_app_types

    applications {
      included_applications = each.value.applications
    }

    users {
      included_groups = each.value.groups
      excluded_users  = each.value.except
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = each.value.controls
  }
}

resource "azuread_conditional_access_policy" "baseline" {
  display_name = local.baseline.name
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
      excluded_users = local.baseline.except
    }
  }

  session_controls {
    sign_in_frequency        = local.baseline.hours
    sign_in_frequency_period = "hours"
  }
}
