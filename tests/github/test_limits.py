"""What GitHub's refusals mean."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github import limits
from bot.model.errors import FinalError, Finality, RadarError, WorldError

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
RESET = str(int((NOW + timedelta(seconds=600)).timestamp()))
DATE = "Tue, 24 Nov 2026 12:00:00 GMT"
FAST_DATE = "Tue, 24 Nov 2026 12:05:00 GMT"


@dataclass(frozen=True)
class Case:
    name: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    message: str = ""
    kind: type[RadarError] = WorldError
    retry_after_s: float | None = None
    finality: Finality | None = None


CASES = [
    Case("500", 500),
    Case("502", 502),
    Case("503 with retry-after", 503, {"retry-after": "7"}, retry_after_s=7),
    Case("408", 408),
    Case("202 not ready", 202, retry_after_s=limits.NOT_READY_PAUSE_S),
    Case(
        "primary limit", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, "date": DATE},
        "API rate limit exceeded for installation", limits.RateLimited, 601,
    ),
    Case(
        "primary limit, our clock five minutes slow", 403,
        {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, "date": FAST_DATE},
        "API rate limit exceeded", limits.RateLimited, 301,
    ),
    Case(
        "primary limit as 429", 429, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, "date": DATE},
        "", limits.RateLimited, 601,
    ),
    Case(
        "reset in the past", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1", "date": DATE},
        "API rate limit exceeded", limits.RateLimited, 1,
    ),
    Case(
        "reset in a year", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "1900000000", "date": DATE},
        "API rate limit exceeded", limits.RateLimited, limits.MAX_PAUSE_S,
    ),
    Case("secondary with retry-after", 403, {"retry-after": "30"}, "secondary rate limit", limits.RateLimited, 30),
    Case(
        "secondary with retry-after as a date", 429,
        {"retry-after": "Tue, 24 Nov 2026 12:01:30 GMT", "date": DATE}, "", limits.RateLimited, 90,
    ),
    Case("secondary without a time", 403, {}, "You have exceeded a secondary rate limit.", limits.RateLimited, 60),
    Case("retry-after as a date without GitHub's clock", 429, {"retry-after": "Tue, 24 Nov 2026 12:01:30 GMT"}, "",
         limits.RateLimited, 90),
    Case("retry-after in odd digits", 429, {"retry-after": "١٧"}, "", limits.RateLimited, 60),
    Case("422 that suspects abuse", 422, {}, "abuse detection mechanism", limits.RateLimited, 60),
    Case("retry-after that is no number", 429, {"retry-after": "soon"}, "", limits.RateLimited, 60),
    Case("abuse detection", 403, {}, "You have triggered an abuse detection mechanism.", limits.RateLimited, 60),
    Case(
        "content creation", 403, {}, "You have been temporarily blocked from content creation.", limits.RateLimited, 60
    ),
    Case("429 bare", 429, {}, "", limits.RateLimited, 60),
    Case("401", 401, {}, "Bad credentials", FinalError, finality=Finality.FORBIDDEN),
    Case("403 permission", 403, {}, "Resource not accessible by integration", FinalError, finality=Finality.FORBIDDEN),
    Case(
        "403 with budget left is no limit", 403, {"x-ratelimit-remaining": "4999", "x-ratelimit-reset": RESET},
        "Must have admin rights", FinalError, finality=Finality.FORBIDDEN,
    ),
    Case(
        "403 suspended", 403, {}, "This installation has been suspended", FinalError, finality=Finality.SUSPENDED
    ),
    Case("403 locked", 403, {}, "Unable to create comment because issue is locked.", FinalError,
         finality=Finality.CLOSED),
    Case("403 too many comments", 403, {}, "Commenting is disabled on issues with more than 2500 comments", FinalError,
         finality=Finality.CLOSED),
    Case("403 archived", 403, {}, "Repository was archived so is read-only.", FinalError, finality=Finality.CLOSED),
    Case("404 that is locked", 404, {}, "is locked", FinalError, finality=Finality.GONE),
    Case("403 blocked", 403, {}, "Repository access blocked", FinalError, finality=Finality.BLOCKED),
    Case("451", 451, {}, "Repository access blocked", FinalError, finality=Finality.BLOCKED),
    Case("404", 404, {}, "Not Found", FinalError, finality=Finality.GONE),
    Case("410", 410, {}, "Issues are disabled", FinalError, finality=Finality.GONE),
    Case("409 empty", 409, {}, "Git Repository is empty.", FinalError, finality=Finality.EMPTY),
    Case("409 that is not empty", 409, {}, "Conflict", FinalError, finality=Finality.REFUSED),
    Case("422", 422, {}, "Validation Failed", FinalError, finality=Finality.REFUSED),
    Case("408 with retry-after", 408, {"retry-after": "9"}, retry_after_s=9),
    Case("422 that is a limit", 422, {}, "You have exceeded a rate limit.", limits.RateLimited, 60),
    Case("422 with retry-after is no limit", 422, {"retry-after": "9"}, "Wrong", FinalError, finality=Finality.REFUSED),
    Case("403 with retry-after alone", 403, {"retry-after": "9"}, "", limits.RateLimited, 9),
    Case("403 too many requests", 403, {}, "Too many requests", limits.RateLimited, 60),
    Case("404 that speaks of a limit", 404, {}, "No rate limit here", FinalError, finality=Finality.GONE),
    Case("404 blocked", 404, {}, "blocked", FinalError, finality=Finality.GONE),
    Case("404 suspended", 404, {}, "suspended", FinalError, finality=Finality.GONE),
    Case("404 empty", 404, {}, "empty", FinalError, finality=Finality.GONE),
    Case("499", 499, {}, "", FinalError, finality=Finality.REFUSED),
    Case("the longest pause", 429, {"retry-after": "3700"}, "", limits.RateLimited, 3700),
    Case("a pause that is too long", 429, {"retry-after": "3701"}, "", limits.RateLimited, 3700),
    Case("retry-after with blanks", 429, {"retry-after": " 7 "}, "", limits.RateLimited, 7),
    Case("a spent limit with blanks", 403, {"x-ratelimit-remaining": " 0 ", "x-ratelimit-reset": f" {RESET} "}, "",
         limits.RateLimited, 601),
    Case("403 suspended, in capitals", 403, {}, "SUSPENDED", FinalError, finality=Finality.SUSPENDED),
    Case("422 empty", 422, {}, "Git Repository is empty.", FinalError, finality=Finality.REFUSED),
    Case("a reset that is no time", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9" * 30}, "",
         limits.RateLimited, 60),
    Case("a reset in odd digits", 403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "١٧"}, "",
         limits.RateLimited, 60),
    Case("a reset of a limit that is not spent", 429, {"x-ratelimit-remaining": "1", "x-ratelimit-reset": RESET}, "",
         limits.RateLimited, 60),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_each_refusal_becomes_one_of_our_errors(case: Case) -> None:
    body = msgspec.json.encode({"message": case.message})
    error = limits.failure(case.status, case.headers, body, now=NOW, what="the thing")
    assert isinstance(error, case.kind)
    if isinstance(error, WorldError):
        assert error.retry_after_s == case.retry_after_s
    if isinstance(error, FinalError):
        assert error.finality is case.finality


@pytest.mark.parametrize(
    ("message", "headers", "is_secondary", "is_content"),
    [
        ("API rate limit exceeded", {"x-ratelimit-remaining": "0"}, False, False),
        ("API rate limit exceeded", {"x-ratelimit-remaining": "0", "retry-after": "5"}, True, False),
        ("abuse detection", {"x-ratelimit-remaining": "0"}, True, False),
        ("You have been temporarily blocked from content creation.", {"x-ratelimit-remaining": "0"}, True, True),
        ("blocked from content creation", {}, True, True),
        ("temporarily blocked", {"x-ratelimit-remaining": "0"}, True, False),
        ("", {"retry-after": "5"}, True, False),
    ],
)
def test_what_a_limit_holds_for(message: str, headers: dict[str, str], is_secondary: bool, is_content: bool) -> None:
    error = limits.failure(403, headers, msgspec.json.encode({"message": message}), now=NOW, what="x")
    assert isinstance(error, limits.RateLimited)
    assert (error.is_secondary, error.is_content) == (is_secondary, is_content)


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (401, "Bad credentials", 'the credentials for the thing. GitHub says: "Bad credentials"'),
        (403, "Not you", 'does not permit the thing. GitHub says: "Not you"'),
        (403, "suspended", "The installation is suspended."),
        (403, "It is locked", 'GitHub does not take the thing there. GitHub says: "It is locked"'),
        (451, "DMCA", 'blocks access to the thing. GitHub says: "DMCA"'),
        (404, "", "does not know the thing"),
        (409, "is empty", "no commits yet (the thing)"),
        (418, "", "refused the thing with status 418."),
        (500, "", "answered 500 to the thing."),
        (202, "", "still preparing the thing."),
        (429, "", "slow down (secondary rate limit) at the thing; waiting 60 s."),
        (403, "m" * 501, f'"{"m" * 500}"'),
    ],
)
def test_people_are_told_what_was_refused_in_githubs_words(status: int, message: str, said: str) -> None:
    error = limits.failure(status, {}, msgspec.json.encode({"message": message}), now=NOW, what="the thing")
    assert said in str(error)
    if not message:
        assert "GitHub says" not in str(error)


@pytest.mark.parametrize(
    ("status", "message", "step"),
    [
        (401, "Bad credentials", "`python -m bot doctor`"),
        (403, "Resource not accessible by integration", "Accept the App's new permissions"),
        (403, "suspended", "unsuspend it in GitHub's settings"),
    ],
)
def test_what_a_person_can_do_about_it_is_told(status: int, message: str, step: str) -> None:
    error = limits.failure(status, {}, msgspec.json.encode({"message": message}), now=NOW, what="x")
    assert step in error.next_step
    assert str(error).endswith(error.next_step)


@pytest.mark.parametrize("body", [b"", b"[]", b'"text"', b"7", b"null", b'{"message": null}', b"\xff", b"<html>"])
def test_a_body_without_words_of_githubs_is_no_trouble(body: bytes) -> None:
    assert limits.message_of(body) == ""
    assert str(limits.failure(418, {}, body, now=NOW, what="x")) == "GitHub refused x with status 418."


def test_primary_limit_holds_one_resource_and_secondary_all() -> None:
    spent = {"x-ratelimit-remaining": "0", "x-ratelimit-reset": RESET, "date": DATE}
    primary = limits.failure(403, spent, b"{}", now=NOW, what="x")
    secondary = limits.failure(403, spent, b'{"message": "a secondary rate limit"}', now=NOW, what="x")
    assert isinstance(primary, limits.RateLimited)
    assert isinstance(secondary, limits.RateLimited)
    assert not primary.is_secondary
    assert secondary.is_secondary
    assert str(primary) == "GitHub's rate limit is spent; it resets in 601 s."


@given(
    st.integers(200, 599),
    st.dictionaries(
        st.sampled_from(["retry-after", "x-ratelimit-remaining", "x-ratelimit-reset", "x-ratelimit-limit", "date"]),
        st.one_of(st.text(max_size=30), st.integers().map(str), st.just(DATE)),
    ),
    st.one_of(st.binary(max_size=60), st.just(b"[" * 5000), st.just(b'{"message": 3}')),
)
def test_whatever_arrives_an_error_of_ours_comes_out(status: int, headers: dict[str, str], body: bytes) -> None:
    error = limits.failure(status, headers, body, now=NOW, what="x")
    if isinstance(error, WorldError) and error.retry_after_s is not None:
        assert 1 <= error.retry_after_s <= limits.MAX_PAUSE_S
    limits.budget_of(headers, 1, now=NOW)


def test_budget_is_told_by_our_own_clock() -> None:
    headers = {
        "x-ratelimit-limit": "5000",
        "x-ratelimit-remaining": "4321",
        "x-ratelimit-reset": RESET,
        "x-ratelimit-resource": "graphql",
        "date": FAST_DATE,
    }
    budget = limits.budget_of(headers, 7, now=NOW)
    assert budget is not None
    assert (budget.installation_id, budget.resource, budget.limit, budget.remaining) == (7, "graphql", 5000, 4321)
    assert budget.resets_at == NOW + timedelta(seconds=300)


WHOLE = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "4321", "x-ratelimit-reset": RESET}


def test_a_budget_without_date_and_resource_is_taken_as_it_is() -> None:
    budget = limits.budget_of(WHOLE, 7, now=NOW)
    assert budget is not None
    assert (budget.resource, budget.resets_at) == ("core", NOW + timedelta(seconds=600))


@pytest.mark.parametrize("changed", [*({name: "odd"} for name in WHOLE), {"x-ratelimit-reset": "1" * 30}])
def test_without_its_headers_there_is_no_budget(changed: dict[str, str]) -> None:
    assert limits.budget_of(WHOLE | changed, 7, now=NOW) is None
    (name,) = changed
    assert limits.budget_of({key: value for key, value in WHOLE.items() if key != name}, 7, now=NOW) is None


GRAPHQL_CASES = [
    ("rate limited", {"type": "RATE_LIMITED", "message": "API rate limit exceeded"}, limits.RateLimited),
    ("rate limit, old type", {"type": "RATE_LIMIT", "message": "…"}, limits.RateLimited),
    ("secondary", {"message": "You have exceeded a secondary rate limit"}, limits.RateLimited),
    ("timed out", {"message": "The query timed out"}, limits.QueryTimedOut),
    ("a timeout", {"message": "Timeout on validation"}, limits.QueryTimedOut),
    ("executing", {"message": "Something went wrong while executing your query."}, limits.QueryTimedOut),
    ("timeout", {"message": "Something went wrong while executing your query. This may be the result of a timeout"},
     limits.QueryTimedOut),
    ("in time", {"message": "We couldn't respond to your request in time."}, limits.QueryTimedOut),
    ("resources", {"type": "RESOURCE_LIMITS_EXCEEDED", "message": "…"}, limits.QueryTimedOut),
    ("nodes", {"type": "MAX_NODE_LIMIT_EXCEEDED", "message": "…"}, limits.QueryTimedOut),
    ("a field forbidden", {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}, type(None)),
    ("gone", {"type": "NOT_FOUND", "message": "Could not resolve to a node"}, type(None)),
]  # fmt: skip


@pytest.mark.parametrize(("name", "error", "kind"), GRAPHQL_CASES, ids=[case[0] for case in GRAPHQL_CASES])
def test_graphql_errors_concern_the_query_or_a_field(name: str, error: dict[str, str], kind: type[object]) -> None:
    harmless = {"type": "NOT_FOUND", "message": "Could not resolve to a node"}
    found = limits.graphql_failure([harmless, error], {"retry-after": "8"}, now=NOW, what="x")
    assert type(found) is kind
    if isinstance(found, limits.RateLimited):
        assert (found.retry_after_s, found.is_secondary) == (8, name == "secondary")


def test_a_field_that_the_server_does_not_know_is_named() -> None:
    error = {
        "message": "Field 'rules' doesn't exist on type 'Ref'",
        "path": ["query Facts", "nodes", 0, "... on Repository", "defaultBranchRef", "rules"],
        "extensions": {"code": "undefinedField", "typeName": "Ref", "fieldName": "rules"},
    }
    found = limits.graphql_failure([error], {}, now=NOW, what="x")
    assert isinstance(found, limits.UnknownFields)
    assert list(found.paths[0]) == ["query Facts", "nodes", "... on Repository", "defaultBranchRef", "rules"]
    assert "what x asks for (defaultBranchRef.rules)" in str(found)
    assert "3.10 or newer" in found.next_step


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"extensions": {"code": "undefinedField"}, "path": None}, limits.UnknownFields),
        ({"extensions": {"code": "argumentLiteralsIncompatible"}, "path": ["x"]}, type(None)),
        ({"extensions": "undefinedField"}, type(None)),
    ],
)
def test_only_a_field_that_is_unknown_counts_as_one(error: dict[str, object], kind: type[object]) -> None:
    assert type(limits.graphql_failure([error], {}, now=NOW, what="x")) is kind
