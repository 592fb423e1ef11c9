"""The two Redis clients of the project, both from pools with a bound."""

import functools

import redis
import redis.asyncio
from django.conf import settings


@functools.cache
def client() -> redis.Redis:
    """Return the process's blocking client."""
    pool = redis.BlockingConnectionPool.from_url(
        settings.REDIS_URL,
        max_connections=settings.STREAM_CONNECTIONS,
        timeout=5,
        decode_responses=True,
        socket_timeout=5,
        socket_connect_timeout=2,
    )
    return redis.Redis(connection_pool=pool)


def async_client() -> redis.asyncio.Redis:
    """Return a new asyncio client; a pool belongs to one event loop, so the caller keeps it."""
    pool = redis.asyncio.BlockingConnectionPool.from_url(
        settings.REDIS_URL, max_connections=settings.STREAM_CONNECTIONS, timeout=5, decode_responses=True
    )
    return redis.asyncio.Redis(connection_pool=pool)
