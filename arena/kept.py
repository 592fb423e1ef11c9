"""Keeps public pages for a second, before Django: they are the same for everybody, and many ask at once.

Only what a page says itself decides: a 200 without a cookie and without `Vary: Cookie`. Requests for a page that is
being made wait for it, so a crowd costs one rendering a second. Battles never pass here.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any

from arena.languages import language_of
from arena.middleware import PUBLIC

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[..., Awaitable[None]]
Key = tuple[bytes, ...]

SECONDS = 1.0
LARGEST = 2_000_000  # bytes of one page
PAGES = 200
VARIES = (b"host", b"accept-encoding", b"hx-request", b"hx-history-restore-request", b"x-forwarded-proto")
REFUSED = (b"since=", b"download=")  # made for one reader
FILES = "/data/votes."


@dataclass
class Answer:
    """What was sent, and until when it may be sent again."""

    messages: list[Message] = field(default_factory=list)
    until: float = 0.0


class Kept:
    """An ASGI application in front of another."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._answers: OrderedDict[Key, Answer] = OrderedDict()
        self._being_made: dict[Key, asyncio.Event] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or let the page be made."""
        key = _key(scope)
        if key is None:
            await self._application(scope, receive, send)
            return
        if key in self._being_made:
            await self._being_made[key].wait()
        answer = self._answers.get(key)
        if answer is None or answer.until < time.monotonic():
            await self._make(key, scope, receive, send)
            return
        for message in answer.messages:
            await send(message)

    async def _make(self, key: Key, scope: Scope, receive: Receive, send: Send) -> None:
        made = Answer()

        async def noted(message: Message) -> None:
            made.messages.append(message)
            await send(message)

        event = self._being_made[key] = asyncio.Event()
        try:
            await self._application(scope, receive, noted)
            if _may_be_kept(made.messages):
                made.until = time.monotonic() + SECONDS
                self._answers[key] = made
                self._answers.move_to_end(key)
                while len(self._answers) > PAGES:
                    self._answers.popitem(last=False)
        finally:
            if self._being_made.get(key) is event:
                del self._being_made[key]
            event.set()


def _key(scope: Scope) -> Key | None:
    """Return what a page depends on, or None for what is never kept."""
    if scope["type"] != "http" or scope["method"] != "GET":
        return None
    path, query = scope["path"], scope["query_string"]
    if not path.startswith(PUBLIC) or path.startswith(FILES) or any(word in query for word in REFUSED):
        return None
    headers = dict(scope["headers"])
    if b"if-none-match" in headers or b"authorization" in headers:
        return None
    language = language_of(
        headers.get(b"cookie", b"").decode("latin-1"), headers.get(b"accept-language", b"").decode("latin-1")
    )
    return (path.encode(), query, language.encode(), *(headers.get(name, b"") for name in VARIES))


def _may_be_kept(messages: list[Message]) -> bool:
    if not messages or messages[0].get("status") != 200:
        return False
    headers = [(name.lower(), value.lower()) for name, value in messages[0]["headers"]]
    if any(name == b"set-cookie" or (name == b"vary" and b"cookie" in value) for name, value in headers):
        return False
    return sum(len(message.get("body", b"")) for message in messages[1:]) <= LARGEST
