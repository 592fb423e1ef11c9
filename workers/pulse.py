"""One thread a process that keeps running attempts alive: heartbeats, leases, stop flags, late words."""

import logging
import threading
import time
from dataclasses import dataclass, field

import redis
from django.db import Error as DatabaseError
from django.db import connection

from arena.battles import streams
from arena.redis import client
from workers import leases
from workers.writer import Writer

log = logging.getLogger(__name__)

TICK_SECONDS = 0.05
LOOK_SECONDS = 0.25
BEAT_SECONDS = 5.0


@dataclass(eq=False)
class Active:
    """An attempt that runs in this process."""

    reply_id: int
    attempt: int
    lease_id: int
    holder: str
    writer: Writer
    stopped: threading.Event = field(default_factory=threading.Event)


class Pulse:
    """The thread, started with the first attempt."""

    def __init__(self) -> None:
        self._active: set[Active] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def begin(self, active: Active) -> None:
        """Keep `active` alive from now on."""
        with self._lock:
            self._active.add(active)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)
                self._thread.start()

    def end(self, active: Active) -> None:
        """Let `active` go."""
        with self._lock:
            self._active.discard(active)

    def _run(self) -> None:
        looked = beaten = time.monotonic()
        while True:
            time.sleep(TICK_SECONDS)
            with self._lock:
                rows = list(self._active)
            now = time.monotonic()
            for row in rows:
                row.writer.tick()
            if rows and now - looked >= LOOK_SECONDS:
                looked = now
                _look(rows)
            if rows and now - beaten >= BEAT_SECONDS:
                beaten = now
                _beat(rows)


def _look(rows: list[Active]) -> None:
    keys = [streams.stop_key(row.reply_id, row.attempt) for row in rows]
    try:
        flags = client().mget(keys)
    except redis.RedisError as error:
        log.warning("can't look for stop flags: %s", error)
        return
    for row, flag in zip(rows, flags, strict=True):
        if flag:
            row.stopped.set()


def _beat(rows: list[Active]) -> None:
    """Say in Redis and in the database that these attempts live; either is enough for the sweep."""
    try:
        for row in rows:
            client().set(streams.beat_key(row.reply_id, row.attempt), "1", ex=streams.BEAT_TTL_SECONDS)
    except redis.RedisError as error:
        log.warning("no heartbeat in Redis: %s", error)
    try:
        for row in rows:
            leases.renew(row.lease_id, row.holder)
    except DatabaseError as error:
        log.warning("no heartbeat in the database: %s", error)
    finally:
        connection.close()  # this thread needs one every 5 s: it holds none in between


PULSE = Pulse()
