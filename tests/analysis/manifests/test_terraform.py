"""Providers and modules of Terraform."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_packages, check_runtimes, inventory

TERRAFORM = """
terraform {
  required_version = ">= 1.8"
  required_providers {
    aws = {
      source  = "hashicorp/aws" # not "this"
      version = "~> 5.55"
    }
    cloudflare = { source = "registry.example.test/cloudflare/cloudflare", version = "4.35.0" }
    random = "3.6.2"
  }
}

module "vpc" {
  source  = "terraform-aws-modules/vpc/aws"
  version = "5.8.1"
}

module "local" {
  source = "./modules/local"
}

module "git" {
  source = "git::https://example.test/net.git?ref=v2"
}
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "infra/main.tf": (
        TERRAFORM,
        [
            ("hashicorp/aws", "~> 5.55", "runtime", 4),
            ("cloudflare/cloudflare", "4.35.0", "runtime", 8),
            ("hashicorp/random", "3.6.2", "runtime", 9),
            ("terraform-aws-modules/vpc/aws", "5.8.1", "runtime", 13),
            ("https://example.test/net.git", "v2", "runtime", 22),
        ],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "infra/main.tf": [("Terraform", ">= 1.8", 2)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


def test_the_lock_of_a_folder_pins_its_providers() -> None:
    lock = 'provider "registry.example/hashicorp/aws" {\n  version     = "5.57.0"\n}\n'
    found = inventory({"infra/main.tf": TERRAFORM, "infra/.terraform.lock.hcl": lock})
    assert {package.name: package.locked for package in found.packages if package.locked} == {"hashicorp/aws": "5.57.0"}
