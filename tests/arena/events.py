"""Asks the ASGI application for a battle's event stream, as a browser would."""

import asyncio
import json
from typing import Any

import httpx
from django.test import Client

from arena.asgi import application
from arena.battles.models import Battle


def follow(browser: Client, battle: Battle, last_id: str | None = None) -> tuple[int, str, str]:
    """Return status, headers and the whole body; the stream must end by itself."""

    async def ask() -> tuple[int, str, str]:
        transport = httpx.ASGITransport(app=application)
        cookies = {name: morsel.value for name, morsel in browser.cookies.items()}
        headers = {"Last-Event-ID": last_id} if last_id else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", cookies=cookies) as client:
            response = await client.get(f"/battles/{battle.uuid}/events", headers=headers)
            return response.status_code, str(sorted(response.headers.items())), response.text

    return asyncio.run(ask())


def parse(body: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the events as (id, data)."""
    events = []
    for block in body.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "data" in fields:
            events.append((int(fields["id"]), json.loads(fields["data"])))
    return events
