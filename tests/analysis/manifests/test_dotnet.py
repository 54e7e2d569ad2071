"""Project files with central versions, and the older NuGet files."""

from __future__ import annotations

from bot.model.report import Kind
from tests.analysis.manifests.cases import inventory, purls, rows, runtimes

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


def test_only_described_packages_are_published() -> None:
    project = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup>{}</PropertyGroup></Project>'
    found = inventory(
        {
            "a/a.csproj": project.format("<PackageId>A</PackageId>"),
            "b/b.csproj": project.format("<PackageId>B</PackageId><IsPackable>false</IsPackable>"),
            "c/c.csproj": project.format("<TargetFrameworks>$(Frameworks);net8.0</TargetFrameworks>"),
        }
    )
    assert [(one.path, one.is_private) for one in found.manifests] == [
        ("a/a.csproj", False),
        ("b/b.csproj", True),
        ("c/c.csproj", True),
    ]
    assert [one.requirement for one in found.manifests[2].runtimes] == ["net8.0"]
