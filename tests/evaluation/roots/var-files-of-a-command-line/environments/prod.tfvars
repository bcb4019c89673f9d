state           = "enabled"
excluded_groups = []
