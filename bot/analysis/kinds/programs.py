"""Repositories of what is run or built upon: command-line tools, applications, libraries."""

from __future__ import annotations

import re

from bot.analysis.finding import api, at
from bot.analysis.kinds.applicability import NOUNS
from bot.analysis.kinds.clues import SPOKEN, Clues, Rule, is_aside, is_main
from bot.analysis.manifests.nouns import Manifest
from bot.model.report import Evidence, Kind

K = Kind

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


def declared(kind: Kind) -> Rule:
    """Where a manifest of the root says so itself."""

    def rule(clues: Clues) -> tuple[Evidence, ...]:
        # a Python package may well carry a script beside what it is imported for
        found = [
            m for m in clues.root_manifests if m.kind is kind and (m.ecosystem, kind) != ("pypi", K.COMMAND_LINE_TOOL)
        ]
        return tuple(at(m.path, None, f"says {NOUNS[kind]}") for m in found[:2])

    return rule


def spoken_tool(clues: Clues) -> tuple[Evidence, ...]:
    """A tool by its own words, that has an entry point to run."""
    sure = [m for m in clues.root_manifests if m.entry_points] or _mains(clues)
    runs = sure or _called_like_its_module(clues)
    if not runs:
        return ()
    where = (
        at(runs[0].path, None, "has a command") if isinstance(runs[0], Manifest) else at(runs[0], 1, "a main program")
    )
    is_library = SPOKEN[K.LIBRARY].search(clues.about) is not None
    spoken = SPOKEN[K.COMMAND_LINE_TOOL].search(clues.about)
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


def application(clues: Clues) -> tuple[Evidence, ...]:
    """Deployed, or built on a server's or a user interface's library, and not published as a package."""
    deployed = clues.tree.has(*_DEPLOYED)
    server = clues.depends_on(_SERVER_LIBRARIES)
    published = clues.published
    if SPOKEN[K.LIBRARY].search(clues.about) and published:
        return ()
    if deployed and (server or not published):
        return (at(deployed, None, "is deployed"), *([server] if server else []))
    private = [m for m in clues.root_manifests if m.is_private and m.kind is not K.LIBRARY]
    # every pom states a version, so it does not say that others depend on it
    is_maven = all(m.ecosystem == "maven" for m in clues.root_manifests)
    if server and (private or not published or is_maven):
        return (server,)
    return ()


def editor_extension(clues: Clues) -> tuple[Evidence, ...]:
    """An extension of Visual Studio Code: its package.json names what it contributes and which version it needs."""
    if not any(r.name == "VS Code" for m in clues.root_manifests if m.path == "package.json" for r in m.runtimes):
        return ()
    text = clues.contents.texts.get("package.json", "")
    contributes = text.find('"contributes"')
    line = text.count("\n", 0, contributes) + 1
    return (at("package.json", line, "an extension of VS Code"),) if contributes >= 0 else ()


_MADE = re.compile(r"(?m)^[ \t]*(?:bin|sbin|libexec)_PROGRAMS[ \t]*\+?=[ \t]*[\w@$]")
_BUILT = re.compile(r"(?m)^[ \t]*lib_LTLIBRARIES[ \t]*\+?=[ \t]*[\w@$]")


def autotools(pattern: re.Pattern[str]) -> Rule:
    """What Automake is told to install, in the root or `src`."""

    def rule(clues: Clues) -> tuple[Evidence, ...]:
        for path in ("Makefile.am", "src/Makefile.am"):
            if match := pattern.search(clues.contents.texts.get(path, "")[:200_000]):
                line = clues.contents.texts[path].count("\n", 0, match.start()) + 1
                return (at(path, line, match.group(0).split("=")[0].strip(" \t+")),)
        return ()

    return rule


AUTOTOOLS_PROGRAM, AUTOTOOLS_LIBRARY = autotools(_MADE), autotools(_BUILT)


def part(kind: Kind) -> Rule:
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


def library(clues: Clues) -> tuple[Evidence, ...]:
    """Published as a package, or called a library in its own words."""
    if published := clues.published:
        go_program = clues.tree.has("main.go") and not SPOKEN[K.LIBRARY].search(clues.about)
        return () if go_program else published
    spoken = SPOKEN[K.LIBRARY].search(clues.about)
    return (api("description", f"says {spoken.group(0)}"),) if spoken and clues.size.code else ()


def private_library(clues: Clues) -> tuple[Evidence, ...]:
    """An npm package that is private in the tree and published from its build: it has exports and asks for peers."""
    text = clues.contents.texts.get("package.json", "")
    if '"peerDependencies"' in text and ('"exports"' in text or '"main"' in text):
        line = text.split('"peerDependencies"')[0].count("\n") + 1
        return (at("package.json", line, "asks for peer dependencies"),)
    return ()


def program(clues: Clues) -> tuple[Evidence, ...]:
    """A main program."""
    mains = _mains(clues)
    return (at(mains[0], 1, "a main program"),) if mains else ()


def any_code(clues: Clues) -> tuple[Evidence, ...]:
    """A root manifest with code under it is something that runs, unless it was found to be something else."""
    return tuple(at(m.path) for m in clues.root_manifests[:1]) if clues.size.code else ()
