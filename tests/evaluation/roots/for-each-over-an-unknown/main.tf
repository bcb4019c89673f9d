# Nothing gives the variables a value.

variable "policies" {
  type = map(object({
    name  = string
    state = string
    users = list(string)
  }))
}

variable "extra" {
  type = map(any)
}

resource "azuread_group" "break_glass" {
  display_name = "Break glass"
}

resource "azuread_conditional_access_policy" "all" {
  for_each     = var.policies
  display_name = "${each.key}: ${each.value.name}"
  state        = each.value.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = each.value.users
      excluded_users  = concat(each.value.users, ["b6000000-0000-4000-8000-000000000001"])
      excluded_groups = [azuread_group.break_glass.object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

# A part of the map is known, but which keys there are is not.
resource "azuread_conditional_access_policy" "merged" {
  for_each     = merge({ CA001 = { state = "enabled" } }, var.extra)
  display_name = "Merged"
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

# The keys depend on what Terraform makes.
resource "azuread_conditional_access_policy" "by_id" {
  for_each     = toset([azuread_group.break_glass.object_id])
  display_name = "By id"
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

module "policy" {
  source   = "./modules/policy"
  for_each = { for name, policy in var.policies : name => policy if policy.state == "enabled" }
  name     = each.key
}

resource "azuread_conditional_access_policy" "groups" {
  display_name = "Groups"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = concat(["b6000000-0000-4000-8000-000000000002"], [for policy in module.policy : policy.group])
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
