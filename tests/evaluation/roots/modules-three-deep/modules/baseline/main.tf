variable "break_glass" {
  type = object({
    group = string
    users = list(string)
  })
}

variable "enforce" {
  type = bool
}

locals {
  state = var.enforce ? "enabled" : "enabledForReportingButNotEnforced"
}

resource "azuread_group" "exceptions" {
  display_name = "Exceptions"
}

module "admins" {
  source          = "../policy"
  name            = "MFA for admins"
  state           = local.state
  roles           = ["62e90394-69f5-4237-9190-012177145e10"]
  excluded_groups = [var.break_glass.group, azuread_group.exceptions.object_id]
  excluded_users  = var.break_glass.users
}

module "azure" {
  source          = "../policy"
  name            = "MFA for Azure"
  state           = local.state
  users           = ["All"]
  scope           = "azure"
  excluded_groups = module.admins.excluded_groups
}

output "names" {
  value = {
    admins = module.admins.name
    azure  = module.azure.name
  }
}

output "state" {
  value     = local.state
  sensitive = false
}

output "groups" {
  value = concat(module.azure.excluded_groups, [])
}

output "scopes" {
  value = { for name, called in { admins = module.admins, azure = module.azure } : name => called.scope }
}
