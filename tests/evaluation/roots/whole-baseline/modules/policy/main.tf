resource "azuread_conditional_access_policy" "this" {
  display_name = var.policy.name
  state        = var.policy.state

  conditions {
    client_app_types = try(var.policy.clients, ["all"])

    applications {
      included_applications = var.policy.apps.include
      excluded_applications = try(var.policy.apps.exclude, [])
    }

    users {
      included_users  = lookup(var.policy.users, "include", null)
      included_roles  = lookup(var.policy.users, "roles", [])
      excluded_users  = var.exclude.users
      excluded_groups = var.exclude.groups

      dynamic "included_guests_or_external_users" {
        for_each = can(var.policy.users.guests) ? [var.policy.users.guests] : []
        iterator = guests
        content {
          guest_or_external_user_types = guests.value
          external_tenants {
            membership_kind = "all"
          }
        }
      }
    }

    dynamic "locations" {
      for_each = try([var.policy.locations], [])
      content {
        included_locations = [for name in locations.value.include : lookup(var.locations, name, name)]
        excluded_locations = [for name in locations.value.exclude : lookup(var.locations, name, name)]
      }
    }

    dynamic "platforms" {
      for_each = try(var.policy.platforms, null) == null ? [] : [var.policy.platforms]
      content {
        included_platforms = platforms.value.include
        excluded_platforms = platforms.value.exclude
      }
    }
  }

  dynamic "grant_controls" {
    for_each = try(var.policy.grant, null)[*]
    content {
      operator                          = try(grant_controls.value.operator, "OR")
      built_in_controls                 = try(grant_controls.value.controls, null)
      authentication_strength_policy_id = try(var.strengths[grant_controls.value.strength], null)
    }
  }

  dynamic "session_controls" {
    for_each = try(var.policy.session, null)[*]
    content {
      sign_in_frequency        = session_controls.value.hours
      sign_in_frequency_period = "hours"
      persistent_browser_mode  = session_controls.value.persistent
    }
  }
}
