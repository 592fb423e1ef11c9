"""Boards and snapshots in the admin, to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from arena.battles.admin import ReadOnly
from arena.leaderboard.models import Board, Snapshot


@admin.register(Board)
class BoardAdmin(ReadOnly):
    """Published boards."""

    list_display = ("title", "slug", "filters")


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnly):
    """Published numbers."""

    list_display = ("id", "board", "created", "through_seq", "votes", "method", "code_version")
    list_filter = ("board",)
    exclude = ("pairs", "covariance")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        """Leave the large columns in the database."""
        return Snapshot.objects.select_related("board").defer("pairs", "covariance", "rows")
