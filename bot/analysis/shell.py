"""Tells from a shell script what its commands do: run tests, publish, or sign. Words, not substrings, in one pass."""

from __future__ import annotations

import re
from collections.abc import Iterator

MAX_SCRIPT = 50_000
MAX_WORDS = 200

_SPLIT = re.compile(r"\|\||&&|[;|&\n()]")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_TESTS = r"(?:\A|[-_:./+])(?:(?:run)?tests?|specs?|pytest|unittests?|e2e|vitest|jest|coverage|cov)(?:\Z|[-_:./+])"
_TEST_WORD = re.compile(_TESTS, re.IGNORECASE)
_CHECK_WORD = re.compile(rf"{_TESTS}|\A(?:checks?|ci|verify|check-all|checkall|validate|cibuild)\Z", re.IGNORECASE)

_KEY_OR_MARKER = re.compile(r"(?m)^[ \t]*(?:steps[ \t]*\{)?[ \t]*(?:-[ \t]+)?(?:[\w-]+:[ \t]+)?(?:(?:sh|bat)[ \t]+)?")
"""What stands before a command in the settings of other services."""

_WRAPPERS = frozenset(
    {
        "sudo", "time", "env", "exec", "xvfb-run", "npx", "bunx", "pnpx", "timeout", "nice", "catchsegv", "retry",
        "then", "do", "if", "!", "uvx", "pipx", "else", "run", "wine", "mise", "x", "--", "nix", "develop",
        "docker", "compose", "podman",
    },
)  # fmt: skip
_RUNNERS = frozenset(
    {
        "uv",
        "poetry",
        "pdm",
        "pipenv",
        "hatch",
        "rye",
        "pixi",
        "bundle",
        "micromamba",
        "conda",
        "coverage",
        "dotenv",
        "doppler",
        "op",
        "turbo",
        "lerna",
        "nx",
        "rush",
        "wireit",
        "foundry",
        "rbenv",
        "asdf",
        "corepack",
    }
)
"""Commands that run another one: `uv run pytest`, `bundle exec rspec`."""

ALWAYS_TESTS = frozenset(
    {
        "pytest", "py.test", "tox", "nox", "nose2", "nosetests", "trial", "jest", "vitest", "mocha", "ava", "tap",
        "tape", "karma", "cypress", "phpunit", "pest", "rspec", "cucumber", "ctest", "gotestsum", "ginkgo", "bats",
        "prove", "busted", "testthat", "behave", "robot", "stestr", "avocado", "kuttl", "goss", "shellspec",
        "shunit2", "testem", "wtr", "web-test-runner", "c8", "nyc", "zunit", "lit", "codecept", "behat",
        "infection", "simple-phpunit",
    }
)  # fmt: skip
"""Programs that do nothing but run tests."""

TEST_ARGUMENTS: dict[str, frozenset[str]] = {
    "go": frozenset({"test"}),
    "cargo": frozenset({"test", "t", "nextest", "llvm-cov", "tarpaulin", "miri"}),
    "cross": frozenset({"test"}),
    "dotnet": frozenset({"test"}),
    "mvn": frozenset({"test", "verify", "install", "package", "integration-test", "deploy"}),
    "gradle": frozenset({"test", "check", "build"}),
    "sbt": frozenset({"test", "+test", "testall", "check"}),
    "mix": frozenset({"test", "coveralls"}),
    "rebar3": frozenset({"eunit", "ct", "proper"}),
    "swift": frozenset({"test"}),
    "xcodebuild": frozenset({"test", "build-for-testing", "test-without-building"}),
    "fastlane": frozenset({"test", "tests", "scan"}),
    "flutter": frozenset({"test"}),
    "dart": frozenset({"test"}),
    "meson": frozenset({"test"}),
    "bazel": frozenset({"test", "coverage"}),
    "zig": frozenset({"test"}),
    "cabal": frozenset({"test", "v2-test", "new-test"}),
    "stack": frozenset({"test"}),
    "lein": frozenset({"test"}),
    "dune": frozenset({"runtest", "test"}),
    "crystal": frozenset({"spec"}),
    "nimble": frozenset({"test"}),
    "deno": frozenset({"test"}),
    "node": frozenset({"--test"}),
    "bun": frozenset({"test"}),
    "playwright": frozenset({"test"}),
    "rails": frozenset({"test", "spec"}),
    "rake": frozenset({"test", "spec"}),
    "forge": frozenset({"test"}),
    "hardhat": frozenset({"test"}),
    "molecule": frozenset({"test"}),
    "helm": frozenset({"unittest"}),
    "terraform": frozenset({"test"}),
    "npm": frozenset({"t", "tst"}),
    "ansible-test": frozenset({"units", "integration", "sanity"}),
    "testacc": frozenset(),
}
"""Program → its arguments that mean "run the tests"."""

