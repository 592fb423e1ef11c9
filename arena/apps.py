"""The project's own app (checks and commands), and its admin site."""

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ArenaConfig(AppConfig):
    """Registers the checks."""

    name = "arena"

    def ready(self) -> None:
        """Import for its side effect: the checks register themselves."""
        from arena import checks  # noqa: F401


class ArenaAdminConfig(AdminConfig):
    """Django's admin with our front page."""

    default_site = "arena.admin_site.ArenaAdminSite"
