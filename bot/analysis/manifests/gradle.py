"""Gradle: build.gradle and build.gradle.kts (dependencies, plugins), settings and version catalogs.

Build scripts are programs; what is read is what they state literally, with variables that are given a literal in the
script, in gradle.properties or in a catalog. Source of the rules: Gradle's user manual.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.analysis.manifests.formats import read_toml
from bot.analysis.manifests.formats.textlines import SINGLE_STRING, STRING, numbered, without_c_comments
from bot.analysis.manifests.nouns import Draft, ManifestError, Tree, scalar
from bot.model.report import Kind, Scope

MAX_TOKENS = 200_000
MAX_BLOCKS = 60
_TOKEN = re.compile(
    rf'(?P<string>"""[^"]{{0,5000}}"""|{STRING}|{SINGLE_STRING})|(?P<word>[A-Za-z_$][\w$.-]*|\d[\w.]*)|'
    r"(?P<mark>[{}()\[\]=,:;])|(?P<end>\n)"
)
_VARIABLE = re.compile(r"\$\{?([A-Za-z_][\w.]{0,100})\}?")
_PLAIN_COORDINATES = re.compile(r"^[\w.${}-]+:[\w.${}-]+(?::[^:@\s]+)?(?::[\w.-]+)?(?:@[\w.]+)?$")


@dataclass
class _Statement:
    """Words, strings and marks up to the end of a statement; `blocks` are the names of the blocks around it."""

    blocks: tuple[str, ...]
    tokens: list[tuple[str, str]] = field(default_factory=list)
    line: int = 0

    def words(self) -> list[str]:
        """The words, without marks."""
        return [text for kind, text in self.tokens if kind == "word"]

    def strings(self) -> list[str]:
        """The strings, unquoted."""
        return [text for kind, text in self.tokens if kind == "string"]

    def named(self) -> dict[str, str]:
        """Named arguments that are strings: `group: "x"` or `group = "x"`."""
        found = {}
        for place in range(len(self.tokens) - 2):
            (kind, name), (_, mark), (value_kind, value) = self.tokens[place : place + 3]
            if kind == "word" and mark in {":", "="} and value_kind == "string":
                found[name] = value
        return found


def _statements(text: str) -> Iterator[_Statement]:
    blocks: list[str] = []
    current = _Statement(())
    line, depth = 1, 0
    for count, match in enumerate(_TOKEN.finditer(without_c_comments(text))):
        if count > MAX_TOKENS:
            raise ManifestError(f"The script has more than {MAX_TOKENS:,} words and is not read.", line)
        kind, piece = match.lastgroup or "", match.group(0)
        if kind == "end":
            line += 1
            if depth or (current.tokens and current.tokens[-1][1] in {",", "=", ":"}):
                continue
            ends = True
        else:
            ends = piece in {"{", "}", ";"} and kind == "mark"
        if not ends:
            depth += {"(": 1, "[": 1, ")": -1, "]": -1}.get(piece, 0) if kind == "mark" else 0
            depth = max(0, depth)
            if not current.tokens:
                current = _Statement(tuple(blocks), [], line)
            current.tokens.append((kind, _unquoted(piece) if kind == "string" else piece))
            continue
        if current.tokens:
            yield current
        if piece == "{":
            if len(blocks) >= MAX_BLOCKS:
                raise ManifestError(f"The script is nested deeper than {MAX_BLOCKS} blocks.", line)
            words = current.words()
            name = next(
                (word for word in reversed(words) if word not in {"configure", "by", "getting", "creating"}), ""
            )
            blocks.append(words[0] if words and words[0].endswith("dependencies") else name)
        elif piece == "}" and blocks:
            blocks.pop()
        current = _Statement(tuple(blocks))
        depth = 0 if piece in {"{", "}"} else depth
    if current.tokens:
        yield current


def _unquoted(piece: str) -> str:
    if piece.startswith('"""') and len(piece) > 5:
        return piece[3:-3]
    return piece[1:].removesuffix(piece[0])


