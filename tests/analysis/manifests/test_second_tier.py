"""The second tier: each manifest by name, requirement, scope and line."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from tests.analysis.manifests.cases import Row, inventory, purls, rows, runtimes

MIX = """
defmodule Shop.MixProject do
  use Mix.Project

  @version "1.3.0"
  @elixir "~> 1.15"

  def project do
    [app: :shop, version: @version, elixir: @elixir, deps: deps()]
  end

  defp deps do
    [
      {:phoenix, "~> 1.7.14"},
      # {:commented, "~> 1.0"},
      {:credo, "~> 1.7", only: [:dev, :test], runtime: false},
      {:telemetry, "== 1.2.1", optional: true},
      {:heroicons,
       github: "tailwindlabs/heroicons",
       tag: "v2.1.1"},
      {:jason, ">= 1.0.0", only: :prod}
    ]
  end
end
"""

REBAR = """
%% {not_this, "1"}
{erl_opts, [debug_info]}.
{deps, [
    {cowboy, "2.12.0"},
    {jsx, {git, "https://example.test/jsx.git", {tag, "v3"}}}
]}.
{profiles, [{test, [{deps, [{meck, "0.9.2"}]}]}]}.
"""

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

PACKAGE_SWIFT = """
// swift-tools-version: 5.10
import PackageDescription

let package = Package(
    name: "Shop",
    dependencies: [
        .package(url: "https://github.com/vapor/vapor.git", from: "4.102.0"),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.67.0")),
        .package(url: "https://github.com/a/b", exact: "1.0.0"),
        .package(url: "https://github.com/c/d", "1.0.0"..<"2.0.0"),
        .package(url: "https://github.com/e/f.git", branch: "main"),
        // .package(url: "https://github.com/commented/out", from: "1.0.0"),
        .package(path: "../Local"),
    ]
)
"""

PODFILE = """
platform :ios, '15.0'
target 'Shop' do
  use_frameworks!
  pod 'Alamofire', '~> 5.9'
  pod 'Pinned', '1.2.3'
  pod 'Local', :path => '../Local'
  target 'ShopTests' do
    pod 'Quick'
  end
end
"""

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

CABAL = """
cabal-version:      3.0
name:               shop
version:            0.2.0
license:            BSD-3-Clause

library
    -- build-depends: commented
    build-depends:    base >=4.17 && <5
                    , aeson ^>=2.2,
                      text
executable shop
    build-depends: base, shop, optparse-applicative

test-suite spec
    type:          exitcode-stdio-1.0
    build-depends: hspec >= 2.11
    build-tool-depends: hspec-discover:hspec-discover
"""

DENO = """
{
  // a comment
  "name": "@acme/shop",
  "imports": {
    "@std/assert": "jsr:@std/assert@^1.0.0",
    "hono": "npm:hono@4.4.7",
    "hono/": "npm:/hono@4.4.7/",
    "oak": "https://deno.land/x/oak@v16.1.0/mod.ts",
    "local/": "./src/",
  },
  "workspace": ["./web"],
}
"""

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

VCPKG = """
{
  "name": "shop",
  "version-string": "1.0",
  "dependencies": [
    "fmt",
    {"name": "boost-asio", "version>=": "1.85.0"},
    {"name": "tool", "host": true}
  ],
  "overrides": [{"name": "fmt", "version": "10.2.1"}],
  "features": {"tests": {"description": "x", "dependencies": ["catch2"]}}
}
"""

CONAN_TXT = """
[requires]
fmt/10.2.1
boost/[>=1.80 <2]@

[tool_requires]
cmake/3.29.3

[generators]
CMakeDeps
"""

CONAN_PY = """
from conan import ConanFile


class Shop(ConanFile):
    name = "shop"
    license = "MIT"
    requires = "zlib/1.3.1", "openssl/3.3.1"

    def requirements(self):
        self.requires("fmt/10.2.1")

    def build_requirements(self):
        self.test_requires("gtest/1.14.0")
