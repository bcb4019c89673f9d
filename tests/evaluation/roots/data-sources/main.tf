# What is there already is named, and its id is not in the files.

variable "break_glass_upns" {
  type    = list(string)
  default = ["bg1@contoso.example", "bg2@contoso.example"]
}

data "azuread_group" "admins" {
  display_name = "Tier 0 admins"
}

data "azuread_group" "rings" {
  for_each     = toset(["pilot", "broad"])
  display_name = "Ring ${each.key}"
}

data "azuread_user" "break_glass" {
  count               = length(var.break_glass_upns)
  user_principal_name = var.break_glass_upns[count.index]
}

data "azuread_service_principal" "azure" {
  client_id = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
}

data "azuread_named_location" "offices" {
  display_name = "Offices"
}

resource "azuread_conditional_access_policy" "admins" {
  display_name = "MFA for ${data.azuread_group.admins.display_name}"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [data.azuread_service_principal.azure.client_id]
    }

    users {
      included_groups = concat([data.azuread_group.admins.object_id], [for ring in data.azuread_group.rings : ring.object_id])
      excluded_users  = data.azuread_user.break_glass[*].object_id
      excluded_groups = ["b6000000-0000-4000-8000-000000000001", data.azuread_group.rings["pilot"].id]
    }

    locations {
      included_locations = ["All"]
      excluded_locations = [data.azuread_named_location.offices.id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "described" {
  display_name = data.azuread_group.admins.description
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
      excluded_users = concat(["b6000000-0000-4000-8000-000000000002"], data.azuread_group.admins.members)
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
