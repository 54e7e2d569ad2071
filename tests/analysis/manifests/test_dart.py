"""pubspec.yaml."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_packages, check_runtimes, inventory

PUBSPEC = """
name: shop
publish_to: none
environment:
  sdk: ^3.4.0
  flutter: ">=3.22.0"
dependencies:
  flutter:
    sdk: flutter
  dio: ^5.4.3
  exact: 1.2.3
  forked:
    git:
      url: https://example.test/forked.git
dev_dependencies:
  flutter_lints: ^4.0.0
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "pubspec.yaml": (
        PUBSPEC,
        [
            ("flutter", "sdk: flutter", "runtime", 7),
            ("dio", "^5.4.3", "runtime", 9),
            ("exact", "1.2.3", "runtime", 10),
            ("forked", "https://example.test/forked.git", "runtime", 11),
            ("flutter_lints", "^4.0.0", "development", 15),
        ],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "pubspec.yaml": [("Dart", "^3.4.0", 4), ("Flutter", ">=3.22.0", 5)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


def test_pubspec_lock_pins_what_pubspec_asks_for() -> None:
    lock = 'packages:\n  dio:\n    dependency: "direct main"\n    source: hosted\n    version: "5.4.4"\n'
    found = inventory({"pubspec.yaml": PUBSPEC, "pubspec.lock": lock})
    assert {package.name: package.locked for package in found.packages if package.locked} == {"dio": "5.4.4"}
