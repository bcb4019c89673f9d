state = "enabled"
