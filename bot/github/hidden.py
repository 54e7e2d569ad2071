"""The files that export-ignore hides from a tarball: listed for many repositories at once, the interesting ones read.

Plan: one query lists the trees of all repositories whose .gitattributes hides something, one more reads the files of
interest among the hidden (and folders' .gitattributes not read yet). Where GitHub cannot answer even one repository,
`/git/trees?recursive=1` lists it, and says itself when it is truncated. A .gitattributes that only lies in a folder
which the facts query does not look into is not noticed.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from msgspec.structs import replace

from bot.github import queries
from bot.github.attributes import ATTRIBUTE, Rule, is_hidden, rules_of
from bot.github.comments import Request
from bot.github.limits import QueryTimedOut
from bot.github.translate import items, mapping, number, text
from bot.github.wire import GraphQLReply
from bot.model.errors import FinalError, Finality, WorldError
from bot.model.snapshot import HiddenFile, RepositoryFacts

MAX_ROUNDS = 3
"""Listing queries in a row: 15 levels of folders. What lies deeper counts as truncated."""
MAX_FOLDERS_PER_REPOSITORY = 60
MAX_TEXTS_PER_REPOSITORY = 60
MAX_TEXT_BYTES = 200_000
MAX_BLOBS_PER_QUERY = 300
MAX_HIDDEN_PER_REPOSITORY = 20_000
ATTRIBUTES_NAME = ".gitattributes"

_INTERESTING = re.compile(
    r"""(?ix)
    (?:^|/)\.github/.*\.(?:ya?ml|md|json5?|toml|txt) $ | (?:^|/)(?:\.github/|\.gitlab/|docs/)?codeowners $ |
    ^(?:docs/|\.github/)?(?:readme|contributing|changelog|changes|history|news|security|support|code[_-]of[_-]conduct|
      governance|roadmap|funding|citation|agents|claude|maintainers)(?:\.[a-z]+)? $ |
    (?:^|/)(?:licen[cs]e|copying|unlicense)[^/]* $ | ^licenses/[^/]+ $ |
    ^(?:[^/]+/){0,2}(?:package\.json|pyproject\.toml|setup\.(?:cfg|py)|requirements[^/]*\.(?:txt|in)|pipfile|go\.mod|
      go\.work|cargo\.toml|pom\.xml|build\.gradle(?:\.kts)?|settings\.gradle(?:\.kts)?|libs\.versions\.toml|gemfile|
      [^/]+\.gemspec|composer\.json|[^/]+\.(?:cs|fs)proj|directory\.[^/]+\.props|dockerfile[^/]*|
      (?:docker-)?compose[^/]*\.ya?ml|mix\.exs|pubspec\.yaml|package\.swift|deno\.jsonc?|action\.ya?ml|phpunit[^/]*|
      phpstan[^/]*|psalm[^/]*|tsconfig[^/]*|[^/]*eslint[^/]*|\.prettierrc[^/]*|\.php[-_]cs[^/]*|rector\.php) $ |
    ^(?:\.gitlab-ci\.ya?ml|\.travis\.yml|\.circleci/config\.yml|azure-pipelines\.ya?ml|jenkinsfile|\.?appveyor\.yml|
      \.drone\.yml|\.cirrus\.yml|bitbucket-pipelines\.yml|renovate\.json5?|\.renovaterc[^/]*|\.editorconfig|
      \.pre-commit-config\.yaml|tox\.ini|noxfile\.py|makefile|justfile|taskfile\.ya?ml|\.?codecov\.ya?ml|\.coveragerc|
      mkdocs\.ya?ml|\.readthedocs\.ya?ml|sonar-project\.properties|\.nvmrc|\.python-version|\.ruby-version|
      \.tool-versions|rust-toolchain(?:\.toml)?|\.buildkite/[^/]+\.ya?ml|\.woodpecker[^/]*\.ya?ml) $ |
    (?:^|/)\.gitattributes $
    """
)


class GraphQL(Protocol):
    """`GitHubClient.graphql`."""

    def __call__(self, query: str, variables: dict[str, Any], what: str) -> Awaitable[GraphQLReply]: ...


@dataclass(frozen=True)
class TreeEntry:
    """One entry of a tree listing; `mode` in git's octal."""

    path: str
    mode: str
    size_bytes: int
    is_folder: bool