def read_build(draft: Draft, text: str, tree: Tree) -> None:
    """build.gradle(.kts): what its dependencies and plugins blocks declare, versions as far as they are literal."""
    draft.package_manager = "gradle"
    statements = list(_statements(text))
    variables = _properties(draft, tree) | _assigned(statements)
    catalogs = _Catalogs(draft, tree)
    draft.name = posixpath.basename(draft.folder) or ""
    for statement in statements:
        inner = statement.blocks[-1] if statement.blocks else ""
        if inner.rpartition(".")[2] == "dependencies":
            _dependency(draft, statement, variables, catalogs)
        elif inner == "plugins":
            _plugin(draft, statement, variables, catalogs)
        elif statement.words()[:1] == ["apply"] and "plugin" in statement.named():
            _applied(draft, statement.named()["plugin"])
        else:
            _facts(draft, statement)


def _assigned(statements: list[_Statement]) -> dict[str, str]:
    """Literals given to a name: `def x = "1"`, `val x = "1"`, `ext.x = "1"`, `x = "1"` in ext, `set("x", "1")`."""
    found: dict[str, str] = {}
    for statement in statements:
        strings = statement.strings()
        words = statement.words()
        if words[:1] in (["set"], ["extra.set"]) and len(strings) == 2:
            found[strings[0]] = strings[1]
        for name, value in statement.named().items():
            bare = name.removeprefix("ext.").removeprefix("project.ext.").removeprefix("rootProject.ext.")
            found.setdefault(bare, value)
            owner = next((block for block in reversed(statement.blocks) if block not in {"ext", "buildscript"}), "")
            if owner:
                found.setdefault(f"{owner}.{bare}", value)
        table = next((word for word in words[:2] if word.lower().endswith("versions")), "").rpartition(".")[2]
        if table and ("mark", "[") in statement.tokens:
            for name, value in statement.named().items():
                found.setdefault(f"{table}.{name}", value)
    return found


def _properties(draft: Draft, tree: Tree) -> dict[str, str]:
    """gradle.properties of the folder and those above it, the nearest first."""
    found: dict[str, str] = {}
    path = draft.path
    for _ in range(20):
        path = tree.above(path, "gradle.properties")
        if not path:
            break
        try:
            for _, line in numbered(tree.texts[path], "#"):
                name, mark, value = line.partition("=")
                if mark:
                    found.setdefault(name.strip(), value.strip())
        except ManifestError:
            break
        folder = posixpath.dirname(path)
        if not folder:
            break
        path = folder
    return found


def _resolved(text: str, variables: dict[str, str]) -> str:
    for _ in range(3):
        if "$" not in text or len(text) > 1_000:
            break
        text = _VARIABLE.sub(lambda match: _value(match.group(1), variables) or match.group(0), text)
    return text


def _value(name: str, variables: dict[str, str]) -> str:
    for key in (name, name.removeprefix("rootProject.").removeprefix("project.").removeprefix("ext.")):
        if key in variables:
            return variables[key]
    return ""


_NO_CONFIGURATIONS = frozenset(
    {"constraints", "exclude", "because", "version", "transitive", "if", "else", "for", "def", "val", "return",
     "strictly", "components", "modules", "require", "prefer", "reject", "println", "attributes",
     "capabilities", "isTransitive"}
)  # fmt: skip


def scope_of(configuration: str, blocks: tuple[str, ...] = ()) -> Scope:
    """When a configuration's dependencies are needed."""
    lower = configuration.lower()
    if any("test" in block.lower() for block in blocks) or "test" in lower.replace("latest", ""):
        return Scope.DEVELOPMENT
    if lower.startswith("debug") or lower == "developmentonly":
        return Scope.DEVELOPMENT
    if lower.endswith(("implementation", "api", "runtimeonly")) or lower in {"compile", "runtime", "include", "shadow"}:
        return Scope.RUNTIME
    return Scope.BUILD


def _dependency(draft: Draft, statement: _Statement, variables: dict[str, str], catalogs: _Catalogs) -> None:
    words, strings = statement.words(), statement.strings()
    by_string = not words and statement.tokens[0][0] == "string"
    configuration = strings.pop(0) if by_string else words[0] if words else ""
    configuration = "" if configuration in _NO_CONFIGURATIONS else configuration
    if not configuration or "project" in words[1:2] or "." in configuration:
        return
    scope = scope_of(configuration, statement.blocks)
    named = statement.named()
    if "group" in named and "name" in named:
        name = f"{_resolved(named['group'], variables)}:{_resolved(named['name'], variables)}"
        _add(draft, name, _resolved(named.get("version", ""), variables), scope, statement.line)
        return
    if "kotlin" in words[1:] and strings:
        version = strings[1] if len(strings) > 1 else ""
        _add(draft, f"org.jetbrains.kotlin:kotlin-{strings[0]}", _resolved(version, variables), scope, statement.line)
        return
    for accessor in (word for word in words[1:] if "." in word):
        for name, version in catalogs.libraries(accessor):
            _add(draft, name, version, scope, statement.line)
    for coordinates in strings:
        if _PLAIN_COORDINATES.match(coordinates[:300]):
            group, artifact, *rest = _resolved(coordinates, variables).split(":")
            _add(draft, f"{group}:{artifact}", (rest[0] if rest else "").partition("@")[0], scope, statement.line)


