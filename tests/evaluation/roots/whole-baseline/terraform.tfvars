tenant = {
  name      = "Contoso"
  countries = ["SE", "DK", "SE"]
}
phase   = 1
skipped = null
