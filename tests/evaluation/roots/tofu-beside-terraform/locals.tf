locals {
  name  = "OpenTofu"
  state = "enabled"
}
