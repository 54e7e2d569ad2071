"""build.sbt."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_description, check_packages, check_runtimes

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
    check_packages(path, *CASES[path])


RUNTIMES = {
    "build.sbt": [("Scala", "3.4.2", 1)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


DESCRIBED = {
    "build.sbt": ("shop", "", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])
