"""Gemfile and gemspec."""

from __future__ import annotations

from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

GEMFILE = """
source "https://rubygems.example"
ruby "3.3.1"

gem "rails", "~> 7.1.3", ">= 7.1.3.4"
gem 'pg' # the database
gem "sidekiq", require: false
gem "exact", "1.2.3"
gem "forked", github: "acme/forked", branch: "main"

group :development, :test do
  gem "rspec-rails", "~> 6.1"
  platforms :mri do
    gem "byebug"
  end
end
gem "rubocop", group: :development
gem "puma", "~> 6.4",
    require: false

if ENV["EXTRA"]
  gem "extra"
end
gem "both", groups: [:production, :test]
"""


def test_gemfile_groups_and_requirements() -> None:
    found = inventory(
        {"Gemfile": GEMFILE, "Gemfile.lock": "GEM\n  specs:\n    rails (7.1.3.4)\n      rack (>= 2)\n    pg (1.5.6)\n"}
    )
    assert rows(found) == [
        ("rails", "~> 7.1.3, >= 7.1.3.4", "runtime", 4),
        ("pg", "", "runtime", 5),
        ("sidekiq", "", "runtime", 6),
        ("exact", "1.2.3", "runtime", 7),
        ("forked", "acme/forked", "runtime", 8),
        ("rspec-rails", "~> 6.1", "development", 11),
        ("byebug", "", "development", 13),
        ("rubocop", "", "development", 16),
        ("puma", "~> 6.4", "runtime", 17),
        ("extra", "", "runtime", 21),
        ("both", "", "runtime", 23),
    ]
    assert purls(found)[:2] == ["pkg:gem/rails@7.1.3.4", "pkg:gem/pg@1.5.6"]
    assert runtimes(found) == [("Ruby", "3.3.1", 2)]


GEMSPEC = """
Gem::Specification.new do |spec|
  spec.name = "acme"
  spec.version = "0.4.0"
  spec.licenses = ["MIT", "Apache-2.0"]
  spec.required_ruby_version = ">= 3.0"
  spec.executables = ["acme"]
  spec.add_dependency "faraday", ">= 2", "< 3"
  spec.add_runtime_dependency("rack")
  spec.add_development_dependency %q<rspec>.freeze, ["~> 3.13"]
end
"""


def test_gemspec() -> None:
    found = inventory({"acme.gemspec": GEMSPEC})
    assert rows(found) == [
        ("faraday", ">= 2, < 3", "runtime", 7),
        ("rack", "", "runtime", 8),
        ("rspec", "~> 3.13", "development", 9),
    ]
    (manifest,) = found.manifests
    assert (manifest.name, manifest.version, manifest.licence) == ("acme", "0.4.0", "MIT OR Apache-2.0")
    assert manifest.kind is Kind.COMMAND_LINE_TOOL
    assert runtimes(found) == [("Ruby", ">= 3.0", 5)]
