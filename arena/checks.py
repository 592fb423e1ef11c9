"""Mistakes between settings, as system checks: the start stops with an id and a sentence."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register


@register("arena")
def production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse what must not run outside development."""
    errors: list[CheckMessage] = []
    if not settings.DEBUG and "*" in settings.ALLOWED_HOSTS:
        errors.append(Error("ALLOWED_HOSTS has a wildcard. Name the hosts that the site answers to.", id="arena.E001"))
    if settings.SQLITE and settings.WEB_PROCESSES > 1:
        errors.append(
            Error("SQLite serves one web process. Set DATABASE_URL to PostgreSQL, or WEB_PROCESSES=1.", id="arena.E002")
        )
    if settings.NUM_PREDICT * 2 > settings.NUM_CTX:
        errors.append(Error("NUM_PREDICT is more than half of NUM_CTX: no room for a question.", id="arena.E003"))
    return errors
