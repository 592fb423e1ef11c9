"""The leaderboard app."""

from django.apps import AppConfig


class LeaderboardConfig(AppConfig):
    """Pair counts, snapshots and the public pages."""

    name = "arena.leaderboard"
