"""A stored snapshot as a page of its own, and what changed between two."""

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from arena.leaderboard.look import COLUMNS
from arena.leaderboard.models import Snapshot
from arena.leaderboard.tables import leaderboard_context
from arena.templatetags.elo import country

ENTERED, LEFT = gettext_noop("entered"), gettext_noop("left")
# Facts of a row that may be corrected between two snapshots, and what they are called.
FACTS = {
    "country": COLUMNS["country"][0],
    "developer": COLUMNS["developer"][0],
    "licence": COLUMNS["licence"][0],
    "permissive": gettext_lazy("permissive"),
    "total_params_b": COLUMNS["total"][0],
    "active_params_b": COLUMNS["active"][0],
    "base_country": gettext_lazy("Country of the base model"),
}


def snapshot_context(snapshot: Snapshot, query: QueryDict) -> dict[str, Any]:
    """Return the context of a snapshot's page: its board as it was, without news."""
    context = leaderboard_context(snapshot, query, f"/snapshots/{snapshot.pk}/")
    return context | {"frozen": True, "boards": []}


def changes(old: Snapshot, new: Snapshot) -> list[dict[str, Any]]:
    """Return how each model of two snapshots of one board changed: corrected ones, then the largest rise first."""
    before, after = ({(row["slug"], row["weights"]): row for row in one.rows} for one in (old, new))
    rows = [_change(before.get(key), after.get(key)) for key in before.keys() | after.keys()]
    return sorted(rows, key=lambda row: (not row["corrected"], row["rise"] is None, -(row["rise"] or 0), row["model"]))


def _change(before: dict[str, Any] | None, after: dict[str, Any] | None) -> dict[str, Any]:
    row = after or before or {}
    old_rating, new_rating = ((one or {}).get("rating") for one in (before, after))
    return {
        "model": row["model"],
        "slug": row["slug"],
        "what": ENTERED if before is None else LEFT if after is None else "",
        "before": before,
        "after": after,
        "corrected": _corrected(before, after) if before and after else [],
        "rise": None if old_rating is None or new_rating is None else new_rating - old_rating,
        "votes_added": (after or {"votes": 0})["votes"] - (before or {"votes": 0})["votes"],
    }


def _corrected(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, str]]:
    """Return the facts that the two rows have otherwise: so an answer may change without a vote."""
    other = [name for name in FACTS if name in before and before[name] != after[name]]
    return [
        {"fact": str(FACTS[name]), "before": _written(name, before[name]), "after": _written(name, after[name])}
        for name in other
    ]


def _written(name: str, value: Any) -> str:
    if value in (None, ""):
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return country(value) if name in {"country", "base_country"} else str(value)
