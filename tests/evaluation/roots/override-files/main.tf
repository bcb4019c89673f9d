locals {
  state  = "enabled"
  target = "All"
}

variable "controls" {
  type    = list(string)
  default = ["mfa"]
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA"
  state        = local.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [local.target]
    }

    users {
      included_users = ["All"]
    }

    platforms {
      included_platforms = ["all"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = var.controls
  }
}

resource "azuread_conditional_access_policy" "block" {
  count        = 0
  display_name = "Block"
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
    built_in_controls = ["block"]
  }
}
