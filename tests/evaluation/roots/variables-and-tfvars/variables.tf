variable "prefix" {
  default = "CA"
}

variable "title" {
  type        = string
  description = "What it is called"
  default     = "untitled"
}

variable "state" {
  type    = string
  default = "disabled"

  validation {
    condition     = contains(["enabled", "disabled", "enabledForReportingButNotEnforced"], var.state)
    error_message = "No such state."
  }
}

variable "client_app_types" {
  type    = list(string)
  default = ["all"]
}

variable "sign_in_risk_levels" {
  type    = list(string)
  default = null
}

variable "apps" {
  type = list(string)
}

variable "excluded_apps" {
  type     = list(string)
  default  = []
  nullable = false
}

variable "users" {
  type    = set(string)
  default = ["All"]
}

variable "break_glass" {
  type      = string
  sensitive = true
}

variable "excluded_groups" {
  type = list(string)
}

variable "operator" {
  default = "OR"
}

variable "controls" {
  type    = any
  default = ["mfa"]
}

variable "hours" {
  type    = number
  default = 8
}
