policies = [
  {
    number = 100 # a number becomes a string
    name   = "MFA for all"
  },
  {
    number   = "200"
    name     = "Compliant devices"
    enabled  = "false"
    controls = ["compliantDevice", "domainJoinedDevice"]
    apps     = ["797f4846-ba00-4fd7-ba43-dac1f8f63013", "00000003-0000-0ff1-ce00-000000000000"]
    users    = { excluded = ["b6000000-0000-4000-8000-000000000001"] }
    unknown  = "left out of the object"
  },
  {
    number   = 300
    name     = "Sessions"
    enabled  = null
    users    = { included = null, excluded = [] }
    session  = { hours = "12" }
    operator = "AND"
    labels   = { owner = "IT", level = 3 }
  },
]
