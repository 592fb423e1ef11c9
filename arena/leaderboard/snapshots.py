"""A stored snapshot as a page of its own, and what changed between two."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext_noop as _

from arena.leaderboard.models import Snapshot
from arena.leaderboard.tables import leaderboard_context

ENTERED, LEFT = _("entered"), _("left")


def snapshot_context(snapshot: Snapshot, query: QueryDict) -> dict[str, Any]:
    """Return the context of a snapshot's page: its board as it was, without news."""
    context = leaderboard_context(snapshot, query, f"/snapshots/{snapshot.pk}/")
    return context | {"frozen": True, "boards": []}


def changes(old: Snapshot, new: Snapshot) -> list[dict[str, Any]]:
    """Return how each model of two snapshots of one board changed, the largest rise first."""
    before, after = ({(row["slug"], row["weights"]): row for row in one.rows} for one in (old, new))
    rows = [_change(before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    return sorted(rows, key=lambda row: (row["rise"] is None, -(row["rise"] or 0), row["model"]))


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    row = after or before or {}
    old_rating, new_rating = ((one or {}).get("rating") for one in (before, after))
    return {
        "model": row["model"],
        "slug": row["slug"],
        "what": ENTERED if before is None else LEFT if after is None else "",
        "before": before,
        "after": after,
        "rise": None if old_rating is None or new_rating is None else new_rating - old_rating,
        "votes_added": (after or {"votes": 0})["votes"] - (before or {"votes": 0})["votes"],
    }
