"""Reads the settings before there is a site: `.env` may hold VAR and PORT, and the secret is made later."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from environs.exceptions import EnvError

_HAD_SECRET = "SECRET_KEY" in os.environ
_STAND_IN = "read-settings-only"
os.environ.setdefault("SECRET_KEY", _STAND_IN)

try:
    from arena import settings
except (EnvError, ImproperlyConfigured) as error:
    sys.exit(f"A setting can't be read: {error}")
finally:
    # `.env` may have brought one; ours must not reach the children
    if not _HAD_SECRET and os.environ["SECRET_KEY"] == _STAND_IN:
        del os.environ["SECRET_KEY"]

__all__ = ["settings"]
