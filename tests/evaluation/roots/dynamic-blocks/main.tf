# One resource for every kind of policy: each block is there if the policy asks for it.

variable "policies" {
  type = any
  default = {
    guests = {
      users = {
        included_users = ["GuestsOrExternalUsers"]
        excluded_guests = [
          { types = ["internalGuest"] },
          { types = ["b2bCollaborationGuest", "serviceProvider"], tenants = { kind = "enumerated", members = ["7e000000-0000-4000-8000-000000000001"] } },
        ]
      }
      grant = { operator = "OR", controls = ["mfa"] }
    }
    devices = {
      users     = { included_users = ["All"], excluded_guests = [] }
      platforms = { included = ["all"], excluded = ["linux"] }
      filter    = "device.trustType -ne \"ServerAD\""
      grant     = { operator = "AND", controls = ["mfa", "compliantDevice"] }
    }
    session = {
      users    = { included_users = ["All"], excluded_guests = [] }
      location = "7a000000-0000-4000-8000-000000000001"
      session  = { hours = 1, persistent = "never" }
    }
  }
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = var.policies
  display_name = each.key
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    dynamic "users" {
      for_each = [each.value.users]
      iterator = who
      content {
        included_users = who.value.included_users

        dynamic "excluded_guests_or_external_users" {
          for_each = who.value.excluded_guests
          iterator = guest
          content {
            guest_or_external_user_types = guest.value.types

            dynamic "external_tenants" {
              for_each = try([guest.value.tenants], [])
              content {
                membership_kind = external_tenants.value.kind
                members         = lookup(external_tenants.value, "members", null)
              }
            }
          }
        }
      }
    }

    dynamic "platforms" {
      for_each = lookup(each.value, "platforms", null) == null ? [] : [each.value.platforms]
      content {
        included_platforms = platforms.value.included
        excluded_platforms = platforms.value["excluded"]
      }
    }

    dynamic "locations" {
      for_each = toset(compact([try(each.value.location, "")]))
      content {
        included_locations = ["All"]
        excluded_locations = [locations.key, "AllTrusted"]
      }
    }

    dynamic "devices" {
      for_each = { for mode, rule in { exclude = try(each.value.filter, null) } : mode => rule if rule != null }
      content {
        filter {
          mode = devices.key
          rule = devices.value
        }
      }
    }
  }

  dynamic "grant_controls" {
    for_each = try([each.value.grant], [])
    content {
      operator          = grant_controls.value.operator
      built_in_controls = grant_controls.value.controls
    }
  }

  dynamic "session_controls" {
    for_each = can(each.value.session) ? [1] : []
    content {
      sign_in_frequency        = each.value.session.hours
      sign_in_frequency_period = "hours"
      persistent_browser_mode  = session_controls.key == 0 ? each.value.session.persistent : "always"
    }
  }
}
