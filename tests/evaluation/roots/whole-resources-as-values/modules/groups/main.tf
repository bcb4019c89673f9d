variable "names" {
  type = map(string)
}

resource "azuread_group" "this" {
  for_each     = var.names
  display_name = each.value
}

output "all" {
  value = azuread_group.this
}

output "break_glass" {
  value = azuread_group.this["bg"]
}
