"""The leaderboard app."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class LeaderboardConfig(AppConfig):
    """Pair counts, snapshots and the public pages."""

    name = "arena.leaderboard"
    verbose_name = _("Leaderboard")
