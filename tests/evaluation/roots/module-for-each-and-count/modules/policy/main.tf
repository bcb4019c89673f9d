variable "name" {
  type = string
}

variable "state" {
  type = string
}

variable "include" {
  type = list(string)
}

variable "exclude" {
  type = list(string)
}

resource "azuread_group" "exclusion" {
  count        = var.state == "disabled" ? 1 : 0
  display_name = "${var.name}-Exclusion"
}

resource "azuread_conditional_access_policy" "this" {
  display_name = var.name
  state        = var.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = var.include
      excluded_groups = concat(var.exclude, azuread_group.exclusion[*].id)
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

output "exclusion" {
  value = one(azuread_group.exclusion[*].object_id)
}
