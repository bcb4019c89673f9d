# Terraform refuses this for one local. Policies that do not use it are read all the same.

locals {
  names    = ["MFA for admins", "MFA for all"]
  third    = local.names[2]
  missing  = local.settings["no such key"]
  number   = tonumber("eight")
  file     = file("${path.module}/no-such-file.txt")
  settings = { state = "enabled" }
}

resource "azuread_conditional_access_policy" "good" {
  display_name = local.names[1]
  state        = local.settings.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = [try(local.names[2], "b6000000-0000-4000-8000-000000000001")]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = [can(local.settings["no such key"]) ? "block" : "mfa"]
  }
}

resource "azuread_conditional_access_policy" "bad" {
  display_name = local.third
  state        = local.missing

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = ["b6000000-0000-4000-8000-000000000001", local.file]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }

  session_controls {
    sign_in_frequency        = local.number
    sign_in_frequency_period = "hours"
  }
}
