# Maps and lists that are there or not.

variable "with_baseline" {
  type    = bool
  default = true
}

variable "extra" {
  type    = map(object({ state = string, users = optional(list(string)) }))
  default = {}
}

locals {
  baseline = {
    CA001 = { state = "enabled", users = ["All"] }
    CA002 = { state = "disabled", users = ["None"] }
  }
}

resource "azuread_conditional_access_policy" "baseline" {
  for_each     = var.with_baseline ? local.baseline : {}
  display_name = each.key
  state        = each.value.state

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

resource "azuread_conditional_access_policy" "off" {
  for_each     = var.with_baseline ? {} : local.baseline
  display_name = each.key
  state        = each.value.state

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

resource "azuread_conditional_access_policy" "merged" {
  for_each     = merge(var.extra, { for name, policy in local.baseline : "${name}-copy" => policy if policy.state == "enabled" })
  display_name = each.key
  state        = each.value.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = each.value.users != null ? each.value.users : ["GuestsOrExternalUsers"]
    }

    dynamic "platforms" {
      for_each = each.value.users != null ? { this = each.value.users } : {}
      content {
        included_platforms = [platforms.key == "this" ? "all" : "linux"]
      }
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
