"""REST endpoints about a repository's content: facts, tarballs, trees, commits, contents, comparisons."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from pathlib import PurePosixPath
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.fakehub.calls import ApiError, Call, answer, both, endpoint
from tests.fakehub.gitstore import GitCommit, GitError, TreeEntry
from tests.fakehub.languages import language_bytes
from tests.fakehub.world import Json, Repository

if TYPE_CHECKING:
    from tests.fakehub.service import Service

CODELOAD_LIFETIME_S = 300


def repo_routes(service: Service) -> list[Route]:
    """Everything that reads a repository, by name and by id."""
    table = [
        ("GET", "", _repository),
        ("GET", "/tarball/{ref:path}", _tarball),
        ("GET", "/tarball", _tarball),
        ("GET", "/git/trees/{ref:path}", _tree),
        ("GET", "/git/blobs/{sha}", _blob),
        ("GET", "/git/ref/{ref:path}", _ref),
        ("GET", "/commits", _commits),
        ("GET", "/commits/{ref:path}", _commit),
        ("GET", "/branches/{branch:path}", _branch),
        ("GET", "/contents/{path:path}", _contents),
        ("GET", "/contents", _contents),
        ("GET", "/readme", _readme),
        ("GET", "/compare/{base}...{head}", _compare),
        ("GET", "/languages", _languages),
    ]
    return [endpoint(service, method, path, handler) for method, rest, handler in table for path in both(rest)]


def _repository(call: Call) -> Response:
    repository = call.repository()
    level = call.caller.level(call.world, repository, "contents")
    return answer(call.shapes.full_repository(repository, permission="read" if level == "none" else level))


def _sha(call: Call, repository: Repository, revision: str) -> str:
    """The commit of a revision. Raises 404/409/422 as GitHub does."""
    now = call.world.now()
    if not repository.head(now):
        raise ApiError(409, "Git Repository is empty.")
    sha = repository.head(now) if revision in {"", "HEAD"} else repository.git.resolve(revision)
    if not sha or not repository.shows(sha, now):
        raise ApiError(422, f"No commit found for SHA: {revision}")
    return sha


def _tarball(call: Call) -> Response:
    """302 to a signed address that needs no token."""
    repository = call.repository("contents")
    revision = call.request.path_params.get("ref", "")
    try:
        sha = _sha(call, repository, revision)
    except ApiError:
        raise ApiError(404, "Not Found") from None
    until = int(time.time()) + CODELOAD_LIFETIME_S
    signature = _signature(call.service, repository.id, sha, until)
    path = f"/codeload/{quote(repository.full_name)}/legacy.tar.gz/{sha}"
    return RedirectResponse(
        f"{call.service.url}{path}?id={repository.id}&until={until}&token={signature}", status_code=302
    )


def _signature(service: Service, number: int, sha: str, until: int) -> str:
    text = f"{number}:{sha}:{until}".encode()
    return hmac.new(service.codeload_key, text, hashlib.sha256).hexdigest()


def codeload_route(service: Service) -> Route:
    """The download itself."""

    async def download(request: Request) -> Response:
        number, until = int(request.query_params["id"]), int(request.query_params["until"])
        sha = request.path_params["sha"]
        expected = _signature(service, number, sha, until)
        if time.time() > until or not hmac.compare_digest(expected, request.query_params["token"]):
            return Response("404: Not Found", 404)
        repository = service.world.repositories[number]
        if repository.deleted:
            return Response("404: Not Found", 404)
        prefix = f"{repository.full_name.replace('/', '-')}-{sha[:7]}"
        body = repository.archive
        if body is None:
            body = await run_in_threadpool(repository.git.archive, sha, prefix)
        headers = {
            "content-disposition": f"attachment; filename={prefix}.tar.gz",
            "etag": f'W/"{sha}"',
            "x-content-type-options": "nosniff",
        }
        return Response(body, media_type="application/x-gzip", headers=headers)

    return Route("/codeload/{owner}/{repo}/legacy.tar.gz/{sha}", download)


def _tree(call: Call) -> Response:
    repository = call.repository("contents")
    revision = call.path("ref")
    try:
        sha = _sha(call, repository, revision)
        entries = repository.git.tree(sha)
    except ApiError as error:
        if error.status == 409:
            raise
        entries, sha = _raw_tree(repository, revision), revision
    recursive = "recursive" in call.request.query_params
    chosen = [entry for entry in entries.values() if recursive or "/" not in entry.path]
    limit = call.service.tree_limit
    root = f"{call.shapes.api}/repos/{repository.full_name}/git"
    body = {
        "sha": sha,
        "url": f"{root}/trees/{sha}",
        "tree": [_tree_item(root, entry) for entry in chosen[:limit]],
        "truncated": len(chosen) > limit,
    }
    return answer(body)


def _raw_tree(repository: Repository, revision: str) -> dict[str, TreeEntry]:
    try:
        return dict(repository.git.tree(revision))
    except GitError:
        raise ApiError(404, "Not Found") from None


def _tree_item(root: str, entry: TreeEntry) -> Json:
    item: Json = {"path": entry.path, "mode": entry.mode, "type": entry.kind, "sha": entry.oid}
    if entry.kind == "blob":
        item |= {"size": entry.size, "url": f"{root}/blobs/{entry.oid}"}
    elif entry.kind == "tree":
        item["url"] = f"{root}/trees/{entry.oid}"
    return item


def _blob(call: Call) -> Response:
    repository = call.repository("contents")
    sha = call.path("sha")
    try:
        content = repository.git.blob(sha)
    except GitError:
        raise ApiError(404, "Not Found") from None
    body = {
        "sha": sha,
        "node_id": f"B_{sha}",
        "size": len(content),
        "url": f"{call.shapes.api}/repos/{repository.full_name}/git/blobs/{sha}",
        "content": base64.encodebytes(content).decode(),
        "encoding": "base64",
    }
    return answer(body)


def _ref(call: Call) -> Response:
    repository = call.repository("contents")
    name = f"refs/{call.path('ref')}"
    sha = repository.git.refs().get(name)
    if sha is None:
        raise ApiError(404, "Not Found")
    root = f"{call.shapes.api}/repos/{repository.full_name}/git"
    target = {"type": "commit", "sha": sha, "url": f"{root}/commits/{sha}"}
    return answer({"ref": name, "node_id": f"REF_{sha}", "url": f"{root}/{name}", "object": target})


def _commits(call: Call) -> Response:
    repository = call.repository("contents")
    sha = _sha(call, repository, call.query("sha"))
    chosen, headers = call.page(repository.git.log(sha, 1000))
    return answer([call.shapes.commit(repository, commit) for commit in chosen], headers=headers)


def _find_commit(call: Call, repository: Repository, revision: str) -> GitCommit:
    sha = _sha(call, repository, revision)
    found = repository.git.commit_of(sha)
    if found is None:
        raise ApiError(422, f"No commit found for SHA: {revision}")
    return found


def _commit(call: Call) -> Response:
    repository = call.repository("contents")
    commit = _find_commit(call, repository, call.path("ref"))
    if "sha" in call.request.headers.get("accept", ""):
        return Response(commit.sha, media_type="application/vnd.github.sha")
    return answer({**call.shapes.commit(repository, commit), "stats": {"total": 0, "additions": 0, "deletions": 0}})


def _branch(call: Call) -> Response:
    repository = call.repository("contents")
    name = call.path("branch")
    if name not in repository.git.branches():
        raise ApiError(404, "Branch not found")
    commit = _find_commit(call, repository, name)
    link = f"{call.shapes.api}/repos/{repository.full_name}/branches/{name}"
    body = {
        "name": name,
        "commit": call.shapes.commit(repository, commit),
        "_links": {"self": link, "html": f"{call.shapes.web}/{repository.full_name}/tree/{name}"},
        "protected": repository.protection is not None,
        "protection": {"enabled": repository.protection is not None},
        "protection_url": f"{link}/protection",
    }
    return answer(body)


def _content_item(call: Call, repository: Repository, entry: TreeEntry, ref: str) -> Json:
    api = f"{call.shapes.api}/repos/{repository.full_name}"
    page = f"{call.shapes.web}/{repository.full_name}/blob/{ref}/{entry.path}"
    kinds = {"tree": "dir", "commit": "submodule"}
    url = f"{api}/contents/{entry.path}?ref={ref}"
    git_url = f"{api}/git/{'trees' if entry.kind == 'tree' else 'blobs'}/{entry.oid}"
    return {
        "name": PurePosixPath(entry.path).name,
        "path": entry.path,
        "sha": entry.oid,
        "size": entry.size,
        "url": url,
        "html_url": page,
        "git_url": git_url,
        "download_url": page if entry.kind == "blob" else None,
        "type": "symlink" if entry.mode == "120000" else kinds.get(entry.kind, "file"),
        "_links": {"self": url, "git": git_url, "html": page},
    }


def _contents(call: Call) -> Response:
    repository = call.repository("contents")
    path = str(call.request.path_params.get("path", "")).strip("/")
    ref = call.query("ref") or repository.git.default_branch
    try:
        tree = repository.git.tree(_sha(call, repository, ref))
    except ApiError:
        raise ApiError(404, "Not Found") from None
    entry = tree.get(path)
    if entry is not None and entry.kind == "blob":
        content = repository.git.blob(entry.oid)
        if "raw" in call.request.headers.get("accept", ""):
            return Response(content, media_type="application/vnd.github.raw+json")
        encoded = {"content": base64.encodebytes(content).decode(), "encoding": "base64"}
        return answer({**_content_item(call, repository, entry, ref), **encoded})
    if path and entry is None:
        raise ApiError(404, "Not Found")
    parent = PurePosixPath(path or ".")
    children = [e for e in tree.values() if PurePosixPath(e.path).parent == parent]
    return answer([_content_item(call, repository, child, ref) for child in children])


def _readme(call: Call) -> Response:
    repository = call.repository("contents")
    for entry in repository.git.tree(_sha(call, repository, call.query("ref"))).values():
        if entry.path.lower().startswith("readme") and entry.kind == "blob":
            call.request.path_params["path"] = entry.path
            return _contents(call)
    raise ApiError(404, "Not Found")


def _compare(call: Call) -> Response:
    repository = call.repository("contents")
    base = _find_commit(call, repository, call.path("base").rpartition(":")[2])
    head = _find_commit(call, repository, call.path("head").rpartition(":")[2])
    merge_base = repository.git.merge_base(base.sha, head.sha)
    common = repository.git.commit_of(merge_base) if merge_base else None
    if common is None:
        raise ApiError(404, "No common ancestor")
    ahead, behind = repository.git.between(base.sha, head.sha), repository.git.between(head.sha, base.sha)
    status = {(0, 0): "identical", (1, 0): "ahead", (0, 1): "behind"}.get((bool(ahead), bool(behind)), "diverged")
    page = f"{call.shapes.web}/{repository.full_name}/compare/{base.sha}...{head.sha}"
    names = {"A": "added", "D": "removed", "M": "modified"}
    files = [
        {
            "sha": None,
            "filename": path,
            "status": names.get(letter, "changed"),
            "additions": 0,
            "deletions": 0,
            "changes": 0,
            "blob_url": f"{call.shapes.web}/{repository.full_name}/blob/{head.sha}/{path}",
            "raw_url": f"{call.shapes.web}/{repository.full_name}/raw/{head.sha}/{path}",
            "contents_url": f"{call.shapes.api}/repos/{repository.full_name}/contents/{path}?ref={head.sha}",
        }
        for letter, path in repository.git.changed(common.sha, head.sha)
    ]
    body = {
        "url": f"{call.shapes.api}/repos/{repository.full_name}/compare/{base.sha}...{head.sha}",
        "html_url": page,
        "permalink_url": page,
        "diff_url": f"{page}.diff",
        "patch_url": f"{page}.patch",
        "base_commit": call.shapes.commit(repository, base),
        "merge_base_commit": call.shapes.commit(repository, common),
        "status": status,
        "ahead_by": len(ahead),
        "behind_by": len(behind),
        "total_commits": len(ahead),
        "commits": [call.shapes.commit(repository, commit) for commit in reversed(ahead)],
        "files": files,
    }
    return answer(body)


def _languages(call: Call) -> Response:
    repository = call.repository("contents")
    figures = language_bytes(repository.git, repository.head(call.world.now()))
    return answer({name: size for name, _, size in figures})
