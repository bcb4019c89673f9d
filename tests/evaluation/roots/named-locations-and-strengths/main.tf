resource "azuread_named_location" "offices" {
  display_name = "Offices"

  ip {
    ip_ranges = [for site in local.sites : "${site}/32"]
    trusted   = true
  }
}

resource "azuread_named_location" "blocked" {
  display_name = "Blocked countries"

  country {
    countries_and_regions                 = local.blocked
    include_unknown_countries_and_regions = true
  }
}

resource "azuread_authentication_strength_policy" "keys" {
  display_name         = "Keys"
  description          = "FIDO2 and nothing else"
  allowed_combinations = ["fido2", "x509CertificateMultiFactor"]
}

locals {
  sites   = ["198.51.100.7", "203.0.113.9"]
  blocked = split(" ", "KP RU")

  strengths = {
    mfa    = "00000000-0000-0000-0000-000000000002"
    phish  = "00000000-0000-0000-0000-000000000004"
    custom = azuread_authentication_strength_policy.keys.id
  }

  locations = merge({ offices = azuread_named_location.offices.id }, { "blocked" = azuread_named_location.blocked.id })
}

resource "azuread_conditional_access_policy" "block" {
  display_name = "Block countries"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
    }

    locations {
      included_locations = [local.locations.blocked]
      excluded_locations = [azuread_named_location.offices.object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["block"]
  }
}

resource "azuread_conditional_access_policy" "strength" {
  for_each     = { admins = "custom", users = "mfa" }
  display_name = "Strength for ${each.key}"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = each.key == "users" ? ["All"] : []
      included_roles = each.key == "admins" ? ["62e90394-69f5-4237-9190-012177145e10"] : null
    }

    dynamic "locations" {
      for_each = each.key == "users" ? [1] : []
      content {
        included_locations = ["All"]
        excluded_locations = values(local.locations)
      }
    }
  }

  grant_controls {
    operator                          = "OR"
    authentication_strength_policy_id = each.value == "custom" ? local.strengths[each.value] : "/policies/authenticationStrengthPolicies/${local.strengths[each.value]}"
  }
}