def _add(draft: Draft, name: str, version: str, scope: Scope, line: int) -> None:
    exact = version if version and not set(version) & set("+[](),$ ") and not version.startswith("latest") else ""
    draft.add(name, version, scope, line=line, version=exact)


def _plugin(draft: Draft, statement: _Statement, variables: dict[str, str], catalogs: _Catalogs) -> None:
    words, strings = statement.words(), statement.strings()
    if words[:1] == ["alias"]:
        for accessor in words[1:]:
            for name, version in catalogs.plugins(accessor):
                _add_plugin(draft, name, version, statement.line)
    elif words[:1] in (["id"], ["kotlin"]) and strings:
        name = f"org.jetbrains.kotlin.{strings[0]}" if words[0] == "kotlin" else strings[0]
        version = strings[1] if len(strings) > 1 and "version" in words else ""
        if not version and "version" in words:
            at = words.index("version")
            version = _value(words[at + 1], variables) if len(words) > at + 1 else ""
        _applied(draft, name)
        _add_plugin(draft, name, _resolved(version, variables), statement.line)
    elif words[:1] in (["application"], ["java-library"], ["java"]):
        _applied(draft, words[0])


def _add_plugin(draft: Draft, name: str, version: str, line: int) -> None:
    """A plugin by its marker artifact, which is how Gradle itself resolves it.

    One without a version is Gradle's own, a convention of this build, or declared elsewhere: a signal, no package.
    """
    draft.signal("maven_group", name, line)
    if version and "." in name:
        _add(draft, f"{name}:{name}.gradle.plugin", version, Scope.BUILD, line)


_APPLIED = {
    "application": Kind.APPLICATION, "java-library": Kind.LIBRARY, "com.android.application": Kind.APPLICATION,
    "com.android.library": Kind.LIBRARY, "org.springframework.boot": Kind.APPLICATION, "war": Kind.APPLICATION,
    "java-gradle-plugin": Kind.LIBRARY, "maven-publish": Kind.LIBRARY,
}  # fmt: skip


def _applied(draft: Draft, plugin: str) -> None:
    if draft.kind is Kind.UNKNOWN:
        draft.kind = _APPLIED.get(plugin, Kind.UNKNOWN)


_JAVA = re.compile(r"^(?:JavaVersion\.)?(?:VERSION_)?(?:1[._])?(\d{1,2})$")


def _facts(draft: Draft, statement: _Statement) -> None:
    """Version, description and Java release, where they are assigned or called with a literal."""
    words, strings = statement.words(), statement.strings()
    first = words[0] if words else ""
    if not statement.blocks and first in {"version", "description"} and strings:
        setattr(draft, first, strings[0])
    last = first.rpartition(".")[2]
    if last in {
        "sourceCompatibility",
        "languageVersion",
        "languageVersion.set",
        "jvmToolchain",
        "jvmTarget",
        "release",
    } or (first.startswith("languageVersion") or "JavaLanguageVersion.of" in words):
        for candidate in (*strings, *words[1:]):
            if found := _JAVA.match(candidate):
                draft.runtime("Java", found.group(1), statement.line, detail=_java_word(first))
                return


def _java_word(first: str) -> str:
    """What to call the place that states the Java release."""
    last = first.rpartition(".")[2]
    return last if last in {"sourceCompatibility", "jvmToolchain", "jvmTarget", "release"} else "Java toolchain"


