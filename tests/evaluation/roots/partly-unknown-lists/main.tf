# Nothing gives var.more a value, and what Entra has for a description is not in the files.

variable "more" {
  type = list(string)
}

data "azuread_group" "staff" {
  display_name = "Staff"
}

resource "azuread_group" "break_glass" {
  display_name = "Break glass"
}

locals {
  known = "b6000000-0000-4000-8000-000000000001"
  mixed = concat([local.known], var.more, [azuread_group.break_glass.object_id])
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA ${data.azuread_group.staff.description}"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = flatten(["797f4846-ba00-4fd7-ba43-dac1f8f63013", [var.more]])
    }

    users {
      included_users  = ["All"]
      excluded_users  = [local.known, data.azuread_group.staff.description]
      excluded_groups = local.mixed
      included_roles  = [for role in ["62e90394-69f5-4237-9190-012177145e10"] : length(var.more) > 0 ? role : "x"]
      excluded_roles  = var.more
    }

    locations {
      included_locations = ["All"]
      excluded_locations = [for name in var.more : name]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "apart" {
  display_name = "Untouched"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [length([local.known, data.azuread_group.staff.description]) == 2 ? "All" : "None"]
    }

    users {
      included_users = ["All"]
      excluded_users = { a = local.known, b = var.more }["a"] == local.known ? ["b6000000-0000-4000-8000-000000000002"] : []
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = [try("mfa", var.more[0])]
  }
}
