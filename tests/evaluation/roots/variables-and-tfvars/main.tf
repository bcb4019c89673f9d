resource "azuread_conditional_access_policy" "this" {
  display_name = "${var.prefix}: ${var.title}"
  state        = var.state

  conditions {
    client_app_types    = var.client_app_types
    sign_in_risk_levels = var.sign_in_risk_levels

    applications {
      included_applications = var.apps
      excluded_applications = var.excluded_apps
    }

    users {
      included_users  = var.users
      excluded_users  = [var.break_glass]
      excluded_groups = var.excluded_groups
    }
  }

  grant_controls {
    operator          = var.operator
    built_in_controls = var.controls
  }

  session_controls {
    sign_in_frequency        = var.hours
    sign_in_frequency_period = "hours"
  }
}
