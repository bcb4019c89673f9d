resource azuread_conditional_access_policy "this" {
  display_name = "${local.numbers[1]} ${local.numbers["2"]} ${local.long} ${length(split("\n", local.text))} ${replace(local.text, "\r", "CR")}"
  state        = local.list.0

  conditions {
    client_app_types = ["all"] # for all
    applications { included_applications = ["All"] }
    users {
      included_users = [
        "All", // everybody
      ]
      excluded_users  = [ local.break-glass ]
      excluded_groups = local.objects.*.id
      excluded_roles  = [for o in local.objects: o.id
        if o.on]
      included_groups = [ local.objects[1]["id"], local.objects[0].on ? "on" : "off", { a : 1, "b" = 2, (local.long) = 3 }.b ]
    }
  }

  grant_controls {
    operator = "OR"
    built_in_controls = ["mfa"]
  }
}
