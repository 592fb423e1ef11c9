"""The Starlette application: routes, the read of a request, cancel when the client goes."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from workers.engine.answers import Request, answer
from workers.engine.files import ModelFile, scan
from workers.engine.pool import LoadFailed, Pool, QueueFull
from workers.engine.protocol import (
    Problem,
    json_response,
    read_json,
    read_keep_alive,
    read_messages,
    read_options,
)

VERSION = "0.24.0"  # the release whose answers this engine is held against


class Engine:
    """What the routes share."""

    def __init__(self, folder: Path, max_loaded: int, slots: int) -> None:
        self.folder = folder
        self.pool = Pool(max_loaded, slots)
        self.client = httpx.AsyncClient(timeout=httpx.Timeout(None, connect=5), trust_env=False)
        self.background: set[asyncio.Task[None]] = set()

    async def models(self) -> dict[str, ModelFile]:
        """Return the folder's models as it is now: a file put there appears at the next call."""
        models, _ = await run_in_threadpool(scan, self.folder)
        return models

    async def find(self, name: Any) -> ModelFile:
        """Return one model, or Ollama's 404."""
        models = await self.models()
        wanted = str(name).removeprefix("registry.ollama.ai/library/")
        found = models.get(wanted) or models.get(f"{wanted}:latest")
        if found is None:
            raise Problem(404, f"model '{name}' not found")
        return found

    def later(self, work: Any) -> None:
        """Run a coroutine beside the request."""
        task = asyncio.create_task(work)
        self.background.add(task)
        task.add_done_callback(self.background.discard)


def create_app(folder: Path, max_loaded: int = 3, slots: int = 2) -> Starlette:
    """Return the application over one folder of GGUF files."""
    engine = Engine(folder, max_loaded, slots)

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        engine.later(engine.pool.sweep())
        yield
        for task in list(engine.background):
            task.cancel()
        await engine.pool.close()
        await engine.client.aclose()

    app = Starlette(
        routes=[
            Route("/", root, methods=["GET", "HEAD"]),
            Route("/api/version", version, methods=["GET", "HEAD"]),
            Route("/api/tags", tags, methods=["GET", "HEAD"]),
            Route("/api/ps", ps, methods=["GET"]),
            Route("/api/show", show, methods=["POST"]),
            Route("/api/chat", chat, methods=["POST"]),
            Route("/api/generate", generate, methods=["POST"]),
            Route("/api/pull", no_pull, methods=["POST"]),
        ],
        exception_handlers={Problem: _problem, HTTPException: _plain, QueueFull: _busy},  # type: ignore[dict-item]
        lifespan=lifespan,
    )
    app.state.engine = engine
    return app


async def _problem(request: HttpRequest, error: Problem) -> Response:
    return error.response()


async def _busy(request: HttpRequest, error: QueueFull) -> Response:
    return Problem(503, "server busy, please try again.  maximum pending requests exceeded").response()


async def _plain(request: HttpRequest, error: HTTPException) -> Response:
    text = {404: "404 page not found", 405: "405 method not allowed"}.get(error.status_code, error.detail)
    return PlainTextResponse(text, error.status_code)


async def root(request: HttpRequest) -> Response:
    """Sign of life."""
    return PlainTextResponse("Ollama is running")


async def version(request: HttpRequest) -> Response:
    """The version whose protocol this is."""
    return json_response({"version": VERSION})


def _row(model: ModelFile) -> dict[str, Any]:
    return {"name": model.name, "model": model.name}


async def tags(request: HttpRequest) -> Response:
    """Installed models."""
    models = (await request.app.state.engine.models()).values()
    return json_response(
        {
            "models": [
                {
                    **_row(model),
                    "modified_at": model.modified,
                    "size": model.size,
                    "digest": model.digest,
                    "details": model.details,
                }
                for model in models
            ]
        }
    )


async def ps(request: HttpRequest) -> Response:
    """Loaded models, the longest remaining life first."""
    rows = sorted(request.app.state.engine.pool.loaded.values(), key=lambda row: -row.expires)
    moment, clock = datetime.now(UTC), time.monotonic()
    return json_response(
        {
            "models": [
                {
                    **_row(row.model),
                    "size": row.model.size,
                    "digest": row.model.digest,
                    "details": row.model.details,
                    "expires_at": (moment + timedelta(seconds=min(max(row.expires - clock, 0), 1e10))).isoformat(),
                    "size_vram": 0,
                    "context_length": row.n_ctx,
                }
                for row in rows
                if row.alive
            ]
        }
    )


