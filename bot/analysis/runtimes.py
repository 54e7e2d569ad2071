"""Which runtime and toolchain versions a repository asks for (catalogue entry 9)."""

from __future__ import annotations

import posixpath
import re
import tomllib
from collections.abc import Callable, Iterator

from bot.analysis.manifests.names import is_skipped
from bot.analysis.manifests.nouns import Inventory
from bot.model.report import Evidence, Runtime
from bot.model.snapshot import Contents

MAX_CHARACTERS = 20_000
"""Longest version file that is read."""

_Found = Iterator[tuple[str, str, int]]
"""Runtime name, requirement, line."""

_TOOL_NAMES = {
    "nodejs": "Node.js", "node": "Node.js", "python": "Python", "ruby": "Ruby", "golang": "Go", "go": "Go",
    "rust": "Rust", "java": "Java", "erlang": "Erlang", "elixir": "Elixir", "php": "PHP", "deno": "Deno",
    "bun": "Bun", "dotnet": ".NET", "dotnet-core": ".NET", "terraform": "Terraform", "opentofu": "OpenTofu",
    "kotlin": "Kotlin", "scala": "Scala", "gradle": "Gradle", "maven": "Maven", "swift": "Swift", "zig": "Zig",
    "julia": "Julia", "flutter": "Flutter", "dart": "Dart", "pnpm": "pnpm", "yarn": "yarn", "uv": "uv",
    "poetry": "Poetry", "lua": "Lua", "perl": "Perl", "crystal": "Crystal", "helm": "Helm", "kubectl": "kubectl",
    "R": "R", "ocaml": "OCaml", "haskell": "GHC", "ghc": "GHC", "clojure": "Clojure", "nim": "Nim",
}  # fmt: skip
"""Names of asdf plugins and mise tools → the runtime's own name."""


def is_runtime_file(path: str) -> bool:
    """Whether the text of `path` is read by `find_runtimes`."""
    if is_skipped(path):
        return False
    name = posixpath.basename(path)
    return name in _READERS or path.endswith(_WRAPPERS)


def find_runtimes(contents: Contents, inventory: Inventory) -> tuple[Runtime, ...]:
    """What manifests and version files ask for: sorted by runtime, then by place; nothing twice in one file."""
    found = [runtime for manifest in inventory.manifests for runtime in manifest.runtimes]
    for path, text in contents.texts.items():
        if len(text) <= MAX_CHARACTERS and is_runtime_file(path):
            read = _READERS.get(posixpath.basename(path), _wrapper)
            for name, requirement, line in read(text):
                if requirement and len(requirement) < 100:
                    evidence = Evidence(path=path, line=line)
                    found.append(Runtime(name=name, requirement=requirement, evidence=evidence))
    unique: dict[tuple[str, str, str], Runtime] = {}
    for one in found:
        unique.setdefault((one.name, one.requirement, one.evidence.path), one)
    depth = {one: one.evidence.path.count("/") for one in unique.values()}
    return tuple(
        sorted(
            unique.values(), key=lambda one: (one.name.lower(), depth[one], one.evidence.path, one.evidence.line or 0)
        )
    )


def _first_line(name: str, prefix: str = "") -> Callable[[str], _Found]:
    def read(text: str) -> _Found:
        for number, line in enumerate(text.splitlines(), 1):
            content = line.partition("#")[0].strip()
            if content:
                yield name, content.removeprefix(prefix), number
                return

    return read


def _tool_versions(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        words = line.partition("#")[0].split()
        if len(words) > 1:
            yield _TOOL_NAMES.get(words[0], words[0]), " ".join(words[1:]), number


_MISE_LINE = re.compile(r"""^[ \t]*["']?([A-Za-z0-9_.:/@-]{1,80})["']?[ \t]*=[ \t]*(.{1,300})$""")


def _mise(text: str) -> _Found:
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.partition("]")[0].strip("[ ")
        elif section == "tools" and (match := _MISE_LINE.match(line)):
            version = _mise_value(match.group(2))
            if version:
                yield _TOOL_NAMES.get(match.group(1), match.group(1)), version, number


def _mise_value(text: str) -> str:
    try:
        value = tomllib.loads(f"value = {text}")["value"]
        if isinstance(value, dict):
            value = value.get("version", "")
        if isinstance(value, list):
            return " ".join(str(one) for one in value if isinstance(one, (str, int, float)))
        return str(value) if isinstance(value, (str, int, float)) else ""
    except (ValueError, RecursionError):  # no TOML, nested too deep, or a number of too many digits
        return ""


_CHANNEL = re.compile(r"""^[ \t]*channel[ \t]*=[ \t]*["']([^"'\n]{1,80})["']""")


def _rust_toolchain(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        if match := _CHANNEL.match(line):
            yield "Rust", match.group(1), number
            return
    if "[" not in text:
        yield from _first_line("Rust")(text)


_SDK = re.compile(r'"version"[ \t]*:[ \t]*"([^"\n]{1,80})"')


def _global_json(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        if match := _SDK.search(line):
            yield ".NET", match.group(1), number
            return


_SDKMAN = re.compile(r"^(java|kotlin|gradle|maven|scala|groovy)=([^\s#]{1,80})")


def _sdkmanrc(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        if match := _SDKMAN.match(line.strip()):
            yield match.group(1).capitalize(), match.group(2), number


_DISTRIBUTION = re.compile(
    r"^distributionUrl[ \t]*=.*/(gradle|apache-maven)-([0-9][0-9A-Za-z.-]{0,40}?)-(?:bin|all)\.zip"
)


def _wrapper(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) < 500 and (match := _DISTRIBUTION.match(line.strip())):
            yield ("Gradle" if match.group(1) == "gradle" else "Maven"), match.group(2), number


_SBT = re.compile(r"^sbt\.version[ \t]*=[ \t]*(\S{1,40})")


def _sbt(text: str) -> _Found:
    for number, line in enumerate(text.splitlines(), 1):
        if match := _SBT.match(line.strip()):
            yield "sbt", match.group(1), number


_RUNTIME_TXT = re.compile(r"^python-([0-9.]{1,20})")


def _runtime_txt(text: str) -> _Found:
    if match := _RUNTIME_TXT.match(text.strip()):
        yield "Python", match.group(1), 1


_WRAPPERS = ("gradle/wrapper/gradle-wrapper.properties", ".mvn/wrapper/maven-wrapper.properties")

_READERS: dict[str, Callable[[str], _Found]] = {
    ".nvmrc": _first_line("Node.js", "v"),
    ".node-version": _first_line("Node.js", "v"),
    ".python-version": _first_line("Python"),
    "runtime.txt": _runtime_txt,
    ".ruby-version": _first_line("Ruby", "ruby-"),
    ".go-version": _first_line("Go"),
    ".java-version": _first_line("Java"),
    ".php-version": _first_line("PHP"),
    ".swift-version": _first_line("Swift"),
    ".terraform-version": _first_line("Terraform"),
    ".opentofu-version": _first_line("OpenTofu"),
    ".bun-version": _first_line("Bun"),
    ".dvmrc": _first_line("Deno"),
    ".zigversion": _first_line("Zig"),
    ".bazelversion": _first_line("Bazel"),
    ".crystal-version": _first_line("Crystal"),
    "rust-toolchain": _rust_toolchain,
    "rust-toolchain.toml": _rust_toolchain,
    "global.json": _global_json,
    ".sdkmanrc": _sdkmanrc,
    ".tool-versions": _tool_versions,
    "mise.toml": _mise,
    ".mise.toml": _mise,
    "build.properties": _sbt,
}
