overridden  = "terraform.tfvars"
from_tfvars = "terraform.tfvars"
