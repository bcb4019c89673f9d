# Policies as objects, of which an admin states what differs from the rule.

variable "policies" {
  type = list(object({
    number  = string
    name    = string
    enabled = optional(bool, true)
    users = optional(object({
      included = optional(list(string), ["All"])
      excluded = optional(list(string))
    }), {})
    apps     = optional(set(string), ["All"])
    controls = optional(list(string), ["mfa"])
    operator = optional(string, "OR")
    session = optional(object({
      hours = number
      mode  = optional(string)
    }))
    labels = optional(map(string), { owner = "nobody" })
  }))
}

resource "azuread_conditional_access_policy" "this" {
  for_each = { for policy in var.policies : policy.number => policy }

  display_name = "CA${each.value.number} ${each.value.name} (${each.value.labels["owner"]})"
  state        = each.value.enabled ? "enabled" : "disabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = each.value.apps
    }

    users {
      included_users = each.value.users.included
      excluded_users = each.value.users.excluded
    }
  }

  grant_controls {
    operator          = each.value.operator
    built_in_controls = each.value.controls
  }

  dynamic "session_controls" {
    for_each = each.value.session == null ? [] : [each.value.session]
    content {
      sign_in_frequency        = session_controls.value.hours
      sign_in_frequency_period = session_controls.value.hours == null ? null : "hours"
      persistent_browser_mode  = session_controls.value.mode
    }
  }
}
