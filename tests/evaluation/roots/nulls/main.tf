# What null, a missing attribute and an empty value come to.

variable "settings" {
  type = any
  default = {
    state = null
    users = { include = ["All"] }
    hours = 0
    note  = ""
  }
}

variable "nullable" {
  type    = string
  default = "by default"
}

variable "with_null" {
  type     = string
  default  = "enabled"
  nullable = false
}

variable "nothing" {
  type    = list(string)
  default = null
}

resource "azuread_conditional_access_policy" "this" {
  display_name = coalesce(var.nullable, var.settings.note, "Nobody")
  state        = coalesce(var.settings.state, var.with_null)

  conditions {
    client_app_types    = var.nothing == null ? ["all"] : var.nothing
    sign_in_risk_levels = var.nothing
    user_risk_levels    = try(var.settings.risk, null)
    insider_risk_levels = lookup(var.settings, "state", "minor")

    applications {
      included_applications = try(var.settings.apps.include, var.settings.apps, ["All"])
      excluded_applications = try(tolist(var.settings.state), ["x"])
    }

    users {
      included_users  = try(var.settings.users.include, null)
      excluded_users  = try(var.settings.users.exclude, null)
      excluded_groups = can(var.settings.users.exclude) ? ["yes"] : compact([var.settings.state, "", "b6000000-0000-4000-8000-000000000001"])
      excluded_roles  = concat(coalescelist([], ["62e90394-69f5-4237-9190-012177145e10"]), try(var.nothing[*], ["194ae4cb-b126-40b2-bd5b-6091b380977d"]))
    }

    dynamic "platforms" {
      for_each = var.settings.state[*]
      content {
        included_platforms = ["all"]
      }
    }

    dynamic "locations" {
      for_each = var.settings.note[*]
      content {
        included_locations = [locations.value == "" ? "All" : locations.value]
      }
    }
  }

  dynamic "session_controls" {
    for_each = var.settings.hours == null ? [] : [var.settings.hours]
    content {
      sign_in_frequency        = session_controls.value == 0 ? null : session_controls.value
      sign_in_frequency_period = session_controls.value == 0 ? null : "hours"
      persistent_browser_mode  = "never"
    }
  }
}
