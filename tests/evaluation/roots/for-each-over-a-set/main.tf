variable "roles" {
  type = set(string)
  default = [
    "62e90394-69f5-4237-9190-012177145e10",
    "194ae4cb-b126-40b2-bd5b-6091b380977d",
    "62e90394-69f5-4237-9190-012177145e10",
  ]
}

resource "azuread_group" "exclusion" {
  for_each     = toset(["CA001", "CA002", "CA001"])
  display_name = "${each.value}-Exclusions"
}

resource "azuread_conditional_access_policy" "role" {
  for_each     = var.roles
  display_name = "MFA for role ${each.key}"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_roles  = [each.value]
      excluded_groups = [azuread_group.exclusion["CA001"].object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "exclusion" {
  for_each     = setsubtract(keys(azuread_group.exclusion), ["CA001"])
  display_name = each.key
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = [azuread_group.exclusion[each.key].object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

# Neither makes anything.
resource "azuread_conditional_access_policy" "none" {
  for_each     = toset([])
  display_name = each.key
  state        = "enabled"

  conditions {
    client_app_types = ["all"]
    applications { included_applications = ["All"] }
    users { included_users = ["All"] }
  }
}

resource "azuread_conditional_access_policy" "off" {
  for_each     = { for role in var.roles : role => role if role == "x" }
  display_name = each.key
  state        = "enabled"

  conditions {
    client_app_types = ["all"]
    applications { included_applications = ["All"] }
    users { included_users = ["All"] }
  }
}
