"""Decides from the path alone which files keep their whole text for the questions that read them.

The readers of manifests, licences and runtime versions say themselves what they read; the rest stands here, in lower
case. To have one more file kept, add its name to the set or pattern it belongs to.
"""

from __future__ import annotations

import re

from bot.analysis.licences import is_licence_file
from bot.analysis.manifests import is_manifest
from bot.analysis.manifests.lockfiles import KINDS
from bot.analysis.runtimes import is_runtime_file

MAX_TEXT_BYTES = 1_000_000
"""A kept text is at most this long; a longer file is told by name and size only."""

MAX_LOCKFILE_BYTES = 8_000_000
"""Lockfiles are long by nature."""

LOCKFILES = frozenset({
    "bun.lock", "cargo.lock", "composer.lock", "conan.lock", "deno.lock", "flake.lock", "gemfile.lock", "go.sum",
    "gopkg.lock", "gradle.lockfile", "manifest.toml", "mix.lock", "module.bazel.lock", "npm-shrinkwrap.json",
    "package-lock.json", "package.resolved", "packages.lock.json", "paket.lock", "pdm.lock", "pipfile.lock",
    "pixi.lock", "pnpm-lock.yaml", "podfile.lock", "poetry.lock", "pubspec.lock", "pylock.toml", "renv.lock",
    "stack.yaml.lock", "uv.lock", "yarn.lock",
})  # fmt: skip
"""Files that a package manager writes."""

