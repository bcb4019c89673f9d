# One module for two tenants, with other arguments, each converted to its variable's type.

provider "azuread" {
  tenant_id = "7e000000-0000-4000-8000-000000000001"
}

provider "azuread" {
  alias     = "test"
  tenant_id = "7e000000-0000-4000-8000-000000000002"
}

module "prod" {
  source = "./modules/ca"

  number = 7
  hours  = "12"
  apps   = ["00000003-0000-0000-c000-000000000000", "797f4846-ba00-4fd7-ba43-dac1f8f63013", "00000003-0000-0000-c000-000000000000"]
  state  = null
  users  = ["All"]
  grant  = { controls = ["mfa"], note = "dropped" }
  tags   = { a = 1, b = true, c = "x" }
}

module "test" {
  source    = "./modules/ca"
  providers = { azuread = azuread.test }

  number = "8"
  hours  = null
  apps   = []
  state  = "disabled"
  users  = toset(["b", "a"])
  grant  = { operator = "AND", controls = toset(["mfa", "compliantDevice"]) }
  tags   = {}
}
