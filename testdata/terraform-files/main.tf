# MFA for Azure management, for everybody but the break-glass group. Two files, one module.

resource "azuread_group" "break_glass" {
  display_name     = "Break glass"
  security_enabled = true
}

data "azuread_service_principal" "arm" {
  client_id = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
}

resource "azuread_conditional_access_policy" "mfa_azure" {
  display_name = "MFA for Azure management"
  state        = var.mode

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [data.azuread_service_principal.arm.client_id]
    }

    users {
      included_users  = local.everybody
      excluded_groups = [azuread_group.break_glass.object_id]
    }

    locations {
      included_locations = ["All"]
      excluded_locations = [azuread_named_location.offices.id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_named_location" "offices" {
  display_name = "Offices"

  ip {
    ip_ranges = ["203.0.113.0/24"]
    trusted   = true
  }
}

# What only Terraform evaluates.
resource "azuread_conditional_access_policy" "offices" {
  for_each     = toset(var.apps)
  display_name = "MFA in the offices for ${each.key}"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [each.key]
    }

    users {
      included_users  = ["All"]
      excluded_groups = concat([azuread_group.break_glass.object_id], var.more)
    }

    dynamic "locations" {
      for_each = var.everywhere ? [] : [1]
      content {
        included_locations = [azuread_named_location.offices.id]
      }
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "retired" {
  count        = 0
  display_name = "Retired"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]
    applications { included_applications = ["All"] }
    users { included_users = ["All"] }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
