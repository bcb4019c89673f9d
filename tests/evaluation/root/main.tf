# The configuration that the expressions in ../answers refer to.

variable "plain" {
  default = "default"
}

variable "overridden" {
  type    = string
  default = "default"
}

variable "from_tfvars" {
  type = string
}

variable "from_json" {
  type = map(any)
}

variable "port" {
  type    = string
  default = 8080
}

variable "count_of" {
  type    = number
  default = "12"
}

variable "enabled" {
  type    = bool
  default = "true"
}

variable "nothing" {
  default = null
}

variable "nothing_typed" {
  type    = string
  default = null
}

variable "anything" {
  type    = any
  default = { a = [1, "two", true], b = null }
}

variable "names" {
  type    = list(string)
  default = ["one", 2, true]
}

variable "groups" {
  type    = set(string)
  default = ["b", "a", "b", "B"]
}

variable "pair" {
  type    = tuple([string, number])
  default = [1, "2"]
}

# The elements of map(any) take one type: all become text.
variable "mixed" {
  type    = map(any)
  default = { a = 1, b = "x", c = true }
}

variable "lists" {
  type    = map(list(string))
  default = { x = ["1"], y = [] }
}

# What the type does not name is dropped.
variable "policy" {
  type = object({
    name  = string
    state = string
    users = list(string)
    grant = object({ operator = string, controls = set(string) })
  })
  default = {
    name  = "CA001"
    state = "enabled"
    users = ["All"]
    grant = { operator = "OR", controls = ["mfa", "block", "mfa"], extra = true }
    more  = "dropped"
  }
}

variable "policies" {
  type = list(object({ name = string, enabled = bool, order = number }))
  default = [
    { name = "first", enabled = true, order = 1 },
    { name = "second", enabled = "false", order = "2", extra = [] },
  ]
}

variable "by_name" {
  type = map(object({ users = list(string), roles = set(string) }))
  default = {
    zeta  = { users = [], roles = ["b", "a"] }
    Alpha = { users = ["u"], roles = [] }
    "10"  = { users = null, roles = null }
  }
}

variable "secret" {
  default   = "s3cret"
  sensitive = true
}

locals {
  tenant = "contoso"
  list   = ["a", "b", "c"]
  set    = toset(["c", "a", "b"])
  map    = { one = 1, two = 2, three = 3 }
  empty  = ""

  # A local may come before what it refers to.
  later   = local.earlier * 2
  earlier = 21

  nested = {
    users  = [{ name = "ann", roles = ["admin", "reader"] }, { name = "bob", roles = [] }]
    "with space" = 1
    "${local.tenant}-key" = 2
    (local.tenant) = 3
    colon : 4
  }

  comments = [ // one
    1,       # two
    /* three */ 2,
  ]

  long = (
    local.tenant == "contoso"
    ? "yes"
    : "no"
  )

  heredoc = <<EOT
first
  second ${local.tenant}
EOT

  heredoc_indented = <<-EOT
    first
      second
    ${local.tenant}

    last \n "quoted" $${escaped} %%{ escaped }
    EOT

  # The least indented line decides, wherever the marker stands.
  heredoc_uneven = <<-EOT
      six
    four
        eight
  EOT

  # A blank line does not count as the least indented one.
  heredoc_blank = <<-EOT
      a

      b

  EOT

  # A line that begins with an interpolation counts by what stands before it.
  heredoc_interpolated = <<-EOT
    ${local.tenant}
      ${local.tenant}
    end
  EOT

  heredoc_directives = <<-EOT
    users:
    %{ for user in local.nested.users ~}
    - ${user.name}
    %{ endfor ~}
    %{ if local.tenant == "contoso" }
    state: enabled
    %{ else }
    state: disabled
    %{ endif }
    end
  EOT

  heredoc_directives_stripped = <<-EOT
    %{~ for name in local.list ~}
    ${name},
    %{~ endfor ~}
  EOT

  heredoc_empty = <<EMPTY
EMPTY

  heredoc_flush_with_tab = <<-EOT
		tabs
	  mixed
	EOT

  heredoc_json = jsondecode(<<-EOT
    {"displayName": "${local.tenant}", "state": "enabled", "n": 1}
  EOT
  )

  heredoc_yaml = yamldecode(<<-EOT
    displayName: ${local.tenant}
    users:
      include: [All]
      exclude:
        %{~ for name in local.list ~}

        - ${name}
        %{~ endfor ~}

  EOT
  )

  heredoc_in_list = [<<-ONE
    one
    ONE
    , <<-TWO
    two
    TWO
  ]

  policy_files = fileset(path.module, "policies/**/*.json")
  policies     = { for file in local.policy_files : trimsuffix(basename(file), ".json") => jsondecode(file(file)) }
}
