variable "name" {}
variable "state" {}

variable "users" {
  default = []
}

variable "roles" {
  default = []
}

variable "scope" {
  default = "all"
}

variable "excluded_groups" {
  type = list(string)
}

variable "excluded_users" {
  type    = list(string)
  default = null
}

module "scope" {
  source = "../scope"
  name   = var.scope
}

resource "azuread_conditional_access_policy" "this" {
  display_name = var.name
  state        = var.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = module.scope.applications.included
      excluded_applications = module.scope.applications.excluded
    }

    users {
      included_users  = var.users
      included_roles  = var.roles
      excluded_groups = var.excluded_groups
      excluded_users  = var.excluded_users
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

output "name" {
  value = azuread_conditional_access_policy.this.display_name
}

output "excluded_groups" {
  value = azuread_conditional_access_policy.this.conditions[0].users[0].excluded_groups
}

output "scope" {
  value = module.scope.applications
}
