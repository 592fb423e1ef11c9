"""The leaderboard app."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_save
from django.utils.translation import gettext_lazy as _

from arena.catalogue.signals import taken_back


class LeaderboardConfig(AppConfig):
    """Pair counts, snapshots and the public pages."""

    name = "arena.leaderboard"
    verbose_name = _("Leaderboard")

    def ready(self) -> None:
        """Let boards know of every correction to what their rows say, and of those that are taken back."""
        for name in ("Developer", "CatalogueModel"):
            post_save.connect(_facts_changed, sender=f"catalogue.{name}")
        taken_back.connect(_learn)


def _learn(**kwargs: Any) -> list[str]:
    from arena.leaderboard.names import Names

    return Names().learn()


def _facts_changed(created: bool, **kwargs: Any) -> None:
    from arena.leaderboard.boards import FACTS
    from arena.leaderboard.models import Writer

    if not created:  # no board has a row of it yet
        Writer.take_turn(FACTS)
