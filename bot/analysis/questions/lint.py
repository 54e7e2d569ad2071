"""Are lint, format and type checks configured? (catalogue entry 35)"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bot.analysis.finding import Finding, at, failed, not_applicable, passed, warned
from bot.analysis.manifests import is_example
from bot.analysis.view import View
from bot.analysis.words import listed
from bot.model.report import Evidence, Kind, Scope

_FILES: dict[str, tuple[str, ...]] = {
    "ESLint": (
        ".eslintrc", ".eslintrc.js", ".eslintrc.cjs", ".eslintrc.json", ".eslintrc.yml", ".eslintrc.yaml",
        "eslint.config.js", "eslint.config.mjs", "eslint.config.cjs", "eslint.config.ts", "eslint.config.mts",
    ),
    "Prettier": (
        ".prettierrc", ".prettierrc.json", ".prettierrc.js", ".prettierrc.cjs", ".prettierrc.mjs",
        ".prettierrc.yml", ".prettierrc.yaml", ".prettierrc.toml", "prettier.config.js", "prettier.config.mjs",
        "prettier.config.cjs",
    ),
    "Biome": ("biome.json", "biome.jsonc"), "Oxlint": (".oxlintrc.json",),
    "TypeScript": ("tsconfig.json", "tsconfig.base.json"), "dprint": ("dprint.json",),
    "Stylelint": (".stylelintrc", ".stylelintrc.json", "stylelint.config.js"),
    "pre-commit": (".pre-commit-config.yaml", ".pre-commit-config.yml", "prek.toml", "lefthook.yml", ".lefthook.yml"),
    "Ruff": ("ruff.toml", ".ruff.toml"), "Flake8": (".flake8",), "Pylint": (".pylintrc", "pylintrc"),
    "mypy": ("mypy.ini", ".mypy.ini"), "Pyright": ("pyrightconfig.json",),
    "golangci-lint": (".golangci.yml", ".golangci.yaml", ".golangci.toml", ".golangci.json"),
    "rustfmt": ("rustfmt.toml", ".rustfmt.toml"), "Clippy": ("clippy.toml", ".clippy.toml"),
    "RuboCop": (".rubocop.yml",), "Standard": (".standard.yml",),
    "PHP-CS-Fixer": (".php-cs-fixer.php", ".php-cs-fixer.dist.php", ".php_cs", ".php_cs.dist"),
    "PHP_CodeSniffer": ("phpcs.xml", "phpcs.xml.dist", ".phpcs.xml", ".phpcs.xml.dist"),
    "PHPStan": ("phpstan.neon", "phpstan.neon.dist", "phpstan.dist.neon"), "Psalm": ("psalm.xml", "psalm.xml.dist"),
    "Checkstyle": ("checkstyle.xml", "config/checkstyle/checkstyle.xml"), "PMD": ("pmd.xml", "config/pmd/pmd.xml"),
    "ktlint or detekt": ("detekt.yml", "config/detekt/detekt.yml", "detekt-config.yml", ".ktlint"),
    "scalafmt": (".scalafmt.conf",), "clang-format": (".clang-format",), "clang-tidy": (".clang-tidy",),
    "SwiftLint": (".swiftlint.yml",), "SwiftFormat": (".swiftformat", ".swift-format"), "Credo": (".credo.exs",),
    "mix format": (".formatter.exs",), "HLint": (".hlint.yaml",), "Fourmolu": ("fourmolu.yaml",),
    "StyleCop": ("stylecop.json", ".globalconfig"),
    "markdownlint": (
        ".markdownlint.json", ".markdownlint.yml", ".markdownlint.yaml", ".markdownlint-cli2.yaml",
        ".markdownlint-cli2.jsonc",
    ),
    "yamllint": (".yamllint", ".yamllint.yml", ".yamllint.yaml"), "Hadolint": (".hadolint.yaml", ".hadolint.yml"),
    "tflint": (".tflint.hcl",), "Dart analyzer": ("analysis_options.yaml",),
    "Stylua": ("stylua.toml", ".stylua.toml"), "luacheck": (".luacheckrc",), "lintr": (".lintr",),
    "Air": ("air.toml", ".air.toml"),
    "JuliaFormatter": (".JuliaFormatter.toml",), "ansible-lint": (".ansible-lint", ".ansible-lint.yml"),
    "trunk": (".trunk/trunk.yaml",), "typos": ("typos.toml", "_typos.toml", ".typos.toml"),
}  # fmt: skip
_EDITOR = (".editorconfig",)
_PROSE = frozenset({Kind.DOCS_SITE, Kind.DATA})
SMALL_SCRIPTS = 200
_NO_LINTERS = ("EditorConfig", "codespell", "cspell", "typos", "Vale", "commitlint")
"""Technologies of the category that look at words, not at code."""

_PYTHON_TABLES: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(rf"(?m)^\[(?:tool[.:])?{table}\b"))
    for name, table in {
        "Ruff": "ruff", "Black": "black", "isort": "isort", "mypy": "mypy", "Pyright": "(?:based)?pyright",
        "Pylint": "pylint", "Flake8": "flake8", "YAPF": "yapf", "ty": "ty",
    }.items()
)  # fmt: skip

_PACKAGES: dict[str, str] = {
    "eslint": "ESLint", "prettier": "Prettier", "@biomejs/biome": "Biome", "standard": "Standard", "xo": "XO",
    "tslint": "TSLint", "jshint": "JSHint", "oxlint": "Oxlint", "typescript": "TypeScript", "ruff": "Ruff",
    "black": "Black", "flake8": "Flake8", "pylint": "Pylint", "mypy": "mypy", "pyright": "Pyright", "isort": "isort",
    "rubocop": "RuboCop", "standardrb": "Standard", "phpstan/phpstan": "PHPStan",
    "squizlabs/php_codesniffer": "PHP_CodeSniffer", "friendsofphp/php-cs-fixer": "PHP-CS-Fixer",
    "laravel/pint": "Pint", "vimeo/psalm": "Psalm", "credo": "Credo", "lints": "Dart lints",
    "flutter_lints": "Flutter lints", "StyleCop.Analyzers": "StyleCop", "neostandard": "neostandard",
}  # fmt: skip

_COMMANDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (name, re.compile(pattern))
    for name, pattern in {
        "gofmt": r"\bgofmt\b", "go vet": r"\bgo vet\b", "golangci-lint": r"golangci-lint",
        "staticcheck": r"\bstaticcheck\b", "rustfmt": r"\bcargo (?:\+\S+ )?fmt\b|\brustfmt\b",
        "Clippy": r"\bcargo (?:\+\S+ )?clippy\b|\bclippy\b", "ESLint": r"\beslint\b", "Prettier": r"\bprettier\b",
        "Ruff": r"\bruff\b", "Black": r"\bblack\b", "mypy": r"\bmypy\b", "ShellCheck": r"\bshellcheck\b",
        "Spotless": r"\bspotless(?:Check|:check)\b", "dotnet format": r"\bdotnet format\b",
        "clang-format": r"\bclang-format\b", "actionlint": r"\bactionlint\b", "terraform fmt": r"\bterraform fmt\b",
        "zig fmt": r"\bzig fmt\b", "HLint": r"\bhlint\b", "Ormolu": r"\b(?:ormolu|fourmolu)\b",
        "SwiftLint": r"\bswiftlint\b", "swift-format": r"\bswift[- ]format\b|\bswiftformat\b",
        "ktlint": r"\bktlint\w*\b", "detekt": r"\bdetekt\b", "RuboCop": r"\brubocop\b", "Standard": r"\bstandardrb\b",
        "PHP-CS-Fixer": r"\bphp-cs-fixer\b", "Pint": r"\bpint\b", "Flake8": r"\bflake8\b", "Pylint": r"\bpylint\b",
        "Pyright": r"\bpyright\b", "luacheck": r"\bluacheck\b", "Stylua": r"\bstylua\b", "tflint": r"\btflint\b",
        "ansible-lint": r"\bansible-lint\b", "yamllint": r"\byamllint\b", "goimports": r"\bgoimports\b",
        "mix format": r"\bmix format\b", "Credo": r"\bmix credo\b", "Cppcheck": r"\bcppcheck\b",
        "Checkstyle": r"\bcheckstyle\b", "a lint script": r"\b(?:npm|pnpm|yarn|bun)(?: run)? lint\b|\bmake lint\b"
        r"|(?m:^lint[\w-]*:)",
    }.items()
)  # fmt: skip


def judge(view: View) -> list[Finding]:
    """lint."""
    return [_lint(view)]


def linters_of(view: View) -> dict[str, Evidence]:
    """Tool → where it is configured, in a stable order."""
    found: dict[str, Evidence] = {}
    for tool, evidence in _sightings(view):
        found.setdefault(tool, evidence)
    if not found:
        found = {t.name: t.evidence[0] for t in view.technologies if t.category == "linting" and t.evidence}
        for tool in _NO_LINTERS:
            found.pop(tool, None)
    if len(found) > 1:
        found.pop("a lint script", None)
    return found


def _sightings(view: View) -> Iterator[tuple[str, Evidence]]:
    for tool, names in _FILES.items():
        if path := view.tree.has(*names):
            yield tool, at(path)
    for path in [p for p in view.tree.named("pyproject.toml", "setup.cfg", "tox.ini") if not is_example(p)][:20]:
        yield from _in_text(path, view.text(path), _PYTHON_TABLES)
    for package in view.packages:
        if package.name in _PACKAGES and package.scope is not Scope.OPTIONAL and not is_example(package.path):
            yield _PACKAGES[package.name], at(package.path, package.line)
    for workflow in view.good_workflows:
        for step in workflow.steps:
            for tool, _ in _in_text(workflow.path, step.run or step.uses, _COMMANDS):
                yield tool, at(workflow.path, step.line)
    for path in view.tree.named("makefile", "justfile", "package.json")[:5]:
        yield from _in_text(path, view.text(path), _COMMANDS)


def _in_text(path: str, text: str, patterns: tuple[tuple[str, re.Pattern[str]], ...]) -> Iterator[tuple[str, Evidence]]:
    for tool, pattern in patterns:
        if match := pattern.search(text, 0, _MAX_TEXT):
            yield tool, at(path, text.count("\n", 0, match.start()) + 1)


_MAX_TEXT = 100_000

_PROPOSALS = {
    "Python": "`[tool.ruff]` and `[tool.mypy]` to `pyproject.toml`",
    "JavaScript": "an `eslint.config.js`, or `biome.json` for lint and format in one",
    "TypeScript": "an `eslint.config.js`, or `biome.json` for lint and format in one",
    "Go": "a `.golangci.yml`, and a step that runs `golangci-lint`",
    "Rust": "a step that runs `cargo fmt --check` and `cargo clippy -- -D warnings`",
    "Java": "Spotless or Checkstyle to the build",
    "Kotlin": "ktlint or detekt to the build",
    "Ruby": "a `.rubocop.yml`",
    "PHP": "`phpstan.neon.dist`, and Pint or PHP-CS-Fixer",
    "C#": "`dotnet format --verify-no-changes` to CI, and an `.editorconfig`",
    "C": "a `.clang-format` and a `.clang-tidy`",
    "C++": "a `.clang-format` and a `.clang-tidy`",
    "Shell": "a step that runs `shellcheck`",
    "HCL": "`terraform fmt -check` and tflint to CI",
    "Swift": "a `.swiftlint.yml`",
}


def _lint(view: View) -> Finding:
    if not view.has_code:
        return not_applicable("lint", "there is no code to check")
    found = linters_of(view)
    if found:
        names = list(found)
        return passed("lint", f"{listed(names, limit=6)}.", *list(found.values())[:10])
    if view.kind.kind in _PROSE and view.size.code < SMALL_SCRIPTS:
        return not_applicable("lint", "a few lines of script beside the texts need no linter")
    language = view.main_language
    proposal = _PROPOSALS.get(language, "the usual linter and formatter of the language")
    if view.kind.kind is Kind.DOCS_SITE and language != "Jupyter Notebook":
        proposal = "a `.markdownlint-cli2.yaml`, and a step that runs markdownlint"
    if path := view.tree.has(*_EDITOR):
        return warned(
            "lint",
            "Only an `.editorconfig`: indentation is agreed, nothing else.",
            at(path),
            action="Add a linter",
            next_step=f"Add {proposal}.",
            share=0.3,
        )
    return failed(
        "lint",
        "No lint, format or type check is configured.",
        action="Add a linter and a formatter",
        next_step=f"Add {proposal}, and run it in CI.",
    )
