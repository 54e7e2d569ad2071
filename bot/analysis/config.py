"""Reads `.github/radar.yml`: what a repository asks Repo Radar to leave out, to know and to publish.

    kind: library                      # one of model.report.Kind
    exclude:                           # gitignore patterns; these paths are not looked at
      - examples/
    checks:                            # switch a check off, with the reason that the report shows
      changelog:
        off: Release notes are on our website.
    thresholds:                        # a check run fails below them; without any it is neutral
      score: 80
      drop: 5                          # points that one pull request may cost
      groups:
        security: 90
      fail_on: [secrets]               # checks that must not fail
      complexity: 15                   # what counts as too complex, duplicated (percent), short (words)
      duplication: 10
      readme_words: 60
    publish:
      check_run: true
      comments: true

A slip costs only the key that it is in: it becomes a `Slip` with its line, the rest still counts.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

import msgspec
from msgspec import Struct
from pathspec import GitIgnoreSpec

from bot.analysis.weights import BY_ID
from bot.analysis.yaml_tree import Node, YamlProblem, parse_yaml
from bot.model.report import Group, Kind, Publish, Thresholds
from bot.model.snapshot import Snapshot

CONFIG_PATHS = (".github/radar.yml", ".github/radar.yaml")
MAX_PATTERNS = 200
MAX_PATTERN = 200
MAX_STARS = 6
MAX_REASON = 300


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing wrong with the file, and what to write instead."""

    line: int
    message: str


class SwitchedOff(Struct, frozen=True):
    """A check that the repository switched off."""

    reason: str
    line: int


class RadarConfig(Struct, frozen=True, kw_only=True):
    """What the file says; defaults where there is none. `path` is "" then."""

    path: str = ""
    kind: Kind | None = None
    kind_line: int | None = None
    exclude: tuple[str, ...] = ()
    off: dict[str, SwitchedOff] = {}
    publish: Publish = Publish()
    complexity: int = 15
    duplication: float = 0.1
    readme_words: int = 60

    def excludes(self) -> Callable[[str], bool]:
        """Tells whether a path is excluded."""
        if not self.exclude:
            return lambda _: False
        return GitIgnoreSpec.from_lines(self.exclude).match_file


def read_config(texts: Mapping[str, str]) -> tuple[RadarConfig, tuple[Slip, ...]]:
    """The configuration in `texts` (by path) with what is wrong with it, by line. Never raises."""
    path = next((path for path in CONFIG_PATHS if path in texts), "")
    if not path:
        return RadarConfig(), ()
    reader = _Reader()
    try:
        root = parse_yaml(texts[path])
    except YamlProblem as problem:
        return RadarConfig(path=path), (Slip(problem.line, f"This is no valid YAML: {problem.message}."),)
    if root.kind == "scalar" and root.value is None:
        return RadarConfig(path=path), ()
    return reader.read(path, root), tuple(sorted(reader.slips, key=lambda slip: (slip.line, slip.message)))


def config_digest(snapshot: Snapshot) -> str:
    """What stands for the configuration in a refresh's identity: equal for files that mean the same."""
    texts = snapshot.contents.texts if snapshot.contents else {}
    return digest_of(read_config(texts)[0])


