"""The event stream of a battle: one for both sides, as an ASGI application of its own.

It stands before Django, since each middleware that is not async would hold a thread for as long as the
stream is open. It asks the database once, closes those connections, and from then on reads only Redis:
one round trip a tick for both sides. No state is kept: an event's id is the number of ticks since the
turn began, and what was shown at a tick can be computed again by any process (see `pace.py`).
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import redis.asyncio
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import connections
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from arena.battles import services, stopping, streams
from arena.battles.models import Reply, Side, Voter
from arena.battles.pace import TICK_MS, Track, View, view
from arena.battles.voters import key_of
from arena.errors import NotYours
from arena.redis import async_client

PATH = re.compile(r"^/battles/([0-9a-f-]{36})/events$")
LIFE_SECONDS = 55  # then the browser comes back, and what only the database knows is looked at again
SILENCE_TICKS = 100
UNPACED_TICK_MS = 20  # off the pace, what is there is shown nearly at once
HEADERS = {
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'",
}
ENDED = {"whole", "failed", "stopped"}


@dataclass
class SideState:
    """One side as the stream follows it."""

    cursor: streams.Cursor
    track: Track
    stored: str
    state: str


@dataclass
class Following:
    """One turn as the stream follows it."""

    turn_id: int
    began_ms: int
    sides: dict[str, SideState]

    def track(self, side: str) -> Track:
        """Return a side's track; where its stream is gone but the reply is finished, the stored text.

        Direct chat has side A alone: its B is A, which the page does not show.
        """
        row = self.sides.get(side) or self.sides[Side.A]
        if row.state in ENDED and not row.track.end:
            return Track.stored(row.stored, row.state)
        return row.track


async def application(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer `GET /battles/<uuid>/events` with server-sent events."""
    request = Request(scope, receive)
    response = await _respond(request)
    await response(scope, receive, send)


async def _respond(request: Request) -> Response:
    match = PATH.match(request.url.path)
    if match is None or request.method != "GET":
        return PlainTextResponse("Not found", 404)
    try:
        following = await sync_to_async(_load, thread_sensitive=False)(match[1], key_of(request.cookies))
    except (NotYours, ValueError):
        return PlainTextResponse("There is no such battle.", 404, headers=HEADERS)
    since = request.headers.get("last-event-id", "")
    events = _events(following, int(since) if since.isdecimal() else None)
    return StreamingResponse(events, media_type="text/event-stream", headers=HEADERS)


def _load(uuid: str, key: str | None) -> Following:
    """Ask the database who this is and where the turn stands; leave no connection open."""
    try:
        voter = Voter.objects.filter(key=key).first() if key else None
        turn = stopping.last_turn(services.owned(UUID(uuid), voter))
        sides = {
            reply.side: SideState(
                streams.Cursor(reply.pk, reply.attempt), Track(), reply.text, str(Reply.State(reply.state).value)
            )
            for reply in turn.replies.all()
        }
        return Following(turn.pk, int(turn.created.timestamp() * 1000), sides)
    finally:
        connections.close_all()


async def _events(following: Following, since: int | None) -> AsyncIterator[str]:
    yield "retry: 300\n\n"
    loop = asyncio.get_running_loop()
    until, quiet = loop.time() + LIFE_SECONDS, 0
    shown: View | None = None
    while loop.time() < until:
        try:
            now_ms, restarted = await _read(following)
        except (redis.RedisError, OSError):
            return  # the browser comes back by itself; until Redis does, there is nothing to show
        tick = max(0, (now_ms - following.began_ms) // _tick_ms())
        if shown is None and since is not None and not restarted:
            shown = _resume(following, min(since, tick))
        current = _view(following, following.began_ms + tick * _tick_ms())
        over = restarted or shown is None
        if over or current != shown:
            yield _event(following, tick, current, None if over else shown)
            shown, quiet = current, 0
        if current.state in ENDED:
            return
        quiet += 1
        if quiet % SILENCE_TICKS == 0:
            yield ": still here\n\n"
        next_ms = following.began_ms + (tick + 1) * _tick_ms() + 1
        await asyncio.sleep(max(0.005, (next_ms - now_ms) / 1000))


async def _read(following: Following) -> tuple[int, bool]:
    """Take what is new from Redis, in one round trip; return its clock, and whether a side was done again."""
    pipe = _client().pipeline(transaction=False)
    pipe.time()
    pipe.zrange(streams.turn_key(following.turn_id), 0, -1, withscores=True)
    for row in following.sides.values():
        row.cursor.ask(pipe)
    (seconds, micros), attempts, *entries = await pipe.execute()
    for row, new in zip(following.sides.values(), entries, strict=True):
        for at_ms, fields in row.cursor.take(new):
            row.track.add(at_ms, fields)
    restarted = False
    for side, attempt in attempts:
        row = following.sides[side]
        if int(attempt) > row.cursor.attempt:
            row.cursor = streams.Cursor(row.cursor.reply_id, int(attempt))
            row.track, row.state, row.stored, restarted = Track(), "running", "", True
    return int(seconds) * 1000 + int(micros) // 1000, restarted


def _resume(following: Following, tick: int) -> View | None:
    """Return what a browser that heard `tick` has; nothing if a side was begun anew, or its stream lost, since."""
    at_ms = following.began_ms + tick * _tick_ms()
    tracks = [following.track(side) for side in Side.values]
    if any(not track.times or track.times[0] >= at_ms for track in tracks):
        return None
    return _view(following, at_ms)


def _tick_ms() -> int:
    """The step of event ids: an id tells exactly what was shown, with the pace on or off."""
    return TICK_MS if settings.PACED else UNPACED_TICK_MS


def _view(following: Following, at_ms: int) -> View:
    return view(following.track(Side.A), following.track(Side.B), at_ms, settings.PACED)


def _event(following: Following, tick: int, current: View, shown: View | None) -> str:
    data = {
        "state": current.state,
        "over": shown is None,
        "a": following.track(Side.A).text[shown.a if shown else 0 : current.a],
        "b": following.track(Side.B).text[shown.b if shown else 0 : current.b],
    }
    return f"id: {tick}\ndata: {json.dumps(data)}\n\n"


_clients: dict[int, redis.asyncio.Redis] = {}


def _client() -> redis.asyncio.Redis:
    """Return this event loop's client, from a pool with a bound."""
    loop = id(asyncio.get_running_loop())
    if loop not in _clients:
        _clients[loop] = async_client()
    return _clients[loop]


def routed(django: Any) -> ASGIApp:
    """Send event streams here and everything else to `django`."""

    async def route(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and PATH.match(scope["path"]):
            await application(scope, receive, send)
        else:
            await django(scope, receive, send)

    return route
