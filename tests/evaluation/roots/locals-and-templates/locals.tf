locals {
  names = {
    admins = format("%s%03d - %s", local.prefix, local.numbers["admins"], "MFA for admins")
  }
  state      = lookup(local.states, "phase${local.phase}", "disabled")
  everywhere = [local.all]
  legacy     = join(", ", ["exchangeActiveSync", "other"])
  unused     = local.no_such_map["x"]
}

locals {
  prefix      = "CA"
  numbers     = { admins = 1, "legacy" : 2 }
  phase       = 1 + 1
  off         = local.phase == "2"
  states      = { phase1 = "enabledForReportingButNotEnforced", phase2 = "enabled" }
  all         = lower("ALL")
  no_such_map = { x = "y" }
  groups      = ["aaaaaaaa-0000-4000-8000-000000000001", "bbbbbbbb-0000-4000-8000-000000000002"]
}
