state = "enabledForReportingButNotEnforced"
pilot = ["dddddddd-0000-4000-8000-000000000001"]
