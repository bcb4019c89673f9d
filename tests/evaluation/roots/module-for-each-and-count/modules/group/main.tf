variable "name" {
  type = string
}

resource "azuread_group" "this" {
  display_name = var.name
}

output "id" {
  value = azuread_group.this.object_id
}
