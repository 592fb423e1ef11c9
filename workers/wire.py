"""What a server says, read into types: lines of a stream, rows of models, facts."""

import json
from dataclasses import dataclass, field
from typing import Any

import ollama

from workers import errors
from workers.translation import error_text, translated


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


def items(line: str) -> list[Chunk | Done]:
    """Read one line of a stream: nothing, some words, the end, or both (a final object may carry words)."""
    if not line.strip():
        return []
    with translated():
        row = json.loads(line)
    if not isinstance(row, dict):
        raise errors.Malformed("a line of the stream is no object")
    if "error" in row:
        raise errors.ServerFailed(error_text(row["error"]))
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


def tag(row: dict[str, Any]) -> Tag:
    """Read a row of `/api/tags`."""
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


def facts(shown: ollama.ShowResponse) -> Facts:
    """Read what `/api/show` answers."""
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
