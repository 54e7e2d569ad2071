"""GitHub: the only package that talks to it. `GitHubApp` and `GitHubClient` are the way in."""

from __future__ import annotations

from bot.github.app import GitHubApp
from bot.github.client import TOKEN_INSTALLATION, GitHubClient
from bot.github.counting import RequestCounter, count_requests

__all__ = ["TOKEN_INSTALLATION", "GitHubApp", "GitHubClient", "RequestCounter", "count_requests"]