def read_settings(draft: Draft, text: str, tree: Tree) -> None:
    """settings.gradle(.kts): the projects of the build, and its plugins."""
    draft.package_manager = "gradle"
    statements = list(_statements(text))
    variables = _properties(draft, tree) | _assigned(statements)
    catalogs = _Catalogs(draft, tree)
    for statement in statements:
        words = statement.words()
        if words[:1] == ["include"]:
            draft.members += [name.strip(":").replace(":", "/") for name in statement.strings()]
            draft.workspace_manager = "gradle"
        elif words[:1] == ["rootProject.name"] and statement.strings():
            draft.name = statement.strings()[0]
        elif statement.blocks and statement.blocks[-1] == "plugins":
            _plugin(draft, statement, variables, catalogs)


class _Catalogs:
    """The version catalogs above a build script: gradle/NAME.versions.toml, each under its NAME (libs)."""

    def __init__(self, draft: Draft, tree: Tree) -> None:
        self._draft = draft
        self._tree = tree
        self._read: dict[str, dict[str, dict[str, list[tuple[str, str]]]]] = {}

    def libraries(self, accessor: str) -> list[tuple[str, str]]:
        """(group:name, version) for `libs.a.b`, several for a bundle; empty where there is no such entry."""
        name, _, key = accessor.removesuffix(".get").partition(".")
        catalog = self._catalog(name)
        if key.startswith("bundles."):
            return catalog.get("bundles", {}).get(key.removeprefix("bundles."), [])
        return catalog.get("libraries", {}).get(key, [])

    def plugins(self, accessor: str) -> list[tuple[str, str]]:
        """(plugin id, version) for `libs.plugins.a`."""
        name, _, key = accessor.partition(".")
        return self._catalog(name).get("plugins", {}).get(key.removeprefix("plugins."), [])

    def _catalog(self, name: str) -> dict[str, dict[str, list[tuple[str, str]]]]:
        if name not in self._read:
            self._read[name] = {}
            path = self._tree.above(self._draft.path, f"gradle/{name}.versions.toml")
            if path:
                try:
                    self._read[name] = self._tree.once(path, read_catalog)
                except ManifestError:
                    self._draft.problem(f"The version catalog {path} cannot be read.")
        return self._read[name]


def read_catalog(text: str) -> dict[str, dict[str, list[tuple[str, str]]]]:
    """A version catalog: `libraries`, `bundles`, `plugins`, each by accessor (dashes and underscores become dots)."""
    document = read_toml(text).value
    root = document if isinstance(document, dict) else {}
    versions = {key: _rich(value) for key, value in _table(root, "versions").items()}
    libraries = {_dotted(key): [_library(value, versions)] for key, value in _table(root, "libraries").items()}
    bundles: dict[str, list[tuple[str, str]]] = {}
    for key, members in _table(root, "bundles").items():
        names = members if isinstance(members, list) else []
        bundles[_dotted(key)] = [one for name in names for one in libraries.get(_dotted(scalar(name)), [])]
    plugins = {_dotted(key): [_catalog_plugin(value, versions)] for key, value in _table(root, "plugins").items()}
    return {"libraries": libraries, "bundles": bundles, "plugins": plugins}


def _table(root: dict[str, object], key: str) -> dict[str, object]:
    value = root.get(key)
    return value if isinstance(value, dict) else {}


def _dotted(key: str) -> str:
    return key.replace("-", ".").replace("_", ".")


def _rich(value: object) -> str:
    """A version that may be rich: strictly, require or prefer."""
    if isinstance(value, dict):
        return next((scalar(value[key]) for key in ("strictly", "require", "prefer") if scalar(value.get(key))), "")
    return scalar(value)


def _catalog_plugin(value: object, versions: dict[str, str]) -> tuple[str, str]:
    if isinstance(value, str):
        name, _, version = value.partition(":")
        return name, version
    return _library(value, versions)


def _library(value: object, versions: dict[str, str]) -> tuple[str, str]:
    if isinstance(value, str):
        parts = value.split(":")
        return (":".join(parts[:2]), parts[2] if len(parts) > 2 else "") if len(parts) > 2 else (value, "")
    if not isinstance(value, dict):
        return "", ""
    name = scalar(value.get("module")) or scalar(value.get("id"))
    if not name and scalar(value.get("group")):
        name = f"{scalar(value.get('group'))}:{scalar(value.get('name'))}"
    version = value.get("version")
    if isinstance(version, dict) and scalar(version.get("ref")):
        return name, versions.get(scalar(version.get("ref")), "")
    return name, _rich(version)
