"""composer.json."""

from __future__ import annotations

from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

COMPOSER = """
{
  "name": "acme/shop",
  "type": "project",
  "license": ["MIT", "GPL-3.0-or-later"],
  "require": {
    "php": "^8.2",
    "ext-json": "*",
    "laravel/framework": "^11.0",
    "acme/pinned": "1.2.3"
  },
  "require-dev": {"phpunit/phpunit": "^11"}
}
"""


def test_composer_leaves_platform_packages_out() -> None:
    lock = '{"packages": [{"name": "laravel/framework", "version": "v11.12.0"}], "packages-dev": null}'
    found = inventory({"composer.json": COMPOSER, "composer.lock": lock})
    assert rows(found) == [
        ("laravel/framework", "^11.0", "runtime", 8),
        ("acme/pinned", "1.2.3", "runtime", 9),
        ("phpunit/phpunit", "^11", "development", 11),
    ]
    assert purls(found) == [
        "pkg:composer/laravel/framework@11.12.0",
        "pkg:composer/acme/pinned@1.2.3",
        "pkg:composer/phpunit/phpunit",
    ]
    assert runtimes(found) == [("PHP", "^8.2", 6)]
    assert [one.text for one in found.declared_licences] == ["MIT OR GPL-3.0-or-later"]
