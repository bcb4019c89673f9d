locals {
  rows     = csvdecode(file("${path.module}/groups.csv"))
  policies = toset([for row in local.rows : row.policy if row.policy != "*"])
  states   = { for row in local.rows : row.policy => row.state... }
}

resource "azuread_group" "this" {
  for_each     = { for row in local.rows : row.name => row }
  display_name = each.value.name
  description  = "${each.value.kind} of ${each.value.policy}"
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = local.policies
  display_name = each.key
  state        = coalesce(local.states[each.key][0], "disabled")

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = [for row in local.rows : azuread_group.this[row.name].object_id if row.kind == "include" && row.policy == each.key]
      excluded_groups = [for row in local.rows : azuread_group.this[row.name].object_id if row.kind == "exclude" && contains([each.key, "*"], row.policy)]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
