"""Technologies by exact name, with evidence, version and component."""

from __future__ import annotations

from textwrap import dedent

import pytest

from bot.analysis.manifests import read_inventory
from bot.analysis.technologies import find_technologies
from bot.model.report import Technology
from bot.model.snapshot import Contents, FileClass, FileFact


def technologies(
    texts: dict[str, str], *, paths: tuple[str, ...] = (), files: tuple[FileFact, ...] = ()
) -> dict[str, Technology]:
    """What is found in a tree of texts (dedented), of further paths and of measured files, by name."""
    facts = [FileFact(path=path, size_bytes=1) for path in (*texts, *paths)]
    clean = {path: dedent(text).lstrip("\n") for path, text in texts.items()}
    contents = Contents(files=(*facts, *files), texts=clean)
    return {one.name: one for one in find_technologies(contents, read_inventory(contents))}


def requirements(*names: str) -> dict[str, str]:
    """A requirements file of these packages."""
    return {"requirements.txt": "\n".join(names) + "\n"}


FRAMEWORKS = {
    "Flask": requirements("Flask==3.0"),
    "FastAPI": requirements("fastapi"),
    "Django": requirements("Django>=5"),
    "pytest": requirements("pytest"),
    "Express": {"package.json": '{"dependencies": {"express": "^4"}}'},
    "Next.js": {"package.json": '{"dependencies": {"next": "14.2.4"}}'},
    "Vue": {"package.json": '{"dependencies": {"vue": "^3"}}'},
    "NestJS": {"package.json": '{"dependencies": {"@nestjs/core": "^10"}}'},
    "Gin": {"go.mod": "module a\nrequire github.com/gin-gonic/gin v1.10.0\n"},
    "Echo": {"go.mod": "module a\nrequire github.com/labstack/echo/v4 v4.12.0\n"},
    "Axum": {"Cargo.toml": '[package]\nname = "a"\n[dependencies]\naxum = "0.7"\n'},
    "Tokio": {"Cargo.toml": '[package]\nname = "a"\n[dependencies]\ntokio = "1"\n'},
    "Ruby on Rails": {"Gemfile": 'gem "rails", "~> 7.1"\n'},
    "Laravel": {"composer.json": '{"require": {"laravel/framework": "^11"}}'},
    "Symfony": {"composer.json": '{"require": {"symfony/framework-bundle": "^7"}}'},
    "ASP.NET Core": {"a.csproj": '<Project Sdk="Microsoft.NET.Sdk.Web"></Project>'},
    "Spring Boot": {
        "pom.xml": "<project><artifactId>a</artifactId><dependencies><dependency><groupId>org.springframework.boot"
        "</groupId><artifactId>spring-boot-starter-web</artifactId></dependency></dependencies></project>"
    },
    "Bootstrap": {"build.gradle": "dependencies {\n implementation 'org.webjars.npm:bootstrap:5.3.3'\n}\n"},
    "Quarkus": {"build.gradle": "dependencies {\n implementation 'io.quarkus:quarkus-rest:3.11.0'\n}\n"},
    "Ktor": {"build.gradle.kts": 'plugins {\n id("io.ktor.plugin") version "2.3.12"\n}\n'},
    "Phoenix": {"mix.exs": 'defp deps do\n[{:phoenix, "~> 1.7"}]\nend\n'},
    "Flutter": {"pubspec.yaml": "dependencies:\n  flutter:\n    sdk: flutter\n"},
    "Vapor": {"Package.swift": '.package(url: "https://github.com/vapor/vapor.git", from: "4.0.0")'},
    "PostgreSQL": {"compose.yml": "services:\n  db:\n    image: postgres:16\n"},
    "AWS": {"main.tf": 'terraform {\n required_providers {\n  aws = { source = "hashicorp/aws" }\n }\n}\n'},
    "CodeQL": {".github/workflows/a.yml": "jobs:\n  a:\n    steps:\n      - uses: github/codeql-action/analyze@v3\n"},
    "Ruff": {
        ".pre-commit-config.yaml": "repos:\n  - repo: https://github.com/astral-sh/ruff-pre-commit\n    rev: v0.5.0\n"
    },
    "Boost": {"CMakeLists.txt": "project(a)\nfind_package(Boost REQUIRED)\n"},
    "GoogleTest": {"conanfile.txt": "[requires]\ngtest/1.14.0\n"},
    "Shiny": {"DESCRIPTION": "Package: a\nImports: shiny\n"},
    "Servant": {"a.cabal": "name: a\nlibrary\n  build-depends: servant\n"},
}


@pytest.mark.parametrize("name", FRAMEWORKS)
def test_frameworks_are_named_as_developers_name_them(name: str) -> None:
    found = technologies(FRAMEWORKS[name])
    assert name in found
    assert found[name].evidence[0].path in FRAMEWORKS[name]