_ONE_COMMAND = frozenset(
    {"go", "cargo", "cross", "dotnet", "mix", "swift", "flutter", "dart", "meson", "zig", "cabal", "stack", "crystal",
     "nimble", "deno", "bun", "playwright", "rails", "forge", "hardhat", "molecule", "helm", "terraform", "npm"}
)  # fmt: skip
"""Programs whose first argument is their command: in `mix deps.get --only test` the last word is something else."""

_SCRIPT_RUNNERS = frozenset(
    {
        "npm", "pnpm", "yarn", "bun", "deno", "make", "just", "task", "mage", "invoke", "inv", "rake", "earthly",
        "composer", "ninja", "gmake", "nmake", "julia", "hatch", "pdm", "pixi", "poe", "turbo", "nx", "lerna",
        "moon", "babashka", "bb", "clojure", "clj", "cmake", "python", "python3", "php", "bash", "sh", "pwsh",
        "powershell", "nix", "docker", "rush", "wireit", "ant", "msbuild", "perl", "ruby", "lua", "opam",
        "rscript", "r", "lein",
    },
)  # fmt: skip
"""Programs that run a target or script named by an argument: a target called `test` or `unit-test` counts."""

_INSTALLERS = frozenset(
    {
        "install",
        "add",
        "i",
        "ci",
        "remove",
        "update",
        "upgrade",
        "audit",
        "sync",
        "lock",
        "build",
        "pull",
        "push",
        "publish",
        "config",
        "cache",
        "login",
    }
)


def commands(script: str) -> Iterator[list[str]]:
    """The words of each command of `script`, comments and assignments apart."""
    joined = script[:MAX_SCRIPT].replace("\\\n", " ")
    for piece in _SPLIT.split(joined):
        stripped = piece.strip()
        if not stripped or stripped.startswith("#"):
            continue
        words = [word.strip("\"'`@$") for word in stripped.split()[:MAX_WORDS]]
        while words and (_ASSIGNMENT.match(words[0]) or not words[0]):
            words.pop(0)
        if words:
            yield words


def runs_tests(script: str, *, or_checks: bool = True) -> bool:
    """Whether a command of `script` runs tests; `or_checks` takes `make check` and its like for tests too."""
    pattern = _CHECK_WORD if or_checks else _TEST_WORD
    return any(_is_test(words, pattern) for words in commands(script))


def mentions_tests(settings: str) -> bool:
    """Whether a line of another CI service's settings, list markers and keys apart, runs tests."""
    lines = re.sub(r"[\[\],]", "\n", settings[:MAX_SCRIPT])
    return runs_tests(_KEY_OR_MARKER.sub("", lines))


def _is_test(words: list[str], wanted: re.Pattern[str]) -> bool:
    for index, word in enumerate(words):
        name = _program(word)
        rest = words[index + 1 :]
        if name in ALWAYS_TESTS:
            return True
        if name in TEST_ARGUMENTS and any(_argument(word) in TEST_ARGUMENTS[name] for word in _commands_of(name, rest)):
            return True
        if name in _SCRIPT_RUNNERS and _names_a_test(name, rest, wanted):
            return True
        if name == "rake" and not rest:  # by convention the default task runs the tests
            return True
        if index == 0 and "/" in word and wanted.search(_stem(word)):
            return True
        if name in {"cibuildwheel", "check-manifest"}:
            return name == "cibuildwheel"
        if name in _WRAPPERS or name in _RUNNERS or word.startswith("-") or _ASSIGNMENT.match(word):
            continue
        if index == 0 or not words[index - 1].startswith("--") or "=" in words[index - 1]:
            return False  # else it may be the value of an option: `uv run --group dev pytest`
    return False


