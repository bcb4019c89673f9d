# Keys that an address has to escape.

resource "azuread_conditional_access_policy" "this" {
  for_each = {
    "plain"                  = 1
    "with space"             = 2
    "a \"quoted\" word"      = 3
    "back\\slash"            = 4
    "$${not} a %%{template}" = 5
    "ümlaut/😀.yaml"          = 6
    "two\nlines\tand a tab"  = 7
    "a.b[0]"                 = 8
    "01"                     = 9
    ""                       = 10
  }
  display_name = "${each.key}: ${each.value}"
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users = ["All"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

resource "azuread_group" "numbers" {
  for_each     = { for i, name in ["a", "b"] : i => name }
  display_name = each.value
}

resource "azuread_conditional_access_policy" "referring" {
  display_name = azuread_conditional_access_policy.this["a.b[0]"].display_name
  state        = "enabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_groups = [azuread_group.numbers["1"].object_id, azuread_group.numbers[0].object_id]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
