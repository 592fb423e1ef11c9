"""The project's one client of Ollama's protocol: typed results, cancel, exact deadlines, named errors.

Administration (show, pull, delete) goes through the `ollama` package. Chat goes through httpx, since the
package can't send `truncate` and `shift`, has no deadlines, and takes a stream without `done` for
success. Both share one connection set-up and one translation of errors.
"""

import contextlib
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import ollama

from workers import errors
from workers.translation import refusal, translated
from workers.watchdog import WATCHDOG, Watch
from workers.wire import Chunk, Done, Facts, Progress, Tag, facts, items, tag

# Building a TLS context reads the certificate store, 20 ms; one serves every connection.
_TLS = ssl.create_default_context()


@dataclass(frozen=True)
class Deadlines:
    """Seconds: until the first byte (covers load and queue), between chunks, and overall."""

    first_byte: float = 180.0
    between: float = 30.0
    overall: float = 600.0


@dataclass(frozen=True)
class Chat:
    """One chat request. `think` is sent only where the model can think (contract §5)."""

    model: str
    messages: list[dict[str, str]]
    options: dict[str, Any]
    keep_alive: str = "30m"
    think: bool | None = None

    def body(self) -> dict[str, Any]:
        """Return the JSON body: streamed, never cut silently, never shifted."""
        body: dict[str, Any] = {
            "model": self.model,
            "messages": self.messages,
            "options": self.options,
            "keep_alive": self.keep_alive,
            "stream": True,
            "truncate": False,
            "shift": False,
        }
        if self.think is not None:
            body["think"] = self.think
        return body


class Ollama:
    """A client of one host."""

    def __init__(self, url: str, deadlines: Deadlines | None = None) -> None:
        self.url = url.rstrip("/")
        self.deadlines = deadlines or Deadlines()

    # -- what a host has ----------------------------------------------------------------------
    def version(self) -> str:
        """Return the server's version: the cheapest sign of life."""
        return str(self._get("/api/version").get("version", ""))

    def tags(self) -> list[Tag]:
        """Return the installed models, cloud stubs marked (the package's type drops that field)."""
        return [tag(row) for row in self._get("/api/tags").get("models") or []]

    def loaded(self) -> list[str]:
        """Return the names of the models in memory."""
        return [str(row.get("name")) for row in self._get("/api/ps").get("models") or []]

    def show(self, model: str) -> Facts:
        """Return what the host says of `model`."""
        with self.package() as package:
            return facts(package.show(model))

    # -- administration -----------------------------------------------------------------------
    def pull(self, model: str, cancelled: Callable[[], bool]) -> Iterator[Progress]:
        """Pull `model`, yielding progress; ends after `success`, raises otherwise.

        Closing the stream cancels the pull; a later one goes on where it stood.
        """
        layers: dict[str, tuple[int, int]] = {}
        status = ""
        with self.package(read=120) as package:
            lines = package.pull(model, stream=True)
            for line in lines:
                if cancelled():
                    lines.close()  # type: ignore[attr-defined]
                    raise errors.Cancelled("the pull was cancelled")
                status = line.status or ""
                if line.digest and line.total:
                    layers[line.digest] = (line.completed or 0, line.total)
                yield Progress(status, sum(c for c, _ in layers.values()), sum(t for _, t in layers.values()))
        if status != "success":
            raise errors.SilentEnd(f"the pull ended after {status!r}, without success")

    def delete(self, model: str) -> None:
        """Remove `model` from the host."""
        with self.package() as package:
            package.delete(model)

    # -- answers ------------------------------------------------------------------------------
    def chat(self, chat: Chat, cancelled: Callable[[], bool] | None = None) -> Iterator[Chunk | Done]:
        """Stream an answer. The last item is `Done`; without it an error is raised."""
        yield from self.stream("/api/chat", chat.body(), cancelled)

    def stream(self, path: str, body: Any, cancelled: Callable[[], bool] | None = None) -> Iterator[Chunk | Done]:
        """Post `body` and yield what comes, under this client's deadlines."""
        limits = self.deadlines
        watch = Watch(limits.first_byte, limits.between, limits.overall, cancelled)
        WATCHDOG.guard(watch)
        spoken = False
        try:
            for line in self._lines(path, body, watch):
                for item in items(line):
                    yield item
                    if isinstance(item, Done):
                        return
                    spoken = True
            raise errors.SilentEnd("ended without done") if spoken else errors.CutOff("ended without a word")
        except errors.OllamaError as error:
            if watch.verdict is not None:
                raise watch.verdict from error
            if spoken and isinstance(error, errors.CutOff):
                raise errors.SilentEnd(f"cut after some words: {error}") from error
            raise
        finally:
            WATCHDOG.release(watch)

    def _lines(self, path: str, body: Any, watch: Watch) -> Iterator[str]:
        read = self.deadlines.overall + 5  # the watch ends it long before
        with (
            translated(),
            self._http(read) as client,
            client.stream("POST", path, json=body, extensions={"trace": watch.trace}) as response,
        ):
            if response.status_code >= 400:
                response.read()
                raise refusal(response)
            for line in response.iter_lines():
                watch.heard()
                if watch.verdict is not None:
                    raise watch.verdict
                yield line

    # -- the wire -----------------------------------------------------------------------------
    def _get(self, path: str) -> dict[str, Any]:
        with translated(), self._http() as client:
            response = client.get(path)
            if response.status_code >= 400:
                raise refusal(response)
            answer = response.json()
        if not isinstance(answer, dict):
            raise errors.Malformed(f"{path} answered no JSON object")
        return answer

    def _http(self, read: float = 15) -> httpx.Client:
        # trust_env=False: a proxy variable would be obeyed even for loopback (contract §10)
        timeout = httpx.Timeout(connect=3, read=read, write=30, pool=5)
        return httpx.Client(base_url=self.url, timeout=timeout, verify=_TLS, trust_env=False, follow_redirects=False)

    @contextlib.contextmanager
    def package(self, read: float = 15) -> Iterator[ollama.Client]:
        """Lend the `ollama` package's client, with our connection rules and our errors."""
        timeout = httpx.Timeout(connect=3, read=read, write=30, pool=5)
        client = ollama.Client(host=self.url, timeout=timeout, verify=_TLS, trust_env=False, follow_redirects=False)
        with translated():
            try:
                yield client
            finally:
                client.close()  # type: ignore[no-untyped-call]


def clock_ms(since: float) -> int:
    """Milliseconds since `since` on the monotonic clock."""
    return round((time.monotonic() - since) * 1000)
