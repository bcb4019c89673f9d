variable "policy" {
  description = "As its file has it, and its name and state"
  type        = any
}

variable "exclude" {
  type = object({ users = list(string), groups = list(string) })
}

variable "locations" {
  type    = map(string)
  default = {}
}

variable "strengths" {
  type    = map(string)
  default = {}
}