"""

CMAKE = """
cmake_minimum_required(VERSION 3.24)
project(Shop VERSION 1.4.0 LANGUAGES CXX)
# find_package(Commented)
find_package(Boost 1.80 REQUIRED COMPONENTS system)
find_package(Doxygen)
find_package(${DYNAMIC} REQUIRED)
include(FetchContent)
FetchContent_Declare(
  googletest
  GIT_REPOSITORY https://example.test/googletest.git
  GIT_TAG        v1.14.0
)
CPMAddPackage("gh:fmtlib/fmt#10.2.1")
"""

DESCRIPTION = """
Package: shop
Version: 0.3.1
License: MIT + file LICENSE
Depends:
    R (>= 4.1)
Imports:
    dplyr (>= 1.1.0),
    ggplot2
Suggests: testthat (>= 3.0.0)
"""

JULIA = """
name = "Shop"
version = "0.1.0"

[deps]
DataFrames = "a93c6f00-e57d-5684-b7b6-d8193f3e46c0"

[extras]
Test = "8dfed614-e22c-5e08-85e1-65c5234f0b40"

[compat]
DataFrames = "1.6"
julia = "1.10"
"""

ROCKSPEC = """
package = "shop"
version = "1.0-1"
dependencies = {
   "lua >= 5.1, < 5.5",
   "penlight ~> 1.13", -- "comment"
   'luasocket'
}
test_dependencies = { "busted" }
"""

FLAKE = """
{
  description = "Shop";
  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-24.05";
    utils = { url = "github:numtide/flake-utils"; };
    other.url = "git+https://example.test/other";
  };
  inputs.more.url = "github:a/b";
}
"""

BAZEL = """
module(name = "shop", version = "1.0")

bazel_dep(name = "rules_go", version = "0.48.0")
bazel_dep(name = "gazelle", version = "0.37.0", dev_dependency = True)
use_extension("x", "y")
"""

PRE_COMMIT = """
repos:
  - repo: https://github.com/astral-sh/ruff-pre-commit
    rev: v0.5.0
    hooks:
      - id: ruff
  - repo: https://example.test/hooks.git
    rev: "1.0"
    hooks:
      - id: x
        language: python
        additional_dependencies: [types-pyyaml==6.0]
  - repo: local
    hooks:
      - id: y