LOOKALIKES = {
    "ws is not AWS": ({"package.json": '{"dependencies": {"ws": "^8"}}'}, "AWS"),
    "flask-cors is not Flask": (requirements("flask-cors"), "Flask"),
    "reactive is not React": ({"package.json": '{"dependencies": {"reactive": "1", "react-is": "1"}}'}, "React"),
    "a local gin is not Gin": ({"go.mod": "module a\nrequire example.com/gin-gonic/gin v1.0.0\n"}, "Gin"),
    "mypostgres is not PostgreSQL": ({"compose.yml": "services:\n  db:\n    image: acme/postgres:1\n"}, "PostgreSQL"),
    "a group that starts alike": (
        {"build.gradle": "dependencies {\n implementation 'org.springframework.bootleg:x:1'\n}\n"},
        "Spring Boot",
    ),
    "an npm package called as a Python one": ({"package.json": '{"dependencies": {"flask": "1"}}'}, "Flask"),
}


@pytest.mark.parametrize("case", LOOKALIKES)
def test_nothing_matches_by_a_part_of_its_name(case: str) -> None:
    texts, wrong = LOOKALIKES[case]
    assert wrong not in technologies(texts)


def test_the_evidence_tells_file_line_and_package() -> None:
    (evidence,) = technologies(requirements("a", "flask==3.0.3"))["Flask"].evidence
    assert (evidence.path, evidence.line, evidence.detail) == ("requirements.txt", 2, "flask ==3.0.3")


def test_a_version_is_the_technologys_own_and_never_a_clients() -> None:
    found = technologies(
        {
            **requirements("asyncpg>=0.29", "celery==5.4.0", "flask>=3"),
            "compose.yml": "services:\n  cache:\n    image: redis:7.2\n",
        }
    )
    assert {name: found[name].version for name in ("PostgreSQL", "Celery", "Flask", "Redis")} == {
        "PostgreSQL": "",
        "Celery": "==5.4.0",
        "Flask": ">=3",
        "Redis": "7.2",
    }


def test_technologies_of_a_monorepo_belong_to_its_components() -> None:
    found = technologies(
        {
            "web/package.json": '{"dependencies": {"react": "^18"}}',
            "api/pyproject.toml": '[project]\nname = "api"\ndependencies = ["fastapi"]\n',
            "admin/package.json": '{"dependencies": {"react": "^17"}}',
        }
    )
    assert found["React"].components == ("admin", "web")
    assert found["FastAPI"].components == ("api",)


def test_runtime_dependencies_are_the_strongest_evidence() -> None:
    found = technologies(
        {
            "a/package.json": '{"devDependencies": {"react": "^17"}}',
            "b/package.json": '{"dependencies": {"react": "^18"}}',
        }
    )
    assert [evidence.path for evidence in found["React"].evidence] == ["b/package.json", "a/package.json"]


def test_examples_and_tests_do_not_tell_what_a_repository_is_built_with() -> None:
    texts = {
        "package.json": '{"dependencies": {"vue": "^3"}}',
        "examples/react/package.json": '{"dependencies": {"react": "^18"}}',
        "packages/create/template-svelte/package.json": '{"dependencies": {"svelte": "^4"}}',
    }
    assert {"React", "Svelte"}.isdisjoint(technologies(texts))
    only = {path: text for path, text in texts.items() if path.startswith("examples/")}
    assert "React" in technologies(only)


def test_files_folders_and_paths_are_signatures() -> None:
    found = technologies(
        {}, paths=(".github/workflows/ci.yml", "tsconfig.json", "docs/.gitlab-ci.yml", "app/Dockerfile")
    )
    assert found["GitHub Actions"].evidence[0].path == ".github/workflows"
    assert found["TypeScript"].evidence[0].path == "tsconfig.json"
    assert found["Docker"].evidence[0].path == "app/Dockerfile"
    assert "GitLab CI" not in found


def test_languages_are_told_by_their_largest_file_and_traces_are_not() -> None:
    def file(path: str, language: str, code: int, file_class: FileClass = FileClass.SOURCE) -> FileFact:
        return FileFact(path=path, size_bytes=1, language=language, code=code, file_class=file_class)

    found = technologies(
        {},
        files=(
            file("a.rs", "Rust", 500),
            file("b.rs", "Rust", 900),
            file("x.py", "Python", 13),
            file("vendor.c", "C", 5_000, FileClass.VENDORED),
        ),
    )
    assert found["Rust"].evidence[0].path == "b.rs"
    assert {"Python", "C"}.isdisjoint(found)


def test_two_runs_say_the_same() -> None:
    texts = {**requirements("flask", "celery", "redis", "pytest"), **FRAMEWORKS["PostgreSQL"]}
    assert list(technologies(texts).items()) == list(technologies(texts).items())


def test_a_repository_is_not_built_with_itself() -> None:
    texts = {
        "pyproject.toml": """
            [project]
            name = "requests"
            dependencies = ["urllib3"]
            [project.optional-dependencies]
            all = ["requests[socks]", "flask"]
        """
    }
    assert "Requests" not in technologies(texts)
    assert "Flask" in technologies(texts)


def test_what_documents_are_made_with_is_not_what_the_code_is_made_with() -> None:
    found = technologies({"docs/requirements.txt": "sphinx\ntornado\nnltk\n", "Makefile": "all:\n"})
    assert "Sphinx" in found
    assert not {"Tornado", "NLTK"} & found.keys()
