"""Lock files: which manager writes which, and the exact versions they pin, found by scanning lines.

Lock files are large and machine-written, so each is scanned once with bounded patterns instead of being parsed whole.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Mapping

from bot.analysis.manifests.nouns import Lockfile, pypi_name

MAX_CHARACTERS = 8_000_000
"""Longest lock file whose versions are read; a longer one counts as present only."""

Locked = Mapping[str, str]
"""Version by package name; for npm also by "name@requirement", for importers by "folder\\0name"."""

KINDS: dict[str, tuple[str, str]] = {
    "package-lock.json": ("npm", "npm"),
    "npm-shrinkwrap.json": ("npm", "npm"),
    "yarn.lock": ("yarn", "npm"),
    "pnpm-lock.yaml": ("pnpm", "npm"),
    "bun.lock": ("bun", "npm"),
    "bun.lockb": ("bun", "npm"),
    "deno.lock": ("deno", "deno"),
    "uv.lock": ("uv", "pypi"),
    "poetry.lock": ("poetry", "pypi"),
    "pdm.lock": ("pdm", "pypi"),
    "Pipfile.lock": ("pipenv", "pypi"),
    "pylock.toml": ("pylock", "pypi"),
    "pixi.lock": ("pixi", "conda"),
    "conda-lock.yml": ("conda-lock", "conda"),
    "go.sum": ("go", "golang"),
    "Cargo.lock": ("cargo", "cargo"),
    "gradle.lockfile": ("gradle", "maven"),
    "Gemfile.lock": ("bundler", "gem"),
    "gems.locked": ("bundler", "gem"),
    "composer.lock": ("composer", "composer"),
    "packages.lock.json": ("nuget", "nuget"),
    "paket.lock": ("paket", "nuget"),
    "mix.lock": ("mix", "hex"),
    "rebar.lock": ("rebar3", "hex"),
    "pubspec.lock": ("pub", "pub"),
    "Package.resolved": ("swiftpm", "swift"),
    "Podfile.lock": ("cocoapods", "cocoapods"),
    "Cartfile.resolved": ("carthage", "swift"),
    "cabal.project.freeze": ("cabal", "hackage"),
    "stack.yaml.lock": ("stack", "hackage"),
    ".terraform.lock.hcl": ("terraform", "terraform"),
    "Chart.lock": ("helm", "helm"),
    "conan.lock": ("conan", "conan"),
    "renv.lock": ("renv", "cran"),
    "Manifest.toml": ("julia", "julia"),
    "flake.lock": ("nix", "nix"),
    "MODULE.bazel.lock": ("bazel", "bazel"),
    "elm.lock": ("elm", "elm"),
}
"""Name → (manager, ecosystem)."""

UNREAD = frozenset(
    {"bun.lockb", "go.sum", "MODULE.bazel.lock", "flake.lock", "pixi.lock", "conda-lock.yml", "deno.lock"}
)
"""Lock files whose text is never needed: their presence is all that counts."""


def lockfile(path: str) -> Lockfile | None:
    """The lock file at `path`, None where it is none."""
    kind = KINDS.get(posixpath.basename(path))
    return None if kind is None else Lockfile(path=path, manager=kind[0], ecosystem=kind[1])


def locked_versions(lock: Lockfile, text: str) -> Locked:
    """The pinned versions; {} where this kind tells none, or the text is too long or broken."""
    scan = _SCANNERS.get(posixpath.basename(lock.path))
    if scan is None or len(text) > MAX_CHARACTERS:
        return {}
    try:
        return scan(text)
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return {}


def find_locked(locked: Locked, ecosystem: str, folder: str, name: str, requirement: str) -> str:
    """The version that `locked` pins for a dependency of the component at `folder` (relative to the lock file)."""
    bare = pypi_name(name) if ecosystem == "pypi" else name
    for key in (f"{folder}\0{bare}", f"{bare}@{requirement}", bare):
        if key in locked:
            return locked[key]
    return ""


def _package_lock(text: str) -> Locked:
    document = json.loads(text)
    found: dict[str, str] = {}
    packages = document.get("packages")
    if isinstance(packages, dict):
        for place, facts in packages.items():
            folder, mark, name = place.rpartition("node_modules/")
            if mark and isinstance(facts, dict) and isinstance(facts.get("version"), str):
                holder = folder.rstrip("/")
                if "node_modules" not in holder:
                    found[f"{holder}\0{name}" if holder else name] = facts["version"]
        return found
    for name, facts in document.get("dependencies", {}).items():
        if isinstance(facts, dict) and isinstance(facts.get("version"), str):
            found[name] = facts["version"]
    return found


_YARN = re.compile(r"^(\"?[^\s#:][^\n]{0,4000}):\n[ \t]+version:?[ \t]+\"?([^\"\s]{1,100})\"?", re.MULTILINE)
_YARN_KEY = re.compile(r"^(@?[^@]+)@(?:npm:)?(.*)$")


def _yarn(text: str) -> Locked:
    found: dict[str, str] = {}
    for match in _YARN.finditer(text):
        for spec in match.group(1).replace('"', "").split(", "):
            key = _YARN_KEY.match(spec)
            if key:
                found[f"{key.group(1)}@{key.group(2)}"] = match.group(2)
                found.setdefault(key.group(1), match.group(2))
    return found


_PNPM_LINE = re.compile(r"^( *)(['\"]?)([^'\":\n][^'\"\n]*?)\2:[ ]*(\S.*)?$")
_PNPM_SECTIONS = frozenset({"dependencies", "devDependencies", "optionalDependencies"})


def _pnpm(text: str) -> Locked:
    """`importers:` of versions 6 and 9, the same tables at the top of version 5."""
    found: dict[str, str] = {}
    importer, section, name = "", "", ""
    in_importers = False
    for line in text.split("\n"):
        match = _PNPM_LINE.match(line) if len(line) < 2_000 else None
        if match is None:
            continue
        depth, key, value = len(match.group(1)), match.group(3), (match.group(4) or "").strip("'\" ")
        if depth == 0:
            if key in {"packages", "snapshots"}:
                break
            in_importers, importer = key == "importers", ""
            section = key if key in _PNPM_SECTIONS else ""
            continue
        base = depth - (4 if in_importers else 0)
        if in_importers and depth == 2:
            importer, section = ("" if key == "." else key), ""
        elif in_importers and depth == 4:
            section = key if key in _PNPM_SECTIONS else ""
        elif section and base == 2:
            name = key
            _put_pnpm(found, importer, name, value)
        elif section and base == 4 and key == "version":
            _put_pnpm(found, importer, name, value)
    return found


def _put_pnpm(found: dict[str, str], importer: str, name: str, value: str) -> None:
    """A version without the peers in parentheses; a link within the workspace is no version."""
    version = value.partition("(")[0].partition("_")[0]
    if version and not version.startswith(("link:", "file:", "workspace:")):
        found[f"{importer}\0{name}" if importer else name] = version


_BUN = re.compile(
    r'^ {4}"((?:@[^"/@]{1,200}/)?[^"/@]{1,200})": \["(?:@[^"/@]{1,200}/)?[^"/@]{1,200}@([^"@]{1,200})"', re.MULTILINE
)


def _bun(text: str) -> Locked:
    return {match.group(1): match.group(2) for match in _BUN.finditer(text)}


_TOML_PACKAGE = re.compile(
    r'^\[\[packages?\]\]\r?\nname = "([^"\n]{1,200})"\r?\nversion = "([^"\n]{1,100})"', re.MULTILINE
)


def _python_toml(text: str) -> Locked:
    return {pypi_name(match.group(1)): match.group(2) for match in _TOML_PACKAGE.finditer(text)}


def _cargo(text: str) -> Locked:
    """Every version by name; a crate locked in several versions is told by none, except where a requirement fits."""
    found: dict[str, str] = {}
    several: set[str] = set()
    for match in _TOML_PACKAGE.finditer(text):
        name, version = match.groups()
        several.update({name} if name in found else ())
        found[name] = version
        parts = version.split(".")
        for end in range(1, len(parts) + 1):
            found[f"{name}@{'.'.join(parts[:end])}"] = version
            found[f"{name}@^{'.'.join(parts[:end])}"] = version
    for name in several:
        found.pop(name, None)
    return found


def _pipfile_lock(text: str) -> Locked:
    document = json.loads(text)
    found: dict[str, str] = {}
    for section in ("develop", "default"):
        for name, facts in document.get(section, {}).items():
            if isinstance(facts, dict) and isinstance(facts.get("version"), str):
                found[pypi_name(name)] = facts["version"].removeprefix("==")
    return found


_GEM = re.compile(r"^ {4}([A-Za-z0-9._-]{1,200}) \(([0-9A-Za-z.]{1,100})(?:-[^)\n]*)?\)$", re.MULTILINE)


def _gemfile_lock(text: str) -> Locked:
    return {match.group(1): match.group(2) for match in _GEM.finditer(text)}


def _composer_lock(text: str) -> Locked:
    document = json.loads(text)
    packages = [*document.get("packages", []), *(document.get("packages-dev") or [])]
    return {facts["name"]: str(facts["version"]).removeprefix("v") for facts in packages}


def _nuget_lock(text: str) -> Locked:
    found: dict[str, str] = {}
    for packages in json.loads(text).get("dependencies", {}).values():
        for name, facts in packages.items():
            if isinstance(facts.get("resolved"), str):
                found.setdefault(name, facts["resolved"])
    return found


_MIX = re.compile(r'^ {2}"([a-z0-9_]{1,200})": \{:hex, :[a-z0-9_]{1,200}, "([^"\n]{1,100})"', re.MULTILINE)
_PUB = re.compile(r'^ {2}([a-z0-9_]{1,200}):\n(?: {4,}[^\n]*\n)*? {4}version: "([^"\n]{1,100})"', re.MULTILINE)
_POD = re.compile(r'^ {2}- "?([A-Za-z0-9_+./-]{1,200}) \(([0-9][^)\s]{0,100})\)', re.MULTILINE)
_HCL = re.compile(
    r'^provider "(?:registry\.[a-z.]{1,60}/)?([^"\n]{1,200})" \{\s+version\s+= "([^"\n]{1,100})"', re.MULTILINE
)


def _pairs(pattern: re.Pattern[str]) -> Callable[[str], Locked]:
    return lambda text: {match.group(1): match.group(2) for match in pattern.finditer(text)}


def _swift_resolved(text: str) -> Locked:
    document = json.loads(text)
    pins = document.get("pins") or document.get("object", {}).get("pins") or []
    found: dict[str, str] = {}
    for pin in pins:
        location = pin.get("location") or pin.get("repositoryURL") or ""
        version = pin.get("state", {}).get("version")
        if version:
            found[swift_name(location)] = version
    return found


def swift_name(url: str) -> str:
    """`github.com/apple/swift-nio` for any spelling of a package's address."""
    bare = url.removesuffix(".git").removesuffix("/")
    return bare.partition("://")[2] or bare.removeprefix("git@").replace(":", "/")


