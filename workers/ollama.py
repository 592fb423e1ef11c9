"""The project's one client of Ollama's protocol: typed results, cancel, exact deadlines, named errors.

Administration (show, pull, delete) goes through the `ollama` package. Chat goes through httpx, since the
package can't send `truncate` and `shift`, has no deadlines, and takes a stream without `done` for
success. Both share one connection set-up and one translation of errors.
"""

import contextlib
import json
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import ollama
import pydantic

from workers import errors
from workers.watchdog import WATCHDOG, Watch

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


@dataclass(frozen=True)
class Chunk:
    """Some words of the answer, or of the reasoning before it."""

    content: str = ""
    thinking: str = ""


@dataclass(frozen=True)
class Done:
    """`done: true`. Durations in milliseconds; a metric the server left out is None."""

    reason: str
    prompt_tokens: int | None = None
    tokens: int | None = None
    load_ms: int | None = None
    prompt_ms: int | None = None
    eval_ms: int | None = None
    total_ms: int | None = None


@dataclass(frozen=True)
class Tag:
    """A row of `/api/tags`."""

    name: str
    digest: str
    size: int
    parameters: str
    quantisation: str
    remote: bool


@dataclass(frozen=True)
class Facts:
    """What `/api/show` says of a model."""

    template: str
    capabilities: tuple[str, ...]
    context_tokens: int | None
    weights_digest: str
    licence: str
    system: str
    family: str
    parameters: str
    quantisation: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """A line of a pull: Σ bytes there and Σ bytes wanted over the layers seen so far."""

    status: str
    completed: int
    total: int


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
        return [_tag(row) for row in self._get("/api/tags").get("models") or []]

    def loaded(self) -> list[str]:
        """Return the names of the models in memory."""
        return [str(row.get("name")) for row in self._get("/api/ps").get("models") or []]

    def show(self, model: str) -> Facts:
        """Return what the host says of `model`."""
        with self.package() as package:
            return _facts(package.show(model))

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
                for item in _items(line):
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
            _translated(),
            self._http(read) as client,
            client.stream("POST", path, json=body, extensions={"trace": watch.trace}) as response,
        ):
            if response.status_code >= 400:
                response.read()
                raise _refusal(response)
            for line in response.iter_lines():
                watch.heard()
                if watch.verdict is not None:
                    raise watch.verdict
                yield line

    # -- the wire -----------------------------------------------------------------------------
    def _get(self, path: str) -> dict[str, Any]:
        with _translated(), self._http() as client:
            response = client.get(path)
            if response.status_code >= 400:
                raise _refusal(response)
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
        with _translated():
            try:
                yield client
            finally:
                client.close()  # type: ignore[no-untyped-call]


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    """Turn what httpx and the package raise into our own tree."""
    try:
        yield
    except ollama.ResponseError as error:
        raise _by_status(error.status_code, str(error.error)) from error
    except (httpx.ConnectError, httpx.ConnectTimeout, ConnectionError) as error:
        raise errors.Unreachable(str(error)) from error
    except httpx.TimeoutException as error:
        raise errors.Stalled(str(error) or "timed out") from error
    except httpx.HTTPError as error:
        raise errors.CutOff(str(error)) from error
    except httpx.InvalidURL as error:
        raise errors.Rejected(f"not an address: {error}") from error
    except (json.JSONDecodeError, UnicodeDecodeError, AttributeError, pydantic.ValidationError) as error:
        raise errors.Malformed(str(error)) from error


def _refusal(response: httpx.Response) -> errors.OllamaError:
    text = response.text.strip()
    with contextlib.suppress(json.JSONDecodeError):
        body = json.loads(text)
        if isinstance(body, dict) and "error" in body:
            text = _error_text(body["error"])
    return _by_status(response.status_code, text)


def _by_status(status: int, text: str) -> errors.OllamaError:
    """Name an error by its status alone: texts differ between versions."""
    if status == 404:
        return errors.ModelMissing(text, status)
    if status == 503:
        return errors.ServerBusy(text, status)
    if 400 <= status < 500:
        return errors.Rejected(text, status)
    return errors.ServerFailed(text, status)


def _error_text(error: Any) -> str:
    """Return the sentence of an error: newer servers put JSON inside the string (contract §4.5)."""
    if isinstance(error, str):
        try:
            inner = json.loads(error)
        except json.JSONDecodeError:
            return error
        return _error_text(inner) if isinstance(inner, dict) else error
    if isinstance(error, dict):
        return _error_text(error.get("error") or error.get("message") or json.dumps(error))
    return str(error)


def _items(line: str) -> list[Chunk | Done]:
    """Read one line of a stream: nothing, some words, the end, or both (a final object may carry words)."""
    if not line.strip():
        return []
    with _translated():
        row = json.loads(line)
    if not isinstance(row, dict):
        raise errors.Malformed("a line of the stream is no object")
    if "error" in row:
        raise errors.ServerFailed(_error_text(row["error"]))
    chunk = _chunk(row)
    items: list[Chunk | Done] = [chunk] if chunk.content or chunk.thinking else []
    return [*items, _done(row)] if row.get("done") is True else items


def _chunk(row: dict[str, Any]) -> Chunk:
    message = row.get("message") or {}
    return Chunk(message.get("content") or row.get("response") or "", message.get("thinking") or "")


def _done(row: dict[str, Any]) -> Done:
    return Done(
        reason=row.get("done_reason") or "",
        prompt_tokens=row.get("prompt_eval_count"),
        tokens=row.get("eval_count"),
        load_ms=_ms(row.get("load_duration")),
        prompt_ms=_ms(row.get("prompt_eval_duration")),
        eval_ms=_ms(row.get("eval_duration")),
        total_ms=_ms(row.get("total_duration")),
    )


def _ms(nanoseconds: int | None) -> int | None:
    return None if nanoseconds is None else round(nanoseconds / 1_000_000)


def _tag(row: dict[str, Any]) -> Tag:
    details = row.get("details") or {}
    name = row.get("name") or row.get("model") or ""
    return Tag(
        name=name,
        digest=row.get("digest") or "",
        size=int(row.get("size") or 0),
        parameters=details.get("parameter_size") or "",
        quantisation=details.get("quantization_level") or "",
        remote=bool(row.get("remote_host") or row.get("remote_model")) or name.endswith(("-cloud", ":cloud")),
    )


def _facts(shown: ollama.ShowResponse) -> Facts:
    info = dict(shown.modelinfo or {})
    architecture = info.get("general.architecture", "")
    modelfile = shown.modelfile or ""
    details = shown.details
    return Facts(
        template=shown.template or "",
        capabilities=tuple(shown.capabilities or ()),
        context_tokens=info.get(f"{architecture}.context_length"),
        weights_digest=_weights(modelfile),
        licence=shown.license or "",
        system="",
        family=(details.family if details else "") or architecture,
        parameters=(details.parameter_size if details else "") or "",
        quantisation=(details.quantization_level if details else "") or "",
        extra={key: value for key, value in info.items() if isinstance(value, str | int | float)},
    )


def _weights(modelfile: str) -> str:
    """Return the SHA-256 of the weights: the blob that the modelfile's FROM line names."""
    for line in modelfile.splitlines():
        if line.startswith("FROM ") and "sha256-" in line:
            return line.rsplit("sha256-", 1)[1].strip()[:64]
    return ""


def clock_ms(since: float) -> int:
    """Milliseconds since `since` on the monotonic clock."""
    return round((time.monotonic() - since) * 1000)