def _commands_of(program: str, arguments: list[str]) -> list[str]:
    """The arguments that can be a command of `program`: all, or the first (the second after an option's value)."""
    if program not in _ONE_COMMAND or "--test" in arguments:
        return arguments
    plain = [index for index, word in enumerate(arguments) if not word.startswith(("-", "+"))]
    has_value = bool(plain) and plain[0] > 0 and arguments[plain[0] - 1].startswith("-")
    return [arguments[index] for index in plain[: 2 if has_value else 1]]


def _names_a_test(program: str, arguments: list[str], wanted: re.Pattern[str]) -> bool:
    plain = [argument for argument in arguments if not argument.startswith("-") or argument == "-m"]
    if (
        program in {"npm", "pnpm", "yarn", "bun", "composer", "poe", "hatch", "pdm"}
        and plain
        and plain[0] in _INSTALLERS
    ):
        return False
    if program in {"python", "python3"} and plain[:1] == ["-m"]:
        return any(_program(word) in ALWAYS_TESTS | {"unittest", "coverage", "doctest"} for word in plain[1:2])
    if program == "docker" and not {"run", "exec"} & set(plain):
        return False
    if program == "r":
        return "check" in plain
    return any(wanted.search(_stem(argument)) for argument in plain)


def _program(word: str) -> str:
    """The bare name of a program: no folder, no wrapper's `w`, no ending of a script."""
    name = word.rpartition("/")[2].rpartition("\\")[2].lower()
    for ending in (".exe", ".cmd", ".bat", ".ps1"):
        name = name.removesuffix(ending)
    if re.fullmatch(r"python3?(?:\.\d+)?", name):
        return "python"
    return {"mvnw": "mvn", "gradlew": "gradle", "bazelisk": "bazel", "ctest3": "ctest"}.get(name, name)


def _argument(word: str) -> str:
    """A task's own name: `:core:test` and `//...` prefixes away."""
    return word.lower().rpartition(":")[2] if word.startswith(":") or ":" in word else word.lower()


def _stem(word: str) -> str:
    name = word.rpartition("/")[2]
    return (
        name.rpartition(".")[0]
        if name.endswith((".sh", ".py", ".js", ".ts", ".mjs", ".cjs", ".php", ".rb", ".pl", ".jl", ".lua", ".ps1"))
        else name
    )


_PUBLISH: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("npm", ("publish",)), ("pnpm", ("publish",)), ("yarn", ("publish",)), ("bun", ("publish",)),
    ("lerna", ("publish",)), ("changeset", ("publish",)), ("semantic-release", ()), ("release-it", ()),
    ("twine", ("upload",)), ("uv", ("publish",)), ("poetry", ("publish",)), ("hatch", ("publish",)),
    ("flit", ("publish",)), ("pdm", ("publish",)), ("maturin", ("publish", "upload")),
    ("cargo", ("publish", "release")), ("goreleaser", ("release",)), ("gem", ("push",)), ("rake", ("release",)),
    ("mvn", ("deploy",)),
    ("gradle", ("publish", "publishplugins", "publishtosonatype", "publishtomavencentral")),
    ("gradle", ("publishandreleasetomavencentral",)),
    ("dotnet", ("push",)), ("nuget", ("push",)), ("docker", ("push", "--push")), ("helm", ("push",)),
    ("mix", ("hex.publish",)), ("gh", ("release",)), ("vsce", ("publish",)), ("ovsx", ("publish",)),
    ("jsr", ("publish",)), ("deno", ("publish",)), ("pod", ("trunk",)), ("dart", ("publish",)),
    ("flutter", ("publish",)), ("sbt", ("publish", "ci-release", "+publish", "tlcirelease")), ("cabal", ("upload",)),
    ("conda", ("upload",)), ("anaconda", ("upload",)), ("ko", ("build", "publish", "resolve")),
    ("luarocks", ("upload",)), ("ansible-galaxy", ("import", "publish")), ("rake", ("push",)),
    ("cross-release", ()), ("wrangler", ("publish", "deploy")), ("clojars", ()),
)  # fmt: skip
"""Program and the arguments with which it publishes."""


def publishes(script: str) -> bool:
    """Whether a command of `script` publishes a package, an image or a release."""
    for words in commands(script):
        names = [_program(word) for word in words]
        for program, arguments in _PUBLISH:
            if program in names:
                rest = [_argument(word) for word in words[names.index(program) + 1 :]]
                if not arguments or any(argument in rest for argument in arguments):
                    return "--dry-run" not in rest
        if "/" in words[0] and _stem(words[0]) in {"publish", "release", "upload"}:
            return True
    return False