def digest_of(config: RadarConfig) -> str:
    """16 hexadecimal digits; lines, comments and order do not matter."""
    off = {check: msgspec.structs.replace(switched, line=0) for check, switched in config.off.items()}
    body = msgspec.json.encode(msgspec.structs.replace(config, off=off, path="", kind_line=None), order="sorted")
    return hashlib.sha256(body).hexdigest()[:16]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """ " Did you mean `x`?" where something known is close, else the list of what there is."""
    names = sorted(known)
    close = get_close_matches(word.lower()[:60], names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean `{close[0]}`?"
    shown = ", ".join(f"`{name}`" for name in names[:12])
    return f"It knows {shown}{' and more' if len(names) > 12 else ''}."


class _Reader:
    """Walks the tree once; every method leaves a default where it finds a slip."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []

    def slip(self, line: int, message: str) -> None:
        if len(self.slips) < 50:
            self.slips.append(Slip(line, message))

    def read(self, path: str, root: Node) -> RadarConfig:
        top = self.map_of(root, "The file", {"kind", "exclude", "checks", "thresholds", "publish"})
        kind_node = top.get("kind")
        limits = self.map_of(
            top.get("thresholds"),
            "`thresholds`",
            {"score", "drop", "groups", "fail_on", "complexity", "duplication", "readme_words"},
        )
        publish = self.map_of(top.get("publish"), "`publish`", {"check_run", "comments"})
        thresholds = Thresholds(
            score=self.number(limits.get("score"), "score", 0, 100),
            drop=self.number(limits.get("drop"), "drop", 0, 100),
            groups=self.groups(limits.get("groups")),
            fail_on=self.fail_on(limits.get("fail_on")),
        )
        duplication = self.number(limits.get("duplication"), "duplication", 1, 100)
        return RadarConfig(
            path=path,
            kind=self.kind(kind_node),
            kind_line=kind_node.line if kind_node else None,
            exclude=self.patterns(top.get("exclude")),
            off=self.off(top.get("checks")),
            publish=Publish(
                check_run=self.flag(publish.get("check_run"), "check_run"),
                comments=self.flag(publish.get("comments"), "comments"),
                thresholds=thresholds,
            ),
            complexity=self.number(limits.get("complexity"), "complexity", 1, 1000) or 15,
            duplication=0.1 if duplication is None else duplication / 100,
            readme_words=self.number(limits.get("readme_words"), "readme_words", 1, 5000) or 60,
        )

    def map_of(self, node: Node | None, what: str, known: Iterable[str]) -> dict[str, Node]:
        if node is None or (node.kind == "scalar" and node.value is None):
            return {}
        if node.kind != "map":
            self.slip(node.line, f"{what} must be a table of keys and values.")
            return {}
        found = {}
        for key, line, value in node.pairs():
            if key in known:
                found[key] = value
            else:
                self.slip(line, f"{what} has an unknown key `{key[:60]}`. {did_you_mean(key, known)}")
        return {key: value for key, value in found.items() if value.kind != "scalar" or value.value is not None}

    def kind(self, node: Node | None) -> Kind | None:
        if node is None:
            return None
        known = [kind.value for kind in Kind if kind is not Kind.UNKNOWN]
        text = str(node.value).strip().lower() if node.kind == "scalar" else ""
        if text in known:
            return Kind(text)
        self.slip(node.line, f"`{text[:60]}` is no kind of repository. {did_you_mean(text, known)}")
        return None

    def patterns(self, node: Node | None) -> tuple[str, ...]:
        if node is None:
            return ()
        if node.kind == "map":
            self.slip(node.line, "`exclude` must be a list of gitignore patterns.")
            return ()
        good = []
        for pattern, line in node.strings()[:MAX_PATTERNS]:
            try:
                if len(pattern) > MAX_PATTERN or pattern.replace("**", "").count("*") > MAX_STARS:
                    raise ValueError("it is too long or has too many stars")
                GitIgnoreSpec.from_lines([pattern])
            except ValueError as error:
                self.slip(line, f"`{pattern[:60]}` is no pattern that can be used: {error}.")
            else:
                good.append(pattern)
        return tuple(good)

    def off(self, node: Node | None) -> dict[str, SwitchedOff]:
        found = {}
        for check, settings in self.map_of(node, "`checks`", BY_ID).items():
            if settings.kind == "scalar" and settings.value is False:
                self.slip(settings.line, f"`{check}` needs a reason: write `{check}: {{off: why it does not apply}}`.")
                continue
            reason_node = self.map_of(settings, f"`checks.{check}`", {"off"}).get("off")
            if reason_node is None:
                continue
            reason = reason_node.value if reason_node.kind == "scalar" else None
            if not isinstance(reason, str) or len(reason.split()) < 2:
                self.slip(reason_node.line, f"`checks.{check}.off` must say in a few words why the check is off.")
            else:
                found[check] = SwitchedOff(" ".join(reason.split())[:MAX_REASON], reason_node.line)
        return found

    def groups(self, node: Node | None) -> dict[str, int]:
        known = [group.value for group in Group]
        found = {}
        for name, value in self.map_of(node, "`thresholds.groups`", known).items():
            number = self.number(value, name, 0, 100)
            if number is not None:
                found[name] = number
        return dict(sorted(found.items()))

    def fail_on(self, node: Node | None) -> tuple[str, ...]:
        good = []
        for check, line in node.strings() if node is not None else []:
            if check in BY_ID:
                good.append(check)
            else:
                self.slip(line, f"`fail_on` names an unknown check `{check[:60]}`. {did_you_mean(check, BY_ID)}")
        return tuple(sorted(set(good)))

    def number(self, node: Node | None, name: str, lowest: int, highest: int) -> int | None:
        if node is None:
            return None
        value = node.value
        if isinstance(value, int) and not isinstance(value, bool) and lowest <= value <= highest:
            return value
        self.slip(node.line, f"`{name}` must be a whole number from {lowest} to {highest}.")
        return None

    def flag(self, node: Node | None, name: str) -> bool:
        if node is None or isinstance(node.value, bool):
            return node is None or bool(node.value)
        self.slip(node.line, f"`{name}` must be `true` or `false`.")
        return True
