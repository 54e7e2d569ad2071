"""Check runs: one per external id, with as many annotations as GitHub takes, fifty a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from bot.github import translate
from bot.github.comments import Request
from bot.github.pace import Urgency, content_urgency
from bot.model.repository import CheckAnnotation, CheckOutput

ANNOTATIONS_PER_REQUEST = 50
MAX_TEXT = 65_535


class Checks:
    """Writes check runs as the App."""

    def __init__(self, request: Request, app_id: int | None) -> None:
        self._request = request
        self._app_id = app_id

    async def upsert(
        self,
        owner: str,
        name: str,
        *,
        head_sha: str,
        check_name: str,
        external_id: str,
        output: CheckOutput | None = None,
        conclusion: str | None = None,
        details_url: str = "",
        may_exist: bool = True,
        urgency: Urgency = Urgency.CHECK,
    ) -> int:
        """The id of the check run with this external id: updated where it exists, else created.

        `may_exist` False spares the request that looks for it. Content of this `urgency` is paced: RateLimited where
        that takes long, and another call goes on where this one stopped.

        Without `conclusion` (success, neutral, failure, ...) it is in progress. Annotations only ever add up on
        GitHub, so a new result needs a new external id; a retried step sends those that are missing.
        """
        repository = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        body: dict[str, Any] = {"name": check_name, "external_id": external_id}
        if details_url:
            body["details_url"] = details_url
        if conclusion is None:
            body["status"] = "in_progress"
        else:
            body |= {"status": "completed", "conclusion": conclusion}
        check_id, sent = None, 0
        if may_exist:
            check_id, sent = await self._find(repository, head_sha, check_name, external_id)
        with content_urgency(urgency):
            return await self._write(repository, head_sha, check_id, body, output, sent)

    async def _write(
        self,
        repository: str,
        head_sha: str,
        check_id: int | None,
        body: dict[str, Any],
        output: CheckOutput | None,
        sent: int,
    ) -> int:
        chunks = _chunks(output.annotations[sent:] if output else ())
        if output is not None:
            body["output"] = _output(output, chunks[0])
        if check_id is None:
            reply = await self._request(
                "POST", f"{repository}/check-runs", "a check run", body=body | {"head_sha": head_sha}
            )
            check_id = translate.required_id(translate.mapping(reply.json()), "a check run")
        else:
            await self._request("PATCH", f"{repository}/check-runs/{check_id}", "our check run", body=body)
        for chunk in chunks[1:] if output else ():
            more = {"output": _output(output, chunk)} if output else {}
            await self._request("PATCH", f"{repository}/check-runs/{check_id}", "our check run", body=more)
        return check_id

    async def external_ids(self, owner: str, name: str, head_sha: str, check_name: str) -> list[str]:
        """The external ids of our check runs on a commit, newest first. One request."""
        repository = f"/repos/{quote(owner, safe='')}/{quote(name, safe='')}"
        return [translate.text(run.get("external_id")) for run in await self._list(repository, head_sha, check_name)]

    async def _find(self, repository: str, head_sha: str, check_name: str, external_id: str) -> tuple[int | None, int]:
        """The run's id and how many annotations it has; (None, 0) where there is none."""
        for run in await self._list(repository, head_sha, check_name):
            if translate.text(run.get("external_id")) == external_id:
                count = translate.number(translate.mapping(run.get("output")).get("annotations_count"))
                return translate.required_id(run, "a check run"), count or 0
        return None, 0

    async def _list(self, repository: str, head_sha: str, check_name: str) -> list[Mapping[str, Any]]:
        path = (
            f"{repository}/commits/{quote(head_sha, safe='')}/check-runs"
            f"?check_name={quote(check_name, safe='')}&filter=all&per_page=100"
        )
        if self._app_id is not None:
            path = f"{path}&app_id={self._app_id}"
        reply = await self._request("GET", path, "the check runs")
        return translate.items(translate.mapping(reply.json()).get("check_runs"))


def requests_for(output: CheckOutput) -> int:
    """How many requests that create content a check run takes."""
    return len(_chunks(output.annotations))


def _chunks(annotations: tuple[CheckAnnotation, ...]) -> list[tuple[CheckAnnotation, ...]]:
    step = ANNOTATIONS_PER_REQUEST
    return [annotations[start : start + step] for start in range(0, len(annotations), step)] or [()]


def _output(output: CheckOutput, annotations: tuple[CheckAnnotation, ...]) -> dict[str, Any]:
    shown: dict[str, Any] = {"title": output.title[:255], "summary": output.summary[:MAX_TEXT]}
    if output.text:
        shown["text"] = output.text[:MAX_TEXT]
    if annotations:
        shown["annotations"] = [_annotation(annotation) for annotation in annotations]
    return shown


def _annotation(annotation: CheckAnnotation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "path": annotation.path,
        "start_line": annotation.start_line,
        "end_line": annotation.end_line,
        "annotation_level": annotation.level,
        "message": annotation.message,
    }
    if annotation.title:
        shown["title"] = annotation.title[:255]
    if annotation.raw_details:
        shown["raw_details"] = annotation.raw_details
    return shown
