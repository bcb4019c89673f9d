# A file for each policy. Groups and locations are named in the files, and made here.

locals {
  files    = fileset("${path.module}/policies", "*.yaml")
  policies = { for file in local.files : trimsuffix(file, ".yaml") => yamldecode(file("${path.module}/policies/${file}")) }
  settings = yamldecode(file("${path.root}/settings.yml"))

  group_names = toset(flatten([
    for policy in local.policies : concat(
      try(policy.conditions.users.include_groups, []),
      try(policy.conditions.users.exclude_groups, []),
    )
  ]))
}

resource "azuread_group" "all" {
  for_each         = local.group_names
  display_name     = each.key
  security_enabled = true
}

resource "azuread_named_location" "all" {
  for_each     = { for location in local.settings.locations : location.name => location }
  display_name = each.key

  dynamic "ip" {
    for_each = can(each.value.ranges) ? [each.value] : []
    content {
      ip_ranges = ip.value.ranges
      trusted   = try(ip.value.trusted, false)
    }
  }

  dynamic "country" {
    for_each = can(each.value.countries) ? [each.value] : []
    content {
      countries_and_regions                 = country.value.countries
      include_unknown_countries_and_regions = lookup(country.value, "unknown", false)
    }
  }
}

resource "azuread_conditional_access_policy" "all" {
  for_each     = local.policies
  display_name = each.value.name
  state        = try(each.value.state, local.settings.default_state)

  conditions {
    client_app_types = try(each.value.conditions.client_apps, ["all"])

    applications {
      included_applications = try([for app in each.value.conditions.apps.include : lookup(local.settings.apps, app, app)], null)
      excluded_applications = try([for app in each.value.conditions.apps.exclude : lookup(local.settings.apps, app, app)], null)
    }

    users {
      included_users  = try(each.value.conditions.users.include, null)
      included_groups = [for name in try(each.value.conditions.users.include_groups, []) : azuread_group.all[name].object_id]
      excluded_groups = [for name in try(each.value.conditions.users.exclude_groups, []) : azuread_group.all[name].object_id]
    }

    dynamic "locations" {
      for_each = try([each.value.conditions.locations], [])
      content {
        included_locations = [for name in locations.value.include : try(azuread_named_location.all[name].id, name)]
        excluded_locations = [for name in try(locations.value.exclude, []) : try(azuread_named_location.all[name].id, name)]
      }
    }
  }

  dynamic "grant_controls" {
    for_each = each.value.grant == null ? [] : [each.value.grant]
    content {
      operator          = try(grant_controls.value.operator, "OR")
      built_in_controls = grant_controls.value.controls
    }
  }

  dynamic "session_controls" {
    for_each = try(each.value.session, null) == null ? [] : [each.value.session]
    content {
      sign_in_frequency        = session_controls.value.every
      sign_in_frequency_period = try(session_controls.value.unit, "hours")
    }
  }
}
