# A baseline as admins keep it: a YAML file for each policy, phases by variable, exclusions for each policy,
# break-glass accounts in every one of them, named locations and strengths by name.

terraform {
  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = "~> 3.0"
    }
  }
}

locals {
  sources = {
    for file in fileset(path.module, "policies/CA*.yaml") :
    regex("CA[0-9]+", file) => yamldecode(templatefile("${path.module}/${file}", local.words))
  }

  words = {
    tenant    = var.tenant.name
    hours     = var.session_hours
    app_ids   = local.apps
    countries = var.tenant.countries
  }

  apps = { for app in csvdecode(file("${path.module}/apps.csv")) : app.name => app.id }

  policies = {
    for id, policy in local.sources : id => merge(policy, {
      name  = "${id}-${policy.persona}-${replace(policy.title, " ", "")}"
      state = lookup(var.states, id, local.phase_states[min(var.phase, try(policy.phase, 1))])
    }) if !contains(var.skipped, id)
  }

  phase_states = ["disabled", "enabledForReportingButNotEnforced", "enabled"]
}

module "groups" {
  source   = "./modules/groups"
  for_each = { for id, policy in local.policies : id => policy.persona }
  name     = "CA-${each.key}-${each.value}"
  members  = try(var.exclusions[each.key], [])
}

resource "azuread_named_location" "countries" {
  count        = length(var.tenant.countries) > 0 ? 1 : 0
  display_name = "Allowed countries"

  country {
    countries_and_regions = var.tenant.countries
  }
}

resource "azuread_authentication_strength_policy" "admins" {
  display_name         = "Admins"
  allowed_combinations = ["fido2"]
}

data "azuread_user" "break_glass" {
  for_each            = toset(var.tenant.break_glass)
  user_principal_name = "${each.key}@${var.tenant.domain}"
}

module "policies" {
  source   = "./modules/policy"
  for_each = local.policies

  policy    = each.value
  exclude   = { users = [for user in data.azuread_user.break_glass : user.object_id], groups = [module.groups[each.key].id] }
  locations = { for location in azuread_named_location.countries : "allowed" => location.id }
  strengths = { admins = azuread_authentication_strength_policy.admins.id }
}
