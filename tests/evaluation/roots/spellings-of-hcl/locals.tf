# Lines end as on Windows.

/* Comments
   of { all } kinds */
locals { // names
  break-glass = "b6000000-0000-4000-8000-000000000001"
  numbers = { 1 = "one", 2 = "two" }
  list = ["enabled", "disabled",]
  objects = [{ id = "x", on = true }, { id = "y", on = false },]
  text = <<EOT
first
second
EOT
  long = (
    true
    ? "a"
    : "b"
  )
}
