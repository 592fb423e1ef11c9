"""Exact deadlines and cancelling for blocking HTTP calls.

A socket timeout counts from the last byte, so a server that dribbles could hold a call for ever, and a
call that waits for its first byte can't look whether somebody pressed Stop. One thread a process
watches every call instead, and shuts the call's socket when its time is up.
"""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

from workers.errors import Cancelled, NoFirstByte, OllamaError, Stalled, TooSlow

TICK_SECONDS = 0.05


class Watch:
    """One call under guard: which deadline comes next, and why it was ended."""

    def __init__(
        self, first_byte: float, between: float, overall: float, cancelled: Callable[[], bool] | None = None
    ) -> None:
        now = time.monotonic()
        self.between = between
        self.end = now + overall
        self.due = now + first_byte
        self.started = False
        self.cancelled = cancelled
        self.verdict: OllamaError | None = None
        self._socket: socket.socket | None = None

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """Httpx's trace hook: learn the socket as soon as there is one, before any byte is sent."""
        if event == "connection.connect_tcp.complete":
            self._socket = info["return_value"].get_extra_info("socket")

    def heard(self) -> None:
        """A chunk has come: the next one is due after `between`."""
        self.started = True
        self.due = time.monotonic() + self.between

    def check(self, now: float) -> None:
        """End the call if it was cancelled or a deadline has passed."""
        if self.verdict is not None:
            return
        if self.cancelled is not None and self.cancelled():
            self._close(Cancelled("closed by us"))
        elif now > self.end:
            self._close(TooSlow("the whole answer took too long"))
        elif now > self.due:
            self._close(Stalled("no chunk in time") if self.started else NoFirstByte("no first byte in time"))

    def _close(self, verdict: OllamaError) -> None:
        self.verdict = verdict
        if self._socket is not None:
            try:
                self._socket.shutdown(socket.SHUT_RDWR)
            except OSError:  # the other end was quicker: it is closed, which is what we want
                self._socket = None


class Watchdog:
    """The thread that checks every watch each 50 ms."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def guard(self, watch: Watch) -> None:
        """Begin to check `watch`."""
        with self._lock:
            self._watches.add(watch)
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="watchdog", daemon=True)
                self._thread.start()

    def release(self, watch: Watch) -> None:
        """Stop checking `watch`."""
        with self._lock:
            self._watches.discard(watch)

    def _run(self) -> None:
        while True:
            with self._lock:
                watches = list(self._watches)
            now = time.monotonic()
            for watch in watches:
                watch.check(now)
            time.sleep(TICK_SECONDS)


WATCHDOG = Watchdog()
