"""ASGI entry point: event streams first, then public pages that are kept for a second, everything else to Django."""

import os
import warnings
from importlib import import_module

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.core.checks import run_checks
from django.core.exceptions import ImproperlyConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arena.settings")
django_application = get_asgi_application()

if mistakes := run_checks(tags=["arena"]):
    raise ImproperlyConfigured(" ".join(str(mistake) for mistake in mistakes))

from arena.battles.events import routed  # noqa: E402  (needs the apps to be loaded)
from arena.kept import Kept  # noqa: E402
from arena.pauses import keep_what_is_loaded  # noqa: E402
from arena.worker_signs import note_stop  # noqa: E402

# WhiteNoise opens files with blocking iterators; Django reads them in a thread and says so each time.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")

note_stop()
application = routed(Kept(django_application))
import_module(settings.ROOT_URLCONF)  # and with it all views, before the first request
keep_what_is_loaded()
