# terraform plan -var-file=environments/prod.tfvars: which of them it will be is not in the files.

variable "state" {
  type = string
}

variable "excluded_groups" {
  type = list(string)
}

variable "prefix" {
  type    = string
  default = "CA"
}

resource "azuread_conditional_access_policy" "mfa" {
  display_name = "${var.prefix}001"
  state        = var.state

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = ["All"]
    }

    users {
      included_users  = ["All"]
      excluded_groups = concat(["b6000000-0000-4000-8000-000000000001"], var.excluded_groups)
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
