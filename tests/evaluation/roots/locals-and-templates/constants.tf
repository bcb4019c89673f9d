locals {
  admin_roles = [
    "62e90394-69f5-4237-9190-012177145e10", # Global Administrator
    "194ae4cb-b126-40b2-bd5b-6091b380977d", # Security Administrator
  ]
  break_glass = tolist(["b6000000-0000-4000-8000-000000000001"])
}
