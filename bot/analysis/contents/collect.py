"""Digests one file after another into `Contents`; of a file's bytes only what a question reads is kept."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import re2

from bot.analysis.config import CONFIG_PATHS, read_config
from bot.analysis.contents import classes, facts, notebooks
from bot.analysis.contents.attributes import Attributes
from bot.analysis.contents.classes import PathRule
from bot.analysis.contents.comments import Syntax, syntax_of
from bot.analysis.contents.complexity import Clock, ComplexityQueue
from bot.analysis.contents.duplicates import DuplicateFinder
from bot.analysis.contents.interest import is_of_interest, max_text_bytes
from bot.analysis.contents.languages import name_language
from bot.analysis.contents.lines import count_lines
from bot.analysis.contents.secrets import find_secrets, hints
from bot.analysis.contents.text import decode, is_binary, narrow
from bot.analysis.manifests import is_manifest
from bot.analysis.words import counted, listed
from bot.model.entry import Entry
from bot.model.snapshot import Contents, FileClass, FileFact, FunctionFact, RepositoryFacts, SecretFact, WorkflowFinding

MAX_TEXTS_BYTES = 48_000_000
"""All kept texts together; later ones are told by name and size only."""

MAX_SECRETS = 200
MAX_TARGET = 1_000
"""Characters of a symbolic link that are looked at."""


_DEBT = (b"TODO", b"FIXME", b"XXX", b"HACK")
_FIRST_PARTY = frozenset({FileClass.SOURCE, FileClass.TEST})
_UNREAD = frozenset({FileClass.VENDORED, FileClass.GENERATED, FileClass.BINARY})
_COMPARED_TYPES = frozenset({"programming", "markup"})


@dataclass(slots=True)
class Collector:
    """Give each file to `add`, in any order (`.gitattributes` and `.github/radar.yml` best first), then `finish`.

    `facts` brings the attributes that GitHub told and the files that the archive hides. `fingerprint_key` keys the
    hashes of secrets.
    """

    facts: RepositoryFacts | None = None
    fingerprint_key: bytes = b""
    _files: list[FileFact] = field(default_factory=list)
    _texts: dict[str, str] = field(default_factory=dict)
    _texts_bytes: int = 0
    _texts_dropped: list[str] = field(default_factory=list)
    _secrets: list[SecretFact] = field(default_factory=list)
    _attributes: Attributes = field(default_factory=Attributes)
    _duplicates: DuplicateFinder = field(default_factory=DuplicateFinder)
    _complexity: ComplexityQueue = field(default_factory=ComplexityQueue)
    _links: dict[str, str] = field(default_factory=dict)
    _is_excluded: Callable[[str], bool] | None = None

    def __post_init__(self) -> None:
        if self.facts is not None and self.facts.gitattributes:
            self._attributes.add(".gitattributes", self.facts.gitattributes)

    def add(self, entry: Entry) -> None:
        """Digests one file."""
        path = entry.path
        if self._is_excluded is not None and path not in CONFIG_PATHS and self._is_excluded(path):
            return
        if entry.is_symlink:
            self._files.append(FileFact(path=path, size_bytes=entry.size_bytes, is_symlink=True))
            self._links[path] = narrow(entry.content).decode(errors="replace")
        elif not entry.content or is_binary(entry.content):
            self._add_unread(entry)
        else:
            self._add_text(entry, narrow(entry.content))

    def finish(
        self,
        *,
        cut: Iterable[str] = (),
        workflow_findings: tuple[WorkflowFinding, ...] | None = None,
        unmeasured: dict[str, str] | None = None,
        measure_complexity: bool = True,
        clock: Clock = lambda: 0.0,
    ) -> Contents:
        """All that was learned, files by path. `cut` and `unmeasured` are what the caller knows is missing.

        `clock` tells seconds, so that no hostile file can hold up the measuring; without one nothing is stopped.
        """
        self._add_hidden_files()
        self._follow_links()
        reasons = dict(unmeasured or {})
        functions: tuple[FunctionFact, ...] | None = None
        if measure_complexity:
            functions, told = self._complexity.measure(clock)
            if told:
                reasons["functions"] = told
        else:
            reasons.setdefault("functions", "complexity was not asked for")
        is_kept = self._is_kept
        return Contents(
            files=tuple(sorted((fact for fact in self._files if is_kept(fact.path)), key=lambda fact: fact.path)),
            texts={path: self._texts[path] for path in sorted(self._texts) if is_kept(path)},
            duplicates=tuple(
                fact for fact in self._duplicates.duplicates if is_kept(fact.path) and is_kept(fact.other_path)
            ),
            duplicated_lines=self._duplicates.duplicated_lines,
            functions=functions,
            secrets=tuple(sorted((fact for fact in self._secrets if is_kept(fact.path)), key=_place)),
            workflow_findings=workflow_findings,
            unmeasured=reasons,
            cut=(*cut, *self._told_cuts()),
        )

    @property
    def texts(self) -> dict[str, str]:
        """The texts kept so far, by path."""
        return self._texts

    def _is_kept(self, path: str) -> bool:
        return self._is_excluded is None or path in CONFIG_PATHS or not self._is_excluded(path)

    def _add_unread(self, entry: Entry) -> None:
        """A file without bytes to look at: empty, over the limit, or binary."""
        if entry.content:
            language, kind = "", FileClass.BINARY
            overrides = self._attributes.of(entry.path)
            if overrides.is_vendored or PathRule.VENDORED in classes.rules_of(entry.path):
                kind = FileClass.VENDORED
        else:
            language, kind = self._name_and_class(entry.path, b"")
            if not entry.size_bytes and is_of_interest(entry.path):
                self._texts[entry.path] = ""
        self._files.append(_plain_fact(entry, language, kind))

    def _add_text(self, entry: Entry, content: bytes) -> None:
        path = entry.path
        language, kind = self._name_and_class(path, content)
        if kind in _UNREAD:
            self._files.append(_plain_fact(entry, language, kind))
        else:
            self._add_own(entry, content, language, kind)
        if kind is not FileClass.VENDORED and is_of_interest(path):
            self._keep_text(path, content)

    def _add_own(self, entry: Entry, content: bytes, language: str, kind: FileClass) -> None:
        """A text that somebody here wrote: only of these are lines counted and secrets looked for."""
        path = entry.path
        is_notebook = language == notebooks.LANGUAGE
        syntax = syntax_of("Python" if is_notebook else language)
        lines = count_lines(notebooks.code_of(content) if is_notebook else content, syntax)
        debt = self._look_closer(path, content, kind) if _worth_a_look().search(content) is not None else 0
        self._files.append(
            FileFact(
                path=path,
                size_bytes=entry.size_bytes,
                language=language,
                file_class=kind,
                code=lines.code,
                comment=lines.comment,
                blank=lines.blank,
                debt_markers=debt,
                is_executable=entry.is_executable,
                has_inline_tests=kind is FileClass.SOURCE and classes.has_inline_tests(language, content),
            )
        )
        if kind in _FIRST_PARTY and not is_notebook:  # whose lines have no numbers in the file
            self._duplicates.add(path, lines, _openers(syntax))
        if kind is FileClass.SOURCE:
            self._complexity.offer(path, language, lines.code, content)

    def _name_and_class(self, path: str, content: bytes) -> tuple[str, FileClass]:
        overrides = self._attributes.of(path)
        language = name_language(path, content)
        if overrides.language is not None:
            language = facts.lookups().by_alias.get(overrides.language.lower().replace(" ", "-"), language)
        rules = classes.rules_of(path)
        if _decided(overrides.is_vendored, PathRule.VENDORED in rules):
            return language, FileClass.VENDORED
        is_generated = PathRule.GENERATED in rules or classes.is_generated_content(path, content)
        if _decided(overrides.is_generated, is_generated):
            return language, FileClass.GENERATED
        kind_of = facts.type_of(language)
        if _decided(overrides.is_documentation, kind_of == "prose" or PathRule.DOCUMENTATION in rules):
            return language, FileClass.DOCUMENTATION
        if kind_of in _COMPARED_TYPES or (overrides.is_detectable and kind_of == "data"):
            is_test = overrides.is_detectable is not True and classes.is_test(rules)
            return language, FileClass.TEST if is_test else FileClass.SOURCE
        return language, FileClass.DATA if kind_of == "data" else FileClass.OTHER

    def _look_closer(self, path: str, content: bytes, kind: FileClass) -> int:
        """Counts debt markers of our own code, and notes secrets where they would be real."""
        seen = Counter(match.group() for match in _worth_a_look().finditer(content))
        debt = sum(seen.pop(marker, 0) for marker in _DEBT)
        if seen and self._may_hold_secrets(path, kind):
            is_document = kind is FileClass.DOCUMENTATION
            self._secrets.extend(find_secrets(path, content, self.fingerprint_key, seen, is_document=is_document))
        return debt if kind in _FIRST_PARTY else 0

    def _may_hold_secrets(self, path: str, kind: FileClass) -> bool:
        if kind is FileClass.TEST or len(self._secrets) >= MAX_SECRETS:
            return False
        return not classes.is_test(classes.rules_of(path)) and not classes.is_example_path(path)

    def _keep_text(self, path: str, content: bytes) -> None:
        if len(content) > max_text_bytes(path) or self._texts_bytes + len(content) > MAX_TEXTS_BYTES:
            self._texts_dropped.append(path)
            return
        self._texts_bytes += len(content)
        text = decode(content)
        self._texts[path] = text
        if path.endswith(".gitattributes"):
            is_told = path == ".gitattributes" and self.facts is not None and self.facts.gitattributes is not None
            if not is_told:
                self._attributes.add(path, text)
        elif path in CONFIG_PATHS:
            config, _ = read_config({path: text})
            self._is_excluded = config.excludes() if config.exclude else None

    def _add_hidden_files(self) -> None:
        """The files that the archive hides by export-ignore, as the tree listing tells them."""
        known = {fact.path for fact in self._files}
        for hidden in self.facts.hidden_files if self.facts is not None else ():
            if hidden.path in known:
                continue
            mode = int(hidden.mode, 8)
            content = (hidden.text or "").encode()
            self.add(Entry(hidden.path, mode, content, is_symlink=mode == 0o120000, size_bytes=hidden.size_bytes))

    def _follow_links(self) -> None:
        """Documents that are symbolic links, as a README shared by two folders is, have the text they lead to."""
        for path, target in self._links.items():
            lead = posixpath.normpath(posixpath.join(posixpath.dirname(path), target[:MAX_TARGET]))
            if lead in self._texts and is_of_interest(path) and not is_manifest(path) and "/" not in path:
                self._texts[path] = self._texts[lead]

    def _told_cuts(self) -> tuple[str, ...]:
        told = []
        if self._texts_dropped:
            count = counted(len(self._texts_dropped), "long file")
            told.append(f"{count} told by name and size only: {listed(sorted(self._texts_dropped), limit=5)}.")
        if self._duplicates.skipped_files:
            told.append(f"Duplicates were not looked for in the last {self._duplicates.skipped_files:,} files.")
        if self.facts is not None and self.facts.hidden_files_truncated:
            told.append("GitHub listed only a part of the tree, so hidden files may be missing.")
        return tuple(told)


@cache
def _worth_a_look() -> Any:
    """Found in every file that holds a debt marker or may hold a credential; few others."""
    return re2.compile(rf"\b(?:TODO|FIXME|XXX|HACK)\b|{hints()}".encode())


def _plain_fact(entry: Entry, language: str, kind: FileClass) -> FileFact:
    return FileFact(
        path=entry.path,
        size_bytes=entry.size_bytes,
        language=language,
        file_class=kind,
        is_executable=entry.is_executable,
    )


def _decided(override: bool | None, rule: bool) -> bool:
    return rule if override is None else override


def _openers(syntax: Syntax) -> tuple[bytes, ...]:
    """How lines begin that are comments: by their markers, and inside a block by its star."""
    if not syntax.block:
        return syntax.line + syntax.docs
    return (*syntax.line, *(opener for opener, _ in syntax.block), b"*")


def _place(fact: Any) -> tuple[str, int]:
    return fact.path, fact.line
