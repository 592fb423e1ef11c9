"""`/healthz`: can a battle start now? Each part answers for itself; the page is 503 until all do."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import OperationalError

from arena.battles.pairing import entrants
from arena.celery import app
from arena.redis import client
from arena.worker_signs import stopping, worker_seen

Part = tuple[bool, str]


@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Say how each part is."""
    parts: dict[str, Part] = {"database": _database()}
    parts["broker"] = _broker()
    parts["models"] = _models() if parts["database"][0] else (False, "unknown without the database")
    parts["worker"] = _worker() if parts["broker"][0] else (False, "unknown without the broker")
    ok = all(good for good, _ in parts.values()) and not stopping()
    body = {
        "status": "ok" if ok else "unavailable",
        "parts": {name: {"ok": good, "detail": detail} for name, (good, detail) in parts.items()},
    }
    return JsonResponse(body, status=200 if ok else 503)


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return False, type(error).__name__
    return True, ""


def _broker() -> Part:
    try:
        client().ping()
        if settings.BROKER_URL != settings.REDIS_URL:
            with app.connection_for_write() as broker:
                broker.ensure_connection(max_retries=1, timeout=2)
    except (redis.RedisError, OperationalError, OSError) as error:
        return False, type(error).__name__
    return True, ""


def _models() -> Part:
    ready = len({entrant.model_id for entrant in entrants()})
    return ready >= 2, "" if ready >= 2 else f"{ready} of 2 models can battle"


def _worker() -> Part:
    try:
        return (True, "") if worker_seen() else (False, "no worker was seen in the last 15 s")
    except redis.RedisError as error:
        return False, type(error).__name__
