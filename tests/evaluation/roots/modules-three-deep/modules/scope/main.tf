variable "name" {
  type = string
}

locals {
  scopes = {
    all   = { included = ["All"], excluded = null }
    azure = { included = ["797f4846-ba00-4fd7-ba43-dac1f8f63013"], excluded = [] }
  }
}

output "applications" {
  value = local.scopes[var.name]
}
