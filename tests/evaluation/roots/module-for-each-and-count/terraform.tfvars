policies = {
  CA001 = { state = "enabled", include = "Pilot" }
  CA002 = { state = "disabled", include = "Pilot,BreakGlass" }
}
