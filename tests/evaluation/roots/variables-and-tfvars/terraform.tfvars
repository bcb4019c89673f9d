# Weaker than every other file.
title           = "from terraform.tfvars"
state           = "disabled"
apps            = ["00000003-0000-0ff1-ce00-000000000000"]
excluded_groups = ["aaaaaaaa-0000-4000-8000-000000000001"]
excluded_apps   = null
hours           = "4"
