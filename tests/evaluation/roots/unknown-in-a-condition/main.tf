# Nothing gives var.enforce a value.

variable "enforce" {
  type = bool
}

variable "names" {
  type = map(string)
}

resource "azuread_conditional_access_policy" "state" {
  display_name = "State"
  state        = var.enforce ? "enabled" : "enabledForReportingButNotEnforced"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = var.enforce ? ["All"] : ["797f4846-ba00-4fd7-ba43-dac1f8f63013"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = concat(["b6000000-0000-4000-8000-000000000001"], var.enforce ? [] : ["b6000000-0000-4000-8000-000000000002"])
      excluded_users  = [lookup(var.names, "bg", "b6000000-0000-4000-8000-000000000003")]
    }

    dynamic "platforms" {
      for_each = var.enforce ? [1] : []
      content {
        included_platforms = ["windows"]
      }
    }

    dynamic "locations" {
      for_each = ["All"]
      content {
        included_locations = [locations.value]
        excluded_locations = [try(var.names.office, "AllTrusted")]
      }
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "counted" {
  count        = var.enforce ? 1 : 0
  display_name = "Counted"
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

resource "azuread_conditional_access_policy" "several" {
  for_each     = var.enforce ? toset(["a", "b"]) : toset([])
  display_name = "Several"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = [each.key]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["block"]
  }
}

module "maybe" {
  source = "./modules/policy"
  count  = var.enforce ? 1 : 0
  state  = "enabled"
}

module "always" {
  source = "./modules/policy"
  state  = var.enforce ? "enabled" : "disabled"
}

# Known all the same.
resource "azuread_conditional_access_policy" "known" {
  count        = length(["a", var.names["b"]])
  display_name = "Known ${count.index}"
  state        = true || false ? "enabled" : var.names["c"]

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
