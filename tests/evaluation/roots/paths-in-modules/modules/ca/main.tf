variable "state" {
  default = "enabled"
}

resource "azuread_conditional_access_policy" "of_module" {
  for_each     = fileset("${path.module}/policies", "**")
  display_name = "${basename(each.value)} of the module"
  state        = yamldecode(file("${path.module}/policies/${each.value}")).state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = yamldecode(file("${path.module}/policies/${each.key}"))["users"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "of_root" {
  for_each     = toset([for name in fileset("${path.root}/policies", "*.yaml") : trimsuffix(name, ".yaml")])
  display_name = "${each.key} of the root"
  state        = var.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = yamldecode(file("policies/${each.key}.yaml")).users
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