@dataclass
class _Listing:
    """One repository under way: what is listed, what is yet to be, the rules so far."""

    position: int
    facts: RepositoryFacts
    rules: dict[str, tuple[Rule, ...]] = field(default_factory=dict)
    entries: dict[str, TreeEntry] = field(default_factory=dict)
    unlisted: list[str] = field(default_factory=lambda: [""])
    texts: dict[str, str] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    is_truncated: bool = False

    def hidden(self) -> list[TreeEntry]:
        """The files that an archive leaves out, in the order of their paths."""
        hidden_folders: set[str] = set()
        found = []
        for path in sorted(self.entries):
            entry = self.entries[path]
            parent = path.rpartition("/")[0]
            is_out = parent in hidden_folders or is_hidden(path, self._rules_for(path), is_folder=entry.is_folder)
            if is_out and entry.is_folder:
                hidden_folders.add(path)
            elif is_out:
                found.append(entry)
        return found

    def _rules_for(self, path: str) -> tuple[Rule, ...]:
        rules = self.rules.get("", ())
        for end, character in enumerate(path):
            if character == "/":
                rules += self.rules.get(path[: end + 1], ())
        return rules

    def unread(self) -> list[str]:
        """Paths whose text is wanted and was not asked for yet; they count as asked from now on."""
        attributes = [entry for entry in self.entries.values() if entry.path.rpartition("/")[2] == ATTRIBUTES_NAME]
        hidden = [entry for entry in self.hidden() if _INTERESTING.search(entry.path)]
        paths = [entry.path for entry in (*attributes, *hidden) if _is_text_sized(entry)]
        wanted = list(dict.fromkeys(path for path in paths if path not in self.asked))
        wanted = wanted[: max(0, MAX_TEXTS_PER_REPOSITORY - len(self.asked))]
        self.asked.update(wanted)
        return wanted

    def take_texts(self, wanted: Sequence[str], texts: Mapping[str, str]) -> None:
        """Keeps the texts read; those of .gitattributes become rules."""
        for path in wanted:
            content = texts.get(path)
            if content is not None:
                self.texts[path] = content
            if path.rpartition("/")[2] == ATTRIBUTES_NAME:
                folder = path.removesuffix(ATTRIBUTES_NAME)
                self.rules[folder] = rules_of(content or "", folder)


class HiddenFiles:
    """Completes facts with hidden files."""

    def __init__(self, graphql: GraphQL, request: Request) -> None:
        self._graphql = graphql
        self._request = request

    async def completed(
        self, facts: Sequence[RepositoryFacts | None], attributes: Sequence[Mapping[str, str] | None]
    ) -> list[RepositoryFacts | None]:
        """`facts` with `hidden_files`. `attributes`: what `known_attributes` found; None: look in any case."""
        listings = [
            _listing(position, one, known)
            for position, (one, known) in enumerate(zip(facts, attributes, strict=True))
            if one is not None and one.head_sha and (known is None or _hides_something(known))
        ]
        completed = list(facts)
        if not listings:
            return completed
        for _ in range(MAX_ROUNDS):
            wanted = [listing for listing in listings if listing.unlisted]
            for start in range(0, len(wanted), queries.MAX_NODES_PER_QUERY):
                await self._list(wanted[start : start + queries.MAX_NODES_PER_QUERY])
        # Rarely more than once: only a .gitattributes read just now can hide more.
        while await self._read(listings):
            pass
        for listing in listings:
            completed[listing.position] = _with_hidden(listing)
        return completed

    async def _list(self, listings: Sequence[_Listing]) -> None:
        """One round: what each listing has not seen yet, halved where GitHub cannot answer in time."""
        for listing in listings:
            if len(listing.unlisted) > MAX_FOLDERS_PER_REPOSITORY:
                await self._list_by_rest(listing)
        wanted = [listing for listing in listings if listing.unlisted]
        if not wanted:
            return
        query, variables = queries.trees_query(
            [
                (listing.facts.node_id, [f"{listing.facts.head_sha}:{folder}" for folder in listing.unlisted])
                for listing in wanted
            ]
        )
        try:
            reply = await self._graphql(query, dict(variables), "file listings")
        except QueryTimedOut:
            if len(wanted) == 1:
                await self._list_by_rest(wanted[0])
                return
            half = len(wanted) // 2
            await self._list(wanted[:half])
            await self._list(wanted[half:])
            return
        data = reply.data
        for index, listing in enumerate(wanted):
            answer = mapping(data.get(f"r{index}"))
            asked, listing.unlisted = listing.unlisted, []
            for number_, folder in enumerate(asked):
                tree = answer.get(f"t{number_}")
                if not isinstance(tree, dict):
                    listing.is_truncated = True
                _walk(listing, folder, mapping(tree), depth=queries.TREE_DEPTH)

    async def _list_by_rest(self, listing: _Listing) -> None:
        facts = listing.facts
        path = f"/repos/{facts.owner}/{facts.name}/git/trees/{facts.head_sha}?recursive=1"
        listing.unlisted = []
        try:
            answer = mapping((await self._request("GET", path, f"the tree of {facts.owner}/{facts.name}")).json())
        except FinalError as error:
            if error.finality is not Finality.EMPTY:
                raise
            return
        listing.is_truncated = listing.is_truncated or answer.get("truncated") is True
        for entry in items(answer.get("tree")):
            if entry.get("type") in {"blob", "tree"}:
                _add(listing, text(entry.get("path")), text(entry.get("mode")), entry.get("size"), entry.get("type"))

    async def _read(self, listings: Sequence[_Listing]) -> bool:
        """Reads every .gitattributes and the interesting ones among the hidden files; False when none was left."""
        wanted = [(listing, path) for listing in listings for path in listing.unread()]
        for start in range(0, len(wanted), MAX_BLOBS_PER_QUERY):
            await self._read_some(wanted[start : start + MAX_BLOBS_PER_QUERY])
        return bool(wanted)

    async def _read_some(self, wanted: Sequence[tuple[_Listing, str]]) -> None:
        grouped: dict[int, tuple[_Listing, list[str]]] = {}
        for listing, path in wanted:
            grouped.setdefault(listing.position, (listing, []))[1].append(path)
        groups = list(grouped.values())
        query, variables = queries.blobs_query(
            [
                (listing.facts.node_id, [f"{listing.facts.head_sha}:{path}" for path in paths])
                for listing, paths in groups
            ]
        )
        try:
            reply = await self._graphql(query, dict(variables), "hidden files")
        except QueryTimedOut as error:
            if len(wanted) == 1:
                raise WorldError(error.message) from error
            half = len(wanted) // 2
            await self._read_some(wanted[:half])
            await self._read_some(wanted[half:])
            return
        data = reply.data
        for index, (listing, paths) in enumerate(groups):
            answer = mapping(data.get(f"r{index}"))
            blobs = {path: mapping(answer.get(f"b{number_}")) for number_, path in enumerate(paths)}
            listing.take_texts(
                paths,
                {
                    path: content
                    for path, blob in blobs.items()
                    if isinstance(content := blob.get("text"), str) and blob.get("isTruncated") is not True
                },
            )


