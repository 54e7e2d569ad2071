"""What no path of ours holds: the character NUL, which PostgreSQL takes in no text, and numbers beyond every id.

An address with such a thing is one at which there is nothing: it is answered before a handler or a database sees it.
"""

from __future__ import annotations

from starlette.convertors import Convertor, register_url_convertor
from starlette.routing import Router
from starlette.types import Receive, Scope, Send

NUL = "\0"
ID_DIGITS = 18
"""Every number of so many digits fits into a column."""


class _Id(Convertor[int]):
    """`{name:id}` of a route. Starlette's own `int` takes more digits than a column, and more than Python reads."""

    regex = f"[0-9]{{1,{ID_DIGITS}}}"

    def convert(self, value: str) -> int:
        """The number."""
        return int(value)

    def to_string(self, value: int) -> str:
        """The digits."""
        return str(value)


def know_ids() -> None:
    """Make `{name:id}` known to routes that are made from now on."""
    register_url_convertor("id", _Id())


def refuse_nul(router: Router) -> None:
    """Have the router's default answer for every path with a NUL."""
    inner = router.middleware_stack

    async def look(scope: Scope, receive: Receive, send: Send) -> None:
        has_nul = scope["type"] == "http" and NUL in scope["path"]
        await (router.default if has_nul else inner)(scope, receive, send)

    router.middleware_stack = look
