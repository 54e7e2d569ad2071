"""Ruby, PHP and .NET."""

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


DOTNET = {
    "Directory.Packages.props": """
        <Project>
          <PropertyGroup><EfVersion>8.0.6</EfVersion></PropertyGroup>
          <ItemGroup>
            <PackageVersion Include="Npgsql" Version="8.0.3" />
            <PackageVersion Include="Microsoft.EntityFrameworkCore" Version="$(EfVersion)" />
            <GlobalPackageReference Include="Nerdbank.GitVersioning" Version="3.6.139" />
          </ItemGroup>
        </Project>
    """,
    "src/Shop/Shop.csproj": """
        <Project Sdk="Microsoft.NET.Sdk.Web">
          <PropertyGroup>
            <TargetFrameworks>net8.0;net6.0</TargetFrameworks>
            <PackageLicenseExpression>MIT</PackageLicenseExpression>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="npgsql" />
            <PackageReference Include="Microsoft.EntityFrameworkCore" />
            <PackageReference Include="Serilog"><Version>4.0.0</Version></PackageReference>
            <PackageReference Include="StyleCop.Analyzers" Version="1.1.118" PrivateAssets="all" />
            <PackageReference Include="Ranged" Version="[1.0,2.0)" />
            <ProjectReference Include="../Core/Core.fsproj" />
            <FrameworkReference Include="Microsoft.AspNetCore.App" />
          </ItemGroup>
        </Project>
    """,
    "tests/Shop.Tests/Shop.Tests.csproj": """
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup>
          <ItemGroup>
            <PackageReference Include="Microsoft.NET.Test.Sdk" Version="17.10.0" />
            <PackageReference Include="xunit" VersionOverride="2.8.1" />
          </ItemGroup>
        </Project>
    """,
}


def test_projects_take_central_versions() -> None:
    found = inventory(DOTNET)
    assert rows(found, "src/Shop/Shop.csproj") == [
        ("npgsql", "8.0.3", "runtime", 7),
        ("Microsoft.EntityFrameworkCore", "8.0.6", "runtime", 8),
        ("Serilog", "4.0.0", "runtime", 9),
        ("StyleCop.Analyzers", "1.1.118", "development", 10),
        ("Ranged", "[1.0,2.0)", "runtime", 11),
    ]
    assert rows(found, "tests/Shop.Tests/Shop.Tests.csproj") == [
        ("Microsoft.NET.Test.Sdk", "17.10.0", "development", 4),
        ("xunit", "2.8.1", "development", 5),
    ]
    assert rows(found, "Directory.Packages.props") == [("Nerdbank.GitVersioning", "3.6.139", "development", 6)]
    assert ("pkg:nuget/Serilog@4.0.0" in purls(found), "pkg:nuget/Ranged" in purls(found)) == (True, True)
    assert runtimes(found) == [(".NET", "net8.0;net6.0", 3), (".NET", "net8.0", 2)]
    shop = found.manifests[1]
    assert [signal.name for signal in shop.signals] == ["Microsoft.NET.Sdk.Web", "Microsoft.AspNetCore.App"]
    assert (shop.kind, shop.licence) == (Kind.APPLICATION, "MIT")


def test_older_and_other_nuget_files() -> None:
    found = inventory(
        {
            "packages.config": '<packages><package id="NUnit" version="3.14.0" '
            'developmentDependency="true"/></packages>',
            ".config/dotnet-tools.json": '{"tools": {"dotnet-ef": {"version": "8.0.6"}}}',
            "paket.dependencies": "nuget FSharp.Core >= 8.0\ngroup Test\n  nuget Expecto 10.2.1\n",
        }
    )
    assert rows(found) == [
        ("dotnet-ef", "8.0.6", "development", 1),
        ("NUnit", "3.14.0", "development", 1),
        ("FSharp.Core", ">= 8.0", "runtime", 1),
        ("Expecto", "10.2.1", "development", 3),
    ]