"""

CASES: dict[str, tuple[str, list[Row]]] = {
    "mix.exs": (
        MIX,
        [
            ("phoenix", "~> 1.7.14", "runtime", 13),
            ("credo", "~> 1.7", "development", 15),
            ("telemetry", "== 1.2.1", "optional", 16),
            ("heroicons", "tailwindlabs/heroicons", "runtime", 17),
            ("jason", ">= 1.0.0", "runtime", 20),
        ],
    ),
    "rebar.config": (
        REBAR,
        [("cowboy", "2.12.0", "runtime", 4), ("jsx", "", "runtime", 5), ("meck", "0.9.2", "development", 7)],
    ),
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
    "Package.swift": (
        PACKAGE_SWIFT,
        [
            ("github.com/vapor/vapor", "from: 4.102.0", "runtime", 7),
            ("github.com/apple/swift-nio", "upToNextMinor(from: 2.67.0)", "runtime", 8),
            ("github.com/a/b", "1.0.0", "runtime", 9),
            ("github.com/c/d", "1.0.0..<2.0.0", "runtime", 10),
            ("github.com/e/f", "branch: main", "runtime", 11),
        ],
    ),
    "Podfile": (
        PODFILE,
        [
            ("Alamofire", "~> 5.9", "runtime", 4),
            ("Pinned", "1.2.3", "runtime", 5),
            ("Local", "", "runtime", 6),
            ("Quick", "", "development", 8),
        ],
    ),
    "Shop.podspec": (
        "Pod::Spec.new do |s|\n  s.name = 'Shop'\n  s.dependency 'Moya', '~> 15'\n"
        "  s.license = { :type => 'MIT' }\nend\n",
        [("Moya", "~> 15", "runtime", 3)],
    ),
    "Cartfile": (
        'github "ReactiveX/RxSwift" ~> 6.7\ngit "https://example.test/x.git" "main"\n',
        [("github.com/ReactiveX/RxSwift", "~> 6.7", "runtime", 1), ("example.test/x", "main", "runtime", 2)],
    ),
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
    "shop.cabal": (
        CABAL,
        [
            ("base", ">=4.17 && <5", "runtime", 8),
            ("aeson", "^>=2.2", "runtime", 9),
            ("text", "", "runtime", 10),
            ("base", "", "runtime", 12),
            ("optparse-applicative", "", "runtime", 12),
            ("hspec", ">= 2.11", "development", 16),
            ("hspec-discover", "", "build", 17),
        ],
    ),
    "package.yaml": (
        "name: shop\ndependencies:\n  - base >= 4.7\ntests:\n  spec:\n    dependencies: [hspec]\n",
        [("base", ">= 4.7", "runtime", 3), ("hspec", "", "development", 6)],
    ),
    "deno.jsonc": (
        DENO,
        [
            ("@std/assert", "^1.0.0", "runtime", 5),
            ("hono", "4.4.7", "runtime", 6),
            ("oak", "v16.1.0", "runtime", 8),
        ],
    ),
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
    "Chart.yaml": (CHART, [("postgresql", "15.5.6", "runtime", 5), ("redis", ">=19", "runtime", 8)]),
    "kustomization.yaml": (
        KUSTOMIZATION,
        [
            ("github.com/acme/base//deploy", "v1.2.3", "runtime", 3),
            ("ghcr.io/acme/web", "2.1", "runtime", 5),
            ("ingress-nginx", "4.10.1", "runtime", 9),
        ],
    ),
    "vcpkg.json": (
        VCPKG,
        [
            ("fmt", "10.2.1", "runtime", 5),
            ("boost-asio", ">=1.85.0", "runtime", 6),
            ("tool", "", "build", 7),
            ("catch2", "", "optional", 10),
        ],
    ),
    "conanfile.txt": (
        CONAN_TXT,
        [("fmt", "10.2.1", "runtime", 2), ("boost", "[>=1.80 <2]", "runtime", 3), ("cmake", "3.29.3", "build", 6)],
    ),
    "conanfile.py": (
        CONAN_PY,
        [
            ("openssl", "3.3.1", "runtime", 7),
            ("zlib", "1.3.1", "runtime", 7),
            ("fmt", "10.2.1", "runtime", 10),
            ("gtest", "1.14.0", "development", 13),
        ],
    ),
    "CMakeLists.txt": (
        CMAKE,
        [
            ("Boost", "1.80", "runtime", 4),
            ("Doxygen", "", "optional", 5),
            ("googletest", "v1.14.0", "runtime", 8),
            ("fmt", "10.2.1", "runtime", 13),
        ],
    ),
    "DESCRIPTION": (
        DESCRIPTION,
        [("dplyr", ">= 1.1.0", "runtime", 7), ("ggplot2", "", "runtime", 8), ("testthat", ">= 3.0.0", "optional", 9)],
    ),
    "Project.toml": (
        JULIA,
        [("DataFrames", "1.6", "runtime", 5), ("Test", "", "development", 8)],
    ),
    "shop-1.0-1.rockspec": (
        ROCKSPEC,
        [("penlight", "~> 1.13", "runtime", 5), ("luasocket", "", "runtime", 6), ("busted", "", "development", 8)],
    ),
    "flake.nix": (
        FLAKE,
        [
            ("NixOS/nixpkgs", "nixos-24.05", "build", 4),
            ("numtide/flake-utils", "", "build", 5),
            ("other", "git+https://example.test/other", "build", 6),
            ("a/b", "", "build", 8),
        ],
    ),
    "MODULE.bazel": (
        BAZEL,
        [("rules_go", "0.48.0", "runtime", 3), ("gazelle", "0.37.0", "development", 4)],
    ),
    ".pre-commit-config.yaml": (
        PRE_COMMIT,
        [
            ("astral-sh/ruff-pre-commit", "v0.5.0", "development", 2),
            ("https://example.test/hooks.git", "1.0", "development", 6),
            ("types-pyyaml", "==6.0", "development", 11),
        ],
    ),
    "cpanfile": (
        "requires 'perl', '5.36';\nrequires 'Mojolicious', '>= 9';\non 'test' => sub {\n  requires 'Test::More';\n};\n",
        [("Mojolicious", ">= 9", "runtime", 2), ("Test::More", "", "development", 4)],
    ),
    "elm.json": (
        '{"type": "application", "dependencies": {"direct": {"elm/core": "1.0.5"}, "indirect": {"elm/json": "1.1.3"}}}',
        [("elm/core", "1.0.5", "runtime", 1)],
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
    "mix.exs": [("Elixir", "~> 1.15", 8)],
    "pubspec.yaml": [("Dart", "^3.4.0", 4), ("Flutter", ">=3.22.0", 5)],
    "Package.swift": [("Swift", "5.10", 1)],
    "Podfile": [("iOS", "15.0", 1)],
    "build.sbt": [("Scala", "3.4.2", 1)],
    "infra/main.tf": [("Terraform", ">= 1.8", 2)],
    "CMakeLists.txt": [("CMake", "3.24", 1)],
    "DESCRIPTION": [("R", ">= 4.1", 5)],
    "Project.toml": [("Julia", "1.10", 12)],
    "shop-1.0-1.rockspec": [("Lua", ">= 5.1, < 5.5", 4)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes_of_the_second_tier(path: str) -> None:
    assert runtimes(inventory({path: CASES[path][0]})) == RUNTIMES[path]


DESCRIBED = {
    "mix.exs": ("shop", "1.3.0", ""),
    "Package.swift": ("Shop", "", ""),
    "build.sbt": ("shop", "", ""),
    "shop.cabal": ("shop", "0.2.0", "BSD-3-Clause"),
    "vcpkg.json": ("shop", "1.0", ""),
    "conanfile.py": ("shop", "", "MIT"),
    "CMakeLists.txt": ("Shop", "1.4.0", ""),
    "DESCRIPTION": ("shop", "0.3.1", "MIT"),
    "Shop.podspec": ("Shop", "", "MIT"),
    "Chart.yaml": ("shop", "1.0.0", ""),
    "MODULE.bazel": ("shop", "1.0", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences_of_the_second_tier(path: str) -> None:
    (manifest,) = inventory({path: CASES[path][0]}).manifests
    assert (manifest.name, manifest.version, manifest.licence) == DESCRIBED[path]


def test_locked_versions_of_the_second_tier() -> None:
    found = inventory(
        {
            "mix.exs": MIX,
            "mix.lock": '%{\n  "phoenix": {:hex, :phoenix, "1.7.14", "abc", [:mix], [], "hexpm", "def"},\n}\n',
            "pubspec.yaml": PUBSPEC,
            "pubspec.lock": 'packages:\n  dio:\n    dependency: "direct main"\n'
            '    source: hosted\n    version: "5.4.4"\n',
            "Package.swift": PACKAGE_SWIFT,
            "Package.resolved": '{"pins": [{"location": "https://github.com/vapor/vapor.git", '
            '"state": {"version": "4.103.1"}}]}',
            "infra/main.tf": TERRAFORM,
            "infra/.terraform.lock.hcl": 'provider "registry.example/hashicorp/aws" {\n  version     = "5.57.0"\n}\n',
        }
    )
    locked = {package.name: package.locked for package in found.packages if package.locked}
    assert locked == {
        "phoenix": "1.7.14",
        "dio": "5.4.4",
        "github.com/vapor/vapor": "4.103.1",
        "hashicorp/aws": "5.57.0",
    }


def test_umbrella_and_other_workspaces() -> None:
    found = inventory(
        {
            "mix.exs": 'defmodule U do\n  def project do\n    [apps_path: "apps"]\n  end\nend\n',
            "apps/web/mix.exs": MIX,
            "deno.json": '{"workspace": ["./web"]}',
            "web/deno.json": "{}",
        }
    )
    assert found.workspaces == (
        Workspace(path="deno.json", manager="deno", members=("web",)),
        Workspace(path="mix.exs", manager="mix", members=("apps/web",)),
    )


def test_files_that_share_a_name_but_are_something_else_say_nothing() -> None:
    found = inventory({"DESCRIPTION": "Just a text.\n", "requirements.yaml": "- src: geerlingguy.nginx\n"})
    assert found.packages == ()
    assert [manifest.is_component for manifest in found.manifests] == [False, False]
    assert found.problems == ()
