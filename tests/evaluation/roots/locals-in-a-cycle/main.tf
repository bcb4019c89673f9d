# Terraform refuses this. What has nothing to do with the cycle is read all the same.

locals {
  prefix   = "CA"
  chicken  = "${local.prefix} ${local.egg}"
  egg      = upper(local.chicken)
  selfish  = [local.selfish]
  sibling  = local.map.other
  map      = { name = "x", other = local.sibling }
  excluded = concat(["b6000000-0000-4000-8000-000000000001"], local.selfish)
}

resource "azuread_conditional_access_policy" "cyclic" {
  display_name = local.chicken
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = local.excluded
      excluded_users  = [local.sibling]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "other" {
  display_name = local.prefix
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "counted" {
  count        = length(local.egg) > 3 ? 1 : 0
  display_name = "Counted"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
