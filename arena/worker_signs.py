"""Signs of life between processes that no task needs: is a worker there, is the site stopping?"""

import signal
from types import FrameType

from arena.redis import client

KEY = "worker:seen"
TTL_SECONDS = 15
_stopping = False


def worker_seen() -> bool:
    """Whether any worker gave a sign in the last 15 s."""
    return bool(client().exists(KEY))


def show_worker() -> None:
    """Give a worker's sign."""
    client().set(KEY, "1", ex=TTL_SECONDS)


def stopping() -> bool:
    """Whether this web process was told to end."""
    return _stopping


def note_stop() -> None:
    """Remember SIGTERM before the server's own handler runs, so that `/healthz` says so while it drains."""
    previous = signal.getsignal(signal.SIGTERM)

    def handler(number: int, frame: FrameType | None) -> None:
        global _stopping
        _stopping = True
        if callable(previous):
            previous(number, frame)

    signal.signal(signal.SIGTERM, handler)
