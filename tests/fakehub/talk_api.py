"""REST endpoints where people and bots talk: issues, pull requests, comments, reactions, permissions, check runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response
from starlette.routing import Route

from tests.fakehub.calls import ApiError, Call, answer, both, endpoint
from tests.fakehub.shapes import REACTIONS
from tests.fakehub.world import Account, CheckRun, Comment, Issue, Json, Reaction, Repository

if TYPE_CHECKING:
    from tests.fakehub.service import Service

LONGEST_BODY = 65536
MOST_ANNOTATIONS = 50
CONCLUSIONS = ("success", "failure", "neutral", "cancelled", "skipped", "timed_out", "action_required", "stale")


def talk_routes(service: Service) -> list[Route]:
    """Issues, comments, reactions, pulls, collaborators, check runs."""
    table = [
        ("GET", "/issues", _issues),
        ("POST", "/issues", _open_issue),
        ("GET", "/issues/{number:int}", _issue),
        ("GET", "/issues/{number:int}/comments", _comments),
        ("POST", "/issues/{number:int}/comments", _add_comment),
        ("GET", "/issues/comments/{comment:int}", _comment),
        ("PATCH", "/issues/comments/{comment:int}", _edit_comment),
        ("DELETE", "/issues/comments/{comment:int}", _delete_comment),
        ("GET", "/issues/comments/{comment:int}/reactions", _comment_reactions),
        ("POST", "/issues/comments/{comment:int}/reactions", _react_to_comment),
        ("DELETE", "/issues/comments/{comment:int}/reactions/{reaction:int}", _unreact),
        ("POST", "/issues/{number:int}/reactions", _react_to_issue),
        ("GET", "/pulls", _pulls),
        ("GET", "/pulls/{number:int}", _pull),
        ("GET", "/pulls/{number:int}/files", _pull_files),
        ("GET", "/collaborators/{login}/permission", _permission),
        ("POST", "/check-runs", _create_check_run),
        ("GET", "/check-runs/{run:int}", _check_run),
        ("PATCH", "/check-runs/{run:int}", _update_check_run),
        ("GET", "/commits/{ref}/check-runs", _check_runs),
    ]
    return [endpoint(service, method, path, handler) for method, rest, handler in table for path in both(rest)]


def _actor(call: Call) -> Account:
    """Who writes: the App's bot, or the person."""
    if call.caller.installation is not None:
        return call.service.app_record.bot
    if call.caller.user is None:
        raise ApiError(401, "Requires authentication")
    return call.caller.user


def _text(call: Call) -> str:
    body = call.body.get("body")
    if not isinstance(body, str) or not body.strip():
        raise ApiError(422, "Validation Failed", errors=[{"resource": "IssueComment", "code": "missing_field"}])
    if len(body) > LONGEST_BODY:
        message = f"Body is too long (maximum is {LONGEST_BODY} characters)"
        raise ApiError(422, "Validation Failed", errors=[{"message": message}])
    return body


def _find_issue(call: Call, level: str = "read") -> tuple[Repository, Issue]:
    repository = call.repository("issues", level)
    issue = repository.issues.get(call.number("number"))
    if issue is None:
        raise ApiError(404, "Not Found")
    return repository, issue


def _require_open(call: Call, issue: Issue) -> None:
    """An App is no collaborator: https://github.com/renovatebot/renovate/issues/6215."""
    if issue.locked and call.caller.installation is not None:
        raise ApiError(403, "Unable to create comment because issue is locked.")


def _find_comment(call: Call, level: str = "read") -> tuple[Repository, Issue, Comment]:
    repository = call.repository("issues", level)
    found = call.world.comments.get(call.number("comment"))
    if found is None or found[0] is not repository:
        raise ApiError(404, "Not Found")
    return found


def _issues(call: Call) -> Response:
    repository = call.repository("issues")
    wanted = call.query("state", "open")
    items = [i for i in reversed(repository.issues.values()) if wanted in {"all", i.state}]
    chosen, headers = call.page(items)
    return answer([call.shapes.issue(repository, issue) for issue in chosen], headers=headers)


def _open_issue(call: Call) -> Response:
    repository = call.repository("issues", "write")
    issue = call.service.new_issue(repository, call.body["title"], _actor(call), call.body.get("body") or "")
    return answer(call.shapes.issue(repository, issue), 201)


def _issue(call: Call) -> Response:
    return answer(call.shapes.issue(*_find_issue(call)))


def _comments(call: Call) -> Response:
    repository, issue = _find_issue(call)
    chosen, headers = call.page(issue.comments)
    return answer([call.shapes.comment(repository, issue, comment) for comment in chosen], headers=headers)


def _add_comment(call: Call) -> Response:
    repository, issue = _find_issue(call, "write")
    _require_open(call, issue)
    via_app = call.caller.installation is not None
    comment = call.service.new_comment(repository, issue, _actor(call), _text(call), via_app=via_app)
    call.service.announce_comment(repository, issue, comment, "created")
    return answer(call.shapes.comment(repository, issue, comment), 201)


def _comment(call: Call) -> Response:
    return answer(call.shapes.comment(*_find_comment(call)))


def _edit_comment(call: Call) -> Response:
    repository, issue, comment = _find_comment(call, "write")
    if call.caller.installation is not None and not comment.via_app:
        raise ApiError(403, "Resource not accessible by integration")
    text = _text(call)
    comment.edits.append(comment.body)
    comment.body = text
    comment.updated_at = call.world.now()
    call.service.announce_comment(repository, issue, comment, "edited")
    return answer(call.shapes.comment(repository, issue, comment))


def _delete_comment(call: Call) -> Response:
    _, issue, comment = _find_comment(call, "write")
    issue.comments.remove(comment)
    del call.world.comments[comment.id]
    return Response(status_code=204)


