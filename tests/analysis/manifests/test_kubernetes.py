"""Helm charts and Kustomize."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages, inventory

CHART = """
apiVersion: v2
name: shop
version: 1.0.0
dependencies:
  - name: postgresql
    version: 15.5.6
    repository: oci://example.test/charts
  - name: redis
    version: ">=19"
"""

KUSTOMIZATION = """
resources:
  - deployment.yaml
  - https://github.com/acme/base//deploy?ref=v1.2.3
images:
  - name: web
    newName: ghcr.io/acme/web
    newTag: "2.1"
helmCharts:
  - name: ingress-nginx
    version: 4.10.1
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "Chart.yaml": (CHART, [("postgresql", "15.5.6", "runtime", 5), ("redis", ">=19", "runtime", 8)]),
    "kustomization.yaml": (
        KUSTOMIZATION,
        [
            ("github.com/acme/base//deploy", "v1.2.3", "runtime", 3),
            ("ghcr.io/acme/web", "2.1", "runtime", 5),
            ("ingress-nginx", "4.10.1", "runtime", 9),
        ],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


DESCRIBED = {
    "Chart.yaml": ("shop", "1.0.0", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])


def test_a_file_that_shares_the_name_but_is_something_else_says_nothing() -> None:
    found = inventory({"requirements.yaml": "- src: geerlingguy.nginx\n"})
    assert found.packages == ()
    assert [manifest.is_component for manifest in found.manifests] == [False]
    assert found.problems == ()
