"""Talking to the bot on GitHub: a comment on an issue of its own, our reply to it, the reactions, or silence."""

from __future__ import annotations

from dataclasses import dataclass

from bot.commands.markdown import MAX_COMMENT
from tests.fakehub.world import Comment, Issue, Repository
from tests.journeys.bot_process import eventually
from tests.journeys.conftest import Stage

FINISHED = {"rocket", "confused"}


@dataclass(frozen=True, slots=True)
class Asked:
    """One comment, alone on its issue but for what the bot says."""

    stage: Stage
    repository: Repository
    issue: Issue
    comment: Comment

    @property
    def reactions(self) -> set[str]:
        return {one.content for one in self.comment.reactions}

    @property
    def replies(self) -> list[Comment]:
        return [one for one in self.issue.comments if one.via_app]

    def answer(self) -> Comment:
        """Our one reply, once the comment carries its last reaction."""
        eventually(lambda: self.reactions & FINISHED, what=f"an end of {self.comment.body[:80]!r}")
        (reply,) = self.replies
        assert "eyes" in self.reactions
        assert len(reply.body) <= MAX_COMMENT
        assert reply.body.startswith(f"<!-- repo-radar:comment-{self.comment.id} -->")
        return reply

    def edit(self, body: str) -> None:
        """Its author changes the comment; waits until the bot has looked at it."""
        self.stage.hub.edit_comment(self.comment, body)
        self.read()

    def edit_by(self, user: str, body: str) -> None:
        """Somebody else changes it, as whoever may write may do."""
        hub = self.stage.hub
        self.comment.edits.append(self.comment.body)
        self.comment.body, self.comment.updated_at = body, hub.world.now()
        hub.service.announce_comment(self.repository, self.issue, self.comment, "edited", hub.user(user))
        self.read()

    def read(self) -> None:
        """Until the newest delivery about the comment was ignored, or the run that it began has ended."""
        self.stage.hub.settle()
        deliveries = self.stage.hub.world.deliveries
        guid = next(
            one.guid
            for one in reversed(deliveries)
            if one.event == "issue_comment" and one.payload["comment"]["id"] == self.comment.id
        )
        ended = (
            "select (select count(*) from deliveries where guid = ? and state = 'ignored')"
            " + (select count(*) from runs where delivery_guid = ? and function_id like '%answer-command%'"
            " and state <> 'running')"
        )
        eventually(lambda: self.stage.bot.scalar(ended, guid, guid) > 0, what=f"{self.comment.body[:80]!r} is read")

    def assert_silence(self) -> None:
        """It was read and nothing came of it."""
        self.read()
        assert self.replies == []
        assert self.reactions == set()


def ask(stage: Stage, repository: Repository, body: str, user: str = "boss") -> Asked:
    """Somebody writes a comment on an issue opened for it."""
    issue = stage.hub.open_issue(repository, "A question")
    return Asked(stage, repository, issue, stage.hub.comment(repository, issue, body, user))
