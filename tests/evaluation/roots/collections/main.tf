# What administrators do with lists and maps.

locals {
  defaults = {
    state    = "enabledForReportingButNotEnforced"
    operator = "OR"
    controls = ["mfa"]
    apps     = ["All"]
    exclude  = []
  }

  overrides = {
    legacy = { controls = ["block"], types = ["exchangeActiveSync", "other"] }
    admins = { state = "enabled", exclude = ["eeeeeeee-0000-4000-8000-000000000005"] }
    guests = { state = "off", skip = true }
    azure = merge(
      { state = "enabled" },
      { apps = ["797f4846-ba00-4fd7-ba43-dac1f8f63013"] },
      null,
      local.strict ? { operator = "AND" } : {},
    )
  }

  strict = true

  policies = { for name, policy in local.overrides : name => merge(local.defaults, policy) if !try(policy.skip, false) }

  break_glass = ["b6000000-0000-4000-8000-000000000001", "", "b6000000-0000-4000-8000-000000000002"]

  rings = ["pilot", "broad"]
  kinds = { windows = ["windows"], mobile = ["android", "iOS"] }

  pairs = { for pair in setproduct(local.rings, keys(local.kinds)) : "${pair[0]}-${pair[1]}" => {
    ring      = pair[0]
    platforms = local.kinds[pair[1]]
  } }

  by_state = { for name, policy in local.policies : policy.state => name... }
}

resource "azuread_conditional_access_policy" "this" {
  for_each     = local.policies
  display_name = title(replace(each.key, "/^a/", "A"))
  state        = each.value.state

  conditions {
    client_app_types = lookup(each.value, "types", ["all"])

    applications {
      included_applications = each.value.apps
    }

    users {
      included_users = ["All"]
      excluded_users = distinct(concat(compact(local.break_glass), each.value.exclude, [local.break_glass[0]]))
    }
  }

  grant_controls {
    operator          = each.value.operator
    built_in_controls = coalescelist(each.value.controls, ["mfa"])
  }
}

resource "azuread_conditional_access_policy" "pair" {
  for_each     = local.pairs
  display_name = each.key
  state        = each.value.ring == "pilot" ? "enabled" : "disabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
      excluded_users = flatten([[local.break_glass[0]], [[local.break_glass[2]], []], [for x in [] : x]])
    }

    platforms {
      included_platforms = each.value.platforms
      excluded_platforms = sort(setsubtract(flatten(values(local.kinds)), each.value.platforms))
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["compliantDevice"]
  }
}

resource "azuread_conditional_access_policy" "summary" {
  display_name = join("; ", [for state, names in local.by_state : "${state}: ${join(",", names)}"])
  state        = contains(keys(local.by_state), "enabled") ? element(["disabled", "enabled"], 3) : "disabled"

  conditions {
    client_app_types = slice(["all", "browser", "other"], 0, 1)

    applications {
      included_applications = reverse(["00000003-0000-0000-c000-000000000000", "797f4846-ba00-4fd7-ba43-dac1f8f63013"])
    }

    users {
      included_users = [zipmap(["a", "b"], ["All", "None"])["a"]]
      excluded_users = tolist(setunion(["eeeeeeee-0000-4000-8000-000000000005"], ["aaaaaaaa-0000-4000-8000-000000000001"]))
      excluded_roles = [for i in range(2) : format("0000000%d-0000-4000-8000-%s", i, substr("0123456789abcdef", 0, 12))]
    }
  }

  grant_controls {
    operator          = upper(trimspace(" or "))
    built_in_controls = matchkeys(["mfa", "block"], ["soft", "hard"], ["soft"])
  }

  session_controls {
    sign_in_frequency        = max(1, min(8, 12), floor(4.8))
    sign_in_frequency_period = trimsuffix("hours.", ".")
  }
}
