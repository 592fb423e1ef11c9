"""Addresses of the site. The event streams are routed before Django, in `asgi.py`."""

from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path

from arena.health import healthz
from arena.languages import switch
from arena.leaderboard.api import api


def favicon(request: HttpRequest) -> HttpResponseRedirect:
    """Send browsers that ask for the old name to the icon."""
    return HttpResponseRedirect(static("icon.svg"))


handler404 = "arena.missing.not_found"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("arena.battles.urls")),
    path("", include("arena.leaderboard.urls")),
    path("language", switch, name="language"),
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("admin/", admin.site.urls),
    path("favicon.ico", favicon, name="favicon"),
]
