state           = "disabled"
excluded_groups = ["b6000000-0000-4000-8000-000000000002"]
