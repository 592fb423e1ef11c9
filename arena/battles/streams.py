"""A reply's words on their way to the browser: one Redis stream per attempt, and who reads which attempt.

Entries are `o` (offset in characters) and `t` (text), then one `end` with `span`. A writer that lost Redis for a while
starts its stream anew from offset 0, so reading twice changes nothing.
"""

from dataclasses import dataclass
from typing import Any

import redis
from redis.asyncio.client import Pipeline as AsyncPipeline

TTL_SECONDS = 24 * 3600
BEAT_TTL_SECONDS = 15


def stream_key(reply_id: int, attempt: int) -> str:
    """Name the stream of one attempt."""
    return f"reply:{reply_id}:{attempt}"


def beat_key(reply_id: int, attempt: int) -> str:
    """Name the heartbeat of one attempt."""
    return f"reply:{reply_id}:{attempt}:beat"


def stop_key(reply_id: int, attempt: int) -> str:
    """Name the flag that tells a worker to stop."""
    return f"reply:{reply_id}:{attempt}:stop"


def turn_key(turn_id: int) -> str:
    """Name the sorted set that holds each side's newest attempt."""
    return f"turn:{turn_id}"


def begin(client: redis.Redis, turn_id: int, side: str, reply_id: int, attempt: int) -> None:
    """Make this attempt the one that readers follow; an older attempt can't take it back (GT)."""
    pipe = client.pipeline(transaction=False)
    pipe.zadd(turn_key(turn_id), {side: attempt}, gt=True)
    pipe.expire(turn_key(turn_id), TTL_SECONDS)
    pipe.set(beat_key(reply_id, attempt), "1", ex=BEAT_TTL_SECONDS)
    pipe.execute()


def write(client: redis.Redis, key: str, offset: int, text: str) -> None:
    """Append words that begin at character `offset`."""
    pipe = client.pipeline(transaction=False)
    pipe.xadd(key, {"o": offset, "t": text})
    pipe.expire(key, TTL_SECONDS)
    pipe.execute()


def rewrite(client: redis.Redis, key: str, text: str) -> None:
    """Start the stream anew with everything said so far."""
    pipe = client.pipeline(transaction=True)
    pipe.delete(key)
    pipe.xadd(key, {"o": 0, "t": text})
    pipe.expire(key, TTL_SECONDS)
    pipe.execute()


def end(client: redis.Redis, key: str, state: str, span_ms: int = 0) -> None:
    """Close the stream with the reply's final state, and the time from its first to its last words."""
    pipe = client.pipeline(transaction=False)
    pipe.xadd(key, {"end": state, "span": span_ms})
    pipe.expire(key, TTL_SECONDS)
    pipe.execute()


def ask_to_stop(client: redis.Redis, reply_id: int, attempt: int) -> None:
    """Raise the flag that the attempt's worker looks at."""
    client.set(stop_key(reply_id, attempt), "1", ex=TTL_SECONDS)


@dataclass
class Cursor:
    """Where a reader stands in one side's stream."""

    reply_id: int
    attempt: int
    last: str = "-"

    def ask(self, pipe: AsyncPipeline) -> None:
        """Add the read of what is new to `pipe`."""
        pipe.xrange(stream_key(self.reply_id, self.attempt), self.last, "+")

    def take(self, entries: list[tuple[str, dict[str, Any]]]) -> list[tuple[int, dict[str, Any]]]:
        """Move past `entries` and return them with their times in milliseconds."""
        if entries:
            self.last = f"({entries[-1][0]}"
        return [(int(entry_id.split("-")[0]), fields) for entry_id, fields in entries]
