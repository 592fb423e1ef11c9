"""Public pages are kept for a second in front of Django; nothing that belongs to one reader is."""

import asyncio
from typing import Any

import pytest

from arena import kept
from arena.kept import Kept


class Page:
    """An application that counts how often it was asked."""

    def __init__(self, status: int = 200, headers: list[tuple[bytes, bytes]] | None = None, seconds: float = 0) -> None:
        self.made, self.status, self.headers, self.seconds = 0, status, headers or [], seconds

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.made += 1
        await asyncio.sleep(self.seconds)
        await send({"type": "http.response.start", "status": self.status, "headers": self.headers})
        await send({"type": "http.response.body", "body": str(self.made).encode()})


async def ask(application: Any, path: str = "/leaderboard/", query: bytes = b"", **headers: bytes) -> bytes:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    pairs = [(name.replace("_", "-").encode(), value) for name, value in headers.items()]
    scope = {"type": "http", "method": "GET", "path": path, "query_string": query, "headers": pairs}
    await application(scope, None, send)
    return sent[1]["body"]


def asked(page: Page, *requests: dict[str, Any]) -> list[bytes]:
    async def run() -> list[bytes]:
        application = Kept(page)
        return [await ask(application, **request) for request in requests]

    return asyncio.run(run())


def test_a_page_is_made_once_a_second(monkeypatch: pytest.MonkeyPatch):
    assert asked(Page(), {}, {}, {}) == [b"1", b"1", b"1"]
    monkeypatch.setattr(kept, "SECONDS", 0.0)
    assert asked(Page(), {}, {}) == [b"1", b"2"]


def test_what_makes_a_page_another_makes_it_anew():
    requests = [{}, {"query": b"board=x"}, {"hx_request": b"true"}, {"accept_encoding": b"gzip"}, {"host": b"b"}]
    assert asked(Page(), *requests) == [b"1", b"2", b"3", b"4", b"5"]


def test_a_page_is_kept_for_each_language():
    chinese = {"accept_language": b"zh-CN,zh;q=0.9"}
    requests = [{}, chinese, {"accept_language": b"fr"}, chinese | {"cookie": b"django_language=en"}]
    assert asked(Page(), *requests) == [b"1", b"2", b"1", b"1"]


@pytest.mark.parametrize(
    "request_",
    [
        {"path": "/"},
        {"path": "/battle/x/"},
        {"path": "/data/votes.csv"},
        {"query": b"since=3"},
        {"query": b"download=csv"},
        {"if_none_match": b'"1"'},
        {"authorization": b"x"},
    ],
)
def test_what_is_one_readers_is_never_kept(request_: dict[str, Any]):
    assert asked(Page(), request_, request_) == [b"1", b"2"]


@pytest.mark.parametrize("headers", [[(b"Set-Cookie", b"a=b")], [(b"Vary", b"Accept, Cookie")]])
def test_an_answer_with_a_cookie_is_never_kept(headers: list[tuple[bytes, bytes]]):
    assert asked(Page(headers=headers), {}, {}) == [b"1", b"2"]


def test_an_error_is_never_kept():
    assert asked(Page(status=404), {}, {}) == [b"1", b"2"]


def test_a_crowd_waits_for_one_making():
    page = Page(seconds=0.05)

    async def run() -> list[bytes]:
        application = Kept(page)
        return await asyncio.gather(*(ask(application) for _ in range(30)))

    assert set(asyncio.run(run())) == {b"1"}


def test_after_a_failure_the_next_one_makes_it():
    class Failing(Page):
        async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
            if not self.made:
                self.made += 1
                raise RuntimeError
            await super().__call__(scope, receive, send)

    async def run() -> bytes:
        application = Kept(Failing())
        with pytest.raises(RuntimeError):
            await ask(application)
        return await ask(application)

    assert asyncio.run(run()) == b"2"


def test_many_pages_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(kept, "PAGES", 2)

    async def run() -> int:
        application = Kept(Page())
        for number in range(9):
            await ask(application, query=str(number).encode())
        return len(application._answers)

    assert asyncio.run(run()) == 2