_NAMES = LOCKFILES | frozenset({
    # manifests and workspaces
    "package.json", "pnpm-workspace.yaml", "lerna.json", "nx.json", "turbo.json", "rush.json", "bower.json",
    "jsr.json", "deno.json", "deno.jsonc", "bunfig.toml", ".npmrc", ".yarnrc", ".yarnrc.yml", "pyproject.toml",
    "setup.py", "setup.cfg", "pipfile", "tox.ini", "noxfile.py", "uv.toml", "pixi.toml", "environment.yml",
    "environment.yaml", "conda.yml", "conda.yaml", "meta.yaml", "go.mod", "go.work", "cargo.toml", "pom.xml",
    "settings.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts",
    "gradle.properties", "gradle-wrapper.properties", "maven-wrapper.properties", "gemfile", "gems.rb", "rakefile",
    "composer.json", "global.json", "nuget.config", "packages.config", "directory.packages.props",
    "directory.build.props", "directory.build.targets", "paket.dependencies", "paket.references", "mix.exs",
    "rebar.config", "pubspec.yaml", "package.swift", "podfile", "cartfile", "build.sbt", "plugins.sbt",
    "build.properties", "build.sc", "build.mill", "deps.edn", "project.clj", "bb.edn", "shadow-cljs.edn",
    "cabal.project", "stack.yaml", "package.yaml", "hpack.yaml", "dune-project", "elm.json", "gleam.toml",
    "project.toml", "juliaproject.toml", "description", "renv.json", "flake.nix", "default.nix", "shell.nix",
    "module.bazel", "workspace", "workspace.bazel", "build.bazel", "vcpkg.json", "conanfile.txt", "conanfile.py",
    "cmakelists.txt", "meson.build", "configure.ac", "xmake.lua", "build.zig", "build.zig.zon", "shard.yml",
    "v.mod", "alire.toml", "foundry.toml", "hardhat.config.js", "hardhat.config.ts", "truffle-config.js",
    "anchor.toml", "move.toml", "haxelib.json", "cpanfile", "makefile.pl", "build.pl", "dist.ini",
    # runtimes
    ".nvmrc", ".node-version", ".python-version", ".ruby-version", ".java-version", ".tool-versions", ".mise.toml",
    "mise.toml", ".sdkmanrc", ".terraform-version", ".go-version", ".swift-version", ".php-version",
    ".bun-version", ".deno-version", "runtime.txt", "rust-toolchain", "rust-toolchain.toml", "system.properties",
    ".elixir-version", "volta.json",
    # continuous integration, dependency updates, automation
    ".gitlab-ci.yml", ".travis.yml", "azure-pipelines.yml", "azure-pipelines.yaml", "jenkinsfile", "appveyor.yml",
    ".appveyor.yml", ".drone.yml", ".drone.star", ".woodpecker.yml", ".woodpecker.yaml", "bitbucket-pipelines.yml",
    ".cirrus.yml", ".cirrus.star", "buildspec.yml", "buildspec.yaml", "cloudbuild.yaml", "cloudbuild.yml",
    "wercker.yml", "codefresh.yml", ".semaphore.yml", "renovate.json", "renovate.json5", ".renovaterc",
    ".renovaterc.json", ".renovaterc.json5", ".mergify.yml", "codecov.yml", "codecov.yaml", ".codecov.yml",
    ".codecov.yaml", ".coveragerc", "sonar-project.properties", ".goreleaser.yml", ".goreleaser.yaml",
    "goreleaser.yml", "goreleaser.yaml", ".releaserc", ".releaserc.json", ".releaserc.yml", ".releaserc.yaml",
    "release.config.js", "release-please-config.json", ".release-please-manifest.json", "cliff.toml",
    ".pre-commit-config.yaml", ".pre-commit-config.yml", ".pre-commit-hooks.yaml", "lefthook.yml",
    ".lintstagedrc", ".lintstagedrc.json", ".bumpversion.cfg", ".bumpversion.toml",
    # tools and their settings
    ".gitattributes", ".gitmodules", ".editorconfig", ".gitignore", ".mailmap", "makefile", "gnumakefile",
    "makefile.am", "justfile", "taskfile.yml", "taskfile.yaml", "procfile", "tsconfig.json", "jsconfig.json",
    "pytest.ini",
    ".flake8", ".pylintrc", "pylintrc", "mypy.ini", ".mypy.ini", "ruff.toml", ".ruff.toml", "pyrightconfig.json",
    ".rubocop.yml", ".golangci.yml", ".golangci.yaml", ".golangci.toml", "clippy.toml", ".clippy.toml",
    "rustfmt.toml", ".rustfmt.toml", "deny.toml", "biome.json", "biome.jsonc", ".prettierrc", ".prettierrc.json",
    ".prettierrc.yml", ".prettierrc.yaml", ".eslintrc", ".eslintrc.json", ".eslintrc.yml", ".eslintrc.yaml",
    ".stylelintrc", ".stylelintrc.json", "checkstyle.xml", ".scalafmt.conf", ".clang-format", ".clang-tidy",
    "phpunit.xml", "phpunit.xml.dist", "phpstan.neon", "phpstan.neon.dist", "psalm.xml", ".php-cs-fixer.php",
    ".php-cs-fixer.dist.php", ".swiftlint.yml", "analysis_options.yaml", ".credo.exs", ".hadolint.yaml",
    ".yamllint", ".yamllint.yml", ".markdownlint.json", ".markdownlint.yaml",
    ".gitleaks.toml", ".gitleaksignore", ".secrets.baseline",
    ".snyk",
    ".semgrepignore", ".trivyignore", ".oss-fuzz.yml", "mkdocs.yml", "mkdocs.yaml", "docusaurus.config.js",
    "docusaurus.config.ts", ".readthedocs.yml", ".readthedocs.yaml", "readthedocs.yml", "_config.yml",
    "antora.yml", "book.toml", "hugo.toml", "conf.py", "typedoc.json", "doxyfile", "zensical.toml",
    # containers, deployment, infrastructure
    "dockerfile", "containerfile", ".dockerignore", "docker-bake.hcl", "skaffold.yaml", "tiltfile", "chart.yaml",
    "chart.lock", "values.yaml", "kustomization.yaml", "kustomization.yml", "helmfile.yaml", "serverless.yml",
    "serverless.yaml", "template.yaml", "samconfig.toml", "vercel.json", "netlify.toml", "fly.toml",
    "render.yaml", "railway.json", "railway.toml", "app.json", "app.yaml", "app.yml", "firebase.json",
    "wrangler.toml", "wrangler.json", "wrangler.jsonc", "pulumi.yaml", "cdk.json", "vagrantfile", "ansible.cfg",
    "galaxy.yml", "requirements.yml", "devcontainer.json", ".devcontainer.json", "heroku.yml", "nomad.hcl",
    "terragrunt.hcl", ".terraform.lock.hcl", "apprunner.yaml", "amplify.yml", "captain-definition",
    # framework signatures
    "action.yml", "action.yaml", "manage.py", "angular.json", "nest-cli.json", "svelte.config.js", "artisan",
    "components.json", "capacitor.config.json", "tauri.conf.json", "electron-builder.yml", "metro.config.js",
    "cookiecutter.json", "copier.yml", "copier.yaml", "cargo-generate.toml", "dbt_project.yml", "mlproject",
    "dvc.yaml", "schema.prisma", "buf.yaml", "buf.gen.yaml", "snapcraft.yaml", "info.plist", "androidmanifest.xml",
    "manifest.json", "web.config", "security.txt", "codemeta.json", "citation.cff", "funding.yml", "codeowners",
    "owners", "maintainers", "authors", "agents.md", "claude.md", "gemini.md", ".cursorrules",
    "publiccode.yml", ".all-contributorsrc", ".slsa-goreleaser.yml", "radar.yml",
})  # fmt: skip

