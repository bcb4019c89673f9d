terraform {
  required_version = ">= 1.5"

  required_providers {
    azuread = {
      source  = "hashicorp/azuread"
      version = ">= 2.0"
    }
  }

  backend "local" {}
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA"
  state        = "enabled"
  depends_on   = [azuread_group.break_glass]

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = [azuread_group.break_glass.object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }

  lifecycle {
    prevent_destroy       = true
    create_before_destroy = true
    ignore_changes        = [conditions[0].users[0].excluded_users]

    precondition {
      condition     = length(local.names) > 0
      error_message = "There must be a name."
    }

    postcondition {
      condition     = self.state == "enabled"
      error_message = "It must be on."
    }
  }
}

resource "azuread_group" "break_glass" {
  display_name = local.names[0]
}

locals {
  names = ["Break glass"]
}

moved {
  from = azuread_conditional_access_policy.old
  to   = azuread_conditional_access_policy.mfa
}

removed {
  from = azuread_conditional_access_policy.retired

  lifecycle {
    destroy = false
  }
}

check "on" {
  data "azuread_group" "break_glass" {
    display_name = "Break glass"
  }

  assert {
    condition     = azuread_conditional_access_policy.mfa.state == "enabled"
    error_message = "MFA is off."
  }
}

output "policy" {
  description = "Its name"
  value       = azuread_conditional_access_policy.mfa.display_name
}

output "broken" {
  value     = sensitive("x")
  sensitive = true
}
