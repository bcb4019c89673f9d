extra = { CA900 = { state = "enabled" } }
