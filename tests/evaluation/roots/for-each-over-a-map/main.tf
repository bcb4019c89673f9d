# An instance for each policy and for each group.

locals {
  groups = {
    "Break glass" = { key = "bg" }
    admins        = { key = "adm" }
    "it.staff"    = { key = "it" }
  }

  policies = {
    CA001 = {
      name     = "MFA for admins"
      state    = "enabled"
      include  = "admins"
      controls = ["mfa"]
    }
    "CA002" = {
      name     = "Compliant devices for IT"
      state    = "enabledForReportingButNotEnforced"
      include  = "it.staff"
      controls = ["compliantDevice", "domainJoinedDevice"]
    }
    (local.third) = {
      name     = "Off"
      state    = "disabled"
      include  = "admins"
      controls = ["block"]
    }
  }

  third = "CA-${2 + 1}"
}

resource "azuread_group" "all" {
  for_each     = local.groups
  display_name = "sg-${each.value.key}"
  description  = each.key
}

resource "azuread_conditional_access_policy" "this" {
  for_each = local.policies

  display_name = "${each.key} - ${each.value.name}"
  state        = each.value.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = [azuread_group.all[each.value.include].object_id]
      excluded_groups = [azuread_group.all["Break glass"].object_id]
    }
  }

  grant_controls {
    operator          = length(each.value.controls) > 1 ? "OR" : "AND"
    built_in_controls = each.value["controls"]
  }
}

resource "azuread_conditional_access_policy" "groups" {
  display_name = "All groups"
  state        = azuread_conditional_access_policy.this["CA001"].state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = [for group in azuread_group.all : group.object_id]
      excluded_groups = values(azuread_group.all)[*].object_id
      included_users  = [for name, group in azuread_group.all : group.id if name != "admins"]
      excluded_users  = [for key in keys(azuread_group.all) : upper(key)]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
