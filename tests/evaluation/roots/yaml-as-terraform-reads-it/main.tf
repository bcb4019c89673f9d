locals {
  read = yamldecode(file("policies.yaml"))
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = local.read.policies
  display_name = each.value.name
  state        = each.value.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = each.value.apps
    }

    users {
      included_users = each.value.users.include
      excluded_users = try(each.value.users.exclude, local.read.again)
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_group" "kinds" {
  for_each     = { for key in ["booleans", "numbers", "dates", "nulls"] : key => local.read[key] }
  display_name = each.key
  description  = jsonencode(each.value)
}

resource "azuread_group" "text" {
  for_each     = local.read.text
  display_name = each.key
  description  = each.value
}

resource "azuread_group" "guids" {
  display_name = local.read.guid
  description  = local.read.exponent
}
