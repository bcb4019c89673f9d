variable "tenant" {
  type = object({
    name        = string
    domain      = optional(string, "contoso.example")
    break_glass = optional(list(string), ["bg1", "bg2"])
    countries   = optional(set(string), [])
  })
}

variable "phase" {
  type    = number
  default = 0

  validation {
    condition     = var.phase >= 0 && var.phase <= 2 && floor(var.phase) == var.phase
    error_message = "Phases are 0, 1 and 2."
  }
}

variable "states" {
  description = "States that differ from the phase's"
  type        = map(string)
  default     = {}
}

variable "skipped" {
  type     = list(string)
  default  = []
  nullable = false
}

variable "exclusions" {
  type    = map(list(string))
  default = {}
}

variable "session_hours" {
  type      = number
  default   = 12
  sensitive = false
}
