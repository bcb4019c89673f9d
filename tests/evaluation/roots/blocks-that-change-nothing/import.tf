import {
  to = azuread_group.break_glass
  id = "/groups/b6000000-0000-4000-8000-000000000001"
}
