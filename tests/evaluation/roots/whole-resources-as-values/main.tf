# Resources go through locals, arguments and outputs as they are.

module "groups" {
  source = "./modules/groups"
  names  = { bg = "Break glass", it = "IT" }
}

resource "azuread_group" "own" {
  for_each     = { hr = "HR", it = "IT of the root" }
  display_name = each.value
}

resource "azuread_named_location" "offices" {
  count        = 2
  display_name = "Office ${count.index + 1}"

  ip {
    ip_ranges = ["203.0.113.${count.index}/32"]
    trusted   = count.index == 0
  }
}

locals {
  all     = merge(module.groups.all, azuread_group.own)
  ids     = { for name, group in local.all : name => group.object_id }
  trusted = [for location in azuread_named_location.offices : location if location.ip[0].trusted]
  names   = [for group in values(local.all) : group.display_name]
  first   = azuread_named_location.offices[0]
}

resource "azuread_conditional_access_policy" "this" {
  display_name = join(", ", local.names)
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = values(local.ids)
      excluded_groups = [local.all["bg"].object_id, module.groups.all.bg.id, module.groups.break_glass.object_id]
    }

    locations {
      included_locations = [local.first.id]
      excluded_locations = local.trusted[*].id
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

# One policy for each group, whose ids are yet to be known.
resource "azuread_conditional_access_policy" "per_group" {
  for_each     = { for name, id in local.ids : upper(name) => { id = id, alone = [for other, it in local.ids : it if other != name] } }
  display_name = "Only ${each.key}"
  state        = "enabledForReportingButNotEnforced"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = [each.value.id]
      excluded_groups = each.value.alone
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
