variable "state" {
  type = string
}

variable "pilot" {
  type    = list(string)
  default = []
}

module "ca" {
  source = "../../modules/ca"
  state  = var.state
  pilot  = var.pilot
}
