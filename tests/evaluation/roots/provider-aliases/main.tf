# Two tenants in one root.

provider "azuread" {
  tenant_id = var.tenants.prod
}

provider "azuread" {
  alias     = "test"
  tenant_id = var.tenants["test"]
}

variable "tenants" {
  type = map(string)
  default = {
    prod = "7e000000-0000-4000-8000-000000000001"
    test = "7e000000-0000-4000-8000-000000000002"
  }
}

resource "azuread_group" "prod" {
  display_name = "Break glass of prod"
}

resource "azuread_group" "test" {
  provider     = azuread.test
  display_name = "Break glass of test"
}

resource "azuread_conditional_access_policy" "prod" {
  display_name = "MFA in prod"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = [azuread_group.prod.object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "test" {
  provider     = azuread.test
  for_each     = { for name, id in var.tenants : name => id if name == "test" }
  display_name = "MFA in ${each.key}"
  state        = "enabledForReportingButNotEnforced"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = [azuread_group.test.object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
