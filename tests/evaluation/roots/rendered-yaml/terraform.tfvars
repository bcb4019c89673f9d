departments = {
  finance = {
    group = "dddddddd-0000-4000-8000-000000000001"
    apps  = ["797f4846-ba00-4fd7-ba43-dac1f8f63013", "00000003-0000-0000-c000-000000000000"]
    mode  = "on"
  }
  sales = {
    group = "dddddddd-0000-4000-8000-000000000002"
    apps  = ["Office365"]
  }
}
