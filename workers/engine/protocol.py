"""Ollama's words: how requests are read and answers written, as `ollama-contract.md` and the recordings show."""

import json
import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from starlette.responses import JSONResponse, Response

DEFAULTS = {"temperature": 0.8, "top_p": 0.9, "top_k": 40, "min_p": 0.0, "repeat_penalty": 1.0}
INTEGERS = ("num_ctx", "num_predict", "top_k", "seed", "repeat_last_n", "num_keep", "num_batch", "num_thread")
FLOATS = ("temperature", "top_p", "min_p", "repeat_penalty", "presence_penalty", "frequency_penalty", "typical_p")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)")
SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}


class Problem(Exception):
    """An answer that is an error: `status` and Ollama's sentence."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text

    def response(self) -> Response:
        """Return it as Ollama would."""
        return json_response({"error": self.text}, self.status)


def json_response(body: Any, status: int = 200) -> JSONResponse:
    """Return JSON with Ollama's content type."""
    return JSONResponse(body, status, media_type="application/json; charset=utf-8")


def now() -> str:
    """Return the time as Go prints it."""
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


@dataclass(frozen=True)
class Options:
    """The `options` object, with Ollama's defaults where nothing was sent."""

    num_ctx: int = 4096
    num_predict: int = -1
    seed: int = -1
    stop: tuple[str, ...] = ()
    sampler: dict[str, Any] = field(default_factory=dict)


def read_json(raw: bytes) -> dict[str, Any]:
    """Parse a request body, with the errors of Go's parser for the cases that were recorded."""
    if not raw.strip():
        raise Problem(400, "missing request body")
    try:
        body = json.loads(raw)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise Problem(400, "unexpected EOF") from None
    if not isinstance(body, dict):
        raise Problem(400, f"json: cannot unmarshal {_go_type(body)} into Go value of type api.Request")
    return body


def read_messages(body: dict[str, Any]) -> list[dict[str, str]]:
    """Return role and content of each message; other fields (images, tools) are left out."""
    messages = body.get("messages") or []
    if not isinstance(messages, list):
        raise Problem(
            400,
            f"json: cannot unmarshal {_go_type(messages)} into Go struct field ChatRequest.messages"
            " of type []api.Message",
        )
    for message in messages:
        if not isinstance(message, dict) or not isinstance(message.get("content", ""), str):
            raise Problem(400, "json: cannot unmarshal into Go struct field ChatRequest.messages of type api.Message")
    return [{"role": str(m.get("role", "")), "content": m.get("content") or ""} for m in messages]


def read_options(body: dict[str, Any], context_length: int) -> Options:
    """Read `options`; a wrong type is a 500 as in Ollama, an unknown name is ignored."""
    given = body.get("options") or {}
    numbers: dict[str, Any] = {}
    for name in (*INTEGERS, *FLOATS):
        value = given.get(name)
        if value is None:
            continue
        whole = name in INTEGERS
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise Problem(500, f'option "{name}" must be of type {"integer" if whole else "float32"}')
        numbers[name] = int(value) if whole else float(value)
    stop = given.get("stop") or ()
    if isinstance(stop, str) or not all(isinstance(word, str) for word in stop):
        raise Problem(500, 'option "stop" must be of type array')
    num_ctx = min(max(numbers.pop("num_ctx", 4096), 4), context_length)
    return Options(
        num_ctx=num_ctx,
        num_predict=numbers.pop("num_predict", -1),
        seed=numbers.pop("seed", -1),
        stop=tuple(stop),
        sampler={**DEFAULTS, **{k: v for k, v in numbers.items() if k in DEFAULTS or k in FLOATS}},
    )


def read_keep_alive(body: dict[str, Any]) -> float | None:
    """Return seconds, `inf` for ever, or None when it was not sent."""
    value = body.get("keep_alive")
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return math.inf if value < 0 else float(value)
    text = str(value)
    negative, rest = text.startswith("-"), text.lstrip("+-")
    if rest == "0":
        return 0.0
    parts = DURATION.findall(rest)
    if not parts or "".join(number + unit for number, unit in parts) != rest:
        word = "missing unit in" if re.fullmatch(r"[\d.]+", rest) else "invalid"
        raise Problem(400, f'time: {word} duration "{text}"')
    return math.inf if negative else sum(float(number) * SECONDS[unit] for number, unit in parts)


def _go_type(value: Any) -> str:
    names = {str: "string", bool: "bool", int: "number", float: "number", list: "array", type(None): "null"}
    return names.get(type(value), "object")
