module "ca" {
  source = "./modules/ca"
}
