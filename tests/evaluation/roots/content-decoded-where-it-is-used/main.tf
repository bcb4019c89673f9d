# The text of the files goes through a variable of its own and is decoded at every use.

locals {
  directory = "${path.module}/lib"
  json      = { for name in fileset(local.directory, "*.json") : replace(name, ".json", "") => { content = file("${local.directory}/${name}"), file = name } }
  yaml      = { for name in fileset(local.directory, "*.{yml,yaml}") : split(".", name)[0] => { content = jsonencode(yamldecode(file("${local.directory}/${name}"))), file = name } }

  # A file in YAML wins over one in JSON.
  library = merge(local.json, local.yaml)
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = local.library
  display_name = "${jsondecode(each.value.content).displayName} (${each.value.file})"
  state        = jsondecode(each.value.content).state

  conditions {
    client_app_types = jsondecode(each.value.content).conditions.clientAppTypes

    applications {
      included_applications = jsondecode(each.value.content).conditions.applications.includeApplications
    }

    users {
      included_users  = jsondecode(each.value.content).conditions.users.includeUsers
      excluded_groups = try(jsondecode(each.value.content).conditions.users.excludeGroups, [])
    }
  }

  grant_controls {
    operator          = jsondecode(each.value.content).grantControls.operator
    built_in_controls = jsondecode(each.value.content).grantControls.builtInControls
  }
}
