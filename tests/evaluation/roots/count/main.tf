variable "enforce" {
  type    = bool
  default = true
}

variable "block_countries" {
  type    = bool
  default = false
}

locals {
  teams = ["IT", "Finance", "Sales"]
  apps = [
    { name = "Azure", id = "797f4846-ba00-4fd7-ba43-dac1f8f63013" },
    { name = "Graph", id = "00000003-0000-0000-c000-000000000000" },
  ]
}

resource "azuread_group" "team" {
  count            = length(local.teams)
  display_name     = "CA-${local.teams[count.index]}"
  security_enabled = true
}

resource "azuread_group" "break_glass" {
  count        = 1
  display_name = "CA-BreakGlass"
}

resource "azuread_group" "retired" {
  count        = 0
  display_name = "CA-Retired"
}

resource "azuread_conditional_access_policy" "per_app" {
  count        = length(local.apps)
  display_name = "CA${count.index + 100} - MFA for ${local.apps[count.index].name}"
  state        = var.enforce ? "enabled" : "enabledForReportingButNotEnforced"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [local.apps[count.index].id]
    }

    users {
      included_groups = azuread_group.team[*].object_id
      excluded_groups = concat(azuread_group.break_glass[*].object_id, azuread_group.retired[*].object_id)
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "countries" {
  count        = var.block_countries ? 1 : 0
  display_name = "Block countries"
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

resource "azuread_conditional_access_policy" "it" {
  count        = var.block_countries ? 0 : 1
  display_name = "Compliant devices for IT"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = local.apps.*.id
    }

    users {
      included_groups = [azuread_group.team[0].object_id, azuread_group.team[length(local.teams) - 1].id]
      excluded_groups = [one(azuread_group.break_glass[*].object_id)]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["compliantDevice"]
  }
}

# One of two policies, whichever is there.
output "name" {
  value = one(concat(azuread_conditional_access_policy.countries[*].display_name, azuread_conditional_access_policy.it[*].display_name))
}

resource "azuread_conditional_access_policy" "named_after_another" {
  display_name = try(azuread_conditional_access_policy.countries[0].display_name, "Like ${azuread_conditional_access_policy.it[0].display_name}")
  state        = azuread_conditional_access_policy.per_app[1].state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = azuread_conditional_access_policy.per_app[1].conditions[0].applications[0].included_applications
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
