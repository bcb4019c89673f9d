variable "policies" {
  type = map(any)
}

variable "with_retired" {
  default = false
}

module "groups" {
  source   = "./modules/group"
  for_each = toset(["BreakGlass", "Pilot"])
  name     = "CA-${each.value}"
}

module "numbered" {
  source = "./modules/group"
  count  = 2
  name   = format("CA-Ring%d", count.index)
}

module "policies" {
  source   = "./modules/policy"
  for_each = var.policies

  name    = each.key
  state   = each.value.state
  include = [for name in split(",", each.value.include) : module.groups[name].id]
  exclude = concat([module.groups["BreakGlass"].id], module.numbered[*].id)
}

module "retired" {
  source  = "./modules/policy"
  count   = var.with_retired ? 1 : 0
  name    = "Retired"
  state   = "enabled"
  include = []
  exclude = []
}

module "nothing" {
  source   = "./modules/policy"
  for_each = { for name, policy in var.policies : name => policy if policy.state == "off" }
  name     = each.key
  state    = "enabled"
  include  = []
  exclude  = []
}

module "everybody" {
  source  = "./modules/policy"
  name    = "Everybody"
  state   = length(module.retired) == 0 ? "enabled" : "disabled"
  include = [for group in module.groups : group.id]
  exclude = [for name, policy in module.policies : policy.exclusion if name == "CA002"]
}
