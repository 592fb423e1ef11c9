"""The admin's front page: what needs a person now."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.cache import cache
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from arena.battles.models import Reply, Report
from arena.catalogue.models import Deployment, Host, Pull


class ArenaAdminSite(AdminSite):
    """Django's admin, with a list of what needs a person above the sections."""

    site_header = _("Arena administration")
    site_title = _("Arena")
    index_title = _("What needs a person now")
    index_template = "admin/arena_index.html"

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Add the list to the front page."""
        return super().index(request, {**(extra_context or {}), **needs()})


def needs() -> dict[str, Any]:
    """Return failing hosts, moved tags, deployments that can't battle, and the length of the queues."""
    deployments = Deployment.objects.select_related("host", "model")
    return {
        "hosts_down": list(Host.objects.filter(enabled=True, reachable=False)),
        "moved": list(deployments.filter(state=Deployment.State.MOVED)),
        "troubled": list(deployments.filter(present=True).exclude(problem="")),
        "unknown": list(deployments.filter(present=True, model=None, problem="")),
        "waiting": list(deployments.filter(present=True, state=Deployment.State.FOUND, problem="").exclude(model=None)),
        "pulls": list(
            Pull.objects.filter(state__in=(Pull.State.RUNNING, Pull.State.FAILED)).select_related("host")[:10]
        ),
        "queued": Reply.objects.filter(state=Reply.State.QUEUED).count(),
        "running": Reply.objects.filter(state=Reply.State.RUNNING).count(),
        "reports": Report.objects.filter(handled=False).count(),
        "disk": disk_use(),
    }


def disk_use() -> dict[str, Any]:
    """Return the size of VAR in gigabytes and whether it is over the bound of VAR_LIMIT_GB; looked at once a minute."""
    used: float = cache.get_or_set("disk", _measure, 60)  # type: ignore[assignment]
    return {"used": round(used, 1), "limit": settings.VAR_LIMIT_GB, "over": used > settings.VAR_LIMIT_GB}


def _measure() -> float:
    return sum(file.stat().st_size for file in Path(settings.VAR).rglob("*") if file.is_file()) / 1e9
