"""Asks a loaded model through llama.cpp's own HTTP interface, and writes its stream in Ollama's words."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx

from workers.engine.pool import Loaded
from workers.engine.protocol import Options, Problem, now

DIED = "an error was encountered while running the model: unexpected EOF"
TOO_LONG = "the input length exceeds the context length"


@dataclass
class Request:
    """A chat or generate call, once read."""

    name: str
    messages: list[dict[str, str]]
    options: Options
    format: Any = None
    truncate: bool = True
    chat: bool = True
    started: float = field(default_factory=time.monotonic)
    load_seconds: float = 0.0

    def words(self, text: str) -> dict[str, Any]:
        """Return the part of a line that carries words: `message` for chat, `response` for generate."""
        return {"message": {"role": "assistant", "content": text}} if self.chat else {"response": text}

    def line(self, text: str) -> dict[str, Any]:
        """Return a line that is not the last."""
        return {"model": self.name, "created_at": now(), **self.words(text), "done": False}

    def last(self, text: str, reason: str, timings: dict[str, Any]) -> dict[str, Any]:
        """Return the final object; zero values are left out, as Go's `omitempty` does."""
        tokens = int(timings.get("predicted_n", 0))
        metrics = {
            "total_duration": int((time.monotonic() - self.started) * 1e9),
            "load_duration": int(self.load_seconds * 1e9),
            "prompt_eval_count": int(timings.get("prompt_n", 0)) + int(timings.get("cache_n", 0)),
            "prompt_eval_duration": int(float(timings.get("prompt_ms", 0)) * 1e6),
            "eval_count": tokens,
            # the first token belongs to the prompt's time, so one token alone took none (as recorded)
            "eval_duration": int(float(timings.get("predicted_ms", 0)) * 1e6) if tokens > 1 else 0,
        }
        head = {"model": self.name, "created_at": now(), **self.words(text), "done": True, "done_reason": reason}
        return head | {key: value for key, value in metrics.items() if value}


async def answer(client: httpx.AsyncClient, loaded: Loaded, request: Request) -> AsyncIterator[dict[str, Any]]:
    """Yield Ollama's lines for one request; the last has `done: true`."""
    payload = await _payload(client, loaded, request)
    reason = "stop"
    timings: dict[str, Any] = {}
    try:
        async with client.stream("POST", f"{loaded.address}/v1/chat/completions", json=payload) as response:
            if response.status_code != 200:
                raise _refusal(response.status_code, await response.aread())
            async for line in response.aiter_lines():
                if not line.startswith("data: {"):
                    continue
                event = json.loads(line[6:])
                if "error" in event:
                    raise Problem(500, DIED)
                choice = (event.get("choices") or [{}])[0]
                if text := (choice.get("delta") or {}).get("content"):
                    yield request.line(text)
                reason = choice.get("finish_reason") or reason
                timings = event.get("timings") or timings
    except httpx.HTTPError:
        raise Problem(500, DIED) from None
    if not timings:  # the model's process ended without a last event
        raise Problem(500, DIED)
    yield request.last("", reason, timings)


def _refusal(status: int, body: bytes) -> Problem:
    try:
        error = json.loads(body).get("error") or {}
    except json.JSONDecodeError:
        error = {}
    if error.get("type") == "exceed_context_size_error":
        return Problem(400, TOO_LONG)
    return Problem(400 if 400 <= status < 500 else 500, str(error.get("message") or body.decode(errors="replace")))


async def _payload(client: httpx.AsyncClient, loaded: Loaded, request: Request) -> dict[str, Any]:
    options = request.options
    payload: dict[str, Any] = {
        "messages": await _fitted(client, loaded, request) if request.truncate else request.messages,
        "stream": True,
        "cache_prompt": True,
        "reasoning_format": "none",
        "max_tokens": options.num_predict if options.num_predict >= 0 else 10 * options.num_ctx,
        **options.sampler,
    }
    if options.seed >= 0:
        payload["seed"] = options.seed
    if options.stop:
        payload["stop"] = list(options.stop)
    if request.format == "json":
        payload["response_format"] = {"type": "json_object"}
    elif isinstance(request.format, dict):
        payload["response_format"] = {"type": "json_schema", "json_schema": {"schema": request.format}}
    return payload


async def _fitted(client: httpx.AsyncClient, loaded: Loaded, request: Request) -> list[dict[str, str]]:
    """Return the messages cut to the context as `truncate: true` asks: oldest first, then the last one's front."""
    messages = list(request.messages)
    room = loaded.n_ctx - 1
    while (excess := await _tokens(client, loaded, messages) - room) > 0:
        oldest = next((i for i, m in enumerate(messages[:-1]) if m["role"] != "system"), None)
        if oldest is not None:
            del messages[oldest]
            continue
        last = messages[-1]
        cut = max(1, len(last["content"]) * excess // max(1, room + excess))
        if cut >= len(last["content"]):
            raise Problem(400, TOO_LONG)
        messages[-1] = {**last, "content": last["content"][cut:]}
    return messages


async def _tokens(client: httpx.AsyncClient, loaded: Loaded, messages: list[dict[str, str]]) -> int:
    if sum(len(message["content"]) for message in messages) * 2 < loaded.n_ctx:
        return 0  # no tokenizer makes two tokens of every character: no need to ask
    try:
        prompt = await client.post(f"{loaded.address}/apply-template", json={"messages": messages})
        body = {"content": prompt.json()["prompt"], "add_special": True, "parse_special": True}
        return len((await client.post(f"{loaded.address}/tokenize", json=body)).json()["tokens"])
    except (httpx.HTTPError, KeyError) as error:
        raise Problem(500, DIED) from error
