# The workspace is chosen on a command line.

locals {
  states = {
    prod = "enabled"
    test = "enabledForReportingButNotEnforced"
  }
}

resource "azuread_conditional_access_policy" "looked_up" {
  display_name = "MFA in ${terraform.workspace}"
  state        = lookup(local.states, terraform.workspace, "disabled")

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
  count        = terraform.workspace == "prod" ? 1 : 0
  display_name = "Only in prod"
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

resource "azuread_conditional_access_policy" "everywhere" {
  display_name = "Everywhere"
  state        = local.states.prod

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
