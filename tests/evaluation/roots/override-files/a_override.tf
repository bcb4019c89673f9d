variable "controls" {
  default = ["compliantDevice"]
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "MFA, first override"
  state        = "disabled"

  grant_controls {
    operator          = "AND"
    built_in_controls = concat(var.controls, ["mfa"])
  }
}

resource "azuread_conditional_access_policy" "block" {
  count = 1
}