async def show(request: HttpRequest) -> Response:
    """What a file says of itself."""
    body = read_json(await request.body())
    name = body.get("model") or body.get("name")
    if not name:
        raise Problem(400, "model is required")
    model = await request.app.state.engine.find(name)
    blob = model.path.parent / "blobs" / f"sha256-{model.weights_digest}"
    return json_response(
        {
            "license": model.licence,
            "modelfile": f'# Modelfile generated by "ollama show"\n\nFROM {blob}\nTEMPLATE "{model.template}"\n',
            "parameters": "",
            "template": model.template,
            "details": model.details,
            "model_info": model.info,
            "tensors": [],
            "capabilities": ["completion"],
            "modified_at": model.modified,
        }
    )


async def no_pull(request: HttpRequest) -> Response:
    """Say that there is no registry behind this engine."""
    read_json(await request.body())
    raise Problem(400, "this engine can't pull: put a GGUF file into its model folder")


async def chat(request: HttpRequest) -> Response:
    """A chat, streamed or whole; without messages it loads or unloads."""
    body = read_json(await request.body())
    if not body.get("model"):
        raise Problem(400, "model is required")
    return await _converse(request, body, read_messages(body), is_chat=True)


async def generate(request: HttpRequest) -> Response:
    """One prompt through the chat template; without a prompt it loads or unloads."""
    body = read_json(await request.body())
    prompt, system = body.get("prompt") or "", body.get("system") or ""
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": "user", "content": prompt}] if prompt else []
    return await _converse(request, body, messages, is_chat=False)


async def _converse(http: HttpRequest, body: dict[str, Any], messages: list[dict[str, str]], is_chat: bool) -> Response:
    engine: Engine = http.app.state.engine
    keep_alive = read_keep_alive(body)
    model = await engine.find(body.get("model") or "")
    if body.get("think"):
        raise Problem(400, f'"{body["model"]}" does not support thinking')
    if body.get("tools"):
        raise Problem(400, f"registry.ollama.ai/library/{model.name} does not support tools")
    options = read_options(body, model.context_length)
    request = Request(
        name=str(body["model"]),
        messages=messages,
        options=options,
        format=body.get("format"),
        truncate=body.get("truncate") is not False,
        chat=is_chat,
    )
    if not messages:
        return await _load_or_unload(engine, model, request, keep_alive)
    lines = _lines(engine, model, request, keep_alive)
    first = await _unless_gone(http, anext(lines))
    if first is None:
        await lines.aclose()
        return Response(status_code=499)
    if body.get("stream") is False:
        return await _whole(http, request, first, lines)
    return StreamingResponse(_wire(first, lines), media_type="application/x-ndjson")


async def _load_or_unload(engine: Engine, model: ModelFile, request: Request, keep_alive: float | None) -> Response:
    reason = "unload" if keep_alive == 0 else "load"
    if keep_alive == 0:
        engine.later(engine.pool.unload_when_idle(model.name))
    else:
        try:
            await engine.pool.load(model, request.options.num_ctx, keep_alive)
        except LoadFailed as error:
            raise Problem(500, f"llama-server process has terminated: {error}") from error
    return json_response(request.line("") | {"done": True, "done_reason": reason})


async def _lines(
    engine: Engine, model: ModelFile, request: Request, keep_alive: float | None
) -> AsyncGenerator[dict[str, Any], None]:
    try:
        async with engine.pool.use(model, request.options.num_ctx, keep_alive) as loaded:
            request.load_seconds = time.monotonic() - request.started
            async for line in answer(engine.client, loaded, request):
                yield line
    except LoadFailed as error:
        raise Problem(500, f"llama-server process has terminated: {error}") from error
    if keep_alive == 0:
        engine.later(engine.pool.unload_when_idle(model.name))


async def _unless_gone(http: HttpRequest, work: Any) -> dict[str, Any] | None:
    """Await the first line, or give up at once when the client closes the connection."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_gone(http))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()  # type: ignore[no-any-return]
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        return None
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _gone(http: HttpRequest) -> None:
    while (await http.receive())["type"] != "http.disconnect":
        continue


async def _whole(
    http: HttpRequest, request: Request, first: dict[str, Any], lines: AsyncGenerator[dict[str, Any], None]
) -> Response:
    parts, line = [], first
    while not line["done"]:
        parts.append(line["message"]["content"] if request.chat else line["response"])
        following = await _unless_gone(http, anext(lines))
        if following is None:
            return Response(status_code=499)
        line = following
    return json_response(line | request.words("".join(parts)))


async def _wire(first: dict[str, Any], lines: AsyncGenerator[dict[str, Any], None]) -> AsyncGenerator[bytes, None]:
    """Write lines; an error after the first byte is a line of its own on the 200 (contract §4.2)."""
    line = first
    try:
        while True:
            yield json.dumps(line, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
            if line["done"]:
                return
            line = await anext(lines)
    except Problem as problem:
        yield json.dumps({"error": problem.text}, separators=(",", ":")).encode() + b"\n"
    finally:
        await lines.aclose()
