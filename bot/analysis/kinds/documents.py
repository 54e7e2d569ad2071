"""Repositories to read, to copy or to fill in: actions, templates, settings, notebooks, documentation, data."""

from __future__ import annotations

from bot.analysis.contents.facts import type_of
from bot.analysis.finding import api, at
from bot.analysis.kinds.clues import SPOKEN, Clues, is_aside
from bot.model.report import Evidence, Kind
from bot.model.snapshot import FileClass

K = Kind


def action(clues: Clues) -> tuple[Evidence, ...]:
    """Metadata of an action in the root."""
    path = clues.tree.has("action.yml", "action.yaml")
    return (at(path, 1, "the action's metadata"),) if path and "/" not in path else ()


def template(clues: Clues) -> tuple[Evidence, ...]:
    """A template by GitHub's mark, or with questions for whoever uses it."""
    if clues.facts.is_template:
        return (api("isTemplate"),)
    path = clues.tree.has("cookiecutter.json", "copier.yml", "copier.yaml")
    return (at(path, 1, "asks for a template's answers"),) if path else ()


def configuration(clues: Clues) -> tuple[Evidence, ...]:
    """Settings: called like some, or most files are hidden ones."""
    name = clues.facts.name.lower()
    if name in {".github", "dotfiles", ".dotfiles", "dotfile", "nixos-config", "nix-config"}:
        return (api("name", clues.facts.name),)
    files = clues.own_files
    plain = [f for f in files if f.path in _DOTFILES]
    if len(plain) >= SEVERAL_DOTFILES:
        return (at(plain[0].path, None, f"one of {len(plain)} settings of a home folder"),)
    dotted = [f for f in files if f.path.startswith(".") and not f.path.startswith((".git", ".circleci"))]
    if len(files) >= 5 and len(dotted) * 2 > len(files):
        return (at(dotted[0].path, None, "most files are settings"),)
    return ()


_DOTFILES = frozenset(
    {
        "aliases", "asdfrc", "bash_aliases", "bash_profile", "bashrc", "curlrc", "editrc", "gemrc", "gitconfig",
        "gitignore", "gitignore_global", "gitmessage", "hushlogin", "inputrc", "irbrc", "profile", "psqlrc", "pryrc",
        "railsrc", "rcrc", "screenrc", "tmux.conf", "vimrc", "wgetrc", "xinitrc", "zlogin", "zprofile", "zshenv",
        "zshrc",
    }
)  # fmt: skip
"""Settings of a home folder without their dot, as rcm and others keep them."""

SEVERAL_DOTFILES = 4

NOTEBOOKS = 3


def notebooks(clues: Clues) -> tuple[Evidence, ...]:
    """Notebooks to read and run, with some helpers: a book, a course, an analysis."""
    notebooks = [f for f in clues.own_files if f.language == "Jupyter Notebook" and not is_aside(f.path)]
    code = sum(f.code for f in notebooks)
    if len(notebooks) < NOTEBOOKS or code * 2 < clues.size.code or clues.published:
        return ()
    return (at(notebooks[0].path, None, f"one of {len(notebooks)} notebooks"),)


def docs_site(clues: Clues) -> tuple[Evidence, ...]:
    """Documents with a site generator, or hardly anything but documents."""
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
    if prose >= MANY_FILES and prose > 0.8 * len(files) and clues.size.code < prose and not clues.published:
        return (at(documents[0].path, None, f"{prose:,} of {len(files):,} files are documents"),)
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


def data(clues: Clues) -> tuple[Evidence, ...]:
    """Data files are most of the files or of the bytes."""
    data = [f for f in clues.own_files if f.file_class is FileClass.DATA or f.path.lower().endswith(_DATA_ENDINGS)]
    if not data or any(m.is_component for m in clues.root_manifests):
        return ()
    if len(data) >= MANY_FILES and len(data) * 2 > len(clues.own_files) and clues.size.code < 20 * len(data):
        return (at(data[0].path, None, f"{len(data)} of {len(clues.own_files)} files are data"),)
    share = sum(f.size_bytes for f in data) / max(1, sum(f.size_bytes for f in clues.own_files))
    if (share > 0.8 and len(data) >= 3 and clues.size.code < 1_000) or (
        share > 0.5 and SPOKEN[K.DATA].search(clues.about)
    ):
        return (at(data[0].path, None, f"{len(data)} data files are most of the bytes"),)
    return ()
