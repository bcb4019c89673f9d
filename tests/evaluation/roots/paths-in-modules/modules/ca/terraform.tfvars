# Terraform reads the values of the root only.
state = "disabled"
