# Each list has a kind of expression; every element becomes text.

locals {
  list   = ["c", "a", "b", "a"]
  object = { name = "MFA", on = true, level = 3, none = null, tags = ["x", "y"] }
  map    = tomap({ b = "2", a = "1" })
  set    = toset(["b", "a", "b"])
  text   = "CA001 - MFA for admins"
}

resource "azuread_conditional_access_policy" "expressions" {
  display_name = join(" | ", [for i, word in split(" ", local.text) : "${i}${i == 0 ? "" : "-"}${lower(word)}" if word != "-"])
  state        = { on = "enabled", off = "disabled" }[local.object.on ? "on" : "off"]

  conditions {
    client_app_types = ["all"]

    applications {
      # operators
      included_applications = [
        1 + 2 * 3, (1 + 2) * 3, 7 % 3, -7 % 3, 10 / 4, -3, 1e3, 1 == 1.0, 1 == "1", "a" != "b", !true || false && true,
        2 > 1 && 1 >= 1, true ? "yes" : "no", "x" == upper("X"), local.list == ["c", "a", "b", "a"], null == null, 5 > 4 == true,
      ]

      # text
      excluded_applications = [
        upper("é"), lower("ÀB"), title("break glass"), trimspace("  x "), trim("??x??", "?"), trimprefix("sg-x", "sg-"), trimsuffix("a.yaml", ".yaml"),
        replace("a-b-c", "-", "_"), replace("CA001", "/[0-9]+/", "#"), replace("ab", "/(a)(b)/", "$2$1"), substr("abcdef", 1, 3), substr("abcdef", -2, -1),
        format("%s-%03d-%t-%v-%q", "a", 7, true, 1.5, "q"), format("%5s|%-5s|%%", "a", "b"), join(",", ["a", "b"]), split(",", "a,,b")[1], length("åß"), nonsensitive("s"),
        regex("[0-9]+", local.text), regex("(?P<id>CA[0-9]+)", local.text).id, regex("([A-Z]+)([0-9]+)", local.text)[1], length(regexall("A", local.text)),
        startswith(local.text, "CA"), endswith(local.text, "s"), strcontains(local.text, "MFA"), chomp("x\n"),
        "${1}", "a${true}b", "${"x"}${"y"}", tostring(1.50),
      ]

      included_user_actions = [
        jsonencode({ b = [1, "x", null], a = true, "c<" = "é" }), jsondecode("{\"a\": {\"b\": [1, 2]}}").a.b[1], yamldecode("a: [x, y]").a[0],
        csvdecode("a,b\n1,2")[0].b,
      ]
    }

    users {
      # lists
      included_users = concat(
        distinct(local.list), sort(local.list), reverse(local.list), compact(["a", "", "b"]), flatten(["a", ["b", ["c"]]]), slice(local.list, 1, 3),
        [element(local.list, 5), local.list[length(local.list) - 1], index(local.list, "b"), contains(local.list, "z"), one(["only"]), try(one([]), "x") == null],
        range(3), range(1, 4), range(4, 0, -2), coalescelist([], ["z"]),
        tolist(local.set), [for x in local.list : upper(x) if x != "a"], [for i, x in local.list : "${i}${x}"], setproduct(["a", "b"], ["1"])[1],
      )

      # maps and objects
      excluded_users = concat(
        keys(local.object), values(local.map), [for k, v in local.map : "${k}=${v}"], [for x in local.set : x], [for o in [{ n = "p" }, { n = "q" }] : o.n],
        [{ n = "p" }, { n = "q" }][*].n, [lookup(local.map, "z", "default"), lookup(local.map, "a", "default"), local.object.tags[1], local.object["name"]],
        [merge({ a = "1", b = "1" }, { b = "2" }).b, zipmap(["k"], ["v"]).k, length(local.object), contains(keys(local.map), "a")],
        [for k, v in { for x in local.list : x => x... } : "${k}${length(v)}"], [for k, v in { for x in ["p", "q"] : upper(x) => x } : "${k}${v}"],
        tolist(setunion(["b"], ["a"])), tolist(setintersection(["a", "b"], ["b"])), sort(setsubtract(["a", "b"], ["b"])),
      )

      # what fails, and what takes its place
      included_groups = [
        try(local.object.missing, "none"), try(local.list[9], local.map["z"], "third"), can(local.object.missing), can(local.object.none), try(tonumber("x"), 0),
        coalesce(null, "", "c"), coalesce("a", "b"), try(local.object.none, "x") == null, lookup({ a = null }, "a", "d") == null, tostring(null) == null,
        try(jsondecode("{"), "broken"), try(file("${path.module}/missing.txt"), "no file"), fileexists("${path.module}/main.tf"),
      ]

      # conversions
      excluded_groups = concat(
        tolist(toset([1, "1", true])), [tonumber("0x10" == "16" ? "1" : "2"), tostring(true), tobool("false"), tonumber("1.0"), "1" + 1, length(tolist(["a", 1]))],
        [for k, v in tomap({ a = 1, b = "x" }) : "${k}${v}"], false ? [] : ["x", 1], true ? [1] : ["a"],
      )

      # numbers and paths
      included_roles = [
        max(1, 3, 2), min([4, 2]...), abs(-1), ceil(1.2), floor(-1.2), sum([1, 2.5]),
        basename("a/b.yaml"), dirname("a/b.yaml"), path.module, trimsuffix(basename("policies/CA001.yaml"), ".yaml"), alltrue([true, true]), anytrue([]),
      ]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}

# What hardly any configuration of policies calls.
resource "azuread_conditional_access_policy" "rare" {
  display_name = "Rare"
  state        = "disabled"

  conditions {
    client_app_types = ["all"]

    applications {
      included_applications = [
        indent(2, "a\nb"), strrev("abc"), base64encode("x"), base64decode("eA=="), md5("x"), sha256(""), urlencode("a b"),
        textdecodebase64("eA==", "UTF-8"), transpose({ a = ["x"] })["x"][0], pow(2, 10), signum(-3), parseint("ff", 16), ceil(2.5),
        cidrhost("10.0.0.0/24", 5), cidrsubnet("10.0.0.0/16", 8, 2), formatlist("%s!", ["a", "b"])[1], chunklist(local.list, 3)[1][0],
        matchkeys(["i", "j"], ["1", "2"], ["2"])[0],
      ]
    }

    users {
      included_users = ["All"]
    }
  }

  grant_controls {
    operator          = "OR"
    built_in_controls = ["mfa"]
  }
}
