"""What kind of repository it is (catalogue entry 2), and which checks a kind makes no sense for.

The rules are tried in the order of `_RULES`; the first that finds evidence decides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from bot.analysis.config import RadarConfig
from bot.analysis.contents.facts import type_of
from bot.analysis.finding import api, at
from bot.analysis.manifests import is_example
from bot.analysis.manifests.nouns import Inventory, Manifest
from bot.analysis.view import KindAnswer, Tree
from bot.model.report import Component, Evidence, Kind, LanguageLines, Scope, Size
from bot.model.snapshot import Contents, FileClass, FileFact, RepositoryFacts

K = Kind

NOUNS: dict[Kind, str] = {
    K.APPLICATION: "application",
    K.LIBRARY: "library",
    K.COMMAND_LINE_TOOL: "command-line tool",
    K.ACTION: "GitHub Action",
    K.TEMPLATE: "template",
    K.DOCS_SITE: "documentation repository",
    K.CONFIGURATION: "configuration",
    K.INFRASTRUCTURE: "infrastructure repository",
    K.DATA: "data set",
    K.MONOREPO: "monorepo",
    K.UNKNOWN: "repository",
}

_PROSE = frozenset({K.DOCS_SITE, K.DATA, K.CONFIGURATION})
_NO_RELEASES = frozenset({K.APPLICATION, K.TEMPLATE, K.DOCS_SITE, K.CONFIGURATION, K.INFRASTRUCTURE, K.DATA, K.UNKNOWN})
_NOT_LIBRARY = frozenset(Kind) - {K.LIBRARY, K.MONOREPO, K.COMMAND_LINE_TOOL, K.ACTION}

NOT_FOR: dict[str, tuple[frozenset[Kind], str]] = {
    "releases": (_NO_RELEASES, "{kind} is deployed or read at HEAD, not released in versions"),
    "changelog": (_NO_RELEASES, "{kind} has no versions that users upgrade to"),
    "publishing": (_NO_RELEASES, "{kind} is not published as a package"),
    "signed-releases": (_NO_RELEASES, "{kind} is not released in versions"),
    "docs-site": (_NOT_LIBRARY | {K.ACTION}, "{kind} is explained well enough by its README"),
    "lockfile": (_PROSE | {K.LIBRARY, K.ACTION, K.TEMPLATE}, "{kind} leaves exact versions to those who use it"),
    "runtime-versions": (_PROSE | {K.INFRASTRUCTURE}, "{kind} runs nothing itself"),
    "tests": (_PROSE | {K.TEMPLATE, K.INFRASTRUCTURE}, "{kind} has no code of its own to test"),
    "ci-tests": (_PROSE | {K.TEMPLATE, K.INFRASTRUCTURE}, "{kind} has no code of its own to test"),
    "coverage": (_PROSE | {K.TEMPLATE, K.INFRASTRUCTURE, K.ACTION}, "{kind} has no tests to measure"),
    "fuzzing": (
        _PROSE | {K.TEMPLATE, K.INFRASTRUCTURE, K.ACTION, K.APPLICATION, K.UNKNOWN},
        "{kind} seldom parses untrusted input of its own",
    ),
    "static-analysis": (_PROSE | {K.TEMPLATE}, "{kind} has no code of its own to analyse"),
    "security-policy": (_PROSE, "{kind} runs nowhere, so there is nothing to exploit"),
    "status": (frozenset({K.CONFIGURATION, K.DATA}), "{kind} is done when it is done"),
    "complexity": (_PROSE, "{kind} has no code of its own to measure"),
    "duplication": (_PROSE, "{kind} has no code of its own to measure"),
    "debt": (frozenset({K.DATA}), "{kind} has no code of its own to measure"),
    "lint": (frozenset({K.DATA}), "{kind} has no code of its own to check"),
}
"""Check → the kinds it makes no sense for, and the reason that the report gives."""


def reason_for(check: str, kind: Kind) -> str:
    """Why `check` does not apply to `kind`; "" where it applies."""
    kinds, reason = NOT_FOR.get(check, (frozenset(), ""))
    if kind not in kinds:
        return ""
    noun = NOUNS[kind]
    if kind is Kind.CONFIGURATION:
        named = "a configuration repository"
    else:
        named = f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
    return reason.format(kind=named)


@dataclass(frozen=True, slots=True)
class Clues:
    """What the rules look at."""

    facts: RepositoryFacts
    contents: Contents
    tree: Tree
    inventory: Inventory
    components: Sequence[Component]
    languages: Sequence[LanguageLines]
    size: Size
    about: str
    readme_words: int

    @property
    def root_manifests(self) -> tuple[Manifest, ...]:
        """The manifests of the root."""
        return tuple(m for m in self.inventory.manifests if m.folder == "" and m.is_component)

    @property
    def own_files(self) -> tuple[FileFact, ...]:
        """All files but those of `.github`: adding a workflow must not change the kind."""
        return tuple(file for file in self.contents.files if not file.path.startswith(".github/"))

    def depends_on(self, names: Iterable[str], *, scopes: Iterable[Scope] = (Scope.RUNTIME,)) -> Evidence | None:
        """Where one of these exact packages is declared."""
        wanted, allowed = frozenset(names), frozenset(scopes)
        for package in self.inventory.packages:
            if package.name in wanted and package.scope in allowed and not is_aside(package.path):
                return at(package.path, package.line, f"depends on {package.name}")
        return None


def find_kind(clues: Clues, config: RadarConfig) -> KindAnswer:
    """The declared kind, else the first that a rule finds."""
    if config.kind is not None:
        return KindAnswer(config.kind, (at(config.path, config.kind_line, "declared"),))
    for kind, rule in _RULES:
        if evidence := rule(clues):
            return KindAnswer(kind, evidence)
    return KindAnswer(Kind.UNKNOWN)


_ASIDE = frozenset(
    {
        "example", "examples", "sample", "samples", "demo", "demos", "test", "tests", "spec", "docs", "doc",
        "website", "site", "benchmark", "benchmarks", "bench", "fixtures", "scripts", "tools", "hack", "e2e",
        "playground", "build-logic", "buildsrc",
        "dist", "build", "out", "__tests__", "__test__", ".github", "ci", ".ci", "integration", "fuzz",
    }
)  # fmt: skip


def is_aside(path: str) -> bool:
    """Whether `path` stands in a folder that only accompanies the real thing."""
    return is_example(path) or any(part in _ASIDE for part in path.lower().split("/")[:-1])


def is_main(component: Component) -> bool:
    """Whether a component is a part of the product, and not an example, a test or a site."""
    return component.path == "" or not is_aside(f"{component.path}/x")


_SPOKEN = {
    K.COMMAND_LINE_TOOL: re.compile(
        r"\b(?:cli|command[- ]line (?:[\w.-]+ )?(?:tool|interface|utility|app|program|client|processor|extension"
        r"|runner|wrapper)|terminal (?:tool|app|ui|emulator)|tui|linter|code formatter)\b",
        re.IGNORECASE,
    ),
    K.LIBRARY: re.compile(
        r"\b(?:librar(?:y|ies)|sdk|framework|toolkit|client for|bindings|api wrapper|package for|plugin"
        r"|extension|middleware|crate)\b",
        re.IGNORECASE,
    ),
    K.DATA: re.compile(r"\b(?:data ?sets?|corpus)\b", re.IGNORECASE),
}

_CLI_LIBRARIES = (
    "typer", "click", "cyclopts", "fire", "docopt", "rich-click", "cleo", "cliff", "argh", "textual", "commander",
    "yargs", "oclif", "@oclif/core", "meow", "cac", "ink", "citty", "clipanion", "sade", "clap", "structopt", "argh",
    "bpaf", "pico-args", "lexopt", "ratatui", "github.com/spf13/cobra", "github.com/urfave/cli",
    "github.com/urfave/cli/v2", "github.com/urfave/cli/v3", "github.com/alecthomas/kong",
    "github.com/charmbracelet/bubbletea", "thor", "gli", "symfony/console", "info.picocli:picocli",
    "System.CommandLine", "Spectre.Console.Cli",
)  # fmt: skip

_SERVER_LIBRARIES = (
    "next", "nuxt", "@angular/core", "vite", "react-scripts", "gatsby", "@nestjs/core", "electron", "expo", "express",
    "fastify", "koa", "hono", "@sveltejs/kit", "astro", "@remix-run/node", "react-dom", "vue", "svelte", "django",
    "flask", "fastapi", "starlette", "uvicorn", "gunicorn", "streamlit", "gradio", "celery", "sanic", "aiogram",
    "rails", "sinatra", "puma", "laravel/framework", "symfony/framework-bundle",
    "org.springframework.boot:spring-boot-starter", "org.springframework.boot:spring-boot-starter-web",
    "org.springframework.boot:spring-boot-starter-webflux", "io.quarkus:quarkus-arc",
    "io.micronaut:micronaut-runtime", "axum", "actix-web", "rocket", "warp", "tauri", "bevy", "iced", "egui",
    "eframe", "github.com/gin-gonic/gin", "github.com/labstack/echo/v4", "github.com/gofiber/fiber/v2",
    "github.com/go-chi/chi/v5",
)  # fmt: skip


_LOOSELY_SPOKEN = re.compile(
    r"\b(?:on|from|for) the command[- ]line\b|\bin (?:the|your) terminal\b"
    r"|\bcommand[- ]line (?!interface|argument|option|flag|pars)\w+",
    re.IGNORECASE,
)
"""Said by tools, and by libraries for tools."""


def _action(clues: Clues) -> tuple[Evidence, ...]:
    path = clues.tree.has("action.yml", "action.yaml")
    return (at(path, 1, "the action's metadata"),) if path and "/" not in path else ()


def _template(clues: Clues) -> tuple[Evidence, ...]:
    if clues.facts.is_template:
        return (api("isTemplate"),)
    path = clues.tree.has("cookiecutter.json", "copier.yml", "copier.yaml")
    return (at(path, 1, "asks for a template's answers"),) if path else ()


_SAMPLES = re.compile(
    r"\b(?:collection|list|set|catalogu?e|repository) of .{0,60}\b(?:samples|examples|recipes|snippets|exercises)\b"
    r"|\b(?:samples|examples) (?:for|of|that show)\b",
    re.IGNORECASE,
)
SEVERAL_SAMPLES = 5


def _samples(clues: Clues) -> tuple[Evidence, ...]:
    """Many small things side by side, to read and to copy."""
    spoken = _SAMPLES.search(clues.about)
    if not spoken or clues.root_manifests or len(clues.components) < SEVERAL_SAMPLES:
        return ()
    return (api("description", f"says {spoken.group(0)[:80]}"),)


_INFRASTRUCTURE_ECOSYSTEMS = frozenset({"helm", "terraform", "kustomize"})


def _infrastructure_parts(clues: Clues) -> tuple[Evidence, ...]:
    """Charts or modules side by side, with the scripts that serve them."""
    main = [component for component in clues.components if is_main(component)]
    of_kind = [component for component in main if component.ecosystem in _INFRASTRUCTURE_ECOSYSTEMS]
    if clues.root_manifests or not of_kind or len(of_kind) < 0.8 * len(main):
        return ()
    return (at(of_kind[0].manifests[0], None, f"one of {len(of_kind)} {of_kind[0].ecosystem} components"),)


def _monorepo(clues: Clues) -> tuple[Evidence, ...]:
    if any(m.name and not m.is_private and m.kind is not Kind.UNKNOWN for m in clues.root_manifests):
        return ()  # the root is a product of its own, and the members are its parts
    production = clues.size.code - clues.size.test_code
    for workspace in clues.inventory.workspaces:
        main = [member for member in workspace.members if member and not is_aside(f"{member}/x")]
        if len(main) >= 2 and not is_aside(workspace.path):
            root_code = sum(c.code for c in clues.components if c.path == "")
            if root_code * 2 < production:
                return (at(workspace.path, None, f"{workspace.manager} workspace of {len(workspace.members)} members"),)
    main_components = [c for c in clues.components if c.path and is_main(c) and c.code]
    if len(main_components) >= 3 and not any(c.path == "" and c.code * 2 > production for c in clues.components):
        return tuple(at(c.manifests[0], None, "a component") for c in main_components[:3] if c.manifests)
    return ()


def _configuration(clues: Clues) -> tuple[Evidence, ...]:
    name = clues.facts.name.lower()
    if name in {".github", "dotfiles", ".dotfiles", "dotfile", "nixos-config", "nix-config"}:
        return (api("name", clues.facts.name),)
    files = clues.own_files
    dotted = [f for f in files if f.path.startswith(".") and not f.path.startswith((".git", ".circleci"))]
    if len(files) >= 5 and len(dotted) * 2 > len(files):
        return (at(dotted[0].path, None, "most files are settings"),)
    return ()


_INFRASTRUCTURE_LANGUAGES = frozenset(
    {"HCL", "Bicep", "Jsonnet", "Nix", "Puppet", "SaltStack", "Smarty", "Go Template"}
)


def _infrastructure(clues: Clues) -> tuple[Evidence, ...]:
    counted = sum(language.code for language in clues.languages)
    infra = sum(language.code for language in clues.languages if language.name in _INFRASTRUCTURE_LANGUAGES)
    if counted and infra * 2 > counted:
        sources = [f for f in clues.contents.files if f.language in _INFRASTRUCTURE_LANGUAGES]
        first = min(sources, key=lambda f: (f.path.count("/"), f.path), default=None)
        return (at(first.path, None, f"most code is {first.language}"),) if first else ()
    if clues.tree.has("tasks/main.yml", "tasks/main.yaml") and {"meta", "defaults"} & clues.tree.folders:
        return (at(clues.tree.has("tasks/main.yml", "tasks/main.yaml"), 1, "the tasks of an Ansible role"),)
    if images := _image_builds(clues):
        return images
    path = clues.tree.has("Chart.yaml", "ansible.cfg", "galaxy.yml", "kustomization.yaml", "site.yml", "Pulumi.yaml")
    if path and clues.size.code < 200:
        return (at(path, None, "and little other code"),)
    return ()


_BUILD_LANGUAGES = frozenset({"Dockerfile", "Shell", "Makefile", "Batchfile", "PowerShell"})
SEVERAL_IMAGES = 3


def _image_builds(clues: Clues) -> tuple[Evidence, ...]:
    """Dockerfiles with the scripts that they need, and nothing else that would be built into the images."""
    dockerfiles = [f.path for f in clues.own_files if f.language == "Dockerfile" and not is_aside(f.path)]
    is_about = re.search(r"\b(?:docker|container|OCI)\b", clues.about, re.IGNORECASE) is not None
    if not dockerfiles or clues.root_manifests or not (len(dockerfiles) >= SEVERAL_IMAGES or is_about):
        return ()
    counted = sum(language.code for language in clues.languages)
    building = sum(language.code for language in clues.languages if language.name in _BUILD_LANGUAGES)
    return (at(dockerfiles[0], 1, "builds an image, as most code here does"),) if building >= 0.9 * counted else ()


NOTEBOOKS = 3


def _notebooks(clues: Clues) -> tuple[Evidence, ...]:
    """Notebooks to read and run, with some helpers: a book, a course, an analysis."""
    notebooks = [f for f in clues.own_files if f.language == "Jupyter Notebook" and not is_aside(f.path)]
    code = sum(f.code for f in notebooks)
    if len(notebooks) < NOTEBOOKS or code * 2 < clues.size.code or _published(clues):
        return ()
    return (at(notebooks[0].path, None, f"one of {len(notebooks)} notebooks"),)


def _docs_site(clues: Clues) -> tuple[Evidence, ...]:
    files = clues.own_files
    documents = [f for f in files if type_of(f.language) == "prose"]
    prose = len(documents)
    path = clues.tree.has(
        "mkdocs.yml", "mkdocs.yaml", "docusaurus.config.js", "docusaurus.config.ts", "_config.yml", "book.toml",
        "conf.py", "source/conf.py", "hugo.toml", "config.toml", "antora.yml", ".vitepress/config.ts",
        "docs/.vitepress/config.ts", "docs/.vitepress/config.mts", "astro.config.mjs",
    )  # fmt: skip
    main_code = sum(
        lang.code for lang in clues.languages if lang.name not in {"HTML", "CSS", "SCSS", "JavaScript", "TeX"}
    )
    if path and prose >= 3 and main_code < 20 * prose:
        return (at(path, None, "a site generator's settings"),)
    if clues.readme_words >= 500 and clues.size.code < 150 and not clues.root_manifests:
        return (at(clues.tree.has("readme.md", "readme.rst", "readme") or documents[0].path, 1, "is what it is about"),)
    counted = sum(lang.code for lang in clues.languages)
    markup = sum(lang.code for lang in clues.languages if type_of(lang.name) == "markup")
    if prose >= 3 and markup > 0.9 * counted and not clues.root_manifests and not clues.tree.has("index.html"):
        return (at(documents[0].path, None, "most lines are pages and documents"),)
    if prose >= 3 and prose * 2 > len(files) and not clues.root_manifests and clues.size.code < 50 * prose:
        return (at(documents[0].path, None, f"{prose} of {len(files)} files are documents"),)
    return ()


_DATA_ENDINGS = (
    ".csv",
    ".tsv",
    ".parquet",
    ".jsonl",
    ".ndjson",
    ".geojson",
    ".feather",
    ".arrow",
    ".npz",
    ".h5",
    ".sqlite",
)


MANY_FILES = 20


def _data(clues: Clues) -> tuple[Evidence, ...]:
    data = [f for f in clues.own_files if f.file_class is FileClass.DATA or f.path.lower().endswith(_DATA_ENDINGS)]
    if not data or any(m.is_component for m in clues.root_manifests):
        return ()
    if len(data) >= MANY_FILES and len(data) * 2 > len(clues.own_files) and clues.size.code < 20 * len(data):
        return (at(data[0].path, None, f"{len(data)} of {len(clues.own_files)} files are data"),)
    share = sum(f.size_bytes for f in data) / max(1, sum(f.size_bytes for f in clues.own_files))
    if (share > 0.8 and len(data) >= 3 and clues.size.code < 1_000) or (
        share > 0.5 and _SPOKEN[K.DATA].search(clues.about)
    ):
        return (at(data[0].path, None, f"{len(data)} data files are most of the bytes"),)
    return ()


def _declared(kind: Kind) -> Callable[[Clues], tuple[Evidence, ...]]:
    def rule(clues: Clues) -> tuple[Evidence, ...]:
        # a Python package may well carry a script beside what it is imported for
        found = [
            m for m in clues.root_manifests if m.kind is kind and (m.ecosystem, kind) != ("pypi", K.COMMAND_LINE_TOOL)
        ]
        return tuple(at(m.path, None, f"says {NOUNS[kind]}") for m in found[:2])

    return rule


def _spoken_tool(clues: Clues) -> tuple[Evidence, ...]:
    """A tool by its own words, that has an entry point to run."""
    sure = [m for m in clues.root_manifests if m.entry_points] or _mains(clues)
    runs = sure or _called_like_its_module(clues)
    if not runs:
        return ()
    where = (
        at(runs[0].path, None, "has a command") if isinstance(runs[0], Manifest) else at(runs[0], 1, "a main program")
    )
    is_library = _SPOKEN[K.LIBRARY].search(clues.about) is not None
    spoken = _SPOKEN[K.COMMAND_LINE_TOOL].search(clues.about)
    spoken = spoken or (None if is_library else _LOOSELY_SPOKEN.search(clues.about))
    if spoken:
        return (where, api("description", f"says {spoken.group(0)}"))
    if not sure or clues.depends_on(_SERVER_LIBRARIES) or clues.tree.has(*_HOSTED):
        return ()
    library = clues.depends_on(_CLI_LIBRARIES)
    if settings := clues.tree.has(".goreleaser.yml", ".goreleaser.yaml", "goreleaser.yml", "goreleaser.yaml"):
        library = library or at(settings, None, "releases a program")
    return (where, library) if library and not is_library else ()


def _mains(clues: Clues) -> list[str]:
    names = clues.tree.named(
        "main.go", "main.rs", "__main__.py", "program.cs", "main.c", "main.cpp", "cli.py", "cli.js", "cli.ts"
    )
    return sorted((p for p in names if not is_aside(p)), key=lambda p: (_is_helper(p, clues), p.count("/"), p))


def _called_like_its_module(clues: Clues) -> list[str]:
    """A file of the root that is called like the Go module: the program of a tool, or the heart of a library."""
    modules = [m.name for m in clues.root_manifests if m.ecosystem == "golang" and m.name]
    named = [f"{re.sub(r'/v[0-9]+$', '', module).rpartition('/')[2]}.go" for module in modules]
    return [path for name in named if (path := clues.tree.has(name))]


def _is_helper(path: str, clues: Clues) -> bool:
    """Whether a program serves those who work here: its folder is called neither like the repository nor plainly."""
    folder = path.rpartition("/")[0].rpartition("/")[2].lower()
    return folder.startswith(("gen", "doc", "make", "test", "bench")) and folder != clues.facts.name.lower()


_HOSTED = (
    "Procfile", "manage.py", "fly.toml", "vercel.json", "render.yaml", "app.yaml", "railway.json", "wrangler.toml",
    "wrangler.jsonc", "serverless.yml", "heroku.yml", "index.html", "next.config.js", "next.config.mjs",
    "next.config.ts",
)  # fmt: skip
"""What only something that is served has."""

_DEPLOYED = (
    *_HOSTED,
    "netlify.toml",
    "docker-compose.yml",
    "docker-compose.yaml",
    "compose.yml",
    "compose.yaml",
    "Dockerfile",
)
"""What things that are served have, and tools that come as an image too."""


def _application(clues: Clues) -> tuple[Evidence, ...]:
    deployed = clues.tree.has(*_DEPLOYED)
    server = clues.depends_on(_SERVER_LIBRARIES)
    published = _published(clues)
    if _SPOKEN[K.LIBRARY].search(clues.about) and published:
        return ()
    if deployed and (server or not published):
        return (at(deployed, None, "is deployed"), *([server] if server else []))
    private = [m for m in clues.root_manifests if m.is_private and m.kind is not K.LIBRARY]
    # every pom states a version, so it does not say that others depend on it
    is_maven = all(m.ecosystem == "maven" for m in clues.root_manifests)
    if server and (private or not published or is_maven):
        return (server,)
    return ()


def _published(clues: Clues) -> tuple[Evidence, ...]:
    """Manifests whose purpose is to be depended on."""
    found = []
    for manifest in clues.root_manifests:
        named = manifest.name and not manifest.is_private and _can_be_imported(manifest, clues)
        if named and (
            manifest.version or manifest.ecosystem in {"pypi", "golang", "gem", "composer", "maven", "nuget", "swift"}
        ):
            found.append(at(manifest.path, None, f"declares the package {manifest.name}"))
    return tuple(found[:2])


_NPM_ENTRY = re.compile(r'"(?:main|module|exports|bin|files|types|typings|browser|style|sass)"\s*:')


def _can_be_imported(manifest: Manifest, clues: Clues) -> bool:
    """Whether an npm package has something to import or run; many applications are called a package and are none."""
    if manifest.ecosystem != "npm":
        return True
    text = clues.contents.texts.get(manifest.path, "")
    return bool(_NPM_ENTRY.search(text)) or bool(clues.tree.has("index.js", "index.mjs", "index.ts", "index.d.ts"))


def _part(kind: Kind) -> Callable[[Clues], tuple[Evidence, ...]]:
    """Where the root declares nothing: what the component is that has most of the code."""

    def rule(clues: Clues) -> tuple[Evidence, ...]:
        main = [c for c in clues.components if c.path and c.code and is_main(c)]
        largest = max(main, key=lambda c: (c.code, c.path), default=None)
        production = clues.size.code - clues.size.test_code
        if clues.root_manifests or largest is None or largest.code * 2 < production:
            return ()
        found = [m for m in clues.inventory.manifests if m.path in largest.manifests and m.kind is kind]
        return tuple(at(m.path, None, f"most of the code, says {NOUNS[kind]}") for m in found[:1])

    return rule


def _library(clues: Clues) -> tuple[Evidence, ...]:
    if published := _published(clues):
        go_program = clues.tree.has("main.go") and not _SPOKEN[K.LIBRARY].search(clues.about)
        return () if go_program else published
    spoken = _SPOKEN[K.LIBRARY].search(clues.about)
    return (api("description", f"says {spoken.group(0)}"),) if spoken and clues.size.code else ()


def _private_library(clues: Clues) -> tuple[Evidence, ...]:
    """An npm package that is private in the tree and published from its build: it has exports and asks for peers."""
    text = clues.contents.texts.get("package.json", "")
    if '"peerDependencies"' in text and ('"exports"' in text or '"main"' in text):
        line = text.split('"peerDependencies"')[0].count("\n") + 1
        return (at("package.json", line, "asks for peer dependencies"),)
    return ()


def _program(clues: Clues) -> tuple[Evidence, ...]:
    mains = _mains(clues)
    return (at(mains[0], 1, "a main program"),) if mains else ()


def _any_code(clues: Clues) -> tuple[Evidence, ...]:
    """A root manifest with code under it is something that runs, unless it was found to be something else."""
    return tuple(at(m.path) for m in clues.root_manifests[:1]) if clues.size.code else ()


_RULES: tuple[tuple[Kind, Callable[[Clues], tuple[Evidence, ...]]], ...] = (
    (K.ACTION, _action),
    (K.TEMPLATE, _template),
    (K.DOCS_SITE, _samples),
    (K.INFRASTRUCTURE, _infrastructure_parts),
    (K.MONOREPO, _monorepo),
    (K.CONFIGURATION, _configuration),
    (K.INFRASTRUCTURE, _infrastructure),
    (K.DATA, _data),
    (K.DOCS_SITE, _docs_site),
    (K.DOCS_SITE, _notebooks),
    (K.COMMAND_LINE_TOOL, _spoken_tool),
    (K.LIBRARY, _private_library),
    (K.APPLICATION, _application),
    (K.COMMAND_LINE_TOOL, _declared(K.COMMAND_LINE_TOOL)),
    (K.LIBRARY, _declared(K.LIBRARY)),
    (K.APPLICATION, _declared(K.APPLICATION)),
    (K.LIBRARY, _library),
    (K.COMMAND_LINE_TOOL, _part(K.COMMAND_LINE_TOOL)),
    (K.LIBRARY, _part(K.LIBRARY)),
    (K.APPLICATION, _program),
    (K.APPLICATION, _any_code),
)
