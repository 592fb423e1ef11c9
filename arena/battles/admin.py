"""Battles, votes and reports in the admin. Nothing here shows the pair of an open battle (decisions §1.10)."""

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from arena.battles.models import Battle, Report, Vote

PAIR = ("deployment_a", "deployment_b", "contestant_a", "contestant_b", "draw_probability")


class ReadOnly(admin.ModelAdmin):  # type: ignore[type-arg]
    """Look, don't touch."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made by voters."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Fixed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Votes are append-only."""
        return False


@admin.register(Battle)
class BattleAdmin(ReadOnly):
    """Battles without their pair while they are open."""

    list_display = ("uuid", "state", "language", "category", "created", "closed")
    list_filter = ("state", "language", "category")
    date_hierarchy = "created"
    exclude = ("voter",)

    def get_exclude(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the pair out of an open battle."""
        hidden = PAIR if obj is not None and obj.state == Battle.State.OPEN else ()
        return ("voter", *hidden)


@admin.register(Vote)
class VoteAdmin(ReadOnly):
    """Stored votes; their battles are closed."""

    list_display = ("created", "contestant_a", "contestant_b", "outcome", "language", "category", "leak")
    list_filter = ("outcome", "language", "category", "source", "leak")
    list_select_related = ("contestant_a__model", "contestant_b__model")


@admin.register(Report)
class ReportAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    """Answers that voters reported."""

    list_display = ("created", "written_by", "excerpt", "handled")
    list_editable = ("handled",)
    list_filter = ("handled",)
    readonly_fields = ("reply", "answer", "created")
    fields = ("reply", "answer", "created", "handled")
    list_select_related = ("reply__deployment__model",)

    @admin.display
    def written_by(self, row: Report) -> str:
        """Name who wrote it: the battle is closed."""
        return str(row.reply.deployment.model)

    @admin.display
    def excerpt(self, row: Report) -> str:
        """Show the beginning."""
        return row.reply.text[:120]

    @admin.display
    def answer(self, row: Report) -> str:
        """Show all of it, as text."""
        return row.reply.text

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Made by voters."""
        return False
