# Graph's own JSON as the source of truth. An absent part is an absent block.

locals {
  library = "${path.module}/lib"
  raw     = [for file in sort(fileset(local.library, "**/*.json")) : jsondecode(file("${local.library}/${file}"))]
  by_name = { for policy in local.raw : lower(replace(policy.displayName, " ", "-")) => policy if policy.state != "disabled" }
}

resource "azuread_conditional_access_policy" "imported" {
  for_each = local.by_name

  display_name = each.value.displayName
  state        = each.value.state

  conditions {
    client_app_types    = each.value.conditions.clientAppTypes
    sign_in_risk_levels = each.value.conditions.signInRiskLevels
    user_risk_levels    = try(each.value.conditions.userRiskLevels, null)

    applications {
      included_applications = each.value.conditions.applications.includeApplications
      excluded_applications = each.value.conditions.applications.excludeApplications
      included_user_actions = each.value["conditions"]["applications"].includeUserActions
    }

    users {
      included_users  = each.value.conditions.users.includeUsers
      excluded_groups = each.value.conditions.users.excludeGroups
      included_roles  = try(each.value.conditions.users.includeRoles, [])
    }

    dynamic "platforms" {
      for_each = each.value.conditions.platforms != null ? [each.value.conditions.platforms] : []
      content {
        included_platforms = platforms.value.includePlatforms
        excluded_platforms = platforms.value.excludePlatforms
      }
    }
  }

  dynamic "grant_controls" {
    for_each = each.value.grantControls[*]
    content {
      operator                          = grant_controls.value.operator
      built_in_controls                 = grant_controls.value.builtInControls
      authentication_strength_policy_id = try("/policies/authenticationStrengthPolicies/${grant_controls.value.authenticationStrength.id}", null)
    }
  }

  dynamic "session_controls" {
    for_each = each.value.sessionControls[*]
    content {
      sign_in_frequency        = session_controls.value.signInFrequency.value
      sign_in_frequency_period = session_controls.value.signInFrequency.type
    }
  }
}
