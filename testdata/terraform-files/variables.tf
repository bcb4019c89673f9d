variable "mode" {
  type    = string
  default = "enabled"
}

variable "apps" {
  type = list(string)
}

variable "more" {
  type    = list(string)
  default = []
}

variable "everywhere" {
  type    = bool
  default = false
}

locals {
  everybody = ["All"]
}
