# YAML and JSON inside of the code.

locals {
  break_glass = "b6000000-0000-4000-8000-000000000001"

  policies = yamldecode(<<-YAML
    admins:
      state: enabled
      users:
        - "All"
      except: [${local.break_glass}]
    guests:
      state: ${local.on ? "enabled" : "disabled"}
      users:
%{for name in ["None", "GuestsOrExternalUsers"]~}
        - ${name}
%{endfor~}
      except: []
    YAML
  )

  controls = jsondecode(<<JSON
{
  "admins": ["mfa", "compliantDevice"],
  "guests": ["${lower("MFA")}"]
}
JSON
  )

  on = false
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = local.policies
  display_name = each.key
  state        = each.value.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = each.value.users
      excluded_users = each.value.except
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = local.controls[each.key]
  }
}
