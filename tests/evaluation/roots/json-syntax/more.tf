variable "more" {
  type    = list(string)
  default = ["b6000000-0000-4000-8000-000000000002"]
}
