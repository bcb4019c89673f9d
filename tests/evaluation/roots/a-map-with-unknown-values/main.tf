# Which policies there are is known; of what they say, not everything.

variable "state" {
  type = string
}

data "azuread_group" "staff" {
  display_name = "Staff"
}

resource "azuread_group" "pilot" {
  display_name = "Pilot"
}

locals {
  policies = {
    pilot = {
      state  = "enabled"
      groups = [azuread_group.pilot.object_id]
      note   = "MFA for the pilot"
    }
    staff = {
      state  = var.state
      groups = [data.azuread_group.staff.object_id]
      note   = data.azuread_group.staff.description
    }
  }

  enabled = { for name, policy in local.policies : name => policy if contains(["pilot", "staff"], name) }
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = local.enabled
  display_name = each.value.note
  state        = each.value.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = each.value.groups
      excluded_groups = flatten([for name, policy in local.policies : policy.groups if name != each.key])
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

# Whether there is a second one depends on what is unknown.
resource "azuread_conditional_access_policy" "filtered" {
  for_each     = { for name, policy in local.policies : name => policy if policy.state == "enabled" }
  display_name = "Filtered"
  state        = "enabled"

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
    built_in_controls = ["block"]
  }
}
