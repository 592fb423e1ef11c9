"""Loaded models: started when asked for, shared in order, unloaded when idle, started again when they die."""

import asyncio
import contextlib
import math
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from workers.engine.files import ModelFile

LOAD_SECONDS = 300


class QueueFull(Exception):
    """Too many requests wait for a load."""


class LoadFailed(Exception):
    """The model's process ended, or said why it can't load."""


@dataclass
class Loaded:
    """A model in memory. `slots` is fair: asyncio's semaphore serves in the order of asking."""

    model: ModelFile
    n_ctx: int
    process: asyncio.subprocess.Process
    address: str
    slots: asyncio.Semaphore
    keep_alive: float
    users: int = 0
    used: float = field(default_factory=time.monotonic)

    @property
    def alive(self) -> bool:
        """Whether its process still runs."""
        return self.process.returncode is None

    @property
    def expires(self) -> float:
        """Monotonic time at which it is unloaded if nobody asks."""
        return math.inf if self.users else self.used + self.keep_alive


class Pool:
    """At most `limit` models at once; the least recently used idle one goes first."""

    def __init__(self, limit: int, slots: int, queue: int = 512) -> None:
        self.limit, self.slots, self.queue = limit, slots, queue
        self._waiting = 0
        self.loaded: dict[str, Loaded] = {}
        self._loading = asyncio.Lock()
        self._freed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def use(self, model: ModelFile, n_ctx: int, keep_alive: float | None) -> AsyncIterator[Loaded]:
        """Lend a loaded model and one of its slots, loading it first if need be."""
        loaded = await self.load(model, n_ctx, keep_alive)
        loaded.users += 1
        try:
            async with loaded.slots:
                yield loaded
        finally:
            loaded.users -= 1
            loaded.used = time.monotonic()
            async with self._freed:
                self._freed.notify_all()

    async def load(self, model: ModelFile, n_ctx: int, keep_alive: float | None) -> Loaded:
        """Return the loaded model. The last request that sets `keep_alive` wins (contract §6)."""
        if self._waiting >= self.queue:
            raise QueueFull
        self._waiting += 1
        try:
            await self._loading.acquire()
        finally:
            self._waiting -= 1
        try:
            loaded = self.loaded.get(model.name)
            if loaded is not None and not (loaded.alive and loaded.n_ctx == n_ctx and loaded.model == model):
                await self._wait_idle(loaded)
                await self.unload(model.name)
                loaded = None
            if loaded is None:
                await self._make_room()
                loaded = self.loaded[model.name] = await self._start(model, n_ctx)
            if keep_alive is not None:
                loaded.keep_alive = keep_alive
            loaded.used = time.monotonic()
            return loaded
        finally:
            self._loading.release()

    async def unload(self, name: str) -> None:
        """Stop a model's process."""
        loaded = self.loaded.pop(name, None)
        if loaded is not None and loaded.alive:
            loaded.process.kill()
            await loaded.process.wait()

    async def unload_when_idle(self, name: str) -> None:
        """Unload after the running requests, as `keep_alive: 0` asks."""
        loaded = self.loaded.get(name)
        if loaded is not None:
            await self._wait_idle(loaded)
            if self.loaded.get(name) is loaded:
                await self.unload(name)

    async def sweep(self) -> None:
        """Unload what has expired, for ever."""
        while True:
            now = time.monotonic()
            for name, loaded in list(self.loaded.items()):
                if not loaded.users and (loaded.expires <= now or not loaded.alive):
                    await self.unload(name)
            await asyncio.sleep(0.5)

    async def close(self) -> None:
        """Stop every model."""
        for name in list(self.loaded):
            await self.unload(name)

    async def _wait_idle(self, loaded: Loaded) -> None:
        async with self._freed:
            await self._freed.wait_for(lambda: not loaded.users or not loaded.alive)

    async def _make_room(self) -> None:
        while len(self.loaded) >= self.limit:
            idle = [row for row in self.loaded.values() if not row.users]
            if idle:
                await self.unload(min(idle, key=lambda row: row.used).model.name)
                continue
            async with self._freed:
                await self._freed.wait()

    async def _start(self, model: ModelFile, n_ctx: int) -> Loaded:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "workers.engine.runner",
            str(model.path), str(n_ctx), str(self.slots), model.runner_template,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        try:
            word, text = await asyncio.wait_for(_first_word(process), LOAD_SECONDS)
        except BaseException:  # also when the client goes away: closing the connection aborts a load (contract §0.4)
            if process.returncode is None:
                process.kill()
            raise
        if word != "ready":
            raise LoadFailed(text)
        return Loaded(model, n_ctx, process, text, asyncio.Semaphore(self.slots), keep_alive=300)


async def _first_word(process: asyncio.subprocess.Process) -> tuple[str, str]:
    assert process.stdout is not None
    async for raw in process.stdout:
        line = raw.decode(errors="replace").strip()
        word, _, text = line.partition(" ")
        if word in {"ready", "error"}:
            return word, text
    code = await process.wait()
    return "error", f"exit status {code}"