def _react(call: Call, reactions: list[Reaction]) -> Response:
    content = call.body.get("content")
    if content not in REACTIONS:
        raise ApiError(422, "Validation Failed")
    actor = _actor(call)
    for known in reactions:
        if known.content == content and known.user is actor:
            return answer(call.shapes.reaction(known))
    reaction = Reaction(call.world.next_id(), actor, content, call.world.now())
    reactions.append(reaction)
    return answer(call.shapes.reaction(reaction), 201)


def _react_to_comment(call: Call) -> Response:
    _, issue, comment = _find_comment(call, "write")
    _require_open(call, issue)
    return _react(call, comment.reactions)


def _react_to_issue(call: Call) -> Response:
    return _react(call, _find_issue(call, "write")[1].reactions)


def _comment_reactions(call: Call) -> Response:
    wanted = call.query("content", "")
    reactions = [one for one in _find_comment(call)[2].reactions if wanted in {"", one.content}]
    chosen, headers = call.page(reactions)
    return answer([call.shapes.reaction(reaction) for reaction in chosen], headers=headers)


def _unreact(call: Call) -> Response:
    reactions = _find_comment(call, "write")[2].reactions
    kept = [reaction for reaction in reactions if reaction.id != call.number("reaction")]
    if len(kept) == len(reactions):
        raise ApiError(404, "Not Found")
    reactions[:] = kept
    return Response(status_code=204)


def _pulls(call: Call) -> Response:
    repository = call.repository("pull_requests")
    wanted = call.query("state", "open")
    items = [i for i in reversed(repository.issues.values()) if i.pull and wanted in {"all", i.state}]
    chosen, headers = call.page(items)
    return answer([pull_shape(call, repository, issue) for issue in chosen], headers=headers)


def _find_pull(call: Call) -> tuple[Repository, Issue]:
    repository = call.repository("pull_requests")
    issue = repository.issues.get(call.number("number"))
    if issue is None or issue.pull is None:
        raise ApiError(404, "Not Found")
    return repository, issue


def _pull(call: Call) -> Response:
    return answer(pull_shape(call, *_find_pull(call)))


def _pull_files(call: Call) -> Response:
    repository, issue = _find_pull(call)
    assert issue.pull is not None
    base = repository.git.merge_base(issue.pull.base_sha, issue.pull.head_sha)
    names = {"A": "added", "D": "removed", "M": "modified"}
    changed = repository.git.changed(base, issue.pull.head_sha)
    return answer([{"filename": path, "status": names.get(letter, "changed")} for letter, path in changed])


def pull_shape(call: Call, repository: Repository, issue: Issue) -> Json:
    """A pull request in full."""
    return call.service.payloads.pull_request(repository, issue, call.shapes)


def _permission(call: Call) -> Response:
    repository = call.repository("metadata")
    user = call.world.accounts.get(call.path("login").lower())
    if user is None:
        raise ApiError(404, "Not Found")
    role = call.world.permission(repository, user)
    coarse = {"maintain": "write", "triage": "read"}.get(role, role)
    body = {"permission": coarse, "role_name": role, "user": {**call.shapes.user(user), "role_name": role}}
    return answer(body)


def _check_output(run: CheckRun, body: Json) -> None:
    """Merge what was sent; annotations add up. Raises 422 as GitHub does."""
    output = body.get("output") or {}
    annotations = output.get("annotations") or []
    if len(annotations) > MOST_ANNOTATIONS:
        raise ApiError(422, "Invalid request.\n\nNo more than 50 items are allowed")
    if "conclusion" in body and body["conclusion"] not in CONCLUSIONS:
        raise ApiError(422, "Invalid request.")
    if output and not (output.get("title") and output.get("summary")):
        raise ApiError(422, 'Invalid request.\n\n"title", "summary" weren\'t supplied.')
    if any(len(output.get(name) or "") > 65535 for name in ("summary", "text")):
        raise ApiError(422, "Invalid request.\n\nOnly 65535 characters are allowed")
    run.annotations += annotations
    run.body = {**run.body, **body}


def _create_check_run(call: Call) -> Response:
    repository = call.repository("checks", "write")
    if call.caller.installation is None:
        raise ApiError(403, "You must authenticate via a GitHub App.")
    sha = str(call.body.get("head_sha", ""))
    if not call.body.get("name") or repository.git.commit_of(sha) is None:
        raise ApiError(422, f"No commit found for SHA: {sha}")
    run = CheckRun(call.world.next_id(), sha, {}, call.world.now())
    _check_output(run, call.body)
    repository.check_runs.append(run)
    call.world.check_runs[run.id] = (repository, run)
    return answer(call.shapes.check_run(repository, run), 201)


def _find_check_run(call: Call, level: str) -> tuple[Repository, CheckRun]:
    repository = call.repository("checks", level)
    found = call.world.check_runs.get(call.number("run"))
    if found is None or found[0] is not repository:
        raise ApiError(404, "Not Found")
    return found


def _check_run(call: Call) -> Response:
    return answer(call.shapes.check_run(*_find_check_run(call, "read")))


def _update_check_run(call: Call) -> Response:
    repository, run = _find_check_run(call, "write")
    _check_output(run, call.body)
    run.updates += 1
    return answer(call.shapes.check_run(repository, run))


def _check_runs(call: Call) -> Response:
    repository = call.repository("checks")
    sha = repository.git.resolve(call.path("ref"))
    name = call.query("check_name")
    runs = [r for r in repository.check_runs if r.head_sha == sha and (not name or r.body.get("name") == name)]
    chosen, headers = call.page(list(reversed(runs)))
    body = {"total_count": len(runs), "check_runs": [call.shapes.check_run(repository, run) for run in chosen]}
    return answer(body, headers=headers)
