phase   = 2
skipped = ["CA400"]
states = {
  CA300 = "disabled"
}
exclusions = {
  CA200 = ["cccccccc-0000-4000-8000-000000000003"]
}
