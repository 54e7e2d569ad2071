"""mix.exs and rebar.config."""

from __future__ import annotations

import pytest

from bot.analysis.manifests import Workspace
from tests.analysis.manifests.cases import Row, check_description, check_packages, check_runtimes, inventory

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
}


@pytest.mark.parametrize("path", CASES)
def test_names_requirements_scopes_and_lines(path: str) -> None:
    check_packages(path, *CASES[path])


RUNTIMES = {
    "mix.exs": [("Elixir", "~> 1.15", 8)],
}


@pytest.mark.parametrize("path", RUNTIMES)
def test_runtimes(path: str) -> None:
    check_runtimes(path, CASES[path][0], RUNTIMES[path])


DESCRIBED = {
    "mix.exs": ("shop", "1.3.0", ""),
}


@pytest.mark.parametrize("path", DESCRIBED)
def test_names_versions_and_licences(path: str) -> None:
    check_description(path, CASES[path][0], DESCRIBED[path])


def test_mix_lock_pins_what_mix_exs_asks_for() -> None:
    lock = '%{\n  "phoenix": {:hex, :phoenix, "1.7.14", "abc", [:mix], [], "hexpm", "def"},\n}\n'
    found = inventory({"mix.exs": MIX, "mix.lock": lock})
    assert {package.name: package.locked for package in found.packages if package.locked} == {"phoenix": "1.7.14"}


def test_an_umbrella_has_its_apps_as_members() -> None:
    umbrella = 'defmodule U do\n  def project do\n    [apps_path: "apps"]\n  end\nend\n'
    found = inventory({"mix.exs": umbrella, "apps/web/mix.exs": MIX})
    assert found.workspaces == (Workspace(path="mix.exs", manager="mix", members=("apps/web",)),)