_DOCUMENTS = re.compile(
    r"(?:readme|contributing|code[-_]of[-_]conduct|changelog|changes|history|news|releases?(?:[-_]notes)?|security|"
    r"support|governance|roadmap|maintainers|authors|install(?:ation)?|upgrad(?:e|ing)|adopters|licen[cs]es?|copying|"
    r"unlicen[cs]e|notice|patents|copyright|funding|citation|(?:pull_request|issue)_template)(?:[-_.][\w.+-]*)?"
)

_NO_DOCUMENT = re.compile(
    r"\.(?:png|jpe?g|gif|svg|webp|ico|pdf|zip|gz|xcf|mp4|woff2?|ttf|py|[cm]?[jt]sx?|vue|go|rs|java|kt|c|h|cpp|cs|rb|"
    r"css|php|pyc|jar|exe|dll|so|class|swift|scala)$"
)

_MANIFESTS_AND_TOOLS = re.compile(
    r"""
      [\w.-]*requirements[\w.-]*\.(?:txt|in) | constraints[\w.-]*\.txt
    | [\w.-]+\.(?:csproj|fsproj|vbproj|sln|slnx|gemspec|cabal|rockspec|podspec|nimble|opam|nuspec|versions\.toml|
                  tf|tofu|bicep|gradle|gradle\.kts|dockerfile|containerfile)
    | (?:dockerfile|containerfile)[\w.-]*
    | (?:docker-)?compose[\w.-]*\.ya?ml
    | (?:eslint|prettier|vite|vitest|jest|next|nuxt|astro|remix|svelte|webpack|rollup|babel|tailwind|postcss|
         playwright|cypress|karma|tsup|commitlint|gatsby|expo|uno|wdio|storybook|drizzle|knip|lint-staged|stylelint|
         release|rspack|rsbuild|quasar|ember-cli-build|gulpfile|gruntfile)[\w.-]*\.[cm]?[jt]s
    | tsconfig[\w.-]*\.json
    """,
    re.X,
)

_GITHUB_FOLDERS = re.compile(
    r"^\.(?:github|gitlab|gitea|forgejo|circleci|buildkite|woodpecker|drone|semaphore|teamcity|config|changeset|"
    r"devcontainer|clusterfuzzlite|bazelci|tekton|azure-pipelines|azuredevops)/.*\.(?:ya?ml|md|txt|json5?|toml|star|py|sh)$|"
    r"^\.(?:github|gitlab|gitea|forgejo)/[^/]+$|^\.mvn/[^/]+\.xml$"
)
"""Settings of forges and of continuous integration, below folders of the root."""

_LICENCE_FOLDER = re.compile(r"(?:^|/)(?:licen[cs]es/[^/]+|requirements/[^/]+\.(?:txt|in))$")

_MAX_NAME = 255
"""Longer names are nobody's manifest, and would make patterns slow."""

_SOURCE_SUFFIXES = frozenset({
    "py", "pyi", "c", "h", "cc", "hh", "cpp", "hpp", "cxx", "m", "mm", "go", "rs", "java", "kt", "scala", "rb", "php",
    "cs", "swift", "vue", "svelte", "html", "css", "scss", "less", "sql", "dart", "ex", "erl", "hs", "ml", "lua", "pl",
    "r", "png", "svg", "jpg", "jpeg", "gif", "ico", "pdf", "po", "mo", "csv", "ttf", "woff", "woff2", "proto", "ipynb",
})  # fmt: skip
"""Suffixes of the many files that are no manifest, document or setting unless their whole name is listed."""


def is_of_interest(path: str) -> bool:
    """Whether the whole text of the file at `path` is kept. Vendored folders are the collector's business."""
    lowered = path.lower()
    name = lowered.rpartition("/")[2]
    if len(name) > _MAX_NAME:
        return False
    if name in _NAMES or (path.startswith(".") and _GITHUB_FOLDERS.search(lowered) is not None):
        return True
    if name.rpartition(".")[2] in _SOURCE_SUFFIXES:
        return False
    if _MANIFESTS_AND_TOOLS.fullmatch(name) or _LICENCE_FOLDER.search(lowered):
        return True
    if _DOCUMENTS.fullmatch(name) is not None and _NO_DOCUMENT.search(name) is None:
        return True
    return is_manifest(path) or is_licence_file(path) or is_runtime_file(path)


def max_text_bytes(path: str) -> int:
    """How long a kept text at `path` may be, in bytes."""
    name = path.rpartition("/")[2]
    return MAX_LOCKFILE_BYTES if name.lower() in LOCKFILES or name in KINDS else MAX_TEXT_BYTES