def known_attributes(node: Mapping[str, Any]) -> dict[str, str]:
    """Folder ("" or "docs/") → text of its .gitattributes, as the facts query read them."""
    aliases = {"attributes": "", **{f"attributes{n}": f"{name}/" for n, name in enumerate(queries.ATTRIBUTE_FOLDERS)}}
    found = {folder: mapping(node.get(alias)).get("text") for alias, folder in aliases.items()}
    return {folder: content for folder, content in found.items() if isinstance(content, str)}


def _hides_something(attributes: Mapping[str, str]) -> bool:
    return any(ATTRIBUTE in content for content in attributes.values())


def _listing(position: int, facts: RepositoryFacts, attributes: Mapping[str, str] | None) -> _Listing:
    listing = _Listing(position, facts)
    for folder, content in (attributes or {}).items():
        path = f"{folder}{ATTRIBUTES_NAME}"
        listing.asked.add(path)
        listing.take_texts([path], {path: content})
    return listing


def _walk(listing: _Listing, folder: str, tree: Mapping[str, Any], *, depth: int) -> None:
    prefix = f"{folder}/" if folder else ""
    for entry in items(tree.get("entries")):
        path, kind = f"{prefix}{text(entry.get('name'))}", entry.get("type")
        if kind not in {"blob", "tree"}:
            continue
        mode = number(entry.get("mode"))
        _add(listing, path, f"{mode or 0o100644:06o}", entry.get("size"), kind)
        if kind == "tree" and depth > 1:
            _walk(listing, path, mapping(entry.get("object")), depth=depth - 1)
        elif kind == "tree":
            listing.unlisted.append(path)


def _add(listing: _Listing, path: str, mode: str, size: Any, kind: Any) -> None:
    if path:
        listing.entries[path] = TreeEntry(path, mode, number(size) or 0, kind == "tree")


def _is_text_sized(entry: TreeEntry) -> bool:
    return not entry.is_folder and entry.size_bytes <= MAX_TEXT_BYTES and entry.mode != "120000"


def _with_hidden(listing: _Listing) -> RepositoryFacts:
    hidden = listing.hidden()
    is_truncated = listing.is_truncated or bool(listing.unlisted) or len(hidden) > MAX_HIDDEN_PER_REPOSITORY
    return replace(
        listing.facts,
        hidden_files=tuple(_hidden_files(listing, hidden[:MAX_HIDDEN_PER_REPOSITORY])),
        hidden_files_truncated=is_truncated,
    )


def _hidden_files(listing: _Listing, hidden: Sequence[TreeEntry]) -> Iterator[HiddenFile]:
    for entry in hidden:
        yield HiddenFile(
            path=entry.path, size_bytes=entry.size_bytes, mode=entry.mode, text=listing.texts.get(entry.path)
        )
