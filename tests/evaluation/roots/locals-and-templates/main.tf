# MFA for administrators, spelt with locals that use locals of other files, in no order.

resource "azuread_conditional_access_policy" "admins" {
  display_name = local.names.admins
  state        = local.state

  conditions {
    client_app_types = local.everywhere

    applications {
      included_applications = ["All"]
    }

    users {
      included_roles  = local.admin_roles
      excluded_users  = local.break_glass
      excluded_groups = [upper(local.groups[1])]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_conditional_access_policy" "legacy" {
  display_name = <<-EOT
    ${local.prefix}002 - Block
      legacy "authentication"
  EOT
  state        = local.state

  conditions {
    client_app_types = [for type in split(",", local.legacy) : trimspace(type)]

    applications {
      included_applications = ["${"All"}"]
    }

    users {
      included_users = ["A${"ll"}"]
      excluded_users = local.break_glass
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = [local.phase > 1 ? "block" : "mfa"]
  }
}

# Keeps what looks like a template.
resource "azuread_conditional_access_policy" "odd" {
  display_name = "100%% \"sure\" $${not.a.template} %%{if} \u00fc\tend"
  state        = local.phase >= 3 && !local.off ? "enabled" : "disabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_user_actions = ["urn:user:registersecurityinfo"]
    }

    users {
      included_users = ["%{if local.phase == 2}All%{else}None%{endif}"]
      included_roles = [
        for i, role in local.admin_roles : role if i != 0
      ]
    }

    devices {
      filter {
        mode = "exclude"
        rule = <<EOT
device.isCompliant -eq True%{for name in ["A", "B"]} -or device.displayName -eq "${name}"%{endfor}
EOT
      }
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