def _renv(text: str) -> Locked:
    packages = json.loads(text).get("Packages", {})
    return {name: facts["Version"] for name, facts in packages.items()}


def _chart_lock(text: str) -> Locked:
    return _pairs(re.compile(r"^- name: (\S{1,200})\n(?:  repository: \S+\n)?  version: (\S{1,100})", re.MULTILINE))(
        text
    )


_SCANNERS: dict[str, Callable[[str], Locked]] = {
    "package-lock.json": _package_lock,
    "npm-shrinkwrap.json": _package_lock,
    "yarn.lock": _yarn,
    "pnpm-lock.yaml": _pnpm,
    "bun.lock": _bun,
    "uv.lock": _python_toml,
    "poetry.lock": _python_toml,
    "pdm.lock": _python_toml,
    "pylock.toml": _python_toml,
    "Cargo.lock": _cargo,
    "Pipfile.lock": _pipfile_lock,
    "Gemfile.lock": _gemfile_lock,
    "gems.locked": _gemfile_lock,
    "composer.lock": _composer_lock,
    "packages.lock.json": _nuget_lock,
    "mix.lock": _pairs(_MIX),
    "pubspec.lock": _pairs(_PUB),
    "Package.resolved": _swift_resolved,
    "Podfile.lock": _pairs(_POD),
    ".terraform.lock.hcl": _pairs(_HCL),
    "renv.lock": _renv,
    "Chart.lock": _chart_lock,
}
