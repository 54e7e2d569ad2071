"""GitHub Enterprise Server: everything below /api/v3, and links to its own host."""

from __future__ import annotations

from collections.abc import Callable

from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage


def test_the_main_job_runs_under_api_v3(own_stage: Callable[..., Stage]) -> None:
    stage = own_stage(enterprise=True)
    assert stage.hub.environment()["GITHUB_API_URL"].endswith("/api/v3")
    files = {
        "README.md": "# Hello\n",
        "main.py": "print('hello')\n",
        ".gitattributes": "/docs export-ignore\n",
        "docs/guide.md": "# Guide\n",
    }
    repository = stage.installed(files)
    stage.hub.grant(repository, "boss", "admin")
    issue = stage.hub.open_issue(repository, "How is it?")
    comment = stage.hub.comment(repository, issue, "/radar refresh", "boss")
    eventually(lambda: any(one.content == "rocket" for one in comment.reactions), what="a rocket")
    (reply,) = [one for one in issue.comments if one.via_app]
    head = repository.git.head()
    assert f"{stage.hub.url}/{repository.full_name}/commit/{head}" in reply.body, "links lead to the server's pages"
    assert "/api/v3" not in reply.body
    eventually(lambda: [one for one in repository.check_runs if one.head_sha == head], what="a check run")
    sha = stage.hub.push(repository, {"main.py": "print('again')\n"})
    stage.bot.wait_report(repository.full_name, sha)
