variable "name" {
  type = string
}

variable "members" {
  type = set(string)
}

resource "azuread_group" "this" {
  display_name     = "${var.name}-Exclude"
  security_enabled = true
  members          = length(var.members) == 0 ? null : var.members
}

output "id" {
  description = "Object id"
  value       = azuread_group.this.object_id
}
