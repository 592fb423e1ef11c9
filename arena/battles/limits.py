"""How often one browser or address may ask."""

import logging

import redis
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django_ratelimit.core import is_ratelimited

from arena.battles.voters import key_of
from arena.errors import Busy

log = logging.getLogger(__name__)


def limited(request: HttpRequest, group: str, rate: str) -> None:
    """Raise `Busy` when this voter, or this address, asks more often than `rate`."""
    try:
        over = [
            is_ratelimited(request, group=f"{group}.{name}", key=key, rate=rate, increment=True)
            for name, key in (("voter", _voter), ("address", _address))
        ]
    except redis.RedisError as error:
        log.warning("rate limits are off while Redis is away: %s", error)
        return
    if any(over):
        raise Busy(_("That is a lot of questions in a short time. Please wait a minute; your text is kept."))


def _voter(group: str, request: HttpRequest) -> str:
    return key_of(request.COOKIES) or _address(group, request)


def _address(group: str, request: HttpRequest) -> str:
    return client_address(request)


def client_address(request: HttpRequest) -> str:
    """Return the client's address; X-Forwarded-For counts only behind the proxies we were told of, from the right."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    if settings.TRUSTED_PROXIES and len(hops) >= settings.TRUSTED_PROXIES:
        return hops[-settings.TRUSTED_PROXIES]
    return str(request.META.get("REMOTE_ADDR", ""))
