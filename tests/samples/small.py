"""Small and odd samples: a documentation site, a tiny one, one that hides files from its archive."""

from __future__ import annotations

from datetime import datetime

from tests.fakehub.gitstore import GitStore
from tests.samples.history import ADA, GRACE, LINUS, History, mit_licence


def docs_site(store: GitStore, now: datetime) -> None:
    """MkDocs, mostly prose."""
    history = History(now)
    pages = {f"docs/chapter{n}.md": f"# Chapter {n}\n\n" + "Words about bread. " * 60 + "\n" for n in range(1, 9)}
    files = {
        "mkdocs.yml": "site_name: Bread\ntheme:\n  name: material\nnav:\n  - index.md\n",
        "docs/index.md": "# Bread\n\nEverything about bread.\n",
        "requirements.txt": "mkdocs==1.6.1\nmkdocs-material==9.5.49\n",
        "README.md": "# Bread\n\nThe source of the bread book, read it at https://bread.test.\n",
        **pages,
    }
    history.commit(365, GRACE, "Knead", files)
    history.commit(15, GRACE, "Bake", {"docs/chapter9.md": "# Chapter 9\n\nDone.\n"})
    history.write(store)


def tiny(store: GitStore, now: datetime) -> None:
    """One file, one commit."""
    history = History(now)
    history.commit(30, LINUS, "Initial commit", {"hello.sh": "#!/bin/sh\necho hello\n"}, executables=("hello.sh",))
    history.write(store)


def export_ignore(store: GitStore, now: datetime) -> None:
    """A PHP library whose archive lacks tests, CI and documents, as is the custom there."""
    history = History(now)
    composer = '{\n  "name": "acme/abacus",\n  "license": "MIT",\n  "require": {"php": ">=8.2"},\n'
    composer += '  "require-dev": {"phpunit/phpunit": "^11.5"}\n}\n'
    attributes = "/tests export-ignore\n/.github export-ignore\n/docs export-ignore\nCHANGELOG.md export-ignore\n"
    attributes += ".gitattributes export-ignore\n"
    workflow = "name: ci\non: [push, pull_request]\njobs:\n  test:\n    runs-on: ubuntu-24.04\n    steps:\n"
    workflow += "      - uses: actions/checkout@v4\n      - run: composer install && vendor/bin/phpunit\n"
    files = {
        "composer.json": composer,
        "src/Abacus.php": "<?php\n\nnamespace Acme;\n\nfinal class Abacus\n{\n"
        "    public function add(int $a, int $b): int\n    {\n        return $a + $b;\n    }\n}\n",
        "tests/AbacusTest.php": "<?php\n\nfinal class AbacusTest extends PHPUnit\\Framework\\TestCase\n{\n}\n",
        ".gitattributes": attributes,
        ".github/workflows/ci.yml": workflow,
        "docs/guide.md": "# Guide\n",
        "CHANGELOG.md": "# Changelog\n\n## 1.0.0\n",
        "README.md": "# Abacus\n\nAdds.\n\n## Installation\n\n    composer require acme/abacus\n",
        "LICENSE": mit_licence("Acme"),
    }
    history.commit(90, ADA, "Count", files)
    history.tag("1.0.0", 88)
    history.commit(20, ADA, "Recount", {"docs/recount.md": "Again.\n"})
    history.write(store)


def organisation_defaults(store: GitStore, now: datetime) -> None:
    """An organisation's .github repository: documents for all the others."""
    history = History(now)
    files = {
        "CODE_OF_CONDUCT.md": "# Code of conduct\n\nBe kind. Write to conduct@example.test.\n",
        "CONTRIBUTING.md": "# Contributing\n\nOpen a pull request.\n",
        ".github/ISSUE_TEMPLATE/bug.yml": "name: Bug\ndescription: Something broke\nbody: []\n",
        "README.md": "# Defaults\n\nDocuments that every repository here falls back to.\n",
    }
    history.commit(200, ADA, "Agree", files)
    history.write(store)
