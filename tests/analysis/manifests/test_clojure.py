"""deps.edn and project.clj."""

from __future__ import annotations

import pytest

from tests.analysis.manifests.cases import Row, check_packages

DEPS_EDN = """
{:paths ["src"]
 :deps {org.clojure/clojure {:mvn/version "1.11.3"}
        ring/ring-core {:mvn/version "1.12.1"} ; a comment {:mvn/version "0"}
        io.github.acme/tool {:git/tag "v1" :git/sha "abc"}}
 :aliases {:test {:extra-deps {lambdaisland/kaocha {:mvn/version "1.91.1392"}}}}}
"""

PROJECT_CLJ = """
(defproject acme/shop "0.1.0"
  :dependencies [[org.clojure/clojure "1.11.3"]
                 [hiccup "1.0.5"]]
  :plugins [[lein-ring "0.12.6"]]
  :profiles {:dev {:dependencies [[midje "1.10.10"]]}})
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "deps.edn": (
        DEPS_EDN,
        [
            ("org.clojure:clojure", "1.11.3", "runtime", 2),
            ("ring:ring-core", "1.12.1", "runtime", 3),
            ("io.github.acme:tool", "v1", "runtime", 4),
            ("lambdaisland:kaocha", "1.91.1392", "development", 5),
        ],
    ),
    "project.clj": (
        PROJECT_CLJ,
        [
            ("org.clojure:clojure", "1.11.3", "runtime", 2),
            ("hiccup:hiccup", "1.0.5", "runtime", 3),
            ("lein-ring:lein-ring", "0.12.6", "build", 4),
            ("midje:midje", "1.10.10", "development", 5),
        ],
    ),
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])
