overridden = "a.auto.tfvars"
