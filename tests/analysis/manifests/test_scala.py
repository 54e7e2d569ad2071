"""build.sbt."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, inventory, purls, rows, runtimes

SBT = """
ThisBuild / scalaVersion := "3.4.2"
val zioVersion = "2.1.4"
name := "shop"
libraryDependencies ++= Seq(
  "dev.zio" %% "zio" % zioVersion,
  "org.postgresql" % "postgresql" % "42.7.3",
  // "commented" % "out" % "1",
  "org.scalatest" %% "scalatest" % "3.2.18" % Test,
  "a.b" %%% "c" % "1.0" % "provided"
)
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "build.sbt": (
        SBT,
        [
            ("dev.zio:zio", "2.1.4", "runtime", 5),
            ("org.postgresql:postgresql", "42.7.3", "runtime", 6),
            ("org.scalatest:scalatest", "3.2.18", "development", 8),
            ("a.b:c", "1.0", "build", 9),
        ],
    ),
    "project/plugins.sbt": (
        'addSbtPlugin("org.scalameta" % "sbt-scalafmt" % "2.5.2")\n',
        [("org.scalameta:sbt-scalafmt", "2.5.2", "build", 1)],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    text, expected = CASES[path]
    found = inventory({path: text})
    assert rows(found) == expected
    assert found.problems == ()
    assert all(purls(found))


RUNTIMES = {
    "build.sbt": [("Scala", "3.4.2", 1)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    assert runtimes(inventory({path: CASES[path][0]})) == RUNTIMES[path]


DESCRIBED = {
    "build.sbt": ("shop", "", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    (manifest,) = inventory({path: CASES[path][0]}).manifests
    assert (manifest.name, manifest.version, manifest.licence) == DESCRIBED[path]
